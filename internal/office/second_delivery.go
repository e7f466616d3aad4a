package office

import (
	"context"
	"slices"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// SecondDelivery is the second person's half: he releases what a restored backup
// holds, as the first has proposed it, or drops the proposal. He has the other of
// the two duties; the first may only take his own back.
func (o *Office) SecondDelivery(ctx context.Context, by scheme.Actor, proposalID string, agree bool) error {
	if !slices.Contains(deliverers, by.Role) {
		return refuse("role", "放行由系统管理员和安全管理员两个人办。")
	}
	return o.write(ctx, func(tx *store.Tx) (*Refused, error) {
		held, no, err := o.held(ctx, tx)
		if no != nil || err != nil {
			return no, err
		}
		p, err := tx.OpenDelivery(ctx)
		if err != nil {
			return nil, err
		}
		if p == nil || p.ID != proposalID {
			return refuse("stale", "这件事已经办过了。"), nil
		}
		at := tx.Now
		p.SecondID, p.EndedAt, p.State = by.ID, &at, "dropped"
		if !agree {
			if err := tx.PutProposal(ctx, p); err != nil {
				return nil, err
			}
			return nil, o.event(ctx, tx, by, "delivery_dropped", nil)
		}
		if p.ByID == by.ID || p.ByRole == by.Role {
			return refuse("same", "要由另一种管理员确认：系统管理员和安全管理员各一人。"), nil
		}
		if stands, err := o.stands(ctx, tx, *p); err != nil || !stands {
			return refuse("proposer_gone", "提出的人已经不在这个岗位，请放弃后重新提出。"), err
		}
		d, err := ProposedDelivery(*p)
		if err != nil {
			return nil, err
		}
		if d.Of != held[0].ID {
			return refuse("stale", "提出之后又恢复过一次，请放弃后重新提出。"), nil
		}
		p.State = "done"
		if err := tx.PutProposal(ctx, p); err != nil {
			return nil, err
		}
		if d.Quiet {
			if err := tx.Quieten(ctx, held[0].At); err != nil {
				return nil, err
			}
		}
		if err := tx.ReleaseRestorations(ctx, p.ByID, by.ID, d.Quiet); err != nil {
			return nil, err
		}
		return nil, o.event(ctx, tx, by, "deliver_again", map[string]any{"first": p.ByName, "what": quietWord(d.Quiet)})
	})
}

// stands says whether the first person still has the duty in which he proposed.
func (o *Office) stands(ctx context.Context, tx *store.Tx, p store.Proposal) (bool, error) {
	s, err := tx.Staff(ctx, p.ByID)
	if err != nil {
		return false, err
	}
	gs, err := tx.Grants(ctx, p.ByID, tx.Now)
	return s.State == "active" && slices.ContainsFunc(gs, func(g store.Grant) bool { return g.Role == p.ByRole }), err
}
