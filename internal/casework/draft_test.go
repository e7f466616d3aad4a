package casework_test

import (
	"bytes"
	"errors"
	"sync"
	"testing"
	"time"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

func TestBegin_OnceAndInTime(t *testing.T) {
	k := newKit(t)
	pe := k.worker()
	c, err := k.w.Begin(k.ctx, pe.worker, k.id)
	k.must(err)
	again, err := k.w.Begin(k.ctx, pe.worker, k.id)
	if err != nil || again.ID != c.ID {
		t.Fatal(again.ID, err)
	}
	app, err := k.w.Application(k.ctx, c)
	k.must(err)
	if app.Sealed.Phone != pe.Phone {
		t.Fatal("the phone of the account is not filled in")
	}
	k.clock.to(k.p.ClosesAt)
	if again, err := k.w.Begin(k.ctx, pe.worker, k.id); err != nil || again.ID != c.ID {
		t.Fatal("a draft that is there opens after the closing", err)
	}
	_, err = k.w.Begin(k.ctx, k.worker().worker, k.id)
	k.refused(err, "closed")
	if _, err := k.w.Begin(k.ctx, pe.worker, "elsewhere"); !errors.Is(err, casework.ErrNotFound) {
		t.Fatal(err)
	}
}

func TestBegin_NotBeforeItsTime(t *testing.T) {
	k := newKit(t)
	next := small("xianan-2027", 2, 3)
	next.DraftsAt = k.clock.now().AddDate(0, 0, 1)
	k.must(k.w.Load(k.ctx, next, "hash"))
	pe := k.worker()
	k.clock.to(next.DraftsAt)
	_, err := k.w.Begin(k.ctx, pe.worker, "xianan-2027")
	k.refused(err, "too_early") // nobody has opened it to the public
	other := small("xianan-2028", 2, 3)
	other.DraftsAt = k.clock.now().Add(time.Hour)
	k.open(other)
	_, err = k.w.Begin(k.ctx, pe.worker, "xianan-2028")
	k.refused(err, "too_early")
	k.clock.to(other.DraftsAt)
	if _, err := k.w.Begin(k.ctx, pe.worker, "xianan-2028"); err != nil {
		t.Fatal(err)
	}
}

func TestBegin_TwoTabsShareADraft(t *testing.T) {
	k := newKit(t)
	pe := k.worker()
	ids := make([]string, 8)
	var wg sync.WaitGroup
	for i := range ids {
		wg.Go(func() {
			c, err := k.w.Begin(k.ctx, pe.worker, k.id)
			if err != nil {
				t.Error(err)
			}
			ids[i] = c.ID
		})
	}
	wg.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Fatal(ids)
		}
	}
}

func TestSubmit_BeforeOpeningAndAfterClosing(t *testing.T) {
	k := newKit(t)
	next := small("xianan-2027", 2, 3)
	next.OpensAt = k.clock.now().Add(time.Hour)
	k.open(next)
	there := *k
	there.id, there.p = "xianan-2027", next
	pe := there.ready()
	_, err := pe.submit()
	k.refused(err, "not_open")
	k.clock.to(next.OpensAt.Add(-time.Nanosecond))
	_, err = pe.submit()
	k.refused(err, "not_open")
	k.clock.to(next.OpensAt)
	if _, err := pe.submit(); err != nil || pe.no != 1 {
		t.Fatal(err)
	}
	late, later := there.ready(), there.ready()
	k.clock.to(next.ClosesAt)
	// Received in time and committed a moment later: what counts is the door.
	if _, err := k.w.Submit(k.ctx, late.worker, late.caseID, 0, next.ClosesAt.Add(-time.Nanosecond)); err != nil {
		t.Fatal(err)
	}
	_, err = later.submit()
	k.refused(err, "closed")
	there.sound()
}

