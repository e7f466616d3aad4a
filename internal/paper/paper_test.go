package paper

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"testing"
	"time"
)

func sampleJPEG(t testing.TB) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 295, 413))
	for y := range 413 {
		for x := range 295 {
			c := color.RGBA{67, 142, 219, 255}
			dx, dy := float64(x-147)/80, float64(y-170)/105
			if dx*dx+dy*dy < 1 {
				c = color.RGBA{222, 184, 160, 255}
			}
			dx, dy = float64(x-147)/140, float64(y-413)/120
			if dx*dx+dy*dy < 1 {
				c = color.RGBA{40, 44, 60, 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func sample(t testing.TB) Recommendation {
	return Recommendation{
		Title:    "2026年咸安区总工会“求学圆梦行动”助学推荐表",
		Name:     "张䶮𬱖",
		ID:       "11010119900307803X",
		Phone:    "13900000000",
		Employer: "咸宁市咸安区向阳湖镇㛃𬭼机电设备制造有限公司",
		Card:     "6222020200112233445",
		Photo:    sampleJPEG(t),
		Code:     "K7M4Q2XH9T", QR: "QXYM:1:K7M4Q2XH9T:1:AB23CD45",
		Number:    "000047",
		PrintedAt: time.Date(2026, 7, 1, 4, 30, 0, 0, time.UTC),
	}
}

func TestLook(t *testing.T) {
	dir := os.Getenv("PAPER_LOOK")
	if dir == "" {
		t.Skip("set PAPER_LOOK to a folder to write the samples there")
	}
	p, err := New("")
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := p.Recommendation(&b, sample(t)); err != nil {
		t.Fatal(err)
	}
	img, err := p.RecommendationImage(sample(t))
	if err != nil {
		t.Fatal(err)
	}
	rec, err := p.ReceiptImage(ReceiptCard{Programme: "2026年咸安区“求学圆梦行动”", Number: "第 47 号", Place: "占用名额第 47 个（共 100 个）",
		At: time.Date(2026, 7, 6, 12, 0, 3, 0, time.UTC), Name: "张*𬱖", Code: "K7M4Q2XH9T", QR: "https://example.org/r/K7M4Q2XH9T",
		Lines: []string{"我们先核对材料，再交区总工会审核。", "有事要您做时，会在微信里提醒您。", "受理时间以这张回执为准。"}})
	if err != nil {
		t.Fatal(err)
	}
	for n, c := range map[string][]byte{"form.pdf": b.Bytes(), "form.png": img, "receipt.png": rec} {
		if err := os.WriteFile(dir+"/"+n, c, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
