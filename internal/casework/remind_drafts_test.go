package casework_test

import (
	"sync"
	"testing"
	"time"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// told counts the rows of a wording by worker.
func (k *kit) told(wording string) map[string]int {
	k.t.Helper()
	rows, err := k.db.Outbox(k.ctx, 100000)
	k.must(err)
	n := map[string]int{}
	for _, o := range rows {
		if o.Wording == wording && o.ProgrammeID == k.id {
			n[o.WorkerID]++
		}
	}
	return n
}

// runners make the moves that are due, by several runners beside one another.
func (k *kit) runners(until time.Time) {
	k.t.Helper()
	k.clock.to(until)
	errs := make(chan error, 3)
	var wg sync.WaitGroup
	for range cap(errs) {
		wg.Go(func() {
			_, err := k.w.RunDue(k.ctx, until, nil)
			errs <- err
		})
	}
	wg.Wait()
	for range cap(errs) {
		k.must(<-errs)
	}
}

func TestRemindDrafts_EachPersonOnce(t *testing.T) {
	first := newKit(t)
	// A second programme, still before its opening.
	p := small("xianan-2027", 2, 3)
	p.DraftsAt, p.OpensAt = first.clock.now(), first.clock.now().AddDate(0, 0, 20)
	first.open(p)
	k := *first
	k.id, k.p = "xianan-2027", p

	crowd := k.crowd(502, nil)
	k.must(k.w.Discard(k.ctx, crowd[0].worker, crowd[0].caseID))
	day := scheme.DaysBefore(p.OpensAt, 1)
	if d := day.In(scheme.Shanghai); d.Hour() != 10 || scheme.Day(d) != scheme.Day(p.OpensAt.AddDate(0, 0, -1)) {
		t.Fatal(d)
	}
	k.runners(day.Add(-time.Second))
	if n := k.told("opening_soon"); len(n) != 0 {
		t.Fatalf("%d were told too early", len(n))
	}
	k.runners(day)
	k.runners(day.Add(time.Minute))
	n := k.told("opening_soon")
	if len(n) != 501 || n[crowd[0].worker] != 0 {
		t.Fatalf("%d were told", len(n))
	}
	for w, times := range n {
		if times != 1 {
			t.Fatalf("%s was told %d times", w, times)
		}
	}
	if es, err := k.db.Events(k.ctx, "opening_soon", "", 10); err != nil || len(es) != 2 {
		t.Fatalf("%d events, %v", len(es), err)
	}
	// Dates that change book the rows anew; those who know are left alone, also
	// with another draft.
	k.must(k.w.Discard(k.ctx, crowd[1].worker, crowd[1].caseID))
	crowd[1].begin()
	late := k.worker().begin()
	k.must(k.db.Write(k.ctx, k.clock.now(), func(tx *store.Tx) error {
		return tx.Insert(k.ctx, &store.Due{ID: store.NewID(tx.Now), ProgrammeID: k.id, Move: "opening_soon", DueAt: tx.Now})
	}))
	k.runners(day.Add(time.Hour))
	if n = k.told("opening_soon"); len(n) != 502 || n[late.worker] != 1 || n[crowd[1].worker] != 1 {
		t.Fatalf("%d were told", len(n))
	}

	// Before the close: whoever has handed in is left alone.
	k.clock.to(p.OpensAt.Add(time.Hour))
	_, err := crowd[2].submit()
	k.must(err)
	k.runners(scheme.DaysBefore(p.ClosesAt, 3))
	n = k.told("closing_soon")
	if len(n) != 501 || n[crowd[2].worker] != 0 || n[crowd[3].worker] != 1 {
		t.Fatalf("%d were told", len(n))
	}
	k.sound()
}

// A platform that stood still until the opening says nothing of it any more.
func TestRemindDrafts_NotWhenItIsTooLate(t *testing.T) {
	k := newKit(t) // an hour after the opening
	k.ready()
	k.runners(k.clock.now())
	if n := k.told("opening_soon"); len(n) != 0 {
		t.Fatalf("%d were told of an opening that is past", len(n))
	}
	if _, err := k.db.NextDue(k.ctx, k.clock.now()); !store.IsNone(err) {
		t.Fatal("the deadline is still open", err)
	}
}
