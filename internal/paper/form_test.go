package paper

import (
	"bytes"
	"image"
	"image/draw"
	"image/jpeg"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	"github.com/pdfcpu/pdfcpu/pkg/api"
	xdraw "golang.org/x/image/draw"
)

var shared = sync.OnceValues(func() (*Press, error) { return New("testdata") })

func press(t testing.TB) *Press {
	t.Helper()
	p, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func printed(t testing.TB, r Recommendation) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := press(t).Recommendation(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// extract runs an outside reader over the PDF and returns its text without
// any white space.
func extract(t *testing.T, tool string, pdf []byte) string {
	t.Helper()
	if _, err := exec.LookPath(tool); err != nil {
		t.Skipf("%s is not installed", tool)
	}
	f := filepath.Join(t.TempDir(), "form.pdf")
	if err := os.WriteFile(f, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	args := map[string][]string{
		"pdftotext": {"-raw", f, "-"},
		"mutool":    {"draw", "-q", "-F", "txt", f},
	}[tool]
	out, err := exec.Command(tool, args...).Output()
	if err != nil {
		t.Fatalf("%s: %v", tool, err)
	}
	return squeeze(string(out))
}

func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

// annex reads 附件3 out of the plan: every line from its title to the end.
func annex(t *testing.T) []string {
	t.Helper()
	b, err := os.ReadFile("../../plan/xianan-2026/source.txt")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(b), "\n附件3\n")
	if !ok {
		t.Fatal("the plan has no 附件3")
	}
	var lines []string
	for l := range strings.Lines(rest) {
		if l = squeeze(l); l != "" {
			lines = append(lines, l)
		}
	}
	return lines
}

func TestFormSaysEveryLineOfTheAnnex(t *testing.T) {
	lines := annex(t)
	if len(lines) < 20 {
		t.Fatalf("read only %d lines of 附件3", len(lines))
	}
	r := sample(t)
	r.Photo = nil // with the photo its label is covered, as on paper
	for _, tool := range []string{"pdftotext", "mutool"} {
		t.Run(tool, func(t *testing.T) {
			text := extract(t, tool, printed(t, r))
			for _, l := range lines {
				if !strings.Contains(text, l) {
					t.Errorf("missing: %s", l)
				}
			}
		})
	}
}

func TestValuesExtractExactly(t *testing.T) {
	r := sample(t)
	r.Name = "欧阳㛃䶮𬱖𬭼𠮷"
	for _, tool := range []string{"pdftotext", "mutool"} {
		t.Run(tool, func(t *testing.T) {
			text := extract(t, tool, printed(t, r))
			for _, v := range []string{r.Name, r.ID, r.Phone, r.Card, r.Code, r.Number, "2026-07-0112:30", Version} {
				if !strings.Contains(text, v) {
					t.Errorf("%q does not extract", v)
				}
			}
		})
	}
}

func TestOnePageAlways(t *testing.T) {
	long := sample(t)
	long.Name = strings.Repeat("阿卜杜热合曼·", 7) + "𠮷"
	long.Employer = strings.Repeat("湖北省咸宁市咸安区", 9) + "有限责任公司"
	empty := Recommendation{Title: "推荐表"}
	latin := sample(t)
	latin.Name = strings.Repeat("Alexander Bartholomew ", 3)
	blank := sample(t)
	blank.BlankID, blank.BlankCard = true, true
	for name, r := range map[string]Recommendation{"sample": sample(t), "long": long, "empty": empty, "latin": latin, "blank": blank} {
		t.Run(name, func(t *testing.T) {
			pdf := printed(t, r)
			api.DisableConfigDir()
			n, err := api.PageCount(bytes.NewReader(pdf), nil)
			if err != nil || n != 1 {
				t.Fatalf("pages %d, error %v", n, err)
			}
			if err := api.Validate(bytes.NewReader(pdf), nil); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(pdf, printed(t, r)) {
				t.Error("printing again gives other bytes")
			}
		})
	}
	t.Run("nothing lost", func(t *testing.T) {
		text := extract(t, "pdftotext", printed(t, long))
		if !strings.Contains(text, long.Name) || !strings.Contains(text, long.Employer) {
			t.Error("a long value lost characters")
		}
		text = extract(t, "pdftotext", printed(t, blank))
		if strings.Contains(text, blank.ID) || strings.Contains(text, blank.Card) {
			t.Error("a blank box was filled")
		}
	})
}

// Every mark of a form must lie inside the page and every value inside its box.
func TestValuesStayInTheirBoxes(t *testing.T) {
	p := press(t)
	for _, n := range []int{1, 4, 12, 25, 50, 60} {
		r := sample(t)
		r.Name = strings.Repeat("𬱖", n)
		r.Employer = strings.Repeat("厂", n+20)
		marks, err := p.form(r)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range marks {
			if m.kind != textMark {
				continue
			}
			box := spot{0, 0, pageW, pageH}
			switch {
			case strings.HasPrefix(m.text, "𬱖"):
				box = spots["name"]
			case strings.HasPrefix(m.text, "厂"):
				box = spots["employer"]
			}
			end := m.x + p.ems(m.text)*m.size
			if m.x < box.x || end > box.x+box.w || m.y-0.88*m.size < box.y || m.y+0.12*m.size > box.y+box.h {
				t.Errorf("%d characters: %q leaves its box", n, m.text)
			}
		}
	}
}

func TestImageShowsTheSameCode(t *testing.T) {
	b, err := press(t).RecommendationImage(sample(t))
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if s := img.Bounds().Size(); s.X != 1240 || s.Y != 1754 {
		t.Fatalf("size %v", s)
	}
	if len(b) > 400<<10 {
		t.Errorf("the picture weighs %d bytes", len(b))
	}
	bm, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	got, err := qrcode.NewQRCodeReader().Decode(bm, nil)
	if err != nil || got.GetText() != sample(t).QR {
		t.Fatalf("read %v, %v", got, err)
	}
}

func readQR(img image.Image) string {
	bm, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		return err.Error()
	}
	got, err := qrcode.NewQRCodeReader().Decode(bm, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true})
	if err != nil {
		return err.Error()
	}
	return got.GetText()
}

