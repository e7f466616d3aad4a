package apply

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/paper"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/web"
)

// atPress lets a few forms be drawn at once: a drawing takes some tenths of a
// second of one core, and the cores belong to the gate.
var atPress = make(chan struct{}, 2)

// blanks are the numbers that the worker writes by hand.
type blanks struct{ id, card bool }

func blanksOf(c *web.Ctx) blanks {
	list := strings.Split(c.Query("blank"), ",")
	return blanks{slices.Contains(list, "id"), slices.Contains(list, "card")}
}

func (b blanks) query() string {
	var list []string
	if b.id {
		list = append(list, "id")
	}
	if b.card {
		list = append(list, "card")
	}
	if len(list) == 0 {
		return ""
	}
	return "?blank=" + url.QueryEscape(strings.Join(list, ","))
}

func yes(on bool) string {
	if on {
		return "yes"
	}
	return ""
}

// lack is one thing that is missing, with the page that asks it.
type lack struct{ sentence, label, href string }

// lacks turns reasons into links.
func lacks(rs []scheme.Reason) []lack {
	var out []lack
	for _, r := range rs {
		l := lack{sentence: r.Worker, label: cmp.Or(scheme.FieldLabel(r.Field), "还差的内容"), href: "/my"}
		if pg, ok := scheme.PageOf(r.Field); ok {
			l.href = "/my/p/" + pg.Key
		}
		if len(out) > 0 && out[len(out)-1].href == l.href {
			continue
		}
		out = append(out, l)
	}
	return out
}

func countWords(n int) string { return fmt.Sprintf("%d 项", n) }

// formPage is the page of the 推荐表.
type formPage struct {
	meta      web.PageMeta
	mine      *mine
	missing   []lack
	odd       string   // characters that no font has
	changed   []string // labels of stamped values that changed after printing
	made      bool     // the picture shows the present values
	sent      bool     // handed in: it can only be looked at
	oldStamp  bool     // the stamped photo is older than the form
	hasStamp  bool
	blank     blanks
	code      string
	union     scheme.Union
	cardBlank bool // only the card is missing, and it may stay blank
}

// showForm explains the 推荐表, says what is missing, and shows it once it is
// made (A3, A3.n1, A3.n2).
func (d *Door) showForm(c *web.Ctx) error {
	m, err := d.mine(c)
	if err != nil {
		return err
	}
	app, err := d.Work.Application(c.Context(), m.row)
	if err != nil {
		return err
	}
	return c.Render(formView(d.formPage(c, m, app, blanksOf(c))))
}

func (d *Door) formPage(c *web.Ctx, m *mine, app *scheme.Application, b blanks) formPage {
	pg := formPage{meta: c.Meta("推荐表"), mine: m, blank: b, code: casework.ShowCode(m.row.FormCode)}
	pg.meta.Back = "/my"
	pg.sent = m.s.State != scheme.Draft && m.s.State != scheme.Returned
	if m.s.State == scheme.Returned {
		pg.meta.Back = "/my/correct"
	}
	if !pg.sent {
		pg.missing = lacks(scheme.FormMissing(app, m.p, c.Now, b.card))
		if len(pg.missing) > 0 {
			pg.cardBlank = !b.card && len(scheme.FormMissing(app, m.p, c.Now, true)) == 0
		}
	}
	pg.odd = string(d.Press.CanPrint(app.Answers.Name + app.Answers.Employer))
	pg.changed = changedLabels(d.Work.Changed(m.row, app))
	pg.made = m.row.FormPrint != "" && (len(pg.changed) == 0 || pg.sent)
	stamped := app.Files[scheme.FileStamped]
	pg.hasStamp = stamped.ID != ""
	pg.oldStamp = pg.hasStamp && m.row.PrintedAt != nil && stamped.At.Before(*m.row.PrintedAt)
	pg.union = (&held{row: m.row, p: m.p, app: app}).union()
	return pg
}

// changedLabels names the stamped values.
func changedLabels(keys []string) []string {
	var out []string
	for _, k := range keys {
		out = append(out, scheme.FieldLabel(k))
	}
	return out
}

