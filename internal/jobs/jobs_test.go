package jobs_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/jobs"
	"yuanmeng/internal/proof"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/sms"
	"yuanmeng/internal/store"
	"yuanmeng/internal/store/storetest"
)

const (
	phone = "13800000001"
	log   = "test-2026"
)

// noon is an hour at which reminders may go.
var noon = time.Date(2026, 7, 20, 4, 0, 0, 0, time.UTC)

// post is a set of jobs with a clock to move and a letter box for an operator.
type post struct {
	*jobs.Jobs
	t   *testing.T
	ctx context.Context
	mu  sync.Mutex
	at  time.Time
	out []sms.Message
	bad error
	log bytes.Buffer
}

// Send keeps the message.
func (p *post) Send(_ context.Context, m sms.Message) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bad == nil {
		p.out = append(p.out, m)
	}
	return p.bad
}

func (p *post) now() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.at
}

func (p *post) pass(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.at = p.at.Add(d)
}

// permanent is what an operator says of a number that it will never reach.
type permanent struct{}

// Error says so.
func (permanent) Error() string { return "no such number" }

// Temporary is false.
func (permanent) Temporary() bool { return false }

func open(t *testing.T) *post {
	t.Helper()
	p := &post{t: t, ctx: context.Background(), at: noon}
	db, ks := storetest.New(t), keys(t)
	p.Jobs = &jobs.Jobs{
		Work: casework.New(db, ks, blobs(t), p.now, p.now), DB: db, Keys: ks, SMS: p, Now: p.now, Machine: p.now,
		Logger: slog.New(slog.NewTextHandler(&p.log, nil)), Host: "yuanmeng", Runner: "one",
	}
	plan := &scheme.Programme{
		ID: log, Title: "测试", Cap: 2, WaitingMax: 1, Hotline: "0715-0000000", DraftKeepDays: 30,
		OpensAt: noon.AddDate(0, 0, -5), ClosesAt: noon.AddDate(0, 0, 10), PromoteUntil: noon.AddDate(0, 1, 0),
		Messages: map[string]scheme.MessageWording{
			"accepted":      {Key: "accepted", Title: "已受理", Text: "受理号 {no}，{until}前办完。", SMS: "受理号{no}，名额为您留着。"},
			"remind_return": {Key: "remind_return", Title: "提醒", Text: "受理号 {no} 还没改好：{items}。请打 {hotline}。", SMS: "受理号{no}还没改好。"},
			"phone_changed": {Key: "phone_changed", Title: "换号", Text: "您的手机号已换。", SMS: "手机号已换。不是您本人办的，请打{hotline}。"},
			"hearing":       {Key: "hearing", Title: "告知", Text: "{until}前请回复。", SMS: "请在{until}前回复。"},
			"closing_soon":  {Key: "closing_soon", Title: "快截止了", Text: "申报 {closes} 截止，还没有提交。", SMS: "申报{closes}截止，还没有提交。"},
			"silent":        {Key: "silent", Title: "站内", Text: "只在站内。"},
		},
	}
	if err := p.Work.Load(p.ctx, plan, "hash"); err != nil {
		t.Fatal(err)
	}
	if err := p.Work.Open(p.ctx, scheme.Actor{ID: "a", Role: scheme.RoleLead}, scheme.Actor{ID: "b", Role: scheme.RoleLead}, log, nil); err != nil {
		t.Fatal(err)
	}
	p.put(func(tx *store.Tx) error {
		return tx.Insert(p.ctx, &store.Worker{ID: "w", PhoneIndex: "i", PhoneSealed: ks.Seal("worker/w", []byte(phone)), CreatedAt: tx.Now})
	})
	return p
}

func (p *post) put(f func(tx *store.Tx) error) {
	p.t.Helper()
	if err := p.DB.Write(p.ctx, p.now(), f); err != nil {
		p.t.Fatal(err)
	}
}

// book books a message.
func (p *post) book(wording string, params map[string]string) string {
	p.t.Helper()
	id := store.NewID(p.now())
	p.put(func(tx *store.Tx) error {
		return tx.Insert(p.ctx, &store.Outbox{ID: id, ProgrammeID: log, CaseID: "c", WorkerID: "w", Channel: "sms", Wording: wording,
			Params: store.Encode(params), CreatedAt: tx.Now, NextAt: tx.Now})
	})
	return id
}

