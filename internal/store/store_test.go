package store_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"yuanmeng/internal/store"
	"yuanmeng/internal/store/storetest"
)

var at = time.Date(2026, 7, 15, 12, 0, 0, 123e6, time.UTC)

func TestTally_NeverPassesTheCap(t *testing.T) {
	db, ctx := storetest.New(t), context.Background()
	put := func(held int) error {
		return db.Write(ctx, at, func(tx *store.Tx) error {
			return tx.PutTallies(ctx, []store.Tally{{ProgrammeID: "p", Cap: 2, WaitingMax: 1, Held: held, Frontier: []byte{}}})
		})
	}
	if err := put(2); err != nil {
		t.Fatal(err)
	}
	if err := put(3); !store.IsConstraint(err) {
		t.Fatalf("a third seat of two was not refused: %v", err)
	}
	ta, err := db.Tally(ctx, "p")
	if err != nil || ta.Held != 2 || ta.Free() != 0 {
		t.Fatalf("tally %+v, %v", ta, err)
	}
}

func TestEvent_IsAppendOnly(t *testing.T) {
	db, ctx := storetest.New(t), context.Background()
	e := store.Event{ID: store.NewID(at), Name: "submit", Detail: "{}", At: at}
	if err := db.Write(ctx, at, func(tx *store.Tx) error { return tx.Insert(ctx, &e) }); err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{"UPDATE event SET name = 'x'", "DELETE FROM event"} {
		err := db.Write(ctx, at, func(tx *store.Tx) error {
			_, err := tx.NewRaw(q).Exec(ctx)
			return err
		})
		if err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v", q, err)
		}
	}
	got, err := db.Events(ctx, "submit", "", 10)
	if err != nil || len(got) != 1 || !got[0].At.Equal(at) {
		t.Fatalf("instant did not survive the round trip: %+v %v", got, err)
	}
}

func TestGrant_OneAdministratorDutyPerPerson(t *testing.T) {
	db, ctx := storetest.New(t), context.Background()
	s := store.Staff{ID: "s1", Login: "a", Name: "甲", State: "active", CreatedAt: at}
	grant := func(id, role string) error {
		return db.Write(ctx, at, func(tx *store.Tx) error {
			return tx.Insert(ctx, &store.Grant{ID: id, StaffID: "s1", Role: "x", Duty: role, FromAt: at})
		})
	}
	if err := db.Write(ctx, at, func(tx *store.Tx) error { return tx.Insert(ctx, &s) }); err != nil {
		t.Fatal(err)
	}
	if err := grant("g1", "admin"); err != nil {
		t.Fatal(err)
	}
	if err := grant("g2", "admin"); !store.IsUnique(err) {
		t.Fatalf("a second duty was not refused: %v", err)
	}
	if err := grant("g3", ""); err != nil {
		t.Fatal(err)
	}
}

func TestWrite_RollsBackOnError(t *testing.T) {
	db, ctx := storetest.New(t), context.Background()
	boom := errors.New("boom")
	err := db.Write(ctx, at, func(tx *store.Tx) error {
		if err := tx.SetFact(ctx, "k", "v"); err != nil {
			return err
		}
		return boom
	})
	if !errors.Is(err, boom) {
		t.Fatal(err)
	}
	if v, err := db.Fact(ctx, "k"); v != "" || err != nil {
		t.Fatalf("half a transaction stayed: %q %v", v, err)
	}
}

func TestNewID_SortsByItsClock(t *testing.T) {
	last := ""
	for i := range 50 {
		id := store.NewID(at.Add(time.Duration(i) * time.Millisecond))
		if id <= last || id[14] != '7' {
			t.Fatalf("%q after %q", id, last)
		}
		last = id
	}
}
