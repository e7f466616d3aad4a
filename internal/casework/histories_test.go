package casework_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/sample"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/store/storetest"
	"yuanmeng/internal/vault"
)

// TestHistories plays random histories of one programme with the real acts on
// the real database: submissions with doubles, retries and contests, returns,
// corrections, hearings, answers, decisions kept and executed, withdrawals,
// reinstatements, priorities proved and rejected, caps changed by two leads,
// identities amended, and the clock jumping over deadlines up to the end of the
// waiting list. After every act it checks what must always hold, and that an
// observer who sees the public leaves alone computes the same seats.
//
//	go test -run Histories ./internal/casework -args -rapid.checks=10000
func TestHistories(t *testing.T) {
	checks := 10000
	switch {
	case given("rapid.checks"):
		checks, _ = strconv.Atoi(flag.Lookup("rapid.checks").Value.String())
	case testing.Short():
		checks = 250 // of which rapid makes a fifth
	case storetest.Engine() == store.Postgres:
		checks = 300
	}
	const lanes = 2
	if err := flag.Set("rapid.checks", strconv.Itoa((checks+lanes-1)/lanes)); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	done, no := map[string]int{}, map[string]int{}
	played, began := 0, time.Now()
	for lane := range lanes {
		t.Run(fmt.Sprint(lane), func(t *testing.T) {
			t.Parallel()
			l := newLane(t)
			rapid.Check(t, func(rt *rapid.T) {
				h := l.history(rt)
				defer h.close()
				h.play()
				mu.Lock()
				played++
				for name, n := range h.done {
					done[name] += n
				}
				for name, n := range h.no {
					no[name] += n
				}
				mu.Unlock()
			})
		})
	}
	t.Cleanup(func() {
		for _, a := range acts {
			if checks >= 1000 && done[a.name] == 0 {
				t.Errorf("%s never came about", a.name)
			}
		}
		t.Logf("%d histories in %v\ncame about %v\nrefused %v", played, time.Since(began).Round(time.Second), done, no)
	})
}

func given(name string) bool {
	found := false
	flag.Visit(func(f *flag.Flag) { found = found || f.Name == name })
	return found
}

// lane makes the histories of one test after another. On SQLite each begins
// with a copy of a file in which the programme is open and some people have
// filled in their forms, in memory where the machine has such a folder: what is
// tested is the order of things, not the disk. PostgreSQL is emptied each time.
type lane struct {
	t      *testing.T
	dir    string
	db     *store.DB // of PostgreSQL
	keys   *vault.Keys
	begins map[[2]int]*beginning
}

// beginning is a programme on its first evening.
type beginning struct {
	file []byte
	k    *kit
	all  []*person
}

func newLane(t *testing.T) *lane {
	t.Helper()
	l := &lane{t: t, keys: vault.Random(), begins: map[[2]int]*beginning{}}
	if storetest.Engine() == store.Postgres {
		l.db = storetest.New(t)
		return l
	}
	l.dir = t.TempDir()
	if d, err := os.MkdirTemp("/dev/shm", "histories"); err == nil {
		t.Cleanup(func() { os.RemoveAll(d) })
		l.dir = d
	}
	return l
}

// people is how many have a form ready when a history begins.
const people = 10

// begin opens the programme and lets people fill in their forms; every second
// claims a priority.
func (l *lane) begin(t tb, db *store.DB, seats, waiting int) *beginning {
	t.Helper()
	b := &beginning{k: kitOn(t, db, l.keys, nil, tiny(seats, waiting))} // no files: a history sets their notes
	b.all = b.k.crowd(people, func(i int, app *scheme.Application) {
		if i%2 == 1 {
			withHonour(app)
		}
	})
	b.k.people = people
	return b
}

