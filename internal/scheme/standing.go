package scheme

import (
	"strings"
	"time"
)

// PathSteps are the five steps of 附件2, as the path shows them (A2.1–A2.5).
var PathSteps = []string{"申请助学", "资料提交", "入学考试", "助学金申报", "补助发放"}

// PathStep is the step on which a case stands, from 0. -1 once the case has
// ended without a seat: then there is no path to be on.
func PathStep(c Case) int {
	switch {
	case c.State.Paid():
		return len(PathSteps) - 1
	case c.State.Final():
		return -1
	case c.State == Claimed:
		if c.Spent > 0 {
			return 4
		}
		return 3
	case c.State == Approved && c.Place.Seated():
		switch {
		case c.Duties.Admission.Met():
			return 3
		case c.Duties.Registration.Met():
			return 2
		}
		return 1
	}
	return 0
}

// Standing says to the worker where his case stands: one sentence, who acts,
// what he does, and what the worker himself does. Dates stand beside it.
type Standing struct {
	Tone  string // info, wait, ok, bad
	Title string // where it stands
	Who   string // who acts now; "" when nobody has to
	Doing string // what they do
	You   string // what the worker does
}

// on says which rows of the table a case falls under.
type on string

const (
	onDraft     on = "draft"
	onContested on = "contested"
	onAnswered  on = "answered"
	onWaiting   on = "/waiting"
	onSeated    on = "/seated"
)

// Standing rows name the worker's place as {place} and his rank as {rank}.
const (
	you      = "您本人"
	centre   = "{centre}"
	district = "{union}"
	nothing  = "现在不用您做什么。"
)

var standings = map[on]Standing{
	onDraft: {"info", "申请还没有提交。", you, "填表、盖章、上传，然后提交。", "填完一页存一页，可以分几次填。"},

	on(Accepted) + onSeated: {"info", "申请已受理，名额为您留着。", centre, "正在核对材料。", nothing},
	on(Accepted) + onWaiting: {
		"wait", "申请已受理，您是候补第{rank}位。", centre, "材料照常核对。", "有名额空出来，按顺序递补，马上通知您。",
	},
	on(Returned) + onSeated:  {"wait", "有几处要改，名额为您留着。", you, "改好点名的几项。", "只改下面列出的几项，改好点“提交补正”。"},
	on(Returned) + onWaiting: {"wait", "有几处要改，您还是候补第{rank}位。", you, "改好点名的几项。", "只改下面列出的几项，改好点“提交补正”。"},
	on(AtDistrict) + onSeated: {
		"info", "材料齐了，区总工会正在审核。", district, "正在审核您的申请。", nothing,
	},
	on(AtDistrict) + onWaiting: {
		"wait", "材料齐了，正在审核。您是候补第{rank}位。", district, "正在审核您的申请。", "有名额空出来，按顺序递补，马上通知您。",
	},
	on(Approved) + onSeated: {
		"ok", "审核通过，名额已确认。", you, "接下来办理入学登记和考试报名。", "请用自己的手机，按时报名成人高考。别人不能代您报名。",
	},
	on(Approved) + onWaiting: {
		"wait", "审核通过，您是候补第{rank}位。", "", "", "现在没有空的名额。轮到您时马上确认，不用再审。",
	},

	on(Claimed) + onSeated: {
		"info", "申领已收到，正在审核。", district, "两笔补助分开审核，先到条件的先公示、先发。", "要您补什么，会写在下面，也会发短信。",
	},
	on(Claimed) + onWaiting: {
		"wait", "申领已收到，您是候补第{rank}位。", district, "正在审核。", nothing,
	},

	onContested: {
		"wait", "申请已受理，证件号还要核实。", district, "由两个人核实证件号是谁的。", "核实是您的，次序不变。工作人员可能打电话给您，请留意。",
	},
	onAnswered: {
		"wait", "您的说明已收到，由另一个人复核。", district, "正在复核。复核前，{place}一直为您留着。", nothing,
	},

	on(CauseRefuse):     {"bad", "{union}认为您可能不符合条件。", you, "写明情况。有材料的，写在说明里。", "请写一份说明。写了，就由另一个人复核。"},
	on(CauseCorrection): {"bad", "补正的期限过了，{place}还为您留着。", you, "改好提交，或写明情况。", "请马上改好提交。有困难的，写一份说明。"},
	on(CauseFraud):      {"bad", "有材料可能不真实，请您说明。", you, "写明情况。", "请写一份说明。写了，就由另一个人复核。"},
	on(CauseContest):    {"bad", "核实后认为证件号可能不是您的。", you, "写明情况。", "请写一份说明。写了，就由另一个人复核。"},
	on(CauseIneligible): {"bad", "通过后发现您可能不符合条件。", you, "写明情况。", "请写一份说明。写了，就由另一个人复核。"},
	on(CauseDeath):      {"bad", "登记了申请人去世。", you, "家属可以写明情况。", "登记有误的，请写明情况，或打咨询电话。"},

	on(CauseEnrol):        {"bad", "登记的期限过了，{place}还为您留着。", you, "填好入学信息登记表，或写明情况。", "请马上登记。登记好了，这件事就了结。"},
	on(CauseRegistration): {"bad", "没有收到您的报名凭证，{place}还为您留着。", you, "上传报名凭证，或写明情况。", "报了名的，请马上上传凭证。没报上的，写一份说明。"},
	on(CauseAbsent):       {"bad", "高校的名单上，您没有参加考试。", you, "上传考试凭证，或写明情况。", "考了的，请上传准考证或成绩单。没考的，写一份说明。"},
	on(CauseNotAdmitted):  {"bad", "高校的最终名单上没有您。", you, "上传录取通知书，或写明情况。", "收到录取通知书的，请马上上传。"},
	on(CauseNoClaim):      {"bad", "申领的期限过了，名额还为您留着。", you, "提交申领，或写明情况。", "请马上申领。申领了，这件事就了结。"},
	on(CauseAwards):       {"bad", "补助都不予发放，请您看理由。", you, "写明情况。", "认为不对的，请写一份说明，由另一个人复核。"},
	on(CauseObjection):    {"bad", "对您的异议经查属实，请您说明。", you, "写明情况。", "请写一份说明。写了，就由另一个人复核。"},

	on(Done):       {"ok", "补助已全部发放，这次申请办结了。", "", "", "祝您学业有成。这一层次只补助一次。"},
	on(Partial):    {"ok", "这次申请办结了，发放了一部分补助。", "", "", "没有发的一笔，理由写在下面。"},
	on(Withdrawn):  {"none", "您已撤回申请，名额不再保留。", "", "", "这次申请到这里结束。"},
	on(Released):   {"bad", "名额已释放，这次申请结束了。", "", "", "您认为不对的，请打咨询电话，{union}会再看。"},
	on(NotReached): {"none", "候补已结束，没有轮到您。", "", "", "谢谢您报名。已经考上的，可以照常去读。"},
}

