package casework

import (
	"context"

	"yuanmeng/internal/proof"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

func endLeaf() pending { return pending{leaf: proof.Leaf{Kind: "endwaiting"}} }

// Look records that somebody opened a case: once per case, account and day of
// the programme clock. The worker sees the organisation and the role.
func (w *Work) Look(ctx context.Context, a scheme.Actor, c store.Case, what string) error {
	if seen, err := w.DB.LookedToday(ctx, c.ID, a.ID, what, w.Now()); err != nil || seen {
		return err
	}
	return w.DB.Write(ctx, w.Now(), func(tx *store.Tx) error {
		seen, err := tx.LookedToday(ctx, c.ID, a.ID, what, tx.Now)
		if err != nil || seen {
			return err
		}
		return w.note(ctx, tx, c, a, what, map[string]any{"revision": c.Revision})
	})
}
