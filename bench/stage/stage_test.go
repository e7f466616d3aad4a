package stage

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"yuanmeng/internal/store"
)

// A prepared installation and its copy hold the same drafts, ready to be
// submitted by their phones.
func TestPrepareAndCopy(t *testing.T) {
	ctx := context.Background()
	from, to := filepath.Join(t.TempDir(), "from"), filepath.Join(t.TempDir(), "to", "copy")
	phones, err := Prepare(ctx, Place{Data: from}, Plan{Programmes: 2, Seats: 3, Waiting: 2, Drafts: 10})
	if err != nil {
		t.Fatal(err)
	}
	if err := Copy(from, to); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(to, "key")); err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(ctx, filepath.Join(to, "yuanmeng.db"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	drafts := map[string]int{}
	for _, p := range phones {
		c, err := db.CaseRow(ctx, p.Case)
		if err != nil || p.Cookie == "" {
			t.Fatalf("a phone without a draft: %v", err)
		}
		drafts[c.ProgrammeID]++
	}
	if len(drafts) != 2 || drafts["bench-0001"] != 5 {
		t.Fatalf("drafts by programme: %v", drafts)
	}
	list := filepath.Join(t.TempDir(), "phones.json")
	var again []Phone
	if err := Write(list, phones); err != nil {
		t.Fatal(err)
	}
	if err := Read(list, &again); err != nil || len(again) != 10 || again[9] != phones[9] {
		t.Fatalf("%d phones read again, %v", len(again), err)
	}
}
