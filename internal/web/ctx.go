package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/a-h/templ"
)

// Ctx is one request on one route.
type Ctx struct {
	W      http.ResponseWriter
	R      *http.Request
	Now    time.Time // programme clock, read once for the whole request
	Viewer Viewer
	Number string // request number, as error pages show it

	route *Route
	deps  *Deps
}

// Client names whoever asks, for limits: his address, and of the newer kind the
// block that one household has, since its owner can choose among all in it.
func Client(r *http.Request) string {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	ip := at.Addr().Unmap().WithZone("")
	if ip.Is4() {
		return ip.String()
	}
	block, err := ip.Prefix(64)
	if err != nil {
		return ip.String()
	}
	return block.String()
}

// Context is the request's context.
func (c *Ctx) Context() context.Context { return c.R.Context() }

// Path gives a wildcard of the route's pattern.
func (c *Ctx) Path(name string) string { return c.R.PathValue(name) }

// Query gives one value of the query, trimmed and at most maxValue bytes long.
// Never put personal data there.
func (c *Ctx) Query(name string) string {
	v := strings.TrimSpace(c.R.URL.Query().Get(name))
	if len(v) > maxValue || !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
		return ""
	}
	return v
}

func (c *Ctx) reads() bool {
	return c.R.Method == http.MethodGet || c.R.Method == http.MethodHead
}

// The header by which our own scripts say what they send; its values.
const (
	ScriptHeader   = "X-Yuanmeng"
	ScriptAutosave = "autosave" // a draft of the page's form; answer {"saved":true}
	ScriptSubmit   = "submit"   // the form itself, with the page waiting for {"to":…}
	ScriptUpload   = "upload"   // one file, with progress
)

// ByScript says whether our script sent this request and wants JSON.
func (c *Ctx) ByScript() bool { return c.R.Header.Get(ScriptHeader) != "" }

// Autosave says whether this is a draft saved while the person types: keep
// what is valid, complain about nothing, answer with [Ctx.Saved].
func (c *Ctx) Autosave() bool { return c.R.Header.Get(ScriptHeader) == ScriptAutosave }

// Saved answers an autosave.
func (c *Ctx) Saved() error {
	return c.JSON(http.StatusOK, map[string]any{"saved": true, "at": Clock(c.Now)})
}

// Meta is the frame of a page of this request: everything but the title comes
// from the session and the site, so no handler fills it by hand.
func (c *Ctx) Meta(title string) PageMeta {
	m := c.frame(title)
	if c.deps.TakeFlash != nil {
		m.Flash = c.deps.TakeFlash(c.R)
	}
	return m
}

// frame is Meta without the kept sentence: an error page leaves it for the
// page after it.
func (c *Ctx) frame(title string) PageMeta {
	m := PageMeta{Title: title, Lang: "zh-CN", Door: c.route.Door, Script: true,
		Path: c.R.URL.Path, Now: c.Now, Account: c.Viewer.Name, SignOut: c.deps.signOut(),
		NoIndex: c.route.Guard != Public}
	if k, err := c.R.Cookie(LargeCookie); err == nil && k.Value == "1" {
		m.Large = true
	}
	if c.Viewer.OrgName != "" {
		m.Account = strings.TrimSpace(c.Viewer.OrgName + " " + c.Viewer.Name)
	}
	if c.deps.Site != nil {
		m.Site = c.deps.Site(c.R, c.Viewer)
	}
	m.Programme = or(c.Viewer.ProgrammeName, m.Site.Programme)
	if c.deps.Nav != nil {
		m.Nav = c.deps.Nav(c.R, c.Viewer)
	}
	return m
}

// Flash keeps one sentence for the next page.
func (c *Ctx) Flash(sentence string) {
	if c.deps.PutFlash != nil {
		c.deps.PutFlash(c.R, sentence)
	}
}

// Render answers 200 with a page.
func (c *Ctx) Render(t templ.Component) error { return c.RenderAs(http.StatusOK, t) }

// RenderAs answers with a page and a code, 422 for a form with problems. The
// page is made whole before the first byte leaves, so a fault in a component
// becomes a clean error page.
func (c *Ctx) RenderAs(code int, t templ.Component) error {
	var b bytes.Buffer
	if err := t.Render(c.Context(), &b); err != nil {
		return err
	}
	c.W.Header().Set("Content-Type", "text/html; charset=utf-8")
	c.W.WriteHeader(code)
	_, err := c.W.Write(b.Bytes())
	return ignoreGone(err)
}

// Redirect sends the browser on with a GET (303); our script gets {"to":…}.
func (c *Ctx) Redirect(to string) error {
	if c.ByScript() {
		return c.JSON(http.StatusOK, map[string]string{"to": to})
	}
	// Not http.Redirect: it writes a body in English.
	c.W.Header().Set("Location", to)
	c.W.WriteHeader(http.StatusSeeOther)
	return nil
}

// JSON answers with one JSON value.
func (c *Ctx) JSON(code int, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	c.W.Header().Set("Content-Type", "application/json; charset=utf-8")
	c.W.WriteHeader(code)
	_, err = c.W.Write(b)
	return ignoreGone(err)
}

// ignoreGone drops the error of writing to a browser that has left; there is
// nobody to tell and nothing to mend.
func ignoreGone(error) error { return nil }

