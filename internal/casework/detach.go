package casework

import (
	"context"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// Detach takes a file out of the draft.
func (w *Work) Detach(ctx context.Context, workerID, caseID string, kind scheme.FileKind) error {
	_, err := w.save(ctx, workerID, caseID, func(tx *store.Tx, c *store.Case, app *scheme.Application, _ *scheme.Programme) error {
		delete(app.Files, kind)
		if c.State == scheme.Draft {
			return tx.DropFiles(ctx, caseID, kind)
		}
		return nil
	})
	return err
}
