package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/files"
	"yuanmeng/internal/jobs"
	"yuanmeng/internal/office"
	"yuanmeng/internal/paper"
	"yuanmeng/internal/sms"
	"yuanmeng/internal/store"
	"yuanmeng/internal/vault"
	"yuanmeng/internal/web"
	"yuanmeng/internal/web/apply"
	"yuanmeng/internal/web/desk"
	"yuanmeng/internal/web/open"
)

// place is where an installation keeps its things.
type place struct {
	Data string `help:"Folder of the database, the files and the key file." default:"data" type:"path"`
	DB   string `help:"postgres://… instead of SQLite in the data folder." placeholder:"URL"`
	Key  string `help:"Key file, when it is not in the data folder." type:"path" placeholder:"FILE"`
}

func (p place) keyFile() string {
	if p.Key != "" {
		return p.Key
	}
	return filepath.Join(p.Data, "key")
}

func (p place) target() string {
	if p.DB != "" {
		return p.DB
	}
	return filepath.Join(p.Data, "yuanmeng.db")
}

// settings are what serve and demo share.
type settings struct {
	place
	Addr        string `help:"Address to listen on." default:"127.0.0.1:8080"`
	PublicURL   string `help:"Address by which people reach the platform, https://…" placeholder:"URL"`
	Fonts       string `help:"Folder of further .ttf fonts for rare characters." type:"path" placeholder:"DIR"`
	BehindProxy bool   `help:"The client's address is the last one of X-Forwarded-For."`
	Metrics     string `help:"Secret that /metrics asks for from other machines." placeholder:"TOKEN"`
	Verbose     bool   `help:"Log every request."`
}

// house is the whole program, put together and not yet listening.
type house struct {
	settings
	log     *slog.Logger
	machine func() time.Time
	clock   *Clock
	db      *store.DB
	keys    *vault.Keys
	files   *files.Store
	work    *casework.Work
	office  *office.Office
	press   *paper.Press
	texts   *sms.Log // nil where messages leave by an operator
	jobs    *jobs.Jobs
	meters  *meters

	sessions *web.Sessions
	public   *url.URL
	handler  http.Handler

	ln       net.Listener // taken before building; nil where nothing is served
	stopGate context.CancelFunc
	fatal    chan error
	once     sync.Once
}

// options are what a command adds to the settings.
type options struct {
	sender  func(*house) (sms.Sender, error) // nil: the log
	routes  func(*house) []web.Route         // further routes of this command
	machine func() time.Time                 // nil: the machine's own clock
	gate    casework.GateKind                // how the gate commits: only bench/ has another kind
	listen  bool                             // take the address first
}

// build opens everything in its order and starts the gate. Close it with close.
func build(ctx context.Context, s settings, logTo io.Writer, o options) (_ *house, err error) {
	h := &house{settings: s, machine: o.machine, fatal: make(chan error, 1)}
	if h.machine == nil {
		h.machine = time.Now
	}
	level := slog.LevelWarn
	if s.Verbose {
		level = slog.LevelInfo
	}
	h.log = slog.New(slog.NewTextHandler(logTo, &slog.HandlerOptions{Level: level}))
	if o.listen {
		// Before anything is built: an address in use is said at once, and the
		// port that :0 stands for is known to every link.
		if h.ln, err = net.Listen("tcp", s.Addr); err != nil {
			return nil, err
		}
		defer func() {
			if err != nil {
				err = errors.Join(err, h.ln.Close())
			}
		}()
		if strings.HasSuffix(s.Addr, ":0") {
			h.Addr = h.ln.Addr().String()
		}
	}
	if h.PublicURL == "" {
		h.PublicURL = "http://" + h.Addr
	}
	if h.public, err = url.Parse(strings.TrimSuffix(h.PublicURL, "/")); err != nil || h.public.Host == "" {
		return nil, fmt.Errorf("--public-url %q is no address", h.PublicURL)
	}
	h.PublicURL = h.public.Scheme + "://" + h.public.Host
	if h.public.Scheme == "https" && !h.BehindProxy {
		// This program speaks no TLS, so a proxy stands before it.
		h.log.Warn("without --behind-proxy every visitor has the proxy's address, and all of them share one limit of text messages and tries")
	}
	if err := h.openStore(ctx); err != nil {
		return nil, err
	}
	if err := h.assemble(ctx, o); err != nil {
		h.db.Close()
		return nil, err
	}
	return h, nil
}