func TestSubmit_WantsACompleteDraft(t *testing.T) {
	k := newKit(t)
	for field, spoil := range map[string]func(app *scheme.Application){
		"card":           func(app *scheme.Application) { app.Sealed.Card = "" },
		"id":             func(app *scheme.Application) { app.Sealed.ID = "422301197501010011" },
		"stamped":        func(app *scheme.Application) { delete(app.Files, scheme.FileStamped) },
		"commitment":     func(app *scheme.Application) { app.Answers.Commitment = "" },
		"major":          func(app *scheme.Application) { app.Answers.Major = "xnec-zk-99" },
		"employment":     func(app *scheme.Application) { app.Answers.Employment = "boss" },
		"consent_public": func(app *scheme.Application) { app.Answers.ConsentPublic = scheme.WordingHash("another text") },
	} {
		pe := k.ready(spoil)
		_, err := pe.submit()
		var r *casework.Refused
		if !errors.As(err, &r) || r.Reasons[0].Field != field || r.Reasons[0].Worker == "" {
			t.Errorf("%s: %v", field, err)
		}
	}
	if ta := k.tally(); ta.LastNo != 0 {
		t.Fatal("an incomplete draft got a number")
	}
}

func TestSubmit_HandsInOnlyWhatWasAsked(t *testing.T) {
	k := newKit(t)
	pe := k.accepted(func(app *scheme.Application) { app.Answers.Agency, app.Answers.Medical = "某派遣公司", "yes" })
	app, err := k.w.Submitted(k.ctx, pe.row(), 0)
	k.must(err)
	if app.Answers.Agency != "" || app.Answers.Medical != "" {
		t.Fatalf("%+v", app.Answers)
	}
}

func TestSubmit_NobodyElses(t *testing.T) {
	k := newKit(t)
	a, b := k.ready(), k.ready()
	if _, err := k.w.Submit(k.ctx, b.worker, a.caseID, 0, k.clock.now()); !errors.Is(err, casework.ErrNotFound) {
		t.Fatal(err)
	}
	if _, err := k.w.Submit(k.ctx, b.worker, "absent", 0, k.clock.now()); !errors.Is(err, casework.ErrNotFound) {
		t.Fatal(err)
	}
	if _, err := k.w.Save(k.ctx, b.worker, a.caseID, func(*scheme.Application, *scheme.Programme) error { return nil }); !errors.Is(err, casework.ErrNotFound) {
		t.Fatal(err)
	}
	if err := k.w.Discard(k.ctx, b.worker, a.caseID); !errors.Is(err, casework.ErrNotFound) {
		t.Fatal(err)
	}
}

func TestSave_KeepsWhatWasTyped(t *testing.T) {
	k := newKit(t)
	pe := k.worker().begin()
	k.must(pe.put("id", "１２３ 不对"))
	app, err := k.w.Application(k.ctx, pe.row())
	k.must(err)
	if app.Sealed.ID == "" {
		t.Fatal("a wrong number was thrown away")
	}
	boom := errors.New("boom")
	if _, err := k.w.Save(k.ctx, pe.worker, pe.caseID, func(app *scheme.Application, _ *scheme.Programme) error {
		app.Answers.Post = "不该留下"
		return boom
	}); !errors.Is(err, boom) {
		t.Fatal(err)
	}
	if app, _ := k.w.Application(k.ctx, pe.row()); app.Answers.Post != "" {
		t.Fatal("half a save stayed")
	}
	accepted := k.accepted()
	k.refused(accepted.put("post", "铣工"), "state")
}

func TestSave_HonourTakenBackClaimsNothing(t *testing.T) {
	k := newKit(t)
	pe := k.ready(withHonour)
	if pe.row().Priority != "claimed" {
		t.Fatal(pe.row().Priority)
	}
	k.must(pe.put("honour_title", "none"))
	if pe.row().Priority != "" {
		t.Fatal(pe.row().Priority)
	}
	if _, err := pe.submit(); err != nil {
		t.Fatal(err)
	}
	k.refused(pe.decide(district1, scheme.ProvePriority), "no_priority")
}

