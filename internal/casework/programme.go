package casework

import (
	"context"
	"errors"
	"time"

	"yuanmeng/internal/gb"
	"yuanmeng/internal/proof"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/vault"
)

// Load puts a programme into the installation, or a newer text of one that is
// not yet open. After opening the database is the truth: a different folder is
// refused with ErrFrozen.
func (w *Work) Load(ctx context.Context, p *scheme.Programme, hash string) error {
	return w.DB.Write(ctx, w.Now(), func(tx *store.Tx) error {
		old, err := tx.Programme(ctx, string(p.ID))
		if err != nil && !store.IsNone(err) {
			return err
		}
		if err == nil {
			if old.Hash == hash {
				return nil
			}
			if old.State != "loaded" {
				return ErrFrozen
			}
			if p, err = keepHotline(old, p); err != nil {
				return err
			}
		}
		row := store.Programme{ID: string(p.ID), Body: store.Encode(p), Hash: hash, State: "loaded", Version: old.Version + 1, LoadedAt: tx.Now}
		if err := tx.PutProgramme(ctx, &row); err != nil {
			return err
		}
		return tx.Insert(ctx, &store.Event{
			ID: store.NewID(tx.Now), ProgrammeID: row.ID, ActorID: "system", Role: string(scheme.RoleSystem), Name: "load_programme",
			Detail: store.Encode(map[string]any{"hash": hash, "version": row.Version}), At: tx.Now,
		})
	})
}

// ErrFrozen says that the folder of an opened programme differs from what was
// opened.
var ErrFrozen = refuse("frozen", "", "项目已经开放，文件夹里的内容与开放时不同；开放后的改动须在系统里按版本进行", "5.2")

// Open freezes a programme and makes it public: two persons, once. From its
// opens_at on the gate accepts; drafts are possible before. red are the steps
// that the programme's check still shows; opening is refused while there are any.
func (w *Work) Open(ctx context.Context, first, second scheme.Actor, programme string, red []string) error {
	if len(red) > 0 {
		rs := make([]scheme.Reason, len(red))
		for i, r := range red {
			rs[i] = scheme.Reason{Code: "red", Staff: r, Clause: "5.2", Blocks: true}
		}
		return &Refused{rs}
	}
	return w.DB.Write(ctx, w.Now(), func(tx *store.Tx) error { return openProgramme(ctx, tx, first, second, programme) })
}

// openProgramme opens a programme inside a transaction.
func openProgramme(ctx context.Context, tx *store.Tx, first, second scheme.Actor, programme string) error {
	if first.ID == second.ID {
		return refuse("same_person", "", "两人须不是同一人", "5.2")
	}
	row, err := tx.Programme(ctx, programme)
	if store.IsNone(err) {
		return ErrNotFound
	}
	if err != nil {
		return err
	}
	if row.State != "loaded" {
		return refuse("state", "", "项目已经开放过", "5.2")
	}
	p, err := row.Scheme()
	if err != nil {
		return err
	}
	at := tx.Now
	row.State, row.OpenedAt, row.Version = "open", &at, row.Version+1
	if err := tx.PutProgramme(ctx, &row); err != nil {
		return err
	}
	if err := tx.Insert(ctx, &store.Version{
		ProgrammeID: row.ID, N: row.Version, At: at, ByID: first.ID, SecondID: second.ID, Reason: "开放", Body: row.Body, Hash: row.Hash,
	}); err != nil {
		return err
	}
	var empty proof.Frontier
	frontier, err := empty.MarshalBinary()
	if err != nil {
		return err
	}
	ta := store.Tally{ProgrammeID: row.ID, Cap: p.Cap, WaitingMax: p.WaitingMax, Frontier: frontier}
	leaves, hashes, err := appendRun(&ta, []pending{rulesLeaf(p, row.Hash, row.Version)}, at)
	if err != nil {
		return err
	}
	if err := tx.PutTallies(ctx, []store.Tally{ta}); err != nil {
		return err
	}
	if err := tx.Insert(ctx, &leaves); err != nil {
		return err
	}
	if err := tx.Insert(ctx, &hashes); err != nil {
		return err
	}
	dues := append(reminders(p, at), store.Due{ID: store.NewID(at), ProgrammeID: row.ID, Move: scheme.EndWaiting, DueAt: p.PromoteUntil.UTC()})
	if err := tx.Insert(ctx, &dues); err != nil {
		return err
	}
	return tx.Insert(ctx, &store.Event{
		ID: store.NewID(at), ProgrammeID: row.ID, ActorID: first.ID, ActorName: first.Name, Role: string(first.Role), Org: first.Org, Name: "open_programme",
		Detail: store.Encode(map[string]any{"second": second.Name, "hash": row.Hash, "version": row.Version}), At: at,
	})
}

// Current is the programme that the open pages show and a new worker enters:
// the newest that is open, else the newest that is loaded. state is loaded, open
// or closed. ErrNotFound before anything is loaded.
func (w *Work) Current(ctx context.Context) (p *scheme.Programme, state string, err error) {
	id, head, err := w.DB.CurrentProgramme(ctx)
	if store.IsNone(err) {
		return nil, "", ErrNotFound
	}
	if err != nil {
		return nil, "", err
	}
	f, err := w.frozenAs(ctx, w.DB.Q, id, head.Version, head.State)
	if err != nil {
		return nil, "", err
	}
	return f.p, f.state, nil
}

// IsOpen says whether a programme is open.
func (w *Work) IsOpen(ctx context.Context, id string) (bool, error) {
	f, err := w.frozen(ctx, w.DB.Q, id)
	return err == nil && f.state == "open", err
}

// OpeningDay says whether the day of an instant is the one on which a programme
// opens: more codes are sent then.
func (w *Work) OpeningDay(ctx context.Context, now time.Time) bool {
	p, _, err := w.Current(ctx)
	return err == nil && scheme.Day(p.OpensAt) == scheme.Day(now)
}

// LastSix gives the last six characters of the identity number in a worker's
// newest case that has a sound one, "" where he has typed none.
func (w *Work) LastSix(ctx context.Context, workerID string) (string, error) {
	cases, err := w.DB.CasesOf(ctx, workerID)
	if err != nil {
		return "", err
	}
	for _, c := range cases {
		app, err := w.Application(ctx, c)
		if errors.Is(err, vault.ErrErased) || errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			return "", err
		}
		if six := lastSix(app, w.Now()); six != "" {
			return six, nil
		}
	}
	return "", nil
}

// lastSix leaves out a number that is still wrong: its owner could not give the
// digits that he mistyped.
func lastSix(app *scheme.Application, now time.Time) string {
	_, err := gb.ID(app.Answers.IDKind, app.Sealed.ID, now)
	var f gb.Fault
	if err != nil && !(errors.As(err, &f) && (f.Code == "id_young" || f.Code == "id_old")) {
		return ""
	}
	return gb.IDNumber(app.Sealed.ID).Last6()
}
