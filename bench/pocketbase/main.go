// Command pocketbase is the peer that bench compares with: PocketBase as it is
// released, with the collections that somebody would make in it for the same
// task. It is a module of its own, so that its libraries stay the ones it was
// released with.
//
//	pocketbase prepare --data DIR --people N --programmes K --cap C
//	pocketbase serve   --data DIR [--same] [--quiet]
//
// prepare makes the data and writes requests.json beside it: one token and one
// body a person. serve prints "listening on http://ADDR" and runs until it is
// told to stop. --same gives the guarantees of the program it is compared with:
// synchronous=FULL, and the quota's check and an audit row in the transaction of
// the submission. Without it PocketBase runs with its defaults, which may lose
// acknowledged rows at a power cut and know no quota.
package main

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	_ "github.com/pocketbase/pocketbase/migrations" // the tables of PocketBase itself
	"github.com/pocketbase/pocketbase/tools/security"
	"github.com/pocketbase/pocketbase/tools/types"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "pocketbase:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 {
		return errors.New("prepare or serve")
	}
	f := flag.NewFlagSet(args[0], flag.ContinueOnError)
	data := f.String("data", "", "folder")
	people := f.Int("people", 1000, "prepare: how many people")
	programmes := f.Int("programmes", 1, "prepare: how many programmes")
	most := f.Int("cap", 100, "prepare: seats and waiting places of a programme")
	same := f.Bool("same", false, "serve: with the guarantees of the program it is compared with")
	if err := f.Parse(args[1:]); err != nil {
		return err
	}
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: *data, DBConnect: connect(*same)})
	if err := app.Bootstrap(); err != nil {
		return err
	}
	if args[0] == "serve" {
		if *same {
			guarantee(app)
		}
		return serve(app)
	}
	if err := app.RunAllMigrations(); err != nil {
		return err
	}
	if err := prepare(app, *data, *people, *programmes, *most); err != nil {
		return err
	}
	return app.ResetBootstrapState()
}

// connect opens a database as PocketBase does; with full it waits for the disk
// at every commit.
func connect(full bool) core.DBConnectFunc {
	if !full {
		return core.DefaultDBConnect
	}
	return func(path string) (*dbx.DB, error) {
		return dbx.Open("sqlite", path+"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=journal_size_limit(200000000)&_pragma=synchronous(FULL)&_pragma=foreign_keys(ON)&_pragma=temp_store(MEMORY)&_pragma=cache_size(-32000)")
	}
}

func serve(app core.App) error {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		e.Listener = ln
		e.InstallerFunc = nil
		fmt.Printf("listening on http://%s\n", ln.Addr())
		return e.Next()
	})
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	failed := make(chan error, 1)
	go func() { failed <- apis.Serve(app, apis.ServeConfig{HttpAddr: ln.Addr().String()}) }()
	select {
	case err := <-failed:
		return err
	case <-stop:
		return app.OnTerminate().Trigger(&core.TerminateEvent{App: app}, func(e *core.TerminateEvent) error {
			return e.App.ResetBootstrapState()
		})
	}
}

// guarantee puts the quota's check, the number and an audit row into the
// transaction of each submission. The counter is raised by one statement and
// not counted anew, and neither it nor the audit row passes through
// PocketBase's own layer of records: the peer at its best.
func guarantee(app core.App) {
	app.OnRecordCreateRequest("submissions").BindFunc(func(e *core.RecordRequestEvent) error {
		outside := e.App
		defer func() { e.App = outside }()
		return outside.RunInTransaction(func(tx core.App) error {
			e.App = tx
			programme := e.Record.GetString("programme")
			var no int
			err := tx.DB().NewQuery("UPDATE programmes SET used = used + 1 WHERE id = {:id} AND used < cap RETURNING used").
				Bind(dbx.Params{"id": programme}).Row(&no)
			if errors.Is(err, sql.ErrNoRows) {
				return e.BadRequestError("The list is full.", nil)
			}
			if err != nil {
				return err
			}
			e.Record.Set("no", no)
			if err := e.Next(); err != nil {
				return err
			}
			at := types.NowDateTime().String()
			hash := sha256.Sum256([]byte(strings.Join([]string{programme, e.Record.Id, e.Auth.Id, fmt.Sprint(no), at}, "/")))
			_, err = tx.DB().NewQuery("INSERT INTO audit (id, programme, submission, actor, action, no, hash, at) VALUES ({:id}, {:p}, {:s}, {:a}, 'submit', {:no}, {:h}, {:at})").
				Bind(dbx.Params{"id": core.GenerateDefaultRandomId(), "p": programme, "s": e.Record.Id, "a": e.Auth.Id, "no": no, "h": hex.EncodeToString(hash[:]), "at": at}).Execute()
			return err
		})
	})
}

