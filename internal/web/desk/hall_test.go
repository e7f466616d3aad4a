package desk_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/files"
	"yuanmeng/internal/sample"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/store/storetest"
	"yuanmeng/internal/vault"
	"yuanmeng/internal/web"
	"yuanmeng/internal/web/desk"
)

// hall is the desk's door on a real database with an open programme. Who asks
// stands in a header; sign-in is tested elsewhere.
type hall struct {
	t      *testing.T
	ctx    context.Context
	db     *store.DB
	keys   *vault.Keys
	w      *casework.Work
	p      *scheme.Programme
	routes []web.Route
	h      http.Handler
	people int

	mu     sync.Mutex
	at     time.Time // programme clock
	proved time.Time // machine clock: last second factor of everybody
	flash  string
}

// The people at the desk, by their names in the header.
var hallStaff = map[string]scheme.Role{
	"centre1": scheme.RoleCentre, "centre2": scheme.RoleCentre, "district1": scheme.RoleDistrict, "district2": scheme.RoleDistrict,
	"lead1": scheme.RoleLead, "lead2": scheme.RoleLead, "auditor": scheme.RoleAuditor, "sysadmin": scheme.RoleSysAdmin,
	"secadmin": scheme.RoleSecAdmin, "auditadmin": scheme.RoleAuditAdmin, "local": scheme.RoleLocal, "college": scheme.RoleCollege,
	"foreign": scheme.RoleDistrict, // of another programme
	"twice":   scheme.RoleDistrict, // the same account as centre1
}

// newHall opens an installation with few seats an hour after the opening.
func newHall(t *testing.T, seats, waiting int) *hall {
	t.Helper()
	p := *programme(t, true)
	p.Cap, p.WaitingMax = seats, waiting
	hl := &hall{t: t, ctx: context.Background(), db: storetest.New(t), keys: vault.Random(), p: &p, at: p.DraftsAt}
	fs, err := files.New(t.TempDir())
	hl.must(err)
	hl.w = casework.New(hl.db, hl.keys, fs, hl.now, hl.now)
	ctx, cancel := context.WithCancel(context.Background())
	hl.w.Start(ctx)
	t.Cleanup(func() { cancel(); hl.w.Wait() })
	hl.must(hl.w.Load(hl.ctx, hl.p, "folder"))
	hl.must(hl.w.Open(hl.ctx, scheme.Actor{ID: "lead1", Role: scheme.RoleLead}, scheme.Actor{ID: "lead2", Role: scheme.RoleLead}, xianan, nil))
	hl.to(p.OpensAt.Add(time.Hour))

	deps := web.Deps{
		Door: web.DoorDesk, Identify: hl.identify, Now: hl.now, Clock: hl.now, PublicURL: siteURL, SignIn: "/desk/sign-in", SignOut: "/desk/sign-out",
		Log:       slog.New(slog.NewTextHandler(failWriter{t}, &slog.HandlerOptions{Level: slog.LevelError})),
		PutFlash:  func(_ *http.Request, s string) { hl.flash = s },
		TakeFlash: func(*http.Request) string { s := hl.flash; hl.flash = ""; return s },
		Translate: translate,
	}
	mux := http.NewServeMux()
	hl.routes = web.Mount(mux, (&desk.Door{Work: hl.w, Machine: hl.now, PublicURL: siteURL}).Routes(), deps)
	hl.h = web.Wrap(mux, deps)
	return hl
}

func (hl *hall) must(err error) {
	hl.t.Helper()
	if err != nil {
		hl.t.Fatal(err)
	}
}

func (hl *hall) now() time.Time {
	hl.mu.Lock()
	defer hl.mu.Unlock()
	return hl.at
}

// to moves the clock forward.
func (hl *hall) to(at time.Time) {
	hl.mu.Lock()
	defer hl.mu.Unlock()
	if at.After(hl.at) {
		hl.at = at
	}
}

// runDue makes what falls due up to an instant.
func (hl *hall) runDue(until time.Time) {
	hl.t.Helper()
	_, err := hl.w.RunDue(hl.ctx, until, func(at time.Time) { hl.to(at) })
	hl.must(err)
	hl.to(until)
}

func (hl *hall) identify(r *http.Request) (web.Viewer, error) {
	name := r.Header.Get("X-As")
	role, ok := hallStaff[name]
	if !ok {
		return web.Viewer{}, nil
	}
	v := web.Viewer{AccountID: name, Kind: web.KindStaff, Name: name, Roles: []string{string(role)}, Org: "district", Programme: xianan, ProvedAt: hl.proved}
	switch name {
	case "foreign":
		v.Programme = "elsewhere-2026"
	case "twice":
		v.AccountID, v.Name = "centre1", "centre1"
	}
	return v, nil
}

