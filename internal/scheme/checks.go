package scheme

import (
	"slices"
	"strings"
)

// CheckName names one check of a claim.
type CheckName string

// CheckState is how a check stands.
type CheckState string

// The states of a check. An override says why and by whom, and passes.
const (
	CheckOpen   CheckState = "open"   // 待核对
	CheckPassed CheckState = "passed" // 通过
	CheckFailed CheckState = "failed" // 不通过
)

// CheckStateName is the Chinese name of a state.
func CheckStateName(s CheckState) string {
	switch s {
	case CheckPassed:
		return "通过"
	case CheckFailed:
		return "不通过"
	}
	return "待核对"
}

// Check is one row: a named question about a claim, who answers it, and whether
// an award stands still until it is answered with yes.
type Check struct {
	Name    CheckName
	Label   string
	Awards  []AwardKey           // none: of every award
	Blocks  bool                 // false: it only warns
	Machine func(*Facts) Verdict // nil: a person answers
	Roles   []Role               // who may answer or override
	Clause  ClauseID
}

// Verdict is what a machine found.
type Verdict struct {
	State CheckState
	Why   string // for staff, one sentence; "" where the label says it all
}

// Facts are what the machines look at: values of the case, its duties, the lists
// and the other cases, gathered in one read.
type Facts struct {
	IDValid     bool // checksum and date of the ID number
	Untypable   bool
	OtherLive   bool   // another live case of the same person
	PaidBefore  string // where he was paid at the same level, "" if nowhere
	PaidLevel   string // where he was paid at another level: warns
	Place       Place
	Name        string
	Letter      DutyState
	LetterName  string // as read or typed from the letter
	Listed      bool   // on a list of the college
	ListFinal   bool
	ListDiffers []string // columns of the list that differ
	Entry       DutyState
	Report      DutyState
	ReportCode  string
	ReportFault string // what is wrong with the code's form, "" if nothing
	ReportLeft  int    // days that the report is still valid; -1 unknown
	Compared    int    // how many of the seven comparisons a person has ticked
	CardValid   bool   // Luhn
	CardDebit   string // debit, credit, or unknown by its first digits
	CardHolder  string
	CardShared  int  // other cases with the same card
	FormSigned  bool // the clerk has seen signature and date of the worker
	FormSealed  bool // the clerk has seen a union's seal and its date
	Exam        DutyState
	Exempt      bool
	StudyForm   string // as the report says
	WantedForm  string // as the plan says
	Published   bool   // the row's notice is over, unstruck
	Objections  int
}

func yes(ok bool, why string) Verdict {
	if ok {
		return Verdict{State: CheckPassed}
	}
	return Verdict{CheckFailed, why}
}

// wait is open until a thing is there, then yes or no.
func wait(there, ok bool, why string) Verdict {
	if !there {
		return Verdict{State: CheckOpen}
	}
	return yes(ok, why)
}

// Comparisons are the seven things that a person compares on the official site of
// the report (reference: domain 2.8).
var Comparisons = []string{"姓名和证件号", "院校", "层次", "专业", "学习形式（非脱产）", "学历类别（成人）", "学籍状态（在籍）"}

