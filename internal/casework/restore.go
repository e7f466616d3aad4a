package casework

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"yuanmeng/internal/proof"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// Known is what somebody still had of a log: its newest checkpoint, and the whole
// export where he had that.
type Known struct {
	File   string // where it was read, for the sentence of a refusal
	Head   proof.Checkpoint
	Log    *proof.Log // nil: the checkpoint only
	LastNo int        // of the whole export
}

// Restoring is what whoever puts a backup back brings along.
type Restoring struct {
	BackupAt time.Time // as far as the programme clock of the backup had come
	Known    []Known
	Reason   string         // why a log comes without a checkpoint
	LastNo   map[string]int // the greatest number seen on a receipt, by programme
	Erased   []string       // marks of keys that were destroyed since
	InPlace  bool           // the database was put back by its server's tools
}

// Restored is what came of it.
type Restored struct {
	At     time.Time
	Logs   []store.Epoch
	Erased int
}

// CannotRestore is why a backup is not put back, in a sentence for the operator.
type CannotRestore string

// Error is the sentence.
func (c CannotRestore) Error() string { return string(c) }

func cannot(text string, args ...any) error { return CannotRestore(fmt.Sprintf(text, args...)) }

// ReadKnown reads a checkpoint or a whole export and checks it with the
// installation's key.
func (w *Work) ReadKnown(file string, b []byte) (Known, error) {
	k := Known{File: file}
	pub := w.Keys.Signer(LogSigner).Public().(ed25519.PublicKey)
	note := b
	if strings.HasPrefix(string(b), "{") {
		g, err := proof.ReadExport(strings.NewReader(string(b)))
		if err != nil {
			return k, cannot("%s is neither a checkpoint nor a public log: %v", file, err)
		}
		if f := proof.Faults(proof.Verify(g, nil, pub, nil)); len(f) > 0 || len(g.Notes) == 0 {
			return k, cannot("%s does not verify with this key file: run yuanmeng verify on it", file)
		}
		if k.LastNo, err = lastNumber(g); err != nil {
			return k, err
		}
		k.Log, note = g, g.Notes[len(g.Notes)-1]
	}
	head, err := proof.OpenCheckpoint(note, pub)
	if err != nil {
		return k, cannot("%s is no checkpoint signed with this key file: it was changed, or another installation signed it", file)
	}
	k.Head = head
	return k, nil
}

// lastNumber is the last acceptance number that an export gave or passed over.
func lastNumber(g *proof.Log) (int, error) {
	b, err := proof.Replay(func(yield func(proof.Leaf, error) bool) {
		for _, line := range g.Leaves {
			if l, err := proof.ParseLeaf(line); !yield(l, err) {
				return
			}
		}
	})
	if err != nil {
		return 0, err
	}
	return b.K, nil
}

// Restore opens a new epoch of every log of a database that was put back from a
// backup: a leaf names what is lost and the numbers go on behind what may have
// been given; data keys that were destroyed since are destroyed again; messages
// and deadlines are held until two persons release them (DESIGN §5). One
// transaction: where it refuses, the database is as the backup was.
func (w *Work) Restore(ctx context.Context, r Restoring) (Restored, error) {
	var out Restored
	now := w.Now()
	for _, k := range r.Known {
		if !now.After(k.Head.At) {
			now = k.Head.At.Add(time.Millisecond) // the epoch is later than what it names
		}
	}
	err := w.DB.Write(ctx, now, func(tx *store.Tx) error {
		out = Restored{}
		if err := tx.Alone(ctx, store.AuditLog); err != nil {
			return err
		}
		rows, err := tx.Programmes(ctx)
		if err != nil {
			return err
		}
		logs := []string{store.AuditLog}
		for _, p := range rows {
			if p.State != "loaded" {
				logs = append(logs, p.ID)
			}
		}
		slices.Sort(logs)
		if err := w.knowsOnly(ctx, tx, logs, r.Known); err != nil {
			return err
		}
		for log := range r.LastNo {
			if !slices.Contains(logs, log) {
				return cannot("--last-number names %s, which this backup does not hold", log)
			}
		}
		tallies := map[string]store.Tally{}
		for _, log := range logs {
			ta, err := tx.LockTally(ctx, log)
			if store.IsNone(err) && log == store.AuditLog {
				ta, err = emptyLog(log)
			}
			if err != nil {
				return err
			}
			tallies[log] = ta
			tx.After(ta)
			if ta.LogAt.After(r.BackupAt) {
				r.BackupAt = ta.LogAt
			}
		}
		out.At = tx.Now
		done := store.Restoration{ID: store.NewID(tx.Now), At: tx.Now, BackupAt: r.BackupAt.UTC(), Reason: r.Reason}
		for _, log := range logs {
			e, err := w.epoch(ctx, tx, tallies[log], r)
			if err != nil {
				return err
			}
			e.RestorationID = done.ID
			out.Logs = append(out.Logs, e)
		}
		if out.Erased, err = w.eraseAgain(ctx, tx, r.Erased); err != nil {
			return err
		}
		done.Erased = out.Erased
		if err := tx.Insert(ctx, &done); err != nil {
			return err
		}
		if err := tx.Insert(ctx, &out.Logs); err != nil {
			return err
		}
		if err := tx.ForgetDoors(ctx); err != nil {
			return err
		}
		return tx.Insert(ctx, &store.Event{
			ID: store.NewID(tx.Now), ActorID: scheme.SystemActor.ID, ActorName: scheme.SystemActor.Name, Role: string(scheme.RoleSystem), Name: "restore",
			Detail: store.Encode(map[string]any{"rows": len(out.Logs), "reason": r.Reason}), At: tx.Now,
		})
	})
	return out, err
}

