package store_test

import (
	"regexp"
	"testing"
	"time"

	"yuanmeng/internal/store"
)

func TestNewID_SortsAsMadeEvenWhileTheClockStands(t *testing.T) {
	form := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	at := time.Date(2026, 7, 15, 12, 0, 0, 0, time.UTC)
	last := ""
	for i := range 50000 {
		if i == 40000 {
			at = at.Add(time.Millisecond)
		}
		id := store.NewID(at)
		if !form.MatchString(id) {
			t.Fatalf("no UUIDv7: %s", id)
		}
		if id <= last {
			t.Fatalf("%s after %s", id, last)
		}
		last = id
	}
}
