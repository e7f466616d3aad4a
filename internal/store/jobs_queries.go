package store

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"yuanmeng/internal/scheme"
)

// DeliverMessages puts messages into their inboxes; one that is there already
// stays as it is, read or unread.
func (tx *Tx) DeliverMessages(ctx context.Context, ms []Message) error {
	if len(ms) == 0 {
		return nil
	}
	_, err := tx.NewInsert().Model(&ms).On("CONFLICT (id) DO NOTHING").Exec(ctx)
	return err
}

// PostponeOutbox lets a row rest until next without counting it as a try.
func (tx *Tx) PostponeOutbox(ctx context.Context, id string, next time.Time) error {
	_, err := tx.NewRaw("UPDATE outbox SET next_at = ?, attempts = attempts - 1, lease_until = NULL WHERE id = ? AND sent_at IS NULL AND dead_at IS NULL", next.UTC(), id).Exec(ctx)
	return err
}

// Outbox lists the newest rows of the outbox, for the desk and for tests.
func (q Q) Outbox(ctx context.Context, limit int) (out []Outbox, err error) {
	err = q.NewSelect().Model(&out).OrderExpr("o.id DESC").Limit(int64(limit)).Scan(ctx)
	return out, err
}

// Reminded says that a worker was reminded by a wording of a programme.
type Reminded struct {
	bun.BaseModel `bun:"table:reminded,alias:rm"`
	ProgrammeID   string `bun:",pk"`
	WorkerID      string `bun:",pk"`
	Wording       string `bun:",pk"`
}

// DraftsUntold lists drafts of a programme whose workers have not been reminded
// by a wording of it; at most limit.
func (q Q) DraftsUntold(ctx context.Context, programme, wording string, limit int) (out []Case, err error) {
	err = q.NewSelect().Model(&out).Column("id", "programme_id", "worker_id").Where("c.programme_id = ? AND c.state = ?", programme, scheme.Draft).
		Where("NOT EXISTS (SELECT 1 FROM reminded AS rm WHERE rm.programme_id = c.programme_id AND rm.worker_id = c.worker_id AND rm.wording = ?)", wording).
		OrderExpr("c.id").Limit(int64(limit)).Scan(ctx)
	return out, err
}

// StaleDrafts lists cases of a programme that never were submitted.
func (q Q) StaleDrafts(ctx context.Context, programme string, limit int) (ids []string, err error) {
	err = q.NewSelect().Table("cases").Column("id").Where("programme_id = ? AND state = ?", programme, scheme.Draft).OrderExpr("id").Limit(int64(limit)).Scan(ctx, &ids)
	return ids, err
}
