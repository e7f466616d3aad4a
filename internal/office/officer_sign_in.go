package office

import (
	"context"
	"fmt"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// OfficerSignIn signs in a union officer by the code sent to the phone that the
// district has bound. Whether a number is bound is said only to the one who
// has shown its code.
func (o *Office) OfficerSignIn(ctx context.Context, phone, code string) (staffID string, err error) {
	phone, err = mobile(phone)
	if err != nil {
		return "", err
	}
	index := o.Keys.Index("phone", phone)
	hotline := o.hotline(ctx)
	err = o.write(ctx, func(tx *store.Tx) (*Refused, error) {
		if no, err := o.redeem(ctx, tx, index, ForOfficer, code, scheme.Actor{}); no != nil || err != nil {
			return no, err
		}
		s, err := tx.StaffByPhone(ctx, index)
		if err != nil && !store.IsNone(err) {
			return nil, err
		}
		if err != nil || s.State != "active" || s.Login != "" { // a desk's phone opens nothing
			return refuse("not_officer", fmt.Sprintf("这个手机号没有登记为工会经办人。请联系区总工会，或者打%s。", hotline)),
				o.event(ctx, tx, staffActor(s), "officer_sign_in_wrong", nil)
		}
		seen := o.Machine().UTC()
		s.SeenAt = &seen
		if err := tx.PutStaff(ctx, &s); err != nil {
			return nil, err
		}
		staffID = s.ID
		return nil, o.event(ctx, tx, staffActor(s), "officer_sign_in", nil)
	})
	if err != nil {
		return "", err
	}
	return staffID, nil
}
