package jobs_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf16"

	"golang.org/x/text/encoding/simplifiedchinese"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/files"
	"yuanmeng/internal/jobs"
	"yuanmeng/internal/office"
	"yuanmeng/internal/paper"
	"yuanmeng/internal/sample"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/sms"
	"yuanmeng/internal/store"
	"yuanmeng/internal/store/storetest"
	"yuanmeng/internal/vault"
	"yuanmeng/plan"
)

// TestCanary lets 100 people live a whole stage and then looks for their
// identity, card and phone numbers in every byte that the program left: the
// database with its journal, a copy of it as a backup takes one, the blobs,
// temporary files, the log, the public log. Staff and workers write numbers into
// every sentence they may write. Some go the whole way with real pictures, the others with pages that
// spell their numbers out.
func TestCanary(t *testing.T) {
	people, whole := 100, 4
	if testing.Short() {
		people, whole = 12, 1
	}
	// The folders of a test lie beside one another: the database's, the blobs',
	// and from here on everything temporary is below home.
	home := filepath.Dir(t.TempDir())
	t.Setenv("TMPDIR", home)
	ctx := t.Context()
	db := storetest.New(t)
	keys := vault.Random()
	blobs, err := files.New(filepath.Join(home, "blobs"))
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	var mu sync.Mutex
	logger := slog.New(slog.NewJSONHandler(writer(func(b []byte) (int, error) {
		mu.Lock()
		defer mu.Unlock()
		return log.Write(b)
	}), &slog.HandlerOptions{Level: slog.LevelDebug}))
	p, err := plan.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	p = plan.Demo(p)
	p.Cap, p.WaitingMax = 60, 80
	at := p.DraftsAt.Add(time.Hour)
	now := func() time.Time { mu.Lock(); defer mu.Unlock(); return at }
	to := func(x time.Time) {
		mu.Lock()
		defer mu.Unlock()
		if x.After(at) {
			at = x
		}
	}
	texts := &sms.Log{Logger: logger, Keep: 1000}
	work := casework.New(db, keys, blobs, now, now)
	work.Start(ctx)
	press, err := paper.New("")
	if err != nil {
		t.Fatal(err)
	}
	crowd := &sample.Crowd{
		Work: work, Office: &office.Office{DB: db, Keys: keys, SMS: texts, Now: now, Machine: now, LastSix: work.LastSix},
		Press: press, Texts: texts, P: p, PublicURL: "https://ym.example", Forward: func(_ context.Context, x time.Time) error { to(x); return nil },
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	// A refusal is written down like the web's doors write it.
	said := func(err error) {
		if err != nil {
			logger.Warn("refused", "err", err, "text", fmt.Sprintf("%+v", err))
		}
	}
	must(work.Load(ctx, p, "hash"))
	must(crowd.HireStaff(ctx))
	must(work.Open(ctx, crowd.Actor(scheme.RoleLead, 0), crowd.Actor(scheme.RoleLead, 1), string(p.ID), nil))
	centre, district, second := crowd.Actor(scheme.RoleCentre, 0), crowd.Actor(scheme.RoleDistrict, 0), crowd.Actor(scheme.RoleDistrict, 1)
	lead := crowd.Actor(scheme.RoleLead, 0)
	desk := store.Viewer{Programmes: []string{string(p.ID)}}
	jb := &jobs.Jobs{Work: work, DB: db, Keys: keys, SMS: texts, Now: now, Machine: now, Logger: logger, Host: "ym.example", Runner: "one"}

	var all []sample.Worker
	for n := 1; n <= people; n++ {
		if n <= whole {
			w, err := crowd.Apply(ctx, n, sample.Choice{IDCard: n == 1})
			must(err)
			all = append(all, w)
			continue
		}
		w, err := crowd.Apply(ctx, n, sample.Choice{WithoutID: true})
		must(err)
		w.Person = sample.New(p, n)
		spell := []byte(w.ID + " " + w.Person.ID + " " + w.Card + " " + w.Phone)
		// Typed wrong first, as people do.
		for _, values := range [][][2]string{
			{{"id", w.Person.ID + "0"}, {"card", "6228 " + w.Card}, {"phone", w.Phone + "1"}},
			{{"id_kind", "resident"}, {"id", w.Person.ID}, {"phone", w.Phone}, {"hukou", "rural"}, {"employer", w.Employer}, {"dispatched", "no"}, {"town", w.Town}, {"post", w.Post},
				{"employment", "contract"}, {"worker_kind", w.WorkerKind}, {"own_union", "none"}, {"officer", "no"}, {"education", w.Education}, {"major", w.Major},
				{"honour_title", "none"}, {"card", w.Card}, {"bank", "中国农业银行"}, {"commitment", "on"}},
		} {
			_, err := work.Save(ctx, w.ID, w.CaseID, func(app *scheme.Application, p *scheme.Programme) error {
				for _, kv := range values {
					for _, r := range scheme.Put(app, p, kv[0], kv[1], now()) {
						logger.Info("said", "code", r.Code, "worker", r.Worker, "staff", r.Staff)
					}
				}
				return nil
			})
			must(err)
		}
		for _, kind := range []scheme.FileKind{scheme.FilePhoto, scheme.FileStamped} {
			_, err := work.Attach(ctx, w.ID, w.CaseID, casework.Upload{Kind: kind, SHA256: hex.EncodeToString(keys.Signer("x")[:32]), Pages: []casework.Page{{Type: "image/jpeg", Body: bytes.Repeat(spell, 2000)}}})
			must(err)
		}
		all = append(all, w)
	}
	for _, w := range all {
		code, err := work.PrintCode(ctx, w.ID, w.CaseID, false, false)
		must(err)
		if _, _, _, err := work.FetchPrint(ctx, "10.0.0.9", code); err != nil {
			t.Fatal(err)
		}
	}
	to(p.OpensAt)
	for i := range all {
		w := &all[i]
		a, err := work.Submit(ctx, w.ID, w.CaseID, 0, now())
		must(err)
		w.No = a.No
		if _, err := work.Submit(ctx, w.ID, w.CaseID, 0, now()); err != nil {
			t.Fatal(err)
		}
	}
	decide := func(a scheme.Actor, w sample.Worker, o casework.Order) error {
		o.Case, o.Reason = w.CaseID, typed(w)
		return work.Decide(ctx, a, desk, o)
	}
	both := func(a, other scheme.Actor, w sample.Worker, o casework.Order) error {
		if err := decide(a, w, o); err != nil {
			return err
		}
		ps, err := db.ProposalsOf(ctx, w.CaseID)
		if err != nil {
			return err
		}
		return work.Second(ctx, other, desk, ps[0].ID, true)
	}
	for i, w := range all {
		must(work.Look(ctx, centre, row(t, db, w.CaseID), "look"))
		for _, q := range []string{w.Person.ID, w.Phone, w.Card} {
			_, err := work.Search(ctx, centre, desk, string(p.ID), q)
			said(err)
		}
		if c := row(t, db, w.CaseID); c.No != nil {
			r, err := work.Receipt(ctx, c)
			must(err)
			logger.Debug("receipt", "receipt", r)
		}
		must(work.Call(ctx, centre, desk, w.CaseID, typed(w)))
		must(work.MissedCall(ctx, centre, desk, w.CaseID, typed(w)))
		must(work.Reveal(ctx, centre, row(t, db, w.CaseID), "values", typed(w)))
		if c := row(t, db, w.CaseID); c.FormCode != "" && i%5 < 2 {
			said(work.Attest(ctx, scheme.Actor{ID: "officer", Role: scheme.RoleLocal, Org: c.UnionKey, Name: "经办"}, casework.Attestation{Code: c.FormCode, Disagree: typed(w)}))
		}
		switch i % 5 {
		case 0: // returned, another card, another phone, handed in again
			must(decide(centre, w, casework.Order{Move: scheme.Return, Items: []string{"card", "phone", "stamped"}}))
			_, err := work.Save(ctx, w.ID, w.CaseID, func(app *scheme.Application, p *scheme.Programme) error {
				scheme.Put(app, p, "card", sample.CardNumber(5000+i), now())
				scheme.Put(app, p, "phone", fmt.Sprintf("137%08d", 30000000+i), now())
				return nil
			})
			must(err)
			_, err = work.Attach(ctx, w.ID, w.CaseID, casework.Upload{Kind: scheme.FileStamped, SHA256: fmt.Sprintf("%064d", i), Pages: []casework.Page{{Type: "image/jpeg", Body: []byte(w.Card)}}})
			must(err)
			must(work.Resubmit(ctx, w.ID, w.CaseID))
		case 1: // the whole way to the decision, and back
			must(decide(centre, w, casework.Order{Move: scheme.Pass}))
			must(decide(district, w, casework.Order{Move: scheme.Approve}))
			must(decide(lead, w, casework.Order{Move: scheme.UndoApprove}))
		case 2: // refused, answered, kept
			must(decide(centre, w, casework.Order{Move: scheme.Pass}))
			must(decide(district, w, casework.Order{Move: scheme.Refuse}))
			must(work.Answer(ctx, w.ID, w.CaseID, typed(w)))
			if i == 2 { // released by two persons, and brought back by two
				must(both(second, lead, w, casework.Order{Move: scheme.Execute}))
				must(both(lead, district, w, casework.Order{Move: scheme.Reinstate}))
				continue
			}
			must(decide(second, w, casework.Order{Move: scheme.Keep}))
		case 3: // another number, by two persons; one of them already somebody's
			must(decide(district, w, casework.Order{Move: scheme.AmendIdentity, ID: sample.IDNumber(5000 + i)}))
			ps, err := db.ProposalsOf(ctx, w.CaseID)
			must(err)
			must(work.Second(ctx, lead, desk, ps[0].ID, true))
			must(decide(district, w, casework.Order{Move: scheme.AmendIdentity, ID: all[0].Person.ID}))
			ps, err = db.ProposalsOf(ctx, w.CaseID)
			must(err)
			said(work.Second(ctx, lead, desk, ps[0].ID, true))
		case 4:
			must(work.Withdraw(ctx, w.ID, w.CaseID))
		}
		if i%10 == 0 {
			said(crowd.Office.SendCode(ctx, w.Phone, office.ForSignIn, "canary"))
			_, _, err := crowd.Office.SignIn(ctx, w.Phone, "000000")
			said(err)
		}
		_, err := work.TakeOut(ctx, w.ID, w.CaseID)
		must(err)
	}
	// Somebody types another's number, and a database that refuses says why.
	_, err = crowd.Apply(ctx, people+1, sample.Choice{IDOf: 1})
	must(err)
	last := crowd.Workers[len(crowd.Workers)-1]
	_, err = work.Submit(ctx, last.ID, last.CaseID, 0, now())
	said(err)
	said(db.Write(ctx, now(), func(tx *store.Tx) error {
		w, err := tx.Worker(ctx, all[0].ID)
		if err != nil {
			return err
		}
		w.ID = "another"
		return tx.Insert(ctx, &w)
	}))
	for range 3 {
		_, err := jb.Deliver(ctx)
		said(err)
		_, err = jb.Due(ctx)
		said(err)
		_, err = jb.Checkpoint(ctx)
		must(err)
		_, err = jb.SealEvents(ctx)
		must(err)
		to(now().AddDate(0, 0, 8))
	}
	if db.Engine == store.SQLite {
		must(db.CopyTo(ctx, filepath.Join(home, "backup.db")))
	}
	told := 0
	for _, w := range all {
		ms, err := work.Inbox(ctx, w.ID, 100)
		must(err)
		for _, m := range ms {
			if strings.Contains(m.Body, typed(w)) {
				told++
			}
		}
	}
	if told == 0 {
		t.Fatal("no message repeats what was written")
	}
	var public bytes.Buffer
	must(work.ExportLog(ctx, string(p.ID), "ym.example", &public))

	var secrets [][]byte
	add := func(n string) {
		u := utf16.Encode([]rune(n))
		var le, be []byte
		for _, x := range u {
			le, be = append(le, byte(x), byte(x>>8)), append(be, byte(x>>8), byte(x))
		}
		gb, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(n))
		must(err)
		secrets = append(secrets, []byte(n), le, be, []byte(hex.EncodeToString([]byte(n))))
		if !bytes.Equal(gb, []byte(n)) {
			secrets = append(secrets, gb)
		}
	}
	for i, w := range all {
		for _, n := range []string{w.Person.ID, w.Card, w.Phone, sample.IDNumber(5000 + i), sample.CardNumber(5000 + i), fmt.Sprintf("137%08d", 30000000+i)} {
			add(n)
		}
	}
	add(last.Phone)
	look := func(where string, b []byte) {
		for _, s := range secrets {
			if at := bytes.Index(b, s); at >= 0 {
				t.Errorf("%s: a number stands at %d: …%q…", where, at, b[max(0, at-60):min(len(b), at+20)])
				return
			}
		}
	}
	look("the log", log.Bytes())
	look("the public log", public.Bytes())
	if db.Engine == store.Postgres {
		for name, rows := range dump(t, db) {
			look("table "+name, rows)
		}
	}
	seen, names := 0, map[string]bool{}
	must(filepath.WalkDir(home, func(name string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) || err == nil && d.IsDir() {
			return nil
		}
		if err != nil {
			return err
		}
		b, err := os.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		seen++
		names[filepath.Base(name)] = true
		look(filepath.Base(name), b)
		return err
	}))
	if db.Engine == store.SQLite && (!names["yuanmeng.db"] || !names["yuanmeng.db-wal"]) {
		t.Fatal("the database was not looked at")
	}
	if log.Len() == 0 || public.Len() == 0 || seen < 2*people {
		t.Fatalf("looked at too little: %d bytes of log, %d of the public log, %d files", log.Len(), public.Len(), seen)
	}
	t.Logf("%d files, %d bytes of log, %d bytes of public log, %d forms of numbers", seen, log.Len(), public.Len(), len(secrets))

	// The search finds what is there.
	planted := 0
	for _, s := range secrets[:8] {
		if bytes.Contains(append([]byte("xx"), s...), s) {
			planted++
		}
	}
	if planted != 8 {
		t.Fatal("the search is blind")
	}
}

// typed is a sentence with numbers that do not belong into it.
func typed(w sample.Worker) string {
	return "本人来电，" + w.Phone + "，证件" + w.Person.ID + "，卡" + w.Card
}

type writer func([]byte) (int, error)

// Write calls the function.
func (w writer) Write(b []byte) (int, error) { return w(b) }

func row(t *testing.T, db *store.DB, id string) store.Case {
	t.Helper()
	c, err := db.CaseRow(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// dump gives every column of every row of every table as text; sealed bytes come
// as hex digits.
func dump(t *testing.T, db *store.DB) map[string][]byte {
	t.Helper()
	ctx := t.Context()
	var names []string
	if err := db.NewRaw("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'").Scan(ctx, &names); err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	for _, name := range names {
		var rows []string
		if err := db.NewRaw("SELECT CAST(x AS text) FROM "+name+" AS x").Scan(ctx, &rows); err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			out[name] = append(append(out[name], r...), '\n')
		}
	}
	if len(out["cases"]) == 0 || len(out["revision"]) == 0 {
		t.Fatal("an empty dump")
	}
	return out
}
