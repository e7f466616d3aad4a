package store

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"yuanmeng/internal/scheme"
)

// Restoration is a backup that was put back. While it is not released no message
// leaves and no deadline acts.
type Restoration struct {
	bun.BaseModel `bun:"table:restoration,alias:r"`
	ID            string `bun:",pk"`
	At            time.Time
	BackupAt      time.Time
	Reason        string // why a checkpoint was missing, "" where none was
	Erased        int    // data keys that were destroyed again
	FirstID       string
	SecondID      string
	Quiet         bool // what was waiting then goes to the inbox only
	ReleasedAt    *time.Time
}

// Epoch is what one log lost by a restoration.
type Epoch struct {
	bun.BaseModel `bun:"table:epoch,alias:ep"`
	ProgrammeID   string `bun:",pk"`
	Kept          int64  `bun:",pk"`
	RestorationID string
	Size          int64
	FromNo        int64
	ToNo          int64
}

// DeliverAgain names the proposal row by which a hold is released; it is no move
// of a case.
const DeliverAgain scheme.MoveName = "deliver_again"

// Held says whether a restoration waits for its release.
func (q Q) Held(ctx context.Context) (bool, error) {
	return q.NewSelect().Table("restoration").Where("released_at IS NULL").Exists(ctx)
}

// HeldRestorations lists the restorations that wait for their release, newest
// first.
func (q Q) HeldRestorations(ctx context.Context) (out []Restoration, err error) {
	err = q.NewSelect().Model(&out).Where("r.released_at IS NULL").OrderExpr("r.id DESC").Scan(ctx)
	return out, err
}

// ReleaseRestorations ends the hold.
func (tx *Tx) ReleaseRestorations(ctx context.Context, first, second string, quiet bool) error {
	_, err := tx.NewRaw("UPDATE restoration SET released_at = ?, first_id = ?, second_id = ?, quiet = ? WHERE released_at IS NULL", tx.Now, first, second, quiet).Exec(ctx)
	return err
}

// EpochsOf lists what the logs lost by a restoration.
func (q Q) EpochsOf(ctx context.Context, restoration string) (out []Epoch, err error) {
	err = q.NewSelect().Model(&out).Where("ep.restoration_id = ?", restoration).OrderExpr("ep.programme_id, ep.kept").Scan(ctx)
	return out, err
}

// Epochs lists the epochs of a log, oldest first.
func (q Q) Epochs(ctx context.Context, log string) (out []Epoch, err error) {
	err = q.NewSelect().Model(&out).Where("ep.programme_id = ?", log).OrderExpr("ep.kept").Scan(ctx)
	return out, err
}

// LostNumbers is how many acceptance numbers of a programme were passed over.
func (q Q) LostNumbers(ctx context.Context, programme string) (n int, err error) {
	err = q.NewSelect().Table("epoch").ColumnExpr("COALESCE(SUM(to_no - from_no + 1), 0)").Where("programme_id = ? AND to_no > 0", programme).Scan(ctx, &n)
	return n, err
}

// HeldMessages is how many messages of one wording wait: those that stood in the
// backup, and those booked since.
type HeldMessages struct {
	Wording string
	Before  int
	Since   int
}

// HeldMessages counts what waits in the outbox by its wording.
func (q Q) HeldMessages(ctx context.Context, restored time.Time) (out []HeldMessages, err error) {
	err = q.NewSelect().Table("outbox").ColumnExpr("wording").
		ColumnExpr("SUM(CASE WHEN created_at <= ? THEN 1 ELSE 0 END) AS before", restored.UTC()).
		ColumnExpr("SUM(CASE WHEN created_at <= ? THEN 0 ELSE 1 END) AS since", restored.UTC()).
		Where("sent_at IS NULL AND dead_at IS NULL").GroupExpr("wording").OrderExpr("wording").Scan(ctx, &out)
	return out, err
}

