package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver that copies databases

	"yuanmeng/bench/load"
	"yuanmeng/bench/stage"
	"yuanmeng/internal/casework"
	"yuanmeng/internal/store"
)

// kept is a prepared installation that each slice copies.
type kept struct {
	name   string
	plan   stage.Plan
	phones []stage.Phone
	dir    string
	pg     string // name of its database
}

// prepare makes every installation and lists the slices.
func (r *run) prepare(ctx context.Context) ([]slice, error) {
	wide := r.drafts + 1 // seats for everybody
	hot := stage.Plan{Name: "hot", Programmes: 1, Seats: wide, Waiting: 10, Drafts: r.drafts}
	cool := stage.Plan{Name: "cool", Programmes: r.hot, Seats: wide, Waiting: 10, Drafts: r.drafts}
	one := stage.Plan{Name: "one", Programmes: 1, Seats: 100, Waiting: 50, Drafts: r.phones}
	many := stage.Plan{Name: "many", Programmes: r.programmes, Seats: 100, Waiting: 50, Drafts: r.phones}
	var all []slice
	for _, pl := range []stage.Plan{hot, one, many} {
		k, err := r.keep(ctx, pl, false)
		if err != nil {
			return nil, err
		}
		if pl.Name == "hot" {
			all = append(all, r.submitting("batch", k, casework.GateBatch), r.submitting("unkept", k, casework.GateUnkept), r.submitting("single", k, casework.GateSingle))
		} else {
			all = append(all, r.opening(pl.Name, k))
		}
		if r.pocketbase == "" {
			continue
		}
		peer, err := r.keepPeer(pl)
		if err != nil {
			return nil, err
		}
		if pl.Name == "hot" {
			all = append(all, r.submittingPeer("peer same", peer, true), r.submittingPeer("peer default", peer, false))
		} else {
			all = append(all, r.openingPeer(pl.Name, peer, pl))
		}
	}
	if r.pg == "" {
		return all, nil
	}
	for _, pl := range []stage.Plan{hot, cool} {
		k, err := r.keep(ctx, pl, true)
		if err != nil {
			return nil, err
		}
		all = append(all, r.submitting("pg "+pl.Name, k, casework.GateBatch))
		if pl.Name == "hot" {
			all = append(all, r.submitting("pg locked", k, casework.GateLocked))
		}
	}
	return all, nil
}

// keep prepares one installation of ours.
func (r *run) keep(ctx context.Context, pl stage.Plan, pg bool) (*kept, error) {
	from := time.Now()
	k := &kept{name: pl.Name, plan: pl, dir: filepath.Join(r.memory, "sqlite-"+pl.Name)}
	at := stage.Place{Data: k.dir}
	if pg {
		k.dir, k.pg = filepath.Join(r.memory, "pg-"+pl.Name), "bench_"+pl.Name
		at = stage.Place{Data: k.dir, DB: r.database(k.pg)}
	}
	list := k.dir + ".json"
	if stage.Read(list, &k.phones) == nil && len(k.phones) == pl.Drafts {
		return k, nil // prepared by an earlier run in the same folder
	}
	if pg {
		if err := r.admin("DROP DATABASE IF EXISTS "+k.pg+" WITH (FORCE)",
			"CREATE DATABASE "+k.pg+" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"); err != nil {
			return nil, err
		}
	}
	var err error
	if k.phones, err = stage.Prepare(ctx, at, pl); err == nil {
		err = stage.Write(list, k.phones)
	}
	r.log("prepared %s: %d drafts in %d programmes, %s", filepath.Base(k.dir), pl.Drafts, pl.Programmes, time.Since(from).Round(time.Millisecond))
	return k, err
}

func (r *run) database(name string) string {
	u, err := url.Parse(r.pg)
	if err != nil {
		return r.pg
	}
	u.Path = "/" + name
	return u.String()
}

