package casework_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"yuanmeng/internal/files"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store/storetest"
	"yuanmeng/internal/vault"
)

// BenchmarkGate hands in ready drafts with 512 people at once, each of which
// gets a seat: everything from reading the draft to the answer after the commit.
//
//	go test -run - -bench Gate -benchtime 20000x ./internal/casework
func BenchmarkGate(b *testing.B) {
	fs, err := files.New(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	k := kitOn(b, storetest.New(b), vault.Random(), fs, small("xianan-2026", 100000, 0))
	ctx, cancel := context.WithCancel(context.Background())
	k.w.Start(ctx)
	defer func() { cancel(); k.w.Wait() }()
	people := k.crowd(b.N, nil)
	var next atomic.Int64
	var wg sync.WaitGroup
	b.ReportAllocs()
	b.ResetTimer()
	for range 512 {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(people) {
					return
				}
				if a, err := people[i].submit(); err != nil || a.Place != scheme.PlaceHeld {
					b.Errorf("%+v %v", a, err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "submissions/s")
	k.sound()
}

// BenchmarkDecide is one decision at the desk, the whole transaction.
func BenchmarkDecide(b *testing.B) {
	fs, err := files.New(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	k := kitOn(b, storetest.New(b), vault.Random(), fs, small("xianan-2026", 100, 0))
	ctx, cancel := context.WithCancel(context.Background())
	k.w.Start(ctx)
	defer func() { cancel(); k.w.Wait() }()
	pe := k.accepted().passed()
	b.ResetTimer()
	for i := range b.N {
		// Approved by one, undone by the other, so that each is a step of its own.
		move, who := scheme.Approve, district1
		if i%2 == 1 {
			move, who = scheme.UndoApprove, district2
		}
		if err := pe.decide(who, move); err != nil {
			b.Fatal(err)
		}
	}
}
