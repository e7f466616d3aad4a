package load

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestShapes(t *testing.T) {
	var posted atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/long": // more than one buffer, without a length: in chunks
			io.WriteString(w, strings.Repeat("长", 9000))
		case "/tap":
			b, _ := io.ReadAll(r.Body)
			if string(b) != "case=1" || r.Header.Get("Cookie") != "ym=x" || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
				http.Error(w, "what", http.StatusBadRequest)
				return
			}
			if posted.Add(1)%5 == 0 {
				http.Error(w, "full", http.StatusConflict)
				return
			}
			w.Header().Set("Location", "/receipt")
			w.WriteHeader(http.StatusSeeOther)
		}
	}))
	defer srv.Close()
	addr := strings.TrimPrefix(srv.URL, "http://")
	judge := func(re Reply) string {
		if re.Code == 303 && re.Location == "/receipt" {
			return ""
		}
		return fmt.Sprint(re.Code)
	}
	long := func(int) Request { return Get("/long", "") }
	taps := make([]Request, 20)
	for i := range taps {
		taps[i] = PostForm("/tap", "ym=x", "case=1")
	}
	conns, err := Open(addr, 4, long)
	if err != nil {
		t.Fatal(err)
	}
	defer conns.Close()
	res := conns.Closed(taps, time.Minute, judge)
	if res.Good != 16 || res.Other["409"] != 4 || len(res.Times) != 20 || res.Rate() <= 0 || res.Quantile(0.99) < res.Quantile(0.5) {
		t.Errorf("closed: %+v", res)
	}
	if res.Strange() == nil {
		t.Error("an answer that was not wished for is no error")
	}
	if pages := conns.Closed([]Request{long(0)}, time.Minute, func(re Reply) string { return strings.Repeat("x", int(re.Body-27000)) }); pages.Good != 1 {
		t.Errorf("a page in chunks: %+v", pages.Other)
	}
	burst, err := Open(addr, 20, long)
	if err != nil {
		t.Fatal(err)
	}
	defer burst.Close()
	res, last := burst.Burst(taps, judge, func(int, Reply) Request { return long(0) })
	if res.Good != 16 || res.Elapsed <= 0 || last < res.Elapsed {
		t.Errorf("burst: %+v, %s", res, last)
	}
	if _, err := Open(addr, 1, func(int) Request { return taps[0] }); err == nil {
		t.Error("a first request without a page is no error")
	}
}
