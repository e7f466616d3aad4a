package casework_test

import (
	"fmt"
	"io/fs"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/scheme"
	"yuanmeng/plan"
)

// The stories in which the rules first written broke, as far as they belong to
// the first stage. Their numbers are those of the list they come from.

func TestStory06_ApprovingAWaitingCase(t *testing.T) {
	k := newKit(t)
	a, b, c := k.accepted(), k.accepted(), k.accepted()
	a.approved().is(scheme.Approved, scheme.PlaceConfirmed)
	b.approved().is(scheme.Approved, scheme.PlaceConfirmed)
	c.approved().is(scheme.Approved, scheme.PlaceWaiting)
	k.sound()
	k.must(k.w.Withdraw(k.ctx, a.worker, a.caseID))
	c.is(scheme.Approved, scheme.PlaceConfirmed) // without another review
	if by := c.row().EnrolBy; by == nil || !by.Equal(scheme.EnrolEnd(k.p, scheme.NewCalendar(k.p.Holidays), k.clock.now())) {
		t.Errorf("the days of the enrolment begin with the seat, where that is later: %v", by)
	}
	k.sound()
	if got := k.kinds(k.tally().LogSize - 3); got != "leave1 seat3 confirm" {
		t.Fatal(got)
	}
}

func TestStory07_UndoingARefusalAfterTheSeatMoved(t *testing.T) {
	k := newKit(t)
	a, b, c := k.accepted(), k.accepted(), k.accepted()
	a.refusal()
	k.days(6)
	a.is(scheme.Released, scheme.PlaceNone)
	c.is(scheme.Accepted, scheme.PlaceHeld)
	k.refused(a.both(district1, lead1, scheme.UndoApprove), "state")
	// Two persons reinstate him: not into the seat, which is another's now, but
	// to the head of the list.
	d := k.accepted()
	k.must(a.both(lead1, lead2, scheme.Reinstate))
	a.is(scheme.AtDistrict, scheme.PlaceWaiting)
	k.sound()
	k.must(k.w.Withdraw(k.ctx, b.worker, b.caseID))
	a.is(scheme.AtDistrict, scheme.PlaceHeld)
	d.is(scheme.Accepted, scheme.PlaceWaiting)
	k.sound()
}

func TestStory08_AnswerInTimeStopsTheClock(t *testing.T) {
	k := newKit(t)
	a := k.accepted().refusal()
	k.days(1)
	k.must(k.w.Answer(k.ctx, a.worker, a.caseID, "我在本区上班，见社保记录。"))
	k.days(60)
	a.is(scheme.AtDistrict, scheme.PlaceHeld)
	if h := a.hearing(); h == nil || h.State != scheme.HearingAnswered {
		t.Fatalf("hearing %+v", h)
	}
	// A person decides, and not the one who proposed it.
	k.refused(a.decide(district1, scheme.Keep), "proposer")
	k.must(a.decide(district2, scheme.Keep))
	a.is(scheme.AtDistrict, scheme.PlaceHeld)
	k.sound()
}

func TestStory08_CorrectionOnTheLastDayOfTheHearing(t *testing.T) {
	k := newKit(t)
	a := k.accepted().returned("post")
	k.pass(*a.row().DueAt)
	h := a.hearing()
	if h == nil || h.Cause != scheme.CauseCorrection {
		t.Fatalf("hearing %+v", h)
	}
	k.must(a.put("post", "装配工"))
	k.pass(h.UntilAt.Add(-time.Second))
	k.must(k.w.Resubmit(k.ctx, a.worker, a.caseID))
	k.days(30)
	a.is(scheme.Accepted, scheme.PlaceHeld)
	k.sound()
}

func TestStory09_NoReturnWhileAHearingRuns(t *testing.T) {
	k := newKit(t)
	a := k.accepted().refusal()
	for _, who := range []scheme.Actor{centre1, district2} {
		k.refused(a.decide(who, scheme.Return, naming("post")), "hearing_open")
	}
	for _, move := range []scheme.MoveName{scheme.Approve, scheme.Refuse} {
		k.refused(a.decide(district2, move), "hearing_open")
	}
	k.refused(a.both(district2, lead1, scheme.Revoke, because(scheme.CauseFraud)), "hearing_open")
}

