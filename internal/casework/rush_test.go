package casework_test

import (
	"errors"
	"flag"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/files"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/store/storetest"
	"yuanmeng/internal/vault"
)

// go test -run Rush ./internal/casework -args -rush.rounds=20
var rushRounds = flag.Int("rush.rounds", 3, "how often the opening rush is played")

// TestRush is the opening second: 5,000 people hand in at once, some of them
// twice, on 100 seats and 50 waiting places.
func TestRush(t *testing.T) {
	n, seats, waiting, rounds := 5000, 100, 50, *rushRounds
	if testing.Short() {
		n, seats, waiting, rounds = 500, 20, 10, 1
	}
	for round := range rounds {
		t.Run(fmt.Sprint(round+1), func(t *testing.T) { rush(t, n, seats, waiting, 1) })
	}
}

// TestRush_TwoNodes is the same at two nodes of the program on one server.
func TestRush_TwoNodes(t *testing.T) {
	if storetest.Engine() != store.Postgres {
		t.Skip("one file has one program")
	}
	n, seats, waiting := 3000, 100, 50
	if testing.Short() {
		n, seats, waiting = 400, 20, 10
	}
	rush(t, n, seats, waiting, 2)
}

// tap is one tap on the button: the key it carried, and what came back.
type tap struct {
	key, no int // no 0: full
}

