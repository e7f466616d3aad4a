package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"yuanmeng/internal/scheme"
)

// WorkList names a work list of the desk.
type WorkList string

// The work lists. A case may stand on several: whoever acts finds it on his.
const (
	ListAll         WorkList = "all"         // every number
	ListCheck       WorkList = "check"       // the centre's completeness check
	ListContested   WorkList = "contested"   // one identity number, two cases
	ListUntypable   WorkList = "untypable"   // a name with a character that could not be typed
	ListReturned    WorkList = "returned"    // the worker corrects
	ListDecide      WorkList = "decide"      // the district decides
	ListPriority    WorkList = "priority"    // an honour claimed and not yet judged
	ListDisagreed   WorkList = "disagreed"   // the union disagrees on line
	ListAnswers     WorkList = "answers"     // a hearing was answered
	ListHearings    WorkList = "hearings"    // a hearing runs
	ListUndelivered WorkList = "undelivered" // a hearing runs and nothing has reached the worker
	ListOverdue     WorkList = "overdue"     // staff are late
	ListReleased    WorkList = "released"    // what a reinstatement may bring back
)

// Conditions that several lists share. The programme stands in the scope.
const (
	liveCase   = "c.state IN ('accepted', 'returned', 'at_district', 'approved')"
	hearingRow = "EXISTS (SELECT 1 FROM hearing AS h WHERE h.case_id = c.id AND h.state %s)"
	// What Delivered asks of one case.
	unsentWord = `NOT EXISTS (SELECT 1 FROM outbox AS o WHERE o.case_id = c.id AND o.created_at >= h.opened_at AND o.wording = 'hearing' AND o.sent_at IS NOT NULL)
		AND NOT EXISTS (SELECT 1 FROM message AS m WHERE m.case_id = c.id AND m.read_at >= h.opened_at)
		AND NOT EXISTS (SELECT 1 FROM event AS e WHERE e.case_id = c.id AND e.name = 'call' AND e.at >= h.opened_at)`
)

var (
	inHearing  = fmt.Sprintf(hearingRow, "IN ('running', 'answered')")
	runs       = fmt.Sprintf(hearingRow, "= 'running'")
	isAnswered = fmt.Sprintf(hearingRow, "= 'answered'")
)

// where is the condition of a list; ? is the present instant.
func (l WorkList) where() (cond string, instants int) {
	switch l {
	case ListAll:
		return "1 = 1", 0
	case ListCheck:
		return "c.state = 'accepted' AND NOT c.contested AND NOT " + inHearing, 0
	case ListContested:
		return liveCase + " AND c.contested AND NOT " + inHearing, 0
	case ListUntypable:
		return liveCase + " AND c.untypable", 0
	case ListReturned:
		return "c.state = 'returned' AND NOT " + inHearing, 0
	case ListDecide:
		return "c.state = 'at_district' AND NOT c.contested AND NOT " + inHearing, 0
	case ListPriority:
		return liveCase + " AND c.priority = 'claimed'", 0
	case ListDisagreed:
		return "c.state IN ('accepted', 'returned', 'at_district') AND EXISTS (SELECT 1 FROM attestation AS at WHERE at.case_id = c.id AND at.disagree_sealed IS NOT NULL)", 0
	case ListAnswers:
		return liveCase + " AND " + isAnswered, 0
	case ListHearings:
		return liveCase + " AND " + runs, 0
	case ListUndelivered:
		// A message that is still on its way gets a day; one that is dead none.
		return liveCase + ` AND EXISTS (SELECT 1 FROM hearing AS h WHERE h.case_id = c.id AND h.state = 'running' AND ` + unsentWord + `
			AND (h.opened_at < ? OR EXISTS (SELECT 1 FROM outbox AS o WHERE o.case_id = c.id AND o.created_at >= h.opened_at AND o.dead_at IS NOT NULL)))`, 1
	case ListOverdue:
		return "c.due_at < ? AND " + liveCase + " AND NOT " + runs + " AND (c.state IN ('accepted', 'at_district') OR c.contested OR " + isAnswered + ")", 1
	case ListReleased:
		return "c.state = 'released'", 0
	}
	return "1 = 0", 0
}

