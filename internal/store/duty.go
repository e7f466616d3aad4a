package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/uptrace/bun"

	"yuanmeng/internal/scheme"
)

// Duty is what a worker has handed in for one duty: the newest answer of its
// kind. Its values and the checker's sentence lie sealed under the case's key.
type Duty struct {
	bun.BaseModel `bun:"table:duty,alias:dy"`
	CaseID        string          `bun:",pk"`
	Kind          scheme.DutyKind `bun:",pk"`
	ProgrammeID   string
	State         scheme.DutyState
	Exempt        bool
	Sealed        []byte
	Version       int
	FiledAt       time.Time
	ByID          string // who filed or checked it last
	At            time.Time
}

// Scheme is the duty as the rules see it.
func (d Duty) Scheme() scheme.DutyFile {
	return scheme.DutyFile{Kind: d.Kind, Case: d.CaseID, State: d.State, Exempt: d.Exempt}
}

// DutyText is what lies sealed in a duty's row.
type DutyText struct {
	Values map[string]string
	Reason string `json:",omitempty"` // why it was returned
}

// DutyText opens what was handed in for a duty; false where its key is gone.
func (w *Words) DutyText(d Duty) (t DutyText, ok bool) {
	text, instead := w.open("duty", string(d.Kind)+"/"+d.CaseID, "sealed", d.Sealed)
	if instead != "" || json.Unmarshal([]byte(text), &t) != nil {
		return DutyText{}, false
	}
	return t, true
}

// SealDuty puts text into a duty's row.
func (w *Words) SealDuty(d *Duty, t DutyText) (err error) {
	b, err := json.Marshal(t)
	if err != nil {
		return err
	}
	d.Sealed, err = w.Seal("duty", string(d.Kind)+"/"+d.CaseID, "sealed", string(b))
	return err
}

// Duties lists what a worker has handed in, in no order.
func (q Q) Duties(ctx context.Context, caseID string) (out []Duty, err error) {
	return many[Duty](ctx, q, "dy.case_id = ?", caseID)
}

// Duty reads one duty of a case.
func (q Q) Duty(ctx context.Context, caseID string, k scheme.DutyKind) (Duty, error) {
	return one[Duty](ctx, q, "dy.case_id = ? AND dy.kind = ?", caseID, k)
}

// PutDuty writes a duty.
func (tx *Tx) PutDuty(ctx context.Context, d *Duty) error {
	_, err := tx.NewInsert().Model(d).On("CONFLICT (case_id, kind) DO UPDATE").
		Set("state = EXCLUDED.state, exempt = EXCLUDED.exempt, sealed = EXCLUDED.sealed, version = EXCLUDED.version").
		Set("filed_at = EXCLUDED.filed_at, by_id = EXCLUDED.by_id, at = EXCLUDED.at").Exec(ctx)
	return err
}

// DutyRow is a duty with what a list shows of its case.
type DutyRow struct {
	Duty `bun:",extend"`
	No   int64
	Name string
}

// FiledDuties lists what waits for its check, oldest first: one page after the
// instant and case of the last row of the page before. kinds are those that the
// viewer may check.
func (q Q) FiledDuties(ctx context.Context, v Viewer, kinds []scheme.DutyKind, after time.Time, afterCase string, limit int) (out []DutyRow, more bool, err error) {
	if len(kinds) == 0 {
		return nil, false, nil
	}
	sel := q.NewSelect().TableExpr("duty AS dy").ColumnExpr("dy.*").ColumnExpr("c.no, c.name").
		Join("JOIN cases AS c ON c.id = dy.case_id").Where("dy.state = ?", scheme.DutyFiled).Where("dy.kind IN (?)", bun.In(kinds))
	sel = v.scope(sel).Where("c.state NOT IN (?)", bun.In([]scheme.CaseState{scheme.Withdrawn, scheme.Released, scheme.NotReached, scheme.Done, scheme.Partial}))
	if !after.IsZero() {
		sel = sel.Where("(dy.at, dy.case_id) > (?, ?)", after.UTC(), afterCase)
	}
	if err = sel.OrderExpr("dy.at, dy.case_id").Limit(int64(limit)+1).Scan(ctx, &out); err != nil {
		return nil, false, err
	}
	if more = len(out) > limit; more {
		out = out[:limit]
	}
	return out, more, nil
}