func (p *post) deliver(want int) {
	p.t.Helper()
	if n, err := p.Deliver(p.ctx); err != nil || n != want {
		p.t.Fatalf("delivered %d, %v; want %d\n%s", n, err, want, p.log.String())
	}
}

func (p *post) inbox() []store.Message {
	p.t.Helper()
	ms, err := p.DB.Messages(p.ctx, "w", 100)
	if err != nil {
		p.t.Fatal(err)
	}
	return ms
}

func (p *post) row() store.Outbox {
	p.t.Helper()
	rows, err := p.DB.Outbox(p.ctx, 1)
	if err != nil || len(rows) != 1 {
		p.t.Fatal(rows, err)
	}
	return rows[0]
}

func TestDeliver_FillsTheInboxAndThePhone(t *testing.T) {
	p := open(t)
	id := p.book("accepted", map[string]string{"no": "7", "until": "2026年7月25日24时"})
	p.deliver(1)
	p.deliver(0)
	ms := p.inbox()
	if len(ms) != 1 || ms[0].ID != id || ms[0].Body != "受理号 7，2026年7月25日24时前办完。" || !ms[0].At.Equal(noon) {
		t.Fatalf("inbox %+v", ms)
	}
	if len(p.out) != 1 || p.out[0].Phone != phone || p.out[0].ID != id || p.out[0].Text != "受理号7，名额为您留着。" {
		t.Fatalf("sent %+v", p.out)
	}
	if r := p.row(); r.SentAt == nil || r.DeadAt != nil {
		t.Fatalf("row %+v", r)
	}
	if strings.Contains(p.log.String(), phone) {
		t.Fatal("the log holds a phone number")
	}
}

// A number that is given up is told at itself, though the account has another.
func TestDeliver_ToTheNumberThatIsGivenUp(t *testing.T) {
	p := open(t)
	p.put(func(tx *store.Tx) error {
		return tx.Insert(p.ctx, &store.Outbox{
			ID: "o", ProgrammeID: log, CaseID: "c", WorkerID: "w", Channel: "sms", Wording: "phone_changed", Params: "{}",
			ToSealed: p.Keys.Seal("outbox/o", []byte("13800000099")), CreatedAt: tx.Now, NextAt: p.now(),
		})
	})
	if n, err := p.Deliver(p.ctx); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	if len(p.out) != 1 || p.out[0].Phone != "13800000099" || !strings.Contains(p.out[0].Text, "请打0715-0000000") {
		t.Fatalf("%+v", p.out)
	}
}

// What is to be corrected stands in the row as keys, whatever has become of the
// case since it was booked.
func TestDeliver_NamesTheItemsOfTheRow(t *testing.T) {
	p := open(t)
	p.book("remind_return", map[string]string{"no": "7", "items": "photo,post"})
	p.deliver(1)
	want := "受理号 7 还没改好：" + scheme.FieldLabel("photo") + "、" + scheme.FieldLabel("post") + "。请打 0715-0000000。"
	if b := p.inbox()[0].Body; b != want || strings.Contains(b, "photo") {
		t.Fatalf("body %q, want %q", b, want)
	}
}

// A reminder to hand in does not reach somebody who has done so meanwhile, or has
// dropped his draft.
func TestDeliver_NoReminderOfWhatIsHandedIn(t *testing.T) {
	p := open(t)
	p.book("closing_soon", map[string]string{})
	p.deliver(1)
	if r := p.row(); r.DeadAt == nil || r.Fault != "moot" || len(p.inbox()) != 0 || len(p.out) != 0 {
		t.Fatalf("row %+v", r)
	}
	c, err := p.Work.Begin(p.ctx, "w", log)
	if err != nil {
		t.Fatal(err)
	}
	p.put(func(tx *store.Tx) error {
		if _, err := tx.NewRaw("DELETE FROM outbox").Exec(p.ctx); err != nil {
			return err
		}
		return tx.Insert(p.ctx, &store.Outbox{ID: store.NewID(p.now()), ProgrammeID: log, CaseID: c.ID, WorkerID: "w", Channel: "sms", Wording: "closing_soon",
			Params: "{}", CreatedAt: tx.Now, NextAt: tx.Now})
	})
	p.deliver(1)
	if len(p.inbox()) != 1 || len(p.out) != 1 || !strings.Contains(p.out[0].Text, "截止，还没有提交") || strings.Contains(p.out[0].Text, "申报截止") {
		t.Fatalf("inbox %+v, sent %+v", p.inbox(), p.out)
	}
}

