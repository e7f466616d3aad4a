package desk_test

import (
	"context"
	"io"
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
	"yuanmeng/internal/office"
	"yuanmeng/internal/sample"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/sms"
	"yuanmeng/internal/store"
	"yuanmeng/internal/store/storetest"
	"yuanmeng/internal/vault"
	"yuanmeng/internal/web"
	"yuanmeng/internal/web/desk"
	"yuanmeng/plan"
)

const (
	xianan   = "xianan-2026"
	password = "梧桐树下 seven 把椅子"
	siteURL  = "https://ym.example"
)

// bureau is the desk's door on a real database, with both clocks in the hand of
// the test and a letter box instead of an operator.
type bureau struct {
	t       *testing.T
	ctx     context.Context
	db      *store.DB
	keys    *vault.Keys
	work    *casework.Work
	office  *office.Office
	door    *desk.Door
	routes  []web.Route
	handler http.Handler
	sec     *member // the first security administrator

	mu  sync.Mutex
	at  time.Time
	out []sms.Message
}

// Send keeps the message.
func (b *bureau) Send(_ context.Context, m sms.Message) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.out = append(b.out, m)
	return nil
}

func (b *bureau) now() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.at
}

func (b *bureau) pass(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.at = b.at.Add(d)
}

// code is the code of the last message.
func (b *bureau) code() string {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.out) == 0 {
		b.t.Fatal("no message was sent")
	}
	return b.out[len(b.out)-1].Params["code"]
}

func (b *bureau) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// programme is the embedded programme; demo takes everything red out of it.
func programme(t *testing.T, demo bool) *scheme.Programme {
	t.Helper()
	p, err := plan.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	if demo {
		return plan.Demo(p)
	}
	p.Holidays[0].Confirmed = false
	return p
}

// newBureau has the programme of 咸安区 loaded, as its folder stands: red.
func newBureau(t *testing.T) *bureau {
	t.Helper()
	b := bare(t)
	b.must(b.work.Load(b.ctx, programme(t, false), "folder-1"))
	return b
}

// openBureau has it open.
func openBureau(t *testing.T) *bureau {
	t.Helper()
	b := bare(t)
	b.must(b.work.Load(b.ctx, programme(t, true), "folder-1"))
	b.must(b.work.Open(b.ctx, scheme.Actor{ID: "lead-a", Role: scheme.RoleLead}, scheme.Actor{ID: "lead-b", Role: scheme.RoleLead}, xianan, nil))
	return b
}

func bare(t *testing.T) *bureau {
	t.Helper()
	b := &bureau{t: t, ctx: context.Background(), db: storetest.New(t), keys: vault.Random(), at: time.Date(2026, 7, 10, 2, 0, 0, 0, time.UTC)}
	fs, err := files.New(t.TempDir())
	b.must(err)
	b.work = casework.New(b.db, b.keys, fs, b.now, b.now)
	b.office = &office.Office{DB: b.db, Keys: b.keys, SMS: b, Now: b.now, Machine: b.now, LastSix: b.work.LastSix}
	sessions := web.NewSessions(b.db, b.now, true, b.resolve)
	b.door = &desk.Door{Work: b.work, Office: b.office, Sessions: sessions, Machine: b.now, PublicURL: siteURL}
	deps := web.Deps{
		Door: web.DoorDesk, Identify: sessions.Identify, Now: b.now, Clock: b.now, Log: slog.New(slog.NewTextHandler(failWriter{t}, &slog.HandlerOptions{Level: slog.LevelError})),
		PublicURL: siteURL, SignIn: "/desk/sign-in", SignOut: "/desk/sign-out", PutFlash: sessions.PutFlash, TakeFlash: sessions.TakeFlash, Translate: translate,
	}
	mux := http.NewServeMux()
	b.routes = web.Mount(mux, b.door.Routes(), deps)
	b.handler = sessions.Wrap(web.Wrap(mux, deps))
	b.sec = b.first()
	return b
}

// failWriter makes a fault of ours a failure of the test.
type failWriter struct{ t *testing.T }

func (w failWriter) Write(p []byte) (int, error) {
	w.t.Errorf("logged: %s", p)
	return len(p), nil
}

// translate is what the program puts in the place of the acts' errors.
func translate(err error) error {
	switch {
	case err == casework.ErrNotFound, store.IsNone(err):
		return web.NotFound
	case office.RefusedCode(err) != "", casework.RefusedCode(err) != "":
		return web.Conflict("不能办")
	}
	return nil
}

