package casework

import (
	"context"
	"time"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// The reminders of a programme's two ends, named as their wordings; they are no
// moves of a case.
const (
	openingSoon scheme.MoveName = "opening_soon"
	closingSoon scheme.MoveName = "closing_soon"
)

// remindMost is how many are reminded in one transaction: the gate wants the
// writer as well.
const remindMost = 500

// reminders are the deadlines by which those with a draft are reminded of the
// opening and of the close (R-A15). One whose instant has passed is not booked.
// The dates are frozen at the opening; an act that changes them would end these
// rows and book them anew: nobody is reminded twice, the table reminded sees to that.
func reminders(p *scheme.Programme, now time.Time) (out []store.Due) {
	for _, r := range []struct {
		move scheme.MoveName
		end  time.Time
		days int
	}{{openingSoon, p.OpensAt, p.OpeningSoonDays}, {closingSoon, p.ClosesAt, p.ClosingSoonDays}} {
		if at := scheme.DaysBefore(r.end, r.days); r.days > 0 && at.After(now) {
			out = append(out, store.Due{ID: store.NewID(now), ProgrammeID: string(p.ID), Move: r.move, DueAt: at.UTC()})
		}
	}
	return out
}

// remindDrafts books the reminder for the next of those whose draft is not handed
// in, and ends the deadline with the last of them: until then it comes round
// again at once, so that many people never hold the writer for long. A platform
// that stood still until the end itself reminds nobody of it any more.
func (w *Work) remindDrafts(ctx context.Context, d store.Due) error {
	return w.DB.Write(ctx, w.Now(), func(tx *store.Tx) error {
		d, err := tx.LockDue(ctx, d.ID)
		if store.IsNone(err) {
			return nil // another runner was quicker
		}
		if err != nil {
			return err
		}
		f, err := w.frozen(ctx, tx.Q, d.ProgrammeID)
		if err != nil {
			return err
		}
		end := f.p.ClosesAt
		if d.Move == openingSoon {
			end = f.p.OpensAt
		}
		if !tx.Now.Before(end) {
			return tx.EndDue(ctx, d.ID, "late")
		}
		drafts, err := tx.DraftsUntold(ctx, d.ProgrammeID, string(d.Move), remindMost)
		if err != nil {
			return err
		}
		rows, once := make([]store.Outbox, len(drafts)), make([]store.Reminded, len(drafts))
		for i, c := range drafts {
			rows[i] = outbox(tx.Now, w.Machine(), &c, string(d.Move), nil)
			once[i] = store.Reminded{ProgrammeID: c.ProgrammeID, WorkerID: c.WorkerID, Wording: string(d.Move)}
		}
		if err := tx.InsertAll(ctx, &once); err != nil {
			return err
		}
		if err := tx.InsertAll(ctx, &rows); err != nil {
			return err
		}
		if err := tx.Insert(ctx, &store.Event{
			ID: store.NewID(tx.Now), ProgrammeID: d.ProgrammeID, ActorID: scheme.SystemActor.ID, ActorName: scheme.SystemActor.Name,
			Role: string(scheme.RoleSystem), Name: string(d.Move), Detail: store.Encode(map[string]any{"rows": len(rows)}), At: tx.Now,
		}); err != nil {
			return err
		}
		if len(drafts) == remindMost {
			return nil
		}
		return tx.EndDue(ctx, d.ID, "done")
	})
}
