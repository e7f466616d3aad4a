package photo

import (
	"image"
	"image/color"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/image/draw"
)

// codes gives the findings as code:level, in order.
func codes(r Result) string {
	var out []string
	for _, f := range r.Findings {
		out = append(out, f.Code+":"+f.Level)
	}
	return strings.Join(out, " ")
}

func decoded(t *testing.T, p Page) *image.RGBA {
	t.Helper()
	if p.Type != "image/jpeg" {
		t.Fatalf("page is %s", p.Type)
	}
	m, _, _, err := open(p.Body, p.Type, 10000)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestScan(t *testing.T) {
	full := drawForm(t, sheetOf{qr: true, seal: sealInk})
	cases := []struct {
		name string
		page *image.RGBA
		shot func(*shot)
		q    int
		want string
		qr   bool
	}{
		{"flat and sharp", full, func(*shot) {}, 85, "seal_seen:ok", true},
		{"12 megapixels", full, func(s *shot) { s.w, s.h = 3000, 4000 }, 85, "seal_seen:ok", true},
		{"pressed hard", full, func(*shot) {}, 60, "seal_seen:ok", true},
		{"a few degrees", full, func(s *shot) { s.degrees = 6 }, 80, "seal_seen:ok", true},
		{"a few degrees left", full, func(s *shot) { s.degrees = -11 }, 80, "seal_seen:ok", true},
		{"lying right", full, func(s *shot) { s.degrees = 90 }, 80, "seal_seen:ok", true},
		{"upside down", full, func(s *shot) { s.degrees = 180 }, 80, "seal_seen:ok", true},
		{"lying left", full, func(s *shot) { s.degrees = 270 }, 80, "seal_seen:ok", true},
		{"at a slant", full, func(s *shot) { s.slant = 0.2 }, 80, "seal_seen:ok", true},
		{"warm light", full, func(s *shot) { s.light = [3]float64{0.95, 0.75, 0.5} }, 80, "seal_seen:ok", true},
		{"already small", full, func(s *shot) { s.w, s.h = 1260, 1680; s.fill = 0.95 }, 60, "seal_seen:ok", true},
		{"faint seal", drawForm(t, sheetOf{qr: true, seal: color.NRGBA{200, 30, 40, 90}}), func(*shot) {}, 80, "seal_seen:ok", true},
		{"no seal", drawForm(t, sheetOf{qr: true}), func(*shot) {}, 80, "seal_missing:warn", true},
		{"no seal in warm light", drawForm(t, sheetOf{qr: true}), func(s *shot) { s.light = [3]float64{0.95, 0.75, 0.5} }, 80, "seal_missing:warn", true},
		{"seal on the district's box", drawForm(t, sheetOf{qr: true, seal: sealInk, at: point{80, 255}}), func(*shot) {}, 80, "seal_seen:warn", true},
		{"red wood beside a page without seal", drawForm(t, sheetOf{qr: true}), func(s *shot) { s.desk = color.RGBA{150, 60, 40, 255} }, 80, "seal_missing:warn", true},
		{"red wood beside a page without seal and square", drawForm(t, sheetOf{}), func(s *shot) { s.desk, s.degrees = color.RGBA{150, 60, 40, 255}, 12 }, 80, "qr_missing:warn seal_missing:warn", false},
		{"no square", drawForm(t, sheetOf{seal: sealInk}), func(*shot) {}, 80, "qr_missing:warn seal_seen:ok", false},
		{"blurred", full, func(s *shot) { s.blur = 9 }, 80, "qr_missing:warn seal_seen:ok blurred:warn", false},
		{"dark", full, func(s *shot) { s.light = [3]float64{0.3, 0.3, 0.3} }, 80, "seal_seen:ok dark:warn", true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := phone()
			c.shot(&s)
			r, err := Scan(asJPEG(t, photograph(c.page, s), c.q), form)
			if err != nil {
				t.Fatal(err)
			}
			if got := codes(r); got != c.want {
				t.Errorf("findings %q, want %q", got, c.want)
			}
			if want := map[bool]string{true: says}[c.qr]; r.QR != want {
				t.Errorf("square says %q, want %q", r.QR, want)
			}
			m := decoded(t, r.Pages[0])
			if long := max(m.Rect.Dx(), m.Rect.Dy()); long > longEdge {
				t.Errorf("kept %d pixels long", long)
			}
			if c.qr {
				code, found := readQR(m)
				if !found || code.orientation() != 1 {
					t.Error("the kept page does not stand upright")
				}
			}
			if dir := os.Getenv("PHOTO_LOOK"); dir != "" {
				_ = os.WriteFile(dir+"/"+strings.ReplaceAll(c.name, " ", "_")+".jpg", r.Pages[0].Body, 0o600)
			}
		})
	}
}

// The numbers behind the thresholds, for whoever moves them: run with -v.
func TestMeasures(t *testing.T) {
	full := drawForm(t, sheetOf{qr: true, seal: sealInk})
	last := 1e9
	for _, blur := range []int{0, 2, 4, 8} {
		s := phone()
		s.blur = blur
		m := shrink(photograph(full, s), longEdge)
		g := grey(shrink(m, studyEdge))
		_, found := readQR(m)
		sharp := sharpness(g)
		t.Logf("blur %2d: sharpness %7.1f white %d read %v", blur, sharp, paperWhite(g), found)
		if sharp >= last {
			t.Errorf("blur %d is as sharp as less blur", blur)
		}
		last = sharp
	}
}

