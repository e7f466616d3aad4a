package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The measurement starts itself as the server that it measures, and here it is
// this test's binary.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "serve" {
		main()
		return
	}
	os.Exit(m.Run())
}

// A small run of everything that needs no other binary: each slice checks for
// itself that the database holds what was answered.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	r := newRun()
	r.log = t.Logf
	r.dir, r.memory, r.out = filepath.Join(dir, "disk"), filepath.Join(dir, "memory"), filepath.Join(dir, "RESULTS.md")
	r.rounds, r.clients, r.drafts, r.slice, r.phones, r.programmes, r.hot = 1, 8, 60, 10*time.Second, 155, 4, 3
	for _, d := range []string{r.dir, r.memory} {
		if err := os.Mkdir(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.all(context.Background()); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(r.out)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"| ratio | target |", "≥ 0.55", "SQLite, as the program runs", "4 programmes, everybody gets a seat"} {
		if !strings.Contains(string(b), want) {
			t.Errorf("the report does not say %q:\n%s", want, b)
		}
	}
	for _, figure := range []string{"batch", "unkept", "single", "opening one", "opening many", "opening one read", "memory many"} {
		if len(r.samples[figure]) != 1 || r.samples[figure][0] <= 0 {
			t.Errorf("%s: %v", figure, r.samples[figure])
		}
	}
}

func TestSpread(t *testing.T) {
	for _, c := range []struct{ in, want []float64 }{
		{nil, []float64{0, 0, 0}}, {[]float64{3}, []float64{3, 3, 3}}, {[]float64{4, 1, 3, 2}, []float64{2.5, 1, 4}},
	} {
		m, lo, hi := spread(c.in)
		if got := []float64{m, lo, hi}; fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("spread of %v is %v, want %v", c.in, got, c.want)
		}
	}
}