// emptyLog is the head of a log that has no leaf yet.
func emptyLog(log string) (store.Tally, error) {
	var f proof.Frontier
	b, err := f.MarshalBinary()
	return store.Tally{ProgrammeID: log, Frontier: b}, err
}

// ofLog gives what is known of one log.
func ofLog(ks []Known, log string) (out []Known) {
	for _, k := range ks {
		if _, id, _ := strings.Cut(k.Head.Origin, "/"); id == log {
			out = append(out, k)
		}
	}
	return out
}

// knowsOnly refuses what is of another installation or of a programme that the
// backup has no log of.
func (w *Work) knowsOnly(ctx context.Context, tx *store.Tx, logs []string, ks []Known) error {
	for _, k := range ks {
		_, log, _ := strings.Cut(k.Head.Origin, "/")
		if !slices.Contains(logs, log) {
			if _, err := tx.Programme(ctx, log); err == nil {
				return cannot("the backup was made before %s was opened, and its public log has %d leaves already: take a newer backup", log, k.Head.Size)
			}
			return cannot("%s is of %s: this backup holds no such programme (it has %s)", k.File, k.Head.Origin, strings.Join(logs, ", "))
		}
		last, err := tx.LastCheckpoint(ctx, log)
		if err != nil && !store.IsNone(err) {
			return err
		}
		if origin, _, _ := strings.Cut(last.Note, "\n"); err == nil && origin != k.Head.Origin {
			return cannot("%s is of %s, but the backup signed as %s", k.File, k.Head.Origin, origin)
		}
	}
	return nil
}

// epoch judges what is known of one log against what the backup brought back,
// appends the leaf that names the difference, and moves the numbers on.
func (w *Work) epoch(ctx context.Context, tx *store.Tx, ta store.Tally, r Restoring) (store.Epoch, error) {
	log, kept := ta.ProgrammeID, ta.LogSize
	e := store.Epoch{ProgrammeID: log, Kept: kept}
	known := ofLog(r.Known, log)
	if log != store.AuditLog && len(known) == 0 && r.Reason == "" {
		return e, cannot("%s has no checkpoint: give the newest one that anybody kept (--checkpoint), or say why there is none (--no-checkpoint)", log)
	}
	newest, err := w.prefix(ctx, tx, log, kept, known)
	if err != nil {
		return e, err
	}
	if r.InPlace && log != store.AuditLog {
		last, err := tx.Leaf(ctx, log, kept-1)
		if err != nil {
			return e, err
		}
		if l, err := proof.ParseLeaf([]byte(last.Body)); err == nil && l.Epoch != nil {
			return e, cannot("%s begins a new epoch already: nothing has happened since the last restore", log)
		}
	}
	leaf := proof.Epoch{Kept: kept}
	if newest != nil {
		leaf.Size, leaf.Root = newest.Head.Size, base64.StdEncoding.EncodeToString(newest.Head.Root[:])
	}
	if log != store.AuditLog {
		f, err := w.frozen(ctx, tx.Q, log)
		if err != nil {
			return e, err
		}
		if to := lastGiven(ta, f.p, newest, r); to > int(ta.LastNo) {
			leaf.From, leaf.To = int(ta.LastNo)+1, to
			ta.LastNo = int64(to)
		}
	}
	leaves, hashes, err := appendRun(&ta, []pending{{leaf: proof.Leaf{Kind: "epoch", Epoch: &leaf}}}, tx.Now)
	if err != nil {
		return e, err
	}
	if err := tx.Insert(ctx, &leaves); err != nil {
		return e, err
	}
	if err := tx.Insert(ctx, &hashes); err != nil {
		return e, err
	}
	e.Size, e.FromNo, e.ToNo = leaf.Size, int64(leaf.From), int64(leaf.To)
	return e, tx.PutTallies(ctx, []store.Tally{ta})
}

