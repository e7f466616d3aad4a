package casework_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/files"
	"yuanmeng/internal/proof"
	"yuanmeng/internal/sample"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/store/storetest"
	"yuanmeng/internal/vault"
	"yuanmeng/plan"
)

// tb is what a kit needs of a test: a testing.TB or a rapid.T.
type tb interface {
	Helper()
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
}

// clock is one of the two clocks, moved by hand.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// to moves the clock, forward only.
func (c *clock) to(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at.After(c.at) {
		c.at = at
	}
}

// kit is an installation with one open programme, on a real database.
type kit struct {
	t       tb
	ctx     context.Context
	db      *store.DB
	keys    *vault.Keys
	w       *casework.Work
	p       *scheme.Programme
	id      string
	clock   *clock
	machine *clock
	people  int
}

// embedded reads the plan of 咸安区 2026 once.
var embedded = sync.OnceValue(func() *scheme.Programme {
	p, err := plan.Embedded()
	if err != nil {
		panic(err)
	}
	return plan.Demo(p)
})

// small is the embedded programme with few seats, so that tests are short.
func small(id string, seats, waiting int) *scheme.Programme {
	p := *embedded()
	p.ID, p.Cap, p.WaitingMax = scheme.ProgrammeID(id), seats, waiting
	return &p
}

// newKit opens an installation with the programme of 2 seats and 3 waiting
// places, an hour after its opening.
func newKit(t testing.TB, change ...func(p *scheme.Programme)) *kit {
	t.Helper()
	p := small("xianan-2026", 2, 3)
	for _, c := range change {
		c(p)
	}
	fs, err := files.New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	k := kitOn(t, storetest.New(t), vault.Random(), fs, p)
	ctx, cancel := context.WithCancel(context.Background())
	k.w.Start(ctx)
	t.Cleanup(func() { cancel(); k.w.Wait() })
	return k
}

// kitOn opens a programme on a database that is there already.
func kitOn(t tb, db *store.DB, keys *vault.Keys, fs *files.Store, p *scheme.Programme) *kit {
	t.Helper()
	k := &kit{t: t, ctx: context.Background(), db: db, keys: keys, p: p, id: string(p.ID), clock: &clock{at: p.DraftsAt}, machine: &clock{at: p.DraftsAt}}
	k.w = casework.New(db, keys, fs, k.clock.now, k.machine.now)
	k.open(p)
	k.clock.to(p.OpensAt.Add(time.Hour))
	return k
}

// open loads and opens a further programme of the installation.
func (k *kit) open(p *scheme.Programme) {
	k.t.Helper()
	k.must(k.w.Load(k.ctx, p, "hash-of-"+string(p.ID)))
	k.must(k.w.Open(k.ctx, lead1, lead2, string(p.ID), nil))
}

func (k *kit) must(err error) {
	k.t.Helper()
	if err != nil {
		k.t.Fatalf("unexpected: %v", err)
	}
}

// refused says that an act was refused with a code.
func (k *kit) refused(err error, code string) {
	k.t.Helper()
	if got := casework.RefusedCode(err); got != code {
		k.t.Fatalf("refused with %q (%v), want %q", got, err, code)
	}
}

// The people at the desk. Each is one account in one role.
var (
	centre1   = staff("centre-1", scheme.RoleCentre)
	centre2   = staff("centre-2", scheme.RoleCentre)
	district1 = staff("district-1", scheme.RoleDistrict)
	district2 = staff("district-2", scheme.RoleDistrict)
	lead1     = staff("lead-1", scheme.RoleLead)
	lead2     = staff("lead-2", scheme.RoleLead)
	auditor1  = staff("auditor-1", scheme.RoleAuditor)
)

func staff(id string, r scheme.Role) scheme.Actor {
	return scheme.Actor{ID: id, Role: r, Org: string(r), Name: id}
}

// desk is what everybody at the desk of this programme may see.
func (k *kit) desk() store.Viewer { return store.Viewer{Programmes: []string{k.id}} }

// person is a worker with his case.
type person struct {
	sample.Person
	k      *kit
	worker string
	caseID string
	no     int
}

// worker makes an account for the next synthetic person.
func (k *kit) worker() *person {
	k.t.Helper()
	k.people++
	return k.account(sample.New(k.p, k.people))
}

