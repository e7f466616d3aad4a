package casework_test

import (
	"errors"
	"sync"
	"testing"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/sample"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

func TestDecide_StaleAndForeign(t *testing.T) {
	k := newKit(t)
	a := k.accepted()
	at := func(v int) func(o *casework.Order) { return func(o *casework.Order) { o.Version = v } }
	v := a.row().Version
	k.refused(a.decide(centre1, scheme.Pass, at(v-1)), "stale")
	k.must(a.decide(centre1, scheme.Pass, at(v)))
	k.refused(a.decide(district1, scheme.Revoke, at(v), because(scheme.CauseFraud)), "stale") // a two-person move too
	// Absent and foreign give the same answer.
	o := casework.Order{Move: scheme.Approve, Case: a.caseID, Reason: "理由"}
	for _, v := range []store.Viewer{{}, {Programmes: []string{"xianan-2027"}}} {
		if err := k.w.Decide(k.ctx, district1, v, o); !errors.Is(err, casework.ErrNotFound) {
			t.Fatal(err)
		}
	}
	o.Case = "absent"
	if err := k.w.Decide(k.ctx, district1, k.desk(), o); !errors.Is(err, casework.ErrNotFound) {
		t.Fatal(err)
	}
	if err := a.decide(district1, "promote"); !errors.Is(err, casework.ErrNotFound) {
		t.Fatal(err)
	}
	// A draft is nobody's but its worker's.
	draft := k.ready()
	if err := draft.decide(centre1, scheme.Pass); !errors.Is(err, casework.ErrNotFound) {
		t.Fatal(err)
	}
}

func TestDecide_WhoMayNot(t *testing.T) {
	k := newKit(t)
	a := k.accepted()
	for _, who := range []scheme.Actor{district1, lead1, auditor1, staff("x", scheme.RoleSysAdmin), casework.WorkerActor(a.worker)} {
		k.refused(a.decide(who, scheme.Pass), "role")
	}
	self := centre1
	self.Cases = []string{a.caseID}
	k.refused(a.decide(self, scheme.Pass), "self")
	a.passed()
	both := centre1
	both.Role = scheme.RoleDistrict // the same account in another role
	k.refused(a.decide(both, scheme.Approve), "same_person")
	k.must(a.decide(district1, scheme.Approve))
}

func TestDecide_TwoClicksAtOnceDecideOnce(t *testing.T) {
	k := newKit(t)
	a := k.accepted().passed()
	v := a.row().Version
	errs := make([]error, 6)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			errs[i] = a.decide([]scheme.Actor{district1, district2}[i%2], scheme.Approve, func(o *casework.Order) { o.Version = v })
		})
	}
	wg.Wait()
	n := 0
	for _, err := range errs {
		if err == nil {
			n++
		} else if code := casework.RefusedCode(err); code != "stale" && code != "state" {
			t.Fatal(err)
		}
	}
	ds, err := k.db.Decisions(k.ctx, a.caseID)
	k.must(err)
	if n != 1 || len(ds) != 2 { // pass and approve
		t.Fatalf("%d of %d, %d decisions", n, len(errs), len(ds))
	}
	k.sound()
}

func TestDecide_UndoneDecisionsStay(t *testing.T) {
	k := newKit(t)
	a := k.accepted().approved()
	k.must(a.decide(lead1, scheme.UndoApprove))
	a.is(scheme.AtDistrict, scheme.PlaceHeld)
	k.refused(a.decide(lead1, scheme.Approve), "same_person")
	k.must(a.decide(district2, scheme.Approve))
	ds, err := k.db.Decisions(k.ctx, a.caseID)
	k.must(err)
	var undone, standing int
	for _, d := range ds {
		if d.Move == scheme.Approve && d.UndoneAt != nil {
			undone++
			if d.UndoneBy != lead1.ID {
				t.Fatalf("%+v", d)
			}
		}
		if d.Move == scheme.Approve && d.UndoneAt == nil {
			standing++
		}
	}
	if undone != 1 || standing != 1 {
		t.Fatalf("%+v", ds)
	}
	if got := k.kinds(k.tally().LogSize - 3); got != "confirm unconfirm confirm" {
		t.Fatal(got)
	}
	k.sound()
}

