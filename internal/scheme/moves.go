package scheme

import "time"

// MoveName is the name of a move on all floors: route, act, event, test.
type MoveName string

// The moves of a case and its hearing.
const (
	Submit         MoveName = "submit"
	Contest        MoveName = "contest"
	SettleFor      MoveName = "settle_for"
	SettleAgainst  MoveName = "settle_against"
	Attest         MoveName = "attest"
	Disagree       MoveName = "disagree"
	Return         MoveName = "return"
	Resubmit       MoveName = "resubmit"
	Pass           MoveName = "pass"
	Approve        MoveName = "approve"
	UndoApprove    MoveName = "undo_approve"
	Refuse         MoveName = "refuse"
	Revoke         MoveName = "revoke"
	Lapse          MoveName = "lapse"
	ProvePriority  MoveName = "prove_priority"
	RejectPriority MoveName = "reject_priority"
	CompleteName   MoveName = "complete_name"
	AmendIdentity  MoveName = "amend_identity"
	ChangePhone    MoveName = "change_phone"
	RecordDeath    MoveName = "record_death"
	Withdraw       MoveName = "withdraw"
	Answer         MoveName = "answer"
	Waive          MoveName = "waive"
	Keep           MoveName = "keep"
	Execute        MoveName = "execute"
	Reinstate      MoveName = "reinstate"
	EndWaiting     MoveName = "end_waiting"
	Overdue        MoveName = "overdue"
	Remind         MoveName = "remind"

	Cure             MoveName = "cure"
	MissEnrol        MoveName = "miss_enrol"
	MissRegistration MoveName = "miss_registration"
	MissExam         MoveName = "miss_exam"
	MissAdmission    MoveName = "miss_admission"
	MissClaim        MoveName = "miss_claim"
	MissAwards       MoveName = "miss_awards"
	Claim            MoveName = "claim"
	Consume          MoveName = "consume"
	WaiveRest        MoveName = "waive_rest"
	Finish           MoveName = "finish"
)

// Need says which hearing a move wants to find on the case.
type Need string

// What a move wants of the hearing. The zero value is: none open.
const (
	NoHearing    Need = ""
	RunsHearing  Need = "running"
	OpenHearing  Need = "open"
	AnyHearing   Need = "any"
	OrRunning    Need = "none or running"
	AnsweredOnly Need = "answered"
)

// SeatEffect is what a move does to the place.
type SeatEffect string

// The effects on the place. No move seats anybody: the seat rule does.
const (
	SeatStays     SeatEffect = ""
	SeatJoins     SeatEffect = "join"
	SeatConfirms  SeatEffect = "confirm"
	SeatReopens   SeatEffect = "unconfirm"
	SeatLeaves    SeatEffect = "leave"
	SeatSuspends  SeatEffect = "suspend"
	SeatResumes   SeatEffect = "resume"
	SeatRejoins   SeatEffect = "reinstate"
	SeatListEnded SeatEffect = "end"
	SeatConsumes  SeatEffect = "consume"
)

// Term is the deadline that a move starts.
type Term struct {
	Days    func(*Programme) int
	Working bool
	Then    MoveName // the move the clock makes when it passes
}

// Move is one row: everything that buttons, rights, deadlines, the timeline and
// docs/states.md need to know about a change.
type Move struct {
	Name    MoveName
	Label   string // on the button
	Past    string // in the timeline
	From    []CaseState
	To      CaseState // "" stays
	Roles   []Role
	Second  []Role // the second person of a two-person act
	Hearing Need
	Opens   Cause        // opens a hearing for this cause; CauseGiven takes it from the act
	Ends    HearingState // ends the hearing so
	Seat    SeatEffect
	Term    Term
	Message string // wording of the message to the worker, "" for none
	Reason  bool   // the actor has to give a reason
	Decides bool   // a decision about the case: never by the one who took the step before
	Guard   func(Case, Actor, *Programme, time.Time) []Reason
	Clause  ClauseID
}

// CauseGiven marks a move whose act names the cause of the hearing.
const CauseGiven Cause = "given"

var live = []CaseState{Accepted, Returned, AtDistrict, Approved, Claimed}

