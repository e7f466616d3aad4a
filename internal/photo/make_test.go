package photo

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"math/rand/v2"
	"testing"

	"golang.org/x/image/draw"
	"golang.org/x/image/math/f64"
	"rsc.io/qr"
)

// The places of the form as the tests draw it, near enough to those of paper.
var form = map[string]Box{
	"qr":    {162 / 210.0, 9 / 297.0, 30 / 210.0, 30 / 297.0},
	"photo": {162 / 210.0, 59 / 297.0, 25 / 210.0, 35 / 297.0},
	"id":    {99 / 210.0, 54 / 297.0, 59 / 210.0, 15 / 297.0},
	"card":  {43 / 210.0, 84 / 297.0, 115 / 210.0, 15 / 297.0},
	"seal":  {110 / 210.0, 138 / 297.0, 78 / 210.0, 48 / 297.0},
}

const says = "QXYM:1:K7M4Q2XH9T:1:AB23CD45"

var (
	paperInk = color.RGBA{30, 30, 30, 255}
	sealInk  = color.RGBA{200, 30, 40, 255}
	idInk    = color.RGBA{20, 160, 60, 255} // a colour of its own, to look for
	desk     = color.RGBA{96, 84, 70, 255}
)

// sheetOf is what a test page shows.
type sheetOf struct {
	qr   bool
	seal color.Color // nil: none
	at   point       // centre of the seal in mm; zero: in its box
}

