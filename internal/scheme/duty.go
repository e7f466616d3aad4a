package scheme

import (
	"strings"
	"time"
)

// DutyKind names a thing that a worker owes after his number: each is handed in
// by him, from acceptance on, waiting people included (S4), and checked.
type DutyKind string

// The duties, in the order of the year (A2.2–A2.4).
const (
	DutyEnrol        DutyKind = "enrol"        // 入学信息登记
	DutyRegistration DutyKind = "registration" // 成人高考报名凭证
	DutyExam         DutyKind = "exam"         // 考试情况：参加、缺考、免试
	DutyAdmission    DutyKind = "admission"    // 录取通知书
	DutyEntry        DutyKind = "entry"        // 入学缴费凭证
	DutyReport       DutyKind = "report"       // 学籍在线验证报告
)

// DutyFileKind is the kind under which the files of a duty's field are kept.
func DutyFileKind(k DutyKind, field string) FileKind {
	return FileKind("duty/" + string(k) + "/" + field)
}

// DutyOfFile gives the duty for which a file is kept.
func DutyOfFile(kind FileKind) (DutyKind, bool) {
	rest, ok := strings.CutPrefix(string(kind), "duty/")
	k, _, _ := strings.Cut(rest, "/")
	return DutyKind(k), ok
}

// DutyState is where one duty of one case stands.
type DutyState string

// The states of a duty. A duty that has no state is owed.
const (
	DutyOwed     DutyState = ""         // 还没有交
	DutyFiled    DutyState = "filed"    // 已交，待核对
	DutyPassed   DutyState = "passed"   // 核对通过
	DutyReturned DutyState = "returned" // 退回重交
)

// DutyStates lists all states.
var DutyStates = []DutyState{DutyOwed, DutyFiled, DutyPassed, DutyReturned}

// DutyStateName is the Chinese name of a state.
func DutyStateName(s DutyState) string {
	switch s {
	case DutyOwed:
		return "还没有交"
	case DutyFiled:
		return "已交，待核对"
	case DutyPassed:
		return "核对通过"
	case DutyReturned:
		return "退回重交"
	}
	return string(s)
}

// Met says that nobody may be released for want of the thing: what was handed in
// and not yet looked at is staff's matter, not the worker's.
func (s DutyState) Met() bool { return s == DutyFiled || s == DutyPassed }

// Duty is one row: what is owed, what it is called, by when, and who checks it.
type Duty struct {
	Kind   DutyKind
	Label  string
	Prompt string                               // what the worker does, in one sentence
	By     func(p *Programme, c Case) time.Time // the calendar gate; zero while it cannot be said
	Cause  Cause                                // of the hearing at the gate; "" where an award lapses instead
	Roles  []Role                               // who checks it
	Clause ClauseID
}

// Duties is the table of what is owed, in the order of the year.
var Duties = []Duty{
	{Kind: DutyEnrol, Label: "入学信息登记", Prompt: "填写入学信息登记表。", Cause: CauseEnrol, Roles: []Role{RoleCentre}, Clause: "A2.2",
		By: func(p *Programme, c Case) time.Time { return c.EnrolBy }},
	{Kind: DutyRegistration, Label: "报名凭证", Prompt: "在省教育考试院网站报名、缴费，把报名信息表拍照上传。", Cause: CauseRegistration, Roles: []Role{RoleCentre}, Clause: "A2.3",
		By: func(p *Programme, _ Case) time.Time { return p.RegProofBy }},
	{Kind: DutyExam, Label: "考试情况", Prompt: "考完以后，告诉我们您考了没有。", Cause: CauseAbsent, Roles: []Role{RoleCentre, RoleCollege}, Clause: "A2.3",
		By: func(*Programme, Case) time.Time { return time.Time{} }}, // only a college's final list says that somebody was absent
	{Kind: DutyAdmission, Label: "录取通知书", Prompt: "收到录取通知书，拍照上传。学校的名单里有您，不用上传。", Cause: CauseNotAdmitted, Roles: []Role{RoleCentre, RoleCollege}, Clause: "A2.4",
		By: func(*Programme, Case) time.Time { return time.Time{} }},
	{Kind: DutyEntry, Label: "入学缴费凭证", Prompt: "到学校报到、缴费，把凭证拍照上传。", Roles: []Role{RoleCentre, RoleDistrict}, Clause: "A2.4",
		By: func(p *Programme, _ Case) time.Time { return p.EntryCloses }},
	{Kind: DutyReport, Label: "学籍在线验证报告", Prompt: "在学信网申请学籍在线验证报告，上传报告，填在线验证码。", Roles: []Role{RoleCollege}, Clause: "4.2.1",
		By: func(p *Programme, _ Case) time.Time { return p.ChsiCloses }},
}

// DutyBy finds the row of a duty.
func DutyBy(k DutyKind) (Duty, bool) {
	for _, d := range Duties {
		if d.Kind == k {
			return d, true
		}
	}
	return Duty{}, false
}

// DutyMarks is how the duties of one case stand.
type DutyMarks struct {
	Enrol, Registration, Exam, Admission, Entry, Report DutyState
}

// Of gives the state of a duty.
func (s DutyMarks) Of(k DutyKind) DutyState {
	if p := s.at(k); p != nil {
		return *p
	}
	return DutyOwed
}

// With gives the states after one of them has changed.
func (s DutyMarks) With(k DutyKind, to DutyState) DutyMarks {
	if p := s.at(k); p != nil {
		*p = to
	}
	return s
}