// Checks is the table of a claim's checks, in the order in which a clerk looks.
var Checks = []Check{
	{Name: "identity", Label: "身份信息完整、证件号正确", Blocks: true, Clause: "A3.1", Roles: []Role{RoleDistrict},
		Machine: func(f *Facts) Verdict { return yes(f.IDValid && !f.Untypable, "证件号或姓名用字有问题") }},
	{Name: "once", Label: "没有重复享受", Blocks: true, Clause: "4.1", Roles: []Role{RoleLead},
		Machine: func(f *Facts) Verdict {
			switch {
			case f.PaidBefore != "":
				return Verdict{CheckFailed, "已在“" + f.PaidBefore + "”领过同一层次的补助"}
			case f.OtherLive:
				return Verdict{CheckFailed, "另有一份在办的申请"}
			}
			return Verdict{State: CheckPassed}
		}},
	{Name: "once_level", Label: "没有在别的层次领过", Clause: "4.1", Roles: []Role{RoleDistrict},
		Machine: func(f *Facts) Verdict {
			return yes(f.PaidLevel == "", "已在“"+f.PaidLevel+"”领过另一层次的补助")
		}},
	{Name: "seat", Label: "名额已确认", Blocks: true, Clause: "5.1",
		Machine: func(f *Facts) Verdict {
			return yes(f.Place == PlaceConfirmed || f.Place == PlaceConsumed, "名额没有确认")
		}},
	{Name: "letter", Label: "已录取：录取通知书，或高校确认的名单", Blocks: true, Clause: "A2.4", Roles: []Role{RoleCentre, RoleCollege},
		Machine: func(f *Facts) Verdict {
			if f.Listed || f.Letter == DutyPassed {
				return Verdict{State: CheckPassed}
			}
			if f.ListFinal {
				return Verdict{CheckFailed, "高校的最终名单里没有这个人"}
			}
			return Verdict{State: CheckOpen}
		}},
	{Name: "letter_name", Label: "通知书上的姓名就是本人", Clause: "A2.4", Roles: []Role{RoleCentre},
		Machine: func(f *Facts) Verdict {
			return wait(f.LetterName != "", f.LetterName == f.Name, "通知书上是“"+f.LetterName+"”")
		}},
	{Name: "letter_list", Label: "院校、层次、专业和高校名单一致", Clause: "A2.4", Roles: []Role{RoleDistrict, RoleCollege},
		Machine: func(f *Facts) Verdict {
			return wait(f.Listed, len(f.ListDiffers) == 0, "和高校名单不同："+strings.Join(f.ListDiffers, "、"))
		}},
	{Name: "entry", Label: "已入学缴费", Blocks: true, Clause: "A2.4", Roles: []Role{RoleCentre, RoleDistrict},
		Machine: func(f *Facts) Verdict { return Verdict{State: passed(f.Entry)} }},
	{Name: "report", Label: "学籍在线验证报告有效", Awards: []AwardKey{"college"}, Blocks: true, Clause: "4.2.1", Roles: []Role{RoleCollege},
		Machine: func(f *Facts) Verdict {
			switch {
			case f.Report == DutyOwed || f.Report == DutyReturned:
				return Verdict{State: CheckOpen}
			case f.ReportLeft == 0:
				return Verdict{CheckFailed, "报告已过有效期，请本人延长后重交"}
			}
			return Verdict{State: passed(f.Report), Why: f.ReportFault}
		}},
	{Name: "report_match", Label: "在学信网核对七项一致", Awards: []AwardKey{"college"}, Blocks: true, Clause: "4.2.1", Roles: []Role{RoleCollege},
		Machine: func(f *Facts) Verdict {
			if f.Compared < len(Comparisons) {
				return Verdict{State: CheckOpen}
			}
			return Verdict{State: CheckPassed}
		}},
	{Name: "study_form", Label: "学习形式是非脱产", Awards: []AwardKey{"college"}, Clause: "2", Roles: []Role{RoleCollege},
		Machine: func(f *Facts) Verdict {
			return wait(f.StudyForm != "", f.StudyForm == f.WantedForm, "报告上是“"+f.StudyForm+"”")
		}},
	{Name: "exam", Label: "参加了考试，或依法免试", Clause: "4.2.1", Roles: []Role{RoleCentre, RoleCollege},
		Machine: func(f *Facts) Verdict {
			if f.Exempt && f.Exam != DutyPassed {
				return Verdict{State: CheckOpen, Why: "免试等高校确认"}
			}
			if f.Listed { // nobody is admitted who neither sat nor was exempt
				return Verdict{State: CheckPassed}
			}
			return Verdict{State: passed(f.Exam)}
		}},
	{Name: "card", Label: "银行卡号正确，是储蓄卡", Clause: "A3.n1", Roles: []Role{RoleDistrict},
		Machine: func(f *Facts) Verdict {
			switch {
			case f.CardDebit == "credit":
				return Verdict{CheckFailed, "卡号开头是信用卡的"}
			case !f.CardValid:
				return Verdict{CheckFailed, "卡号的校验位不对"}
			}
			return Verdict{State: CheckPassed}
		}},
	{Name: "card_holder", Label: "户名就是本人", Blocks: true, Clause: "A3.n1", Roles: []Role{RoleDistrict, RoleLead},
		Machine: func(f *Facts) Verdict {
			return yes(f.CardHolder == "" || f.CardHolder == f.Name, "户名填的是“"+f.CardHolder+"”，和姓名写法不同")
		}},
	{Name: "card_shared", Label: "没有别人用同一张卡", Blocks: true, Clause: "A3.n1", Roles: []Role{RoleLead},
		Machine: func(f *Facts) Verdict { return yes(f.CardShared == 0, "还有别的申请填了这张卡") }},
	{Name: "form_signed", Label: "推荐表有本人签名和日期", Clause: "A3.2", Roles: []Role{RoleCentre, RoleDistrict},
		Machine: func(f *Facts) Verdict { return wait(f.FormSigned, true, "") }},
	{Name: "form_sealed", Label: "推荐表盖的是工会的章，有日期", Clause: "A3.3", Roles: []Role{RoleCentre, RoleDistrict},
		Machine: func(f *Facts) Verdict { return wait(f.FormSealed, true, "") }},
	{Name: "objection", Label: "没有未办结的异议", Clause: "A2.5",
		Machine: func(f *Facts) Verdict { return yes(f.Objections == 0, "有异议没有办结") }},
	{Name: "notice", Label: "公示已满期", Clause: "A2.5",
		Machine: func(f *Facts) Verdict { return wait(f.Published, true, "") }},
}

func passed(s DutyState) CheckState {
	if s == DutyPassed {
		return CheckPassed
	}
	return CheckOpen
}

// Of says whether the check belongs to an award.
func (c Check) Of(k AwardKey) bool {
	return len(c.Awards) == 0 || slices.Contains(c.Awards, k)
}

// CheckFile is one check of one claim as it is stored: what was found last, by
// which machine or person, and whether somebody has overridden it.
type CheckFile struct {
	Name     CheckName
	State    CheckState
	Why      string
	By       string // account, or "" for the machine
	Override bool
}

// Rerun gives the checks after the machines have looked again. What a person has
// answered stays, until the machine finds the opposite of what was overridden no
// longer so: an override falls away when the check passes by itself.
func Rerun(have []CheckFile, f *Facts) []CheckFile {
	old := map[CheckName]CheckFile{}
	for _, c := range have {
		old[c.Name] = c
	}
	out := make([]CheckFile, 0, len(Checks))
	for _, row := range Checks {
		was, ok := old[row.Name]
		found := CheckFile{Name: row.Name, State: CheckOpen}
		if row.Machine != nil {
			v := row.Machine(f)
			found.State, found.Why = v.State, v.Why
		}
		if ok && was.By != "" && found.State != CheckPassed {
			found = was
		}
		out = append(out, found)
	}
	return out
}

// OpenChecks are the labels of the blocking checks of an award that are not
// passed.
func OpenChecks(cs []CheckFile, k AwardKey) []string {
	var out []string
	for _, row := range Checks {
		if !row.Blocks || !row.Of(k) {
			continue
		}
		state := CheckOpen
		for _, c := range cs {
			if c.Name == row.Name {
				state = c.State
			}
		}
		if state != CheckPassed {
			out = append(out, row.Label)
		}
	}
	return out
}
