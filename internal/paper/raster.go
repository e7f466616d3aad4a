package paper

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"math"

	xdraw "golang.org/x/image/draw"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// drawPNG sets the marks on a white canvas; scale is pixels per unit.
func (p *Press) drawPNG(marks []mark, w, h int, scale float64) ([]byte, error) {
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(dst, dst.Bounds(), image.White, image.Point{}, draw.Src)
	for _, m := range marks {
		switch m.kind {
		case textMark:
			if err := p.drawText(dst, m, scale); err != nil {
				return nil, fmt.Errorf("paper: draw text: %w", err)
			}
		case lineMark:
			// Rules lie on whole pixels: a blurred table looks like a bad copy.
			n := max(1, int(math.Round(m.size*scale)))
			x, y := int(math.Round(m.x*scale)), int(math.Round(m.y*scale))
			x2, y2 := int(math.Round(m.w*scale)), int(math.Round(m.h*scale))
			r := image.Rect(x, y, x2, y2).Inset(0)
			r.Min = r.Min.Sub(image.Pt(n/2, n/2))
			r.Max = r.Max.Add(image.Pt(n-n/2, n-n/2))
			draw.Draw(dst, r, image.NewUniform(m.ink), image.Point{}, draw.Src)
		case fillMark:
			draw.Draw(dst, cell(m, scale), image.NewUniform(m.ink), image.Point{}, draw.Src)
		case jpegMark:
			img, err := jpeg.Decode(bytes.NewReader(m.jpeg))
			if err != nil {
				return nil, fmt.Errorf("paper: photo: %w", err)
			}
			xdraw.CatmullRom.Scale(dst, cell(m, scale), img, img.Bounds(), draw.Src, nil)
		case qrMark:
			// Whole pixels a module, centred, so that every module is sharp.
			r := cell(m, scale)
			k := max(1, r.Dx()/m.code.Size)
			o := r.Min.Add(image.Pt((r.Dx()-k*m.code.Size)/2, (r.Dy()-k*m.code.Size)/2))
			for y := 0; y < m.code.Size; y++ {
				for x := 0; x < m.code.Size; x++ {
					if m.code.Black(x, y) {
						c := image.Rect(0, 0, k, k).Add(o).Add(image.Pt(x*k, y*k))
						draw.Draw(dst, c, image.Black, image.Point{}, draw.Src)
					}
				}
			}
		}
	}
	var b bytes.Buffer
	enc := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := enc.Encode(&b, dst); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func cell(m mark, scale float64) image.Rectangle {
	return image.Rect(int(math.Round(m.x*scale)), int(math.Round(m.y*scale)),
		int(math.Round((m.x+m.w)*scale)), int(math.Round((m.y+m.h)*scale)))
}

// drawText fills the outlines themselves: a face would round every advance to
// whole pixels and the picture would drift from the PDF.
func (p *Press) drawText(dst *image.RGBA, m mark, scale float64) error {
	var buf sfnt.Buffer
	x, y := m.x*scale, m.y*scale
	em := m.size * scale
	ppem := fixed.Int26_6(math.Round(em * 64))
	var ras vector.Rasterizer
	for _, u := range p.runs(m.text) {
		for _, r := range u.text {
			g, err := u.face.sfnt.GlyphIndex(&buf, r)
			if err != nil {
				return err
			}
			segs, err := u.face.sfnt.LoadGlyph(&buf, g, ppem, nil)
			if err != nil {
				return err
			}
			paint(dst, &ras, segs, x, y, em, m.ink)
			x += u.face.advance(&buf, r) * em
		}
	}
	return nil
}

// paint fills one glyph with its origin at (x, y).
func paint(dst *image.RGBA, ras *vector.Rasterizer, segs sfnt.Segments, x, y, em float64, ink color.NRGBA) {
	if len(segs) == 0 {
		return
	}
	side := int(math.Ceil(2*em)) + 2
	ox, oy := int(math.Floor(x-em/2)), int(math.Floor(y-em*1.5))
	ras.Reset(side, side)
	fx, fy := float32(x-float64(ox)), float32(y-float64(oy))
	at := func(q fixed.Point26_6) (float32, float32) {
		return fx + float32(q.X)/64, fy + float32(q.Y)/64
	}
	for _, s := range segs {
		ax, ay := at(s.Args[0])
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			ras.ClosePath()
			ras.MoveTo(ax, ay)
		case sfnt.SegmentOpLineTo:
			ras.LineTo(ax, ay)
		case sfnt.SegmentOpQuadTo:
			bx, by := at(s.Args[1])
			ras.QuadTo(ax, ay, bx, by)
		case sfnt.SegmentOpCubeTo:
			bx, by := at(s.Args[1])
			cx, cy := at(s.Args[2])
			ras.CubeTo(ax, ay, bx, by, cx, cy)
		}
	}
	ras.ClosePath()
	ras.Draw(dst, image.Rect(ox, oy, ox+side, oy+side), image.NewUniform(ink), image.Point{})
}
