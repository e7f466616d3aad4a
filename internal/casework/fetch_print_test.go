package casework_test

import (
	"fmt"
	"testing"
	"time"

	"yuanmeng/internal/store"
)

// TestFetchPrint_NobodyClosesItForEverybody: one address stops itself, a network
// stops itself, and a crowd stops nobody who has printed since yesterday.
func TestFetchPrint_NobodyClosesItForEverybody(t *testing.T) {
	k := newKit(t)
	a := k.ready()
	fetch := func(client, code string) error {
		_, _, _, err := k.w.FetchPrint(k.ctx, client, code)
		return err
	}
	var code string
	again := func() string {
		var err error
		code, err = k.w.PrintCode(k.ctx, a.worker, a.caseID, false, false)
		k.must(err)
		return code
	}
	const shop = "192.0.2.1"
	k.must(fetch(shop, again()))
	for _, near := range []string{"10.9.8.%d", "2001:db8:7:%d::/64"} {
		at := func(i int) string { return fmt.Sprintf(near, i) }
		for range 12 {
			fetch(at(1), "00000000")
		}
		k.refused(fetch(at(1), code), "print_many")
		k.must(fetch(at(2), code)) // a neighbour goes on
		for i := range 5 {
			for range 10 {
				fetch(at(10+i), "00000000")
			}
		}
		k.refused(fetch(at(3), code), "print_full") // six of one network, sixty tries
		k.must(fetch(at(2), again()))               // but the neighbour has printed
	}
	// A crowd of networks: its tries are written down as the act writes them.
	k.must(k.db.Write(k.ctx, k.clock.now(), func(tx *store.Tx) error {
		rows := make([]store.Attempt, 1000)
		for i := range rows {
			rows[i] = store.Attempt{ID: store.NewID(k.machine.now()), Bucket: "print/new", At: k.machine.now().UTC()}
		}
		return tx.Insert(k.ctx, &rows)
	}))
	k.refused(fetch("198.51.100.1", again()), "print_full")
	k.must(fetch(shop, code))
	for range 10 {
		fetch(shop, "00000000")
	}
	k.refused(fetch(shop, code), "print_many") // who has printed may not guess either
	k.machine.to(k.machine.now().Add(61 * time.Minute))
	k.must(fetch("198.51.100.1", again()))
	k.machine.to(k.machine.now().Add(25 * time.Hour))
	for i := range 6 {
		for range 10 {
			fetch(fmt.Sprintf("192.0.2.%d", 10+i), "00000000")
		}
	}
	k.refused(fetch(shop, again()), "print_full") // yesterday is over
}
