package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

var noon = time.Date(2026, 3, 1, 12, 0, 3, 0, China)

// door is a small door with one route per kind of end.
type door struct {
	http.Handler
	log    *bytes.Buffer
	viewer Viewer
	err    error // what /err returns
	kept   string
	got    Form
}

func newDoor(t *testing.T, change ...func(*Deps)) *door {
	t.Helper()
	d := &door{log: &bytes.Buffer{}}
	deps := Deps{Door: DoorApply, PublicURL: "https://ym.example",
		Identify:  func(*http.Request) (Viewer, error) { return d.viewer, nil },
		Now:       func() time.Time { return noon },
		Clock:     func() time.Time { return noon },
		Log:       slog.New(slog.NewJSONHandler(d.log, nil)),
		Site:      func(*http.Request, Viewer) Site { return Site{Name: "求学圆梦行动", Phone: "0715-8888888"} },
		TakeFlash: func(*http.Request) string { s := d.kept; d.kept = ""; return s },
		PutFlash:  func(_ *http.Request, s string) { d.kept = s },
	}
	for _, c := range change {
		c(&deps)
	}
	mux := http.NewServeMux()
	mux.Handle("/assets/", Assets())
	Mount(mux, append([]Route{
		{Method: "GET", Pattern: "/{$}", Guard: Public, Handler: func(c *Ctx) error { return c.Render(Page(c.Meta("首页"))) }},
		{Method: "GET", Pattern: "/my/case/{no}", Guard: Worker, Handler: func(c *Ctx) error { return c.Render(Page(c.Meta("我的"))) }},
		{Method: "GET", Pattern: "/desk/x", Guard: Staff("district", "lead"), Handler: func(c *Ctx) error { return c.Render(Page(c.Meta("桌"))) }},
		{Method: "GET", Pattern: "/err", Guard: Public, Handler: func(*Ctx) error { return d.err }},
		{Method: "GET", Pattern: "/panic", Guard: Public, Handler: func(*Ctx) error { panic("422301199003071234") }},
		{Method: "POST", Pattern: "/my/write", Guard: WorkerNew, Act: "write", Handler: func(c *Ctx) error {
			f, err := c.Form()
			if err != nil {
				return err
			}
			d.got = f
			if c.Autosave() {
				return c.Saved()
			}
			c.Flash("已保存。")
			return c.Redirect("/")
		}},
	}, SharedRoutes()...), deps)
	d.Handler = Wrap(mux, deps)
	return d
}

func (d *door) do(method, target, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	return w
}

func TestClient_OneHouseholdIsOne(t *testing.T) {
	for at, want := range map[string]string{
		"10.1.2.3:4000": "10.1.2.3", "[::ffff:10.1.2.3]:4000": "10.1.2.3",
		"[2001:db8:1:2::1]:80": "2001:db8:1:2::/64", "[2001:db8:1:2:ffff::9%eth0]:80": "2001:db8:1:2::/64",
		"": "", "pipe": "pipe",
	} {
		if got := Client(&http.Request{RemoteAddr: at}); got != want {
			t.Errorf("%q: %q, want %q", at, got, want)
		}
	}
}

