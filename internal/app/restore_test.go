package app

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"yuanmeng/internal/proof"
	"yuanmeng/internal/store"
	"yuanmeng/internal/store/storetest"
	"yuanmeng/internal/vault"
)

// open puts the program together on the yard's data, without a listener.
func (y *yard) open(dir string) *house {
	y.t.Helper()
	h, err := build(context.Background(), settings{place: place{Data: dir, DB: y.target}, Addr: "127.0.0.1:0"}, io.Discard, options{})
	if err != nil {
		y.t.Fatal(err)
	}
	return h
}

// lose ends a program as a burning machine does: nothing more is signed.
func (y *yard) lose(h *house) {
	y.t.Helper()
	h.stopGate()
	h.work.Wait()
	if err := h.db.Close(); err != nil {
		y.t.Fatal(err)
	}
}

// submit hands in and gives the number.
func (y *yard) submit(h *house, ph *phone) int {
	y.t.Helper()
	a, err := h.work.Submit(context.Background(), ph.worker, ph.caseID, 0, h.clock.Now())
	if err != nil {
		y.t.Fatal(err)
	}
	return a.No
}

const restored = "xianan-2026"

// head signs what has grown and gives the newest checkpoint as a file.
func (y *yard) head(h *house) (file string, c proof.Checkpoint) {
	y.t.Helper()
	ctx := context.Background()
	if _, err := h.jobs.Checkpoint(ctx); err != nil {
		y.t.Fatal(err)
	}
	if _, err := h.jobs.SealEvents(ctx); err != nil {
		y.t.Fatal(err)
	}
	k, err := h.db.LastCheckpoint(ctx, restored)
	if err != nil {
		y.t.Fatal(err)
	}
	c, err = proof.OpenCheckpoint([]byte(k.Note), h.keys.Signer("checkpoint").Public().(ed25519.PublicKey))
	if err != nil {
		y.t.Fatal(err)
	}
	return y.file(k.Note), c
}

func (y *yard) file(text string) string {
	y.t.Helper()
	name := filepath.Join(y.t.TempDir(), "file")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		y.t.Fatal(err)
	}
	return name
}

// judge verifies the public log of a house and gives the names of what it finds.
func (y *yard) judge(h *house, log string, earlier ...proof.Checkpoint) (names []string) {
	y.t.Helper()
	ctx := context.Background()
	y.head(h)
	var b bytes.Buffer
	if err := h.work.ExportLog(ctx, log, "127.0.0.1", &b); err != nil {
		y.t.Fatal(err)
	}
	g, err := proof.ReadExport(&b)
	if err != nil {
		y.t.Fatal(err)
	}
	var seated []int
	if log == restored {
		if seated, err = h.db.SeatedNos(ctx, log); err != nil {
			y.t.Fatal(err)
		}
	}
	for _, f := range proof.Verify(g, earlier, h.keys.Signer("checkpoint").Public().(ed25519.PublicKey), seated) {
		names = append(names, f.Name)
	}
	return names
}

