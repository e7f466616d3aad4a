package store

import (
	"context"

	"yuanmeng/internal/scheme"
)

// AcceptanceEvent is the event of a case's acceptance: its detail says which
// place and rank the gate gave.
func (q Q) AcceptanceEvent(ctx context.Context, caseID string) (Event, error) {
	return one[Event](ctx, q, "e.case_id = ? AND e.name IN ('submit', 'contest') ORDER BY e.at, e.id LIMIT 1", caseID)
}

// CheckpointsFrom lists checkpoints of a log above a size, oldest first.
func (q Q) CheckpointsFrom(ctx context.Context, log string, above int64, limit int) (out []Checkpoint, err error) {
	err = q.NewSelect().Model(&out).Where("k.programme_id = ? AND k.size > ?", log, above).OrderExpr("k.size").Limit(int64(limit)).Scan(ctx)
	return out, err
}

// DropFiles removes the stored pages of one kind; their blobs go with the next
// sweep.
func (tx *Tx) DropFiles(ctx context.Context, caseID string, kind scheme.FileKind) error {
	_, err := tx.NewDelete().Table("file").Where("case_id = ? AND kind = ?", caseID, string(kind)).Exec(ctx)
	return err
}