func TestRedactCovers(t *testing.T) {
	full := drawForm(t, sheetOf{qr: true, seal: sealInk})
	bare := drawForm(t, sheetOf{seal: sealInk})
	white := image.NewRGBA(image.Rect(0, 0, full.Rect.Dx(), full.Rect.Dy()))
	draw.Draw(white, white.Rect, full, image.Point{}, draw.Src)
	cases := []struct {
		name string
		m    func() *image.RGBA
		sure bool
	}{
		{"photo", func() *image.RGBA { return photograph(full, phone()) }, true},
		{"turned", func() *image.RGBA { s := phone(); s.degrees = 8; return photograph(full, s) }, true},
		{"slanted", func() *image.RGBA { s := phone(); s.slant = 0.25; return photograph(full, s) }, true},
		{"scan without desk", func() *image.RGBA { return white }, true},
		{"on a white desk", func() *image.RGBA {
			m := image.NewRGBA(image.Rect(0, 0, full.Rect.Dx()+500, full.Rect.Dy()+400))
			draw.Draw(m, m.Rect, image.White, image.Point{}, draw.Src)
			draw.Draw(m, full.Rect.Add(image.Pt(120, 300)), full, image.Point{}, draw.Src)
			return m
		}, true},
		{"no square", func() *image.RGBA { return photograph(bare, phone()) }, false},
		{"no square, upside down", func() *image.RGBA { s := phone(); s.degrees = 180; return photograph(bare, s) }, false},
		{"no square, lying", func() *image.RGBA { s := phone(); s.degrees = 90; return photograph(bare, s) }, false},
		{"no square, scan", func() *image.RGBA { return bare }, false},
	}
	green := func(m *image.RGBA) (n int) {
		for i := 0; i < len(m.Pix); i += 4 {
			if int(m.Pix[i+1])-int(max(m.Pix[i], m.Pix[i+2])) > 40 {
				n++
			}
		}
		return n
	}
	red := func(m *image.RGBA) (n int) {
		for i := 0; i < len(m.Pix); i += 4 {
			if isRed(float64(m.Pix[i]), float64(m.Pix[i+1]), float64(m.Pix[i+2])) {
				n++
			}
		}
		return n
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			page := asJPEG(t, shrink(c.m(), longEdge), 85)
			before, _, _, err := open(page, "image/jpeg", longEdge)
			if err != nil {
				t.Fatal(err)
			}
			out, sure, err := Redact(page, form, "id", "card")
			if err != nil {
				t.Fatal(err)
			}
			if sure != c.sure {
				t.Errorf("sure is %v", sure)
			}
			after := decoded(t, Page{"image/jpeg", out})
			if a, b := green(before), green(after); a < 5000 || b > 3 { // a stray pixel of noise is not a digit
				t.Errorf("%d pixels of the numbers before, %d after", a, b)
			}
			if a, b := red(before), red(after); sure && b < a*95/100 {
				t.Errorf("the seal lost %d of %d pixels", a-b, a)
			}
			if dir := os.Getenv("PHOTO_LOOK"); dir != "" {
				_ = os.WriteFile(dir+"/redact_"+strings.ReplaceAll(c.name, " ", "_")+".jpg", out, 0o600)
			}
		})
	}
}

func TestRedactRefuses(t *testing.T) {
	if _, _, err := Redact(asJPEG(t, image.NewRGBA(image.Rect(0, 0, 300, 400)), 80), form, "id", "cart"); err == nil || !strings.Contains(err.Error(), `"cart"`) {
		t.Errorf("an unknown box: %v", err)
	}
	if _, _, err := Redact(pdfOf(t, "", "", pdfPage{}), form, "id"); err != faultNotPicture {
		t.Errorf("a PDF: %v", err)
	}
}

func TestPicture(t *testing.T) {
	page := drawForm(t, sheetOf{})
	r, err := Picture(asPNG(t, page))
	if err != nil || codes(r) != "" || len(r.Pages) != 1 || r.QR != "" {
		t.Errorf("%v %q %d pages", err, codes(r), len(r.Pages))
	}
	s := phone()
	s.blur, s.light = 12, [3]float64{0.3, 0.3, 0.3}
	r, err = Picture(asJPEG(t, photograph(page, s), 80))
	if err != nil || codes(r) != "blurred:warn dark:warn" {
		t.Errorf("%v %q", err, codes(r))
	}
}

func TestNoVerdict(t *testing.T) {
	// Whatever was seen, a finding is at most a warning.
	for _, s := range []sheet{{}, {seal: sealed}, {seal: sealedElsewhere, small: true}, {qr: "x", sharpness: 1e3, brightness: 255}} {
		for _, beside := range []bool{false, true} {
			for _, list := range [][]sheet{{s}, {s, s}, nil} {
				_, found := tell(list, beside)
				for _, f := range found {
					if !slices.Contains([]string{ok, warn}, f.Level) || f.Text == "" || strings.Contains(f.Text, "%!") {
						t.Errorf("finding %+v", f)
					}
				}
			}
		}
	}
}
