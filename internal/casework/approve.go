package casework

import (
	"context"
	"strings"

	"yuanmeng/internal/scheme"
)

// approve is the district's decision of the first stage (4.2.1): a held seat is
// confirmed, a waiting case stays waiting and is confirmed on promotion. Where an
// officer disagreed on line it has to say why it approves all the same.
func (t *turn) approve(ctx context.Context, e *entry, a scheme.Actor, args scheme.Args) error {
	holds, err := t.tx.HoldsPerson(ctx, e.row.ID)
	if err != nil {
		return err
	}
	if !holds && !e.s.Contested {
		// The one who had the number has ended meanwhile, in another programme
		// or after somebody else.
		if err := t.takePerson(ctx, e); err != nil {
			return err
		}
		if holds, err = t.tx.HoldsPerson(ctx, e.row.ID); err != nil {
			return err
		}
	}
	if !holds {
		return refuse("contested", "", "这个证件号名下还有另一份未了结的申请，了结后再审核", "5.2")
	}
	said, err := t.tx.Attestations(ctx, e.row.ID)
	if err != nil {
		return err
	}
	for _, s := range said {
		if s.Disagrees() && strings.TrimSpace(args.Reason) == "" {
			return refuse("disagreed", "", "推荐工会在线表示不同意，请写明为什么仍然通过", "A3.3")
		}
	}
	_, err = t.step(ctx, e, scheme.Approve, a, args)
	return err
}

// undo reverses a decision: the row is marked, never removed.
func (t *turn) undo(ctx context.Context, e *entry, a scheme.Actor, args scheme.Args, of scheme.MoveName) error {
	if err := t.tx.UndoDecision(ctx, e.row.ID, of, a.ID); err != nil {
		return err
	}
	_, err := t.step(ctx, e, scheme.UndoApprove, a, args)
	return err
}
