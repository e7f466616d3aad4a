package photo

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"testing"
)

// What stands in a box comes out in its row, straight, also from a page that was
// photographed lying on its side.
func TestSlots_CutTheBoxesOut(t *testing.T) {
	keys := []string{"id", "card"}
	rows, w, h := SlotRows(form, keys...)
	if len(rows) != 2 || rows[1].Y != rows[0].H || h != rows[0].H+rows[1].H || w != rows[1].W {
		t.Fatalf("rows %v, %d × %d", rows, w, h)
	}
	m := drawForm(t, sheetOf{qr: true})
	for name, page := range map[string]*image.RGBA{"upright": m, "on its side": upright(m, 6), "photographed": photograph(m, phone())} {
		t.Run(name, func(t *testing.T) {
			out, err := Slots(asJPEG(t, page, 85), form, keys...)
			if err != nil {
				t.Fatal(err)
			}
			got, err := jpeg.Decode(bytes.NewReader(out))
			if err != nil || got.Bounds().Dx() != w || got.Bounds().Dy() != h {
				t.Fatal("other size", err)
			}
			for _, r := range rows {
				if n := inkShare(got, r); n < 0.1 || n > 0.4 {
					t.Errorf("%s: %.2f of the row is the ink of the number", r.Key, n)
				}
			}
		})
	}
	bare := asJPEG(t, drawForm(t, sheetOf{}), 85)
	var f Fault
	if _, err := Slots(bare, form, keys...); !errors.As(err, &f) || f.Code != "unplaced" {
		t.Errorf("without a square: %v", err)
	}
	if _, err := Slots(bare, form, "nonsense"); err == nil {
		t.Error("a box that the form does not have")
	}
}

func inkShare(m image.Image, r Slot) float64 {
	n := 0
	for y := range r.H {
		for x := range r.W {
			c := color.RGBAModel.Convert(m.At(x, r.Y+y)).(color.RGBA)
			if c.G > 110 && c.R < 90 && c.B < 130 {
				n++
			}
		}
	}
	return float64(n) / float64(r.W*r.H)
}
