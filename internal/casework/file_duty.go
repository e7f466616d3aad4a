package casework

import (
	"context"
	"errors"
	"slices"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// FileDuty takes what a worker hands in for one duty: his values, and the files
// that he has uploaded for it before (A2.2–A2.4). It may come from acceptance on,
// waiting people included (S4); handed in again it takes the place of what was
// there. During the hearing that waits for it, it ends the hearing (moves 26).
func (w *Work) FileDuty(ctx context.Context, workerID, caseID string, k scheme.DutyKind, values map[string]string) error {
	c, err := w.own(ctx, workerID, caseID)
	if err != nil {
		return err
	}
	return w.act(ctx, c.ProgrammeID, func(t *turn) error {
		e, err := t.load(ctx, caseID)
		if err != nil {
			return err
		}
		a := WorkerActor(workerID)
		d, err := t.duty(ctx, e, k)
		if err != nil {
			return err
		}
		if rs := scheme.MayFile(e.s, k); rs != nil {
			return &Refused{rs}
		}
		have, err := t.dutyFiles(ctx, e, k)
		if err != nil {
			return err
		}
		clean, rs := scheme.JudgeDuty(t.p, k, values, have, t.asked)
		if scheme.Blocked(rs) {
			return &Refused{rs}
		}
		next, rs := scheme.StepDuty(d.Scheme(), scheme.FileDuty, a, scheme.Args{}, t.p, t.tx.Now)
		if scheme.Blocked(rs) {
			return &Refused{rs}
		}
		d.State, d.ByID, d.FiledAt = next.State, a.ID, t.tx.Now
		d.Exempt = k == scheme.DutyExam && scheme.Exempt(clean)
		if err := t.putDuty(ctx, e, d, store.DutyText{Values: clean}); err != nil {
			return err
		}
		if err := t.event(ctx, caseID, a, string(scheme.FileDuty), map[string]any{"what": string(k)}); err != nil {
			return err
		}
		return t.cured(ctx, e, a)
	})
}

// duty reads one duty of a case, or makes an empty one.
func (t *turn) duty(ctx context.Context, e *entry, k scheme.DutyKind) (store.Duty, error) {
	if _, ok := scheme.DutyBy(k); !ok {
		return store.Duty{}, ErrNotFound
	}
	d, err := t.tx.Duty(ctx, e.row.ID, k)
	if store.IsNone(err) {
		return store.Duty{CaseID: e.row.ID, ProgrammeID: e.row.ProgrammeID, Kind: k}, nil
	}
	return d, err
}

// putDuty writes a duty and marks it on the case. Who looked at the case before
// has to look again.
func (t *turn) putDuty(ctx context.Context, e *entry, d store.Duty, text store.DutyText) error {
	d.Version++
	d.At = t.tx.Now
	if err := t.w.Words(&e.row).SealDuty(&d, text); err != nil {
		return err
	}
	e.s.Duties = e.s.Duties.With(d.Kind, d.State)
	e.s.Version++
	return t.tx.PutDuty(ctx, &d)
}

// cured ends the hearing that has waited for what is there now, and starts the
// clock of whoever has the ball.
func (t *turn) cured(ctx context.Context, e *entry, a scheme.Actor) error {
	if !e.s.HearingOpen() {
		return nil
	}
	cures := slices.ContainsFunc(scheme.Duties, func(d scheme.Duty) bool {
		return d.Kind.Cures(e.s.Hearing.Cause) && e.s.Duties.Of(d.Kind).Met()
	})
	if !cures {
		return nil
	}
	_, err := t.step(ctx, e, scheme.Cure, a, scheme.Args{})
	var r *Refused
	if errors.As(err, &r) {
		return nil // too late, or answered: what he handed in stays, and people decide
	}
	if err != nil {
		return err
	}
	return t.restart(ctx, e)
}

// dutyFiles says for which fields of a duty a file has been received.
func (t *turn) dutyFiles(ctx context.Context, e *entry, k scheme.DutyKind) (map[string]bool, error) {
	all, err := t.tx.Files(ctx, e.row.ID)
	if err != nil {
		return nil, err
	}
	have := map[string]bool{}
	for _, f := range t.p.DutyFields(k) {
		have[f.Key] = len(DutyPages(all, k, f.Key)) > 0
	}
	return have, nil
}

// DutyPages picks, of all stored pages of a case, those of the newest file of a
// duty's field.
func DutyPages(all []store.File, k scheme.DutyKind, field string) []store.File {
	kind := scheme.DutyFileKind(k, field)
	for _, f := range all { // newest first
		if f.Kind == kind {
			return PagesOf(all, scheme.FileNote{ID: f.ID})
		}
	}
	return nil
}
