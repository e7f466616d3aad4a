package photo

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"strings"
	"testing"
)

func TestPDFPages(t *testing.T) {
	pic := asJPEG(t, quartered(900, 1260), 85)
	kinds := func(r Result) string {
		var out []string
		for _, p := range r.Pages {
			out = append(out, strings.TrimPrefix(p.Type[strings.Index(p.Type, "/"):], "/"))
		}
		return strings.Join(out, " ")
	}
	cases := []struct {
		name  string
		pages []pdfPage
		want  string
	}{
		{"one picture", []pdfPage{{jpeg: pic}}, "jpeg"},
		{"three pictures", []pdfPage{{jpeg: pic}, {jpeg: pic}, {jpeg: pic}}, "jpeg jpeg jpeg"},
		{"text", []pdfPage{{}}, "pdf"},
		{"a run of text is one", []pdfPage{{}, {}, {jpeg: pic}, {}}, "pdf jpeg pdf"},
		{"with hidden text of recognition", []pdfPage{{jpeg: pic, content: "q 595 0 0 842 0 0 cm /Im0 Do Q BT 3 Tr /F1 9 Tf 10 10 Td (hidden \\) text) Tj ET"}}, "jpeg"},
		{"with seen text", []pdfPage{{jpeg: pic, content: "q 595 0 0 842 0 0 cm /Im0 Do Q BT /F1 9 Tf 10 10 Td (seen) Tj ET"}}, "pdf"},
		{"with a line", []pdfPage{{jpeg: pic, content: "q 595 0 0 842 0 0 cm /Im0 Do Q 0 0 m 9 9 l S"}}, "pdf"},
		{"twice", []pdfPage{{jpeg: pic, content: "q 595 0 0 842 0 0 cm /Im0 Do /Im0 Do Q"}}, "pdf"},
		{"askew", []pdfPage{{jpeg: pic, content: "q 500 100 -100 500 100 0 cm /Im0 Do Q"}}, "pdf"},
		{"under an annotation", []pdfPage{{jpeg: pic, more: "/Annots[<</Type/Annot/Subtype/Square/Rect[0 0 9 9]>>]"}}, "pdf"},
	}
	for _, c := range cases {
		r, err := Scan(pdfOf(t, "", "", c.pages...), form)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := kinds(r); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		for _, p := range r.Pages {
			if p.Type == "image/jpeg" && shows(decoded(t, p)) != [4]int{0, 1, 2, 3} {
				t.Errorf("%s: shows %v", c.name, shows(decoded(t, p)))
			}
			if p.Type == "application/pdf" {
				if _, err := readPDF(p.Body); err != nil {
					t.Errorf("%s: what is kept does not read: %v", c.name, err)
				}
			}
		}
		if want := strings.Contains(c.want, "pdf"); strings.Contains(codes(r), "pdf_page:warn") != want {
			t.Errorf("%s: findings %q", c.name, codes(r))
		}
	}
}

func TestPDFPictureStandsAsShown(t *testing.T) {
	m := quartered(900, 1260)
	for o, matrix := range map[int]string{
		1: "595 0 0 842 0 0", 2: "-595 0 0 842 595 0", 3: "-595 0 0 -842 595 842", 4: "595 0 0 -842 0 842",
		5: "0 -842 -595 0 595 842", 6: "0 -842 595 0 0 842", 7: "0 842 595 0 0 0", 8: "0 842 -595 0 595 0",
	} {
		b := pdfOf(t, "", "", pdfPage{jpeg: asJPEG(t, asStored(m, o), 85), content: "q " + matrix + " cm /Im0 Do Q"})
		r, err := Picture(b)
		if err != nil || len(r.Pages) != 1 || shows(decoded(t, r.Pages[0])) != [4]int{0, 1, 2, 3} {
			t.Errorf("matrix %s: %v", matrix, err)
		}
	}
	for turn, o := range map[int]int{0: 1, 90: 6, 180: 3, 270: 8} {
		b := pdfOf(t, "", "", pdfPage{jpeg: asJPEG(t, asStored(m, o), 85), more: fmt.Sprintf("/Rotate %d", turn)})
		r, err := Picture(b)
		if err != nil || len(r.Pages) != 1 || shows(decoded(t, r.Pages[0])) != [4]int{0, 1, 2, 3} {
			t.Errorf("rotate %d: %v", turn, err)
		}
	}
}

