package apply

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/web"
)

// readSquare reads the QR code that a picture holds in a box. The reader is told
// that nothing else is there: in a large symbol, one in thirty leads its search
// for the corners astray, where the readers of phones find them.
func readSquare(t *testing.T, b []byte, box image.Rectangle) (string, image.Point) {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	part := image.NewGray(image.Rect(0, 0, box.Dx(), box.Dy()))
	draw.Draw(part, part.Bounds(), img, box.Min, draw.Src)
	bm, err := gozxing.NewBinaryBitmapFromImage(part)
	if err != nil {
		t.Fatal(err)
	}
	got, err := qrcode.NewQRCodeReader().Decode(bm, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_PURE_BARCODE: true})
	if err != nil {
		t.Fatal(err)
	}
	return got.GetText(), img.Bounds().Size()
}

func TestCaseRoutes_AdmitOnlyAWorkerOnHisOwnPhone(t *testing.T) {
	k := newCaseKit(t)
	public := map[string]bool{"/print": true}
	for _, r := range (&Door{}).caseRoutes() {
		if (r.Guard == web.Public) != public[r.Pattern] {
			t.Errorf("%s %s has guard %s", r.Method, r.Pattern, r.Guard)
		}
		if public[r.Pattern] {
			continue
		}
		p := k.ask("", r.Method, r.Pattern, nil, "case", "x")
		if r.Method == "GET" && (p.Code != 303 || !strings.HasPrefix(p.to(), "/sign-in")) || r.Method == "POST" && p.Code != 403 {
			t.Errorf("%s %s answers a stranger with %d", r.Method, r.Pattern, p.Code)
		}
		// A worker without a case is led to his first page or sees an empty one.
		if p := k.ask("nobody", r.Method, r.Pattern, nil, "case", "x"); p.Code != 303 && p.Code != 200 {
			t.Errorf("%s %s answers a worker without a case with %d: %s", r.Method, r.Pattern, p.Code, p.text())
		}
	}
}

func TestForm_SaysWhatIsMissingAndIsMadeOnce(t *testing.T) {
	k := newCaseKit(t)
	w := k.person(1)
	w.put("name", w.Name, "id_kind", "resident", "id", w.ID)
	p := w.get("/my/form").says(200, "还差", "工作单位", "银行卡号", "照片")
	for _, href := range []string{`href="/my/p/employer"`, `href="/my/p/card"`, `href="/my/p/photo"`} {
		if !strings.Contains(p.Body.String(), href) {
			t.Errorf("no way to %s", href)
		}
	}
	w.post("/my/form").says(422, "还差")
	if got := w.row(); got.FormPrint != "" {
		t.Error("an incomplete form was noted as printed")
	}
	if to := w.get("/my/form.pdf").to(); to != "/my/form" {
		t.Errorf("a form that was never made leads to %q", to)
	}

	w.put("employer", w.Employer)
	w.attach(scheme.FilePhoto)
	// Only the card is missing: it may be written by hand.
	w.get("/my/form").says(200, "银行卡号空着，打印后手写")
	if to := w.post("/my/form", "blank_card", "yes").to(); to != "/my/form?blank=card" {
		t.Fatalf("leads to %q", to)
	}
	w.put("card", w.Card)
	w.get("/my/form?blank=card").says(200, "长按", "要打印码", "下载 PDF").never(w.ID, w.Phone, w.Card)

	pdf := w.get("/my/form.pdf")
	if pdf.Code != 200 || pdf.Header().Get("Content-Type") != "application/pdf" || !strings.HasPrefix(pdf.Body.String(), "%PDF") {
		t.Errorf("no PDF: %d %s", pdf.Code, pdf.Header())
	}
	if c := pdf.Header().Get("Cache-Control"); c != "no-store" {
		t.Errorf("a form may be stored: %s", c)
	}
	pic := w.get("/my/form.png?blank=id,card")
	text, size := readSquare(t, pic.Body.Bytes(), image.Rect(940, 40, 1150, 240))
	if size != image.Pt(1240, 1754) || !strings.HasPrefix(text, "https://ym.example/a/") {
		t.Errorf("picture of %v, square %q", size, text)
	}
	if code, ok := k.work.FormCode(text); !ok || code != w.row().FormCode {
		t.Errorf("the square names %q, the case has %q", code, w.row().FormCode)
	}

	// A value that the stamp stands for changes: the old paper is worth nothing.
	w.put("employer", "咸安区另一家工厂")
	w.get("/my/form").says(200, "您改了：工作单位", "生成推荐表")
	if to := w.get("/my/form.png").to(); to != "/my/form" {
		t.Errorf("an old picture is still given: %q", to)
	}
	k.pass(time.Minute)
	w.post("/my/print-code")
	if w.row().PrintedAt.Equal(k.clock()) {
		t.Error("asking for a print code made a new form silently")
	}
}

