package proof

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var (
	testKey   = ed25519.NewKeyFromSeed([]byte("a seed of thirty-two bytes, test"))
	testPub   = testKey.Public().(ed25519.PublicKey)
	testStart = time.Date(2026, 6, 1, 1, 0, 0, 0, time.UTC)
)

const (
	testProgramme = "xianan-2026"
	testOrigin    = "ym.example/xianan-2026"
)

func testHash(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:])
}

// person is what the program knows of a number; the public does not.
type person struct {
	n, band, public int
	bandLeaf        int64
	bandNonce       [32]byte
	bandPrivate     string
	opened          bool // the newest band leaf
	suspended       bool
	nonce           [32]byte
	private         string
	leaf            int64
}

// programme plays the true rule with the true bands and writes leaves, as the
// acts do.
type programme struct {
	cap, max, txn int64
	closed        bool
	people        map[int]*person
	seated        map[int]bool
	waiting       []int
	lost          []int // numbers that gave up a seat
	at            time.Time
	leaves        []Leaf
	run           []Leaf
	openings      int
}

func newProgramme(cap, max int) *programme {
	p := &programme{people: map[int]*person{}, seated: map[int]bool{}, at: testStart}
	p.rules(cap, max)
	p.end()
	return p
}

func (p *programme) add(l Leaf) int64 {
	l.V, l.Programme, l.Txn, l.I, l.At = LeafVersion, testProgramme, p.txn+1, len(p.run), p.at
	if kinds[l.Kind]&hasC != 0 && l.C == "" {
		l.C = testHash(fmt.Sprint(l.Kind, l.N, p.txn, len(p.run)))
	}
	p.run = append(p.run, l)
	return int64(len(p.leaves) + len(p.run) - 1)
}

func (p *programme) rules(cap, max int) {
	until := testStart.AddDate(0, 5, 0)
	p.cap, p.max = int64(cap), int64(max)
	p.add(Leaf{Kind: "rules", Cap: cap, Max: max, PromoteUntil: &until, PlanHash: testHash("plan"), Version: int(p.txn) + 1})
}

func (p *programme) accept() {
	n := len(p.people) + 1
	x := &person{n: n, band: BandOther, public: BandOther, nonce: sha256.Sum256([]byte(fmt.Sprint("nonce", n)))}
	x.private = fmt.Sprintf(`{"case":"c%d","form":"%s"}`, n, testHash("form"))
	x.leaf = p.add(Leaf{Kind: "accept", N: n, C: Commit("accept", x.nonce, []byte(x.private))})
	p.people[n] = x
	p.waiting = append(p.waiting, n)
}

func (p *programme) prove(n, band int) {
	x := p.people[n]
	x.band, x.opened = band, false
	x.bandNonce = sha256.Sum256([]byte(fmt.Sprint("band", n, p.txn)))
	x.bandPrivate = fmt.Sprintf(`{"band":%d,"by":"u","n":%d}`, band, n)
	x.bandLeaf = p.add(Leaf{Kind: "band", C: Commit("band", x.bandNonce, []byte(x.bandPrivate))})
}

func (p *programme) leave(n int) {
	p.add(Leaf{Kind: "leave", N: n})
	p.people[n].suspended = false
	if p.seated[n] {
		delete(p.seated, n)
		p.lost = append(p.lost, n)
		return
	}
	p.waiting = slices.DeleteFunc(p.waiting, func(m int) bool { return m == n })
}

func (p *programme) suspend(n int, on bool) {
	p.people[n].suspended = on
	if on {
		p.add(Leaf{Kind: "suspend", N: n})
	} else {
		p.add(Leaf{Kind: "resume", N: n})
	}
}

func (p *programme) reinstate(n int) {
	p.lost = slices.DeleteFunc(p.lost, func(m int) bool { return m == n })
	x := p.people[n]
	x.band, x.public, x.opened = 0, 0, true
	p.add(Leaf{Kind: "reinstate", N: n})
	p.waiting = append(p.waiting, n)
}

