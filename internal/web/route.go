package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Door is the kind of page a route belongs to; it decides frame and style.
type Door string

// The doors with pages.
const (
	DoorOpen  Door = "open"  // for everybody
	DoorApply Door = "apply" // the worker, /my
	DoorDesk  Door = "desk"  // staff, /desk
)

// Route is one row of a door's table, the only way a handler gets into the mux.
type Route struct {
	Method  string           // GET (also answers HEAD), POST …
	Pattern string           // net/http ServeMux pattern without method: /my/photo/{slot}
	Guard   Guard            // who may
	Handler func(*Ctx) error // returns nil after it has answered, or an error that becomes a page
	Act     string           // the act it calls, by its one name (submit, approve …); "" for a read
	Note    string           // one line for the table of routes
	MaxBody int64            // bytes of body; 0 = DefaultBody
	Door    Door             // filled from Deps by Mount when empty
	SignIn  string           // where NeedsSignIn leads; filled from Deps by Mount when empty
}

// DefaultBody is the most that a form may send: long texts in Chinese fit many
// times, a file does not.
const DefaultBody = 256 << 10

// Site is what the frame of a page shows and the route does not know.
type Site struct {
	Name      string // 求学圆梦行动
	Programme string // 咸安区 2026 年
	Phone     string // the people who help, as dialled; shown on every page in the same place
	Hours     string // when they answer
	Organiser string // 主办
	Operator  string // 承办
	ICP       string // number of the filing, links to beian.miit.gov.cn
	Police    string // 公安备案 number
	PoliceURL string // its link as issued
}

// Deps is what the doors' owner injects. Identify, Now, Clock and Log are
// required, the others may be left out.
type Deps struct {
	Door      Door
	Identify  Identify
	Now       func() time.Time // programme clock: dates acts and deadlines
	Clock     func() time.Time // machine clock: durations in the access log
	Log       *slog.Logger
	PublicURL string // https://host of the installation: trusted origin, HSTS

	Site    func(*http.Request, Viewer) Site      // frame values of the page
	Nav     func(*http.Request, Viewer) []NavItem // navigation of this door
	SignIn  string                                // where NeedsSignIn leads, default /sign-in
	Confirm string                                // where NeedsConfirm leads, default /my/identity
	SignOut string                                // POST target of 退出, default /sign-out
	Choose  string                                // where NeedsRole leads, default /desk/grants

	PutFlash  func(*http.Request, string) // keep one sentence for the next page
	TakeFlash func(*http.Request) string  // take it out again

	Translate func(error) error                                          // e.g. the store's "no row" into NotFound; nil result = unchanged
	Observe   func(pattern, method string, code int, took time.Duration) // for metrics

	ScriptFrom  []string // further origins of scripts (the WeChat SDK), exact
	ConnectFrom []string // further origins for fetch
}

func (d *Deps) signIn() string  { return or(d.SignIn, "/sign-in") }
func (d *Deps) confirm() string { return or(d.Confirm, "/my/identity") }
func (d *Deps) signOut() string { return or(d.SignOut, "/sign-out") }
func (d *Deps) choose() string  { return or(d.Choose, "/desk/grants") }

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// Mount puts the routes into mux, each behind its guard, its body limit and
// the mapping from errors to pages. It returns the routes with their door
// filled in, for the tests that read the table. A bad row panics: it is a
// mistake in the program and must stop it at start.
func Mount(mux *http.ServeMux, routes []Route, deps Deps) []Route {
	if deps.Identify == nil || deps.Now == nil || deps.Log == nil {
		panic("web: Mount needs Identify, Now and Log")
	}
	mounted := slices.Clone(routes)
	for i := range mounted {
		r := &mounted[i]
		if r.Door == "" {
			r.Door = deps.Door
		}
		if r.SignIn == "" {
			r.SignIn = deps.signIn()
		}
		if r.Method == "" || !strings.HasPrefix(r.Pattern, "/") || r.Handler == nil {
			panic(fmt.Sprintf("web: incomplete route %q %q", r.Method, r.Pattern))
		}
		if !r.Guard.Valid() {
			panic(fmt.Sprintf("web: route %s %s has no valid guard: %q", r.Method, r.Pattern, r.Guard))
		}
		if r.Method != http.MethodGet && r.Act == "" {
			panic(fmt.Sprintf("web: route %s %s writes and names no act", r.Method, r.Pattern))
		}
		mux.Handle(r.Method+" "+r.Pattern, &routeHandler{r, &deps})
	}
	return mounted
}

