package jobs_test

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"yuanmeng/internal/jobs"
	"yuanmeng/internal/store"
	"yuanmeng/internal/vault"
)

// After a restored backup nothing leaves and no deadline acts; after a quiet
// release what stood in the backup goes to the inbox only, unless it starts a
// deadline of the worker's.
func TestHold_NothingLeavesBeforeTheRelease(t *testing.T) {
	p := open(t)
	p.book("accepted", map[string]string{"no": "7", "until": "明天"})
	hearing := p.book("hearing", map[string]string{"cause": "c", "until": "明天"})
	p.pass(time.Hour)
	p.put(func(tx *store.Tx) error {
		return tx.Insert(p.ctx, &store.Restoration{ID: store.NewID(tx.Now), At: tx.Now, BackupAt: tx.Now.Add(-time.Minute)})
	})
	p.pass(time.Hour)
	since := p.book("accepted", map[string]string{"no": "8", "until": "明天"})
	p.deliver(0)
	if len(p.out) != 0 || len(p.inbox()) != 0 {
		t.Fatalf("sent %v", p.out)
	}
	held, err := p.DB.HeldRestorations(p.ctx)
	if err != nil || len(held) != 1 {
		t.Fatal(held, err)
	}
	waits, err := p.DB.HeldMessages(p.ctx, held[0].At)
	if err != nil || !slices.Equal(waits, []store.HeldMessages{{Wording: "accepted", Before: 1, Since: 1}, {Wording: "hearing", Before: 1}}) {
		t.Fatalf("%+v %v", waits, err)
	}
	p.put(func(tx *store.Tx) error {
		if err := tx.Quieten(p.ctx, held[0].At); err != nil {
			return err
		}
		return tx.ReleaseRestorations(p.ctx, "a", "b", true)
	})
	p.deliver(3)
	if len(p.inbox()) != 3 {
		t.Errorf("%d in the inbox", len(p.inbox()))
	}
	var sent []string
	for _, m := range p.out {
		sent = append(sent, m.ID)
	}
	slices.Sort(sent)
	want := []string{hearing, since}
	slices.Sort(want)
	if !slices.Equal(sent, want) {
		t.Errorf("sent %v, want %v", sent, want)
	}
}

func TestHold_NoDeadlineActs(t *testing.T) {
	p := open(t)
	p.put(func(tx *store.Tx) error {
		return tx.Insert(p.ctx, &store.Restoration{ID: store.NewID(tx.Now), At: tx.Now, BackupAt: tx.Now})
	})
	p.at = noon.AddDate(0, 2, 0)
	if n, err := p.Due(p.ctx); err != nil || n != 0 {
		t.Fatal(n, err)
	}
	p.put(func(tx *store.Tx) error { return tx.ReleaseRestorations(p.ctx, "a", "b", false) })
	if n, err := p.Due(p.ctx); err != nil || n == 0 {
		t.Fatal(n, err)
	}
}

func TestKeepErased_OutlivesTheDatabase(t *testing.T) {
	p := open(t)
	if n, err := p.KeepErased(p.ctx); err != nil || n != 0 {
		t.Fatal("without a key file", n, err)
	}
	p.ErasedFile = vault.ErasedFile(filepath.Join(t.TempDir(), "key"))
	mark := func(id string) {
		p.put(func(tx *store.Tx) error {
			return tx.MarkErased(p.ctx, []store.Erasure{{Mark: p.Work.ErasedMark(id), At: tx.Now}})
		})
	}
	mark("a")
	for _, want := range []int{1, 0} {
		if n, err := p.KeepErased(p.ctx); err != nil || n != want {
			t.Fatal(n, want, err)
		}
	}
	mark("b")
	other := &jobs.Jobs{DB: p.DB, ErasedFile: p.ErasedFile} // a start anew
	if n, err := other.KeepErased(p.ctx); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	if got, err := vault.ReadErased(p.ErasedFile); err != nil || len(got) != 2 {
		t.Fatal(got, err)
	}
}
