package scheme

import (
	"strings"
	"time"
)

// AwardKey names one of a programme's awards, for example "union" or "college".
type AwardKey string

// AwardState is where one award of one claim stands (DESIGN §2.10).
type AwardState string

// The states of an award. Opened by the claim; paid by the bank's word alone.
const (
	AwardOpen      AwardState = "open"      // 审核中
	AwardSentBack  AwardState = "sent_back" // 退回补充
	AwardApproved  AwardState = "approved"  // 审核通过，待公示发放
	AwardPaid      AwardState = "paid"      // 已发放
	AwardRefused   AwardState = "refused"   // 不予发放
	AwardLapsed    AwardState = "lapsed"    // 逾期未补
	AwardCancelled AwardState = "cancelled" // 资格取消
	AwardWaived    AwardState = "waived"    // 本人放弃
	AwardUnclaimed AwardState = "unclaimed" // 到期未领
	AwardUnsettled AwardState = "unsettled" // 银行结果无法查明
)

// AwardStates lists all states in the order of an award's life.
var AwardStates = []AwardState{AwardOpen, AwardSentBack, AwardApproved, AwardPaid, AwardRefused, AwardLapsed, AwardCancelled, AwardWaived, AwardUnclaimed, AwardUnsettled}

// Ended says that the award ended without money, as far as anybody knows.
func (s AwardState) Ended() bool {
	switch s {
	case AwardRefused, AwardLapsed, AwardCancelled, AwardWaived, AwardUnclaimed:
		return true
	}
	return false
}

// Spent says that the award counts as paid for the seat and for once-per-person:
// it was paid, or the bank never said (moves 57).
func (s AwardState) Spent() bool { return s == AwardPaid || s == AwardUnsettled }

// AwardStateName is the Chinese name of a state.
func AwardStateName(s AwardState) string {
	switch s {
	case AwardOpen:
		return "审核中"
	case AwardSentBack:
		return "退回补充"
	case AwardApproved:
		return "审核通过，待公示发放"
	case AwardPaid:
		return "已发放"
	case AwardRefused:
		return "不予发放"
	case AwardLapsed:
		return "逾期未补，不予发放"
	case AwardCancelled:
		return "资格已取消"
	case AwardWaived:
		return "本人已放弃"
	case AwardUnclaimed:
		return "到期未领取"
	case AwardUnsettled:
		return "银行结果未能查明"
	}
	return string(s)
}

// Award is one award of one claim, as the rules see it.
type Award struct {
	ID        string
	Case      string
	Key       AwardKey
	Org       string // who decides and pays: "district" or the key of the college
	State     AwardState
	Amount    Fen
	LastActor string // who took the last deciding step
	Due       time.Time
	// What surrounds it.
	Place   Place
	Hearing bool      // of the case, open
	Line    LineState // of its newest line, "" for none
	Open    []string  // blocking checks that are not passed and not overridden
}

// Inflight says that money is, or may be, on its way: nothing changes before the
// bank's last word (S3).
func (w Award) Inflight() bool { return w.Line.Inflight() }

// The moves of an award (moves 20, 22, 30, 33–36, 51, 54, 57).
const (
	ApproveAward  MoveName = "approve_award"
	UndoAward     MoveName = "undo_award"
	RefuseAward   MoveName = "refuse_award"
	SendBackAward MoveName = "send_back_award"
	ReturnAward   MoveName = "return_award" // the worker's answer
	LapseAward    MoveName = "lapse_award"
	CancelAward   MoveName = "cancel_award"
	WaiveAward    MoveName = "waive_award"
	PayAward      MoveName = "pay_award"
	UnpayAward    MoveName = "unpay_award"
	ForfeitAward  MoveName = "forfeit_award"
	UnsettleAward MoveName = "unsettle_award"
)

func claimDays(p *Programme) int { return p.ClaimDays }

var deciders = []Role{RoleDistrict, RoleLead, RoleCollege}

