package office

import (
	"context"

	"yuanmeng/internal/store"
	"yuanmeng/internal/vault"
)

// factor checks a TOTP code of a locked account and notes its step, so that a
// code that somebody has read over a shoulder is worthless once it was used.
// Five wrong ones in a bucket, and it waits a quarter of an hour.
func (o *Office) factor(ctx context.Context, tx *store.Tx, s *store.Staff, bucket, code string) (*Refused, error) {
	now := o.Machine()
	n, last, err := tx.Attempts(ctx, bucket, now.Add(-lockMost))
	if err != nil {
		return nil, err
	}
	if n >= factorTries {
		return locked(last.Add(lockMost)), o.over(ctx, tx, bucket, "factor", staffActor(*s))
	}
	secret, err := o.Keys.Open("totp/"+s.ID, s.TotpSealed)
	if err != nil {
		return nil, err
	}
	step, ok := vault.CheckTOTP(string(secret), narrow(code), now, s.TotpStep)
	if !ok {
		if _, err := tx.Count(ctx, bucket, now, now); err != nil {
			return nil, err
		}
		return refuse("totp_wrong", wrongFactor), o.event(ctx, tx, staffActor(*s), "totp_wrong", nil)
	}
	s.TotpStep = step
	return nil, tx.PutStaff(ctx, s)
}

// FreshFactor takes a new TOTP code of a signed-in account, for what a stolen
// session must not do: a reveal, an export, a change of rights.
func (o *Office) FreshFactor(ctx context.Context, staffID, code string) error {
	return o.write(ctx, func(tx *store.Tx) (*Refused, error) {
		s, err := tx.LockStaff(ctx, staffID)
		if err != nil {
			return nil, err
		}
		if s.State != "active" || len(s.TotpSealed) == 0 {
			return refuse("no_factor", "这个账号没有动态码，不能办理这一项。"), nil
		}
		if no, err := o.factor(ctx, tx, &s, "fresh/"+s.ID, code); no != nil || err != nil {
			return no, err
		}
		return nil, o.event(ctx, tx, staffActor(s), "fresh_factor", nil)
	})
}
