package paper

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"regexp"
	"strconv"
	"unicode/utf16"

	"github.com/signintech/gopdf"
	"rsc.io/qr"
)

// drawPDF sets the marks on one A4 page.
func (p *Press) drawPDF(marks []mark, r Recommendation) ([]byte, error) {
	g := &gopdf.GoPdf{}
	g.Start(gopdf.Config{Unit: gopdf.UnitPT, PageSize: gopdf.Rect{W: pageW / pt, H: pageH / pt}})
	info := gopdf.PdfInfo{Title: r.Title, Subject: "表格版式 " + Version}
	if !r.PrintedAt.IsZero() {
		info.CreationDate = r.PrintedAt.In(beijing)
	}
	g.SetInfo(info)
	g.AddPage()
	loaded := map[string]bool{}
	for _, m := range marks {
		switch m.kind {
		case textMark:
			x := m.x
			g.SetTextColor(m.ink.R, m.ink.G, m.ink.B)
			for _, u := range p.runs(m.text) {
				if !loaded[u.face.family] {
					// A form needs the second font rarely; load it when met.
					if err := g.AddTTFFontFromFontContainer(u.face.family, &p.box); err != nil {
						return nil, err
					}
					loaded[u.face.family] = true
				}
				if err := g.SetFont(u.face.family, "", m.size/pt); err != nil {
					return nil, err
				}
				g.SetXY(x/pt, m.y/pt)
				if err := g.Text(u.text); err != nil {
					return nil, err
				}
				x += u.ems * m.size
			}
		case lineMark:
			g.SetStrokeColor(m.ink.R, m.ink.G, m.ink.B)
			g.SetLineWidth(m.size / pt)
			g.Line(m.x/pt, m.y/pt, m.w/pt, m.h/pt)
		case fillMark:
			g.SetFillColor(m.ink.R, m.ink.G, m.ink.B)
			g.RectFromUpperLeftWithStyle(m.x/pt, m.y/pt, m.w/pt, m.h/pt, "F")
		case jpegMark, qrMark:
			b := m.jpeg
			if m.kind == qrMark {
				b = qrPNG(m.code)
			}
			h, err := gopdf.ImageHolderByBytes(b)
			if err != nil {
				return nil, err
			}
			if err := g.ImageByHolder(h, m.x/pt, m.y/pt, &gopdf.Rect{W: m.w / pt, H: m.h / pt}); err != nil {
				return nil, err
			}
		}
	}
	return g.GetBytesPdfReturnErr()
}

// qrPNG is the square without a border, eight pixels a module: one picture
// prints without the hairlines that neighbouring filled boxes show.
func qrPNG(c *qr.Code) []byte {
	const k = 8
	img := image.NewPaletted(image.Rect(0, 0, c.Size*k, c.Size*k), color.Palette{color.White, color.Black})
	for y := 0; y < c.Size*k; y++ {
		for x := 0; x < c.Size*k; x++ {
			if c.Black(x/k, y/k) {
				img.Pix[y*img.Stride+x] = 1
			}
		}
	}
	var b bytes.Buffer
	// Encoding to memory cannot fail for a paletted image of this size.
	_ = png.Encode(&b, img)
	return b.Bytes()
}

var (
	cmapHead  = regexp.MustCompile(`^\d+ 0 obj\n<<\n/Length (\d+)\n>>\nstream\n/CIDInit`)
	cmapRange = regexp.MustCompile(`<([0-9A-F]+)><[0-9A-F]+><([0-9A-F]+)>`)
	errShape  = errors.New("the PDF is not in the shape gopdf v0.33.0 writes")
)

// repairText appends corrected ToUnicode maps to a PDF written by gopdf.
// gopdf puts the bare code point where PDF wants UTF-16BE, which garbles the
// copied text of every rune above U+FFFF, writes one block of any length
// where 100 is the limit, and a code space that is not two whole bytes. The
// repair is an incremental update (ISO 32000-1, 7.5.6), so the first bytes
// stay what gopdf wrote and the result depends on them alone.
func repairText(pdf []byte) ([]byte, error) {
	i := bytes.LastIndex(pdf, []byte("startxref\n"))
	if i < 0 {
		return nil, errShape
	}
	var xref int
	if _, err := fmt.Sscanf(string(pdf[i+10:]), "%d", &xref); err != nil || xref <= 0 || xref >= i {
		return nil, errShape
	}
	var size int
	if _, err := fmt.Sscanf(string(pdf[xref:min(len(pdf), xref+40)]), "xref\n0 %d\n", &size); err != nil {
		return nil, errShape
	}
	table := pdf[xref+len(fmt.Sprintf("xref\n0 %d\n", size)):]
	if size < 1 || len(table) < 20*size {
		return nil, errShape
	}
	t := bytes.Index(pdf[xref:i], []byte("trailer\n<<\n"))
	if t < 0 {
		return nil, errShape
	}
	trailer := bytes.TrimSpace(pdf[xref+t+len("trailer\n<<\n") : i])
	trailer, ok := bytes.CutSuffix(trailer, []byte(">>"))
	if !ok {
		return nil, errShape
	}

	out := bytes.NewBuffer(append(make([]byte, 0, len(pdf)+8192), pdf...))
	offsets := map[int]int{}
	var order []int
	for n := 1; n < size; n++ {
		off, err := strconv.Atoi(string(table[20*n : 20*n+10]))
		if err != nil || off < 0 || off >= xref {
			return nil, errShape
		}
		m := cmapHead.FindSubmatch(pdf[off:min(len(pdf), off+120)])
		if m == nil {
			continue
		}
		end := bytes.Index(pdf[off:xref], []byte("endstream"))
		if end < 0 {
			return nil, errShape
		}
		cmap, err := betterMap(pdf[off : off+end])
		if err != nil {
			return nil, err
		}
		offsets[n] = out.Len()
		order = append(order, n)
		fmt.Fprintf(out, "%d 0 obj\n<<\n/Length %d\n>>\nstream\n%s\nendstream\nendobj\n", n, len(cmap), cmap)
	}
	if len(order) == 0 {
		return nil, errShape
	}
	at := out.Len()
	out.WriteString("xref\n")
	for _, n := range order {
		fmt.Fprintf(out, "%d 1\n%010d 00000 n \n", n, offsets[n])
	}
	fmt.Fprintf(out, "trailer\n<<\n%s\n/Prev %d\n>>\nstartxref\n%d\n%%%%EOF\n", bytes.TrimSpace(trailer), xref, at)
	return out.Bytes(), nil
}

// betterMap rewrites one character map.
func betterMap(old []byte) ([]byte, error) {
	pairs := cmapRange.FindAllSubmatch(old, -1)
	var b bytes.Buffer
	b.WriteString("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n" +
		"/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n" +
		"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n" +
		"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n")
	for len(pairs) > 0 {
		n := min(len(pairs), 100)
		fmt.Fprintf(&b, "%d beginbfchar\n", n)
		for _, p := range pairs[:n] {
			glyph, err := strconv.ParseUint(string(p[1]), 16, 16)
			if err != nil {
				return nil, errShape
			}
			r, err := strconv.ParseUint(string(p[2]), 16, 21)
			if err != nil {
				return nil, errShape
			}
			fmt.Fprintf(&b, "<%04X> <", glyph)
			for _, u := range utf16.Encode([]rune{rune(r)}) {
				fmt.Fprintf(&b, "%04X", u)
			}
			b.WriteString(">\n")
		}
		b.WriteString("endbfchar\n")
		pairs = pairs[n:]
	}
	b.WriteString("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend")
	return b.Bytes(), nil
}
