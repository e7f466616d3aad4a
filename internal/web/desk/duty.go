package desk

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/web"
)

// dutyRoutes are the ways of checking what workers hand in after the number.
func (d *Door) dutyRoutes() []web.Route {
	return []web.Route{
		{Method: "GET", Pattern: "/desk/duties", Guard: seers, Handler: d.duties, Note: "what was handed in and waits for its check, oldest first"},
		{Method: "GET", Pattern: "/desk/cases/{id}/duties/{kind}", Guard: seers, Handler: d.dutyForm, Note: "one thing: its values beside its pictures"},
		{Method: "POST", Pattern: "/desk/cases/{id}/duties/{kind}", Guard: deciders, Handler: d.checkDuty, Act: "check_duty", Note: "pass it, send it back with a reason, or undo"},
	}
}

type dutiesPage struct {
	Rows []store.DutyRow
	Next string
	Now  time.Time
}

// checkedBy are the duties that a role may check.
func checkedBy(r scheme.Role) []scheme.DutyKind {
	var out []scheme.DutyKind
	for _, d := range scheme.Duties {
		if slices.Contains(d.Roles, r) || r == scheme.RoleLead || r == scheme.RoleAuditor {
			out = append(out, d.Kind)
		}
	}
	return out
}

// duties lists what waits for its check.
func (d *Door) duties(c *web.Ctx) error {
	var after time.Time
	at, id, _ := strings.Cut(c.Query("after"), ".")
	if n, err := strconv.ParseInt(at, 36, 64); err == nil {
		after = time.Unix(0, n)
	}
	rows, more, err := d.Work.DB.FiledDuties(c.Context(), viewer(c), checkedBy(role(c)), after, id, pageRows)
	if err != nil {
		return err
	}
	pg := dutiesPage{Rows: rows, Now: c.Now}
	if more {
		last := rows[len(rows)-1]
		pg.Next = "/desk/duties?after=" + strconv.FormatInt(last.At.UnixNano(), 36) + "." + last.CaseID
	}
	return c.Render(dutiesView(c.Meta("待核对的后续材料"), pg))
}

// dutyPage is one thing that a worker has handed in.
type dutyPage struct {
	*dossier
	Kind   scheme.Duty
	D      store.Duty
	Text   store.DutyText
	Gone   bool
	Rows   []web.SummaryRow
	Papers []dutyPaper
	Turns  []scheme.Turn[scheme.DutyState, scheme.DutyFile]
	Reason string
}

type dutyPaper struct {
	Label string
	Pages []store.File
}

func (d *Door) dutyOf(c *web.Ctx) (dutyPage, web.PageMeta, error) {
	pg := dutyPage{}
	f, err := d.dossier(c)
	if err != nil {
		return pg, web.PageMeta{}, err
	}
	pg.dossier = f
	k := scheme.DutyKind(c.Path("kind"))
	row, ok := scheme.DutyBy(k)
	if !ok {
		return pg, web.PageMeta{}, web.NotFound
	}
	pg.Kind = row
	m := c.Meta(row.Label)
	m.Kicker = "受理号 " + itoa(f.S.No) + "　" + f.Row.Name
	m.Back, m.BackText = "/desk/cases/"+f.Row.ID, "返回这份申请"
	pg.D, err = d.Work.DB.Duty(c.Context(), f.Row.ID, k)
	if store.IsNone(err) {
		pg.D = store.Duty{CaseID: f.Row.ID, Kind: k}
		return pg, m, nil
	}
	if err != nil {
		return pg, m, err
	}
	pg.Text, ok = f.Words.DutyText(pg.D)
	pg.Gone = !ok
	files, err := d.Work.DB.Files(c.Context(), f.Row.ID)
	if err != nil {
		return pg, m, err
	}
	for _, x := range f.P.DutyFields(k) {
		if x.Kind == scheme.KindFile {
			pg.Papers = append(pg.Papers, dutyPaper{x.Label, casework.DutyPages(files, k, x.Key)})
			continue
		}
		if v := x.Show(pg.Text.Values[x.Key]); v != "" {
			pg.Rows = append(pg.Rows, web.SummaryRow{Key: x.Label, Value: v})
		}
	}
	if f.S.State.Live() {
		pg.Turns = scheme.PossibleDuty(pg.D.Scheme(), f.A, f.P, f.Now)
	}
	return pg, m, nil
}

func (d *Door) dutyForm(c *web.Ctx) error {
	pg, m, err := d.dutyOf(c)
	if err != nil {
		return err
	}
	if err := d.Work.Look(c.Context(), pg.A, pg.Row, "look"); err != nil {
		return err
	}
	return c.Render(dutyView(m, pg))
}

// checkDuty passes a thing, sends it back, or takes the check back.
func (d *Door) checkDuty(c *web.Ctx) error {
	form, err := c.Form()
	if err != nil {
		return err
	}
	pg, m, err := d.dutyOf(c)
	if err != nil {
		return err
	}
	pg.Reason = form.Get("reason")
	version, _ := strconv.Atoi(form.Get("version"))
	o := casework.DutyOrder{Move: scheme.MoveName(form.Get("move")), Case: pg.Row.ID, Kind: pg.Kind.Kind, Version: max(1, version), Reason: pg.Reason}
	err = d.Work.CheckDuty(c.Context(), pg.A, pg.V, o)
	if s, ok := refusal(err); ok {
		m.Problems.Add("reason", s)
		return c.RenderAs(422, dutyView(m, pg))
	}
	if err != nil {
		return err
	}
	r, _ := scheme.TurnBy(scheme.DutyTurns, o.Move)
	c.Flash(pg.Kind.Label + "：" + r.Past + "。")
	return c.Redirect("/desk/duties")
}
