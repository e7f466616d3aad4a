package photo

import (
	"image"
	"math"
)

// matrix is a homography: it takes fractions of a page to pixels of a picture,
// straight lines to straight lines.
type matrix [9]float64

func (m matrix) of(p point) point {
	w := m[6]*p.x + m[7]*p.y + m[8]
	if w == 0 {
		return point{math.Inf(1), math.Inf(1)}
	}
	return point{(m[0]*p.x + m[1]*p.y + m[2]) / w, (m[3]*p.x + m[4]*p.y + m[5]) / w}
}

// back is the way from pixels to fractions (the adjugate; a homography keeps
// its meaning under any factor).
func (m matrix) back() matrix {
	return matrix{
		m[4]*m[8] - m[5]*m[7], m[2]*m[7] - m[1]*m[8], m[1]*m[5] - m[2]*m[4],
		m[5]*m[6] - m[3]*m[8], m[0]*m[8] - m[2]*m[6], m[2]*m[3] - m[0]*m[5],
		m[3]*m[7] - m[4]*m[6], m[1]*m[6] - m[0]*m[7], m[0]*m[4] - m[1]*m[3],
	}
}

// quad is the four corners of a page in a picture: upper left, upper right,
// lower right, lower left, as they lie in the picture.
type quad [4]point

// page is the way from the unit square to q, after Heckbert (1989). Its upper
// left corner is q[turned].
func (q quad) page(turned int) matrix {
	a, b, c, d := q[turned%4], q[(turned+1)%4], q[(turned+2)%4], q[(turned+3)%4]
	s := point{a.x - b.x + c.x - d.x, a.y - b.y + c.y - d.y}
	u, v := b.minus(c), d.minus(c)
	det := cross(u, v)
	if det == 0 {
		return matrix{}
	}
	g, h := cross(s, v)/det, cross(u, s)/det
	return matrix{
		b.x - a.x + g*b.x, d.x - a.x + h*d.x, a.x,
		b.y - a.y + g*b.y, d.y - a.y + h*d.y, a.y,
		g, h, 1,
	}
}

// area is the signed area in square pixels.
func (q quad) area() float64 {
	var a float64
	for i := range q {
		a += cross(q[i], q[(i+1)%4])
	}
	return a / 2
}

func (q quad) convex() bool {
	for i := range q {
		if cross(q[(i+1)%4].minus(q[i]), q[(i+2)%4].minus(q[(i+1)%4])) <= 0 {
			return false
		}
	}
	return true
}

// place is where the page lies in a picture.
type place struct {
	to     matrix
	margin float64 // how far off it may be, in fractions of the page
}

// locate says where the form lies, by its square and, if that fits, by the
// edges of the paper. nil when form has no place for the square.
func locate(m *image.RGBA, code *square, form map[string]Box) *place {
	at, known := form["qr"]
	if !known || at.W <= 0 || at.H <= 0 {
		return nil
	}
	page, seen := code.eyes(at), [3]point{code.topLeft, code.topRight, code.bottomLeft}

	// The paper's own corners, if the square stands where they say. A scan or a
	// close photo has the picture's corners.
	candidates := []quad{corners(m.Rect)}
	if q, found := paperEdges(m); found {
		candidates = append([]quad{q}, candidates...)
	}
	const fit = 0.02
	best, off := matrix{}, fit
	for _, q := range candidates {
		for turned := range 4 {
			to := q.page(turned)
			worst := 0.0
			for i := range page {
				worst = max(worst, distance(to.of(page[i]), seen[i]))
			}
			width := max(distance(to.of(point{0, 0}), to.of(point{1, 0})), 1)
			if e := worst / width; e < off {
				best, off = to, e
			}
		}
	}
	if off < fit && best.sane(m.Rect) {
		return &place{best, 0.012 + off}
	}

	// The square alone: exact near it, less so at the far end of a page that
	// was photographed at a slant.
	dx, dy := page[1].x-page[0].x, page[2].y-page[0].y
	ex, ey := seen[1].minus(seen[0]), seen[2].minus(seen[0])
	ax, ay := point{ex.x / dx, ex.y / dx}, point{ey.x / dy, ey.y / dy}
	o := point{seen[0].x - ax.x*page[0].x - ay.x*page[0].y, seen[0].y - ax.y*page[0].x - ay.y*page[0].y}
	alone := matrix{ax.x, ay.x, o.x, ax.y, ay.y, o.y, 0, 0, 1}
	if !alone.sane(m.Rect) {
		return nil
	}
	return &place{alone, 0.05}
}