func (k *kit) account(who sample.Person) *person {
	k.t.Helper()
	pe := &person{Person: who, k: k, worker: store.NewID(k.machine.now())}
	k.must(k.db.Write(k.ctx, k.clock.now(), func(tx *store.Tx) error {
		return tx.Insert(k.ctx, &store.Worker{
			ID: pe.worker, PhoneIndex: k.keys.Index("phone", who.Phone+"/"+pe.worker), PhoneSealed: k.keys.Seal("worker/"+pe.worker, []byte(who.Phone)), CreatedAt: tx.Now,
		})
	}))
	return pe
}

// fill answers every question of the first stage.
func fill(app *scheme.Application, p *scheme.Programme, who sample.Person, now time.Time) []scheme.Reason {
	var out []scheme.Reason
	for _, kv := range [][2]string{
		{"consent_sensitive", "yes"}, {"consent_sharing", "yes"}, {"consent_public", "yes"}, {"name", who.Name}, {"id_kind", "resident"}, {"id", who.ID},
		{"phone", who.Phone}, {"employer", who.Employer}, {"dispatched", "no"}, {"town", who.Town}, {"post", who.Post}, {"employment", "contract"},
		{"worker_kind", who.WorkerKind}, {"hukou", "rural"}, {"own_union", "none"}, {"officer", "no"}, {"major", who.Major}, {"education", who.Education},
		{"honour_title", "none"}, {"card", who.Card}, {"bank", "中国农业银行"}, {"commitment", "yes"},
	} {
		for _, r := range scheme.Put(app, p, kv[0], kv[1], now) {
			if r.Blocks {
				out = append(out, r)
			}
		}
	}
	return out
}

// page is a cleaned page as package photo would give it; the bytes are not
// looked at here.
func page(seed string) casework.Page {
	return casework.Page{Type: "image/jpeg", Body: []byte("page of " + seed)}
}

func digest(seed string) string {
	h := sha256.Sum256([]byte(seed))
	return hex.EncodeToString(h[:])
}

// begin gives the person a draft.
func (pe *person) begin() *person {
	pe.k.t.Helper()
	c, err := pe.k.w.Begin(pe.k.ctx, pe.worker, pe.k.id)
	pe.k.must(err)
	pe.caseID, pe.no = c.ID, 0
	return pe
}

// save changes the draft or the correction.
func (pe *person) save(change func(app *scheme.Application)) error {
	_, err := pe.k.w.Save(pe.k.ctx, pe.worker, pe.caseID, func(app *scheme.Application, _ *scheme.Programme) error {
		change(app)
		return nil
	})
	return err
}

// put sets one field as the form does.
func (pe *person) put(key, value string) error {
	_, err := pe.k.w.Save(pe.k.ctx, pe.worker, pe.caseID, func(app *scheme.Application, p *scheme.Programme) error {
		scheme.Put(app, p, key, value, pe.k.clock.now())
		return nil
	})
	return err
}

// attach uploads a file of one page.
func (pe *person) attach(kind scheme.FileKind, seed string) error {
	_, err := pe.k.w.Attach(pe.k.ctx, pe.worker, pe.caseID, casework.Upload{Kind: kind, SHA256: digest(seed), Pages: []casework.Page{page(seed)}})
	return err
}

// complete fills the draft without uploading: the notes of the files are set
// beside the answers in one save, which makes long histories quick.
func (pe *person) complete(change ...func(app *scheme.Application)) *person {
	pe.k.t.Helper()
	now := pe.k.clock.now()
	pe.k.must(pe.save(func(app *scheme.Application) {
		if rs := fill(app, pe.k.p, pe.Person, now); len(rs) > 0 {
			pe.k.t.Fatalf("person %s: %s", pe.worker, rs[0].Code)
		}
		for _, kind := range []scheme.FileKind{scheme.FilePhoto, scheme.FileStamped} {
			note(app, kind, pe.worker, now)
		}
		for _, f := range change {
			f(app)
		}
	}))
	return pe
}

// note sets the note of a file as Attach would.
func note(app *scheme.Application, kind scheme.FileKind, seed string, now time.Time) {
	app.Files[kind] = scheme.FileNote{ID: "file-" + string(kind), SHA256: digest(string(kind) + seed), Type: "image/jpeg", Size: 9, Pages: 1, At: now.UTC()}
}

