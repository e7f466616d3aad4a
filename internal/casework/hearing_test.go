package casework_test

import (
	"encoding/json"
	"testing"
	"time"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// told lists the wordings that were booked for a case, oldest first, with what
// they say.
func (pe *person) told() (wordings []string, last map[string]string) {
	pe.k.t.Helper()
	var rows []store.Outbox
	pe.k.must(pe.k.db.NewSelect().Model(&rows).Where("o.case_id = ?", pe.caseID).OrderExpr("o.created_at, o.id").Scan(pe.k.ctx))
	for _, o := range rows {
		wordings = append(wordings, o.Wording)
		last = map[string]string{}
		pe.k.must(json.Unmarshal([]byte(o.Params), &last))
		if c := pe.row(); o.ReasonSealed != nil {
			last["reason"] = pe.k.w.Words(&c).Open("outbox", o.ID, "reason", o.ReasonSealed)
		}
	}
	return wordings, last
}

func (pe *person) lastTold(wording string) map[string]string {
	pe.k.t.Helper()
	ws, last := pe.told()
	if len(ws) == 0 || ws[len(ws)-1] != wording {
		pe.k.t.Fatalf("told %v, want %s last", ws, wording)
	}
	return last
}

// lastEvent is the newest event of a case by its name.
func (pe *person) events(name string) []store.Event {
	pe.k.t.Helper()
	all, err := pe.k.db.CaseEvents(pe.k.ctx, pe.caseID, 1000)
	pe.k.must(err)
	var out []store.Event
	for _, e := range all {
		if e.Name == name {
			out = append(out, e)
		}
	}
	return out
}

func TestHearing_IsAnnouncedRemindedAndReleases(t *testing.T) {
	k := newKit(t)
	a := k.accepted().refusal()
	h := a.hearing()
	if say := a.lastTold("hearing"); say["cause"] != scheme.CauseName(scheme.CauseRefuse) || say["until"] != scheme.Until(h.UntilAt) {
		t.Fatal(say)
	}
	k.pass(h.UntilAt.Add(-24 * time.Hour))
	a.lastTold("remind_hearing")
	k.pass(h.UntilAt.Add(-time.Second))
	a.is(scheme.AtDistrict, scheme.PlaceHeld)
	k.pass(h.UntilAt)
	a.is(scheme.Released, scheme.PlaceNone)
	if say := a.lastTold("released"); say["cause"] != scheme.CauseName(scheme.CauseRefuse) {
		t.Fatal(say)
	}
	hs, err := k.db.Hearings(k.ctx, a.caseID)
	k.must(err)
	if len(hs) != 1 || hs[0].State != scheme.HearingExecuted || hs[0].EndedBy != "system" || hs[0].EndedAt == nil {
		t.Fatalf("%+v", hs)
	}
	if got := k.kinds(1); got != "accept1 seat1 leave1" { // the leaf says nothing of why
		t.Fatal(got)
	}
	k.sound()
}

func TestHearing_NoReleaseWhileNobodyWasTold(t *testing.T) {
	k := newKit(t)
	a := k.accepted().refusal()
	first := a.hearing().UntilAt
	silent := func(to time.Time) {
		t.Helper()
		_, err := k.w.RunDue(k.ctx, to, k.clock.to)
		k.must(err)
		k.clock.to(to)
	}
	silent(first)
	a.is(scheme.AtDistrict, scheme.PlaceHeld)
	if len(a.events("undelivered")) != 1 {
		t.Fatal("nobody is told to call")
	}
	// The days begin anew, so that he can still answer.
	second := a.hearing().UntilAt
	if !second.After(first.Add(2*24*time.Hour)) || !a.row().DueAt.Equal(second) {
		t.Fatalf("from %v to %v", first, second)
	}
	// A call on the last day leaves him three days.
	silent(second.Add(-time.Hour))
	k.must(k.w.MissedCall(k.ctx, centre1, k.desk(), a.caseID, "没有接"))
	if !a.hearing().UntilAt.Equal(second) {
		t.Fatal("a call that nobody answered moved the end")
	}
	k.must(k.w.Call(k.ctx, centre1, k.desk(), a.caseID, "已告知"))
	third := a.hearing().UntilAt
	if left := third.Sub(k.clock.now()); left < 3*24*time.Hour {
		t.Fatalf("%v left", left)
	}
	k.must(k.w.Call(k.ctx, centre1, k.desk(), a.caseID, "又告知一次")) // gives no further days
	if !a.hearing().UntilAt.Equal(third) {
		t.Fatal("a second call moved the end")
	}
	silent(third.Add(-time.Second))
	a.is(scheme.AtDistrict, scheme.PlaceHeld)
	silent(third)
	a.is(scheme.Released, scheme.PlaceNone)
	k.sound()
}

func TestHearing_ReadOnThePageIsTold(t *testing.T) {
	k := newKit(t)
	a := k.accepted().refusal()
	k.must(k.db.Write(k.ctx, k.clock.now(), func(tx *store.Tx) error {
		return tx.Insert(k.ctx, &store.Message{ID: store.NewID(tx.Now), WorkerID: a.worker, ProgrammeID: k.id, CaseID: a.caseID, Wording: "hearing", At: tx.Now})
	}))
	ms, err := k.db.Messages(k.ctx, a.worker, 10)
	k.must(err)
	k.must(k.w.ReadMessages(k.ctx, a.worker, []string{ms[0].ID, "another's"}))
	until := a.hearing().UntilAt
	_, err = k.w.RunDue(k.ctx, until, k.clock.to)
	k.must(err)
	a.is(scheme.Released, scheme.PlaceNone)
}

func TestHearing_TwoPersonsExecuteAnAnswer(t *testing.T) {
	k := newKit(t)
	a, _, c := k.accepted().refusal(), k.accepted(), k.accepted()
	k.refused(a.both(district2, lead1, scheme.Execute), "not_answered")
	k.must(k.w.Answer(k.ctx, a.worker, a.caseID, "  我有材料。 "))
	if h := a.hearing(); h.Answer != "我有材料。" || h.AnsweredAt == nil {
		t.Fatalf("%+v", h)
	}
	k.refused(k.w.Answer(k.ctx, a.worker, a.caseID, "再说一次"), "hearing_open")
	k.refused(a.decide(district1, scheme.Execute), "proposer")
	k.must(a.decide(district2, scheme.Execute))
	a.is(scheme.AtDistrict, scheme.PlaceHeld) // one person releases nobody
	k.refused(a.second(district2, scheme.Execute), "same_person")
	k.refused(a.second(centre1, scheme.Execute), "second_role")
	k.must(a.second(lead1, scheme.Execute))
	a.is(scheme.Released, scheme.PlaceNone)
	c.is(scheme.Accepted, scheme.PlaceHeld)
	k.sound()
}

// Nobody acts at two successive steps: neither who proposed the opening nor who
// seconded it takes part in the end (moves 1.2).
func TestHearing_WhoOpenedItDoesNotEndIt(t *testing.T) {
	k := newKit(t)
	a := k.accepted()
	k.must(a.both(district1, lead1, scheme.Revoke, because(scheme.CauseFraud)))
	if h := a.hearing(); h.Proposer != district1.ID || h.Seconder != lead1.ID {
		t.Fatalf("%+v", h)
	}
	k.must(k.w.Answer(k.ctx, a.worker, a.caseID, "我有材料。"))
	for _, x := range []scheme.Actor{district1, lead1} {
		k.refused(a.decide(x, scheme.Keep), "proposer")
	}
	k.refused(a.decide(district1, scheme.Execute), "proposer")
	k.must(a.decide(district2, scheme.Execute))
	k.refused(a.second(lead1, scheme.Execute), "proposer")
	a.is(scheme.Accepted, scheme.PlaceHeld)
	k.must(a.second(lead2, scheme.Execute))
	a.is(scheme.Released, scheme.PlaceNone)
	k.sound()
}

func TestHearing_AnswersAreBoundedAndGiven(t *testing.T) {
	k := newKit(t)
	a := k.accepted()
	k.refused(k.w.Answer(k.ctx, a.worker, a.caseID, "没有告知"), "no_hearing")
	a.refusal()
	k.refused(k.w.Answer(k.ctx, a.worker, a.caseID, "  "), "reason_missing")
	k.refused(k.w.Answer(k.ctx, a.worker, a.caseID, string(make([]rune, 2001))), "too_long")
	b := k.accepted()
	if err := k.w.Answer(k.ctx, b.worker, a.caseID, "别人"); err != casework.ErrNotFound {
		t.Fatal(err)
	}
}

func TestHearing_TheWorkerMayWaiveTheDays(t *testing.T) {
	k := newKit(t)
	a := k.accepted().refusal()
	k.must(k.w.Waive(k.ctx, a.worker, a.caseID))
	a.is(scheme.Released, scheme.PlaceNone)
	k.days(10)
	k.sound()
}

func TestHearing_KeptStartsTheClockAnew(t *testing.T) {
	k := newKit(t)
	a := k.accepted().returned("post")
	k.pass(*a.row().DueAt)
	k.must(k.w.Answer(k.ctx, a.worker, a.caseID, "住院了"))
	k.days(20)
	k.must(a.decide(district1, scheme.Keep))
	a.is(scheme.Returned, scheme.PlaceHeld)
	if say := a.lastTold("kept"); say["reason"] != "理由" {
		t.Fatal(say)
	}
	due := *a.row().DueAt
	if due.Sub(k.clock.now()) < 5*24*time.Hour {
		t.Fatalf("due %v at %v", due, k.clock.now())
	}
	k.pass(due)
	if h := a.hearing(); h == nil || h.Cause != scheme.CauseCorrection {
		t.Fatalf("%+v", h)
	}
	k.sound()
}

func TestHearing_AfterADeathOnlyTheFamilySpeaks(t *testing.T) {
	k := newKit(t)
	a := k.accepted()
	k.must(a.decide(centre1, scheme.RecordDeath))
	h := a.hearing()
	if h.Cause != scheme.CauseDeath || h.UntilAt.Sub(k.clock.now()) < 10*24*time.Hour {
		t.Fatalf("%+v", h)
	}
	k.refused(k.w.Withdraw(k.ctx, a.worker, a.caseID), "death")
	k.refused(k.w.Waive(k.ctx, a.worker, a.caseID), "death")
	ws, _ := a.told()
	k.days(40) // no message says that to a family: nothing happens before somebody called
	a.is(scheme.Accepted, scheme.PlaceHeld)
	if after, _ := a.told(); len(after) != len(ws) {
		t.Fatal(after)
	}
	k.must(k.w.Call(k.ctx, centre1, k.desk(), a.caseID, "家属已知道"))
	k.must(k.w.Answer(k.ctx, a.worker, a.caseID, "家属：弄错了，本人健在"))
	k.must(a.decide(district1, scheme.Keep))
	a.is(scheme.Accepted, scheme.PlaceHeld)
	k.sound()
}

func TestHearing_AnotherDoubtIsNotCuredByACorrection(t *testing.T) {
	k := newKit(t)
	a := k.accepted().returned("post")
	k.must(a.both(district1, lead1, scheme.Revoke, because(scheme.CauseFraud)))
	k.must(a.put("post", "装配工"))
	k.refused(k.w.Resubmit(k.ctx, a.worker, a.caseID), "hearing_open")
	k.days(10)
	a.is(scheme.Released, scheme.PlaceNone)
	k.sound()
}

func TestRevoke_NamesItsCause(t *testing.T) {
	k := newKit(t)
	a := k.accepted()
	for _, cause := range []scheme.Cause{"", "envy", scheme.CauseDeath} {
		k.refused(a.decide(district1, scheme.Revoke, because(cause)), "cause")
	}
}
