package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/store/storetest"
)

// house is a database with one open programme and one worker.
type house struct {
	*store.DB
	t   testing.TB
	ctx context.Context
}

func open(t testing.TB) *house {
	t.Helper()
	h := &house{DB: storetest.New(t), t: t, ctx: context.Background()}
	h.put(
		&store.Programme{ID: "p", Body: "{}", Hash: "h", State: "open", Version: 1, LoadedAt: at},
		&store.Programme{ID: "q", Body: "{}", Hash: "h", State: "open", Version: 1, LoadedAt: at},
		&store.Worker{ID: "w", PhoneIndex: "w", PhoneSealed: []byte{1}, CreatedAt: at},
		&store.Worker{ID: "v", PhoneIndex: "v", PhoneSealed: []byte{1}, CreatedAt: at},
	)
	return h
}

func (h *house) try(rows ...any) error {
	return h.Write(h.ctx, at, func(tx *store.Tx) error {
		for _, r := range rows {
			if err := tx.Insert(h.ctx, r); err != nil {
				return err
			}
		}
		return nil
	})
}

func (h *house) put(rows ...any) {
	h.t.Helper()
	if err := h.try(rows...); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) exec(query string, args ...any) error {
	return h.Write(h.ctx, at, func(tx *store.Tx) error {
		_, err := tx.NewRaw(query, args...).Exec(h.ctx)
		return err
	})
}

// row is an accepted case.
func row(id string, no int64) *store.Case {
	return &store.Case{
		ID: id, ProgrammeID: "p", WorkerID: "w", State: scheme.Accepted, Place: scheme.PlaceHeld, Band: 2, No: &no, Version: 1, PersonIndex: "person-" + id,
		KeyWrapped: []byte{1}, Name: "名", UnionKey: "u", CreatedAt: at, SavedAt: at, Since: at,
	}
}

func draft(id string) *store.Case {
	c := row(id, 0)
	c.State, c.Place, c.No = scheme.Draft, scheme.PlaceNone, nil
	return c
}

// What has happened is never changed: the database refuses, on both engines.
func TestKept_RowsOfWhatHasHappened(t *testing.T) {
	h := open(t)
	h.put(row("c", 1),
		&store.Event{ID: "e", Name: "submit", Detail: "{}", At: at},
		&store.Leaf{ProgrammeID: "p", Idx: 0, Txn: 1, Body: "{}", Private: "{}", CaseID: "c"},
		&store.Revision{CaseID: "c", N: 1, Answers: "{}", Sealed: []byte{1}, Files: "{}", At: at},
		&store.Decision{ID: "d", ProgrammeID: "p", CaseID: "c", Move: scheme.Approve, At: at},
		&store.Attestation{ID: "a", ProgrammeID: "p", CaseID: "c", At: at},
		&store.Checkpoint{ProgrammeID: "p", Size: 1, At: at, Note: "n"},
		&store.Version{ProgrammeID: "p", N: 1, At: at, Body: "{}"},
	)
	for _, q := range []string{
		"UPDATE event SET detail = 'x'", "DELETE FROM event",
		"UPDATE leaf SET body = 'x'", "UPDATE leaf SET idx = 5", "DELETE FROM leaf",
		"UPDATE revision SET answers = 'x'", "UPDATE revision SET form_hash = 'x'",
		"UPDATE decision SET reason_sealed = NULL", "UPDATE decision SET by_id = 'x'", "DELETE FROM decision",
		"UPDATE attestation SET disagree_sealed = NULL",
		"UPDATE checkpoint SET note = 'x'",
		"UPDATE programme_version SET body = 'x'",
	} {
		if err := h.exec(q); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v", q, err)
		}
	}
	// What erasing and undoing need stays possible.
	for _, q := range []string{"UPDATE leaf SET private = ''", "UPDATE revision SET sealed = 'x'"} {
		if err := h.exec(q); err != nil {
			t.Errorf("%s: %v", q, err)
		}
	}
	if err := h.Write(h.ctx, at, func(tx *store.Tx) error { return tx.UndoDecision(h.ctx, "c", scheme.Approve, "x") }); err != nil {
		t.Error(err)
	}
	if ds, err := h.Decisions(h.ctx, "c"); err != nil || ds[0].UndoneBy != "x" || ds[0].UndoneAt == nil {
		t.Errorf("%+v %v", ds, err)
	}
}

