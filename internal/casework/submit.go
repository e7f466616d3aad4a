package casework

import (
	"context"
	"errors"
	"time"

	"yuanmeng/internal/gb"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// Submit hands in a worker's complete draft (clause 5.2): it is checked and
// sealed here, outside the writer; the gate numbers it. door is its place in
// the order of receiving, 0 takes the next one; received is the programme clock's
// instant then. The web's door calls Submit as soon as a request has arrived
// whole. A retry with the same draft gets the first answer; a refusal is never
// stored.
func (w *Work) Submit(ctx context.Context, workerID, caseID string, door int64, received time.Time) (Acceptance, error) {
	queued := w.Machine()
	for range 4 {
		a, err := w.pass(ctx, workerID, caseID, &door, received, queued)
		if !errors.Is(err, errChanged) {
			return a, err
		}
	}
	return Acceptance{}, ErrBusy
}

// pass takes a submission through the gate once. Those behind it at the door
// wait until it is ready or gone, so it leaves whatever happens.
func (w *Work) pass(ctx context.Context, workerID, caseID string, door *int64, received, queued time.Time) (Acceptance, error) {
	*door = w.gate.come(*door)
	making := true
	defer func() {
		if making {
			w.gate.leave(*door)
		}
	}()
	s := w.kept.take(workerID, caseID, received)
	if s == nil {
		var err error
		if s, err = w.receive(ctx, workerID, caseID, received); err != nil {
			return Acceptance{}, err
		}
	}
	s.door, s.queuedAt = *door, queued
	making = false
	if w.gate.kind == GateLocked {
		w.gate.leave(*door)
		return w.commitAlone(ctx, s)
	}
	// A case that has its number already goes through the gate as well: the
	// answer is read there, behind the commits that came before it.
	return w.gate.enter(ctx, s)
}

// receive reads the case and makes a draft ready.
func (w *Work) receive(ctx context.Context, workerID, caseID string, received time.Time) (*submission, error) {
	select {
	case w.gate.making <- struct{}{}:
		defer func() { <-w.gate.making }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	d, err := w.DB.AtDoor(ctx, workerID, caseID)
	if store.IsNone(err) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	s := &submission{received: received, row: draftRow(caseID, d.ProgrammeID, workerID)}
	s.row.State, s.row.Version, s.row.Priority, s.row.FormPrint, s.row.KeyWrapped = d.State, d.Version, d.Priority, d.FormPrint, d.KeyWrapped
	if d.State == scheme.Draft && d.Answers != nil { // else the gate has the answer
		err = w.ready(ctx, s, d)
	}
	return s, err
}

// ready does everything dear about a submission: reading, checking, sealing,
// the commitment's key, the plain columns.
func (w *Work) ready(ctx context.Context, s *submission, d store.AtDoor) error {
	c := &s.row
	f, err := w.frozenAs(ctx, w.DB.Q, c.ProgrammeID, d.PVersion, d.PState)
	if err != nil {
		return err
	}
	s.as = f
	if s.commitKey, err = w.key(c); err != nil {
		return err
	}
	app, err := open(s.commitKey, c.ID, *d.Answers, d.Sealed, *d.Files)
	if err != nil {
		return err
	}
	if rs := scheme.Missing(app, f.p, s.received); scheme.Blocked(rs) {
		return &Refused{rs}
	}
	// The draft keeps answers to questions that no longer apply; what is handed
	// in holds only what was asked.
	app = scheme.Asked(app, f.p)
	w.project(c, app, f.p, s.received)
	c.PersonIndex = w.person(app)
	s.contest = app.Files[scheme.FileIDCard].ID != ""
	s.formHash = w.formHash(app)
	s.accepted = commitment(s.commitKey, "accept", c.ID, "0", map[string]any{"form": s.formHash, "person": c.PersonIndex})
	s.seated = commitment(s.commitKey, "seat", c.ID, "0", map[string]any{"place": scheme.PlaceHeld})
	s.made = true
	answers, sealed, files := seal(s.commitKey, c.ID, app)
	s.revision = store.Revision{
		CaseID: c.ID, Answers: answers, Sealed: sealed, Files: files, FormHash: s.formHash, FormPrint: c.FormPrint, ByID: c.WorkerID,
	}
	return nil
}

// nameKeys writes the search keys of a case's name.
func (w *Work) nameKeys(ctx context.Context, tx *store.Tx, c *store.Case) error {
	return tx.PutNameKeys(ctx, c.ProgrammeID, c.ID, gb.SearchKeys(c.Name))
}