// do asks as somebody; a form is posted, no form is a GET.
func (hl *hall) do(as, path string, form url.Values) *httptest.ResponseRecorder {
	method, body := http.MethodGet, ""
	if form != nil {
		method, body = http.MethodPost, form.Encode()
	}
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("X-As", as)
	w := httptest.NewRecorder()
	hl.h.ServeHTTP(w, r)
	return w
}

// page gives a page that has to be there.
func (hl *hall) page(as, path string) string {
	hl.t.Helper()
	w := hl.do(as, path, nil)
	if w.Code != 200 {
		hl.t.Fatalf("%s as %s: %d %s", path, as, w.Code, words(w.Body.String()))
	}
	return w.Body.String()
}

var markup = regexp.MustCompile(`(?s)<(script|style).*?</(script|style)>|<[^>]*>|\s+`)

// words is a page without its marks.
func words(page string) string { return markup.ReplaceAllString(page, " ") }

var hiddenField = regexp.MustCompile(`<input type="hidden" name="(version|seen|list)" value="([^"]*)"`)

// fields reads the hidden fields of the forms about a case from a page.
func fields(page string) url.Values {
	v := url.Values{}
	for _, m := range hiddenField.FindAllStringSubmatch(page, -1) {
		if !v.Has(m[1]) {
			v.Set(m[1], m[2])
		}
	}
	return v
}

// press opens the case and makes a move, as a person does with the form.
func (hl *hall) press(as string, a *entrant, move scheme.MoveName, more ...string) *httptest.ResponseRecorder {
	hl.t.Helper()
	v := fields(hl.page(as, "/desk/cases/"+a.caseID))
	if !v.Has("version") {
		v.Set("version", strconv.Itoa(a.row().Version)) // nothing to press there: press all the same
	}
	for i := 0; i+1 < len(more); i += 2 {
		v.Add(more[i], more[i+1])
	}
	return hl.do(as, "/desk/cases/"+a.caseID+"/"+string(move), v)
}

// done is a move that has to succeed.
func (hl *hall) done(as string, a *entrant, move scheme.MoveName, more ...string) {
	hl.t.Helper()
	if w := hl.press(as, a, move, more...); w.Code != 303 {
		hl.t.Fatalf("%s by %s: %d %s", move, as, w.Code, words(w.Body.String()))
	}
}

// not is a move that has to fail with a code and a sentence.
func (hl *hall) not(as string, a *entrant, move scheme.MoveName, code int, sentence string, more ...string) {
	hl.t.Helper()
	before := a.row()
	w := hl.press(as, a, move, more...)
	if w.Code != code || !strings.Contains(w.Body.String(), sentence) {
		hl.t.Errorf("%s by %s: %d, want %d with %q: %s", move, as, w.Code, code, sentence, words(w.Body.String()))
	}
	if after := a.row(); after.Version != before.Version || after.State != before.State {
		hl.t.Errorf("%s by %s was refused and changed the case", move, as)
	}
}

// agree lets somebody answer the open proposal about a case.
func (hl *hall) answer(as string, a *entrant, answer string) *httptest.ResponseRecorder {
	hl.t.Helper()
	ps, err := hl.db.ProposalsOf(hl.ctx, a.caseID)
	hl.must(err)
	if len(ps) != 1 {
		hl.t.Fatalf("number %d has %d proposals", a.no, len(ps))
	}
	return hl.do(as, "/desk/proposals/"+ps[0].ID, url.Values{"answer": {answer}})
}

func (hl *hall) agree(as string, a *entrant) {
	hl.t.Helper()
	if w := hl.answer(as, a, "agree"); w.Code != 303 {
		hl.t.Fatalf("second by %s: %d %s", as, w.Code, words(w.Body.String()))
	}
}

// entrant is a worker with his case.
type entrant struct {
	sample.Person
	hl             *hall
	worker, caseID string
	no             int
}

func digestOf(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:])
}

