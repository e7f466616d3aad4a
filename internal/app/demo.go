package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"yuanmeng/internal/sample"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/vault"
	"yuanmeng/internal/web"
	"yuanmeng/internal/web/demo"
	"yuanmeng/plan"
)

// demoCmd serves with sample people and a clock that can be moved.
type demoCmd struct {
	Addr      string `help:"Address to listen on." default:"127.0.0.1:8080"`
	PublicURL string `help:"Address by which people reach the demo." placeholder:"URL"`
	Data      string `help:"Folder to keep; a temporary one when none is named." type:"path" placeholder:"DIR"`
	DB        string `help:"postgres://… instead of SQLite." placeholder:"URL"`
	Fonts     string `help:"Folder of further .ttf fonts for rare characters." type:"path" placeholder:"DIR"`
	Scene     string `help:"Where the year stands: opening or review." enum:"opening,review" default:"opening"`
	Verbose   bool   `help:"Log every request."`
}

// demoFile keeps what the page of sign-ins shows, beside the data, so that a
// demo can be started again where it was.
const demoFile = "demo.json"

// cast is who plays.
type cast struct {
	Scene    string
	Staff    []sample.Account
	Officers []sample.Officer
	Workers  []sample.Worker
}

// Run builds the scene, or finds the one that is there, and serves.
func (d *demoCmd) Run(o *out) error {
	if d.Data == "" {
		dir, err := os.MkdirTemp("", "yuanmeng-demo-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		d.Data = dir
	}
	p, hash, err := embedded()
	if err != nil {
		return err
	}
	p = plan.Demo(p)
	s := settings{place: place{Data: d.Data, DB: d.DB}, Addr: d.Addr, PublicURL: d.PublicURL, Fonts: d.Fonts, Verbose: d.Verbose}
	var c cast
	h, err := build(o.ctx, s, o.stderr, options{listen: true, routes: func(h *house) []web.Route { return h.demoRoutes(p, &c) }})
	if err != nil {
		return err
	}
	if err := d.prepare(o, h, p, hash, &c); err != nil {
		return errors.Join(err, h.close(context.WithoutCancel(o.ctx)))
	}
	return h.serve(o.ctx, func(addr string) {
		fmt.Fprintf(o.stdout, "sign-ins and the clock: %s/demo\n", h.PublicURL)
		fmt.Fprintf(o.stdout, "listening on http://%s\n", addr)
	})
}

// prepare plays the scene on a first start.
func (d *demoCmd) prepare(o *out, h *house, p *scheme.Programme, hash string, c *cast) error {
	file := filepath.Join(d.Data, demoFile)
	b, err := os.ReadFile(file)
	if err == nil {
		return json.Unmarshal(b, c)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	h.setClock(NewClock(h.machine, p.DraftsAt.Add(time.Hour).Sub(h.machine()), time.Time{}))
	if err := h.work.Load(o.ctx, p, hash); err != nil {
		return err
	}
	crowd := &sample.Crowd{
		Work: h.work, Office: h.office, Press: h.press, Texts: h.texts, P: p, PublicURL: h.PublicURL, Forward: h.forward,
		Say: func(f string, a ...any) { fmt.Fprintf(o.stdout, "demo: "+f+"\n", a...) },
	}
	if err := crowd.Play(o.ctx, d.Scene); err != nil {
		return fmt.Errorf("scene %s: %w", d.Scene, err)
	}
	for range 20 {
		if n, err := h.jobs.Deliver(o.ctx); err != nil || n == 0 {
			break
		}
	}
	if _, err := h.jobs.Checkpoint(o.ctx); err != nil {
		return err
	}
	*c = cast{Scene: d.Scene, Staff: crowd.Staff, Officers: crowd.Officers, Workers: crowd.Workers}
	if err := h.clock.keep(o.ctx, h.db); err != nil {
		return err
	}
	return os.WriteFile(file, []byte(store.Encode(c)), 0o600)
}

var forwarding sync.Mutex

// forward moves the programme clock, stopping at every instant at which
// something falls due: messages that are on their way arrive first, then the
// move is made with the clock at its own instant.
func (h *house) forward(ctx context.Context, to time.Time) error {
	forwarding.Lock()
	defer forwarding.Unlock()
	ctx = context.WithoutCancel(ctx)
	if _, err := h.work.RunDue(ctx, to, func(at time.Time) {
		if _, err := h.jobs.Deliver(ctx); err != nil {
			h.log.Error("deliver", "err", err)
		}
		h.clock.Forward(at)
	}); err != nil {
		return err
	}
	h.clock.Forward(to)
	return h.clock.keep(ctx, h.db)
}

func (h *house) demoRoutes(p *scheme.Programme, c *cast) []web.Route {
	secrets := sync.OnceValue(func() map[string]string {
		m := map[string]string{}
		for _, s := range c.Staff {
			m[s.ID] = s.Secret
		}
		return m
	})
	d := &demo.Door{
		Sessions: h.sessions, Machine: h.machine, Plan: p, Forward: h.forward,
		People: sync.OnceValue(func() []demo.Person { return c.people() }),
		Texts: func() (out []demo.Text) {
			for i, m := range h.texts.Last() {
				if i < 12 {
					out = append(out, demo.Text{Phone: m.Phone, Body: m.Text})
				}
			}
			return out
		},
		Codes: func(x demo.Person) string {
			code, err := vault.TOTPCode(secrets()[x.ID], h.machine())
			if err != nil {
				return ""
			}
			return code
		},
		NextDue: func(ctx context.Context) (time.Time, bool) {
			due, err := h.db.NextDue(ctx, h.clock.Now().AddDate(3, 0, 0))
			return due.DueAt, err == nil
		},
		Epoch: func(ctx context.Context, id string) int {
			s, err := h.db.Staff(ctx, id)
			if err != nil {
				return -1
			}
			return s.Epoch
		},
	}
	return d.Routes()
}

func (c *cast) people() (out []demo.Person) {
	for i := len(c.Workers) - 1; i >= 0; i-- {
		w := c.Workers[i]
		if w.Note == "" && i > 11 {
			continue // the page names the special ones and the first dozen
		}
		last := ""
		if n := len(w.Person.ID); n > 6 {
			last = w.Person.ID[n-6:]
		}
		out = append(out, demo.Person{ID: w.ID, Kind: "worker", Name: w.Name, Phone: w.Phone, Last6: last, Number: w.No, Note: w.Note})
	}
	for _, x := range c.Officers {
		out = append(out, demo.Person{ID: x.ID, Kind: "officer", Name: x.Name, Role: x.UnionName, Phone: x.Phone})
	}
	for _, s := range c.Staff {
		out = append(out, demo.Person{ID: s.ID, Kind: "staff", Name: s.Name, Role: scheme.RoleName(s.Role), Login: s.Login, Password: s.Password})
	}
	return out
}
