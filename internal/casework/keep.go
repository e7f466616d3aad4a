package casework

import (
	"context"

	"yuanmeng/internal/scheme"
)

// keep drops a hearing: the seat stays. A return that had lapsed starts its
// term anew, since the worker still owes it.
func (t *turn) keep(ctx context.Context, e *entry, a scheme.Actor, args scheme.Args) error {
	cause := scheme.Cause("")
	if e.s.Hearing != nil {
		cause = e.s.Hearing.Cause
	}
	if _, err := t.step(ctx, e, scheme.Keep, a, args); err != nil {
		return err
	}
	switch {
	case cause == scheme.CauseContest && e.row.ContestedWith != "":
		return t.takePerson(ctx, e)
	case e.s.State == scheme.Returned:
		due := t.cal.NaturalDays(t.tx.Now, t.p.CorrectionDays)
		e.s.Due = due
		return t.book(ctx, e, scheme.Lapse, due)
	case e.s.State == scheme.Accepted:
		due := t.cal.WorkingDays(t.tx.Now, t.p.CheckDays)
		e.s.Due = due
		return t.book(ctx, e, scheme.Overdue, due)
	case e.s.State == scheme.AtDistrict:
		due := t.cal.WorkingDays(t.tx.Now, t.p.DecideDays)
		e.s.Due = due
		return t.book(ctx, e, scheme.Overdue, due)
	}
	return nil
}
