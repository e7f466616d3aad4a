package casework

import (
	"context"
	"strings"

	"yuanmeng/internal/proof"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

func endLeaf() pending { return pending{leaf: proof.Leaf{Kind: "endwaiting"}} }

// Look records that somebody opened a case: once per case, account and day of
// the programme clock. The worker sees the organisation and the role.
func (w *Work) Look(ctx context.Context, a scheme.Actor, c store.Case, what string) error {
	return w.DB.Write(ctx, w.Now(), func(tx *store.Tx) error {
		seen, err := tx.LookedToday(ctx, c.ID, a.ID, what, tx.Now)
		if err != nil || seen {
			return err
		}
		return w.note(ctx, tx, c, a, what, map[string]any{"revision": c.Revision})
	})
}

// Reveal records, before it is shown, that somebody looks at an original or at
// values outside the check, with his reason.
func (w *Work) Reveal(ctx context.Context, a scheme.Actor, c store.Case, what, reason string) error {
	if len([]rune(strings.TrimSpace(reason))) < 4 {
		return refuse("reason_missing", "", "请写明查看原件的理由", "")
	}
	return w.DB.Write(ctx, w.Now(), func(tx *store.Tx) error {
		return w.note(ctx, tx, c, a, "reveal", map[string]any{"what": what, "reason": strings.TrimSpace(reason)})
	})
}

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
	return w.DB.Write(ctx, w.Now(), func(tx *store.Tx) error {
		return w.note(ctx, tx, c, a, "call", map[string]any{"note": note})
	})
}
