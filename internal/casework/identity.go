package casework

import (
	"context"
	"fmt"

	"yuanmeng/internal/gb"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// revise writes a new revision of a submitted application that staff have
// changed, with the change made by f.
func (t *turn) revise(ctx context.Context, e *entry, a scheme.Actor, f func(app *scheme.Application) error) error {
	r, err := t.tx.Revision(ctx, e.row.ID, 0)
	if err != nil {
		return err
	}
	key, err := t.w.key(&e.row)
	if err != nil {
		return err
	}
	app, err := open(key, e.row.ID, r.Answers, r.Sealed, r.Files)
	if err != nil {
		return err
	}
	if err := f(app); err != nil {
		return err
	}
	e.row.Revision++
	t.w.project(&e.row, app, t.p, t.tx.Now)
	answers, sealed, files := seal(key, e.row.ID, app)
	if err := t.tx.Insert(ctx, &store.Revision{
		CaseID: e.row.ID, N: e.row.Revision, Answers: answers, Sealed: sealed, Files: files,
		FormHash: t.w.formHash(app), FormPrint: e.row.FormPrint, ByID: a.ID, At: t.tx.Now,
	}); err != nil {
		return err
	}
	if err := t.amended(e, t.w.formHash(app)); err != nil {
		return err
	}
	if e.s.State == scheme.Returned {
		// The worker's running correction keeps what he typed, with the new
		// identity under it.
		d, err := t.tx.Draft(ctx, e.row.ID)
		if err != nil {
			return err
		}
		work, err := open(key, e.row.ID, d.Answers, d.Sealed, d.Files)
		if err != nil {
			return err
		}
		if err := f(work); err != nil {
			return err
		}
		d.Answers, d.Sealed, d.Files = seal(key, e.row.ID, work)
		if err := t.tx.PutDraft(ctx, &d); err != nil {
			return err
		}
	}
	return t.w.nameKeys(ctx, t.tx, &e.row)
}

// completeName puts the right characters where the worker could not type them;
// the clerk reads them from the picture of the ID card. The number stays.
func (t *turn) completeName(ctx context.Context, e *entry, a scheme.Actor, o Order, args scheme.Args) error {
	name, _, err := gb.Name(o.Name)
	if err != nil {
		return refuse("name", "", fmt.Sprintf("姓名不能用：%v", err), "A3.1")
	}
	if _, err := t.step(ctx, e, scheme.CompleteName, a, args); err != nil {
		return err
	}
	err = t.revise(ctx, e, a, func(app *scheme.Application) error {
		app.Answers.Name, app.Answers.NameUntypable = name, false
		return nil
	})
	e.s.Untypable = false
	e.row.Untypable = false
	if err != nil {
		return err
	}
	return t.tell(ctx, e, "name_completed", nil)
}

// amendIdentity corrects name or ID of the same natural person (renewed
// document, legal change, typing error against the picture). The person index
// moves in the same transaction and must be free over the installation. The
// number and the place stay; a seat is never for sale.
func (t *turn) amendIdentity(ctx context.Context, e *entry, a scheme.Actor, o Order, args scheme.Args) error {
	if o.Name == "" && o.ID == "" {
		return refuse("nothing", "", "请写明更正后的姓名或证件号", "A3.1")
	}
	if _, _, rs := scheme.Step(e.s, scheme.AmendIdentity, a, args, t.p, t.cal, t.tx.Now); scheme.Blocked(rs) {
		return &Refused{rs}
	}
	person := ""
	err := t.revise(ctx, e, a, func(app *scheme.Application) error {
		if o.Name != "" {
			name, _, err := gb.Name(o.Name)
			if err != nil {
				return refuse("name", "", fmt.Sprintf("姓名不能用：%v", err), "A3.1")
			}
			app.Answers.Name = name
		}
		if o.ID != "" {
			id, err := gb.ID(app.Answers.IDKind, o.ID, t.tx.Now)
			if err != nil {
				return refuse("id", "", fmt.Sprintf("证件号不能用：%v", err), "A3.1")
			}
			app.Sealed.ID = string(id)
		}
		person = t.w.person(app)
		return nil
	})
	if err != nil {
		return err
	}
	moves := person != e.row.PersonIndex
	if moves {
		living, err := t.tx.LivePersons(ctx, []string{person})
		if err != nil {
			return err
		}
		if living[person] != "" {
			return refuse("double", "", "更正后的证件号已有在办申请，不能更正", "A3.1")
		}
	}
	// Who typed another's number by mistake and now has his own contests nothing
	// any more.
	args.Freed = moves && e.s.Contested
	if _, err := t.step(ctx, e, scheme.AmendIdentity, a, args); err != nil {
		return err
	}
	if !moves {
		return nil
	}
	if err := t.passPerson(ctx, e); err != nil {
		return err
	}
	e.row.PersonIndex, e.row.ContestedWith = person, ""
	if err := t.takePerson(ctx, e); err != nil || !args.Freed {
		return err
	}
	if err := t.tx.EndDues(ctx, e.row.ID, string(scheme.AmendIdentity)); err != nil {
		return err
	}
	return t.restart(ctx, e)
}
