package casework

import (
	"context"
	"encoding/json"
	"fmt"

	"yuanmeng/internal/proof"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// LogSigner is the name of the key that signs checkpoints and receipts.
const LogSigner = "checkpoint"

// Receipt gives the receipt of an accepted case: signed, and with the proof that
// its leaf stands in the log as soon as a checkpoint covers it. It may be made at
// any time while the case's key lives; a draft has none (ErrNotFound). Callers
// come with a case that their Viewer may see.
func (w *Work) Receipt(ctx context.Context, c store.Case) (proof.Receipt, error) {
	if c.No == nil || c.AcceptLeaf == nil || c.AcceptedAt == nil {
		return proof.Receipt{}, ErrNotFound
	}
	key, err := w.key(&c)
	if err != nil {
		return proof.Receipt{}, err
	}
	leaf, err := w.DB.Leaf(ctx, c.ProgrammeID, *c.AcceptLeaf)
	if err != nil {
		return proof.Receipt{}, err
	}
	l, err := proof.ParseLeaf([]byte(leaf.Body))
	if err != nil {
		return proof.Receipt{}, fmt.Errorf("case %s: %w", c.ID, err)
	}
	ev, err := w.DB.AcceptanceEvent(ctx, c.ID)
	if err != nil {
		return proof.Receipt{}, err
	}
	var given struct {
		Place scheme.Place `json:"place"`
		Rank  int          `json:"rank"`
	}
	if err := json.Unmarshal([]byte(ev.Detail), &given); err != nil {
		return proof.Receipt{}, fmt.Errorf("case %s: acceptance event: %w", c.ID, err)
	}
	place := "waiting"
	if given.Place.Seated() {
		place = "seat"
	}
	r := proof.SignReceipt(proof.Receipt{
		Programme: c.ProgrammeID, N: c.Number(), Case: w.formCode(c.ID), At: l.At, Place: place, Rank: given.Rank,
		Leaf: leaf.Body, Index: leaf.Idx, Nonce: fmt.Sprintf("%x", key.Nonce(label(leaf.Private))), Private: leaf.Private, BandLeaf: c.BandLeaf,
	}, w.Keys.Signer(LogSigner))
	last, err := w.DB.LastCheckpoint(ctx, c.ProgrammeID)
	if store.IsNone(err) || err == nil && last.Size <= leaf.Idx {
		return r, nil // a promise until the next checkpoint, at most a minute later
	}
	if err != nil {
		return proof.Receipt{}, err
	}
	in, err := proof.Inclusion(last.Size, leaf.Idx, func(indexes []int64) ([][32]byte, error) {
		return w.DB.LogHashes(ctx, c.ProgrammeID, indexes)
	})
	if err != nil {
		return proof.Receipt{}, fmt.Errorf("case %s: %w", c.ID, err)
	}
	r.Sealed = proof.Seal(in, []byte(last.Note))
	return r, nil
}
