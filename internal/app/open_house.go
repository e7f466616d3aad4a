package app

import (
	"context"
	"io"
	"time"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/web"
)

// House is the whole program for bench/: put together as `serve` puts it
// together, on data that bench has prepared.
type House struct{ h *house }

// HouseOptions say where the house stands and what differs from `serve`.
type HouseOptions struct {
	Data string            // folder of files, key and SQLite database
	DB   string            // postgres://… instead
	Addr string            // where Serve listens
	At   time.Time         // where the programme clock is set; zero: where it was left
	Gate casework.GateKind // how the gate commits
	Log  io.Writer
}

// OpenHouse opens a house and its gate. Serve or Close it.
func OpenHouse(ctx context.Context, o HouseOptions) (*House, error) {
	s := settings{place: place{Data: o.Data, DB: o.DB}, Addr: o.Addr}
	h, err := build(ctx, s, o.Log, options{gate: o.Gate})
	if err != nil {
		return nil, err
	}
	if !o.At.IsZero() {
		h.setClock(NewClock(h.machine, o.At.Sub(h.machine()), time.Time{}))
	}
	return &House{h}, nil
}

// Work gives the acts, and with them the database, the keys and the clocks.
func (h *House) Work() *casework.Work { return h.h.work }

// SignIn starts a worker's session without a browser and gives its cookie.
func (h *House) SignIn(ctx context.Context, worker string) (cookie string, err error) {
	token, err := h.h.sessions.Issue(ctx, web.Ticket{AccountID: worker, Kind: web.KindWorker, Confirmed: true})
	return "ym=" + token, err
}

// Serve listens until ctx ends, with every job running, and closes the house.
func (h *House) Serve(ctx context.Context, ready func(addr string)) error {
	return h.h.serve(ctx, ready)
}

// Close ends the gate and the database.
func (h *House) Close(ctx context.Context) error { return h.h.close(ctx) }
