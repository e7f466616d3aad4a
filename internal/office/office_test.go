package office_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"yuanmeng/internal/office"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/sms"
	"yuanmeng/internal/store"
	"yuanmeng/internal/store/storetest"
)

// phone is a number of a block that is not given to the public.
const phone = "13800000001"

// box is an office with a clock to move and a letter box instead of an operator.
type box struct {
	*office.Office
	t   *testing.T
	ctx context.Context
	mu  sync.Mutex
	at  time.Time
	out []sms.Message
	bad error
	six string
}

// Send keeps the message.
func (b *box) Send(_ context.Context, m sms.Message) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.bad == nil {
		b.out = append(b.out, m)
	}
	return b.bad
}

func (b *box) now() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.at
}

func (b *box) pass(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.at = b.at.Add(d)
}

func open(t *testing.T) *box {
	b := &box{t: t, ctx: context.Background(), at: time.Date(2026, 6, 20, 1, 0, 0, 0, time.UTC)}
	b.Office = &office.Office{
		DB: storetest.New(t), Keys: keys(t), SMS: b, Now: b.now, Machine: b.now,
		OpeningDay: func(at time.Time) bool { return at.In(scheme.Shanghai).Format("0102") == "0715" },
		LastSix:    func(context.Context, string) (string, error) { return b.six, nil },
	}
	return b
}

// code is the code of the last message.
func (b *box) code() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.out) == 0 {
		b.t.Fatal("no message was sent")
	}
	return b.out[len(b.out)-1].Params["code"]
}

func (b *box) send(purpose string) string {
	b.t.Helper()
	if err := b.SendCode(b.ctx, phone, purpose, "c"); err != nil {
		b.t.Fatal(err)
	}
	return b.code()
}

// wrong is a code that differs from the right one.
func wrong(code string) string {
	if code[0] == '9' {
		return "0" + code[1:]
	}
	return string(code[0]+1) + code[1:]
}

func says(t *testing.T, err error, code, part string) {
	t.Helper()
	var r *office.Refused
	if !errors.As(err, &r) || r.Code != code || !strings.Contains(r.Sentence, part) {
		t.Fatalf("got %v %+v, want %s with %q", err, r, code, part)
	}
}

func (b *box) events(name string) int {
	b.t.Helper()
	es, err := b.DB.Events(b.ctx, name, "", 500)
	if err != nil {
		b.t.Fatal(err)
	}
	return len(es)
}

func TestSignIn_MakesTheAccountOnceAndSealsItsNumber(t *testing.T) {
	b := open(t)
	id, known, err := b.SignIn(b.ctx, phone, b.send(office.ForSignIn))
	if err != nil || known || id == "" {
		t.Fatal(id, known, err)
	}
	w, err := b.DB.Worker(b.ctx, id)
	if err != nil || strings.Contains(string(w.PhoneSealed), phone) || strings.Contains(w.PhoneIndex, phone) {
		t.Fatalf("the number lies open: %v", err)
	}
	b.pass(time.Minute)
	again, known, err := b.SignIn(b.ctx, " +86 138 0000 0001", b.send(office.ForSignIn))
	if err != nil || !known || again != id {
		t.Fatal(again, known, err)
	}
	if n := b.events("sign_in"); n != 2 {
		t.Fatalf("%d events", n)
	}
	m := b.out[0]
	if !strings.Contains(m.Text, "工作人员不会索要验证码") || !strings.Contains(m.Text, m.Params["code"]) || strings.Contains(m.Text, "{") {
		t.Fatalf("message %q", m.Text)
	}
}

func TestSignIn_ACodeIsGoodOnceForOnePurposeForTenMinutes(t *testing.T) {
	b := open(t)
	code := b.send(office.ForSignIn)
	_, _, err := b.SignIn(b.ctx, "13800000002", code)
	says(t, err, "code_wrong", "重新获取")
	if _, err := b.OfficerSignIn(b.ctx, phone, code); office.RefusedCode(err) != "code_wrong" {
		t.Fatal(err)
	}
	if _, _, err := b.SignIn(b.ctx, phone, code[:3]+" "+code[3:]); err != nil {
		t.Fatal(err)
	}
	_, _, err = b.SignIn(b.ctx, phone, code)
	says(t, err, "code_wrong", "最新一条短信")
	b.pass(time.Hour)
	code = b.send(office.ForSignIn)
	b.pass(10 * time.Minute)
	_, _, err = b.SignIn(b.ctx, phone, code)
	says(t, err, "code_wrong", "过期")
	_, _, err = b.SignIn(b.ctx, "1234", code)
	says(t, err, "phone_length", "11位")
}

