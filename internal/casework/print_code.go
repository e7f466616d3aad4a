package casework

import (
	"context"
	"time"

	"yuanmeng/internal/store"
	"yuanmeng/internal/vault"
)

// PrintCode makes a one-time code for a print shop: 30 minutes, 5 tries.
func (w *Work) PrintCode(ctx context.Context, workerID, caseID string, blankID, blankCard bool) (string, error) {
	c, _, err := w.Printed(ctx, workerID, caseID)
	if err != nil {
		return "", err
	}
	code := vault.Code6() + vault.Code6()[:2]
	machine := w.Machine()
	err = w.DB.Write(ctx, w.Now(), func(tx *store.Tx) error {
		if err := tx.Insert(ctx, &store.PrintCode{
			ID: store.NewID(machine), CodeHash: w.Keys.Index("print-code", code), CaseID: c.ID, BlankID: blankID, BlankCard: blankCard,
			CreatedAt: machine.UTC(), ExpiresAt: machine.Add(30 * time.Minute).UTC(),
		}); err != nil {
			return err
		}
		return w.note(ctx, tx, c, WorkerActor(workerID), "print_code", nil)
	})
	return code, err
}
