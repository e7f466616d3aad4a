package desk

import (
	"yuanmeng/internal/store"
	"yuanmeng/internal/web"
)

// search finds cases; one hit opens at once.
func (d *Door) search(c *web.Ctx) error {
	f, err := c.Form()
	if err != nil {
		return err
	}
	query := f.Get("q")
	p, _, err := d.Work.Programme(c.Context(), c.Viewer.Programme)
	if err != nil {
		return err
	}
	cases, err := d.Work.Search(c.Context(), actor(c), viewer(c), c.Viewer.Programme, query)
	m := c.Meta("查找")
	if sentence, ok := refusal(err); ok {
		m.Problems.Add("q", sentence)
		return c.RenderAs(422, searchView(m, query, nil))
	}
	if err != nil {
		return err
	}
	if len(cases) == 1 {
		return c.Redirect(caseHref(cases[0].ID, ""))
	}
	lines, err := d.lines(c, p, cases)
	if err != nil {
		return err
	}
	return c.Render(searchView(m, query, lines))
}

// lineHref leads from a list to its case.
func (l line) href(list store.WorkList) string { return caseHref(l.Case.ID, list) }
