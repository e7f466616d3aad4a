package casework

import (
	"container/heap"
	"context"
	"errors"
	"math"
	"runtime"
	"sync"
	"time"
)

const (
	gateQueue = 8192            // bounded: beyond it the page retries by itself
	gateBatch = 1000            // rows of one commit
	gateAge   = 5 * time.Second // older than this in the queue: no effect, try again
)

// errChanged says that the draft was changed while it was made ready: it is made
// ready again, with its place at the door.
var errChanged = errors.New("casework: the draft has changed")

// gate commits submissions in batches: whatever has become ready while the
// previous commit ran, no timer (DESIGN §4). They are numbered in the order of
// the door, within a batch and from one batch to the next: one that is ready
// waits for those that were received before it and are still being checked.
type gate struct {
	kind   GateKind
	making chan struct{} // at most so many are checked and sealed at once
	wake   chan struct{} // something may be ready
	done   chan struct{}

	mu     sync.Mutex
	last   int64         // last place given at the door
	inside map[int64]int // places whose submission is still being made ready
	doors  places        // the same as a heap; those that left are dropped late
	ready  submissions   // by door
	shut   bool
}

// Start opens the gate; it runs until ctx ends, then answers what has queued.
func (w *Work) Start(ctx context.Context) { w.StartAs(ctx, GateBatch) }

// StartAs opens a gate of another kind; only bench/ does.
func (w *Work) StartAs(ctx context.Context, kind GateKind) {
	if kind == GateUnkept {
		w.DB.Quicken(8) // no writer wants a core for itself
	}
	w.gate = &gate{
		kind: kind, making: make(chan struct{}, kind.makers(w.DB.Engine, runtime.GOMAXPROCS(0))), wake: make(chan struct{}, 1), done: make(chan struct{}), inside: map[int64]int{},
	}
	go w.gate.run(ctx, w)
}

// Wait blocks until the gate has answered everything after its context ended.
func (w *Work) Wait() {
	if w.gate != nil {
		<-w.gate.done
	}
}

// Door gives the next place in the order of receiving, for a caller that hands in
// later. Submit takes a place itself where it is given none.
func (w *Work) Door() int64 {
	w.gate.mu.Lock()
	defer w.gate.mu.Unlock()
	w.gate.last++
	return w.gate.last
}

func (g *gate) run(ctx context.Context, w *Work) {
	defer close(g.done)
	for {
		select {
		case <-g.wake:
		case <-ctx.Done():
			g.close()
			return
		}
		for {
			batch := g.take(g.kind.most())
			if len(batch) == 0 {
				break
			}
			if g.kind == GateUnkept {
				w.answerUnkept(batch)
				continue
			}
			w.commitBatch(context.WithoutCancel(ctx), batch)
		}
	}
}

// close turns away what is ready and what will come.
func (g *gate) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut = true
	for _, s := range g.ready {
		s.reply <- answer{err: ErrBusy}
	}
	g.ready = nil
}

// come notes that a submission is being made ready. Without a place it gets the
// next one in the same instant, so that none can come between.
func (g *gate) come(door int64) int64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	if door == 0 {
		g.last++
		door = g.last
	}
	if g.inside[door]++; g.inside[door] == 1 {
		heap.Push(&g.doors, door)
	}
	return door
}

// leave notes that a submission will not become ready.
func (g *gate) leave(door int64) {
	g.mu.Lock()
	g.left(door)
	g.mu.Unlock()
	g.call()
}

func (g *gate) left(door int64) {
	if g.inside[door]--; g.inside[door] <= 0 {
		delete(g.inside, door)
	}
}

func (g *gate) call() {
	select {
	case g.wake <- struct{}{}:
	default:
	}
}

// first is the earliest place that is still being made ready.
func (g *gate) first() int64 {
	for len(g.doors) > 0 {
		if d := g.doors[0]; g.inside[d] > 0 {
			return d
		}
		heap.Pop(&g.doors)
	}
	return math.MaxInt64
}

// take gives the next batch in the order of the door.
func (g *gate) take(most int) []*submission {
	g.mu.Lock()
	defer g.mu.Unlock()
	first := g.first()
	var batch []*submission
	for len(batch) < most && len(g.ready) > 0 && g.ready[0].door < first {
		batch = append(batch, heap.Pop(&g.ready).(*submission))
	}
	return batch
}

// enter hands over a submission that is ready and waits for its answer, which
// comes after the commit. A caller that goes away changes nothing: the answer is
// read again with the same key.
func (g *gate) enter(ctx context.Context, s *submission) (Acceptance, error) {
	s.reply = make(chan answer, 1)
	g.mu.Lock()
	g.left(s.door)
	full := g.shut || len(g.ready) >= gateQueue
	if !full {
		heap.Push(&g.ready, s)
	}
	g.mu.Unlock()
	g.call()
	if full {
		return Acceptance{}, ErrBusy
	}
	select {
	case a := <-s.reply:
		return a.acc, a.err
	case <-ctx.Done():
		return Acceptance{}, ctx.Err()
	}
}

// places is a heap of places at the door.
type places []int64

func (p places) Len() int           { return len(p) }
func (p places) Less(i, j int) bool { return p[i] < p[j] }
func (p places) Swap(i, j int)      { p[i], p[j] = p[j], p[i] }
func (p *places) Push(x any)        { *p = append(*p, x.(int64)) }
func (p *places) Pop() any {
	x := (*p)[len(*p)-1]
	*p = (*p)[:len(*p)-1]
	return x
}

// submissions is a heap of what is ready, by the door.
type submissions []*submission

func (s submissions) Len() int           { return len(s) }
func (s submissions) Less(i, j int) bool { return s[i].door < s[j].door }
func (s submissions) Swap(i, j int)      { s[i], s[j] = s[j], s[i] }
func (s *submissions) Push(x any)        { *s = append(*s, x.(*submission)) }
func (s *submissions) Pop() any {
	x := (*s)[len(*s)-1]
	(*s)[len(*s)-1] = nil
	*s = (*s)[:len(*s)-1]
	return x
}
