package app

import (
	"testing"
	"time"
)

func TestClock_NeverGoesBack(t *testing.T) {
	machine := time.Date(2026, 7, 15, 12, 0, 0, 0, time.UTC)
	c := NewClock(func() time.Time { return machine }, 0, time.Time{})
	first := c.Now()
	machine = machine.Add(-time.Hour) // somebody sets the machine's clock back
	if got := c.Now(); got.Before(first) {
		t.Fatalf("%v is before %v", got, first)
	}
	c.Forward(first.Add(48 * time.Hour))
	if got := c.Now(); !got.Equal(first.Add(48 * time.Hour)) {
		t.Fatalf("forward: %v", got)
	}
	c.Forward(first)
	if got := c.Now(); got.Before(first.Add(48 * time.Hour)) {
		t.Fatalf("went back to %v", got)
	}
	if d := NewClock(func() time.Time { return machine }, 0, first.Add(time.Hour)).Now(); !d.Equal(first.Add(time.Hour)) {
		t.Fatalf("a restart went back to %v", d)
	}
}