// openStore opens folder, keys, database and clock, and refuses a key file that
// is not the one the database was made with.
func (h *house) openStore(ctx context.Context) error {
	if err := os.MkdirAll(h.Data, 0o700); err != nil {
		return err
	}
	db, err := store.Open(ctx, h.target(), h.die)
	if err != nil {
		return err
	}
	h.db = db
	fail := func(err error) error { db.Close(); return err }
	if err := db.Migrate(ctx); err != nil {
		return fail(fmt.Errorf("migrate: %w", err))
	}
	known, err := db.Fact(ctx, factKeys)
	if err != nil {
		return fail(err)
	}
	if known == "" {
		h.keys, err = vault.OpenFile(h.keyFile())
	} else {
		h.keys, err = vault.LoadFile(h.keyFile())
	}
	if err != nil {
		return fail(fmt.Errorf("keys: %w", err))
	}
	if print := h.keys.Fingerprint(); known == "" {
		err = db.Write(ctx, h.machine(), func(tx *store.Tx) error { return tx.SetFact(ctx, factKeys, print) })
	} else if known != print {
		err = fmt.Errorf("key file %s is %s, but the database was made with %s: nothing could be opened with it", h.keyFile(), print, known)
	}
	if err != nil {
		return fail(err)
	}
	if h.clock, err = restoreClock(ctx, db, h.machine); err != nil {
		return fail(err)
	}
	if h.files, err = files.New(filepath.Join(h.Data, "files")); err != nil {
		return fail(err)
	}
	return nil
}

// die ends the process: after a failed fsync what the database says of the disk
// may be a lie, and only a restart reads what is really there.
func (h *house) die(err error) {
	h.once.Do(func() {
		h.log.Error("the disk may have lost what it was given; ending", "err", err)
		h.fatal <- err
	})
}

func (h *house) assemble(ctx context.Context, o options) error {
	var err error
	if h.press, err = paper.New(h.Fonts); err != nil {
		return err
	}
	h.meters = newMeters()
	h.work = casework.New(h.db, h.keys, h.files, h.clock.Now, h.machine)
	h.texts = &sms.Log{Logger: h.log, Keep: 200}
	var sender sms.Sender = h.texts
	h.work.Mute = o.sender == nil
	if o.sender != nil {
		if sender, err = o.sender(h); err != nil {
			return err
		}
		h.texts = nil
	}
	h.office = &office.Office{
		DB: h.db, Keys: h.keys, SMS: sender, Now: h.clock.Now, Machine: h.machine,
		OpeningDay: func(now time.Time) bool { return h.work.OpeningDay(context.WithoutCancel(ctx), now) },
		LastSix:    h.work.LastSix,
	}
	h.sessions = web.NewSessions(h.db, h.machine, h.public.Scheme == "https", h.resolve)
	h.sessions.Log = h.log
	host, _ := os.Hostname()
	h.jobs = &jobs.Jobs{
		Work: h.work, DB: h.db, Keys: h.keys, SMS: sender, Now: h.clock.Now, Machine: h.machine, Logger: h.log,
		Meter: h.meters.step, Host: h.public.Hostname(), Runner: fmt.Sprintf("%s/%d", host, os.Getpid()),
		ErasedFile: vault.ErasedFile(h.keyFile()),
	}
	gate, stop := context.WithCancel(context.WithoutCancel(ctx))
	h.stopGate = stop
	h.work.StartAs(gate, o.gate)
	h.handler = h.doors(o)
	return nil
}

// setClock puts another programme clock in the place of the machine's: in a demo
// and in tests the year is not today's. Called before anybody is let in.
func (h *house) setClock(c *Clock) {
	h.clock = c
	h.work.Now, h.office.Now, h.jobs.Now = c.Now, c.Now, c.Now
}

