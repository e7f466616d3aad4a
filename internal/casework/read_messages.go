package casework

import (
	"context"
	"slices"

	"yuanmeng/internal/scheme"
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

// Inbox lists a worker's newest messages, those opened that repeat what somebody
// wrote about a case of his.
func (w *Work) Inbox(ctx context.Context, workerID string, limit int) ([]store.Message, error) {
	ms, err := w.DB.Messages(ctx, workerID, limit)
	if err != nil || !slices.ContainsFunc(ms, func(m store.Message) bool { return m.BodySealed != nil }) {
		return ms, err
	}
	cases, err := w.DB.CasesOf(ctx, workerID)
	if err != nil {
		return nil, err
	}
	for i := range ms {
		if ms[i].BodySealed != nil {
			ms[i].Body = scheme.Erased // its case may be gone altogether
		}
	}
	for i := range cases {
		w.Words(&cases[i]).Messages(ms)
	}
	return ms, nil
}