func TestStory10_StaffDelayCostsNothing(t *testing.T) {
	k := newKit(t)
	k.pass(k.p.ClosesAt.Add(-time.Minute))
	a := k.accepted() // on the last day
	k.days(100)       // the file lies at the centre
	a.is(scheme.Accepted, scheme.PlaceHeld)
	a.returned("post")
	due := *a.row().DueAt
	if left := due.Sub(k.clock.now()); left < 3*24*time.Hour {
		t.Fatalf("a deadline began with %v", left)
	}
	k.must(a.put("post", "装配工"))
	k.must(k.w.Resubmit(k.ctx, a.worker, a.caseID))
	k.days(60) // and at the centre again, past the day on which he would have lapsed
	a.is(scheme.Accepted, scheme.PlaceHeld)
	a.passed()
	k.days(14)
	a.is(scheme.AtDistrict, scheme.PlaceHeld)
	k.sound()
}

func TestStory17_WaitingEnds(t *testing.T) {
	k := newKit(t)
	a, _, c, d := k.accepted(), k.accepted(), k.accepted(), k.accepted()
	d.returned("post")
	c.refusal()
	k.pass(k.p.PromoteUntil)
	c.is(scheme.Released, scheme.PlaceNone) // its own hearing came first
	d.is(scheme.Released, scheme.PlaceNone)
	e := func() *person { return k.worker() }()
	if _, err := k.w.Begin(k.ctx, e.worker, k.id); casework.RefusedCode(err) != "closed" {
		t.Fatal(err)
	}
	k.must(k.w.Withdraw(k.ctx, a.worker, a.caseID))
	if ta := k.tally(); !ta.ListEnded || ta.Taken() != 1 || ta.Waiting != 0 {
		t.Fatalf("tally %+v", ta)
	}
	k.sound()
}

func TestStory17_WhoStillWaitsIsNotReached(t *testing.T) {
	k := newKit(t)
	a, b, c, d := k.accepted(), k.accepted(), k.accepted(), k.accepted()
	c.approved()
	d.approved()
	k.pass(k.p.PromoteUntil.Add(-time.Second))
	c.is(scheme.Approved, scheme.PlaceWaiting)
	k.pass(k.p.PromoteUntil)
	for _, pe := range []*person{c, d} {
		pe.is(scheme.NotReached, scheme.PlaceNone)
	}
	if got := k.kinds(k.tally().LogSize - 1); got != "endwaiting" {
		t.Fatal(got)
	}
	// Nothing is seated after it, and nobody comes back to a list that ended.
	k.must(k.w.Withdraw(k.ctx, a.worker, a.caseID))
	b.is(scheme.Accepted, scheme.PlaceHeld)
	k.sound()
}

func TestStory18_OnePersonInTwoProgrammes(t *testing.T) {
	k := newKit(t)
	other := small("xianan-2027", 2, 3)
	k.open(other)
	a := k.accepted()
	there := *k
	there.id, there.p = "xianan-2027", other
	// The same account, and another account with the same number.
	same := &person{Person: a.Person, k: &there, worker: a.worker}
	_, err := same.begin().complete().submit()
	k.refused(err, "double")
	again := there.account(a.Person)
	_, err = again.begin().complete().submit()
	k.refused(err, "double")
	// Given back when the first case ends unpaid.
	k.must(k.w.Withdraw(k.ctx, a.worker, a.caseID))
	if _, err := same.submit(); err != nil || same.no != 1 {
		t.Fatal(err, same.no)
	}
	_, err = again.submit()
	k.refused(err, "double")
	k.sound()
	there.sound()
}

func TestStory18_TwoProgrammesAtTheSameInstant(t *testing.T) {
	k := newKit(t)
	other := small("xianan-2027", 2, 3)
	k.open(other)
	there := *k
	there.id, there.p = "xianan-2027", other
	for range 10 {
		a := k.ready()
		b := there.account(a.Person).begin().complete()
		errs := make([]error, 2)
		var wg sync.WaitGroup
		wg.Go(func() { _, errs[0] = a.submit() })
		wg.Go(func() { _, errs[1] = b.submit() })
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("accepted in both or in none: %v", errs)
		}
		for _, pe := range []*person{a, b} {
			if pe.no > 0 {
				k.must(k.w.Withdraw(k.ctx, pe.worker, pe.caseID))
			}
		}
	}
	k.sound()
	there.sound()
}