// withHonour claims a priority with its proof.
func withHonour(app *scheme.Application) {
	app.Answers.Honour = "craftsman"
	app.Files[scheme.FileHonour] = scheme.FileNote{ID: "file-honour", SHA256: digest("honour"), Type: "image/jpeg", Size: 9, Pages: 1}
}

// withIDCard adds the picture of the identity card that a contest needs.
func withIDCard(app *scheme.Application) {
	app.Files[scheme.FileIDCard] = scheme.FileNote{ID: "file-idcard", SHA256: digest("idcard"), Type: "image/jpeg", Size: 9, Pages: 1}
}

// ready is a new person with a complete draft.
func (k *kit) ready(change ...func(app *scheme.Application)) *person {
	k.t.Helper()
	return k.worker().begin().complete(change...)
}

// submit hands the draft in.
func (pe *person) submit() (casework.Acceptance, error) {
	a, err := pe.k.w.Submit(pe.k.ctx, pe.worker, pe.caseID, 0, pe.k.clock.now())
	if err == nil {
		pe.no = a.No
	}
	return a, err
}

// accepted is a new person whose application was accepted.
func (k *kit) accepted(change ...func(app *scheme.Application)) *person {
	k.t.Helper()
	pe := k.ready(change...)
	if _, err := pe.submit(); err != nil {
		k.t.Fatalf("submit: %v", err)
	}
	return pe
}

// crowd writes the accounts and complete drafts of n people in one transaction.
func (k *kit) crowd(n int, change func(i int, app *scheme.Application)) []*person {
	k.t.Helper()
	now := k.clock.now()
	out := make([]*person, n)
	workers := make([]store.Worker, n)
	apps := make([]*scheme.Application, n)
	for i := range n {
		who := sample.New(k.p, i+1)
		id := store.NewID(now)
		workers[i] = store.Worker{ID: id, PhoneIndex: k.keys.Index("phone", who.Phone), PhoneSealed: k.keys.Seal("worker/"+id, []byte(who.Phone)), CreatedAt: now}
		apps[i] = &scheme.Application{Files: map[scheme.FileKind]scheme.FileNote{}}
		if rs := fill(apps[i], k.p, who, now); len(rs) > 0 {
			k.t.Fatalf("person %d: %s", i+1, rs[0].Code)
		}
		note(apps[i], scheme.FilePhoto, id, now)
		note(apps[i], scheme.FileStamped, id, now)
		if change != nil {
			change(i, apps[i])
		}
		out[i] = &person{Person: who, k: k, worker: id}
	}
	cases, err := k.w.Crowd(k.ctx, k.p, workers, apps)
	k.must(err)
	for i := range out {
		out[i].caseID = cases[i].ID
	}
	return out
}

// row reads the case behind everybody's back.
func (pe *person) row() store.Case {
	pe.k.t.Helper()
	c, err := pe.k.db.CaseRow(pe.k.ctx, pe.caseID)
	pe.k.must(err)
	return c
}

// hearing is the open hearing, nil if there is none.
func (pe *person) hearing() *store.Hearing {
	pe.k.t.Helper()
	h, err := pe.k.db.OpenHearing(pe.k.ctx, pe.caseID)
	pe.k.must(err)
	c := pe.row()
	pe.k.w.Words(&c).Hearings(h)
	return h
}

// is says where the case stands.
func (pe *person) is(state scheme.CaseState, place scheme.Place) *person {
	pe.k.t.Helper()
	if c := pe.row(); c.State != state || c.Place != place {
		pe.k.t.Fatalf("number %d is %s/%s, want %s/%s", pe.no, c.State, c.Place, state, place)
	}
	return pe
}

// decide makes a move of one person at the desk.
func (pe *person) decide(a scheme.Actor, move scheme.MoveName, more ...func(o *casework.Order)) error {
	o := casework.Order{Move: move, Case: pe.caseID, Reason: "理由"}
	for _, f := range more {
		f(&o)
	}
	return pe.k.w.Decide(pe.k.ctx, a, pe.k.desk(), o)
}

// both makes a two-person move.
func (pe *person) both(first, second scheme.Actor, move scheme.MoveName, more ...func(o *casework.Order)) error {
	if err := pe.decide(first, move, more...); err != nil {
		return err
	}
	return pe.second(second, move)
}

