package office

import (
	"context"

	"yuanmeng/internal/store"
)

// AcceptTOTP opens the account with the first code of its authenticator and
// ends the link.
func (o *Office) AcceptTOTP(ctx context.Context, token, code string) (staffID string, err error) {
	err = o.write(ctx, func(tx *store.Tx) (*Refused, error) {
		i, s, err := o.invited(ctx, tx.Q, token)
		if err != nil {
			return nil, err
		}
		if s, err = tx.LockStaff(ctx, s.ID); err != nil {
			return nil, err
		}
		if s.Password == "" || len(s.TotpSealed) == 0 {
			return refuse("no_password_yet", "请先设密码。"), nil
		}
		if no, err := o.factor(ctx, tx, &s, acceptBucket+s.ID, code); no != nil || err != nil {
			return no, err
		}
		now := o.Machine()
		ok, err := tx.UseInvitation(ctx, i.ID, now)
		if err != nil {
			return nil, err
		}
		if !ok {
			return refuse("dead_link", deadLink), nil
		}
		s.State = "active"
		if err := tx.PutStaff(ctx, &s); err != nil {
			return nil, err
		}
		staffID = s.ID
		return nil, o.event(ctx, tx, staffActor(s), "accept_totp", nil)
	})
	if err != nil {
		return "", err
	}
	return staffID, nil
}