func rush(t *testing.T, n, seats, waiting, nodes int) {
	target := storetest.Target(t)
	keys := vault.Random()
	fs, err := files.New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var works []*casework.Work
	var k *kit
	for i := range nodes {
		db, err := store.Open(t.Context(), target, nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		if i == 0 {
			if err := db.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			k = kitOn(t, db, keys, fs, small("xianan-2026", seats, waiting))
			works = append(works, k.w)
		} else {
			works = append(works, casework.New(db, keys, fs, k.clock.now, k.machine.now))
		}
		works[i].Start(t.Context())
	}

	people := k.crowd(n, nil)

	// Every tenth taps twice, on two nodes where there are two. The clock of the
	// history counts events; nothing is measured.
	var ticks atomic.Int64
	var mu sync.Mutex
	var history []porcupine.Operation
	submit := func(node, i int) (casework.Acceptance, error) {
		called := ticks.Add(1)
		a, err := works[node%nodes].Submit(k.ctx, people[i].worker, people[i].caseID, 0, k.clock.now())
		back := ticks.Add(1)
		if err == nil || casework.RefusedCode(err) == "full" {
			mu.Lock()
			history = append(history, porcupine.Operation{ClientId: len(history), Input: i, Call: called, Output: tap{i, a.No}, Return: back})
			mu.Unlock()
		}
		return a, err
	}
	var wg sync.WaitGroup
	start := make(chan struct{})
	errs := make(chan error, 2*n)
	for i := range n {
		for tap := range 1 + btoi(i%10 == 0) {
			wg.Go(func() {
				<-start
				if _, err := submit(i+tap, i); err != nil && casework.RefusedCode(err) != "full" {
					errs <- err
				}
			})
		}
	}
	began := time.Now()
	close(start)
	wg.Wait()
	t.Logf("%d taps answered after %v", len(history), time.Since(began).Round(time.Millisecond))
	close(errs)
	for err := range errs {
		t.Fatalf("neither a number nor full: %v", err)
	}

	// Everybody taps again, later: the first answer for those who have one.
	numbers := map[int]int{}
	for _, op := range history {
		out := op.Output.(tap)
		if was, ok := numbers[out.key]; ok && was != out.no && was != 0 && out.no != 0 {
			t.Fatalf("one key, numbers %d and %d", was, out.no)
		}
		numbers[out.key] = max(numbers[out.key], out.no)
	}
	var given []int
	for i, no := range numbers {
		if no == 0 {
			continue
		}
		given = append(given, no)
		a, err := submit(i, i)
		want := scheme.PlaceHeld
		if no > seats {
			want = scheme.PlaceWaiting
		}
		if err != nil || a.No != no || !a.Again || a.Place != want || a.Place == scheme.PlaceWaiting && a.Rank != no-seats {
			t.Fatalf("number %d again: %+v %v", no, a, err)
		}
	}
	slices.Sort(given)
	if len(given) != seats+waiting || given[0] != 1 || given[len(given)-1] != seats+waiting {
		t.Fatalf("%d numbers", len(given))
	}
	ta := k.tally()
	if ta.Held != seats || ta.Waiting != waiting || ta.LastNo != int64(seats+waiting) {
		t.Fatalf("tally %+v", ta)
	}
	k.sound()
	if r := porcupine.CheckOperationsTimeout(gateModel(seats+waiting), history, time.Minute); r != porcupine.Ok {
		t.Fatalf("the history is not linearizable: %v", r)
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// gateModel is the gate as one person with a book would keep it: the next number
// for a new key while there is room, the old number for an old key.
func gateModel(room int) porcupine.Model {
	return porcupine.Model{
		Init: func() any { return []int{} },
		Step: func(state, in, out any) (bool, any) {
			book, got := state.([]int), out.(tap)
			at := slices.Index(book, in.(int))
			switch {
			case at >= 0:
				return got.no == at+1, book
			case len(book) == room:
				return got.no == 0, book
			case got.no == len(book)+1:
				return true, append(slices.Clone(book), in.(int))
			}
			return false, book
		},
		Equal: func(a, b any) bool { return slices.Equal(a.([]int), b.([]int)) },
	}
}

// The gate says busy at once when it is full or closed, and never leaves anybody
// waiting; whoever goes away in the middle finds his answer with the same key.
func TestRush_WhoeverLeavesFindsHisAnswer(t *testing.T) {
	k := newKit(t)
	pe := k.ready()
	door := k.w.Door()
	k.w.Hold(door) // one before him takes long
	ctx, cancel := contextWithCancel()
	gone := make(chan error)
	go func() {
		_, err := k.w.Submit(ctx, pe.worker, pe.caseID, 0, k.clock.now())
		gone <- err
	}()
	for k.w.Ready() < 1 {
		yield()
	}
	cancel()
	if err := <-gone; !errors.Is(err, ctx.Err()) {
		t.Fatal(err)
	}
	k.w.Release(door)
	a, err := pe.submit()
	if err != nil || a.No != 1 || !a.Again {
		t.Fatalf("%+v %v", a, err)
	}
	k.sound()
}

func TestRush_OldInTheQueueHasNoEffect(t *testing.T) {
	k := newKit(t)
	pe := k.ready()
	door := k.w.Door()
	k.w.Hold(door)
	answer := make(chan error)
	go func() {
		_, err := k.w.Submit(k.ctx, pe.worker, pe.caseID, 0, k.clock.now())
		answer <- err
	}()
	for k.w.Ready() < 1 {
		yield()
	}
	k.machine.to(k.machine.now().Add(6 * time.Second))
	k.w.Release(door)
	if err := <-answer; !errors.Is(err, casework.ErrBusy) {
		t.Fatal(err)
	}
	if ta := k.tally(); ta.LastNo != 0 {
		t.Fatalf("tally %+v", ta)
	}
	if a, err := pe.submit(); err != nil || a.No != 1 || a.Again {
		t.Fatalf("%+v %v", a, err)
	}
}

func TestRush_AClosedGateAnswers(t *testing.T) {
	k := newKit(t)
	a, b := k.ready(), k.ready()
	ctx, cancel := contextWithCancel()
	w := casework.New(k.db, k.keys, nil, k.clock.now, k.machine.now)
	w.Start(ctx)
	door := w.Door()
	w.Hold(door)
	answer := make(chan error)
	go func() {
		_, err := w.Submit(k.ctx, a.worker, a.caseID, 0, k.clock.now())
		answer <- err
	}()
	for w.Ready() < 1 {
		yield()
	}
	cancel()
	w.Wait()
	if err := <-answer; !errors.Is(err, casework.ErrBusy) {
		t.Fatal(err)
	}
	if _, err := w.Submit(k.ctx, b.worker, b.caseID, 0, k.clock.now()); !errors.Is(err, casework.ErrBusy) {
		t.Fatal(err)
	}
}

// A draft that changes between being made ready and the commit is handed in as it
// is then; one that was discarded stays discarded.
func TestSubmit_TakesTheDraftAsItStands(t *testing.T) {
	k := newKit(t)
	for _, discard := range []bool{false, true} {
		pe := k.ready()
		door := k.w.Door()
		k.w.Hold(door)
		answer := make(chan error)
		var a casework.Acceptance
		go func() {
			var err error
			a, err = k.w.Submit(k.ctx, pe.worker, pe.caseID, 0, k.clock.now())
			answer <- err
		}()
		for k.w.Ready() < 1 {
			yield()
		}
		if discard {
			k.must(k.w.Discard(k.ctx, pe.worker, pe.caseID))
		} else {
			k.must(pe.put("post", "电焊工"))
		}
		k.w.Release(door)
		err := <-answer
		if discard {
			if !errors.Is(err, casework.ErrNotFound) {
				t.Fatal(err)
			}
			if _, err := k.db.CaseRow(k.ctx, pe.caseID); !store.IsNone(err) {
				t.Fatal("a discarded draft came back", err)
			}
			continue
		}
		if err != nil || a.No != 1 || a.Again {
			t.Fatalf("%+v %v", a, err)
		}
		app, err := k.w.Submitted(k.ctx, pe.row(), 0)
		k.must(err)
		if app.Answers.Post != "电焊工" {
			t.Fatalf("handed in with %q", app.Answers.Post)
		}
	}
	k.sound()
}

// One row that the database refuses fails alone: the batch is played again row by
// row, on PostgreSQL too, where a refused statement ends the transaction.
func TestSubmit_OneBadRowFailsAlone(t *testing.T) {
	k := newKit(t)
	bad := k.ready()
	// A revision that only the constraint knows of.
	k.must(k.db.Write(k.ctx, k.clock.now(), func(tx *store.Tx) error {
		return tx.Insert(k.ctx, &store.Revision{CaseID: bad.caseID, N: 1, Answers: "{}", Sealed: []byte{}, Files: "{}", At: tx.Now})
	}))
	door := k.w.Door()
	k.w.Hold(door)
	people := []*person{k.ready(), bad, k.ready()}
	got := make([]error, len(people))
	var wg sync.WaitGroup
	for i, pe := range people {
		d := k.w.Door()
		wg.Go(func() { _, got[i] = k.w.Submit(k.ctx, pe.worker, pe.caseID, d, k.clock.now()) })
	}
	for k.w.Ready() < len(people) {
		yield()
	}
	k.w.Release(door)
	wg.Wait()
	if got[0] != nil || !store.IsConstraint(got[1]) || got[2] != nil {
		t.Fatal(got)
	}
	people[0].no, people[2].no = 1, 2
	people[0].is(scheme.Accepted, scheme.PlaceHeld)
	people[2].is(scheme.Accepted, scheme.PlaceHeld)
	k.sound()
}
