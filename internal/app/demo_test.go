package app

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"yuanmeng/internal/sample"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/web"
	"yuanmeng/plan"
)

// Whoever enters the demo as an officer has an officer's session: it outlives
// half an hour of rest and ends at the officers' own door.
func TestDemo_EntersOfficersAsOfficers(t *testing.T) {
	var c cast
	p, err := plan.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	p = plan.Demo(p)
	h := opened(t, options{routes: func(h *house) []web.Route { return h.demoRoutes(p, &c) }})
	u := p.Towns()[0]
	id, _, err := h.office.InviteOfficer(t.Context(), scheme.SystemActor, "工小会", "13820000001", u.Key, string(p.ID))
	if err != nil {
		t.Fatal(err)
	}
	c.Officers = []sample.Officer{{ID: id, Name: "工小会", Phone: "13820000001", Union: u.Key, UnionName: u.Name}}
	post := func(path string, cookie string, form url.Values) *http.Response {
		t.Helper()
		r := httptest.NewRequest(http.MethodPost, h.PublicURL+path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if cookie != "" {
			r.Header.Set("Cookie", cookie)
		}
		w := httptest.NewRecorder()
		h.handler.ServeHTTP(w, r)
		return w.Result()
	}
	in := post("/demo/enter", "", url.Values{"id": {id}})
	if in.StatusCode != http.StatusSeeOther || in.Header.Get("Location") != "/a" || len(in.Cookies()) == 0 {
		t.Fatalf("%d to %q", in.StatusCode, in.Header.Get("Location"))
	}
	k := in.Cookies()[0]
	out := post("/desk/sign-out", k.Name+"="+k.Value, url.Values{})
	if to := out.Header.Get("Location"); out.StatusCode != http.StatusSeeOther || to != "/a/sign-in" {
		t.Fatalf("an officer signs out to %q (%d)", to, out.StatusCode)
	}
}
