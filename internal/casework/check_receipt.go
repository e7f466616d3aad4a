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
		found = append(found, proof.Finding{Name: "absent", Text: "回执里的受理记录不在公开记录的原位。"})
	}
	return found, nil
}
