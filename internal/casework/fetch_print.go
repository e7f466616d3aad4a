package casework

import (
	"context"
	"strings"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// FetchPrint gives the form for a print code. Tries are counted per code, and
// wrong codes per door by the caller.
func (w *Work) FetchPrint(ctx context.Context, code string) (store.Case, *scheme.Application, store.PrintCode, error) {
	var pc store.PrintCode
	code = strings.NewReplacer(" ", "", "-", "").Replace(strings.TrimSpace(code))
	err := w.DB.Write(ctx, w.Now(), func(tx *store.Tx) error {
		var err error
		pc, err = tx.PrintCodeBy(ctx, w.Keys.Index("print-code", code), w.Machine())
		if store.IsNone(err) {
			return ErrNotFound
		}
		if err != nil {
			return err
		}
		ok, err := tx.TryPrintCode(ctx, pc.ID, 5)
		if err == nil && !ok {
			return ErrNotFound
		}
		return err
	})
	if err != nil {
		return store.Case{}, nil, pc, err
	}
	var c store.Case
	if c, err = w.DB.CaseRow(ctx, pc.CaseID); err != nil {
		return c, nil, pc, ErrNotFound
	}
	app, err := w.Application(ctx, c)
	return c, app, pc, err
}
