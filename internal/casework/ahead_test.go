package casework_test

import (
	"testing"
	"time"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/scheme"
)

// What was made ready while the worker looked at the page is used only if
// nothing has changed since, and never for anybody else.
func TestAhead_IsUsedOnlyWhileItHolds(t *testing.T) {
	for _, c := range []struct {
		name  string
		after func(k *kit, pe *person)
		code  string // of the refusal; "" for a number
		post  string
	}{
		{name: "nothing has changed", after: func(*kit, *person) {}, post: "焊工"},
		{name: "an answer was changed", after: func(k *kit, pe *person) { k.must(pe.put("post", "电工")) }, post: "电工"},
		{name: "an answer was taken back", after: func(k *kit, pe *person) { k.must(pe.put("post", "")) }, code: "missing"},
		{name: "a day has passed", after: func(k *kit, _ *person) { k.clock.to(k.clock.now().Add(24 * time.Hour)) }, post: "焊工"},
		{name: "the seats have changed", after: func(k *kit, _ *person) {
			k.must(k.w.ProposeCapacity(k.ctx, lead1, k.id, casework.Capacity{Cap: 5, WaitingMax: 3, Reason: "追加名额"}))
			ps, err := k.db.OpenProposals(k.ctx, k.id)
			k.must(err)
			k.must(k.w.Second(k.ctx, lead2, k.desk(), ps[0].ID, true))
		}, post: "焊工"},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := newKit(t)
			pe := k.worker().begin().complete()
			k.must(pe.put("post", "焊工"))
			k.w.Ahead(k.ctx, pe.worker, pe.caseID)
			c.after(k, pe)
			_, err := k.w.Submit(k.ctx, pe.worker, pe.caseID, 0, k.clock.now())
			k.refused(err, c.code)
			if c.code != "" {
				return
			}
			row, err := k.db.CaseRow(k.ctx, pe.caseID)
			k.must(err)
			app, err := k.w.Submitted(k.ctx, row, 0)
			k.must(err)
			if row.Number() != 1 || app.Answers.Post != c.post {
				t.Fatalf("number %d with post %q", row.Number(), app.Answers.Post)
			}
			// The same tap again has its number already.
			a, err := k.w.Submit(k.ctx, pe.worker, pe.caseID, 0, k.clock.now())
			if err != nil || !a.Again || a.No != 1 {
				t.Fatalf("again: %+v, %v", a, err)
			}
		})
	}
}

func TestAhead_IsNobodyElses(t *testing.T) {
	k := newKit(t)
	pe, other := k.worker().begin().complete(), k.worker()
	k.w.Ahead(k.ctx, other.worker, pe.caseID)
	k.w.Ahead(k.ctx, pe.worker, pe.caseID)
	if _, err := k.w.Submit(k.ctx, other.worker, pe.caseID, 0, k.clock.now()); err != casework.ErrNotFound {
		t.Fatalf("a foreign case: %v", err)
	}
	c, err := k.db.CaseRow(k.ctx, pe.caseID)
	k.must(err)
	if c.State != scheme.Draft {
		t.Fatalf("handed in by somebody else: %s", c.State)
	}
}
