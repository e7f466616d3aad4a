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
	es, err := w.DB.Epochs(ctx, r.Programme)
	if err != nil {
		return nil, err
	}
	for _, e := range es {
		leaf, err := w.DB.Leaf(ctx, r.Programme, e.Kept)
		if err != nil {
			return nil, err
		}
		l, err := proof.ParseLeaf([]byte(leaf.Body))
		if err != nil || l.Epoch == nil {
			return nil, err
		}
		if lost := (&proof.Recovery{Epoch: *l.Epoch, At: l.At}); lost.Covers(r) {
			return lost, nil
		}
	}
	return nil, nil
}
