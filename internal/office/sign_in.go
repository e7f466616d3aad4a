package office

import (
	"context"

	"yuanmeng/internal/store"
)

// SignIn signs a worker in by the code sent to his phone and gives his account.
// known says that the account was there before; otherwise it has just been
// made, its number sealed and found again only by a keyed index.
func (o *Office) SignIn(ctx context.Context, phone, code string) (workerID string, known bool, err error) {
	phone, err = mobile(phone)
	if err != nil {
		return "", false, err
	}
	index := o.Keys.Index("phone", phone)
	err = o.write(ctx, func(tx *store.Tx) (*Refused, error) {
		w, err := tx.WorkerByPhone(ctx, index)
		if err != nil && !store.IsNone(err) {
			return nil, err
		}
		known = err == nil
		if !known {
			w = store.Worker{ID: store.NewID(tx.Now), PhoneIndex: index, CreatedAt: tx.Now}
		}
		actor := worker(w.ID)
		if !known {
			actor.ID = "" // nobody yet
		}
		no, err := o.redeem(ctx, tx, index, ForSignIn, code, actor)
		if no != nil || err != nil {
			return no, err
		}
		if !known {
			w.PhoneSealed = o.Keys.Seal("worker/"+w.ID, []byte(phone))
			if err := tx.Insert(ctx, &w); err != nil {
				return nil, err
			}
		}
		workerID = w.ID
		return nil, o.event(ctx, tx, worker(w.ID), "sign_in", map[string]any{"new": !known})
	})
	if err != nil {
		return "", false, err
	}
	return workerID, known, nil
}
