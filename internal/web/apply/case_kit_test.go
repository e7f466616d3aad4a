package apply

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"log/slog"
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
	"yuanmeng/internal/jobs"
	"yuanmeng/internal/office"
	"yuanmeng/internal/paper"
	"yuanmeng/internal/sample"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/sms"
	"yuanmeng/internal/store"
	"yuanmeng/internal/store/storetest"
	"yuanmeng/internal/vault"
	"yuanmeng/internal/web"
	"yuanmeng/plan"
)

// caseKit is an installation with one open programme of two seats and one
// waiting place, the worker's door mounted, and two clocks moved by hand.
type caseKit struct {
	http.Handler
	t     *testing.T
	ctx   context.Context
	db    *store.DB
	work  *casework.Work
	jobs  *jobs.Jobs
	texts *sms.Log
	p     *scheme.Programme
	id    string

	mu      sync.Mutex
	now     time.Time
	machine time.Time
	slow    time.Duration // the machine clock gains this with every look
	flash   map[string]string
}

var (
	casePress = sync.OnceValues(func() (*paper.Press, error) { return paper.New("") })
	casePlan  = sync.OnceValue(func() *scheme.Programme {
		p, err := plan.Embedded()
		if err != nil {
			panic(err)
		}
		return plan.Demo(p)
	})
	caseLead1 = scheme.Actor{ID: "lead-1", Role: scheme.RoleLead, Org: "district", Name: "凌导一"}
	caseLead2 = scheme.Actor{ID: "lead-2", Role: scheme.RoleLead, Org: "district", Name: "凌导二"}
	caseClerk = scheme.Actor{ID: "clerk", Role: scheme.RoleCentre, Org: "centre", Name: "钟心怡"}
	caseJudge = scheme.Actor{ID: "judge", Role: scheme.RoleDistrict, Org: "district", Name: "曲审言"}
)

func newCaseKit(t *testing.T) *caseKit {
	t.Helper()
	press, err := casePress()
	if err != nil {
		t.Fatal(err)
	}
	p := *casePlan()
	p.Cap, p.WaitingMax = 2, 1
	k := &caseKit{t: t, ctx: context.Background(), db: storetest.New(t), p: &p, id: string(p.ID), flash: map[string]string{}}
	k.now, k.machine = p.DraftsAt.Add(time.Hour), p.DraftsAt.Add(time.Hour)
	fs, err := files.New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	keys := vault.Random()
	k.work = casework.New(k.db, keys, fs, k.clock, k.clockOfMachine)
	k.texts = &sms.Log{Logger: slog.New(slog.DiscardHandler), Keep: 50}
	off := &office.Office{DB: k.db, Keys: keys, SMS: k.texts, Now: k.clock, Machine: k.clockOfMachine, LastSix: k.work.LastSix}
	k.jobs = &jobs.Jobs{Work: k.work, DB: k.db, Keys: keys, SMS: k.texts, Now: k.clock, Machine: k.clockOfMachine,
		Logger: slog.New(slog.DiscardHandler), Host: "ym.example", Runner: "test"}
	k.must(k.work.Load(k.ctx, &p, "hash"))
	k.must(k.work.Open(k.ctx, caseLead1, caseLead2, k.id, nil))
	ctx, cancel := context.WithCancel(k.ctx)
	k.work.Start(ctx)
	t.Cleanup(func() { cancel(); k.work.Wait() })
	deps := web.Deps{
		Door: web.DoorApply, PublicURL: "https://ym.example", Now: k.clock, Clock: k.clockOfMachine, Log: slog.New(slog.DiscardHandler),
		// The browser of the worker named in X-As, on his own phone.
		Identify: func(r *http.Request) (web.Viewer, error) {
			id := r.Header.Get("X-As")
			if id == "" {
				return web.Viewer{}, nil
			}
			return web.Viewer{AccountID: id, Kind: web.KindWorker, Confirmed: true, Name: "139****0001"}, nil
		},
		PutFlash: func(r *http.Request, s string) { k.mu.Lock(); defer k.mu.Unlock(); k.flash[r.Header.Get("X-As")] = s },
		TakeFlash: func(r *http.Request) string {
			k.mu.Lock()
			defer k.mu.Unlock()
			s := k.flash[r.Header.Get("X-As")]
			delete(k.flash, r.Header.Get("X-As"))
			return s
		},
		Translate: func(err error) error {
			if casework.RefusedCode(err) != "" {
				return web.Conflict(refusal(err))
			}
			return nil
		},
	}
	mux := http.NewServeMux()
	d := &Door{Work: k.work, Office: off, Press: press, Machine: k.clockOfMachine, Host: "ym.example", PublicURL: "https://ym.example"}
	web.Mount(mux, d.Routes(), deps)
	k.Handler = web.Wrap(mux, deps)
	return k
}

