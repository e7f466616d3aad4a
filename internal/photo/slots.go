package photo

import (
	"fmt"
	"image"
	"math"
)

// The whole form would be this large, in pixels, at the scale of Slots.
const (
	slotPageW = 1400
	slotPageH = 1980 // A4
	slotEdge  = 0.004
)

// Slot is where one box of the form lies in the picture that Slots makes: the
// boxes stand below one another at the left edge.
type Slot struct {
	Key     string
	Y, W, H int
}

// SlotRows is the layout of the picture that Slots makes. It depends on the form
// alone, so that a page can show parts of the picture before it is made. Keys
// that the form does not have are left out.
func SlotRows(form map[string]Box, keys ...string) (rows []Slot, w, h int) {
	for _, k := range keys {
		b, known := form[k]
		if !known {
			continue
		}
		b = grow(b, slotEdge)
		s := Slot{Key: k, Y: h, W: int(math.Round(b.W * slotPageW)), H: int(math.Round(b.H * slotPageH))}
		rows = append(rows, s)
		w, h = max(w, s.W), h+s.H
	}
	return rows, w, h
}

// faultUnplaced says that the boxes could not be found on a picture.
var faultUnplaced = Fault{"unplaced", "没认出表格的位置，请看整张照片。"}

// Slots cuts the named boxes of form (paper.Boxes()) out of a page of a stamped
// form, as Scan keeps it, straightened and below one another as SlotRows says: a
// clerk compares them with what was typed. A page that cannot be located by its
// square is a Fault, and so is a PDF.
func Slots(page []byte, form map[string]Box, keys ...string) (out []byte, err error) {
	defer guard(&err)
	rows, w, h := SlotRows(form, keys...)
	if len(rows) != len(keys) || w == 0 {
		return nil, fmt.Errorf("photo: slots: the form lacks one of %d boxes", len(keys))
	}
	kind, done, err := enter(page)
	if err != nil {
		return nil, err
	}
	defer done()
	if kind == "application/pdf" {
		return nil, faultNotPicture
	}
	m, _, _, err := open(page, kind, longEdge)
	if err != nil {
		return nil, err
	}
	code, found := readQR(m)
	if !found {
		return nil, faultUnplaced
	}
	where := locate(m, &code, form)
	if where == nil {
		return nil, faultUnplaced
	}
	d := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range d.Pix {
		d.Pix[i] = 255
	}
	for _, r := range rows {
		b := grow(form[r.Key], slotEdge)
		for y := range r.H {
			for x := range r.W {
				p := where.to.of(point{b.X + b.W*(float64(x)+0.5)/float64(r.W), b.Y + b.H*(float64(y)+0.5)/float64(r.H)})
				sample(m, p, d.Pix[(r.Y+y)*d.Stride+4*x:])
			}
		}
	}
	return encode(d, 85)
}

// sample writes the colour of a picture at a point between its pixels; outside
// it leaves what is there.
func sample(m *image.RGBA, p point, to []uint8) {
	x, y := p.x-0.5, p.y-0.5
	if !(x >= 0 && y >= 0 && x < float64(m.Rect.Dx()-1) && y < float64(m.Rect.Dy()-1)) {
		return
	}
	x0, y0 := int(x), int(y)
	fx, fy := x-float64(x0), y-float64(y0)
	at := m.Pix[y0*m.Stride+4*x0:]
	below := m.Pix[(y0+1)*m.Stride+4*x0:]
	for c := range 3 {
		top := float64(at[c])*(1-fx) + float64(at[4+c])*fx
		low := float64(below[c])*(1-fx) + float64(below[4+c])*fx
		to[c] = uint8(top*(1-fy) + low*fy + 0.5)
	}
}
