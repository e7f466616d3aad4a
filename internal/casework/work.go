// Package casework holds every act that changes a case: one file a verb, one
// transaction an act. An act loads, judges with scheme, writes through one
// store.Tx and books its messages and deadlines as rows of that transaction.
package casework

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"yuanmeng/internal/files"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/vault"
)

// Work is what every act needs. Now is the programme clock; Machine is the
// machine clock, which nobody moves.
type Work struct {
	DB      *store.DB
	Keys    *vault.Keys
	Files   *files.Store
	Now     func() time.Time
	Machine func() time.Time
	// Mute says that no text message leaves: the log takes them.
	Mute bool

	mu    sync.RWMutex
	known map[string]*frozen
	gate  *gate
	kept  ahead
	saves pace
}

// frozen is a programme as its row freezes it, read once per version.
type frozen struct {
	version int
	state   string
	p       *scheme.Programme
	cal     scheme.Calendar
}

// New puts the acts together and starts nothing; Start opens the gate.
func New(db *store.DB, keys *vault.Keys, fs *files.Store, now, machine func() time.Time) *Work {
	return &Work{DB: db, Keys: keys, Files: fs, Now: now, Machine: machine, known: map[string]*frozen{}}
}

// Refused is what a person gets when a rule says no. Nothing was changed.
type Refused struct{ Reasons []scheme.Reason }

// Error names the codes, never a sentence and never a value.
func (r *Refused) Error() string {
	codes := make([]string, len(r.Reasons))
	for i, x := range r.Reasons {
		codes[i] = x.Code
	}
	return "refused: " + strings.Join(codes, ", ")
}

// Code is the code of the first reason.
func (r *Refused) Code() string {
	if len(r.Reasons) == 0 {
		return ""
	}
	return r.Reasons[0].Code
}

// RefusedCode gives the code of a refusal, "" for any other error.
func RefusedCode(err error) string {
	var r *Refused
	if errors.As(err, &r) {
		return r.Code()
	}
	return ""
}

// ErrNotFound says absent or foreign: the two are never told apart.
var ErrNotFound = errors.New("casework: not found")

// ErrBusy says that the queue at the gate is full or too old: try again with
// the same key.
var ErrBusy = errors.New("casework: busy, try again")

func refuse(code, worker, staff string, clause scheme.ClauseID) error {
	return &Refused{[]scheme.Reason{{Code: code, Worker: worker, Staff: staff, Clause: clause, Blocks: true}}}
}

// Programme gives the frozen programme and its calendar. A version change is
// seen at once, since the version is read with every call.
func (w *Work) Programme(ctx context.Context, id string) (*scheme.Programme, scheme.Calendar, error) {
	f, err := w.frozen(ctx, w.DB.Q, id)
	if err != nil {
		return nil, scheme.Calendar{}, err
	}
	return f.p, f.cal, nil
}

func (w *Work) frozen(ctx context.Context, q store.Q, id string) (*frozen, error) {
	version, state, err := q.ProgrammeVersion(ctx, id)
	if store.IsNone(err) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return w.frozenAs(ctx, q, id, version, state)
}

// frozenAs gives a programme whose version and state the caller has just read.
func (w *Work) frozenAs(ctx context.Context, q store.Q, id string, version int, state string) (*frozen, error) {
	w.mu.RLock()
	f := w.known[id]
	w.mu.RUnlock()
	if f != nil && f.version == version && f.state == state {
		return f, nil
	}
	row, err := q.Programme(ctx, id)
	if err != nil {
		return nil, err
	}
	p, err := row.Scheme()
	if err != nil {
		return nil, err
	}
	f = &frozen{version: row.Version, state: row.State, p: p, cal: scheme.NewCalendar(p.Holidays)}
	w.mu.Lock()
	w.known[id] = f
	w.mu.Unlock()
	return f, nil
}

// key opens the data key of a case.
func (w *Work) key(c *store.Case) (vault.DataKey, error) {
	return store.DataKey(w.Keys, c.ID, c.KeyWrapped)
}

// Words seals and opens what people have written by hand about a case.
func (w *Work) Words(c *store.Case) *store.Words { return store.WordsOf(w.Keys, c.ID, c.KeyWrapped) }

// WorkerActor is a signed-in worker acting about his own case.
func WorkerActor(workerID string) scheme.Actor {
	return scheme.Actor{ID: workerID, Role: scheme.RoleWorker, Org: "worker"}
}
