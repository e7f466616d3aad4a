package sample

import "testing"

func TestIDNumber_NoTwoPeopleShareOne(t *testing.T) {
	seen := map[string]int{}
	for n := range 20000 {
		id := IDNumber(n)
		if m, ok := seen[id]; ok {
			t.Fatalf("%d and %d share a number", m, n)
		}
		seen[id] = n
	}
}
