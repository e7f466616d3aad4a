package casework_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// Whatever people write by hand about a case lies in no row in plain, is read by
// those who come with its key, and is gone with the key.
func TestWritten_GoesWithTheKey(t *testing.T) {
	k := newKit(t)
	a := k.ready()
	code := a.printed()
	if _, err := a.submit(); err != nil {
		t.Fatal(err)
	}
	const mark = "手机13912345678" // typed by mistake
	write := func(o *casework.Order) { o.Reason = mark }
	k.must(k.w.Call(k.ctx, centre1, k.desk(), a.caseID, mark))
	k.must(k.w.Reveal(k.ctx, centre1, a.row(), "values", mark))
	k.must(k.w.Attest(k.ctx, officer(a.row().UnionKey), casework.Attestation{Code: code, Disagree: mark}))
	k.must(a.decide(centre1, scheme.Pass, write))
	k.must(a.decide(district1, scheme.Refuse, write))
	k.must(k.w.Answer(k.ctx, a.worker, a.caseID, mark))
	k.must(a.decide(district2, scheme.Keep, write))
	k.must(a.decide(district1, scheme.AmendIdentity, func(o *casework.Order) { o.Reason, o.Name = mark, "欧阳手机" }))

	for _, rows := range []any{new([]store.Event), new([]store.Hearing), new([]store.Decision), new([]store.Attestation), new([]store.Proposal), new([]store.Outbox), new([]store.Leaf)} {
		k.must(k.db.NewSelect().Model(rows).Scan(k.ctx))
		b, err := json.Marshal(rows)
		k.must(err)
		if len(b) < 100 || strings.Contains(string(b), "13912345678") || strings.Contains(string(b), "欧阳手机") {
			t.Errorf("%T: no rows, or one holds what was written: %s", rows, b)
		}
	}

	// read gives every text about the case.
	read := func() (texts []string) {
		c := a.row()
		words := k.w.Words(&c)
		hs, err := k.db.Hearings(k.ctx, a.caseID)
		k.must(err)
		for i := range hs {
			words.Hearings(&hs[i])
			texts = append(texts, hs[i].Reason, hs[i].Answer, hs[i].Outcome)
		}
		ds, err := k.db.Decisions(k.ctx, a.caseID)
		k.must(err)
		words.Decisions(ds)
		for _, d := range ds {
			texts = append(texts, d.Reason)
		}
		as, err := k.db.Attestations(k.ctx, a.caseID)
		k.must(err)
		words.Attestations(as)
		for _, x := range as {
			texts = append(texts, x.Disagree)
		}
		ps, err := k.db.ProposalsOf(k.ctx, a.caseID)
		k.must(err)
		for _, p := range ps {
			o, err := k.w.Proposed(c, p)
			k.must(err)
			texts = append(texts, o.Reason)
		}
		es, err := k.db.CaseEvents(k.ctx, a.caseID, 1000)
		k.must(err)
		for _, e := range es {
			var said struct{ Reason, Note string }
			k.must(json.Unmarshal([]byte(words.Detailed(e)), &said))
			for _, s := range []string{said.Reason, said.Note} {
				if s != "" {
					texts = append(texts, s)
				}
			}
		}
		return texts
	}
	before := read()
	if len(before) < 14 || slices.ContainsFunc(before, func(s string) bool { return s != mark }) {
		t.Fatalf("%q", before)
	}
	es, err := k.db.CaseEvents(k.ctx, a.caseID, 1000)
	k.must(err)
	k.must(k.db.Write(k.ctx, k.clock.now(), func(tx *store.Tx) error {
		_, err := tx.NewUpdate().Table("cases").Set("key_wrapped = NULL").Where("id = ?", a.caseID).Exec(k.ctx)
		return err
	}))
	after := read()
	if len(after) != len(before) || slices.ContainsFunc(after, func(s string) bool { return s != scheme.Erased }) {
		t.Fatalf("%q", after)
	}
	// What is committed to stays as it was.
	now, err := k.db.CaseEvents(k.ctx, a.caseID, 1000)
	k.must(err)
	for i := range es {
		if es[i].Commitment() != now[i].Commitment() {
			t.Errorf("event %s has another commitment", es[i].Name)
		}
	}
}

// A text that was moved to another row, or changed, opens nowhere.
func TestWritten_IsBoundToItsRow(t *testing.T) {
	k := newKit(t)
	a, b := k.accepted(), k.accepted()
	ca, cb := a.row(), b.row()
	sealed, err := k.w.Words(&ca).Seal("decision", "d", "reason", "理由")
	k.must(err)
	if got := k.w.Words(&ca).Open("decision", "d", "reason", sealed); got != "理由" {
		t.Fatal(got)
	}
	for where, got := range map[string]string{
		"another row":    k.w.Words(&ca).Open("decision", "e", "reason", sealed),
		"another column": k.w.Words(&ca).Open("decision", "d", "items", sealed),
		"another case":   k.w.Words(&cb).Open("decision", "d", "reason", sealed),
	} {
		if got != scheme.Unreadable {
			t.Errorf("%s: %q", where, got)
		}
	}
	// A part of a detail that nobody has listed lies sealed, not plain.
	text, err := k.w.Words(&ca).Detail("e", map[string]any{"new_part": "张三", "no": 3})
	k.must(err)
	if strings.Contains(text, "张三") || !strings.Contains(text, `"no":3`) {
		t.Fatal(text)
	}
	if e := (store.Event{ID: "e", CaseID: a.caseID, Detail: text}); !strings.Contains(k.w.Words(&ca).Detailed(e), "张三") || len(e.Plain()) != 1 {
		t.Fatal(k.w.Words(&ca).Detailed(e), e.Plain())
	}
}
