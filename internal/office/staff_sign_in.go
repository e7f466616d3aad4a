package office

import (
	"context"
	"math"
	"time"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/vault"
)

// The locks of the staff sign-in. A failure is counted three times:
//
//   - for the pair of login and client address: after 5 failures the pair waits
//     1, 2, 4, 8, then 15 minutes after each further one. This is the lock that
//     a person meets, and nobody at another address can cause it.
//   - for the client address alone: 30 in an hour, whatever the login, so that
//     one address cannot walk through all logins.
//   - for the login alone: after 20 failures in an hour from anywhere, addresses
//     that are not known wait up to 15 minutes. An address is known for 48 hours
//     after the owner signed in from it and is exempt, so that an attacker with
//     many addresses does not lock out the owner at his own desk.
//
// Every try is booked as a failure before the password is compared and taken
// back when it was right; parallel guesses therefore share nothing. Logins that
// do not exist are counted, delayed and answered like those that do.
const (
	pairFails   = 5
	clientFails = 30
	loginFails  = 20
	lockMost    = 15 * time.Minute
	lockWindow  = time.Hour
	knownFor    = 48 * time.Hour
)

const wrongSignIn = "登录名、密码或动态码不对。请核对后再试。"

func locked(until time.Time) *Refused {
	return &Refused{Code: "locked", Sentence: "输错次数太多，请在 " + until.In(scheme.Shanghai).Add(time.Minute-time.Nanosecond).Format("15:04") + " 以后再试。", Until: until}
}

// wait is the pause after the n-th failure where max are free.
func wait(n, max int) time.Duration {
	if n < max {
		return 0
	}
	return min(lockMost, time.Duration(math.Exp2(float64(min(n-max, 10))))*time.Minute)
}

// StaffSignIn signs in an account of the desk by login, password and TOTP code.
// client names the browser's address, or better a cookie that the device keeps.
// The answer never says which of the three was wrong.
func (o *Office) StaffSignIn(ctx context.Context, login, password, totp, client string) (staffID string, err error) {
	login = loginName(login)
	key := o.Keys.Index("login", login)
	pair := o.client("staff/"+key, client)
	alone := o.client("staff-client", client)
	wide := "staff-login/" + key
	known := o.client("staff-known/"+key, client)
	now := o.Machine()

	// First the limits, and this try as a failure.
	err = o.write(ctx, func(tx *store.Tx) (*Refused, error) {
		for _, name := range []string{wide, alone} {
			if err := tx.Alone(ctx, name); err != nil {
				return nil, err
			}
		}
		n, last, err := tx.Attempts(ctx, pair, now.Add(-lockWindow))
		if err != nil {
			return nil, err
		}
		if until := last.Add(wait(n, pairFails)); now.Before(until) {
			return locked(until), o.over(ctx, tx, pair, "staff_pair", scheme.Actor{})
		}
		if n, last, err = tx.Attempts(ctx, alone, now.Add(-time.Hour)); err != nil {
			return nil, err
		}
		if until := last.Add(lockMost); n >= clientFails && now.Before(until) {
			return locked(until), o.over(ctx, tx, alone, "staff_client", scheme.Actor{})
		}
		if n, last, err = tx.Attempts(ctx, wide, now.Add(-time.Hour)); err != nil {
			return nil, err
		}
		if until := last.Add(wait(n, loginFails)); now.Before(until) {
			k, _, err := tx.Attempts(ctx, known, now.Add(-knownFor))
			if err != nil {
				return nil, err
			}
			if k == 0 {
				return locked(until), o.over(ctx, tx, wide, "staff_login", scheme.Actor{})
			}
		}
		for _, b := range []string{pair, alone, wide} {
			if _, err := tx.Count(ctx, b, now, now); err != nil {
				return nil, err
			}
		}
		return nil, nil
	})
	if err != nil {
		return "", err
	}

	// Then the slow comparison, outside every transaction.
	s, err := o.DB.StaffByLogin(ctx, login)
	found := err == nil
	if err != nil && !store.IsNone(err) {
		return "", err
	}
	right := false
	if found && s.Password != "" {
		right = vault.CheckPassword(s.Password, password)
	} else {
		vault.CheckNoOne(password)
	}

	err = o.write(ctx, func(tx *store.Tx) (*Refused, error) {
		no := func(why string) (*Refused, error) {
			return refuse("sign_in_wrong", wrongSignIn), o.event(ctx, tx, staffActor(s), "staff_sign_in_wrong", map[string]any{"why": why})
		}
		switch {
		case !found:
			return no("login")
		case !right:
			return no("password")
		}
		l, err := tx.LockStaff(ctx, s.ID)
		if err != nil {
			return nil, err
		}
		if l.State != "active" || l.Epoch != s.Epoch || len(l.TotpSealed) == 0 {
			return no("state")
		}
		secret, err := o.Keys.Open("totp/"+l.ID, l.TotpSealed)
		if err != nil {
			return nil, err
		}
		step, ok := vault.CheckTOTP(string(secret), narrow(totp), now, l.TotpStep)
		if !ok {
			return no("totp")
		}
		seen := now.UTC()
		l.TotpStep, l.SeenAt = step, &seen
		if err := tx.PutStaff(ctx, &l); err != nil {
			return nil, err
		}
		for _, b := range []string{pair, known} {
			if err := tx.Forget(ctx, b); err != nil {
				return nil, err
			}
		}
		for _, b := range []string{alone, wide} {
			if err := tx.Uncount(ctx, b); err != nil {
				return nil, err
			}
		}
		if _, err := tx.Count(ctx, known, now, now); err != nil {
			return nil, err
		}
		staffID = l.ID
		return nil, o.event(ctx, tx, staffActor(l), "staff_sign_in", nil)
	})
	if err != nil {
		return "", err
	}
	return staffID, nil
}
