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
	return w.DB.Write(ctx, w.Now(), func(tx *store.Tx) error {
		return w.note(ctx, tx, c, a, name, map[string]any{"note": note})
	})
}
