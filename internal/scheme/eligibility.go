package scheme

import (
	"fmt"
	"strings"
	"time"

	"yuanmeng/internal/gb"
)

// Eligible lists the doubts about an application (3.1, 3.2; DESIGN §2.15).
// Every one of them warns and is decided by a person; none blocks. The place
// of the ID number is not among them: it proves nothing.
func Eligible(app *Application, p *Programme, now time.Time) []Reason {
	var out []Reason
	a := app.Answers
	doubt := func(code, field, worker, staff string, clause ClauseID) {
		out = append(out, warned(code, field, worker, staff, clause))
	}

	if a.Town == TownOutside {
		doubt("outside_district", "town",
			"助学给在"+p.District+"上班的职工。您填的是在区外上班：如果实际在区内干活，请改工作地点；拿不准也可以交，由区总工会决定。",
			"工作地点填在区外，须核实实际用工地点", "3.1")
	}
	switch a.OwnUnion {
	case UnionOther:
		doubt("union_elsewhere", "own_union",
			"助学给"+p.Union+"所属工会的会员。您的工会可能不归区里管：请先问单位工会或打咨询电话；拿不准也可以交，由区总工会决定。",
			"工会不属区总工会，待核：由区总工会决定个案", "3.1")
	case Unknown:
		doubt("union_unknown", "own_union",
			"请问一下单位有没有工会。没有的，到上班地方的乡镇（街道）工会盖章，可以当天入会。",
			"本人不清楚单位有无工会，看盖章判断", "A3.n2")
	case UnionNone:
		if p.MembershipRequired {
			doubt("join_first", "own_union",
				"申请人要是工会会员。还没入会的，盖章时在"+orElse(a.RecUnionName, "乡镇（街道）工会")+"当天入会就行。",
				"单位无工会，核对是否已入乡镇（街道）、村（社区）工会", "A3.n2")
		}
	}
	if a.Officer == Yes {
		doubt("officer_self", "rec_union",
			"您自己管工会公章，不能给自己盖章。请到"+orElse(a.RecUnionName, "上一级工会")+"盖章。",
			"申请人是工会经办人，核对印章是否为上一级工会", "A3.n2")
	}
	if a.Employment == EmploymentStaff {
		doubt("staff_post", "post",
			"助学给一线职工。请把岗位写具体，由工会和区总工会看是不是一线岗位。",
			"机关、事业单位在编，核对是否一线职工（可参照车间主任、科级以下）", "3.1")
	}
	for _, word := range []string{"经理", "总监", "董事", "厂长", "局长", "处长", "科长", "主任"} {
		if strings.Contains(a.Post, word) {
			doubt("post_level", "post",
				"助学给一线职工。请把岗位写具体，由工会和区总工会看是不是一线岗位。",
				"岗位像是管理岗，核对是否一线职工", "3.1")
			break
		}
	}
	if a.WorkerKind == WorkerNewForm && (a.Honour == None || a.Honour == "") {
		doubt("priority_unclaimed", "honour_title",
			"货车司机、快递员、骑手、网约车司机候补时优先。您想要优先，请在“荣誉或新就业形态”里选上，并交证明；提交以后不能再补报。",
			"新就业形态职工，没有申请优先", "3.1")
	}

	if m, ok := p.Major(a.Major); ok {
		out = append(out, levelDoubts(m.Level, a.Education)...)
		if m.Medical != "" && a.Medical != Yes {
			doubt("medical_missing", "medical_held",
				"报"+m.Name+"要有"+MedicalNeed(m.Medical)+"。没有的，考试报名会被拦下，请改报别的专业"+suggest(Alternatives(p, m))+"；正在办证的可以先交。",
				"医学专业，未申报医学资格，报名条件由省教育考试院审查", "3.2")
		}
	}
	if id, err := gb.ID(a.IDKind, app.Sealed.ID, now); err == nil && id.HasBirth() {
		switch age := id.Age(now); {
		case p.AgeWarnBelow > 0 && age < p.AgeWarnBelow:
			doubt("age_low", "id",
				fmt.Sprintf("您还不满%d岁，成人高考报名可能受限。请先看省教育考试院的公告，能不能报由考试院决定。", p.AgeWarnBelow),
				fmt.Sprintf("不满%d岁，报名资格由省教育考试院审查", p.AgeWarnBelow), "3.2")
		case p.AgeWarnAbove > 0 && age > p.AgeWarnAbove:
			doubt("age_high", "id",
				fmt.Sprintf("您已超过%d岁，请确认还在职、还是工会会员。由区总工会决定。", p.AgeWarnAbove),
				fmt.Sprintf("超过%d岁，核对是否在职", p.AgeWarnAbove), "3.1")
		}
	}
	return out
}

// levelDoubts compares the level with the diploma (GB/T 4658). An unanswered
// diploma is no doubt.
func levelDoubts(level, education string) []Reason {
	switch {
	case education == "":
		return nil
	case level == LevelBen && !gb.JuniorCollege(education):
		return []Reason{warned("diploma_college", "education",
			"报专升本，入学前要有国民教育的大专毕业证。没有的，请改报高升专；还在读、明年春天前能拿到的，可以先交。",
			"报专升本，文化程度不足大专毕业，由考试院和高校审查", "3.2")}
	case level == LevelZhuan && !gb.UpperSecondary(education):
		return []Reason{warned("diploma_secondary", "education",
			"报高升专，要有高中、中专、职高或技校的毕业证（或同等学力）。没有的，请先问省教育考试院或所报学校能不能报；拿不准也可以交。",
			"报高升专，文化程度不足高中毕业，由考试院和高校审查", "3.2")}
	}
	return nil
}

// Alternatives are the majors open without a medical qualification, at the same
// level: those of the same college first.
func Alternatives(p *Programme, m Major) []Major {
	var same, others []Major
	for _, x := range p.Majors {
		switch {
		case x.Medical != "" || x.Level != m.Level:
		case x.College == m.College:
			same = append(same, x)
		default:
			others = append(others, x)
		}
	}
	return append(same, others...)
}

// suggest names up to three majors in brackets.
func suggest(ms []Major) string {
	if len(ms) == 0 {
		return ""
	}
	var names []string
	for _, m := range ms[:min(3, len(ms))] {
		names = append(names, m.Name)
	}
	return "（例如" + strings.Join(names, "、") + "）"
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
