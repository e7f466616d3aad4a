package casework

import (
	"context"
	"time"

	"yuanmeng/internal/scheme"
)

// execute carries out the release at the end of a hearing: by the clock when
// nobody answered, by two persons when somebody did. When no message reached
// the worker and no call is logged, the clock waits for a person (DESIGN §2.6).
func (t *turn) execute(ctx context.Context, e *entry, a scheme.Actor, args scheme.Args) error {
	if a.Role == scheme.RoleSystem && e.hearing != nil {
		told, err := t.tx.Delivered(ctx, e.row.ID, e.hearing.OpenedAt)
		if err != nil {
			return err
		}
		if !told {
			return errUndelivered
		}
	}
	if _, err := t.step(ctx, e, scheme.Execute, a, args); err != nil {
		return err
	}
	return t.ended(ctx, e)
}

var errUndelivered = refuse("undelivered", "", "告知没有送达，也没有电话记录：请先打电话并登记", "5.1")

// prolong gives an open hearing a later end.
func (t *turn) prolong(ctx context.Context, e *entry, until time.Time) error {
	e.hearing.UntilAt, e.s.Hearing.Until = until.UTC(), until
	if err := t.tx.PutHearing(ctx, e.hearing); err != nil {
		return err
	}
	return t.book(ctx, e, scheme.Execute, until)
}