func (p *programme) endWaiting() {
	for _, n := range p.waiting {
		p.people[n].suspended = false
	}
	p.waiting, p.closed = nil, true
	p.add(Leaf{Kind: "endwaiting"})
}

func (p *programme) free() int { return int(p.cap) - len(p.seated) }

// places are the waiting places as NeedOpen takes them.
func (p *programme) places() (out []Place) {
	for _, n := range p.waiting {
		x := p.people[n]
		out = append(out, Place{n, x.band, x.public, x.suspended})
	}
	return out
}

// end seats by the true bands, opens what NeedOpen says and closes the run.
func (p *programme) end() error {
	if !p.closed {
		order := slices.Clone(p.waiting)
		slices.SortFunc(order, func(a, b int) int {
			if d := p.people[a].band - p.people[b].band; d != 0 {
				return d
			}
			return a - b
		})
		var truth []int
		for i, n := range order {
			if i < p.free() && !p.people[n].suspended {
				truth = append(truth, n)
			}
		}
		open, seat := NeedOpen(p.free(), p.places())
		for _, n := range open {
			x := p.people[n]
			p.add(Leaf{Kind: "open", N: n, Open: &Opening{x.bandLeaf, x.band, hex.EncodeToString(x.bandNonce[:]), x.bandPrivate}})
			x.public, x.opened = x.band, true
			p.openings++
		}
		if a, b := slices.Sorted(slices.Values(truth)), slices.Sorted(slices.Values(seat)); !slices.Equal(a, b) {
			return fmt.Errorf("the true bands seat %v, NeedOpen seats %v", a, b)
		}
		for _, n := range seat {
			p.add(Leaf{Kind: "seat", N: n})
			p.seated[n] = true
			p.waiting = slices.DeleteFunc(p.waiting, func(m int) bool { return m == n })
		}
	}
	p.leaves = append(p.leaves, p.run...)
	p.run = nil
	p.txn++
	p.at = p.at.Add(time.Second)
	return nil
}

// act plays one random legal act; false if none was legal.
func (p *programme) act(t *rapid.T) bool {
	pick := func(label string, from []int) int { return rapid.SampledFrom(from).Draw(t, label) }
	var held, free []int
	for _, n := range p.waiting {
		if p.people[n].suspended {
			held = append(held, n)
		} else {
			free = append(free, n)
		}
	}
	in := append(slices.Sorted(slices.Values(p.waiting)), keys(p.seated)...)
	switch rapid.IntRange(0, 13).Draw(t, "act") {
	case 0, 1, 2, 3:
		if p.closed || p.free() <= 0 && len(p.waiting) >= int(p.max) {
			return false
		}
		p.accept()
		if rapid.IntRange(0, 9).Draw(t, "contested") == 0 {
			p.suspend(len(p.people), true)
		}
	case 4, 5:
		if len(in) == 0 {
			return false
		}
		p.leave(pick("leave", in))
	case 6:
		if len(free) == 0 {
			return false
		}
		p.suspend(pick("suspend", free), true)
	case 7:
		if len(held) == 0 {
			return false
		}
		p.suspend(pick("resume", held), false)
	case 8, 9:
		if len(p.waiting) == 0 {
			return false
		}
		n := pick("prove", p.waiting)
		switch p.people[n].band {
		case 2:
			p.prove(n, 1)
		case 1:
			p.prove(n, 2)
		default:
			return false
		}
	case 10:
		p.rules(len(p.seated)+rapid.IntRange(0, 3).Draw(t, "cap"), rapid.IntRange(0, 5).Draw(t, "max"))
	case 11:
		if p.closed || len(p.lost) == 0 {
			return false
		}
		p.reinstate(pick("reinstate", p.lost))
	case 12:
		p.add(Leaf{Kind: rapid.SampledFrom([]string{"amend", "confirm", "unconfirm", "consume", "batch"}).Draw(t, "quiet")})
	case 13:
		if rapid.IntRange(0, 20).Draw(t, "end") != 0 || p.closed {
			return false
		}
		p.endWaiting()
	}
	return true
}