func TestGuard_AdmitsWhomItNames(t *testing.T) {
	worker := Viewer{AccountID: "1", Kind: KindWorker, Confirmed: true}
	fresh := Viewer{AccountID: "1", Kind: KindWorker}
	lead := Viewer{AccountID: "2", Kind: KindStaff, Roles: []string{"lead"}}
	bare := Viewer{AccountID: "3", Kind: KindStaff}
	torn := Viewer{AccountID: "3", Kind: KindStaff, MoreRoles: true} // several roles, none chosen
	liar := Viewer{AccountID: "4", Kind: KindWorker, Confirmed: true, Roles: []string{"lead"}}
	for _, c := range []struct {
		guard Guard
		v     Viewer
		want  Verdict
	}{
		{Public, Viewer{}, Admitted}, {Public, lead, Admitted},
		{Worker, Viewer{}, NeedsSignIn}, {Worker, lead, NeedsSignIn}, {Worker, fresh, NeedsConfirm}, {Worker, worker, Admitted},
		{WorkerNew, fresh, Admitted}, {WorkerNew, lead, NeedsSignIn},
		{AnyStaff, bare, Admitted}, {AnyStaff, worker, NeedsSignIn},
		{Staff("lead"), lead, Admitted}, {Staff("lead"), bare, Refused}, {Staff("finance"), lead, Refused}, {Staff("lead"), liar, NeedsSignIn},
		{Staff("finance", "lead"), lead, Admitted}, {Staff(), lead, Refused}, {"", lead, Refused},
		{Staff("lead"), torn, NeedsRole}, {AnyStaff, torn, Admitted}, {Public, torn, Admitted}, {Worker, torn, NeedsSignIn}, {"", torn, Refused},
		{"nonsense", lead, Refused}, {"", Viewer{}, NeedsSignIn},
	} {
		if got := c.guard.Admit(c.v); got != c.want {
			t.Errorf("%q admits %+v: %d, want %d", c.guard, c.v, got, c.want)
		}
	}
}

func TestMount_RefusesABadRow(t *testing.T) {
	ok := func(*Ctx) error { return nil }
	deps := Deps{Identify: func(*http.Request) (Viewer, error) { return Viewer{}, nil }, Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	for name, r := range map[string]Route{
		"no guard":         {Method: "GET", Pattern: "/a", Handler: ok},
		"unknown guard":    {Method: "GET", Pattern: "/a", Handler: ok, Guard: "everyone"},
		"no roles":         {Method: "GET", Pattern: "/a", Handler: ok, Guard: Staff()},
		"star among roles": {Method: "GET", Pattern: "/a", Handler: ok, Guard: Staff("lead", "*")},
		"no handler":       {Method: "GET", Pattern: "/a", Guard: Public},
		"no method":        {Pattern: "/a", Guard: Public, Handler: ok},
		"write, no act":    {Method: "POST", Pattern: "/a", Guard: Public, Handler: ok},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("accepted")
				}
			}()
			Mount(http.NewServeMux(), []Route{r}, deps)
		})
	}
}

func TestRoute_SendsTheStrangerToSignIn(t *testing.T) {
	d := newDoor(t)
	if w := d.do("GET", "/my/case/7?x=1", ""); w.Code != 303 || w.Header().Get("Location") != "/sign-in?next=%2Fmy%2Fcase%2F7" {
		t.Errorf("read: %d %q", w.Code, w.Header().Get("Location"))
	}
	if w := d.do("POST", "/my/write", "a=1"); w.Code != 403 || d.got != nil {
		t.Errorf("write: %d, handler ran: %v", w.Code, d.got != nil)
	}
	d.viewer = Viewer{AccountID: "1", Kind: KindWorker}
	if w := d.do("GET", "/my/case/7", ""); w.Code != 303 || w.Header().Get("Location") != "/my/identity" {
		t.Errorf("unconfirmed: %d %q", w.Code, w.Header().Get("Location"))
	}
	d.viewer = Viewer{AccountID: "1", Kind: KindStaff, Roles: []string{"finance"}}
	if w := d.do("GET", "/desk/x", ""); w.Code != 403 {
		t.Errorf("wrong role: %d", w.Code)
	}
}

