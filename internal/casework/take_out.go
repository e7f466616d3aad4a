package casework

import (
	"context"
	"encoding/hex"
	"time"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// Own is everything that the platform holds of a worker's case, for himself.
type Own struct {
	Programme string
	No        int
	State     scheme.CaseState
	Place     scheme.Place
	Saved     time.Time
	Revisions int
	App       *scheme.Application
	Leaves    []OwnLeaf
}

// OwnLeaf is a leaf of the public log that is about the case, with what opens
// its commitment: by it the owner proves the leaf, and shows a band that nobody
// else can see.
type OwnLeaf struct {
	Index   int64  `json:"index"`
	Leaf    string `json:"leaf"` // its bytes: the log hashes these and no others
	Nonce   string `json:"nonce,omitempty"`
	Private string `json:"private,omitempty"`
}

// TakeOut gives the worker his own values and the openings of his leaves. It is
// an export and leaves an event.
func (w *Work) TakeOut(ctx context.Context, workerID, caseID string) (Own, error) {
	c, err := w.own(ctx, workerID, caseID)
	if err != nil {
		return Own{}, err
	}
	app, err := w.Application(ctx, c)
	if err != nil {
		return Own{}, err
	}
	key, err := w.key(&c)
	if err != nil {
		return Own{}, err
	}
	rows, err := w.DB.LeavesOf(ctx, c.ProgrammeID, c.ID)
	if err != nil {
		return Own{}, err
	}
	own := Own{Programme: c.ProgrammeID, No: c.Number(), State: c.State, Place: c.Place, Saved: c.SavedAt, Revisions: c.Revision, App: app}
	for _, l := range rows {
		o := OwnLeaf{Index: l.Idx, Leaf: l.Body}
		if l.Private != "" {
			nonce := key.Nonce(label(l.Private))
			o.Nonce, o.Private = hex.EncodeToString(nonce[:]), l.Private
		}
		own.Leaves = append(own.Leaves, o)
	}
	return own, w.DB.Write(ctx, w.Now(), func(tx *store.Tx) error {
		return w.note(ctx, tx, c, WorkerActor(workerID), "take_out", nil)
	})
}
