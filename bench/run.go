package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"time"
)

// run is one whole measurement.
type run struct {
	dir        string // on the disk that is measured
	memory     string // a folder in memory, where installations are prepared
	pocketbase string // the peer's binary
	yuanmeng   string // the program's binary
	pg         string // postgres://…, as the owner of the server
	out        string
	self       string // this binary
	only       string // pattern of slice names; "": all, and what needs no peer
	profiles   string // folder for CPU profiles of our servers; ""

	rounds     int
	clients    int
	drafts     int           // of one slice of submissions
	slice      time.Duration // at most so long
	phones     int           // of the opening second
	programmes int           // of the opening second over many
	hot        int           // programmes of the second PostgreSQL slice

	samples map[string][]float64 // by the name of a figure, one a round
	notes   []string
	log     func(format string, args ...any)
}

func newRun() *run {
	self, err := os.Executable()
	if err != nil {
		self = os.Args[0]
	}
	return &run{self: self, samples: map[string][]float64{}, log: func(f string, a ...any) {
		fmt.Fprintf(os.Stderr, time.Now().Format("15:04:05 ")+f+"\n", a...)
	}}
}

func (r *run) flags(f *flag.FlagSet) {
	f.StringVar(&r.dir, "dir", "", "empty folder on the disk that is measured")
	f.StringVar(&r.memory, "memory", "", "empty folder in memory for preparing")
	f.StringVar(&r.pocketbase, "pocketbase", "", "the peer")
	f.StringVar(&r.yuanmeng, "yuanmeng", "", "the program")
	f.StringVar(&r.pg, "pg", "", "postgres:// of a server to measure on; none: SQLite only")
	f.StringVar(&r.out, "out", "", "file to write")
	f.StringVar(&r.only, "only", "", "only slices whose name matches this pattern")
	f.StringVar(&r.profiles, "profiles", "", "folder for CPU profiles of every slice of ours")
	f.IntVar(&r.rounds, "rounds", 5, "rounds")
	f.IntVar(&r.clients, "clients", 512, "clients that submit one after the other")
	f.IntVar(&r.drafts, "drafts", 15000, "drafts of a slice")
	f.DurationVar(&r.slice, "slice", 3*time.Second, "longest slice")
	f.IntVar(&r.phones, "phones", 5000, "phones of the opening second")
	f.IntVar(&r.programmes, "programmes", 2000, "programmes of the opening second")
	f.IntVar(&r.hot, "cool", 1000, "programmes that one hot programme is compared with")
}

// slice is one thing that is measured once in every round.
type slice struct {
	name string
	do   func(ctx context.Context, dir string) error
}

func (r *run) add(figure string, v float64) { r.samples[figure] = append(r.samples[figure], v) }

// all prepares, measures in rounds of shuffled order and writes the report.
func (r *run) all(ctx context.Context) error {
	began := time.Now()
	before := loadAverage()
	slices, err := r.prepare(ctx)
	if err != nil {
		return fmt.Errorf("prepare: %w", err)
	}
	r.log("prepared in %s", time.Since(began).Round(time.Second))
	if r.only != "" {
		pattern, err := regexp.Compile(r.only)
		if err != nil {
			return err
		}
		chosen := slices[:0]
		for _, s := range slices {
			if pattern.MatchString(s.name) {
				chosen = append(chosen, s)
			}
		}
		slices = chosen
	}
	dice := rand.New(rand.NewPCG(1, uint64(began.UnixNano())))
	for round := range r.rounds {
		dice.Shuffle(len(slices), func(i, j int) { slices[i], slices[j] = slices[j], slices[i] })
		for _, s := range slices {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			dir := filepath.Join(r.dir, "slice")
			if err := s.do(ctx, dir); err != nil {
				return fmt.Errorf("round %d, %s: %w", round+1, s.name, err)
			}
			if err := os.RemoveAll(dir); err != nil {
				return err
			}
		}
		r.log("round %d of %d is over", round+1, r.rounds)
	}
	if r.only == "" && r.yuanmeng != "" {
		if err := r.once(ctx); err != nil {
			return err
		}
	}
	text := r.report(began, before, loadAverage())
	if r.out == "" {
		fmt.Print(text)
		return nil
	}
	return os.WriteFile(r.out, []byte(text), 0o644)
}

// median, least and most of a figure's rounds.
func spread(vs []float64) (median, least, most float64) {
	if len(vs) == 0 {
		return 0, 0, 0
	}
	s := append([]float64(nil), vs...)
	sort.Float64s(s)
	n := len(s)
	return (s[(n-1)/2] + s[n/2]) / 2, s[0], s[n-1]
}

// ratio gives the spread of a/b, round by round.
func (r *run) ratio(a, b string) []float64 {
	x, y := r.samples[a], r.samples[b]
	out := make([]float64, 0, len(x))
	for i := range min(len(x), len(y)) {
		if y[i] > 0 {
			out = append(out, x[i]/y[i])
		}
	}
	return out
}
