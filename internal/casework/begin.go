package casework

import (
	"context"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// Begin gives the worker's case in a programme: the live one or the draft, or a
// new draft. Drafts are possible long before opening (DESIGN §2.16); a case that
// ended unpaid does not stand in the way of a new one.
func (w *Work) Begin(ctx context.Context, workerID, programme string) (store.Case, error) {
	c, err := w.DB.CaseOf(ctx, workerID, programme)
	if err == nil && !c.State.Final() {
		return c, nil
	}
	if err != nil && !store.IsNone(err) {
		return c, err
	}
	err = w.DB.Write(ctx, w.Now(), func(tx *store.Tx) error {
		f, err := w.frozen(ctx, tx.Q, programme)
		if err != nil {
			return err
		}
		if f.state != "open" {
			// Its texts are not final: whoever agreed to them would have to agree
			// anew, and nobody has shown them to the public.
			return refuse("too_early", "还没有到填表时间。开放的日子请看公告。", "项目未开放", "5.2")
		}
		if tx.Now.Before(f.p.DraftsAt) {
			return refuse("too_early", "还没有到填表时间。"+scheme.Instant(f.p.DraftsAt)+"起可以填表。", "未到填表时间", "5.2")
		}
		if !tx.Now.Before(f.p.ClosesAt) {
			return refuse("closed", "申报已于"+scheme.Until(f.p.ClosesAt)+"截止，不能再填写。", "申报已截止", "5.2")
		}
		worker, err := tx.Worker(ctx, workerID)
		if err != nil {
			return err
		}
		phone, err := w.Keys.Open("worker/"+workerID, worker.PhoneSealed)
		if err != nil {
			return err
		}
		c = draftRow(store.NewID(tx.Now), programme, workerID)
		c.CreatedAt, c.SavedAt, c.Since, c.Version = tx.Now, tx.Now, tx.Now, 1
		key, wrapped, err := w.Keys.NewDataKey("case/" + c.ID)
		if err != nil {
			return err
		}
		c.KeyWrapped = wrapped
		app := &scheme.Application{Files: map[scheme.FileKind]scheme.FileNote{}}
		app.Sealed.Phone = string(phone)
		c.PhoneIndex = w.phone(app)
		if err := tx.Insert(ctx, &c); err != nil {
			return err
		}
		answers, sealed, files := seal(key, c.ID, app)
		if err := tx.PutDraft(ctx, &store.Draft{CaseID: c.ID, Answers: answers, Sealed: sealed, Files: files, SavedAt: tx.Now}); err != nil {
			return err
		}
		return w.note(ctx, tx, c, WorkerActor(workerID), "begin", nil)
	})
	if store.IsUnique(err) {
		// A second tab was quicker: its draft is this worker's draft.
		return w.DB.CaseOf(ctx, workerID, programme)
	}
	return c, err
}

// draftRow is what the rules know of every draft: nothing has happened to it.
func draftRow(id, programme, worker string) store.Case {
	return store.Case{ID: id, ProgrammeID: programme, WorkerID: worker, State: scheme.Draft, Place: scheme.PlaceNone, Band: scheme.BandOther}
}
