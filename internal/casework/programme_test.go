package casework_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/files"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/store/storetest"
	"yuanmeng/internal/vault"
	"yuanmeng/plan"
)

// unopened is an installation with the embedded programme as it comes: loaded,
// and red.
func unopened(t *testing.T) *kit {
	t.Helper()
	p, err := plan.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	fs, err := files.New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	k := &kit{t: t, ctx: t.Context(), db: storetest.New(t), keys: vault.Random(), p: p, id: string(p.ID), clock: &clock{at: p.DraftsAt}, machine: &clock{at: p.DraftsAt}}
	k.w = casework.New(k.db, k.keys, fs, k.clock.now, k.machine.now)
	k.must(k.w.Load(k.ctx, p, "hash"))
	return k
}

func TestOpening_RedUntilTheLeadHasSettledIt(t *testing.T) {
	k := unopened(t)
	k.refused(k.w.ProposeOpening(k.ctx, lead1, k.id), "red")
	for _, bad := range [][2]string{{"", "工作日"}, {"电话", "工作日"}, {"0715-1234567", ""}, {"0715-1234567", strings.Repeat("时", 61)}} {
		if err := k.w.SetHotline(k.ctx, lead1, k.id, bad[0], bad[1]); casework.RefusedCode(err) == "" {
			t.Fatal(bad, err)
		}
	}
	k.refused(k.w.SetHotline(k.ctx, district1, k.id, "0715-1234567", "工作日"), "role")
	k.must(k.w.SetHotline(k.ctx, lead1, k.id, "0715-1234567", "工作日 8:30–17:30"))
	k.refused(k.w.SignReadings(k.ctx, lead1, k.id, "another"), "stale")
	k.refused(k.w.ProposeOpening(k.ctx, lead1, k.id), "red")
	k.must(k.w.SignReadings(k.ctx, lead1, k.id, "hash"))
	k.refused(k.w.ConfirmHolidays(k.ctx, lead1, k.id, "another"), "stale")
	k.must(k.w.ConfirmHolidays(k.ctx, lead1, k.id, "hash"))
	k.refused(k.w.ProposeOpening(k.ctx, district1, k.id), "role")
	// Nor while no message would leave, for the first person and for the second.
	k.w.Mute = true
	k.refused(k.w.ProposeOpening(k.ctx, lead1, k.id), "red")
	if red := k.w.Red(plan.Demo(k.p)); len(red) != 0 {
		t.Fatalf("a demonstration needs a phone: %v", red)
	}
	k.w.Mute = false
	k.must(k.w.ProposeOpening(k.ctx, lead1, k.id))
	k.refused(k.w.ProposeOpening(k.ctx, lead2, k.id), "proposed")

	open := func() store.Proposal {
		ps, err := k.db.OpenProposals(k.ctx, k.id)
		k.must(err)
		if len(ps) != 1 {
			t.Fatal(len(ps))
		}
		return ps[0]
	}
	// Changed after it was proposed: drop it and propose what stands now.
	k.must(k.w.SetHotline(k.ctx, lead2, k.id, "0715-7654321", "工作日"))
	k.refused(k.w.SecondOpening(k.ctx, lead2, k.id, open().ID, true), "changed")
	k.must(k.w.SecondOpening(k.ctx, lead2, k.id, open().ID, false))
	k.must(k.w.ProposeOpening(k.ctx, lead1, k.id))
	k.refused(k.w.SecondOpening(k.ctx, lead1, k.id, open().ID, true), "same_person")
	k.w.Mute = true
	k.refused(k.w.SecondOpening(k.ctx, lead2, k.id, open().ID, true), "red")
	k.w.Mute = false
	k.refused(k.w.SecondOpening(k.ctx, centre1, k.id, open().ID, true), "role")
	if err := k.w.SecondOpening(k.ctx, lead2, "elsewhere", open().ID, true); !errors.Is(err, casework.ErrNotFound) {
		t.Fatal(err)
	}
	id := open().ID
	k.must(k.w.SecondOpening(k.ctx, district1, k.id, id, true))
	k.refused(k.w.SecondOpening(k.ctx, lead2, k.id, id, true), "stale")
	k.refused(k.w.SetHotline(k.ctx, lead1, k.id, "0715-1111111", "工作日"), "state")

	p, state, err := k.w.Current(k.ctx)
	if err != nil || state != "open" || p.Hotline != "0715-7654321" || !p.ReadingsSigned {
		t.Fatal(state, err)
	}
	if got := k.kinds(0); got != "rules" {
		t.Fatal(got)
	}
	if open, err := k.w.IsOpen(k.ctx, k.id); !open || err != nil {
		t.Fatal(err)
	}
	if k.w.OpeningDay(k.ctx, p.OpensAt.AddDate(0, 0, 1)) || !k.w.OpeningDay(k.ctx, p.OpensAt.Add(-20*time.Hour)) {
		t.Fatal("the opening day")
	}
	k.sound()
}