// drawForm draws an A4 page at 1654×2339 pixels (200 dpi).
func drawForm(t testing.TB, s sheetOf) *image.RGBA {
	t.Helper()
	const w, h = 1654, 2339
	k := w / 210.0
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(m, m.Rect, image.White, image.Point{}, draw.Src)
	mm := func(x, y, x2, y2 float64, c color.Color) {
		draw.Draw(m, image.Rect(int(x*k), int(y*k), int(x2*k), int(y2*k)), image.NewUniform(c), image.Point{}, draw.Src)
	}
	// The table, and rows of marks as dense as print.
	for _, y := range []float64{54, 69, 84, 99, 134, 187, 237, 279} {
		mm(18, y, 192, y+0.4, paperInk)
	}
	for _, x := range []float64{18, 43, 192} {
		mm(x, 54, x+0.4, 279, paperInk)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for y := 104.0; y < 275; y += 9 {
		for x := 46.0; x < 186; x += 4.2 {
			for range 7 {
				a, b := x+3*r.Float64(), y+3*r.Float64()
				if r.IntN(2) == 0 {
					mm(a, b, a+2, b+0.35, paperInk)
				} else {
					mm(a, b, a+0.35, b+2, paperInk)
				}
			}
		}
	}
	for _, key := range []string{"id", "card"} {
		b := form[key]
		for x := b.X + 0.01; x < b.X+b.W-0.01; x += 0.018 {
			mm(x*210, (b.Y+0.3*b.H)*297, (x+0.009)*210, (b.Y+0.7*b.H)*297, idInk)
		}
	}
	b := form["photo"]
	mm(b.X*210, b.Y*297, (b.X+b.W)*210, (b.Y+b.H)*297, color.RGBA{60, 130, 220, 255})
	if s.qr {
		c, err := qr.Encode(says, qr.Q)
		if err != nil {
			t.Fatal(err)
		}
		b := form["qr"]
		side := b.W * 210 / float64(c.Size)
		for y := range c.Size {
			for x := range c.Size {
				if c.Black(x, y) {
					X, Y := b.X*210+float64(x)*side, b.Y*297+float64(y)*side
					draw.Draw(m, image.Rect(int(math.Round(X*k)), int(math.Round(Y*k)), int(math.Round((X+side)*k)), int(math.Round((Y+side)*k))), image.Black, image.Point{}, draw.Src)
				}
			}
		}
	}
	if s.seal != nil {
		at := s.at
		if at == (point{}) {
			at = point{centre(form["seal"]).x * 210, centre(form["seal"]).y * 297}
		}
		stamp(m, int(at.x*k), int(at.y*k), int(20*k), s.seal)
	}
	return m
}

// stamp draws a ring, a star-like middle and strokes between, as multiplied
// ink.
func stamp(m *image.RGBA, cx, cy, r int, ink color.Color) {
	c := color.NRGBAModel.Convert(ink).(color.NRGBA)
	for y := -r; y <= r; y++ {
		for x := -r; x <= r; x++ {
			d := math.Hypot(float64(x), float64(y)) / float64(r)
			a := math.Atan2(float64(y), float64(x))
			on := d > 0.93 && d <= 1 || d < 0.28*(0.75+0.25*math.Cos(5*a)) || d > 0.66 && d < 0.84 && math.Mod(a+math.Pi, 0.3) < 0.17
			if !on {
				continue
			}
			px := m.Pix[m.PixOffset(cx+x, cy+y):]
			for i, v := range [3]uint8{c.R, c.G, c.B} {
				f := 1 - float64(c.A)/255*(1-float64(v)/255)
				px[i] = uint8(float64(px[i]) * f)
			}
		}
	}
}

// shot is how a page is photographed.
type shot struct {
	w, h    int
	degrees float64 // of the page in the picture, clockwise
	fill    float64 // share of the picture's height that the page takes upright
	light   [3]float64
	noise   float64
	blur    int // radius of a box blur, in pixels, done twice
	slant   float64
	desk    color.Color
}

func phone() shot {
	return shot{w: 1650, h: 2200, fill: 0.88, light: [3]float64{0.85, 0.84, 0.82}, noise: 4}
}

// photograph lays page on a desk, turns it and takes a picture.
func photograph(page *image.RGBA, s shot) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, s.w, s.h))
	if s.desk == nil {
		s.desk = desk
	}
	draw.Draw(m, m.Rect, image.NewUniform(s.desk), image.Point{}, draw.Src)
	pw, ph := float64(page.Rect.Dx()), float64(page.Rect.Dy())
	if s.slant != 0 {
		// Farther at the top: rows grow shorter upwards.
		q := quad{
			{float64(s.w) * (0.06 + s.slant/2), 0.06 * float64(s.h)}, {float64(s.w) * (0.94 - s.slant/2), 0.08 * float64(s.h)},
			{0.95 * float64(s.w), 0.93 * float64(s.h)}, {0.04 * float64(s.w), 0.94 * float64(s.h)},
		}
		back := q.page(0).back()
		for y := range s.h {
			for x := range s.w {
				p := back.of(point{float64(x), float64(y)})
				if p.x < 0 || p.y < 0 || p.x >= 1 || p.y >= 1 {
					continue
				}
				copy(m.Pix[m.PixOffset(x, y):][:4], page.Pix[page.PixOffset(int(p.x*pw), int(p.y*ph)):][:4])
			}
		}
	} else {
		k := s.fill * float64(s.h) / ph
		if math.Abs(math.Sin(s.degrees*math.Pi/180)) > 0.7 {
			k = s.fill * float64(s.w) / ph
		}
		sin, cos := math.Sincos(s.degrees * math.Pi / 180)
		cx, cy := float64(s.w)/2, float64(s.h)/2
		draw.BiLinear.Transform(m, f64.Aff3{k * cos, -k * sin, cx - k*(cos*pw-sin*ph)/2, k * sin, k * cos, cy - k*(sin*pw+cos*ph)/2}, page, page.Rect, draw.Over, nil)
	}
	for range 2 {
		if s.blur > 0 {
			boxBlur(m, s.blur)
		}
	}
	light := s.light
	if light == ([3]float64{}) {
		light = [3]float64{1, 1, 1}
	}
	var lit [3][256]int
	for c := range 3 {
		for v := range 256 {
			lit[c][v] = int(float64(v) * light[c])
		}
	}
	grain := make([]int, 4099) // a prime, so that rows do not repeat
	r := rand.New(rand.NewPCG(3, 4))
	for i := range grain {
		grain[i] = int(math.Round(r.NormFloat64() * s.noise))
	}
	for i, g := 0, 0; i < len(m.Pix); i += 4 {
		for c := range 3 {
			m.Pix[i+c] = uint8(min(max(lit[c][m.Pix[i+c]]+grain[g], 0), 255))
		}
		if g++; g == len(grain) {
			g = 0
		}
	}
	return m
}

