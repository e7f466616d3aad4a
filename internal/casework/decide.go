package casework

import (
	"context"
	"strings"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// Order is one decision that a person at the desk makes about one case.
// Version is the version of the case he looked at: a stale order changes
// nothing and says so.
type Order struct {
	Move    scheme.MoveName
	Case    string
	Version int
	Reason  string
	Cause   scheme.Cause // for revoke
	Items   []string     // named items, for a return
	Stamp   bool         // the correction needs a new stamp
	Excuse  bool         // not the worker's fault
	Name    string       // for complete_name and amend_identity
	ID      string       // for amend_identity

	Phone       string       `json:"-"` // for change_phone; a proposal holds it sealed
	PhoneSealed []byte       `json:",omitempty"`
	Shown       scheme.Shown `json:",omitempty"` // where the identity card was seen
}

// Decide makes one of the desk's moves. A two-person move only files the first
// half; Second completes it. What each move adds to the step stands in its own
// file (return.go, identity.go …).
func (w *Work) Decide(ctx context.Context, a scheme.Actor, v store.Viewer, o Order) error {
	c, err := w.DB.Case(ctx, v, o.Case)
	if store.IsNone(err) {
		return ErrNotFound
	}
	if err != nil {
		return err
	}
	m, ok := scheme.MoveBy(o.Move)
	if !ok {
		return ErrNotFound
	}
	return w.act(ctx, c.ProgrammeID, func(t *turn) error {
		if len(m.Second) > 0 && a.Role != scheme.RoleSystem {
			return t.propose(ctx, a, o, m)
		}
		return t.order(ctx, a, o, nil)
	})
}

// order carries out a decision inside a turn.
func (t *turn) order(ctx context.Context, a scheme.Actor, o Order, second *scheme.Actor) error {
	e, err := t.load(ctx, o.Case)
	if err != nil {
		return err
	}
	if o.Version != 0 && o.Version != e.s.Version {
		return refuse("stale", "", "这份申请刚才有人办理过，请看最新情况再决定", "")
	}
	args := scheme.Args{Cause: o.Cause, Reason: o.Reason, Stamp: o.Stamp, Excuse: o.Excuse, Second: second}
	switch o.Move {
	case scheme.Return:
		return t.returnCase(ctx, e, a, o, args)
	case scheme.CompleteName:
		return t.completeName(ctx, e, a, o, args)
	case scheme.AmendIdentity:
		return t.amendIdentity(ctx, e, a, o, args)
	case scheme.ChangePhone:
		return t.changePhone(ctx, e, a, o, args)
	case scheme.Approve:
		return t.approve(ctx, e, a, args)
	case scheme.UndoApprove:
		return t.undo(ctx, e, a, args, scheme.Approve)
	case scheme.SettleFor:
		return t.settleFor(ctx, e, a, args)
	case scheme.Execute:
		return t.execute(ctx, e, a, args)
	case scheme.Keep:
		return t.keep(ctx, e, a, args)
	case scheme.Reinstate:
		return t.reinstate(ctx, e, a, args)
	}
	_, err = t.step(ctx, e, o.Move, a, args)
	return err
}

// propose files the first half of a two-person move, judged as if a second
// person stood by.
func (t *turn) propose(ctx context.Context, a scheme.Actor, o Order, m scheme.Move) error {
	e, err := t.load(ctx, o.Case)
	if err != nil {
		return err
	}
	if o.Version != 0 && o.Version != e.s.Version {
		return refuse("stale", "", "这份申请刚才有人办理过，请看最新情况再决定", "")
	}
	if m.Reason && strings.TrimSpace(o.Reason) == "" {
		return refuse("reason_missing", "", "请写明理由，本人会看到", m.Clause)
	}
	if o.Move == scheme.ChangePhone {
		if o, err = t.proposePhone(ctx, e, o); err != nil {
			return err
		}
	}
	args := scheme.Args{Cause: o.Cause, Reason: o.Reason, Second: &scheme.Actor{ID: "\x00second", Role: m.Second[0]}}
	if _, _, rs := scheme.Step(e.s, o.Move, a, args, t.p, t.cal, t.tx.Now); scheme.Blocked(rs) {
		return &Refused{rs}
	}
	id := store.NewID(t.tx.Now)
	so, err := t.sealOrder(e, id, o)
	if err != nil {
		return err
	}
	p := store.Proposal{
		ID: id, ProgrammeID: e.row.ProgrammeID, CaseID: e.row.ID, Move: o.Move, Args: store.Encode(so),
		CaseVersion: e.s.Version, ByID: a.ID, ByName: a.Name, ByRole: a.Role, At: t.tx.Now, State: "open",
	}
	err = t.tx.Insert(ctx, &p)
	if store.IsUnique(err) {
		return refuse("proposed", "", "已有人提出，等第二人确认", m.Clause)
	}
	if err != nil {
		return err
	}
	return t.event(ctx, e.row.ID, a, "propose", map[string]any{"move": o.Move, "reason": o.Reason})
}

// sealOrder hides what was typed into an order: proposals are plain rows.
func (t *turn) sealOrder(e *entry, id string, o Order) (s storedOrder, err error) {
	s.Order = o
	s.Order.Reason, s.Order.Name, s.Order.ID = "", "", ""
	words := t.w.Words(&e.row)
	for _, x := range []struct {
		into   *[]byte
		column string
		text   string
	}{{&s.Reason, "reason", o.Reason}, {&s.Name, "name", o.Name}, {&s.ID, "id", o.ID}} {
		if *x.into, err = words.Seal("proposal", id, x.column, x.text); err != nil {
			return s, err
		}
	}
	return s, nil
}

// storedOrder is an order as a proposal holds it: what was typed lies sealed.
type storedOrder struct {
	Order            Order
	Reason, Name, ID []byte `json:",omitempty"`
}
