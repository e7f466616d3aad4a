package apply

import "yuanmeng/internal/web"

// draftRoutes are the ways up to a complete draft: sign-in, pages, answers.
func (d *Door) draftRoutes() []web.Route { return nil }