func TestDeliver_NobodyReadsABrace(t *testing.T) {
	p := open(t)
	p.book("remind_return", map[string]string{"no": "7"})
	p.deliver(1)
	if b := p.inbox()[0].Body; b != "受理号 7 还没改好：。请打 0715-0000000。" {
		t.Fatalf("body %q", b)
	}
	if !strings.Contains(p.log.String(), "{items}") {
		t.Fatal("the missing value was not written down")
	}
	p.book("silent", nil)
	p.deliver(1)
	if len(p.out) != 1 || len(p.inbox()) != 2 {
		t.Fatal("an inbox message went to the phone")
	}
}

func TestDeliver_AfterACrashTheInboxHoldsItOnce(t *testing.T) {
	p := open(t)
	id := p.book("accepted", map[string]string{"no": "7"})
	// Another runner claimed it, filled the inbox and sent, and died.
	p.put(func(tx *store.Tx) error {
		rows, err := tx.ClaimOutbox(p.ctx, "dead", p.now(), time.Minute, 50)
		if err != nil || len(rows) != 1 {
			return fmt.Errorf("claimed %d: %w", len(rows), err)
		}
		return tx.DeliverMessages(p.ctx, []store.Message{{ID: id, WorkerID: "w", ProgrammeID: log, CaseID: "c", Wording: "accepted", Body: "x", At: tx.Now}})
	})
	p.deliver(0) // its lease runs
	p.pass(time.Minute + time.Second)
	p.deliver(1)
	if ms := p.inbox(); len(ms) != 1 || ms[0].ID != id {
		t.Fatalf("inbox %+v", ms)
	}
	if len(p.out) != 1 || p.out[0].ID != id {
		t.Fatalf("sent %+v", p.out)
	}
}

func TestDeliver_TriesAgainWithGrowingPauses(t *testing.T) {
	p := open(t)
	p.book("accepted", map[string]string{"no": "7"})
	p.bad = errors.New("operator down")
	for _, pause := range []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour} {
		p.deliver(0)
		if r := p.row(); r.DeadAt != nil || !r.NextAt.Equal(p.now().Add(pause)) || r.Fault != "unreachable" {
			t.Fatalf("after a pause of %v the row is %+v", pause, r)
		}
		p.pass(pause)
	}
	p.deliver(0)
	if r := p.row(); r.DeadAt == nil || r.SentAt != nil {
		t.Fatalf("the fifth failure is not the last: %+v", r)
	}
	p.bad = nil
	p.pass(24 * time.Hour)
	p.deliver(0)
	if len(p.inbox()) != 1 || len(p.out) != 0 {
		t.Fatal("the inbox stands whatever the phone does")
	}
	// A number that does not exist is not tried again, a good operator is.
	p.bad = permanent{}
	p.book("accepted", map[string]string{"no": "8"})
	p.deliver(0)
	if r := p.row(); r.DeadAt == nil || r.Fault != "refused" {
		t.Fatalf("row %+v", r)
	}
}

func TestDeliver_OneBadRowHoldsUpNobody(t *testing.T) {
	p := open(t)
	p.book("no such wording", nil)
	p.put(func(tx *store.Tx) error {
		return tx.Insert(p.ctx, &store.Outbox{ID: store.NewID(p.now()), ProgrammeID: "gone", WorkerID: "w", Channel: "sms", Wording: "accepted", Params: "{}", CreatedAt: tx.Now, NextAt: tx.Now})
	})
	p.book("accepted", map[string]string{"no": "7"})
	p.deliver(3)
	if len(p.out) != 1 {
		t.Fatalf("sent %d", len(p.out))
	}
}

