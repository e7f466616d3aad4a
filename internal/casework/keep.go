package casework

import (
	"context"
	"time"

	"yuanmeng/internal/scheme"
)

// keep drops a hearing: the seat stays. A return that had lapsed starts its
// term anew, since the worker still owes it.
func (t *turn) keep(ctx context.Context, e *entry, a scheme.Actor, args scheme.Args) error {
	if _, err := t.step(ctx, e, scheme.Keep, a, args); err != nil {
		return err
	}
	return t.restart(ctx, e)
}

// restart starts the clock of whoever has the ball, after a move that names no
// deadline of its own.
func (t *turn) restart(ctx context.Context, e *entry) error {
	now := t.tx.Now
	switch {
	case e.s.Contested:
		return t.book(ctx, e, scheme.Overdue, t.cal.WorkingDays(now, t.p.ContestDays))
	case e.s.State == scheme.Returned && e.s.Stamp:
		return t.book(ctx, e, scheme.Lapse, t.cal.AtLeast(now, t.cal.WorkingDays(now, t.p.CorrectionStampDays), t.p.MinDays))
	case e.s.State == scheme.Returned:
		return t.book(ctx, e, scheme.Lapse, t.cal.AtLeast(now, t.cal.NaturalDays(now, t.p.CorrectionDays), t.p.MinDays))
	case e.s.State == scheme.Accepted:
		return t.book(ctx, e, scheme.Overdue, t.cal.WorkingDays(now, t.p.CheckDays))
	case e.s.State == scheme.AtDistrict:
		return t.book(ctx, e, scheme.Overdue, t.cal.WorkingDays(now, t.p.DecideDays))
	}
	return nil
}

// book makes a deadline the one that runs on a case. A day before a deadline of
// the worker's own he is reminded.
func (t *turn) book(ctx context.Context, e *entry, move scheme.MoveName, at time.Time) error {
	e.s.Due, e.dirty = at, true
	return t.tx.Insert(ctx, t.dues(e, move, at))
}
