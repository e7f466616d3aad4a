package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
)

// peer prepares a small installation and gives its handler and its requests.
func peer(t *testing.T, same bool) (core.App, http.Handler, []request) {
	t.Helper()
	dir := t.TempDir()
	if err := run([]string{"prepare", "--data", dir, "--people", "6", "--programmes", "2", "--cap", "2"}); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(dir, "requests.json"))
	if err != nil {
		t.Fatal(err)
	}
	var rs []request
	if err := json.Unmarshal(b, &rs); err != nil {
		t.Fatal(err)
	}
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: dir, DBConnect: connect(same)})
	if err := app.Bootstrap(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { app.ResetBootstrapState() })
	if same {
		guarantee(app)
	}
	r, err := apis.NewRouter(app)
	if err != nil {
		t.Fatal(err)
	}
	mux, err := r.BuildMux()
	if err != nil {
		t.Fatal(err)
	}
	return app, mux, rs
}

func post(h http.Handler, r request) int {
	w := httptest.NewRecorder()
	q := httptest.NewRequest("POST", "/api/collections/submissions/records", strings.NewReader(r.Body))
	q.Header.Set("Content-Type", "application/json")
	q.Header.Set("Authorization", r.Token)
	h.ServeHTTP(w, q)
	return w.Code
}

func count(t *testing.T, app core.App, query string) (n int) {
	t.Helper()
	if err := app.DB().NewQuery(query).Row(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// The peer with the same guarantees fills its two lists of two and no more,
// keeps an audit row for each, and leaves nothing behind a refused submission.
func TestSameGuarantees(t *testing.T) {
	app, h, rs := peer(t, true)
	if n := count(t, app, "PRAGMA synchronous"); n != 2 {
		t.Fatalf("synchronous is %d, want 2", n)
	}
	if code := post(h, request{rs[1].Token, rs[0].Body}); code != http.StatusBadRequest {
		t.Fatalf("in somebody else's name: %d", code)
	}
	if code := post(h, rs[0]); code != http.StatusOK {
		t.Fatalf("first submission: %d", code)
	}
	if code := post(h, rs[0]); code != http.StatusBadRequest {
		t.Fatalf("the same person again: %d", code)
	}
	good := 1
	for _, r := range rs[1:] {
		switch code := post(h, r); code {
		case http.StatusOK:
			good++
		case http.StatusBadRequest:
		default:
			t.Fatalf("answered %d", code)
		}
	}
	for _, q := range []string{"SELECT COUNT(*) FROM submissions", "SELECT COUNT(*) FROM audit", "SELECT SUM(used) FROM programmes"} {
		if n := count(t, app, q); n != 4 || good != 4 {
			t.Errorf("%s: %d, accepted %d, want 4", q, n, good)
		}
	}
}

// With its defaults it knows no quota and does not wait for the disk.
func TestDefaults(t *testing.T) {
	app, h, rs := peer(t, false)
	if n := count(t, app, "PRAGMA synchronous"); n != 1 {
		t.Fatalf("synchronous is %d, want 1", n)
	}
	for _, r := range rs {
		if code := post(h, r); code != http.StatusOK {
			t.Fatalf("answered %d", code)
		}
	}
	if n := count(t, app, "SELECT COUNT(*) FROM submissions"); n != 6 {
		t.Fatalf("%d rows", n)
	}
}
