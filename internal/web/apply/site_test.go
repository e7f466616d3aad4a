package apply_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/files"
	"yuanmeng/internal/office"
	"yuanmeng/internal/paper"
	"yuanmeng/internal/sample"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/sms"
	"yuanmeng/internal/store"
	"yuanmeng/internal/store/storetest"
	"yuanmeng/internal/vault"
	"yuanmeng/internal/web"
	"yuanmeng/internal/web/apply"
	"yuanmeng/plan"
)

const home = "https://ym.example"

// clock is one of the two clocks, moved by hand.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) to(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}

func (c *clock) pass(d time.Duration) { c.to(c.now().Add(d)) }

// site is the worker's door on a real database, with an open programme on the
// first day of drafts, and a letter box instead of an operator.
type site struct {
	http.Handler
	t       testing.TB
	ctx     context.Context
	db      *store.DB
	keys    *vault.Keys
	work    *casework.Work
	office  *office.Office
	p       *scheme.Programme
	clock   clock
	machine clock

	mu  sync.Mutex
	out []sms.Message
	bad error
	log bytes.Buffer
}

// Send keeps the message.
func (s *site) Send(_ context.Context, m sms.Message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bad == nil {
		s.out = append(s.out, m)
	}
	return s.bad
}

// code is the code of the last message.
func (s *site) code() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.out) == 0 {
		s.t.Fatal("no message was sent")
	}
	return s.out[len(s.out)-1].Params["code"]
}

var embedded = sync.OnceValue(func() *scheme.Programme {
	p, err := plan.Embedded()
	if err != nil {
		panic(err)
	}
	return plan.Demo(p)
})

var press = sync.OnceValue(func() *paper.Press {
	p, err := paper.New("")
	if err != nil {
		panic(err)
	}
	return p
})

// unloaded is a site without a programme.
func unloaded(t testing.TB) *site {
	t.Helper()
	fs, err := files.New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s := &site{t: t, ctx: context.Background(), db: storetest.New(t), keys: vault.Random(), p: embedded()}
	s.clock.at = s.p.DraftsAt.Add(time.Hour)
	s.machine.at = time.Date(2026, 7, 1, 3, 0, 0, 0, time.UTC)
	s.work = casework.New(s.db, s.keys, fs, s.clock.now, s.machine.now)
	s.office = &office.Office{
		DB: s.db, Keys: s.keys, SMS: s, Now: s.clock.now, Machine: s.machine.now, LastSix: s.work.LastSix,
		OpeningDay: func(now time.Time) bool { return s.work.OpeningDay(s.ctx, now) },
	}
	gate, stop := context.WithCancel(s.ctx)
	s.work.Start(gate)
	t.Cleanup(func() { stop(); s.work.Wait() })

	sessions := web.NewSessions(s.db, s.machine.now, true, func(_ context.Context, k web.Ticket) (web.Viewer, error) {
		return web.Viewer{AccountID: k.AccountID, Kind: k.Kind, Confirmed: k.Confirmed}, nil
	})
	deps := web.Deps{
		Door: web.DoorApply, Identify: sessions.Identify, Now: s.clock.now, Clock: s.machine.now, PublicURL: home,
		Log: slog.New(slog.NewTextHandler(&s.log, nil)), PutFlash: sessions.PutFlash, TakeFlash: sessions.TakeFlash,
		Translate: func(err error) error {
			switch {
			case err == casework.ErrNotFound:
				return web.NotFound
			case casework.RefusedCode(err) != "":
				return web.Conflict(err.(*casework.Refused).Reasons[0].Worker)
			}
			return nil
		},
	}
	mux := http.NewServeMux()
	mux.Handle("/assets/", web.Assets())
	web.Mount(mux, web.SharedRoutes(), deps)
	web.Mount(mux, (&apply.Door{
		Work: s.work, Office: s.office, Press: press(), Sessions: sessions, Machine: s.machine.now, Host: "ym.example", PublicURL: home,
	}).Routes(), deps)
	s.Handler = sessions.Wrap(web.Wrap(mux, deps))
	return s
}

// newSite is a site with the embedded programme, opened.
func newSite(t testing.TB) *site {
	t.Helper()
	s := unloaded(t)
	s.load()
	one, two := scheme.Actor{ID: "lead-1", Role: scheme.RoleLead}, scheme.Actor{ID: "lead-2", Role: scheme.RoleLead}
	if err := s.work.Open(s.ctx, one, two, string(s.p.ID), nil); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *site) load() {
	s.t.Helper()
	if err := s.work.Load(s.ctx, s.p, "hash"); err != nil {
		s.t.Fatal(err)
	}
}

// browser is one phone.
type browser struct {
	*site
	cookies map[string]string
	ip      string
}

func (s *site) browser() *browser {
	return &browser{site: s, cookies: map[string]string{}, ip: "192.0.2.1:4000"}
}