// resolve reads rights with every request, as the program does.
func (b *bureau) resolve(ctx context.Context, t web.Ticket) (web.Viewer, error) {
	if t.Kind == web.KindWorker {
		return web.Viewer{AccountID: t.AccountID, Kind: web.KindWorker, Confirmed: t.Confirmed}, nil
	}
	s, err := b.db.Staff(ctx, t.AccountID)
	if err != nil || s.State != "active" || s.Epoch != t.Epoch {
		return web.Viewer{}, nil
	}
	gs, err := b.office.Grants(ctx, s.ID)
	if err != nil || len(gs) == 0 {
		return web.Viewer{}, err
	}
	v := web.Viewer{AccountID: s.ID, Kind: web.KindStaff, Name: s.Name, Confirmed: true, ProvedAt: t.ProvedAt, MoreRoles: len(gs) > 1}
	if g, ok := office.Chosen(gs, t.Grant); ok {
		v.Roles, v.Org, v.Programme = []string{string(g.Role)}, g.Org, g.ProgrammeID
	}
	return v, nil
}

// browser is one person's browser.
type browser struct {
	b       *bureau
	cookies map[string]string
	addr    string
}

func (b *bureau) browser() *browser {
	return &browser{b: b, cookies: map[string]string{}, addr: "192.0.2.7:4000"}
}

// page is an answer.
type page struct {
	code int
	to   string // Location
	body string
	head http.Header
}

func (p page) has(parts ...string) bool {
	for _, s := range parts {
		if !strings.Contains(p.body, s) {
			return false
		}
	}
	return true
}

func (br *browser) do(method, target string, form url.Values, headers ...string) page {
	br.b.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r := httptest.NewRequest(method, siteURL+target, body)
	r.RemoteAddr = br.addr
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	for k, v := range br.cookies {
		r.AddCookie(&http.Cookie{Name: k, Value: v})
	}
	w := httptest.NewRecorder()
	br.b.handler.ServeHTTP(w, r)
	for _, k := range w.Result().Cookies() {
		if k.MaxAge < 0 || k.Value == "" {
			delete(br.cookies, k.Name)
			continue
		}
		br.cookies[k.Name] = k.Value
	}
	return page{w.Code, w.Header().Get("Location"), w.Body.String(), w.Header()}
}

func (br *browser) get(target string) page { br.b.t.Helper(); return br.do("GET", target, nil) }

func (br *browser) post(target string, pairs ...string) page {
	br.b.t.Helper()
	f := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		f.Add(pairs[i], pairs[i+1])
	}
	return br.do("POST", target, f)
}

// want checks the code and the parts of a page.
func (b *bureau) want(p page, code int, parts ...string) page {
	b.t.Helper()
	if p.code != code {
		b.t.Fatalf("code %d, want %d; to %q\n%s", p.code, code, p.to, text(p.body))
	}
	for _, s := range parts {
		if !strings.Contains(p.body, s) {
			b.t.Fatalf("the page lacks %q\n%s", s, text(p.body))
		}
	}
	return p
}

// leads checks a redirect.
func (b *bureau) leads(p page, to string) {
	b.t.Helper()
	if p.code != http.StatusSeeOther || p.to != to {
		b.t.Fatalf("code %d to %q, want to %q\n%s", p.code, p.to, to, text(p.body))
	}
}

var (
	tags   = regexp.MustCompile(`<[^>]*>`)
	blanks = regexp.MustCompile(`\s+`)
	number = regexp.MustCompile(`[2-9A-Z]{4}-[2-9A-Z]{4}`)
)

// text is a page without its tags, for messages and for comparing two answers.
func text(body string) string {
	if i := strings.Index(body, "<main"); i >= 0 {
		body = body[i:]
	}
	return number.ReplaceAllString(strings.TrimSpace(blanks.ReplaceAllString(tags.ReplaceAllString(body, " "), " ")), "NUMBER")
}

// member is a member of staff with his browser and his authenticator.
type member struct {
	*browser
	id, login, secret string
}

func (b *bureau) totp(secret string) string {
	b.t.Helper()
	code, err := vault.TOTPCode(secret, b.now())
	b.must(err)
	return code
}

// accepted goes through a link without the web.
func (b *bureau) accepted(token string) *member {
	b.t.Helper()
	e, err := b.office.Accept(b.ctx, token, password)
	b.must(err)
	m := &member{browser: b.browser(), login: e.Login, secret: e.Secret}
	m.id, err = b.office.AcceptTOTP(b.ctx, token, b.totp(e.Secret))
	b.must(err)
	b.pass(30 * time.Second)
	return m
}

func (b *bureau) first() *member {
	b.t.Helper()
	token, created, err := b.office.Bootstrap(b.ctx)
	if err != nil || !created {
		b.t.Fatal(created, err)
	}
	return b.accepted(token)
}

