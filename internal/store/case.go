package store

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"yuanmeng/internal/scheme"
)

// Case is the row of one person in one programme. The plain columns are those
// that SQL searches, counts or constrains; the answers lie in the draft or the
// revision.
type Case struct {
	bun.BaseModel `bun:"table:cases,alias:c"`
	ID            string `bun:",pk"`
	ProgrammeID   string
	WorkerID      string
	State         scheme.CaseState
	Prior         scheme.CaseState
	Place         scheme.Place
	Band          int
	BandPublic    *int // the band that the public log shows; nil where none was opened
	No            *int64
	Priority      string
	Suspended     bool
	Contested     bool
	ContestedWith string
	Untypable     bool
	Rounds        int
	Stamp         bool
	Version       int
	Revision      int
	PersonIndex   string
	PhoneIndex    string // of the phone in the application, which may differ from the account's
	KeyWrapped    []byte
	Name          string
	Employer      string
	UnionKey      string
	UnionName     string
	Town          string
	College       string
	Level         string
	Major         string
	WorkerKind    string
	Hukou         string
	Sex           string
	AgeBand       string
	Region        string
	LastActor     string
	ReturnedItems string // JSON: the named items of the running correction
	FormCode      string // short code on the printed form
	FormPrint     string // hash of the values that stood on it
	PrintedAt     *time.Time
	AcceptLeaf    *int64
	BandLeaf      *int64
	CreatedAt     time.Time
	SavedAt       time.Time
	AcceptedAt    *time.Time
	SeatedAt      *time.Time
	Since         time.Time
	DueAt         *time.Time
	// From the approval on: the end of the enrolment form's days, how the duties
	// stand, how many awards count as paid, whether one is at the bank.
	EnrolBy      *time.Time
	Enrol        scheme.DutyState
	Registration scheme.DutyState
	Exam         scheme.DutyState
	Admission    scheme.DutyState
	Entry        scheme.DutyState
	Report       scheme.DutyState
	Spent        int
	Inflight     bool
}

// Number is the acceptance number, 0 for a draft.
func (c Case) Number() int {
	if c.No == nil {
		return 0
	}
	return int(*c.No)
}

// Scheme is the case as the rules see it. h is its open hearing or nil.
func (c Case) Scheme(h *Hearing) scheme.Case {
	s := scheme.Case{
		ID: c.ID, Programme: scheme.ProgrammeID(c.ProgrammeID), Worker: c.WorkerID,
		State: c.State, Prior: c.Prior, Place: c.Place, No: c.Number(), Band: c.Band, Priority: c.Priority,
		Suspended: c.Suspended, Contested: c.Contested, Untypable: c.Untypable, Rounds: c.Rounds, Stamp: c.Stamp,
		Version: c.Version, Union: c.UnionKey, LastActor: c.LastActor, Since: c.Since, Sat: c.SeatedAt != nil,
	}
	if c.DueAt != nil {
		s.Due = *c.DueAt
	}
	if c.EnrolBy != nil {
		s.EnrolBy = *c.EnrolBy
	}
	s.Duties = scheme.DutyMarks{Enrol: c.Enrol, Registration: c.Registration, Exam: c.Exam, Admission: c.Admission, Entry: c.Entry, Report: c.Report}
	s.Spent, s.Inflight = c.Spent, c.Inflight
	if h != nil {
		sh := h.Scheme()
		s.Hearing = &sh
	}
	return s
}

