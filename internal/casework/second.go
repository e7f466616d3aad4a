package casework

import (
	"context"
	"encoding/json"
	"slices"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

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
	} else if !slices.Contains(v.Programmes, p.ProgrammeID) {
		return ErrNotFound
	}
	return w.act(ctx, p.ProgrammeID, func(t *turn) error {
		p, err := t.tx.Proposal(ctx, proposalID)
		if err != nil || p.State != "open" {
			return refuse("stale", "", "这件事已经办过了", "")
		}
		if agree {
			if err := proposerStands(ctx, t.tx, p); err != nil {
				return err
			}
		}
		if p.CaseID == "" {
			return t.secondCapacity(ctx, a, p, agree)
		}
		m, ok := scheme.MoveBy(p.Move)
		if !ok {
			return ErrNotFound
		}
		at := t.tx.Now
		p.SecondID, p.EndedAt = a.ID, &at
		if !agree {
			if !slices.Contains(m.Second, a.Role) && !slices.Contains(m.Roles, a.Role) {
				return refuse("role", "", "您的岗位不能放弃这项提议", m.Clause)
			}
			if slices.Contains(a.Cases, p.CaseID) {
				return refuse("self", "", "不能办理自己的申请，请交给其他同事", m.Clause)
			}
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
		o, err := w.Proposed(e.row, p)
		if err != nil {
			return err
		}
		if store.Lost(o.Reason) || store.Lost(o.Name) || store.Lost(o.ID) {
			return refuse("stale", "", "这项提议读不出来，请放弃后重新提出", "5.1")
		}
		o.Version = 0
		p.State = "done"
		if err := t.tx.PutProposal(ctx, &p); err != nil {
			return err
		}
		first := scheme.Actor{ID: p.ByID, Role: p.ByRole, Name: p.ByName}
		if first.Cases, err = t.tx.OwnCases(ctx, p.ByID); err != nil {
			return err
		}
		return t.order(ctx, first, o, &a)
	})
}

// proposerStands refuses to complete what somebody has proposed who has lost his
// account or his role since: an act of two needs two. Accounts are never
// removed, so one without a row is not of the desk.
func proposerStands(ctx context.Context, tx *store.Tx, p store.Proposal) error {
	s, err := tx.Staff(ctx, p.ByID)
	if store.IsNone(err) {
		return nil
	}
	if err != nil {
		return err
	}
	gs, err := tx.Grants(ctx, p.ByID, tx.Now)
	if err != nil {
		return err
	}
	if s.State == "active" && slices.ContainsFunc(gs, func(g store.Grant) bool { return g.Role == p.ByRole && g.ProgrammeID == p.ProgrammeID }) {
		return nil
	}
	return refuse("proposer_gone", "", "提出的人已经不在这个岗位，请放弃后重新提出", "5.1")
}

// Proposed reads what a proposal about a case asks for; the case's key opens
// what was typed. A proposal about seats has no order.
func (w *Work) Proposed(c store.Case, p store.Proposal) (Order, error) {
	var so storedOrder
	if err := json.Unmarshal([]byte(p.Args), &so); err != nil {
		return Order{}, err
	}
	words := w.Words(&c)
	o := so.Order
	o.Reason = words.Open("proposal", p.ID, "reason", so.Reason)
	o.Name = words.Open("proposal", p.ID, "name", so.Name)
	o.ID = words.Open("proposal", p.ID, "id", so.ID)
	return o, nil
}

// ProposedCapacity reads what a proposal about seats asks for.
func ProposedCapacity(p store.Proposal) (c Capacity, ok bool) {
	// Read first: the order of a variable and a call in one return is open.
	ok = p.Move == capacityMove && json.Unmarshal([]byte(p.Args), &c) == nil
	return c, ok
}
