package office

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"slices"
	"strings"

	"yuanmeng/internal/proof"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// trailPage is how many events are read at once.
const trailPage = 1000

// trailLine is an event in the exported file. Commitment is computed from the
// row as it stands today; the leaf Idx of the audit log holds what it was when
// it was sealed, so that the two can be compared by anybody who has both files.
type trailLine struct {
	ID         string         `json:"id"`
	At         string         `json:"at"`
	Programme  string         `json:"programme,omitempty"`
	Case       string         `json:"case,omitempty"`
	Actor      string         `json:"actor,omitempty"`
	ActorName  string         `json:"actor_name,omitempty"`
	Role       string         `json:"role,omitempty"`
	Org        string         `json:"org,omitempty"`
	Name       string         `json:"name"`
	Detail     map[string]any `json:"detail,omitempty"`
	Idx        *int64         `json:"idx"`
	Commitment string         `json:"commitment"`
}

// ExportTrail judges and records, before anything leaves, that the trail of the
// installation ("") or of one programme is taken out, and for what.
func (o *Office) ExportTrail(ctx context.Context, by scheme.Actor, programme, what, reason string) error {
	reason = strings.TrimSpace(reason)
	if n := len([]rune(reason)); n < 4 || n > 200 {
		return refuse("reason_missing", "请写明导出的用途，4到200个字。")
	}
	if by.Role != scheme.RoleAuditAdmin && (by.Role != scheme.RoleAuditor || programme == "") {
		return refuse("role", "只有审计管理员和审计能导出日志。")
	}
	return o.write(ctx, func(tx *store.Tx) (*Refused, error) {
		return nil, o.event(ctx, tx, by, "export_trail", map[string]any{"programme": programme, "what": what, "reason": reason})
	})
}

// WriteTrail writes the events, oldest first, one line of JSON each. The audit
// administrator sees no case, so his lines leave out what people have written
// down by hand.
func (o *Office) WriteTrail(ctx context.Context, by scheme.Actor, programme string, out io.Writer) error {
	bw := bufio.NewWriter(out)
	enc := json.NewEncoder(bw)
	enc.SetEscapeHTML(false)
	for after := "0"; ; {
		page, err := o.DB.Trail(ctx, store.Trail{Programme: programme, After: after, Keys: by.Role == scheme.RoleAuditor}, trailPage)
		if err != nil {
			return err
		}
		for _, e := range page {
			if err := enc.Encode(trailLine{
				ID: e.ID, At: e.At.UTC().Format(proof.TimeLayout), Programme: e.ProgrammeID, Case: e.CaseID, Actor: e.ActorID, ActorName: e.ActorName,
				Role: e.Role, Org: e.Org, Name: e.Name, Detail: o.Detail(e, by.Role), Idx: e.Idx, Commitment: e.Commitment(),
			}); err != nil {
				return err
			}
			after = e.ID
		}
		if len(page) < trailPage {
			return bw.Flush()
		}
	}
}

// Detail is what a role may read of a row of the trail. The rows of the auditor
// come with the keys of their cases: he reads what was written about them.
func (o *Office) Detail(e store.TrailRow, role scheme.Role) map[string]any {
	if role == scheme.RoleAuditor {
		e.Detail = store.WordsOf(o.Keys, e.CaseID, e.CaseKey).Detailed(e.Event)
	}
	return TrailDetail(e.Event, role)
}

// TrailDetail is the part of an event's detail that a role may read: all of it
// for the auditor, who sees the case, and the plain parts for everybody else.
func TrailDetail(e store.Event, role scheme.Role) map[string]any {
	m := e.Plain()
	for k := range m {
		if role != scheme.RoleAuditor && !slices.Contains(scheme.TrailPlain, k) {
			delete(m, k)
		}
	}
	return m
}