func TestReceiptImage_TheSquareReads(t *testing.T) {
	for _, n := range []int{20, 300, 620, 900} {
		want := "https://qiuxue.xianan.example.org/receipt#" + strings.Repeat("aB3_.", n/5)
		b, err := press(t).ReceiptImage(ReceiptCard{Programme: strings.Repeat("咸安区", 20), Number: "47", Name: "张*", QR: want,
			Lines: []string{strings.Repeat("请等审核结果。", 60)}})
		if err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(bytes.NewReader(b))
		if err != nil || img.Bounds().Dx() != 750 || img.Bounds().Dy() != 1334 {
			t.Fatalf("%v", err)
		}
		// As it is, and as a messenger hands it on: smaller, in JPEG.
		small := image.NewRGBA(image.Rect(0, 0, 540, 960))
		xdraw.BiLinear.Scale(small, small.Bounds(), img, img.Bounds(), draw.Src, nil)
		var j bytes.Buffer
		if err := jpeg.Encode(&j, small, &jpeg.Options{Quality: 70}); err != nil {
			t.Fatal(err)
		}
		sent, err := jpeg.Decode(&j)
		if err != nil {
			t.Fatal(err)
		}
		for name, pic := range map[string]image.Image{"as drawn": img, "as sent on": sent} {
			if got := readQR(pic); got != want {
				t.Errorf("%d characters, %s: read %q", n, name, got)
			}
		}
	}
}

func TestCanPrint(t *testing.T) {
	bare, err := New("")
	if err != nil {
		t.Fatal(err)
	}
	if m := bare.CanPrint("㛃䶮𬱖𬭼·ABC 阿"); len(m) != 0 {
		t.Errorf("missing %q", string(m))
	}
	if m := bare.CanPrint("𠮷和𠮷\ue000"); !slices.Equal(m, []rune{'𠮷', 0xe000}) {
		t.Errorf("missing %q", string(m))
	}
	if m := press(t).CanPrint("𠮷"); len(m) != 0 {
		t.Errorf("the extra font is not used: %q", string(m))
	}
	if _, err := New(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a fonts folder that is not there must be an error")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "bad.ttf"), []byte("no font"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := New(dir); err == nil || !strings.Contains(err.Error(), "bad.ttf") {
		t.Errorf("error %v does not name the file", err)
	}
}