// apply fills in a complete application; the files are not looked at.
func (hl *hall) apply(change ...func(app *scheme.Application)) *entrant {
	hl.t.Helper()
	hl.people++
	a := &entrant{Person: sample.New(hl.p, hl.people), hl: hl, worker: store.NewID(hl.now())}
	hl.must(hl.db.Write(hl.ctx, hl.now(), func(tx *store.Tx) error {
		return tx.Insert(hl.ctx, &store.Worker{
			ID: a.worker, PhoneIndex: hl.keys.Index("phone", a.Phone), PhoneSealed: hl.keys.Seal("worker/"+a.worker, []byte(a.Phone)), CreatedAt: tx.Now,
		})
	}))
	c, err := hl.w.Begin(hl.ctx, a.worker, xianan)
	hl.must(err)
	a.caseID = c.ID
	a.attach(scheme.FilePhoto, "photo")
	a.save(func(app *scheme.Application) {
		for _, kv := range [][2]string{
			{"consent_sensitive", "yes"}, {"consent_sharing", "yes"}, {"consent_public", "yes"}, {"name", a.Name}, {"id_kind", "resident"}, {"id", a.ID},
			{"phone", a.Phone}, {"employer", a.Employer}, {"dispatched", "no"}, {"town", a.Town}, {"post", a.Post}, {"employment", "contract"},
			{"worker_kind", a.WorkerKind}, {"hukou", "rural"}, {"own_union", "none"}, {"officer", "no"}, {"major", a.Major}, {"education", a.Education},
			{"honour_title", "none"}, {"card", a.Card}, {"bank", "中国农业银行"}, {"commitment", "yes"},
		} {
			if rs := scheme.Put(app, hl.p, kv[0], kv[1], hl.now()); scheme.Blocked(rs) {
				hl.t.Fatalf("%s: %s", kv[0], rs[0].Code)
			}
		}
		for _, f := range change {
			f(app)
		}
	})
	_, _, err = hl.w.Printed(hl.ctx, a.worker, a.caseID)
	hl.must(err)
	a.attach(scheme.FileStamped, "form")
	return a
}

func (a *entrant) save(change func(app *scheme.Application)) {
	a.hl.t.Helper()
	_, err := a.hl.w.Save(a.hl.ctx, a.worker, a.caseID, func(app *scheme.Application, _ *scheme.Programme) error {
		change(app)
		return nil
	})
	a.hl.must(err)
}

func (a *entrant) attach(kind scheme.FileKind, seed string, findings ...scheme.Finding) {
	a.hl.t.Helper()
	_, err := a.hl.w.Attach(a.hl.ctx, a.worker, a.caseID, casework.Upload{
		Kind: kind, SHA256: digestOf(seed + a.worker), Findings: findings, Pages: []casework.Page{{Type: "image/jpeg", Body: []byte("page of " + seed)}},
	})
	a.hl.must(err)
}

// submit hands in and gives the number.
func (a *entrant) submit() *entrant {
	a.hl.t.Helper()
	acc, err := a.hl.w.Submit(a.hl.ctx, a.worker, a.caseID, a.hl.w.Door(), a.hl.now())
	a.hl.must(err)
	a.no = acc.No
	return a
}

// accepted is a new person with a number.
func (hl *hall) accepted(change ...func(app *scheme.Application)) *entrant {
	hl.t.Helper()
	return hl.apply(change...).submit()
}

// atDistrict is one whom the centre has passed.
func (hl *hall) atDistrict(change ...func(app *scheme.Application)) *entrant {
	hl.t.Helper()
	a := hl.accepted(change...)
	hl.done("centre1", a, scheme.Pass)
	return a
}

func (a *entrant) row() store.Case {
	a.hl.t.Helper()
	c, err := a.hl.db.CaseRow(a.hl.ctx, a.caseID)
	a.hl.must(err)
	return c
}

func (a *entrant) is(state scheme.CaseState, place scheme.Place) {
	a.hl.t.Helper()
	if c := a.row(); c.State != state || c.Place != place {
		a.hl.t.Fatalf("number %d is %s/%s, want %s/%s", a.no, c.State, c.Place, state, place)
	}
}

// events names what has happened to the case, oldest first.
func (a *entrant) events() []string {
	a.hl.t.Helper()
	es, err := a.hl.db.CaseEvents(a.hl.ctx, a.caseID, 500)
	a.hl.must(err)
	var out []string
	for _, e := range es {
		out = append(out, e.Name)
	}
	return out
}

func (a *entrant) honour(app *scheme.Application) {
	for _, h := range a.hl.p.Honours {
		app.Answers.Honour = h.Key
		break
	}
	app.Files[scheme.FileHonour] = scheme.FileNote{ID: "honour", SHA256: digestOf("honour"), Type: "image/jpeg", Size: 9, Pages: 1, At: a.hl.now().UTC()}
}

// has says that a page holds all of the words.
func has(t *testing.T, page string, list ...string) {
	t.Helper()
	for _, s := range list {
		if !strings.Contains(page, s) {
			t.Errorf("page lacks %q: %s", s, words(page))
		}
	}
}

func lacks(t *testing.T, page string, list ...string) {
	t.Helper()
	for _, s := range list {
		if strings.Contains(page, s) {
			t.Errorf("page holds %q", s)
		}
	}
}

func spacedID(id string) string { return fmt.Sprintf("%s %s %s", id[:6], id[6:14], id[14:]) }