// sane says that a page laid out by m is a convex shape, right side up, of a
// size that fits the picture.
func (m matrix) sane(r image.Rectangle) bool {
	q := quad{m.of(point{0, 0}), m.of(point{1, 0}), m.of(point{1, 1}), m.of(point{0, 1})}
	share := q.area() / float64(r.Dx()*r.Dy())
	return q.convex() && share > 0.04 && share < 12 // false for what is not a number
}

func corners(r image.Rectangle) quad {
	w, h := float64(r.Dx()), float64(r.Dy())
	return quad{{0, 0}, {w, 0}, {w, h}, {0, h}}
}

// paperEdges looks for one large bright area with four corners: paper on
// something darker.
func paperEdges(m *image.RGBA) (quad, bool) {
	const edge = 400
	g := shrinkGrey(grey(m), min(edge, max(m.Rect.Dx(), m.Rect.Dy())))
	w, h := g.Rect.Dx(), g.Rect.Dy()
	limit := otsu(g)
	mask := make([]bool, w*h)
	for y := range h {
		for x := range w {
			mask[y*w+x] = g.Pix[y*g.Stride+x] > limit
		}
	}
	part := largest(mask, w, h)
	if len(part)*5 < w*h {
		return quad{}, false
	}
	// The corners are the outermost pixels along both diagonals.
	far := [4]float64{math.Inf(-1), math.Inf(-1), math.Inf(-1), math.Inf(-1)}
	var q quad
	for _, i := range part {
		x, y := float64(i%w), float64(i/w)
		for k, v := range [4]float64{-x - y, x - y, x + y, y - x} {
			if v > far[k] {
				far[k] = v
				q[k] = point{x, y}
			}
		}
	}
	fill := float64(len(part)) / max(q.area(), 1)
	if !q.convex() || fill < 0.7 || fill > 1.15 {
		return quad{}, false
	}
	kx, ky := float64(m.Rect.Dx())/float64(w), float64(m.Rect.Dy())/float64(h)
	for k := range q {
		// From pixels to their outer edge.
		out := [4]point{{0, 0}, {1, 0}, {1, 1}, {0, 1}}[k]
		q[k] = point{(q[k].x + out.x) * kx, (q[k].y + out.y) * ky}
	}
	return q, true
}

// otsu is the brightness that best parts the light from the dark pixels
// (N. Otsu, 1979).
func otsu(g *image.Gray) uint8 {
	var hist [256]float64
	var total, sum float64
	for _, v := range g.Pix {
		hist[v]++
		total++
		sum += float64(v)
	}
	var at uint8
	var best, below, belowSum float64
	for v := range 256 {
		below += hist[v]
		belowSum += float64(v) * hist[v]
		if below == 0 || below == total {
			continue
		}
		d := belowSum/below - (sum-belowSum)/(total-below)
		if s := below * (total - below) * d * d; s > best {
			best, at = s, uint8(v)
		}
	}
	return at
}

// largest gives the pixels of the largest connected part of a mask.
func largest(mask []bool, w, h int) []int {
	var best []int
	for i := range mask {
		if !mask[i] {
			continue
		}
		mask[i] = false
		part := []int{i}
		for k := 0; k < len(part); k++ {
			x, y := part[k]%w, part[k]/w
			for _, d := range [4][2]int{{1, 0}, {-1, 0}, {0, 1}, {0, -1}} {
				nx, ny := x+d[0], y+d[1]
				if nx >= 0 && ny >= 0 && nx < w && ny < h && mask[ny*w+nx] {
					mask[ny*w+nx] = false
					part = append(part, ny*w+nx)
				}
			}
		}
		if len(part) > len(best) {
			best = part
		}
	}
	return best
}
