package proof

import (
	"fmt"
	"iter"
	"slices"
	"sort"
	"time"
)

// BandOther is the band of a number whose band was never opened.
const BandOther = 2

// place is one waiting place in the public order.
type place struct{ band, n int }

func (p place) before(q place) bool { return p.band < q.band || p.band == q.band && p.n < q.n }

// Board is the public state of a programme, computed from leaves alone. The
// zero value is the state before the first leaf.
type Board struct {
	Programme string
	Cap, Max  int
	K         int   // last acceptance number given
	Txn       int64 // last transaction applied
	Size      int64 // leaves applied
	Closed    bool  // the waiting list has ended

	seated    map[int]bool
	waiting   []place // in order
	suspended map[int]bool
	bands     map[int]int  // opened or reinstated, others are BandOther
	left      map[int]bool // numbers that have given up a seat
	opened    map[int64]bool
	epochs    []Recovery
}

// AuditLog is the id of the log of what staff and administrators did. It holds
// event leaves and epochs, and the rule about seats says nothing of it.
const AuditLog = "@audit"

// Recovery is an epoch leaf and its instant: a backup was put back then.
type Recovery struct {
	Epoch
	At time.Time
}

// Recoveries are the epochs of the log so far, oldest first.
func (b *Board) Recoveries() []Recovery { return slices.Clone(b.epochs) }

// lost says whether a number was passed over by an epoch.
func (b *Board) lost(n int) bool {
	return slices.ContainsFunc(b.epochs, func(e Recovery) bool { return n >= e.From && n <= e.To })
}

// RuleError says where a log does not follow the public rule.
type RuleError struct {
	Txn int64
	I   int // leaf of the transaction; -1: the transaction as a whole
	N   int // acceptance number, 0 where none is meant
	// Rule is the rule broken, one word: empty, order, programme, begin,
	// unknown, cap, number, full, leave, open, reinstate, epoch or seats.
	Rule string
	Why  string // in English
	// Of seats: whom the rule seats, and whom the log seats.
	Want, Got []int
}

func (e *RuleError) Error() string {
	s := fmt.Sprintf("transaction %d", e.Txn)
	if e.I >= 0 {
		s += fmt.Sprintf(", leaf %d", e.I)
	}
	if e.N > 0 {
		s += fmt.Sprintf(", number %d", e.N)
	}
	return s + ": " + e.Why
}

func (b *Board) band(n int) int {
	if x, ok := b.bands[n]; ok {
		return x
	}
	return BandOther
}

func (b *Board) find(n int) (int, bool) {
	p := place{b.band(n), n}
	i := sort.Search(len(b.waiting), func(i int) bool { return !b.waiting[i].before(p) })
	return i, i < len(b.waiting) && b.waiting[i] == p
}

func (b *Board) join(n int) {
	i, there := b.find(n)
	if !there {
		b.waiting = slices.Insert(b.waiting, i, place{b.band(n), n})
	}
}

func (b *Board) drop(n int) bool {
	i, there := b.find(n)
	if there {
		b.waiting = slices.Delete(b.waiting, i, i+1)
	}
	return there
}