type routeHandler struct {
	route *Route
	deps  *Deps
}

// ServeHTTP runs guard, limits and handler, and answers the error if any.
func (h *routeHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &Ctx{W: w, R: r, Now: h.deps.Now(), Number: Number(r.Context()), route: h.route, deps: h.deps}
	if err := h.serve(c); err != nil {
		c.fail(err)
	}
}

func (h *routeHandler) serve(c *Ctx) error {
	// No address of ours has these, and PostgreSQL refuses them.
	if p := c.R.URL.Path; !utf8.ValidString(p) || strings.ContainsRune(p, 0) {
		return NotFound
	}
	v, err := h.deps.Identify(c.R)
	if err != nil {
		return err
	}
	c.Viewer = v
	switch h.route.Guard.Admit(v) {
	case NeedsSignIn:
		if !c.reads() {
			e := *SignedOut.(*Error)
			e.Link, e.LinkText = h.route.SignIn, "重新登录"
			if back := c.cameFrom(); back != "" {
				e.Link += "?next=" + url.QueryEscape(back)
				e.Next = "请重新登录，会回到刚才那一页。刚才那一页没有存上的，要再填一次。"
			}
			return &e
		}
		return c.Redirect(h.route.SignIn + "?next=" + url.QueryEscape(c.R.URL.Path))
	case NeedsConfirm:
		return c.Redirect(h.deps.confirm())
	case NeedsRole:
		if !c.reads() {
			e := *NoRole.(*Error)
			e.Link, e.LinkText = h.deps.choose()+"?next="+url.QueryEscape(c.cameFrom()), "选择角色"
			return &e
		}
		return c.Redirect(h.deps.choose() + "?next=" + url.QueryEscape(c.R.URL.Path))
	case Refused:
		return Forbidden
	}
	if !c.reads() {
		limit := h.route.MaxBody
		if limit == 0 {
			limit = DefaultBody
		}
		if c.R.ContentLength > limit {
			return TooLarge(limit)
		}
		c.R.Body = http.MaxBytesReader(c.W, c.R.Body, limit)
	}
	return h.route.Handler(c)
}

// cameFrom is the page of ours that this request was sent from; "" where the
// browser does not say.
func (c *Ctx) cameFrom() string {
	u, err := url.Parse(c.R.Referer())
	if err != nil || u.Host != c.R.Host || u.Path == "" {
		return ""
	}
	return SafeNext(u.EscapedPath(), "")
}

// SafeNext gives next when it is a path of this site and fallback otherwise.
// Only a plain path passes: no host, no scheme, no backslash, no control
// character, nothing that a browser might read as another site.
func SafeNext(next, fallback string) string {
	if len(next) == 0 || len(next) > 512 || next[0] != '/' || strings.HasPrefix(next, "//") {
		return fallback
	}
	for _, b := range []byte(next) {
		if b <= ' ' || b == '\\' || b >= 0x7f {
			return fallback
		}
	}
	u, err := url.Parse(next)
	if err != nil || u.Host != "" || u.Scheme != "" || u.User != nil || strings.Contains(u.Path, "\\") || strings.HasPrefix(u.Path, "//") {
		return fallback
	}
	return next
}

// LargeCookie is the name of the cookie that asks for large type.
const LargeCookie = "large"

// SharedRoutes are the routes that every installation has and no door owns.
func SharedRoutes() []Route {
	return []Route{{
		Method: http.MethodPost, Pattern: "/large", Guard: Public, Act: "large", Door: DoorOpen,
		Note: "switch 大字版 on or off", Handler: switchLarge,
	}}
}

// switchLarge keeps the wish in a cookie for a year: it is a wish of the eyes,
// not of the account, so it also holds before sign-in.
func switchLarge(c *Ctx) error {
	f, err := c.Form()
	if err != nil {
		return err
	}
	age := -1
	if f.Get("on") == "1" {
		age = 365 * 24 * 3600
	}
	http.SetCookie(c.W, &http.Cookie{Name: LargeCookie, Value: "1", Path: "/", MaxAge: age,
		HttpOnly: true, Secure: strings.HasPrefix(c.deps.PublicURL, "https:"), SameSite: http.SameSiteLaxMode})
	return c.Redirect(SafeNext(f.Get("back"), "/"))
}

type numberKey struct{}

// Number gives the request number that [Wrap] has put into the context: the
// one that error pages show and the log carries. "" outside a request.
func Number(ctx context.Context) string {
	n, _ := ctx.Value(numberKey{}).(string)
	return n
}