func (k *caseKit) clock() time.Time {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.now
}

func (k *caseKit) clockOfMachine() time.Time {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.machine = k.machine.Add(k.slow)
	return k.machine
}

// pass moves both clocks.
func (k *caseKit) pass(d time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.now, k.machine = k.now.Add(d), k.machine.Add(d)
}

// at moves both clocks to an instant and makes what has fallen due.
func (k *caseKit) at(to time.Time) {
	k.t.Helper()
	k.pass(to.Sub(k.clock()))
	_, err := k.work.RunDue(k.ctx, k.clock(), nil)
	k.must(err)
}

func (k *caseKit) open() { k.at(k.p.OpensAt.Add(time.Minute)) }

func (k *caseKit) must(err error) {
	k.t.Helper()
	if err != nil {
		k.t.Fatalf("unexpected: %v (%s)", err, refusal(err))
	}
}

// person is a worker with a case.
type person struct {
	sample.Person
	k    *caseKit
	id   string
	Case string
}

// blankPicture is a small blue JPEG.
var blankPicture = sync.OnceValue(func() []byte {
	m := image.NewRGBA(image.Rect(0, 0, 295, 413))
	draw.Draw(m, m.Bounds(), image.NewUniform(color.RGBA{67, 142, 219, 255}), image.Point{}, draw.Src)
	var b bytes.Buffer
	_ = jpeg.Encode(&b, m, nil)
	return b.Bytes()
})

// person makes the n-th worker with an empty draft.
func (k *caseKit) person(n int) *person {
	k.t.Helper()
	w := &person{Person: sample.New(k.p, n), k: k, id: fmt.Sprintf("worker-%d", n)}
	k.must(k.db.Write(k.ctx, k.clock(), func(tx *store.Tx) error {
		return tx.Insert(k.ctx, &store.Worker{ID: w.id, PhoneIndex: k.work.Keys.Index("phone", w.Phone), PhoneSealed: k.work.Keys.Seal("worker/"+w.id, []byte(w.Phone)), CreatedAt: tx.Now})
	}))
	c, err := k.work.Begin(k.ctx, w.id, k.id)
	k.must(err)
	w.Case = c.ID
	return w
}

// filled makes a worker who can submit.
func (k *caseKit) filled(n int) *person {
	k.t.Helper()
	w := k.person(n)
	w.put("consent_sensitive", "on", "consent_sharing", "on", "consent_public", "on", "name", w.Name, "id_kind", "resident", "id", w.ID, "phone", w.Phone,
		"hukou", "rural", "employer", w.Employer, "dispatched", "no", "town", w.Town, "post", w.Post, "employment", "contract", "worker_kind", w.WorkerKind,
		"own_union", "none", "officer", "no", "education", w.Education, "major", w.Major, "honour_title", "none", "card", w.Card, "bank", "中国农业银行")
	w.attach(scheme.FilePhoto)
	_, _, err := k.work.Printed(k.ctx, w.id, w.Case)
	k.must(err)
	k.pass(time.Second)
	w.attach(scheme.FileStamped)
	w.put("commitment", "on")
	return w
}

// seated makes a worker who has submitted.
func (k *caseKit) submitted(n int) *person {
	k.t.Helper()
	w := k.filled(n)
	if k.clock().Before(k.p.OpensAt) {
		k.open()
	}
	if to := w.post("/my/submit", "case", w.Case).to(); to != "/my/receipt" {
		k.t.Fatalf("submit leads to %s", to)
	}
	return w
}

