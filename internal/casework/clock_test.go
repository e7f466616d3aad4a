package casework_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

func TestRunDue_OneThatFailsHoldsUpNobody(t *testing.T) {
	k := newKit(t)
	a, b := k.accepted().returned("post"), k.accepted()
	k.clock.to(k.clock.now().Add(time.Hour))
	b.returned("post")
	// The first one's key is gone: no leaf can be made for it.
	k.must(k.db.Write(k.ctx, k.clock.now(), func(tx *store.Tx) error {
		_, err := tx.NewRaw("UPDATE cases SET key_wrapped = NULL WHERE id = ?", a.caseID).Exec(k.ctx)
		return err
	}))
	k.must(k.db.Write(k.ctx, k.clock.now(), func(tx *store.Tx) error {
		_, err := tx.NewRaw("UPDATE cases SET place = 'waiting' WHERE id = ?", a.caseID).Exec(k.ctx)
		return err
	}))
	k.deliver()
	until := b.row().DueAt.Add(time.Second)
	_, err := k.w.RunDue(k.ctx, until, k.clock.to)
	if err == nil || !strings.Contains(err.Error(), "lapse") {
		t.Fatal(err)
	}
	if b.hearing() == nil || a.hearing() != nil {
		t.Fatal("the second deadline was held up")
	}
}

func TestRunDue_InTheOrderOfInstantsAndOnlyOnce(t *testing.T) {
	k := newKit(t)
	a, b := k.accepted().returned("post"), k.accepted()
	k.days(1)
	b.returned("post")
	k.deliver()
	var at []time.Time
	var mu sync.Mutex
	until := k.clock.now().AddDate(0, 0, 30)
	var wg sync.WaitGroup
	total := 0
	for range 4 { // several runners beside one another
		wg.Go(func() {
			n, err := k.w.RunDue(k.ctx, until, func(t time.Time) {
				mu.Lock()
				at = append(at, t)
				mu.Unlock()
				k.clock.to(t)
			})
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			total += n
			mu.Unlock()
		})
	}
	wg.Wait()
	for _, pe := range []*person{a, b} {
		if len(pe.events("lapse")) != 1 || len(pe.events("remind")) < 1 {
			t.Fatalf("lapse %d, remind %d", len(pe.events("lapse")), len(pe.events("remind")))
		}
	}
	k.sound()
}

// Releases come before the end of the waiting list at the same instant: the seat
// that a hearing frees then still goes to somebody (moves S6).
func TestRunDue_ReleasesBeforeTheEndOfWaiting(t *testing.T) {
	k := newKit(t)
	k.pass(k.p.ClosesAt.Add(-time.Hour))
	a, _, c := k.accepted(), k.accepted(), k.accepted()
	a.refusal()
	end := k.p.PromoteUntil.UTC()
	k.must(k.db.Write(k.ctx, k.clock.now(), func(tx *store.Tx) error {
		if _, err := tx.NewRaw("UPDATE due SET due_at = ? WHERE case_id = ? AND ended_at IS NULL AND move = 'execute'", end, a.caseID).Exec(k.ctx); err != nil {
			return err
		}
		_, err := tx.NewRaw("UPDATE hearing SET until_at = ? WHERE case_id = ?", end, a.caseID).Exec(k.ctx)
		return err
	}))
	k.pass(end)
	a.is(scheme.Released, scheme.PlaceNone)
	c.is(scheme.Accepted, scheme.PlaceHeld)
	k.sound()
}

// A release of that instant, or of an earlier one, that fails keeps the list from
// ending; when it goes through, its seat goes to the list first.
func TestRunDue_TheListWaitsForAReleaseThatFailed(t *testing.T) {
	k := newKit(t)
	k.pass(k.p.ClosesAt.Add(-time.Hour))
	a, _, c := k.accepted(), k.accepted(), k.accepted()
	a.refusal()
	k.deliver()
	end := k.p.PromoteUntil.UTC()
	key := a.row().KeyWrapped
	set := func(sql string, args ...any) {
		t.Helper()
		k.must(k.db.Write(k.ctx, k.clock.now(), func(tx *store.Tx) error {
			_, err := tx.NewRaw(sql, args...).Exec(k.ctx)
			return err
		}))
	}
	set("UPDATE due SET due_at = ? WHERE case_id = ? AND ended_at IS NULL AND move = 'execute'", end, a.caseID)
	set("UPDATE hearing SET until_at = ? WHERE case_id = ?", end, a.caseID)
	set("UPDATE cases SET key_wrapped = NULL WHERE id = ?", a.caseID)
	for range 2 {
		_, err := k.w.RunDue(k.ctx, end.Add(time.Minute), k.clock.to)
		if err == nil || !strings.Contains(err.Error(), "execute") {
			t.Fatal(err)
		}
		if ta, err := k.db.Tally(k.ctx, k.id); err != nil || ta.ListEnded {
			t.Fatalf("the list has ended before the release: %v", err)
		}
		c.is(scheme.Accepted, scheme.PlaceWaiting)
	}
	set("UPDATE cases SET key_wrapped = ? WHERE id = ?", key, a.caseID)
	_, err := k.w.RunDue(k.ctx, end.Add(time.Minute), k.clock.to)
	k.must(err)
	a.is(scheme.Released, scheme.PlaceNone)
	c.is(scheme.Accepted, scheme.PlaceHeld)
	if ta, err := k.db.Tally(k.ctx, k.id); err != nil || !ta.ListEnded {
		t.Fatalf("the list has not ended: %v", err)
	}
	k.sound()
}

func TestOverdue_IsATraceAndNoMore(t *testing.T) {
	k := newKit(t)
	a := k.accepted()
	k.days(30)
	a.is(scheme.Accepted, scheme.PlaceHeld)
	if len(a.events("overdue")) != 1 {
		t.Fatal("not noted, or noted twice")
	}
}
