package office

import (
	"context"

	"yuanmeng/internal/gb"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// Enable opens the account of an officer again that was shut by mistake or for a
// time. The phone is still his, so it needs no new invitation; an account with a
// password comes back by a new link only (Reinvite).
func (o *Office) Enable(ctx context.Context, by scheme.Actor, staffID string) error {
	return o.write(ctx, func(tx *store.Tx) (*Refused, error) {
		if no, err := o.maySet(ctx, tx, by, staffID); no != nil || err != nil {
			return no, err
		}
		s, err := tx.LockStaff(ctx, staffID)
		switch {
		case store.IsNone(err):
			return refuse("no_staff", "没有这个账号。"), nil
		case err != nil:
			return nil, err
		case s.Login != "":
			return refuse("needs_link", "设过密码的账号要重新发邀请链接，由他本人重设。"), nil
		case s.State != "disabled":
			return nil, nil
		}
		s.State = "active"
		if err := tx.PutStaff(ctx, &s); err != nil {
			return nil, err
		}
		return nil, o.event(ctx, tx, by, "enable", map[string]any{"staff": s.ID})
	})
}

// MaskedPhone is the phone of an account as the list of accounts shows it; "" for
// one without.
func (o *Office) MaskedPhone(s store.Staff) string {
	if len(s.PhoneSealed) == 0 {
		return ""
	}
	phone, err := o.Keys.Open("staff/"+s.ID, s.PhoneSealed)
	if err != nil {
		return ""
	}
	return gb.MaskMobile(string(phone))
}
