package office_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"yuanmeng/internal/office"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/plan"
)

func (b *box) staffOf(id string) store.Staff {
	b.t.Helper()
	s, err := b.DB.Staff(b.ctx, id)
	if err != nil {
		b.t.Fatal(err)
	}
	return s
}

// worded loads the embedded programme, for the sentences of its messages.
func (b *box) worded() {
	b.t.Helper()
	p, err := plan.Embedded()
	if err == nil {
		p = plan.Demo(p)
		err = b.DB.Write(b.ctx, b.now(), func(tx *store.Tx) error {
			return tx.Insert(b.ctx, &store.Programme{ID: string(p.ID), Body: store.Encode(p), Hash: "folder", State: "open", Version: 1, LoadedAt: tx.Now})
		})
	}
	if err != nil {
		b.t.Fatal(err)
	}
}

// A member of the desk whose number was missing or is no longer true.
func TestSetPhone_OfTheDesk(t *testing.T) {
	b := open(t)
	b.worded()
	sec := b.first()
	clerk := b.invite(sec, "clerk", office.Grant{Role: scheme.RoleCentre, Programme: "p", Org: "centre"})
	other := b.invite(sec, "other", office.Grant{Role: scheme.RoleSecAdmin})

	set := func(by person, id, phone, reason string) error {
		_, err := b.SetPhone(b.ctx, by.Actor, id, phone, reason)
		return err
	}
	says(t, set(sec, clerk.ID, "", "本人来登记"), "phone_empty", "手机号")
	says(t, set(sec, clerk.ID, "1380000", "本人来登记"), "phone_length", "11位")
	says(t, set(sec, clerk.ID, "13900000011", "补"), "reason_missing", "为什么")
	says(t, set(sec, clerk.ID, "13900000011", strings.Repeat("长", 201)), "reason_missing", "为什么")
	says(t, set(sec, "no-such", "13900000011", "本人来登记"), "no_staff", "没有这个账号")
	says(t, set(sec, sec.ID, "13900000011", "本人来登记"), "self", "不能改自己的账号")
	says(t, set(clerk, other.ID, "13900000011", "本人来登记"), "not_secadmin", "安全管理员")
	if b.staffOf(clerk.ID).PhoneIndex != "" || b.events("set_phone") != 0 {
		t.Fatal("a refused act has bound a number")
	}

	before := b.staffOf(clerk.ID)
	told, err := b.SetPhone(b.ctx, sec.Actor, clerk.ID, "139 0000 0011", "本人来登记")
	if err != nil || told {
		t.Fatal(told, err)
	}
	after := b.staffOf(clerk.ID)
	if after.PhoneIndex != b.Keys.Index("phone", "13900000011") || b.MaskedPhone(after) != "139****0011" || after.Epoch != before.Epoch {
		t.Fatalf("%+v", after)
	}
	says(t, set(sec, clerk.ID, "13900000011", "再登记一次"), "phone_same", "没有变")
	says(t, set(sec, other.ID, "13900000011", "本人来登记"), "phone_taken", "另一个账号")

	n := len(b.out)
	if told, err = b.SetPhone(b.ctx, sec.Actor, clerk.ID, "13900000012", "本人换了号码"); err != nil || !told {
		t.Fatal(told, err)
	}
	if len(b.out) != n+1 || b.out[n].Phone != "13900000011" || b.out[n].Template != "phone_changed" || strings.Contains(b.out[n].Text, "{") {
		t.Fatalf("%+v", b.out[n:])
	}
	if err := set(sec, other.ID, "13900000011", "号码空出来了"); err != nil {
		t.Fatal(err)
	}
	es, err := b.DB.Events(b.ctx, "set_phone", "", 10)
	if err != nil || len(es) != 3 {
		t.Fatalf("%d events, %v", len(es), err)
	}
	for _, e := range es {
		if strings.Contains(e.Detail, "1390000001") || !strings.Contains(e.Detail, "139****001") {
			t.Errorf("the trail says %s", e.Detail)
		}
	}
	for _, k := range []string{"ground", "phone", "was"} {
		if !slices.Contains(scheme.TrailPlain, k) {
			t.Errorf("the audit administrator does not read %s", k)
		}
	}
}

// An officer signs in by his phone: the old one opens nothing any more.
func TestSetPhone_OfAnOfficer(t *testing.T) {
	b := open(t)
	b.worded()
	sec := b.first()
	id, _, err := b.InviteOfficer(b.ctx, sec.Actor, "周玉兰", "13800000021", "yongan", "p")
	if err != nil {
		t.Fatal(err)
	}
	if err := b.DB.Write(b.ctx, b.now(), func(tx *store.Tx) error {
		return tx.PutSession(b.ctx, &store.Session{TokenHash: "h", Body: []byte("{}"), AccountID: id, ExpiresAt: b.now().Add(time.Hour)})
	}); err != nil {
		t.Fatal(err)
	}
	epoch, n := b.staffOf(id).Epoch, len(b.out)
	if told, err := b.SetPhone(b.ctx, sec.Actor, id, "13800000022", "原号码停用"); err != nil || !told {
		t.Fatal(told, err)
	}
	if len(b.out) != n+2 || b.out[n].Phone != "13800000022" || b.out[n].Template != "officer_invite" || b.out[n+1].Phone != "13800000021" {
		t.Fatalf("%+v", b.out[n:])
	}
	if b.staffOf(id).Epoch != epoch+1 {
		t.Error("a session that slips through still fits")
	}
	if _, err := b.DB.Session(b.ctx, "h", b.now()); !store.IsNone(err) {
		t.Errorf("his session goes on: %v", err)
	}
	enter := func(phone string) error {
		t.Helper()
		b.pass(time.Minute)
		if err := b.SendCode(b.ctx, phone, office.ForOfficer, "c"); err != nil {
			t.Fatal(err)
		}
		_, err := b.OfficerSignIn(b.ctx, phone, b.code())
		return err
	}
	says(t, enter("13800000021"), "not_officer", "没有登记")
	if err := enter("13800000022"); err != nil {
		t.Fatal(err)
	}
}
