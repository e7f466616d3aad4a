// Package open is the door for everybody: what the programme is, how many seats
// are left, who may apply, and the proof that the order is right. Its pages make
// no session and show nobody.
package open

import (
	"errors"
	"net/http"
	"time"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/web"
)

// Door is what the open pages need.
type Door struct {
	Work      *casework.Work
	Machine   func() time.Time
	Host      string // public name of the installation, in the origin of its logs
	PublicURL string // https://host, for links in QR codes
}

// Routes is the table of this door.
func (d *Door) Routes() []web.Route {
	page := func(pattern, note string, h func(*web.Ctx) error) web.Route {
		return web.Route{Method: http.MethodGet, Pattern: pattern, Guard: web.Public, Note: note, Handler: h}
	}
	return []web.Route{
		page("/{$}", "start: seats, countdown, five steps", d.home),
		page("/check", "pre-check, one question a page", d.check),
		page("/policy", "the plan's own text and its readings", d.policy),
		page("/colleges", "the colleges and their majors", d.colleges),
		page("/majors", "the printed majors, filtered", d.majors),
		page("/help", "questions, unions, telephone", d.help),
		page("/privacy", "what is asked, why and for how long", d.privacy),
		page("/report", "how to tell us that something is wrong", d.report),
		page("/proof", "the public log and its checkpoints", d.proof),
		page("/proof/log", "the public log as a file", d.proofLog),
		page("/proof/seated", "the seated numbers as a file", d.proofSeated),
		page("/proof/checkpoint", "the newest checkpoint as a signed note", d.proofCheckpoint),
		page("/proof/erased", "marks of destroyed data keys as a file", d.proofErased),
		page("/receipt", "check a receipt in the browser", d.receipt),
		{Method: http.MethodPost, Pattern: "/receipt", Guard: web.Public, Act: "check_receipt", MaxBody: 32 << 10,
			Note: "check a receipt without a script; writes nothing", Handler: d.checkReceipt},
		page("/robots.txt", "what search engines may read", d.robots),
		page("/favicon.ico", "the mark, for those who ask by this name", d.favicon),
	}
}

// current is the programme that the open pages show; p is nil before anything
// is loaded.
func (d *Door) current(c *web.Ctx) (p *scheme.Programme, state string, err error) {
	p, state, err = d.Work.Current(c.Context())
	if errors.Is(err, casework.ErrNotFound) {
		return nil, "", nil
	}
	return p, state, err
}

// programme is current for the pages that are nothing without one.
func (d *Door) programme(c *web.Ctx) (*scheme.Programme, string, error) {
	p, state, err := d.current(c)
	if err == nil && p == nil {
		err = &web.Error{Code: http.StatusNotFound, Title: "还没有项目",
			Sentence: "平台刚装好，还没有放进任何一年的方案。", Next: "请过一段时间再来看。"}
	}
	return p, state, err
}

// seats reads the tally of now; ok is false before the programme is opened.
func (d *Door) seats(c *web.Ctx, p *scheme.Programme) (t store.Tally, ok bool, err error) {
	t, err = d.Work.DB.Tally(c.Context(), string(p.ID))
	if store.IsNone(err) {
		return t, false, nil
	}
	return t, err == nil, err
}

const robotsText = `User-agent: *
Disallow: /my
Disallow: /desk
Disallow: /sign-in
Disallow: /receipt
Disallow: /check?
Disallow: /proof/log
`

func (d *Door) robots(c *web.Ctx) error { return text(c, robotsText) }

func (d *Door) favicon(c *web.Ctx) error {
	c.W.Header().Set("Cache-Control", "public, max-age=86400")
	return c.Redirect(web.AssetURL("mark.svg"))
}

// text answers plain text.
func text(c *web.Ctx, s string) error {
	c.W.Header().Set("Content-Type", "text/plain; charset=utf-8")
	c.W.WriteHeader(http.StatusOK)
	_, _ = c.W.Write([]byte(s)) // a browser that has left needs no bytes
	return nil
}
