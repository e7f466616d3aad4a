package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"yuanmeng/internal/proof"
	"yuanmeng/internal/store"
)

// signer is the name of the key that signs heads.
const signer = "checkpoint"

// sealMost is how many events one run seals, so that its transaction is short.
const sealMost = 1000

// Checkpoint signs the head of every programme's log that has grown since its
// last checkpoint and gives how many it signed. It locks the tally, so that a
// head stands at the end of an act and never inside one (moves 1.3). A log that
// has not grown keeps its checkpoint: there is one for each size.
func (j *Jobs) Checkpoint(ctx context.Context) (int, error) {
	ps, err := j.DB.Programmes(ctx)
	if err != nil {
		return 0, err
	}
	n := 0
	var errs []error
	for _, p := range ps {
		if p.State == "loaded" {
			continue // has no log yet
		}
		did, err := j.checkpoint(ctx, p.ID)
		if err != nil {
			errs = append(errs, fmt.Errorf("checkpoint of %s: %w", p.ID, err)) // the others go on
			continue
		}
		if did {
			n++
		}
	}
	return n, errors.Join(errs...)
}

func (j *Jobs) checkpoint(ctx context.Context, log string) (bool, error) {
	// Asked without the lock first: the gate wants the tally more.
	if grown, err := j.grown(ctx, j.DB.Q, log); err != nil || !grown {
		return false, err
	}
	did := false
	err := j.DB.Write(ctx, j.Now(), func(tx *store.Tx) error {
		ta, err := tx.LockTally(ctx, log)
		if err != nil {
			return err
		}
		if did, err = j.grown(ctx, tx.Q, log); err != nil || !did {
			return err
		}
		tx.After(ta)
		return j.sign(ctx, tx, ta)
	})
	return did && err == nil, err
}

func (j *Jobs) grown(ctx context.Context, q store.Q, log string) (bool, error) {
	ta, err := q.Tally(ctx, log)
	if err != nil {
		return false, err
	}
	last, err := q.LastCheckpoint(ctx, log)
	if err != nil && !store.IsNone(err) {
		return false, err
	}
	return ta.LogSize > last.Size, nil
}

// sign writes the checkpoint of a log whose tally is locked.
func (j *Jobs) sign(ctx context.Context, tx *store.Tx, ta store.Tally) error {
	var f proof.Frontier
	if err := f.UnmarshalBinary(ta.Frontier); err != nil {
		return err
	}
	if f.Size() != ta.LogSize {
		return fmt.Errorf("log %s has %d leaves and a frontier of %d", ta.ProgrammeID, ta.LogSize, f.Size())
	}
	at := tx.Now.Truncate(time.Millisecond)
	switch last, err := tx.LastCheckpoint(ctx, ta.ProgrammeID); {
	case err == nil && last.At.After(at):
		at = last.At.UTC() // signed by a node whose clock is ahead
	case err != nil && !store.IsNone(err):
		return err
	}
	c := proof.Checkpoint{Origin: proof.Origin(j.Host, ta.ProgrammeID), Size: f.Size(), Root: f.Root(), At: at}
	note := proof.SignCheckpoint(c, j.Keys.Signer(signer))
	return tx.Insert(ctx, &store.Checkpoint{ProgrammeID: ta.ProgrammeID, Size: c.Size, At: at, Note: string(note)})
}

// SealEvents appends the events that no leaf covers yet to the installation's
// audit log and signs its head. It gives how many it sealed, at most a thousand.
func (j *Jobs) SealEvents(ctx context.Context) (int, error) {
	n := 0
	err := j.DB.Write(ctx, j.Now(), func(tx *store.Tx) error {
		n = 0
		ta, err := j.auditLog(ctx, tx)
		if err != nil {
			return err
		}
		events, err := tx.UnsealedEvents(ctx, sealMost)
		if err != nil || len(events) == 0 {
			return err
		}
		var f proof.Frontier
		if err := f.UnmarshalBinary(ta.Frontier); err != nil {
			return err
		}
		tx.After(ta)
		ta.LogTxn++
		at := tx.Now.Truncate(time.Millisecond)
		var (
			leaves []store.Leaf
			hashes []store.LogHash
			marks  []store.SealedEvent
		)
		for i, e := range events {
			l := proof.Leaf{V: proof.LeafVersion, Programme: store.AuditLog, Txn: ta.LogTxn, I: i, Kind: "event", At: at, C: e.Commitment()}
			body := l.Bytes()
			idx, stored := f.Append(body)
			leaves = append(leaves, store.Leaf{ProgrammeID: store.AuditLog, Idx: idx, Txn: ta.LogTxn, Body: string(body)})
			for _, s := range stored {
				hashes = append(hashes, store.LogHash{ProgrammeID: store.AuditLog, Idx: s.Index, Hash: s.Hash[:]})
			}
			marks = append(marks, store.SealedEvent{EventID: e.ID, Idx: idx})
		}
		if ta.Frontier, err = f.MarshalBinary(); err != nil {
			return err
		}
		ta.LogSize, ta.LogAt = f.Size(), at
		for _, rows := range []any{&leaves, &hashes, &marks} {
			if err := tx.Insert(ctx, rows); err != nil {
				return err
			}
		}
		if err := tx.PutTallies(ctx, []store.Tally{ta}); err != nil {
			return err
		}
		n = len(events)
		return j.sign(ctx, tx, ta)
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// auditLog locks the head of the audit log, and makes it on the first day.
func (j *Jobs) auditLog(ctx context.Context, tx *store.Tx) (store.Tally, error) {
	if err := tx.Alone(ctx, store.AuditLog); err != nil {
		return store.Tally{}, err
	}
	ta, err := tx.LockTally(ctx, store.AuditLog)
	if !store.IsNone(err) {
		return ta, err
	}
	var f proof.Frontier
	frontier, err := f.MarshalBinary()
	return store.Tally{ProgrammeID: store.AuditLog, Frontier: frontier}, err
}
