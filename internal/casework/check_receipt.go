package casework

import (
	"context"
	"crypto/ed25519"

	"yuanmeng/internal/proof"
	"yuanmeng/internal/store"
)

// CheckReceipt checks a receipt that somebody brings: the signature, what its
// leaf commits to, the inclusion proof if it has one, and that the leaf stands
// in the log at its place. It changes nothing and keeps nothing; the receipt
// page does the same in the browser, this is the way without a script.
func (w *Work) CheckReceipt(ctx context.Context, r proof.Receipt) ([]proof.Finding, error) {
	found := proof.CheckReceipt(r, w.Keys.Signer(LogSigner).Public().(ed25519.PublicKey))
	if len(found) > 0 {
		return found, nil
	}
	leaf, err := w.DB.Leaf(ctx, r.Programme, r.Index)
	if err != nil && !store.IsNone(err) {
		return nil, err
	}
	if err != nil || leaf.Body != r.Leaf {
		lost, err := w.lostReceipt(ctx, r)
		if err != nil {
			return nil, err
		}
		if lost != nil {
			return []proof.Finding{lost.Lost(r)}, nil
		}
		found = append(found, proof.Finding{Name: "absent", Text: "回执里的受理记录不在公开记录的原位。"})
	}
	return found, nil
}

// lostReceipt gives the epoch in whose loss the leaf of a receipt lay, nil where
// there is none.
func (w *Work) lostReceipt(ctx context.Context, r proof.Receipt) (*proof.Recovery, error) {
	all, err := recoveries(ctx, w.DB.Q, r.Programme)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].Covers(r) {
			return &all[i], nil
		}
	}
	return nil, nil
}

// recoveries reads the epoch leaves of a log, oldest first.
func recoveries(ctx context.Context, q store.Q, log string) (out []proof.Recovery, err error) {
	es, err := q.Epochs(ctx, log)
	if err != nil {
		return nil, err
	}
	for _, e := range es {
		leaf, err := q.Leaf(ctx, log, e.Kept)
		if err != nil {
			return nil, err
		}
		l, err := proof.ParseLeaf([]byte(leaf.Body))
		if err != nil {
			return nil, err
		}
		out = append(out, proof.Recovery{Epoch: *l.Epoch, At: l.At})
	}
	return out, nil
}
