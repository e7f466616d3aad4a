package apply

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/web"
)

// mine is the worker's own case as its pages need it: the row, the rules' view
// of it with an open hearing, and the programme.
type mine struct {
	row store.Case
	s   scheme.Case
	h   *store.Hearing // the open hearing or nil
	p   *scheme.Programme

	words *store.Words // opens what was written about the case
}

// toMy leads a worker to his first page: there is nothing for him here.
var toMy = &web.Moved{To: "/my"}

// mine opens the worker's own case; one who has none is led to his first page.
func (d *Door) mine(c *web.Ctx) (*mine, error) {
	row, err := d.ownCase(c)
	if errors.Is(err, casework.ErrNotFound) {
		return nil, toMy
	}
	if err != nil {
		return nil, err
	}
	return d.look(c.Context(), row)
}

func (d *Door) look(ctx context.Context, row store.Case) (*mine, error) {
	p, _, err := d.Work.Programme(ctx, row.ProgrammeID)
	if err != nil {
		return nil, err
	}
	h, err := d.Work.DB.OpenHearing(ctx, row.ID)
	if err != nil {
		return nil, err
	}
	words := d.Work.Words(&row)
	words.Hearings(h)
	return &mine{row: row, s: row.Scheme(h), h: h, p: p, words: words}, nil
}

// acted is the own case that a posted form is about. done says that the form's
// act has been made already: a second tap is led to my page. A form of another
// case, or one that was shown before the case moved on, changes nothing: the
// worker sees the newest state and decides again.
func (d *Door) acted(c *web.Ctx, f web.Form, done func(*mine) bool) (*mine, error) {
	m, err := d.mine(c)
	if err != nil {
		return nil, err
	}
	if f.Get("case") == m.row.ID {
		if done(m) {
			return nil, toMy
		}
		if f.Get("version") == strconv.Itoa(m.row.Version) {
			return m, nil
		}
	}
	return nil, &web.Error{
		Code: http.StatusConflict, Title: "这一步没有办", Sentence: "申请的进度刚才有变化。",
		Next: "请看最新的情况，再决定怎么办。", Link: "/my", LinkText: "看我的申请",
	}
}

// stamps are the fields by which a form says what it was shown for.
func (m *mine) stamps() []web.Hidden {
	return []web.Hidden{{Name: "case", Value: m.row.ID}, {Name: "version", Value: strconv.Itoa(m.row.Version)}}
}

// refusal gives the first sentence of a plain no of the acts; "" for any other
// error.
func refusal(err error) string {
	var r *casework.Refused
	if errors.As(err, &r) && len(r.Reasons) > 0 {
		return cmp.Or(r.Reasons[0].Worker, r.Reasons[0].Staff)
	}
	return ""
}

// rank is the worker's position in the waiting list, 0 with a seat.
func (d *Door) rank(ctx context.Context, m *mine) (int, error) {
	if m.s.Place != scheme.PlaceWaiting {
		return 0, nil
	}
	list, err := d.Work.DB.WaitingList(ctx, m.row.ProgrammeID)
	return scheme.Rank(m.s.No, list), err
}

// placeWords says what the worker has of the seats.
func placeWords(s scheme.Case, rank int) string {
	switch {
	case s.Place == scheme.PlaceWaiting && s.Suspended && s.Contested:
		return "次序先停在那里，等核实证件号"
	case s.Place == scheme.PlaceWaiting:
		return fmt.Sprintf("候补第 %d 位", rank)
	case s.Place == scheme.PlaceHeld:
		return "有名额，为您留着"
	case s.Place == scheme.PlaceConfirmed:
		return "名额已确认"
	case s.Place == scheme.PlaceConsumed:
		return "名额已使用"
	}
	return "没有名额"
}

// casePage is what my page shows of a case with a number.
type casePage struct {
	meta     web.PageMeta
	mine     *mine
	standing scheme.Standing
	rank     int
	rows     []web.SummaryRow
	step     int
	until    time.Time // countdown, when the worker has to act
	todo     []web.Button
	why      string // reason of a return or a hearing, or of the end
	gates    []web.SummaryRow
	attested []web.TimelineEntry
	events   []web.TimelineEntry
	again    bool // a new application is possible
	leave    bool // withdrawing is possible
	unread   int
	staged   bool // approved with a seat: what comes next
	late     bool // the staff are past their term
}

