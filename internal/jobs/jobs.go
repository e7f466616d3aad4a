// Package jobs is the clock's own door: what the platform does by itself. It
// makes the moves whose deadline has passed, delivers messages, signs the heads
// of the logs, seals the audit trail and sweeps what is no longer needed. It
// decides nothing: each step calls an act or carries out a booked row, and each
// may run on several nodes at once.
package jobs

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/sms"
	"yuanmeng/internal/store"
	"yuanmeng/internal/vault"
)

// How often each step runs. A signed head at most a minute old is a promise of
// the proof page, so it is tried twice in that time.
const (
	DueEvery        = time.Second
	DeliverEvery    = 2 * time.Second
	CheckpointEvery = 30 * time.Second
	SealEvery       = 30 * time.Second
	SweepEvery      = time.Hour
)

// Jobs is what the steps need.
type Jobs struct {
	Work *casework.Work
	DB   *store.DB
	Keys *vault.Keys
	SMS  sms.Sender
	// Now is the programme clock: it decides what is due and dates the logs.
	Now func() time.Time
	// Machine is the machine clock: leases, retries and the night run on it.
	Machine func() time.Time
	Logger  *slog.Logger
	// Meter is told after each step what it did: its name, how many, and its
	// error. It may be nil.
	Meter func(step string, n int, err error)
	// Tick gives a channel that fires every d until stop is called. nil is a
	// time.Ticker.
	Tick func(d time.Duration) (fire <-chan time.Time, stop func())
	// Host names the installation in the origin of its checkpoints.
	Host string
	// Runner names this process in its leases.
	Runner string
	// ErasedFile lists the destroyed data keys beside the key file, apart from the
	// database; "" where there is no key file.
	ErasedFile string

	erasedKept int // marks known to stand in the file
}

// step is one thing that is done again and again.
type step struct {
	name  string
	every time.Duration
	do    func(context.Context) (int, error)
}

func (j *Jobs) steps() []step {
	return []step{
		{"due", DueEvery, j.Due},
		{"deliver", DeliverEvery, j.Deliver},
		{"checkpoint", CheckpointEvery, j.Checkpoint},
		{"seal_events", SealEvery, j.SealEvents},
		{"sweep", SweepEvery, j.Sweep},
		{"keep_erased", CheckpointEvery, j.KeepErased},
	}
}

// Run runs every step at once and then at its own pace until ctx ends, and
// returns when the last has stopped. The steps run beside one another, so that a
// slow operator of messages delays no deadline; an error is written down and
// the step comes round again.
func (j *Jobs) Run(ctx context.Context) {
	var wg sync.WaitGroup
	for _, s := range j.steps() {
		wg.Go(func() { j.repeat(ctx, s) })
	}
	wg.Wait()
}

func (j *Jobs) repeat(ctx context.Context, s step) {
	tick := j.Tick
	if tick == nil {
		tick = func(d time.Duration) (<-chan time.Time, func()) {
			t := time.NewTicker(d)
			return t.C, t.Stop
		}
	}
	fire, stop := tick(s.every)
	defer stop()
	for {
		n, err := s.do(ctx)
		if ctx.Err() != nil {
			return // the end of the program is no fault
		}
		if err != nil {
			j.Logger.Error("step failed", "step", s.name, "done", n, "err", err)
		}
		if j.Meter != nil {
			j.Meter(s.name, n, err)
		}
		select {
		case <-ctx.Done():
			return
		case <-fire:
		}
	}
}

// dueGrace is how long a deadline waits for what was received before it and still
// stands in the queue of the writer: an answer given in time is read before any
// deadline acts (DESIGN §2.5).
const dueGrace = 5 * time.Second

// Due makes the moves whose deadline has passed and gives how many. After a
// restored backup none acts until two persons have released it: what somebody
// handed in in time may be lost, and his notice lies in the held outbox.
func (j *Jobs) Due(ctx context.Context) (int, error) {
	if held, err := j.DB.Held(ctx); held || err != nil {
		return 0, err
	}
	return j.Work.RunDue(ctx, j.Now().Add(-dueGrace), nil)
}