// Take writes back what a step of the rules has changed.
func (c *Case) Take(s scheme.Case) {
	c.State, c.Prior, c.Place, c.Band, c.Priority = s.State, s.Prior, s.Place, s.Band, s.Priority
	c.Suspended, c.Contested, c.Untypable = s.Suspended, s.Contested, s.Untypable
	c.Rounds, c.Stamp, c.Version, c.LastActor, c.Since = s.Rounds, s.Stamp, s.Version, s.LastActor, s.Since.UTC()
	if !s.Sat {
		c.SeatedAt = nil
	}
	c.DueAt, c.EnrolBy = nil, nil
	if !s.Due.IsZero() {
		d := s.Due.UTC()
		c.DueAt = &d
	}
	if !s.EnrolBy.IsZero() {
		d := s.EnrolBy.UTC()
		c.EnrolBy = &d
	}
	d := s.Duties
	c.Enrol, c.Registration, c.Exam, c.Admission, c.Entry, c.Report = d.Enrol, d.Registration, d.Exam, d.Admission, d.Entry, d.Report
	c.Spent, c.Inflight = s.Spent, s.Inflight
}

// Draft is the working copy of an application before it is submitted, and of a
// correction before it is sent: the submitted revision stays alive meanwhile.
type Draft struct {
	bun.BaseModel `bun:"table:draft,alias:d"`
	CaseID        string `bun:",pk"`
	Answers       string
	Sealed        []byte
	Files         string
	SavedAt       time.Time
}

// Revision is a submitted application. It never changes; the sealed part goes
// with the case's key.
type Revision struct {
	bun.BaseModel `bun:"table:revision,alias:r"`
	CaseID        string `bun:",pk"`
	N             int    `bun:",pk"`
	Answers       string
	Sealed        []byte
	Files         string
	FormHash      string
	FormPrint     string
	ByID          string
	At            time.Time
}

// Hearing is the announcement before a release.
type Hearing struct {
	bun.BaseModel `bun:"table:hearing,alias:h"`
	ID            string `bun:",pk"`
	ProgrammeID   string
	CaseID        string
	Cause         scheme.Cause
	State         scheme.HearingState
	ReasonSealed  []byte
	Proposer      string
	Seconder      string // second person of the act that opened it
	OpenedAt      time.Time
	UntilAt       time.Time
	AnswerSealed  []byte
	AnsweredAt    *time.Time
	OutcomeSealed []byte
	EndedBy       string
	EndedAt       *time.Time
	// What Words has opened.
	Reason  string `bun:"-"`
	Answer  string `bun:"-"`
	Outcome string `bun:"-"`
}

// Scheme is the hearing as the rules see it.
func (h Hearing) Scheme() scheme.Hearing {
	return scheme.Hearing{ID: h.ID, Cause: h.Cause, State: h.State, OpenedAt: h.OpenedAt, Until: h.UntilAt, Proposer: h.Proposer, Seconder: h.Seconder}
}

// Decision is one decision about a case; it is only ever marked undone.
type Decision struct {
	bun.BaseModel `bun:"table:decision,alias:de"`
	ID            string `bun:",pk"`
	ProgrammeID   string
	CaseID        string
	Move          scheme.MoveName
	Role          scheme.Role
	ByID          string
	ByName        string
	SecondID      string
	SecondName    string
	ReasonSealed  []byte
	Items         string // JSON list of field keys, for a return
	At            time.Time
	UndoneBy      string
	UndoneAt      *time.Time
	Reason        string `bun:"-"` // what Words has opened
}

// Proposal is the first half of a two-person act.
type Proposal struct {
	bun.BaseModel `bun:"table:proposal,alias:pr"`
	ID            string `bun:",pk"`
	ProgrammeID   string
	CaseID        string
	Move          scheme.MoveName
	Args          string // JSON of the act's arguments; what was typed is sealed in it
	CaseVersion   int
	ByID          string
	ByName        string
	ByRole        scheme.Role
	At            time.Time
	State         string // open, done, dropped
	SecondID      string
	EndedAt       *time.Time
}

// Attestation is what a union officer said online about a printed form.
type Attestation struct {
	bun.BaseModel  `bun:"table:attestation,alias:at"`
	ID             string `bun:",pk"`
	ProgrammeID    string
	CaseID         string
	FormCode       string
	StaffID        string
	StaffName      string
	UnionKey       string
	Member         bool
	Frontline      bool
	Conduct        bool
	DisagreeSealed []byte
	At             time.Time
	Disagree       string `bun:"-"` // what Words has opened
}