// fail answers an error: as a page, or as JSON when a script or a client of
// JSON asks. A fault of ours is logged with its cause, the rest is not news.
func (c *Ctx) fail(err error) {
	var m *Moved
	if errors.As(err, &m) {
		_ = c.Redirect(m.To) // a redirect has no body to fail on
		return
	}
	e := asError(err, c.deps.Translate)
	if e.Code >= 500 {
		c.deps.Log.LogAttrs(c.Context(), slog.LevelError, "request failed",
			slog.String("number", c.Number), slog.String("method", c.R.Method),
			slog.String("route", c.route.Pattern), slog.Int("code", e.Code), slog.String("error", err.Error()))
	}
	if e.After > 0 {
		c.W.Header().Set("Retry-After", strconv.Itoa(int((e.After+time.Second-1)/time.Second)))
	}
	if c.ByScript() || strings.HasPrefix(c.R.Header.Get("Accept"), "application/json") {
		_ = c.JSON(e.Code, map[string]any{"error": e.Title + "。" + e.Sentence + e.Next,
			"code": e.Code, "number": c.Number})
		return
	}
	f := c.frame(e.Title)
	f.NoIndex = true
	if err := c.RenderAs(e.Code, ErrorPage(f, *e, c.Number)); err != nil {
		http.Error(c.W, e.Title, e.Code)
	}
}

// The limits of a form. A value holds any text we ask for; more is an attack
// or a mistake (bar: input of any length costs bounded work).
const (
	maxFields = 300
	maxValue  = 4 << 10
)

// Form holds the fields of a posted form.
type Form url.Values

// Get gives a field, trimmed; "" when absent.
func (f Form) Get(name string) string {
	if v := f[name]; len(v) > 0 {
		return strings.TrimSpace(v[0])
	}
	return ""
}

// All gives every value of a field that may come several times.
func (f Form) All(name string) []string { return f[name] }

// Has says whether the field came at all (an unticked box does not).
func (f Form) Has(name string) bool { return len(f[name]) > 0 }

// Form reads the posted fields, urlencoded or multipart without files. It
// refuses what is not UTF-8, too many or too long fields; the errors are
// answers of their own.
func (c *Ctx) Form() (Form, error) {
	kind, _, err := mime.ParseMediaType(c.R.Header.Get("Content-Type"))
	if err != nil {
		return nil, Invalid("没有收到表单内容。")
	}
	switch kind {
	case "application/x-www-form-urlencoded":
		body, err := io.ReadAll(c.R.Body)
		if err != nil {
			return nil, readErr(err)
		}
		v, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, Invalid("表单内容不完整。")
		}
		return checkForm(v)
	case "multipart/form-data":
		return c.Upload(nil)
	}
	return nil, Invalid("表单的格式不对。")
}

// Part is one file of an upload while it streams in.
type Part struct {
	Field string    // name of the field
	Name  string    // the sender's file name; for show only, never a path
	Type  string    // the sender's claim, to be checked against the bytes
	Body  io.Reader // bounded by the route's MaxBody
}

// Upload reads a multipart form as a stream: each file is handed to keep while
// it comes in and never touches a temporary file; the plain fields are
// returned. An empty file field (nothing chosen) is passed over. With keep nil
// any file is refused. A caller that needs fields before the file must place
// them before it in the form.
func (c *Ctx) Upload(keep func(Part) error) (Form, error) {
	mr, err := c.R.MultipartReader()
	if err != nil {
		return nil, Invalid("没有收到文件。")
	}
	v := url.Values{}
	for n := 0; ; n++ {
		if n > maxFields {
			return nil, Invalid("表单的项目太多。")
		}
		p, err := mr.NextPart()
		if errors.Is(err, io.EOF) {
			return checkForm(v)
		}
		if err != nil {
			return nil, readErr(err)
		}
		if _, params, _ := mime.ParseMediaType(p.Header.Get("Content-Disposition")); params["filename"] != "" {
			if keep == nil {
				return nil, Invalid("这里不能传文件。")
			}
			if err := keep(Part{Field: p.FormName(), Name: p.FileName(), Type: p.Header.Get("Content-Type"), Body: p}); err != nil {
				return nil, readErr(err)
			}
			continue
		}
		b, err := io.ReadAll(io.LimitReader(p, maxValue+1))
		if err != nil {
			return nil, readErr(err)
		}
		if p.FormName() != "" && !(len(b) == 0 && p.Header.Get("Content-Type") != "") {
			v.Add(p.FormName(), string(b))
		}
	}
}

func checkForm(v url.Values) (Form, error) {
	n := 0
	for name, values := range v {
		for _, s := range values {
			if n++; n > maxFields {
				return nil, Invalid("表单的项目太多。")
			}
			if len(s) > maxValue {
				return nil, Invalid("有一项填得太长，最多一千多个字。")
			}
			if !utf8.ValidString(s) || !utf8.ValidString(name) || strings.ContainsRune(s, 0) {
				return nil, Invalid("有一项里含有认不出的字。")
			}
		}
	}
	return Form(v), nil
}

// readErr keeps our own answers and the size limit, and calls the rest a
// broken transfer: the connection is gone or the body is not what it says.
func readErr(err error) error {
	var e *Error
	var big *http.MaxBytesError
	if errors.As(err, &e) || errors.As(err, &big) {
		return err
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, context.Canceled) || strings.HasPrefix(err.Error(), "multipart:") {
		return &Error{Code: http.StatusBadRequest, Title: "没有传完", Sentence: "网络断了一下，内容没有收全。",
			Next: "请再传一次。", Err: err}
	}
	return err
}
