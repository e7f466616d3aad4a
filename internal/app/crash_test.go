package app

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/jobs"
	"yuanmeng/internal/proof"
	"yuanmeng/internal/sample"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/store/storetest"
	"yuanmeng/internal/web"
	"yuanmeng/plan"
)

// The crash test: the real program is killed while phones submit, again and
// again on the same data. What was acknowledged is there afterwards, by identity
// and number; nothing is half-done; the log verifies.

// times reads how often a crash is made, from the environment or its default.
func times(t *testing.T, name string, normal int) int {
	if testing.Short() {
		return 1
	}
	s := os.Getenv(name)
	if s == "" {
		return normal
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "yuanmeng-crash-")
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, "yuanmeng")
	cmd := exec.Command("go", "build", "-o", file, "yuanmeng")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return file, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if file, err := binary(); err == nil && file != "" {
		os.RemoveAll(filepath.Dir(file))
	}
	os.Exit(code)
}

// phone is one worker with a ready draft and a signed-in browser.
type phone struct {
	worker, caseID string
	cookie         *http.Cookie
	acknowledged   bool
	no             int // as his receipt said, 0 where he did not get so far
}

// yard is an installation whose program can be killed.
type yard struct {
	t      *testing.T
	dir    string
	target string // postgres:// URL or ""
	phones []*phone
	next   int
}

// newYard prepares an installation with n ready drafts an hour after opening.
func newYard(t *testing.T, target string, n int) *yard {
	t.Helper()
	ctx := context.Background()
	y := &yard{t: t, dir: t.TempDir(), target: target}
	h, err := build(ctx, settings{place: place{Data: y.dir, DB: target}, Addr: "127.0.0.1:0"}, io.Discard, options{routes: signInAs})
	if err != nil {
		t.Fatal(err)
	}
	p, hash, err := embedded()
	if err != nil {
		t.Fatal(err)
	}
	p = plan.Demo(p)
	p.Cap, p.WaitingMax = n*2/3, n // both kinds of place are given
	h.setClock(NewClock(h.machine, p.OpensAt.Add(time.Hour).Sub(h.machine()), time.Time{}))
	if err := h.work.Load(ctx, p, hash); err != nil {
		t.Fatal(err)
	}
	a, b := scheme.Actor{ID: "lead-1", Role: scheme.RoleLead}, scheme.Actor{ID: "lead-2", Role: scheme.RoleLead}
	if err := h.work.Open(ctx, a, b, string(p.ID), nil); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		y.phones = append(y.phones, y.ready(ctx, h, p, i+1))
	}
	if err := h.close(ctx); err != nil {
		t.Fatal(err)
	}
	return y
}

// signInAs is a door for this test only: it starts a session as any worker.
func signInAs(h *house) []web.Route {
	return []web.Route{{Method: "POST", Pattern: "/test/as", Guard: web.Public, Act: "enter_as", Handler: func(c *web.Ctx) error {
		return h.sessions.Start(c, web.Ticket{AccountID: c.Query("id"), Kind: web.KindWorker, Confirmed: true})
	}}}
}

func (y *yard) ready(ctx context.Context, h *house, p *scheme.Programme, n int) *phone {
	y.t.Helper()
	who := sample.New(p, n)
	ph := &phone{worker: store.NewID(h.machine())}
	err := h.db.Write(ctx, h.clock.Now(), func(tx *store.Tx) error {
		return tx.Insert(ctx, &store.Worker{ID: ph.worker, PhoneIndex: h.keys.Index("phone", who.Phone), PhoneSealed: h.keys.Seal("worker/"+ph.worker, []byte(who.Phone)), CreatedAt: tx.Now})
	})
	if err != nil {
		y.t.Fatal(err)
	}
	c, err := h.work.Begin(ctx, ph.worker, string(p.ID))
	if err != nil {
		y.t.Fatal(err)
	}
	ph.caseID = c.ID
	if _, err := h.work.Save(ctx, ph.worker, c.ID, func(app *scheme.Application, p *scheme.Programme) error {
		return sample.Fill(app, p, who, h.clock.Now())
	}); err != nil {
		y.t.Fatal(err)
	}
	w := httptest.NewRecorder()
	r := httptest.NewRequest("POST", "/test/as?id="+url.QueryEscape(ph.worker), nil)
	h.handler.ServeHTTP(w, r)
	for _, k := range w.Result().Cookies() {
		if k.Name == "ym" {
			ph.cookie = k
		}
	}
	if ph.cookie == nil {
		y.t.Fatalf("no session: %d", w.Code)
	}
	return ph
}

// server is one run of the program.
type server struct {
	cmd  *exec.Cmd
	addr string
	done chan struct{}
}

