package apply

import (
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"image"
	"strings"
	"sync"
	"testing"
	"time"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/proof"
	"yuanmeng/internal/scheme"
)

func TestSubmit_BeforeOpeningIsReadyAndNeedsOneTap(t *testing.T) {
	k := newCaseKit(t)
	w := k.filled(1)
	p := w.get("/my/submit").says(200, "都准备好了", "2026年7月15日 20:00:00开放", "离开放还有", w.Employer).never(w.ID, w.Card, w.Phone)
	if !strings.Contains(p.Body.String(), "data-when-open hidden") {
		t.Error("the button stands there before the hour")
	}
	if to := w.post("/my/submit", "case", w.Case).to(); to != "/my/submit?no=not_open" {
		t.Fatalf("leads to %q", to)
	}
	w.get("/my/submit?no=not_open").says(200, "这次没有交上", "还没有到开放时间", "都准备好了")
	if w.row().State != scheme.Draft {
		t.Error("accepted before the opening")
	}
	// The very same tap a moment after the opening is accepted: the refusal was
	// not kept as the answer.
	k.at(k.p.OpensAt)
	if p := w.get("/my/submit"); strings.Contains(p.Body.String(), "data-when-open") {
		t.Error("still waiting after the opening")
	}
	if to := w.post("/my/submit", "case", w.Case).to(); to != "/my/receipt" {
		t.Fatalf("leads to %q", to)
	}
	w.get("/my/receipt").says(200, "您的受理编号 1", "2026年7月15日 20:00:00", "有名额", "无需本人到区总工会交表", "稍后再保存一次")
}

func TestSubmit_ManyTapsOneNumber(t *testing.T) {
	k := newCaseKit(t)
	w, other := k.filled(1), k.filled(2)
	k.open()
	var wg sync.WaitGroup
	answers := make([]page, 8)
	for i := range answers {
		wg.Go(func() {
			if i%2 == 0 { // our script, as data-retry sends it
				answers[i] = k.ask(w.id, "POST", "/my/submit", []string{"X-Yuanmeng", "submit"}, "case", w.Case)
			} else {
				answers[i] = w.post("/my/submit", "case", w.Case)
			}
		})
	}
	wg.Wait()
	for i, a := range answers {
		if i%2 == 0 && (a.Code != 200 || a.Body.String() != `{"to":"/my/receipt"}`) || i%2 == 1 && (a.Code != 303 || a.to() != "/my/receipt") {
			t.Errorf("tap %d: %d %s %s", i, a.Code, a.to(), a.Body)
		}
	}
	if ta, err := k.db.Tally(k.ctx, k.id); err != nil || ta.LastNo != 1 || ta.Held != 1 {
		t.Errorf("tally %+v, %v", ta, err)
	}
	// Another tab, later: the same number.
	w.post("/my/submit", "case", w.Case)
	w.get("/my/receipt").says(200, "您的受理编号 1")
	if to := w.get("/my/submit").to(); to != "/my/receipt" {
		t.Errorf("the page of the button leads to %q", to)
	}
	// A form of somebody else's case on this phone hands nothing in.
	if to := other.post("/my/submit", "case", w.Case).to(); to != "/my/submit" || other.row().State != scheme.Draft {
		t.Errorf("a foreign key: %q, %s", to, other.row().State)
	}
}

func TestSubmit_FullIsSaidAndNeverKept(t *testing.T) {
	k := newCaseKit(t)
	first := k.submitted(1)
	k.submitted(2)
	waiting := k.submitted(3)
	waiting.get("/my/receipt").says(200, "候补第 1 位")
	late := k.filled(4)
	late.get("/my/submit").says(200, "现在名额满了", "2 个名额和 1 个候补都占满了")
	if to := late.post("/my/submit", "case", late.Case).to(); to != "/my/submit?no=full" {
		t.Fatalf("leads to %q", to)
	}
	late.get("/my/submit?no=full").says(200, "名额和候补都占满了，没有交上", "您的资料都在", "提交申请")
	if late.row().State != scheme.Draft || late.row().No != nil {
		t.Fatal("a refusal left a number")
	}
	// Somebody leaves: the same key gets its place, and the first who waits his seat.
	k.must(k.work.Withdraw(k.ctx, first.id, first.Case))
	if to := late.post("/my/submit", "case", late.Case).to(); to != "/my/receipt" {
		t.Fatalf("a retry after a place was free leads to %q", to)
	}
	late.get("/my/receipt").says(200, "候补第 1 位")
	waiting.get("/my/receipt").says(200, "有名额，为您留着", "受理时：候补第 1 位")
	waiting.get("/my").says(200, "名额为您留着", "有名额空出来，递补给您")
}

func TestSubmit_ClosedAndMissing(t *testing.T) {
	k := newCaseKit(t)
	w, half := k.filled(1), k.person(2)
	k.open()
	half.get("/my/submit").says(200, "还差", "照片")
	if to := half.post("/my/submit", "case", half.Case).to(); to != "/my/submit?no=missing" || half.row().State != scheme.Draft {
		t.Errorf("an incomplete draft: %q, %s", to, half.row().State)
	}
	p := half.get("/my/submit?no=missing").says(200, "还有内容没填好", "还差")
	if !strings.Contains(p.Body.String(), `href="/my/p/photo"`) {
		t.Error("no way to the missing photo")
	}
	k.at(k.p.ClosesAt)
	w.get("/my/submit").says(200, "申报已经截止")
	if to := w.post("/my/submit", "case", w.Case).to(); to != "/my/submit?no=closed" {
		t.Errorf("leads to %q", to)
	}
	w.get("/my/submit?no=closed").says(200, "申报已经截止，没有交上").never("提交申请</button>")
	w.get("/my/submit?no=<script>").says(200).never("这次没有交上")
	if w.row().State != scheme.Draft {
		t.Error("accepted after the close")
	}
}

