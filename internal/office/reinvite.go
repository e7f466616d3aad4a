package office

import (
	"context"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/vault"
)

// Reinvite gives a new link to somebody who has lost his password or his
// second factor, or who comes back after his account was shut. His sessions end
// and the old password and factor are gone at once.
func (o *Office) Reinvite(ctx context.Context, by scheme.Actor, staffID string) (token string, err error) {
	token, hash := vault.Token()
	err = o.write(ctx, func(tx *store.Tx) (*Refused, error) {
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
		if s.Login == "" {
			return refuse("no_password", "经办人用手机验证码登录，不需要链接。"), nil
		}
		s.State, s.Password, s.TotpSealed, s.TotpStep, s.Epoch = "invited", "", nil, 0, s.Epoch+1
		if err := tx.PutStaff(ctx, &s); err != nil {
			return nil, err
		}
		if err := tx.DropSessions(ctx, s.ID); err != nil {
			return nil, err
		}
		if err := o.link(ctx, tx, by, s.ID, hash); err != nil {
			return nil, err
		}
		return nil, o.event(ctx, tx, by, "reinvite", map[string]any{"staff": s.ID})
	})
	if err != nil {
		return "", err
	}
	return token, nil
}