func TestStory19_ASeatIsNotForSale(t *testing.T) {
	k := newKit(t)
	a, b := k.accepted(), k.accepted()
	for _, item := range []string{"id", "id_kind", "own_union", "rec_union", "honour_title", "no", "place", "nothing"} {
		k.refused(a.decide(centre1, scheme.Return, naming(item, "post")), "item_fixed")
	}
	k.refused(a.decide(centre1, scheme.Return), "items_missing")
	a.returned("post")
	for _, kv := range [][2]string{{"id", b.ID}, {"name", "王小明"}, {"card", "6228480000000000009"}} {
		k.refused(a.put(kv[0], kv[1]), "not_named")
	}
	// The person moves only with two persons, and only to a number that is free.
	to := func(id string) func(o *casework.Order) { return func(o *casework.Order) { o.ID = id } }
	k.refused(b.decide(centre1, scheme.AmendIdentity, to(a.ID)), "role")
	k.must(b.decide(district1, scheme.AmendIdentity, to(a.ID)))
	k.refused(b.second(lead1, scheme.AmendIdentity), "double")
	k.sound()
}

func TestStory21_NumbersFollowTheDoor(t *testing.T) {
	k := newKit(t, func(p *scheme.Programme) { p.Cap, p.WaitingMax = 5, 95 })
	// A hundred arrive, and what they hand in becomes ready in another order; one
	// in the middle takes longest.
	const n, slow = 100, 50
	all := make([]*person, n)
	doors := make([]int64, n)
	for i := range all {
		all[i] = k.ready(withHonour) // the unproved tick of a priority wins nothing
		doors[i] = k.w.Door()
	}
	k.w.Hold(doors[slow])
	got := make([]casework.Acceptance, n)
	var wg, early sync.WaitGroup
	submit := func(i int) {
		var err error
		if got[i], err = k.w.Submit(k.ctx, all[i].worker, all[i].caseID, doors[i], k.clock.now()); err != nil {
			t.Errorf("at the door as %d: %v", i+1, err)
		}
	}
	for _, i := range shuffled(n) {
		switch {
		case i < slow:
			early.Go(func() { submit(i) })
		case i > slow:
			wg.Go(func() { submit(i) })
		}
	}
	early.Wait() // nobody before him waits for him
	for k.w.Ready() < n-slow-1 {
		runtime.Gosched()
	}
	if ta := k.tally(); ta.LastNo > slow {
		t.Fatalf("%d have a number, one was overtaken", ta.LastNo)
	}
	wg.Go(func() { submit(slow); k.w.Release(doors[slow]) })
	for k.w.Ready() < n-slow {
		runtime.Gosched()
	}
	k.w.Release(doors[slow])
	wg.Wait()
	last := 0
	for i, a := range got {
		if i <= slow-1 {
			continue // among themselves they were never held: the gate took them as they became ready
		}
		if a.No <= last || (a.Place == scheme.PlaceHeld) != (a.No <= 5) {
			t.Errorf("at the door as %d: %+v after %d", i+1, a, last)
		}
		last = a.No
	}
	k.sound()
}

func TestStory22_FullIsNotTheAnswerToARetry(t *testing.T) {
	k := newKit(t)
	var first *person
	for range 5 {
		pe := k.accepted()
		if first == nil {
			first = pe
		}
	}
	late := k.ready()
	_, err := late.submit()
	k.refused(err, "full")
	_, err = late.submit()
	k.refused(err, "full")
	k.must(k.w.Withdraw(k.ctx, first.worker, first.caseID))
	a, err := late.submit()
	if err != nil || a.No != 6 || a.Rank != 3 {
		t.Fatalf("%+v %v", a, err)
	}
	k.sound()
}