func TestSubmit_BusyIsSaidWithTheTimeToTryAgain(t *testing.T) {
	k := newCaseKit(t)
	w := k.filled(1)
	k.open()
	// The machine clock gains six seconds with every look: the gate finds the
	// submission too old in its queue.
	k.mu.Lock()
	k.slow = 6 * time.Second
	k.mu.Unlock()
	p := w.post("/my/submit", "case", w.Case).says(503, "还没有轮到您", "没有丢", "再提交一次")
	if p.Header().Get("Retry-After") != "3" {
		t.Errorf("Retry-After %q", p.Header().Get("Retry-After"))
	}
	if a := k.ask(w.id, "POST", "/my/submit", []string{"X-Yuanmeng", "submit"}, "case", w.Case); a.Code != 503 || !json.Valid(a.Body.Bytes()) {
		t.Errorf("the script gets %d %s", a.Code, a.Body)
	}
	k.mu.Lock()
	k.slow = 0
	k.mu.Unlock()
	if to := w.post("/my/submit", "case", w.Case).to(); to != "/my/receipt" {
		t.Errorf("the retry leads to %q", to)
	}
}

func TestSubmit_AnIDThatIsInAlreadyIsContested(t *testing.T) {
	k := newCaseKit(t)
	first := k.submitted(1)
	for _, untypable := range []bool{false, true} {
		n := 2
		if untypable {
			n = 3
		}
		w := k.filled(n)
		w.put("id", first.ID)
		if untypable {
			// The card's picture is there for the name: no second question.
			w.put("name_untypable", "on", "name", "王□")
			w.attach(scheme.FileIDCard)
		} else {
			if to := w.post("/my/submit", "case", w.Case).to(); to != "/my/submit/double" {
				t.Fatalf("leads to %q", to)
			}
			w.get("/my/submit/double").says(200, "这个证件号已有一份申请", "身份证照片", "5 个工作日").never(first.Name, first.Phone, first.ID)
			w.attach(scheme.FileIDCard)
			w.get("/my/submit/double").says(200, "提交并请核实证件")
			w.get("/my/submit").says(200, "身份证照片会一起交")
		}
		if to := w.post("/my/submit", "case", w.Case).to(); to != "/my/receipt" {
			t.Fatalf("leads to %q", to)
		}
		if c := w.row(); !c.Contested || !c.Suspended || c.Number() != n {
			t.Errorf("the case is %+v", c.Scheme(nil))
		}
		w.get("/my/receipt").says(200, fmt.Sprintf("您的受理编号 %d", n), "次序先停在那里", "证件号还要核实").never(first.Name)
		w.get("/my").says(200, "证件号还要核实", "由两个人核实", "咸安区总工会").never(first.Name)
		k.must(k.work.Withdraw(k.ctx, w.id, w.Case))
	}
}

func TestReceipt_ProvesItselfAsFileAndAsPicture(t *testing.T) {
	k := newCaseKit(t)
	w := k.submitted(1)
	if to := k.filled(2).get("/my/receipt").to(); to != "/my" {
		t.Errorf("a draft has a receipt: %q", to)
	}
	pub := k.work.Keys.Signer(casework.LogSigner).Public()
	read := func() proof.Receipt {
		t.Helper()
		p := w.get("/my/receipt.json")
		r, err := proof.ParseReceipt(p.Body.Bytes())
		if err != nil {
			t.Fatalf("%v: %s", err, p.Body)
		}
		if p.Body.Len() > proof.MaxReceipt {
			t.Errorf("the receipt measures %d bytes", p.Body.Len())
		}
		if f := proof.CheckReceipt(r, pub.(ed25519.PublicKey)); len(f) > 0 {
			t.Errorf("findings: %v", f)
		}
		return r
	}
	if r := read(); r.Sealed != nil || r.N != 1 || r.Place != "seat" {
		t.Errorf("receipt %+v", r)
	}
	_, err := k.jobs.Checkpoint(k.ctx)
	k.must(err)
	if r := read(); r.Sealed == nil {
		t.Error("a checkpoint covers the leaf and the receipt does not say so")
	}
	w.get("/my/receipt").says(200).never("稍后再保存一次")

	text, _ := readSquare(t, w.get("/my/receipt.png").Body.Bytes(), image.Rect(60, 740, 690, 1285))
	frag, ok := strings.CutPrefix(text, "https://ym.example/receipt#")
	if !ok {
		t.Fatalf("the square says %q", text)
	}
	r, err := proof.ParseFragment(frag)
	if err != nil || r.N != 1 || r.Case != w.row().FormCode {
		t.Errorf("%+v, %v", r, err)
	}
	if strings.Contains(text, w.ID) || strings.Contains(text, w.Name) {
		t.Error("the square tells who it is")
	}
}