func (r *run) admin(statements ...string) error {
	db, err := sql.Open("pgx", r.pg)
	if err != nil {
		return err
	}
	defer db.Close()
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}

// copy lays a fresh copy of the installation at dir.
func (r *run) copy(k *kept, dir string) (stage.Place, error) {
	at := stage.Place{Data: dir}
	if err := stage.Copy(k.dir, dir); err != nil || k.pg == "" {
		return at, err
	}
	at.DB = r.database("bench_slice")
	return at, r.admin("DROP DATABASE IF EXISTS bench_slice WITH (FORCE)", "CREATE DATABASE bench_slice TEMPLATE "+k.pg+" STRATEGY FILE_COPY", "CHECKPOINT")
}

func (r *run) serve(at stage.Place, kind casework.GateKind) (*server, error) {
	args := []string{"serve", "--data", at.Data, "--gate", string(kind)}
	if r.profiles != "" {
		args = append(args, "--profile", filepath.Join(r.profiles, fmt.Sprintf("%s%s-%d.prof", filepath.Base(at.Data), kind, time.Now().UnixNano())))
	}
	if at.DB != "" {
		args = append(args, "--db", at.DB)
	}
	return start(r.self, args...)
}

func (k *kept) taps() []load.Request {
	out := make([]load.Request, len(k.phones))
	for i, p := range k.phones {
		out[i] = load.PostForm("/my/submit", p.Cookie, "case="+p.Case)
	}
	return out
}

// page is what a phone shows before the tap: the page with the one button.
func (k *kept) page(i int) load.Request {
	return load.Get("/my/submit", k.phones[i%len(k.phones)].Cookie)
}

func (k *kept) pages() []load.Request {
	out := make([]load.Request, len(k.phones))
	for i := range out {
		out[i] = k.page(i)
	}
	return out
}

func accepted(re load.Reply) string {
	switch {
	case re.Code == 303 && re.Location == "/my/receipt":
		return ""
	case re.Code == 303 && re.Location == "/my/submit?no=full":
		return "full"
	case re.Code == 503:
		return "busy"
	}
	return fmt.Sprintf("%d %s", re.Code, re.Location)
}

// submitting measures submissions a second of the whole handler.
func (r *run) submitting(name string, k *kept, kind casework.GateKind) slice {
	return slice{name, func(ctx context.Context, dir string) error {
		at, err := r.copy(k, dir)
		if err != nil {
			return err
		}
		s, err := r.serve(at, kind)
		if err != nil {
			return err
		}
		res, err := r.closed(name, s, k.page, k.pages(), k.taps(), accepted)
		if kind == casework.GateLocked {
			// Row locks let people wait for longer than the gate does; whoever is told
			// to come again has no answer, and is not counted.
			delete(res.Other, "busy")
		}
		err = errors.Join(err, res.Strange())
		if err == nil && kind != casework.GateUnkept {
			err = audit(ctx, at, res.Good)
		}
		return err
	}}
}

// closed runs a slice of submissions against a server and ends the server. pages
// are those that people have open when it begins.
func (r *run) closed(name string, s *server, first func(int) load.Request, pages, requests []load.Request, judge load.Judge) (load.Result, error) {
	conns, err := load.Open(s.addr, r.clients, first)
	if err != nil {
		return load.Result{}, errors.Join(err, s.stop())
	}
	defer conns.Close()
	if err := conns.Closed(pages, time.Minute, shown).Strange(); err != nil {
		return load.Result{}, errors.Join(err, s.stop())
	}
	s.profile()
	before, used := now(), s.cpu()
	res := conns.Closed(requests, r.slice, judge)
	used = s.cpu() - used
	r.note(name, res, used, now().since(before))
	return res, s.stop()
}