func TestStory23_CapChanges(t *testing.T) {
	k := newKit(t)
	var all []*person
	for range 5 {
		all = append(all, k.accepted())
	}
	change := func(seats, waiting int) error {
		if err := k.w.ProposeCapacity(k.ctx, lead1, k.id, casework.Capacity{Cap: seats, WaitingMax: waiting, Reason: "增加名额"}); err != nil {
			return err
		}
		ps, err := k.db.OpenProposals(k.ctx, k.id)
		k.must(err)
		return k.w.Second(k.ctx, lead2, k.desk(), ps[0].ID, true)
	}
	k.refused(change(1, 3), "cap_taken")
	k.refused(change(2, 2), "waiting_taken")
	k.must(change(4, 3))
	for i, pe := range all {
		want := scheme.PlaceHeld
		if i == 4 {
			want = scheme.PlaceWaiting
		}
		pe.is(scheme.Accepted, want)
	}
	if got := k.kinds(k.tally().LogSize - 3); got != "rules seat3 seat4" {
		t.Fatal(got)
	}
	k.sound()
	k.must(change(4, 1))
	_, err := k.ready().submit()
	k.refused(err, "full")
	// Taken in between: the second person's yes comes too late.
	k.must(k.w.ProposeCapacity(k.ctx, lead1, k.id, casework.Capacity{Cap: 4, WaitingMax: 2, Reason: "收回名额"}))
	k.must(k.w.Withdraw(k.ctx, all[0].worker, all[0].caseID)) // number 5 is seated
	k.sound()
	ps, err := k.db.OpenProposals(k.ctx, k.id)
	k.must(err)
	k.refused(k.w.Second(k.ctx, lead1, k.desk(), ps[0].ID, true), "same_person")
	k.refused(k.w.Second(k.ctx, district1, k.desk(), ps[0].ID, true), "role")
	k.refused(k.w.Second(k.ctx, district1, k.desk(), ps[0].ID, false), "role")
	k.must(k.w.Second(k.ctx, lead2, k.desk(), ps[0].ID, true))
	vs, err := k.db.Versions(k.ctx, k.id)
	k.must(err)
	if p, _, err := k.w.Programme(k.ctx, k.id); err != nil || p.Cap != 4 || p.WaitingMax != 2 || len(vs) != 4 {
		t.Fatalf("%d versions, %v", len(vs), err)
	}
	k.sound()
}

func TestStory24_CentreIsNeverStuck(t *testing.T) {
	k := newKit(t)
	a := k.accepted()
	for range 2 {
		a.returned("post")
		k.must(a.put("post", "装配工"))
		k.must(k.w.Resubmit(k.ctx, a.worker, a.caseID))
	}
	k.refused(a.decide(centre1, scheme.Return, naming("post")), "rounds_used")
	a.passed()
	k.refused(a.decide(district1, scheme.Return, naming("post")), "rounds_used")
	k.must(a.decide(district1, scheme.Refuse))
	k.sound()
}

func TestStory26_NobodyIsPassedUnderAHearing(t *testing.T) {
	k := newKit(t)
	a, _, c, d := k.accepted(), k.accepted(), k.accepted(), k.accepted()
	c.refusal()
	k.must(k.w.Withdraw(k.ctx, a.worker, a.caseID))
	// The seat is kept free for number 3, and number 4 does not overtake him.
	c.is(scheme.AtDistrict, scheme.PlaceWaiting)
	d.is(scheme.Accepted, scheme.PlaceWaiting)
	if ta := k.tally(); ta.Free() != 1 {
		t.Fatalf("tally %+v", ta)
	}
	e := k.accepted() // somebody new does not overtake either
	e.is(scheme.Accepted, scheme.PlaceWaiting)
	k.sound()
	k.must(k.w.Answer(k.ctx, c.worker, c.caseID, "我有材料。"))
	k.must(c.decide(district2, scheme.Keep))
	c.is(scheme.AtDistrict, scheme.PlaceHeld)
	k.sound()
}

func TestStory26_ASeatKeptFreeGoesOnWhenTheHearingEnds(t *testing.T) {
	k := newKit(t)
	a, _, c, d := k.accepted(), k.accepted(), k.accepted(), k.accepted()
	c.refusal()
	k.must(k.w.Withdraw(k.ctx, a.worker, a.caseID))
	k.days(10)
	c.is(scheme.Released, scheme.PlaceNone)
	d.is(scheme.Accepted, scheme.PlaceHeld)
	k.sound()
}

func TestStory27_NoReservedSeats(t *testing.T) {
	// The folder is refused (programme check) …
	for _, key := range []string{"reserved_priority_seats", "priority_early_hours"} {
		if fs := loadChanged(t, key+": 0", key+": 1"); !strings.Contains(fs, key) {
			t.Errorf("%s: 1 was not refused: %s", key, fs)
		}
	}
	// … and a claimed priority takes nobody's place before it is proved.
	k := newKit(t)
	k.accepted()
	k.accepted()
	c, d := k.accepted(), k.accepted(withHonour)
	if c.row().Band != scheme.BandOther || d.row().Band != scheme.BandOther {
		t.Fatal("a band without proof")
	}
	k.must(d.decide(district1, scheme.ProvePriority))
	list, err := k.db.WaitingList(k.ctx, k.id)
	k.must(err)
	if scheme.Rank(d.no, list) != 1 || scheme.Rank(c.no, list) != 2 {
		t.Fatal(list)
	}
	k.sound()
}

