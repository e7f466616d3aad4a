package office

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/vault"
)

// linkLife is how long an invitation link is good, on the machine clock.
const linkLife = 72 * time.Hour

// Grant is a role to be given: in one programme ("" for an administrator's
// duty), for one organisation, until an instant or without end.
type Grant struct {
	Role      scheme.Role
	Programme string
	Org       string
	Until     *time.Time
}

// Invite makes an account and gives the one-time token of its link, good for 72
// hours. Only the security administrator invites; an account that only attests
// is made by InviteOfficer and has no link.
//
// The phone opens nothing: it tells a case of the person's own from those he may
// work on (nobody decides about himself). It may be empty, but then only people
// can see to it. One number belongs to one account, of either kind.
func (o *Office) Invite(ctx context.Context, by scheme.Actor, name, login, phone, org string, grants []Grant) (token string, err error) {
	name, login = strings.TrimSpace(name), loginName(login)
	if r := nameFault(name); r != nil {
		return "", r
	}
	if n := len(login); n < 3 || n > 32 || strings.Trim(login, "abcdefghijklmnopqrstuvwxyz0123456789._-") != "" {
		return "", refuse("login_form", "登录名用3到32个小写字母、数字、点或短横。")
	}
	if len(grants) == 0 {
		return "", refuse("no_role", "请至少给一个角色。")
	}
	if strings.TrimSpace(phone) == "" {
		phone = ""
	} else if phone, err = mobile(phone); err != nil {
		return "", err
	}
	token, hash := vault.Token()
	err = o.write(ctx, func(tx *store.Tx) (*Refused, error) {
		if no, err := o.maySet(ctx, tx, by, ""); no != nil || err != nil {
			return no, err
		}
		if no, err := freeLogin(ctx, tx, login); no != nil || err != nil {
			return no, err
		}
		s := store.Staff{ID: store.NewID(tx.Now), Login: login, Name: name, Org: org, State: "invited", CreatedAt: tx.Now}
		if no, err := o.bindPhone(ctx, tx, &s, phone); no != nil || err != nil {
			return no, err
		}
		if err := tx.Insert(ctx, &s); err != nil {
			return nil, err
		}
		if err := o.link(ctx, tx, by, s.ID, hash); err != nil {
			return nil, err
		}
		if err := o.event(ctx, tx, by, "invite", map[string]any{"staff": s.ID, "login": login, "org": org}); err != nil {
			return nil, err
		}
		for _, g := range grants {
			if no, err := o.grant(ctx, tx, by, s, g); no != nil || err != nil {
				return nil, orRefused(no, err) // nothing of it stays
			}
		}
		return nil, nil
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

// bindPhone puts a number on an account: sealed, and found by its keyed index.
// "" leaves the account without one.
func (o *Office) bindPhone(ctx context.Context, tx *store.Tx, s *store.Staff, phone string) (*Refused, error) {
	if phone == "" {
		return nil, nil
	}
	index := o.Keys.Index("phone", phone)
	if err := tx.Alone(ctx, "phone/"+index); err != nil {
		return nil, err
	}
	if _, err := tx.StaffByPhone(ctx, index); err == nil {
		return refuse("phone_taken", "这个手机号已经登记在另一个账号上。"), nil
	} else if !store.IsNone(err) {
		return nil, err
	}
	s.PhoneIndex, s.PhoneSealed = index, o.Keys.Seal("staff/"+s.ID, []byte(phone))
	return nil, nil
}

// orRefused makes a refusal an error that rolls the transaction back.
func orRefused(no *Refused, err error) error {
	if err != nil {
		return err
	}
	return refusal(no)
}

// link makes the only open link of an account.
func (o *Office) link(ctx context.Context, tx *store.Tx, by scheme.Actor, staffID, hash string) error {
	now := o.Machine()
	if err := tx.EndInvitations(ctx, staffID, now); err != nil {
		return err
	}
	return tx.Insert(ctx, &store.Invitation{
		ID: store.NewID(tx.Now), TokenHash: hash, StaffID: staffID, ByID: by.ID, CreatedAt: now.UTC(), ExpiresAt: now.Add(linkLife).UTC(),
	})
}

func loginName(s string) string { return strings.ToLower(narrow(s)) }

func nameFault(name string) *Refused {
	if n := utf8.RuneCountInString(name); n < 2 || n > 50 {
		return refuse("name_length", "请填写姓名，2到50个字。")
	}
	return nil
}

func freeLogin(ctx context.Context, tx *store.Tx, login string) (*Refused, error) {
	if err := tx.Alone(ctx, "login/"+login); err != nil {
		return nil, err
	}
	_, err := tx.StaffByLogin(ctx, login)
	if err == nil {
		return refuse("login_taken", "这个登录名已有人用，请换一个。"), nil
	}
	if store.IsNone(err) {
		err = nil
	}
	return nil, err
}
