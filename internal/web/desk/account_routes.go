package desk

import "yuanmeng/internal/web"

// accountRoutes are the ways of accounts: sign-in, invitations, rights,
// officers, programmes, the trail.
func (d *Door) accountRoutes() []web.Route { return nil }
