package paper

import (
	"fmt"
	"image/color"

	"rsc.io/qr"
)

// The receipt's canvas and the side of its square, in pixels. The square holds a
// whole receipt, so it is large: six pixels a module at 600 characters still
// read when the picture is shown on a phone.
const (
	receiptW, receiptH = 750, 1334
	receiptQR          = 520.0
)

// receipt lays out the receipt, in pixels.
func (p *Press) receipt(c ReceiptCard) ([]mark, error) {
	s := &sheet{press: p}
	red := color.NRGBA{0xb4, 0x23, 0x18, 255}
	rule := color.NRGBA{0xd0, 0xd7, 0xde, 255}
	ink := color.NRGBA{0x1f, 0x23, 0x28, 255}
	const w, side = float64(receiptW), 64.0
	s.add(mark{kind: fillMark, w: w, h: 12, ink: red})
	middle := func(t string, base, size float64, col color.NRGBA) {
		if k := p.ems(t) * size; k > w-2*side {
			size *= (w - 2*side) / k
		}
		s.line(t, (w-p.ems(t)*size)/2, base, size, col)
	}
	middle(c.Programme, 82, 30, ink)
	middle("受理回执", 138, 34, red)
	middle("您的受理编号", 208, 26, grey)
	middle(c.Number, 312, 96, ink)
	if c.Place != "" {
		middle(c.Place, 372, 32, ink)
	}
	s.add(mark{kind: fillMark, x: side, y: 410, w: w - 2*side, h: 2, ink: rule})
	y := 462.0
	row := func(label, value string) {
		if value == "" {
			return
		}
		s.line(label, side, y, 28, grey)
		size := 28.0
		if k := p.ems(value) * size; k > w-2*side-150 {
			size *= (w - 2*side - 150) / k
		}
		s.line(value, side+150, y, size, ink)
		y += 50
	}
	row("姓名", c.Name)
	if !c.At.IsZero() {
		row("受理时间", c.At.In(beijing).Format("2006-01-02 15:04:05"))
	}
	row("核对编号", c.Code)
	y += 6
	const bottomText = 715.0
	for _, l := range c.Lines {
		for _, part := range p.wrap(settle(l), (w-2*side)/26) {
			if y > bottomText {
				break
			}
			s.line(part, side, y, 26, ink)
			y += 40
		}
	}
	if c.QR != "" {
		// A picture has no torn corners, so the least correction gives the
		// largest modules.
		code, err := qr.Encode(c.QR, qr.L)
		if err != nil {
			return nil, fmt.Errorf("paper: qr: %w", err)
		}
		s.add(mark{kind: qrMark, x: (w - receiptQR) / 2, y: 752, w: receiptQR, h: receiptQR, code: code})
	}
	middle("长按图片可保存。扫码可核对这张回执。", 1312, 24, grey)
	return s.marks, nil
}
