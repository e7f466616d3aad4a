package open

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/html"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/files"
	"yuanmeng/internal/jobs"
	"yuanmeng/internal/proof"
	"yuanmeng/internal/sample"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/store/storetest"
	"yuanmeng/internal/vault"
	"yuanmeng/internal/web"
	"yuanmeng/plan"
)

const host = "ym.example"

// site is an installation with the open door mounted as the program does.
type site struct {
	http.Handler
	t      testing.TB
	w      *casework.Work
	jobs   *jobs.Jobs
	p      *scheme.Programme
	at     time.Time
	mu     sync.Mutex
	viewer web.Viewer
	people int
	log    strings.Builder
}

func (s *site) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at
}

// to sets the programme clock and the machine clock.
func (s *site) to(at time.Time) *site {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at = at
	return s
}

var demoPlan = sync.OnceValue(func() *scheme.Programme {
	p, err := plan.Embedded()
	if err != nil {
		panic(err)
	}
	return plan.Demo(p)
})

// newSite mounts the door on an empty installation.
func newSite(t testing.TB) *site {
	t.Helper()
	s := &site{t: t, at: demoPlan().DraftsAt}
	blobs, err := files.New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	db := storetest.New(t)
	s.w = casework.New(db, vault.Random(), blobs, s.now, s.now)
	ctx, cancel := context.WithCancel(context.Background())
	s.w.Start(ctx)
	t.Cleanup(func() { cancel(); s.w.Wait() })
	logger := slog.New(slog.NewTextHandler(&s.log, nil))
	s.jobs = &jobs.Jobs{Work: s.w, DB: db, Keys: s.w.Keys, Now: s.now, Machine: s.now, Host: host, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), Runner: "test"}
	deps := web.Deps{
		Door: web.DoorOpen, Now: s.now, Clock: s.now, Log: logger, PublicURL: "https://" + host,
		Identify: func(*http.Request) (web.Viewer, error) { return s.viewer, nil },
		Site: func(*http.Request, web.Viewer) web.Site {
			x := web.Site{Name: "求学圆梦行动"}
			if s.p != nil {
				x.Programme, x.Phone, x.Hours = s.p.Name, s.p.Hotline, s.p.HotlineHours
			}
			return x
		},
	}
	mux := http.NewServeMux()
	mux.Handle("/assets/", web.Assets())
	web.Mount(mux, (&Door{Work: s.w, Machine: s.now, Host: host, PublicURL: "https://" + host}).Routes(), deps)
	web.Mount(mux, web.SharedRoutes(), deps)
	s.Handler = web.Wrap(mux, deps)
	return s
}

// load puts a programme in; open opens it by two persons.
func (s *site) load(change ...func(*scheme.Programme)) *site {
	s.t.Helper()
	p := *demoPlan()
	for _, c := range change {
		c(&p)
	}
	if err := s.w.Load(context.Background(), &p, "hash-of-"+string(p.ID)); err != nil {
		s.t.Fatal(err)
	}
	s.p = &p
	return s
}

func (s *site) open() *site {
	s.t.Helper()
	lead := func(id string) scheme.Actor {
		return scheme.Actor{ID: id, Role: scheme.RoleLead, Org: "lead", Name: id}
	}
	if err := s.w.Open(context.Background(), lead("lead-1"), lead("lead-2"), string(s.p.ID), nil); err != nil {
		s.t.Fatal(err)
	}
	return s
}

// seats makes a programme of few seats.
func seats(seats, waiting int) func(*scheme.Programme) {
	return func(p *scheme.Programme) { p.Cap, p.WaitingMax = seats, waiting }
}

// accepted hands in one more application and gives the case.
func (s *site) accepted() store.Case {
	s.t.Helper()
	ctx := context.Background()
	s.people++
	who := sample.New(s.p, s.people)
	worker := store.NewID(s.now())
	err := s.w.DB.Write(ctx, s.now(), func(tx *store.Tx) error {
		return tx.Insert(ctx, &store.Worker{ID: worker, PhoneIndex: s.w.Keys.Index("phone", worker), PhoneSealed: s.w.Keys.Seal("worker/"+worker, []byte(who.Phone)), CreatedAt: tx.Now})
	})
	if err != nil {
		s.t.Fatal(err)
	}
	c, err := s.w.Begin(ctx, worker, string(s.p.ID))
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := s.w.Save(ctx, worker, c.ID, func(app *scheme.Application, p *scheme.Programme) error {
		return sample.Fill(app, p, who, s.now())
	}); err != nil {
		s.t.Fatal(err)
	}
	if _, err := s.w.Submit(ctx, worker, c.ID, s.w.Door(), s.now()); err != nil {
		s.t.Fatal(err)
	}
	if c, err = s.w.DB.CaseRow(ctx, c.ID); err != nil {
		s.t.Fatal(err)
	}
	return c
}

// checkpoint signs the head of the log.
func (s *site) checkpoint() {
	s.t.Helper()
	if _, err := s.jobs.Checkpoint(context.Background()); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) receipt(c store.Case) proof.Receipt {
	s.t.Helper()
	r, err := s.w.Receipt(context.Background(), c)
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

// answer is a reply, read as a page.
type answer struct {
	*httptest.ResponseRecorder
	t    testing.TB
	root *html.Node
}

func (s *site) get(path string) answer { return s.send(httptest.NewRequest("GET", path, nil)) }

func (s *site) post(path string, values url.Values) answer {
	r := httptest.NewRequest("POST", path, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return s.send(r)
}

func (s *site) send(r *http.Request) answer {
	s.t.Helper()
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	root, err := html.Parse(strings.NewReader(w.Body.String()))
	if err != nil {
		s.t.Fatal(err)
	}
	return answer{w, s.t, root}
}

// each calls f for every element of the page.
func (a answer) each(f func(*html.Node)) {
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode {
			f(n)
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(a.root)
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func textOf(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	s := ""
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		s += textOf(c)
	}
	return s
}

// words is the text of the main part, with white space squeezed.
func (a answer) words() string {
	s := ""
	a.each(func(n *html.Node) {
		if n.Data == "main" {
			s = strings.Join(strings.Fields(textOf(n)), " ")
		}
	})
	return s
}

// links lists the addresses of a main part with their words.
func (a answer) links() map[string]string {
	out := map[string]string{}
	a.each(func(n *html.Node) {
		if n.Data == "a" {
			out[strings.Join(strings.Fields(textOf(n)), " ")] = attr(n, "href")
		}
	})
	return out
}

func (a answer) ok() answer {
	a.t.Helper()
	if a.Code != http.StatusOK {
		a.t.Fatalf("code %d: %s", a.Code, a.words())
	}
	return a
}

func (a answer) says(want ...string) answer {
	a.t.Helper()
	w := a.words()
	for _, s := range want {
		if !strings.Contains(w, s) {
			a.t.Errorf("does not say %q: %s", s, w)
		}
	}
	return a
}

func (a answer) hides(words ...string) answer {
	a.t.Helper()
	w := a.words()
	for _, s := range words {
		if strings.Contains(w, s) {
			a.t.Errorf("says %q: %s", s, w)
		}
	}
	return a
}

// tally makes one for tests of pure words.
func tally(cap, held, waiting, max int) store.Tally {
	return store.Tally{Cap: cap, Held: held, Waiting: waiting, WaitingMax: max}
}