func TestSettle(t *testing.T) {
	for in, want := range map[string]string{"⼈工": "人工", "葛\U000e0100": "葛", "a\u200bb\tc": "ab c", "郎": "郎"} {
		if got := settle(in); got != want {
			t.Errorf("settle(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestWrap(t *testing.T) {
	p := press(t)
	for _, s := range []string{annexNote, "甲，乙。丙（丁）戊", "QXYM word after word 中文 mixed", ""} {
		for w := 3.0; w < 30; w++ {
			got := p.wrap(s, w)
			if squeeze(strings.Join(got, "")) != squeeze(s) {
				t.Fatalf("wrap(%q, %v) lost text", s, w)
			}
			for _, l := range got {
				if p.ems(l) > w+1e-6 {
					t.Errorf("wrap(%q, %v): %q is too wide", s, w, l)
				}
			}
		}
	}
	for _, l := range p.wrap(annexNote, 20)[1:] {
		if strings.ContainsRune(noStart, []rune(l)[0]) {
			t.Errorf("line begins with a closing mark: %s", l)
		}
	}
}

var annexNote = notes[2]

func TestBoxes(t *testing.T) {
	b := Boxes()
	for _, k := range []string{"id", "card", "phone", "photo", "seal", "qr"} {
		r, ok := b[k]
		if !ok || r.X < 0 || r.Y < 0 || r.W <= 0 || r.H <= 0 || r.X+r.W > 1 || r.Y+r.H > 1 {
			t.Errorf("%s: %+v", k, r)
		}
	}
	if s := spots["seal"]; s.w < 45 || s.h < 45 {
		t.Error("no room for a seal of 45 mm")
	}
}

func TestConcurrentPrinting(t *testing.T) {
	want := printed(t, sample(t))
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			var b bytes.Buffer
			if err := press(t).Recommendation(&b, sample(t)); err != nil || !bytes.Equal(b.Bytes(), want) {
				t.Errorf("another print differs: %v", err)
			}
		})
	}
	wg.Wait()
}

func TestRepairRefusesOtherPDFs(t *testing.T) {
	for _, s := range []string{"", "%PDF-1.7\n", "startxref\n9\n", "xref\n0 1\ntrailer\n<<\n>>\nstartxref\n1\n%%EOF"} {
		if _, err := repairText([]byte(s)); err == nil {
			t.Errorf("%q was taken for a gopdf file", s)
		}
	}
}

func FuzzRepair(f *testing.F) {
	f.Add([]byte("xref\n0 1\n0000000000 65535 f \ntrailer\n<<\n/Size 1\n>>\nstartxref\n0\n%%EOF"))
	p, err := New("")
	if err != nil {
		f.Fatal(err)
	}
	marks, err := p.form(Recommendation{Title: "表"})
	if err != nil {
		f.Fatal(err)
	}
	raw, err := p.drawPDF(marks, Recommendation{Title: "表"})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Fuzz(func(t *testing.T, b []byte) {
		out, err := repairText(b)
		if err == nil && !bytes.HasPrefix(out, b) {
			t.Error("the repair changed what was there")
		}
	})
}

func BenchmarkForm(b *testing.B) {
	p := press(b)
	r := sample(b)
	b.ReportAllocs()
	for b.Loop() {
		var out bytes.Buffer
		if err := p.Recommendation(&out, r); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFormParallel(b *testing.B) {
	p := press(b)
	r := sample(b)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			var out bytes.Buffer
			if err := p.Recommendation(&out, r); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkFormWithFontParse(b *testing.B) {
	r := sample(b)
	for b.Loop() {
		p, err := New("")
		if err != nil {
			b.Fatal(err)
		}
		var out bytes.Buffer
		if err := p.Recommendation(&out, r); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFormImage(b *testing.B) {
	p := press(b)
	r := sample(b)
	for b.Loop() {
		if _, err := p.RecommendationImage(r); err != nil {
			b.Fatal(err)
		}
	}
}