func TestSecond_OnTheSameGroundOnly(t *testing.T) {
	k := newKit(t)
	a := k.accepted()
	k.must(a.decide(district1, scheme.Revoke, because(scheme.CauseIneligible)))
	k.refused(a.decide(district2, scheme.Revoke, because(scheme.CauseFraud)), "proposed")
	a.passed() // the case moves on
	k.refused(a.second(lead1, scheme.Revoke), "stale")
	ps, err := k.db.ProposalsOf(k.ctx, a.caseID)
	k.must(err)
	id := ps[0].ID
	if err := k.w.Second(k.ctx, lead1, store.Viewer{}, id, true); !errors.Is(err, casework.ErrNotFound) {
		t.Fatal(err)
	}
	for _, who := range []scheme.Actor{centre1, auditor1} {
		k.refused(k.w.Second(k.ctx, who, k.desk(), id, false), "role")
	}
	himself := district2
	himself.Cases = []string{a.caseID}
	k.refused(k.w.Second(k.ctx, himself, k.desk(), id, false), "self")
	k.must(k.w.Second(k.ctx, district1, k.desk(), id, false)) // whoever proposed may take it back
	k.refused(k.w.Second(k.ctx, lead1, k.desk(), id, true), "stale")
	if err := k.w.Second(k.ctx, lead1, k.desk(), "absent", true); !errors.Is(err, casework.ErrNotFound) {
		t.Fatal(err)
	}
	k.must(a.both(district1, lead1, scheme.Revoke, because(scheme.CauseIneligible)))
	if h := a.hearing(); h == nil || h.Cause != scheme.CauseIneligible {
		t.Fatalf("%+v", h)
	}
	k.sound()
}

func TestSecond_AProposalEndsWithItsCase(t *testing.T) {
	k := newKit(t)
	a := k.accepted()
	k.must(a.decide(district1, scheme.Revoke, because(scheme.CauseFraud)))
	k.must(k.w.Withdraw(k.ctx, a.worker, a.caseID))
	if ps, err := k.db.ProposalsOf(k.ctx, a.caseID); err != nil || len(ps) > 0 {
		t.Fatal(ps, err)
	}
}

func TestSecond_ACapOfAnotherProgramme(t *testing.T) {
	k := newKit(t)
	k.must(k.w.ProposeCapacity(k.ctx, lead1, k.id, casework.Capacity{Cap: 3, WaitingMax: 3, Reason: "增加"}))
	ps, err := k.db.OpenProposals(k.ctx, k.id)
	k.must(err)
	if err := k.w.Second(k.ctx, lead2, store.Viewer{Programmes: []string{"xianan-2027"}}, ps[0].ID, true); !errors.Is(err, casework.ErrNotFound) {
		t.Fatal(err)
	}
	if c, ok := casework.ProposedCapacity(ps[0]); !ok || c.Cap != 3 {
		t.Fatalf("%+v", c)
	}
	for _, c := range []casework.Capacity{{Cap: 3, WaitingMax: 3}, {Cap: 100001, WaitingMax: 3, Reason: "x"}} {
		if err := k.w.ProposeCapacity(k.ctx, lead1, k.id, c); casework.RefusedCode(err) == "" {
			t.Fatal(err)
		}
	}
	k.refused(k.w.ProposeCapacity(k.ctx, lead2, k.id, casework.Capacity{Cap: 4, WaitingMax: 3, Reason: "再增加"}), "proposed")
	k.refused(k.w.ProposeCapacity(k.ctx, district1, k.id, casework.Capacity{Cap: 4, WaitingMax: 3, Reason: "再增加"}), "role")
}

func TestSecond_ANewNumberIsSealedInTheProposal(t *testing.T) {
	k := newKit(t)
	a := k.accepted()
	id := sample.IDNumber(640)
	k.must(a.decide(district1, scheme.AmendIdentity, func(o *casework.Order) { o.ID = id }))
	ps, err := k.db.ProposalsOf(k.ctx, a.caseID)
	k.must(err)
	if o, err := k.w.Proposed(a.row(), ps[0]); err != nil || o.ID != id {
		t.Fatalf("%+v %v", o, err)
	}
	if len(ps[0].Args) == 0 || contains(ps[0].Args, id) {
		t.Fatal("the number stands in clear")
	}
}

func TestReinstate_OnceForOneSeat(t *testing.T) {
	k := newKit(t)
	a := k.accepted().refusal()
	_, c := k.accepted(), k.accepted()
	k.days(10)
	a.is(scheme.Released, scheme.PlaceNone)
	k.refused(a.both(lead1, centre1, scheme.Reinstate), "second_role")
	k.must(a.second(district1, scheme.Reinstate))
	a.is(scheme.AtDistrict, scheme.PlaceWaiting)
	a.lastTold("reinstated")
	k.must(a.decide(district2, scheme.Refuse))
	k.days(10)
	a.is(scheme.Released, scheme.PlaceNone)
	// He lost no seat this time.
	k.refused(a.decide(lead1, scheme.Reinstate), "never_sat")
	c.is(scheme.Accepted, scheme.PlaceHeld)
	k.sound()
}

func TestReinstate_NotBesideAnotherCase(t *testing.T) {
	k := newKit(t)
	a := k.accepted().refusal()
	k.days(10)
	again := k.account(a.Person).begin().complete()
	if _, err := again.submit(); err != nil {
		t.Fatal(err)
	}
	k.refused(a.both(lead1, lead2, scheme.Reinstate), "double")
	k.clock.to(k.p.PromoteUntil)
	b := k.account(sample.New(k.p, 900))
	_ = b
	k.refused(a.decide(lead1, scheme.Reinstate), "list_ended")
	k.sound()
}

