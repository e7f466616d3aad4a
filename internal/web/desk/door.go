// Package desk is the door of the staff: officers who attest, clerks,
// reviewers, leads, auditors and administrators.
package desk

import (
	"net/http"
	"net/url"
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
	return slices.Concat(d.accountRoutes(), d.caseRoutes(), d.dutyRoutes())
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

// How old the second factor may be for a reveal, an export or a change of
// rights. A page asks earlier than its form, so that whoever has opened the form
// has five minutes at least to fill it in.
const (
	proofForPage = 10 * time.Minute
	proofForAct  = 15 * time.Minute
)

// needsProof gives nil when the second factor is fresh; otherwise the error that
// leads to the page that asks for it and then back. A handler returns it as it
// is. A write comes back to the page of its form.
func (d *Door) needsProof(c *web.Ctx) error {
	age := d.Machine().Sub(c.Viewer.ProvedAt)
	next := c.R.URL.RequestURI()
	most := proofForPage
	if c.R.Method != http.MethodGet && c.R.Method != http.MethodHead {
		most, next = proofForAct, "/desk"
		if u, err := url.Parse(c.R.Referer()); err == nil && u.Path != "" && (u.Host == "" || u.Host == c.R.Host) {
			next = u.RequestURI()
		}
	}
	if !c.Viewer.ProvedAt.IsZero() && age < most {
		return nil
	}
	return &web.Moved{To: "/desk/prove?next=" + url.QueryEscape(web.SafeNext(next, "/desk"))}
}
