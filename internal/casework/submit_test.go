package casework_test

import (
	"testing"

	"yuanmeng/internal/scheme"
)

func TestSubmit_GivesNumbersSeatsAndWaitingPlaces(t *testing.T) {
	k := newKit(t)
	for i, want := range []struct {
		place scheme.Place
		rank  int
	}{{scheme.PlaceHeld, 0}, {scheme.PlaceHeld, 0}, {scheme.PlaceWaiting, 1}, {scheme.PlaceWaiting, 2}, {scheme.PlaceWaiting, 3}} {
		pe := k.ready()
		a, err := pe.submit()
		if err != nil || a.No != i+1 || a.Place != want.place || a.Rank != want.rank || a.Again {
			t.Fatalf("%d: %+v %v", i+1, a, err)
		}
		again, err := pe.submit()
		if err != nil || again.No != a.No || again.Rank != a.Rank || !again.Again || !again.At.Equal(a.At) {
			t.Fatalf("the same key again: %+v %v, was %+v", again, err, a)
		}
	}
	_, err := k.ready().submit()
	k.refused(err, "full")
	k.sound()
}