// Disagrees says whether the officer does not agree; why is sealed.
func (a Attestation) Disagrees() bool { return a.DisagreeSealed != nil }

// File is one stored, sealed page of a case.
type File struct {
	bun.BaseModel `bun:"table:file,alias:f"`
	ID            string `bun:",pk"`
	CaseID        string
	Kind          scheme.FileKind
	Page          int
	Blob          string
	SHA256        string `bun:"sha256"`
	Type          string
	Size          int64
	At            time.Time
}

// Viewer is who looks: queries that return people are cut to what he may see.
// A worker sees his own cases, an officer nothing but what he scans, the desk
// its programmes.
type Viewer struct {
	AccountID  string
	Worker     bool
	Programmes []string // programmes in which the account has a role that sees cases
}

// scope cuts a query on cases (alias c) to what the viewer may see.
func (v Viewer) scope(q *bun.SelectQuery) *bun.SelectQuery {
	if v.Worker {
		return q.Where("c.worker_id = ?", v.AccountID)
	}
	if len(v.Programmes) == 0 {
		return q.Where("1 = 0")
	}
	return q.Where("c.programme_id IN (?)", bun.In(v.Programmes)).Where("c.state <> 'draft'")
}

// Case finds a case that the viewer may see; an absent and a foreign one give
// the same answer.
func (q Q) Case(ctx context.Context, v Viewer, id string) (Case, error) {
	if v.Worker {
		return one[Case](ctx, q, "c.id = ? AND c.worker_id = ?", id, v.AccountID)
	}
	var c Case
	err := v.scope(q.NewSelect().Model(&c).Where("c.id = ?", id)).Scan(ctx)
	return c, err
}

// CaseByNo finds a case by its acceptance number.
func (q Q) CaseByNo(ctx context.Context, v Viewer, programme string, no int) (Case, error) {
	var c Case
	err := v.scope(q.NewSelect().Model(&c).Where("c.programme_id = ? AND c.no = ?", programme, no)).Scan(ctx)
	return c, err
}

// CaseOf is the newest case of a worker in a programme: the live one if there is
// one, else the draft, else the last that ended.
func (q Q) CaseOf(ctx context.Context, worker, programme string) (Case, error) {
	return one[Case](ctx, q, `c.worker_id = ? AND c.programme_id = ?
		ORDER BY CASE WHEN c.state IN ('accepted', 'returned', 'at_district', 'approved') THEN 0 WHEN c.state = 'draft' THEN 1 ELSE 2 END, c.created_at DESC LIMIT 1`,
		worker, programme)
}

// CasesOf lists all cases of a worker, newest first.
func (q Q) CasesOf(ctx context.Context, worker string) (out []Case, err error) {
	return many[Case](ctx, q, "c.worker_id = ? ORDER BY c.created_at DESC LIMIT 50", worker)
}

// CaseByForm finds the case of a printed form by its short code.
func (q Q) CaseByForm(ctx context.Context, code string) (Case, error) {
	var c Case
	err := q.NewSelect().Model(&c).Where("c.form_code = ?", code).Scan(ctx)
	return c, err
}

// LockCase reads a case for a change. On PostgreSQL it locks the row.
func (tx *Tx) LockCase(ctx context.Context, id string) (Case, error) {
	var c Case
	q := tx.NewSelect().Model(&c).Where("c.id = ?", id)
	if tx.Engine == Postgres {
		q = q.For("UPDATE")
	}
	err := q.Scan(ctx)
	return c, err
}

// CasesByNo reads cases of a programme by their numbers, for a change under the
// lock of the tally.
func (tx *Tx) CasesByNo(ctx context.Context, programme string, nos []int) (out []Case, err error) {
	if len(nos) == 0 {
		return nil, nil
	}
	err = tx.NewSelect().Model(&out).Where("c.programme_id = ? AND c.no IN (?)", programme, bun.In(nos)).OrderExpr("c.no").Scan(ctx)
	return out, err
}