func TestForm_NamesCharactersThatNoFontHas(t *testing.T) {
	k := newCaseKit(t)
	w := k.filled(1)
	w.get("/my/form").never("有字印不出来")
	w.put("employer", "\U0002EBF0工厂") // of an extension that the face lacks
	if len((&Door{Press: mustPress(t)}).Press.CanPrint("\U0002EBF0")) == 0 {
		t.Skip("the face has this character by now")
	}
	w.get("/my/form").says(200, "有字印不出来：\U0002EBF0", "用笔写清楚")
}

var codeOnPage = regexp.MustCompile(`\b(\d{4}) (\d{4})\b`)

func (w *person) printCode(kv ...string) string {
	w.k.t.Helper()
	p := w.post("/my/print-code", kv...).says(200, "打印码", "分钟内有效", "ym.example/print")
	m := codeOnPage.FindStringSubmatch(p.text())
	if m == nil {
		w.k.t.Fatalf("no code: %s", p.text())
	}
	return m[1] + m[2]
}

// shop is a browser at an address of its own.
func (k *caseKit) shop(address, code string) page {
	return k.ask("", "POST", "/print", nil, "code", code, "at", address)
}

func TestPrintShop_OneCodeOneForm(t *testing.T) {
	k := newCaseKit(t)
	w := k.filled(1)
	k.ask("", "GET", "/print", nil).says(200, "打印码", "8 位")
	code := w.printCode()
	got := k.shop("", code[:4]+" "+code[4:])
	if got.Code != 200 || got.Header().Get("Content-Type") != "application/pdf" || !strings.Contains(got.Header().Get("Content-Disposition"), "attachment") {
		t.Fatalf("no form: %d %v", got.Code, got.Header())
	}
	// What the worker sees of it.
	w.get("/my/lookers").says(200, "打印店", "用打印码打开了推荐表")

	wrong := k.shop("", "00000000").says(422, "打印码不对，或者已经过期")
	sentence := wrong.text()
	again := w.printCode()
	if p := k.shop("", code); strings.ReplaceAll(p.text(), code, "00000000") != sentence && p.Code != 422 {
		t.Errorf("a code that a newer one ended is told apart: %d", p.Code)
	}
	for range 5 {
		if p := k.shop("", again); p.Code != 200 {
			t.Fatalf("a jammed printer gets %d", p.Code)
		}
	}
	k.shop("", again).says(422, "打印码不对，或者已经过期")

	third := w.printCode()
	k.pass(31 * time.Minute)
	k.shop("", third).says(422, "打印码不对，或者已经过期")

	// A change after the code was given: the shop would print what the form no
	// longer says.
	fourth := w.printCode()
	w.put("employer", "咸安区另一家工厂")
	k.shop("", fourth).says(422, "重新要一个打印码")
}

func TestPrintShop_WrongCodesRunOut(t *testing.T) {
	k := newCaseKit(t)
	w := k.filled(1)
	code := w.printCode()
	for i := range 10 {
		k.shop("", fmt.Sprintf("1234%04d", i)).says(422)
	}
	k.shop("", "12349999").says(429, "输错的次数太多了")
	k.shop("", code).says(429)
	k.pass(61 * time.Minute)
	k.shop("", w.printCode()).says(200)
	k.shop("", "<script>").says(422).never("<script>alert", "value=\"<script>")
}

func TestPrintCode_ABlankNumberStaysBlank(t *testing.T) {
	k := newCaseKit(t)
	w := k.filled(1)
	code := w.printCode("blank_id", "yes", "blank_card", "yes")
	if p := k.shop("", code); p.Code != 200 || strings.Contains(p.Body.String(), w.ID) {
		t.Errorf("%d", p.Code)
	}
	w.get("/my/form?blank=id,card").never(w.ID, w.Card)
}
