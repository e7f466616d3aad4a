package casework_test

import (
	"slices"
	"testing"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// A member of staff is known as the applicant by the number of the account and
// by the one in the application, whichever is his, and as long as it stands there.
func TestOwnCases_ByEitherNumber(t *testing.T) {
	k := newKit(t)
	const typed, later = "13911110001", "13911110002"
	s := store.Staff{ID: "self", Login: "self", Name: "钟小满", Org: "centre", State: "active", CreatedAt: k.clock.now()}
	k.must(k.db.Write(k.ctx, k.clock.now(), func(tx *store.Tx) error { return tx.Insert(k.ctx, &s) }))
	owns := func(phone string, a *person) bool {
		t.Helper()
		s.PhoneIndex = ""
		if phone != "" {
			s.PhoneIndex = k.keys.Index("phone", phone)
		}
		k.must(k.db.Write(k.ctx, k.clock.now(), func(tx *store.Tx) error { return tx.PutStaff(k.ctx, &s) }))
		ids, err := k.db.OwnCases(k.ctx, s.ID)
		k.must(err)
		if len(ids) > 1 {
			t.Fatal(ids)
		}
		return slices.Contains(ids, a.caseID)
	}
	other := k.accepted()
	a := k.ready()
	k.must(k.db.Write(k.ctx, k.clock.now(), func(tx *store.Tx) error {
		return tx.PutWorkerPhone(k.ctx, a.worker, k.keys.Index("phone", a.Phone), k.keys.Seal("worker/"+a.worker, []byte(a.Phone)))
	}))
	if owns("", a) || owns(typed, a) || !owns(a.Phone, a) || owns(other.Phone, a) {
		t.Fatal("a draft by the number of its account")
	}
	k.must(a.put("phone", "139 1111 0001"))
	if !owns(typed, a) || !owns(a.Phone, a) {
		t.Fatal("a draft by the number in it")
	}
	k.must(a.put("phone", "1391111"))
	if owns(typed, a) {
		t.Fatal("a draft by a number that was taken out again")
	}
	k.must(a.put("phone", typed))
	if _, err := a.submit(); err != nil {
		t.Fatal(err)
	}
	if !owns(typed, a) || !owns(a.Phone, a) || owns(typed, other) {
		t.Fatal("what was handed in")
	}
	a.returned("phone")
	k.must(a.put("phone", later))
	if owns(later, a) {
		t.Fatal("a correction that is not sent yet")
	}
	k.must(k.w.Resubmit(k.ctx, a.worker, a.caseID))
	if owns(typed, a) || !owns(later, a) || !owns(a.Phone, a) {
		t.Fatal("a correction")
	}
	k.must(a.both(centre1, lead1, scheme.ChangePhone, toPhone(fresh)))
	if owns(a.Phone, a) || owns(later, a) || !owns(fresh, a) {
		t.Fatal("after a change of the number")
	}
	if found, err := k.w.Search(k.ctx, centre1, k.desk(), k.id, fresh); err != nil || len(found) != 1 || found[0].ID != a.caseID {
		t.Fatal(found, err)
	}
	k.sound()
}
