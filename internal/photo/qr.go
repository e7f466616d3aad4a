package photo

import (
	"image"
	"math"
	"unicode/utf8"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"
	"github.com/makiuchi-d/gozxing/qrcode/detector"
)

// maxQR bounds what a square may say, in bytes. Ours says about 30.
const maxQR = 512

// square is a QR code that was read.
type square struct {
	text string
	// The centres of the three eyes, in pixels of the picture.
	topLeft, topRight, bottomLeft point
	modules                       int // on each side
}

// try is one way to look for the square: the picture at a size, a part of it,
// one way to tell black from white.
type try struct {
	edge   int
	part   Box
	global bool
}

// tries in the order that finds most pages soonest. Local thresholds cope with
// shadows, global ones with faint print; parts cope with pages where the
// pattern of the print resembles eyes. The detector itself reads any rotation.
var tries = func() []try {
	all := Box{0, 0, 1, 1}
	t := []try{{1600, all, false}, {2400, all, false}, {1100, all, false}, {1600, all, true}, {800, all, false}}
	for _, p := range []Box{{0.45, 0, 0.55, 0.55}, {0, 0, 0.55, 0.55}, {0.45, 0.45, 0.55, 0.55}, {0, 0.45, 0.55, 0.55}} {
		t = append(t, try{1600, p, false}, try{2400, p, false})
	}
	return t
}()

// readQR looks for a square and reads it. The second result says whether one
// was read; a square that is seen but not readable counts as none.
func readQR(m *image.RGBA) (square, bool) {
	full := grey(m)
	at := map[int]*image.Gray{}
	long := max(m.Rect.Dx(), m.Rect.Dy())
	for _, t := range tries {
		if t.edge > 800 && t.edge > long*3/2 {
			continue // nothing is gained by looking at a small picture larger
		}
		edge := min(t.edge, long)
		g := at[edge]
		if g == nil {
			g = full
			if edge < long {
				g = shrinkGrey(full, edge)
			}
			at[edge] = g
		}
		if s, found := readAt(g, t); found {
			k := float64(long) / float64(edge)
			for _, p := range []*point{&s.topLeft, &s.topRight, &s.bottomLeft} {
				p.x, p.y = p.x*k, p.y*k
			}
			return s, true
		}
	}
	return square{}, false
}

// shrinkGrey brings the long edge down to edge, by halves first: one big step
// would drop the thin lines of a square.
// shrinkGrey is shrink for one channel: halve by averages, then sample between
// four pixels.
func shrinkGrey(g *image.Gray, edge int) *image.Gray {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	for max(w, h) >= 2*edge && min(w, h) >= 2 {
		half := image.NewGray(image.Rect(0, 0, w/2, h/2))
		for y := range h / 2 {
			a, b, d := g.Pix[2*y*g.Stride:], g.Pix[(2*y+1)*g.Stride:], half.Pix[y*half.Stride:]
			for x := range w / 2 {
				d[x] = uint8((int(a[2*x]) + int(a[2*x+1]) + int(b[2*x]) + int(b[2*x+1]) + 2) / 4)
			}
		}
		g, w, h = half, w/2, h/2
	}
	long := max(w, h)
	if long <= edge {
		return g
	}
	nw, nh := max(w*edge/long, 1), max(h*edge/long, 1)
	out := image.NewGray(image.Rect(0, 0, nw, nh))
	// Places between pixels are counted in 256ths.
	between := func(i, n, of int) (lo, hi, part int) {
		at := max((2*i+1)*of*128/n-128, 0)
		lo = min(at>>8, of-1)
		return lo, min(lo+1, of-1), at & 255
	}
	for y := range nh {
		y0, y1, py := between(y, nh, h)
		a, b := g.Pix[y0*g.Stride:], g.Pix[y1*g.Stride:]
		for x := range nw {
			x0, x1, px := between(x, nw, w)
			top := int(a[x0])*(256-px) + int(a[x1])*px
			low := int(b[x0])*(256-px) + int(b[x1])*px
			out.Pix[y*out.Stride+x] = uint8((top*(256-py) + low*py + 1<<15) >> 16)
		}
	}
	return out
}

// readAt makes one try. gozxing may panic on odd patterns; that try has then
// found nothing.
func readAt(g *image.Gray, t try) (s square, found bool) {
	defer func() {
		if recover() != nil {
			s, found = square{}, false
		}
	}()
	w, h := float64(g.Rect.Dx()), float64(g.Rect.Dy())
	x0, y0 := int(t.part.X*w), int(t.part.Y*h)
	pw, ph := min(int(t.part.W*w), g.Rect.Dx()-x0), min(int(t.part.H*h), g.Rect.Dy()-y0)
	if pw < 40 || ph < 40 {
		return square{}, false
	}
	src, err := gozxing.NewPlanarYUVLuminanceSource(g.Pix, g.Stride, g.Rect.Dy(), x0, y0, pw, ph, false)
	if err != nil {
		return square{}, false
	}
	bin := gozxing.NewHybridBinarizer(src)
	if t.global {
		bin = gozxing.NewGlobalHistgramBinarizer(src)
	}
	bits, err := bin.GetBlackMatrix()
	if err != nil {
		return square{}, false
	}
	hints := map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true}
	seen, err := detector.NewDetector(bits).Detect(hints)
	if err != nil || len(seen.GetPoints()) < 3 {
		return square{}, false
	}
	says, err := decoder.NewDecoder().Decode(seen.GetBits(), hints)
	if err != nil {
		return square{}, false
	}
	text := says.GetText()
	if text == "" || len(text) > maxQR || !utf8.ValidString(text) {
		return square{}, false
	}
	p := seen.GetPoints()
	at := func(i int) point { return point{p[i].GetX() + float64(x0), p[i].GetY() + float64(y0)} }
	s = square{text: text, bottomLeft: at(0), topLeft: at(1), topRight: at(2), modules: seen.GetBits().GetWidth()}
	return s, true
}

// orientation is the EXIF orientation under which the square would stand
// upright: 1, 3, 6 or 8. A square that lies askew counts as its nearest side.
func (s *square) orientation() int {
	d := s.topRight.minus(s.topLeft)
	switch math.Mod(math.Round(math.Atan2(d.y, d.x)/(math.Pi/2))+4, 4) {
	case 1:
		return 8
	case 2:
		return 3
	case 3:
		return 6
	}
	return 1
}

// turn moves the square as upright(_, o) moves a picture of w×h pixels.
func (s *square) turn(o, w, h int) {
	W, H := float64(w), float64(h)
	for _, p := range []*point{&s.topLeft, &s.topRight, &s.bottomLeft} {
		switch o {
		case 3:
			*p = point{W - p.x, H - p.y}
		case 6:
			*p = point{H - p.y, p.x}
		case 8:
			*p = point{p.y, W - p.x}
		}
	}
}

// eyes gives where the centres of the eyes stand within the box of a square:
// 3.5 modules from its sides (ISO/IEC 18004, 6.3.3).
func (s *square) eyes(b Box) [3]point {
	e := 3.5 / float64(max(s.modules, 21))
	return [3]point{
		{b.X + e*b.W, b.Y + e*b.H},
		{b.X + (1-e)*b.W, b.Y + e*b.H},
		{b.X + e*b.W, b.Y + (1-e)*b.H},
	}
}
