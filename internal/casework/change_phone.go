package casework

import (
	"context"
	"fmt"

	"yuanmeng/internal/gb"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// changePhone gives a worker's account and his case another phone number: his
// own was lost, or belongs to somebody else now. Two persons do it, on the word
// of one of them that the worker showed his identity card. From that moment the
// old number opens nothing: its sessions and devices end, and it is told once.
func (t *turn) changePhone(ctx context.Context, e *entry, a scheme.Actor, o Order, args scheme.Args) error {
	phone, err := t.w.ProposedPhone(e.row, o)
	if err != nil {
		return err
	}
	o.Phone = phone
	n, err := t.newPhone(ctx, e, o)
	if err != nil {
		return err
	}
	if _, err := t.step(ctx, e, scheme.ChangePhone, a, args); err != nil {
		return err
	}
	if n.idle != "" {
		if err := t.tx.DropWorker(ctx, n.idle); err != nil {
			return err
		}
	}
	worker := e.row.WorkerID
	if err := t.tx.PutWorkerPhone(ctx, worker, n.index, t.w.Keys.Seal("worker/"+worker, []byte(n.phone))); err != nil {
		return err
	}
	if err := t.tx.DropSessions(ctx, worker); err != nil {
		return err
	}
	if err := t.tx.DropDevices(ctx, worker); err != nil {
		return err
	}
	if err := t.revise(ctx, e, a, func(app *scheme.Application) error {
		app.Sealed.Phone = n.phone
		return nil
	}); err != nil {
		return err
	}
	if err := t.event(ctx, e.row.ID, a, "new_phone", map[string]any{
		"was": gb.MaskMobile(n.was), "phone": gb.MaskMobile(n.phone), "paper": scheme.ShownName(o.Shown),
	}); err != nil {
		return err
	}
	// What went to the old number has not reached him, whatever the operator said.
	if e.s.HearingOpen() && e.hearing.State == scheme.HearingRunning {
		if err := t.leaveDays(ctx, e, string(scheme.ChangePhone)); err != nil {
			return err
		}
	}
	tell := outbox(t.tx.Now, t.w.Machine(), &e.row, "phone_changed", nil)
	tell.ToSealed = t.w.Keys.Seal("outbox/"+tell.ID, []byte(n.was))
	return t.tx.Insert(ctx, &tell)
}

// proposePhone judges the number of a proposal and seals it under the case's key:
// proposals are plain rows.
func (t *turn) proposePhone(ctx context.Context, e *entry, o Order) (Order, error) {
	n, err := t.newPhone(ctx, e, o)
	if err != nil {
		return o, err
	}
	key, err := t.w.key(&e.row)
	if err != nil {
		return o, err
	}
	o.PhoneSealed = key.Seal("proposed-phone/"+e.row.ID, []byte(n.phone))
	return o, nil
}

// ProposedPhone is the number that a proposal of change_phone asks for, "" for
// one of another move.
func (w *Work) ProposedPhone(c store.Case, o Order) (string, error) {
	if o.PhoneSealed == nil {
		return "", nil
	}
	key, err := w.key(&c)
	if err != nil {
		return "", err
	}
	b, err := key.Open("proposed-phone/"+c.ID, o.PhoneSealed)
	return string(b), err
}

// newPhone is a number that has been judged.
type newPhone struct {
	phone, index string
	was          string // the account's number until now
	idle         string // an account without any case that has the number: it gives way
}

// newPhone judges the number of an order, under the lock of its name. A worker
// who has signed in with his new number first has made an account by it; while
// nothing lies in that one, it gives way.
func (t *turn) newPhone(ctx context.Context, e *entry, o Order) (newPhone, error) {
	if scheme.ShownName(o.Shown) == "" {
		return newPhone{}, refuse("shown", "", "请选本人在哪里出示了身份证", "A3.1")
	}
	phone, err := gb.Mobile(o.Phone)
	if err != nil {
		return newPhone{}, refuse("phone", "", fmt.Sprintf("手机号不能用：%v", err), "A3.1")
	}
	n := newPhone{phone: phone, index: t.w.Keys.Index("phone", phone)}
	w, err := t.tx.Worker(ctx, e.row.WorkerID)
	if err != nil {
		return n, err
	}
	was, err := t.w.Keys.Open("worker/"+w.ID, w.PhoneSealed)
	if err != nil {
		return n, err
	}
	if n.was = string(was); n.was == n.phone {
		return n, refuse("same_phone", "", "这就是本人现在登录用的号码，不用换", "A3.1")
	}
	if err := t.tx.Alone(ctx, "phone/"+n.index); err != nil {
		return n, err
	}
	other, err := t.tx.WorkerByPhone(ctx, n.index)
	if store.IsNone(err) {
		return n, nil
	}
	if err != nil {
		return n, err
	}
	has, err := t.tx.CasesOf(ctx, other.ID)
	if err != nil {
		return n, err
	}
	if len(has) > 0 {
		return n, refuse("phone_taken", "", "这个手机号已经登记在另一个职工的账号上，那里有申请或者没交的表。请本人换一个号码；号码是他自己的，请他先用它登录，删除没交的表，再来办", "A3.1")
	}
	n.idle = other.ID
	return n, nil
}