// burst runs an opening second and ends the server; peak is its memory.
func (r *run) burst(s *server, first func(int) load.Request, requests []load.Request, judge load.Judge, follow func(int, load.Reply) load.Request) (res load.Result, last time.Duration, peak int64, err error) {
	conns, err := load.Open(s.addr, len(requests), first)
	if err != nil {
		return res, 0, 0, errors.Join(err, s.stop())
	}
	defer conns.Close()
	s.profile()
	most := s.most()
	res, last = conns.Burst(requests, judge, follow)
	return res, last, most(), s.stop()
}

func (r *run) note(name string, res load.Result, used time.Duration, m machine) {
	r.add(name, res.Rate())
	r.add(name+" p50", ms(res.Quantile(0.5)))
	r.add(name+" p99", ms(res.Quantile(0.99)))
	if res.Good > 0 && used > 0 {
		r.add(name+" cpu", float64(used.Microseconds())/float64(res.Good))
	}
	r.log("%-13s %6.0f/s  p50 %4.0f ms  p99 %4.0f ms  %d in %s; server %d µs each, generator %d µs, machine idle %.0f %%", name, res.Rate(),
		ms(res.Quantile(0.5)), ms(res.Quantile(0.99)), res.Good, res.Elapsed.Round(time.Millisecond), used.Microseconds()/int64(max(res.Good, 1)),
		m.own.Microseconds()/int64(max(res.Good, 1)), 100*m.idle)
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// audit opens the database after a slice: what was answered must be there.
func audit(ctx context.Context, at stage.Place, acknowledged int) error {
	target := at.DB
	if target == "" {
		target = filepath.Join(at.Data, "yuanmeng.db")
	}
	db, err := store.Open(ctx, target, nil)
	if err != nil {
		return err
	}
	defer db.Close()
	rows, err := db.ProgrammeStates(ctx)
	if err != nil {
		return err
	}
	numbers, places := 0, 0
	for _, p := range rows {
		t, err := db.Tally(ctx, p.ID)
		if err != nil {
			return err
		}
		numbers += int(t.LastNo)
		places += t.Taken() + t.Waiting
	}
	if numbers != acknowledged || places != acknowledged {
		return fmt.Errorf("%d acknowledged, %d numbers and %d places in the database", acknowledged, numbers, places)
	}
	return nil
}

// opening measures the opening second: every phone at the same instant.
func (r *run) opening(name string, k *kept) slice {
	want := min(k.plan.Drafts, k.plan.Programmes*(k.plan.Seats+k.plan.Waiting))
	return slice{"opening " + name, func(ctx context.Context, dir string) error {
		for _, followed := range []bool{false, true} {
			at, err := r.copy(k, dir)
			if err != nil {
				return err
			}
			s, err := r.serve(at, casework.GateBatch)
			if err != nil {
				return err
			}
			var follow func(int, load.Reply) load.Request
			if followed {
				follow = func(i int, re load.Reply) load.Request { return load.Get(re.Location, k.phones[i].Cookie) }
			}
			res, last, peak, err := r.burst(s, k.page, k.taps(), accepted, follow)
			if err == nil {
				err = counted(res, want)
			}
			if err == nil {
				err = audit(ctx, at, want)
			}
			if err != nil {
				return err
			}
			if followed {
				r.add("opening "+name+" read", last.Seconds())
				r.log("opening %s: the last receipt after %s", name, last.Round(time.Millisecond))
			} else {
				r.add("opening "+name, res.Elapsed.Seconds())
				r.add("memory "+name, float64(peak))
				r.log("opening %s: the last answer after %s, %d MB", name, res.Elapsed.Round(time.Millisecond), peak>>20)
			}
			if err := os.RemoveAll(dir); err != nil {
				return err
			}
		}
		return nil
	}}
}

// counted checks that a burst gave as many places as there are, and to everybody
// else the answer that the list is full.
func counted(res load.Result, want int) error {
	full := res.Other["full"]
	delete(res.Other, "full")
	if err := res.Strange(); err != nil {
		return err
	}
	if res.Good != want || res.Good+full != len(res.Times) {
		return fmt.Errorf("%d got a place and %d the answer that the list is full; there are %d places for %d phones", res.Good, full, want, len(res.Times))
	}
	return nil
}

// keptPeer is the same for PocketBase.
type keptPeer struct {
	dir      string
	requests []load.Request
}

func (r *run) keepPeer(pl stage.Plan) (*keptPeer, error) {
	k := &keptPeer{dir: filepath.Join(r.memory, "peer-"+pl.Name)}
	file := k.dir + ".json"
	if _, err := os.Stat(file); err == nil {
		return k, k.read(file)
	}
	cmd := exec.Command(r.pocketbase, "prepare", "--data", k.dir, "--people", fmt.Sprint(pl.Drafts), "--programmes", fmt.Sprint(pl.Programmes), "--cap", fmt.Sprint(pl.Seats+pl.Waiting))
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("peer: %w: %s", err, out)
	}
	if err := os.Rename(filepath.Join(k.dir, "requests.json"), file); err != nil {
		return nil, err
	}
	return k, k.read(file)
}