func (l *lane) history(rt *rapid.T) *history {
	seats, waiting := rapid.IntRange(1, 3).Draw(rt, "seats"), rapid.IntRange(1, 4).Draw(rt, "waiting")
	ctx := context.Background()
	must := func(err error) {
		if err != nil {
			rt.Fatalf("%v", err)
		}
	}
	if l.db != nil {
		must(empty(ctx, l.db))
		b := l.begin(rt, l.db, seats, waiting)
		return newHistory(rt, b.k, b.all)
	}
	path := filepath.Join(l.dir, "history.db")
	b := l.begins[[2]int{seats, waiting}]
	if b == nil {
		first := filepath.Join(l.dir, fmt.Sprintf("first-%d-%d.db", seats, waiting))
		db, err := store.Open(ctx, first, nil)
		must(err)
		must(db.Migrate(ctx))
		b = l.begin(l.t, db, seats, waiting)
		must(db.Close())
		b.file, err = os.ReadFile(first)
		must(err)
		l.begins[[2]int{seats, waiting}] = b
	}
	for _, end := range []string{"-wal", "-shm"} {
		os.Remove(path + end)
	}
	must(os.WriteFile(path, b.file, 0o600))
	db, err := store.Open(ctx, path, nil)
	must(err)
	k := *b.k
	k.t, k.db, k.clock, k.machine = rt, db, &clock{at: k.clock.at}, &clock{at: k.machine.at}
	k.w = casework.New(db, k.keys, nil, k.clock.now, k.machine.now)
	return newHistory(rt, &k, b.all)
}

