package casework_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// officer is a union officer of the union that recommends a person.
func officer(union string) scheme.Actor {
	return scheme.Actor{ID: "officer-" + union, Role: scheme.RoleLocal, Org: union, Name: "officer"}
}

var agrees = casework.Attestation{Member: true, Frontline: true, Conduct: true}

func (pe *person) printed() string {
	pe.k.t.Helper()
	c, _, err := pe.k.w.Printed(pe.k.ctx, pe.worker, pe.caseID)
	pe.k.must(err)
	return c.FormCode
}

func TestAttest_WhoMayAndWhoseFormItIs(t *testing.T) {
	k := newKit(t)
	a := k.ready()
	code := a.printed()
	union := a.row().UnionKey
	for _, typed := range []string{code, strings.ToLower(code), casework.ShowCode(code), " " + code[:4] + " " + code[4:] + " ", "https://ym.example/f/" + code} {
		if c, err := k.w.Scan(k.ctx, officer(union), typed); err != nil || c.ID != a.caseID {
			t.Errorf("%q: %v", typed, err)
		}
	}
	for _, wrong := range []string{"", "x", code[:11], code + "2"} {
		_, err := k.w.Scan(k.ctx, officer(union), wrong)
		k.refused(err, "code")
	}
	// An invented code is answered like a form of somebody else's union.
	for _, invented := range []string{code[:11] + "?", strings.Repeat("2", 12)} {
		if _, err := k.w.Scan(k.ctx, officer(union), invented); err != casework.ErrNotFound {
			t.Errorf("%s: %v", invented, err)
		}
	}
	// The district's federation stands above every union; another town's officer
	// gets the same answer as for a form that does not exist.
	var elsewhere, district string
	for _, u := range k.p.Unions {
		switch {
		case u.Kind == "district":
			district = u.Key
		case u.Town != "" && u.Key != union:
			elsewhere = u.Key
		}
	}
	if _, err := k.w.Scan(k.ctx, officer(district), code); err != nil {
		t.Fatal(err)
	}
	for _, org := range []string{elsewhere, "", "centre"} {
		if _, err := k.w.Scan(k.ctx, officer(org), code); !errors.Is(err, casework.ErrNotFound) {
			t.Fatalf("%q: %v", org, err)
		}
	}
	at := agrees
	at.Code = code
	self := officer(union)
	self.Cases = []string{a.caseID}
	if _, err := k.w.Scan(k.ctx, self, code); casework.RefusedCode(err) != "self" {
		t.Fatal(err)
	}
	k.refused(k.w.Attest(k.ctx, self, at), "self")
}

func TestAttest_ATraceThatBlocksNothing(t *testing.T) {
	k := newKit(t)
	a := k.ready()
	at := agrees
	at.Code = a.printed()
	who := officer(a.row().UnionKey)
	for _, half := range []casework.Attestation{{Code: at.Code}, {Code: at.Code, Member: true, Frontline: true}} {
		k.refused(k.w.Attest(k.ctx, who, half), "incomplete")
	}
	k.must(k.w.Attest(k.ctx, who, at))
	k.must(k.w.Attest(k.ctx, who, at)) // a double tap
	if as, err := k.db.Attestations(k.ctx, a.caseID); err != nil || len(as) != 1 || !as[0].Conduct {
		t.Fatalf("%+v %v", as, err)
	}
	if _, err := a.submit(); err != nil {
		t.Fatal(err) // a draft that was attested is handed in as it stands
	}
	// A form that was printed anew may be judged anew.
	a.returned("employer")
	k.clock.to(k.clock.now().Add(time.Hour))
	k.must(a.put("employer", "咸安区新厂"))
	a.printed()
	k.must(k.w.Attest(k.ctx, who, at))
	k.refused(k.w.Attest(k.ctx, who, casework.Attestation{Code: at.Code, Disagree: strings.Repeat("不", 501)}), "too_long")
	k.must(k.w.Attest(k.ctx, who, casework.Attestation{Code: at.Code, Disagree: " 不在本单位 "}))
	as, err := k.db.Attestations(k.ctx, a.caseID)
	c := a.row()
	k.w.Words(&c).Attestations(as)
	if err != nil || len(as) != 3 || as[2].Disagree != "不在本单位" {
		t.Fatalf("%+v %v", as, err)
	}
	k.sound()
}

func TestAttest_ADisagreementIsAnswered(t *testing.T) {
	k := newKit(t)
	a := k.ready()
	code := a.printed()
	if _, err := a.submit(); err != nil {
		t.Fatal(err)
	}
	k.must(k.w.Attest(k.ctx, officer(a.row().UnionKey), casework.Attestation{Code: code, Disagree: "不在本单位"}))
	a.passed()
	silent := func(o *casework.Order) { o.Reason = "" }
	k.refused(a.decide(district1, scheme.Approve, silent), "disagreed")
	k.must(a.decide(district1, scheme.Approve))
	k.refused(k.w.Attest(k.ctx, officer(a.row().UnionKey), casework.Attestation{Code: code, Disagree: "再次"}), "state")
	b := k.accepted().passed()
	k.must(b.decide(district1, scheme.Approve, silent)) // nobody disagreed: no reason is needed
}