// awaited are the states in which the calendar of the year runs: the claim has
// not come yet.
var awaited = []CaseState{Accepted, Returned, AtDistrict, Approved}

func checkDays(p *Programme) int      { return p.CheckDays }
func decideDays(p *Programme) int     { return p.DecideDays }
func contestDays(p *Programme) int    { return p.ContestDays }
func correctionDays(p *Programme) int { return p.CorrectionDays }
func answerDays(p *Programme) int     { return p.AnswerDays }

// Moves is the table of all moves of a case and its hearing, in the order of a
// case's life. reference: the plan's clauses and docs/states.md.
var Moves = []Move{
	{Name: Submit, Label: "提交申请", Past: "提交了申请", From: []CaseState{Draft}, To: Accepted,
		Roles: []Role{RoleWorker}, Seat: SeatJoins, Term: Term{Days: checkDays, Working: true, Then: Overdue},
		Message: "accepted", Guard: inWindow, Clause: "5.2"},
	{Name: Contest, Label: "提交并请核实证件", Past: "提交了申请，证件号归属待核实", From: []CaseState{Draft}, To: Accepted,
		Roles: []Role{RoleWorker}, Seat: SeatJoins, Term: Term{Days: contestDays, Working: true, Then: Overdue},
		Message: "contested", Guard: inWindow, Clause: "5.2"},
	{Name: SettleFor, Label: "核实：证件属于本申请人", Past: "核实了证件归属：属于本人", From: live,
		Roles: []Role{RoleDistrict}, Second: []Role{RoleLead}, Seat: SeatResumes,
		Term: Term{Days: checkDays, Working: true, Then: Overdue}, Message: "contest_settled", Reason: true, Guard: contested, Clause: "5.2"},
	{Name: SettleAgainst, Label: "核实：证件不属于本申请人", Past: "核实了证件归属：不属于本申请人", From: live,
		Roles: []Role{RoleDistrict}, Second: []Role{RoleLead}, Opens: CauseContest, Seat: SeatSuspends,
		Message: "hearing", Reason: true, Guard: contested, Clause: "5.2"},
	{Name: Attest, Label: "同意推荐", Past: "基层工会在线确认：同意推荐", From: []CaseState{Draft, Accepted, Returned, AtDistrict},
		Roles: []Role{RoleLocal}, Hearing: AnyHearing, Clause: "A3.3"},
	{Name: Disagree, Label: "不同意", Past: "基层工会在线表示不同意", From: []CaseState{Draft, Accepted, Returned, AtDistrict},
		Roles: []Role{RoleLocal}, Hearing: AnyHearing, Reason: true, Clause: "A3.3"},
	{Name: Return, Label: "退回补正", Past: "退回补正", From: []CaseState{Accepted, AtDistrict}, To: Returned,
		Roles: []Role{RoleCentre, RoleDistrict}, Term: Term{Days: correctionDays, Then: Lapse},
		Message: "returned", Reason: true, Guard: mayReturn, Clause: "A2.1"},
	{Name: Resubmit, Label: "提交补正", Past: "提交了补正", From: []CaseState{Returned}, To: Accepted,
		Roles: []Role{RoleWorker}, Hearing: OrRunning, Ends: HearingDropped, Seat: SeatResumes,
		Term: Term{Days: checkDays, Working: true, Then: Overdue}, Message: "resubmitted", Guard: answeredInTime, Clause: "A2.1"},
	{Name: CompleteName, Label: "补全姓名用字", Past: "补全了姓名用字", From: live,
		Roles: []Role{RoleCentre}, Guard: untypable, Clause: "A3.1"},
	{Name: AmendIdentity, Label: "更正身份信息", Past: "更正了身份信息", From: live,
		Roles: []Role{RoleDistrict}, Second: []Role{RoleLead}, Reason: true, Message: "amended", Guard: notInflight, Clause: "A3.1"},
	{Name: Pass, Label: "材料完整，报区总工会", Past: "材料核对完整，报区总工会", From: []CaseState{Accepted}, To: AtDistrict,
		Roles: []Role{RoleCentre}, Term: Term{Days: decideDays, Working: true, Then: Overdue},
		Message: "passed", Decides: true, Guard: mayPass, Clause: "A3.n3"},
	{Name: Approve, Label: "审核通过", Past: "区总工会审核通过", From: []CaseState{AtDistrict}, To: Approved,
		Roles: []Role{RoleDistrict, RoleLead}, Seat: SeatConfirms, Message: "approved", Decides: true, Guard: notContested, Clause: "4.2.1"},
	{Name: UndoApprove, Label: "撤销通过", Past: "撤销了审核通过", From: []CaseState{Approved}, To: AtDistrict,
		Roles: []Role{RoleDistrict, RoleLead}, Seat: SeatReopens, Term: Term{Days: decideDays, Working: true, Then: Overdue},
		Message: "undone", Reason: true, Clause: "4.2.1"},
	{Name: Refuse, Label: "拟不予通过", Past: "拟不予通过，告知本人", From: []CaseState{AtDistrict},
		Roles: []Role{RoleDistrict}, Opens: CauseRefuse, Seat: SeatSuspends, Message: "hearing", Reason: true, Decides: true, Guard: notContested, Clause: "3.2"},
	{Name: Revoke, Label: "拟取消资格", Past: "拟取消资格，告知本人", From: live,
		Roles: []Role{RoleDistrict}, Second: []Role{RoleLead}, Opens: CauseGiven, Seat: SeatSuspends, Message: "hearing", Reason: true, Guard: notInflight, Clause: "3.2"},
	{Name: Lapse, Label: "逾期未补正", Past: "补正期限已过，告知本人", From: []CaseState{Returned},
		Roles: []Role{RoleSystem}, Opens: CauseCorrection, Seat: SeatSuspends, Message: "hearing", Clause: "A2.1"},
	{Name: RecordDeath, Label: "登记本人去世", Past: "登记了本人去世", From: live,
		Roles: []Role{RoleCentre, RoleDistrict}, Opens: CauseDeath, Seat: SeatSuspends, Reason: true, Clause: "4.2"},
	// The message goes to the number that is given up: the act books it.
	{Name: ChangePhone, Label: "更换手机号", Past: "更换了手机号", From: live,
		Roles: []Role{RoleCentre, RoleDistrict}, Second: []Role{RoleDistrict, RoleLead}, Hearing: AnyHearing, Reason: true, Guard: mayChangePhone, Clause: "A3.1"},
	{Name: ProvePriority, Label: "优先条件属实", Past: "核实了优先条件", From: live,
		Roles: []Role{RoleDistrict}, Hearing: AnyHearing, Guard: provable, Message: "priority_proved", Clause: "3.1"},
	{Name: RejectPriority, Label: "优先条件不成立", Past: "认为优先条件不成立", From: live,
		Roles: []Role{RoleDistrict}, Hearing: AnyHearing, Guard: rejectable, Reason: true, Message: "priority_rejected", Clause: "3.1"},
	{Name: Withdraw, Label: "撤回申请", Past: "撤回了申请", From: live, To: Withdrawn,
		Roles: []Role{RoleWorker}, Hearing: AnyHearing, Ends: HearingDropped, Seat: SeatLeaves, Message: "withdrawn", Guard: mayWithdraw, Clause: "5.1"},
	{Name: Answer, Label: "提交说明", Past: "提交了说明", From: live,
		Roles: []Role{RoleWorker}, Hearing: RunsHearing, Ends: HearingAnswered,
		Term: Term{Days: answerDays, Working: true, Then: Overdue}, Message: "answered", Reason: true, Guard: beforeUntil, Clause: "5.1"},
	{Name: Waive, Label: "不再等待，放弃名额", Past: "放弃了等待期", From: live, To: Released,
		Roles: []Role{RoleWorker}, Hearing: RunsHearing, Ends: HearingExecuted, Seat: SeatLeaves, Message: "released", Guard: byHimself, Clause: "5.1"},
	{Name: Keep, Label: "保留名额", Past: "复核后保留", From: live,
		Roles: []Role{RoleDistrict, RoleLead}, Hearing: OpenHearing, Ends: HearingDropped, Seat: SeatResumes,
		Message: "kept", Reason: true, Guard: notProposer, Clause: "5.1"},
	{Name: Execute, Label: "释放名额", Past: "名额释放", From: live, To: Released,
		Roles: []Role{RoleSystem, RoleDistrict}, Second: []Role{RoleLead}, Hearing: OpenHearing, Ends: HearingExecuted, Seat: SeatLeaves,
		Message: "released", Guard: mayExecute, Clause: "5.1"},
	{Name: Reinstate, Label: "恢复（释放有误）", Past: "恢复为候补首位", From: []CaseState{Released},
		Roles: []Role{RoleLead}, Second: []Role{RoleDistrict, RoleLead}, Hearing: AnyHearing, Seat: SeatRejoins, Message: "reinstated", Reason: true,
		Term: Term{Days: decideDays, Working: true, Then: Overdue}, Guard: mayReinstate, Clause: "5.1"},
	{Name: EndWaiting, Label: "候补结束", Past: "候补结束，未递补", From: live, To: NotReached,
		Roles: []Role{RoleSystem}, Hearing: AnyHearing, Ends: HearingDropped, Seat: SeatListEnded, Message: "not_reached", Guard: waits, Clause: "5.1"},
	{Name: Cure, Label: "补交", Past: "在告知期内补交了所缺的材料", From: live,
		Roles: []Role{RoleWorker, RoleSystem}, Hearing: RunsHearing, Ends: HearingDropped, Seat: SeatResumes, Message: "cured", Guard: curable, Clause: "5.1"},
	{Name: MissEnrol, Label: "逾期未登记", Past: "登记的期限已过，告知本人", From: []CaseState{Approved},
		Roles: []Role{RoleSystem}, Opens: CauseEnrol, Seat: SeatSuspends, Message: "hearing", Guard: owesEnrol, Clause: "A2.2"},
	{Name: MissRegistration, Label: "没有报名凭证", Past: "没有收到报名凭证，告知本人", From: awaited,
		Roles: []Role{RoleSystem}, Opens: CauseRegistration, Seat: SeatSuspends, Message: "hearing", Guard: owesRegistration, Clause: "A2.3"},
	{Name: MissExam, Label: "没有参加考试", Past: "高校最终名单上没有参加考试，告知本人", From: awaited,
		Roles: []Role{RoleSystem}, Opens: CauseAbsent, Seat: SeatSuspends, Message: "hearing", Guard: owesExam, Clause: "A2.3"},
	{Name: MissAdmission, Label: "没有录取", Past: "高校最终名单上没有录取，告知本人", From: awaited,
		Roles: []Role{RoleSystem}, Opens: CauseNotAdmitted, Seat: SeatSuspends, Message: "hearing", Guard: owesAdmission, Clause: "A2.4"},
	{Name: MissClaim, Label: "逾期未申领", Past: "申领的期限已过，告知本人", From: []CaseState{Approved},
		Roles: []Role{RoleSystem}, Opens: CauseNoClaim, Seat: SeatSuspends, Message: "hearing", Guard: afterClaims, Clause: "A2.4"},
	{Name: Claim, Label: "提交申领", Past: "申领了助学金", From: []CaseState{Approved}, To: Claimed,
		Roles: []Role{RoleWorker}, Hearing: OrRunning, Ends: HearingDropped, Seat: SeatResumes,
		Term: Term{Days: claimDays, Working: true, Then: Overdue}, Message: "claimed", Guard: mayClaim, Clause: "A2.4"},
	{Name: Consume, Label: "第一笔到账", Past: "第一笔补助到账，名额用去", From: []CaseState{Claimed},
		Roles: []Role{RoleSystem}, Hearing: AnyHearing, Seat: SeatConsumes, Clause: "5.1"},
	{Name: WaiveRest, Label: "放弃没有发放的一笔", Past: "放弃了没有发放的补助", From: []CaseState{Claimed}, To: Partial,
		Roles: []Role{RoleWorker}, Hearing: OrRunning, Ends: HearingDropped, Message: "waived_rest", Guard: mayWaiveRest, Clause: "5.1"},
	{Name: Finish, Label: "办结", Past: "办结", From: []CaseState{Claimed}, To: Done,
		Roles: []Role{RoleSystem}, Message: "finished", Guard: spent, Clause: "A2.5"},
	{Name: MissAwards, Label: "补助都不予发放", Past: "补助都不予发放，告知本人", From: []CaseState{Claimed},
		Roles: []Role{RoleSystem}, Opens: CauseAwards, Seat: SeatSuspends, Message: "hearing", Guard: unspent, Clause: "4.2"},
	{Name: Overdue, Label: "超期提醒", Past: "工作人员办理超期，已提醒负责人", From: live,
		Roles: []Role{RoleSystem}, Hearing: AnyHearing, Clause: "A2.2"},
	{Name: Remind, Label: "提醒本人", Past: "提醒了本人", From: live,
		Roles: []Role{RoleSystem}, Hearing: OrRunning, Message: "remind_return", Guard: owes, Clause: "A2.1"},
}