// showCase is my page from the acceptance on: where the case stands, who acts,
// since when, by when, what to do, and what has happened.
func (d *Door) showCase(c *web.Ctx, row store.Case) error {
	m, err := d.look(c.Context(), row)
	if err != nil {
		return err
	}
	pg := casePage{meta: c.Meta("我的申请"), mine: m, step: scheme.PathStep(m.s)}
	if pg.rank, err = d.rank(c.Context(), m); err != nil {
		return err
	}
	pg.standing = scheme.Stand(m.s, m.p).Ranked(strconv.Itoa(pg.rank))
	if pg.late = scheme.StaffLate(m.s, c.Now); pg.late {
		pg.standing = pg.standing.Late(m.s)
	}
	if pg.unread, err = d.Work.DB.Unread(c.Context(), c.Viewer.AccountID); err != nil {
		return err
	}
	if pg.why, err = d.reason(c.Context(), m); err != nil {
		return err
	}
	pg.rows = standingRows(m, pg.standing, pg.rank, pg.late)
	pg.until, pg.todo = whatToDo(m, c.Now)
	if m.s.Place == scheme.PlaceWaiting {
		pg.gates = gates(m.p)
	}
	if pg.attested, err = d.attested(c.Context(), m); err != nil {
		return err
	}
	if pg.events, err = d.timeline(c.Context(), m); err != nil {
		return err
	}
	pg.staged = m.s.State == scheme.Approved && m.s.Place.Seated() && !m.s.HearingOpen()
	for _, mv := range scheme.Possible(m.s, casework.WorkerActor(row.WorkerID), m.p, c.Now) {
		pg.leave = pg.leave || mv.Name == scheme.Withdraw
	}
	if row.State.Final() {
		p, state, err := d.Work.Current(c.Context())
		if err != nil && !errors.Is(err, casework.ErrNotFound) {
			return err
		}
		pg.again = err == nil && state == "open" && !c.Now.Before(p.DraftsAt) && c.Now.Before(p.ClosesAt)
		if row.State == scheme.Withdrawn {
			pg.standing.You = againWords(pg.again, !c.Now.Before(m.p.ClosesAt))
		}
	}
	return c.Render(myCase(pg))
}

// againWords says plainly whether somebody who has withdrawn can apply again.
func againWords(again, over bool) string {
	switch {
	case again:
		return "申报还没截止，现在还可以重新申请。次序重新排。"
	case over:
		return "申报已经截止，不能重新申请。"
	}
	return "现在不收申请，不能重新申请。"
}

// standingRows are the facts under the sentence. A day that the staff have let
// pass is no promise any more: it is not shown.
func standingRows(m *mine, s scheme.Standing, rank int, late bool) []web.SummaryRow {
	rows := []web.SummaryRow{{Key: "受理编号", Value: fmt.Sprint(m.s.No), Num: true, Href: "/my/receipt", Action: "回执"}}
	if m.s.Place != scheme.PlaceNone {
		rows = append(rows, web.SummaryRow{Key: "名额", Value: placeWords(m.s, rank)})
	}
	if s.Who != "" {
		rows = append(rows, web.SummaryRow{Key: "现在谁办", Value: s.Who, Note: s.Doing})
	}
	rows = append(rows, web.SummaryRow{Key: "从这时起", Value: web.Moment(m.s.Since)})
	until := "最晚办完"
	if scheme.Ball(m.s) == scheme.RoleWorker {
		until = "最晚交"
	}
	switch {
	case late:
	case m.s.HearingOpen() && m.h.State == scheme.HearingRunning:
		rows = append(rows, web.SummaryRow{Key: until, Value: scheme.Until(m.s.Hearing.Until)})
	case !m.s.Due.IsZero() && m.s.State != scheme.Approved || m.s.HearingOpen() && !m.s.Due.IsZero():
		rows = append(rows, web.SummaryRow{Key: until, Value: scheme.Until(m.s.Due)})
	}
	return rows
}

// whatToDo gives the worker's buttons, and the end of his time when he has the
// ball.
func whatToDo(m *mine, now time.Time) (until time.Time, todo []web.Button) {
	actor := casework.WorkerActor(m.row.WorkerID)
	may := map[scheme.MoveName]bool{}
	for _, mv := range scheme.Possible(m.s, actor, m.p, now) {
		may[mv.Name] = true
	}
	add := func(label, href string) {
		kind := web.Secondary
		if len(todo) == 0 {
			kind = web.Primary
		}
		todo = append(todo, web.Button{Label: label, Href: href, Kind: kind})
	}
	if may[scheme.Resubmit] {
		until = m.s.Due
		add("去补正", "/my/correct")
	}
	if m.s.HearingOpen() && m.s.Hearing.State == scheme.HearingRunning {
		for _, x := range scheme.Duties {
			if x.Kind.Cures(m.s.Hearing.Cause) {
				add("去交"+x.Label, "/my/duties/"+string(x.Kind))
			}
		}
	}
	if may[scheme.Answer] {
		until = m.s.Hearing.Until
		add("去说明情况", "/my/hearing")
	}
	return until, todo
}

