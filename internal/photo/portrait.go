package photo

import (
	"image"

	"golang.org/x/image/draw"

	"yuanmeng/internal/scheme"
)

// The 1寸 picture: 25 × 35 mm at 300 dpi, as the box of 附件3 takes it.
const (
	portraitW = 295
	portraitH = 413
)

// blueLeast is the share of blue in the upper and side edges below which a
// picture is said not to have the blue ground that 附件3 asks for. Plain
// grounds give nearly 1, white ones 0; a hat or long hair takes a part.
const blueLeast = 0.5

// Photo makes the 1寸 picture: upright, cut from the middle to 25:35, drawn
// anew as a JPEG of 295×413 pixels. Findings: photo_small and photo_not_blue,
// both warnings. Faults: what Type, the limits and the decoders refuse, and a
// PDF.
func Photo(b []byte) (r Result, err error) {
	defer guard(&err)
	kind, done, err := enter(b)
	if err != nil {
		return Result{}, err
	}
	defer done()
	if kind == "application/pdf" {
		return Result{}, faultNotPicture
	}
	m, w, h, err := open(b, kind, 1600)
	if err != nil {
		return Result{}, err
	}
	// Cut by what the picture shows now, but judge by what it had.
	cut := middle(m.Rect.Dx(), m.Rect.Dy())
	full := middle(w, h)
	out := image.NewRGBA(image.Rect(0, 0, portraitW, portraitH))
	draw.CatmullRom.Scale(out, out.Rect, m, cut, draw.Src, nil)
	body, err := encode(out, 90)
	if err != nil {
		return Result{}, err
	}
	r = Result{Pages: []Page{{"image/jpeg", body}}, SHA256: sum(b), Findings: []scheme.Finding{}}
	if full.Dx() < portraitW || full.Dy() < portraitH {
		r.Findings = append(r.Findings, finding("photo_small", warn, "照片太小，印出来可能不清楚。有大一点的请换一张（至少295×413像素）。"))
	}
	if blueShare(out) < blueLeast {
		r.Findings = append(r.Findings, finding("photo_not_blue", warn, "照片背景看起来不是蓝色。表上要求1寸蓝底照片，请看一下是不是传对了。"))
	}
	return r, nil
}

// middle is the largest upright 25:35 box in the middle of a w×h picture, at
// least one pixel.
func middle(w, h int) image.Rectangle {
	cw, ch := w, h
	if w*portraitH > h*portraitW {
		cw = max(h*portraitW/portraitH, 1)
	} else {
		ch = max(w*portraitH/portraitW, 1)
	}
	x, y := (w-cw)/2, (h-ch)/2
	return image.Rect(x, y, x+cw, y+ch)
}

// blueShare is the share (0–1) of blue pixels in the upper strip and in the
// upper halves of the side strips of a portrait, where the ground shows.
func blueShare(m *image.RGBA) float64 {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	var blue, all int
	for y := 0; y < h*6/10; y++ {
		for x := range w {
			if y >= h/8 && x >= w/8 && x < w-w/8 {
				continue
			}
			p := m.Pix[y*m.Stride+4*x:]
			hue, s, v := hsv(p[0], p[1], p[2])
			all++
			if hue >= 180 && hue <= 260 && s >= 0.25 && v >= 0.2 {
				blue++
			}
		}
	}
	if all == 0 {
		return 0
	}
	return float64(blue) / float64(all)
}

// hsv gives hue in degrees (0–360), saturation and value (0–1).
func hsv(r, g, b uint8) (h, s, v float64) {
	R, G, B := float64(r), float64(g), float64(b)
	hi, lo := max(R, G, B), min(R, G, B)
	d := hi - lo
	if hi == 0 {
		return 0, 0, 0
	}
	if d > 0 {
		switch hi {
		case R:
			h = 60 * (G - B) / d
		case G:
			h = 60*(B-R)/d + 120
		default:
			h = 60*(R-G)/d + 240
		}
		if h < 0 {
			h += 360
		}
	}
	return h, d / hi, hi / 255
}
