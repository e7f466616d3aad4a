package app

import (
	"context"
	"io"
	"strings"
	"testing"

	"yuanmeng/internal/office"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/web"
	"yuanmeng/plan"
)

// opened is a house on its own folder with the embedded programme loaded.
func opened(t *testing.T, o options) *house {
	t.Helper()
	onlySQLite(t)
	h, err := build(t.Context(), settings{place: place{Data: t.TempDir()}, Addr: "127.0.0.1:0"}, io.Discard, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.close(context.WithoutCancel(t.Context())) })
	p, err := plan.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	if err := h.work.Load(t.Context(), plan.Demo(p), "hash"); err != nil {
		t.Fatal(err)
	}
	return h
}

// A session works in the role that its owner has chosen. When that one has
// ended, his only other one takes its place; of several none does.
func TestResolve_NoRoleIsTakenForAnybody(t *testing.T) {
	h := opened(t, options{})
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	of := h.office
	const programme = "xianan-2026"
	_, err := of.Invite(ctx, scheme.SystemActor, "曲审言", "shenhe", "", "district", []office.Grant{
		{Role: scheme.RoleDistrict, Programme: programme, Org: "district"}, {Role: scheme.RoleLead, Programme: programme, Org: "district"},
		{Role: scheme.RoleAuditor, Programme: programme, Org: "district"},
	})
	must(err)
	s, err := h.db.StaffByLogin(ctx, "shenhe")
	must(err)
	if v, err := h.resolve(ctx, web.Ticket{AccountID: s.ID, Kind: web.KindStaff}); err != nil || v.SignedIn() {
		t.Fatalf("an account that is not open yet: %+v %v", v, err)
	}
	must(h.db.Write(ctx, h.clock.Now(), func(tx *store.Tx) error {
		s.State = "active"
		return tx.PutStaff(ctx, &s)
	}))
	gs, err := of.Grants(ctx, s.ID)
	must(err)
	as := func(grant string, want ...string) {
		t.Helper()
		v, err := h.resolve(ctx, web.Ticket{AccountID: s.ID, Kind: web.KindStaff, Grant: grant})
		must(err)
		if !v.SignedIn() || strings.Join(v.Roles, " ") != strings.Join(want, " ") {
			t.Fatalf("%+v, want %v", v, want)
		}
		if len(want) == 0 && (!v.MustChoose() || v.Org != "" || v.Programme != "") {
			t.Fatalf("without a role: %+v", v)
		}
	}
	as("") // three, none chosen
	as(gs[1].ID, string(gs[1].Role))
	must(of.EndGrant(ctx, scheme.SystemActor, gs[1].ID))
	as(gs[1].ID) // ended: two are left
	as("")
	must(of.EndGrant(ctx, scheme.SystemActor, gs[0].ID))
	as(gs[1].ID, string(gs[2].Role)) // one is left
	must(of.EndGrant(ctx, scheme.SystemActor, gs[2].ID))
	if v, err := h.resolve(ctx, web.Ticket{AccountID: s.ID, Kind: web.KindStaff, Grant: gs[2].ID}); err != nil || v.SignedIn() {
		t.Fatalf("without any role: %+v %v", v, err)
	}
}
