package casework

import (
	"context"
	"slices"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/vault"
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
		if rs, err := t.unstamped(ctx, e, key, app); err != nil || rs != nil {
			return orRefused(rs, err)
		}
		app = scheme.Asked(app, t.p)
		d.Answers, d.Sealed, d.Files = seal(key, caseID, app)
		e.row.Revision++
		w.project(&e.row, app, t.p, t.tx.Now)
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
		if err := t.amended(e, rev.FormHash); err != nil {
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
		f, _ := scheme.Field(k)
		// A card that is asked for a disputed number is not there before.
		n, there := app.Files[f.File]
		if f.IsFile() && (there || f.File == scheme.FileIDCard) && n.At.Before(e.s.Since) {
			return []scheme.Reason{{Code: "same_file", Field: k, Worker: "请重新上传：" + scheme.FieldLabel(k), Staff: "点名的文件没有更换", Clause: "A2.1", Blocks: true}}
		}
	}
	return nil
}

// unstamped refuses a correction that changes a value the stamp stands for and
// brings no form that was printed and stamped after the change (DESIGN §2.8).
func (t *turn) unstamped(ctx context.Context, e *entry, key vault.DataKey, app *scheme.Application) ([]scheme.Reason, error) {
	r, err := t.tx.Revision(ctx, e.row.ID, 0)
	if err != nil {
		return nil, err
	}
	was, err := open(key, e.row.ID, r.Answers, r.Sealed, r.Files)
	if err != nil {
		return nil, err
	}
	stamped := app.Files[scheme.FileStamped]
	for _, f := range scheme.Fields() {
		if !f.Stamped || f.Get(was) == f.Get(app) {
			continue
		}
		switch {
		case slices.Contains(t.w.Changed(e.row, app), f.Key):
			return []scheme.Reason{{
				Code: "reprint", Field: f.Key, Clause: "A3.n3", Blocks: true,
				Worker: "您改了“" + f.Label + "”，旧表上的章不能用了。请重新生成推荐表，打印、盖章，再拍照上传。", Staff: f.Label + "改了，没有重新打印盖章",
			}}, nil
		case e.row.PrintedAt != nil && stamped.At.Before(*e.row.PrintedAt):
			return []scheme.Reason{{
				Code: "restamp", Field: string(scheme.FileStamped), Clause: "A3.n3", Blocks: true,
				Worker: "推荐表重新生成过。请打印新表，盖好章，再拍照上传。", Staff: "盖章件早于重新打印的推荐表",
			}}, nil
		}
	}
	return nil, nil
}

func orRefused(rs []scheme.Reason, err error) error {
	if err != nil {
		return err
	}
	return &Refused{rs}
}

// own reads the worker's own case.
func (w *Work) own(ctx context.Context, workerID, caseID string) (store.Case, error) {
	c, err := w.DB.Case(ctx, store.Viewer{AccountID: workerID, Worker: true}, caseID)
	if store.IsNone(err) {
		return c, ErrNotFound
	}
	return c, err
}