// AwardTurns is the table of an award's moves.
var AwardTurns = []Turn[AwardState, Award]{
	{Name: ApproveAward, Label: "同意发放", Past: "审核通过", From: []AwardState{AwardOpen}, To: AwardApproved,
		Roles: deciders, Decides: true, Message: "award_approved", Guard: mayApproveAward, Clause: "4.2"},
	{Name: UndoAward, Label: "撤销同意", Past: "撤销了审核通过", From: []AwardState{AwardApproved}, To: AwardOpen,
		Roles: deciders, Reason: true, Message: "award_undone", Term: Term{Days: claimDays, Working: true, Then: Overdue}, Guard: awardStands, Clause: "4.2"},
	{Name: SendBackAward, Label: "退回补充", Past: "退回补充材料", From: []AwardState{AwardOpen, AwardApproved}, To: AwardSentBack,
		Roles: deciders, Reason: true, Message: "award_sent_back", Term: Term{Days: correctionDays, Then: LapseAward}, Guard: awardStands, Clause: "4.2"},
	{Name: ReturnAward, Label: "提交补充", Past: "提交了补充材料", From: []AwardState{AwardSentBack}, To: AwardOpen,
		Roles: []Role{RoleWorker}, Message: "award_returned", Term: Term{Days: claimDays, Working: true, Then: Overdue}, Clause: "4.2"},
	{Name: RefuseAward, Label: "不予发放", Past: "决定不予发放", From: []AwardState{AwardOpen}, To: AwardRefused,
		Roles: deciders, Reason: true, Decides: true, Message: "award_refused", Guard: awardStands, Clause: "4.2"},
	{Name: LapseAward, Label: "逾期未补", Past: "逾期未补，不予发放", From: []AwardState{AwardOpen, AwardSentBack}, To: AwardLapsed,
		Roles: []Role{RoleSystem}, Message: "award_lapsed", Guard: awardFree, Clause: "4.2"},
	{Name: CancelAward, Label: "随资格取消", Past: "资格取消，不再发放", From: []AwardState{AwardOpen, AwardSentBack, AwardApproved}, To: AwardCancelled,
		Roles: []Role{RoleSystem}, Guard: noLine, Clause: "5.1"},
	{Name: WaiveAward, Label: "放弃这一笔", Past: "本人放弃", From: []AwardState{AwardOpen, AwardSentBack, AwardApproved}, To: AwardWaived,
		Roles: []Role{RoleWorker}, Guard: noLine, Clause: "5.1"},
	{Name: PayAward, Label: "银行回单：已发放", Past: "已到账", From: []AwardState{AwardApproved}, To: AwardPaid,
		Roles: []Role{RoleSystem}, Message: "paid", Clause: "A2.5"},
	{Name: UnpayAward, Label: "银行退回", Past: "银行退回", From: []AwardState{AwardPaid}, To: AwardApproved,
		Roles: []Role{RoleSystem}, Message: "pay_failed", Clause: "A2.5"},
	{Name: ForfeitAward, Label: "到期未领，结清", Past: "到期未领，结清", From: []AwardState{AwardOpen, AwardSentBack, AwardApproved}, To: AwardUnclaimed,
		Roles: []Role{RoleFinance}, Second: []Role{RoleFinance, RoleLead}, Reason: true, Guard: noLine, Clause: "A2.5"},
	{Name: UnsettleAward, Label: "无法查明，按已发放结清", Past: "银行结果未能查明，按已发放结清", From: []AwardState{AwardApproved}, To: AwardUnsettled,
		Roles: []Role{RoleFinance}, Second: []Role{RoleFinance, RoleLead}, Reason: true, Guard: lineUnknown, Clause: "A2.5"},
}

// StepAward judges one move of an award and gives the award after it, the end of
// the deadline that it starts, or the reasons against it.
func StepAward(w Award, name MoveName, a Actor, args Args, p *Programme, cal Calendar, now time.Time) (Award, time.Time, []Reason) {
	r, rs := take(AwardTurns, name, w.subject(), w, a, args, p, now)
	if Blocked(rs) {
		return w, time.Time{}, rs
	}
	next := w
	next.State = r.To
	next.Due = r.Term.end(p, cal, now)
	switch {
	case r.Decides || name == UndoAward || name == SendBackAward:
		next.LastActor = a.ID
	case a.Role == RoleWorker:
		next.LastActor = ""
	}
	return next, next.Due, nil
}

func (w Award) subject() subject[AwardState] {
	return subject[AwardState]{w.State, AwardStateName(w.State), w.LastActor, []string{w.Case}}
}

// awardStands says whether the organisation may touch the award: it is its own,
// and neither a hearing nor the bank holds it.
func awardStands(w Award, a Actor, p *Programme, now time.Time) []Reason {
	mine := a.Org == w.Org && (w.Org == "district") == (a.Role != RoleCollege)
	if !mine {
		return block("other_award", "", "这一笔由另一单位审核", "4.2")
	}
	return awardFree(w, a, p, now)
}

func awardFree(w Award, a Actor, p *Programme, now time.Time) []Reason {
	if w.Hearing {
		return block("hearing_open", "正在告知期内。请先看告知内容。", "案件在告知期内，先了结告知", "5.1")
	}
	return noLine(w, a, p, now)
}

func mayApproveAward(w Award, a Actor, p *Programme, now time.Time) []Reason {
	if rs := awardStands(w, a, p, now); rs != nil {
		return rs
	}
	if len(w.Open) > 0 {
		return block("checks_open", "", "还有核对项没有通过："+strings.Join(w.Open, "、"), "4.2")
	}
	if !w.Place.Seated() || w.Place == PlaceHeld {
		return block("no_seat", "", "名额没有确认，不能同意发放", "5.1")
	}
	return nil
}

func noLine(w Award, _ Actor, _ *Programme, _ time.Time) []Reason {
	if w.Inflight() {
		return block("inflight", "这一笔正在银行办理，等银行有了结果再办。", "这一笔已进入发放批次，等银行结果或作废批次后再办", "A2.5")
	}
	return nil
}

func lineUnknown(w Award, _ Actor, _ *Programme, _ time.Time) []Reason {
	if w.Line != LineUnknown {
		return block("not_unknown", "", "只有银行结果不明的才能这样结清", "A2.5")
	}
	return nil
}

// CaseEnd is how a case ends once its awards have: done when all were paid,
// partial when some were, "" while one is still on its way, released where all
// ended and none was paid (a hearing comes first).
func CaseEnd(ws []Award) CaseState {
	spent, ended := 0, 0
	for _, w := range ws {
		switch {
		case w.State.Spent():
			spent++
		case w.State.Ended():
			ended++
		}
	}
	switch {
	case len(ws) == 0 || spent+ended < len(ws):
		return ""
	case ended == 0:
		return Done
	case spent > 0:
		return Partial
	}
	return Released
}
