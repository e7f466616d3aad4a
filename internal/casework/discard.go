package casework

import (
	"context"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// Discard removes a draft that was never submitted, with its files.
func (w *Work) Discard(ctx context.Context, workerID, caseID string) error {
	return w.DB.Write(ctx, w.Now(), func(tx *store.Tx) error {
		c, err := tx.LockCase(ctx, caseID)
		if store.IsNone(err) || err == nil && (c.WorkerID != workerID || c.State != scheme.Draft) {
			return ErrNotFound
		}
		if err != nil {
			return err
		}
		if err := w.note(ctx, tx, c, WorkerActor(workerID), "discard", nil); err != nil {
			return err
		}
		// The blobs go with the next sweep: no row keeps them.
		return w.Erase(ctx, tx, c)
	})
}