// fields are the text fields of a submission beside worker, programme, person.
var fields = []string{"name", "idkind", "idnumber", "phone", "employer", "town", "post", "employment", "union", "major", "education", "card", "bank"}

// request is what one phone sends.
type request struct{ Token, Body string }

func prepare(app core.App, dir string, people, programmes, most int) error {
	workers := core.NewAuthCollection("workers")
	programme := core.NewBaseCollection("programmes")
	programme.Fields.Add(&core.TextField{Name: "name"}, &core.NumberField{Name: "cap"}, &core.NumberField{Name: "used"})
	audit := core.NewBaseCollection("audit")
	audit.Fields.Add(&core.TextField{Name: "programme"}, &core.TextField{Name: "submission"}, &core.TextField{Name: "actor"},
		&core.TextField{Name: "action"}, &core.NumberField{Name: "no"}, &core.TextField{Name: "hash"}, &core.DateField{Name: "at"})
	for _, c := range []*core.Collection{workers, programme, audit} {
		if err := app.Save(c); err != nil {
			return err
		}
	}
	submissions := core.NewBaseCollection("submissions")
	submissions.Fields.Add(
		&core.RelationField{Name: "worker", CollectionId: workers.Id, Required: true, MaxSelect: 1},
		&core.RelationField{Name: "programme", CollectionId: programme.Id, Required: true, MaxSelect: 1},
		&core.TextField{Name: "person", Required: true, Max: 80},
		&core.NumberField{Name: "no"}, &core.AutodateField{Name: "created", OnCreate: true})
	for _, name := range fields {
		submissions.Fields.Add(&core.TextField{Name: name, Required: true, Max: 200})
	}
	rule := `@request.auth.id != "" && worker = @request.auth.id`
	submissions.CreateRule = &rule
	submissions.AddIndex("one_person", true, "programme, person", "")
	if err := app.Save(submissions); err != nil {
		return err
	}
	ids := make([]string, programmes)
	for i := range ids {
		r := core.NewRecord(programme)
		r.Load(map[string]any{"name": fmt.Sprintf("programme %d", i+1), "cap": most, "used": 0})
		if err := app.Save(r); err != nil {
			return err
		}
		ids[i] = r.Id
	}
	requests, err := hire(app, workers, ids, people)
	if err != nil {
		return err
	}
	b, err := json.Marshal(requests)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "requests.json"), b, 0o600)
}

// hire makes the people. Their password, which nobody uses, is hashed once: a
// hash for each would take minutes.
func hire(app core.App, workers *core.Collection, programmes []string, people int) ([]request, error) {
	first := core.NewRecord(workers)
	first.SetEmail("first@example.org")
	first.SetPassword(security.RandomString(20))
	if err := app.Save(first); err != nil {
		return nil, err
	}
	out := make([]request, people)
	err := app.RunInTransaction(func(tx core.App) error {
		for i := range out {
			r := first.Clone()
			r.MarkAsNew()
			r.Set("id", core.GenerateDefaultRandomId())
			r.SetEmail(fmt.Sprintf("worker%d@example.org", i))
			r.SetTokenKey(security.RandomString(50))
			if err := tx.SaveNoValidate(r); err != nil {
				return err
			}
			token, err := r.NewAuthToken()
			if err != nil {
				return err
			}
			out[i] = request{token, body(r.Id, programmes[i%len(programmes)], i)}
		}
		return nil
	})
	return out, err
}

// body is one application of about the size of ours: 16 fields, 1 KB.
func body(worker, programme string, i int) string {
	person := sha256.Sum256(fmt.Appendf(nil, "person %d", i))
	v := map[string]string{"worker": worker, "programme": programme, "person": hex.EncodeToString(person[:])}
	for k, name := range fields {
		v[name] = fmt.Sprintf("样本%02d—%06d—咸安区永固机械厂装配车间", k, i)
	}
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // plain strings
	}
	return string(b)
}
