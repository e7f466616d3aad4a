package casework

import (
	"context"
	"strings"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// DutyOrder is what a person at the desk, or the machine that reads a college's
// list, says about one duty. Version is the version of the duty that was looked
// at, 0 for the machine.
type DutyOrder struct {
	Move    scheme.MoveName // pass_duty, return_duty, undo_duty
	Case    string
	Kind    scheme.DutyKind
	Version int
	Reason  string
}

// CheckDuty carries out one order about a duty (moves 17). A 免试 that the college
// has confirmed passes the gates of the registration and the exam (A2.3).
func (w *Work) CheckDuty(ctx context.Context, a scheme.Actor, v store.Viewer, o DutyOrder) error {
	c, err := w.DB.Case(ctx, v, o.Case)
	if store.IsNone(err) {
		return ErrNotFound
	}
	if err != nil {
		return err
	}
	return w.act(ctx, c.ProgrammeID, func(t *turn) error {
		e, err := t.load(ctx, o.Case)
		if err != nil {
			return err
		}
		return t.checkDuty(ctx, e, a, o)
	})
}

func (t *turn) checkDuty(ctx context.Context, e *entry, a scheme.Actor, o DutyOrder) error {
	d, err := t.duty(ctx, e, o.Kind)
	if err != nil {
		return err
	}
	row, _ := scheme.DutyBy(o.Kind)
	switch {
	case o.Version != 0 && o.Version != d.Version:
		return refuse("stale", "", "这一项刚才有变化，请看最新情况再决定", row.Clause)
	case !e.s.State.Live():
		return refuse("state", "", "案件已经结束", row.Clause)
	}
	o.Reason = strings.TrimSpace(o.Reason)
	next, rs := scheme.StepDuty(d.Scheme(), o.Move, a, scheme.Args{Reason: o.Reason}, t.p, t.tx.Now)
	if scheme.Blocked(rs) {
		return &Refused{rs}
	}
	text, ok := t.w.Words(&e.row).DutyText(d)
	if !ok {
		return refuse("erased", "", "内容已按期限删除", row.Clause)
	}
	text.Reason = o.Reason
	d.State, d.ByID = next.State, a.ID
	if err := t.putDuty(ctx, e, d, text); err != nil {
		return err
	}
	if d.Exempt && o.Move == scheme.PassDuty {
		e.s.Duties.Registration = scheme.DutyPassed
		if err := t.cured(ctx, e, scheme.SystemActor); err != nil {
			return err
		}
	}
	if err := t.event(ctx, e.row.ID, a, string(o.Move), map[string]any{"what": string(o.Kind), "reason": o.Reason}); err != nil {
		return err
	}
	r, _ := scheme.TurnBy(scheme.DutyTurns, o.Move)
	if r.Message == "" {
		return nil
	}
	return t.tell(ctx, e, r.Message, map[string]string{"items": row.Label, "reason": o.Reason})
}
