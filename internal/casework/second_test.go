package casework_test

import (
	"testing"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// Who has lost his account or his role since is no first person any more.
func TestSecond_TheProposerMustStillStand(t *testing.T) {
	k := newKit(t)
	a := k.accepted()
	s := store.Staff{ID: district1.ID, Login: "d1", Name: "审核", Org: "district", State: "active", CreatedAt: k.clock.now()}
	g := store.Grant{ID: store.NewID(k.clock.now()), StaffID: s.ID, ProgrammeID: k.id, Role: scheme.RoleDistrict, Org: "district", FromAt: k.clock.now()}
	change := func(f func(tx *store.Tx) error) { k.must(k.db.Write(k.ctx, k.clock.now(), f)) }
	change(func(tx *store.Tx) error {
		if err := tx.Insert(k.ctx, &s); err != nil {
			return err
		}
		return tx.Insert(k.ctx, &g)
	})
	k.must(a.decide(district1, scheme.Revoke, because(scheme.CauseFraud)))

	s.State = "disabled"
	change(func(tx *store.Tx) error { return tx.PutStaff(k.ctx, &s) })
	k.refused(a.second(lead1, scheme.Revoke), "proposer_gone")
	s.State = "active"
	change(func(tx *store.Tx) error {
		if err := tx.EndGrant(k.ctx, g.ID); err != nil {
			return err
		}
		return tx.PutStaff(k.ctx, &s)
	})
	k.refused(a.second(lead1, scheme.Revoke), "proposer_gone")
	if a.hearing() != nil {
		t.Fatal("a hearing was opened by one person")
	}
	g.ID = store.NewID(k.clock.now())
	change(func(tx *store.Tx) error { return tx.Insert(k.ctx, &g) })
	k.must(a.second(lead1, scheme.Revoke))
	k.sound()
}
