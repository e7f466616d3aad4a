package apply

import (
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/web"
)

// caseRoutes are the ways from the form on: print, submit, receipt, my page.
func (d *Door) caseRoutes() []web.Route { return nil }

// showCase is the worker's page of a case that was submitted: home leads here.
func (d *Door) showCase(c *web.Ctx, row store.Case) error {
	return c.Render(web.Page(c.Meta(scheme.StateName(row.State))))
}