func TestPDFScanReadsTheForm(t *testing.T) {
	page := asJPEG(t, drawForm(t, sheetOf{qr: true, seal: sealInk}), 75)
	r, err := Scan(pdfOf(t, "", "", pdfPage{jpeg: page}), form)
	if err != nil || r.QR != says || codes(r) != "seal_seen:ok" {
		t.Errorf("%v %q %q", err, r.QR, codes(r))
	}
	// A page that cannot be looked at is said, and not held against the other.
	r, err = Scan(pdfOf(t, "", "", pdfPage{}), form)
	if err != nil || r.QR != "" || codes(r) != "pdf_page:warn" {
		t.Errorf("%v %q %q", err, r.QR, codes(r))
	}
}

func TestBadPDFs(t *testing.T) {
	many := make([]pdfPage, MaxPages+1)
	good := pdfOf(t, "", "", pdfPage{})
	locked := writePDF("/Encrypt 4 0 R/ID[<00112233445566778899aabbccddeeff><00112233445566778899aabbccddeeff>]",
		"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
		"<</Filter/Standard/V 1/R 2/P -44/O<"+strings.Repeat("41", 32)+">/U<"+strings.Repeat("42", 32)+">>>")
	cases := []struct {
		name, code, sentence string
		b                    []byte
	}{
		{"a script at opening", "pdf_script", "这份PDF里带有程序，为了安全不能收。请打印出来用手机拍照上传。", pdfOf(t, "<</S/JavaScript/JS(app.alert\\(1\\))>>", "/OpenAction 4 0 R", pdfPage{})},
		{"a script among the names", "pdf_script", "", pdfOf(t, "<</S/JavaScript/JS(app.alert\\(1\\))>>", "/Names<</JavaScript<</Names[(a) 4 0 R]>>>>", pdfPage{})},
		{"a script on a page", "pdf_script", "", pdfOf(t, "", "", pdfPage{more: "/AA<</O<</S/JavaScript/JS(x)>>>>"})},
		{"a script under a name in other letters", "pdf_script", "", pdfOf(t, "", "", pdfPage{more: "/AA<</O<</S/J#61vaScript/J#53(x)>>>>"})},
		{"starts a program", "pdf_script", "", pdfOf(t, "<</S/Launch/F(cmd.exe)>>", "/OpenAction 4 0 R", pdfPage{})},
		{"sends a form", "pdf_script", "", pdfOf(t, "", "", pdfPage{more: "/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/SubmitForm/F(http://example.com)>>>>]"})},
		{"a file inside", "pdf_attachment", "这份PDF里夹带了别的文件或音像，为了安全不能收。请打印出来用手机拍照上传。", pdfOf(t, stream("/Type/EmbeddedFile", "MZ"), "/Names<</EmbeddedFiles<</Names[(a.exe) <</Type/Filespec/F(a.exe)/EF<</F 4 0 R>>>>]>>>>", pdfPage{})},
		{"a file on a page", "pdf_attachment", "", pdfOf(t, stream("/Type/EmbeddedFile", "MZ"), "", pdfPage{more: "/Annots[<</Type/Annot/Subtype/FileAttachment/Rect[0 0 9 9]/FS<</Type/Filespec/F(a.exe)/EF<</F 4 0 R>>>>>>]"})},
		{"a password", "pdf_locked", "这份PDF设了密码或权限。请取消密码后再传，或打印出来用手机拍照上传。", locked},
		{"31 pages", "pdf_pages", "这份PDF超过30页。请只传需要的那几页。", pdfOf(t, "", "", many...)},
		{"a piece", "pdf_broken", "这份PDF打不开，可能已经损坏。请打印出来用手机拍照上传。", good[:60]},
		{"the head alone", "pdf_broken", "", []byte("%PDF-1.7\n")},
		{"no pages", "pdf_broken", "", pdfOf(t, "", "")},
		{"pages in a circle", "pdf_broken", "", writePDF("", "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[2 0 R]/Count 1>>")},
	}
	for _, c := range cases {
		for name, f := range map[string]func([]byte) (Result, error){
			"Picture": Picture, "Scan": func(b []byte) (Result, error) { return Scan(b, form) },
		} {
			_, err := f(c.b)
			fault, is := err.(Fault)
			if !is || fault.Code != c.code || c.sentence != "" && fault.Sentence != c.sentence {
				t.Errorf("%s of %s: %#v, want %s", name, c.name, err, c.code)
			}
		}
	}
}