func TestSignIn_ParallelGuessesShareNoTry(t *testing.T) {
	b := open(t)
	code := b.send(office.ForSignIn)
	var wg sync.WaitGroup
	var mu sync.Mutex
	got := map[string]int{}
	for range 20 {
		wg.Go(func() {
			_, _, err := b.SignIn(b.ctx, phone, wrong(code))
			mu.Lock()
			got[office.RefusedCode(err)]++
			mu.Unlock()
		})
	}
	wg.Wait()
	if got["code_wrong"] != 5 || got["code_tries"] != 15 {
		t.Fatalf("answers %v, want 5 tries", got)
	}
	_, _, err := b.SignIn(b.ctx, phone, code)
	says(t, err, "code_tries", "次数太多")
}

func TestSendCode_Limits(t *testing.T) {
	t.Run("a phone, a day", func(t *testing.T) {
		b := open(t)
		for range 5 {
			b.send(office.ForSignIn)
			b.pass(time.Minute)
		}
		says(t, b.SendCode(b.ctx, phone, office.ForSignIn, "c"), "code_day", "5次")
		says(t, b.SendCode(b.ctx, phone, office.ForSignIn, "d"), "code_day", "明天")
		if b.events("limit") != 1 {
			t.Error("a limit writes one event an hour")
		}
		b.pass(24 * time.Hour)
		b.send(office.ForSignIn)
	})
	t.Run("a purpose, a day", func(t *testing.T) {
		b := open(t)
		uses := func(purpose string, n int) {
			t.Helper()
			for range n {
				b.send(purpose)
				b.pass(time.Minute)
			}
		}
		// What strangers can use up leaves the owner his withdrawal, on the
		// opening day as well.
		for _, day := range []struct {
			at     time.Time
			signIn int
		}{{b.at, 5}, {time.Date(2026, 7, 15, 0, 0, 0, 0, time.UTC), 10}} {
			b = open(t)
			b.at = day.at
			uses(office.ForSignIn, day.signIn)
			uses(office.ForOfficer, 5)
			says(t, b.SendCode(b.ctx, phone, office.ForSignIn, "d"), "code_day", "次验证码")
			says(t, b.SendCode(b.ctx, phone, office.ForOfficer, "d"), "code_day", "5次")
			uses(office.ForWithdraw, 5)
			says(t, b.SendCode(b.ctx, phone, office.ForWithdraw, "d"), "code_day", "5次")
		}
	})
	t.Run("all purposes, a day", func(t *testing.T) {
		b := open(t)
		for _, p := range []string{office.ForSignIn, office.ForOfficer, office.ForWithdraw} {
			for range 5 {
				b.send(p)
				b.pass(time.Minute)
			}
		}
		b.pass(23 * time.Hour)
		says(t, b.SendCode(b.ctx, phone, office.ForData, "c"), "code_day", "15次")
		b.pass(time.Hour)
		b.send(office.ForData)
	})
	t.Run("the opening day", func(t *testing.T) {
		b := open(t)
		b.at = time.Date(2026, 7, 15, 0, 0, 0, 0, time.UTC)
		for range 10 {
			b.send(office.ForSignIn)
			b.pass(time.Minute)
		}
		says(t, b.SendCode(b.ctx, phone, office.ForSignIn, "c"), "code_day", "10次")
	})
	t.Run("an address, an hour", func(t *testing.T) {
		b := open(t)
		for i := range 30 {
			if err := b.SendCode(b.ctx, "138000001"+string(rune('0'+i/10))+string(rune('0'+i%10)), office.ForSignIn, "c"); err != nil {
				t.Fatal(err)
			}
		}
		says(t, b.SendCode(b.ctx, phone, office.ForSignIn, "c"), "code_client", "流量")
		if err := b.SendCode(b.ctx, phone, office.ForSignIn, "another"); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("a double tap", func(t *testing.T) {
		b := open(t)
		b.send(office.ForSignIn)
		b.send(office.ForSignIn)
		if len(b.out) != 1 {
			t.Fatalf("%d messages", len(b.out))
		}
	})
	t.Run("parallel", func(t *testing.T) {
		b := open(t)
		var wg sync.WaitGroup
		for i := range 12 {
			wg.Go(func() {
				b.SendCode(b.ctx, phone, []string{office.ForSignIn, office.ForOfficer, office.ForWithdraw}[i%3], "c")
			})
		}
		wg.Wait()
		if len(b.out) != 3 {
			t.Fatalf("%d messages, want one for each purpose", len(b.out))
		}
	})
	t.Run("the operator is down", func(t *testing.T) {
		b := open(t)
		b.bad = errors.New("down")
		for range 7 {
			says(t, b.SendCode(b.ctx, phone, office.ForSignIn, "c"), "code_unsent", "过几分钟")
		}
		b.bad = nil
		b.send(office.ForSignIn)
	})
}

func TestCheckCode_BelongsToTheAccount(t *testing.T) {
	b := open(t)
	id, _, err := b.SignIn(b.ctx, phone, b.send(office.ForSignIn))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.SendCodeTo(b.ctx, id, office.ForWithdraw, "c"); err != nil {
		t.Fatal(err)
	}
	code := b.code()
	says(t, b.CheckCode(b.ctx, id, office.ForWithdraw, wrong(code)), "code_wrong", "不对")
	says(t, b.CheckCode(b.ctx, id, office.ForSignIn, code), "code_wrong", "不对")
	if err := b.CheckCode(b.ctx, id, office.ForWithdraw, code); err != nil {
		t.Fatal(err)
	}
	says(t, b.CheckCode(b.ctx, id, office.ForWithdraw, code), "code_wrong", "不对")
}

func TestConfirmDevice(t *testing.T) {
	b := open(t)
	id, _, err := b.SignIn(b.ctx, phone, b.send(office.ForSignIn))
	if err != nil {
		t.Fatal(err)
	}
	needs := func(token string, want bool) {
		t.Helper()
		if got, err := b.NeedsConfirm(b.ctx, id, token); err != nil || got != want {
			t.Fatalf("needs confirm %v %v, want %v", got, err, want)
		}
	}
	needs("", false) // no case yet
	own, err := b.TrustDevice(b.ctx, id)
	if err != nil || own == "" {
		t.Fatal(own, err)
	}
	b.draft(id)
	needs("", false) // a case without a number
	b.six = "12002X"
	needs("", true)
	needs("stolen", true)
	needs(own, false) // typed on this device
	if token, err := b.TrustDevice(b.ctx, id); err != nil || token != "" {
		t.Fatal("a device was trusted over a typed number", err)
	}
	_, err = b.ConfirmDevice(b.ctx, id, "2002X")
	says(t, err, "confirm_length", "最后6位")
	_, err = b.ConfirmDevice(b.ctx, id, "120020")
	says(t, err, "confirm_wrong", "还可以试4次")
	token, err := b.ConfirmDevice(b.ctx, id, "１２００２ｘ")
	if err != nil {
		t.Fatal(err)
	}
	needs(token, false)
	for range 4 {
		_, err = b.ConfirmDevice(b.ctx, id, "000000")
		says(t, err, "confirm_wrong", "对不上")
	}
	_, err = b.ConfirmDevice(b.ctx, id, "12002X")
	says(t, err, "confirm_tries", "服务电话")
	b.pass(24 * time.Hour)
	if _, err = b.ConfirmDevice(b.ctx, id, "12002X"); err != nil {
		t.Fatal(err)
	}
	if other, err := b.NeedsConfirm(b.ctx, "somebody", token); err != nil || other {
		t.Fatal(other, err)
	}
}

// draft gives a worker a case without a number.
func (b *box) draft(workerID string) {
	b.t.Helper()
	err := b.DB.Write(b.ctx, b.at, func(tx *store.Tx) error {
		if err := tx.PutProgramme(b.ctx, &store.Programme{ID: "p", Body: "{}", State: "loaded", Version: 1, LoadedAt: tx.Now}); err != nil {
			return err
		}
		return tx.Insert(b.ctx, &store.Case{ID: store.NewID(tx.Now), ProgrammeID: "p", WorkerID: workerID, State: scheme.Draft, Place: scheme.PlaceNone, CreatedAt: tx.Now, SavedAt: tx.Now, Since: tx.Now})
	})
	if err != nil {
		b.t.Fatal(err)
	}
}
