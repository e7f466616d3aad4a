package office

import (
	"context"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// Disable shuts an account at once: its sessions end, its links are worthless,
// and the epoch of a session that slips through no longer fits. Nobody disables
// himself, so one security administrator always remains.
func (o *Office) Disable(ctx context.Context, by scheme.Actor, staffID string) error {
	return o.write(ctx, func(tx *store.Tx) (*Refused, error) {
		if no, err := o.maySet(ctx, tx, by, staffID); no != nil || err != nil {
			return no, err
		}
		s, err := tx.LockStaff(ctx, staffID)
		if store.IsNone(err) {
			return refuse("no_staff", "没有这个账号。"), nil
		}
		if err != nil {
			return nil, err
		}
		if s.State == "disabled" {
			return nil, nil
		}
		s.State, s.Epoch = "disabled", s.Epoch+1
		if err := tx.PutStaff(ctx, &s); err != nil {
			return nil, err
		}
		if err := tx.DropSessions(ctx, s.ID); err != nil {
			return nil, err
		}
		if err := tx.EndInvitations(ctx, s.ID, o.Machine()); err != nil {
			return nil, err
		}
		return nil, o.event(ctx, tx, by, "disable", map[string]any{"staff": s.ID})
	})
}