// MoveBy finds the row of a move.
func MoveBy(name MoveName) (Move, bool) {
	for _, m := range Moves {
		if m.Name == name {
			return m, true
		}
	}
	return Move{}, false
}

func block(code, worker, staff string, clause ClauseID) []Reason {
	return []Reason{{Code: code, Worker: worker, Staff: staff, Clause: clause, Blocks: true}}
}

func inWindow(_ Case, _ Actor, p *Programme, now time.Time) []Reason {
	switch {
	case now.Before(p.OpensAt):
		return block("not_open", "申报还没有开始。"+Instant(p.OpensAt)+"开放，您的资料已保存，到时点一下就能提交。", "未到开放时间", "5.2")
	case !now.Before(p.ClosesAt):
		return block("closed", "申报已于"+Until(p.ClosesAt)+"截止，不能再提交。有疑问请打服务电话。", "申报已截止", "5.2")
	}
	return nil
}

func contested(c Case, _ Actor, _ *Programme, _ time.Time) []Reason {
	if !c.Contested {
		return block("not_contested", "这份申请没有待核实的证件问题。", "本案没有证件号争议", "5.2")
	}
	return nil
}

func notContested(c Case, _ Actor, _ *Programme, _ time.Time) []Reason {
	switch {
	case c.Contested:
		return block("contested", "证件归属还在核实，核实后再审核。", "证件号归属未核实，先由两人核实", "5.2")
	case c.Untypable:
		return block("untypable", "姓名用字还没补全，请等服务中心补全。", "姓名用字未补全，先由服务中心补全", "A3.1")
	}
	return nil
}

