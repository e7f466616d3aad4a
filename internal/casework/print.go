package casework

import (
	"context"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// Printed notes that the form was made, with the values it stood for, and gives
// the application to print. It may be made as often as the worker likes.
func (w *Work) Printed(ctx context.Context, workerID, caseID string) (store.Case, *scheme.Application, error) {
	var c store.Case
	var app *scheme.Application
	err := w.DB.Write(ctx, w.Now(), func(tx *store.Tx) error {
		var err error
		c, err = tx.LockCase(ctx, caseID)
		if store.IsNone(err) || err == nil && c.WorkerID != workerID {
			return ErrNotFound
		}
		if err != nil {
			return err
		}
		key, err := w.key(&c)
		if err != nil {
			return err
		}
		d, err := tx.Draft(ctx, caseID)
		if store.IsNone(err) {
			r, err := tx.Revision(ctx, caseID, 0)
			if err != nil {
				return ErrNotFound
			}
			app, err = open(key, caseID, r.Answers, r.Sealed, r.Files)
			return err // a submitted form is only read again
		}
		if err != nil {
			return err
		}
		if app, err = open(key, caseID, d.Answers, d.Sealed, d.Files); err != nil {
			return err
		}
		print := store.Encode(w.formPrint(app))
		if c.FormPrint == print && c.FormCode != "" {
			return nil
		}
		version := c.Version
		at := tx.Now
		c.FormCode, c.FormPrint, c.PrintedAt = w.formCode(c.ID), print, &at
		c.Version++
		if err := tx.PutCase(ctx, &c, version); err != nil {
			return err
		}
		return w.note(ctx, tx, c, WorkerActor(workerID), "print", nil)
	})
	return c, app, err
}