// reason is the sentence of the person who sent the case back, opened its
// hearing or ended it: the worker sees why.
func (d *Door) reason(ctx context.Context, m *mine) (string, error) {
	switch {
	case m.h != nil && m.h.Reason != "":
		return m.h.Reason, nil
	case m.s.State == scheme.Returned:
		all, err := d.Work.DB.Decisions(ctx, m.row.ID)
		m.words.Decisions(all)
		for _, x := range slices.Backward(all) {
			if x.Move == scheme.Return {
				return x.Reason, err
			}
		}
		return "", err
	case m.s.State == scheme.Released:
		all, err := d.Work.DB.Hearings(ctx, m.row.ID)
		if err != nil || len(all) == 0 {
			return "", err
		}
		last := all[len(all)-1]
		m.words.Hearings(&last)
		words := scheme.CauseName(last.Cause)
		if r := cmp.Or(last.Outcome, last.Reason); r != "" {
			words += "：" + r
		}
		return words, nil
	}
	return "", nil
}

// gates are the dates that a waiting person has to keep as well, so that he can
// be promoted late (DESIGN §2.3).
func gates(p *scheme.Programme) []web.SummaryRow {
	unsure := func(name string) string {
		if p.IsUnconfirmed(name) {
			return "以省教育考试院公告为准"
		}
		return ""
	}
	return []web.SummaryRow{
		{Key: "考试报名证明", Value: scheme.Until(p.RegProofBy) + "前", Note: unsure("reg_proof_by")},
		{Key: "成人高考", Value: scheme.Day(p.ExamFrom) + "起", Note: unsure("exam_from")},
		{Key: "录取", Value: scheme.Day(p.ClaimOpens) + "起申报助学金", Note: "要有录取通知书"},
		{Key: "候补结束", Value: scheme.Until(p.PromoteUntil)},
	}
}

// attested is what the local union said on line, without names of people.
func (d *Door) attested(ctx context.Context, m *mine) ([]web.TimelineEntry, error) {
	all, err := d.Work.DB.Attestations(ctx, m.row.ID)
	if err != nil {
		return nil, err
	}
	m.words.Attestations(all)
	var out []web.TimelineEntry
	for _, a := range slices.Backward(all) {
		e := web.TimelineEntry{
			At: web.Moment(a.At), Who: cmp.Or(scheme.OrganisationName(m.p, a.UnionKey), m.row.UnionName, scheme.RoleName(scheme.RoleLocal)),
			Title: "会员属实，在一线岗位，同意推荐", Tone: web.ToneOK,
		}
		if a.Disagree != "" {
			e.Title, e.Body, e.Tone = "不同意推荐", "理由："+a.Disagree+" 由"+m.p.Union+"看后决定。", web.ToneWait
		}
		out = append(out, e)
	}
	return out, nil
}

// timeline is what has happened to the case, newest first: by which organisation
// and role, never by whom.
func (d *Door) timeline(ctx context.Context, m *mine) ([]web.TimelineEntry, error) {
	all, err := d.Work.DB.CaseEvents(ctx, m.row.ID, 500)
	if err != nil {
		return nil, err
	}
	var out []web.TimelineEntry
	for _, e := range slices.Backward(all) {
		words, ok := scheme.PastOf(e.Name)
		if !ok {
			continue
		}
		if e.Name == string(scheme.Refuse) {
			words = "告知您：可能不予通过"
		}
		var detail struct {
			Reason string `json:"reason"`
			Second string `json:"second"`
		}
		if json.Unmarshal([]byte(m.words.Detailed(e)), &detail) != nil {
			detail.Reason = ""
		}
		entry := web.TimelineEntry{At: web.Moment(e.At), Title: words, Who: whoActed(m.p, e), Tone: toneOf(scheme.MoveName(e.Name)), Here: len(out) == 0}
		if detail.Second != "" {
			entry.Who += "（两个人）"
		}
		if detail.Reason != "" {
			entry.Body = "理由：" + detail.Reason
			if e.Role == string(scheme.RoleWorker) {
				entry.Body = detail.Reason
			}
		}
		out = append(out, entry)
	}
	return out, nil
}

// whoActed names the organisation and the role of an event.
func whoActed(p *scheme.Programme, e store.Event) string {
	role := scheme.Role(e.Role)
	switch role {
	case scheme.RoleWorker:
		return "您"
	case scheme.RoleSystem:
		return "到期自动"
	case "":
		return ""
	}
	org := scheme.OrganisationName(p, e.Org)
	switch {
	case role == scheme.RoleCentre:
		return p.Centre
	case role == scheme.RoleDistrict || role == scheme.RoleLead:
		return p.Union
	case org != "" && role == scheme.RoleLocal:
		return org
	case org != "":
		return org + " " + scheme.RoleName(role)
	}
	return scheme.RoleName(role)
}

func toneOf(m scheme.MoveName) web.Tone {
	switch m {
	case scheme.Approve, scheme.Keep, scheme.SettleFor, "promoted", scheme.Reinstate:
		return web.ToneOK
	case scheme.Return, scheme.UndoApprove, scheme.Lapse, scheme.Overdue, scheme.Disagree, scheme.Remind:
		return web.ToneWait
	case scheme.Refuse, scheme.Revoke, scheme.SettleAgainst, scheme.Execute, scheme.Waive:
		return web.ToneBad
	}
	return web.ToneInfo
}