// WaitingList lists the waiting places of a programme by (band, number).
func (q Q) WaitingList(ctx context.Context, programme string) ([]scheme.Waiting, error) {
	var rows []struct {
		No        int
		Band      int
		Suspended bool
	}
	err := q.NewSelect().Table("cases").Column("no", "band", "suspended").
		Where("programme_id = ? AND place = 'waiting'", programme).OrderExpr("band, no").Scan(ctx, &rows)
	out := make([]scheme.Waiting, len(rows))
	for i, r := range rows {
		out[i] = scheme.Waiting{No: r.No, Band: r.Band, Suspended: r.Suspended}
	}
	return out, err
}

// SeatedNos lists the numbers that hold a seat, ascending.
func (q Q) SeatedNos(ctx context.Context, programme string) (out []int, err error) {
	err = q.NewSelect().Table("cases").Column("no").
		Where("programme_id = ? AND place IN ('held', 'confirmed', 'consumed')", programme).OrderExpr("no").Scan(ctx, &out)
	return out, err
}

// Insert adds rows of any table of the store.
func (tx *Tx) Insert(ctx context.Context, rows any) error {
	_, err := tx.NewInsert().Model(rows).Exec(ctx)
	return err
}

// PutCase writes a case that the transaction has locked. version is the version
// it was read with: a stale write changes nothing and gives ErrStale.
func (tx *Tx) PutCase(ctx context.Context, c *Case, version int) error {
	res, err := tx.NewUpdate().Model(c).WherePK().Where("version = ?", version).Exec(ctx)
	if err != nil {
		return err
	}
	if n, _ := res.RowsAffected(); n == 0 {
		return ErrStale
	}
	return nil
}

// ErrStale says that somebody else changed the row in the meantime.
var ErrStale = fmt.Errorf("store: the row was changed by somebody else")

// Draft reads the working copy of a case.
func (q Q) Draft(ctx context.Context, caseID string) (Draft, error) {
	return one[Draft](ctx, q, "d.case_id = ?", caseID)
}

// PutDraft writes the working copy.
func (tx *Tx) PutDraft(ctx context.Context, d *Draft) error {
	_, err := tx.NewInsert().Model(d).On("CONFLICT (case_id) DO UPDATE").
		Set("answers = EXCLUDED.answers, sealed = EXCLUDED.sealed, files = EXCLUDED.files, saved_at = EXCLUDED.saved_at").Exec(ctx)
	return err
}

// DropDrafts removes working copies.
func (tx *Tx) DropDrafts(ctx context.Context, caseIDs []string) error {
	if len(caseIDs) == 0 {
		return nil
	}
	_, err := tx.NewDelete().Table("draft").Where("case_id IN (?)", bun.In(caseIDs)).Exec(ctx)
	return err
}

// DropCase removes a draft case that never got a number.
func (tx *Tx) DropCase(ctx context.Context, caseID string) error {
	for _, t := range []string{"draft", "file", "name_key", "attestation"} {
		if _, err := tx.NewDelete().Table(t).Where("case_id = ?", caseID).Exec(ctx); err != nil {
			return err
		}
	}
	_, err := tx.NewDelete().Table("cases").Where("id = ? AND state = 'draft'", caseID).Exec(ctx)
	return err
}

// Revision reads one submitted revision; n = 0 reads the newest.
func (q Q) Revision(ctx context.Context, caseID string, n int) (Revision, error) {
	if n > 0 {
		return one[Revision](ctx, q, "r.case_id = ? AND r.n = ?", caseID, n)
	}
	return one[Revision](ctx, q, "r.case_id = ? ORDER BY r.n DESC LIMIT 1", caseID)
}

// Revisions lists all revisions of a case, oldest first.
func (q Q) Revisions(ctx context.Context, caseID string) (out []Revision, err error) {
	err = q.NewSelect().Model(&out).Where("r.case_id = ?", caseID).OrderExpr("r.n").Scan(ctx)
	return out, err
}

