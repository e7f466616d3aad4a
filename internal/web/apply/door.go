// Package apply is the worker's door: sign-in by phone, the draft page by page,
// the form to print, the submission and everything that follows it on a phone.
package apply

import (
	"context"
	"slices"
	"strings"
	"time"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/office"
	"yuanmeng/internal/paper"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
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
	return slices.Concat(d.draftRoutes(), d.caseRoutes(), d.dutyRoutes())
}

// viewer is the signed-in worker: he sees his own cases and nobody else's.
func viewer(c *web.Ctx) store.Viewer {
	return store.Viewer{AccountID: c.Viewer.AccountID, Worker: true}
}

// ownCase is the case that the worker's pages are about: the live one, in
// whatever programme, since there is only one; else the newest draft of a
// programme that is open; else the draft or the last ended case of the programme
// that the open pages show. casework.ErrNotFound where there is none.
func (d *Door) ownCase(c *web.Ctx) (store.Case, error) {
	all, err := d.Work.DB.CasesOf(c.Context(), c.Viewer.AccountID)
	if err != nil {
		return store.Case{}, err
	}
	for _, row := range all {
		if row.State.Live() {
			return row, nil
		}
	}
	for _, row := range all {
		if row.State == scheme.Draft {
			if open, err := d.Work.IsOpen(c.Context(), row.ProgrammeID); err != nil || open {
				return row, err
			}
		}
	}
	p, _, err := d.Work.Current(c.Context())
	if err != nil {
		return store.Case{}, err
	}
	row, err := d.Work.DB.CaseOf(c.Context(), c.Viewer.AccountID, string(p.ID))
	if store.IsNone(err) {
		return row, casework.ErrNotFound
	}
	return row, err
}

// held is the worker's own case with its programme and what it holds now.
type held struct {
	row   store.Case
	p     *scheme.Programme
	app   *scheme.Application
	items []string // what a running correction may change
}

// hold opens a case that is the worker's own.
func (d *Door) hold(ctx context.Context, row store.Case) (*held, error) {
	p, _, err := d.Work.Programme(ctx, row.ProgrammeID)
	if err != nil {
		return nil, err
	}
	app, err := d.Work.Application(ctx, row)
	if err != nil {
		return nil, err
	}
	return &held{row: row, p: p, app: app, items: casework.Items(row)}, nil
}

// client names the browser's address for the limits of the office.
func client(c *web.Ctx) string {
	return web.Client(c.R)
}

// secure says whether cookies may travel by https only.
func (d *Door) secure() bool { return strings.HasPrefix(d.PublicURL, "https:") }