func each(leaves []Leaf) iter.Seq2[Leaf, error] {
	return func(yield func(Leaf, error) bool) {
		for _, l := range leaves {
			if !yield(l, nil) {
				return
			}
		}
	}
}

// seatsFromScratch is a second reading of the public rule. It keeps no state
// but whom it has seated and when: after each transaction it asks every number
// ever given where it stands by reading the whole log so far again, and sorts
// everybody. It never looks at a seat leaf.
func seatsFromScratch(leaves []Leaf) []int {
	type grant struct{ n, after int } // seated after this many leaves
	var grants []grant
	stand := func(n, upto int) (in, seat, held bool, band int) {
		band = 2
		for i := range upto {
			switch l := leaves[i]; {
			case l.Kind == "endwaiting":
				in, held = in && seat, false
			case l.N != n:
			case l.Kind == "accept":
				in = true
			case l.Kind == "leave":
				in, seat, held = false, false, false
			case l.Kind == "suspend" || l.Kind == "resume":
				held = l.Kind == "suspend"
			case l.Kind == "open":
				band = l.Open.Band
			case l.Kind == "reinstate":
				in, band = true, 0
			}
			for _, g := range grants {
				if g.n == n && g.after == i+1 {
					seat = true
				}
			}
		}
		return
	}
	for end := 1; end <= len(leaves); end++ {
		if end < len(leaves) && leaves[end].Txn == leaves[end-1].Txn {
			continue
		}
		cap, closed, given := 0, false, 0
		for _, l := range leaves[:end] {
			switch l.Kind {
			case "rules":
				cap = l.Cap
			case "endwaiting":
				closed = true
			case "accept":
				given++
			}
		}
		var queue []string // sorts as the rule does
		for n := 1; n <= given; n++ {
			in, seat, held, band := stand(n, end)
			if seat {
				cap--
			} else if in {
				queue = append(queue, fmt.Sprintf("%d %09d %v", band, n, held))
			}
		}
		slices.Sort(queue)
		for i, q := range queue {
			if i < cap && !closed && strings.HasSuffix(q, "false") {
				n, err := strconv.Atoi(q[2:11])
				if err != nil {
					panic(err)
				}
				grants = append(grants, grant{n, end})
			}
		}
	}
	var out []int
	for _, g := range grants {
		if _, seat, _, _ := stand(g.n, len(leaves)); seat && !slices.Contains(out, g.n) {
			out = append(out, g.n)
		}
	}
	slices.Sort(out)
	return out
}

func TestSeatsOfRandomHistories(t *testing.T) {
	histories, openings, proved := 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		p := newProgramme(rapid.IntRange(0, 3).Draw(t, "cap"), rapid.IntRange(0, 5).Draw(t, "max"))
		for range rapid.IntRange(1, 60).Draw(t, "acts") {
			if !p.act(t) {
				continue
			}
			if rapid.IntRange(0, 5).Draw(t, "more") == 0 {
				p.act(t)
			}
			if err := p.end(); err != nil {
				t.Fatal(err)
			}
		}
		board, err := Replay(each(p.leaves))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := board.Seated(), keys(p.seated); !slices.Equal(got, want) {
			t.Fatalf("the board seats %v, the program %v", got, want)
		}
		if got, want := seatsFromScratch(p.leaves), keys(p.seated); !slices.Equal(got, want) {
			t.Fatalf("from scratch %v, the program %v", got, want)
		}
		if got, want := len(board.Waiting()), len(p.waiting); got != want {
			t.Fatalf("%d wait, the program says %d", got, want)
		}
		histories++
		openings += p.openings
		for _, l := range p.leaves {
			if l.Kind == "band" {
				proved++
			}
		}
	})
	t.Logf("%d histories, %d band leaves, %d opened", histories, proved, openings)
}

