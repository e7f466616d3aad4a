package store

import (
	"context"
	"reflect"
	"time"

	"github.com/uptrace/bun"
)

// Tally is the seat arithmetic and the head of the log of one programme.
type Tally struct {
	bun.BaseModel `bun:"table:tally,alias:t"`
	ProgrammeID   string `bun:",pk"`
	Cap           int
	WaitingMax    int
	LastNo        int64
	Held          int
	Confirmed     int
	Consumed      int
	Waiting       int
	ListEnded     bool
	LogTxn        int64
	LogSize       int64
	LogAt         time.Time // of the newest leaf
	Frontier      []byte
}

// After brings the transaction's instant up to the newest leaf of a log that it
// has locked. The instant was read before the lock was had, perhaps on another
// node: a log that ran back in time would look forged (moves 1.4).
func (tx *Tx) After(t Tally) {
	if t.LogAt.After(tx.Now) {
		tx.Now = t.LogAt.UTC()
	}
}

// Taken is how many seats count against the cap.
func (t Tally) Taken() int { return t.Held + t.Confirmed + t.Consumed }

// Free is how many seats nobody has.
func (t Tally) Free() int { return t.Cap - t.Taken() }

// Tally reads the tally without locking it.
func (q Q) Tally(ctx context.Context, programme string) (Tally, error) {
	return one[Tally](ctx, q, "t.programme_id = ?", programme)
}

// LockTallies reads and locks the tallies of programmes, in the order of their
// ids so that two nodes never wait for each other.
func (tx *Tx) LockTallies(ctx context.Context, programmes []string) ([]Tally, error) {
	var out []Tally
	q := tx.NewSelect().Model(&out).Where("t.programme_id IN (?)", bun.In(programmes)).OrderExpr("t.programme_id")
	if tx.Engine == Postgres {
		q = q.For("UPDATE")
	}
	err := q.Scan(ctx)
	return out, err
}

// LockTally locks one tally.
func (tx *Tx) LockTally(ctx context.Context, programme string) (Tally, error) {
	var t Tally
	q := tx.NewSelect().Model(&t).Where("t.programme_id = ?", programme)
	if tx.Engine == Postgres {
		q = q.For("UPDATE")
	}
	err := q.Scan(ctx)
	return t, err
}

// PutTallies writes tallies that the transaction has locked, or new ones. It is
// one statement however many programmes a batch touches.
func (tx *Tx) PutTallies(ctx context.Context, ts []Tally) error {
	if len(ts) == 0 {
		return nil
	}
	const conflict, set = "CONFLICT (programme_id) DO UPDATE", "cap = EXCLUDED.cap, waiting_max = EXCLUDED.waiting_max, last_no = EXCLUDED.last_no, held = EXCLUDED.held, confirmed = EXCLUDED.confirmed, consumed = EXCLUDED.consumed, waiting = EXCLUDED.waiting, list_ended = EXCLUDED.list_ended, log_txn = EXCLUDED.log_txn, log_size = EXCLUDED.log_size, log_at = EXCLUDED.log_at, frontier = EXCLUDED.frontier"
	if w := tx.parsed(bulkKey{row: reflect.TypeFor[Tally](), clause: " ON " + conflict + " SET " + set}); w != nil {
		return w.write(ctx, tx.sql, reflect.ValueOf(ts))
	}
	_, err := tx.NewInsert().Model(&ts).On(conflict).Set(set).Exec(ctx)
	return err
}
