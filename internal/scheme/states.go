package scheme

import "time"

// CaseState is where one person's case in one programme stands.
type CaseState string

// The states of a case. The final ones come last.
const (
	Draft      CaseState = "draft"       // 草稿
	Accepted   CaseState = "accepted"    // 已受理, at the centre
	AtDistrict CaseState = "at_district" // 区总工会审核中
	Returned   CaseState = "returned"    // 退回补正
	Approved   CaseState = "approved"    // 审核通过
	Claimed    CaseState = "claimed"     // 申领中
	Done       CaseState = "done"        // 已办结，补助全部发放
	Partial    CaseState = "partial"     // 已办结，部分发放
	Withdrawn  CaseState = "withdrawn"   // 已撤回
	Released   CaseState = "released"    // 已释放
	NotReached CaseState = "not_reached" // 未递补
)

// CaseStates lists all states in the order of a case's life.
var CaseStates = []CaseState{Draft, Accepted, Returned, AtDistrict, Approved, Claimed, Done, Partial, Withdrawn, Released, NotReached}

// Final says that no move leaves this state, but reinstating.
func (s CaseState) Final() bool {
	return s == Done || s == Partial || s == Withdrawn || s == Released || s == NotReached
}

// Paid says that the case ended with money: its seat stays consumed for ever.
func (s CaseState) Paid() bool { return s == Done || s == Partial }

// Live says that the case has a number and may still have a place.
func (s CaseState) Live() bool {
	return s == Accepted || s == Returned || s == AtDistrict || s == Approved || s == Claimed
}

// StateName is the Chinese name of a state.
func StateName(s CaseState) string {
	switch s {
	case Draft:
		return "草稿"
	case Accepted:
		return "已受理"
	case AtDistrict:
		return "区总工会审核中"
	case Returned:
		return "退回补正"
	case Approved:
		return "审核通过"
	case Claimed:
		return "申领中"
	case Done:
		return "已办结"
	case Partial:
		return "已办结（部分发放）"
	case Withdrawn:
		return "已撤回"
	case Released:
		return "名额已释放"
	case NotReached:
		return "未递补"
	}
	return string(s)
}

// Place is what a case has of the cap.
type Place string

// The places. Held, confirmed and consumed together never pass the cap.
const (
	PlaceNone      Place = "none"
	PlaceWaiting   Place = "waiting"   // 候补
	PlaceHeld      Place = "held"      // 占位
	PlaceConfirmed Place = "confirmed" // 名额确认
	PlaceConsumed  Place = "consumed"  // 已发放
)

// Seated says that the place counts against the cap.
func (p Place) Seated() bool {
	return p == PlaceHeld || p == PlaceConfirmed || p == PlaceConsumed
}

// PlaceName is the Chinese name of a place.
func PlaceName(p Place) string {
	switch p {
	case PlaceWaiting:
		return "候补"
	case PlaceHeld:
		return "占有名额，待审核"
	case PlaceConfirmed:
		return "名额已确认"
	case PlaceConsumed:
		return "已发放"
	}
	return "无名额"
}

// Bands of the waiting list (DESIGN §2.4).
const (
	BandReinstated = 0
	BandPriority   = 1
	BandOther      = 2
)

// Cause is why a hearing before a release was opened (DESIGN §2.6).
type Cause string

// The causes. From the enrolment on they are the year's calendar, the claim and
// an objection (moves 19, 34, 46).
const (
	CauseRefuse     Cause = "refuse"     // 不符合条件
	CauseCorrection Cause = "correction" // 逾期未补正
	CauseFraud      Cause = "fraud"      // 材料不实
	CauseContest    Cause = "contest"    // 证件号归属核实结果
	CauseIneligible Cause = "ineligible" // 通过后发现不符合条件
	CauseDeath      Cause = "death"      // 本人去世

	CauseEnrol        Cause = "enrol"        // 没有按时登记
	CauseRegistration Cause = "registration" // 没有报名凭证
	CauseAbsent       Cause = "absent"       // 没有参加考试
	CauseNotAdmitted  Cause = "not_admitted" // 没有录取
	CauseNoClaim      Cause = "no_claim"     // 没有按时申领
	CauseAwards       Cause = "awards"       // 补助都不予发放
	CauseObjection    Cause = "objection"    // 异议成立
)

