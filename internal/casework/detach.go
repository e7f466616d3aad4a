package casework

import (
	"context"

	"yuanmeng/internal/scheme"
)

// Detach takes a file out of the draft.
func (w *Work) Detach(ctx context.Context, workerID, caseID string, kind scheme.FileKind) error {
	_, err := w.Save(ctx, workerID, caseID, func(app *scheme.Application, _ *scheme.Programme) error {
		delete(app.Files, kind)
		return nil
	})
	return err
}
