package store

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"yuanmeng/internal/scheme"
)

// SeatedNumbers lists the acceptance numbers that have a seat, and how many
// leaves the programme's log had at the same instant: one statement, so that
// the list and the log can be compared. It reads the cases, not the log.
func (q Q) SeatedNumbers(ctx context.Context, programme string) (leaves int64, numbers []int, err error) {
	var rows []struct {
		LogSize int64
		No      *int64
	}
	err = q.NewSelect().TableExpr("tally AS t").ColumnExpr("t.log_size, c.no").
		Join("LEFT JOIN cases AS c ON c.programme_id = t.programme_id AND c.place IN (?)",
			bun.In([]scheme.Place{scheme.PlaceHeld, scheme.PlaceConfirmed, scheme.PlaceConsumed})).
		Where("t.programme_id = ?", programme).OrderExpr("c.no").Scan(ctx, &rows)
	for _, r := range rows {
		leaves = r.LogSize
		if r.No != nil {
			numbers = append(numbers, int(*r.No))
		}
	}
	return leaves, numbers, err
}

// VersionNote is a public version of a programme without its data and without
// who made it.
type VersionNote struct {
	N      int `bun:"version"`
	At     time.Time
	Reason string
	Hash   string
}

// VersionNotes lists the public versions of a programme, oldest first.
func (q Q) VersionNotes(ctx context.Context, programme string) (out []VersionNote, err error) {
	err = q.NewSelect().Table("programme_version").Column("version", "at", "reason", "hash").
		Where("programme_id = ?", programme).OrderExpr("version").Scan(ctx, &out)
	return out, err
}