// A log in which one seat leaf names another number must be found out.
func TestWrongSeatIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := newProgramme(2, 4)
		for range 30 {
			if p.act(t) {
				if err := p.end(); err != nil {
					t.Fatal(err)
				}
			}
		}
		var seats []int
		for i, l := range p.leaves {
			if l.Kind == "seat" {
				seats = append(seats, i)
			}
		}
		if len(seats) == 0 {
			t.Skip("nobody was seated")
		}
		i := rapid.SampledFrom(seats).Draw(t, "leaf")
		leaves := slices.Clone(p.leaves)
		if rapid.Bool().Draw(t, "renumber") {
			leaves[i].N = leaves[i].N%len(p.people) + 1
			if leaves[i].N == p.leaves[i].N {
				t.Skip("only one number")
			}
		} else {
			leaves[i].Kind = "confirm" // the seat is quietly not given
			leaves[i].N = 0
		}
		if _, err := Replay(each(leaves)); err == nil {
			t.Fatal("the rule was followed")
		}
	})
}

func TestNeedOpen(t *testing.T) {
	for _, c := range []struct {
		name       string
		free       int
		places     []Place
		open, seat []int
	}{
		{"nobody waits", 2, nil, nil, nil},
		{"no seat free", 0, []Place{{N: 1, Band: 1, Public: 2}}, nil, nil},
		{"priority that changes nothing stays hidden", 2, []Place{{1, 2, 2, false}, {2, 1, 2, false}}, nil, []int{1, 2}},
		{"priority goes first", 1, []Place{{1, 2, 2, false}, {2, 1, 2, false}}, []int{2}, []int{2}},
		{"opened before needs no second opening", 1, []Place{{1, 2, 2, false}, {2, 1, 1, false}}, nil, []int{2}},
		{"a seat is kept for a suspended one, in secret", 1, []Place{{1, 2, 2, true}, {2, 1, 2, true}}, nil, nil},
		{"a suspended one of an earlier band keeps the seat", 1, []Place{{1, 2, 2, false}, {2, 1, 2, true}}, []int{2}, nil},
		{"an opening since withdrawn is opened again", 1, []Place{{1, 2, 2, false}, {2, 2, 1, false}}, []int{2}, []int{1}},
		{"reinstated before priority", 1, []Place{{1, 1, 2, false}, {3, 0, 0, false}}, nil, []int{3}},
	} {
		t.Run(c.name, func(t *testing.T) {
			open, seat := NeedOpen(c.free, c.places)
			if !slices.Equal(open, c.open) || !slices.Equal(seat, c.seat) {
				t.Fatalf("opens %v seats %v, want %v and %v", open, seat, c.open, c.seat)
			}
		})
	}
}

