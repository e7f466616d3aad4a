package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

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

// Two acts that lock the same tallies in opposite orders wait for one another;
// PostgreSQL ends one of them, which is run again.
func TestWrite_AgainAfterADeadlock(t *testing.T) {
	db, ctx := storetest.New(t), context.Background()
	if db.Engine != store.Postgres {
		t.Skip("SQLite has one writer: two acts never cross")
	}
	if err := db.Write(ctx, at, func(tx *store.Tx) error {
		return tx.PutTallies(ctx, []store.Tally{{ProgrammeID: "a", Cap: 9, Frontier: []byte{}}, {ProgrammeID: "b", Cap: 9, Frontier: []byte{}}})
	}); err != nil {
		t.Fatal(err)
	}
	var tries atomic.Int64
	has := map[string]chan struct{}{"a": make(chan struct{}), "b": make(chan struct{})}
	over := map[string]chan struct{}{"a": make(chan struct{}), "b": make(chan struct{})}
	act := func(first, second string) error {
		defer close(over[first])
		mine := 0
		return db.Write(ctx, at, func(tx *store.Tx) error {
			tries.Add(1)
			if mine == 1 {
				<-over[second] // or the two might cross again: row locks know no queue
			}
			ta, err := tx.LockTally(ctx, first)
			if err != nil {
				return err
			}
			if mine++; mine == 1 {
				close(has[first])
				<-has[second]
			}
			tb, err := tx.LockTally(ctx, second)
			if err != nil {
				return err
			}
			ta.Held++
			tb.Held++
			return tx.PutTallies(ctx, []store.Tally{ta, tb})
		})
	}
	errs := make(chan error, 2)
	go func() { errs <- act("a", "b") }()
	go func() { errs <- act("b", "a") }()
	for range 2 {
		if err := <-errs; err != nil {
			t.Errorf("%v", err)
		}
	}
	for _, id := range []string{"a", "b"} {
		if ta, err := db.Tally(ctx, id); err != nil || ta.Held != 2 {
			t.Errorf("%s: %+v %v", id, ta, err)
		}
	}
	if n := tries.Load(); n != 3 {
		t.Errorf("%d tries, want 3", n)
	}
}

func TestWrite_GivesUpOnADeadlockThatStays(t *testing.T) {
	db, ctx := storetest.New(t), context.Background()
	tries := 0
	err := db.Write(ctx, at, func(*store.Tx) error {
		tries++
		return fmt.Errorf("act: %w", &pgconn.PgError{Code: "40P01"})
	})
	if !store.IsContended(err) || tries != 3 {
		t.Fatalf("%d tries, %v", tries, err)
	}
}
