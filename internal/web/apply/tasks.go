package apply

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/web"
)

// home is the worker's first page: his submitted case, or the list of what is
// still to be filled in, or the words for a programme that takes no drafts now.
func (d *Door) home(c *web.Ctx) error {
	row, err := d.ownCase(c)
	if err == nil && row.State != scheme.Draft {
		return d.showCase(c, row)
	}
	if err != nil && !errors.Is(err, casework.ErrNotFound) {
		return err
	}
	has := err == nil
	p, state, err := d.Work.Current(c.Context())
	if errors.Is(err, casework.ErrNotFound) {
		return c.Render(shutPage(c.Meta("还没有开放的项目"), shut{sentence: "现在没有可以申请的助学项目。有了以后，本平台会公布。"}))
	}
	if err != nil {
		return err
	}
	if s := whyShut(p, state, c.Now, has); s.title != "" {
		return c.Render(shutPage(c.Meta(s.title), s))
	}
	if !has {
		return c.Render(beginPage(c.Meta("开始填写申请"), p, c.Now))
	}
	h, err := d.hold(c.Context(), row)
	if err != nil {
		return err
	}
	return c.Render(tasksPage(c.Meta("我的申请"), listTasks(d.Work, h, c.Now)))
}

// begin makes the draft and leads to its first page.
func (d *Door) begin(c *web.Ctx) error {
	p, state, err := d.Work.Current(c.Context())
	if err != nil {
		return err
	}
	if whyShut(p, state, c.Now, false).title != "" {
		return c.Redirect("/my") // which says why
	}
	row, err := d.Work.Begin(c.Context(), c.Viewer.AccountID, string(p.ID))
	if err != nil {
		return err
	}
	if row.State != scheme.Draft {
		return c.Redirect("/my")
	}
	h, err := d.hold(c.Context(), row)
	if err != nil {
		return err
	}
	if pg, ok := scheme.NextPage(h.app, h.p, ""); ok {
		return c.Redirect(pagePath(pg.Key))
	}
	return c.Redirect("/my")
}

// shut is a time in which nothing can be filled in, in its own words.
type shut struct {
	title    string
	sentence string
	now      time.Time
	until    time.Time // zero: no countdown
	draft    bool      // a draft lies there
	over     bool      // for this programme it is too late
}

// whyShut says why a draft cannot be begun or changed now; the zero value when it
// can.
func whyShut(p *scheme.Programme, state string, now time.Time, draft bool) shut {
	switch {
	case state == "closed" || !now.Before(p.ClosesAt):
		s := shut{title: "申报已经截止", sentence: "申报在" + scheme.Until(p.ClosesAt) + "截止，现在不能填写和提交。", draft: draft, over: true}
		if draft {
			s.sentence += "您的草稿没有提交，会在" + scheme.Day(p.ClosesAt.AddDate(0, 0, p.DraftKeepDays)) + "以后自动删除。"
		}
		return s
	case state != "open":
		return shut{title: "还没有对外开放", sentence: p.Name + "还没有对外开放。" + p.Union + "宣布以后就可以填写。", draft: draft}
	case now.Before(p.DraftsAt):
		return shut{title: "还没有到填写时间", sentence: web.Moment(p.DraftsAt) + "起可以填写。", now: now, until: p.DraftsAt}
	}
	return shut{}
}

// tasks is the list of pages in its sections with what comes next.
type tasks struct {
	*held
	now      time.Time
	sections []section
	done     int
	all      int
	step     int        // of the way, for web.Steps
	next     web.Button // the one big button
	say      string     // what the button is for
	stale    []string   // stamped values that changed after printing
}

type section struct {
	title string
	tasks []web.Task
}

// The way of a draft, as the list of tasks draws it.
var wayOfDraft = []string{"填写", "打印推荐表", "签名，到工会盖章", "拍照上传", "核对、提交"}