func boxBlur(m *image.RGBA, r int) {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	line := func(n, step, start int) {
		for c := range 3 {
			var sum int
			src := make([]uint8, n)
			for i := range n {
				src[i] = m.Pix[start+i*step+c]
			}
			at := func(i int) int { return int(src[min(max(i, 0), n-1)]) }
			for i := -r; i <= r; i++ {
				sum += at(i)
			}
			for i := range n {
				m.Pix[start+i*step+c] = uint8(sum / (2*r + 1))
				sum += at(i+r+1) - at(i-r)
			}
		}
	}
	for y := range h {
		line(w, 4, y*m.Stride)
	}
	for x := range w {
		line(h, m.Stride, 4*x)
	}
}

func asJPEG(t testing.TB, m image.Image, quality int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// exif is an EXIF block with an orientation and a place, as phones write it.
func exif(orientation uint16, order binary.ByteOrder) []byte {
	b := []byte("MM\x00*\x00\x00\x00\x08")
	if order == binary.LittleEndian {
		b = []byte("II*\x00\x08\x00\x00\x00")
	}
	u16 := func(v uint16) { b = append(b, 0, 0); order.PutUint16(b[len(b)-2:], v) }
	u32 := func(v uint32) { b = append(b, 0, 0, 0, 0); order.PutUint32(b[len(b)-4:], v) }
	u16(2)
	u16(0x010F) // Make
	u16(2)
	u32(12)
	u32(38)
	u16(0x0112) // Orientation
	u16(3)
	u32(1)
	u16(orientation)
	u16(0)
	u32(0)
	return append(b, "GPSPHONEMAKE"...)
}

// withEXIF puts an EXIF segment into a JPEG.
func withEXIF(jpg, block []byte) []byte {
	seg := append([]byte("Exif\x00\x00"), block...)
	out := append([]byte{}, jpg[:2]...)
	out = append(out, 0xFF, 0xE1)
	out = binary.BigEndian.AppendUint16(out, uint16(len(seg)+2))
	return append(append(out, seg...), jpg[2:]...)
}

// writePDF writes objects 1, 2, 3 … as a PDF whose catalog is object 1.
func writePDF(trailer string, objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	at := make([]int, len(objects))
	for i, o := range objects {
		at[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	x := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, o := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, trailer, x)
	return b.Bytes()
}

func stream(dict, body string) string {
	return fmt.Sprintf("<<%s/Length %d>>\nstream\n%s\nendstream", dict, len(body), body)
}

// pdfOf makes a PDF: each page is either a JPEG drawn by how (a matrix) or, when
// the JPEG is nil, text and lines.
func pdfOf(t testing.TB, extra, catalog string, pages ...pdfPage) []byte {
	t.Helper()
	objects := []string{"<</Type/Catalog/Pages 2 0 R" + catalog + ">>", "", "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"}
	if extra != "" {
		objects = append(objects, extra) // object 4
	}
	var kids string
	for _, p := range pages {
		n := len(objects) + 1
		kids += fmt.Sprintf("%d 0 R ", n)
		content, resources := p.content, "/Font<</F1 3 0 R>>"
		more := []string{}
		if p.jpeg != nil {
			c, err := jpeg.DecodeConfig(bytes.NewReader(p.jpeg))
			if err != nil {
				t.Fatal(err)
			}
			space := map[color.Model]string{color.GrayModel: "/DeviceGray", color.YCbCrModel: "/DeviceRGB"}[c.ColorModel]
			more = append(more, stream(fmt.Sprintf("/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace%s/BitsPerComponent 8/Filter/DCTDecode", c.Width, c.Height, space), string(p.jpeg)))
			resources += fmt.Sprintf("/XObject<</Im0 %d 0 R>>", n+2)
			if content == "" {
				content = "q 595 0 0 842 0 0 cm /Im0 Do Q"
			}
		}
		if content == "" {
			content = "BT /F1 24 Tf 72 700 Td (A page of text) Tj ET 72 690 m 400 690 l S"
		}
		objects = append(objects, fmt.Sprintf("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<%s>>/Contents %d 0 R%s>>", resources, n+1, p.more), stream("", content))
		objects = append(objects, more...)
	}
	objects[1] = fmt.Sprintf("<</Type/Pages/Kids[%s]/Count %d>>", kids, len(pages))
	return writePDF("", objects...)
}

type pdfPage struct {
	jpeg    []byte
	content string
	more    string
}