func mayReturn(c Case, _ Actor, p *Programme, _ time.Time) []Reason {
	if c.Contested {
		return notContested(c, Actor{}, p, time.Time{})
	}
	if c.Rounds >= p.CorrectionRounds {
		return block("rounds_used", "补正次数已用完。", "补正次数已用完：请按现有材料报区总工会，由区总工会决定", "A2.1")
	}
	return nil
}

func mayPass(c Case, _ Actor, _ *Programme, _ time.Time) []Reason {
	switch {
	case c.Contested:
		return block("contested", "证件归属还在核实，核实后再审核。", "证件号归属未核实，先由区总工会两人核实", "5.2")
	case c.Untypable:
		return block("untypable", "姓名用字还没补全，请等服务中心补全。", "姓名用字未补全：请照身份证照片补全后再报", "A3.1")
	}
	return nil
}

func answeredInTime(c Case, _ Actor, _ *Programme, now time.Time) []Reason {
	if c.HearingOpen() && c.Hearing.Cause != CauseCorrection {
		// Only what the hearing waits for ends it: a corrected form is no answer
		// to a doubt about fraud.
		return block("hearing_open", "正在告知期内，名额为您保留。请先看告知内容，写明情况。", "案件在告知期内，先了结告知", "5.1")
	}
	// Handing in the missing thing during the hearing is the cure (S2). Between
	// the due instant and the clock's own move the hearing ought to run already.
	if c.HearingOpen() && !now.Before(c.Hearing.Until) {
		return block("too_late", "补正期限已过。如有特殊情况，请打服务电话。", "补正期限已过", "A2.1")
	}
	return nil
}

