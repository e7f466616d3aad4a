package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"yuanmeng/internal/scheme"
)

// Programme is a loaded programme: its frozen data and where it stands.
type Programme struct {
	bun.BaseModel `bun:"table:programme,alias:p"`
	ID            string `bun:",pk"`
	Body          string
	Hash          string
	State         string // loaded, open, closed
	Version       int
	LoadedAt      time.Time
	OpenedAt      *time.Time
}

// Version is one public version of an opened programme.
type Version struct {
	bun.BaseModel `bun:"table:programme_version,alias:pv"`
	ProgrammeID   string `bun:",pk"`
	N             int    `bun:"version,pk"`
	At            time.Time
	ByID          string
	SecondID      string
	Reason        string
	Body          string
	Hash          string
}

// Scheme reads the frozen data.
func (p Programme) Scheme() (*scheme.Programme, error) {
	var s scheme.Programme
	if err := json.Unmarshal([]byte(p.Body), &s); err != nil {
		return nil, fmt.Errorf("programme %s: %w", p.ID, err)
	}
	return &s, nil
}

// Programme finds a programme.
func (q Q) Programme(ctx context.Context, id string) (Programme, error) {
	var p Programme
	err := q.NewSelect().Model(&p).Where("p.id = ?", id).Scan(ctx)
	return p, err
}

// Programmes lists all programmes, newest first.
func (q Q) Programmes(ctx context.Context) (out []Programme, err error) {
	err = q.NewSelect().Model(&out).OrderExpr("p.id DESC").Scan(ctx)
	return out, err
}

// Versions lists the public versions of a programme, oldest first.
func (q Q) Versions(ctx context.Context, programme string) (out []Version, err error) {
	err = q.NewSelect().Model(&out).Where("pv.programme_id = ?", programme).OrderExpr("pv.version").Scan(ctx)
	return out, err
}

// PutProgramme inserts or replaces a programme that is not yet open.
func (tx *Tx) PutProgramme(ctx context.Context, p *Programme) error {
	_, err := tx.NewInsert().Model(p).On("CONFLICT (id) DO UPDATE").
		Set("body = EXCLUDED.body, hash = EXCLUDED.hash, state = EXCLUDED.state, version = EXCLUDED.version, loaded_at = EXCLUDED.loaded_at, opened_at = EXCLUDED.opened_at").
		Exec(ctx)
	return err
}

// PutVersion adds a public version.
func (tx *Tx) PutVersion(ctx context.Context, v *Version) error {
	_, err := tx.NewInsert().Model(v).Exec(ctx)
	return err
}

// Fact reads a small fact of the installation; "" when there is none.
func (q Q) Fact(ctx context.Context, name string) (string, error) {
	var body string
	err := q.NewSelect().Table("fact").Column("body").Where("name = ?", name).Scan(ctx, &body)
	if IsNone(err) {
		return "", nil
	}
	return body, err
}

// SetFact writes a small fact of the installation.
func (tx *Tx) SetFact(ctx context.Context, name, body string) error {
	_, err := tx.NewRaw("INSERT INTO fact (name, body) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET body = EXCLUDED.body", name, body).Exec(ctx)
	return err
}

// ProgrammeVersion reads only the version and the state of a programme.
func (q Q) ProgrammeVersion(ctx context.Context, id string) (version int, state string, err error) {
	p, err := one[programmeHead](ctx, q, "p.id = ?", id)
	return p.Version, p.State, err
}

// programmeHead is a programme without its long text.
type programmeHead struct {
	bun.BaseModel `bun:"table:programme,alias:p"`
	ID            string
	Version       int
	State         string
}

// ProgrammeHead is the version and the state of a programme.
type ProgrammeHead struct {
	Version int
	State   string
}

// ProgrammeHeads reads the heads of the programmes of a batch.
func (tx *Tx) ProgrammeHeads(ctx context.Context, ids []string) (map[string]ProgrammeHead, error) {
	var rows []programmeHead
	err := tx.NewSelect().Model(&rows).Where("p.id IN (?)", bun.In(ids)).Scan(ctx)
	out := make(map[string]ProgrammeHead, len(rows))
	for _, r := range rows {
		out[r.ID] = ProgrammeHead{r.Version, r.State}
	}
	return out, err
}

// CurrentProgramme is the newest programme that is open, else the newest.
func (q Q) CurrentProgramme(ctx context.Context) (id string, head ProgrammeHead, err error) {
	p, err := one[programmeHead](ctx, q, "p.state = 'open' ORDER BY p.id DESC LIMIT 1")
	if IsNone(err) {
		p, err = one[programmeHead](ctx, q, "1 = 1 ORDER BY p.id DESC LIMIT 1")
	}
	return p.ID, ProgrammeHead{p.Version, p.State}, err
}

// ProgrammeState is where a programme stands, without its data.
type ProgrammeState struct{ ID, State string }

// ProgrammeStates lists where every programme stands, newest first.
func (q Q) ProgrammeStates(ctx context.Context) (out []ProgrammeState, err error) {
	err = q.NewSelect().Table("programme").Column("id", "state").OrderExpr("id DESC").Scan(ctx, &out)
	return out, err
}
