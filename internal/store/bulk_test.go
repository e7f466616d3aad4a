package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/store/storetest"
)

// The gate's writes are parsed from the second batch on; what they put down is
// the same, also where a value is absent or an instant has a zone.
func TestBulk_WritesWhatBunWrites(t *testing.T) {
	db, ctx := storetest.New(t), context.Background()
	shanghai := time.FixedZone("", 8*3600)
	write := func(f func(tx *store.Tx) error) {
		t.Helper()
		if err := db.Write(ctx, at, f); err != nil {
			t.Fatal(err)
		}
	}
	write(func(tx *store.Tx) error {
		if err := tx.PutProgramme(ctx, &store.Programme{ID: "p", Body: "{}", State: "open", Version: 1, LoadedAt: at}); err != nil {
			return err
		}
		return tx.Insert(ctx, &store.Worker{ID: "w", PhoneIndex: "w", PhoneSealed: []byte{1}, CreatedAt: at})
	})
	var last []store.Event
	n := 0
	for round, size := range []int{3, 61, 1} { // bun's text; 50 + 10 + 1; 1
		var events []store.Event
		var cases []store.Case
		for range size {
			n++
			id := fmt.Sprintf("%d-%03d", round, n)
			events = append(events, store.Event{ID: id, ProgrammeID: "p", Name: "bulk", Detail: `{"名":"'?"}`, At: at.In(shanghai).Add(time.Duration(n) * time.Millisecond)})
			// A worker has one draft in a programme: each is made and accepted.
			c := store.Case{ID: id, ProgrammeID: "p", WorkerID: "w", State: scheme.Draft, Place: scheme.PlaceNone, Version: 1, KeyWrapped: []byte{0, 1}, CreatedAt: at, SavedAt: at, Since: at}
			write(func(tx *store.Tx) error { return tx.Insert(ctx, &c) })
			no, seated := int64(n), at.In(shanghai)
			c.State, c.Place, c.No, c.Version, c.Name, c.SeatedAt, c.AcceptedAt = scheme.Accepted, scheme.PlaceHeld, &no, 2, "样本", &seated, &seated
			if n%2 == 0 {
				c.SeatedAt = nil
			}
			write(func(tx *store.Tx) error { return tx.AcceptCases(ctx, []store.Case{c}) })
			cases = append(cases, c)
		}
		write(func(tx *store.Tx) error { return tx.InsertAll(ctx, &events) })
		last = append(last, events...)
		for _, want := range cases {
			got, err := db.CaseRow(ctx, want.ID)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, cmp.Comparer(time.Time.Equal)); diff != "" {
				t.Fatalf("round %d, case: %s", round, diff)
			}
		}
	}
	got, err := db.CaseEvents(ctx, "", 100)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(last, got, cmp.Comparer(time.Time.Equal)); diff != "" {
		t.Fatal(diff)
	}
}