// lastGiven is the greatest number that may stand on a receipt. Every lost leaf
// may have been an acceptance, and after the newest checkpoint as many again may
// have come as there are places. Where nobody could submit any more, none has.
func lastGiven(ta store.Tally, p *scheme.Programme, newest *Known, r Restoring) int {
	last := int(ta.LastNo)
	seen := r.LastNo[ta.ProgrammeID]
	if ta.ListEnded || r.BackupAt.After(p.ClosesAt.Add(time.Hour)) {
		return max(last, seen)
	}
	to := last
	if newest != nil && newest.Head.Size > ta.LogSize {
		to += int(newest.Head.Size - ta.LogSize)
		if newest.Log != nil {
			to = max(last, newest.LastNo)
		}
	}
	return max(to, seen) + ta.Cap + ta.WaitingMax
}

// prefix refuses what the restored log is no beginning of, and gives the newest
// of what is known.
func (w *Work) prefix(ctx context.Context, tx *store.Tx, log string, kept int64, known []Known) (*Known, error) {
	var newest *Known
	for i := range known {
		k := &known[i]
		if newest == nil || k.Head.Size > newest.Head.Size || k.Head.Size == newest.Head.Size && k.Log != nil {
			newest = k
		}
	}
	before, err := recoveries(ctx, tx.Q, log)
	if err != nil {
		return nil, err
	}
	for i := range known {
		k := &known[i]
		for _, e := range before {
			if k.Head.Size > e.Kept && k.Head.At.Before(e.At) {
				return nil, cannot("%s was signed before the restore of %s, and what it has beyond that is named as lost already: ask for the newest checkpoint of after it", k.File, e.At.UTC().Format(time.RFC3339))
			}
		}
		if k.Head.Size == newest.Head.Size && k.Head.Root != newest.Head.Root {
			return nil, cannot("%s and %s are two different histories of %s. Keep both files and tell the auditor", newest.File, k.File, log)
		}
		if k.Head.Size <= kept {
			root, err := proof.RootAt(k.Head.Size, func(at []int64) ([][32]byte, error) { return tx.LogHashes(ctx, log, at) })
			if err != nil {
				return nil, err
			}
			if root != k.Head.Root {
				return nil, cannot("%s and the backup are two different histories of %s: its checkpoint of %d leaves does not fit. Keep all files and tell the auditor", k.File, log, k.Head.Size)
			}
		}
		if k.Log != nil {
			if err := sameLeaves(ctx, tx, log, kept, k); err != nil {
				return nil, err
			}
		}
	}
	own, err := tx.LastCheckpoint(ctx, log)
	if err != nil && !store.IsNone(err) {
		return nil, err
	}
	if newest != nil && newest.Head.Size < own.Size {
		return nil, cannot("%s is not the newest checkpoint of %s: it has %d leaves, and the backup itself signed %d at %s. Ask for the newest one that anybody kept", newest.File, log, newest.Head.Size, own.Size, own.At.UTC().Format(time.RFC3339))
	}
	return newest, nil
}

// sameLeaves compares a whole export with the restored log, leaf by leaf.
func sameLeaves(ctx context.Context, tx *store.Tx, log string, kept int64, k *Known) error {
	for at := int64(0); at < min(kept, int64(len(k.Log.Leaves))); {
		page, err := tx.Leaves(ctx, log, at, exportPage)
		if err != nil {
			return err
		}
		for _, l := range page {
			if l.Idx < int64(len(k.Log.Leaves)) && l.Body != string(k.Log.Leaves[l.Idx]) {
				return cannot("%s and the backup are two different histories of %s: they part at leaf %d. Keep all files and tell the auditor", k.File, log, l.Idx)
			}
			at = l.Idx + 1
		}
		if len(page) == 0 {
			break
		}
	}
	return nil
}

// eraseAgain destroys the data keys that the marks name, and keeps the marks.
func (w *Work) eraseAgain(ctx context.Context, tx *store.Tx, marks []string) (int, error) {
	want := map[string]bool{}
	var rows []store.Erasure
	for _, m := range marks {
		if !want[m] {
			want[m] = true
			rows = append(rows, store.Erasure{Mark: m, At: tx.Now})
		}
	}
	for part := range slices.Chunk(rows, 500) {
		if err := tx.MarkErased(ctx, part); err != nil {
			return 0, err
		}
	}
	n := 0
	for after := ""; len(want) > 0; {
		page, err := tx.KeyedCases(ctx, after, 1000)
		if err != nil {
			return n, err
		}
		for _, c := range page {
			after = c.ID
			if !want[w.ErasedMark(c.ID)] {
				continue
			}
			if err := w.Erase(ctx, tx, c); err != nil {
				return n, err
			}
			n++
		}
		if len(page) == 0 {
			break
		}
	}
	return n, nil
}
