package photo

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/draw"
)

// head is what the first bytes of a picture say, read before decoding.
type head struct {
	w, h   int
	orient int   // EXIF tag 0x0112: 1 to 8
	work   int64 // estimate of the bytes that decoding takes
}

// look reads the head of a picture whose kind is known and holds it to the
// limits.
func look(b []byte, kind string) (head, error) {
	var c image.Config
	var err error
	h := head{orient: 1}
	if kind == "image/png" {
		if c, err = png.DecodeConfig(bytes.NewReader(b)); err == nil {
			h.work, h.orient = pngHead(b, c)
		}
	} else {
		if c, err = jpeg.DecodeConfig(bytes.NewReader(b)); err == nil {
			h.work, h.orient, err = jpegHead(b, c)
		}
	}
	if err != nil {
		return h, decodeFault(err)
	}
	h.w, h.h = c.Width, c.Height
	switch {
	case h.w <= 0 || h.h <= 0:
		return h, faultBroken
	case int64(h.w)*int64(h.h) > MaxPixels, h.work > maxWork:
		return h, faultPixels
	}
	return h, nil
}

// pngHead estimates the memory for a PNG and finds its orientation. DecodeConfig
// has already checked the first chunk.
func pngHead(b []byte, c image.Config) (work int64, orient int) {
	depth, kind, lace := b[24], b[25], b[28]
	per := map[byte]int64{0: 1, 2: 4, 3: 1, 4: 4, 6: 4}[kind]
	if depth == 16 {
		per *= 2
	}
	work = int64(c.Width) * int64(c.Height) * per
	if lace != 0 {
		work *= 2
	}
	orient = 1
	for p := 8; p+8 <= len(b); {
		n := int64(binary.BigEndian.Uint32(b[p:]))
		name := string(b[p+4 : p+8])
		if name == "IDAT" || int64(p)+12+n > int64(len(b)) {
			break
		}
		if name == "eXIf" {
			orient = tiffOrientation(b[p+8 : p+8+int(n)])
		}
		p += 12 + int(n)
	}
	return work, orient
}

// jpegHead walks the segments of a JPEG up to the first scan: memory by the
// frame's kind and sampling, orientation by the EXIF segment.
func jpegHead(b []byte, c image.Config) (work int64, orient int, err error) {
	orient = 1
	frame := false
	for p := 2; p+4 <= len(b); {
		if b[p] != 0xFF {
			p++ // stray bytes between segments, which the decoder skips too
			continue
		}
		m := b[p+1]
		if m == 0xFF {
			p++
			continue
		}
		if m == 0 || m == 1 || m >= 0xD0 && m <= 0xD8 {
			p += 2
			continue
		}
		if m == 0xD9 || m == 0xDA {
			break
		}
		n := int(binary.BigEndian.Uint16(b[p+2:]))
		if n < 2 || p+2+n > len(b) {
			break
		}
		seg := b[p+4 : p+2+n]
		switch {
		case m >= 0xC0 && m <= 0xC2 && len(seg) >= 6 && !frame:
			frame = true
			if int(binary.BigEndian.Uint16(seg[1:])) != c.Height || int(binary.BigEndian.Uint16(seg[3:])) != c.Width {
				return 0, 1, faultBroken
			}
			// Samples: each component has its share of the largest factors.
			comps := int(seg[5])
			var own, most int64
			for i := 0; i < comps && 6+3*i+1 < len(seg); i++ {
				f := int64(seg[6+3*i+1]>>4) * int64(seg[6+3*i+1]&15)
				own += f
				most = max(most, f)
			}
			if most == 0 {
				return 0, 1, faultBroken
			}
			work = int64(c.Width) * int64(c.Height) * own / most
			if m == 0xC2 {
				work *= 5 // progressive keeps every coefficient as an int32, too
			}
			if comps == 4 {
				work += int64(c.Width) * int64(c.Height) * 4
			}
		case m == 0xE1 && bytes.HasPrefix(seg, []byte("Exif\x00\x00")) && orient == 1:
			orient = tiffOrientation(seg[6:])
		}
		p += 2 + n
	}
	if work == 0 { // a frame the walk did not see: assume the worst kind
		work = int64(c.Width) * int64(c.Height) * 15
	}
	return work, orient, nil
}

// tiffOrientation reads tag 0x0112 of the first directory of an EXIF block
// (CIPA DC-008, 4.6.4). Whatever is wrong with the block means 1, upright.
func tiffOrientation(b []byte) int {
	var order binary.ByteOrder
	switch {
	case len(b) < 8:
		return 1
	case string(b[:4]) == "II*\x00":
		order = binary.LittleEndian
	case string(b[:4]) == "MM\x00*":
		order = binary.BigEndian
	default:
		return 1
	}
	at := int64(order.Uint32(b[4:]))
	if at < 8 || at+2 > int64(len(b)) {
		return 1
	}
	n := int(order.Uint16(b[at:]))
	for i := range n {
		e := at + 2 + int64(i)*12
		if e+12 > int64(len(b)) {
			return 1
		}
		if order.Uint16(b[e:]) != 0x0112 {
			continue
		}
		v := int(order.Uint16(b[e+8:]))
		if order.Uint16(b[e+2:]) == 3 && v >= 1 && v <= 8 {
			return v
		}
		return 1
	}
	return 1
}