func (s *DutyMarks) at(k DutyKind) *DutyState {
	switch k {
	case DutyEnrol:
		return &s.Enrol
	case DutyRegistration:
		return &s.Registration
	case DutyExam:
		return &s.Exam
	case DutyAdmission:
		return &s.Admission
	case DutyEntry:
		return &s.Entry
	case DutyReport:
		return &s.Report
	}
	return nil
}

// Cures says whether handing in a thing ends a hearing of this cause (moves 26).
func (k DutyKind) Cures(c Cause) bool {
	d, ok := DutyBy(k)
	return ok && d.Cause != "" && d.Cause == c
}

// Owed gives the duties that the worker can and should see to now, in the order
// of the year: the unmet ones whose time has come for his case. Before the
// approval they may be handed in, but nobody asks for them yet.
func Owed(c Case, p *Programme, now time.Time) []Duty {
	if !c.State.Live() || c.State != Approved && c.State != Claimed {
		return nil
	}
	var out []Duty
	for _, d := range Duties {
		if c.Duties.Of(d.Kind).Met() {
			continue
		}
		switch d.Kind {
		case DutyExam:
			if now.Before(p.ExamTo) {
				continue
			}
		case DutyAdmission, DutyEntry:
			if now.Before(p.ClaimOpens) {
				continue
			}
		case DutyReport:
			if c.State != Claimed {
				continue
			}
		}
		out = append(out, d)
	}
	return out
}

// DutyFile is one duty of one case, as the rules see it.
type DutyFile struct {
	Kind   DutyKind
	Case   string
	State  DutyState
	Exempt bool // exam: a lawful 免试 is claimed, not a sitting
}

// The moves of a duty (moves 16, 17).
const (
	FileDuty   MoveName = "file_duty"
	PassDuty   MoveName = "pass_duty"
	ReturnDuty MoveName = "return_duty"
	UndoDuty   MoveName = "undo_duty"
)

// DutyTurns is the table of a duty's moves.
var DutyTurns = []Turn[DutyState, DutyFile]{
	{Name: FileDuty, Label: "提交", Past: "提交了", From: []DutyState{DutyOwed, DutyFiled, DutyReturned}, To: DutyFiled, Roles: []Role{RoleWorker}, Clause: "A2.2"},
	{Name: PassDuty, Label: "核对通过", Past: "核对通过了", From: []DutyState{DutyFiled}, To: DutyPassed,
		Roles: []Role{RoleCentre, RoleDistrict, RoleCollege, RoleSystem}, Message: "duty_passed", Guard: checksIt, Clause: "A2.2"},
	{Name: ReturnDuty, Label: "退回重交", Past: "退回重交", From: []DutyState{DutyFiled, DutyPassed}, To: DutyReturned,
		Roles: []Role{RoleCentre, RoleDistrict, RoleCollege}, Reason: true, Message: "duty_returned", Guard: checksIt, Clause: "A2.2"},
	{Name: UndoDuty, Label: "撤销核对", Past: "撤销了核对", From: []DutyState{DutyPassed}, To: DutyFiled,
		Roles: []Role{RoleCentre, RoleDistrict, RoleCollege, RoleSystem}, Reason: true, Guard: checksIt, Clause: "A2.2"},
}

// StepDuty judges one move of a duty.
func StepDuty(d DutyFile, name MoveName, a Actor, args Args, p *Programme, now time.Time) (DutyFile, []Reason) {
	r, rs := take(DutyTurns, name, d.subject(), d, a, args, p, now)
	if Blocked(rs) {
		return d, rs
	}
	d.State = r.To
	return d, nil
}

// MayFile says why nothing is taken for a duty any more: after the end, once it
// has passed its check, and while the family of one who died has the word.
func MayFile(c Case, k DutyKind) []Reason {
	switch {
	case !c.State.Live():
		return block("state", "这份申请已经结束，不用再交材料。", "案件已经结束", "A2.2")
	case c.HearingOpen() && c.Hearing.Cause == CauseDeath:
		return block("death", "这份申请正在核实，现在只能提交说明。请打服务电话。", "登记了本人去世", "4.2")
	case c.Duties.Of(k) == DutyPassed:
		return block("passed", "这一项已经核对通过，不用再交。要改的，请打服务电话。", "已核对通过", "A2.2")
	}
	return nil
}

func (d DutyFile) subject() subject[DutyState] {
	return subject[DutyState]{d.State, DutyStateName(d.State), "", []string{d.Case}}
}

// PossibleDuty lists the moves that an actor may make on a duty now.
func PossibleDuty(d DutyFile, a Actor, p *Programme, now time.Time) []Turn[DutyState, DutyFile] {
	return possible(DutyTurns, d.subject(), d, a, p, now)
}

// checksIt lets only those check a duty whom its row names. A lawful 免试 is the
// college's to confirm (A2.3).
func checksIt(d DutyFile, a Actor, _ *Programme, _ time.Time) []Reason {
	row, ok := DutyBy(d.Kind)
	switch {
	case a.Role == RoleSystem:
		return nil
	case !ok || !hasRole(row.Roles, a.Role):
		return block("role", "", "“"+row.Label+"”由"+RoleName(row.Roles[0])+"核对", row.Clause)
	case d.Exempt && a.Role != RoleCollege:
		return block("exempt", "", "免试由高校确认", "A2.3")
	}
	return nil
}
