package scheme

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func step(t *testing.T, c Case, name MoveName, a Actor, change ...func(*Args)) (Case, Event) {
	t.Helper()
	next, ev, rs := stepAt(c, name, a, moveNow, change...)
	if Blocked(rs) {
		t.Fatalf("%s: %s", name, rs[0].Code)
	}
	return next, ev
}

func stepAt(c Case, name MoveName, a Actor, now time.Time, change ...func(*Args)) (Case, Event, []Reason) {
	p := movePlan()
	args := Args{Reason: "理由"}
	if m, _ := MoveBy(name); len(m.Second) > 0 {
		args.Second = &Actor{ID: "second", Role: m.Second[0]}
	}
	for _, f := range change {
		f(&args)
	}
	return Step(c, name, a, args, p, NewCalendar(p.Holidays), now)
}

func refused(t *testing.T, code string, c Case, name MoveName, a Actor, change ...func(*Args)) {
	t.Helper()
	_, _, rs := stepAt(c, name, a, moveNow, change...)
	if !Blocked(rs) || rs[0].Code != code {
		t.Errorf("%s: %v, want %s", name, rs, code)
	}
}

func TestStep_TheWayToApproval(t *testing.T) {
	w, centre, district := actor(RoleWorker), actor(RoleCentre), actor(RoleDistrict)
	c, ev := step(t, plainCase(Draft), Submit, w)
	if c.State != Accepted || c.Place != PlaceWaiting || ev.Then != Overdue || Until(ev.Due) != "2026年7月27日24时" {
		t.Fatalf("%+v %+v", c, ev)
	}
	c = Seated(c)
	if c.Place != PlaceHeld {
		t.Fatal(c.Place)
	}
	c, _ = step(t, c, Pass, centre)
	c, ev = step(t, c, Approve, district)
	if c.State != Approved || c.Place != PlaceConfirmed || ev.Then != "" || !c.Due.IsZero() {
		t.Fatalf("%+v %+v", c, ev)
	}
	// Waiting, he is approved all the same and confirmed when a seat comes.
	x := plainCase(AtDistrict)
	x.Place = PlaceWaiting
	x, _ = step(t, x, Approve, district)
	if x.Place != PlaceWaiting || Seated(x).Place != PlaceConfirmed {
		t.Fatal(x.Place)
	}
}

func TestStep_NotTheSamePersonTwice(t *testing.T) {
	both := Actor{ID: "both", Role: RoleCentre}
	c, _ := step(t, plainCase(Accepted), Pass, both)
	refused(t, "same_person", c, Approve, Actor{ID: "both", Role: RoleDistrict})
	refused(t, "same_person", c, Refuse, Actor{ID: "both", Role: RoleDistrict})
	// What the worker does in between starts a new turn.
	c, _ = step(t, plainCase(Accepted), Return, both)
	c, _ = step(t, c, Resubmit, actor(RoleWorker))
	step(t, c, Pass, both)
}

func TestStep_NobodyAboutHimself(t *testing.T) {
	self := Actor{ID: "self", Role: RoleDistrict, Cases: []string{"c"}}
	for _, m := range Moves {
		if !hasRole(m.Roles, RoleDistrict) {
			continue
		}
		c := plainCase(m.From[0])
		refused(t, "self", c, m.Name, self)
		if len(m.Second) == 0 || m.Name == Execute {
			continue // execute asks first whether there is a hearing
		}
		if m.Name == SettleFor || m.Name == SettleAgainst {
			c.Contested = true
		}
		refused(t, "self", c, m.Name, actor(m.Roles[0]), func(a *Args) {
			a.Cause = CauseFraud
			a.Second = &Actor{ID: "s", Role: m.Second[0], Cases: []string{"c"}}
		})
	}
}

func TestStep_TwoPersonsAreTwo(t *testing.T) {
	for _, m := range Moves {
		if len(m.Second) == 0 {
			continue
		}
		c := plainCase(m.From[0])
		if m.Hearing == OpenHearing {
			c.Hearing = hearing(CauseFraud, HearingAnswered, time.Hour)
		}
		first := actor(m.Roles[len(m.Roles)-1])
		refused(t, "second_person", c, m.Name, first, func(a *Args) { a.Second = nil })
		refused(t, "same_person", c, m.Name, first, func(a *Args) { a.Second = &Actor{ID: first.ID, Role: m.Second[0]} })
		refused(t, "second_role", c, m.Name, first, func(a *Args) { a.Second = &Actor{ID: "x", Role: RoleCentre} })
	}
}