// byHimself keeps whoever has the phone of a worker who died from giving up what
// his family may still speak for.
func byHimself(c Case, _ Actor, _ *Programme, _ time.Time) []Reason {
	if c.HearingOpen() && c.Hearing.Cause == CauseDeath {
		return block("death", "这份申请正在核实，现在只能提交说明。请打服务电话。", "登记了本人去世，本人不能再办理", "4.2")
	}
	return nil
}

// notInflight keeps everything as it is until the bank's last word (S3).
func notInflight(c Case, _ Actor, _ *Programme, _ time.Time) []Reason {
	if c.Inflight {
		return block("inflight", "补助正在银行办理，等银行有了结果再办。", "有一笔已进入发放批次，等银行结果或作废批次后再办", "A2.5")
	}
	return nil
}

// mayWithdraw: what has been paid stays paid, and the seat with it (S3).
func mayWithdraw(c Case, a Actor, p *Programme, now time.Time) []Reason {
	if rs := byHimself(c, a, p, now); rs != nil {
		return rs
	}
	if c.Spent > 0 {
		return block("paid", "已经发放过补助，不能撤回。没有发放的一笔，可以放弃。", "已发放过补助，不能撤回", "5.1")
	}
	return notInflight(c, a, p, now)
}

func curable(c Case, _ Actor, _ *Programme, now time.Time) []Reason {
	if c.Hearing == nil {
		return nil
	}
	for _, d := range Duties {
		if d.Kind.Cures(c.Hearing.Cause) && c.Duties.Of(d.Kind).Met() {
			if !now.Before(c.Hearing.Until) {
				return block("too_late", "补交的期限已过。如有特殊情况，请打服务电话。", "补交的期限已过", "5.1")
			}
			return nil
		}
	}
	return block("not_cured", "告知里说的材料还没有交。", "所缺的材料还没有交", "5.1")
}