func TestPrintCode_ForAShop(t *testing.T) {
	k := newKit(t)
	a := k.ready()
	fetch := func(code string) error {
		_, app, _, err := k.w.FetchPrint(k.ctx, "10.0.0.1", code)
		if err == nil && app.Sealed.ID != a.ID {
			t.Fatal("another form")
		}
		return err
	}
	old, err := k.w.PrintCode(k.ctx, a.worker, a.caseID, true, false)
	k.must(err)
	code, err := k.w.PrintCode(k.ctx, a.worker, a.caseID, true, false)
	k.must(err)
	k.refused(fetch(old), "print_code") // a new code ends the one before
	for range 5 {
		k.must(fetch(code[:4] + " " + code[4:]))
	}
	k.refused(fetch(code), "print_code") // used up
	code, err = k.w.PrintCode(k.ctx, a.worker, a.caseID, false, true)
	k.must(err)
	k.machine.to(k.machine.now().Add(31 * time.Minute))
	k.refused(fetch(code), "print_code") // too old
	code, err = k.w.PrintCode(k.ctx, a.worker, a.caseID, false, true)
	k.must(err)
	k.must(a.put("employer", "别的单位"))
	k.refused(fetch(code), "print_old")
	for range 10 {
		fetch("00000000")
	}
	k.refused(fetch("00000000"), "print_many")
	k.machine.to(k.machine.now().Add(61 * time.Minute))
	k.refused(fetch("00000000"), "print_code")
	other := k.worker()
	if _, err := k.w.PrintCode(k.ctx, other.worker, a.caseID, false, false); !errors.Is(err, casework.ErrNotFound) {
		t.Fatal(err)
	}
}

func TestPrinted_RemembersWhatStoodOnIt(t *testing.T) {
	k := newKit(t)
	a := k.ready()
	code := a.printed()
	v := a.row().Version
	if a.printed() != code || a.row().Version != v {
		t.Fatal("the same form was noted twice")
	}
	k.must(a.put("name", "王小明"))
	k.must(a.put("post", "铣工"))
	app, err := k.w.Application(k.ctx, a.row())
	k.must(err)
	if got := k.w.Changed(a.row(), app); len(got) != 1 || got[0] != "name" {
		t.Fatal(got)
	}
	if a.printed() != code {
		t.Fatal("the code changed")
	}
	if got := k.w.Changed(a.row(), app); got != nil {
		t.Fatal(got)
	}
}

func TestLook_OncePerDayAndTheWorkerSeesWho(t *testing.T) {
	k := newKit(t)
	a := k.accepted()
	for range 3 {
		k.must(k.w.Look(k.ctx, centre1, a.row(), "look"))
	}
	k.must(k.w.Look(k.ctx, district1, a.row(), "look"))
	k.clock.to(k.clock.now().AddDate(0, 0, 1))
	k.must(k.w.Look(k.ctx, centre1, a.row(), "look"))
	if n := len(a.events("look")); n != 3 {
		t.Fatalf("%d looks", n)
	}
	k.refused(k.w.Reveal(k.ctx, centre1, a.row(), "id", "看看"), "reason_missing")
	k.must(k.w.Reveal(k.ctx, centre1, a.row(), "id", "与公安核对"))
	seen, err := k.db.Lookers(k.ctx, a.caseID, 10)
	if err != nil || len(seen) != 4 || seen[0].Org == "" {
		t.Fatalf("%+v %v", seen, err)
	}
}

func TestSearch_ByWhatIsAtHand(t *testing.T) {
	k := newKit(t)
	a := k.ready(func(app *scheme.Application) { app.Answers.Name = "欧阳晓红" })
	k.must(a.put("name", "欧阳晓红"))
	code := a.printed()
	if _, err := a.submit(); err != nil {
		t.Fatal(err)
	}
	k.ready() // a draft is found by nobody
	for _, q := range []string{"1", "欧阳", "欧阳晓红", "ouyang", "oyxh", a.ID, strings.ToLower(a.ID), code, casework.ShowCode(code)} {
		found, err := k.w.Search(k.ctx, centre1, k.desk(), k.id, q)
		if err != nil || len(found) != 1 || found[0].ID != a.caseID {
			t.Errorf("%q: %d found, %v", q, len(found), err)
		}
		if found, err := k.w.Search(k.ctx, centre1, store.Viewer{Programmes: []string{"elsewhere"}}, k.id, q); err != nil || len(found) > 0 {
			t.Errorf("%q: found by who may not see it, %v", q, err)
		}
	}
	for q, code := range map[string]string{"": "nothing", strings.Repeat("长", 61): "too_long"} {
		_, err := k.w.Search(k.ctx, centre1, k.desk(), k.id, q)
		k.refused(err, code)
	}
	var es []store.Event
	k.must(k.db.NewSelect().Model(&es).Where("e.name = 'search'").Scan(k.ctx))
	for _, e := range es {
		if contains(e.Detail, a.ID) || contains(e.Detail, "欧阳") {
			t.Fatal("the trail keeps what was searched")
		}
	}
}

func TestTakeOut_IsTheOwnersAndLeavesAnEvent(t *testing.T) {
	k := newKit(t)
	a := k.accepted(withHonour)
	own, err := k.w.TakeOut(k.ctx, a.worker, a.caseID)
	if err != nil || own.No != 1 || own.App.Sealed.ID != a.ID || len(own.Leaves) != 2 || len(a.events("take_out")) != 1 {
		t.Fatalf("%+v %v", own, err)
	}
	if _, err := k.w.TakeOut(k.ctx, k.worker().worker, a.caseID); !errors.Is(err, casework.ErrNotFound) {
		t.Fatal(err)
	}
	six, err := k.w.LastSix(k.ctx, a.worker)
	if err != nil || six != a.ID[12:] {
		t.Fatal(six, err)
	}
	if six, err := k.w.LastSix(k.ctx, k.worker().worker); six != "" || err != nil {
		t.Fatal(six, err)
	}
}
