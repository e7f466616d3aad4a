package office_test

import (
	"testing"
	"time"

	"yuanmeng/internal/office"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// hold puts a restored backup into the database.
func (b *box) hold() {
	b.t.Helper()
	if err := b.DB.Write(b.ctx, b.now(), func(tx *store.Tx) error {
		return tx.Insert(b.ctx, &store.Restoration{ID: store.NewID(tx.Now), At: tx.Now, BackupAt: tx.Now.Add(-time.Hour)})
	}); err != nil {
		b.t.Fatal(err)
	}
}

func (b *box) wants(err error, code string) {
	b.t.Helper()
	if got := office.RefusedCode(err); got != code || code == "" && err != nil {
		b.t.Errorf("refused with %q (%v), want %q", got, err, code)
	}
}

func (b *box) proposed() string {
	b.t.Helper()
	p, err := b.DB.OpenDelivery(b.ctx)
	if err != nil || p == nil {
		b.t.Fatal(p, err)
	}
	return p.ID
}

func TestDelivery_TwoAdministratorsReleaseIt(t *testing.T) {
	b := open(t)
	sec := b.first()
	sys := b.invite(sec, "sys", office.Grant{Role: scheme.RoleSysAdmin})
	sys2 := b.invite(sec, "sys2", office.Grant{Role: scheme.RoleSysAdmin})
	clerk := b.invite(sec, "clerk", centre)
	b.wants(b.ProposeDelivery(b.ctx, sys.Actor, true), "not_held")
	b.hold()
	b.wants(b.ProposeDelivery(b.ctx, clerk.Actor, true), "role")
	b.wants(b.ProposeDelivery(b.ctx, sys.Actor, true), "")
	b.wants(b.ProposeDelivery(b.ctx, sec.Actor, false), "proposed")
	id := b.proposed()
	b.wants(b.SecondDelivery(b.ctx, clerk.Actor, id, true), "role")
	b.wants(b.SecondDelivery(b.ctx, sys.Actor, id, true), "same")
	b.wants(b.SecondDelivery(b.ctx, sys2.Actor, id, true), "same")
	b.wants(b.SecondDelivery(b.ctx, sec.Actor, "another", true), "stale")
	b.wants(b.SecondDelivery(b.ctx, sec.Actor, id, false), "")
	b.wants(b.SecondDelivery(b.ctx, sec.Actor, id, true), "stale")
	if held, err := b.DB.Held(b.ctx); err != nil || !held {
		t.Fatal("released by nobody", err)
	}
	// Put back once more after the proposal: what was seen is not what waits.
	b.wants(b.ProposeDelivery(b.ctx, sys.Actor, true), "")
	b.pass(time.Minute)
	b.hold()
	b.wants(b.SecondDelivery(b.ctx, sec.Actor, b.proposed(), true), "stale")
	b.wants(b.SecondDelivery(b.ctx, sys.Actor, b.proposed(), false), "")
	// Somebody who has left the duty has proposed nothing.
	b.wants(b.ProposeDelivery(b.ctx, sys2.Actor, true), "")
	if err := b.Disable(b.ctx, sec.Actor, sys2.ID); err != nil {
		t.Fatal(err)
	}
	b.wants(b.SecondDelivery(b.ctx, sec.Actor, b.proposed(), true), "proposer_gone")
	b.wants(b.SecondDelivery(b.ctx, sec.Actor, b.proposed(), false), "")
	b.wants(b.ProposeDelivery(b.ctx, sec.Actor, true), "")
	b.wants(b.SecondDelivery(b.ctx, sys.Actor, b.proposed(), true), "")
	if held, err := b.DB.Held(b.ctx); err != nil || held {
		t.Fatal("still held", err)
	}
	b.wants(b.ProposeDelivery(b.ctx, sys.Actor, true), "not_held")
	if b.events("propose_delivery") != 4 || b.events("delivery_dropped") != 3 || b.events("deliver_again") != 1 {
		t.Errorf("events %d %d %d", b.events("propose_delivery"), b.events("delivery_dropped"), b.events("deliver_again"))
	}
}