// missed judges the clock at a calendar gate: it has come, and the thing is not
// there.
func missed(c Case, k DutyKind, gate, now time.Time, early string) []Reason {
	row, _ := DutyBy(k)
	switch {
	case gate.IsZero() || now.Before(gate):
		return block("not_due", "", early, row.Clause)
	case c.Duties.Of(k).Met():
		return block("nothing_owed", "", "已经交了，没有欠的", row.Clause)
	}
	return nil
}

func owesEnrol(c Case, _ Actor, _ *Programme, now time.Time) []Reason {
	return missed(c, DutyEnrol, c.EnrolBy, now, "登记的期限没有到")
}

// owesRegistration: a lawful 免试 that the college has confirmed passes this gate
// and the next (A2.3).
func owesRegistration(c Case, _ Actor, p *Programme, now time.Time) []Reason {
	return missed(c, DutyRegistration, p.RegProofBy, now, "报名凭证的期限没有到")
}

func owesExam(c Case, _ Actor, p *Programme, now time.Time) []Reason {
	return missed(c, DutyExam, p.ExamTo, now, "考试没有结束")
}

func owesAdmission(c Case, _ Actor, p *Programme, now time.Time) []Reason {
	return missed(c, DutyAdmission, p.ExamTo, now, "考试没有结束")
}

func afterClaims(c Case, _ Actor, p *Programme, now time.Time) []Reason {
	if now.Before(p.ClaimCloses) {
		return block("not_due", "", "申领没有截止", "A2.4")
	}
	if c.Place == PlaceWaiting {
		return block("waiting", "", "还在候补", "5.1")
	}
	return nil
}

func mayClaim(c Case, _ Actor, p *Programme, now time.Time) []Reason {
	switch {
	case c.HearingOpen() && c.Hearing.Cause != CauseNoClaim:
		return block("hearing_open", "正在告知期内，名额为您保留。请先看告知内容。", "案件在告知期内，先了结告知", "5.1")
	case c.Place != PlaceConfirmed:
		return block("no_seat", "您的名额还没有确认，现在不能申领。", "名额没有确认", "5.1")
	case !c.Duties.Admission.Met():
		return block("not_admitted", "请先上传录取通知书。学校的名单里有您以后，也不用上传。", "没有录取通知书，也不在高校名单上", "A2.4")
	case now.Before(p.ClaimOpens):
		return block("not_open", "申领"+Instant(p.ClaimOpens)+"开始。", "申领没有开始", "A2.4")
	case c.HearingOpen() && !now.Before(c.Hearing.Until):
		return block("too_late", "申领的期限已过。如有特殊情况，请打服务电话。", "申领的期限已过", "A2.4")
	}
	return nil
}