func TestOpening_TwoPersonsAndOnce(t *testing.T) {
	k := unopened(t)
	k.refused(k.w.Open(k.ctx, lead1, lead2, k.id, []string{"还没有电话"}), "red")
	k.refused(k.w.Open(k.ctx, lead1, lead1, k.id, nil), "same_person")
	k.must(k.w.Open(k.ctx, lead1, lead2, k.id, nil))
	k.refused(k.w.Open(k.ctx, lead1, lead2, k.id, nil), "state")
	if err := k.w.Open(k.ctx, lead1, lead2, "absent", nil); !errors.Is(err, casework.ErrNotFound) {
		t.Fatal(err)
	}
	vs, err := k.db.Versions(k.ctx, k.id)
	if err != nil || len(vs) != 1 || vs[0].ByID != lead1.ID || vs[0].SecondID != lead2.ID {
		t.Fatalf("%+v %v", vs, err)
	}
}

func TestOpening_NotAfterTheClosing(t *testing.T) {
	k := unopened(t)
	k.clock.to(k.p.ClosesAt)
	k.refused(k.w.ProposeOpening(k.ctx, lead1, k.id), "over")
}

func TestLoad_TheFolderIsInputUntilTheOpening(t *testing.T) {
	k := unopened(t)
	k.must(k.w.SetHotline(k.ctx, lead1, k.id, "0715-1234567", "工作日"))
	k.must(k.w.SignReadings(k.ctx, lead1, k.id, "hash"))
	k.must(k.w.Load(k.ctx, k.p, "hash")) // the same folder changes nothing
	if p, _, err := k.w.Programme(k.ctx, k.id); err != nil || !p.ReadingsSigned {
		t.Fatal(err)
	}
	next := *k.p
	next.Name = "改过的名称"
	k.must(k.w.Load(k.ctx, &next, "hash2"))
	p, _, err := k.w.Programme(k.ctx, k.id)
	if err != nil || p.Name != next.Name || p.Hotline != "0715-1234567" || p.ReadingsSigned {
		t.Fatalf("%q %q %t %v", p.Name, p.Hotline, p.ReadingsSigned, err)
	}
	k.must(k.w.Open(k.ctx, lead1, lead2, k.id, nil))
	k.must(k.w.Load(k.ctx, &next, "hash2"))
	if err := k.w.Load(k.ctx, k.p, "hash"); casework.RefusedCode(err) != "frozen" {
		t.Fatal(err)
	}
	if _, _, err := k.w.Programme(k.ctx, "absent"); !errors.Is(err, casework.ErrNotFound) {
		t.Fatal(err)
	}
}

// Every message that a move sends has its wording, and the wording names nothing
// that nobody fills in.
func TestMessages_EveryMoveHasItsWording(t *testing.T) {
	p := embedded()
	filled := map[string]bool{"no": true, "until": true, "reason": true, "cause": true, "rank": true, "items": true, "hotline": true, "opens": true, "closes": true}
	want := []string{"promoted", "name_completed", "remind_hearing", "accepted_waiting", "approved_waiting"}
	for _, m := range scheme.Moves {
		if m.Message != "" {
			want = append(want, m.Message)
		}
	}
	for _, key := range want {
		w, ok := p.Messages[key]
		if !ok {
			t.Errorf("no wording for %s", key)
			continue
		}
		for rest := w.Text + w.SMS; ; {
			_, after, ok := strings.Cut(rest, "{")
			if !ok {
				break
			}
			name, tail, _ := strings.Cut(after, "}")
			if !filled[name] {
				t.Errorf("%s names {%s}", key, name)
			}
			rest = tail
		}
		for _, secret := range []string{"{name}", "{id}", "{card}", "{phone}"} {
			if strings.Contains(w.SMS, secret) {
				t.Errorf("%s: the SMS tells %s", key, secret)
			}
		}
	}
}
