package photo

import (
	"image"
	"math"
)

// sealing is what was seen of red seals on a page.
type sealing int

const (
	unsealed        sealing = iota
	sealedElsewhere         // red and round enough, but not in the union's box
	sealed
)

// findSeal looks in v, a page shrunk to studyEdge, for a patch of red ink of the
// size and shape of a seal (round seals are 38 to 45 mm, small ones 30): after
// taking the light's colour out, cells of 16×16 pixels with more than a tenth
// of red, lying together. It sees faint seals and seals in warm light, and none
// on black and white copies; whose seal it is, and whether it is real, it
// cannot say. full is the page that where speaks of.
func findSeal(v, full *image.RGBA, where *place, form map[string]Box) sealing {
	const cell = 16
	w, h := v.Rect.Dx(), v.Rect.Dy()
	cols, rows := w/cell, h/cell
	if cols < 4 || rows < 4 {
		return unsealed
	}
	white := paperWhite(grey(v))
	gain := whiteBalance(v, white)
	red := make([]bool, cols*rows)
	for cy := range rows {
		for cx := range cols {
			n := 0
			for y := cy * cell; y < (cy+1)*cell; y++ {
				for x := cx * cell; x < (cx+1)*cell; x++ {
					p := v.Pix[y*v.Stride+4*x:]
					if isRed(float64(p[0])*gain[0], float64(p[1])*gain[1], float64(p[2])*gain[2]) {
						n++
					}
				}
			}
			red[cy*cols+cx] = n*10 > cell*cell
		}
	}

	var back matrix
	if where != nil {
		back = where.to.back()
	}
	k := float64(full.Rect.Dx()) / float64(w)
	short := float64(min(cols, rows))
	best := unsealed
	for _, part := range near(red, cols, rows) {
		x0, y0, x1, y1 := cols, rows, 0, 0
		for _, i := range part {
			x0, x1 = min(x0, i%cols), max(x1, i%cols+1)
			y0, y1 = min(y0, i/cols), max(y1, i/cols+1)
		}
		pw, ph := float64(x1-x0), float64(y1-y0)
		// A page fills at least half of the picture's short side, so a seal
		// takes 7 to 45 hundredths of it.
		if len(part) < 16 || min(pw, ph) < 0.06*short || max(pw, ph) > 0.45*short || max(pw, ph) > 2.2*min(pw, ph) {
			continue
		}
		if !onPaper(v, white, x0*cell, y0*cell, x1*cell, y1*cell) {
			continue
		}
		if where == nil {
			return sealed
		}
		p := back.of(point{float64(x0+x1) / 2 * cell * k, float64(y0+y1) / 2 * cell * k})
		switch {
		case p.within(grow(form["photo"], where.margin)):
			// a red coat on the 1寸 picture
		case p.within(grow(form["seal"], 0.03+where.margin)):
			return sealed
		case p.within(grow(Box{0, 0, 1, 1}, where.margin)):
			best = sealedElsewhere
		}
	}
	return best
}

// onPaper says whether the frame of a box, 8 pixels outside it, lies mostly on
// paper: a patch of red wood or cloth beside the page does not.
func onPaper(m *image.RGBA, white uint8, x0, y0, x1, y1 int) bool {
	bright, all := 0, 0
	at := func(x, y int) {
		all++
		if !image.Pt(x, y).In(m.Rect) {
			return
		}
		p := m.Pix[y*m.Stride+4*x:]
		if 299*int(p[0])+587*int(p[1])+114*int(p[2]) > int(white)*650 {
			bright++
		}
	}
	for x := x0 - 8; x < x1+8; x++ {
		at(x, y0-8)
		at(x, y1+7)
	}
	for y := y0 - 8; y < y1+8; y++ {
		at(x0-8, y)
		at(x1+7, y)
	}
	return bright*2 > all
}

// whiteBalance gives factors for red, green and blue under which the brightest
// tenth of the picture, the paper, is white.
func whiteBalance(m *image.RGBA, white uint8) [3]float64 {
	limit := int(white)
	var sum [3]float64
	n := 0.0
	for y := range m.Rect.Dy() {
		for x := range m.Rect.Dx() {
			p := m.Pix[y*m.Stride+4*x:]
			if 299*int(p[0])+587*int(p[1])+114*int(p[2]) >= limit*1000 {
				for c := range 3 {
					sum[c] += float64(p[c])
				}
				n++
			}
		}
	}
	gain := [3]float64{1, 1, 1}
	for c := range 3 {
		if sum[c] > 0 {
			gain[c] = math.Min(255*n/sum[c], 6)
		}
	}
	return gain
}

// isRed says whether a balanced colour (0–255, may exceed) is that of seal ink.
func isRed(r, g, b float64) bool {
	r, g, b = min(r, 255), min(g, 255), min(b, 255)
	if r < 0.4*255 || r-g <= 0.12*255 || r-b <= 0.08*255 || r-min(g, b) <= 0.20*r {
		return false
	}
	hue := 60 * (g - b) / (r - min(g, b))
	return hue >= -35 && hue <= 25
}

// near groups the set cells; cells up to two apart belong together, for a seal
// is a ring, a star and characters.
func near(set []bool, w, h int) [][]int {
	var out [][]int
	done := make([]bool, len(set))
	for i := range set {
		if !set[i] || done[i] {
			continue
		}
		done[i] = true
		part := []int{i}
		for k := 0; k < len(part); k++ {
			x, y := part[k]%w, part[k]/w
			for ny := max(y-2, 0); ny <= min(y+2, h-1); ny++ {
				for nx := max(x-2, 0); nx <= min(x+2, w-1); nx++ {
					if j := ny*w + nx; set[j] && !done[j] {
						done[j] = true
						part = append(part, j)
					}
				}
			}
		}
		out = append(out, part)
	}
	return out
}
