package casework

import (
	"context"

	"yuanmeng/internal/store"
)

// ReadMessages marks the messages that a worker's page has shown. A message that
// was read counts as delivered (DESIGN §2.6).
func (w *Work) ReadMessages(ctx context.Context, workerID string, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	return w.DB.Write(ctx, w.Now(), func(tx *store.Tx) error { return tx.ReadSome(ctx, workerID, ids) })
}
