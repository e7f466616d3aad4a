package photo

import (
	"fmt"
	"image"
	"math"
)

// Redact makes a copy of a page of a stamped form, as Scan keeps it, in which
// the named boxes of form (paper.Boxes(): "id", "phone", "card" …) are painted
// over, for those who may see the seal and the name but not the numbers. The
// copy is a JPEG; what is under the paint is gone.
//
// sure says that the page was located by its square. Otherwise more is covered:
// where the paper's edges were found, the boxes with a wide margin, for either
// way up; else a band across the whole picture, for either way up. A caller for
// whom that is not safe enough shows no picture when sure is false.
//
// A key that form does not have is an error, so that nothing stays open by a
// slip of the pen. A PDF is a Fault: its pages cannot be painted here.
func Redact(page []byte, form map[string]Box, keys ...string) (out []byte, sure bool, err error) {
	defer guard(&err)
	boxes := make([]Box, 0, len(keys))
	for _, k := range keys {
		b, known := form[k]
		if !known {
			return nil, false, fmt.Errorf("photo: redact: no box %q on the form", k)
		}
		boxes = append(boxes, b)
	}
	kind, done, err := enter(page)
	if err != nil {
		return nil, false, err
	}
	defer done()
	if kind == "application/pdf" {
		return nil, false, faultNotPicture
	}
	m, _, _, err := open(page, kind, longEdge)
	if err != nil {
		return nil, false, err
	}

	if code, found := readQR(m); found {
		if where := locate(m, &code, form); where != nil {
			for _, b := range boxes {
				paint(m, where.to, cover(b, where.margin))
			}
			out, err = encode(m, 85)
			return out, true, err
		}
	}

	q, found := paperEdges(m)
	if !found {
		q = corners(m.Rect)
		boxes = band(boxes)
	}
	for _, turned := range waysUp(q) {
		to := q.page(turned)
		for _, b := range boxes {
			paint(m, to, grow(b, 0.04))
		}
	}
	out, err = encode(m, 85)
	return out, false, err
}

// cover is what to paint of a cell of a page that may lie off by margin. A value
// is printed with air around it: 2 mm at the sides, 3.5 mm above and below. The
// paint takes up the doubt in that air first, and so stays off the labels and
// values beside the cell; it never covers less than the cell.
func cover(b Box, margin float64) Box {
	const air, lead, line = 2.0 / 210, 3.5 / 297, 0.001
	x, y := max(margin-air, line), max(margin-lead, line)
	return Box{b.X - x, b.Y - y, b.W + 2*x, b.H + 2*y}
}

// waysUp gives the corners that may be the upper left one of an A4 page.
func waysUp(q quad) []int {
	across := distance(q[0], q[1]) + distance(q[3], q[2])
	down := distance(q[1], q[2]) + distance(q[0], q[3])
	switch {
	case down > 1.1*across:
		return []int{0, 2}
	case across > 1.1*down:
		return []int{1, 3}
	}
	return []int{0, 1, 2, 3}
}

// band is one box across the whole page that holds all boxes and a tenth more
// above and below.
func band(boxes []Box) []Box {
	if len(boxes) == 0 {
		return nil
	}
	y0, y1 := 1.0, 0.0
	for _, b := range boxes {
		y0, y1 = min(y0, b.Y), max(y1, b.Y+b.H)
	}
	return []Box{{-0.1, y0 - 0.1, 1.2, y1 - y0 + 0.2}}
}

// paint fills a box of the page with one dark colour.
func paint(m *image.RGBA, to matrix, b Box) {
	q := quad{
		to.of(point{b.X, b.Y}), to.of(point{b.X + b.W, b.Y}),
		to.of(point{b.X + b.W, b.Y + b.H}), to.of(point{b.X, b.Y + b.H}),
	}
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, p := range q {
		x0, x1 = min(x0, p.x), max(x1, p.x)
		y0, y1 = min(y0, p.y), max(y1, p.y)
	}
	w, h := float64(m.Rect.Dx()), float64(m.Rect.Dy())
	x0, y0, x1, y1 = max(x0, 0), max(y0, 0), min(x1, w), min(y1, h)
	for y := int(y0); float64(y) < y1; y++ {
		for x := int(x0); float64(x) < x1; x++ {
			if !q.holds(point{float64(x) + 0.5, float64(y) + 0.5}) {
				continue
			}
			p := m.Pix[y*m.Stride+4*x:]
			p[0], p[1], p[2], p[3] = 40, 40, 40, 255
		}
	}
}

// holds says whether p lies inside a convex quad of either turn.
func (q quad) holds(p point) bool {
	left, right := false, false
	for i := range q {
		c := cross(q[(i+1)%4].minus(q[i]), p.minus(q[i]))
		left, right = left || c < 0, right || c > 0
	}
	return !(left && right)
}