// args are the instants of a condition: undelivered ones look a day back.
func (l WorkList) args(now time.Time, n int) []any {
	if n == 0 {
		return nil
	}
	if l == ListUndelivered {
		now = now.Add(-24 * time.Hour)
	}
	out := make([]any, n)
	for i := range out {
		out[i] = now.UTC()
	}
	return out
}

// The order of a list: urgency first, then the deadline, then the number. The
// number is one per programme, so the order is total and a page can begin
// after a key.
const (
	orderDue    = "COALESCE(c.due_at, c.since)"
	orderUrgent = "CASE WHEN c.place = 'waiting' AND c.band = 0 THEN 0 WHEN c.priority = 'proved' THEN 1 WHEN c.priority = 'claimed' THEN 2 ELSE 3 END"
)

func (l WorkList) keys() []string {
	switch l {
	case ListAll, ListReleased:
		return []string{"c.no"}
	case ListDecide:
		return []string{orderUrgent, orderDue, "c.no"}
	}
	return []string{orderDue, "c.no"}
}

// Urgency is the place of a case in the first key of a list by urgency.
func Urgency(c Case) int {
	switch {
	case c.Place == scheme.PlaceWaiting && c.Band == scheme.BandReinstated:
		return 0
	case c.Priority == "proved":
		return 1
	case c.Priority == "claimed":
		return 2
	}
	return 3
}

// PageKey is where a page of a list begins or ends.
type PageKey struct {
	Urgency int
	Due     time.Time
	No      int64
}

// KeyOf is the key of a row.
func KeyOf(c Case) PageKey {
	k := PageKey{Urgency: Urgency(c), Due: c.Since, No: int64(c.Number())}
	if c.DueAt != nil {
		k.Due = *c.DueAt
	}
	return k
}

func (k PageKey) values(l WorkList) []any {
	switch l {
	case ListAll, ListReleased:
		return []any{k.No}
	case ListDecide:
		return []any{k.Urgency, k.Due.UTC(), k.No}
	}
	return []any{k.Due.UTC(), k.No}
}

// Listing asks for one page of a list.
type Listing struct {
	List   WorkList
	State  scheme.CaseState // "" for all
	Now    time.Time
	After  *PageKey // the row before the page
	Before *PageKey // the row after the page, instead
	Limit  int
}

// ListCases gives a page of a work list in its order, and whether more follow
// in the direction of reading.
func (q Q) ListCases(ctx context.Context, v Viewer, l Listing) (out []Case, more bool, err error) {
	cond, n := l.List.where()
	sel := v.scope(q.NewSelect().Model(&out)).Where("("+cond+")", l.List.args(l.Now, n)...)
	if l.State != "" {
		sel = sel.Where("c.state = ?", l.State)
	}
	keys := l.List.keys()
	key, sign, dir := l.After, ">", ""
	if l.Before != nil {
		key, sign, dir = l.Before, "<", " DESC"
	}
	if key != nil {
		marks := strings.TrimSuffix(strings.Repeat("?, ", len(keys)), ", ")
		sel = sel.Where("("+strings.Join(keys, ", ")+") "+sign+" ("+marks+")", key.values(l.List)...)
	}
	for _, k := range keys {
		sel = sel.OrderExpr(k + dir)
	}
	if err := sel.Limit(int64(l.Limit) + 1).Scan(ctx); err != nil {
		return nil, false, err
	}
	if more = len(out) > l.Limit; more {
		out = out[:l.Limit]
	}
	if l.Before != nil {
		slices.Reverse(out)
	}
	return out, more, nil
}