// print makes the form from the present values and notes what stands on it.
func (d *Door) print(c *web.Ctx) error {
	m, err := d.mine(c)
	if err != nil {
		return err
	}
	f, err := c.Form()
	if err != nil {
		return err
	}
	b := blanks{f.Get("blank_id") == "yes", f.Get("blank_card") == "yes"}
	app, err := d.Work.Application(c.Context(), m.row)
	if err != nil {
		return err
	}
	if len(scheme.FormMissing(app, m.p, c.Now, b.card)) > 0 {
		// The page says what is missing, with the way to each.
		return c.RenderAs(http.StatusUnprocessableEntity, formView(d.formPage(c, m, app, b)))
	}
	if _, _, err := d.Work.Printed(c.Context(), c.Viewer.AccountID, m.row.ID); err != nil {
		return err
	}
	return c.Redirect("/my/form" + b.query())
}

// paperOf lays the values out for the press.
func (d *Door) paperOf(c *web.Ctx, m store.Case, p *scheme.Programme, app *scheme.Application, b blanks) (paper.Recommendation, error) {
	r := paper.Recommendation{
		Title: p.FormTitle, Name: app.Answers.Name, ID: app.Sealed.ID, Phone: app.Sealed.Phone, Employer: app.Answers.Employer, Card: app.Sealed.Card,
		Code: casework.ShowCode(m.FormCode), QR: d.PublicURL + "/a/" + m.FormCode, PrintedAt: c.Now, BlankID: b.id, BlankCard: b.card,
	}
	if m.PrintedAt != nil {
		r.PrintedAt = *m.PrintedAt
	}
	if m.No != nil {
		r.Number = fmt.Sprint(*m.No)
	}
	if id := app.Files[scheme.FilePhoto].ID; id != "" {
		pic, _, err := d.Work.ReadFile(c.Context(), m, id)
		if err != nil {
			return r, err
		}
		r.Photo = pic
	}
	return r, nil
}

// made gives the form that was made and still stands for the present values.
func (d *Door) made(c *web.Ctx) (paper.Recommendation, error) {
	m, err := d.mine(c)
	if err != nil {
		return paper.Recommendation{}, err
	}
	app, err := d.Work.Application(c.Context(), m.row)
	if err != nil {
		return paper.Recommendation{}, err
	}
	sent := m.s.State != scheme.Draft && m.s.State != scheme.Returned
	if m.row.FormPrint == "" || !sent && len(d.Work.Changed(m.row, app)) > 0 {
		return paper.Recommendation{}, &web.Moved{To: "/my/form"}
	}
	return d.paperOf(c, m.row, m.p, app, blanksOf(c))
}

func (d *Door) formPNG(c *web.Ctx) error {
	r, err := d.made(c)
	if err != nil {
		return err
	}
	var b []byte
	if err := d.atPress(c, func() error { b, err = d.Press.RecommendationImage(r); return err }); err != nil {
		return err
	}
	return send(c, "image/png", "inline", "推荐表.png", b)
}

func (d *Door) formPDF(c *web.Ctx) error {
	r, err := d.made(c)
	if err != nil {
		return err
	}
	return d.sendPDF(c, r, "inline")
}

func (d *Door) sendPDF(c *web.Ctx, r paper.Recommendation, how string) error {
	var b bytes.Buffer
	if err := d.atPress(c, func() error { return d.Press.Recommendation(&b, r) }); err != nil {
		return err
	}
	return send(c, "application/pdf", how, "推荐表.pdf", b.Bytes())
}

// atPress draws when there is room; a browser that leaves gives its place up.
func (d *Door) atPress(c *web.Ctx, draw func() error) error {
	select {
	case atPress <- struct{}{}:
		defer func() { <-atPress }()
		return draw()
	case <-c.Context().Done():
		return c.Context().Err()
	}
}

// send answers with a file.
func send(c *web.Ctx, kind, how, name string, b []byte) error {
	h := c.W.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", how+"; filename*=UTF-8''"+url.PathEscape(name))
	h.Set("Content-Length", fmt.Sprint(len(b)))
	if c.R.Method == http.MethodHead {
		return nil
	}
	_, _ = io.Copy(c.W, bytes.NewReader(b)) // a browser that has left needs no bytes
	return nil
}