// Bar 14: the headers stand on every answer, also on errors and refusals.
func TestHeaders_OnEveryAnswer(t *testing.T) {
	d := newDoor(t)
	d.err = errors.New("database is away")
	for _, c := range []struct {
		method, target string
		code           int
		headers        []string
	}{
		{"GET", "/", 200, nil}, {"GET", "/none", 404, nil}, {"DELETE", "/", 405, nil}, {"GET", "/err", 500, nil}, {"GET", "/panic", 500, nil},
		{"GET", "/my/case/7", 303, nil}, {"GET", "/my/case/%00", 404, nil}, {"GET", "/my/case/%ff", 404, nil}, {"POST", "/my/write", 403, []string{"Origin", "https://evil.example"}},
		{"POST", "/my/write", 403, []string{"Sec-Fetch-Site", "cross-site"}}, {"GET", "/assets/none.css", 404, nil}, {"GET", "//", 307, nil},
	} {
		w := d.do(c.method, c.target, "", c.headers...)
		h := w.Header()
		if w.Code != c.code {
			t.Errorf("%s %s: code %d, want %d", c.method, c.target, w.Code, c.code)
		}
		csp := h.Get("Content-Security-Policy")
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Cache-Control") != "no-store" ||
			h.Get("Cross-Origin-Opener-Policy") != "same-origin" || h.Get("Referrer-Policy") != "same-origin" ||
			h.Get("Permissions-Policy") == "" || h.Get("Strict-Transport-Security") == "" ||
			!strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "unsafe") || h.Get("X-Request-Id") == "" {
			t.Errorf("%s %s: headers %v", c.method, c.target, h)
		}
	}
	plain := newDoor(t, func(d *Deps) { d.PublicURL = "http://127.0.0.1:8080" })
	if h := plain.do("GET", "/", "").Header(); h.Get("Strict-Transport-Security") != "" || strings.Contains(h.Get("Content-Security-Policy"), "upgrade-insecure") {
		t.Error("http installation promises https")
	}
}

func TestErrors_BecomePages(t *testing.T) {
	d := newDoor(t)
	for _, c := range []struct {
		err   error
		code  int
		words string
	}{
		{NotFound, 404, "没有找到"}, {fmt.Errorf("case: %w", NotFound), 404, "没有找到"}, {Forbidden, 403, "岗位"},
		{Conflict("这件已经有人审过了。"), 409, "已经有人审过了"}, {Invalid("少了一项。"), 400, "少了一项"},
		{TooMany("一天最多 5 次。", time.Minute), 429, "一天最多 5 次"}, {TooLarge(20 << 20), 413, "20 MB"},
		{Unavailable, 503, "现在办的人太多"}, {errors.New("sql: secret detail"), 500, "不是您的错"},
	} {
		d.err = c.err
		w := d.do("GET", "/err", "")
		body := w.Body.String()
		if w.Code != c.code || !strings.Contains(body, c.words) || strings.Contains(body, "secret") {
			t.Errorf("%v: %d, page %q", c.err, w.Code, body)
		}
		if !strings.Contains(body, w.Header().Get("X-Request-Id")) {
			t.Errorf("%v: page without number", c.err)
		}
		var answer map[string]any
		w = d.do("GET", "/err", "", ScriptHeader, ScriptSubmit)
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code != c.code || !strings.Contains(answer["error"].(string), c.words) {
			t.Errorf("%v by script: %d %s", c.err, w.Code, w.Body)
		}
	}
	d.err = Unavailable
	if got := d.do("GET", "/err", "").Header().Get("Retry-After"); got != "3" {
		t.Errorf("Retry-After %q", got)
	}
	if !errors.Is(fmt.Errorf("x: %w", Conflict("a")), Conflict("b")) || errors.Is(NotFound, Forbidden) {
		t.Error("errors.Is does not go by code")
	}
}

func TestErrors_TranslateKnowsTheStoresWords(t *testing.T) {
	gone := errors.New("no row")
	d := newDoor(t, func(d *Deps) {
		d.Translate = func(err error) error {
			if errors.Is(err, gone) {
				return NotFound
			}
			return nil
		}
	})
	d.err = fmt.Errorf("case: %w", gone)
	if w := d.do("GET", "/err", ""); w.Code != 404 {
		t.Errorf("code %d", w.Code)
	}
}

func TestFlash_SurvivesAnErrorPage(t *testing.T) {
	d := newDoor(t)
	d.kept, d.err = "已保存。", NotFound
	d.do("GET", "/err", "")
	if w := d.do("GET", "/", ""); !strings.Contains(w.Body.String(), "已保存。") {
		t.Error("the sentence was lost")
	}
}

