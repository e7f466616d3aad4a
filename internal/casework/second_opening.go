package casework

import (
	"context"
	"encoding/json"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// SecondOpening is the second person's half: he opens the programme as the first
// one has seen it, or drops the proposal. The second is another lead or a
// reviewer of the district; the first may only drop his own.
func (w *Work) SecondOpening(ctx context.Context, a scheme.Actor, programme, proposalID string, agree bool) error {
	if a.Role != scheme.RoleLead && a.Role != scheme.RoleDistrict {
		return refuse("role", "", "第二人须是区总工会的负责人或审核人", "5.2")
	}
	return w.DB.Write(ctx, w.Now(), func(tx *store.Tx) error {
		if err := tx.Alone(ctx, "programme/"+programme); err != nil {
			return err
		}
		p, err := tx.Proposal(ctx, proposalID)
		if store.IsNone(err) || err == nil && (p.ProgrammeID != programme || p.Move != OpeningMove) {
			return ErrNotFound
		}
		if err != nil {
			return err
		}
		if p.State != "open" {
			return refuse("stale", "", "这件事已经办过了", "5.2")
		}
		at := tx.Now
		p.SecondID, p.EndedAt, p.State = a.ID, &at, "dropped"
		if !agree {
			if err := tx.PutProposal(ctx, &p); err != nil {
				return err
			}
			return programmeEvent(ctx, tx, store.Programme{ID: programme}, a, "opening_dropped")
		}
		if err := proposerStands(ctx, tx, p); err != nil {
			return err
		}
		row, err := w.readyToOpen(ctx, tx, programme)
		if err != nil {
			return err
		}
		var seen opening
		if err := json.Unmarshal([]byte(p.Args), &seen); err != nil {
			return err
		}
		if seen.Version != row.Version || seen.Hash != row.Hash {
			return refuse("changed", "", "提出之后项目内容有了变化，请放弃后重新提出", "5.2")
		}
		p.State = "done"
		if err := tx.PutProposal(ctx, &p); err != nil {
			return err
		}
		return openProgramme(ctx, tx, scheme.Actor{ID: p.ByID, Role: p.ByRole, Name: p.ByName, Org: "district"}, a, programme)
	})
}
