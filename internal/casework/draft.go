package casework

import (
	"context"
	"slices"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// note appends to the audit trail of a case. By itself it serves acts that touch
// no seat and have no turn.
func (w *Work) note(ctx context.Context, tx *store.Tx, c store.Case, a scheme.Actor, name string, detail map[string]any) error {
	id := store.NewID(tx.Now)
	text, err := w.Words(&c).Detail(id, detail)
	if err != nil {
		return err
	}
	return tx.Insert(ctx, &store.Event{
		ID: id, ProgrammeID: c.ProgrammeID, CaseID: c.ID, ActorID: a.ID, ActorName: a.Name,
		Role: string(a.Role), Org: a.Org, Name: name, Detail: text, At: tx.Now,
	})
}

// Save changes the worker's draft, or the named items of his running
// correction, and keeps it. Nothing else can be changed there: a body that
// brings other keys changes nothing of them. Saving judges nothing; incomplete
// and invalid values are kept as typed. Who saves faster than anybody types is
// refused before the writer is asked.
func (w *Work) Save(ctx context.Context, workerID, caseID string, change func(app *scheme.Application, p *scheme.Programme) error) (*scheme.Application, error) {
	if w.saves.over(workerID, w.Machine(), savesAMinute) {
		return nil, errSaveMany
	}
	return w.save(ctx, workerID, caseID, func(_ *store.Tx, _ *store.Case, app *scheme.Application, p *scheme.Programme) error {
		return change(app, p)
	})
}

// changeable says whether a worker may change anything of a case now.
func changeable(c *store.Case) error {
	if c.State != scheme.Draft && c.State != scheme.Returned {
		return refuse("state", "申请已经提交，现在不能修改。", "案件不在可改的状态", "A2.1")
	}
	return nil
}

// save is Save for acts that write rows of their own in the same transaction.
func (w *Work) save(ctx context.Context, workerID, caseID string, change func(tx *store.Tx, c *store.Case, app *scheme.Application, p *scheme.Programme) error) (*scheme.Application, error) {
	var app *scheme.Application
	err := w.DB.Write(ctx, w.Now(), func(tx *store.Tx) error {
		c, err := tx.LockCase(ctx, caseID)
		if store.IsNone(err) || err == nil && c.WorkerID != workerID {
			return ErrNotFound
		}
		if err != nil {
			return err
		}
		f, err := w.frozen(ctx, tx.Q, c.ProgrammeID)
		if err != nil {
			return err
		}
		if err := changeable(&c); err != nil {
			return err
		}
		d, err := tx.Draft(ctx, caseID)
		if err != nil {
			return err
		}
		key, err := w.key(&c)
		if err != nil {
			return err
		}
		if app, err = open(key, c.ID, d.Answers, d.Sealed, d.Files); err != nil {
			return err
		}
		before := snapshot(app)
		if err := change(tx, &c, app, f.p); err != nil {
			return err
		}
		if c.State == scheme.Returned {
			if foreign := outside(before, snapshot(app), scheme.Follow(itemsOf(&c))); foreign != "" {
				return refuse("not_named", "这次只需改退回时点名的内容，其他内容不能改。", "补正只限点名的项目："+foreign, "A2.1")
			}
		}
		answers, sealed, files := seal(key, c.ID, app)
		if err := tx.PutDraft(ctx, &store.Draft{CaseID: c.ID, Answers: answers, Sealed: sealed, Files: files, SavedAt: tx.Now}); err != nil {
			return err
		}
		if c.State == scheme.Draft {
			version, name := c.Version, c.Name
			w.project(&c, app, f.p, tx.Now)
			if c.Name != name {
				// Here and not at the gate, which has no time for it.
				if err := w.nameKeys(ctx, tx, &c); err != nil {
					return err
				}
			}
			if app.Answers.Honour == "" || app.Answers.Honour == "none" {
				c.Priority = ""
			}
			c.SavedAt = tx.Now
			c.Version++
			return tx.PutCase(ctx, &c, version)
		}
		return nil
	})
	return app, err
}

// snapshot gives the value of every field by key.
func snapshot(app *scheme.Application) map[string]string {
	m := map[string]string{}
	for _, f := range scheme.Fields() {
		m[f.Key] = f.Get(app)
	}
	for k, n := range app.Files {
		m[string(k)] = n.SHA256
	}
	return m
}

// outside names the first value that changed without being named; "" if none.
func outside(before, after map[string]string, items []string) string {
	for k, v := range after {
		if before[k] != v && !slices.Contains(items, k) {
			return k
		}
	}
	for k, v := range before {
		if _, ok := after[k]; !ok && v != "" && !slices.Contains(items, k) {
			return k
		}
	}
	return ""
}

// Items names the fields that staff have named for the running correction; nil
// when none is running. What may be changed is scheme.Follow of them.
func Items(c store.Case) []string {
	if c.State != scheme.Returned {
		return nil
	}
	return itemsOf(&c)
}
