package store

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"yuanmeng/internal/scheme"
)

// Due is a deadline: at DueAt the clock makes the move.
type Due struct {
	bun.BaseModel `bun:"table:due,alias:du"`
	ID            string `bun:",pk"`
	ProgrammeID   string
	CaseID        string
	HearingID     string
	Move          scheme.MoveName
	DueAt         time.Time
	EndedAt       *time.Time
	Outcome       string
}

// NextDue is the first open deadline at or before the instant but those named, in
// the order (due_at, id). The waiting list ends after every release whose instant
// is not later (S6): while one of them is still open, because it failed or another
// runner has it, the end of the list waits.
func (q Q) NextDue(ctx context.Context, until time.Time, but ...string) (Due, error) {
	var d Due
	sel := q.NewSelect().Model(&d).Where("du.ended_at IS NULL AND du.due_at <= ?", until).
		Where(`du.move <> ? OR NOT EXISTS (SELECT 1 FROM due AS r WHERE r.programme_id = du.programme_id AND r.move = ?
			AND r.ended_at IS NULL AND r.due_at <= du.due_at)`, scheme.EndWaiting, scheme.Execute)
	if len(but) > 0 {
		sel = sel.Where("du.id NOT IN (?)", bun.In(but))
	}
	err := sel.OrderExpr("du.due_at, CASE WHEN du.move = 'end_waiting' THEN 1 ELSE 0 END, du.id").Limit(1).Scan(ctx)
	return d, err
}

// LockDue reads an open deadline for work; gone means somebody else did it.
func (tx *Tx) LockDue(ctx context.Context, id string) (Due, error) {
	var d Due
	sel := tx.NewSelect().Model(&d).Where("du.id = ? AND du.ended_at IS NULL", id)
	if tx.Engine == Postgres {
		sel = sel.For("UPDATE")
	}
	err := sel.Scan(ctx)
	return d, err
}

// EndDue closes a deadline with what came of it.
func (tx *Tx) EndDue(ctx context.Context, id, outcome string) error {
	_, err := tx.NewRaw("UPDATE due SET ended_at = ?, outcome = ? WHERE id = ?", tx.Now, outcome, id).Exec(ctx)
	return err
}

// EndDues closes the open deadlines of a case: its state has moved on.
func (tx *Tx) EndDues(ctx context.Context, caseID, outcome string) error {
	_, err := tx.NewRaw("UPDATE due SET ended_at = ?, outcome = ? WHERE case_id = ? AND ended_at IS NULL", tx.Now, outcome, caseID).Exec(ctx)
	return err
}

// OpenDues lists the open deadlines of a case.
func (q Q) OpenDues(ctx context.Context, caseID string) (out []Due, err error) {
	return many[Due](ctx, q, "du.case_id = ? AND du.ended_at IS NULL ORDER BY du.due_at", caseID)
}

// Outbox is an effect on the outside world that a transaction has booked.
type Outbox struct {
	bun.BaseModel `bun:"table:outbox,alias:o"`
	ID            string `bun:",pk"`
	ProgrammeID   string
	CaseID        string
	WorkerID      string
	ToSealed      []byte // another number than the account's, under "outbox/" and the id; until it is sent
	Channel       string // sms
	Wording       string
	Params        string // JSON; no phone, no ID
	ReasonSealed  []byte // the sentence of a person that the message repeats
	CreatedAt     time.Time
	NextAt        time.Time // machine clock
	LeaseUntil    *time.Time
	LeaseBy       string
	Attempts      int
	SentAt        *time.Time
	DeadAt        *time.Time
	Fault         string
}

// ClaimOutbox takes up to limit rows for one runner by one statement; the lease
// runs on the machine clock.
func (tx *Tx) ClaimOutbox(ctx context.Context, runner string, machine time.Time, lease time.Duration, limit int) (out []Outbox, err error) {
	skip := ""
	if tx.Engine == Postgres {
		skip = " FOR UPDATE SKIP LOCKED"
	}
	err = tx.NewRaw(`UPDATE outbox SET lease_by = ?, lease_until = ?, attempts = attempts + 1 WHERE id IN (
		SELECT id FROM outbox WHERE sent_at IS NULL AND dead_at IS NULL AND next_at <= ? AND (lease_until IS NULL OR lease_until < ?)
		ORDER BY next_at, id LIMIT ?`+skip+`) RETURNING *`, runner, machine.Add(lease).UTC(), machine.UTC(), machine.UTC(), limit).Scan(ctx, &out)
	return out, err
}

// EndOutbox records what came of a delivery: sent, try again at next, or dead.
func (tx *Tx) EndOutbox(ctx context.Context, id string, sent, dead *time.Time, next time.Time, fault string) error {
	_, err := tx.NewRaw("UPDATE outbox SET sent_at = ?, dead_at = ?, next_at = ?, fault = ?, lease_until = NULL WHERE id = ?", sent, dead, next.UTC(), fault, id).Exec(ctx)
	if err != nil || sent == nil && dead == nil {
		return err
	}
	_, err = tx.NewRaw("UPDATE outbox SET to_sealed = NULL WHERE id = ? AND to_sealed IS NOT NULL", id).Exec(ctx)
	return err
}

// Delivered says whether a worker knows of the hearing that began at an instant:
// its message reached his phone, he has read his inbox since, or somebody called
// him. Other messages, and the reminder a day before the end, do not count.
func (q Q) Delivered(ctx context.Context, caseID string, since time.Time) (bool, error) {
	n, err := q.NewSelect().Table("outbox").Where("case_id = ? AND created_at >= ? AND wording = 'hearing' AND sent_at IS NOT NULL", caseID, since.UTC()).Count(ctx)
	if err != nil || n > 0 {
		return n > 0, err
	}
	n, err = q.NewSelect().Table("message").Where("case_id = ? AND read_at >= ?", caseID, since.UTC()).Count(ctx)
	if err != nil || n > 0 {
		return n > 0, err
	}
	n, err = q.NewSelect().Table("event").Where("case_id = ? AND name = 'call' AND at >= ?", caseID, since.UTC()).Count(ctx)
	return n > 0, err
}

// Message is a message in the worker's own inbox: the truth, whatever the
// channels do.
type Message struct {
	bun.BaseModel `bun:"table:message,alias:m"`
	ID            string `bun:",pk"`
	WorkerID      string
	ProgrammeID   string
	CaseID        string
	Wording       string
	Body          string
	BodySealed    []byte // instead of Body, where it repeats what somebody wrote
	At            time.Time
	ReadAt        *time.Time
}

// Messages lists a worker's messages, newest first.
func (q Q) Messages(ctx context.Context, worker string, limit int) (out []Message, err error) {
	return many[Message](ctx, q, "m.worker_id = ? ORDER BY m.id DESC LIMIT ?", worker, limit)
}

// ReadMessages marks a worker's messages as read.
func (tx *Tx) ReadMessages(ctx context.Context, worker string) error {
	_, err := tx.NewRaw("UPDATE message SET read_at = ? WHERE worker_id = ? AND read_at IS NULL", tx.Now, worker).Exec(ctx)
	return err
}