// Apply takes one transaction. get gives an earlier leaf by its index in the
// log (needed for band leaves only); leaves of this transaction are not asked
// for. The error, a *RuleError, names what does not follow the rule; the board
// is then of no further use.
func (b *Board) Apply(txn []Leaf, get func(index int64) (Leaf, bool)) error {
	if len(txn) == 0 {
		return &RuleError{Txn: b.Txn + 1, I: -1, Rule: "empty", Why: "no leaves"}
	}
	if b.seated == nil {
		b.seated, b.suspended, b.bands = map[int]bool{}, map[int]bool{}, map[int]int{}
		b.left, b.opened = map[int]bool{}, map[int64]bool{}
		b.Programme = txn[0].Programme
	}
	no := b.Txn + 1
	first := b.Size
	var seats []int
	for i := range txn {
		l := &txn[i]
		fail := func(rule, why string, args ...any) error {
			return &RuleError{Txn: no, I: i, N: l.N, Rule: rule, Why: fmt.Sprintf(why, args...)}
		}
		switch {
		case l.Txn != no || l.I != i:
			return fail("order", "numbered %d/%d instead of %d/%d", l.Txn, l.I, no, i)
		case l.Programme != b.Programme:
			return fail("programme", "of another programme")
		case b.Programme == AuditLog && l.Kind != "event" && l.Kind != "epoch", b.Programme != AuditLog && l.Kind == "event":
			return fail("programme", "a kind of another log")
		case b.Size == 0 && l.Kind != "rules" && b.Programme != AuditLog:
			return fail("begin", "the log does not begin with rules")
		case l.Kind != "accept" && l.N > 0 && (l.N > b.K || b.lost(l.N)):
			return fail("unknown", "this number was never given")
		}
		switch l.Kind {
		case "rules":
			if len(b.seated) > l.Cap {
				return fail("cap", "the cap %d is below the %d seated", l.Cap, len(b.seated))
			}
			b.Cap, b.Max = l.Cap, l.Max
		case "accept":
			if l.N != b.K+1 {
				return fail("number", "the next number is %d", b.K+1)
			}
			if len(b.seated) >= b.Cap && len(b.waiting) >= b.Max && !suspends(txn[i+1:], l.N) {
				return fail("full", "accepted although %d seats and %d waiting places are full", b.Cap, b.Max)
			}
			b.K = l.N
			b.join(l.N)
		case "leave":
			if b.seated[l.N] {
				delete(b.seated, l.N)
				b.left[l.N] = true
			} else if !b.drop(l.N) {
				return fail("leave", "leaves without a seat or a waiting place")
			}
			delete(b.suspended, l.N)
		case "suspend":
			b.suspended[l.N] = true
		case "resume":
			delete(b.suspended, l.N)
		case "open":
			if err := b.open(l, first, txn, get); err != nil {
				return fail("open", "%v", err)
			}
		case "reinstate":
			if !b.left[l.N] {
				return fail("reinstate", "reinstated without having lost a seat")
			}
			delete(b.left, l.N)
			b.bands[l.N] = 0
			b.join(l.N)
		case "endwaiting":
			b.waiting, b.Closed = nil, true
			clear(b.suspended)
		case "epoch":
			e := l.Epoch
			if len(txn) != 1 || e.Kept != b.Size || e.From != 0 && e.From != b.K+1 {
				return fail("epoch", "the epoch does not name what was restored")
			}
			b.epochs = append(b.epochs, Recovery{*e, l.At})
			b.K = max(b.K, e.To)
		case "seat":
			seats = append(seats, l.N)
		}
		b.Size++
	}
	want := b.Entitled()
	if !slices.Equal(seats, want) {
		return &RuleError{Txn: no, I: -1, Rule: "seats", Want: want, Got: seats, Why: fmt.Sprintf("the rule seats %s, the log seats %s", list(want), list(seats))}
	}
	for _, n := range want {
		b.drop(n)
		b.seated[n] = true
	}
	b.Txn = no
	return nil
}

// suspends says whether the leaves suspend a number: somebody whose ID another
// had submitted first is accepted beside a full list, and stands still until two
// persons have decided.
func suspends(ls []Leaf, n int) bool {
	return slices.ContainsFunc(ls, func(l Leaf) bool { return l.Kind == "suspend" && l.N == n })
}

func (b *Board) open(l *Leaf, first int64, txn []Leaf, get func(int64) (Leaf, bool)) error {
	if l.Open == nil {
		return fmt.Errorf("no opening")
	}
	at := l.Open.Index
	var band Leaf
	ok := false
	switch {
	case at < 0 || at >= b.Size:
	case at >= first:
		band, ok = txn[at-first], true
	case get != nil:
		band, ok = get(at)
	}
	switch {
	case !ok || band.Kind != "band":
		return fmt.Errorf("leaf %d is not an earlier band leaf", at)
	case b.opened[at]:
		return fmt.Errorf("band leaf %d was opened before", at)
	}
	if err := l.Open.opens(band.C, l.N); err != nil {
		return err
	}
	b.opened[at] = true
	waits := b.drop(l.N)
	b.bands[l.N] = l.Open.Band
	if waits {
		b.join(l.N)
	}
	return nil
}

// list prints numbers for an error.
func list(ns []int) string {
	if len(ns) == 0 {
		return "nobody"
	}
	return fmt.Sprint(ns)
}

