package office

import (
	"context"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// EndGrant takes a role away, at once.
func (o *Office) EndGrant(ctx context.Context, by scheme.Actor, grantID string) error {
	return o.write(ctx, func(tx *store.Tx) (*Refused, error) {
		g, err := tx.Grant(ctx, grantID)
		if store.IsNone(err) || err == nil && g.EndedAt != nil {
			return refuse("no_grant", "没有这项授权，或者已经收回。"), nil
		}
		if err != nil {
			return nil, err
		}
		if no, err := o.maySet(ctx, tx, by, g.StaffID); no != nil || err != nil {
			return no, err
		}
		if err := tx.EndGrant(ctx, grantID); err != nil {
			return nil, err
		}
		return nil, o.event(ctx, tx, by, "end_grant", map[string]any{"staff": g.StaffID, "grant": g.ID, "role": g.Role, "programme": g.ProgrammeID})
	})
}
