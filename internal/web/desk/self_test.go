package desk_test

import (
	"strings"
	"testing"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// account makes the account behind a name in the header, with a phone.
func (hl *hall) account(name, phone string) {
	hl.t.Helper()
	hl.must(hl.db.Write(hl.ctx, hl.now(), func(tx *store.Tx) error {
		s := store.Staff{ID: name, Login: name, Name: name, Org: "district", State: "active", CreatedAt: tx.Now}
		if phone != "" {
			s.PhoneIndex, s.PhoneSealed = hl.keys.Index("phone", phone), hl.keys.Seal("staff/"+name, []byte(phone))
		}
		return tx.Insert(hl.ctx, &s)
	}))
}

// Who works at the desk and applies too is known by his phone, and is kept from
// his own application in every role, as the first person and as the second.
func TestDecide_NobodyAboutHimself(t *testing.T) {
	hl := newHall(t, 2, 2)
	a := hl.accepted()
	other := hl.accepted()
	hl.account("centre1", a.Phone)
	hl.not("centre1", a, scheme.Pass, 409, "不能办理自己的申请", "item", "card")
	hl.not("centre1", a, scheme.Return, 409, "不能办理自己的申请", "item", "card", "note", "请核对")
	hl.done("centre1", other, scheme.Pass) // another's is his work as before
	if p := hl.page("centre1", "/desk/cases/"+a.caseID); strings.Contains(p, a.ID) || strings.Contains(p, spacedID(a.ID)) || !strings.Contains(p, "这是您自己的申请") {
		t.Error("his own case lies in the check, or does not say that it is his own")
	}

	// By the number in the application too, where he signs in by another.
	typed := hl.accepted(func(app *scheme.Application) { app.Sealed.Phone = "13911110001" })
	hl.account("centre2", "13911110001")
	hl.not("centre2", typed, scheme.Pass, 409, "不能办理自己的申请", "item", "card")

	hl.done("centre2", a, scheme.Pass)
	hl.done("district1", a, scheme.Revoke, "cause", string(scheme.CauseFraud), "note", "举报属实")
	hl.account("lead1", "13900000099")
	hl.must(hl.db.Write(hl.ctx, hl.now(), func(tx *store.Tx) error {
		c, err := tx.LockStaff(hl.ctx, "centre1")
		if err != nil {
			return err
		}
		l, err := tx.LockStaff(hl.ctx, "lead1")
		if err != nil {
			return err
		}
		c.PhoneIndex, l.PhoneIndex = "", c.PhoneIndex
		if err := tx.PutStaff(hl.ctx, &c); err != nil {
			return err
		}
		return tx.PutStaff(hl.ctx, &l)
	}))
	for _, answer := range []string{"agree", "drop"} {
		if w := hl.answer("lead1", a, answer); w.Code != 409 || !strings.Contains(w.Body.String(), "不能办理自己的申请") {
			t.Errorf("%s about himself: %d", answer, w.Code)
		}
	}
	a.is(scheme.AtDistrict, scheme.PlaceHeld)
	hl.agree("lead2", a)
}

// His number in the application is his too, whoever's phone the account is on:
// the wife's, or his own second one.
func TestDecide_NobodyAboutHimselfByThePhoneInTheApplication(t *testing.T) {
	hl := newHall(t, 2, 2)
	const mine = "13900000088"
	a := hl.accepted(func(app *scheme.Application) { app.Sealed.Phone = mine })
	hl.account("centre1", mine)
	hl.not("centre1", a, scheme.Pass, 409, "不能办理自己的申请")
	if p := hl.page("centre1", "/desk/cases/"+a.caseID); !strings.Contains(p, "这是您自己的申请") {
		t.Error("his own case does not say so")
	}
	hl.done("centre2", a, scheme.Pass)
	// It is still his after he corrects the number, and by the account's as well.
	hl.account("district1", a.Phone)
	hl.not("district1", a, scheme.Approve, 409, "不能办理自己的申请")
	hl.done("district2", a, scheme.ChangePhone, "shown", "centre", "phone", "13900000077", "again", "13900000077", "note", "换号")
	hl.agree("lead1", a)
	hl.account("lead2", "13900000077")
	hl.not("lead2", a, scheme.Approve, 409, "不能办理自己的申请")
	hl.done("district1", a, scheme.Approve) // the number is another's now
}