// beside makes an empty data folder with a copy of the key file and of the list
// of destroyed keys.
func beside(t *testing.T, dir string) string {
	t.Helper()
	to := t.TempDir()
	for _, name := range []string{"key", "key.erased"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if os.IsNotExist(err) {
			continue
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(to, name), b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return to
}

func TestRestore_TheDayAfterTheFire(t *testing.T) {
	onlySQLite(t)
	ctx := context.Background()
	y := newYard(t, "", 9) // 6 seats, 9 waiting places
	h := y.open(y.dir)
	for _, ph := range y.phones[:2] {
		y.submit(h, ph)
	}
	older, _ := y.head(h)
	y.submit(h, y.phones[2])
	y.head(h)
	archive := filepath.Join(t.TempDir(), "backup.tar")
	if code, _, errs := said(t, "backup", "--data", y.dir, archive); code != 0 {
		t.Fatal(errs)
	}
	// What comes now is lost: two numbers under a public checkpoint, one behind it,
	// and a draft that its owner deleted.
	for _, ph := range y.phones[3:5] {
		y.submit(h, ph)
	}
	newest, head := y.head(h)
	lost, err := h.db.CaseRow(ctx, y.phones[4].caseID)
	if err != nil {
		t.Fatal(err)
	}
	receipt, err := h.work.Receipt(ctx, lost)
	if err != nil {
		t.Fatal(err)
	}
	var whole bytes.Buffer
	if err := h.work.ExportLog(ctx, restored, "127.0.0.1", &whole); err != nil {
		t.Fatal(err)
	}
	y.submit(h, y.phones[5])
	deleted := y.phones[8]
	if err := h.work.Discard(ctx, deleted.worker, deleted.caseID); err != nil {
		t.Fatal(err)
	}
	if _, err := h.jobs.KeepErased(ctx); err != nil {
		t.Fatal(err)
	}
	ofAnother := proof.Checkpoint{Origin: "127.0.0.1/hean-2026", Size: 9, At: head.At}
	forged := proof.Checkpoint{Origin: head.Origin, Size: head.Size - 4, At: head.At}
	signer := h.keys.Signer("checkpoint")
	y.lose(h)

	// Refusals, each with its sentence; nothing is left behind.
	stranger := filepath.Join(t.TempDir(), "key")
	if _, err := vault.CreateFile(stranger); err != nil {
		t.Fatal(err)
	}
	full, err := os.ReadFile(archive)
	if err != nil {
		t.Fatal(err)
	}
	cut := y.file(string(full[:len(full)/2]))
	for _, c := range []struct {
		name string
		args []string
		says string
	}{
		{"a folder that has a database", []string{archive, "--data", y.dir, "--checkpoint", newest}, "restore only writes where nothing is"},
		{"no checkpoint and no reason", []string{archive}, "has no checkpoint"},
		{"a reason of one letter", []string{archive, "--no-checkpoint", "x"}, "wants a reason in words"},
		{"another key file", []string{archive, "--key", stranger, "--checkpoint", newest}, "but the backup was made with"},
		{"no key file", []string{archive, "--key", stranger + ".none", "--checkpoint", newest}, "there is no key file"},
		{"an old checkpoint", []string{archive, "--checkpoint", older}, "is not the newest checkpoint"},
		{"a changed checkpoint", []string{archive, "--checkpoint", y.file(strings.Replace(readAll(t, newest), "\nat 2", "\nat 1", 1))}, "no checkpoint signed with this key file"},
		{"another programme's", []string{archive, "--checkpoint", y.file(string(proof.SignCheckpoint(ofAnother, signer)))}, "holds no such programme"},
		{"a fork", []string{archive, "--checkpoint", y.file(string(proof.SignCheckpoint(forged, signer)))}, "two different histories"},
		{"an archive cut off", []string{cut, "--checkpoint", newest}, "not a whole archive"},
		{"an archive without its end", []string{y.file(string(full[:len(full)-1024-512-512])), "--checkpoint", newest}, "not a whole archive"},
		{"no archive", []string{y.file("hello"), "--checkpoint", newest}, "not a whole archive"},
		{"nothing", nil, "name the archive"},
	} {
		dir := beside(t, y.dir)
		args := append([]string{"restore", "--data", dir}, c.args...)
		code, _, errs := said(t, args...)
		if code != 1 || !strings.Contains(errs, c.says) {
			t.Errorf("%s: %d %s", c.name, code, errs)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) != 2 {
			t.Errorf("%s leaves %v %v", c.name, left, err)
		}
	}

	// It is put back.
	dir := beside(t, y.dir)
	code, out, errs := said(t, "restore", archive, "--data", dir, "--checkpoint", newest)
	if code != 0 || !strings.Contains(out, "xianan-2026: 7 leaves restored, 4 lost, numbers 4 to 22 are passed over") || !strings.Contains(out, "1 erasures applied again") {
		t.Fatalf("restore: %d %s %s", code, out, errs)
	}
	h = y.open(dir)
	if _, err := h.db.CaseRow(ctx, deleted.caseID); !store.IsNone(err) {
		t.Errorf("a deleted draft is back: %v", err)
	}
	// Who had no number in the backup hands in again and stands behind the gap.
	if no := y.submit(h, y.phones[4]); no != 23 {
		t.Errorf("the next number is %d", no)
	}
	if got := y.judge(h, restored, head); !slices.Equal(got, []string{"recovered", "lost"}) {
		t.Errorf("the log: %v", got)
	}
	if got := y.judge(h, store.AuditLog); !slices.Equal(got, []string{"recovered"}) {
		t.Errorf("the audit log: %v", got)
	}
	if f, err := h.work.CheckReceipt(ctx, receipt); err != nil || len(f) != 1 || f[0].Name != "lost" {
		t.Errorf("a receipt that was lost: %v %v", f, err)
	}
	if n, err := h.jobs.Deliver(ctx); err != nil || n != 0 {
		t.Errorf("%d messages left, %v", n, err)
	}
	if held, err := h.db.Held(ctx); err != nil || !held {
		t.Errorf("not held: %v", err)
	}
	// A backup of the new epoch is put back in its turn, with the whole log.
	again := filepath.Join(t.TempDir(), "again.tar")
	if code, _, errs := said(t, "backup", "--data", dir, again); code != 0 {
		t.Fatal(errs)
	}
	second, head2 := y.head(h)
	y.lose(h)
	if code, _, errs := said(t, "restore", again, "--data", beside(t, dir), "--checkpoint", newest); code != 1 || !strings.Contains(errs, "was signed before the restore of") {
		t.Errorf("the checkpoint of before the first epoch: %d %s", code, errs)
	}
	dir2 := beside(t, dir)
	if code, out, errs := said(t, "restore", again, "--data", dir2, "--checkpoint", second); code != 0 {
		t.Fatalf("%d %s %s", code, out, errs)
	}
	h = y.open(dir2)
	if got := y.judge(h, restored, head, head2); !slices.Equal(got, []string{"recovered", "recovered", "lost"}) {
		t.Errorf("the log of two epochs: %v", got)
	}
	y.lose(h)

	// With the whole log the last number is known; without a checkpoint the reason is.
	dir3 := beside(t, y.dir)
	if code, out, errs := said(t, "restore", archive, "--data", dir3, "--checkpoint", y.file(whole.String())); code != 0 || !strings.Contains(out, "numbers 4 to 20 are") {
		t.Errorf("with the whole log: %d %s %s", code, out, errs)
	}
	dir4 := beside(t, y.dir)
	if code, out, errs := said(t, "restore", archive, "--data", dir4, "--no-checkpoint", "没有人存过", "--last-number", "xianan-2026=6"); code != 0 || !strings.Contains(out, "numbers 4 to 21 are") {
		t.Errorf("without a checkpoint: %d %s %s", code, out, errs)
	}
	h = y.open(dir4)
	if got := y.judge(h, restored, head); !slices.Equal(got, []string{"recovered", "rollback"}) {
		t.Errorf("a checkpoint that nobody had asked for: %v", got)
	}
	y.lose(h)
}

// On PostgreSQL the server's own tools put the database back; restore begins the
// epoch in place.
func TestRestore_PostgresInPlace(t *testing.T) {
	if storetest.Engine() != store.Postgres {
		t.Skip("the other engine")
	}
	y := newYard(t, storetest.Target(t), 6) // 4 seats, 6 waiting places
	h := y.open(y.dir)
	y.submit(h, y.phones[0])
	_, head := y.head(h)
	head.Size, head.At = head.Size+2, head.At.Add(time.Second) // of the server that is gone
	newest := y.file(string(proof.SignCheckpoint(head, h.keys.Signer("checkpoint"))))
	y.lose(h)
	if code, _, errs := said(t, "restore", newest, "--db", y.target, "--data", y.dir, "--checkpoint", newest); code != 1 || !strings.Contains(errs, "the server's own tools") {
		t.Errorf("an archive for PostgreSQL: %d %s", code, errs)
	}
	args := []string{"restore", "--db", y.target, "--data", y.dir, "--checkpoint", newest}
	code, out, errs := said(t, args...)
	if code != 0 || !strings.Contains(out, fmt.Sprintf("%d leaves restored, 2 lost, numbers 2 to 13", head.Size-2)) {
		t.Fatalf("restore: %d %s %s", code, out, errs)
	}
	if code, _, errs := said(t, args...); code != 1 {
		t.Errorf("twice: %d %s", code, errs)
	}
	h = y.open(y.dir)
	if no := y.submit(h, y.phones[1]); no != 14 {
		t.Errorf("the next number is %d", no)
	}
	if got := y.judge(h, restored, head); !slices.Equal(got, []string{"recovered", "lost"}) {
		t.Errorf("the log: %v", got)
	}
	if n, err := h.jobs.Deliver(context.Background()); err != nil || n != 0 {
		t.Errorf("%d messages left, %v", n, err)
	}
	y.lose(h)
}

func readAll(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
