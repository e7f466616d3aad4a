package store

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"yuanmeng/internal/proof"
)

// AuditLog is the log id under which the events of the whole installation are
// sealed.
const AuditLog = proof.AuditLog

// Event is one thing that somebody did, was refused, or saw.
type Event struct {
	bun.BaseModel `bun:"table:event,alias:e"`
	ID            string `bun:",pk"`
	ProgrammeID   string
	CaseID        string
	ActorID       string
	ActorName     string
	Role          string
	Org           string
	Name          string
	Detail        string // JSON, free of sensitive values
	At            time.Time
}

// Leaf is one row of a Merkle log. Private is what its commitment hides, empty
// where there is none; it is erased with the case.
type Leaf struct {
	bun.BaseModel `bun:"table:leaf,alias:l"`
	ProgrammeID   string `bun:",pk"`
	Idx           int64  `bun:",pk"`
	Txn           int64
	Body          string
	Private       string
	CaseID        string
}

// LogHash is one stored hash of a log (tlog's storage index).
type LogHash struct {
	bun.BaseModel `bun:"table:log_hash"`
	ProgrammeID   string `bun:",pk"`
	Idx           int64  `bun:",pk"`
	Hash          []byte
}

// Checkpoint is a signed head of a log.
type Checkpoint struct {
	bun.BaseModel `bun:"table:checkpoint,alias:k"`
	ProgrammeID   string `bun:",pk"`
	Size          int64  `bun:",pk"`
	At            time.Time
	Note          string
}

// SealedEvent says under which leaf of the audit log an event is sealed.
type SealedEvent struct {
	bun.BaseModel `bun:"table:sealed_event"`
	EventID       string `bun:",pk"`
	Idx           int64
}

// Leaves lists leaves of a log from an index on.
func (q Q) Leaves(ctx context.Context, log string, from int64, limit int) (out []Leaf, err error) {
	err = q.NewSelect().Model(&out).Where("l.programme_id = ? AND l.idx >= ?", log, from).OrderExpr("l.idx").Limit(int64(limit)).Scan(ctx)
	return out, err
}

// Leaf reads one leaf.
func (q Q) Leaf(ctx context.Context, log string, idx int64) (Leaf, error) {
	return one[Leaf](ctx, q, "l.programme_id = ? AND l.idx = ?", log, idx)
}

// LogHashes reads stored hashes by their storage indexes, in the order asked.
func (q Q) LogHashes(ctx context.Context, log string, indexes []int64) ([][32]byte, error) {
	if len(indexes) == 0 {
		return nil, nil
	}
	var rows []LogHash
	if err := q.NewSelect().Model(&rows).Where("programme_id = ? AND idx IN (?)", log, bun.In(indexes)).Scan(ctx); err != nil {
		return nil, err
	}
	by := make(map[int64][]byte, len(rows))
	for _, r := range rows {
		by[r.Idx] = r.Hash
	}
	out := make([][32]byte, len(indexes))
	for i, x := range indexes {
		copy(out[i][:], by[x])
	}
	return out, nil
}

// LastCheckpoint is the newest checkpoint of a log.
func (q Q) LastCheckpoint(ctx context.Context, log string) (Checkpoint, error) {
	return one[Checkpoint](ctx, q, "k.programme_id = ? ORDER BY k.size DESC LIMIT 1", log)
}

// Checkpoints lists checkpoints of a log, newest first.
func (q Q) Checkpoints(ctx context.Context, log string, limit int) (out []Checkpoint, err error) {
	err = q.NewSelect().Model(&out).Where("k.programme_id = ?", log).OrderExpr("k.size DESC").Limit(int64(limit)).Scan(ctx)
	return out, err
}

// UnsealedEvents lists events that no leaf of the audit log covers yet.
func (q Q) UnsealedEvents(ctx context.Context, limit int) (out []Event, err error) {
	err = q.NewSelect().Model(&out).Join("LEFT JOIN sealed_event AS s ON s.event_id = e.id").Where("s.event_id IS NULL").OrderExpr("e.id").Limit(int64(limit)).Scan(ctx)
	return out, err
}

// CaseEvents lists the events of a case, oldest first.
func (q Q) CaseEvents(ctx context.Context, caseID string, limit int) (out []Event, err error) {
	err = q.NewSelect().Model(&out).Where("e.case_id = ?", caseID).OrderExpr("e.id").Limit(int64(limit)).Scan(ctx)
	return out, err
}

// Events lists events of the installation, newest first, from before an id on.
func (q Q) Events(ctx context.Context, name, before string, limit int) (out []Event, err error) {
	sel := q.NewSelect().Model(&out)
	if name != "" {
		sel = sel.Where("e.name = ?", name)
	}
	if before != "" {
		sel = sel.Where("e.id < ?", before)
	}
	err = sel.OrderExpr("e.id DESC").Limit(int64(limit)).Scan(ctx)
	return out, err
}

// LookedToday says whether an account has opened a case since the Shanghai
// midnight of now.
func (q Q) LookedToday(ctx context.Context, caseID, actor, what string, now time.Time) (bool, error) {
	day := now.Add(8 * time.Hour).Truncate(24 * time.Hour).Add(-8 * time.Hour)
	n, err := q.NewSelect().Table("event").Where("case_id = ? AND actor_id = ? AND name = ? AND at >= ?", caseID, actor, what, day.UTC()).Count(ctx)
	return n > 0, err
}

// Lookers lists who looked at a case: organisation, role, instant; newest first.
func (q Q) Lookers(ctx context.Context, caseID string, limit int) (out []Event, err error) {
	err = q.NewSelect().Model(&out).Where("e.case_id = ? AND e.name IN ('look', 'check', 'reveal', 'scan', 'fetch_print')", caseID).OrderExpr("e.id DESC").Limit(int64(limit)).Scan(ctx)
	return out, err
}
