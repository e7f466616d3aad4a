package casework_test

import (
	"context"
	"sync"
	"testing"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/files"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store/storetest"
	"yuanmeng/internal/vault"
)

// The gates that bench compares give the same answers as the program's, but for
// the one that writes nothing.
func TestGateKinds(t *testing.T) {
	for _, kind := range []casework.GateKind{casework.GateBatch, casework.GateSingle, casework.GateLocked, casework.GateUnkept} {
		t.Run("kind "+string(kind), func(t *testing.T) {
			fs, err := files.New(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			k := kitOn(t, storetest.New(t), vault.Random(), fs, small("xianan-2026", 2, 3))
			ctx, cancel := context.WithCancel(context.Background())
			k.w.StartAs(ctx, kind)
			t.Cleanup(func() { cancel(); k.w.Wait() })
			var people []*person
			for range 5 {
				people = append(people, k.worker().begin().complete())
			}
			var wg sync.WaitGroup
			for _, pe := range people {
				wg.Go(func() {
					a, err := k.w.Submit(ctx, pe.worker, pe.caseID, k.w.Door(), k.clock.now())
					if err != nil || a.No == 0 {
						t.Errorf("submit: number %d, %v", a.No, err)
					}
				})
			}
			wg.Wait()
			ta, err := k.db.Tally(ctx, k.id)
			k.must(err)
			want := [3]int{5, 2, 3}
			if kind == casework.GateUnkept {
				want = [3]int{}
			}
			if got := [3]int{int(ta.LastNo), ta.Held, ta.Waiting}; got != want {
				t.Fatalf("numbers, held and waiting are %v, want %v", got, want)
			}
			c, err := k.db.CaseRow(ctx, people[0].caseID)
			k.must(err)
			if kept := c.State != scheme.Draft; kept == (kind == casework.GateUnkept) {
				t.Fatalf("the case is %s", c.State)
			}
		})
	}
}
