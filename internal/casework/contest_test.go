package casework_test

import (
	"testing"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/sample"
	"yuanmeng/internal/scheme"
)

// contester hands in with another's number and the picture of his card.
func (k *kit) contester(of *person) *person {
	k.t.Helper()
	pe := k.account(of.Person).begin().complete(withIDCard)
	if _, err := pe.submit(); err != nil {
		k.t.Fatalf("%v", err)
	}
	return pe
}

func TestContest_TwoContesters(t *testing.T) {
	k := newKit(t)
	a := k.accepted()
	b, c := k.contester(a), k.contester(a)
	k.must(b.both(district1, lead1, scheme.SettleFor))
	k.must(k.w.Withdraw(k.ctx, a.worker, a.caseID)) // he gives in
	b.approved()
	// The third says the same: now the number is b's to lose.
	k.must(c.both(district1, lead1, scheme.SettleFor))
	if h := b.hearing(); h == nil || h.Cause != scheme.CauseContest {
		t.Fatalf("%+v", h)
	}
	k.days(10)
	b.is(scheme.Released, scheme.PlaceNone)
	c.is(scheme.Accepted, scheme.PlaceHeld)
	c.approved()
	k.sound()
}

// Moves 4, "outside the max": the one whose number another typed first gets his
// number beside a full list, nobody else does, and the public rule agrees.
func TestContest_BesideAFullList(t *testing.T) {
	k := newKit(t) // 2 seats, 3 waiting places
	a := k.accepted()
	for range 4 {
		k.accepted()
	}
	own := k.account(a.Person).begin().complete()
	_, err := own.submit()
	k.refused(err, "double") // not "full": he is told what he can do
	b := k.contester(a)
	b.is(scheme.Accepted, scheme.PlaceWaiting)
	_, err = k.ready().submit()
	k.refused(err, "full")
	k.sound()
	// Found to be his: the first loses the seat at the end of his hearing, and b,
	// whose place he had, stands at the head of the list.
	k.must(b.both(district1, lead1, scheme.SettleFor))
	k.days(10)
	a.is(scheme.Released, scheme.PlaceNone)
	b.is(scheme.Accepted, scheme.PlaceHeld)
	k.sound()
}

func TestContest_TheOneWhoHoldsItEndsFirst(t *testing.T) {
	k := newKit(t)
	a := k.accepted()
	b := k.contester(a)
	k.must(k.w.Withdraw(k.ctx, a.worker, a.caseID))
	b.is(scheme.Accepted, scheme.PlaceWaiting) // still for two persons to find
	k.must(b.both(district1, lead1, scheme.SettleFor))
	b.is(scheme.Accepted, scheme.PlaceHeld)
	b.approved()
	k.sound()
}

func TestContest_InAnotherProgramme(t *testing.T) {
	k := newKit(t)
	other := small("xianan-2027", 2, 3)
	k.open(other)
	there := *k
	there.id, there.p = "xianan-2027", other
	a := k.accepted()
	b := there.contester(a)
	there.must(b.both(district1, lead1, scheme.SettleFor))
	if a.hearing() != nil {
		t.Fatal("one programme opened a hearing in the other")
	}
	b.passed()
	k.refused(b.decide(district1, scheme.Approve), "contested")
	k.must(k.w.Withdraw(k.ctx, a.worker, a.caseID))
	k.must(b.decide(district1, scheme.Approve)) // the number is free: he takes it
	k.sound()
	there.sound()
	// And it is his now.
	_, err := k.account(a.Person).begin().complete().submit()
	k.refused(err, "double")
}

func TestContest_ATypingErrorIsAmended(t *testing.T) {
	k := newKit(t)
	a := k.accepted() // typed b's number by mistake
	b := k.contester(a)
	own := sample.IDNumber(777)
	k.must(a.both(district1, lead1, scheme.AmendIdentity, func(o *casework.Order) { o.ID = own }))
	// The number is free, so settling opens no hearing against anybody.
	k.must(b.both(district1, lead1, scheme.SettleFor))
	if a.hearing() != nil {
		t.Fatal("a hearing for a mistake that was put right")
	}
	a.approved()
	b.approved()
	k.sound()
}

func TestContest_TheContestersTypingErrorIsAmended(t *testing.T) {
	k := newKit(t)
	a := k.accepted()
	b := k.contester(a) // he typed a's number by mistake
	k.must(b.both(district1, lead1, scheme.AmendIdentity, func(o *casework.Order) { o.ID = sample.IDNumber(778) }))
	b.is(scheme.Accepted, scheme.PlaceHeld)
	if c := b.row(); c.Contested || c.ContestedWith != "" || c.DueAt == nil {
		t.Fatalf("%+v", c)
	}
	k.refused(b.decide(district1, scheme.SettleFor), "not_contested")
	b.approved()
	a.approved()
	k.sound()
}

func TestContest_HisOwnSecondAccountIsNoContestWithoutAPicture(t *testing.T) {
	k := newKit(t)
	a := k.accepted()
	// The same account: a second case of the same person is a double, picture or not.
	other := small("xianan-2027", 2, 3)
	k.open(other)
	there := *k
	there.id, there.p = "xianan-2027", other
	again := &person{Person: a.Person, k: &there, worker: a.worker}
	_, err := again.begin().complete(withIDCard).submit()
	k.refused(err, "double")
}

func TestContest_KeptStaysSuspendedAndHasAClock(t *testing.T) {
	k := newKit(t)
	a := k.accepted()
	b := k.contester(a)
	k.must(b.both(district1, lead1, scheme.SettleAgainst))
	k.must(k.w.Answer(k.ctx, b.worker, b.caseID, "这是我的证件"))
	k.must(b.decide(district2, scheme.Keep))
	b.is(scheme.Accepted, scheme.PlaceWaiting)
	if c := b.row(); !c.Suspended || !c.Contested || c.DueAt == nil {
		t.Fatalf("%+v", c)
	}
	k.sound()
	k.must(b.both(district2, lead2, scheme.SettleFor))
	b.is(scheme.Accepted, scheme.PlaceHeld)
	k.sound()
}

// Two programmes settle at once, each for a number that the other has: neither
// waits for a case of the other.
func TestContest_TwoProgrammesCrossing(t *testing.T) {
	k := newKit(t)
	other := small("xianan-2027", 2, 3)
	k.open(other)
	there := *k
	there.id, there.p = "xianan-2027", other
	for range 2 {
		a := k.accepted()
		there.people = k.people
		b := there.accepted()
		k.people = there.people
		x, y := there.contester(a), k.contester(b)
		x.k.must(x.decide(district1, scheme.SettleFor))
		y.k.must(y.decide(district1, scheme.SettleFor))
		errs := make(chan error, 2)
		for _, c := range []*person{x, y} {
			go func() { errs <- c.second(lead1, scheme.SettleFor) }()
		}
		k.must(<-errs)
		k.must(<-errs)
		k.must(k.w.Withdraw(k.ctx, a.worker, a.caseID))
		k.must(k.w.Withdraw(k.ctx, b.worker, b.caseID))
		x.approved()
		y.approved()
		k.must(k.w.Withdraw(k.ctx, x.worker, x.caseID))
		k.must(k.w.Withdraw(k.ctx, y.worker, y.caseID))
	}
	k.sound()
	there.sound()
}