// Encode writes answers and file notes as the JSON of a row.
func Encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // plain structs of our own
	}
	return string(b)
}

// OpenHearing reads the open hearing of a case, nil if there is none.
func (q Q) OpenHearing(ctx context.Context, caseID string) (*Hearing, error) {
	h, err := one[Hearing](ctx, q, "h.case_id = ? AND h.state IN ('running', 'answered')", caseID)
	if IsNone(err) {
		return nil, nil
	}
	return &h, err
}

// Hearings lists all hearings of a case, oldest first.
func (q Q) Hearings(ctx context.Context, caseID string) (out []Hearing, err error) {
	err = q.NewSelect().Model(&out).Where("h.case_id = ?", caseID).OrderExpr("h.opened_at").Scan(ctx)
	return out, err
}

// PutHearing updates a hearing.
func (tx *Tx) PutHearing(ctx context.Context, h *Hearing) error {
	_, err := tx.NewUpdate().Model(h).WherePK().Exec(ctx)
	return err
}

// Decisions lists the decisions about a case, oldest first, undone ones too.
func (q Q) Decisions(ctx context.Context, caseID string) (out []Decision, err error) {
	err = q.NewSelect().Model(&out).Where("de.case_id = ?", caseID).OrderExpr("de.at, de.id").Scan(ctx)
	return out, err
}

// UndoDecision marks the newest standing decision of a move as undone.
func (tx *Tx) UndoDecision(ctx context.Context, caseID string, move scheme.MoveName, by string) error {
	_, err := tx.NewRaw(`UPDATE decision SET undone_by = ?, undone_at = ? WHERE id =
		(SELECT id FROM decision WHERE case_id = ? AND move = ? AND undone_at IS NULL ORDER BY at DESC, id DESC LIMIT 1)`,
		by, tx.Now, caseID, string(move)).Exec(ctx)
	return err
}

// Attestations lists what officers said about a case, oldest first.
func (q Q) Attestations(ctx context.Context, caseID string) (out []Attestation, err error) {
	return many[Attestation](ctx, q, "at.case_id = ? ORDER BY at.at", caseID)
}

// AttestedBy lists what one officer has attested, newest first, with the name
// and state of each case.
func (q Q) AttestedBy(ctx context.Context, staff string, before time.Time, limit int) (out []AttestedRow, err error) {
	err = q.NewSelect().Model((*Attestation)(nil)).ColumnExpr("at.*").ColumnExpr("c.name AS case_name, c.employer AS case_employer, c.state AS case_state, c.key_wrapped AS case_key").
		Join("JOIN cases AS c ON c.id = at.case_id").
		Where("at.staff_id = ?", staff).Where("at.at < ?", before).OrderExpr("at.at DESC").Limit(int64(limit)).Scan(ctx, &out)
	return out, err
}

// AttestedRow is one line of an officer's own list.
type AttestedRow struct {
	Attestation
	CaseName     string
	CaseEmployer string
	CaseState    scheme.CaseState
	CaseKey      []byte // wrapped
}

// Proposal reads a proposal.
func (q Q) Proposal(ctx context.Context, id string) (Proposal, error) {
	var p Proposal
	err := q.NewSelect().Model(&p).Where("pr.id = ?", id).Scan(ctx)
	return p, err
}

// OpenProposals lists the first halves that wait for a second person.
func (q Q) OpenProposals(ctx context.Context, programme string) (out []Proposal, err error) {
	err = q.NewSelect().Model(&out).Where("pr.programme_id = ? AND pr.state = 'open'", programme).OrderExpr("pr.at").Limit(200).Scan(ctx)
	return out, err
}

// ProposalsOf lists the open proposals about one case.
func (q Q) ProposalsOf(ctx context.Context, caseID string) (out []Proposal, err error) {
	err = q.NewSelect().Model(&out).Where("pr.case_id = ? AND pr.state = 'open'", caseID).OrderExpr("pr.at").Scan(ctx)
	return out, err
}