func TestPDFIsStripped(t *testing.T) {
	b := pdfOf(t, stream("/Type/Metadata/Subtype/XML", "<x>PHONEMAKER</x>"), "/Metadata 4 0 R/OpenAction[5 0 R/Fit]/Outlines<</Type/Outlines/Count 0>>",
		pdfPage{more: "/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(http://phish.example)>>>>]"})
	r, err := Picture(b)
	if err != nil {
		t.Fatal(err)
	}
	ctx, err := readPDF(r.Pages[0].Body)
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, e := range ctx.Table {
		if e != nil && e.Object != nil {
			fmt.Fprintln(&all, e.Object)
		}
	}
	for _, gone := range []string{"phish", "PHONEMAKER", "OpenAction", "Outlines"} {
		if strings.Contains(all.String(), gone) || bytes.Contains(r.Pages[0].Body, []byte(gone)) {
			t.Errorf("%s went along", gone)
		}
	}
	if !strings.Contains(all.String(), "Helvetica") {
		t.Error("the font is missing")
	}
}

// Names of fonts that are also keys elsewhere stay.
func TestPDFKeepsShortNames(t *testing.T) {
	objects := []string{"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[4 0 R]/Count 1>>", "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</A 3 0 R/AA 3 0 R/B 3 0 R/EF 3 0 R>>>>/Contents 5 0 R>>",
		stream("", "BT /A 9 Tf (a) Tj /AA 9 Tf (b) Tj /B 9 Tf (c) Tj /EF 9 Tf (d) Tj ET")}
	r, err := Picture(writePDF("", objects...))
	if err != nil {
		t.Fatal(err)
	}
	ctx, err := readPDF(r.Pages[0].Body)
	if err != nil {
		t.Fatal(err)
	}
	d, _, in, err := ctx.PageDict(1, false)
	if err != nil {
		t.Fatal(err)
	}
	res := in.Resources
	if own, _ := ctx.DereferenceDict(d["Resources"]); own != nil {
		res = own
	}
	fonts, err := ctx.DereferenceDict(res["Font"])
	if err != nil || len(fonts) != 4 {
		t.Errorf("fonts %v: %v", fonts, err)
	}
}

func FuzzOnePicture(f *testing.F) {
	f.Add([]byte("q 595 0 0 842 0 0 cm /Im0 Do Q"))
	f.Add([]byte("BT 3 Tr (a\\)b(c)) Tj ET % x\n/Im0 Do <</A[1 2]>> <00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		name, o, single := onePicture(b)
		if single && (name == "" || o < 1 || o > 8) {
			t.Errorf("%q %d", name, o)
		}
	})
}

func FuzzScan(f *testing.F) {
	f.Add(asJPEG(f, quartered(60, 84), 50))
	f.Add(withEXIF(asJPEG(f, portrait(40, 40, blue), 50), exif(6, binary.BigEndian)))
	f.Add(asPNG(f, image.NewPaletted(image.Rect(0, 0, 9, 9), color.Palette{blue})))
	f.Add(pdfOf(f, "", "", pdfPage{}))
	f.Add(pdfOf(f, "", "", pdfPage{jpeg: asJPEG(f, quartered(20, 28), 50)}))
	f.Add(pdfOf(f, "<</S/JavaScript/JS(x)>>", "/OpenAction 4 0 R", pdfPage{}))
	f.Add(pngClaiming(9, 9, 16, 6, 1))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := Scan(b, form)
		if err != nil {
			if _, is := err.(Fault); !is {
				t.Fatalf("not a fault: %v", err)
			}
			if err == faultInside {
				t.Fatal("a decoder panicked outside its own guard")
			}
			return
		}
		if len(r.Pages) == 0 || len(r.Pages) > MaxPages {
			t.Fatalf("%d pages", len(r.Pages))
		}
	})
}

func FuzzPhoto(f *testing.F) {
	f.Add(asJPEG(f, portrait(60, 84, blue), 50))
	f.Add(withEXIF(asJPEG(f, portrait(40, 40, blue), 50), exif(5, binary.BigEndian)))
	f.Add(asPNG(f, portrait(9, 9, blue)))
	f.Add(pngClaiming(9, 9, 16, 6, 1))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := Photo(b)
		if _, is := err.(Fault); err != nil && !is {
			t.Fatalf("not a fault: %v", err)
		}
		if err == nil && len(r.Pages) != 1 {
			t.Fatalf("%d pages", len(r.Pages))
		}
	})
}

func BenchmarkScan(b *testing.B) {
	s := phone()
	in := asJPEG(b, photograph(drawForm(b, sheetOf{qr: true, seal: sealInk}), s), 80)
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Scan(in, form); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkScanNoSquare(b *testing.B) {
	in := asJPEG(b, photograph(drawForm(b, sheetOf{seal: sealInk}), phone()), 80)
	for b.Loop() {
		if _, err := Scan(in, form); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPhoto(b *testing.B) {
	in := asJPEG(b, portrait(3000, 4000, blue), 80)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Photo(in); err != nil {
			b.Fatal(err)
		}
	}
}
