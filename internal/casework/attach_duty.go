package casework

import (
	"context"
	"errors"
	"slices"

	"yuanmeng/internal/scheme"
)

// AttachDuty seals the pages of a file for one field of a duty. It takes the
// place of one that has not been handed in yet; what was handed in stays behind
// it, since somebody may have judged it.
func (w *Work) AttachDuty(ctx context.Context, workerID, caseID string, k scheme.DutyKind, field string, up Upload) error {
	c, err := w.own(ctx, workerID, caseID)
	if err != nil {
		return err
	}
	f, err := w.frozen(ctx, w.DB.Q, c.ProgrammeID)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(f.p.DutyFields(k), func(x scheme.DutyField) bool { return x.Key == field && x.Kind == scheme.KindFile }) {
		return ErrNotFound
	}
	if len(up.Pages) == 0 {
		return refuse("empty_file", "文件是空的，请重新选一张照片。", "空文件", "A2.2")
	}
	up.Kind = scheme.DutyFileKind(k, field)
	if err := w.countUpload(ctx, workerID); err != nil {
		return err
	}
	rows, _, err := w.putPages(&c, up)
	if err != nil {
		return err
	}
	err = w.act(ctx, c.ProgrammeID, func(t *turn) error {
		e, err := t.load(ctx, caseID)
		if err != nil {
			return err
		}
		if rs := scheme.MayFile(e.s, k); rs != nil {
			return &Refused{rs}
		}
		all, err := t.tx.Files(ctx, caseID)
		if err != nil {
			return err
		}
		instantOf(rows, all, t.tx.Now)
		if e.s.Duties.Of(k) == scheme.DutyOwed {
			if err := t.tx.DropFiles(ctx, caseID, up.Kind); err != nil {
				return err
			}
		}
		return t.tx.Insert(ctx, &rows)
	})
	if err != nil {
		return errors.Join(err, w.unput(rows))
	}
	return nil
}
