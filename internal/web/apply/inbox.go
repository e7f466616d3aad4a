package apply

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/office"
	"yuanmeng/internal/proof"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/web"
)

func itoa(n int) string { return strconv.Itoa(n) }

// letter is one message as the inbox shows it.
type letter struct {
	at, title string
	lines     []string
	fresh     bool
}

// showMessages shows the inbox; what it shows is read.
func (d *Door) showMessages(c *web.Ctx) error {
	all, err := d.Work.Inbox(c.Context(), c.Viewer.AccountID, 100)
	if err != nil {
		return err
	}
	var letters []letter
	var fresh []string
	for _, m := range all {
		l := letter{at: web.Moment(m.At), title: "通知", fresh: m.ReadAt == nil}
		if p, _, err := d.Work.Programme(c.Context(), m.ProgrammeID); err == nil && p.Messages[m.Wording].Title != "" {
			l.title = p.Messages[m.Wording].Title
		}
		for s := range strings.SplitSeq(m.Body, "\n") {
			if s = strings.TrimSpace(s); s != "" {
				l.lines = append(l.lines, s)
			}
		}
		if l.fresh {
			fresh = append(fresh, m.ID)
		}
		letters = append(letters, l)
	}
	meta := c.Meta("消息")
	meta.Back = "/my"
	if err := c.Render(messagesView(meta, letters)); err != nil || c.R.Method == "HEAD" {
		return err
	}
	return d.Work.ReadMessages(c.Context(), c.Viewer.AccountID, fresh)
}

// looks are what each kind of looking is called.
var looks = map[string]string{
	"look": "打开了您的申请", "check": "核对了您的申请，看到证件号、手机号、卡号", "reveal": "看了原件", "scan": "扫了推荐表上的码", "fetch_print": "用打印码打开了推荐表",
}

// showLookers says which organisation and role looked, and when.
func (d *Door) showLookers(c *web.Ctx) error {
	m, err := d.mine(c)
	if err != nil {
		return err
	}
	all, err := d.Work.DB.Lookers(c.Context(), m.row.ID, 200)
	if err != nil {
		return err
	}
	var entries []web.TimelineEntry
	for _, e := range all {
		who := whoActed(m.p, e)
		if e.Name == "fetch_print" {
			who = "打印店（您给的打印码）"
		}
		entry := web.TimelineEntry{At: web.Moment(e.At), Title: who, Body: looks[e.Name], Tone: web.ToneInfo}
		if role := scheme.RoleName(scheme.Role(e.Role)); role != who {
			entry.Who = role
		}
		if e.Name == "reveal" {
			var detail struct{ Reason string }
			if json.Unmarshal([]byte(m.words.Detailed(e)), &detail) == nil && detail.Reason != "" {
				entry.Body += "，理由：" + detail.Reason
			}
		}
		entries = append(entries, entry)
	}
	meta := c.Meta("谁看过我的信息")
	meta.Back = "/my"
	return c.Render(lookersView(meta, entries))
}

// ownPage is all that is held about a worker.
type ownPage struct {
	meta     web.PageMeta
	rows     []web.SummaryRow
	purposes []web.SummaryRow
	phone    string // masked
	sent     bool
	code     web.Field
}

// showOwn lists all values of the own case, masked, with why they are asked and
// how long they are kept.
func (d *Door) showOwn(c *web.Ctx) error {
	m, err := d.mine(c)
	if err != nil {
		return err
	}
	pg, err := d.ownPage(c, m)
	if err != nil {
		return err
	}
	pg.sent = c.Query("sent") != ""
	return c.Render(ownView(*pg))
}

func (d *Door) ownPage(c *web.Ctx, m *mine) (*ownPage, error) {
	app, err := d.Work.Application(c.Context(), m.row)
	if err != nil {
		return nil, err
	}
	pg := &ownPage{meta: c.Meta("我的资料"), phone: c.Viewer.Name}
	pg.meta.Back = "/my"
	for _, f := range scheme.Fields() {
		v := brief(f.Show(app, m.p))
		if v == "" {
			continue
		}
		pg.rows = append(pg.rows, web.SummaryRow{Key: f.Label, Value: v, Num: f.Mask != nil})
		pg.purposes = append(pg.purposes, purposeRow(f.Label, f.Purpose, f.Receiver, f.KeepUntil(m.p)))
	}
	filed, err := d.ownDuties(c.Context(), m)
	if err != nil {
		return nil, err
	}
	for _, x := range filed {
		pg.rows = append(pg.rows, web.SummaryRow{Key: x.field.Label, Value: x.field.Show(x.value)})
		pg.purposes = append(pg.purposes, purposeRow(x.field.Label, x.field.Purpose, x.field.Receiver, x.field.KeepUntil(m.p)))
	}
	return pg, nil
}

