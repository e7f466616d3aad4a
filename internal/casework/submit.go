package casework

import (
	"context"
	"time"

	"yuanmeng/internal/gb"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// Submit hands in a worker's complete draft (clause 5.2): it is checked and
// sealed here, outside the writer; the gate numbers it. door is its place in
// the order of receiving, received the programme clock's instant then. A retry
// with the same draft gets the first answer; a refusal is never stored.
func (w *Work) Submit(ctx context.Context, workerID, caseID string, door int64, received time.Time) (Acceptance, error) {
	c, err := w.DB.Case(ctx, store.Viewer{AccountID: workerID, Worker: true}, caseID)
	if store.IsNone(err) {
		return Acceptance{}, ErrNotFound
	}
	if err != nil {
		return Acceptance{}, err
	}
	s := &submission{door: door, received: received, queuedAt: w.Machine(), row: c}
	if c.State == scheme.Draft {
		if err := w.ready(ctx, s); err != nil {
			return Acceptance{}, err
		}
	}
	// A case that has its number already goes through the gate as well: the
	// answer is read there, behind the commits that came before it.
	return w.gate.enter(ctx, s)
}

// ready does everything dear about a submission: reading, checking, sealing,
// the commitment's key, the plain columns.
func (w *Work) ready(ctx context.Context, s *submission) error {
	c := &s.row
	f, err := w.frozen(ctx, w.DB.Q, c.ProgrammeID)
	if err != nil {
		return err
	}
	d, err := w.DB.Draft(ctx, c.ID)
	if store.IsNone(err) {
		return nil // submitted a moment ago: the gate has the answer
	}
	if err != nil {
		return err
	}
	if s.commitKey, err = w.key(c); err != nil {
		return err
	}
	app, err := open(s.commitKey, c.ID, d.Answers, d.Sealed, d.Files)
	if err != nil {
		return err
	}
	if rs := scheme.Missing(app, f.p, s.received); scheme.Blocked(rs) {
		return &Refused{rs}
	}
	// The draft keeps answers to questions that no longer apply; what is handed
	// in holds only what was asked.
	app = scheme.Asked(app, f.p)
	project(c, app, f.p, s.received)
	c.PersonIndex = w.person(app)
	s.contest = app.Files[scheme.FileIDCard].ID != ""
	s.formHash = w.formHash(app)
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
