package casework_test

import (
	"strings"
	"testing"
	"time"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

const fresh = "13987654321"

func toPhone(phone string) func(o *casework.Order) {
	return func(o *casework.Order) { o.Phone, o.Shown = phone, scheme.ShownCentre }
}

// signedIn gives an account a session and a device on which it has shown itself.
func (k *kit) signedIn(worker string) {
	k.t.Helper()
	k.must(k.db.Write(k.ctx, k.clock.now(), func(tx *store.Tx) error {
		if err := tx.PutSession(k.ctx, &store.Session{TokenHash: "s-" + worker, Body: []byte("{}"), AccountID: worker, ExpiresAt: k.machine.now().AddDate(0, 0, 30)}); err != nil {
			return err
		}
		return tx.PutDevice(k.ctx, &store.Device{TokenHash: "d-" + worker, WorkerID: worker, ConfirmedAt: k.machine.now()})
	}))
}

// enters says whether the session and the device of an account still open it.
func (k *kit) enters(worker string) bool {
	k.t.Helper()
	_, err := k.db.Session(k.ctx, "s-"+worker, k.machine.now())
	if err != nil && !store.IsNone(err) {
		k.must(err)
	}
	of, e := k.db.DeviceOf(k.ctx, "d-"+worker)
	k.must(e)
	if (err == nil) != (of == worker) {
		k.t.Fatalf("half signed in")
	}
	return err == nil
}

func TestChangePhone_TwoPersonsReplaceTheNumber(t *testing.T) {
	k := newKit(t)
	a := k.accepted().returned("post")
	k.must(a.put("post", "铣工"))
	k.signedIn(a.worker)
	k.must(a.decide(centre1, scheme.ChangePhone, toPhone("139 8765-4321")))
	// One person changes nothing, and his proposal says the number to nobody.
	ps, err := k.db.ProposalsOf(k.ctx, a.caseID)
	k.must(err)
	if len(ps) != 1 || strings.Contains(ps[0].Args, fresh) || !k.enters(a.worker) {
		t.Fatalf("%+v", ps)
	}
	o1, err := k.w.Proposed(a.row(), ps[0])
	k.must(err)
	if phone, err := k.w.ProposedPhone(a.row(), o1); err != nil || phone != fresh || o1.Shown != scheme.ShownCentre {
		t.Fatalf("%+v %s %v", o1, phone, err)
	}
	k.refused(a.second(centre2, scheme.ChangePhone), "second_role")
	k.must(a.second(district1, scheme.ChangePhone))

	c := a.is(scheme.Returned, scheme.PlaceHeld).row()
	w, err := k.db.Worker(k.ctx, a.worker)
	k.must(err)
	if got, err := k.keys.Open("worker/"+a.worker, w.PhoneSealed); err != nil || string(got) != fresh || w.PhoneIndex != k.keys.Index("phone", fresh) {
		t.Fatalf("%s %v", got, err)
	}
	if k.enters(a.worker) {
		t.Fatal("the old number is still signed in")
	}
	// Both what was handed in and the running correction hold it.
	for _, read := range []func() (*scheme.Application, error){
		func() (*scheme.Application, error) { return k.w.Submitted(k.ctx, c, 0) },
		func() (*scheme.Application, error) { return k.w.Application(k.ctx, c) },
	} {
		app, err := read()
		k.must(err)
		if app.Sealed.Phone != fresh {
			t.Fatal(app.Sealed.Phone)
		}
	}
	// The old number is told, once, and then forgotten.
	var o store.Outbox
	k.must(k.db.NewSelect().Model(&o).Where("o.case_id = ? AND o.wording = 'phone_changed'", a.caseID).Scan(k.ctx))
	if to, err := k.keys.Open("outbox/"+o.ID, o.ToSealed); err != nil || string(to) != a.Phone {
		t.Fatalf("%s %v", to, err)
	}
	k.deliver()
	k.must(k.db.NewSelect().Model(&o).WherePK().Scan(k.ctx))
	if o.SentAt == nil || len(o.ToSealed) > 0 {
		t.Fatalf("%+v", o)
	}
	es := a.events("new_phone")
	if len(es) != 1 || strings.Contains(es[0].Detail, fresh) || strings.Contains(es[0].Detail, a.Phone) || !strings.Contains(es[0].Detail, "139****4321") {
		t.Fatalf("%+v", es)
	}
	k.must(k.w.Resubmit(k.ctx, a.worker, a.caseID))
	k.refused(a.decide(centre1, scheme.ChangePhone, toPhone(fresh)), "same_phone")
	k.sound()
}

func TestChangePhone_WantsSomethingThatIsRight(t *testing.T) {
	k := newKit(t)
	a, b := k.accepted(), k.accepted()
	k.must(k.db.Write(k.ctx, k.clock.now(), func(tx *store.Tx) error {
		return tx.PutWorkerPhone(k.ctx, b.worker, k.keys.Index("phone", b.Phone), k.keys.Seal("worker/"+b.worker, []byte(b.Phone)))
	}))
	for code, f := range map[string]func(o *casework.Order){
		"phone":          toPhone("1398765432"),
		"same_phone":     toPhone(a.Phone),
		"phone_taken":    toPhone(b.Phone),
		"shown":          func(o *casework.Order) { o.Phone, o.Shown = fresh, "window" },
		"reason_missing": func(o *casework.Order) { toPhone(fresh)(o); o.Reason = "" },
	} {
		k.refused(a.decide(centre1, scheme.ChangePhone, f), code)
	}
	k.refused(a.decide(lead1, scheme.ChangePhone, toPhone(fresh)), "role")
	k.refused(a.both(district1, district1, scheme.ChangePhone, toPhone(fresh)), "same_person")
	// The number was taken between the two persons: nothing changes.
	k.must(k.db.Write(k.ctx, k.clock.now(), func(tx *store.Tx) error {
		return tx.PutWorkerPhone(k.ctx, b.worker, k.keys.Index("phone", fresh), k.keys.Seal("worker/"+b.worker, []byte(fresh)))
	}))
	k.refused(a.second(lead1, scheme.ChangePhone), "phone_taken")
	if a.row().Revision != 1 || len(a.events("new_phone")) > 0 {
		t.Fatal("a refused change left something")
	}
	k.sound()
}

// Who signs in with his new number first makes an account by it. It gives way
// while nothing lies in it.
func TestChangePhone_AnEmptyAccountGivesWay(t *testing.T) {
	k := newKit(t)
	a, empty := k.accepted(), k.worker()
	k.must(k.db.Write(k.ctx, k.clock.now(), func(tx *store.Tx) error {
		return tx.PutWorkerPhone(k.ctx, empty.worker, k.keys.Index("phone", fresh), k.keys.Seal("worker/"+empty.worker, []byte(fresh)))
	}))
	k.signedIn(empty.worker)
	empty.begin() // a draft is something
	k.refused(a.decide(district1, scheme.ChangePhone, toPhone(fresh)), "phone_taken")
	k.must(k.w.Discard(k.ctx, empty.worker, empty.caseID))
	k.must(a.both(district1, lead1, scheme.ChangePhone, toPhone(fresh)))
	if w, err := k.db.WorkerByPhone(k.ctx, k.keys.Index("phone", fresh)); err != nil || w.ID != a.worker {
		t.Fatalf("%+v %v", w, err)
	}
	if k.enters(empty.worker) {
		t.Fatal("the empty account is still signed in")
	}
	k.sound()
}

// A hearing that was announced to the number that he no longer has leaves him the
// least days from the change on.
func TestChangePhone_LeavesDaysToAnswer(t *testing.T) {
	k := newKit(t)
	a := k.accepted().refusal()
	k.deliver()
	first := a.hearing().UntilAt
	k.clock.to(first.Add(-time.Hour))
	k.must(a.both(centre1, lead1, scheme.ChangePhone, toPhone(fresh)))
	until := a.hearing().UntilAt
	if left := until.Sub(k.clock.now()); left < 3*24*time.Hour || !a.row().DueAt.Equal(until) {
		t.Fatalf("%v left", left)
	}
	k.pass(until.Add(-time.Second))
	a.is(scheme.AtDistrict, scheme.PlaceHeld)
	k.pass(until)
	a.is(scheme.Released, scheme.PlaceNone)
	k.sound()
}

func TestChangePhone_NotWhileItIsOpenWhoseTheCaseIs(t *testing.T) {
	k := newKit(t)
	a := k.accepted()
	k.must(a.decide(centre1, scheme.RecordDeath))
	k.refused(a.decide(centre1, scheme.ChangePhone, toPhone(fresh)), "death")
	k.days(20)
	a.is(scheme.Accepted, scheme.PlaceHeld)
	twin := k.accepted()
	who := twin.Person
	who.Phone = "13912345670"
	b := k.account(who).begin().complete(withIDCard)
	if _, err := b.submit(); err != nil {
		t.Fatal(err)
	}
	k.refused(b.decide(centre1, scheme.ChangePhone, toPhone(fresh)), "contested")
}