// What can never be true is refused by the database, whoever writes it.
func TestRefused_WhatCannotBeTrue(t *testing.T) {
	h := open(t)
	change := func(c *store.Case, f func(c *store.Case)) *store.Case { f(c); return c }
	h.put(row("c", 1), row("c2", 2), draft("d"),
		&store.LivePerson{PersonIndex: "x", CaseID: "c"},
		&store.Hearing{ID: "h", ProgrammeID: "p", CaseID: "c", State: scheme.HearingRunning, OpenedAt: at, UntilAt: at},
		&store.Proposal{ID: "pr", ProgrammeID: "p", CaseID: "c", Move: scheme.Revoke, At: at, State: "open"},
	)
	for what, r := range map[string]any{
		"a number twice":               row("c3", 1),
		"a draft with a number":        change(row("c3", 3), func(c *store.Case) { c.State, c.Place = scheme.Draft, scheme.PlaceNone }),
		"an accepted one without":      change(row("c3", 3), func(c *store.Case) { c.No = nil }),
		"a released one with a seat":   change(row("c3", 3), func(c *store.Case) { c.State = scheme.Released }),
		"a withdrawn one that waits":   change(row("c3", 3), func(c *store.Case) { c.State, c.Place = scheme.Withdrawn, scheme.PlaceWaiting }),
		"an unknown state":             change(row("c3", 3), func(c *store.Case) { c.State = "paid" }),
		"an unknown place":             change(row("c3", 3), func(c *store.Case) { c.Place = "sofa" }),
		"a second draft":               draft("d2"),
		"a case of nobody":             change(row("c3", 3), func(c *store.Case) { c.WorkerID = "nobody" }),
		"a case of no programme":       change(row("c3", 3), func(c *store.Case) { c.ProgrammeID = "none" }),
		"a person twice":               &store.LivePerson{PersonIndex: "x", CaseID: "c2"},
		"two persons in one case":      &store.LivePerson{PersonIndex: "y", CaseID: "c"},
		"two open hearings":            &store.Hearing{ID: "h2", ProgrammeID: "p", CaseID: "c", State: scheme.HearingAnswered, OpenedAt: at, UntilAt: at},
		"two open proposals of a move": &store.Proposal{ID: "pr2", ProgrammeID: "p", CaseID: "c", Move: scheme.Revoke, At: at, State: "open"},
		"a tally over the cap":         &store.Tally{ProgrammeID: "p", Cap: 2, Held: 1, Confirmed: 1, Consumed: 1, Frontier: []byte{}},
		"a tally below nothing":        &store.Tally{ProgrammeID: "p", Cap: 2, Waiting: -1, Frontier: []byte{}},
	} {
		if err := h.try(r); !store.IsConstraint(err) {
			t.Errorf("%s: %v", what, err)
		}
	}
	// The same in another programme, or once the first has ended, is nothing new.
	other := row("c3", 1)
	other.ProgrammeID = "q"
	h.put(other,
		&store.Hearing{ID: "h2", ProgrammeID: "p", CaseID: "c", State: scheme.HearingDropped, OpenedAt: at, UntilAt: at},
		&store.Proposal{ID: "pr2", ProgrammeID: "p", CaseID: "c", Move: scheme.Revoke, At: at, State: "done"},
		&store.Proposal{ID: "pr3", ProgrammeID: "p", CaseID: "c", Move: scheme.SettleFor, At: at, State: "open"},
	)
}

func TestPutCase_AStaleWriteChangesNothing(t *testing.T) {
	h := open(t)
	h.put(row("c", 1))
	errs := make([]error, 8)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			errs[i] = h.Write(h.ctx, at, func(tx *store.Tx) error {
				c := row("c", 1)
				c.Version, c.Name = 2, fmt.Sprint(i)
				return tx.PutCase(h.ctx, c, 1)
			})
		})
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if !errors.Is(err, store.ErrStale) {
			t.Fatal(err)
		}
	}
	if won != 1 {
		t.Fatalf("%d writes of one version", won)
	}
}

