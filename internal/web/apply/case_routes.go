package apply

import "yuanmeng/internal/web"

// caseRoutes are the ways from the form on: print, submit, receipt, my page.
func (d *Door) caseRoutes() []web.Route { return nil }