func TestAccessLog_NamesNobody(t *testing.T) {
	d := newDoor(t)
	d.viewer = Viewer{AccountID: "acc-1", Kind: KindWorker, Name: "王小娟", Confirmed: true}
	d.do("GET", "/my/case/422301199003071234?phone=13800000000", "")
	d.do("GET", "/panic", "")
	line := d.log.String()
	for _, s := range []string{"4223011", "138000", "王小娟", "acc-1"} {
		if strings.Contains(line, s) {
			t.Errorf("log holds %q: %s", s, line)
		}
	}
	if !strings.Contains(line, `"route":"/my/case/{no}"`) || !strings.Contains(line, `"code":200`) || !strings.Contains(line, `"code":500`) {
		t.Errorf("log line %s", line)
	}
}

func TestForm_LimitsAndAnswers(t *testing.T) {
	d := newDoor(t)
	d.viewer = Viewer{AccountID: "1", Kind: KindWorker}
	w := d.do("POST", "/my/write", "name=+%E7%8E%8B+&b=1&b=2")
	if w.Code != 303 || w.Header().Get("Location") != "/" || d.got.Get("name") != "王" || len(d.got.All("b")) != 2 || d.got.Has("none") {
		t.Errorf("plain: %d %v", w.Code, d.got)
	}
	w = d.do("POST", "/my/write", "a=1", ScriptHeader, ScriptSubmit)
	if w.Body.String() != `{"to":"/"}` {
		t.Errorf("script: %s", w.Body)
	}
	w = d.do("POST", "/my/write", "a=1", ScriptHeader, ScriptAutosave)
	if w.Body.String() != `{"at":"12:00","saved":true}` {
		t.Errorf("autosave: %s", w.Body)
	}
	many := strings.Repeat("a=1&", maxFields+1)
	for name, body := range map[string]string{
		"too long": "a=" + strings.Repeat("x", maxValue+1), "too many": many, "not utf-8": "a=%ff", "zero": "a=%00", "broken": "a=%zz",
	} {
		d.got = nil
		if w := d.do("POST", "/my/write", body); w.Code != 400 || d.got != nil {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
	if w := d.do("POST", "/my/write", strings.Repeat("x", DefaultBody+1)); w.Code != 413 {
		t.Errorf("body: %d", w.Code)
	}
	if w := d.do("POST", "/my/write", `{"a":1}`, "Content-Type", "application/json"); w.Code != 400 {
		t.Errorf("kind: %d", w.Code)
	}
	if w := d.do("POST", "/my/write", "a=1", "Origin", "https://ym.example", "Host", "inner"); w.Code != 303 {
		t.Errorf("own origin: %d", w.Code)
	}
}

func TestUpload_StreamsFilesAndKeepsFields(t *testing.T) {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	_ = m.WriteField("slot", "form")
	p, _ := m.CreateFormFile("photo", `C:\me\a.jpg`)
	_, _ = p.Write([]byte("picture"))
	_ = m.Close()
	run := func(body io.Reader, keep func(Part) error) (Form, error) {
		r := httptest.NewRequest("POST", "/", body)
		r.Header.Set("Content-Type", m.FormDataContentType())
		return (&Ctx{R: r}).Upload(keep)
	}
	whole := b.Bytes()
	var got string
	f, err := run(bytes.NewReader(whole), func(p Part) error {
		all, err := io.ReadAll(p.Body)
		got = p.Field + ":" + string(all)
		return err
	})
	if err != nil || got != "photo:picture" || f.Get("slot") != "form" {
		t.Errorf("got %q, %v, %v", got, f, err)
	}
	if _, err := run(bytes.NewReader(whole), nil); !errors.Is(err, Invalid("")) {
		t.Errorf("file where none belongs: %v", err)
	}
	if _, err := run(bytes.NewReader(whole[:len(whole)-70]), func(p Part) error { _, err := io.ReadAll(p.Body); return err }); !errors.Is(err, Invalid("")) {
		t.Errorf("cut off: %v", err)
	}
}

func TestCompress_PagesOnly(t *testing.T) {
	d := newDoor(t)
	w := d.do("GET", "/", "", "Accept-Encoding", "gzip")
	z, err := gzip.NewReader(w.Body)
	if err != nil || w.Header().Get("Content-Encoding") != "gzip" {
		t.Fatal("not compressed", err)
	}
	if page, err := io.ReadAll(z); err != nil || !strings.Contains(string(page), "首页") {
		t.Error("other page", err)
	}
	if w := d.do("GET", "/panic", "", "Accept-Encoding", "gzip"); w.Code != 500 || !strings.Contains(w.Body.String(), "不是您的错") {
		t.Errorf("panic: %d %q", w.Code, w.Body)
	}
	if w := d.do("GET", "/none", "", "Accept-Encoding", "gzip"); w.Code != 404 || w.Header().Get("Content-Encoding") != "gzip" {
		t.Errorf("404: %d %v", w.Code, w.Header())
	}
}

func TestLarge_IsRememberedAndComesBack(t *testing.T) {
	d := newDoor(t)
	w := d.do("POST", "/large", url.Values{"on": {"1"}, "back": {"/policy"}}.Encode())
	k := w.Result().Cookies()
	if w.Code != 303 || w.Header().Get("Location") != "/policy" || len(k) != 1 || k[0].Name != LargeCookie || k[0].MaxAge < 300*24*3600 || !k[0].Secure || !k[0].HttpOnly {
		t.Fatalf("on: %d %v %v", w.Code, w.Header(), k)
	}
	if w := d.do("GET", "/", "", "Cookie", "large=1"); !strings.Contains(w.Body.String(), `class="phone large"`) || !strings.Contains(w.Body.String(), "标准版") {
		t.Error("large type is not on")
	}
	if w := d.do("POST", "/large", "on=0&back=//evil.example"); w.Header().Get("Location") != "/" || w.Result().Cookies()[0].MaxAge >= 0 {
		t.Errorf("off: %v", w.Header())
	}
}

func FuzzSafeNext(f *testing.F) {
	for _, s := range []string{"/my", "//evil", `/\evil`, "https:evil", "/a\r\nSet-Cookie: x", "", "/%5cevil", "/a?b=c#d", "/%2f/evil", "/ /evil", "/\t/evil", "javascript:1"} {
		f.Add(s)
	}
	own, _ := url.Parse("https://ym.example/sign-in")
	f.Fuzz(func(t *testing.T, s string) {
		got := SafeNext(s, "/")
		u, err := own.Parse(got)
		if err != nil || u.Host != own.Host || u.Scheme != own.Scheme || strings.ContainsAny(got, "\r\n\t\\ ") {
			t.Errorf("SafeNext(%q) = %q leads to %v", s, got, u)
		}
	})
}

func TestNumber_IsReadable(t *testing.T) {
	seen := map[string]bool{}
	for range 200 {
		RequestNumber(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			n := Number(r.Context())
			if len(n) != 9 || n[4] != '-' || strings.ContainsAny(n, "01IO") || seen[n] {
				t.Errorf("number %q", n)
			}
			seen[n] = true
		})).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
	}
	if Number(context.Background()) != "" {
		t.Error("a number outside a request")
	}
}

// parse reads a page for the selectors of show_test.go.
func parse(t *testing.T, page string) *html.Node {
	t.Helper()
	n, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestMoved_LeadsAway(t *testing.T) {
	d := newDoor(t)
	d.err = fmt.Errorf("a step is missing: %w", &Moved{To: "/desk/prove?next=%2Fdesk"})
	w := d.do("GET", "/err", "")
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/desk/prove?next=%2Fdesk" || strings.Contains(d.log.String(), "failed") {
		t.Fatal(w.Code, w.Header(), d.log)
	}
	w = d.do("GET", "/err", "", ScriptHeader, ScriptSubmit)
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"to":"/desk/prove`) {
		t.Fatal(w.Code, w.Body)
	}
}
