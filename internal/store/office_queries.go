package store

import (
	"context"
	"time"
)

// Alone makes the writers that name the same thing wait for one another until
// the transaction ends, so that counting and booking are one step. SQLite has
// one writer and needs nothing.
func (tx *Tx) Alone(ctx context.Context, name string) error {
	if tx.Engine != Postgres {
		return nil
	}
	_, err := tx.NewRaw("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", name).Exec(ctx)
	return err
}

// Attempts counts the attempts of a bucket since an instant and gives the
// instant of the last; the zero time when there is none.
func (q Q) Attempts(ctx context.Context, bucket string, since time.Time) (int, time.Time, error) {
	var rows []Attempt
	err := q.NewSelect().Model(&rows).Where("a.bucket = ? AND a.at > ?", bucket, since.UTC()).OrderExpr("a.at DESC, a.id DESC").Limit(1000).Scan(ctx)
	if err != nil || len(rows) == 0 {
		return 0, time.Time{}, err
	}
	return len(rows), rows[0].At, nil
}

// Forget drops the attempts of a bucket.
func (tx *Tx) Forget(ctx context.Context, bucket string) error {
	_, err := tx.NewDelete().Table("attempt").Where("bucket = ?", bucket).Exec(ctx)
	return err
}

// Uncount takes back the newest attempt of a bucket.
func (tx *Tx) Uncount(ctx context.Context, bucket string) error {
	_, err := tx.NewRaw("DELETE FROM attempt WHERE id = (SELECT id FROM attempt WHERE bucket = ? ORDER BY id DESC LIMIT 1)", bucket).Exec(ctx)
	return err
}

// DropCode removes a code that could not be sent.
func (tx *Tx) DropCode(ctx context.Context, id string) error {
	_, err := tx.NewDelete().Table("sms_code").Where("id = ?", id).Exec(ctx)
	return err
}

// LockStaff reads an account and keeps it from other writers.
func (tx *Tx) LockStaff(ctx context.Context, id string) (Staff, error) {
	var s Staff
	sel := tx.NewSelect().Model(&s).Where("s.id = ?", id)
	if tx.Engine == Postgres {
		sel = sel.For("UPDATE")
	}
	err := sel.Scan(ctx)
	return s, err
}

// StaffCount counts the accounts, of any state.
func (q Q) StaffCount(ctx context.Context) (int, error) {
	n, err := q.NewSelect().Table("staff").Count(ctx)
	return int(n), err
}

// EndInvitations makes the open links of an account worthless.
func (tx *Tx) EndInvitations(ctx context.Context, staff string, machine time.Time) error {
	_, err := tx.NewRaw("UPDATE invitation SET used_at = ? WHERE staff_id = ? AND used_at IS NULL", machine.UTC(), staff).Exec(ctx)
	return err
}

// Grant reads one grant.
func (q Q) Grant(ctx context.Context, id string) (Grant, error) {
	var g Grant
	err := q.NewSelect().Model(&g).Where("g.id = ?", id).Scan(ctx)
	return g, err
}

// DutyHeldSince says whether an account held another administrator's duty than
// role at or after an instant, ended or not.
func (q Q) DutyHeldSince(ctx context.Context, staff, role string, since time.Time) (bool, error) {
	n, err := q.NewSelect().Table("grants").Where("staff_id = ? AND duty = 'admin' AND role <> ? AND (ended_at IS NULL OR ended_at > ?)", staff, role, since.UTC()).Count(ctx)
	return n > 0, err
}