// A worker sees his own cases, the desk those of its programmes that were handed
// in; absent and foreign are the same answer.
func TestViewer_ScopesEveryQueryOfPeople(t *testing.T) {
	h := open(t)
	other := row("o", 1)
	other.ProgrammeID, other.WorkerID = "q", "v"
	h.put(row("c", 1), draft("d"), other)
	for _, c := range []struct {
		who  string
		v    store.Viewer
		sees string
	}{
		{"the worker", store.Viewer{AccountID: "w", Worker: true}, "c d"},
		{"another worker", store.Viewer{AccountID: "v", Worker: true}, "o"},
		{"the desk", store.Viewer{AccountID: "x", Programmes: []string{"p"}}, "c"},
		{"the other desk", store.Viewer{AccountID: "x", Programmes: []string{"q"}}, "o"},
		{"both", store.Viewer{AccountID: "x", Programmes: []string{"p", "q"}}, "c o"},
		{"nobody", store.Viewer{}, ""},
		{"staff without a programme", store.Viewer{AccountID: "w"}, ""},
	} {
		var seen []string
		for _, id := range []string{"c", "d", "o", "absent"} {
			got, err := h.Case(h.ctx, c.v, id)
			switch {
			case err == nil && got.ID == id:
				seen = append(seen, id)
			case !store.IsNone(err):
				t.Fatal(err)
			}
		}
		if got := strings.Join(seen, " "); got != c.sees {
			t.Errorf("%s sees %q, want %q", c.who, got, c.sees)
		}
	}
	if c, err := h.CaseByNo(h.ctx, store.Viewer{Programmes: []string{"p"}}, "q", 1); !store.IsNone(err) {
		t.Fatal(c.ID, err)
	}
}

// Instants keep their order to the microsecond, whatever their fraction: SQLite
// compares them as text.
func TestInstants_KeepTheirOrder(t *testing.T) {
	h := open(t)
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		a := time.UnixMicro(rapid.Int64Range(1.6e15, 2.2e15).Draw(rt, "a")).UTC()
		step := rapid.SampledFrom([]int64{0, 1, 9, 10, 100, 999, 1000, 999999, 1000000, 3600e6}).Draw(rt, "step")
		b := a.Add(time.Duration(step) * time.Microsecond)
		zone := time.FixedZone("z", rapid.IntRange(-11, 13).Draw(rt, "zone")*3600)
		id := fmt.Sprint(n)
		h.put(&store.Due{ID: id, ProgrammeID: "p", CaseID: id, Move: scheme.Overdue, DueAt: b})
		d, err := h.NextDue(h.ctx, a.In(zone))
		if found := err == nil; found != (step == 0) || err != nil && !store.IsNone(err) {
			rt.Fatalf("due at %v, asked at %v: %v %v", b, a, found, err)
		}
		if d, err = h.NextDue(h.ctx, b.In(zone)); err != nil || !d.DueAt.Equal(b) {
			rt.Fatalf("due at %v: %v %v", b, d.DueAt, err)
		}
		if err := h.Write(h.ctx, a, func(tx *store.Tx) error { return tx.EndDue(h.ctx, id, "done") }); err != nil {
			rt.Fatal(err)
		}
	})
}

func TestNextDue_InOrderAndWithoutThoseThatFailed(t *testing.T) {
	h := open(t)
	due := func(id string, move scheme.MoveName, after time.Duration) *store.Due {
		return &store.Due{ID: id, ProgrammeID: "p", CaseID: "c" + id, Move: move, DueAt: at.Add(after)}
	}
	h.put(due("1", scheme.EndWaiting, time.Minute), due("3", scheme.Execute, time.Minute), due("2", scheme.Execute, time.Minute), due("9", scheme.Lapse, time.Second), due("0", scheme.Lapse, time.Hour))
	var order []string
	for {
		d, err := h.NextDue(h.ctx, at.Add(time.Minute), order...)
		if store.IsNone(err) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		order = append(order, d.ID)
	}
	if got := strings.Join(order, " "); got != "9 2 3" {
		t.Fatal(got)
	}
	// The end of the list waits for the releases that failed, those of its own
	// programme and no later ones.
	h.put(&store.Due{ID: "4", ProgrammeID: "q", Move: scheme.EndWaiting, DueAt: at.Add(time.Minute)}, due("5", scheme.Execute, time.Hour))
	if d, err := h.NextDue(h.ctx, at.Add(time.Minute), order...); err != nil || d.ID != "4" {
		t.Fatal(d, err)
	}
	if err := h.Write(h.ctx, at, func(tx *store.Tx) error { return tx.EndDues(h.ctx, "c3", "done") }); err != nil {
		t.Fatal(err)
	}
	order = append(order, "4")
	if _, err := h.NextDue(h.ctx, at.Add(time.Minute), order...); !store.IsNone(err) {
		t.Fatal("the list ended while a release was open")
	}
	if err := h.Write(h.ctx, at, func(tx *store.Tx) error { return tx.EndDue(h.ctx, "2", "done") }); err != nil {
		t.Fatal(err)
	}
	if d, err := h.NextDue(h.ctx, at.Add(time.Minute), order...); err != nil || d.ID != "1" {
		t.Fatal(d, err)
	}
	// Ended is ended.
	if err := h.Write(h.ctx, at, func(tx *store.Tx) error { return tx.EndDues(h.ctx, "c9", "done") }); err != nil {
		t.Fatal(err)
	}
	err := h.Write(h.ctx, at, func(tx *store.Tx) error { _, err := tx.LockDue(h.ctx, "9"); return err })
	if !store.IsNone(err) {
		t.Fatal(err)
	}
	if ds, err := h.OpenDues(h.ctx, "c5"); err != nil || len(ds) != 1 {
		t.Fatal(ds, err)
	}
}

