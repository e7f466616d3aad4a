package sample

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"math"

	"yuanmeng/internal/paper"
)

// Portrait draws the n-th 1寸 photo: a head and shoulders on blue. It is a
// drawing and nobody's picture.
func Portrait(n int) []byte {
	const w, h = 590, 826
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(m, m.Bounds(), image.NewUniform(color.RGBA{0x43, 0x8E, 0xDB, 255}), image.Point{}, draw.Src)
	skins := []color.RGBA{{0xF1, 0xC9, 0xA5, 255}, {0xE5, 0xB5, 0x8C, 255}, {0xD9, 0xA0, 0x78, 255}}
	coats := []color.RGBA{{0x2F, 0x3B, 0x52, 255}, {0x5A, 0x2A, 0x27, 255}, {0xEE, 0xEE, 0xEE, 255}, {0x1F, 0x4D, 0x3A, 255}}
	hair := color.RGBA{0x22, 0x1C, 0x1A, 255}
	skin, coat := skins[n%len(skins)], coats[n/3%len(coats)]
	blob := func(cx, cy, rx, ry float64, c color.RGBA) {
		for y := int(cy - ry); y <= int(cy+ry); y++ {
			for x := int(cx - rx); x <= int(cx+rx); x++ {
				dx, dy := (float64(x)-cx)/rx, (float64(y)-cy)/ry
				if dx*dx+dy*dy <= 1 && image.Pt(x, y).In(m.Bounds()) {
					m.SetRGBA(x, y, c)
				}
			}
		}
	}
	blob(w/2, 860, 250, 240, coat)
	blob(w/2, 610, 70, 90, skin)
	blob(w/2, 360, 160, 190, hair)
	blob(w/2, 400, 140, 180, skin)
	blob(w/2, 235+float64(n%4)*8, 150, 70, hair)
	blob(w/2-55, 385, 14, 9, hair)
	blob(w/2+55, 385, 14, 9, hair)
	blob(w/2, 440, 12, 26, color.RGBA{0xC9, 0x8F, 0x6B, 255})
	blob(w/2, 500, 40, 9, color.RGBA{0xB0, 0x4A, 0x45, 255})
	return encode(m, 88)
}

// IDCard draws a picture that stands for the front of an identity card, without
// a single real word.
func IDCard(n int) []byte {
	m := image.NewRGBA(image.Rect(0, 0, 1012, 638))
	draw.Draw(m, m.Bounds(), image.NewUniform(color.RGBA{0xDD, 0xE9, 0xEE, 255}), image.Point{}, draw.Src)
	bar := func(x, y, w, h int, c color.RGBA) {
		draw.Draw(m, image.Rect(x, y, x+w, y+h), image.NewUniform(c), image.Point{}, draw.Src)
	}
	ink := color.RGBA{0x40, 0x48, 0x52, 255}
	for i := range 5 {
		bar(60, 70+i*70, 90, 26, color.RGBA{0x4A, 0x86, 0xA8, 255})
		bar(180, 70+i*70, 180+(n*37+i*53)%240, 26, ink)
	}
	bar(60, 540, 110, 30, color.RGBA{0x4A, 0x86, 0xA8, 255})
	bar(220, 540, 620, 34, ink)
	bar(690, 90, 250, 320, color.RGBA{0xC6, 0xD4, 0xDA, 255})
	return encode(m, 85)
}

// Certificate draws a picture that stands for a certificate with a red seal.
func Certificate(n int) []byte {
	m := image.NewRGBA(image.Rect(0, 0, 1200, 850))
	draw.Draw(m, m.Bounds(), image.NewUniform(color.RGBA{0xFB, 0xF5, 0xE4, 255}), image.Point{}, draw.Src)
	for i := range 7 {
		draw.Draw(m, image.Rect(150, 220+i*60, 600+(n*71+i*97)%400, 240+i*60), image.NewUniform(color.RGBA{0x4A, 0x44, 0x3C, 255}), image.Point{}, draw.Src)
	}
	seal(m, 900, 640, 110)
	return encode(m, 85)
}

// Stamped is the form as it comes back from the union: printed, signed, sealed,
// photographed.
func Stamped(press *paper.Press, r paper.Recommendation, sealed bool) ([]byte, error) {
	b, err := press.RecommendationImage(r)
	if err != nil {
		return nil, err
	}
	form, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("the form's picture: %w", err)
	}
	m := image.NewRGBA(form.Bounds())
	draw.Draw(m, m.Bounds(), form, image.Point{}, draw.Src)
	boxes := paper.Boxes()
	w, h := float64(m.Bounds().Dx()), float64(m.Bounds().Dy())
	if s := boxes["signature"]; s.W > 0 {
		scribble(m, int(s.X*w)+20, int((s.Y+s.H*0.5)*h), int(s.W*w*0.4))
	}
	if s := boxes["seal"]; s.W > 0 && sealed {
		seal(m, int((s.X+s.W*0.72)*w), int((s.Y+s.H*0.6)*h), int(math.Min(s.W*w, s.H*h)*0.36))
	}
	return encode(m, 80), nil
}

func seal(m *image.RGBA, cx, cy, r int) {
	red := color.RGBA{0xCC, 0x20, 0x26, 255}
	for y := -r; y <= r; y++ {
		for x := -r; x <= r; x++ {
			d := math.Hypot(float64(x), float64(y))
			a := math.Atan2(float64(y), float64(x))
			star := float64(r) * 0.36 * (1 + 0.45*math.Cos(5*a+math.Pi/2)) / 1.45
			ring := d <= float64(r) && d >= float64(r)*0.93
			words := d <= float64(r)*0.84 && d >= float64(r)*0.62 && math.Mod(a+math.Pi, 0.42) < 0.24 && a < 2.4 && a > -2.9
			if p := image.Pt(cx+x, cy+y); (ring || words || d <= star) && p.In(m.Bounds()) {
				m.SetRGBA(p.X, p.Y, red)
			}
		}
	}
}

func scribble(m *image.RGBA, x, y, w int) {
	ink := color.RGBA{0x1B, 0x24, 0x3D, 255}
	for i := range w {
		dy := int(12*math.Sin(float64(i)/9) + 7*math.Sin(float64(i)/3.1))
		for k := range 3 {
			if p := image.Pt(x+i, y+dy+k); p.In(m.Bounds()) {
				m.SetRGBA(p.X, p.Y, ink)
			}
		}
	}
}

func encode(m image.Image, quality int) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: quality}); err != nil {
		panic(err) // a buffer does not fail and the picture has a size
	}
	return b.Bytes()
}
