package casework

import (
	"context"
	"strings"
	"time"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/vault"
)

// codeAlphabet has no letter that a tired eye takes for another.
const codeAlphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

// formCode is the short code of a case's form: 8 characters that name it and 4
// that sign them. It tells nothing about the person.
func (w *Work) formCode(caseID string) string {
	body := w.letters("form", caseID, 8)
	return body + w.letters("form-sign", body, 4)
}

func (w *Work) letters(purpose, value string, n int) string {
	sum := w.Keys.Index(purpose, value)
	out := make([]byte, n)
	for i := range out {
		b := (hexDigit(sum[4*i])<<12 | hexDigit(sum[4*i+1])<<8 | hexDigit(sum[4*i+2])<<4 | hexDigit(sum[4*i+3])) % len(codeAlphabet)
		out[i] = codeAlphabet[b]
	}
	return string(out)
}

func hexDigit(c byte) int {
	if c >= 'a' {
		return int(c-'a') + 10
	}
	return int(c - '0')
}

// FormCode normalises a code that was scanned or typed and checks its
// signature. It also takes the address that the QR holds.
func (w *Work) FormCode(raw string) (string, bool) {
	raw = strings.TrimSpace(raw)
	if i := strings.LastIndexAny(raw, "/="); i >= 0 {
		raw = raw[i+1:]
	}
	raw = strings.ToUpper(strings.NewReplacer("-", "", " ", "", "　", "", "O", "0", "o", "0").Replace(raw))
	if len(raw) != 12 || w.letters("form-sign", raw[:8], 4) != raw[8:] {
		return "", false
	}
	return raw, true
}

// ShowCode groups a code for reading aloud.
func ShowCode(code string) string {
	if len(code) != 12 {
		return code
	}
	return code[:4] + "-" + code[4:8] + "-" + code[8:]
}

// Printed notes that the form was made, with the values it stood for, and gives
// the application to print. It may be made as often as the worker likes.
func (w *Work) Printed(ctx context.Context, workerID, caseID string) (store.Case, *scheme.Application, error) {
	var c store.Case
	var app *scheme.Application
	err := w.DB.Write(ctx, w.Now(), func(tx *store.Tx) error {
		var err error
		c, err = tx.LockCase(ctx, caseID)
		if store.IsNone(err) || err == nil && c.WorkerID != workerID {
			return ErrNotFound
		}
		if err != nil {
			return err
		}
		key, err := w.key(&c)
		if err != nil {
			return err
		}
		d, err := tx.Draft(ctx, caseID)
		if store.IsNone(err) {
			r, err := tx.Revision(ctx, caseID, 0)
			if err != nil {
				return ErrNotFound
			}
			app, err = open(key, caseID, r.Answers, r.Sealed, r.Files)
			return err // a submitted form is only read again
		}
		if err != nil {
			return err
		}
		if app, err = open(key, caseID, d.Answers, d.Sealed, d.Files); err != nil {
			return err
		}
		print := store.Encode(w.formPrint(app))
		if c.FormPrint == print && c.FormCode != "" {
			return nil
		}
		version := c.Version
		at := tx.Now
		c.FormCode, c.FormPrint, c.PrintedAt = w.formCode(c.ID), print, &at
		c.Version++
		if err := tx.PutCase(ctx, &c, version); err != nil {
			return err
		}
		return w.note(ctx, tx, c, WorkerActor(workerID), "print", nil)
	})
	return c, app, err
}

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