// InboxOnly is the channel of a message that is not sent to the phone.
const InboxOnly = "inbox"

// loud are the wordings that start a deadline of the worker's, or warn him of
// another's hand on his account: better twice than never.
var loud = []string{"hearing", "returned", "phone_changed"}

// Quieten lets what waited in the outbox at an instant go to the inbox only: it
// has probably been sent already. What starts a deadline is sent again.
func (tx *Tx) Quieten(ctx context.Context, restored time.Time) error {
	_, err := tx.NewRaw("UPDATE outbox SET channel = ? WHERE sent_at IS NULL AND dead_at IS NULL AND created_at <= ? AND wording NOT IN (?)", InboxOnly, restored.UTC(), bun.In(loud)).Exec(ctx)
	return err
}

// ForgetDoors ends what a backup would bring back to life: sessions, codes, and
// the release of an earlier hold that was only proposed.
func (tx *Tx) ForgetDoors(ctx context.Context) error {
	for _, table := range []string{"session", "sms_code", "print_code"} {
		if _, err := tx.NewDelete().Table(table).Where("1 = 1").Exec(ctx); err != nil {
			return err
		}
	}
	_, err := tx.NewRaw("UPDATE proposal SET state = 'dropped', ended_at = ? WHERE move = ? AND state = 'open'", tx.Now, DeliverAgain).Exec(ctx)
	return err
}

// Erasure is the mark of a destroyed data key.
type Erasure struct {
	bun.BaseModel `bun:"table:erasure,alias:er"`
	Mark          string `bun:",pk"`
	At            time.Time
}

// MarkErased puts down that data keys were destroyed; a mark that is there
// already stays.
func (tx *Tx) MarkErased(ctx context.Context, rows []Erasure) error {
	if len(rows) == 0 {
		return nil
	}
	_, err := tx.NewInsert().Model(&rows).On("CONFLICT (mark) DO NOTHING").Exec(ctx)
	return err
}

// ErasureCount is how many data keys were destroyed.
func (q Q) ErasureCount(ctx context.Context) (int, error) {
	n, err := q.NewSelect().Table("erasure").Count(ctx)
	return int(n), err
}

// Erasures lists all marks in their order.
func (q Q) Erasures(ctx context.Context) (marks []string, err error) {
	err = q.NewSelect().Table("erasure").Column("mark").OrderExpr("mark").Scan(ctx, &marks)
	return marks, err
}

// DestroyKey destroys the data key of a case that got a number, what the
// commitments of its leaves hide, and the keys by which its name is found. What
// is sealed opens to nobody from then on, files too.
func (tx *Tx) DestroyKey(ctx context.Context, caseID string) error {
	if _, err := tx.NewRaw("UPDATE cases SET key_wrapped = NULL WHERE id = ?", caseID).Exec(ctx); err != nil {
		return err
	}
	if _, err := tx.NewRaw("UPDATE leaf SET private = '' WHERE case_id = ?", caseID).Exec(ctx); err != nil {
		return err
	}
	_, err := tx.NewDelete().Table("name_key").Where("case_id = ?", caseID).Exec(ctx)
	return err
}

// KeyedCases names cases that still have a data key, from after an id on.
func (q Q) KeyedCases(ctx context.Context, after string, limit int) (out []Case, err error) {
	err = q.NewSelect().Model(&out).Column("id", "programme_id", "state").Where("c.id > ? AND c.key_wrapped IS NOT NULL", after).OrderExpr("c.id").Limit(int64(limit)).Scan(ctx)
	return out, err
}

// OpenDelivery is the open proposal of a release, nil for none.
func (q Q) OpenDelivery(ctx context.Context) (*Proposal, error) {
	p, err := one[Proposal](ctx, q, "pr.programme_id = '' AND pr.case_id = '' AND pr.move = ? AND pr.state = 'open'", DeliverAgain)
	if IsNone(err) {
		return nil, nil
	}
	return &p, err
}