func TestStory28_WhoeverTypesMyNumberFirstDoesNotBlockMe(t *testing.T) {
	k := newKit(t)
	squatter := k.accepted()
	me := k.account(squatter.Person).begin().complete()
	_, err := me.submit()
	k.refused(err, "double")
	k.must(me.save(withIDCard))
	a, err := me.submit()
	if err != nil || !a.Contested || a.Place != scheme.PlaceWaiting {
		t.Fatalf("%+v %v", a, err)
	}
	me.is(scheme.Accepted, scheme.PlaceWaiting)
	k.sound()
	// A seat is free, but the place is suspended until two persons have decided.
	if ta := k.tally(); ta.Free() != 1 {
		t.Fatalf("tally %+v", ta)
	}
	third := k.accepted()
	for _, move := range []scheme.MoveName{scheme.Pass, scheme.Return} {
		k.refused(me.decide(centre1, move, naming("post")), "contested")
	}
	k.must(me.both(district1, lead1, scheme.SettleFor))
	me.is(scheme.Accepted, scheme.PlaceHeld) // he stood before the third
	third.is(scheme.Accepted, scheme.PlaceWaiting)
	if h := squatter.hearing(); h == nil || h.Cause != scheme.CauseContest {
		t.Fatalf("hearing %+v", h)
	}
	me.passed()
	k.refused(me.decide(district1, scheme.Approve), "contested") // two live cases of one number
	k.sound()
	k.days(10)
	squatter.is(scheme.Released, scheme.PlaceNone)
	third.is(scheme.Accepted, scheme.PlaceHeld)
	k.must(me.decide(district1, scheme.Approve))
	k.sound()
}

func TestStory28_TheSquatterLosesToTheOneHeKeptOut(t *testing.T) {
	k := newKit(t)
	squatter, _ := k.accepted(), k.accepted()
	before := k.accepted()
	me := k.account(squatter.Person).begin().complete(withIDCard)
	if _, err := me.submit(); err != nil {
		t.Fatal(err)
	}
	k.must(me.both(district1, lead1, scheme.SettleFor))
	k.days(10)
	// Without the squatter he would have had the first seat: he stands before all
	// who wait, and the log shows no more than that.
	me.is(scheme.Accepted, scheme.PlaceHeld)
	before.is(scheme.Accepted, scheme.PlaceWaiting)
	k.sound()
}

func TestStory28_TheOneWhoDoesNotOwnTheNumber(t *testing.T) {
	k := newKit(t)
	owner, _ := k.accepted(), k.accepted()
	other := k.account(owner.Person).begin().complete(withIDCard)
	if _, err := other.submit(); err != nil {
		t.Fatal(err)
	}
	k.refused(other.both(district1, district2, scheme.SettleAgainst), "second_role")
	k.must(other.second(lead1, scheme.SettleAgainst))
	k.days(10)
	other.is(scheme.Released, scheme.PlaceNone)
	owner.is(scheme.Accepted, scheme.PlaceHeld)
	owner.approved()
	k.sound()
}

func TestStory29_TheLogAloneGivesTheSeats(t *testing.T) {
	k := newKit(t)
	// "A released" and "B released" must differ in the public log.
	a, b, _ := k.accepted(), k.accepted(), k.accepted()
	k.must(k.w.Withdraw(k.ctx, b.worker, b.caseID))
	if got := fmt.Sprint(k.board().Seated()); got != "[1 3]" {
		t.Fatal(got)
	}
	// The nonce is not on the receipt only: the case's key gives it back.
	own, err := k.w.TakeOut(k.ctx, a.worker, a.caseID)
	k.must(err)
	for _, l := range own.Leaves {
		if l.Nonce == "" {
			t.Fatalf("leaf %d cannot be opened", l.Index)
		}
	}
	k.sound()
}

// shuffled gives 0 to n-1 in another order, always the same.
func shuffled(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = (i*37 + 11) % n
	}
	return out
}

// loadChanged reads the embedded programme with one text changed and gives the
// faults.
func loadChanged(t *testing.T, from, to string) string {
	t.Helper()
	folder := fstest.MapFS{}
	err := fs.WalkDir(plan.EmbeddedFS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(plan.EmbeddedFS(), name)
		folder[name] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(string(b), from, to))}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	_, faults, err := plan.Load(folder)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range faults {
		out = append(out, f.String())
	}
	return strings.Join(out, "\n")
}
