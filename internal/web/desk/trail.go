package desk

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"sort"
	"strings"
	"time"

	"yuanmeng/internal/office"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/web"
)

// trailMost is how many events a page of the trail holds.
const trailMost = 50

// trailRow is one event as the trail shows it.
type trailRow struct {
	at, who, role, what, about, detail, sealed string
	href                                       string // of the case, for who may see it
}

// ofMany are the roles that people of several organisations have.
var ofMany = []scheme.Role{scheme.RoleLocal, scheme.RoleCollege, scheme.RoleFinance}

// trailScope is the part of the trail that a role may read: the audit
// administrator the whole installation, the auditor the programme of his
// session.
func trailScope(c *web.Ctx) string {
	if actor(c).Role == scheme.RoleAuditAdmin {
		return ""
	}
	return c.Viewer.Programme
}

// showTrail lists the events, newest first.
func (d *Door) showTrail(c *web.Ctx) error {
	return d.trailPage(c, http.StatusOK, c.Meta("日志"), "")
}

func (d *Door) trailPage(c *web.Ctx, code int, m web.PageMeta, reason string) error {
	ctx, a := c.Context(), actor(c)
	t := store.Trail{Programme: trailScope(c), Name: c.Query("event"), Before: c.Query("before"), Keys: a.Role == scheme.RoleAuditor}
	if a.Role != scheme.RoleAuditAdmin && t.Programme == "" {
		return web.NotFound
	}
	rows, err := d.Work.DB.Trail(ctx, t, trailMost+1)
	if err != nil {
		return err
	}
	later := ""
	if len(rows) > trailMost {
		rows = rows[:trailMost]
		later = "/desk/trail?" + url.Values{"event": {t.Name}, "before": {rows[len(rows)-1].ID}}.Encode()
	}
	n, err := d.names(ctx)
	if err != nil {
		return err
	}
	w := d.trailWords(ctx, n)
	var list []trailRow
	for _, e := range rows {
		r := trailRow{at: web.Moment(e.At), who: e.ActorName, role: scheme.RoleName(scheme.Role(e.Role)), what: scheme.TrailOf(e.Name), sealed: "等封存"}
		if e.Org != "" && (e.Role == "" || slices.Contains(ofMany, scheme.Role(e.Role))) {
			r.role = strings.Trim(n.org(e.Org)+"，"+r.role, "，")
		}
		if e.CaseID != "" {
			r.about = "一份申请"
			if a.Role == scheme.RoleAuditor {
				r.href = "/desk/cases/" + e.CaseID
			}
		} else if e.ProgrammeID != "" {
			r.about = n.programme(e.ProgrammeID)
		}
		r.detail = w.detail(d.Office.Detail(e, a.Role))
		if e.Idx != nil {
			r.sealed = fmt.Sprint(*e.Idx)
		}
		list = append(list, r)
	}
	m.Wide = true
	return c.RenderAs(code, trailPage(m, list, t.Name, later, reason))
}

// trailWords turn the details of events into words.
type trailWords struct {
	names
	staff func(id string) string
}

func (d *Door) trailWords(ctx context.Context, n names) trailWords {
	known := map[string]string{}
	return trailWords{n, func(id string) string {
		name, ok := known[id]
		if !ok {
			if s, err := d.Work.DB.Staff(ctx, id); err == nil {
				name = s.Name
			}
			known[id] = name
		}
		return name
	}}
}

// detailWords are the words of the parts of a detail; a part without one is
// shown by its own name.
var detailWords = map[string]string{
	"paper": "看了什么",
	"staff": "账号", "login": "登录名", "role": "角色", "org": "单位", "programme": "项目", "until": "到", "purpose": "用途", "why": "哪一项不对", "limit": "哪个上限",
	"code": "原因代码", "move": "步骤", "cause": "事由", "what": "内容", "rounds": "第几次补正", "revision": "第几稿", "cap": "名额", "waiting_max": "候补",
	"hash": "文件夹指纹", "version": "版本", "rows": "行数", "new": "新账号", "reason": "理由", "note": "记录", "second": "第二人", "first": "第一人", "answer": "说明",
	"items": "补正项目", "no": "受理号", "place": "名额或候补", "rank": "候补第几位", "grant": "授权", "ground": "理由", "phone": "手机号", "was": "原手机号", "due": "期限", "state": "状态",
}

// counted are the parts that read as an ordinal.
var counted = map[string]func(string) string{
	"revision": func(n string) string { return "第" + n + "稿" },
	"rounds":   func(n string) string { return "第" + n + "次补正" },
	"rank":     func(n string) string { return "候补第" + n + "位" },
}

// codeWords are the words of values that are codes.
var codeWords = map[string]map[string]string{
	"purpose": {office.ForSignIn: "登录", office.ForWithdraw: "撤回申请", office.ForOfficer: "经办人登录"},
	"why":     {"password": "密码", "totp": "动态码"},
	"limit": {
		"code_client": "同一网络要验证码", "code_day": "一天要验证码", "code_tries": "验证码输错", "confirm_tries": "核对证件后六位", "factor": "动态码输错",
		"scan": "查推荐表编码", "staff_pair": "登录失败", "staff_client": "同一网络登录失败", "staff_login": "同一账号登录失败",
	},
	"what": {"quiet": "备份里的只进收件箱", "loud": "全部照发", "events": "日志记录", "log": "日志文件", revealValues: revealed(revealValues)},
	"new":  {"true": "是", "false": ""},
	"rank": {"0": ""}, // has a seat
}