func TestDeliver_RemindersWaitForTheMorning(t *testing.T) {
	for _, c := range []struct {
		name, wording string
		at            time.Time // in Shanghai
		night         bool
	}{
		{"evening", "remind_return", time.Date(2026, 7, 20, 21, 29, 0, 0, scheme.Shanghai), false},
		{"night", "remind_return", time.Date(2026, 7, 20, 21, 30, 0, 0, scheme.Shanghai), true},
		{"early", "remind_return", time.Date(2026, 7, 21, 7, 59, 59, 0, scheme.Shanghai), true},
		{"morning", "remind_return", time.Date(2026, 7, 21, 8, 0, 0, 0, scheme.Shanghai), false},
		{"what has happened", "accepted", time.Date(2026, 7, 21, 3, 0, 0, 0, scheme.Shanghai), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := open(t)
			p.at = c.at
			p.book(c.wording, map[string]string{"no": "7", "items": "照片"})
			if !c.night {
				p.deliver(1)
				return
			}
			p.deliver(0)
			if len(p.out) != 0 || len(p.inbox()) != 1 {
				t.Fatal("the phone rang at night, or the inbox is empty")
			}
			eight := time.Date(2026, 7, 21, 8, 0, 0, 0, scheme.Shanghai)
			if r := p.row(); !r.NextAt.Equal(eight) || r.Attempts != 0 {
				t.Fatalf("row %+v", r)
			}
			p.at = eight
			p.deliver(1)
			if len(p.out) != 1 || len(p.inbox()) != 1 {
				t.Fatal("the morning came and nothing went")
			}
		})
	}
}