// Several runners share the outbox: each row is claimed by one, and comes round
// again when its lease has ended.
func TestClaimOutbox_EachRowByOneRunner(t *testing.T) {
	h := open(t)
	var rows []store.Outbox
	for i := range 200 {
		rows = append(rows, store.Outbox{ID: fmt.Sprintf("%03d", i), ProgrammeID: "p", WorkerID: "w", Channel: "sms", Wording: "accepted", Params: "{}", CreatedAt: at, NextAt: at})
	}
	h.put(&rows)
	claim := func(machine time.Time, limit int) []store.Outbox {
		var got []store.Outbox
		err := h.Write(h.ctx, at, func(tx *store.Tx) (err error) {
			got, err = tx.ClaimOutbox(h.ctx, "r", machine, time.Minute, limit)
			return err
		})
		if err != nil {
			t.Error(err)
		}
		return got
	}
	if got := claim(at.Add(-time.Second), 10); len(got) != 0 {
		t.Fatal("claimed before its time")
	}
	var mu sync.Mutex
	seen := map[string]int{}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for {
				got := claim(at, 7)
				mu.Lock()
				for _, o := range got {
					seen[o.ID]++
				}
				mu.Unlock()
				if len(got) == 0 {
					return
				}
			}
		})
	}
	wg.Wait()
	if len(seen) != 200 {
		t.Fatalf("%d rows claimed", len(seen))
	}
	for id, n := range seen {
		if n != 1 {
			t.Fatalf("row %s was claimed %d times", id, n)
		}
	}
	again := claim(at.Add(61*time.Second), 300)
	if len(again) != 200 || again[0].Attempts != 2 {
		t.Fatalf("%d rows come round again", len(again))
	}
	sent := at
	if err := h.Write(h.ctx, at, func(tx *store.Tx) error { return tx.EndOutbox(h.ctx, "000", &sent, nil, at, "") }); err != nil {
		t.Fatal(err)
	}
	if got := claim(at.Add(time.Hour), 300); len(got) != 199 {
		t.Fatalf("%d rows after one was sent", len(got))
	}
}

// A transaction that fails at any point leaves nothing, and the next one works.
func TestWrite_NothingOfAFailedActStays(t *testing.T) {
	h := open(t)
	for i := range 5 {
		err := h.Write(h.ctx, at, func(tx *store.Tx) error {
			for j := range i {
				if err := tx.SetFact(h.ctx, fmt.Sprint(j), "x"); err != nil {
					return err
				}
			}
			return tx.Insert(h.ctx, &store.Worker{ID: "w", PhoneIndex: "again", PhoneSealed: []byte{1}, CreatedAt: at})
		})
		if !store.IsUnique(err) {
			t.Fatal(err)
		}
	}
	func() {
		defer func() { recover() }()
		h.Write(h.ctx, at, func(tx *store.Tx) error {
			tx.SetFact(h.ctx, "0", "x")
			panic("a fault in an act")
		})
	}()
	if v, err := h.Fact(h.ctx, "0"); v != "" || err != nil {
		t.Fatal(v, err)
	}
	if err := h.Write(h.ctx, at, func(tx *store.Tx) error { return tx.SetFact(h.ctx, "0", "y") }); err != nil {
		t.Fatal(err)
	}
}

func TestMigrate_TwiceIsNothing(t *testing.T) {
	h := open(t)
	if err := h.Migrate(h.ctx); err != nil {
		t.Fatal(err)
	}
	if err := h.Ping(h.ctx); err != nil {
		t.Fatal(err)
	}
}
