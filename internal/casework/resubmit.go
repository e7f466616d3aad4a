package casework

import (
	"context"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// Resubmit sends the running correction. Number and seat stay; the new revision
// replaces the old one only now (DESIGN §2.5). Sent during the hearing, it ends
// the hearing by itself.
func (w *Work) Resubmit(ctx context.Context, workerID, caseID string) error {
	c, err := w.own(ctx, workerID, caseID)
	if err != nil {
		return err
	}
	return w.act(ctx, c.ProgrammeID, func(t *turn) error {
		e, err := t.load(ctx, caseID)
		if err != nil {
			return err
		}
		d, err := t.tx.Draft(ctx, caseID)
		if store.IsNone(err) {
			return refuse("state", "没有待提交的补正。", "没有进行中的补正", "A2.1")
		}
		if err != nil {
			return err
		}
		key, err := w.key(&e.row)
		if err != nil {
			return err
		}
		app, err := open(key, caseID, d.Answers, d.Sealed, d.Files)
		if err != nil {
			return err
		}
		if rs := scheme.Missing(app, t.p, t.tx.Now); scheme.Blocked(rs) {
			return &Refused{rs}
		}
		if rs := unsettled(e, app, itemsOf(&e.row), d); rs != nil {
			return &Refused{rs}
		}
		e.row.Revision++
		project(&e.row, app, t.p, t.tx.Now)
		e.s.Untypable = e.row.Untypable
		e.row.ReturnedItems = ""
		rev := store.Revision{
			CaseID: caseID, N: e.row.Revision, Answers: d.Answers, Sealed: d.Sealed, Files: d.Files,
			FormHash: w.formHash(app), FormPrint: e.row.FormPrint, ByID: workerID, At: t.tx.Now,
		}
		if err := t.tx.Insert(ctx, &rev); err != nil {
			return err
		}
		if err := t.tx.DropDrafts(ctx, []string{caseID}); err != nil {
			return err
		}
		if err := w.nameKeys(ctx, t.tx, &e.row); err != nil {
			return err
		}
		_, err = t.step(ctx, e, scheme.Resubmit, WorkerActor(workerID), scheme.Args{})
		return err
	})
}

// unsettled refuses a correction in which no file that was named was replaced:
// sending the same picture again helps nobody. Typed values may stay when the
// worker finds them right.
func unsettled(e *entry, app *scheme.Application, items []string, d store.Draft) []scheme.Reason {
	for _, k := range items {
		n, isFile := app.Files[scheme.FileKind(k)]
		if isFile && n.At.Before(e.s.Since) {
			return []scheme.Reason{{Code: "same_file", Field: k, Worker: "请重新上传：" + scheme.FieldLabel(k), Staff: "点名的文件没有更换", Clause: "A2.1", Blocks: true}}
		}
	}
	return nil
}

// own reads the worker's own case.
func (w *Work) own(ctx context.Context, workerID, caseID string) (store.Case, error) {
	c, err := w.DB.Case(ctx, store.Viewer{AccountID: workerID, Worker: true}, caseID)
	if store.IsNone(err) {
		return c, ErrNotFound
	}
	return c, err
}
