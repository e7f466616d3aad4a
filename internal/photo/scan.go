package photo

import (
	"image"
	"math"
	"strconv"

	"yuanmeng/internal/scheme"
)

// sheet is what was seen on one page that is a picture.
type sheet struct {
	qr            string
	seal          sealing
	sharpness     float64 // see sharpness
	brightness    uint8   // see paperWhite
	small         bool    // fewer pixels than a page needs to be read
	width, height int
}

const (
	// Measured on drawn forms (TestMeasures): sharp near 300, a little soft near
	// 100, print hard to read near 12, square unreadable near 3. A page whose
	// square was read is told only of the worse. To be set anew once there are
	// enough real photos.
	sharpLeast     = 12.0
	sharpLeastNoQR = 25.0
	// paperLeast is the brightness (0–255) below which paper is in the dark.
	paperLeast = 105
	// pageLeast is the long side, in pixels, below which print of 附件3 is not
	// readable when the page fills the picture.
	pageLeast = 1200
)

// Scan makes the clean copy of a stamped form, from a photo or a PDF, and says
// what it shows: the square's words in Result.QR, and findings qr_missing,
// seal_seen or seal_missing, blurred, dark, and pdf_page for pages that only a
// person can look at. All are for the worker and for staff; none decides, for
// a copy in black and white or a faint seal may be right. A page whose square
// was read is turned upright.
//
// form is paper.Boxes(): qr, seal and photo are used; nil is allowed. Faults:
// what Type, the limits and the decoders refuse.
func Scan(b []byte, form map[string]Box) (r Result, err error) {
	defer guard(&err)
	var sheets []sheet
	r, err = clean(b, func(m *image.RGBA) *image.RGBA {
		s, m := study(m, form)
		sheets = append(sheets, s)
		return m
	})
	if err != nil {
		return Result{}, err
	}
	r.QR, r.Findings = tell(sheets, len(r.Pages) > len(sheets))
	return r, nil
}

// Picture makes the clean copy of any other evidence (identity card,
// certificate, medical paper), from a photo or a PDF. Findings: blurred, dark
// and pdf_page. Faults as Scan.
func Picture(b []byte) (r Result, err error) {
	defer guard(&err)
	var sheets []sheet
	r, err = clean(b, func(m *image.RGBA) *image.RGBA {
		s := sheet{width: m.Rect.Dx(), height: m.Rect.Dy()}
		g := grey(shrink(m, studyEdge))
		s.sharpness, s.brightness = sharpness(g), paperWhite(g)
		sheets = append(sheets, s)
		return m
	})
	if err != nil {
		return Result{}, err
	}
	r.Findings = quality(sheets, sharpLeast)
	if len(r.Pages) > len(sheets) {
		r.Findings = append(r.Findings, finding("pdf_page", warn, "这份PDF里有系统看不了的页面，由工作人员核对。"))
	}
	return r, nil
}

// clean makes the pages of a picture or a PDF. see is called with each page
// that is a picture, upright by EXIF and shrunk, and may give back another.
func clean(b []byte, see func(*image.RGBA) *image.RGBA) (Result, error) {
	kind, done, err := enter(b)
	if err != nil {
		return Result{}, err
	}
	defer done()
	r := Result{SHA256: sum(b), Findings: []scheme.Finding{}}
	page := func(m *image.RGBA) error {
		body, err := encode(see(m), 85)
		if err != nil {
			return err
		}
		r.Pages = append(r.Pages, Page{"image/jpeg", body})
		return nil
	}
	if kind == "application/pdf" {
		err = pdfPages(b, page, func(body []byte) { r.Pages = append(r.Pages, Page{"application/pdf", body}) })
		return r, err
	}
	m, _, _, err := open(b, kind, longEdge)
	if err != nil {
		return Result{}, err
	}
	return r, page(m)
}

// studyEdge is the long side, in pixels, at which a page is judged: an A4 page
// is then about 1280 wide.
const studyEdge = 1800

// study looks at one page and gives it back upright, as far as its square
// tells.
func study(m *image.RGBA, form map[string]Box) (sheet, *image.RGBA) {
	code, found := readQR(m)
	if found {
		if o := code.orientation(); o != 1 {
			w, h := m.Rect.Dx(), m.Rect.Dy()
			m = upright(m, o)
			code.turn(o, w, h)
		}
	}
	s := sheet{width: m.Rect.Dx(), height: m.Rect.Dy()}
	s.small = max(s.width, s.height) < pageLeast
	var where *place
	if found {
		s.qr = code.text
		where = locate(m, &code, form)
	}
	v := shrink(m, studyEdge)
	s.seal = findSeal(v, m, where, form)
	g := grey(v)
	s.sharpness, s.brightness = sharpness(g), paperWhite(g)
	return s, m
}