func (y *yard) start() *server {
	y.t.Helper()
	file, err := binary()
	if err != nil {
		y.t.Fatal(err)
	}
	args := []string{"serve", "--data", y.dir, "--addr", "127.0.0.1:0"}
	if y.target != "" {
		args = append(args, "--db", y.target)
	}
	s := &server{cmd: exec.Command(file, args...), done: make(chan struct{})}
	var errs bytes.Buffer
	s.cmd.Stderr = &errs
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		y.t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		y.t.Fatal(err)
	}
	in := bufio.NewScanner(out)
	for in.Scan() {
		if addr, ok := strings.CutPrefix(in.Text(), "listening on http://"); ok {
			s.addr = addr
			break
		}
	}
	if s.addr == "" {
		s.cmd.Wait()
		y.t.Fatalf("the program did not start: %s", errs.String())
	}
	go func() {
		io.Copy(io.Discard, out)
		s.cmd.Wait()
		close(s.done)
	}()
	return s
}

// kill ends the program as a power cut ends it.
func (s *server) kill() {
	s.cmd.Process.Signal(syscall.SIGKILL)
	<-s.done
}

// rush lets phones submit, eight at a time, and calls strike once after so many
// acknowledgements.
func (y *yard) rush(s *server, strikeAfter int, strike func()) {
	client := &http.Client{Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
	defer client.CloseIdleConnections()
	var (
		mu     sync.Mutex
		acks   int
		struck bool
		wg     sync.WaitGroup
	)
	take := func() *phone {
		mu.Lock()
		defer mu.Unlock()
		if struck || y.next == len(y.phones) {
			return nil
		}
		y.next++
		return y.phones[y.next-1]
	}
	for range 8 {
		wg.Go(func() {
			for ph := take(); ph != nil; ph = take() {
				ok := post(client, s.addr, ph)
				if !ok {
					continue
				}
				mu.Lock()
				ph.acknowledged = true
				acks++
				now := acks == strikeAfter && !struck
				struck = struck || now
				mu.Unlock()
				if now {
					strike()
					return
				}
				if no, ok := receipt(client, s.addr, ph); ok {
					ph.no = no
				}
			}
		})
	}
	wg.Wait()
	if !struck {
		y.t.Fatalf("only %d of %d submissions were acknowledged before the crash", acks, strikeAfter)
	}
}

func do(client *http.Client, method, addr, path string, ph *phone, form url.Values) (*http.Response, error) {
	r, err := http.NewRequest(method, "http://"+addr+path, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	r.AddCookie(ph.cookie)
	if method == "POST" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return client.Do(r)
}

// post submits; true is an acknowledgement: the answer that leads to the receipt.
func post(client *http.Client, addr string, ph *phone) bool {
	res, err := do(client, "POST", addr, "/my/submit", ph, url.Values{"case": {ph.caseID}})
	if err != nil {
		return false
	}
	defer res.Body.Close()
	io.Copy(io.Discard, res.Body)
	return res.StatusCode == http.StatusSeeOther && res.Header.Get("Location") == "/my/receipt"
}

func receipt(client *http.Client, addr string, ph *phone) (int, bool) {
	res, err := do(client, "GET", addr, "/my/receipt.json", ph, nil)
	if err != nil {
		return 0, false
	}
	defer res.Body.Close()
	var r struct{ N int }
	if res.StatusCode != http.StatusOK || json.NewDecoder(res.Body).Decode(&r) != nil {
		return 0, false
	}
	return r.N, true
}

// look opens the database that the dead program left and judges it.
func (y *yard) look() {
	y.t.Helper()
	ctx := context.Background()
	h := &house{settings: settings{place: place{Data: y.dir, DB: y.target}}, machine: time.Now, fatal: make(chan error, 1)}
	if err := h.openStore(ctx); err != nil {
		y.t.Fatal(err)
	}
	defer h.db.Close()
	const programme = "xianan-2026"
	ta, err := h.db.Tally(ctx, programme)
	if err != nil {
		y.t.Fatal(err)
	}
	numbered := map[int]bool{}
	held, waiting := 0, 0
	for _, ph := range y.phones {
		c, err := h.db.CaseRow(ctx, ph.caseID)
		if err != nil {
			y.t.Fatal(err)
		}
		no := c.Number()
		switch {
		case ph.acknowledged && no == 0:
			y.t.Fatalf("a submission was acknowledged and is lost")
		case ph.no > 0 && ph.no != no:
			y.t.Fatalf("a receipt said number %d, the database says %d", ph.no, no)
		}
		r, err := h.db.Revision(ctx, ph.caseID, 0)
		d, derr := h.db.Draft(ctx, ph.caseID)
		if no == 0 {
			if !store.IsNone(err) || derr != nil || c.Place != scheme.PlaceNone {
				y.t.Fatalf("a case without a number is half submitted: revision %v, draft %v, place %s", err, derr, c.Place)
			}
			continue
		}
		if err != nil || r.N != 1 || !store.IsNone(derr) {
			y.t.Fatalf("number %d is half submitted: revision %v, draft of %s", no, err, d.CaseID)
		}
		if ok, err := h.db.HoldsPerson(ctx, ph.caseID); err != nil || !ok {
			y.t.Fatalf("number %d does not hold its person (%v)", no, err)
		}
		if numbered[no] {
			y.t.Fatalf("number %d was given twice", no)
		}
		numbered[no] = true
		switch c.Place {
		case scheme.PlaceHeld:
			held++
		case scheme.PlaceWaiting:
			waiting++
		}
	}
	if len(numbered) != int(ta.LastNo) || held != ta.Held || waiting != ta.Waiting {
		y.t.Fatalf("the tally says %d numbers, %d held, %d waiting; the cases say %d, %d, %d", ta.LastNo, ta.Held, ta.Waiting, len(numbered), held, waiting)
	}
	for no := 1; no <= len(numbered); no++ {
		if !numbered[no] {
			y.t.Fatalf("number %d is missing", no)
		}
	}
	y.verify(ctx, h, programme)
}

// verify checks the log with what the public has: leaves and checkpoints.
func (y *yard) verify(ctx context.Context, h *house, programme string) {
	y.t.Helper()
	work := casework.New(h.db, h.keys, h.files, h.clock.Now, h.machine)
	sign := &jobs.Jobs{Work: work, DB: h.db, Keys: h.keys, Now: h.clock.Now, Machine: h.machine, Host: "127.0.0.1"}
	if _, err := sign.Checkpoint(ctx); err != nil {
		y.t.Fatal(err)
	}
	var b bytes.Buffer
	if err := work.ExportLog(ctx, programme, "127.0.0.1", &b); err != nil {
		y.t.Fatal(err)
	}
	log, err := proof.ReadExport(&b)
	if err != nil {
		y.t.Fatal(err)
	}
	seated, err := h.db.SeatedNos(ctx, programme)
	if err != nil {
		y.t.Fatal(err)
	}
	pub := h.keys.Signer("checkpoint").Public().(ed25519.PublicKey)
	for _, f := range proof.Verify(log, nil, pub, seated) {
		y.t.Fatalf("the log does not verify after the crash: %s", f)
	}
}

// strikes are how many acknowledgements a round waits for: some kills come in
// the first commit, some in the middle of the rush.
func strikes(rounds int) []int {
	r := rand.New(rand.NewPCG(7, 7))
	out := make([]int, rounds)
	for i := range out {
		out[i] = 1 + r.IntN(24)
	}
	return out
}

func TestCrash_ProgramKilledUnderLoad(t *testing.T) {
	rounds := times(t, "YM_CRASH_SQLITE", 20)
	target := ""
	if storetest.Engine() == store.Postgres {
		rounds = times(t, "YM_CRASH_PG", 5)
		target = storetest.Target(t)
	}
	list := strikes(rounds)
	need := 0
	for _, n := range list {
		need += n + 16 // those on their way when the blow falls
	}
	y := newYard(t, target, need)
	t.Logf("%d drafts ready", need)
	for _, n := range list {
		s := y.start()
		y.rush(s, n, s.kill)
		y.look()
	}
	acks := 0
	for _, ph := range y.phones {
		if ph.acknowledged {
			acks++
		}
	}
	t.Logf("%d kills, %d acknowledged submissions, none lost", rounds, acks)
}

// cluster is a PostgreSQL server of this test's own, which it may kill.
func cluster(t *testing.T) (dir, target string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "ym-pg-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { script(t, "stop", dir) })
	return dir, strings.TrimPrefix(script(t, "start", dir), "YM_TEST_PG=")
}

func script(t *testing.T, verb, dir string) string {
	t.Helper()
	cmd := exec.Command("bash", "../../scripts/postgres.sh", verb, dir)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("postgres.sh %s: %v: %s", verb, err, errs.String())
	}
	return strings.TrimSpace(string(out))
}

// killServer ends the database server and every process of it.
func killServer(t *testing.T, dir string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "cluster", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(b), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		t.Fatal(err)
	}
	syscall.Kill(pid, syscall.SIGSTOP) // so that no child is born meanwhile
	procs, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, f := range procs {
		b, err := os.ReadFile(f)
		if err != nil {
			continue
		}
		// pid (name) state ppid …
		rest := string(b[bytes.LastIndexByte(b, ')')+1:])
		if fs := strings.Fields(rest); len(fs) > 1 && fs[1] == first {
			if child, err := strconv.Atoi(filepath.Base(filepath.Dir(f))); err == nil {
				syscall.Kill(child, syscall.SIGKILL)
			}
		}
	}
	syscall.Kill(pid, syscall.SIGKILL)
}

func TestCrash_DatabaseServerKilledUnderLoad(t *testing.T) {
	if storetest.Engine() != store.Postgres {
		t.Skip("only PostgreSQL has a server")
	}
	rounds := times(t, "YM_CRASH_SERVER", 1)
	dir, target := cluster(t)
	list := strikes(rounds)
	need := 0
	for _, n := range list {
		need += n + 16
	}
	y := newYard(t, target, need)
	s := y.start()
	defer s.kill()
	for _, n := range list {
		y.rush(s, n, func() { killServer(t, dir) })
		script(t, "again", dir)
		y.look()
	}
	// The program outlived its database and goes on by itself.
	client := &http.Client{Timeout: 20 * time.Second}
	for _, ph := range y.phones {
		if ph.acknowledged {
			if no, ok := receipt(client, s.addr, ph); !ok || no == 0 {
				t.Error("the program does not answer after its database has come back")
			}
			return
		}
	}
}
