package apply

import (
	"cmp"
	"errors"
	"net/http"
	"time"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/web"
)

// window is where the programme clock stands between opening and closing.
type window string

const (
	early  window = "early"
	open   window = "open"
	closed window = "closed"
)

func windowAt(p *scheme.Programme, isOpen bool, now time.Time) window {
	switch {
	case !now.Before(p.ClosesAt):
		return closed
	case now.Before(p.OpensAt) || !isOpen:
		return early
	}
	return open
}

// submitPage is the page before the one tap.
type submitPage struct {
	meta    web.PageMeta
	mine    *mine
	window  window
	full    bool
	cap     int
	most    int
	missing []lack
	changed []string // stamped values that changed after printing
	old     bool     // the stamped photo is older than the form
	idcard  bool     // the card's picture goes along: the contest is wished
	rows    []web.SummaryRow
	promise string
	not     string // why the tap before did not succeed
}

// showSubmit shows what is handed in and, when the programme is open, the one
// button (5.2).
func (d *Door) showSubmit(c *web.Ctx) error {
	m, err := d.mine(c)
	if err != nil {
		return err
	}
	if to := afterSubmit(m.s); to != "" {
		return c.Redirect(to)
	}
	pg, err := d.submitPage(c, m)
	if err != nil {
		return err
	}
	pg.not = nots[c.Query("no")]
	if len(pg.missing) == 0 && pg.window != closed {
		d.Work.Ahead(c.Context(), c.Viewer.AccountID, m.row.ID)
	}
	return c.Render(submitView(*pg))
}

// afterSubmit is where somebody belongs who has submitted already; "" for a
// draft.
func afterSubmit(s scheme.Case) string {
	switch {
	case s.State == scheme.Draft:
		return ""
	case s.State.Live():
		return "/my/receipt"
	}
	return "/my"
}

func (d *Door) submitPage(c *web.Ctx, m *mine) (*submitPage, error) {
	app, err := d.Work.Application(c.Context(), m.row)
	if err != nil {
		return nil, err
	}
	isOpen, err := d.Work.IsOpen(c.Context(), m.row.ProgrammeID)
	if err != nil {
		return nil, err
	}
	pg := &submitPage{meta: c.Meta("提交申请"), mine: m, window: windowAt(m.p, isOpen, c.Now), promise: m.p.Wording["commitment"]}
	pg.meta.Back = "/my"
	pg.missing = lacks(scheme.Missing(app, m.p, c.Now))
	pg.changed = changedLabels(d.Work.Changed(m.row, app))
	stamped := app.Files[scheme.FileStamped]
	pg.old = stamped.ID != "" && m.row.PrintedAt != nil && stamped.At.Before(*m.row.PrintedAt)
	pg.idcard = app.Files[scheme.FileIDCard].ID != "" && !app.Answers.NameUntypable
	for _, f := range scheme.Fields() {
		if !f.When(app, m.p) || f.Kind == scheme.KindConsent {
			continue
		}
		v := brief(f.Show(app, m.p))
		if v == "" && f.Optional {
			continue
		}
		r := web.SummaryRow{Key: f.Label, Value: v, Num: f.Mask != nil}
		if page, ok := scheme.PageOf(f.Key); ok {
			r.Href = "/my/p/" + page.Key
		}
		pg.rows = append(pg.rows, r)
	}
	if pg.window == open {
		t, err := d.Work.DB.Tally(c.Context(), m.row.ProgrammeID)
		if err != nil {
			return nil, err
		}
		pg.cap, pg.most = t.Cap, t.WaitingMax
		pg.full = t.Free() <= 0 && t.Waiting >= t.WaitingMax
		if t.ListEnded {
			pg.window = closed
		}
	}
	return pg, nil
}

// submit takes the place at the door as soon as the request has been received
// whole, and hands the draft in. The draft's id is the key: a double tap, a
// retry and a second tab get the same number.
func (d *Door) submit(c *web.Ctx) error {
	f, err := c.Form()
	if err != nil {
		return err
	}
	key := f.Get("case")
	a, err := d.Work.Submit(c.Context(), c.Viewer.AccountID, key, 0, d.Work.Now())
	switch code := casework.RefusedCode(err); {
	case err == nil && !a.Again:
		return c.Redirect("/my/receipt")
	case err == nil, errors.Is(err, casework.ErrNotFound):
		return d.submitted(c, key)
	case errors.Is(err, casework.ErrBusy):
		return busy
	case code == "double":
		return c.Redirect("/my/submit/double")
	case nots[code] != "":
		return c.Redirect("/my/submit?no=" + code)
	case code != "":
		return c.Redirect("/my/submit?no=missing")
	}
	return err
}

// submitted is the answer to a key that had its number already, or that is not
// this worker's. A page of an earlier application, or of another account on this
// phone, has handed nothing in: the newest application is shown.
func (d *Door) submitted(c *web.Ctx, key string) error {
	m, err := d.mine(c)
	if err != nil {
		return err
	}
	if key != m.row.ID {
		return c.Redirect(cmp.Or(afterSubmit(m.s), "/my/submit"))
	}
	return c.Redirect("/my/receipt")
}

// nots are the refusals of the gate in the words of the page to which they lead.
// Nothing of them is stored: the same tap may succeed a moment later.
var nots = map[string]string{
	"not_open": "还没有到开放时间，没有交上。",
	"closed":   "申报已经截止，没有交上。",
	"full":     "名额和候补都占满了，没有交上。",
	"missing":  "还有内容没填好，没有交上。",
}

// busy leads back to the one button; our script sends again by itself.
var busy error = &web.Error{
	Code: http.StatusServiceUnavailable, Title: "提交的人太多，还没有轮到您", Sentence: "您的资料都在，没有丢。",
	Next: "请等几秒钟，再点一次“提交”。", Link: "/my/submit", LinkText: "再提交一次", After: 3 * time.Second,
}

// showDouble is for an ID that has an application already: a neutral sentence,
// and what helps whoever's number it really is (5.2).
func (d *Door) showDouble(c *web.Ctx) error {
	m, err := d.mine(c)
	if err != nil {
		return err
	}
	if to := afterSubmit(m.s); to != "" {
		return c.Redirect(to)
	}
	app, err := d.Work.Application(c.Context(), m.row)
	if err != nil {
		return err
	}
	meta := c.Meta("这个证件号已有一份申请")
	meta.Back = "/my"
	return c.Render(doubleView(meta, m, app.Files[scheme.FileIDCard].ID != ""))
}