func TestStep_Hearings(t *testing.T) {
	district, lead := actor(RoleDistrict), actor(RoleLead)
	c, ev := step(t, plainCase(AtDistrict), Refuse, district)
	// Monday 20 July: three working days end on Thursday at 24:00.
	if !c.HearingOpen() || c.Hearing.Cause != CauseRefuse || Until(ev.Due) != "2026年7月23日24时" || ev.Then != Execute || !c.Due.Equal(ev.Due) {
		t.Fatalf("%+v %+v", c.Hearing, ev)
	}
	if c.Place != PlaceHeld || c.Suspended {
		t.Fatal("a seat stays and is not suspended")
	}
	refused(t, "proposer", c, Keep, district)
	refused(t, "not_answered", c, Execute, Actor{ID: "other", Role: RoleDistrict})
	refused(t, "not_due", c, Execute, SystemActor)
	over := c
	h := *c.Hearing
	h.Until = moveNow
	over.Hearing = &h
	gone, _ := step(t, over, Execute, SystemActor)
	if gone.State != Released || gone.Place != PlaceNone || gone.Prior != AtDistrict || gone.Hearing.State != HearingExecuted {
		t.Fatalf("%+v", gone)
	}
	answered, ev := step(t, c, Answer, actor(RoleWorker))
	if answered.Hearing.State != HearingAnswered || ev.Then != Overdue || c.Hearing.State != HearingRunning {
		t.Fatalf("%+v %+v", answered.Hearing, ev)
	}
	over = answered
	h = *answered.Hearing
	h.Until = moveNow
	over.Hearing = &h
	refused(t, "answered", over, Execute, SystemActor)
	refused(t, "proposer", over, Execute, Actor{ID: "other", Role: RoleDistrict}, func(a *Args) { a.Second = &Actor{ID: district.ID, Role: RoleLead} })
	refused(t, "proposer", over, Execute, district)
	step(t, over, Execute, Actor{ID: "other", Role: RoleDistrict})
	// Whoever seconded the opening has no part in the end either.
	revoked, _ := step(t, plainCase(AtDistrict), Revoke, district, func(a *Args) { a.Cause = CauseFraud })
	if revoked.Hearing.Seconder == "" || revoked.Hearing.Seconder == revoked.Hearing.Proposer {
		t.Fatalf("%+v", revoked.Hearing)
	}
	seconder := Actor{ID: revoked.Hearing.Seconder, Role: RoleLead}
	refused(t, "proposer", revoked, Keep, seconder)
	revoked, _ = step(t, revoked, Answer, actor(RoleWorker))
	refused(t, "proposer", revoked, Keep, seconder)
	refused(t, "proposer", revoked, Execute, Actor{ID: "other", Role: RoleDistrict}, func(a *Args) { a.Second = &seconder })
	step(t, revoked, Execute, Actor{ID: "other", Role: RoleDistrict}, func(a *Args) { a.Second = &Actor{ID: "lead-2", Role: RoleLead} })
	kept, _ := step(t, answered, Keep, lead)
	if kept.State != AtDistrict || kept.HearingOpen() {
		t.Fatalf("%+v", kept)
	}
	// A death is heard for ten days.
	_, ev = step(t, plainCase(Accepted), RecordDeath, actor(RoleCentre))
	if Until(ev.Due) != "2026年7月30日24时" {
		t.Fatal(Until(ev.Due))
	}
}

func TestStep_SuspensionHoldsOnlyAWaitingPlace(t *testing.T) {
	c := plainCase(AtDistrict)
	c.Place = PlaceWaiting
	c, _ = step(t, c, Refuse, actor(RoleDistrict))
	if !c.Suspended {
		t.Fatal("not suspended")
	}
	c, _ = step(t, c, Keep, actor(RoleLead))
	if c.Suspended {
		t.Fatal("still suspended")
	}
	// A contested place stays suspended when its hearing is dropped.
	x, _ := step(t, plainCase(Draft), Contest, actor(RoleWorker))
	if !x.Suspended || !x.Contested {
		t.Fatalf("%+v", x)
	}
	x, _ = step(t, x, SettleAgainst, actor(RoleDistrict))
	x, _ = step(t, x, Keep, actor(RoleLead))
	if !x.Suspended {
		t.Fatal("resumed without a finding")
	}
	y, _ := step(t, x, SettleFor, actor(RoleDistrict), func(a *Args) { a.Head = true })
	if y.Suspended || y.Contested || y.Band != BandReinstated {
		t.Fatalf("%+v", y)
	}
	z, _ := step(t, x, AmendIdentity, actor(RoleDistrict), func(a *Args) { a.Freed = true })
	if z.Suspended || z.Contested || z.Band != BandOther {
		t.Fatalf("%+v", z)
	}
}