// PutProposal updates a proposal.
func (tx *Tx) PutProposal(ctx context.Context, p *Proposal) error {
	_, err := tx.NewUpdate().Model(p).WherePK().Exec(ctx)
	return err
}

// DropProposals drops what still waits for a second person about a case: its
// ground has changed.
func (tx *Tx) DropProposals(ctx context.Context, caseID string) error {
	_, err := tx.NewRaw("UPDATE proposal SET state = 'dropped', ended_at = ? WHERE case_id = ? AND state = 'open'", tx.Now, caseID).Exec(ctx)
	return err
}

// Files lists the stored pages of a case by kind, newest upload first.
func (q Q) Files(ctx context.Context, caseID string) (out []File, err error) {
	err = q.NewSelect().Model(&out).Where("f.case_id = ?", caseID).OrderExpr("f.kind, f.at DESC, f.page").Scan(ctx)
	return out, err
}

// File reads one stored page.
func (q Q) File(ctx context.Context, id string) (File, error) {
	var f File
	err := q.NewSelect().Model(&f).Where("f.id = ?", id).Scan(ctx)
	return f, err
}

// BlobKept says whether a blob belongs to a row.
func (q Q) BlobKept(ctx context.Context, blob string) (bool, error) {
	n, err := q.NewSelect().Table("file").Where("blob = ?", blob).Count(ctx)
	return n > 0, err
}

// LivePersons gives the case that has each of the person indexes.
func (tx *Tx) LivePersons(ctx context.Context, indexes []string) (map[string]string, error) {
	var rows []struct{ PersonIndex, CaseID string }
	err := tx.NewSelect().Table("live_person").Column("person_index", "case_id").Where("person_index IN (?)", bun.In(indexes)).Scan(ctx, &rows)
	out := make(map[string]string, len(rows))
	for _, r := range rows {
		out[r.PersonIndex] = r.CaseID
	}
	return out, err
}

// Holder is the live case of a person, and its account.
type Holder struct {
	CaseID   string
	WorkerID string
}

// LiveHolders gives, of the person indexes named, those that are taken and by
// which case and account.
func (tx *Tx) LiveHolders(ctx context.Context, indexes []string) (map[string]Holder, error) {
	var rows []struct{ PersonIndex, CaseID, WorkerID string }
	err := tx.NewSelect().TableExpr("live_person AS lp").ColumnExpr("lp.person_index, lp.case_id, c.worker_id").Join("JOIN cases AS c ON c.id = lp.case_id").
		Where("lp.person_index IN (?)", bun.In(indexes)).Scan(ctx, &rows)
	out := make(map[string]Holder, len(rows))
	for _, r := range rows {
		out[r.PersonIndex] = Holder{CaseID: r.CaseID, WorkerID: r.WorkerID}
	}
	return out, err
}

// LivePerson is one person's one live case over the installation.
type LivePerson struct {
	bun.BaseModel `bun:"table:live_person"`
	PersonIndex   string `bun:",pk"`
	CaseID        string
}

// FreePerson gives the person index of a case back.
func (tx *Tx) FreePerson(ctx context.Context, caseID string) error {
	_, err := tx.NewDelete().Table("live_person").Where("case_id = ?", caseID).Exec(ctx)
	return err
}

// HoldsPerson says whether a case has its person index.
func (q Q) HoldsPerson(ctx context.Context, caseID string) (bool, error) {
	n, err := q.NewSelect().Table("live_person").Where("case_id = ?", caseID).Count(ctx)
	return n > 0, err
}

// ContestersOf lists live cases that claim the person index which caseID holds,
// whose contest is settled in their favour, by number.
func (tx *Tx) ContestersOf(ctx context.Context, caseID string) (out []Case, err error) {
	err = tx.NewSelect().Model(&out).Where("c.contested_with = ? AND c.state IN ('accepted', 'returned', 'at_district', 'approved')", caseID).OrderExpr("c.no").Scan(ctx)
	return out, err
}

