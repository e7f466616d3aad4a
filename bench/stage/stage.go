// Package stage prepares installations to be measured: open programmes, workers
// with complete drafts, signed-in browsers. Everything is made by the acts of
// the program; a prepared installation is copied for each slice, so that every
// slice begins with the same rows.
package stage

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"yuanmeng/internal/app"
	"yuanmeng/internal/sample"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/plan"
)

// Plan is what an installation is to hold.
type Plan struct {
	Name       string
	Programmes int // open programmes; the drafts are spread over them evenly
	Seats      int // of each programme
	Waiting    int // waiting places of each programme
	Drafts     int // complete drafts, each with a worker and his browser
}

// Phone is one signed-in worker with a draft that one tap submits.
type Phone struct{ Case, Cookie string }

// Place is one installation: its folder and, with PostgreSQL, its database.
type Place struct {
	Data string
	DB   string // postgres://… or ""
}

// Prepare makes an installation. Nobody waits for its commits, so on SQLite the
// folder should lie in memory.
func Prepare(ctx context.Context, at Place, pl Plan) ([]Phone, error) {
	p, err := plan.Embedded()
	if err != nil {
		return nil, err
	}
	p = plan.Demo(p)
	h, err := app.OpenHouse(ctx, app.HouseOptions{Data: at.Data, DB: at.DB, Addr: "127.0.0.1:0", At: p.OpensAt.Add(time.Hour), Log: io.Discard})
	if err != nil {
		return nil, err
	}
	phones, err := fill(ctx, h, p, pl)
	if e := h.Close(ctx); err == nil {
		err = e
	}
	return phones, err
}

func fill(ctx context.Context, h *app.House, p *scheme.Programme, pl Plan) ([]Phone, error) {
	w := h.Work()
	ids := make([]string, pl.Programmes)
	a, b := scheme.Actor{ID: "lead-1", Role: scheme.RoleLead}, scheme.Actor{ID: "lead-2", Role: scheme.RoleLead}
	for i := range ids {
		one := *p
		one.ID = scheme.ProgrammeID(fmt.Sprintf("bench-%04d", i+1))
		one.Cap, one.WaitingMax = pl.Seats, pl.Waiting
		ids[i] = string(one.ID)
		if err := w.Load(ctx, &one, "bench"); err != nil {
			return nil, err
		}
		if err := w.Open(ctx, a, b, ids[i], nil); err != nil {
			return nil, err
		}
	}
	phones := make([]Phone, pl.Drafts)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for i := range phones {
		g.Go(func() (err error) {
			phones[i], err = ready(ctx, h, p, ids[i%len(ids)], i+1)
			return err
		})
	}
	return phones, g.Wait()
}

// ready makes the n-th worker, his complete draft and his session.
func ready(ctx context.Context, h *app.House, p *scheme.Programme, programme string, n int) (Phone, error) {
	w, who := h.Work(), sample.New(p, n)
	id := store.NewID(w.Machine())
	if err := w.DB.Write(ctx, w.Now(), func(tx *store.Tx) error {
		return tx.Insert(ctx, &store.Worker{
			ID: id, PhoneIndex: w.Keys.Index("phone", who.Phone), PhoneSealed: w.Keys.Seal("worker/"+id, []byte(who.Phone)), CreatedAt: tx.Now,
		})
	}); err != nil {
		return Phone{}, err
	}
	c, err := w.Begin(ctx, id, programme)
	if err != nil {
		return Phone{}, err
	}
	if _, err := w.Save(ctx, id, c.ID, func(app *scheme.Application, p *scheme.Programme) error {
		return sample.Fill(app, p, who, w.Now())
	}); err != nil {
		return Phone{}, err
	}
	cookie, err := h.SignIn(ctx, id)
	return Phone{c.ID, cookie}, err
}

// Copy copies a folder, which must be closed, and waits until it is on the disk,
// so that the slice after it does not pay for it.
func Copy(from, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	for _, c := range []*exec.Cmd{exec.Command("cp", "-r", from, to), exec.Command("sync", "-f", to)} {
		if out, err := c.CombinedOutput(); err != nil {
			return fmt.Errorf("%v: %w: %s", c.Args, err, out)
		}
	}
	return nil
}

// Write keeps a list beside what it belongs to; Read gives it back.
func Write(file string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return os.WriteFile(file, b, 0o600)
}

// Read reads what Write has kept.
func Read(file string, v any) error {
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, v)
}
