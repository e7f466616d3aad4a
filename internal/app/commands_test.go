package app

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"golang.org/x/text/encoding/simplifiedchinese"

	"yuanmeng/internal/sample"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/store/storetest"
	"yuanmeng/plan"
)

// said is what a command wrote and how it ended.
func said(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(context.Background(), args, &out, &errs)
	return code, out.String(), errs.String()
}

func onlySQLite(t *testing.T) {
	t.Helper()
	if storetest.Engine() != store.SQLite {
		t.Skip("a folder with SQLite in it")
	}
}

// folder copies the embedded programme, with one file changed.
func folder(t *testing.T, file, was, is string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, plan.EmbeddedFS()); err != nil {
		t.Fatal(err)
	}
	if file == "" {
		return dir
	}
	name := filepath.Join(dir, file)
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(b, []byte(was)) {
		t.Fatalf("%s has no %q", file, was)
	}
	if err := os.WriteFile(name, bytes.Replace(b, []byte(was), []byte(is), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestProgrammeCheck(t *testing.T) {
	code, out, _ := said(t, "programme", "check", folder(t, "", "", ""))
	if code != 0 || !strings.Contains(out, "xianan-2026: no fault (62 majors, 14 unions") || !strings.Contains(out, "not ready to open: programme.yaml") {
		t.Errorf("a sound folder: %d %s", code, out)
	}
	code, out, errs := said(t, "programme", "check", folder(t, "programme.yaml", "cap: 100", "cap: -1"))
	if code != 1 || !regexp.MustCompile(`programme\.yaml:\d+: `).MatchString(out) || !strings.Contains(errs, "faults") {
		t.Errorf("a faulty folder: %d %s %s", code, out, errs)
	}
}

func TestServe_RefusesAFaultyProgramme(t *testing.T) {
	dir := t.TempDir()
	code, _, errs := said(t, "serve", "--data", filepath.Join(dir, "data"), "--programme", folder(t, "programme.yaml", "reserved_priority_seats: 0", "reserved_priority_seats: 5"))
	if code != 1 || !regexp.MustCompile(`programme\.yaml:\d+: `).MatchString(errs) {
		t.Errorf("got %d %s", code, errs)
	}
	if _, err := os.Stat(filepath.Join(dir, "data")); !errors.Is(err, os.ErrNotExist) {
		t.Error("a refused programme has left a data folder")
	}
}

func TestKeys(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key")
	if code, out, errs := said(t, "keys", "new", file); code != 0 || !strings.Contains(out, "fingerprint") {
		t.Fatalf("new: %d %s %s", code, out, errs)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v %v", info.Mode(), err)
	}
	if code, _, _ := said(t, "keys", "new", file); code == 0 {
		t.Error("an existing key file was replaced")
	}
	if code, out, _ := said(t, "keys", "show", file); code != 0 || !strings.Contains(out, "checkpoint key") {
		t.Errorf("show: %d %s", code, out)
	}
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := said(t, "keys", "show", file); code != 1 || !strings.Contains(errs, "0600") {
		t.Errorf("a key file that others may read: %d %s", code, errs)
	}
}

// prepared is an installation with some people, closed again.
func prepared(t *testing.T, people int) (*yard, string) {
	t.Helper()
	target := ""
	if storetest.Engine() == store.Postgres {
		target = storetest.Target(t)
	}
	y := newYard(t, target, people)
	return y, y.dir
}

func TestServe_RefusesAnotherKeyFile(t *testing.T) {
	onlySQLite(t)
	_, dir := prepared(t, 1)
	other := filepath.Join(t.TempDir(), "key")
	if code, _, errs := said(t, "keys", "new", other); code != 0 {
		t.Fatal(errs)
	}
	code, _, errs := said(t, "programme", "list", "--data", dir, "--key", other)
	if code != 1 || !strings.Contains(errs, "the database was made with") {
		t.Errorf("another key file: %d %s", code, errs)
	}
	code, _, errs = said(t, "programme", "list", "--data", dir, "--key", filepath.Join(t.TempDir(), "none"))
	if code != 1 || !strings.Contains(errs, "no such file") {
		t.Errorf("no key file: %d %s: a new one must not be made for an old database", code, errs)
	}
}

func TestServe_StopsWhenTheFolderOfAnOpenedProgrammeHasChanged(t *testing.T) {
	onlySQLite(t)
	_, dir := prepared(t, 1)
	code, _, errs := said(t, "serve", "--data", dir, "--addr", "127.0.0.1:0", "--programme", folder(t, "programme.yaml", "hearing_days: 3", "hearing_days: 4"))
	if code != 1 || !strings.Contains(errs, "hearing_days: opened with 3, now 4") || !strings.Contains(errs, "after opening the database is the truth") {
		t.Errorf("got %d %s", code, errs)
	}
	code, out, errs := said(t, "programme", "list", "--data", dir)
	if code != 0 || !strings.Contains(out, "xianan-2026\topen") {
		t.Errorf("list: %d %s %s", code, out, errs)
	}
}

// TestServe_RefusesToLetNoMessageLeave: people who have applied are told by text
// message, so an opened programme is not served without an operator by mistake.
func TestServe_RefusesToLetNoMessageLeave(t *testing.T) {
	onlySQLite(t)
	ctx, dir := context.Background(), t.TempDir()
	var log bytes.Buffer
	h, err := build(ctx, settings{place: place{Data: dir}, Addr: "127.0.0.1:0"}, &log, options{})
	if err != nil {
		t.Fatal(err)
	}
	says := func(driver, refusal, logged string) {
		t.Helper()
		log.Reset()
		err := h.textsLeave(ctx, driver)
		if (err != nil) != (refusal != "") || err != nil && !strings.Contains(err.Error(), refusal) {
			t.Errorf("with %q: %v, want %q", driver, err, refusal)
		}
		if logged == "" && log.Len() > 0 || !strings.Contains(log.String(), logged) {
			t.Errorf("with %q the log says %q, want %q", driver, log.String(), logged)
		}
	}
	says("", "", "level=WARN")
	p, hash, err := embedded()
	if err != nil {
		t.Fatal(err)
	}
	open := func(id string, demo bool) {
		t.Helper()
		q := *plan.Demo(p)
		q.ID, q.Demo = scheme.ProgrammeID(id), demo
		if err := h.work.Load(ctx, &q, hash); err != nil {
			t.Fatal(err)
		}
		if err := h.work.Open(ctx, scheme.Actor{ID: "lead-1", Role: scheme.RoleLead}, scheme.Actor{ID: "lead-2", Role: scheme.RoleLead}, id, nil); err != nil {
			t.Fatal(err)
		}
	}
	open("demo-2026", true)
	says("", "", "level=WARN")
	open(string(p.ID), false)
	says("", "--sms-driver aliyun", "")
	says("log", "", "level=ERROR")
	says("aliyun", "", "")
	if err := h.close(ctx); err != nil {
		t.Fatal(err)
	}
	code, out, errs := said(t, "serve", "--data", dir, "--addr", "127.0.0.1:0")
	if code != 1 || !strings.Contains(errs, "say --sms-driver log") || strings.Contains(out, "listening") {
		t.Errorf("got %d %s %s", code, out, errs)
	}
}

// TestServe_FirstStart walks the first minutes: listening, the one-time link,
// health, and an end by signal that closes everything.
func TestServe_FirstStart(t *testing.T) {
	onlySQLite(t)
	ctx, cancel := context.WithCancel(context.Background())
	out, in := io.Pipe()
	var errs bytes.Buffer
	ended := make(chan int, 1)
	dir := t.TempDir()
	go func() {
		ended <- run(ctx, []string{"serve", "--data", dir, "--addr", "127.0.0.1:0"}, in, &errs)
		in.Close()
	}()
	var text strings.Builder
	var addr string
	b := make([]byte, 4096)
	for addr == "" {
		n, err := out.Read(b)
		if err != nil {
			t.Fatalf("ended before it listened: %s", errs.String())
		}
		text.Write(b[:n])
		if m := regexp.MustCompile(`listening on (http://\S+)`).FindStringSubmatch(text.String()); m != nil {
			addr = m[1]
		}
	}
	link := regexp.MustCompile(`first administrator: \S+(/invite/\S+)`).FindStringSubmatch(text.String())
	if link == nil {
		t.Fatalf("no link for the first administrator: %s", text.String())
	}
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 200, "/metrics": 200, "/": 200, link[1]: 200, "/invite/none": 409, "/nowhere": 404, "/desk": 303} {
		c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		res, err := c.Get(addr + path)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != want && !(path == "/invite/none" && res.StatusCode >= 400 && res.StatusCode < 500) {
			t.Errorf("%s: %d, want %d", path, res.StatusCode, want)
		}
	}
	cancel()
	if code := <-ended; code != 0 {
		t.Errorf("ended with %d: %s", code, errs.String())
	}
	if strings.Contains(errs.String(), "level=ERROR") {
		t.Errorf("the first minutes are not clean: %s", errs.String())
	}
}

// forms are the spellings in which a value might lie about.
func forms(s string) [][]byte {
	out := [][]byte{[]byte(s)}
	for _, big := range []bool{false, true} {
		var b []byte
		for _, u := range utf16.Encode([]rune(s)) {
			if big {
				b = append(b, byte(u>>8), byte(u))
			} else {
				b = append(b, byte(u), byte(u>>8))
			}
		}
		out = append(out, b)
	}
	if b, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(s)); err == nil {
		out = append(out, b)
	}
	return out
}

