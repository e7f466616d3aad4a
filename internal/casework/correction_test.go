package casework_test

import (
	"testing"
	"time"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/scheme"
)

func TestCorrection_KeepsNumberSeatAndTheOldRevisionUntilItIsSent(t *testing.T) {
	k := newKit(t)
	a := k.accepted().returned("post", "town")
	if say := a.lastTold("returned"); say["until"] == "" || say["reason"] != "理由" {
		t.Fatal(say)
	}
	if got := casework.Items(a.row()); len(got) != 2 {
		t.Fatal(got)
	}
	k.must(a.put("post", "铣工"))
	c := a.row()
	if old, err := k.w.Submitted(k.ctx, c, 0); err != nil || old.Answers.Post == "铣工" || c.Revision != 1 {
		t.Fatal("the running correction shows before it is sent", err)
	}
	k.must(k.w.Resubmit(k.ctx, a.worker, a.caseID))
	c = a.row()
	if now, err := k.w.Submitted(k.ctx, c, 0); err != nil || now.Answers.Post != "铣工" || c.Revision != 2 || c.Number() != 1 || c.Place != scheme.PlaceHeld {
		t.Fatal(err, c)
	}
	k.refused(k.w.Resubmit(k.ctx, a.worker, a.caseID), "state") // a double tap
	if c := a.row(); c.Revision != 2 {
		t.Fatal(c.Revision)
	}
	k.refused(a.put("post", "钳工"), "state")
	ds, err := k.db.Decisions(k.ctx, a.caseID)
	k.must(err)
	if len(ds) != 1 || ds[0].Move != scheme.Return || ds[0].Items == "" || ds[0].ByID != centre1.ID {
		t.Fatalf("%+v", ds)
	}
	k.sound()
}

// The message says what was named when it was booked, and until when: it may
// leave later than the correction comes in.
func TestCorrection_TheMessagesKeepTheItems(t *testing.T) {
	k := newKit(t)
	a := k.accepted().returned("post", "town")
	due := scheme.Until(*a.row().DueAt)
	said := func(wording, items string) {
		t.Helper()
		if say := a.lastTold(wording); say["items"] != items || items != "" && say["until"] != due {
			t.Errorf("%s: %v, want until %s", wording, say, due)
		}
	}
	said("returned", "post,town")
	k.pass(a.row().DueAt.Add(-time.Hour))
	said("remind_return", "post,town")
	k.must(k.w.Resubmit(k.ctx, a.worker, a.caseID))
	said("resubmitted", "")
}

func TestCorrection_OnlyNamedItemsAndWhatFollows(t *testing.T) {
	k := newKit(t)
	a := k.accepted().returned("dispatched")
	k.refused(a.put("post", "铣工"), "not_named")
	k.must(a.put("dispatched", "yes"))
	// The answer asks for the agency: it may be filled in, and has to be.
	if err := k.w.Resubmit(k.ctx, a.worker, a.caseID); casework.RefusedCode(err) == "" {
		t.Fatal(err)
	}
	k.must(a.put("agency", "咸宁某某派遣公司"))
	k.must(k.w.Resubmit(k.ctx, a.worker, a.caseID))
}

func TestCorrection_TheSameFileAgainHelpsNobody(t *testing.T) {
	k := newKit(t)
	a := k.ready()
	k.must(a.attach(scheme.FilePhoto, "photo"))
	k.must(a.attach(scheme.FileStamped, "stamped"))
	k.clock.to(k.clock.now().Add(time.Hour))
	if _, err := a.submit(); err != nil {
		t.Fatal(err)
	}
	a.returned("stamped")
	k.refused(k.w.Resubmit(k.ctx, a.worker, a.caseID), "same_file")
	k.must(a.attach(scheme.FileStamped, "stamped anew"))
	k.must(k.w.Resubmit(k.ctx, a.worker, a.caseID))
}

func TestCorrection_AChangedNameNeedsANewStamp(t *testing.T) {
	k := newKit(t)
	a := k.ready()
	_, _, err := k.w.Printed(k.ctx, a.worker, a.caseID)
	k.must(err)
	k.clock.to(k.clock.now().Add(time.Hour))
	k.must(a.attach(scheme.FilePhoto, "photo"))
	_, _, err = k.w.Printed(k.ctx, a.worker, a.caseID)
	k.must(err)
	k.must(a.attach(scheme.FileStamped, "stamped"))
	if _, err := a.submit(); err != nil {
		t.Fatal(err)
	}
	k.clock.to(k.clock.now().Add(time.Hour))
	a.returned("employer") // the stamp stands for it: the form is named too, and the days are working days
	if c := a.row(); !c.Stamp || len(casework.Items(c)) != 2 {
		t.Fatalf("%+v", c)
	}
	k.must(a.put("employer", "咸安区新厂"))
	k.must(a.attach(scheme.FileStamped, "old form, new picture"))
	k.refused(k.w.Resubmit(k.ctx, a.worker, a.caseID), "reprint")
	k.clock.to(k.clock.now().Add(time.Hour))
	_, _, err = k.w.Printed(k.ctx, a.worker, a.caseID)
	k.must(err)
	k.refused(k.w.Resubmit(k.ctx, a.worker, a.caseID), "restamp")
	k.clock.to(k.clock.now().Add(time.Hour))
	k.must(a.attach(scheme.FileStamped, "new form"))
	k.must(k.w.Resubmit(k.ctx, a.worker, a.caseID))
	k.sound()
}

func TestCorrection_MissedLeadsToAHearingNotToARelease(t *testing.T) {
	k := newKit(t)
	a := k.accepted().returned("post")
	due := *a.row().DueAt
	k.pass(due.Add(-24 * time.Hour))
	a.lastTold("remind_return")
	k.pass(due.Add(-time.Second))
	if a.hearing() != nil {
		t.Fatal("too early")
	}
	k.pass(due)
	h := a.hearing()
	if h == nil || h.Cause != scheme.CauseCorrection || h.Proposer != "system" {
		t.Fatalf("%+v", h)
	}
	a.is(scheme.Returned, scheme.PlaceHeld)
	k.pass(h.UntilAt)
	a.is(scheme.Released, scheme.PlaceNone)
	k.sound()
}

func TestCorrection_NotTheWorkersFaultDoesNotCount(t *testing.T) {
	k := newKit(t)
	a := k.accepted()
	for range 4 {
		k.must(a.decide(centre1, scheme.Return, naming("post"), func(o *casework.Order) { o.Excuse = true }))
		k.must(a.put("post", "铣工"))
		k.must(k.w.Resubmit(k.ctx, a.worker, a.caseID))
	}
	if c := a.row(); c.Rounds != 0 || c.Revision != 5 {
		t.Fatalf("%+v", c)
	}
}
