package casework

import (
	"context"
	"errors"
	"fmt"
	"time"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// maxFailed is how many deadlines may fail in one run before it gives up.
const maxFailed = 20

// RunDue makes the moves whose deadline has passed at until, in the order of
// their instants, each as its own act with Now = the programme clock. It gives
// how many it made. When stop is not nil it is asked to bring the clock to each
// due instant first (demo and simulation). One that fails does not hold up those
// behind it: it is tried again in the next run, and its error is given back.
func (w *Work) RunDue(ctx context.Context, until time.Time, stop func(time.Time)) (int, error) {
	n := 0
	var failed []string
	var errs []error
	for {
		d, err := w.DB.NextDue(ctx, until, failed...)
		if store.IsNone(err) {
			return n, errors.Join(errs...)
		}
		if err != nil {
			return n, errors.Join(append(errs, err)...)
		}
		if stop != nil {
			stop(d.DueAt)
		}
		switch err := w.runDue(ctx, d); {
		case ctx.Err() != nil:
			return n, ctx.Err()
		case err != nil && len(failed) == maxFailed:
			return n, errors.Join(append(errs, err)...) // not one row: the database
		case err != nil:
			failed = append(failed, d.ID)
			errs = append(errs, fmt.Errorf("due %s (%s): %w", d.ID, d.Move, err))
		default:
			n++
		}
	}
}

func (w *Work) runDue(ctx context.Context, d store.Due) error {
	if d.Move == openingSoon || d.Move == closingSoon {
		return w.remindDrafts(ctx, d)
	}
	return w.act(ctx, d.ProgrammeID, func(t *turn) error {
		d, err := t.tx.LockDue(ctx, d.ID)
		if store.IsNone(err) {
			return nil // another runner was quicker
		}
		if err != nil {
			return err
		}
		if d.Move == scheme.EndWaiting {
			if err := t.endWaiting(ctx); err != nil {
				return err
			}
			return t.tx.EndDue(ctx, d.ID, "done")
		}
		e, err := t.load(ctx, d.CaseID)
		if err != nil {
			return err
		}
		switch d.Move {
		case scheme.Execute:
			err = t.execute(ctx, e, scheme.SystemActor, scheme.Args{})
		case scheme.Lapse:
			// An answer given in time is read before any deadline acts: a
			// correction that was sent has ended this row in its own act.
			_, err = t.step(ctx, e, d.Move, scheme.SystemActor, scheme.Args{})
		default:
			_, err = t.step(ctx, e, d.Move, scheme.SystemActor, scheme.Args{})
		}
		var r *Refused
		if errors.As(err, &r) {
			if r.Code() == "undelivered" {
				// Nothing reached him: the seat stays, a person has to call, and
				// the days of the hearing begin anew.
				if err := t.event(ctx, e.row.ID, scheme.SystemActor, "undelivered", map[string]any{}); err != nil {
					return err
				}
				if err := t.tx.EndDues(ctx, e.row.ID, r.Code()); err != nil {
					return err
				}
				return t.prolong(ctx, e, scheme.HearingEnd(e.hearing.Cause, t.p, t.cal, t.tx.Now))
			}
			return t.tx.EndDue(ctx, d.ID, r.Code())
		}
		if err != nil {
			return err
		}
		return t.tx.EndDue(ctx, d.ID, "done")
	})
}

// endWaiting ends the whole waiting list at promote_until: one leaf, and every
// waiting case ends as not reached (S5).
func (t *turn) endWaiting(ctx context.Context) error {
	if t.tally.ListEnded {
		return nil
	}
	list, err := t.tx.WaitingBands(ctx, t.tally.ProgrammeID)
	if err != nil {
		return err
	}
	for _, r := range list {
		e, err := t.load(ctx, r.ID)
		if err != nil {
			return err
		}
		if _, err := t.step(ctx, e, scheme.EndWaiting, scheme.SystemActor, scheme.Args{}); err != nil {
			return err
		}
		if err := t.ended(ctx, e); err != nil {
			return err
		}
	}
	t.tally.ListEnded = true
	t.leaves = append(t.leaves, endLeaf())
	return t.event(ctx, "", scheme.SystemActor, "end_waiting", map[string]any{"rows": len(list)})
}
