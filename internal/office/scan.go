package office

import (
	"context"
	"time"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// scanTries is how many codes that lead nowhere an officer may try in an hour. A
// code is twelve characters of which four sign the others; who types one wrong
// now and then stays far below, who looks for people does not get far.
const scanTries = 20

// TryScan counts a code that an officer scans or types, before it is looked up,
// so that many at once share no try. Scanned takes the count back when the code
// was right.
func (o *Office) TryScan(ctx context.Context, a scheme.Actor) error {
	bucket, now := "scan/"+a.ID, o.Machine()
	return o.write(ctx, func(tx *store.Tx) (*Refused, error) {
		if err := tx.Alone(ctx, bucket); err != nil {
			return nil, err
		}
		n, last, err := tx.Attempts(ctx, bucket, now.Add(-time.Hour))
		if err != nil {
			return nil, err
		}
		if n >= scanTries {
			until := last.Add(time.Hour)
			return &Refused{Code: "scan_tries", Sentence: "一小时里输错的编码太多了，请在 " + until.In(scheme.Shanghai).Format("15:04") + " 以后再试，或者直接扫表上的二维码。", Until: until},
				o.over(ctx, tx, bucket, "scan", a)
		}
		_, err = tx.Count(ctx, bucket, now, now)
		return nil, err
	})
}

// Scanned takes back what TryScan counted: the code led to a form that the
// officer may see.
func (o *Office) Scanned(ctx context.Context, a scheme.Actor) error {
	return o.write(ctx, func(tx *store.Tx) (*Refused, error) { return nil, tx.Uncount(ctx, "scan/"+a.ID) })
}
