// Package demo is the door that only `yuanmeng demo` opens: every sign-in of the
// sample people on one page, the newest text messages, and a hand to move the
// programme clock forward.
package demo

import (
	"context"
	"net/http"
	"time"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/web"
)

// Door is what the demo's pages need.
type Door struct {
	Sessions *web.Sessions
	Machine  func() time.Time
	People   func() []Person // the scene may still be in the making when the table is
	Texts    func() []Text
	Codes    func(Person) string // present code of an account's second factor
	// Forward moves the programme clock and makes what falls due on the way.
	Forward func(context.Context, time.Time) error
	// NextDue is the next instant at which the clock makes a move by itself.
	NextDue func(context.Context) (time.Time, bool)
	// Epoch gives the session epoch of a staff account.
	Epoch func(ctx context.Context, staffID string) int
	Plan  *scheme.Programme
}

// Person is one sample account.
type Person struct {
	ID       string
	Kind     string // worker, officer, staff
	Name     string
	Role     string // as people read it
	Login    string
	Password string
	Phone    string
	Last6    string
	Number   int
	Note     string
}

// Text is one text message that the demo did not really send.
type Text struct{ Phone, Body string }

// Routes is the table of this door.
func (d *Door) Routes() []web.Route {
	return []web.Route{
		{Method: http.MethodGet, Pattern: "/demo", Guard: web.Public, Handler: d.show, Note: "every sign-in of the demo"},
		{Method: http.MethodPost, Pattern: "/demo/clock", Guard: web.Public, Handler: d.forward, Act: "forward_clock", Note: "move the programme clock forward"},
		{Method: http.MethodPost, Pattern: "/demo/enter", Guard: web.Public, Handler: d.enter, Act: "enter_as", Note: "be one of the sample people"},
	}
}

func (d *Door) show(c *web.Ctx) error {
	m := c.Meta("演示：登录和时间")
	m.NoIndex = true
	due, ok := d.NextDue(c.Context())
	if !ok {
		due = time.Time{}
	}
	return c.Render(page(m, d, due))
}

// steps are the moves of the clock that the page offers.
var steps = []struct {
	key, label string
	by         time.Duration
}{
	{"10m", "往前 10 分钟", 10 * time.Minute}, {"1h", "往前 1 小时", time.Hour}, {"1d", "往前 1 天", 24 * time.Hour}, {"7d", "往前 7 天", 7 * 24 * time.Hour},
}

func (d *Door) forward(c *web.Ctx) error {
	f, err := c.Form()
	if err != nil {
		return err
	}
	var to time.Time
	for _, s := range steps {
		if f.Get("by") == s.key {
			to = c.Now.Add(s.by)
		}
	}
	switch f.Get("by") {
	case "open":
		to = d.Plan.OpensAt
	case "due":
		if at, ok := d.NextDue(c.Context()); ok {
			to = at
		}
	case "day":
		if at, err := time.ParseInLocation("2006-01-02T15:04", f.Get("at"), scheme.Shanghai); err == nil {
			to = at
		}
	}
	if !to.After(c.Now) {
		c.Flash("时间只能往前走。请选一个以后的时间。")
		return c.Redirect("/demo")
	}
	if to.Sub(c.Now) > 3*365*24*time.Hour {
		c.Flash("一次最多往前三年。")
		return c.Redirect("/demo")
	}
	if err := d.Forward(c.Context(), to); err != nil {
		return err
	}
	c.Flash("现在是 " + web.Moment(to) + "。到期的事都已按规则办了。")
	return c.Redirect("/demo")
}

func (d *Door) enter(c *web.Ctx) error {
	f, err := c.Form()
	if err != nil {
		return err
	}
	for _, p := range d.People() {
		if p.ID != f.Get("id") {
			continue
		}
		t := web.Ticket{AccountID: p.ID, Kind: web.KindStaff, Confirmed: true}
		to := "/desk"
		switch p.Kind {
		case "worker":
			t.Kind, to = web.KindWorker, "/my"
		case "officer":
			t.Epoch, t.Officer, to = d.Epoch(c.Context(), p.ID), true, "/a"
		default:
			t.Epoch, t.ProvedAt = d.Epoch(c.Context(), p.ID), d.Machine()
		}
		if err := d.Sessions.Start(c, t); err != nil {
			return err
		}
		return c.Redirect(to)
	}
	return web.NotFound
}
