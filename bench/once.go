package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"yuanmeng/bench/load"
	"yuanmeng/bench/stage"
	"yuanmeng/internal/paper"
	"yuanmeng/internal/photo"
	"yuanmeng/internal/sample"
	"yuanmeng/plan"
)

// once measures what needs no peer: pages, memory, the binary, forms. Each
// figure gets one sample a round.
func (r *run) once(ctx context.Context) error {
	info, err := os.Stat(r.yuanmeng)
	if err != nil {
		return err
	}
	r.add("binary", float64(info.Size()))
	for _, f := range []func(context.Context) error{r.rest, r.pages, r.forms} {
		if err := f(ctx); err != nil {
			return err
		}
	}
	return nil
}

// rest is the memory of a fresh program that has shown its first page.
func (r *run) rest(context.Context) error {
	for range r.rounds {
		dir := filepath.Join(r.dir, "rest")
		s, err := start(r.yuanmeng, "serve", "--data", dir, "--addr", "127.0.0.1:0")
		if err != nil {
			return err
		}
		conns, err := load.Open(s.addr, 1, func(int) load.Request { return load.Get("/", "") })
		time.Sleep(3 * time.Second) // the first steps of the jobs are over
		now, e := s.memory()
		conns.Close()
		if err := errors.Join(err, e, s.stop()); err != nil {
			return err
		}
		r.add("memory rest", float64(now))
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
	}
	return nil
}

func shown(re load.Reply) string {
	if re.Code == 200 && re.Body > 0 {
		return ""
	}
	return fmt.Sprintf("%d %s", re.Code, re.Location)
}

// cast is what the demo writes down about its people.
type cast struct {
	Staff   []struct{ ID, Role string }
	Workers []struct {
		ID, CaseID string
		No         int
	}
}

// pages measures whole pages of the review scene: a hundred seats taken, some
// people waiting, every state of the first stage with somebody in it.
func (r *run) pages(ctx context.Context) error {
	dir := filepath.Join(r.dir, "pages")
	s, err := start(r.yuanmeng, "demo", "--scene", "review", "--data", dir, "--addr", "127.0.0.1:0")
	if err != nil {
		return err
	}
	err = r.showPages(ctx, s, dir)
	if e := s.stop(); err == nil {
		err = e
	}
	return err
}

func (r *run) showPages(_ context.Context, s *server, dir string) error {
	var c cast
	if err := stage.Read(filepath.Join(dir, "demo.json"), &c); err != nil {
		return err
	}
	reviewer := ""
	for _, a := range c.Staff {
		if a.Role == "district" {
			reviewer = a.ID
			break
		}
	}
	worker, err := enter(s.addr, c.Workers[10].ID)
	if err != nil {
		return err
	}
	desk, err := enter(s.addr, reviewer)
	if err != nil {
		return err
	}
	pages := []struct {
		name string
		req  load.Request
	}{
		{"/", load.Get("/", "")},
		{"/majors", load.Get("/majors", "")},
		{"/my", load.Get("/my", worker)},
		{"/desk/cases/{id}", load.Get("/desk/cases/"+c.Workers[10].CaseID, desk)},
	}
	for range r.rounds {
		for _, p := range pages {
			many := make([]load.Request, 200000)
			for i := range many {
				many[i] = p.req
			}
			conns, err := load.Open(s.addr, 64, func(int) load.Request { return p.req })
			if err != nil {
				return fmt.Errorf("%s: %w", p.name, err)
			}
			res, alone := conns.Closed(many, r.slice, shown), conns[:1].Closed(many, r.slice/2, shown)
			conns.Close()
			if err := errors.Join(res.Strange(), alone.Strange()); err != nil {
				return fmt.Errorf("%s: %w", p.name, err)
			}
			r.add("page "+p.name, res.Rate())
			r.add("page "+p.name+" p99", ms(res.Quantile(0.99)))
			r.add("page "+p.name+" alone", ms(alone.Quantile(0.5)))
			r.add("page "+p.name+" alone p99", ms(alone.Quantile(0.99)))
			r.add("page "+p.name+" bytes", float64(res.Bytes)/float64(res.Good))
			r.log("page %-18s %6.0f/s  p99 %4.0f ms  alone %.2f ms", p.name, res.Rate(), ms(res.Quantile(0.99)), ms(alone.Quantile(0.5)))
		}
	}
	return nil
}

// enter signs in through the demo's own door and gives the cookie.
func enter(addr, id string) (string, error) {
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.PostForm("http://"+addr+"/demo/enter", url.Values{"id": {id}})
	if err != nil {
		return "", err
	}
	res.Body.Close()
	for _, k := range res.Cookies() {
		if k.Name == "ym" {
			return "ym=" + k.Value, nil
		}
	}
	return "", fmt.Errorf("the demo did not let %s in: %d", id, res.StatusCode)
}

// forms measures the recommendation as a PDF, with the fonts parsed once, as the
// program does it, and with the fonts parsed for each form.
func (r *run) forms(ctx context.Context) error {
	p, err := plan.Embedded()
	if err != nil {
		return err
	}
	who := sample.New(p, 1)
	pic, err := photo.Photo(sample.Portrait(1))
	if err != nil {
		return err
	}
	form := paper.Recommendation{
		Title: p.FormTitle, Name: who.Name, ID: who.ID, Phone: who.Phone, Employer: who.Employer, Card: who.Card, Photo: pic.Pages[0].Body,
		Code: "ABCD-EFGH", QR: "https://example.org/a/ABCDEFGH", PrintedAt: p.DraftsAt,
	}
	once, err := paper.New("")
	if err != nil {
		return err
	}
	for range r.rounds {
		for _, way := range []struct {
			name  string
			press func() (*paper.Press, error)
		}{
			{"forms", func() (*paper.Press, error) { return once, nil }},
			{"forms anew", func() (*paper.Press, error) { return paper.New("") }},
		} {
			var n atomic.Int64
			var wg sync.WaitGroup
			errs := make([]error, runtime.NumCPU())
			begin := time.Now()
			for i := range errs {
				wg.Go(func() {
					for time.Since(begin) < r.slice && errs[i] == nil && ctx.Err() == nil {
						press, err := way.press()
						if err == nil {
							err = press.Recommendation(io.Discard, form)
						}
						errs[i] = err
						n.Add(1)
					}
				})
			}
			wg.Wait()
			for _, err := range errs {
				if err != nil {
					return fmt.Errorf("form: %w", err)
				}
			}
			rate := float64(n.Load()) / time.Since(begin).Seconds()
			r.add(way.name, rate)
			r.log("%s: %.0f/s", way.name, rate)
		}
	}
	return nil
}
