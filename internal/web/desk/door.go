// Package desk is the door of the staff: officers who attest, clerks,
// reviewers, leads, auditors and administrators.
package desk

import (
	"slices"
	"time"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/office"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/web"
)

// Door is what the staff's pages need.
type Door struct {
	Work      *casework.Work
	Office    *office.Office
	Sessions  *web.Sessions
	Machine   func() time.Time
	PublicURL string // https://host, for invitation links
}

// Routes is the table of this door.
func (d *Door) Routes() []web.Route {
	return slices.Concat(d.accountRoutes(), d.caseRoutes())
}

// actor is the signed-in member of staff in the one role of his session.
func actor(c *web.Ctx) scheme.Actor {
	a := scheme.Actor{ID: c.Viewer.AccountID, Org: c.Viewer.Org, Name: c.Viewer.Name}
	if len(c.Viewer.Roles) > 0 {
		a.Role = scheme.Role(c.Viewer.Roles[0])
	}
	return a
}

// viewer is what he may see of people: the programme of his session, and only in
// a role that sees cases.
func viewer(c *web.Ctx) store.Viewer {
	v := store.Viewer{AccountID: c.Viewer.AccountID}
	for _, r := range scheme.CaseRoles {
		if c.Viewer.Has(string(r)) && c.Viewer.Programme != "" {
			v.Programmes = []string{c.Viewer.Programme}
		}
	}
	return v
}