// ListCounts counts several lists by one statement.
func (q Q) ListCounts(ctx context.Context, v Viewer, now time.Time, lists []WorkList) (map[WorkList]int, error) {
	out := make(map[WorkList]int, len(lists))
	if len(lists) == 0 {
		return out, nil
	}
	sel := v.scope(q.NewSelect().TableExpr("cases AS c"))
	to := make([]any, len(lists))
	counts := make([]int, len(lists))
	for i, l := range lists {
		cond, n := l.where()
		sel = sel.ColumnExpr("COALESCE(SUM(CASE WHEN "+cond+" THEN 1 ELSE 0 END), 0)", l.args(now, n)...)
		to[i] = &counts[i]
	}
	if err := sel.Scan(ctx, to...); err != nil {
		return nil, err
	}
	for i, l := range lists {
		out[l] = counts[i]
	}
	return out, nil
}

// StateCount is how many cases stand in a state and a place.
type StateCount struct {
	State scheme.CaseState
	Place scheme.Place
	N     int
}

// StateCounts counts the cases by state and place.
func (q Q) StateCounts(ctx context.Context, v Viewer) (out []StateCount, err error) {
	err = v.scope(q.NewSelect().TableExpr("cases AS c")).ColumnExpr("c.state, c.place, COUNT(*) AS n").
		GroupExpr("c.state, c.place").OrderExpr("c.state, c.place").Scan(ctx, &out)
	return out, err
}

// HearingsOpen gives the open hearings of several cases by case.
func (q Q) HearingsOpen(ctx context.Context, v Viewer, caseIDs []string) (map[string]*Hearing, error) {
	out := map[string]*Hearing{}
	if len(caseIDs) == 0 {
		return out, nil
	}
	var rows []Hearing
	err := v.scope(q.NewSelect().Model(&rows).Join("JOIN cases AS c ON c.id = h.case_id")).
		Where("h.case_id IN (?) AND h.state IN ('running', 'answered')", bun.In(caseIDs)).Scan(ctx)
	for i := range rows {
		out[rows[i].CaseID] = &rows[i]
	}
	return out, err
}

// AttestedCases gives what officers said about several cases, oldest first.
func (q Q) AttestedCases(ctx context.Context, v Viewer, caseIDs []string) (map[string][]Attestation, error) {
	out := map[string][]Attestation{}
	if len(caseIDs) == 0 {
		return out, nil
	}
	var rows []Attestation
	err := v.scope(q.NewSelect().Model(&rows).Join("JOIN cases AS c ON c.id = at.case_id")).
		Where("at.case_id IN (?)", bun.In(caseIDs)).OrderExpr("at.at, at.id").Scan(ctx)
	for _, r := range rows {
		out[r.CaseID] = append(out[r.CaseID], r)
	}
	return out, err
}

// NewestRevisions gives the submitted revision in force of several cases.
func (q Q) NewestRevisions(ctx context.Context, v Viewer, caseIDs []string) (out []Revision, err error) {
	if len(caseIDs) == 0 {
		return nil, nil
	}
	err = v.scope(q.NewSelect().Model(&out).Join("JOIN cases AS c ON c.id = r.case_id AND c.revision = r.n")).
		Where("r.case_id IN (?)", bun.In(caseIDs)).Scan(ctx)
	return out, err
}

// CasesIn reads several cases, by number.
func (q Q) CasesIn(ctx context.Context, v Viewer, ids []string) (out []Case, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	err = v.scope(q.NewSelect().Model(&out)).Where("c.id IN (?)", bun.In(ids)).OrderExpr("c.no").Scan(ctx)
	return out, err
}

// CasesByName finds cases by the beginning of a search key of the name:
// characters, pinyin or initials.
func (q Q) CasesByName(ctx context.Context, v Viewer, key string, limit int) (out []Case, err error) {
	err = v.scope(q.NewSelect().Model(&out)).
		Where("c.id IN (SELECT k.case_id FROM name_key AS k WHERE k.programme_id IN (?) AND k.key >= ? AND k.key < ?)", bun.In(append(v.Programmes, "")), key, key+"\U0010FFFF").
		OrderExpr("c.no").Limit(int64(limit)).Scan(ctx)
	return out, err
}