func TestRuleBreaks(t *testing.T) {
	type run = []Leaf
	commit := testHash("c")
	k := func(kind string, n int) Leaf { return Leaf{Kind: kind, N: n, C: commit} }
	rules := func(cap, max int) Leaf { return Leaf{Kind: "rules", Cap: cap, Max: max} }
	nonce := sha256.Sum256([]byte("x"))
	private := `{"n":2,"band":1}`
	band := Leaf{Kind: "band", C: Commit("band", nonce, []byte(private))}
	open := func(index int64, n, b int) Leaf {
		return Leaf{Kind: "open", N: n, Open: &Opening{index, b, hex.EncodeToString(nonce[:]), private}}
	}
	two := []run{{rules(1, 3)}, {k("accept", 1), k("seat", 1)}, {k("accept", 2)}, {k("accept", 3)}}
	for _, c := range []struct {
		name, rule string
		runs       []run
	}{
		{"holds", "", two},
		{"begins without rules", "begin", []run{{k("accept", 1)}}},
		{"cap below the seated", "cap", append(slices.Clone(two), run{rules(0, 3)})},
		{"a number left out", "number", []run{{rules(1, 1)}, {k("accept", 2), k("seat", 2)}}},
		{"full although another is suspended", "full", []run{{rules(1, 1)}, {k("accept", 1), k("seat", 1)}, {k("accept", 2)}, {k("accept", 3), k("suspend", 2)}}},
		{"suspended later", "full", []run{{rules(1, 1)}, {k("accept", 1), k("seat", 1)}, {k("accept", 2)}, {k("accept", 3)}, {k("suspend", 3)}}},
		{"full", "full", []run{{rules(1, 1)}, {k("accept", 1), k("seat", 1)}, {k("accept", 2)}, {k("accept", 3)}}},
		{"beside a full list, suspended at once", "", []run{{rules(1, 1)}, {k("accept", 1), k("seat", 1)}, {k("accept", 2)}, {k("accept", 3), k("suspend", 3)}}},
		{"leaves twice", "leave", append(slices.Clone(two), run{k("leave", 2)}, run{k("leave", 2)})},
		{"a number never given", "unknown", append(slices.Clone(two), run{k("suspend", 9)})},
		{"reinstated out of nowhere", "reinstate", append(slices.Clone(two), run{k("reinstate", 2)})},
		{"the wrong one promoted", "seats", append(slices.Clone(two), run{k("leave", 1), k("seat", 3)})},
		{"nobody promoted", "seats", append(slices.Clone(two), run{k("leave", 1)})},
		{"two promoted", "seats", append(slices.Clone(two), run{k("leave", 1), k("seat", 2), k("seat", 3)})},
		{"promoted in the wrong order", "seats", append(slices.Clone(two), run{rules(3, 3), k("seat", 3), k("seat", 2)})},
		{"suspended, promoted all the same", "seats", append(slices.Clone(two), run{k("suspend", 2)}, run{k("leave", 1), k("seat", 2)})},
		{"passed under a hearing", "seats", append(slices.Clone(two), run{k("suspend", 2)}, run{k("leave", 1), k("seat", 3)})},
		{"seated after the end", "seats", append(slices.Clone(two), run{{Kind: "endwaiting"}}, run{k("leave", 1), k("seat", 2)})},
		{"opens what is no band leaf", "open", append(slices.Clone(two), run{open(1, 2, 1)})},
		{"opens a later leaf", "open", append(slices.Clone(two), run{open(6, 2, 1), band})},
		{"opens for another number", "open", append(slices.Clone(two), run{band}, run{open(5, 3, 1)})},
		{"opens another band", "open", append(slices.Clone(two), run{band}, run{open(5, 2, 0)})},
		{"opens twice", "open", append(slices.Clone(two), run{band}, run{open(5, 2, 1)}, run{open(5, 2, 1)})},
		{"opens in the same transaction", "", append(slices.Clone(two), run{band, open(5, 2, 1), k("leave", 1), k("seat", 2)})},
	} {
		t.Run(c.name, func(t *testing.T) {
			var leaves []Leaf
			for n, r := range c.runs {
				for i, l := range r {
					l.V, l.Programme, l.Txn, l.I = 1, testProgramme, int64(n+1), i
					leaves = append(leaves, l)
				}
			}
			_, err := Replay(each(leaves))
			got := ""
			if err != nil {
				got = err.(*RuleError).Rule
			}
			if got != c.rule {
				t.Fatalf("got %q (%v), want %q", got, err, c.rule)
			}
		})
	}
}

func TestRunNumbersMustBeGapless(t *testing.T) {
	p := newProgramme(1, 1)
	for range 2 {
		p.accept()
		p.end()
	}
	for i := range p.leaves {
		less := slices.Delete(slices.Clone(p.leaves), i, i+1)
		_, err := Replay(each(less))
		if i < len(p.leaves)-1 && err == nil {
			t.Errorf("without leaf %d nothing is found", i)
		}
	}
}
