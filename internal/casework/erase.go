package casework

import (
	"context"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// ErasedMark names a destroyed data key without telling whose it was: only the
// key file makes it, so a list of marks may lie anywhere.
func (w *Work) ErasedMark(caseID string) string { return w.Keys.Index("erased", caseID) }

// Erase destroys the data key of a case inside the caller's act, which writes the
// event: a draft goes altogether, of a case with a number what stands in the
// public log remains. The mark that is left lets a restored backup, which still
// has the key, destroy it again.
func (w *Work) Erase(ctx context.Context, tx *store.Tx, c store.Case) error {
	if err := tx.MarkErased(ctx, []store.Erasure{{Mark: w.ErasedMark(c.ID), At: tx.Now}}); err != nil {
		return err
	}
	if c.State == scheme.Draft {
		return tx.DropCase(ctx, c.ID)
	}
	return tx.DestroyKey(ctx, c.ID)
}