// CasesByPerson finds cases by the blind indexes of a person.
func (q Q) CasesByPerson(ctx context.Context, v Viewer, indexes []string, limit int) (out []Case, err error) {
	if len(indexes) == 0 {
		return nil, nil
	}
	err = v.scope(q.NewSelect().Model(&out)).Where("c.person_index IN (?)", bun.In(indexes)).OrderExpr("c.no").Limit(int64(limit)).Scan(ctx)
	return out, err
}

// CasesByPhone finds cases by the blind index of a phone: the account's, or the
// one in the application.
func (q Q) CasesByPhone(ctx context.Context, v Viewer, index string, limit int) (out []Case, err error) {
	err = v.scope(q.NewSelect().Model(&out)).Where("(c.phone_index = ? OR c.worker_id IN (SELECT w.id FROM worker AS w WHERE w.phone_index = ?))", index, index).
		OrderExpr("c.no").Limit(int64(limit)).Scan(ctx)
	return out, err
}

// CasesByForm finds a case by the code on its printed form.
func (q Q) CasesByForm(ctx context.Context, v Viewer, code string) (out []Case, err error) {
	err = v.scope(q.NewSelect().Model(&out)).Where("c.form_code = ?", code).Scan(ctx)
	return out, err
}

// OwnCases names the cases of a member of staff who is an applicant too: the
// number of his account here is the one by which the worker signs in, or the one
// that stands in the application. Nobody decides about himself.
func (q Q) OwnCases(ctx context.Context, staff string) (ids []string, err error) {
	err = q.NewRaw(`SELECT c.id FROM staff AS s JOIN cases AS c ON c.phone_index = s.phone_index WHERE s.id = ? AND s.phone_index <> ''
		UNION SELECT c.id FROM staff AS s JOIN worker AS w ON w.phone_index = s.phone_index JOIN cases AS c ON c.worker_id = w.id WHERE s.id = ? AND s.phone_index <> ''`,
		staff, staff).Scan(ctx, &ids)
	return ids, err
}

// Letter is one message to the worker: what was booked and how far it came.
type Letter struct {
	ID         string
	Wording    string
	Body       string // as it lies in the inbox, "" before it is delivered
	BodySealed []byte // instead of Body, where it repeats what somebody wrote
	CreatedAt  time.Time
	SentAt     *time.Time
	DeadAt     *time.Time
	ReadAt     *time.Time
	Attempts   int
}

// Letters lists the messages about a case, newest first.
func (q Q) Letters(ctx context.Context, v Viewer, caseID string, limit int) (out []Letter, err error) {
	err = v.scope(q.NewSelect().TableExpr("outbox AS o").Join("JOIN cases AS c ON c.id = o.case_id").Join("LEFT JOIN message AS m ON m.id = o.id")).
		ColumnExpr("o.id, o.wording, COALESCE(m.body, '') AS body, m.body_sealed, o.created_at, o.sent_at, o.dead_at, m.read_at, o.attempts").
		Where("o.case_id = ?", caseID).OrderExpr("o.id DESC").Limit(int64(limit)).Scan(ctx, &out)
	return out, err
}

// Ended counts how places came free: by the cause of the hearing that was
// carried out, by withdrawal, by the end of the list.
type Ended struct {
	Withdrawn  int
	NotReached int
	Causes     map[scheme.Cause]int
	Reinstated int
}

// SeatEnds counts the released seats and places of the programmes.
func (q Q) SeatEnds(ctx context.Context, v Viewer) (Ended, error) {
	e := Ended{Causes: map[scheme.Cause]int{}}
	var rows []struct {
		Cause scheme.Cause
		N     int
	}
	err := v.scope(q.NewSelect().TableExpr("hearing AS h").Join("JOIN cases AS c ON c.id = h.case_id")).
		ColumnExpr("h.cause, COUNT(*) AS n").Where("h.state = 'executed'").GroupExpr("h.cause").Scan(ctx, &rows)
	if err != nil {
		return e, err
	}
	for _, r := range rows {
		e.Causes[r.Cause] = r.N
	}
	err = v.scope(q.NewSelect().TableExpr("cases AS c")).
		ColumnExpr("COALESCE(SUM(CASE WHEN c.state = 'withdrawn' THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN c.state = 'not_reached' THEN 1 ELSE 0 END), 0)").
		Scan(ctx, &e.Withdrawn, &e.NotReached)
	if err != nil {
		return e, err
	}
	n, err := v.scope(q.NewSelect().TableExpr("decision AS de").Join("JOIN cases AS c ON c.id = de.case_id")).Where("de.move = 'reinstate'").Count(ctx)
	e.Reinstated = int(n)
	return e, err
}

