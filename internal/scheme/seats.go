package scheme

import "sort"

// Waiting is one waiting place as the seat rule sees it.
type Waiting struct {
	No        int
	Band      int
	Suspended bool
}

// Entitled gives, of the places that wait, the numbers of those that are to be
// seated now: the first free places by (band, number) are entitled; one under a
// hearing keeps its seat free until the hearing ends (DESIGN §2.2, S1). It is
// the only rule that gives a seat.
func Entitled(free int, list []Waiting) []int {
	if free <= 0 || len(list) == 0 {
		return nil
	}
	sorted := append([]Waiting(nil), list...)
	sort.Slice(sorted, func(i, j int) bool {
		if sorted[i].Band != sorted[j].Band {
			return sorted[i].Band < sorted[j].Band
		}
		return sorted[i].No < sorted[j].No
	})
	var out []int
	for i, w := range sorted {
		if i == free {
			break
		}
		if !w.Suspended {
			out = append(out, w.No)
		}
	}
	return out
}

// Rank is the position of a number in the waiting list, from 1; 0 if absent.
func Rank(no int, list []Waiting) int {
	var me *Waiting
	for i := range list {
		if list[i].No == no {
			me = &list[i]
		}
	}
	if me == nil {
		return 0
	}
	rank := 1
	for _, w := range list {
		if w.Band < me.Band || w.Band == me.Band && w.No < me.No {
			rank++
		}
	}
	return rank
}
