package office

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/sms"
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
func (o *Office) Invite(ctx context.Context, by scheme.Actor, name, login, org string, grants []Grant) (token string, err error) {
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
	token, hash := vault.Token()
	err = o.write(ctx, func(tx *store.Tx) (*Refused, error) {
		if no, err := o.maySet(ctx, tx, by, ""); no != nil || err != nil {
			return no, err
		}
		if no, err := freeLogin(ctx, tx, login); no != nil || err != nil {
			return no, err
		}
		s := store.Staff{ID: store.NewID(tx.Now), Login: login, Name: name, Org: org, State: "invited", CreatedAt: tx.Now}
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

// orRefused makes a refusal an error that rolls the transaction back.
func orRefused(no *Refused, err error) error {
	if err != nil {
		return err
	}
	return refusal(no)
}

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
	index := o.Keys.Index("phone", phone)
	err = o.write(ctx, func(tx *store.Tx) (*Refused, error) {
		if no, err := o.maySet(ctx, tx, by, ""); no != nil || err != nil {
			return no, err
		}
		if err := tx.Alone(ctx, "phone/"+index); err != nil {
			return nil, err
		}
		if _, err := tx.StaffByPhone(ctx, index); err == nil {
			return refuse("phone_taken", "这个手机号已经登记给一位经办人。"), nil
		} else if !store.IsNone(err) {
			return nil, err
		}
		s := store.Staff{ID: store.NewID(tx.Now), Name: name, Org: union, PhoneIndex: index, State: "active", CreatedAt: tx.Now}
		s.PhoneSealed = o.Keys.Seal("staff/"+s.ID, []byte(phone))
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
		m := sms.Message{ID: id, Phone: phone, Template: "officer_invite", Params: map[string]string{}, Text: p.Messages["officer_invite"].SMS}
		sent = o.SMS.Send(ctx, m) == nil
	}
	return id, sent, nil
}

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
