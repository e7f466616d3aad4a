package office

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"strings"
	"time"

	"yuanmeng/internal/store"
	"yuanmeng/internal/vault"
)

const (
	confirmTries = 5 // in 24 hours for a worker
)

// NeedsConfirm says whether a case may be shown on this device only after its
// owner has typed the last six of his identity number: numbers are issued
// again, and the code on the phone alone would show a stranger's case to the
// number's next owner.
func (o *Office) NeedsConfirm(ctx context.Context, workerID, deviceToken string) (bool, error) {
	if deviceToken != "" {
		of, err := o.DB.DeviceOf(ctx, vault.HashToken(deviceToken))
		if err != nil || of == workerID {
			return false, err
		}
	}
	return o.hasID(ctx, workerID)
}

func (o *Office) hasID(ctx context.Context, workerID string) (bool, error) {
	cases, err := o.DB.CasesOf(ctx, workerID)
	if err != nil || len(cases) == 0 {
		return false, err
	}
	for _, c := range cases {
		if c.PersonIndex != "" {
			return true, nil
		}
	}
	six, err := o.LastSix(ctx, workerID)
	return six != "", err
}

// ConfirmDevice compares the last six characters with the identity number of
// the worker's newest case and gives the token that the device keeps. Five
// tries in 24 hours, counted before they are compared.
func (o *Office) ConfirmDevice(ctx context.Context, workerID, last6 string) (deviceToken string, err error) {
	want, err := o.LastSix(ctx, workerID)
	if err != nil {
		return "", err
	}
	last6 = strings.ToUpper(narrow(last6))
	if len(last6) != 6 {
		return "", refuse("confirm_length", "请填写证件号的最后6位，末位是X的也要填。")
	}
	if want == "" {
		return "", errors.New("office: no identity number to compare with")
	}
	token, hash := vault.Token()
	hotline := o.hotline(ctx) // before the transaction has its connection
	err = o.write(ctx, func(tx *store.Tx) (*Refused, error) {
		bucket, now := "confirm/"+workerID, o.Machine()
		if err := tx.Alone(ctx, bucket); err != nil {
			return nil, err
		}
		n, _, err := tx.Attempts(ctx, bucket, now.Add(-24*time.Hour))
		if err != nil {
			return nil, err
		}
		if n >= confirmTries {
			return refuse("confirm_tries", fmt.Sprintf("24小时内输错了%d次，现在不能再试。请打%s，由工作人员帮您核对。", confirmTries, hotline)),
				o.over(ctx, tx, bucket, "confirm_tries", worker(workerID))
		}
		if subtle.ConstantTimeCompare([]byte(last6), []byte(strings.ToUpper(want))) != 1 {
			if _, err := tx.Count(ctx, bucket, now, now); err != nil {
				return nil, err
			}
			return refuse("confirm_wrong", fmt.Sprintf("和申请里的证件号对不上，还可以试%d次。", confirmTries-n-1)),
				o.event(ctx, tx, worker(workerID), "confirm_wrong", nil)
		}
		return nil, o.putDevice(ctx, tx, workerID, hash)
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

// TrustDevice gives a device token to a worker who has typed no identity number
// yet: the one that he will type on this device is not asked back at once. ""
// where there is one already.
func (o *Office) TrustDevice(ctx context.Context, workerID string) (deviceToken string, err error) {
	if has, err := o.hasID(ctx, workerID); has || err != nil {
		return "", err
	}
	token, hash := vault.Token()
	if err := o.write(ctx, func(tx *store.Tx) (*Refused, error) { return nil, o.putDevice(ctx, tx, workerID, hash) }); err != nil {
		return "", err
	}
	return token, nil
}

func (o *Office) putDevice(ctx context.Context, tx *store.Tx, workerID, hash string) error {
	if err := tx.PutDevice(ctx, &store.Device{TokenHash: hash, WorkerID: workerID, ConfirmedAt: o.Machine().UTC()}); err != nil {
		return err
	}
	return o.event(ctx, tx, worker(workerID), "confirm_device", nil)
}

// narrow turns full-width letters and digits into plain ones and drops spaces.
func narrow(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ' || r == '\u3000':
			return -1
		case r >= '！' && r <= '～':
			return r - '！' + '!'
		}
		return r
	}, s)
}
