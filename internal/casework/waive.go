package casework

import (
	"context"

	"yuanmeng/internal/scheme"
)

// Waive is the worker's choice not to wait for the end of the hearing.
func (w *Work) Waive(ctx context.Context, workerID, caseID string) error {
	return w.byWorker(ctx, workerID, caseID, scheme.Waive, scheme.Args{})
}
