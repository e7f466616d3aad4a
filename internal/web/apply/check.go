package apply

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/web"
)

// answers is the page on which everything is looked at once more.
type answers struct {
	*held
	now      time.Time
	missing  []todo
	doubts   []todo
	stale    []string
	sections []answerSection
	numbers  []web.SummaryRow // whole and in groups: a wrong digit must be seen
}

// todo is one sentence with the page where it is put right.
type todo struct{ sentence, href, action string }

type answerSection struct {
	title string
	rows  []web.SummaryRow
}

// check shows all answers, what is missing and what deserves a second look.
func (d *Door) check(c *web.Ctx) error {
	row, err := d.ownCase(c)
	if errors.Is(err, casework.ErrNotFound) || err == nil && row.State != scheme.Draft && row.State != scheme.Returned {
		return c.Redirect("/my")
	}
	if err != nil {
		return err
	}
	h, err := d.hold(c.Context(), row)
	if err != nil {
		return err
	}
	if row.State == scheme.Draft {
		_, state, err := d.Work.Current(c.Context())
		if err != nil {
			return err
		}
		if whyShut(h.p, state, c.Now, true).title != "" {
			return c.Redirect("/my")
		}
	}
	m := c.Meta("核对您填的内容")
	m.Back, m.BackText = "/my", "我的申请"
	return c.Render(checkPage(m, readAnswers(d.Work, h, c.Now)))
}

func readAnswers(w *casework.Work, h *held, now time.Time) answers {
	a := answers{held: h, now: now, stale: stale(w, h)}
	for _, r := range scheme.Missing(h.app, h.p, now) {
		a.missing = append(a.missing, h.todo(r))
	}
	for _, pg := range scheme.Pages() {
		if !pg.Asked(h.app, h.p) {
			continue
		}
		for _, r := range pg.Faults(h.app, h.p, now) {
			if !r.Blocks {
				a.doubts = append(a.doubts, h.todo(r))
			}
		}
		var rows []web.SummaryRow
		for _, k := range pg.Fields {
			f, ok := scheme.Field(k)
			if !ok || !f.When(h.app, h.p) || f.Kind == scheme.KindTick && f.Get(h.app) == "" {
				continue
			}
			r := h.answer(pg, f)
			rows = append(rows, r)
			if r.Num && r.Value != "" {
				r.Value = f.Whole(f.Get(h.app))
				a.numbers = append(a.numbers, r)
			}
		}
		if n := len(a.sections); n == 0 || a.sections[n-1].title != pg.Section {
			a.sections = append(a.sections, answerSection{title: pg.Section})
		}
		s := &a.sections[len(a.sections)-1]
		s.rows = append(s.rows, rows...)
	}
	for i := range a.sections {
		if s := &a.sections[i]; s.title == scheme.SectionWork && h.app.Answers.RecUnionName != "" && h.app.Answers.Officer != scheme.Yes {
			s.rows = append(s.rows, web.SummaryRow{Key: "盖章的工会", Value: h.app.Answers.RecUnionName, Note: "由您上面填的推出来"})
		}
	}
	for _, r := range scheme.Eligible(h.app, h.p, now) {
		a.doubts = append(a.doubts, h.todo(r))
	}
	return a
}

// answer is one field with the way to change it, where it may be changed.
func (h *held) answer(pg scheme.Page, f scheme.FieldSpec) web.SummaryRow {
	r := web.SummaryRow{Key: f.Label, Value: brief(f.Show(h.app, h.p))}
	if h.open(f.Key) {
		r.Href = pagePath(pg.Key) + "?from=check"
	}
	switch f.Kind {
	case scheme.KindID, scheme.KindPhone, scheme.KindCard:
		r.Num = true
	case scheme.KindPhoto, scheme.KindFile:
		n := h.app.Files[f.File]
		if n.Pages > 1 {
			r.Value = fmt.Sprintf("已上传，%d页", n.Pages)
		}
		if k := warnings(n); k > 0 {
			r.Note = fmt.Sprintf("有%d处要看一下", k)
		}
		if n.ID != "" {
			r.Action = "查看、更换"
		}
	}
	if r.Value == "" && f.Optional {
		r.Value = "没有填，可以不填"
	}
	return r
}

// open says whether a field may be changed now.
func (h *held) open(key string) bool {
	return h.row.State == scheme.Draft || slices.Contains(scheme.Follow(h.items), key)
}

// todo turns a reason into a sentence with its page.
func (h *held) todo(r scheme.Reason) todo {
	t := todo{sentence: r.Worker}
	pg, ok := scheme.PageOf(r.Field)
	if !ok || !h.open(r.Field) || !pg.Asked(h.app, h.p) {
		return t
	}
	t.href, t.action = pagePath(pg.Key)+"?from=check", "改“"+scheme.FieldLabel(r.Field)+"”"
	if f, ok := scheme.Field(r.Field); ok && f.Get(h.app) == "" {
		t.action = "填“" + f.Label + "”"
		if f.IsFile() {
			t.action = "上传“" + f.Label + "”"
		}
	}
	return t
}

// ready says whether the draft can be submitted.
func (a answers) ready() bool { return len(a.missing) == 0 }