// tell turns what was seen on the sheets into findings. beside says that other
// pages could not be looked at.
func tell(sheets []sheet, beside bool) (qr string, out []scheme.Finding) {
	out = []scheme.Finding{}
	best := unsealed
	for _, s := range sheets {
		if qr == "" {
			qr = s.qr
		}
		best = max(best, s.seal)
	}
	switch {
	case len(sheets) == 0: // nothing could be looked at: say so below, once
	case qr == "" && beside:
	case qr == "":
		out = append(out, finding("qr_missing", warn, "没认出右上角的二维码。请把整张表放平，四个角都拍进去，光线亮一点再拍；拍不出来也可以继续，由工作人员核对。"))
	}
	switch {
	case len(sheets) == 0:
	case best == sealed:
		out = append(out, finding("seal_seen", ok, "看到了红色印章。"))
	case best == sealedElsewhere:
		out = append(out, finding("seal_seen", warn, "看到了红色印章，但不在“基层工会审核意见”栏。请看一下章是不是盖对了地方。"))
	case !beside:
		out = append(out, finding("seal_missing", warn, "系统没看到红色印章，请确认“基层工会审核意见”栏已经盖章，并且拍的是彩色照片。"))
	}
	least := sharpLeastNoQR
	if qr != "" {
		least = sharpLeast
	}
	out = append(out, quality(sheets, least)...)
	if beside {
		out = append(out, finding("pdf_page", warn, "这份PDF里有系统看不了的页面，二维码和印章由工作人员核对。想快一点，请把盖了章的表拍照上传。"))
	}
	return qr, out
}

// quality says which sheets are hard to read.
func quality(sheets []sheet, least float64) (out []scheme.Finding) {
	for i, s := range sheets {
		which := "照片"
		if len(sheets) > 1 {
			which = "第" + strconv.Itoa(i+1) + "页"
		}
		switch {
		case s.small:
			out = append(out, finding("blurred", warn, "%s太小，字可能看不清。请用手机原图上传，不要传缩略图。", which))
		case s.sharpness < least:
			out = append(out, finding("blurred", warn, "%s有点模糊。请擦一下镜头，拿稳手机，对准后再拍一张。", which))
		}
		if s.brightness < paperLeast {
			out = append(out, finding("dark", warn, "%s偏暗。请到亮一点的地方再拍一张。", which))
		}
	}
	return out
}

// sharpness is the variance of the Laplacian after light smoothing: high where
// edges are crisp. Smoothing keeps the noise of a dark photo from passing for
// edges.
func sharpness(g *image.Gray) float64 {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	if w < 5 || h < 5 {
		return 0
	}
	// Binomial 3×3, times 16.
	s := make([]int32, w*h)
	for y := 1; y < h-1; y++ {
		a, b, c := g.Pix[(y-1)*g.Stride:], g.Pix[y*g.Stride:], g.Pix[(y+1)*g.Stride:]
		for x := 1; x < w-1; x++ {
			s[y*w+x] = int32(a[x-1]) + 2*int32(a[x]) + int32(a[x+1]) +
				2*int32(b[x-1]) + 4*int32(b[x]) + 2*int32(b[x+1]) +
				int32(c[x-1]) + 2*int32(c[x]) + int32(c[x+1])
		}
	}
	var sum, squares float64
	n := 0
	for y := 2; y < h-2; y++ {
		for x := 2; x < w-2; x++ {
			i := y*w + x
			l := float64(s[i-1]+s[i+1]+s[i-w]+s[i+w]-4*s[i]) / 16
			sum += l
			squares += l * l
			n++
		}
	}
	mean := sum / float64(n)
	return squares/float64(n) - mean*mean
}

// paperWhite is the brightness that a tenth of the pixels reach: on the photo
// of a page that is the paper.
func paperWhite(g *image.Gray) uint8 {
	var hist [256]int
	for _, v := range g.Pix {
		hist[v]++
	}
	left := len(g.Pix) / 10
	for v := 255; v > 0; v-- {
		if left -= hist[v]; left < 0 {
			return uint8(v)
		}
	}
	return 0
}

// point is a place in a picture (pixels) or on a page (fractions).
type point struct{ x, y float64 }

func (p point) minus(q point) point { return point{p.x - q.x, p.y - q.y} }
func (p point) length() float64     { return math.Hypot(p.x, p.y) }
func distance(p, q point) float64   { return p.minus(q).length() }
func cross(a, b point) float64      { return a.x*b.y - a.y*b.x }
func centre(b Box) point            { return point{b.X + b.W/2, b.Y + b.H/2} }
func grow(b Box, by float64) Box    { return Box{b.X - by, b.Y - by, b.W + 2*by, b.H + 2*by} }
func (p point) within(b Box) bool {
	return p.x >= b.X && p.x <= b.X+b.W && p.y >= b.Y && p.y <= b.Y+b.H
}