// TestBackup_HoldsNoNumberOfAnybody: an archive that is found tells no identity
// number, card or phone, and it is whole.
func TestBackup_HoldsNoNumberOfAnybody(t *testing.T) {
	onlySQLite(t)
	const people = 12
	y, dir := prepared(t, people)
	s := y.start()
	y.rush(s, people/2, s.kill)
	file := filepath.Join(t.TempDir(), "backup.tar")
	if code, out, errs := said(t, "backup", "--data", dir, file); code != 0 || !strings.Contains(out, "the database and") {
		t.Fatalf("backup: %d %s %s", code, out, errs)
	}
	if code, _, _ := said(t, "backup", "--data", dir, file); code == 0 {
		t.Error("an existing archive was overwritten")
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= people; n++ {
		who := sample.New(p, n)
		for what, v := range map[string]string{"identity number": who.ID, "card": who.Card, "phone": who.Phone} {
			for _, f := range forms(v) {
				if bytes.Contains(b, f) {
					t.Errorf("the backup holds the %s of a person", what)
				}
			}
		}
	}
	names := map[string]int64{}
	for r := tar.NewReader(bytes.NewReader(b)); ; {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		names[h.Name] = h.Size
	}
	if names["yuanmeng.db"] == 0 {
		t.Errorf("no database in %v", names)
	}
	if _, ok := names["key"]; ok {
		t.Error("the key file is in the backup")
	}
	// It opens, with the same people, beside the key file.
	again := t.TempDir()
	for r := tar.NewReader(bytes.NewReader(b)); ; {
		h, err := r.Next()
		if err != nil {
			break
		}
		to := filepath.Join(again, h.Name)
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	key, err := os.ReadFile(filepath.Join(dir, "key"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(again, "key"), key, 0o600); err != nil {
		t.Fatal(err)
	}
	z := &yard{t: t, dir: again, phones: y.phones}
	z.look()
}

// TestForward_StopsAtEveryDueInstant: the demo's clock makes what falls due at
// its own instant, in order.
func TestForward_StopsAtEveryDueInstant(t *testing.T) {
	onlySQLite(t)
	ctx := context.Background()
	h, err := build(ctx, settings{place: place{Data: t.TempDir()}, Addr: "127.0.0.1:0"}, io.Discard, options{})
	if err != nil {
		t.Fatal(err)
	}
	defer h.close(ctx)
	p, err := plan.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	p = plan.Demo(p)
	h.setClock(NewClock(h.machine, p.DraftsAt.Add(time.Hour).Sub(h.machine()), time.Time{}))
	if err := h.work.Load(ctx, p, "hash"); err != nil {
		t.Fatal(err)
	}
	lead := scheme.Actor{ID: "lead-1", Role: scheme.RoleLead}
	if err := h.work.Open(ctx, lead, scheme.Actor{ID: "lead-2", Role: scheme.RoleLead}, string(p.ID), nil); err != nil {
		t.Fatal(err)
	}
	if err := h.forward(ctx, p.PromoteUntil.Add(48*time.Hour)); err != nil {
		t.Fatal(err)
	}
	ta, err := h.db.Tally(ctx, string(p.ID))
	if err != nil || !ta.ListEnded {
		t.Fatalf("the waiting list has not ended: %v %v", ta, err)
	}
	es, err := h.db.Events(ctx, "end_waiting", "", 10)
	if err != nil || len(es) != 1 {
		t.Fatalf("%d events %v", len(es), err)
	}
	if d := es[0].At.Sub(p.PromoteUntil); d < 0 || d > time.Minute {
		t.Errorf("the list ended %v after its instant", d)
	}
	if got := h.clock.Now(); got.Before(p.PromoteUntil.Add(48 * time.Hour)) {
		t.Errorf("the clock stands at %v", got)
	}
}
