package casework

import (
	"context"
	"fmt"
	"strings"

	"yuanmeng/internal/proof"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// Capacity is a wish to change the cap or the length of the waiting list.
type Capacity struct {
	Cap        int
	WaitingMax int
	Reason     string
}

// capacityMove names the proposal row; it is no move of a case.
const capacityMove scheme.MoveName = "change_cap"

// ProposeCapacity is the first lead's half (DESIGN §2.2): never below what is
// taken, with a reason that will be public.
func (w *Work) ProposeCapacity(ctx context.Context, a scheme.Actor, programme string, c Capacity) error {
	return w.act(ctx, programme, func(t *turn) error {
		if err := t.judgeCapacity(a, c); err != nil {
			return err
		}
		err := t.tx.Insert(ctx, &store.Proposal{
			ID: store.NewID(t.tx.Now), ProgrammeID: programme, Move: capacityMove, Args: store.Encode(c), ByID: a.ID, ByName: a.Name, ByRole: a.Role,
			At: t.tx.Now, State: "open",
		})
		if store.IsUnique(err) {
			return refuse("proposed", "", "已有人提出调整名额，等第二人确认", "5.1")
		}
		if err != nil {
			return err
		}
		return t.event(ctx, "", a, "propose", map[string]any{"move": capacityMove, "cap": c.Cap, "waiting_max": c.WaitingMax, "reason": c.Reason})
	})
}

func (t *turn) judgeCapacity(a scheme.Actor, c Capacity) error {
	switch {
	case a.Role != scheme.RoleLead:
		return refuse("role", "", "只有区总工会负责人可以调整名额", "5.1")
	case strings.TrimSpace(c.Reason) == "":
		return refuse("reason_missing", "", "请写明理由，理由会公开", "5.1")
	case c.Cap < t.tally.Taken():
		return refuse("cap_taken", "", fmt.Sprintf("名额不能少于已占用的%d个", t.tally.Taken()), "5.1")
	case c.WaitingMax < min(t.tally.Waiting, t.tally.WaitingMax): // contesters may stand beside a full list
		return refuse("waiting_taken", "", fmt.Sprintf("候补不能少于现有的%d位", t.tally.Waiting), "5.1")
	case c.Cap > 100000 || c.WaitingMax > 100000:
		return refuse("cap_large", "", "数字太大，请核对", "5.1")
	case t.state != "open":
		return refuse("not_open", "", "项目开放后才能调整名额；开放前请改项目数据", "5.1")
	}
	return nil
}

// secondCapacity is the second lead's half: a public version, a rules leaf, and
// the one seat rule.
func (t *turn) secondCapacity(ctx context.Context, a scheme.Actor, p store.Proposal, agree bool) error {
	at := t.tx.Now
	p.SecondID, p.EndedAt, p.State = a.ID, &at, "dropped"
	if a.Role != scheme.RoleLead {
		return refuse("role", "", "只有区总工会负责人可以调整名额", "5.1")
	}
	if !agree {
		if err := t.tx.PutProposal(ctx, &p); err != nil {
			return err
		}
		return t.event(ctx, "", a, "propose_dropped", map[string]any{"move": p.Move})
	}
	c, ok := ProposedCapacity(p)
	if !ok {
		return refuse("stale", "", "这项提议读不出来，请放弃后重新提出", "5.1")
	}
	if p.ByID == a.ID {
		return refuse("same_person", "", "两人须不是同一人", "5.1")
	}
	if err := t.judgeCapacity(a, c); err != nil {
		return err
	}
	p.State = "done"
	if err := t.tx.PutProposal(ctx, &p); err != nil {
		return err
	}
	next := *t.p
	next.Cap, next.WaitingMax = c.Cap, c.WaitingMax
	row, err := t.tx.Programme(ctx, t.tally.ProgrammeID)
	if err != nil {
		return err
	}
	row.Version++
	row.Body = store.Encode(next)
	if err := t.tx.PutProgramme(ctx, &row); err != nil {
		return err
	}
	if err := t.tx.Insert(ctx, &store.Version{
		ProgrammeID: row.ID, N: row.Version, At: at, ByID: p.ByID, SecondID: a.ID, Reason: c.Reason, Body: row.Body, Hash: row.Hash,
	}); err != nil {
		return err
	}
	t.tally.Cap, t.tally.WaitingMax = c.Cap, c.WaitingMax
	t.leaves = append(t.leaves, rulesLeaf(&next, row.Hash, row.Version))
	return t.event(ctx, "", a, "change_cap", map[string]any{"cap": c.Cap, "waiting_max": c.WaitingMax, "reason": c.Reason, "first": p.ByName})
}

// rulesLeaf is the public leaf of a programme's rules.
func rulesLeaf(p *scheme.Programme, hash string, version int) pending {
	until := p.PromoteUntil.UTC()
	return pending{leaf: proof.Leaf{Kind: "rules", Cap: p.Cap, Max: p.WaitingMax, PromoteUntil: &until, PlanHash: hash, Version: version}}
}