// second agrees to the open proposal of a move.
func (pe *person) second(a scheme.Actor, move scheme.MoveName) error {
	ps, err := pe.k.db.ProposalsOf(pe.k.ctx, pe.caseID)
	if err != nil {
		return err
	}
	for _, p := range ps {
		if p.Move == move {
			return pe.k.w.Second(pe.k.ctx, a, pe.k.desk(), p.ID, true)
		}
	}
	return fmt.Errorf("no open proposal of %s", move)
}

// returned sends the case back for items.
func (pe *person) returned(items ...string) *person {
	pe.k.t.Helper()
	pe.k.must(pe.decide(centre1, scheme.Return, naming(items...)))
	return pe
}

func naming(items ...string) func(o *casework.Order) {
	return func(o *casework.Order) { o.Items = items }
}

func because(cause scheme.Cause) func(o *casework.Order) {
	return func(o *casework.Order) { o.Cause = cause }
}

// passed takes an accepted case to the district.
func (pe *person) passed() *person {
	pe.k.t.Helper()
	pe.k.must(pe.decide(centre1, scheme.Pass))
	return pe
}

// approved takes an accepted case through the district.
func (pe *person) approved() *person {
	pe.k.t.Helper()
	pe.passed()
	pe.k.must(pe.decide(district1, scheme.Approve))
	return pe
}

// refusal opens a hearing for a refusal.
func (pe *person) refusal() *person {
	pe.k.t.Helper()
	pe.passed()
	pe.k.must(pe.decide(district1, scheme.Refuse))
	return pe
}

// deliver marks every booked message as sent, as the deliverer does.
func (k *kit) deliver() {
	k.t.Helper()
	k.must(k.db.Write(k.ctx, k.clock.now(), func(tx *store.Tx) error {
		rows, err := tx.ClaimOutbox(k.ctx, "kit", k.machine.now().AddDate(1, 0, 0), time.Minute, 10000)
		if err != nil {
			return err
		}
		at := k.machine.now()
		for _, o := range rows {
			if err := tx.EndOutbox(k.ctx, o.ID, &at, nil, o.NextAt, ""); err != nil {
				return err
			}
		}
		return nil
	}))
}

// pass delivers what is booked, moves the clock forward and lets the clock make
// what falls due on the way, each at its own instant.
func (k *kit) pass(to time.Time) {
	k.t.Helper()
	k.deliver()
	_, err := k.w.RunDue(k.ctx, to, func(at time.Time) { k.clock.to(at); k.deliver() })
	k.must(err)
	k.clock.to(to)
}

// days lets natural days pass.
func (k *kit) days(n int) {
	k.t.Helper()
	k.pass(k.clock.now().AddDate(0, 0, n))
}

// tally reads the seat arithmetic.
func (k *kit) tally() store.Tally {
	k.t.Helper()
	ta, err := k.db.Tally(k.ctx, k.id)
	k.must(err)
	return ta
}

// board follows the public log from its first leaf.
func (k *kit) board() *proof.Board {
	k.t.Helper()
	b, err := proof.Replay(func(yield func(proof.Leaf, error) bool) {
		for at := int64(0); ; {
			page, err := k.db.Leaves(k.ctx, k.id, at, 500)
			if err != nil {
				yield(proof.Leaf{}, err)
				return
			}
			if len(page) == 0 {
				return
			}
			for _, r := range page {
				l, err := proof.ParseLeaf([]byte(r.Body))
				if !yield(l, err) || err != nil {
					return
				}
			}
			at += int64(len(page))
		}
	})
	if err != nil {
		k.t.Fatalf("the log does not follow the rule: %v", err)
	}
	return b
}

// kinds lists the kinds of the leaves from an index on.
func (k *kit) kinds(from int64) string {
	k.t.Helper()
	rows, err := k.db.Leaves(k.ctx, k.id, from, 1000)
	k.must(err)
	var out []string
	for _, r := range rows {
		l, err := proof.ParseLeaf([]byte(r.Body))
		k.must(err)
		s := l.Kind
		if l.N > 0 {
			s += fmt.Sprint(l.N)
		}
		out = append(out, s)
	}
	return strings.Join(out, " ")
}