func listTasks(w *casework.Work, h *held, now time.Time) tasks {
	t := tasks{held: h, now: now}
	list := scheme.TaskList(h.app, h.p, now)
	printable, begun := true, false
	for _, k := range list {
		if !k.Done && !afterPrint(k.Page) {
			printable = false
		}
		begun = begun || k.Begun && k.Page.Key != "phone" // which is filled in at sign-in
	}
	var first *scheme.Task
	for i := range list {
		k := &list[i]
		row := web.Task{Title: taskTitle(k.Page), Href: pagePath(k.Page.Key), Hint: taskHint(h, k.Page)}
		switch {
		case k.Done && !k.Begun:
			row.State, row.Tone = "可以不填", web.ToneNone
			t.done++
		case k.Done:
			row.State, row.Tone = "已完成", web.ToneOK
			t.done++
		case k.Page.Key == "stamped" && !printable:
			row.State, row.Tone, row.Href, row.Hint = "还不能开始", web.ToneNone, "", "上面都填好，打印、盖章以后再传"
		case k.Begun:
			row.State, row.Tone = "要改", web.ToneWait
			row.Hint = k.Reasons[0].Worker
		default:
			row.State, row.Tone = "还没填", web.ToneInfo
		}
		if row.Href != "" && (k.Begun || k.Done) {
			row.Href += query("list") // to change one line, and back
		}
		if !k.Done && first == nil && (printable || !afterPrint(k.Page)) {
			first = k
		}
		if n := len(t.sections); n == 0 || t.sections[n-1].title != k.Page.Section {
			t.sections = append(t.sections, section{title: k.Page.Section})
		}
		s := &t.sections[len(t.sections)-1]
		s.tasks = append(s.tasks, row)
	}
	t.all = len(list)
	t.stale = stale(w, h)
	printed := h.row.PrintedAt != nil
	switch {
	case printable && (len(t.stale) > 0 || oldPaper(h)):
		t.step = 1
		t.next, t.say = web.Button{Label: "看推荐表", Href: "/my/form"}, "打印以后改过内容，请先看下面的提醒。"
	case !printable && !begun:
		t.next, t.say = web.Button{Label: "开始填写", Href: pagePath(first.Page.Key)}, "一页只问一件事，大约10分钟。随时可以停，填过的都在。"
	case !printable:
		t.next, t.say = web.Button{Label: "接着填：" + taskTitle(first.Page), Href: pagePath(first.Page.Key)}, "填过的都存好了，接着填就行。"
	case !printed && first != nil && first.Page.Key == "stamped":
		t.step = 1
		t.next, t.say = web.Button{Label: "打印推荐表", Href: "/my/form"}, "都填好了。现在打印推荐表，签名，到工会盖章。"
	case first != nil && first.Page.Key == "stamped":
		t.step = 2
		t.next, t.say = web.Button{Label: "上传盖好章的推荐表", Href: pagePath("stamped")}, "推荐表已经打印。签名、盖章以后，拍照上传。"
	case first != nil:
		t.step = 4
		t.next, t.say = web.Button{Label: "接着填：" + taskTitle(first.Page), Href: pagePath(first.Page.Key)}, "只差这一步。"
	default:
		t.step = 4
		t.next, t.say = web.Button{Label: "核对一遍，然后提交", Href: "/my/check"}, "都备齐了。"
		if now.Before(h.p.OpensAt) {
			t.next.Label = "核对一遍"
			t.say = "都备齐了。" + web.Moment(h.p.OpensAt) + "开始申报，到时点一下就提交。"
		}
	}
	return t
}

// afterPrint says whether a page comes after the form has been printed.
func afterPrint(pg scheme.Page) bool { return pg.Key == "stamped" || pg.Key == "commitment" }

// taskTitle names a page in a list: by its field, not by its question.
func taskTitle(pg scheme.Page) string {
	if f, ok := scheme.Field(pg.Key); ok {
		return f.Label
	}
	if len(pg.Fields) > 1 {
		return "三份同意书"
	}
	return scheme.FieldLabel(pg.Fields[0])
}

// taskHint shows what was filled in, masked where it must be.
func taskHint(h *held, pg scheme.Page) string {
	f, ok := scheme.Field(pg.Key)
	if !ok {
		return ""
	}
	if f.IsFile() {
		if n := warnings(h.app.Files[f.File]); n > 0 {
			return fmt.Sprintf("已上传，有%d处要看一下", n)
		}
	}
	return brief(f.Show(h.app, h.p))
}

// brief shortens a masked number for a narrow screen.
func brief(s string) string {
	for strings.Contains(s, "*****") {
		s = strings.ReplaceAll(s, "*****", "****")
	}
	return s
}

// warnings counts what the machine noticed in a file.
func warnings(n scheme.FileNote) int {
	k := 0
	for _, f := range n.Findings {
		if f.Level != "ok" {
			k++
		}
	}
	return k
}

// stale names the values on the paper that are no longer those of the draft: the
// stamp does not stand for the new ones (DESIGN 2.8).
func stale(w *casework.Work, h *held) []string {
	var out []string
	for _, k := range w.Changed(h.row, h.app) {
		out = append(out, scheme.FieldLabel(k))
	}
	return out
}

// oldPaper says that the stamped form was handed in before the form was printed
// again with other values.
func oldPaper(h *held) bool {
	n := h.app.Files[scheme.FileStamped]
	return n.ID != "" && h.row.PrintedAt != nil && n.At.Before(*h.row.PrintedAt)
}

func pagePath(key string) string { return "/my/p/" + key }

// union is the union that stamps, as far as the answers tell; its name is empty
// while they do not.
func (h *held) union() scheme.Union {
	u := scheme.Union{Name: h.app.Answers.RecUnionName}
	if row, ok := h.p.UnionBy(h.app.Answers.RecUnion); ok && row.Name == u.Name {
		return row
	}
	return u
}
