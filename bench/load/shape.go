package load

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Judge names what kind of answer a reply is; "" is the wished one.
type Judge func(Reply) string

// Result is one slice of a measurement.
type Result struct {
	Good    int            // wished answers
	Other   map[string]int // the others, by the judge's name for them
	Elapsed time.Duration  // from the first request to the last reply
	Times   []time.Duration
	Bytes   int64
}

// Rate is wished answers a second.
func (r Result) Rate() float64 { return float64(r.Good) / r.Elapsed.Seconds() }

// Quantile is a quantile of the time an answer took, 0.5 or 0.99.
func (r Result) Quantile(q float64) time.Duration {
	if len(r.Times) == 0 {
		return 0
	}
	s := slices.Clone(r.Times)
	slices.Sort(s)
	return s[min(int(q*float64(len(s))), len(s)-1)]
}

// Strange lists answers that were not wished, for an error.
func (r Result) Strange() error {
	if len(r.Other) == 0 {
		return nil
	}
	return fmt.Errorf("answers that were not expected: %v", r.Other)
}

// tally collects the answers of one client.
type tally struct {
	good  int
	other map[string]int
	times []time.Duration
	bytes int64
}

func (t *tally) note(re Reply, err error, took time.Duration, judge Judge) {
	t.times = append(t.times, took)
	t.bytes += re.Body
	kind := ""
	if err != nil {
		kind = err.Error()
	} else {
		kind = judge(re)
	}
	if kind == "" {
		t.good++
		return
	}
	if t.other == nil {
		t.other = map[string]int{}
	}
	t.other[kind]++
}

func sum(ts []tally, elapsed time.Duration) Result {
	r := Result{Elapsed: elapsed, Other: map[string]int{}}
	for _, t := range ts {
		r.Good += t.good
		r.Times = append(r.Times, t.times...)
		r.Bytes += t.bytes
		for k, n := range t.other {
			r.Other[k] += n
		}
	}
	return r
}

// Conns are open connections.
type Conns []*conn

// Open opens so many connections and lets each make one request, so that what a
// first request costs is not measured.
func Open(addr string, n int, first func(i int) Request) (Conns, error) {
	conns := make(Conns, n)
	errs := make([]error, n)
	var wg sync.WaitGroup
	slots := make(chan struct{}, 32)
	for i := range conns {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			if conns[i], errs[i] = dial(addr); errs[i] != nil {
				return
			}
			var re Reply
			if re, errs[i] = conns[i].do(first(i)); errs[i] == nil && re.Code != 200 {
				errs[i] = fmt.Errorf("the first request got %d %s", re.Code, re.Location)
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		conns.Close()
		return nil, err
	}
	return conns, nil
}

// Close closes them.
func (cs Conns) Close() {
	for _, c := range cs {
		if c != nil {
			c.close()
		}
	}
}

// Closed lets each connection send requests one after the other, waiting for each
// answer, until all are sent or the time is over.
func (cs Conns) Closed(requests []Request, most time.Duration, judge Judge) Result {
	tallies := make([]tally, len(cs))
	for i := range tallies {
		tallies[i].times = make([]time.Duration, 0, min(4*len(requests)/len(cs), 4096))
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	begin := time.Now()
	for i, c := range cs {
		wg.Go(func() {
			t := &tallies[i]
			for {
				from := time.Now()
				n := int(next.Add(1)) - 1
				if n >= len(requests) || from.Sub(begin) > most {
					return
				}
				re, err := c.do(requests[n])
				t.note(re, err, time.Since(from), judge)
				if err != nil {
					return
				}
			}
		})
	}
	wg.Wait()
	return sum(tallies, time.Since(begin))
}

// Burst lets each connection send its request at the same instant and waits for
// the last reply. follow, when not nil,
// gives the request that a phone sends after the answer to the i-th; then the
// second result is the time until the last of those answers.
func (cs Conns) Burst(requests []Request, judge Judge, follow func(i int, re Reply) Request) (Result, time.Duration) {
	tallies := make([]tally, len(cs))
	var last, lastFollowed atomic.Int64
	later := func(a *atomic.Int64, at int64) {
		for old := a.Load(); at > old && !a.CompareAndSwap(old, at); old = a.Load() {
		}
	}
	start := make(chan struct{})
	var wg sync.WaitGroup
	var begin time.Time
	for i, c := range cs {
		wg.Go(func() {
			<-start
			re, err := c.do(requests[i])
			took := time.Since(begin)
			later(&last, int64(took))
			tallies[i].note(re, err, took, judge)
			if err == nil && follow != nil {
				if r := follow(i, re); r != nil {
					_, _ = c.do(r) // only how long it takes is asked
					later(&lastFollowed, int64(time.Since(begin)))
				}
			}
		})
	}
	begin = time.Now()
	close(start)
	wg.Wait()
	return sum(tallies, time.Duration(last.Load())), time.Duration(lastFollowed.Load())
}
