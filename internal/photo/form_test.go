package photo_test

import (
	"bytes"
	"image"
	"image/draw"
	"image/jpeg"
	"image/png"
	"testing"
	"time"

	"yuanmeng/internal/paper"
	"yuanmeng/internal/photo"
)

// The form as paper really prints it, photographed without a stamp: the square
// reads, paper's boxes fit, and the numbers can be covered.
func TestTheRealForm(t *testing.T) {
	press, err := paper.New("")
	if err != nil {
		t.Fatal(err)
	}
	r := paper.Recommendation{
		Title: "2026年咸安区总工会“求学圆梦行动”助学推荐表", Name: "张三", ID: "11010119900307803X", Phone: "13900000000",
		Employer: "某某机电设备制造有限公司", Card: "6222020200112233445", Code: "K7M4Q2XH9T", QR: "QXYM:1:K7M4Q2XH9T:1:AB23CD45",
		PrintedAt: time.Date(2026, 7, 1, 4, 30, 0, 0, time.UTC),
	}
	drawn, err := press.RecommendationImage(r)
	if err != nil {
		t.Fatal(err)
	}
	m, err := png.Decode(bytes.NewReader(drawn))
	if err != nil {
		t.Fatal(err)
	}
	onDesk := image.NewRGBA(image.Rect(0, 0, 1500, 2000))
	for i := range onDesk.Pix {
		onDesk.Pix[i] = 90
	}
	draw.Draw(onDesk, m.Bounds().Add(image.Pt(140, 110)), m, image.Point{}, draw.Src)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, onDesk, &jpeg.Options{Quality: 70}); err != nil {
		t.Fatal(err)
	}
	got, err := photo.Scan(b.Bytes(), paper.Boxes())
	if err != nil || got.QR != r.QR {
		t.Fatalf("%v, square says %q", err, got.QR)
	}
	if len(got.Findings) != 1 || got.Findings[0].Code != "seal_missing" {
		t.Errorf("findings %v", got.Findings)
	}
	out, sure, err := photo.Redact(got.Pages[0].Body, paper.Boxes(), "id", "phone", "card")
	if err != nil || !sure {
		t.Fatalf("sure %v, %v", sure, err)
	}
	covered, err := jpeg.Decode(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"id", "phone", "card"} {
		box := paper.Boxes()[key]
		for _, f := range [][2]float64{{0.02, 0.05}, {0.98, 0.05}, {0.5, 0.5}, {0.02, 0.95}, {0.98, 0.95}} {
			x := 140 + (box.X+f[0]*box.W)*float64(m.Bounds().Dx())
			y := 110 + (box.Y+f[1]*box.H)*float64(m.Bounds().Dy())
			if r, _, _, _ := covered.At(int(x), int(y)).RGBA(); r>>8 > 70 {
				t.Errorf("%s at %v is open", key, f)
			}
		}
	}
	// The values and labels beside them stay as they were, up to 1.5 mm from the
	// cells' edges.
	bare, err := jpeg.Decode(bytes.NewReader(got.Pages[0].Body))
	if err != nil {
		t.Fatal(err)
	}
	boxes := paper.Boxes()
	phone, id, card := boxes["phone"], boxes["id"], boxes["card"]
	const mm, down = 1.5 / 210, 1.5 / 297
	for what, open := range map[string]photo.Box{
		"the name": boxes["name"], "the employer": boxes["employer"], "the photo": boxes["photo"],
		"the label of the phone": {X: 18.0 / 210, Y: phone.Y, W: phone.X - 18.0/210, H: phone.H},
		"the label of the card":  {X: 18.0 / 210, Y: card.Y, W: card.X - 18.0/210, H: card.H},
		"the label of the id":    {X: id.X - 22.0/210, Y: id.Y, W: 22.0 / 210, H: id.H},
	} {
		x0, x1 := 140+(open.X+mm)*float64(m.Bounds().Dx()), 140+(open.X+open.W-mm)*float64(m.Bounds().Dx())
		y0, y1 := 110+(open.Y+down)*float64(m.Bounds().Dy()), 110+(open.Y+open.H-down)*float64(m.Bounds().Dy())
		changed := 0
		for y := int(y0); y < int(y1); y++ {
			for x := int(x0); x < int(x1); x++ {
				a, _, _, _ := bare.At(x, y).RGBA()
				b, _, _, _ := covered.At(x, y).RGBA()
				if d := int(a>>8) - int(b>>8); d > 90 || d < -90 {
					changed++
				}
			}
		}
		if changed > 0 {
			t.Errorf("%s: %d pixels painted over", what, changed)
		}
	}

	// The PDF itself, uploaded: kept as PDF, and said to be for a person.
	var pdf bytes.Buffer
	if err := press.Recommendation(&pdf, r); err != nil {
		t.Fatal(err)
	}
	got, err = photo.Scan(pdf.Bytes(), paper.Boxes())
	if err != nil || len(got.Pages) != 1 || got.Pages[0].Type != "application/pdf" || len(got.Findings) != 1 || got.Findings[0].Code != "pdf_page" {
		t.Errorf("%v, %v", err, got.Findings)
	}
}
