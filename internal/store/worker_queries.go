package store

import (
	"context"
	"time"

	"github.com/uptrace/bun"
)

// LeavesOf lists the leaves of a log that are about a case, in their order.
func (q Q) LeavesOf(ctx context.Context, log, caseID string) (out []Leaf, err error) {
	err = q.NewSelect().Model(&out).Where("l.programme_id = ? AND l.case_id = ?", log, caseID).OrderExpr("l.idx").Limit(1000).Scan(ctx)
	return out, err
}

// Unread counts the messages in a worker's inbox that he has not seen.
func (q Q) Unread(ctx context.Context, worker string) (int, error) {
	n, err := q.NewSelect().Table("message").Where("worker_id = ? AND read_at IS NULL", worker).Count(ctx)
	return int(n), err
}

// ReadSome marks the messages of a worker that a page has shown.
func (tx *Tx) ReadSome(ctx context.Context, worker string, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := tx.NewRaw("UPDATE message SET read_at = ? WHERE worker_id = ? AND id IN (?) AND read_at IS NULL", tx.Now, worker, bun.In(ids)).Exec(ctx)
	return err
}

// EndPrintCodes makes the open print codes of a case worthless.
func (tx *Tx) EndPrintCodes(ctx context.Context, caseID string, machine time.Time) error {
	_, err := tx.NewRaw("UPDATE print_code SET expires_at = ? WHERE case_id = ? AND expires_at > ?", machine.UTC(), caseID, machine.UTC()).Exec(ctx)
	return err
}
