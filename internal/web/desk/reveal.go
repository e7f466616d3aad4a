package desk

import (
	"encoding/base64"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/web"
)

// revealHref is the way to the original of a file, or to the values in clear.
func revealHref(caseID, what string) string {
	return "/desk/cases/" + caseID + "/reveal?what=" + what
}

// revealValues asks for the typed numbers and not for a file.
const revealValues = "values"

// revealed says in words what was looked at; the trail keeps the kind.
func revealed(what string) string {
	if what == revealValues {
		return "证件号码、手机号、银行卡号"
	}
	return scheme.FieldLabel(what)
}

// revealPage is the form, and after it what was asked for.
type revealPage struct {
	*dossier
	What   string // values or a file's id
	Kind   string // values or the kind of the file
	Reason string
	Rows   []web.SummaryRow
	Src    string // the original, as a data URL
}

func (d *Door) revealOf(c *web.Ctx, f *dossier, what string) (revealPage, error) {
	pg := revealPage{dossier: f, What: what, Kind: revealValues}
	if what != revealValues {
		row, err := d.caseFile(c, f, what)
		if err != nil {
			return pg, err
		}
		pg.Kind = string(row.Kind)
	}
	return pg, nil
}

// revealForm asks for the reason; the second factor has to be fresh before.
func (d *Door) revealForm(c *web.Ctx) error {
	f, err := d.dossier(c)
	if err != nil {
		return err
	}
	pg, err := d.revealOf(c, f, c.Query("what"))
	if err != nil {
		return err
	}
	if err := d.needsProof(c); err != nil {
		return err
	}
	return c.Render(revealView(d.revealMeta(c, f), pg))
}

func (d *Door) revealMeta(c *web.Ctx, f *dossier) web.PageMeta {
	m := c.Meta("查看原文")
	m.Kicker = "受理号 " + itoa(f.S.No) + "　" + f.Row.Name
	m.Back, m.BackText = "/desk/cases/"+f.Row.ID, "返回这份申请"
	return m
}

// reveal books who looks at what and why, and only then shows it, in the answer
// itself: no address leads to it a second time.
func (d *Door) reveal(c *web.Ctx) error {
	f, err := d.dossier(c)
	if err != nil {
		return err
	}
	form, err := c.Form()
	if err != nil {
		return err
	}
	pg, err := d.revealOf(c, f, form.Get("what"))
	if err != nil {
		return err
	}
	if err := d.needsProof(c); err != nil {
		return err
	}
	pg.Reason = form.Get("reason")
	m := d.revealMeta(c, f)
	if len([]rune(pg.Reason)) > 200 {
		m.Problems.Add("reason", "请写在200字以内。")
		return c.RenderAs(422, revealView(m, pg))
	}
	err = d.Work.Reveal(c.Context(), f.A, f.Row, pg.Kind, pg.Reason)
	if s, ok := refusal(err); ok {
		m.Problems.Add("reason", s)
		return c.RenderAs(422, revealView(m, pg))
	}
	if err != nil {
		return err
	}
	if pg.What == revealValues {
		app, err := d.Work.Submitted(c.Context(), f.Row, 0)
		if err != nil {
			return err
		}
		for _, spec := range scheme.Fields() {
			if spec.Mask != nil && spec.SeenBy(f.A.Role) {
				pg.Rows = append(pg.Rows, web.SummaryRow{Key: spec.Label, Value: spec.Whole(spec.Get(app)), Num: true})
			}
		}
		return c.Render(revealView(m, pg))
	}
	row, err := d.caseFile(c, f, pg.What)
	if err != nil {
		return err
	}
	b, kind, err := d.Work.ReadFile(c.Context(), f.Row, row.ID)
	if err != nil {
		return err
	}
	if kind == "application/pdf" {
		return sendFile(c, row, kind, b)
	}
	pg.Src = "data:" + kind + ";base64," + base64.StdEncoding.EncodeToString(b)
	m.Wide = true
	return c.Render(revealView(m, pg))
}
