package office

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"yuanmeng/internal/gb"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/sms"
	"yuanmeng/internal/store"
	"yuanmeng/internal/vault"
)

// What a code is for. A code is good for nothing else.
const (
	ForSignIn   = "sign-in"
	ForWithdraw = "withdraw"
	ForOfficer  = "officer"
	ForData     = "data"
)

const (
	codeLife      = 10 * time.Minute
	codeTries     = 5
	codesADay     = 5  // of one purpose for one phone, in 24 hours
	codesOpening  = 10 // to sign in, on the opening day
	codesAll      = 15 // of all purposes for one phone, in 24 hours, and more by the opening day's
	codesClient   = 30 // an hour from one client address: a works' canteen shares one
	codeAgain     = 30 * time.Second
	againSentence = "验证码不对，或者已经过期。请看清最新一条短信，或者重新获取。"
)

// fallback is said when no programme is loaded, and the wording rules.
var fallback = scheme.MessageWording{SMS: "{code}是登录验证码，{minutes}分钟内有效，不要告诉任何人。工作人员不会索要验证码。"}

// SendCode sends a six-digit code to a phone. Known and unknown numbers are
// treated alike, in words, in time and in what is sent, so nobody learns from
// it who has an account; whether the number belongs to an officer is said only
// to the one who has shown the code. Limits: 5 codes of a purpose in 24 hours for
// a phone (10 to sign in on the opening day), 15 of all purposes together, 30 an
// hour for a client address. All that a stranger can use up by typing the number
// leaves its owner enough to withdraw. A second tap within 30 seconds sends
// nothing and is not counted.
func (o *Office) SendCode(ctx context.Context, phone, purpose, clientKey string) error {
	switch purpose {
	case ForSignIn, ForWithdraw, ForOfficer, ForData:
	default:
		return fmt.Errorf("office: code for %q", purpose)
	}
	phone, err := mobile(phone)
	if err != nil {
		return err
	}
	index, now := o.Keys.Index("phone", phone), o.Machine()
	code := vault.Code6()
	row := store.SMSCode{
		ID: store.NewID(now), PhoneIndex: index, Purpose: purpose, CodeHash: o.codeHash(index, purpose, code),
		CreatedAt: now.UTC(), ExpiresAt: now.Add(codeLife).UTC(),
	}
	// Everything that may ask the database is asked before the transaction has
	// its connection.
	hotline, max, most := o.hotline(ctx), codesADay, codesAll
	if o.OpeningDay != nil && o.OpeningDay(o.Now()) {
		most += codesOpening - codesADay
		if purpose == ForSignIn {
			max = codesOpening
		}
	}
	var send bool
	err = o.write(ctx, func(tx *store.Tx) (*Refused, error) {
		send = false
		if err := tx.Alone(ctx, "phone/"+index); err != nil {
			return nil, err
		}
		if open, err := tx.OpenCode(ctx, index, purpose, now); err == nil && open.CreatedAt.After(now.Add(-codeAgain)) && open.Tries == 0 {
			return nil, nil
		} else if err != nil && !store.IsNone(err) {
			return nil, err
		}
		bucket := o.client("code", clientKey)
		if err := tx.Alone(ctx, bucket); err != nil {
			return nil, err
		}
		n, _, err := tx.Attempts(ctx, bucket, now.Add(-time.Hour))
		if err != nil {
			return nil, err
		}
		if n >= codesClient {
			return refuse("code_client", "这个网络一小时里要的验证码太多了。请换用手机流量，或者过一会儿再试。"), o.over(ctx, tx, bucket, "code_client", scheme.Actor{})
		}
		sent, err := tx.CodesSince(ctx, index, now.Add(-24*time.Hour))
		if err != nil {
			return nil, err
		}
		all := 0
		for _, k := range sent {
			all += k
		}
		if sent[purpose] >= max || all >= most {
			return refuse("code_day", fmt.Sprintf("这个手机号24小时内已要了%d次验证码，不能再要了。请明天再试，或者打%s。", tooMany(sent[purpose], max, all), hotline)),
				o.over(ctx, tx, "code-day/"+index, "code_day", scheme.Actor{})
		}
		if _, err := tx.Count(ctx, bucket, now, now); err != nil {
			return nil, err
		}
		send = true
		if err := tx.Insert(ctx, &row); err != nil {
			return nil, err
		}
		return nil, o.event(ctx, tx, scheme.Actor{}, "send_code", map[string]any{"purpose": purpose})
	})
	if err != nil || !send {
		return err
	}
	m, err := o.codeMessage(ctx, row.ID, phone, purpose, code)
	if err == nil {
		err = o.SMS.Send(ctx, m)
	}
	if err == nil {
		return nil
	}
	// A code that never left is not one of the day's.
	if e := o.DB.Write(ctx, o.Now(), func(tx *store.Tx) error { return tx.DropCode(ctx, row.ID) }); e != nil {
		err = errors.Join(err, e)
	}
	return errors.Join(refuse("code_unsent", "短信现在发不出去。请过几分钟再试，已经填好的内容都还在。"), err)
}