// WaitingCases lists the waiting places by (band, number).
func (q Q) WaitingCases(ctx context.Context, v Viewer, limit int) (out []Case, err error) {
	err = v.scope(q.NewSelect().Model(&out)).Where("c.place = 'waiting'").OrderExpr("c.band, c.no").Limit(int64(limit)).Scan(ctx)
	return out, err
}

// Promoted is one promotion from the waiting list.
type Promoted struct {
	CaseID string
	No     int
	Name   string
	At     time.Time
}

// Promotions lists the newest promotions.
func (q Q) Promotions(ctx context.Context, v Viewer, limit int) (out []Promoted, err error) {
	err = v.scope(q.NewSelect().TableExpr("event AS e").Join("JOIN cases AS c ON c.id = e.case_id")).
		ColumnExpr("e.case_id, c.no, c.name, e.at").Where("e.name = 'promoted'").OrderExpr("e.id DESC").Limit(int64(limit)).Scan(ctx, &out)
	return out, err
}

// ProposalsFor lists the open proposals of the viewer's programmes, oldest
// first; those about a case with its number and name.
func (q Q) ProposalsFor(ctx context.Context, v Viewer, limit int) (out []ProposalRow, err error) {
	if len(v.Programmes) == 0 {
		return nil, nil
	}
	err = q.NewSelect().Model((*Proposal)(nil)).ColumnExpr("pr.*").
		ColumnExpr("COALESCE(c.no, 0) AS case_no, COALESCE(c.name, '') AS case_name, COALESCE(c.version, 0) AS now_version, COALESCE(c.state, '') AS case_state").
		Join("LEFT JOIN cases AS c ON c.id = pr.case_id").
		Where("pr.programme_id IN (?) AND pr.state = 'open'", bun.In(v.Programmes)).OrderExpr("pr.at, pr.id").Limit(int64(limit)).Scan(ctx, &out)
	return out, err
}

// ProposalRow is one line of the list of two-person acts.
type ProposalRow struct {
	Proposal
	CaseNo     int
	CaseName   string
	CaseState  scheme.CaseState
	NowVersion int // of the case; another than CaseVersion means that it moved on
}

// ProposalCount counts the open proposals.
func (q Q) ProposalCount(ctx context.Context, v Viewer) (int, error) {
	if len(v.Programmes) == 0 {
		return 0, nil
	}
	n, err := q.NewSelect().Table("proposal").Where("programme_id IN (?) AND state = 'open'", bun.In(v.Programmes)).Count(ctx)
	return int(n), err
}

// CasesBeside lists the cases that use the same identity number as c: the one it
// contests and those that contest it.
func (q Q) CasesBeside(ctx context.Context, v Viewer, c Case) (out []Case, err error) {
	err = v.scope(q.NewSelect().Model(&out)).Where("c.id <> ? AND (c.id = ? OR c.contested_with = ?)", c.ID, c.ContestedWith, c.ID).
		OrderExpr("c.no").Limit(10).Scan(ctx)
	return out, err
}

// SeatedInHearing counts the seats whose cases are in a hearing: they stay.
func (q Q) SeatedInHearing(ctx context.Context, v Viewer) (int, error) {
	n, err := v.scope(q.NewSelect().TableExpr("cases AS c")).Where("c.place IN ('held', 'confirmed', 'consumed') AND " + inHearing).Count(ctx)
	return int(n), err
}
