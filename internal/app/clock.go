package app

import (
	"context"
	"sync"
	"time"

	"yuanmeng/internal/store"
)

// Clock is the programme clock: it dates acts, deadlines, numbers and the log.
// It never goes back, not even over a restart, and moves forward only. The
// machine clock beside it is never moved.
type Clock struct {
	mu      sync.Mutex
	machine func() time.Time
	offset  time.Duration
	last    time.Time
}

// NewClock makes a programme clock that runs with the machine's, offset ahead.
func NewClock(machine func() time.Time, offset time.Duration, last time.Time) *Clock {
	return &Clock{machine: machine, offset: offset, last: last}
}

// Now is the programme's present instant, to the millisecond.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.machine().Add(c.offset).UTC().Truncate(time.Millisecond)
	if now.Before(c.last) {
		return c.last
	}
	c.last = now
	return now
}

// Forward moves the clock to at if that lies ahead.
func (c *Clock) Forward(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d := at.Sub(c.machine().Add(c.offset)); d > 0 {
		c.offset += d
	}
}

// Offset is how far the programme clock is ahead of the machine's.
func (c *Clock) Offset() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.offset
}

const (
	factClock  = "clock"        // the programme clock's high-water mark
	factOffset = "clock_offset" // of a demo, so that a restart goes on where it was
	factKeys   = "keys"         // fingerprint of the key file
)

// keep writes the clock's high-water mark, at most once a minute by its caller.
func (c *Clock) keep(ctx context.Context, db *store.DB) error {
	now := c.Now()
	return db.Write(ctx, now, func(tx *store.Tx) error {
		if err := tx.SetFact(ctx, factOffset, c.Offset().String()); err != nil {
			return err
		}
		return tx.SetFact(ctx, factClock, now.Format(time.RFC3339Nano))
	})
}

// restoreClock reads the clock that an earlier run left.
func restoreClock(ctx context.Context, db *store.DB, machine func() time.Time) (*Clock, error) {
	mark, err := db.Fact(ctx, factClock)
	if err != nil {
		return nil, err
	}
	off, err := db.Fact(ctx, factOffset)
	if err != nil {
		return nil, err
	}
	var last time.Time
	var offset time.Duration
	if mark != "" {
		if last, err = time.Parse(time.RFC3339Nano, mark); err != nil {
			return nil, err
		}
	}
	if off != "" {
		if offset, err = time.ParseDuration(off); err != nil {
			return nil, err
		}
	}
	return NewClock(machine, offset, last), nil
}
