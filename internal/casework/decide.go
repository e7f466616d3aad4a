package casework

import (
	"context"
	"encoding/json"
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
	args := scheme.Args{Cause: o.Cause, Reason: o.Reason, Second: &scheme.Actor{ID: "\x00second", Role: m.Second[0]}}
	if _, _, rs := scheme.Step(e.s, o.Move, a, args, t.p, t.cal, t.tx.Now); scheme.Blocked(rs) {
		return &Refused{rs}
	}
	p := store.Proposal{
		ID: store.NewID(t.tx.Now), ProgrammeID: e.row.ProgrammeID, CaseID: e.row.ID, Move: o.Move, Args: store.Encode(t.sealOrder(e, o)),
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

// sealOrder hides a new ID number of an order: proposals are plain rows.
func (t *turn) sealOrder(e *entry, o Order) storedOrder {
	s := storedOrder{Order: o}
	if o.ID != "" {
		if key, err := t.w.key(&e.row); err == nil {
			s.SealedID = key.Seal("proposal/"+e.row.ID, []byte(o.ID))
		}
		s.Order.ID = ""
	}
	return s
}

type storedOrder struct {
	Order    Order
	SealedID []byte `json:",omitempty"`
}

// Second completes or drops a two-person move. The second person is never the
// first, and the case must stand as the first one saw it.
func (w *Work) Second(ctx context.Context, a scheme.Actor, v store.Viewer, proposalID string, agree bool) error {
	p, err := w.DB.Proposal(ctx, proposalID)
	if store.IsNone(err) {
		return ErrNotFound
	}
	if err != nil {
		return err
	}
	if p.CaseID != "" {
		if _, err := w.DB.Case(ctx, v, p.CaseID); err != nil {
			return ErrNotFound
		}
	}
	return w.act(ctx, p.ProgrammeID, func(t *turn) error {
		p, err := t.tx.Proposal(ctx, proposalID)
		if err != nil || p.State != "open" {
			return refuse("stale", "", "这件事已经办过了", "")
		}
		if p.CaseID == "" {
			return t.secondCapacity(ctx, a, p, agree)
		}
		at := t.tx.Now
		p.SecondID, p.EndedAt = a.ID, &at
		if !agree {
			p.State = "dropped"
			if err := t.tx.PutProposal(ctx, &p); err != nil {
				return err
			}
			return t.event(ctx, p.CaseID, a, "propose_dropped", map[string]any{"move": p.Move})
		}
		e, err := t.load(ctx, p.CaseID)
		if err != nil {
			return err
		}
		if e.s.Version != p.CaseVersion {
			return refuse("stale", "", "提出之后这份申请有了变化，请放弃后重新提出", "")
		}
		var so storedOrder
		if err := json.Unmarshal([]byte(p.Args), &so); err != nil {
			return err
		}
		if so.SealedID != nil {
			key, err := w.key(&e.row)
			if err != nil {
				return err
			}
			b, err := key.Open("proposal/"+p.CaseID, so.SealedID)
			if err != nil {
				return err
			}
			so.Order.ID = string(b)
		}
		so.Order.Version = 0
		p.State = "done"
		if err := t.tx.PutProposal(ctx, &p); err != nil {
			return err
		}
		first := scheme.Actor{ID: p.ByID, Role: p.ByRole, Name: p.ByName}
		return t.order(ctx, first, so.Order, &a)
	})
}
