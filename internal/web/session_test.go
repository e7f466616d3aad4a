package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"yuanmeng/internal/store/storetest"
	"yuanmeng/internal/web"
)

// A disk that takes nothing any more leaves every page readable; only what must
// be kept fails.
func TestSessions_UnwrittenStopsNoPage(t *testing.T) {
	db := storetest.New(t)
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	s := web.NewSessions(db, func() time.Time { return now }, true, func(_ context.Context, k web.Ticket) (web.Viewer, error) {
		return web.Viewer{AccountID: k.AccountID, Kind: k.Kind}, nil
	})
	token, err := s.Issue(t.Context(), web.Ticket{AccountID: "w", Kind: web.KindStaff})
	if err != nil {
		t.Fatal(err)
	}
	now = now.Add(10 * time.Minute) // last seen long enough ago to be written
	var start error
	h := s.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v, err := s.Identify(r)
		if err != nil || v.AccountID != "w" {
			t.Error("not identified", v, err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
		start = s.Start(&web.Ctx{W: w, R: r}, web.Ticket{AccountID: "x", Kind: web.KindWorker})
		w.WriteHeader(http.StatusTeapot)
		_, _ = w.Write([]byte("the page"))
	}))
	ask := func() *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", "/my", nil)
		r.AddCookie(&http.Cookie{Name: "ym", Value: token})
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	if w := ask(); w.Code != http.StatusTeapot || w.Body.String() != "the page" || w.Header().Get("Set-Cookie") != "" {
		t.Errorf("%d %q %v", w.Code, w.Body, w.Header())
	}
	if start == nil {
		t.Error("a sign-in that was not kept is told as done")
	}
	w := ask()
	if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "没有丢") ||
		w.Header().Get("Content-Security-Policy") == "" || w.Header().Get("Strict-Transport-Security") == "" || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("%d %q %v", w.Code, w.Body, w.Header())
	}
}
