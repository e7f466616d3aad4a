package web

import (
	"compress/gzip"
	"context"
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"sync"
)

// Wrap puts every layer around the mux, outermost first: request number,
// access log, recovery, headers, compression, same-origin check, pages for 404
// and 405. It is the handler to serve.
func Wrap(mux *http.ServeMux, deps Deps) http.Handler {
	if deps.Clock == nil || deps.Identify == nil || deps.Now == nil || deps.Log == nil {
		panic("web: Wrap needs Identify, Now, Clock and Log")
	}
	if deps.Door == "" {
		deps.Door = DoorOpen
	}
	h := http.Handler(&noRoute{mux, &deps})
	h = SameOrigin(h, deps)
	h = Compress(h)
	h = Recover(h, deps)
	h = Headers(h, deps)
	h = AccessLog(h, deps)
	return RequestNumber(h)
}

// answer writes an error page outside of any route.
func answer(w http.ResponseWriter, r *http.Request, deps *Deps, err error) {
	c := &Ctx{W: w, R: r, Now: deps.Now(), Number: Number(r.Context()), deps: deps,
		route: &Route{Door: deps.Door, Guard: Public, Pattern: "-"}}
	c.fail(err)
}

// noRoute answers what the mux does not know in our own words.
type noRoute struct {
	mux  *http.ServeMux
	deps *Deps
}

func (h *noRoute) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if _, pattern := h.mux.Handler(r); pattern != "" {
		h.mux.ServeHTTP(w, r)
		return
	}
	// The mux answers 404, 405 with Allow, or a redirect to a clean path; its
	// body is dropped and ours is written.
	probe := &headerOnly{header: http.Header{}}
	h.mux.ServeHTTP(probe, r)
	switch {
	case probe.code == http.StatusMethodNotAllowed:
		w.Header().Set("Allow", probe.header.Get("Allow"))
		answer(w, r, h.deps, &Error{Code: http.StatusMethodNotAllowed, Title: "不能这样打开这个页面",
			Sentence: "这一步要从上一个页面点按钮进入。", Next: "请从首页重新进入。"})
	case probe.code >= 300 && probe.code < 400:
		w.Header().Set("Location", probe.header.Get("Location"))
		w.WriteHeader(probe.code)
	default:
		answer(w, r, h.deps, NotFound)
	}
}

type headerOnly struct {
	header http.Header
	code   int
}

func (p *headerOnly) Header() http.Header { return p.header }
func (p *headerOnly) WriteHeader(code int) {
	if p.code == 0 {
		p.code = code
	}
}
func (p *headerOnly) Write(b []byte) (int, error) { p.WriteHeader(http.StatusOK); return len(b), nil }

// RequestNumber gives each request a number of eight letters and digits, which
// error pages show and the log carries. One sent by the client is ignored.
func RequestNumber(next http.Handler) http.Handler {
	// No 0 and O, no 1 and I: it is read out over the telephone.
	enc := base32.NewEncoding("23456789ABCDEFGHJKLMNPQRSTUVWXYZ").WithPadding(base32.NoPadding)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var b [5]byte
		_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the process instead
		n := enc.EncodeToString(b[:])
		n = n[:4] + "-" + n[4:]
		w.Header().Set("X-Request-Id", n)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), numberKey{}, n)))
	})
}

// AccessLog writes one line per request: the route's pattern, never the path
// (it may hold an id) nor the query nor anything of the person.
func AccessLog(next http.Handler, deps Deps) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := deps.Clock()
		cw := &countingWriter{ResponseWriter: w}
		defer func() {
			took := deps.Clock().Sub(start)
			pattern := r.Pattern
			if _, p, ok := strings.Cut(pattern, " "); ok {
				pattern = p
			}
			if pattern == "" {
				pattern = "-"
			}
			if cw.code == 0 {
				cw.code = http.StatusOK
			}
			deps.Log.LogAttrs(r.Context(), slog.LevelInfo, "request",
				slog.String("number", Number(r.Context())), slog.String("method", r.Method),
				slog.String("route", pattern), slog.Int("code", cw.code),
				slog.Int64("bytes", cw.bytes), slog.Duration("took", took))
			if deps.Observe != nil {
				deps.Observe(pattern, r.Method, cw.code, took)
			}
		}()
		next.ServeHTTP(cw, r)
	})
}

// countingWriter remembers what was answered.
type countingWriter struct {
	http.ResponseWriter
	code  int
	bytes int64
}

func (w *countingWriter) WriteHeader(code int) {
	if w.code == 0 && code >= 200 {
		w.code = code
	}
	w.ResponseWriter.WriteHeader(code)
}

func (w *countingWriter) Write(b []byte) (int, error) {
	if w.code == 0 {
		w.code = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the real writer.
func (w *countingWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Recover turns a panic into the page for a fault of ours. When part of an
// answer has left already the connection is cut, so that nobody takes half a
// page for a whole one.
func Recover(next http.Handler, deps Deps) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		cw := &countingWriter{ResponseWriter: w}
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if p == http.ErrAbortHandler {
				panic(p)
			}
			// The stack shows code, not values; the panic's own text may hold
			// a value of a person only if code formatted one into it.
			deps.Log.LogAttrs(r.Context(), slog.LevelError, "panic",
				slog.String("number", Number(r.Context())), slog.String("panic", fmt.Sprintf("%T", p)),
				slog.String("stack", string(debug.Stack())))
			if cw.code != 0 {
				panic(http.ErrAbortHandler)
			}
			w.Header().Del("Content-Encoding")
			answer(w, r, &deps, fmt.Errorf("panic of type %T", p))
		}()
		next.ServeHTTP(cw, r)
	})
}