// purposeRow says why a value is asked, who else gets it, and until when it is
// kept.
func purposeRow(label, purpose, receiver, keep string) web.SummaryRow {
	why := "用来" + purpose + "。"
	if receiver != "" {
		why += "交给：" + receiver + "。"
	}
	return web.SummaryRow{Key: label, Value: why, Note: keep + "。"}
}

// ownCode sends the code for the file with the own values to the phone of the
// account.
func (d *Door) ownCode(c *web.Ctx) error {
	m, err := d.mine(c)
	if err != nil {
		return err
	}
	err = d.Office.SendCodeTo(c.Context(), c.Viewer.AccountID, office.ForData, client(c))
	if s := officeRefusal(err); s != "" {
		pg, err := d.ownPage(c, m)
		if err != nil {
			return err
		}
		pg.meta.Problems.Add("", s)
		return c.RenderAs(http.StatusTooManyRequests, ownView(*pg))
	}
	if err != nil {
		return err
	}
	return c.Redirect("/my/data?sent=1")
}

// ownFile is the shape of the file with the own values.
type ownFile struct {
	Programme string             `json:"programme"`
	Number    int                `json:"number,omitempty"`
	State     string             `json:"state"`
	Place     string             `json:"place"`
	Made      string             `json:"made_at"`
	Revisions int                `json:"revisions"`
	Values    []ownValue         `json:"values"`
	Files     []ownUpload        `json:"files"`
	Receipt   *proof.Receipt     `json:"receipt,omitempty"`
	Leaves    []casework.OwnLeaf `json:"leaves,omitempty"`
}

type ownValue struct {
	Key   string `json:"key"`
	Label string `json:"label"`
	Value string `json:"value"`
}

type ownUpload struct {
	Kind     string           `json:"kind"`
	Label    string           `json:"label"`
	SHA256   string           `json:"sha256"`
	Type     string           `json:"type"`
	Pages    int              `json:"pages"`
	At       time.Time        `json:"at"`
	Findings []scheme.Finding `json:"findings,omitempty"`
}

// takeOut gives the owner everything as a file: the values whole, the receipt,
// and what opens the leaves of the public log that are about him. It takes a
// fresh code: a phone left lying about shows no whole number.
func (d *Door) takeOut(c *web.Ctx) error {
	f, err := c.Form()
	if err != nil {
		return err
	}
	m, err := d.mine(c)
	if err != nil {
		return err
	}
	err = d.Office.CheckCode(c.Context(), c.Viewer.AccountID, office.ForData, f.Get("code"))
	if s := officeRefusal(err); s != "" {
		pg, err := d.ownPage(c, m)
		if err != nil {
			return err
		}
		pg.sent, pg.code = true, web.Field{Value: f.Get("code"), Error: s}
		pg.meta.Problems.Add("code", s)
		return c.RenderAs(http.StatusUnprocessableEntity, ownView(*pg))
	}
	if err != nil {
		return err
	}
	own, err := d.Work.TakeOut(c.Context(), c.Viewer.AccountID, m.row.ID)
	if err != nil {
		return err
	}
	out := ownFile{
		Programme: own.Programme, Number: own.No, State: scheme.StateName(own.State), Place: scheme.PlaceName(own.Place),
		Made: scheme.Instant(c.Now), Revisions: own.Revisions, Values: []ownValue{}, Files: []ownUpload{}, Leaves: own.Leaves,
	}
	for _, s := range scheme.Fields() {
		if s.IsFile() {
			if n := own.App.Files[s.File]; n.ID != "" {
				out.Files = append(out.Files, ownUpload{string(s.File), s.Label, n.SHA256, n.Type, n.Pages, n.At, slices.Clone(n.Findings)})
			}
			continue
		}
		if v := s.Get(own.App); v != "" {
			out.Values = append(out.Values, ownValue{s.Key, s.Label, v})
		}
	}
	filed, err := d.ownDuties(c.Context(), m)
	if err != nil {
		return err
	}
	for _, x := range filed {
		if n := x.pages; len(n) > 0 {
			out.Files = append(out.Files, ownUpload{string(n[0].Kind), x.field.Label, n[0].SHA256, n[0].Type, len(n), n[0].At, nil})
			continue
		}
		out.Values = append(out.Values, ownValue{string(x.field.Duty) + "/" + x.field.Key, x.field.Label, x.field.Show(x.value)})
	}
	if m.row.No != nil {
		r, err := d.Work.Receipt(c.Context(), m.row)
		if err != nil {
			return err
		}
		out.Receipt = &r
	}
	b, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return err
	}
	return send(c, "application/json; charset=utf-8", "attachment", "我的资料.json", b)
}