func TestDeliver_TwoRunnersSendOnce(t *testing.T) {
	p := open(t)
	for i := range 120 {
		p.book("accepted", map[string]string{"no": fmt.Sprint(i)})
	}
	two := *p.Jobs
	two.Runner = "two"
	var wg sync.WaitGroup
	for _, j := range []*jobs.Jobs{p.Jobs, &two} {
		wg.Go(func() {
			if _, err := j.Deliver(p.ctx); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	p.deliver(0)
	seen := map[string]bool{}
	for _, m := range p.out {
		seen[m.ID] = true
	}
	if len(p.out) != 120 || len(seen) != 120 {
		t.Fatalf("%d messages, %d different", len(p.out), len(seen))
	}
}

func TestCheckpoint_SignsWhatHasGrown(t *testing.T) {
	p := open(t)
	if n, err := p.Checkpoint(p.ctx); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	if n, err := p.Checkpoint(p.ctx); err != nil || n != 0 {
		t.Fatal("a log that has not grown was signed again", n, err)
	}
	k, err := p.DB.LastCheckpoint(p.ctx, log)
	if err != nil {
		t.Fatal(err)
	}
	c, err := proof.OpenCheckpoint([]byte(k.Note), p.Keys.Signer("checkpoint").Public().(ed25519.PublicKey))
	if err != nil || c.Origin != "yuanmeng/"+log || c.Size != 1 || !c.At.Equal(noon) {
		t.Fatalf("%+v %v", c, err)
	}
	ta, err := p.DB.Tally(p.ctx, log)
	if err != nil {
		t.Fatal(err)
	}
	var f proof.Frontier
	if err := f.UnmarshalBinary(ta.Frontier); err != nil || f.Root() != c.Root {
		t.Fatal("another root than the log's", err)
	}
}

func TestSealEvents_EveryEventUnderOneLeaf(t *testing.T) {
	p := open(t)
	all, err := p.DB.Events(p.ctx, "", "", 100)
	if err != nil || len(all) == 0 {
		t.Fatal(len(all), err)
	}
	if n, err := p.SealEvents(p.ctx); err != nil || n != len(all) {
		t.Fatal(n, err)
	}
	if n, err := p.SealEvents(p.ctx); err != nil || n != 0 {
		t.Fatal("an event was sealed twice", n, err)
	}
	p.pass(time.Minute)
	p.put(func(tx *store.Tx) error {
		return tx.Insert(p.ctx, &store.Event{ID: store.NewID(tx.Now), Name: "look", Detail: "{}", At: tx.Now})
	})
	if n, err := p.SealEvents(p.ctx); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	leaves, err := p.DB.Leaves(p.ctx, store.AuditLog, 0, 100)
	if err != nil || len(leaves) != len(all)+1 {
		t.Fatal(len(leaves), err)
	}
	var f proof.Frontier
	for _, l := range leaves {
		f.Append([]byte(l.Body))
	}
	ks, err := p.DB.Checkpoints(p.ctx, store.AuditLog, 10)
	if err != nil || len(ks) != 2 {
		t.Fatal(len(ks), err)
	}
	c, err := proof.OpenCheckpoint([]byte(ks[0].Note), p.Keys.Signer("checkpoint").Public().(ed25519.PublicKey))
	if err != nil || c.Root != f.Root() || c.Size != f.Size() {
		t.Fatal("the head does not follow from the leaves", err)
	}
	now, _ := p.DB.Events(p.ctx, "look", "", 1)
	if !strings.Contains(leaves[len(leaves)-1].Body, now[0].Commitment()) {
		t.Fatal("the leaf does not commit to the event as the database gives it back")
	}
}

func TestSealEvents_TwoRunners(t *testing.T) {
	p := open(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if _, err := p.SealEvents(p.ctx); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	all, _ := p.DB.Events(p.ctx, "", "", 100)
	leaves, err := p.DB.Leaves(p.ctx, store.AuditLog, 0, 100)
	if err != nil || len(leaves) != len(all) {
		t.Fatal(len(leaves), len(all), err)
	}
}

func TestDue_MakesTheMovesOfTheClock(t *testing.T) {
	p := open(t)
	if n, err := p.Due(p.ctx); err != nil || n != 0 {
		t.Fatal(n, err)
	}
	p.at = noon.AddDate(0, 1, 0)
	if n, err := p.Due(p.ctx); err != nil || n != 0 {
		t.Fatal("a deadline acts before what was received in time is read", n, err)
	}
	p.at = p.at.Add(5 * time.Second)
	if n, err := p.Due(p.ctx); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	if ta, err := p.DB.Tally(p.ctx, log); err != nil || !ta.ListEnded {
		t.Fatal("the waiting list has not ended", err)
	}
}

func TestSweep_ErasesStaleDraftsWithTheirKeys(t *testing.T) {
	p := open(t)
	p.put(func(tx *store.Tx) error {
		if err := tx.Insert(p.ctx, &store.Case{ID: "c", ProgrammeID: log, WorkerID: "w", State: scheme.Draft, Place: scheme.PlaceNone,
			KeyWrapped: []byte{1}, CreatedAt: tx.Now, SavedAt: tx.Now, Since: tx.Now}); err != nil {
			return err
		}
		return tx.PutDraft(p.ctx, &store.Draft{CaseID: "c", Answers: "{}", Sealed: []byte{1}, Files: "{}", SavedAt: tx.Now})
	})
	p.at = noon.AddDate(0, 0, 40).Add(-time.Second)
	if n, err := p.Sweep(p.ctx); err != nil || n != 0 {
		t.Fatal(n, err)
	}
	p.pass(time.Second)
	if n, err := p.Sweep(p.ctx); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	if _, err := p.DB.CaseRow(p.ctx, "c"); !store.IsNone(err) {
		t.Fatal("the draft is still there", err)
	}
	if es, err := p.DB.CaseEvents(p.ctx, "c", 10); err != nil || len(es) != 1 || es[0].Name != "erase_draft" {
		t.Fatal(es, err)
	}
}

func TestRun_EachStepGoesOnAndAllStop(t *testing.T) {
	p := open(t)
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	fire := make(chan time.Time)
	stops := 0
	ctx, cancel := context.WithCancel(p.ctx)
	var mu sync.Mutex
	ran := map[string]int{}
	enough := make(chan struct{})
	p.Tick = func(time.Duration) (<-chan time.Time, func()) {
		return fire, func() { mu.Lock(); stops++; mu.Unlock() }
	}
	p.Meter = func(step string, n int, err error) {
		mu.Lock()
		defer mu.Unlock()
		if ran[step]++; len(ran) == 6 && ran[step] == 3 {
			select {
			case <-enough:
			default:
				close(enough)
			}
		}
	}
	// A log that cannot be read stops its own step's work and no other's.
	p.put(func(tx *store.Tx) error {
		return tx.PutTallies(p.ctx, []store.Tally{{ProgrammeID: log, Cap: 2, WaitingMax: 1, LogSize: 9, Frontier: []byte{9}}})
	})
	done := make(chan struct{})
	go func() { p.Run(ctx); close(done) }()
	for {
		select {
		case fire <- p.now():
			continue
		case <-enough:
		}
		break
	}
	cancel()
	<-done
	mu.Lock()
	defer mu.Unlock()
	if stops != 6 {
		t.Errorf("%d tickers stopped", stops)
	}
	if !strings.Contains(p.log.String(), "step=checkpoint") {
		t.Error("the fault was not written down")
	}
}
