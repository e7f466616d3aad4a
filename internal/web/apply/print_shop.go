package apply

import (
	"net/http"
	"strings"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/web"
)

// printCode gives a one-time code for a print shop and shows it once.
func (d *Door) printCode(c *web.Ctx) error {
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
	draft := m.s.State == scheme.Draft || m.s.State == scheme.Returned
	if draft && (len(scheme.FormMissing(app, m.p, c.Now, b.card)) > 0 || len(d.Work.Changed(m.row, app)) > 0) {
		return c.Redirect("/my/form" + b.query())
	}
	code, err := d.Work.PrintCode(c.Context(), c.Viewer.AccountID, m.row.ID, b.id, b.card)
	if err != nil {
		return err
	}
	meta := c.Meta("打印码")
	meta.Back = "/my/form" + b.query()
	return c.Render(printCodeView(meta, code[:4]+" "+code[4:], strings.TrimPrefix(strings.TrimPrefix(d.PublicURL, "https://"), "http://")+"/print", b))
}

// showPrintShop is the page for the print shop.
func (d *Door) showPrintShop(c *web.Ctx) error {
	return c.Render(printShopView(c.Meta("打印推荐表"), web.Field{}))
}

// fetchPrint answers a right code with the PDF. Every wrong code gets the same
// sentence.
func (d *Door) fetchPrint(c *web.Ctx) error {
	f, err := c.Form()
	if err != nil {
		return err
	}
	row, app, pc, err := d.Work.FetchPrint(c.Context(), client(c), f.Get("code"))
	if s := refusal(err); s != "" {
		meta := c.Meta("打印推荐表")
		meta.Problems.Add("code", s)
		code := http.StatusUnprocessableEntity
		if no := casework.RefusedCode(err); no == "print_many" || no == "print_full" {
			code = http.StatusTooManyRequests
		}
		return c.RenderAs(code, printShopView(meta, web.Field{Value: f.Get("code"), Error: s}))
	}
	if err != nil {
		return err
	}
	p, _, err := d.Work.Programme(c.Context(), row.ProgrammeID)
	if err != nil {
		return err
	}
	r, err := d.paperOf(c, row, p, app, blanks{pc.BlankID, pc.BlankCard})
	if err != nil {
		return err
	}
	return d.sendPDF(c, r, "attachment")
}