func TestStep_Corrections(t *testing.T) {
	centre := actor(RoleCentre)
	c, ev := step(t, plainCase(Accepted), Return, centre)
	if c.State != Returned || c.Rounds != 1 || ev.Then != Lapse || Until(ev.Due) != "2026年7月27日24时" {
		t.Fatalf("%+v %s", c, Until(ev.Due)) // 25 July is a Saturday: a period that ends on it ends on Monday
	}
	c, ev = step(t, plainCase(Accepted), Return, centre, func(a *Args) { a.Stamp, a.Excuse = true, true })
	if c.Rounds != 0 || !c.Stamp || Until(ev.Due) != "2026年7月27日24时" {
		t.Fatalf("%+v %s", c, Until(ev.Due))
	}
	// Handed in after the due instant and before the clock has acted: in time.
	late := plainCase(Returned)
	late.Due = moveNow.Add(-time.Minute)
	step(t, late, Resubmit, actor(RoleWorker))
	late.Hearing = hearing(CauseCorrection, HearingRunning, time.Second)
	back, _ := step(t, late, Resubmit, actor(RoleWorker))
	if back.HearingOpen() || back.State != Accepted {
		t.Fatalf("%+v", back)
	}
	late.Hearing = hearing(CauseCorrection, HearingRunning, 0)
	refused(t, "too_late", late, Resubmit, actor(RoleWorker))
	late.Hearing = hearing(CauseFraud, HearingRunning, time.Hour)
	refused(t, "hearing_open", late, Resubmit, actor(RoleWorker))
}

func TestStep_Reinstate(t *testing.T) {
	lead := actor(RoleLead)
	for prior, want := range map[CaseState]CaseState{Accepted: Accepted, Returned: Accepted, AtDistrict: AtDistrict, Approved: Approved} {
		c := plainCase(Released)
		c.Prior, c.Contested = prior, true
		got, ev := step(t, c, Reinstate, lead)
		if got.State != want || got.Place != PlaceWaiting || got.Band != BandReinstated || got.Suspended || got.Contested {
			t.Errorf("from %s: %+v", prior, got)
		}
		if (ev.Then == "") != (want == Approved) {
			t.Errorf("from %s: clock %q", prior, ev.Then)
		}
	}
	never := plainCase(Released)
	never.Sat = false
	refused(t, "never_sat", never, Reinstate, lead)
}

func TestStep_PriorityMovesOnlyWhoWaits(t *testing.T) {
	d := actor(RoleDistrict)
	c := plainCase(Accepted)
	refused(t, "no_priority", c, ProvePriority, d)
	c.Priority = "claimed"
	seated, _ := step(t, c, ProvePriority, d)
	if seated.Band != BandOther || seated.Priority != "proved" {
		t.Fatalf("%+v", seated)
	}
	c.Place = PlaceWaiting
	w, _ := step(t, c, ProvePriority, d)
	if w.Band != BandPriority {
		t.Fatal(w.Band)
	}
	refused(t, "same", w, ProvePriority, d)
	w, _ = step(t, w, RejectPriority, d)
	if w.Band != BandOther {
		t.Fatal(w.Band)
	}
	// Whoever was wrongly released stands first, whatever his honours.
	c.Band = BandReinstated
	for _, m := range []MoveName{ProvePriority, RejectPriority} {
		if x, _ := step(t, c, m, d); x.Band != BandReinstated {
			t.Fatal(x.Band)
		}
	}
}

func TestStep_RevokeNamesItsCause(t *testing.T) {
	for _, cause := range []Cause{"", "envy", CauseRefuse, CauseCorrection, CauseDeath} {
		refused(t, "cause", plainCase(Approved), Revoke, actor(RoleDistrict), func(a *Args) { a.Cause = cause })
	}
	for _, cause := range GivenCauses {
		c, _ := step(t, plainCase(Approved), Revoke, actor(RoleDistrict), func(a *Args) { a.Cause = cause })
		if c.Hearing.Cause != cause || c.Place != PlaceConfirmed {
			t.Fatalf("%+v", c)
		}
	}
}

func TestStep_UnknownMove(t *testing.T) {
	refused(t, "unknown_move", plainCase(Accepted), "promote", actor(RoleLead))
}

// Entitled against the rule said in another way: a place is seated if it is not
// suspended and fewer than F places stand before it.
func TestEntitled_IsTheFirstFreePlaces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var list []Waiting
		for n := range rapid.IntRange(0, 12).Draw(t, "places") {
			list = append(list, Waiting{No: n + 1, Band: rapid.IntRange(0, 2).Draw(t, "band"), Suspended: rapid.Bool().Draw(t, "suspended")})
		}
		mixed := rapid.Permutation(list).Draw(t, "order")
		free := rapid.IntRange(-1, 13).Draw(t, "free")
		got := Entitled(free, mixed)
		for _, w := range list {
			before := Rank(w.No, mixed) - 1
			if want := !w.Suspended && before < free; slices.Contains(got, w.No) != want {
				t.Fatalf("number %d: %t of %v, %d free, %d before him", w.No, !want, list, free, before)
			}
		}
		if !slices.IsSortedFunc(got, func(a, b int) int { return Rank(a, list) - Rank(b, list) }) {
			t.Fatal(got)
		}
	})
}

func TestRank_OfNobody(t *testing.T) {
	if Rank(3, []Waiting{{No: 1}}) != 0 {
		t.Fatal("a rank for an absent number")
	}
}
