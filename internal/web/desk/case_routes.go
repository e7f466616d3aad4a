package desk

import "yuanmeng/internal/web"

// caseRoutes are the ways of cases: lists, the case, decisions, seats.
func (d *Door) caseRoutes() []web.Route { return nil }
