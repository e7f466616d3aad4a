package casework_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/proof"
	"yuanmeng/internal/store"
	"yuanmeng/internal/vault"
)

// head is a checkpoint of the log as it stands, with leaves after it that the
// backup has lost; cut leaves some off.
func (k *kit) head(cut int, lost ...string) proof.Checkpoint {
	k.t.Helper()
	leaves, err := k.db.Leaves(k.ctx, k.id, 0, 1000)
	k.must(err)
	var f proof.Frontier
	for _, l := range leaves[:len(leaves)-cut] {
		f.Append([]byte(l.Body))
	}
	for _, l := range lost {
		f.Append([]byte(l))
	}
	return proof.Checkpoint{Origin: proof.Origin(host, k.id), Size: f.Size(), Root: f.Root(), At: k.clock.now().Truncate(time.Millisecond)}
}

// known signs a checkpoint and reads it as restore does.
func (k *kit) known(c proof.Checkpoint) casework.Known {
	k.t.Helper()
	out, err := k.w.ReadKnown("kept.txt", proof.SignCheckpoint(c, k.keys.Signer(casework.LogSigner)))
	k.must(err)
	return out
}

// judged gives the findings about the log as it stands.
func (k *kit) judged(earlier ...proof.Checkpoint) (names []string) {
	k.t.Helper()
	k.clock.to(k.clock.now().Add(time.Minute))
	ta, err := k.db.Tally(k.ctx, k.id)
	k.must(err)
	if last, err := k.db.LastCheckpoint(k.ctx, k.id); err != nil || last.Size < ta.LogSize {
		k.checkpoint()
	}
	var b bytes.Buffer
	k.must(k.w.ExportLog(k.ctx, k.id, host, &b))
	g, err := proof.ReadExport(&b)
	k.must(err)
	seats, err := k.db.SeatedNos(k.ctx, k.id)
	k.must(err)
	for _, f := range proof.Verify(g, earlier, k.keys.Signer(casework.LogSigner).Public().(ed25519.PublicKey), seats) {
		names = append(names, f.Name)
	}
	return names
}

func TestRestore_OpensAnEpochAndNumbersOn(t *testing.T) {
	k := newKit(t) // 2 seats, 3 waiting places
	for range 3 {
		k.accepted()
	}
	k.checkpoint()
	lost := k.head(0, "a", "b", "c", "d")
	done, err := k.w.Restore(k.ctx, casework.Restoring{Known: []casework.Known{k.known(lost)}, BackupAt: k.clock.now()})
	k.must(err)
	if len(done.Logs) != 2 || done.Logs[0].ProgrammeID != store.AuditLog || !done.At.After(lost.At) {
		t.Fatalf("%+v", done)
	}
	// Each of four leaves may have been an acceptance, and five more may have come
	// since the checkpoint.
	e := done.Logs[1]
	if e.Size != lost.Size || e.Kept != lost.Size-4 || e.FromNo != 4 || e.ToNo != 3+4+5 {
		t.Errorf("the epoch is %+v", e)
	}
	k.clock.to(done.At)
	pe := k.accepted()
	if pe.no != 13 {
		t.Errorf("the next number is %d", pe.no)
	}
	if got := k.judged(lost); !slices.Equal(got, []string{"recovered", "lost"}) {
		t.Errorf("found %v", got)
	}
	if n, err := k.db.LostNumbers(k.ctx, k.id); err != nil || n != 9 {
		t.Errorf("%d lost numbers, %v", n, err)
	}
	if held, err := k.db.Held(k.ctx); err != nil || !held {
		t.Errorf("held %v %v", held, err)
	}
	// Put back once more, from the same state: a second epoch.
	again := k.head(0, "x")
	again.At = again.At.Add(time.Hour) // signed by a clock that is ahead of ours
	done, err = k.w.Restore(k.ctx, casework.Restoring{Known: []casework.Known{k.known(again)}, LastNo: map[string]int{k.id: 40}})
	k.must(err)
	if e := done.Logs[1]; e.FromNo != 14 || e.ToNo != 45 || !done.At.After(again.At) {
		t.Errorf("the second epoch is %+v at %v", e, done.At)
	}
	k.clock.to(done.At)
	if got := k.judged(lost, again); !slices.Equal(got, []string{"recovered", "recovered", "lost", "lost"}) {
		t.Errorf("found %v", got)
	}
}