// WaitingBand is one waiting place with what the public log knows of its band.
type WaitingBand struct {
	ID         string
	No         int
	Band       int
	BandPublic *int
	BandLeaf   *int64
	Suspended  bool
}

// WaitingBands lists the waiting places with their bands, by (band, number).
func (tx *Tx) WaitingBands(ctx context.Context, programme string) (out []WaitingBand, err error) {
	err = tx.NewSelect().Table("cases").Column("id", "no", "band", "band_public", "band_leaf", "suspended").
		Where("programme_id = ? AND place = 'waiting'", programme).OrderExpr("band, no").Scan(ctx, &out)
	return out, err
}

// GateRow is what the gate has to know of a case under the lock: whether it has
// its number, and whether its draft is the one that was made ready.
type GateRow struct {
	ID         string
	Version    int
	No         *int64
	Place      scheme.Place
	Contested  bool
	AcceptedAt *time.Time
}

// AtDoor is what a submission is made from: a case, its draft, and where its
// programme stands. Answers is nil where there is no draft any more.
type AtDoor struct {
	ProgrammeID string
	State       scheme.CaseState
	Version     int
	Priority    string
	FormPrint   string
	KeyWrapped  []byte
	Answers     *string
	Sealed      []byte
	Files       *string
	PVersion    int
	PState      string
}

// AtDoor reads a worker's own case as a submission needs it, in one read.
func (q Q) AtDoor(ctx context.Context, worker, caseID string) (AtDoor, error) {
	return one[AtDoor](ctx, q, `SELECT c.programme_id, c.state, c.version, c.priority, c.form_print, c.key_wrapped, d.answers, d.sealed, d.files,
		p.version AS p_version, p.state AS p_state
		FROM cases AS c JOIN programme AS p ON p.id = c.programme_id LEFT JOIN draft AS d ON d.case_id = c.id WHERE c.id = ? AND c.worker_id = ?`, caseID, worker)
}

// AtGate reads the cases named. On PostgreSQL it locks them all, so that two
// nodes never number one twice.
func (tx *Tx) AtGate(ctx context.Context, ids []string) (map[string]GateRow, error) {
	var rows []GateRow
	q := tx.NewSelect().Table("cases").Column("id", "version", "no", "place", "contested", "accepted_at").Where("id IN (?)", bun.In(ids)).OrderExpr("id")
	if tx.Engine == Postgres {
		q = q.For("UPDATE")
	}
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, err
	}
	out := make(map[string]GateRow, len(rows))
	for _, r := range rows {
		out[r.ID] = r
	}
	return out, nil
}

// accepted are the columns of a case that its acceptance changes. The phone's
// index is none of them: every save of the draft has kept it, and writing it again
// would turn an index over for each submission.
const accepted = "state, place, band, no, suspended, contested, contested_with, version, revision, person_index, " +
	"name, employer, union_key, union_name, town, college, level, major, worker_kind, hukou, sex, age_band, region, " +
	"priority, untypable, last_actor, accept_leaf, accepted_at, seated_at, since, due_at"

// AcceptCases writes what the acceptance of drafts has changed.
func (tx *Tx) AcceptCases(ctx context.Context, cs []Case) error {
	if w := tx.parsed(bulkKey{row: reflect.TypeFor[Case](), update: accepted}); w != nil {
		return w.write(ctx, tx.sql, reflect.ValueOf(cs))
	}
	q := tx.NewInsert().Model(&cs).On("CONFLICT (id) DO UPDATE")
	for _, col := range strings.Split(accepted, ", ") {
		q = q.Set(col + " = EXCLUDED." + col)
	}
	_, err := q.Exec(ctx)
	return err
}

// CaseRow reads a case without a viewer: for the system's own hands only (the
// clock, a print code, the deliverer).
func (q Q) CaseRow(ctx context.Context, id string) (Case, error) {
	return one[Case](ctx, q, "c.id = ?", id)
}