func (w trailWords) detail(m map[string]any) string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	var out []string
	if was, is := fmt.Sprint(m["from"]), fmt.Sprint(m["to"]); m["from"] != nil && m["to"] != nil && was != is {
		out = append(out, detailWords["state"]+"："+scheme.StateName(scheme.CaseState(was))+" → "+scheme.StateName(scheme.CaseState(is)))
	}
	for _, k := range keys {
		v := strings.Trim(fmt.Sprint(m[k]), "[]")
		if f, ok := m[k].(float64); ok {
			v = fmt.Sprintf("%.0f", f)
		}
		if w, ok := codeWords[k][v]; ok {
			v = w
		}
		switch k {
		case "grant", "from", "to":
			continue // an id that says nothing to anybody; said above
		case "due":
			if at, err := time.Parse(time.RFC3339, v); err == nil {
				v = scheme.Until(at)
			}
		case "staff":
			v = w.staff(v)
		case "place":
			v = scheme.PlaceName(scheme.Place(v))
		case "role":
			v = scheme.RoleName(scheme.Role(v))
		case "org":
			v = w.org(v)
		case "programme":
			v = w.programme(v)
		case "move":
			if mv, ok := scheme.MoveBy(scheme.MoveName(v)); ok {
				v = mv.Label
			}
		case "revision", "rounds", "rank":
			if v != "" && v != "<nil>" {
				out = append(out, counted[k](v))
			}
			continue
		case "hash":
			v = v[:min(len(v), 12)]
		}
		if v == "" || v == "<nil>" {
			continue
		}
		key := detailWords[k]
		if key == "" {
			key = k
		}
		out = append(out, key+"："+v)
	}
	return strings.Join(out, "；")
}

// exportTrail takes the trail or the audit log out, after a fresh factor and with
// a reason.
func (d *Door) exportTrail(c *web.Ctx) error {
	if err := d.needsProof(c); err != nil {
		return err
	}
	f, err := c.Form()
	if err != nil {
		return err
	}
	a, scope, what := actor(c), trailScope(c), f.Get("what")
	if what != "events" && what != "log" {
		return web.Invalid("没有选择导出的内容。")
	}
	err = d.Office.ExportTrail(c.Context(), a, scope, what, f.Get("reason"))
	if no, ok := refusedBy(err); ok {
		m := c.Meta("日志")
		m.Problems.Add("reason", no.sentence)
		return d.trailPage(c, http.StatusUnprocessableEntity, m, f.Get("reason"))
	}
	if err != nil {
		return err
	}
	name, kind := "events.jsonl", "application/x-ndjson"
	if what == "log" {
		name, kind = "audit-log.txt", "text/plain; charset=utf-8"
	}
	h := c.W.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	w := &begun{w: c.W}
	if what == "events" {
		err = d.Office.WriteTrail(c.Context(), a, scope, w)
	} else {
		err = d.Work.ExportLog(c.Context(), store.AuditLog, d.host(), w)
	}
	if err != nil && w.yes {
		// Cut the file off, so that nobody takes half of it for the whole.
		panic(http.ErrAbortHandler)
	}
	if err != nil {
		h.Del("Content-Disposition")
	}
	return err
}

// begun remembers whether anything of a file has left.
type begun struct {
	w   io.Writer
	yes bool
}

// Write passes on.
func (b *begun) Write(p []byte) (int, error) {
	b.yes = true
	return b.w.Write(p)
}

// host is the installation's public name, as in the origin of its logs.
func (d *Door) host() string {
	u, err := url.Parse(d.PublicURL)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// showCheckpoints lists the signed heads of the audit log.
func (d *Door) showCheckpoints(c *web.Ctx) error {
	list, err := d.Work.DB.Checkpoints(c.Context(), store.AuditLog, trailMost)
	if err != nil {
		return err
	}
	m := c.Meta("日志的封存")
	m.Back, m.BackText = "/desk/trail", "日志"
	return c.Render(checkpointsPage(m, list))
}

// healthView is what the system administrator looks at.
type healthView struct {
	store.Health
	engine string
	logs   []logHealth
	dead   []store.Outbox
}

// logHealth is the last signed head of one log.
type logHealth struct {
	name, at string
	size     int64
	late     bool
}

// lateAfter is how old the head of a log that has grown may be: twice the
// promise of the proof page.
const lateAfter = 120

// showHealth counts what waits.
func (d *Door) showHealth(c *web.Ctx) error {
	ctx := c.Context()
	h, err := d.Work.DB.Health(ctx, c.Now, d.Machine())
	if err != nil {
		return err
	}
	v := healthView{Health: h, engine: string(d.Work.DB.Engine)}
	if v.dead, err = d.Work.DB.DeadOutbox(ctx, 20); err != nil {
		return err
	}
	n, err := d.names(ctx)
	if err != nil {
		return err
	}
	logs := []struct{ id, name string }{{store.AuditLog, "管理日志"}}
	for _, row := range n.programmes {
		if row.State != "loaded" {
			logs = append(logs, struct{ id, name string }{row.ID, n.programme(row.ID)})
		}
	}
	for _, l := range logs {
		ta, err := d.Work.DB.Tally(ctx, l.id)
		if err != nil && !store.IsNone(err) {
			return err
		}
		k, err := d.Work.DB.LastCheckpoint(ctx, l.id)
		if err != nil && !store.IsNone(err) {
			return err
		}
		row := logHealth{name: l.name, at: "还没有", size: ta.LogSize}
		if !k.At.IsZero() {
			row.at = web.Moment(k.At)
			row.late = ta.LogSize > k.Size && c.Now.Sub(k.At).Seconds() > lateAfter
		}
		v.logs = append(v.logs, row)
	}
	return c.Render(healthPage(c.Meta("运行情况"), v))
}
