package casework_test

import (
	"context"
	"strings"
	"testing"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/scheme"
)

var hue = scheme.Actor{ID: "college-1", Role: scheme.RoleCollege, Org: "hue", Name: "二师审核"}

// picture is a file as photo gives it.
func picture(seed string) casework.Upload {
	return casework.Upload{SHA256: seed, Pages: []casework.Page{{Type: "image/jpeg", Body: []byte("\xff\xd8\xff" + seed)}}}
}

// registers hands in the proof of registration.
func (pe *person) registers() error {
	pe.k.t.Helper()
	pe.k.must(pe.k.w.AttachDuty(pe.k.ctx, pe.worker, pe.caseID, scheme.DutyRegistration, "sheet", picture("sheet")))
	return pe.k.w.FileDuty(pe.k.ctx, pe.worker, pe.caseID, scheme.DutyRegistration, map[string]string{"number": "4212000123", "paid": "yes"})
}

func (pe *person) check(a scheme.Actor, move scheme.MoveName, k scheme.DutyKind, reason string) error {
	return pe.k.w.CheckDuty(pe.k.ctx, a, pe.k.desk(), casework.DutyOrder{Move: move, Case: pe.caseID, Kind: k, Reason: reason})
}

// Everything owed later may be handed in from acceptance on, by those who wait
// too (S4).
func TestDuty_FiledCheckedReturned(t *testing.T) {
	k := newKit(t)
	for range 2 {
		k.accepted()
	}
	pe := k.accepted()
	pe.is(scheme.Accepted, scheme.PlaceWaiting)
	k.refused(k.w.FileDuty(k.ctx, pe.worker, pe.caseID, scheme.DutyRegistration, map[string]string{"number": "1", "paid": "yes"}), "missing") // no picture
	if pe.row().Registration != scheme.DutyOwed {
		t.Fatal("a refusal has changed something")
	}
	k.must(pe.registers())
	k.must(pe.check(centre1, scheme.PassDuty, scheme.DutyRegistration, ""))
	if got := pe.row().Registration; got != scheme.DutyPassed {
		t.Fatalf("%q", got)
	}
	k.refused(pe.registersAgain(), "passed")
	k.refused(pe.check(centre1, scheme.ReturnDuty, scheme.DutyRegistration, " "), "reason_missing")
	k.must(pe.check(centre1, scheme.ReturnDuty, scheme.DutyRegistration, "图片看不清"))
	k.must(pe.registers())
	d, err := k.db.Duty(k.ctx, pe.caseID, scheme.DutyRegistration)
	if err != nil || d.State != scheme.DutyFiled || d.Version != 4 {
		t.Fatalf("%+v %v", d, err)
	}
	c := pe.row()
	text, ok := k.w.Words(&c).DutyText(d)
	if !ok || text.Values["number"] != "4212000123" || text.Reason != "" {
		t.Fatalf("%+v", text)
	}
	if strings.Contains(string(d.Sealed), "4212000123") {
		t.Fatal("the value lies open")
	}
	k.refused(k.w.CheckDuty(k.ctx, centre1, k.desk(), casework.DutyOrder{Move: scheme.PassDuty, Case: pe.caseID, Kind: scheme.DutyRegistration, Version: 3}), "stale")
	k.refused(pe.check(district1, scheme.PassDuty, scheme.DutyRegistration, ""), "role") // the centre's to check
	k.sound()
}

func (pe *person) registersAgain() error {
	return pe.k.w.FileDuty(pe.k.ctx, pe.worker, pe.caseID, scheme.DutyRegistration, map[string]string{"number": "4212000123", "paid": "yes"})
}

// A 免试 is the college's to confirm; confirmed it passes the gates of the
// registration and the exam (A2.3).
func TestDuty_ExemptPassesTheGates(t *testing.T) {
	k := newKit(t)
	pe := k.accepted()
	k.must(k.w.AttachDuty(k.ctx, pe.worker, pe.caseID, scheme.DutyExam, "ticket", picture("proof")))
	k.must(k.w.FileDuty(k.ctx, pe.worker, pe.caseID, scheme.DutyExam, map[string]string{"taken": "依法免试"}))
	k.refused(pe.check(centre1, scheme.PassDuty, scheme.DutyExam, ""), "exempt")
	k.must(pe.check(hue, scheme.PassDuty, scheme.DutyExam, ""))
	if r := pe.row(); r.Exam != scheme.DutyPassed || r.Registration != scheme.DutyPassed {
		t.Fatalf("%+v", r)
	}
}

// Somebody else's case, a duty that does not exist, a field that takes no file,
// an end: each is refused and nothing is kept.
func TestDuty_BadInput(t *testing.T) {
	k := newKit(t)
	pe, other := k.accepted(), k.accepted()
	for _, err := range []error{
		k.w.FileDuty(k.ctx, other.worker, pe.caseID, scheme.DutyRegistration, nil),
		k.w.FileDuty(k.ctx, pe.worker, pe.caseID, "shoes", nil),
		k.w.AttachDuty(k.ctx, other.worker, pe.caseID, scheme.DutyRegistration, "sheet", picture("x")),
		k.w.AttachDuty(k.ctx, pe.worker, pe.caseID, scheme.DutyRegistration, "number", picture("x")),
		k.w.CheckDuty(context.Background(), centre1, k.desk(), casework.DutyOrder{Move: scheme.PassDuty, Case: pe.caseID, Kind: "shoes"}),
	} {
		if err != casework.ErrNotFound {
			t.Errorf("%v", err)
		}
	}
	k.refused(k.w.AttachDuty(k.ctx, pe.worker, pe.caseID, scheme.DutyRegistration, "sheet", casework.Upload{}), "empty_file")
	k.must(k.w.Withdraw(k.ctx, pe.worker, pe.caseID))
	k.refused(k.w.FileDuty(k.ctx, pe.worker, pe.caseID, scheme.DutyRegistration, map[string]string{"number": "1", "paid": "yes"}), "state")
}