// decodeFault says what a decoder's error means for the person.
func decodeFault(err error) error {
	var f Fault
	var uj jpeg.UnsupportedError
	var up png.UnsupportedError
	switch {
	case errors.As(err, &f):
		return f
	case errors.As(err, &uj), errors.As(err, &up):
		return faultUnsupported
	}
	return faultBroken
}

// open decodes a picture, at most edge pixels on its long side, upright by its
// EXIF orientation, transparent parts on white. It also gives the size before
// shrinking, upright. The caller holds a turn.
func open(b []byte, kind string, edge int) (m *image.RGBA, w, h int, err error) {
	hd, err := look(b, kind)
	if err != nil {
		return nil, 0, 0, err
	}
	var src image.Image
	if kind == "image/png" {
		src, err = png.Decode(bytes.NewReader(b))
	} else {
		src, err = jpeg.Decode(bytes.NewReader(b))
	}
	if err != nil {
		return nil, 0, 0, decodeFault(err)
	}
	m = upright(shrink(src, edge), hd.orient)
	w, h = hd.w, hd.h
	if hd.orient >= 5 {
		w, h = h, w
	}
	return m, w, h, nil
}

// shrink draws src on white, at most edge pixels on its long side. Halving by
// bilinear samples in the middle of four pixels is an exact average, so fine
// print does not flicker; one last step covers what is left.
func shrink(src image.Image, edge int) *image.RGBA {
	b := src.Bounds()
	w, h := b.Dx(), b.Dy()
	for max(w, h) >= 2*edge {
		src = scale(src, max(w/2, 1), max(h/2, 1))
		w, h = src.Bounds().Dx(), src.Bounds().Dy()
	}
	if long := max(w, h); long > edge {
		w, h = max(w*edge/long, 1), max(h*edge/long, 1)
	}
	return scale(src, w, h)
}

func scale(src image.Image, w, h int) *image.RGBA {
	b := src.Bounds()
	if m, same := src.(*image.RGBA); same && b.Dx() == w && b.Dy() == h && b.Min == (image.Point{}) {
		return m
	}
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	op := draw.Src
	if o, can := src.(interface{ Opaque() bool }); !can || !o.Opaque() {
		draw.Draw(dst, dst.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
		op = draw.Over
	}
	if b.Dx() == w && b.Dy() == h {
		draw.Draw(dst, dst.Rect, src, b.Min, op)
	} else {
		draw.ApproxBiLinear.Scale(dst, dst.Rect, src, b, op, nil)
	}
	return dst
}

// upright turns and mirrors a picture so that it stands as EXIF orientation o
// says it should: 1 as it is, 3 half a turn, 6 a quarter to the right, 8 a
// quarter to the left; 2, 4, 5 and 7 are their mirror images.
func upright(src *image.RGBA, o int) *image.RGBA {
	if o <= 1 || o > 8 {
		return src
	}
	w, h := src.Rect.Dx(), src.Rect.Dy()
	dw, dh := w, h
	if o >= 5 {
		dw, dh = h, w
	}
	dst := image.NewRGBA(image.Rect(0, 0, dw, dh))
	for y := range dh {
		for x := range dw {
			sx, sy := x, y
			switch o {
			case 2:
				sx = w - 1 - x
			case 3:
				sx, sy = w-1-x, h-1-y
			case 4:
				sy = h - 1 - y
			case 5:
				sx, sy = y, x
			case 6:
				sx, sy = y, h-1-x
			case 7:
				sx, sy = w-1-y, h-1-x
			case 8:
				sx, sy = w-1-y, x
			}
			copy(dst.Pix[y*dst.Stride+4*x:][:4], src.Pix[sy*src.Stride+4*sx:][:4])
		}
	}
	return dst
}

// encode writes a JPEG without any metadata.
func encode(m image.Image, quality int) ([]byte, error) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: quality}); err != nil {
		return nil, faultInside
	}
	return b.Bytes(), nil
}

// grey gives the brightness of each pixel, 0 to 255 (Rec. 601).
func grey(m *image.RGBA) *image.Gray {
	g := image.NewGray(image.Rect(0, 0, m.Rect.Dx(), m.Rect.Dy()))
	for y := range g.Rect.Dy() {
		s, d := m.Pix[y*m.Stride:], g.Pix[y*g.Stride:]
		for x := range g.Rect.Dx() {
			d[x] = uint8((299*int(s[4*x]) + 587*int(s[4*x+1]) + 114*int(s[4*x+2]) + 500) / 1000)
		}
	}
	return g
}