func TestReinstate_WhoNeverSatIsNotPutFirst(t *testing.T) {
	k := newKit(t)
	k.accepted()
	k.accepted()
	c := k.accepted().refusal()
	k.days(10)
	c.is(scheme.Released, scheme.PlaceNone)
	k.refused(c.decide(lead1, scheme.Reinstate), "never_sat")
}

func TestWithdraw_FreesAtOnceAndMayComeAgain(t *testing.T) {
	k := newKit(t)
	a, _, c := k.accepted(), k.accepted(), k.accepted()
	k.must(k.w.Withdraw(k.ctx, a.worker, a.caseID))
	k.refused(k.w.Withdraw(k.ctx, a.worker, a.caseID), "state")
	c.is(scheme.Accepted, scheme.PlaceHeld)
	c.lastTold("promoted")
	old := a.caseID
	a.begin().complete()
	if a.caseID == old {
		t.Fatal("an ended case is worked on")
	}
	if _, err := a.submit(); err != nil || a.no != 4 {
		t.Fatal(a.no, err)
	}
	k.sound()
}

func TestPriority_OpenedOnlyWhereTheSeatsTell(t *testing.T) {
	k := newKit(t)
	first, _ := k.accepted(), k.accepted()
	c, d := k.accepted(), k.accepted(withHonour)
	k.must(d.decide(district1, scheme.ProvePriority))
	if got := k.kinds(k.tally().LogSize - 1); got != "band" { // not whose, not which
		t.Fatal(got)
	}
	k.refused(d.decide(district2, scheme.ProvePriority), "same")
	k.must(k.w.Withdraw(k.ctx, first.worker, first.caseID))
	if got := k.kinds(k.tally().LogSize - 3); got != "leave1 open4 seat4" {
		t.Fatal(got)
	}
	d.is(scheme.Accepted, scheme.PlaceHeld)
	c.is(scheme.Accepted, scheme.PlaceWaiting)
	k.sound()
}

func TestPriority_NotOpenedWhereItChangesNothing(t *testing.T) {
	k := newKit(t)
	a, b := k.accepted(), k.accepted()
	k.accepted()
	d := k.accepted(withHonour)
	k.must(d.decide(district1, scheme.ProvePriority))
	// Two seats free in one act: three and four get them in either order.
	k.must(k.w.ProposeCapacity(k.ctx, lead1, k.id, casework.Capacity{Cap: 4, WaitingMax: 3, Reason: "增加"}))
	ps, err := k.db.OpenProposals(k.ctx, k.id)
	k.must(err)
	k.must(k.w.Second(k.ctx, lead2, k.desk(), ps[0].ID, true))
	if got := k.kinds(k.tally().LogSize - 3); got != "rules seat3 seat4" {
		t.Fatal(got)
	}
	for _, pe := range []*person{a, b} {
		pe.is(scheme.Accepted, scheme.PlaceHeld)
	}
	k.sound()
}

func TestPriority_ProvedWhileASeatIsKeptFree(t *testing.T) {
	k := newKit(t)
	a, _ := k.accepted(), k.accepted()
	c, d := k.accepted(), k.accepted(withHonour)
	c.refusal()
	k.must(k.w.Withdraw(k.ctx, a.worker, a.caseID)) // kept free for number 3
	// Proved now, number 4 stands before him: the band and its opening are of
	// one act.
	k.must(d.decide(district1, scheme.ProvePriority))
	d.is(scheme.Accepted, scheme.PlaceHeld)
	c.is(scheme.AtDistrict, scheme.PlaceWaiting)
	if got := k.kinds(k.tally().LogSize - 3); got != "band open4 seat4" {
		t.Fatal(got)
	}
	k.sound()
}

func TestPriority_TakenBackAfterItWasOpened(t *testing.T) {
	k := newKit(t)
	a, b := k.accepted(), k.accepted()
	c, d := k.accepted(), k.accepted(withHonour)
	k.must(d.decide(district1, scheme.ProvePriority))
	k.must(d.both(district1, lead1, scheme.Revoke, because(scheme.CauseFraud)))
	// The seat is kept free for number 4 under his hearing: the log has to show
	// why number 3 does not get it.
	k.must(k.w.Withdraw(k.ctx, a.worker, a.caseID))
	if got := k.kinds(k.tally().LogSize - 2); got != "leave1 open4" {
		t.Fatal(got)
	}
	k.sound()
	// The proof was false: the band is taken back, and that too has to be shown,
	// for now number 3 gets the seat.
	k.must(d.decide(district2, scheme.RejectPriority))
	if got := k.kinds(k.tally().LogSize - 3); got != "band open4 seat3" {
		t.Fatal(got)
	}
	c.is(scheme.Accepted, scheme.PlaceHeld)
	k.sound()
	k.must(k.w.Withdraw(k.ctx, b.worker, b.caseID))
	k.sound()
}
