package desk_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"strings"
	"testing"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/paper"
	"yuanmeng/internal/photo"
	"yuanmeng/internal/sample"
	"yuanmeng/internal/scheme"
)

// realForm hands in a form as it comes back from the union.
func (a *entrant) realForm() {
	a.hl.t.Helper()
	press, err := paper.New("")
	a.hl.must(err)
	c, app, err := a.hl.w.Printed(a.hl.ctx, a.worker, a.caseID)
	a.hl.must(err)
	b, err := sample.Stamped(press, paper.Recommendation{
		Title: a.hl.p.FormTitle, Name: app.Answers.Name, ID: app.Sealed.ID, Phone: app.Sealed.Phone, Employer: app.Answers.Employer, Card: app.Sealed.Card,
		Photo: sample.Portrait(1), Code: casework.ShowCode(c.FormCode), QR: siteURL + "/a/" + c.FormCode, PrintedAt: a.hl.now(),
	}, true)
	a.hl.must(err)
	r, err := photo.Scan(b, paper.Boxes())
	a.hl.must(err)
	up := casework.Upload{Kind: scheme.FileStamped, SHA256: r.SHA256, Findings: r.Findings}
	for _, p := range r.Pages {
		up.Pages = append(up.Pages, casework.Page{Type: p.Type, Body: p.Body})
	}
	_, err = a.hl.w.Attach(a.hl.ctx, a.worker, a.caseID, up)
	a.hl.must(err)
}

// dark is the share of dark pixels in a box of the form.
func dark(t *testing.T, b []byte, box string) float64 {
	t.Helper()
	m, err := jpeg.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	r, k := m.Bounds(), paper.Boxes()[box]
	in := image.Rect(int(k.X*float64(r.Dx())), int(k.Y*float64(r.Dy())), int((k.X+k.W)*float64(r.Dx())), int((k.Y+k.H)*float64(r.Dy())))
	n, all := 0, 0
	for y := in.Min.Y; y < in.Max.Y; y++ {
		for x := in.Min.X; x < in.Max.X; x++ {
			all++
			if color.GrayModel.Convert(m.At(x, y)).(color.Gray).Y < 90 {
				n++
			}
		}
	}
	return float64(n) / float64(all)
}

// Inside the check the original, outside it a copy without the numbers, and an
// identity card not at all.
func TestFiles_FollowTheDesk(t *testing.T) {
	hl := newHall(t, 2, 2)
	a := hl.apply()
	a.realForm()
	a.attach(scheme.FileIDCard, "card")
	a.submit()
	to := "/desk/cases/" + a.caseID + "/files/"
	form := to + a.file(scheme.FileStamped)

	w := hl.do("centre1", form, nil)
	original := w.Body.Bytes()
	h := w.Header()
	if w.Code != 200 || h.Get("Content-Type") != "image/jpeg" || h.Get("Cache-Control") != "no-store" || !strings.Contains(h.Get("Content-Security-Policy"), "sandbox") ||
		!strings.HasPrefix(h.Get("Content-Disposition"), `inline; filename="stamped-1.jpg"`) {
		t.Fatalf("original: %d %v", w.Code, h)
	}
	if n := dark(t, original, "id"); n > 0.3 {
		t.Fatalf("the original is covered: %.2f", n)
	}
	for _, as := range []string{"auditor", "district1", "lead1"} {
		w := hl.do(as, form, nil)
		if w.Code != 200 || bytes.Equal(w.Body.Bytes(), original) {
			t.Fatalf("%s: %d, the original: %v", as, w.Code, bytes.Equal(w.Body.Bytes(), original))
		}
		for _, box := range []string{"id", "phone", "card"} {
			if n := dark(t, w.Body.Bytes(), box); n < 0.95 {
				t.Errorf("%s sees %.2f of %s", as, 1-n, box)
			}
		}
		if n := dark(t, w.Body.Bytes(), "seal"); n > 0.3 {
			t.Errorf("%s does not see the seal: %.2f", as, n)
		}
		if w := hl.do(as, to+a.file(scheme.FileIDCard), nil); w.Code != 403 || !strings.Contains(w.Body.String(), "/reveal?what=") {
			t.Errorf("identity card for %s: %d", as, w.Code)
		}
		if w := hl.do(as, form+"/slots", nil); w.Code != 404 {
			t.Errorf("slots for %s: %d", as, w.Code)
		}
		if w := hl.do(as, to+a.file(scheme.FilePhoto), nil); w.Code != 200 {
			t.Errorf("photo for %s: %d", as, w.Code)
		}
	}
	if w := hl.do("centre1", to+a.file(scheme.FileIDCard), nil); w.Code != 200 {
		t.Errorf("identity card inside the check: %d", w.Code)
	}
	w = hl.do("centre1", form+"/slots", nil)
	_, wide, tall := photo.SlotRows(paper.Boxes(), "name", "id", "phone", "employer", "card", "photo")
	c, err := jpeg.DecodeConfig(bytes.NewReader(w.Body.Bytes()))
	if w.Code != 200 || err != nil || c.Width != wide || c.Height != tall {
		t.Errorf("slots: %d %v %d×%d", w.Code, err, c.Width, c.Height)
	}
	b := hl.accepted()
	if w := hl.do("centre1", to+b.file(scheme.FilePhoto), nil); w.Code != 404 {
		t.Errorf("a file of another case: %d", w.Code)
	}
	// A picture that shows no form has no slots, and the page says so.
	if w := hl.do("centre1", "/desk/cases/"+b.caseID+"/files/"+b.file(scheme.FileStamped)+"/slots", nil); w.Code != 404 {
		t.Errorf("slots of no form: %d", w.Code)
	}
	if w := hl.do("auditor", "/desk/cases/"+b.caseID+"/files/"+b.file(scheme.FileStamped), nil); w.Code != 403 {
		t.Errorf("what cannot be painted over: %d", w.Code)
	}
	hl.proved = hl.now()
	w = hl.do("auditor", "/desk/cases/"+a.caseID+"/reveal", map[string][]string{"what": {a.file(scheme.FileIDCard)}, "reason": {"核对身份"}})
	if w.Code != 200 || !strings.Contains(w.Body.String(), "data:image/jpeg;base64,") {
		t.Errorf("revealed: %d", w.Code)
	}
}
