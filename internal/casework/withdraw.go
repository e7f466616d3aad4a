package casework

import (
	"context"

	"yuanmeng/internal/scheme"
)

// Withdraw ends the case at once and frees the place (DESIGN §2.6). The door
// asks for a fresh code first.
func (w *Work) Withdraw(ctx context.Context, workerID, caseID string) error {
	return w.byWorker(ctx, workerID, caseID, scheme.Withdraw, scheme.Args{})
}