// sound checks what must hold after every act: the arithmetic, the rule, the
// log, one live case per person.
func (k *kit) sound() {
	k.t.Helper()
	_, err := k.faults()
	k.must(err)
	b, ta := k.board(), k.tally()
	seated, err := k.db.SeatedNos(k.ctx, k.id)
	k.must(err)
	if !slices.Equal(seated, b.Seated()) && len(seated)+len(b.Seated()) > 0 {
		k.t.Fatalf("seated are %v, the log says %v", seated, b.Seated())
	}
	if ta.Taken() != len(seated) || ta.LogSize != b.Size {
		k.t.Fatalf("tally %+v, seated %v, leaves %d", ta, seated, b.Size)
	}
}

// faults compares the tally with the rows, and gives the rows by number.
func (k *kit) faults() ([]store.Case, error) {
	ta, err := k.db.Tally(k.ctx, k.id)
	if err != nil {
		return nil, err
	}
	var rows []store.Case
	if err := k.db.NewSelect().Model(&rows).
		Column("id", "no", "state", "place", "band", "suspended", "contested", "contested_with", "person_index", "priority", "due_at").Where("c.programme_id = ? AND c.no IS NOT NULL", k.id).OrderExpr("c.no").Scan(k.ctx); err != nil {
		return nil, err
	}
	n := map[scheme.Place]int{}
	live := map[string]int{}
	var waiting []scheme.Waiting
	for i, c := range rows {
		if c.Number() != i+1 {
			return nil, fmt.Errorf("number %d stands at position %d", c.Number(), i+1)
		}
		n[c.Place]++
		if c.State.Live() == (c.Place == scheme.PlaceNone) {
			return nil, fmt.Errorf("number %d: %s with place %s", c.Number(), c.State, c.Place)
		}
		if c.State.Live() && !c.Contested && c.ContestedWith == "" {
			if live[c.PersonIndex]++; live[c.PersonIndex] > 1 {
				return nil, fmt.Errorf("number %d: a second live case of one person", c.Number())
			}
		}
		if c.Suspended && c.Place != scheme.PlaceWaiting {
			return nil, fmt.Errorf("number %d: suspended with place %s", c.Number(), c.Place)
		}
		if c.Place == scheme.PlaceWaiting {
			waiting = append(waiting, scheme.Waiting{No: c.Number(), Band: c.Band, Suspended: c.Suspended})
		}
	}
	switch {
	case ta.LastNo != int64(len(rows)):
		return nil, fmt.Errorf("last number %d, rows %d", ta.LastNo, len(rows))
	case ta.Held != n[scheme.PlaceHeld] || ta.Confirmed != n[scheme.PlaceConfirmed] || ta.Consumed != n[scheme.PlaceConsumed] || ta.Waiting != n[scheme.PlaceWaiting]:
		return nil, fmt.Errorf("tally %+v, rows %v", ta, n)
	case ta.Taken() > ta.Cap:
		return nil, fmt.Errorf("%d of %d seats", ta.Taken(), ta.Cap)
	}
	if !ta.ListEnded {
		if left := scheme.Entitled(ta.Free(), waiting); len(left) > 0 {
			return nil, fmt.Errorf("entitled and not seated: %v of %+v with %d free", left, waiting, ta.Free())
		}
	}
	return rows, nil
}

// isRefusal says whether an error is a plain no.
func isRefusal(err error) bool {
	var r *casework.Refused
	return errors.As(err, &r)
}

// host names the installation in its checkpoints.
const host = "yuanmeng.test"

// checkpoint signs the head of the log, as the job does.
func (k *kit) checkpoint() {
	k.t.Helper()
	k.must(k.db.Write(k.ctx, k.clock.now(), func(tx *store.Tx) error {
		ta, err := tx.LockTally(k.ctx, k.id)
		if err != nil {
			return err
		}
		var f proof.Frontier
		if err := f.UnmarshalBinary(ta.Frontier); err != nil {
			return err
		}
		at := tx.Now.Truncate(time.Millisecond)
		note := proof.SignCheckpoint(proof.Checkpoint{Origin: proof.Origin(host, k.id), Size: f.Size(), Root: f.Root(), At: at}, k.keys.Signer(casework.LogSigner))
		return tx.Insert(k.ctx, &store.Checkpoint{ProgrammeID: k.id, Size: f.Size(), At: at, Note: string(note)})
	}))
}

func contextWithCancel() (context.Context, func()) { return context.WithCancel(context.Background()) }

// yield lets others run while a test waits for them.
func yield() { runtime.Gosched() }

func contains(s, part string) bool { return strings.Contains(s, part) }