func mayWaiveRest(c Case, a Actor, p *Programme, now time.Time) []Reason {
	if c.Spent == 0 {
		return block("nothing_paid", "还没有发放过补助。不想要了，请用“撤回申请”。", "没有发放过补助，不能放弃其余", "5.1")
	}
	if rs := byHimself(c, a, p, now); rs != nil {
		return rs
	}
	return notInflight(c, a, p, now)
}

func spent(c Case, a Actor, p *Programme, now time.Time) []Reason {
	if c.Spent == 0 {
		return block("nothing_paid", "", "没有发放过补助", "A2.5")
	}
	return notInflight(c, a, p, now)
}

func unspent(c Case, a Actor, p *Programme, now time.Time) []Reason {
	if c.Spent > 0 {
		return block("paid", "", "已发放过补助", "5.1")
	}
	return notInflight(c, a, p, now)
}

func untypable(c Case, _ Actor, _ *Programme, _ time.Time) []Reason {
	if !c.Untypable {
		return block("name_complete", "姓名已完整。", "姓名没有待补的字", "A3.1")
	}
	return nil
}

func provable(c Case, _ Actor, _ *Programme, _ time.Time) []Reason {
	return claimsPriority(c, "proved")
}

func rejectable(c Case, _ Actor, _ *Programme, _ time.Time) []Reason {
	return claimsPriority(c, "rejected")
}

func claimsPriority(c Case, already string) []Reason {
	switch c.Priority {
	case "":
		return block("no_priority", "申请里没有填写荣誉。", "申请时未申报优先条件，不能事后补认", "3.1")
	case already:
		return block("same", "", "优先条件已经这样核实过了", "3.1")
	}
	return nil
}

func beforeUntil(c Case, _ Actor, _ *Programme, now time.Time) []Reason {
	if c.Hearing != nil && !now.Before(c.Hearing.Until) {
		return block("too_late", "说明期限已过。如有特殊情况，请打服务电话。", "说明期限已过", "5.1")
	}
	return nil
}

const openedIt = "复核须由没有提出、也没有确认本次告知的人办理"

func notProposer(c Case, a Actor, _ *Programme, _ time.Time) []Reason {
	if c.Hearing != nil && c.Hearing.OpenedBy(a.ID) {
		return block("proposer", "", openedIt, "5.1")
	}
	return nil
}

func mayExecute(c Case, a Actor, p *Programme, now time.Time) []Reason {
	if c.Hearing == nil {
		return nil
	}
	if rs := notInflight(c, a, p, now); rs != nil {
		return rs // waits for the bank
	}
	if a.Role == RoleSystem {
		if c.Hearing.State == HearingAnswered {
			return block("answered", "", "本人已作说明，须由人复核", "5.1")
		}
		if now.Before(c.Hearing.Until) {
			return block("not_due", "", "告知期未满", "5.1")
		}
		return nil
	}
	if c.Hearing.State != HearingAnswered {
		return block("not_answered", "", "告知期内本人未说明的，到期自动释放，不能提前", "5.1")
	}
	return notProposer(c, a, p, now)
}

func mayReinstate(c Case, _ Actor, p *Programme, now time.Time) []Reason {
	switch {
	case !now.Before(p.PromoteUntil):
		return block("list_ended", "", "候补已于"+Until(p.PromoteUntil)+"结束，不能再恢复", "5.1")
	case !c.Sat:
		// The head of the list is for him who lost a seat. Whoever only waited
		// would overtake all who wait, and the public rule forbids it.
		return block("never_sat", "", "这份申请没有占过名额，不能恢复到候补首位", "5.1")
	}
	return nil
}

func owes(c Case, _ Actor, _ *Programme, _ time.Time) []Reason {
	if c.State != Returned && !c.HearingOpen() {
		return block("nothing_owed", "", "没有等本人办的事", "A2.1")
	}
	return nil
}

func waits(c Case, _ Actor, p *Programme, now time.Time) []Reason {
	if c.Place != PlaceWaiting {
		return block("not_waiting", "", "不在候补名单", "5.1")
	}
	if now.Before(p.PromoteUntil) {
		return block("not_due", "", "候补尚未结束", "5.1")
	}
	return nil
}
