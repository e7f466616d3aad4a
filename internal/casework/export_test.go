package casework

import (
	"context"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// Hold notes a place at the door as being made ready, so that a test can hand in
// the later ones first.
func (w *Work) Hold(door int64) { w.gate.come(door) }

// Release ends a Hold.
func (w *Work) Release(door int64) { w.gate.leave(door) }

// Ready counts the submissions that are ready and wait at the gate.
func (w *Work) Ready() int {
	w.gate.mu.Lock()
	defer w.gate.mu.Unlock()
	return len(w.gate.ready)
}

// Crowd writes the complete drafts of many people in one transaction, as Begin and
// Save would one by one, and gives their cases.
func (w *Work) Crowd(ctx context.Context, p *scheme.Programme, workers []store.Worker, apps []*scheme.Application) ([]store.Case, error) {
	now := w.Now().UTC()
	var cases []store.Case
	var drafts []store.Draft
	for i, app := range apps {
		c := store.Case{
			ID: store.NewID(now), ProgrammeID: string(p.ID), WorkerID: workers[i].ID, State: scheme.Draft, Place: scheme.PlaceNone,
			Band: scheme.BandOther, CreatedAt: now, SavedAt: now, Since: now, Version: 1,
		}
		key, wrapped, err := w.Keys.NewDataKey("case/" + c.ID)
		if err != nil {
			return nil, err
		}
		c.KeyWrapped = wrapped
		w.project(&c, app, p, now)
		answers, sealed, files := seal(key, c.ID, app)
		cases = append(cases, c)
		drafts = append(drafts, store.Draft{CaseID: c.ID, Answers: answers, Sealed: sealed, Files: files, SavedAt: now})
	}
	return cases, w.DB.Write(ctx, now, func(tx *store.Tx) error {
		for from := 0; from < len(cases); from += 1000 {
			to := min(from+1000, len(cases))
			ws, cs, ds := workers[from:to], cases[from:to], drafts[from:to]
			for _, rows := range []any{&ws, &cs, &ds} {
				if err := tx.Insert(ctx, rows); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// CodeOf is the code on the form of a case.
func (w *Work) CodeOf(caseID string) string { return w.formCode(caseID) }
