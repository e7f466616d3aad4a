// Package office holds the acts on accounts: the sign-in of workers, officers
// and staff, devices, invitations, rights. One act, one file; every act writes
// an event. No act trusts the browser: limits are counted before a secret is
// compared, so that parallel guesses cannot share a try.
package office

import (
	"context"
	"errors"
	"sync"
	"time"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/sms"
	"yuanmeng/internal/store"
	"yuanmeng/internal/vault"
)

// How long a sign-in lasts. The sessions themselves are the web doors'.
const (
	WorkerSession = 30 * 24 * time.Hour
	StaffSession  = 12 * time.Hour   // never longer, whatever the activity
	StaffIdle     = 30 * time.Minute // without a request
)

// Office is what the acts on accounts need.
type Office struct {
	DB   *store.DB
	Keys *vault.Keys
	// SMS sends codes at once and outside every transaction: a code that waits
	// in a queue is of no use.
	SMS sms.Sender
	// Now is the programme clock; it dates events, accounts and rights.
	Now func() time.Time
	// Machine is the machine clock; codes, limits, links and TOTP run on it.
	Machine func() time.Time
	// OpeningDay says whether more codes are allowed on this day; nil is never.
	OpeningDay func(now time.Time) bool
	// LastSix gives the last six characters of the identity number in a
	// worker's newest case that has one, "" where he has typed none.
	LastSix func(ctx context.Context, workerID string) (string, error)

	mu     sync.Mutex
	plan   *scheme.Programme // newest, by id and version
	planID string
	planN  int
}

// Refused is a plain no to a person. Nothing but counters and the audit trail
// was changed.
type Refused struct {
	Code     string
	Sentence string    // Chinese, for the page
	Until    time.Time // when to try again, machine clock; zero where it is not a matter of time
}

// Error gives the code; the sentence is for people and not for logs.
func (r *Refused) Error() string { return "refused: " + r.Code }

// RefusedCode gives the code of a refusal, "" for any other error.
func RefusedCode(err error) string {
	var r *Refused
	if errors.As(err, &r) {
		return r.Code
	}
	return ""
}

func refuse(code, sentence string) *Refused { return &Refused{Code: code, Sentence: sentence} }

// refusal turns a possibly nil *Refused into an error without the nil trap.
func refusal(r *Refused) error {
	if r == nil {
		return nil
	}
	return r
}

// write runs an act in one transaction. A refusal that the act returns as its
// first value is kept with what the act has counted; an error rolls back.
func (o *Office) write(ctx context.Context, act func(tx *store.Tx) (*Refused, error)) error {
	var no *Refused
	err := o.DB.Write(ctx, o.Now(), func(tx *store.Tx) error {
		var err error
		no, err = act(tx)
		return err
	})
	if err != nil {
		return err
	}
	return refusal(no)
}

// event appends to the audit trail; detail holds no phone, no code, no secret.
func (o *Office) event(ctx context.Context, tx *store.Tx, a scheme.Actor, name string, detail map[string]any) error {
	if detail == nil {
		detail = map[string]any{}
	}
	return tx.Insert(ctx, &store.Event{
		ID: store.NewID(tx.Now), ActorID: a.ID, ActorName: a.Name, Role: string(a.Role), Org: a.Org,
		Name: name, Detail: store.Encode(detail), At: tx.Now,
	})
}

// over books that a limit was reached, once an hour for each bucket: an event
// for every knock would let an attacker fill the disk.
func (o *Office) over(ctx context.Context, tx *store.Tx, bucket, limit string, a scheme.Actor) error {
	now := o.Machine()
	n, _, err := tx.Attempts(ctx, bucket+"/over", now.Add(-time.Hour))
	if err != nil || n > 0 {
		return err
	}
	if _, err := tx.Count(ctx, bucket+"/over", now, now); err != nil {
		return err
	}
	return o.event(ctx, tx, a, "limit", map[string]any{"limit": limit})
}

// client is the bucket of a browser's address: keyed, so that the table holds
// no address.
func (o *Office) client(kind, key string) string { return kind + "/" + o.Keys.Index("client", key) }

// programme is the newest programme, whose wording and hotline the messages
// use; nil before one is loaded.
func (o *Office) programme(ctx context.Context) (*scheme.Programme, error) {
	ps, err := o.DB.Programmes(ctx)
	if err != nil || len(ps) == 0 {
		return nil, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.plan != nil && o.planID == ps[0].ID && o.planN == ps[0].Version {
		return o.plan, nil
	}
	p, err := ps[0].Scheme()
	if err != nil {
		return nil, err
	}
	o.plan, o.planID, o.planN = p, ps[0].ID, ps[0].Version
	return p, nil
}

// hotline is how a sentence names the telephone.
func (o *Office) hotline(ctx context.Context) string {
	p, err := o.programme(ctx)
	if err != nil || p == nil || p.Hotline == "" {
		return "服务电话"
	}
	return "服务电话 " + p.Hotline
}

func worker(id string) scheme.Actor {
	return scheme.Actor{ID: id, Role: scheme.RoleWorker, Org: "worker"}
}

func staffActor(s store.Staff) scheme.Actor {
	return scheme.Actor{ID: s.ID, Name: s.Name, Org: s.Org}
}
