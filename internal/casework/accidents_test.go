package casework_test

import (
	"sync"
	"testing"
	"time"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/sample"
	"yuanmeng/internal/scheme"
)

// Accidents of other systems with seats, waiting lists and applications.

func TestAccident_APromotedPersonLeavesAndIsNotPromotedAgain(t *testing.T) {
	k := newKit(t)
	a, b, c, d := k.accepted(), k.accepted(), k.accepted(), k.accepted()
	k.must(k.w.Withdraw(k.ctx, a.worker, a.caseID))
	c.is(scheme.Accepted, scheme.PlaceHeld)
	k.must(k.w.Withdraw(k.ctx, c.worker, c.caseID))
	d.is(scheme.Accepted, scheme.PlaceHeld) // the seat is given back, to the next
	k.must(k.w.Withdraw(k.ctx, b.worker, b.caseID))
	c.is(scheme.Withdrawn, scheme.PlaceNone)
	if ta := k.tally(); ta.Taken() != 1 || ta.Waiting != 0 {
		t.Fatalf("%+v", ta)
	}
	k.sound()
}

func TestAccident_TheOldestIsPromotedWhateverItsMajor(t *testing.T) {
	k := newKit(t, func(p *scheme.Programme) { p.WaitingMax = 5 })
	first, _ := k.accepted(), k.accepted()
	var waiting []*person
	for _, m := range k.p.Majors[:4] {
		waiting = append(waiting, k.accepted(func(app *scheme.Application) {
			app.Answers.Major, app.Answers.Medical = m.Key, "no"
			app.Answers.Education = "31"
		}))
	}
	k.must(k.w.Withdraw(k.ctx, first.worker, first.caseID))
	waiting[0].is(scheme.Accepted, scheme.PlaceHeld)
	waiting[1].is(scheme.Accepted, scheme.PlaceWaiting)
}

func TestAccident_AnOpenTabAfterTheClosing(t *testing.T) {
	k := newKit(t)
	a := k.ready()
	k.clock.to(k.p.ClosesAt.AddDate(0, 0, 5))
	_, err := a.submit()
	k.refused(err, "closed")
	if k.tally().LastNo != 0 {
		t.Fatal("accepted after the closing")
	}
}

func TestAccident_ADeadlineHasTwoSidesOfOneSecond(t *testing.T) {
	k := newKit(t)
	a := k.accepted().refusal()
	until := a.hearing().UntilAt
	if got := scheme.Until(until); until.In(scheme.Shanghai).Hour() != 0 || got[len(got)-len("24时"):] != "24时" {
		t.Fatal(got)
	}
	k.clock.to(until.Add(-time.Nanosecond))
	k.must(k.w.Answer(k.ctx, a.worker, a.caseID, "还在期限内"))
	b := k.accepted().refusal()
	k.clock.to(b.hearing().UntilAt)
	k.refused(k.w.Answer(k.ctx, b.worker, b.caseID, "过了期限"), "too_late")
}

func TestAccident_BlanksNeverMatch(t *testing.T) {
	k := newKit(t)
	for range 2 {
		pe := k.ready(func(app *scheme.Application) { app.Sealed.ID = "" })
		_, err := pe.submit()
		k.refused(err, "id_empty")
	}
	// Two people without a number are not one person: both are accepted once
	// they have one.
	k.accepted()
	k.accepted()
	k.sound()
}

func TestAccident_PartsOfANumberDoNotRunTogether(t *testing.T) {
	k := newKit(t)
	a := k.accepted()
	// The same digits as another kind of document are another person.
	other := k.account(a.Person).begin().complete(func(app *scheme.Application) { app.Answers.IDKind = "permanent" })
	if _, err := other.submit(); casework.RefusedCode(err) == "double" {
		t.Fatal("two kinds of document are compared as one")
	}
}

func TestAccident_TwoTabsLoseNothing(t *testing.T) {
	k := newKit(t)
	a := k.worker().begin()
	values := map[string]string{"post": "铣工", "employer": "咸安区某厂", "hukou": "rural", "card": sample.CardNumber(1), "name": "王小明", "education": "61"}
	var wg sync.WaitGroup
	for key, v := range values {
		wg.Go(func() {
			if err := a.put(key, v); err != nil {
				t.Errorf("%s: %v", key, err)
			}
		})
	}
	wg.Wait()
	app, err := k.w.Application(k.ctx, a.row())
	k.must(err)
	for key, v := range values {
		if f, _ := scheme.Field(key); f.Get(app) != v {
			t.Errorf("%s is %q", key, f.Get(app))
		}
	}
}

func TestAccident_WithdrawAndPromotionAtOnce(t *testing.T) {
	k := newKit(t, func(p *scheme.Programme) { p.Cap, p.WaitingMax = 4, 8 })
	var all []*person
	for range 12 {
		all = append(all, k.accepted())
	}
	var wg sync.WaitGroup
	for i, pe := range all {
		if i%2 == 0 {
			wg.Go(func() { k.must(k.w.Withdraw(k.ctx, pe.worker, pe.caseID)) })
		}
	}
	late := k.ready()
	wg.Go(func() { late.submit() })
	wg.Wait()
	if ta := k.tally(); ta.Taken() != 4 {
		t.Fatalf("%+v", ta)
	}
	k.sound()
}

func TestAccident_AnApprovedFormIsNotEdited(t *testing.T) {
	k := newKit(t)
	a := k.accepted().approved()
	k.refused(a.put("post", "经理"), "state")
	k.refused(a.attach(scheme.FileStamped, "another"), "state")
	if err := k.w.Resubmit(k.ctx, a.worker, a.caseID); casework.RefusedCode(err) != "state" {
		t.Fatal(err)
	}
}
