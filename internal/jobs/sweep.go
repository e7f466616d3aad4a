package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// orphanAge is how old a file must be that no row keeps before it goes: an
// upload writes its file first and its row second.
const orphanAge = 24 * time.Hour

// sweepMost is how many drafts one transaction erases.
const sweepMost = 100

// Sweep removes what time has made worthless: sessions, codes and counters,
// drafts that were never submitted, with their keys, some days after closing,
// and files that no row keeps. It gives how many drafts and files went.
func (j *Jobs) Sweep(ctx context.Context) (int, error) {
	err := j.DB.Write(ctx, j.Now(), func(tx *store.Tx) error { return tx.Sweep(ctx, j.Machine()) })
	drafts, e := j.sweepDrafts(ctx)
	err = errors.Join(err, e)
	blobs, e := j.sweepBlobs(ctx)
	return drafts + blobs, errors.Join(err, e)
}

func (j *Jobs) sweepDrafts(ctx context.Context) (int, error) {
	ps, err := j.DB.Programmes(ctx)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, row := range ps {
		p, _, err := j.Work.Programme(ctx, row.ID)
		if err != nil {
			return n, fmt.Errorf("programme %s: %w", row.ID, err)
		}
		if p.ClosesAt.IsZero() || j.Now().Before(p.ClosesAt.AddDate(0, 0, p.DraftKeepDays)) {
			continue
		}
		for {
			k, err := j.eraseDrafts(ctx, row.ID)
			n += k
			if err != nil {
				return n, err
			}
			if k == 0 {
				break
			}
		}
	}
	return n, nil
}

// eraseDrafts drops some drafts of a programme: the row with the data key goes,
// and with it everything that was sealed under it.
func (j *Jobs) eraseDrafts(ctx context.Context, programme string) (n int, err error) {
	err = j.DB.Write(ctx, j.Now(), func(tx *store.Tx) error {
		n = 0
		ids, err := tx.StaleDrafts(ctx, programme, sweepMost)
		if err != nil {
			return err
		}
		for _, id := range ids {
			c, err := tx.LockCase(ctx, id)
			if err != nil || c.State != scheme.Draft {
				if store.IsNone(err) || err == nil {
					continue
				}
				return err
			}
			if err := j.Work.Erase(ctx, tx, c); err != nil {
				return err
			}
			if err := tx.Insert(ctx, &store.Event{
				ID: store.NewID(tx.Now), ProgrammeID: programme, CaseID: id, ActorID: scheme.SystemActor.ID, ActorName: scheme.SystemActor.Name,
				Role: string(scheme.RoleSystem), Name: "erase_draft", Detail: "{}", At: tx.Now,
			}); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

func (j *Jobs) sweepBlobs(ctx context.Context) (int, error) {
	return j.Work.Files.Sweep(j.Machine().Add(-orphanAge), func(blob string) (bool, error) { return j.DB.BlobKept(ctx, blob) })
}
