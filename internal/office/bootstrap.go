package office

import (
	"context"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/vault"
)

// FirstLogin is the login of the first account.
const FirstLogin = "anquan"

// Bootstrap makes the first account, a security administrator, and gives the
// token of its link. It does so only while nobody else is there; as long as that
// one link is not accepted, each call makes a new one and ends the old, so that
// a lost link costs a restart and not a database. created is false ever after.
// Why one and why this duty: docs/decisions/0005-first-administrator.md.
func (o *Office) Bootstrap(ctx context.Context) (token string, created bool, err error) {
	token, hash := vault.Token()
	err = o.write(ctx, func(tx *store.Tx) (*Refused, error) {
		created = false
		if err := tx.Alone(ctx, "bootstrap"); err != nil {
			return nil, err
		}
		n, err := tx.StaffCount(ctx)
		if err != nil || n > 1 {
			return nil, err
		}
		if n == 1 {
			s, err := tx.StaffByLogin(ctx, FirstLogin)
			if store.IsNone(err) || err == nil && s.State != "invited" {
				return nil, nil
			}
			if err != nil {
				return nil, err
			}
			created = true
			return nil, o.link(ctx, tx, system, s.ID, hash)
		}
		s := store.Staff{ID: store.NewID(tx.Now), Login: FirstLogin, Name: "安全管理员", Org: "district", State: "invited", CreatedAt: tx.Now}
		if err := tx.Insert(ctx, &s); err != nil {
			return nil, err
		}
		if err := o.link(ctx, tx, system, s.ID, hash); err != nil {
			return nil, err
		}
		if err := o.event(ctx, tx, system, "bootstrap", map[string]any{"staff": s.ID}); err != nil {
			return nil, err
		}
		created = true
		return nil, orRefused(o.grant(ctx, tx, system, s, Grant{Role: scheme.RoleSecAdmin}))
	})
	if err != nil || !created {
		return "", false, err
	}
	return token, true, nil
}