var orgs = map[scheme.Role]string{scheme.RoleCentre: "centre", scheme.RoleDistrict: "district", scheme.RoleLead: "district", scheme.RoleAuditor: "audit",
	scheme.RoleCollege: "hue", scheme.RoleFinance: "district", scheme.RoleSysAdmin: "district", scheme.RoleSecAdmin: "district", scheme.RoleAuditAdmin: "district"}

// hire makes an account with roles and gives it without a session.
func (b *bureau) hire(login string, roles ...scheme.Role) *member {
	b.t.Helper()
	var gs []office.Grant
	for _, r := range roles {
		g := office.Grant{Role: r, Org: orgs[r], Programme: xianan}
		if r == scheme.RoleSysAdmin || r == scheme.RoleSecAdmin || r == scheme.RoleAuditAdmin {
			g.Programme = ""
		}
		gs = append(gs, g)
	}
	token, err := b.office.Invite(b.ctx, scheme.Actor{ID: b.sec.id, Role: scheme.RoleSecAdmin}, "测试员"+login, login, "", orgs[roles[0]], gs)
	b.must(err)
	return b.accepted(token)
}

// in signs a member in over the web.
func (m *member) in() *member {
	m.b.t.Helper()
	p := m.post("/desk/sign-in", "login", m.login, "password", password, "totp", m.b.totp(m.secret))
	if p.code != http.StatusSeeOther {
		m.b.t.Fatalf("sign-in of %s: %d\n%s", m.login, p.code, text(p.body))
	}
	m.b.pass(30 * time.Second)
	return m
}

// officerIn binds a phone to a union and signs it in over the web.
func (b *bureau) officerIn(name, phone, org string) *member {
	b.t.Helper()
	id, _, err := b.office.InviteOfficer(b.ctx, scheme.Actor{ID: b.sec.id, Role: scheme.RoleSecAdmin}, name, phone, org, xianan)
	b.must(err)
	m := &member{browser: b.browser(), id: id}
	m.phoneIn(phone)
	return m
}

func (m *member) phoneIn(phone string) {
	m.b.t.Helper()
	m.b.pass(time.Minute)
	m.b.want(m.post("/a/sign-in/code", "phone", phone), http.StatusOK)
	m.b.leads(m.post("/a/sign-in", "phone", phone, "code", m.b.code()), "/a")
}

// applicant is a worker with a printed form.
type applicant struct {
	sample.Person
	worker string
	row    store.Case
}

// printed makes the n-th person of the sample with a draft and its form.
func (b *bureau) printed(n int, change func(app *scheme.Application)) applicant {
	b.t.Helper()
	p := programme(b.t, true)
	a := applicant{Person: sample.New(p, n)}
	a.worker = store.NewID(b.now())
	b.must(b.db.Write(b.ctx, b.now(), func(tx *store.Tx) error {
		return tx.Insert(b.ctx, &store.Worker{ID: a.worker, PhoneIndex: b.keys.Index("phone", a.Phone), PhoneSealed: b.keys.Seal("worker/"+a.worker, []byte(a.Phone)), CreatedAt: tx.Now})
	}))
	c, err := b.work.Begin(b.ctx, a.worker, xianan)
	b.must(err)
	_, err = b.work.Save(b.ctx, a.worker, c.ID, func(app *scheme.Application, p *scheme.Programme) error {
		for _, kv := range [][2]string{
			{"consent_sensitive", "yes"}, {"consent_sharing", "yes"}, {"consent_public", "yes"}, {"name", a.Name}, {"id_kind", "resident"}, {"id", a.ID},
			{"phone", a.Phone}, {"employer", a.Employer}, {"dispatched", "no"}, {"town", a.Town}, {"post", a.Post}, {"employment", "contract"},
			{"worker_kind", a.WorkerKind}, {"hukou", "rural"}, {"own_union", "none"}, {"officer", "no"}, {"major", a.Major}, {"education", a.Education},
			{"honour_title", "none"}, {"card", a.Card}, {"bank", "中国农业银行"}, {"commitment", "yes"},
		} {
			scheme.Put(app, p, kv[0], kv[1], b.now())
		}
		if change != nil {
			change(app)
			scheme.Derive(app, p)
		}
		return nil
	})
	b.must(err)
	a.row, _, err = b.work.Printed(b.ctx, a.worker, c.ID)
	b.must(err)
	return a
}

func (b *bureau) events(name string) []store.TrailRow {
	b.t.Helper()
	es, err := b.db.Trail(b.ctx, store.Trail{Name: name}, 100)
	b.must(err)
	return es
}

// grantOf is one further union of an officer, by name.
func grantOf(union string) office.Grant {
	return office.Grant{Role: scheme.RoleLocal, Programme: xianan, Org: scheme.OwnUnion(union)}
}