// Causes lists all causes in the order of a case's life.
var Causes = []Cause{
	CauseRefuse, CauseCorrection, CauseFraud, CauseContest, CauseIneligible, CauseDeath,
	CauseEnrol, CauseRegistration, CauseAbsent, CauseNotAdmitted, CauseNoClaim, CauseAwards, CauseObjection,
}

// GivenCauses are those that an act may name where its move leaves the cause open.
var GivenCauses = []Cause{CauseFraud, CauseIneligible, CauseContest}

// CauseName is the Chinese name of a cause.
func CauseName(c Cause) string {
	switch c {
	case CauseRefuse:
		return "审核认为不符合条件"
	case CauseCorrection:
		return "没有按时补正"
	case CauseFraud:
		return "材料不实"
	case CauseContest:
		return "证件号归属核实"
	case CauseIneligible:
		return "通过后发现不符合条件"
	case CauseDeath:
		return "本人去世"
	case CauseEnrol:
		return "没有按时办理入学信息登记"
	case CauseRegistration:
		return "没有交成人高考报名凭证"
	case CauseAbsent:
		return "没有参加考试"
	case CauseNotAdmitted:
		return "没有被录取"
	case CauseNoClaim:
		return "没有按时申领"
	case CauseAwards:
		return "补助都不予发放"
	case CauseObjection:
		return "异议查证属实"
	}
	return string(c)
}

// HearingState is where the announcement before a release stands.
type HearingState string

// The states of a hearing. Running and answered are open.
const (
	HearingRunning  HearingState = "running"
	HearingAnswered HearingState = "answered"
	HearingDropped  HearingState = "dropped"
	HearingExecuted HearingState = "executed"
)

// Open says that the hearing still holds everything of its case.
func (h HearingState) Open() bool { return h == HearingRunning || h == HearingAnswered }

// Hearing is the announcement before a release.
type Hearing struct {
	ID       string
	Cause    Cause
	State    HearingState
	OpenedAt time.Time
	Until    time.Time
	Proposer string // account that proposed it; "system" for the clock
	Seconder string // second person of the act that opened it, "" where one person may
}

// OpenedBy says whether somebody had a hand in opening the hearing: he takes no
// part in the step after it (moves 1.2, never the same person twice in a row).
func (h Hearing) OpenedBy(account string) bool {
	return account != "" && (h.Proposer == account || h.Seconder == account)
}

// Case is one person in one programme, as the rules see it.
type Case struct {
	ID        string
	Programme ProgrammeID
	Worker    string
	State     CaseState
	Prior     CaseState // state before the release; reinstating goes back to it
	Place     Place
	No        int
	Band      int
	Priority  string // "", claimed, proved, rejected
	Suspended bool   // waiting, passed over by nobody: the seat is kept free
	Contested bool   // the ID is held by another account's case
	Untypable bool   // the name still awaits a clerk
	Sat       bool   // has had a seat, since he was reinstated if he was
	Rounds    int    // corrections by the worker's own faults
	Stamp     bool   // the running correction needs a new stamp
	Version   int
	Union     string // key of the recommending union
	Hearing   *Hearing
	LastActor string // who took the last deciding step
	Due       time.Time
	Since     time.Time
	EnrolBy   time.Time // end of the enrolment form's days, zero before the approval
	Duties    DutyMarks
	Spent     int  // awards that count as paid
	Inflight  bool // a line is sealed, handed over or unknown: money pins the seat (S3)
}

// HearingOpen says that a hearing holds the case.
func (c Case) HearingOpen() bool { return c.Hearing != nil && c.Hearing.State.Open() }