func (k *keptPeer) read(file string) error {
	var list []struct{ Token, Body string }
	if err := stage.Read(file, &list); err != nil {
		return err
	}
	for _, q := range list {
		k.requests = append(k.requests, load.PostJSON("/api/collections/submissions/records", q.Token, q.Body))
	}
	return nil
}

func (r *run) servePeer(k *keptPeer, dir string, same bool) (*server, error) {
	if err := stage.Copy(k.dir, dir); err != nil {
		return nil, err
	}
	args := []string{"serve", "--data", dir}
	if same {
		args = append(args, "--same")
	}
	return start(r.pocketbase, args...)
}

func health(int) load.Request { return load.Get("/api/health", "") }

func acceptedByPeer(re load.Reply) string {
	switch re.Code {
	case 200:
		return ""
	case 400:
		return "full"
	}
	return fmt.Sprint(re.Code)
}

func (r *run) submittingPeer(name string, k *keptPeer, same bool) slice {
	return slice{name, func(_ context.Context, dir string) error {
		s, err := r.servePeer(k, dir, same)
		if err != nil {
			return err
		}
		res, err := r.closed(name, s, health, nil, k.requests, acceptedByPeer)
		err = errors.Join(err, res.Strange())
		if err == nil {
			err = auditPeer(dir, same, res.Good)
		}
		return err
	}}
}

func (r *run) openingPeer(name string, k *keptPeer, pl stage.Plan) slice {
	want := min(pl.Drafts, pl.Programmes*(pl.Seats+pl.Waiting))
	return slice{"opening " + name + " peer", func(_ context.Context, dir string) error {
		s, err := r.servePeer(k, dir, true)
		if err != nil {
			return err
		}
		res, _, peak, err := r.burst(s, health, k.requests, acceptedByPeer, nil)
		if err == nil {
			err = counted(res, want)
		}
		if err == nil {
			err = auditPeer(dir, true, want)
		}
		r.add("opening "+name+" peer", res.Elapsed.Seconds())
		r.add("memory "+name+" peer", float64(peak))
		r.log("opening %s, peer: the last answer after %s, %d MB", name, res.Elapsed.Round(time.Millisecond), peak>>20)
		return err
	}}
}

// auditPeer checks the peer's rows in the same way.
func auditPeer(dir string, same bool, acknowledged int) error {
	db, err := sql.Open("sqlite", filepath.Join(dir, "data.db"))
	if err != nil {
		return err
	}
	defer db.Close()
	queries := []string{"SELECT COUNT(*) FROM submissions"}
	if same {
		queries = append(queries, "SELECT COUNT(*) FROM audit", "SELECT SUM(used) FROM programmes")
	}
	for _, q := range queries {
		var n int
		if err := db.QueryRow(q).Scan(&n); err != nil {
			return err
		}
		if n != acknowledged {
			return fmt.Errorf("peer: %s gives %d, acknowledged %d", q, n, acknowledged)
		}
	}
	return nil
}