func TestDiscard_LeavesNothing(t *testing.T) {
	k := newKit(t)
	pe := k.ready()
	k.must(pe.attach(scheme.FilePhoto, "photo"))
	k.must(k.w.Discard(k.ctx, pe.worker, pe.caseID))
	if _, err := k.db.CaseRow(k.ctx, pe.caseID); !store.IsNone(err) {
		t.Fatal(err)
	}
	if fs, err := k.db.Files(k.ctx, pe.caseID); err != nil || len(fs) > 0 {
		t.Fatal(fs, err)
	}
	accepted := k.accepted()
	if err := k.w.Discard(k.ctx, accepted.worker, accepted.caseID); !errors.Is(err, casework.ErrNotFound) {
		t.Fatal(err)
	}
}

func TestAttach_PagesAndReplacement(t *testing.T) {
	k := newKit(t)
	pe := k.worker().begin()
	up := casework.Upload{Kind: scheme.FileStamped, SHA256: digest("a"), Pages: []casework.Page{page("one"), page("two")}, Findings: []scheme.Finding{{Code: "seal", Level: "ok"}}}
	app, err := k.w.Attach(k.ctx, pe.worker, pe.caseID, up)
	k.must(err)
	n := app.Files[scheme.FileStamped]
	pages, err := k.w.FilePages(k.ctx, pe.row(), n)
	if err != nil || len(pages) != 2 || n.Pages != 2 || len(n.Findings) != 1 {
		t.Fatalf("%+v %+v %v", n, pages, err)
	}
	b, kind, err := k.w.ReadFile(k.ctx, pe.row(), pages[1].ID)
	if err != nil || kind != "image/jpeg" || !bytes.Equal(b, page("two").Body) {
		t.Fatal(string(b), kind, err)
	}
	// Replaced in the same instant of the clock: nothing of the old one is left.
	k.must(pe.attach(scheme.FileStamped, "b"))
	fs, err := k.db.Files(k.ctx, pe.caseID)
	if err != nil || len(fs) != 1 {
		t.Fatal(fs, err)
	}
	if _, _, err := k.w.ReadFile(k.ctx, pe.row(), pages[0].ID); !errors.Is(err, casework.ErrNotFound) {
		t.Fatal(err)
	}
	// Another's file is not there, whoever knows its id.
	other := k.worker().begin()
	if _, _, err := k.w.ReadFile(k.ctx, other.row(), fs[0].ID); !errors.Is(err, casework.ErrNotFound) {
		t.Fatal(err)
	}
	_, err = k.w.Attach(k.ctx, pe.worker, pe.caseID, casework.Upload{Kind: scheme.FilePhoto})
	k.refused(err, "empty_file")
	k.must(k.w.Detach(k.ctx, pe.worker, pe.caseID, scheme.FileStamped))
	if fs, err := k.db.Files(k.ctx, pe.caseID); err != nil || len(fs) > 0 {
		t.Fatal(fs, err)
	}
}

func TestAttach_OnlyWhereItIsAsked(t *testing.T) {
	k := newKit(t)
	pe := k.ready()
	k.must(pe.attach(scheme.FilePhoto, "photo"))
	k.must(pe.attach(scheme.FileStamped, "stamped"))
	if _, err := pe.submit(); err != nil {
		t.Fatal(err)
	}
	count := func() int {
		fs, err := k.db.Files(k.ctx, pe.caseID)
		k.must(err)
		return len(fs)
	}
	k.refused(pe.attach(scheme.FilePhoto, "after"), "state")
	pe.returned("stamped")
	k.refused(pe.attach(scheme.FilePhoto, "not named"), "not_named")
	if count() != 2 {
		t.Fatal("a refused upload left a row")
	}
	k.must(pe.attach(scheme.FileStamped, "new"))
	k.must(pe.attach(scheme.FileStamped, "newer"))
	c := pe.row()
	was, err := k.w.Submitted(k.ctx, c, 0)
	k.must(err)
	now, err := k.w.Application(k.ctx, c)
	k.must(err)
	for _, app := range []*scheme.Application{was, now} {
		if ps, err := k.w.FilePages(k.ctx, c, app.Files[scheme.FileStamped]); err != nil || len(ps) != 1 {
			t.Fatalf("%+v %v", ps, err)
		}
	}
}