// Headers sets the security headers on every answer, error pages and static
// files included. Static files are the only ones that may be stored; [Assets]
// overrides the cache header itself.
func Headers(next http.Handler, deps Deps) http.Handler {
	https := strings.HasPrefix(deps.PublicURL, "https://")
	csp := policy(deps, https)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", csp)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		// same-origin and not no-referrer: with the latter browsers send
		// "Origin: null" on our own forms and the same-origin check refuses them.
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=(), publickey-credentials-get=(self), publickey-credentials-create=(self)")
		h.Set("Cache-Control", "no-store")
		if https {
			h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
		}
		next.ServeHTTP(w, r)
	})
}

// policy is the content security policy: nothing inline, nothing from
// elsewhere but what Deps names.
func policy(deps Deps, https bool) string {
	from := func(more []string) string { return strings.Join(append([]string{"'self'"}, more...), " ") }
	p := "default-src 'none'; script-src " + from(deps.ScriptFrom) +
		"; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src " + from(deps.ConnectFrom) +
		"; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'; manifest-src 'self'"
	if https {
		p += "; upgrade-insecure-requests"
	}
	return p
}

// SameOrigin refuses writes that another site's page sends in a visitor's
// name. The public URL is trusted even when a proxy changes the host, because
// old phones send only Origin and no Sec-Fetch-Site.
func SameOrigin(next http.Handler, deps Deps) http.Handler {
	cop := http.NewCrossOriginProtection()
	if u, err := url.Parse(deps.PublicURL); err == nil && u.Host != "" {
		if err := cop.AddTrustedOrigin(u.Scheme + "://" + u.Host); err != nil {
			panic("web: public URL: " + err.Error())
		}
	}
	cop.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer(w, r, &deps, &Error{Code: http.StatusForbidden, Title: "这次提交没有被接受",
			Sentence: "提交不是从本平台的页面发出的，为保护您的信息，系统没有办理。",
			Next:     "请从首页重新进入，再做一次。"})
	}))
	return cop.Handler(next)
}

var gzips = sync.Pool{New: func() any {
	w, _ := gzip.NewWriterLevel(io.Discard, 5) // the level is valid
	return w
}}

// Compress answers pages and JSON in gzip to those who accept it. Files and
// pictures pass unchanged: they are compressed already, or sealed.
func Compress(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !accepts(r.Header.Get("Accept-Encoding"), "gzip") || r.Header.Get("Range") != "" || r.Method == http.MethodHead {
			next.ServeHTTP(w, r)
			return
		}
		gw := &gzipWriter{ResponseWriter: w}
		// Not deferred past a panic: Recover must still be able to answer.
		next.ServeHTTP(gw, r)
		gw.close()
	})
}

type gzipWriter struct {
	http.ResponseWriter
	zip     *gzip.Writer
	decided bool
}

func (w *gzipWriter) WriteHeader(code int) {
	if code >= 200 && !w.decided {
		w.decided = true
		h := w.Header()
		kind, _, _ := strings.Cut(h.Get("Content-Type"), ";")
		switch kind {
		case "text/html", "application/json", "text/plain", "text/csv":
			h.Add("Vary", "Accept-Encoding")
			if h.Get("Content-Encoding") == "" && code != http.StatusNoContent && code != http.StatusNotModified {
				h.Set("Content-Encoding", "gzip")
				h.Del("Content-Length")
				w.zip = gzips.Get().(*gzip.Writer)
				w.zip.Reset(w.ResponseWriter)
			}
		}
	}
	w.ResponseWriter.WriteHeader(code)
}

func (w *gzipWriter) Write(b []byte) (int, error) {
	if !w.decided {
		if w.Header().Get("Content-Type") == "" {
			w.Header().Set("Content-Type", http.DetectContentType(b))
		}
		w.WriteHeader(http.StatusOK)
	}
	if w.zip != nil {
		return w.zip.Write(b)
	}
	return w.ResponseWriter.Write(b)
}

// Flush sends what there is, for answers that come in pieces.
func (w *gzipWriter) Flush() {
	if w.zip != nil {
		_ = w.zip.Flush() // a browser that has left needs no bytes
	}
	_ = http.NewResponseController(w.ResponseWriter).Flush()
}

// Unwrap lets http.ResponseController reach the real writer.
func (w *gzipWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *gzipWriter) close() {
	if w.zip != nil {
		_ = w.zip.Close() // as above
		w.zip.Reset(io.Discard)
		gzips.Put(w.zip)
		w.zip = nil
	}
}

// accepts reads an Accept-Encoding header for one coding; q=0 is a refusal.
func accepts(header, coding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(name), coding) {
			q, weighted := strings.CutPrefix(strings.ReplaceAll(strings.ToLower(params), " ", ""), "q=")
			return !weighted || strings.Trim(q, "0.") != ""
		}
	}
	return false
}