// doors mounts every table of routes and puts the layers around them.
func (h *house) doors(o options) http.Handler {
	mux := http.NewServeMux()
	deps := web.Deps{
		Identify: h.sessions.Identify, Now: func() time.Time { return h.clock.Now() }, Clock: h.machine, Log: h.log, PublicURL: h.PublicURL,
		Site: h.site, Nav: h.nav, PutFlash: h.sessions.PutFlash, TakeFlash: h.sessions.TakeFlash,
		Translate: translate, Observe: h.meters.request,
	}
	mount := func(door web.Door, signIn, signOut string, routes []web.Route) {
		d := deps
		d.Door, d.SignIn, d.SignOut = door, signIn, signOut
		web.Mount(mux, routes, d)
	}
	mount(web.DoorOpen, "/sign-in", "/sign-out", web.SharedRoutes())
	mount(web.DoorOpen, "/sign-in", "/sign-out", (&open.Door{Work: h.work, Machine: h.machine, Host: h.public.Hostname(), PublicURL: h.PublicURL}).Routes())
	mount(web.DoorApply, "/sign-in", "/sign-out", (&apply.Door{
		Work: h.work, Office: h.office, Press: h.press, Sessions: h.sessions, Machine: h.machine, Host: h.public.Hostname(), PublicURL: h.PublicURL,
	}).Routes())
	mount(web.DoorDesk, "/desk/sign-in", "/desk/sign-out", (&desk.Door{
		Work: h.work, Office: h.office, Sessions: h.sessions, Machine: h.machine, PublicURL: h.PublicURL,
	}).Routes())
	if o.routes != nil {
		mount(web.DoorOpen, "/sign-in", "/sign-out", o.routes(h))
	}
	still := http.NewServeMux()
	still.Handle("/assets/", web.Assets())
	still.HandleFunc("GET /healthz", h.healthz)
	still.HandleFunc("GET /readyz", h.readyz)
	still.HandleFunc("GET /metrics", h.metrics)
	people := h.sessions.Wrap(web.Wrap(mux, deps))
	quiet := deps
	quiet.Identify = func(*http.Request) (web.Viewer, error) { return web.Viewer{}, nil }
	things := web.Wrap(still, quiet)
	return h.client(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, pattern := still.Handler(r); pattern != "" {
			things.ServeHTTP(w, r)
			return
		}
		people.ServeHTTP(w, r)
	}))
}

// client puts the address of the browser in the place of the proxy's.
func (h *house) client(next http.Handler) http.Handler {
	if !h.BehindProxy {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		if ip := net.ParseIP(strings.TrimSpace(hops[len(hops)-1])); ip != nil {
			r.RemoteAddr = net.JoinHostPort(ip.String(), "0")
		}
		next.ServeHTTP(w, r)
	})
}

// translate turns the acts' errors into pages.
func translate(err error) error {
	var cr *casework.Refused
	var or *office.Refused
	switch {
	case errors.Is(err, casework.ErrNotFound), store.IsNone(err):
		return web.NotFound
	case errors.Is(err, casework.ErrBusy), store.IsFull(err):
		return web.Unavailable
	case errors.Is(err, store.ErrStale):
		return web.Conflict("这份申请刚才有了变化。")
	case errors.As(err, &cr) && len(cr.Reasons) > 0:
		s := cr.Reasons[0].Worker
		if s == "" {
			s = cr.Reasons[0].Staff
		}
		return web.Conflict(s)
	case errors.As(err, &or):
		if !or.Until.IsZero() {
			return web.TooMany(or.Sentence, 0)
		}
		return web.Conflict(or.Sentence)
	}
	return nil
}

// serve listens until ctx ends, then lets what has begun come to its end:
// requests first, then the gate, then the jobs.
func (h *house) serve(ctx context.Context, ready func(addr string)) error {
	ln, err := h.ln, error(nil)
	if ln == nil {
		if ln, err = net.Listen("tcp", h.Addr); err != nil {
			return err
		}
	}
	srv := &http.Server{
		Handler: h.handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 2 * time.Minute, WriteTimeout: 2 * time.Minute,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10, ErrorLog: slog.NewLogLogger(h.log.Handler(), slog.LevelDebug),
	}
	work, stop := context.WithCancel(ctx)
	defer stop()
	var wg sync.WaitGroup
	wg.Go(func() { h.jobs.Run(work) })
	wg.Go(func() { h.keepClock(work) })
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(ln) }()
	ready(ln.Addr().String())
	select {
	case <-ctx.Done():
	case err = <-failed:
	case err = <-h.fatal:
		os.Exit(3) // not one more word to the disk
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 15*time.Second)
	defer cancel()
	if e := srv.Shutdown(last); e != nil && err == nil {
		err = e
	}
	stop()
	wg.Wait()
	return errors.Join(err, h.close(last))
}

// close ends the gate, signs the heads once more and closes the database.
func (h *house) close(ctx context.Context) error {
	h.stopGate()
	h.work.Wait()
	_, err := h.jobs.Checkpoint(ctx)
	return errors.Join(err, h.clock.keep(ctx, h.db), h.db.Close())
}

// keepClock writes the programme clock's high-water mark every minute.
func (h *house) keepClock(ctx context.Context) {
	t := time.NewTicker(time.Minute)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			if err := h.clock.keep(ctx, h.db); err != nil && ctx.Err() == nil {
				h.log.Error("clock not kept", "err", err)
			}
		}
	}
}
