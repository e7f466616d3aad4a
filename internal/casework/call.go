package casework

import (
	"context"
	"strings"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// Call records a telephone call with the worker: it counts as a delivered
// message (DESIGN §2.6).
func (w *Work) Call(ctx context.Context, a scheme.Actor, v store.Viewer, caseID, note string) error {
	c, err := w.DB.Case(ctx, v, caseID)
	if store.IsNone(err) {
		return ErrNotFound
	}
	if err != nil {
		return err
	}
	note = strings.TrimSpace(note)
	if note == "" {
		return refuse("reason_missing", "", "请写明通话内容", "")
	}
	if len([]rune(note)) > 500 {
		return refuse("too_long", "", "通话内容请写在500字以内", "")
	}
	return w.act(ctx, c.ProgrammeID, func(t *turn) error {
		e, err := t.load(ctx, c.ID)
		if err != nil {
			return err
		}
		if e.s.HearingOpen() && e.hearing.State == scheme.HearingRunning {
			// Whoever hears of it only now has the least number of days left.
			told, err := t.tx.Delivered(ctx, c.ID, e.hearing.OpenedAt)
			if err != nil {
				return err
			}
			if least := t.cal.AtLeast(t.tx.Now, e.hearing.UntilAt, t.p.MinDays); !told && least.After(e.hearing.UntilAt) {
				if err := t.tx.EndDues(ctx, c.ID, "call"); err != nil {
					return err
				}
				if err := t.prolong(ctx, e, least); err != nil {
					return err
				}
			}
		}
		return t.event(ctx, c.ID, a, "call", map[string]any{"note": note})
	})
}