// Stand is the row for a case. It is a function of state, place, contest and
// hearing; every such combination has a row.
func Stand(c Case, p *Programme) Standing {
	s := standings[standsOn(c)]
	fill := strings.NewReplacer("{centre}", p.Centre, "{union}", p.Union, "{place}", placeWord(c))
	s.Title, s.Who, s.Doing, s.You = fill.Replace(s.Title), fill.Replace(s.Who), fill.Replace(s.Doing), fill.Replace(s.You)
	return s
}

// StaffLate says that those who hold the case are past the term given to them.
// The worker loses nothing by it.
func StaffLate(c Case, now time.Time) bool {
	ball := Ball(c)
	return (ball == RoleCentre || ball == RoleDistrict) && !c.Due.IsZero() && !now.Before(c.Due)
}

// Late is the standing of a case whose staff are late: it says so openly.
func (s Standing) Late(c Case) Standing {
	s.Tone = "wait"
	s.You = "办理超过了期限，已提醒负责人。" + placeWord(c) + "还为您留着，不受影响。"
	return s
}

// placeWord is what a live case has, in the worker's words.
func placeWord(c Case) string {
	if c.Place == PlaceWaiting {
		return "候补的位置"
	}
	return "名额"
}

// Ranked is the standing with the rank of a waiting place filled in.
func (s Standing) Ranked(rank string) Standing {
	s.Title = strings.ReplaceAll(s.Title, "{rank}", rank)
	return s
}

func standsOn(c Case) on {
	switch {
	case c.State == Draft:
		return onDraft
	case c.State.Final():
		return on(c.State)
	case c.HearingOpen() && c.Hearing.State == HearingAnswered:
		return onAnswered
	case c.HearingOpen():
		return on(c.Hearing.Cause)
	case c.Contested:
		return onContested
	case c.Place == PlaceWaiting:
		return on(c.State) + onWaiting
	}
	return on(c.State) + onSeated
}

// PastOf is the sentence of an event in the worker's own timeline; false for
// what is the desk's own matter and for names that are no event of a case.
func PastOf(name string) (string, bool) {
	if m, ok := MoveBy(MoveName(name)); ok {
		return m.Past, true
	}
	s, ok := pasts[name]
	return s, ok
}

var pasts = map[string]string{
	"begin":       "开始填表",
	"print":       "生成了推荐表",
	"print_code":  "要了打印码",
	"fetch_print": "打印店用打印码打开了推荐表",
	"promoted":    "有名额空出来，递补给您",
	"call":        "工作人员和您通了电话",
	"take_out":    "下载了自己的资料",
}

// OrganisationName is how people know an organisation of the programme by its
// key in events: a union, the centre, the district federation.
func OrganisationName(p *Programme, org string) string {
	switch org {
	case "centre":
		return p.Centre
	case "district":
		return p.Union
	case "audit":
		return "审计、纪检"
	}
	if name, own := strings.CutPrefix(org, ownPrefix); own {
		return name
	}
	if u, ok := p.UnionBy(org); ok {
		return u.Name
	}
	if c, ok := p.College(org); ok {
		return c.Name
	}
	return ""
}

// FormMissing is what still keeps the 推荐表 from being printed: the values of
// its boxes. The card may be left for the hand (A3.1).
func FormMissing(app *Application, p *Programme, now time.Time, blankCard bool) []Reason {
	var out []Reason
	for _, f := range Fields() {
		if f.Slot == "" || f.Key == "card" && blankCard {
			continue
		}
		for _, r := range f.Check(app, p, now) {
			if r.Blocks {
				out = append(out, r)
			}
		}
	}
	return out
}
