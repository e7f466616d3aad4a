package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"yuanmeng/internal/proof"
)

// sealed is an event as its commitment hashes it: every column, in fixed order.
type sealed struct {
	ID        string `json:"id"`
	Programme string `json:"programme"`
	Case      string `json:"case"`
	Actor     string `json:"actor"`
	ActorName string `json:"actor_name"`
	Role      string `json:"role"`
	Org       string `json:"org"`
	Name      string `json:"name"`
	Detail    string `json:"detail"`
	At        string `json:"at"`
}

// Commitment is the hex SHA-256 of an event row in its canonical form, as the
// leaf of the audit log carries it. No nonce: an event is not published, and
// holds no sensitive value: what was written by hand is in it as it lies there,
// sealed, so that the commitment outlives the key.
func (e Event) Commitment() string {
	b, err := json.Marshal(sealed{
		ID: e.ID, Programme: e.ProgrammeID, Case: e.CaseID, Actor: e.ActorID, ActorName: e.ActorName, Role: e.Role,
		Org: e.Org, Name: e.Name, Detail: e.Detail, At: e.At.UTC().Format(proof.TimeLayout),
	})
	if err != nil {
		panic(err) // strings only
	}
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// StaffPage lists accounts of one kind by name from after an account on:
// officers, who came by phone, or everybody with a login. An account is no
// applicant, so there is no Viewer; the route admits the security administrator.
func (q Q) StaffPage(ctx context.Context, officers bool, after string, limit int) (out []Staff, err error) {
	sel := q.NewSelect().Model(&out)
	if officers {
		sel = sel.Where("s.login = ''")
	} else {
		sel = sel.Where("s.login <> ''")
	}
	if after != "" {
		sel = sel.Join("JOIN staff AS a ON a.id = ?", after).Where("(s.name > a.name OR s.name = a.name AND s.id > a.id)")
	}
	err = sel.OrderExpr("s.name, s.id").Limit(int64(limit)).Scan(ctx)
	return out, err
}

// GrantsOf lists the grants of an account, standing or ended, newest first.
func (q Q) GrantsOf(ctx context.Context, staff string) (out []Grant, err error) {
	err = q.NewSelect().Model(&out).Where("g.staff_id = ?", staff).OrderExpr("g.from_at DESC, g.id DESC").Limit(200).Scan(ctx)
	return out, err
}

// StandingGrants lists the grants that stand at an instant, of every account.
func (q Q) StandingGrants(ctx context.Context, at time.Time) (out []Grant, err error) {
	err = q.NewSelect().Model(&out).Where("g.ended_at IS NULL AND (g.until_at IS NULL OR g.until_at > ?)", at.UTC()).OrderExpr("g.staff_id, g.from_at, g.id").Scan(ctx)
	return out, err
}

// UnionsTyped lists the names that workers of a programme have typed for unions
// that it does not list, most frequent first: the names to which an invitation
// has to fit. It names nobody.
func (q Q) UnionsTyped(ctx context.Context, programme string, limit int) (out []string, err error) {
	err = q.NewSelect().Table("cases").ColumnExpr("union_name").
		Where("programme_id = ? AND union_key = 'own' AND union_name <> '' AND no IS NOT NULL", programme).
		GroupExpr("union_name").OrderExpr("COUNT(*) DESC, union_name").Limit(int64(limit)).Scan(ctx, &out)
	return out, err
}

// TrailRow is an event with its place in the audit log, nil while unsealed.
type TrailRow struct {
	Event
	Idx     *int64
	CaseKey []byte // wrapped; where the trail was asked for with Keys
}

// Trail is a window on the events of the installation, or of one programme.
type Trail struct {
	Programme string // "" all
	Name      string // "" every event
	Before    string // id: older than this one; "" the newest
	After     string // id: newer than this one, oldest first
	Keys      bool   // with the wrapped keys of the cases, for who may read what was written about them
}

// Trail lists events newest first, or oldest first from After on.
func (q Q) Trail(ctx context.Context, t Trail, limit int) (out []TrailRow, err error) {
	sel := q.NewSelect().Model((*Event)(nil)).ColumnExpr("e.*").ColumnExpr("se.idx AS idx").
		Join("LEFT JOIN sealed_event AS se ON se.event_id = e.id")
	if t.Keys {
		sel = sel.ColumnExpr("c.key_wrapped AS case_key").Join("LEFT JOIN cases AS c ON c.id = e.case_id")
	}
	if t.Programme != "" {
		sel = sel.Where("e.programme_id = ?", t.Programme)
	}
	if t.Name != "" {
		sel = sel.Where("e.name = ?", t.Name)
	}
	if t.Before != "" {
		sel = sel.Where("e.id < ?", t.Before)
	}
	order := "e.id DESC"
	if t.After != "" {
		sel, order = sel.Where("e.id > ?", t.After), "e.id"
	}
	err = sel.OrderExpr(order).Limit(int64(limit)).Scan(ctx, &out)
	return out, err
}

// Health is what waits in the queues of the installation.
type Health struct {
	Unsent   int // messages on their way
	Oldest   *time.Time
	Dead     int // messages given up
	Overdue  int // deadlines past and not yet taken
	Unsealed int // events that no leaf of the audit log covers
	Sessions int
	Accounts int
}

// Health counts the queues at an instant of each clock.
func (q Q) Health(ctx context.Context, now, machine time.Time) (h Health, err error) {
	for _, c := range []struct {
		into *int
		sql  string
		args []any
	}{
		{&h.Unsent, "SELECT COUNT(*) FROM outbox WHERE sent_at IS NULL AND dead_at IS NULL", nil},
		{&h.Dead, "SELECT COUNT(*) FROM outbox WHERE dead_at IS NOT NULL", nil},
		{&h.Overdue, "SELECT COUNT(*) FROM due WHERE ended_at IS NULL AND due_at <= ?", []any{now.UTC()}},
		{&h.Unsealed, "SELECT COUNT(*) FROM event AS e LEFT JOIN sealed_event AS s ON s.event_id = e.id WHERE s.event_id IS NULL", nil},
		{&h.Sessions, "SELECT COUNT(*) FROM session WHERE expires_at > ? AND account_id <> ''", []any{machine.UTC()}},
		{&h.Accounts, "SELECT COUNT(*) FROM staff WHERE state = 'active'", nil},
	} {
		if err := q.NewRaw(c.sql, c.args...).Scan(ctx, c.into); err != nil {
			return h, err
		}
	}
	var o []Outbox
	err = q.NewSelect().Model(&o).Column("id", "created_at").Where("o.sent_at IS NULL AND o.dead_at IS NULL").OrderExpr("o.created_at").Limit(1).Scan(ctx)
	if err == nil && len(o) > 0 {
		h.Oldest = &o[0].CreatedAt
	}
	return h, err
}

// DeadOutbox lists the newest messages that were given up.
func (q Q) DeadOutbox(ctx context.Context, limit int) (out []Outbox, err error) {
	err = q.NewSelect().Model(&out).Where("o.dead_at IS NOT NULL").OrderExpr("o.dead_at DESC, o.id DESC").Limit(int64(limit)).Scan(ctx)
	return out, err
}

// AttestedPage lists what one officer has attested, newest first, from before an
// id on.
func (q Q) AttestedPage(ctx context.Context, staff, before string, limit int) (out []AttestedRow, err error) {
	sel := q.NewSelect().Model((*Attestation)(nil)).ColumnExpr("at.*").ColumnExpr("c.name AS case_name, c.employer AS case_employer, c.state AS case_state, c.key_wrapped AS case_key").
		Join("JOIN cases AS c ON c.id = at.case_id").Where("at.staff_id = ?", staff)
	if before != "" {
		sel = sel.Where("at.id < ?", before)
	}
	err = sel.OrderExpr("at.id DESC").Limit(int64(limit)).Scan(ctx, &out)
	return out, err
}
