package office

import (
	"context"
	"strings"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// InviteOfficer makes the account of a union officer who only attests. He signs
// in by a code sent to this phone and has no password. The message that tells
// him is tried once; sent says whether it left.
func (o *Office) InviteOfficer(ctx context.Context, by scheme.Actor, name, phone, union, programme string) (id string, sent bool, err error) {
	name = strings.TrimSpace(name)
	if r := nameFault(name); r != nil {
		return "", false, r
	}
	phone, err = mobile(phone)
	if err != nil {
		return "", false, err
	}
	if union == "" {
		return "", false, refuse("no_union", "请选择他所在的工会。")
	}
	p, err := o.programme(ctx)
	if err != nil {
		return "", false, err
	}
	err = o.write(ctx, func(tx *store.Tx) (*Refused, error) {
		if no, err := o.maySet(ctx, tx, by, ""); no != nil || err != nil {
			return no, err
		}
		s := store.Staff{ID: store.NewID(tx.Now), Name: name, Org: union, State: "active", CreatedAt: tx.Now}
		if no, err := o.bindPhone(ctx, tx, &s, phone); no != nil || err != nil {
			return no, err
		}
		if err := tx.Insert(ctx, &s); err != nil {
			return nil, err
		}
		if err := o.event(ctx, tx, by, "invite_officer", map[string]any{"staff": s.ID, "org": union}); err != nil {
			return nil, err
		}
		id = s.ID
		return nil, orRefused(o.grant(ctx, tx, by, s, Grant{Role: scheme.RoleLocal, Programme: programme, Org: union}))
	})
	if err != nil {
		return "", false, err
	}
	if p != nil && p.Messages["officer_invite"].SMS != "" {
		sent = o.notify(ctx, p, "officer_invite", phone) == nil
	}
	return id, sent, nil
}
