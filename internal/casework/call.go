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
	return w.recordCall(ctx, a, v, caseID, note, "call")
}

// MissedCall records that nobody answered. It is a trace for the next who calls
// and delivers nothing.
func (w *Work) MissedCall(ctx context.Context, a scheme.Actor, v store.Viewer, caseID, note string) error {
	return w.recordCall(ctx, a, v, caseID, note, "missed_call")
}

func (w *Work) recordCall(ctx context.Context, a scheme.Actor, v store.Viewer, caseID, note, name string) error {
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
		if name == "call" {
			if err := t.heard(ctx, e); err != nil {
				return err
			}
		}
		return t.event(ctx, c.ID, a, name, map[string]any{"note": note})
	})
}

// heard leaves whoever hears of a hearing only now the least number of days.
func (t *turn) heard(ctx context.Context, e *entry) error {
	if !e.s.HearingOpen() || e.hearing.State != scheme.HearingRunning {
		return nil
	}
	told, err := t.tx.Delivered(ctx, e.row.ID, e.hearing.OpenedAt)
	if err != nil || told {
		return err
	}
	return t.leaveDays(ctx, e, "call")
}

// leaveDays leaves at least the least number of days of a running hearing.
func (t *turn) leaveDays(ctx context.Context, e *entry, because string) error {
	least := t.cal.AtLeast(t.tx.Now, e.hearing.UntilAt, t.p.MinDays)
	if !least.After(e.hearing.UntilAt) {
		return nil
	}
	if err := t.tx.EndDues(ctx, e.row.ID, because); err != nil {
		return err
	}
	return t.prolong(ctx, e, least)
}