// page is one answer.
type page struct {
	*httptest.ResponseRecorder
	t    testing.TB
	text string // without tags, for sentences
	to   string
}

var tags = regexp.MustCompile(`(?s)<(script|style|svg).*?</(script|style|svg)>|<[^>]*>`)

func (b *browser) send(r *http.Request, headers ...string) page {
	b.t.Helper()
	r.RemoteAddr = b.ip
	r.Host = "ym.example"
	for name, v := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: v})
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	b.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if c.MaxAge < 0 || c.Value == "" {
			delete(b.cookies, c.Name)
		} else {
			b.cookies[c.Name] = c.Value
		}
	}
	text := strings.NewReplacer("&#34;", `"`, "&#39;", "'", "&amp;", "&").Replace(tags.ReplaceAllString(w.Body.String(), ""))
	return page{ResponseRecorder: w, t: b.t, text: strings.Join(strings.Fields(text), " "), to: w.Header().Get("Location")}
}

func (b *browser) get(target string, headers ...string) page {
	b.t.Helper()
	return b.send(httptest.NewRequest("GET", home+target, nil), headers...)
}

// post sends a form: name, value, name, value …
func (b *browser) post(target string, kv ...string) page {
	b.t.Helper()
	return b.send(b.request(target, kv...), "Origin", home)
}

// request is such a form before it is sent.
func (b *browser) request(target string, kv ...string) *http.Request {
	v := url.Values{}
	for i := 0; i+1 < len(kv); i += 2 {
		v.Add(kv[i], kv[i+1])
	}
	r := httptest.NewRequest("POST", home+target, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

// upload sends one file as a browser does.
func (b *browser) upload(target, field, name string, body []byte, headers ...string) page {
	b.t.Helper()
	var buf bytes.Buffer
	m := multipart.NewWriter(&buf)
	if body != nil {
		w, err := m.CreateFormFile(field, name)
		if err != nil {
			b.t.Fatal(err)
		}
		_, _ = w.Write(body)
	}
	_ = m.Close()
	r := httptest.NewRequest("POST", home+target, io.Reader(&buf))
	r.Header.Set("Content-Type", m.FormDataContentType())
	return b.send(r, append([]string{"Origin", home}, headers...)...)
}

// signedIn is a phone whose owner has signed in.
func (s *site) signedIn(phone string) *browser {
	s.t.Helper()
	b := s.browser()
	b.enter(phone)
	return b
}

// enter signs in on this phone.
func (b *browser) enter(phone string) page {
	b.t.Helper()
	b.machine.pass(time.Minute)
	b.post("/sign-in/code", "phone", phone).is(200)
	return b.post("/sign-in", "phone", phone, "code", b.code()).is(303)
}

func (p page) is(code int) page {
	p.t.Helper()
	if p.Code != code {
		p.t.Fatalf("code %d, want %d: %s", p.Code, code, p.text)
	}
	return p
}

func (p page) leads(to string) page {
	p.t.Helper()
	if p.is(303); p.to != to {
		p.t.Fatalf("leads to %q, want %q", p.to, to)
	}
	return p
}

// says looks for sentences on the page.
func (p page) says(parts ...string) page {
	p.t.Helper()
	for _, s := range parts {
		if !strings.Contains(p.text, s) {
			p.t.Fatalf("the page does not say %q: %s", s, p.text)
		}
	}
	return p
}

// hides looks for what must not be anywhere in the answer.
func (p page) hides(parts ...string) page {
	p.t.Helper()
	for _, s := range parts {
		if strings.Contains(p.Body.String(), s) {
			p.t.Fatalf("the page holds %q", s)
		}
	}
	return p
}

// holds looks for markup.
func (p page) holds(parts ...string) page {
	p.t.Helper()
	for _, s := range parts {
		if !strings.Contains(p.Body.String(), s) {
			p.t.Fatalf("the page does not hold %q: %s", s, p.Body)
		}
	}
	return p
}

// worker is the account behind a phone.
func (s *site) worker(phone string) string {
	s.t.Helper()
	w, err := s.db.WorkerByPhone(s.ctx, s.keys.Index("phone", phone))
	if err != nil {
		s.t.Fatal(err)
	}
	return w.ID
}

// draft is the case behind a phone with what it holds.
func (s *site) draft(phone string) (store.Case, *scheme.Application) {
	s.t.Helper()
	c, err := s.db.CaseOf(s.ctx, s.worker(phone), string(s.p.ID))
	if err != nil {
		s.t.Fatal(err)
	}
	app, err := s.work.Application(s.ctx, c)
	if err != nil {
		s.t.Fatal(err)
	}
	return c, app
}

// begun is a phone with a draft.
func (s *site) begun(phone string) *browser {
	s.t.Helper()
	b := s.signedIn(phone)
	b.post("/my/begin").leads("/my/p/consents")
	return b
}

// person is the n-th person of the crowd.
func (s *site) person(n int) sample.Person { return sample.New(s.p, n) }
