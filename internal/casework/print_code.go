package casework

import (
	"context"
	"time"

	"yuanmeng/internal/store"
	"yuanmeng/internal/vault"
)

const (
	printCodeLife = 30 * time.Minute
	printCodesDay = 20 // of one case in 24 hours
)

// PrintCode makes a one-time code for a print shop: eight digits, 30 minutes, 5
// fetches. A new code ends the one before, so a case has at most one.
func (w *Work) PrintCode(ctx context.Context, workerID, caseID string, blankID, blankCard bool) (string, error) {
	c, _, err := w.Printed(ctx, workerID, caseID)
	if err != nil {
		return "", err
	}
	code := vault.Code6() + vault.Code6()[:2]
	machine := w.Machine()
	bucket := "print-code/" + c.ID
	err = w.DB.Write(ctx, w.Now(), func(tx *store.Tx) error {
		if err := tx.Alone(ctx, bucket); err != nil {
			return err
		}
		n, _, err := tx.Attempts(ctx, bucket, machine.Add(-24*time.Hour))
		if err != nil {
			return err
		}
		if n >= printCodesDay {
			return refuse("print_codes", "今天要的打印码太多了，请明天再要。现在可以下载推荐表，或者存成图片去打印。", "打印码一天内要得过多", "")
		}
		if _, err := tx.Count(ctx, bucket, machine, machine); err != nil {
			return err
		}
		if err := tx.EndPrintCodes(ctx, c.ID, machine); err != nil {
			return err
		}
		if err := tx.Insert(ctx, &store.PrintCode{
			ID: store.NewID(machine), CodeHash: w.Keys.Index("print-code", code), CaseID: c.ID, BlankID: blankID, BlankCard: blankCard,
			CreatedAt: machine.UTC(), ExpiresAt: machine.Add(printCodeLife).UTC(),
		}); err != nil {
			return err
		}
		return w.note(ctx, tx, c, WorkerActor(workerID), "print_code", nil)
	})
	return code, err
}
