//go:build linux

package casework_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/files"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/store/storetest"
	"yuanmeng/internal/vault"
)

// TestDiskFull takes the room away from a running installation: every act is
// refused cleanly, reads go on, and when there is room again everything goes on
// by itself. The disk is a small tmpfs; where mounting is refused, a process of
// its own is given a limit to the size of its files.
func TestDiskFull(t *testing.T) {
	if storetest.Engine() != store.SQLite {
		t.Skip("the room of a server is the server's")
	}
	if os.Getenv("YM_DISK_FULL") != "" {
		limited(t)
		return
	}
	dir := t.TempDir()
	const size = 8 << 20
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", size)); err != nil {
		t.Logf("mounting is refused (%v): with a limit to the size of files instead", err)
		cmd := exec.Command(os.Args[0], "-test.run=^TestDiskFull$", "-test.v")
		cmd.Env = append(os.Environ(), "YM_DISK_FULL="+dir)
		if out, err := cmd.CombinedOutput(); err != nil || !bytes.Contains(out, []byte("--- PASS: TestDiskFull")) {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	// Unmounted at the end of the run, before the folder is removed.
	defer func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	}()
	ballast := filepath.Join(dir, "ballast")
	full(t, dir, func() {
		f, err := os.Create(ballast)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for {
			if _, err := f.Write(make([]byte, 4096)); err != nil {
				if !errors.Is(err, syscall.ENOSPC) {
					t.Fatal(err)
				}
				return
			}
		}
	}, func() {
		if err := os.Remove(ballast); err != nil {
			t.Fatal(err)
		}
	})
}

// limited is the same with a limit to the size of files, in a process of its own.
func limited(t *testing.T) {
	signal.Ignore(syscall.SIGXFSZ)
	var was syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		t.Fatal(err)
	}
	set := func(cur uint64) {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: cur, Max: was.Max}); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	full(t, dir, func() { set(16 << 10) }, func() { set(was.Cur) })
}

// full runs an installation whose disk is filled and emptied.
func full(t *testing.T, dir string, fill, empty func()) {
	ctx, cancel := context.WithCancel(context.Background())
	fatal := errors.New("")
	db, err := store.Open(ctx, filepath.Join(dir, "yuanmeng.db"), func(err error) { fatal = err })
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	fs, err := files.New(filepath.Join(dir, "blobs"))
	if err != nil {
		t.Fatal(err)
	}
	k := kitOn(t, db, vault.Random(), fs, small("xianan-2026", 2, 3))
	k.w.Start(ctx)
	defer func() { cancel(); k.w.Wait() }()
	a, b, c := k.accepted(), k.ready(), k.ready()
	a.passed()
	leaves := k.tally().LogSize

	for round := range 2 {
		fill()
		// Not at once: what has room in the journal's free pages may still pass.
		var no error
		for range 2000 {
			if no = c.put("post", "装配工"); no != nil {
				break
			}
		}
		if !store.IsFull(no) {
			t.Fatalf("round %d: a save on a full disk: %v", round, no)
		}
		acts := map[string]func() error{
			"submit":   func() error { _, err := b.submit(); return err },
			"approve":  func() error { return a.decide(district1, scheme.Approve) },
			"withdraw": func() error { return k.w.Withdraw(k.ctx, a.worker, a.caseID) },
			"attach": func() error {
				_, err := k.w.Attach(k.ctx, b.worker, b.caseID, casework.Upload{Kind: scheme.FilePhoto, SHA256: digest("x"), Pages: []casework.Page{{Type: "image/jpeg", Body: make([]byte, 1<<20)}}})
				return err
			},
		}
		for name, do := range acts {
			if err := do(); !store.IsFull(err) {
				t.Errorf("round %d: %s on a full disk: %v", round, name, err)
			}
		}
		// Everything can be read, and nothing is half done.
		a.is(scheme.AtDistrict, scheme.PlaceHeld)
		b.is(scheme.Draft, scheme.PlaceNone)
		if _, err := k.w.Application(k.ctx, b.row()); err != nil {
			t.Error(err)
		}
		if ta := k.tally(); ta.LastNo != 1 || ta.LogSize != leaves {
			t.Errorf("tally %+v", ta)
		}
		k.sound()
		if err := parts(filepath.Join(dir, "blobs")); err != nil {
			t.Error(err)
		}
		empty()
		k.must(c.put("post", "装配工"))
	}
	if _, err := b.submit(); err != nil {
		t.Fatal(err)
	}
	k.must(a.decide(district1, scheme.Approve))
	k.must(c.attach(scheme.FilePhoto, "photo"))
	a.is(scheme.Approved, scheme.PlaceConfirmed)
	b.is(scheme.Accepted, scheme.PlaceHeld)
	k.sound()
	if fatal.Error() != "" {
		t.Fatalf("the process would have ended: %v", fatal)
	}
	var ok string
	k.must(db.NewRaw("PRAGMA integrity_check").Scan(ctx, &ok))
	if ok != "ok" {
		t.Fatal(ok)
	}
}

// parts says whether a half-written blob was left.
func parts(dir string) error {
	return filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(name, ".part") {
			return fmt.Errorf("%s was left", name)
		}
		return err
	})
}