// empty deletes all rows; the triggers that keep them are for a server that
// somebody lives on.
func empty(ctx context.Context, db *store.DB) error {
	return db.Write(ctx, time.Time{}, func(tx *store.Tx) error {
		if _, err := tx.NewRaw("SET LOCAL session_replication_role = replica").Exec(ctx); err != nil {
			return err
		}
		for _, name := range []string{"programme", "programme_version", "tally", "worker", "cases", "live_person", "draft", "revision", "name_key", "hearing",
			"decision", "proposal", "event", "leaf", "log_hash", "due", "outbox"} {
			if _, err := tx.NewRaw("DELETE FROM " + name).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
}

// tiny is the embedded programme cut down to what a history needs, so that its
// versions are small rows.
func tiny(seats, waiting int) *scheme.Programme {
	p := small("history", seats, waiting)
	i := slices.IndexFunc(p.Majors, func(m scheme.Major) bool { return m.Medical == "" && m.Level == "高升专" })
	p.Majors = p.Majors[i : i+1]
	p.Unions = p.Unions[:3]
	p.Honours = slices.DeleteFunc(slices.Clone(p.Honours), func(h scheme.HonourTitle) bool { return h.Key != "craftsman" })
	p.Wording = maps.Clone(p.Wording)
	for k := range p.Wording {
		p.Wording[k] = k
	}
	p.Messages = nil
	return p
}

// history is one random life of a programme.
type history struct {
	*kit
	rt       *rapid.T
	cancel   func()
	all      []*person
	rows     []store.Case // as they stood after the last act
	observer observer
	next     int   // of all, who has not handed in yet
	read     int64 // leaves read
	done     map[string]int
	no       map[string]int
	trace    []string
}

func newHistory(rt *rapid.T, k *kit, all []*person) *history {
	h := &history{rt: rt, kit: k, done: map[string]int{}, no: map[string]int{}}
	for _, pe := range all {
		own := *pe
		own.k = k
		h.all = append(h.all, &own)
	}
	ctx, cancel := context.WithCancel(context.Background())
	h.w.Start(ctx)
	h.cancel = func() { cancel(); h.w.Wait() }
	return h
}

// deliver marks what is booked as sent, in one statement.
func (h *history) deliver() {
	h.must(h.db.Write(h.ctx, h.clock.now(), func(tx *store.Tx) error {
		_, err := tx.NewRaw("UPDATE outbox SET sent_at = ? WHERE sent_at IS NULL", h.machine.now()).Exec(h.ctx)
		return err
	}))
}

func (h *history) close() {
	h.cancel()
	if h.db.Engine == store.SQLite {
		h.db.Close()
	}
}

// draw gives a number from least to most, each equally likely; rapid's own ranges
// favour small ones, which would leave the acts at the end of the list out.
func (h *history) draw(least, most int, what string) int {
	if least >= most {
		return least
	}
	return least + rapid.Custom(func(t *rapid.T) int {
		x := 0
		for range 10 {
			x <<= 1
			if rapid.Bool().Draw(t, "") {
				x++
			}
		}
		return x
	}).Draw(h.rt, what)%(most-least+1)
}

func (h *history) play() {
	h.must(h.holds())
	for range h.draw(10, 70, "length") {
		what := acts[h.draw(0, len(acts)-1, "act")]
		err := what.do(h)
		if errors.Is(err, errSkip) {
			continue
		}
		h.trace = append(h.trace, fmt.Sprintf("%s: %v", what.name, err))
		switch {
		case err == nil:
			h.done[what.name]++
		case isRefusal(err):
			h.no[what.name]++
		default:
			h.rt.Fatalf("%s: %v", what.name, err)
		}
		if err := h.holds(); err != nil {
			h.rt.Fatalf("after %s: %v\n%s", what.name, err, h.trace)
		}
	}
	h.sound() // the whole log again, by the program's own verifier
}

// holds checks what must hold after every act, and lets the observer read on.
func (h *history) holds() error {
	var err error
	if h.rows, err = h.faults(); err != nil {
		return err
	}
	if err := h.clocks(); err != nil {
		return err
	}
	rows, err := h.db.Leaves(h.ctx, h.id, h.read, 1000)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if bytes.Contains([]byte(r.Body), []byte(`"kind":"open"`)) {
			h.done["band opened"]++
		}
		if r.Idx != h.read {
			return fmt.Errorf("leaf %d stands at %d", r.Idx, h.read)
		}
		h.read++
		if err := h.observer.see([]byte(r.Body)); err != nil {
			return err
		}
	}
	if err := h.observer.end(); err != nil {
		return err
	}
	var seated []int
	for _, c := range h.rows {
		n := c.Number()
		if c.Place.Seated() {
			seated = append(seated, n)
		}
		if waits := c.Place == scheme.PlaceWaiting; waits != h.observer.waiting[n] || c.Suspended != h.observer.suspended[n] {
			return fmt.Errorf("number %d waits %t, suspended %t; the leaves say %t, %t", n, waits, c.Suspended, h.observer.waiting[n], h.observer.suspended[n])
		}
	}
	if got := slices.Sorted(maps.Keys(h.observer.seated)); !slices.Equal(got, seated) {
		return fmt.Errorf("the leaves seat %v, the rows %v", got, seated)
	}
	return nil
}

// clocks checks hearings and deadlines against the cases: a waiting place is
// suspended just as long as somebody has to decide about it, and nobody who owes
// something stands without a running clock.
func (h *history) clocks() error {
	var hs []store.Hearing
	if err := h.db.NewSelect().Model(&hs).Where("h.programme_id = ? AND h.state IN ('running', 'answered')", h.id).Scan(h.ctx); err != nil {
		return err
	}
	var ds []store.Due
	if err := h.db.NewSelect().Model(&ds).Column("case_id", "move", "due_at").Where("du.programme_id = ? AND du.ended_at IS NULL", h.id).Scan(h.ctx); err != nil {
		return err
	}
	held := map[string]store.Hearing{}
	for _, x := range hs {
		held[x.CaseID] = x
	}
	due := map[string]time.Time{}
	for _, d := range ds {
		due[d.CaseID+"/"+string(d.Move)] = d.DueAt
	}
	for _, c := range h.rows {
		x, hears := held[c.ID]
		at := func(move scheme.MoveName) (time.Time, bool) { at, ok := due[c.ID+"/"+string(move)]; return at, ok }
		bad := func(why string) error {
			return fmt.Errorf("number %d, %s, hearing %q: %s", c.Number(), c.State, x.State, why)
		}
		lapse, owes := at(scheme.Lapse)
		execute, ends := at(scheme.Execute)
		switch {
		case c.Suspended != (c.Place == scheme.PlaceWaiting && (c.Contested || hears)):
			return bad(fmt.Sprintf("suspended is %t", c.Suspended))
		case hears && !c.State.Live():
			return bad("ended with an open hearing")
		case ends != (hears && x.State == scheme.HearingRunning) || ends && !execute.Equal(x.UntilAt):
			return bad("the clock of the release does not fit")
		case owes != (c.State == scheme.Returned && !hears):
			return bad("the clock of the correction does not fit")
		case (owes || ends) && c.DueAt == nil || owes && !lapse.Equal(*c.DueAt) || ends && !execute.Equal(*c.DueAt):
			return bad("the case shows another deadline than the one that runs")
		case !c.State.Live() && (owes || ends):
			return bad("ended with a clock running")
		}
	}
	return nil
}

var errSkip = errors.New("nothing to do it with")

// pick is one of those who may do it.
func (h *history) pick(fits func(c store.Case) bool) (*person, store.Case, error) {
	var ps []*person
	var cs []store.Case
	for _, c := range h.rows {
		if i := slices.IndexFunc(h.all, func(pe *person) bool { return pe.caseID == c.ID }); i >= 0 && fits(c) {
			ps, cs = append(ps, h.all[i]), append(cs, c)
		}
	}
	if len(ps) == 0 {
		return nil, store.Case{}, errSkip
	}
	i := rapid.IntRange(0, len(ps)-1).Draw(h.rt, "who")
	return ps[i], cs[i], nil
}

func in(states ...scheme.CaseState) func(c store.Case) bool {
	return func(c store.Case) bool { return slices.Contains(states, c.State) }
}

func living(c store.Case) bool { return c.State.Live() }

// one makes a move of one person on a case that stands in a state.
func one(move scheme.MoveName, by []scheme.Actor, fits func(c store.Case) bool, more ...func(o *casework.Order)) func(h *history) error {
	return func(h *history) error {
		pe, _, err := h.pick(fits)
		if err != nil {
			return err
		}
		return pe.decide(by[rapid.IntRange(0, len(by)-1).Draw(h.rt, "by")], move, more...)
	}
}

// two makes a move of two persons.
func two(move scheme.MoveName, first, second scheme.Actor, fits func(c store.Case) bool, more ...func(o *casework.Order)) func(h *history) error {
	return func(h *history) error {
		pe, _, err := h.pick(fits)
		if err != nil {
			return err
		}
		if err := pe.decide(first, move, more...); err != nil && casework.RefusedCode(err) != "proposed" {
			return err
		}
		if h.draw(0, 9, "late") == 0 {
			return nil // the second person comes later, to a case that has changed
		}
		err = pe.second(second, move)
		if isRefusal(err) {
			h.drop(pe, move)
		}
		return err
	}
}

// drop clears a proposal whose ground is gone.
func (h *history) drop(pe *person, move scheme.MoveName) {
	ps, err := h.db.ProposalsOf(h.ctx, pe.caseID)
	h.must(err)
	for _, p := range ps {
		if p.Move == move {
			h.must(h.w.Second(h.ctx, scheme.Actor{ID: p.ByID, Role: p.ByRole}, h.desk(), p.ID, false))
		}
	}
}

func worker(do func(w *casework.Work, ctx context.Context, worker, id string) error, fits func(c store.Case) bool) func(h *history) error {
	return func(h *history) error {
		pe, _, err := h.pick(fits)
		if err != nil {
			return err
		}
		return do(h.w, h.ctx, pe.worker, pe.caseID)
	}
}

var (
	centres   = []scheme.Actor{centre1, centre2}
	districts = []scheme.Actor{district1, district2}
	deciders  = []scheme.Actor{district1, district2, lead1}
)

// acts is what may happen next; what stands twice happens twice as often.
var acts = []struct {
	name string
	do   func(h *history) error
}{
	{"submit", submitNew}, {"submit", submitNew}, {"submit", submitNew}, {"submit", submitNew},
	{"retry", func(h *history) error {
		pe, c, err := h.pick(func(store.Case) bool { return true })
		if err != nil {
			return err
		}
		a, err := pe.submit()
		if err == nil && a.No != c.Number() {
			h.rt.Fatalf("number %d became %d", c.Number(), a.No)
		}
		return err
	}},
	{"come again", func(h *history) error {
		pe, _, err := h.pick(func(c store.Case) bool { return c.State.Final() })
		if err != nil {
			return err
		}
		again := *pe
		again.caseID, again.no = "", 0
		return h.hand(&again)
	}},
	{"contest", func(h *history) error {
		pe, _, err := h.pick(living)
		if err != nil {
			return err
		}
		return h.hand(h.account(pe.Person), withIDCard)
	}},
	{"settle for", two(scheme.SettleFor, district1, lead1, func(c store.Case) bool { return c.Contested })},
	{"settle against", two(scheme.SettleAgainst, district2, lead1, func(c store.Case) bool { return c.Contested })},
	{"return", one(scheme.Return, append(slices.Clone(centres), district1), in(scheme.Accepted, scheme.AtDistrict), naming("post"))},
	{"resubmit", func(h *history) error {
		pe, _, err := h.pick(in(scheme.Returned))
		if err != nil {
			return err
		}
		if err := pe.put("post", "装配工"); err != nil {
			return err
		}
		return h.w.Resubmit(h.ctx, pe.worker, pe.caseID)
	}},
	{"pass", one(scheme.Pass, centres, in(scheme.Accepted))}, {"pass", one(scheme.Pass, centres, in(scheme.Accepted))},
	{"approve", one(scheme.Approve, deciders, in(scheme.AtDistrict))}, {"approve", one(scheme.Approve, deciders, in(scheme.AtDistrict))},
	{"undo", one(scheme.UndoApprove, deciders, in(scheme.Approved))},
	{"refuse", one(scheme.Refuse, districts, in(scheme.AtDistrict))}, {"refuse", one(scheme.Refuse, districts, in(scheme.AtDistrict))},
	{"revoke", two(scheme.Revoke, district1, lead2, living, because(scheme.CauseFraud))},
	{"death", one(scheme.RecordDeath, append(slices.Clone(centres), district2), living)},
	{"call", func(h *history) error {
		pe, _, err := h.pick(living)
		if err != nil {
			return err
		}
		return h.w.Call(h.ctx, centre1, h.desk(), pe.caseID, "家属已知道")
	}},
	{"answer", worker(func(w *casework.Work, ctx context.Context, who, id string) error {
		return w.Answer(ctx, who, id, "我来说明")
	}, living)},
	{"answer", worker(func(w *casework.Work, ctx context.Context, who, id string) error {
		return w.Answer(ctx, who, id, "我来说明")
	}, living)},
	{"waive", worker((*casework.Work).Waive, living)},
	{"withdraw", worker((*casework.Work).Withdraw, living)},
	{"keep", one(scheme.Keep, deciders, living)}, {"keep", one(scheme.Keep, deciders, living)},
	{"execute", two(scheme.Execute, district2, lead1, living)}, {"execute", two(scheme.Execute, district1, lead2, living)},
	{"reinstate", two(scheme.Reinstate, lead1, lead2, in(scheme.Released))}, {"reinstate", two(scheme.Reinstate, lead2, district1, in(scheme.Released))},
	{"prove", one(scheme.ProvePriority, districts, func(c store.Case) bool { return c.State.Live() && c.Priority != "" })},
	{"prove", one(scheme.ProvePriority, districts, func(c store.Case) bool { return c.Place == scheme.PlaceWaiting && c.Priority != "" })},
	{"reject", one(scheme.RejectPriority, districts, func(c store.Case) bool { return c.State.Live() && c.Priority != "" })},
	{"amend", func(h *history) error {
		pe, _, err := h.pick(living)
		if err != nil {
			return err
		}
		id := sample.IDNumber(500 + h.draw(0, 40, "id"))
		if h.people > 0 && h.draw(0, 1, "another's") == 1 {
			id = sample.IDNumber(1 + h.draw(0, h.people-1, "whose"))
		}
		err = pe.both(district1, lead2, scheme.AmendIdentity, func(o *casework.Order) { o.ID = id })
		if isRefusal(err) {
			h.drop(pe, scheme.AmendIdentity)
		} else if err == nil {
			pe.ID = id
		}
		return err
	}},
	{"change cap", func(h *history) error {
		c := casework.Capacity{Cap: h.draw(0, 5, "cap"), WaitingMax: h.draw(0, 6, "max"), Reason: "调整"}
		if err := h.w.ProposeCapacity(h.ctx, lead1, h.id, c); err != nil {
			return err
		}
		ps, err := h.db.OpenProposals(h.ctx, h.id)
		if err != nil {
			return err
		}
		for _, p := range ps {
			if p.CaseID == "" {
				return h.w.Second(h.ctx, lead2, h.desk(), p.ID, h.draw(0, 4, "agrees") > 0)
			}
		}
		return errors.New("the proposal is gone")
	}},
	{"hours", func(h *history) error {
		return h.jump(time.Duration(h.draw(1, 30, "hours")) * time.Hour)
	}},
	{"days", func(h *history) error {
		return h.jump(time.Duration(h.draw(1, 12, "days")) * 24 * time.Hour)
	}},
	{"days", func(h *history) error {
		return h.jump(time.Duration(h.draw(1, 12, "days")) * 24 * time.Hour)
	}},
	{"silent days", func(h *history) error {
		// Nothing is delivered meanwhile.
		to := h.clock.now().AddDate(0, 0, h.draw(1, 12, "days"))
		_, err := h.w.RunDue(h.ctx, to, h.clock.to)
		h.clock.to(to)
		return err
	}},
	{"end of waiting", func(h *history) error {
		if h.draw(0, 5, "so late") > 0 {
			return errSkip
		}
		return h.jump(h.p.PromoteUntil.Sub(h.clock.now()))
	}},
}

func submitNew(h *history) error {
	if h.next == len(h.all) || h.next == people {
		return errSkip
	}
	h.next++
	_, err := h.all[h.next-1].submit()
	return err
}

// hand takes somebody from the first page to the gate.
func (h *history) hand(pe *person, change ...func(app *scheme.Application)) error {
	c, err := h.w.Begin(h.ctx, pe.worker, h.id)
	if err != nil {
		return err // too late in the year
	}
	if c.State != scheme.Draft {
		return errSkip // has one that lives
	}
	pe.caseID = c.ID
	pe.complete(change...)
	if !slices.ContainsFunc(h.all, func(x *person) bool { return x.caseID == c.ID }) {
		h.all = append(h.all, pe)
	}
	_, err = pe.submit()
	return err
}

// jump moves the clock; what falls due on the way is made at its own instant,
// and each of these acts is checked like the others.
func (h *history) jump(d time.Duration) error {
	h.deliver()
	to := h.clock.now().Add(d)
	var bad error
	_, err := h.w.RunDue(h.ctx, to, func(at time.Time) {
		if bad == nil {
			bad = h.holds()
		}
		h.clock.to(at)
		h.deliver()
	})
	h.clock.to(to)
	return errors.Join(bad, err)
}

// observer is a second computation of the seats, from the bytes of the public
// leaves alone and with nothing of the program: the text of the rule (moves 1.4)
// in the plainest form.
type observer struct {
	seats, most int
	last        int
	closed      bool
	seated      map[int]bool
	waiting     map[int]bool
	suspended   map[int]bool
	band        map[int]int
	lostSeat    map[int]bool
	bands       map[int64]string // commitment of each band leaf
	opened      map[int64]bool
	index       int64
	txn         int64
	over        int   // accepted without room in the running transaction, not yet suspended
	gave        []int // seat leaves of the running transaction
}

func (o *observer) see(body []byte) error {
	var l struct {
		Txn  int64
		Kind string
		N    int
		Cap  int
		Max  int
		C    string
		Open *struct {
			Index          int64
			Band           int
			Nonce, Private string
		}
	}
	if err := json.NewDecoder(bytes.NewReader(body)).Decode(&l); err != nil {
		return err
	}
	if o.seated == nil {
		o.seated, o.waiting, o.suspended, o.band, o.lostSeat = map[int]bool{}, map[int]bool{}, map[int]bool{}, map[int]int{}, map[int]bool{}
		o.bands, o.opened = map[int64]string{}, map[int64]bool{}
	}
	if l.Txn != o.txn {
		if err := o.end(); err != nil {
			return err
		}
		o.txn = l.Txn
	}
	bad := func(why string) error { return fmt.Errorf("observer: leaf %d, %s %d: %s", o.index, l.Kind, l.N, why) }
	switch l.Kind {
	case "rules":
		if len(o.seated) > l.Cap {
			return bad("more seated than seats")
		}
		o.seats, o.most = l.Cap, l.Max
	case "accept":
		if l.N != o.last+1 || o.over != 0 {
			return bad("not the next number, or the one before had no room")
		}
		if len(o.seated) >= o.seats && len(o.waiting) >= o.most {
			o.over = l.N
		}
		o.last = l.N
		o.waiting[l.N], o.band[l.N] = true, 2
	case "leave":
		if !o.seated[l.N] && !o.waiting[l.N] {
			return bad("has no place")
		}
		if o.seated[l.N] {
			o.lostSeat[l.N] = true
		}
		delete(o.seated, l.N)
		delete(o.waiting, l.N)
		delete(o.suspended, l.N)
	case "suspend":
		o.suspended[l.N] = true
		if o.over == l.N {
			o.over = 0
		}
	case "resume":
		delete(o.suspended, l.N)
	case "band":
		o.bands[o.index] = l.C
	case "open":
		c, ok := o.bands[l.Open.Index]
		if !ok || o.opened[l.Open.Index] {
			return bad("no such band leaf, or opened before")
		}
		nonce, err := hex.DecodeString(l.Open.Nonce)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(slices.Concat([]byte("yuanmeng commitment v1\nband\n"), nonce, []byte(l.Open.Private)))
		var hidden struct{ N, Band int }
		if err := json.Unmarshal([]byte(l.Open.Private), &hidden); err != nil {
			return err
		}
		if hex.EncodeToString(sum[:]) != c || hidden.N != l.N || hidden.Band != l.Open.Band {
			return bad("does not open the commitment")
		}
		for _, secret := range []string{"case", "by", "centre", "district", "lead"} {
			if bytes.Contains(body, []byte(`"`+secret)) || bytes.Contains([]byte(l.Open.Private), []byte(secret)) {
				return bad("tells " + secret)
			}
		}
		o.opened[l.Open.Index] = true
		o.band[l.N] = l.Open.Band
	case "reinstate":
		if !o.lostSeat[l.N] {
			return bad("never lost a seat")
		}
		delete(o.lostSeat, l.N)
		o.waiting[l.N], o.band[l.N] = true, 0
	case "endwaiting":
		o.waiting, o.suspended, o.closed = map[int]bool{}, map[int]bool{}, true
	case "seat":
		o.gave = append(o.gave, l.N)
	case "amend", "confirm", "unconfirm", "consume", "batch":
	default:
		return bad("unknown kind")
	}
	o.index++
	return nil
}

// end applies the rule at the end of a transaction.
func (o *observer) end() error {
	if o.over != 0 {
		return fmt.Errorf("observer: %d was accepted without room and not suspended", o.over)
	}
	var want []int
	if free := o.seats - len(o.seated); !o.closed && free > 0 {
		order := slices.SortedFunc(maps.Keys(o.waiting), func(a, b int) int {
			if o.band[a] != o.band[b] {
				return o.band[a] - o.band[b]
			}
			return a - b
		})
		for _, n := range order[:min(free, len(order))] {
			if !o.suspended[n] {
				want = append(want, n)
			}
		}
	}
	if !slices.Equal(want, o.gave) {
		return fmt.Errorf("observer: transaction %d seats %v, the rule %v", o.txn, o.gave, want)
	}
	for _, n := range want {
		delete(o.waiting, n)
		o.seated[n] = true
	}
	o.gave = nil
	return nil
}
