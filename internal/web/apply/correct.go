package apply

import (
	"net/http"
	"slices"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/web"
)

// correctPage is the list of what was sent back.
type correctPage struct {
	meta   web.PageMeta
	mine   *mine
	why    string
	tasks  []web.Task
	stamp  bool // a stamped value is among the named items
	reform bool // the form has to be made again before the stamp
	ready  bool
	lapsed bool // the term is over and its hearing runs
}

// showCorrect lists the named items with the way to each; nothing else can be
// changed (A2.1, DESIGN §2.5).
func (d *Door) showCorrect(c *web.Ctx) error {
	m, err := d.mine(c)
	if err != nil {
		return err
	}
	if m.s.State != scheme.Returned {
		return toMy
	}
	pg, err := d.correctPage(c, m)
	if err != nil {
		return err
	}
	return c.Render(correctView(*pg))
}

func (d *Door) correctPage(c *web.Ctx, m *mine) (*correctPage, error) {
	pg := &correctPage{meta: c.Meta("补正材料"), mine: m, lapsed: m.s.HearingOpen()}
	pg.meta.Back = "/my"
	app, err := d.Work.Application(c.Context(), m.row)
	if err != nil {
		return nil, err
	}
	was, err := d.Work.Submitted(c.Context(), m.row, 0)
	if err != nil {
		return nil, err
	}
	if m.h == nil {
		if pg.why, err = d.reason(c.Context(), m); err != nil {
			return nil, err
		}
	}
	items := casework.Items(m.row)
	stampedValue := false
	for _, f := range scheme.Fields() {
		if !slices.Contains(items, f.Key) || f.Key == string(scheme.FileStamped) {
			continue
		}
		stampedValue = stampedValue || f.Stamped && f.Get(app) != f.Get(was)
		pg.stamp = pg.stamp || f.Stamped
		pg.tasks = append(pg.tasks, correctTask(f, app, was, m))
	}
	// A field that follows from a named one may still have to be filled in.
	for _, r := range scheme.Missing(app, m.p, c.Now) {
		f, ok := scheme.Field(r.Field)
		if ok && !slices.Contains(items, f.Key) && slices.Contains(scheme.Follow(items), f.Key) {
			pg.tasks = append(pg.tasks, correctTask(f, app, was, m))
		}
	}
	if slices.Contains(items, string(scheme.FileStamped)) {
		stale := len(d.Work.Changed(m.row, app)) > 0 && stampedValue
		stamped := app.Files[scheme.FileStamped]
		if stampedValue {
			t := web.Task{Title: "重新生成推荐表，打印、盖章", Hint: "改过的内容要重新盖章", Href: "/my/form", State: "已完成", Tone: web.ToneOK}
			if stale {
				t.State, t.Tone = "还没做", web.ToneWait
			}
			pg.tasks = append(pg.tasks, t)
			pg.reform = stale
		}
		f, _ := scheme.Field(string(scheme.FileStamped))
		t := correctTask(f, app, was, m)
		t.Title = "重新上传盖好章的推荐表"
		if m.row.PrintedAt != nil && stamped.At.Before(*m.row.PrintedAt) {
			t.State, t.Tone = "还没做", web.ToneWait
		}
		if pg.reform || slices.ContainsFunc(pg.tasks, func(t web.Task) bool { return t.Href == pagePath(string(scheme.FilePhoto)) && t.Tone == web.ToneWait }) {
			t.Href, t.State, t.Tone = "", "先做上面的", web.ToneNone
		}
		pg.tasks = append(pg.tasks, t)
	}
	pg.ready = !slices.ContainsFunc(pg.tasks, func(t web.Task) bool { return t.Tone == web.ToneWait || t.Href == "" })
	return pg, nil
}

// correctTask is one named item. A file has to be handed in again; a typed value
// may stay when the worker finds it right.
func correctTask(f scheme.FieldSpec, app, was *scheme.Application, m *mine) web.Task {
	t := web.Task{Title: f.Label, Href: "/my", State: "已改好", Tone: web.ToneOK}
	if page, ok := scheme.PageOf(f.Key); ok {
		t.Href = "/my/p/" + page.Key
	}
	switch {
	case f.IsFile():
		if app.Files[f.File].At.Before(m.s.Since) {
			t.State, t.Tone = "还没做", web.ToneWait
		}
	case f.Get(app) == "" && !f.Optional:
		t.State, t.Tone = "还没填", web.ToneWait
	case f.Get(app) == f.Get(was):
		t.State, t.Tone = "还没改", web.ToneInfo
		t.Hint = "现在是：" + brief(f.Show(app, m.p))
	default:
		t.Hint = "改成：" + brief(f.Show(app, m.p))
	}
	return t
}

// resubmit sends the running correction.
func (d *Door) resubmit(c *web.Ctx) error {
	f, err := c.Form()
	if err != nil {
		return err
	}
	m, err := d.mine(c)
	if err != nil {
		return err
	}
	if m.s.State != scheme.Returned || f.Get("case") != m.row.ID {
		// Sent already, by a double tap or from another tab: my page says so.
		return toMy
	}
	err = d.Work.Resubmit(c.Context(), c.Viewer.AccountID, m.row.ID)
	if s := refusal(err); s != "" {
		pg, err := d.correctPage(c, m)
		if err != nil {
			return err
		}
		pg.meta.Problems.Add("", s)
		return c.RenderAs(http.StatusUnprocessableEntity, correctView(*pg))
	}
	if err != nil {
		return err
	}
	c.Flash("补正已提交。编号和" + placeShort(m.s) + "都不变，现在不用您做什么。")
	return toMy
}

func placeShort(s scheme.Case) string {
	if s.Place == scheme.PlaceWaiting {
		return "次序"
	}
	return "名额"
}