func TestRestore_PassesOverNoNumberWhenNobodyCouldSubmit(t *testing.T) {
	k := newKit(t)
	k.accepted()
	k.clock.to(k.p.ClosesAt.AddDate(0, 0, 3))
	done, err := k.w.Restore(k.ctx, casework.Restoring{Known: []casework.Known{k.known(k.head(0, "a"))}, BackupAt: k.clock.now()})
	k.must(err)
	if e := done.Logs[1]; e.FromNo != 0 || e.ToNo != 0 || e.Size != e.Kept+1 {
		t.Errorf("the epoch is %+v", e)
	}
	if got := k.judged(); !slices.Equal(got, []string{"recovered"}) {
		t.Errorf("found %v", got)
	}
}

// Every refusal is a sentence and leaves the database as it was.
func TestRestore_Refuses(t *testing.T) {
	k := newKit(t)
	k.accepted()
	k.checkpoint()
	k.accepted()
	k.clock.to(k.clock.now().Add(time.Minute))
	k.checkpoint()
	forged := k.head(1)
	forged.Root[0] ^= 1
	one, two := k.head(0, "a"), k.head(0, "b")
	foreign, elsewhere := k.head(0), k.head(0)
	foreign.Origin, elsewhere.Origin = proof.Origin(host, "hean-2026"), proof.Origin("another.example", k.id)
	loaded := small("later-2026", 2, 2)
	k.must(k.w.Load(k.ctx, loaded, "x"))
	unopened := k.head(0)
	unopened.Origin = proof.Origin(host, "later-2026")
	for name, c := range map[string]struct {
		with casework.Restoring
		says string
	}{
		"no checkpoint":          {casework.Restoring{}, "has no checkpoint"},
		"a fork":                 {casework.Restoring{Known: []casework.Known{k.known(forged)}}, "two different histories"},
		"two futures":            {casework.Restoring{Known: []casework.Known{k.known(one), k.known(two)}}, "two different histories"},
		"an old checkpoint":      {casework.Restoring{Known: []casework.Known{k.known(k.head(2))}}, "not the newest"},
		"another programme":      {casework.Restoring{Known: []casework.Known{k.known(foreign)}}, "no such programme"},
		"another installation":   {casework.Restoring{Known: []casework.Known{k.known(elsewhere)}}, "the backup signed as"},
		"before the opening":     {casework.Restoring{Known: []casework.Known{k.known(unopened)}}, "before later-2026 was opened"},
		"an unknown last number": {casework.Restoring{Known: []casework.Known{k.known(one)}, LastNo: map[string]int{"x": 1}}, "does not hold"},
	} {
		_, err := k.w.Restore(k.ctx, c.with)
		var no casework.CannotRestore
		if !errors.As(err, &no) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if held, err := k.db.Held(k.ctx); err != nil || held {
		t.Errorf("a refusal holds the messages: %v", err)
	}
	if got := k.judged(); len(got) > 0 {
		t.Errorf("a refusal has changed the log: %v", got)
	}
	_, err := k.w.ReadKnown("kept.txt", proof.SignCheckpoint(one, vault.Random().Signer(casework.LogSigner)))
	if err == nil || !strings.Contains(err.Error(), "no checkpoint signed with this key file") {
		t.Errorf("another key: %v", err)
	}
	_, err = k.w.ReadKnown("kept.txt", []byte("{}\n"))
	if err == nil || !strings.Contains(err.Error(), "neither a checkpoint nor a public log") {
		t.Errorf("neither: %v", err)
	}
	// In place, twice: nothing has happened in between.
	r := casework.Restoring{Known: []casework.Known{k.known(one)}, InPlace: true}
	done, err := k.w.Restore(k.ctx, r)
	k.must(err)
	k.clock.to(done.At)
	if _, err := k.w.Restore(k.ctx, casework.Restoring{Reason: "没有人存过", InPlace: true}); err == nil || !strings.Contains(err.Error(), "begins a new epoch already") {
		t.Errorf("in place twice: %v", err)
	}
}

// The whole downloaded log tells the last number, and any leaf that differs.
func TestRestore_WithTheWholeLog(t *testing.T) {
	k := newKit(t)
	k.accepted()
	k.checkpoint()
	export := func() []byte {
		var b bytes.Buffer
		k.must(k.w.ExportLog(k.ctx, k.id, host, &b))
		return b.Bytes()
	}
	file := export()
	known, err := k.w.ReadKnown("log.txt", file)
	k.must(err)
	if known.LastNo != 1 || known.Log == nil || known.Head.Size != 3 {
		t.Fatalf("%+v", known.Head)
	}
	if _, err := k.w.ReadKnown("log.txt", bytes.Replace(file, []byte(`"n":1`), []byte(`"n":2`), 1)); err == nil || !strings.Contains(err.Error(), "does not verify") {
		t.Errorf("a changed log: %v", err)
	}
	done, err := k.w.Restore(k.ctx, casework.Restoring{Known: []casework.Known{known}})
	k.must(err)
	if e := done.Logs[1]; e.Size != 3 || e.Kept != 3 || e.FromNo != 2 || e.ToNo != 6 {
		t.Errorf("the epoch is %+v", e)
	}
}

// A receipt of the lost range is told apart from a false one, and what was erased
// since the backup is erased again.
func TestRestore_LostReceiptAndErasure(t *testing.T) {
	k := newKit(t)
	k.accepted()
	gone, kept := k.ready(), k.ready()
	lostHead := k.head(0, "a", "b")
	mark := k.w.ErasedMark(gone.caseID)
	done, err := k.w.Restore(k.ctx, casework.Restoring{Known: []casework.Known{k.known(lostHead)}, Erased: []string{mark, mark, strings.Repeat("0", 64)}})
	k.must(err)
	if done.Erased != 1 {
		t.Errorf("%d erased again", done.Erased)
	}
	if _, err := k.db.CaseRow(k.ctx, gone.caseID); !store.IsNone(err) {
		t.Errorf("an erased draft is back: %v", err)
	}
	if _, err := k.db.CaseRow(k.ctx, kept.caseID); err != nil {
		t.Errorf("another draft: %v", err)
	}
	if marks, err := k.db.Erasures(k.ctx); err != nil || len(marks) != 2 {
		t.Errorf("%d marks, %v", len(marks), err)
	}
	at := lostHead.At.Add(-time.Second)
	private := `{"case":"c"}`
	leaf := proof.Leaf{V: 1, Programme: k.id, Txn: 3, Kind: "accept", At: at, N: 2, C: proof.Commit("accept", [32]byte{1}, []byte(private))}
	receipt := func(n int) proof.Receipt {
		l := leaf
		l.N = n
		return proof.SignReceipt(proof.Receipt{Programme: k.id, N: n, Case: "X", At: at, Place: "seat", Leaf: string(l.Bytes()), Index: 3,
			Nonce: "01" + strings.Repeat("0", 62), Private: private}, k.keys.Signer(casework.LogSigner))
	}
	for n, want := range map[int]string{2: "lost", 99: "absent"} {
		f, err := k.w.CheckReceipt(k.ctx, receipt(n))
		if err != nil || len(f) != 1 || f[0].Name != want {
			t.Errorf("number %d: %v %v", n, f, err)
		}
	}
}

// The act that a retention job will call: nothing that is sealed opens again, the
// leaf no longer opens its commitment, and a mark stays that names nobody.
func TestErase_DestroysTheKeyOfACaseWithANumber(t *testing.T) {
	k := newKit(t)
	pe := k.accepted()
	k.must(k.db.Write(k.ctx, k.clock.now(), func(tx *store.Tx) error { return k.w.Erase(k.ctx, tx, pe.row()) }))
	if _, err := k.w.Receipt(k.ctx, pe.row()); !errors.Is(err, vault.ErrErased) {
		t.Errorf("the receipt of an erased case: %v", err)
	}
	leaves, err := k.db.Leaves(k.ctx, k.id, 0, 100)
	k.must(err)
	for _, l := range leaves {
		if l.Private != "" {
			t.Errorf("leaf %d still tells %s", l.Idx, l.Private)
		}
	}
	marks, err := k.db.Erasures(k.ctx)
	if err != nil || len(marks) != 1 || marks[0] != k.w.ErasedMark(pe.caseID) || strings.Contains(marks[0], pe.caseID[:8]) {
		t.Errorf("marks %v %v", marks, err)
	}
	if got := k.judged(); len(got) > 0 {
		t.Errorf("the log after an erasure: %v", got)
	}
}
