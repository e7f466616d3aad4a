package office

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/vault"
)

const (
	issuer       = "圆梦"
	passwordMin  = 10
	passwordMax  = 200
	deadLink     = "这个链接已经用过，或者过期了。请让安全管理员重新发一个。"
	wrongFactor  = "动态码不对。请看手机上最新的6位数字，并核对手机时间。"
	factorTries  = 5
	acceptBucket = "accept/"
)

// Enrolment is what the second page of an invitation shows: the login, and the
// secret for the authenticator as text and as the address in its QR.
type Enrolment struct {
	Login  string
	Secret string
	URI    string
}

// Invited says for whom a link is, before anything is set. A dead link is
// refused with the sentence that says whom to ask.
func (o *Office) Invited(ctx context.Context, token string) (store.Staff, error) {
	_, s, err := o.invited(ctx, o.DB.Q, token)
	return s, err
}

func (o *Office) invited(ctx context.Context, q store.Q, token string) (store.Invitation, store.Staff, error) {
	i, err := q.InvitationBy(ctx, vault.HashToken(token))
	if store.IsNone(err) || err == nil && (i.UsedAt != nil || !o.Machine().Before(i.ExpiresAt)) {
		return i, store.Staff{}, refuse("dead_link", deadLink)
	}
	if err != nil {
		return i, store.Staff{}, err
	}
	s, err := q.Staff(ctx, i.StaffID)
	if err == nil && s.State != "invited" {
		return i, s, refuse("dead_link", deadLink)
	}
	return i, s, err
}

// Accept sets the password of an invited account and gives a new secret for the
// authenticator. The account opens with AcceptTOTP; until then Accept may be
// repeated. Everybody with a password has a second factor, administrators too.
func (o *Office) Accept(ctx context.Context, token, password string) (Enrolment, error) {
	_, s, err := o.invited(ctx, o.DB.Q, token)
	if err != nil {
		return Enrolment{}, err
	}
	if r := weak(password, s.Login); r != nil {
		return Enrolment{}, r
	}
	hash := vault.HashPassword(password) // slow, so before the transaction
	secret, uri := vault.NewTOTP(issuer, s.Login)
	err = o.write(ctx, func(tx *store.Tx) (*Refused, error) {
		_, s, err := o.invited(ctx, tx.Q, token)
		if err != nil {
			return nil, err
		}
		if s, err = tx.LockStaff(ctx, s.ID); err != nil {
			return nil, err
		}
		s.Password, s.TotpStep = hash, 0
		s.TotpSealed = o.Keys.Seal("totp/"+s.ID, []byte(secret))
		if err := tx.PutStaff(ctx, &s); err != nil {
			return nil, err
		}
		return nil, o.event(ctx, tx, staffActor(s), "accept", nil)
	})
	if err != nil {
		return Enrolment{}, err
	}
	return Enrolment{Login: s.Login, Secret: secret, URI: uri}, nil
}

// Enrolled gives what Accept gave, for the page with the QR: it may be loaded
// again, and only by whoever holds the link, until the first code ends it.
func (o *Office) Enrolled(ctx context.Context, token string) (Enrolment, error) {
	_, s, err := o.invited(ctx, o.DB.Q, token)
	if err != nil {
		return Enrolment{}, err
	}
	if s.Password == "" || len(s.TotpSealed) == 0 {
		return Enrolment{}, refuse("no_password_yet", "请先设密码。")
	}
	secret, err := o.Keys.Open("totp/"+s.ID, s.TotpSealed)
	if err != nil {
		return Enrolment{}, err
	}
	return Enrolment{Login: s.Login, Secret: string(secret), URI: vault.TOTPAddress(issuer, s.Login, string(secret))}, nil
}

// weak says what is wrong with a password. Length counts, not signs of every
// kind: what people can keep in mind, they do not write down.
func weak(password, login string) *Refused {
	n := utf8.RuneCountInString(password)
	switch {
	case n < passwordMin:
		return refuse("password_short", fmt.Sprintf("密码至少%d位。可以用几个词连起来，好记又难猜。", passwordMin))
	case n > passwordMax:
		return refuse("password_long", fmt.Sprintf("密码最多%d位。", passwordMax))
	case strings.Contains(strings.ToLower(password), login):
		return refuse("password_login", "密码里不能有登录名。请换一个。")
	}
	for _, r := range password {
		if !strings.HasPrefix(password, string(r)) {
			return nil
		}
	}
	return refuse("password_same", "密码不能全是同一个字符。请换一个。")
}

var system = scheme.SystemActor
