// Package apply is the worker's door: sign-in by phone, the draft page by page,
// the form to print, the submission and everything that follows it on a phone.
package apply

import (
	"slices"
	"time"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/office"
	"yuanmeng/internal/paper"
	"yuanmeng/internal/web"
)

// Door is what the worker's pages need.
type Door struct {
	Work      *casework.Work
	Office    *office.Office
	Press     *paper.Press
	Sessions  *web.Sessions
	Machine   func() time.Time
	Host      string // public name of the installation, in the origin of its logs
	PublicURL string // https://host, for links in QR codes
}

// Routes is the table of this door.
func (d *Door) Routes() []web.Route {
	return slices.Concat(d.draftRoutes(), d.caseRoutes())
}