// tooMany is the count that the sentence names: that of the limit which was met.
func tooMany(mine, max, all int) int {
	if mine >= max {
		return mine
	}
	return all
}

func (o *Office) codeMessage(ctx context.Context, id, phone, purpose, code string) (sms.Message, error) {
	key := "login_code"
	switch purpose {
	case ForWithdraw:
		key = "withdraw_code"
	case ForData:
		key = "data_code"
	}
	p, err := o.programme(ctx)
	if err != nil {
		return sms.Message{}, err
	}
	w := fallback
	if p != nil && p.Messages[key].SMS != "" {
		w = p.Messages[key]
	}
	params := map[string]string{"code": code, "minutes": fmt.Sprint(int(codeLife / time.Minute))}
	return sms.Message{ID: id, Phone: phone, Template: key, Params: params, Text: fill(w.SMS, params)}, nil
}

func fill(text string, params map[string]string) string {
	for k, v := range params {
		text = strings.ReplaceAll(text, "{"+k+"}", v)
	}
	return text
}

func (o *Office) codeHash(index, purpose, code string) string {
	return o.Keys.Index("sms-code", index+"/"+purpose+"/"+code)
}

// mobile reads a phone number as people type it.
func mobile(raw string) (string, error) {
	phone, err := gb.Mobile(raw)
	var f gb.Fault
	if errors.As(err, &f) {
		return "", refuse(f.Code, f.Sentence)
	}
	return phone, err
}

// redeem counts a try and takes the code if it is right. It runs in a
// transaction that is kept even when the answer is no.
func (o *Office) redeem(ctx context.Context, tx *store.Tx, index, purpose, code string, a scheme.Actor) (*Refused, error) {
	now := o.Machine()
	if err := tx.Alone(ctx, "phone/"+index); err != nil {
		return nil, err
	}
	row, err := tx.OpenCode(ctx, index, purpose, now)
	if store.IsNone(err) {
		return refuse("code_wrong", againSentence), nil
	}
	if err != nil {
		return nil, err
	}
	ok, err := tx.TryCode(ctx, row.ID, codeTries)
	if err != nil {
		return nil, err
	}
	if !ok {
		return refuse("code_tries", "这条验证码输错次数太多，不能再用了。请重新获取。"), o.over(ctx, tx, "code-tries/"+row.ID, "code_tries", a)
	}
	if row.CodeHash != o.codeHash(index, purpose, narrow(code)) {
		return refuse("code_wrong", againSentence), o.event(ctx, tx, a, "code_wrong", map[string]any{"purpose": purpose})
	}
	if ok, err = tx.UseCode(ctx, row.ID, now); err != nil {
		return nil, err
	}
	if !ok {
		return refuse("code_wrong", againSentence), nil
	}
	return nil, nil
}

// CheckCode takes the fresh code of a signed-in worker, sent to the phone of
// his account, for an act that cannot be taken back.
func (o *Office) CheckCode(ctx context.Context, workerID, purpose, code string) error {
	return o.write(ctx, func(tx *store.Tx) (*Refused, error) {
		w, err := tx.Worker(ctx, workerID)
		if err != nil {
			return nil, err
		}
		no, err := o.redeem(ctx, tx, w.PhoneIndex, purpose, code, worker(w.ID))
		if no != nil || err != nil {
			return no, err
		}
		return nil, o.event(ctx, tx, worker(w.ID), "check_code", map[string]any{"purpose": purpose})
	})
}

// SendCodeTo sends a code to the phone of a signed-in worker's own account.
func (o *Office) SendCodeTo(ctx context.Context, workerID, purpose, clientKey string) error {
	w, err := o.DB.Worker(ctx, workerID)
	if err != nil {
		return err
	}
	phone, err := o.Keys.Open("worker/"+w.ID, w.PhoneSealed)
	if err != nil {
		return err
	}
	return o.SendCode(ctx, string(phone), purpose, clientKey)
}
