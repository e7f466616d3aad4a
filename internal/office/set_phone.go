package office

import (
	"context"
	"errors"
	"strings"

	"yuanmeng/internal/gb"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/sms"
	"yuanmeng/internal/store"
)

// SetPhone puts a number on an account that has none, or another one in its
// place, so that the account goes on knowing the person's own case. It takes two
// duties like every act on an account: a security administrator does it, never
// about himself, and the audit administrator reads why. A number is never just
// taken off: then nobody would be kept from deciding about himself.
//
// An officer signs in by his phone: his sessions end, and the new number is told
// that it opens the account. The old number is told in any case, as far as there
// is one; told says whether that message left.
func (o *Office) SetPhone(ctx context.Context, by scheme.Actor, staffID, phone, reason string) (told bool, err error) {
	phone, err = mobile(phone)
	if err != nil {
		return false, err
	}
	reason = strings.TrimSpace(reason)
	if n := len([]rune(reason)); n < 4 || n > 200 {
		return false, refuse("reason_missing", "请写明为什么登记或更换，4到200个字。")
	}
	p, err := o.programme(ctx)
	if err != nil {
		return false, err
	}
	var old string
	var officer bool
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
		if len(s.PhoneSealed) > 0 {
			b, err := o.Keys.Open("staff/"+s.ID, s.PhoneSealed)
			if err != nil {
				return nil, err
			}
			old = string(b)
		}
		if old == phone {
			return refuse("phone_same", "登记的就是这个号码，没有变。"), nil
		}
		if no, err := o.bindPhone(ctx, tx, &s, phone); no != nil || err != nil {
			return no, err
		}
		if officer = s.Login == ""; officer {
			s.Epoch++
			if err := tx.DropSessions(ctx, s.ID); err != nil {
				return nil, err
			}
		}
		if err := tx.PutStaff(ctx, &s); err != nil {
			return nil, err
		}
		detail := map[string]any{"staff": s.ID, "phone": gb.MaskMobile(phone), "ground": reason}
		if old != "" {
			detail["was"] = gb.MaskMobile(old)
		}
		return nil, o.event(ctx, tx, by, "set_phone", detail)
	})
	if err != nil || p == nil {
		return false, err
	}
	// As with an invitation the messages are tried once, after the commit.
	if officer {
		_ = o.notify(ctx, p, "officer_invite", phone) // the administrator tells him too
	}
	return old != "" && o.notify(ctx, p, "phone_changed", old) == nil, nil
}

// notify sends a message that needs no more than the hotline.
func (o *Office) notify(ctx context.Context, p *scheme.Programme, key, phone string) error {
	text := p.Messages[key].SMS
	if text == "" {
		return errors.New("office: no wording " + key)
	}
	params := map[string]string{"hotline": p.Hotline}
	return o.SMS.Send(ctx, sms.Message{ID: store.NewID(o.Now()), Phone: phone, Template: key, Params: params, Text: fill(text, params)})
}
