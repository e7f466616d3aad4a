package casework

import (
	"context"
	"strings"

	"yuanmeng/internal/scheme"
)

// Answer is the worker's answer in a hearing: it stops the clock until a person
// has decided (S2).
func (w *Work) Answer(ctx context.Context, workerID, caseID, text string) error {
	text = strings.TrimSpace(text)
	if len([]rune(text)) > 2000 {
		return refuse("too_long", "说明请写在2000字以内。", "说明过长", "5.1")
	}
	return w.byWorker(ctx, workerID, caseID, scheme.Answer, scheme.Args{Reason: text})
}

// Waive is the worker's choice not to wait for the end of the hearing.
func (w *Work) Waive(ctx context.Context, workerID, caseID string) error {
	return w.byWorker(ctx, workerID, caseID, scheme.Waive, scheme.Args{})
}

// Withdraw ends the case at once and frees the place (DESIGN §2.6). The door
// asks for a fresh code first.
func (w *Work) Withdraw(ctx context.Context, workerID, caseID string) error {
	return w.byWorker(ctx, workerID, caseID, scheme.Withdraw, scheme.Args{})
}

func (w *Work) byWorker(ctx context.Context, workerID, caseID string, move scheme.MoveName, args scheme.Args) error {
	c, err := w.own(ctx, workerID, caseID)
	if err != nil {
		return err
	}
	return w.act(ctx, c.ProgrammeID, func(t *turn) error {
		e, err := t.load(ctx, caseID)
		if err != nil {
			return err
		}
		if _, err := t.step(ctx, e, move, WorkerActor(workerID), args); err != nil {
			return err
		}
		if e.s.State.Final() {
			return t.ended(ctx, e)
		}
		return nil
	})
}

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

// reinstate puts a wrongly released case at the head of the waiting list. The
// person must be free: one live case per person.
func (t *turn) reinstate(ctx context.Context, e *entry, a scheme.Actor, args scheme.Args) error {
	living, err := t.tx.LivePersons(ctx, []string{e.row.PersonIndex})
	if err != nil {
		return err
	}
	if living[e.row.PersonIndex] != "" {
		return refuse("double", "", "本人已有另一份在办申请，不能恢复", "5.1")
	}
	if t.tally.ListEnded {
		return refuse("list_ended", "", "候补已结束，不能恢复", "5.1")
	}
	if _, err := t.step(ctx, e, scheme.Reinstate, a, args); err != nil {
		return err
	}
	return t.takePerson(ctx, e)
}