// Entitled gives the numbers that the rule seats now, in order: the first free
// places by (band, number), without those suspended.
func (b *Board) Entitled() []int {
	free := b.Cap - len(b.seated)
	if b.Closed || free <= 0 {
		return nil
	}
	var out []int
	for _, p := range b.waiting[:min(free, len(b.waiting))] {
		if !b.suspended[p.n] {
			out = append(out, p.n)
		}
	}
	return out
}

// Seated gives the seated numbers in ascending order.
func (b *Board) Seated() []int { return keys(b.seated) }

// Waiting gives the waiting numbers in the public order.
func (b *Board) Waiting() []int {
	out := make([]int, len(b.waiting))
	for i, p := range b.waiting {
		out[i] = p.n
	}
	return out
}

// Suspended gives the numbers under a hearing, in ascending order.
func (b *Board) Suspended() []int { return keys(b.suspended) }

func keys(m map[int]bool) []int {
	out := make([]int, 0, len(m))
	for n := range m {
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

// follower applies leaves as they come and remembers the band leaves.
type follower struct {
	board Board
	run   []Leaf
	bands map[int64]Leaf
	next  int64
}

func (f *follower) leaf(l Leaf) error {
	if len(f.run) > 0 && l.Txn != f.run[0].Txn {
		if err := f.end(); err != nil {
			return err
		}
	}
	if l.Kind == "band" {
		if f.bands == nil {
			f.bands = map[int64]Leaf{}
		}
		f.bands[f.next] = l
	}
	f.next++
	f.run = append(f.run, l)
	return nil
}

func (f *follower) end() error {
	if len(f.run) == 0 {
		return nil
	}
	err := f.board.Apply(f.run, func(i int64) (Leaf, bool) { l, ok := f.bands[i]; return l, ok })
	f.run = f.run[:0]
	return err
}

// Replay follows a whole log from its first leaf and gives the board at its
// end, or the first thing that does not follow the rule.
func Replay(leaves iter.Seq2[Leaf, error]) (*Board, error) {
	var f follower
	for l, err := range leaves {
		if err != nil {
			return nil, err
		}
		if err := f.leaf(l); err != nil {
			return nil, err
		}
	}
	if err := f.end(); err != nil {
		return nil, err
	}
	return &f.board, nil
}

// Place is a waiting place as the program sees it: its true band beside the one
// the public log shows.
type Place struct {
	N         int
	Band      int // true
	Public    int // opened or reinstated; BandOther if never opened
	Suspended bool
}

// NeedOpen decides, for a transaction that leaves free seats, whose bands the
// program must open, and in which order the seat leaves must then come.
//
// It computes the rule with the true and with the public bands. Only where the
// seated differ are the bands of the entitled opened (and that of a place which
// an earlier opening, since withdrawn, would still put before them). So the log
// tells no more about priority than the seats themselves do.
func NeedOpen(free int, waiting []Place) (open, seat []int) {
	truth := func(p *Place) int { return p.Band }
	public := func(p *Place) int { return p.Public }
	ps := slices.Clone(waiting)
	want := first(free, ps, truth)
	wanted := map[int]bool{}
	for _, p := range want {
		wanted[p.N] = true
	}
	goal := seatable(want)
	slices.Sort(goal)
	for round := 0; ; round++ {
		have := first(free, ps, public)
		seat = seatable(have)
		sorted := slices.Sorted(slices.Values(seat))
		if slices.Equal(sorted, goal) {
			return open, seat
		}
		for i := range ps {
			p := &ps[i]
			stale := round > 0 && p.Public < p.Band && slices.ContainsFunc(have, func(q Place) bool { return q.N == p.N })
			if p.Public != p.Band && (round == 0 && wanted[p.N] || stale) {
				p.Public = p.Band
				open = append(open, p.N)
			}
		}
	}
}

// first gives the first places in the order of a band and the number.
func first(free int, ps []Place, band func(*Place) int) []Place {
	out := slices.Clone(ps)
	slices.SortFunc(out, func(a, b Place) int {
		if d := band(&a) - band(&b); d != 0 {
			return d
		}
		return a.N - b.N
	})
	return out[:max(0, min(free, len(out)))]
}

func seatable(ps []Place) (out []int) {
	for _, p := range ps {
		if !p.Suspended {
			out = append(out, p.N)
		}
	}
	return out
}