func (w *person) put(kv ...string) {
	w.k.t.Helper()
	_, err := w.k.work.Save(w.k.ctx, w.id, w.Case, func(app *scheme.Application, p *scheme.Programme) error {
		for i := 0; i < len(kv); i += 2 {
			if rs := scheme.Put(app, p, kv[i], kv[i+1], w.k.clock()); scheme.Blocked(rs) {
				return fmt.Errorf("%s: %s", kv[i], rs[0].Code)
			}
		}
		return nil
	})
	w.k.must(err)
}

func (w *person) attach(kind scheme.FileKind) {
	w.k.t.Helper()
	_, err := w.k.work.Attach(w.k.ctx, w.id, w.Case, casework.Upload{Kind: kind, SHA256: fmt.Sprintf("%s-%d", kind, w.k.clock().UnixNano()),
		Pages: []casework.Page{{Type: "image/jpeg", Body: blankPicture()}}})
	w.k.must(err)
}

func (w *person) row() store.Case {
	w.k.t.Helper()
	c, err := w.k.db.CaseRow(w.k.ctx, w.Case)
	w.k.must(err)
	return c
}

// decide makes a move of the desk on the case.
func (w *person) decide(a scheme.Actor, o casework.Order) {
	w.k.t.Helper()
	o.Case = w.Case
	w.k.must(w.k.work.Decide(w.k.ctx, a, store.Viewer{Programmes: []string{w.k.id}}, o))
}

// page is an answer with what a reader sees of it.
type page struct {
	t *testing.T
	*httptest.ResponseRecorder
}

func (k *caseKit) ask(as, method, target string, headers []string, kv ...string) page {
	f := url.Values{}
	for i := 0; i+1 < len(kv); i += 2 {
		f.Add(kv[i], kv[i+1])
	}
	var r *http.Request
	if method == "POST" {
		r = httptest.NewRequest(method, target, strings.NewReader(f.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	} else {
		r = httptest.NewRequest(method, target, nil)
	}
	if as != "" {
		r.Header.Set("X-As", as)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	rec := httptest.NewRecorder()
	k.ServeHTTP(rec, r)
	return page{k.t, rec}
}

func (w *person) get(target string) page { return w.k.ask(w.id, "GET", target, nil) }

func (w *person) post(target string, kv ...string) page {
	return w.k.ask(w.id, "POST", target, nil, kv...)
}

// sure posts a form with the stamps of the page it stood on.
func (w *person) sure(target string, kv ...string) page {
	return w.post(target, append([]string{"case", w.Case, "version", fmt.Sprint(w.row().Version)}, kv...)...)
}

// to is where an answer leads.
func (p page) to() string { return p.Header().Get("Location") }

var (
	tags = regexp.MustCompile(`(?s)<head>.*?</head>|<[^>]*>`)
	gaps = regexp.MustCompile(`\s+`)
)

// text is what a reader sees.
func (p page) text() string {
	return gaps.ReplaceAllString(tags.ReplaceAllString(p.Body.String(), " "), " ")
}

// says checks the code and that a reader sees each of the words.
func (p page) says(code int, words ...string) page {
	p.t.Helper()
	text := strings.ReplaceAll(p.text(), " ", "")
	if p.Code != code {
		p.t.Errorf("answered %d, not %d: %.300s", p.Code, code, text)
	}
	for _, w := range words {
		if !strings.Contains(text, strings.ReplaceAll(w, " ", "")) {
			p.t.Errorf("does not say %q:\n%s", w, text)
		}
	}
	return p
}

// never checks that none of the words is on the page, not even in its source.
func (p page) never(words ...string) page {
	p.t.Helper()
	for _, w := range words {
		if strings.Contains(p.Body.String(), w) {
			p.t.Errorf("holds %q", w)
		}
	}
	return p
}

func mustPress(t *testing.T) *paper.Press {
	t.Helper()
	p, err := casePress()
	if err != nil {
		t.Fatal(err)
	}
	return p
}
