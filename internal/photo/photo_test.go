package photo

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"strings"
	"sync"
	"testing"

	"golang.org/x/image/draw"
)

// portrait draws a face on a ground.
func portrait(w, h int, ground color.Color) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(m, m.Rect, image.NewUniform(ground), image.Point{}, draw.Src)
	draw.Draw(m, image.Rect(w*3/10, h/5, w*7/10, h*6/10), image.NewUniform(color.RGBA{220, 180, 150, 255}), image.Point{}, draw.Src)
	draw.Draw(m, image.Rect(w/10, h*6/10, w*9/10, h), image.NewUniform(color.RGBA{40, 40, 40, 255}), image.Point{}, draw.Src)
	return m
}

var blue = color.RGBA{67, 142, 219, 255}

// chunk is one chunk of a PNG.
func chunk(name string, body []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	b = append(append(b, name...), body...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// pngClaiming is a tiny PNG whose head claims a size.
func pngClaiming(w, h uint32, depth, kind, lace byte) []byte {
	ihdr := binary.BigEndian.AppendUint32(nil, w)
	ihdr = binary.BigEndian.AppendUint32(ihdr, h)
	ihdr = append(ihdr, depth, kind, 0, 0, lace)
	var z bytes.Buffer
	zw := zlib.NewWriter(&z)
	_, _ = zw.Write(make([]byte, 1<<20))
	_ = zw.Close()
	b := append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", ihdr)...)
	return append(append(b, chunk("IDAT", z.Bytes())...), chunk("IEND", nil)...)
}

// resized changes the size that a JPEG's frame claims.
func resized(jpg []byte, w, h uint16) []byte {
	b := bytes.Clone(jpg)
	i := bytes.Index(b, []byte{0xFF, 0xC0})
	binary.BigEndian.PutUint16(b[i+5:], h)
	binary.BigEndian.PutUint16(b[i+7:], w)
	return b
}

func TestBadFiles(t *testing.T) {
	good := asJPEG(t, portrait(600, 840, blue), 90)
	goodPNG := asPNG(t, portrait(600, 840, blue))
	progressive := bytes.Clone(resized(good, 6000, 6000))
	progressive[bytes.Index(progressive, []byte{0xFF, 0xC0})+1] = 0xC2
	gif := append([]byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x00\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"), make([]byte, 20)...)
	heic := []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00heicmif1" + strings.Repeat("\x00", 64))
	cases := []struct {
		name, code, sentence string
		b                    []byte
	}{
		{"nothing", "empty", "文件是空的，请重新选一张照片。", nil},
		{"over 15 MB", "too_large", "文件超过15兆，请换一张小一点的照片，或在微信里发给“文件传输助手”（不勾“原图”），再保存上传。", append(bytes.Clone(good), make([]byte, MaxBytes)...)},
		{"HEIC", "heic", "这是苹果手机的HEIC照片，这里打不开。请在微信里把它发给“文件传输助手”，保存后再传；或在“设置－相机－格式”里选“兼容性最佳”，重拍一张。", heic},
		{"AVIF", "heic", "", []byte("\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1miaf" + strings.Repeat("\x00", 64))},
		{"GIF", "gif", "这是动图（GIF）。请传用手机拍的照片（JPG或PNG）。", gif},
		{"WEBP", "webp", "这是WEBP图片，这里打不开。请用手机截屏，把截图传上来。", []byte("RIFF\x24\x00\x00\x00WEBPVP8 \x18\x00\x00\x00" + strings.Repeat("\x00", 24))},
		{"BMP", "other_image", "这种图片这里打不开。请传JPG或PNG图片，或用手机拍一张。", []byte("BM\x46\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00" + strings.Repeat("\x00", 60))},
		{"TIFF", "other_image", "", []byte("II*\x00\x08\x00\x00\x00" + strings.Repeat("\x00", 60))},
		{"a page of HTML named .jpg", "html", "这是网页文件，不是照片。请用手机拍一张照片上传。", []byte("<!DOCTYPE html><html><body><script>alert(1)</script></body></html>")},
		{"SVG", "html", "", []byte(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`)},
		{"Word", "office", "这是Word或WPS文档。请打印出来用手机拍照，或另存为PDF再传。", append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, 600)...)},
		{"ZIP", "archive", "这是压缩包。请先解压，再把里面的照片传上来。", []byte("PK\x03\x04\x14\x00\x00\x00\x00\x00" + strings.Repeat("\x00", 60))},
		{"film", "video", "这是视频或录音。请传照片（JPG或PNG）。", []byte("\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + strings.Repeat("\x00", 64))},
		{"words", "type", "这里只收照片（JPG、PNG）和PDF。请用手机拍一张照片上传。", []byte("我的照片")},
		{"a program", "type", "", append([]byte("\x7fELF\x02\x01\x01"), make([]byte, 200)...)},
		{"PHP behind a JPEG's head", "broken", "照片没有传完整，或者已经损坏。请重新选一张再传。", []byte("\xff\xd8\xff\xe0<?php system($_GET['c']); ?>")},
		{"half a JPEG", "broken", "", good[:len(good)/2]},
		{"the head of a JPEG", "broken", "", good[:20]},
		{"half a PNG", "broken", "", goodPNG[:len(goodPNG)/2]},
		{"a PNG with a wrong sum", "broken", "", func() []byte { b := bytes.Clone(goodPNG); b[len(b)/2] ^= 0xFF; return b }()},
		{"60000×60000 in a tiny PNG", "too_many_pixels", "照片的像素太多，请用手机截屏，把截图传上来，或换普通拍照模式重拍。", pngClaiming(60000, 60000, 8, 6, 0)},
		{"2^31 wide", "broken", "", pngClaiming(0x80000000, 1, 8, 6, 0)},
		{"2^31-1 both ways", "unsupported", "", pngClaiming(0x7fffffff, 0x7fffffff, 8, 6, 0)},
		{"16 bits, laced", "too_many_pixels", "", pngClaiming(6000, 6000, 16, 6, 1)},
		{"65535×65535 in a JPEG", "too_many_pixels", "", resized(good, 65535, 65535)},
		{"a large progressive JPEG", "too_many_pixels", "", progressive},
		{"a JPEG without height", "broken", "", resized(good, 600, 0)},
		{"arithmetic coding", "unsupported", "这张照片的格式比较特殊，这里打不开。请用手机截屏，把截图传上来。", func() []byte {
			b := bytes.Clone(good)
			b[bytes.Index(b, []byte{0xFF, 0xC0})+1] = 0xC9
			return b
		}()},
	}
	for _, c := range cases {
		for name, f := range map[string]func([]byte) (Result, error){
			"Photo": Photo, "Picture": Picture, "Scan": func(b []byte) (Result, error) { return Scan(b, form) },
		} {
			r, err := f(c.b)
			fault, is := err.(Fault)
			if !is || fault.Code != c.code || c.sentence != "" && fault.Sentence != c.sentence {
				t.Errorf("%s of %s: %#v, want %s", name, c.name, err, c.code)
			}
			if r.Pages != nil {
				t.Errorf("%s of %s: pages beside a fault", name, c.name)
			}
		}
	}
	if got := faultPixels.Error(); got != "photo: too many pixels" {
		t.Errorf("Error() is %q", got)
	}
}

func TestType(t *testing.T) {
	for want, b := range map[string][]byte{
		"image/jpeg":      asJPEG(t, portrait(30, 42, blue), 80),
		"image/png":       asPNG(t, portrait(30, 42, blue)),
		"application/pdf": pdfOf(t, "", "", pdfPage{}),
	} {
		if got, err := Type(b); got != want || err != nil {
			t.Errorf("%s: %s %v", want, got, err)
		}
	}
}

func TestPhoto(t *testing.T) {
	white := color.RGBA{250, 250, 250, 255}
	m16 := image.NewNRGBA64(image.Rect(0, 0, 590, 826))
	draw.Draw(m16, m16.Rect, portrait(590, 826, blue), image.Point{}, draw.Src)
	clear := image.NewNRGBA(image.Rect(0, 0, 590, 826)) // nothing but glass: white
	grey := image.NewGray(image.Rect(0, 0, 590, 826))
	few := image.NewPaletted(image.Rect(0, 0, 590, 826), color.Palette{blue, color.Black})
	cases := []struct {
		name string
		b    []byte
		want string
	}{
		{"as asked", asJPEG(t, portrait(590, 826, blue), 90), ""},
		{"exactly one inch", asPNG(t, portrait(295, 413, blue)), ""},
		{"dark blue", asPNG(t, portrait(590, 826, color.RGBA{0, 50, 120, 255})), ""},
		{"wide", asJPEG(t, portrait(2000, 1000, blue), 90), ""},
		{"12 megapixels", asJPEG(t, portrait(3000, 4000, blue), 80), ""},
		{"white", asJPEG(t, portrait(590, 826, white), 90), "photo_not_blue:warn"},
		{"red", asJPEG(t, portrait(590, 826, color.RGBA{200, 20, 30, 255}), 90), "photo_not_blue:warn"},
		{"too small", asJPEG(t, portrait(120, 168, blue), 90), "photo_small:warn"},
		{"one pixel", asPNG(t, portrait(1, 1, white)), "photo_small:warn photo_not_blue:warn"},
		{"a line", asPNG(t, portrait(3000, 1, blue)), "photo_small:warn photo_not_blue:warn"},
		{"16 bits", asPNG(t, m16), ""},
		{"clear", asPNG(t, clear), "photo_not_blue:warn"},
		{"grey", asPNG(t, grey), "photo_not_blue:warn"},
		{"palette", asPNG(t, few), ""},
	}
	for _, c := range cases {
		r, err := Photo(c.b)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		got := codes(r)
		if c.name == "a line" { // its colour is that of a blurred stripe
			got = strings.TrimSuffix(got, " photo_not_blue:warn") + " photo_not_blue:warn"
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		if len(r.Pages) != 1 || len(r.SHA256) != 64 {
			t.Errorf("%s: %d pages, sum %q", c.name, len(r.Pages), r.SHA256)
		}
		if m := decoded(t, r.Pages[0]); m.Rect.Dx() != 295 || m.Rect.Dy() != 413 {
			t.Errorf("%s: %v", c.name, m.Rect)
		}
		again, err := Photo(c.b)
		if err != nil || !bytes.Equal(again.Pages[0].Body, r.Pages[0].Body) {
			t.Errorf("%s: not the same bytes again", c.name)
		}
	}
	if _, err := Photo(pdfOf(t, "", "", pdfPage{})); err != faultNotPicture {
		t.Errorf("a PDF: %v", err)
	}
}

// corner colours of the picture that the orientation tests turn.
var quarters = [4]color.RGBA{{220, 20, 20, 255}, {20, 200, 20, 255}, {20, 20, 220, 255}, {230, 220, 20, 255}} // upper left, upper right, lower right, lower left

func quartered(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for i, r := range []image.Rectangle{image.Rect(0, 0, w/2, h/2), image.Rect(w/2, 0, w, h/2), image.Rect(w/2, h/2, w, h), image.Rect(0, h/2, w/2, h)} {
		draw.Draw(m, r, image.NewUniform(quarters[i]), image.Point{}, draw.Src)
	}
	return m
}

// shows names the quarter colours found at the corners, clockwise from the
// upper left.
func shows(m *image.RGBA) (out [4]int) {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	for i, p := range []image.Point{{w / 4, h / 4}, {w * 3 / 4, h / 4}, {w * 3 / 4, h * 3 / 4}, {w / 4, h * 3 / 4}} {
		c := m.RGBAAt(p.X, p.Y)
		best := 1 << 30
		for k, q := range quarters {
			d := func(a, b uint8) int { return (int(a) - int(b)) * (int(a) - int(b)) }
			if v := d(c.R, q.R) + d(c.G, q.G) + d(c.B, q.B); v < best {
				best, out[i] = v, k
			}
		}
	}
	return out
}

// asStored undoes an orientation: what the sensor writes so that the picture
// stands upright under it. Made from the words of CIPA DC-008, table 6: where the stored
// row 0 and column 0 are.
func asStored(m *image.RGBA, o int) *image.RGBA {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	sw, sh := w, h
	if o >= 5 {
		sw, sh = h, w
	}
	out := image.NewRGBA(image.Rect(0, 0, sw, sh))
	for row := range sh {
		for col := range sw {
			x, y := col, row // 1: row 0 top, column 0 left
			switch o {
			case 2: // top, right
				x = w - 1 - col
			case 3: // bottom, right
				x, y = w-1-col, h-1-row
			case 4: // bottom, left
				y = h - 1 - row
			case 5: // left, top
				x, y = row, col
			case 6: // right, top
				x, y = w-1-row, col
			case 7: // right, bottom
				x, y = w-1-row, h-1-col
			case 8: // left, bottom
				x, y = row, h-1-col
			}
			out.SetRGBA(col, row, m.RGBAAt(x, y))
		}
	}
	return out
}

func TestOrientations(t *testing.T) {
	m := quartered(600, 840)
	for o := 1; o <= 8; o++ {
		for _, order := range []binary.ByteOrder{binary.BigEndian, binary.LittleEndian} {
			block := exif(uint16(o), order)
			jpg := withEXIF(asJPEG(t, asStored(m, o), 90), block)
			p := asPNG(t, asStored(m, o))
			p = append(append(bytes.Clone(p[:33]), chunk("eXIf", block)...), p[33:]...)
			for name, b := range map[string][]byte{"JPEG": jpg, "PNG": p} {
				r, err := Photo(b)
				if err != nil {
					t.Fatal(err)
				}
				if got := shows(decoded(t, r.Pages[0])); got != [4]int{0, 1, 2, 3} {
					t.Errorf("%s with orientation %d (%v) shows %v", name, o, order, got)
				}
				if bytes.Contains(r.Pages[0].Body, []byte("GPS")) || bytes.Contains(r.Pages[0].Body, []byte("Exif")) {
					t.Errorf("%s: metadata went along", name)
				}
				if k, err := Picture(b); err != nil || shows(decoded(t, k.Pages[0])) != [4]int{0, 1, 2, 3} || bytes.Contains(k.Pages[0].Body, []byte("GPS")) {
					t.Errorf("Picture of %s with orientation %d: %v", name, o, err)
				}
			}
		}
	}
}

func TestOddEXIFIsUpright(t *testing.T) {
	for _, b := range [][]byte{nil, []byte("II*\x00"), exif(0, binary.BigEndian), exif(9, binary.LittleEndian), exif(6, binary.BigEndian)[:20],
		[]byte("II*\x00\xff\xff\xff\xff"), []byte("MM\x00*\x00\x00\x00\x08\xff\xff"), []byte("XX*\x00\x08\x00\x00\x00\x00\x00")} {
		if o := tiffOrientation(b); o != 1 {
			t.Errorf("%x: %d", b, o)
		}
	}
}

func TestShrinkKeepsColours(t *testing.T) {
	m := shrink(quartered(5000, 7000), 700)
	if m.Rect.Dx() != 500 || m.Rect.Dy() != 700 || shows(m) != [4]int{0, 1, 2, 3} {
		t.Errorf("%v %v", m.Rect, shows(m))
	}
	var b bytes.Buffer
	_ = png.Encode(&b, m)
}

// More callers than cores: all come through, none waits for ever.
func TestManyAtOnce(t *testing.T) {
	b := asJPEG(t, portrait(1500, 2100, blue), 80)
	p := pdfOf(t, "", "", pdfPage{}, pdfPage{jpeg: b})
	var wg sync.WaitGroup
	for i := range 12 {
		wg.Go(func() {
			in := b
			if i%3 == 0 {
				in = p
			}
			if _, err := Picture(in); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if !turns.TryAcquire(cores) {
		t.Error("a turn was not given back")
	} else {
		turns.Release(cores)
	}
}
