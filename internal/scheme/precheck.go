package scheme

import "yuanmeng/internal/gb"

// PrecheckQuestion is one tap of the pre-check. Nothing of it is stored.
type PrecheckQuestion struct {
	Key     string
	Title   string
	Hint    string
	Options []Option
	when    func(answers map[string]string) bool
}

// Asked says whether the question follows from the answers so far.
func (q PrecheckQuestion) Asked(answers map[string]string) bool {
	return q.when == nil || q.when(answers)
}

// NextStep is what to do next, named.
type NextStep struct {
	Key    string
	Title  string
	Text   string
	Union  *Union  // where to go, if it is a union
	Majors []Major // what is open, if it is about majors
}

// Outcome is the end of the pre-check. Yes says that nothing stands in the way;
// without it the steps say what to do. Nobody is ever sent away: the way into
// the application stays open in both cases.
type Outcome struct {
	Yes   bool
	Title string
	Steps []NextStep
}

// studyGeneral is the answer of those who do not want a medical major.
const studyGeneral = "general"

// PrecheckQuestions are the questions in order, about six taps.
func PrecheckQuestions(p *Programme) []PrecheckQuestion {
	unclear := Option{Value: Unknown, Label: "不清楚"}
	var levels []Option
	for _, l := range p.Levels() {
		o := Option{Value: l, Label: l}
		switch l {
		case LevelZhuan:
			o.Hint = "读完拿大专毕业证"
		case LevelBen:
			o.Hint = "读完拿本科毕业证"
		}
		levels = append(levels, o)
	}
	study := []Option{{Value: studyGeneral, Label: "不是医学、护理"}}
	for _, f := range []Option{{Value: "nursing", Label: "护理"}, {Value: "clinical", Label: "口腔医学"}, {Value: "health", Label: "康复治疗"}} {
		for _, m := range p.Majors {
			if m.Medical == f.Value {
				study = append(study, f)
				break
			}
		}
	}
	return []PrecheckQuestion{
		{Key: "town", Title: "您在哪里上班？", Hint: "看实际干活的地方，不看户口，也不看身份证开头", Options: append(towns(p), unclear)},
		{Key: "union", Title: "您的单位有工会吗？", Options: ownUnions(p)},
		{
			Key: "officer", Title: "您自己管单位工会的公章吗？", Options: []Option{{Value: No, Label: "不管"}, {Value: Yes, Label: "是我管"}, unclear},
			when: func(a map[string]string) bool { return a["union"] == UnionOwn },
		},
		{Key: "id_kind", Title: "您用什么证件？", Options: append(idKinds(p), Option{Value: "other", Label: "其他证件"})},
		{Key: "level", Title: "您想读哪一个层次？", Options: append(levels, unclear)},
		{Key: "education", Title: "您最高的毕业证是什么？", Options: []Option{
			{Value: "71", Label: "初中或更低"}, {Value: "61", Label: "高中、中专、职高、技校"},
			{Value: "31", Label: "大专"}, {Value: "21", Label: "本科或更高"}, {Value: "33", Label: "大专在读、结业"}, unclear,
		}},
		{Key: "study", Title: "您想学的是医学、护理吗？", Options: append(study, unclear)},
		{
			Key: "held", Title: "您有执业证书或卫生技术资格吗？", Options: append(haveNot(p), unclear),
			when: func(a map[string]string) bool { return MedicalNeed(a["study"]) != "" },
		},
	}
}

// NextQuestion is the next question without an answer that is offered; false
// when all are answered.
func NextQuestion(p *Programme, answers map[string]string) (PrecheckQuestion, bool) {
	for _, q := range PrecheckQuestions(p) {
		if q.Asked(answers) && !offered(q.Options, answers[q.Key]) {
			return q, true
		}
	}
	return PrecheckQuestion{}, false
}

// Precheck names the next step for every "no" and every "不清楚". An answer that
// is missing or not offered counts as 不清楚; nobody is blocked by a guess.
func Precheck(p *Programme, answers map[string]string) Outcome {
	get := func(key string) string {
		for _, q := range PrecheckQuestions(p) {
			if q.Key == key && q.Asked(answers) && offered(q.Options, answers[key]) {
				return answers[key]
			}
		}
		return Unknown
	}
	var out Outcome
	no := false
	add := func(isNo bool, s NextStep) {
		no = no || isNo
		out.Steps = append(out.Steps, s)
	}
	ask := ""
	if p.Hotline != "" {
		ask = "咨询电话" + p.Hotline + "。"
	}

	district, okDistrict := districtUnion(p)
	here := &district
	if !okDistrict {
		here = nil
	}
	town, okTown := p.UnionBy(get("town"))
	switch {
	case get("town") == TownOutside:
		add(true, NextStep{Key: "outside", Title: "先核对上班的地方",
			Text: "这次助学给在" + p.District + "上班的职工，看实际干活的地方。派遣的看用工单位，骑手看站点。如果实际在区内，回去改选街道或乡镇；确实在区外的，请问当地总工会有没有同样的助学。" + ask, Union: here})
	case okTown && town.Town != "":
		here = &town
	default:
		add(false, NextStep{Key: "town_unknown", Title: "问一下上班的地方归哪个街道、乡镇",
			Text: "问单位，或看单位门牌。填表的时候再选也可以。" + ask})
	}

	switch get("union") {
	case UnionNone:
		s := NextStep{Key: "no_union", Title: "到乡镇（街道）工会盖章", Union: here}
		name := "上班地方的乡镇（街道）工会"
		if here != nil && here.Town != "" {
			name = here.Name
		}
		s.Text = "单位没有工会，就由" + name + "或村（社区）工会推荐。带身份证和在那里上班的证明（劳动合同、社保、工牌、接单截图都行），可以当天入会、当天盖章。" + contact(here, p)
		add(true, s)
	case UnionOther:
		add(true, NextStep{Key: "other_union", Title: "先问工会归哪里管",
			Text: "助学给" + p.Union + "所属工会的会员。市直、高新区、行业系统的工会可能不归区里管。请问单位工会；拿不准可以照样填表，由区总工会决定。" + contact(&district, p), Union: unionOrNil(district, okDistrict)})
	case Unknown:
		add(false, NextStep{Key: "union_unknown", Title: "问一下单位有没有工会",
			Text: "问人事或同事。有，就请单位工会盖章；没有，就到上班地方的乡镇（街道）工会，可以当天入会。" + contact(here, p), Union: here})
	}
	if get("officer") == Yes {
		add(true, NextStep{Key: "officer", Title: "由上一级工会盖章",
			Text: "自己管公章的，不能给自己盖章。请到上一级工会盖章，别的都一样。" + contact(here, p), Union: here})
	}

	if get("id_kind") == "other" || get("id_kind") == Unknown {
		add(get("id_kind") == "other", NextStep{Key: "id_kind", Title: "先准备好证件",
			Text: "可以用居民身份证、港澳台居民居住证或外国人永久居留身份证。证件丢了、过期了，请先到派出所办临时身份证。"})
	}

	level, education := get("level"), get("education")
	if level == Unknown {
		s := NextStep{Key: "level_unknown", Title: "看毕业证选层次", Text: "没有大专毕业证的报高升专，有大专毕业证的报专升本。"}
		if education != Unknown {
			want := LevelZhuan
			if gb.JuniorCollege(education) {
				want = LevelBen
			}
			s.Text = "您可以报" + want + "。"
			s.Majors = open(p, want)
			level = want
		}
		add(false, s)
	}
	switch {
	case education == Unknown:
		add(false, NextStep{Key: "education_unknown", Title: "找一下毕业证", Text: "报高升专要高中、中专、职高或技校毕业证；报专升本要大专毕业证。大专、本科的可以在学信网查到。"})
	case level == LevelBen && !gb.JuniorCollege(education):
		add(true, NextStep{Key: "no_college_diploma", Title: "先报高升专",
			Text: "专升本入学前要有国民教育的大专毕业证。没有的，可以报高升专，同样能领补助；明年春天前能拿到大专毕业证的，也可以先报专升本。", Majors: open(p, LevelZhuan)})
	case level == LevelZhuan && !gb.UpperSecondary(education):
		add(true, NextStep{Key: "no_secondary_diploma", Title: "先问能不能报考",
			Text: "高升专要高中、中专、职高或技校毕业证，或同等学力。请先问省教育考试院或所报学校。可以照样填表，能不能报由考试院决定。"})
	case level == LevelZhuan && gb.JuniorCollege(education):
		add(false, NextStep{Key: "may_go_higher", Title: "您也可以报专升本", Text: "您有大专毕业证，可以直接报专升本。报高升专也行。", Majors: open(p, LevelBen)})
	}

	study := get("study")
	if need := MedicalNeed(study); need != "" && get("held") != Yes {
		s := NextStep{Key: "medical", Title: "不用证书的专业", Majors: open(p, level)}
		s.Text = "报这一类专业要有" + need + "。没有的，可以报下面的专业，同样能领补助。"
		if get("held") == Unknown {
			s.Text = "报这一类专业要有" + need + "。请先找一找；没有的，可以报下面的专业。"
		}
		add(get("held") == No, s)
	}
	if study == Unknown {
		add(false, NextStep{Key: "study_unknown", Title: "先看看有哪些专业", Text: "护理、口腔、康复这几个专业要有资格证书，别的都不要。", Majors: open(p, level)})
	}

	out.Yes = !no
	switch {
	case no:
		out.Title = "还有事要先办"
	case len(out.Steps) > 0:
		out.Title = "看起来可以申请，还有几件事要弄清楚"
	default:
		out.Title = "您可以申请"
	}
	return out
}

// open lists the majors of a level that need no medical qualification; every
// level if the level is not known.
func open(p *Programme, level string) []Major {
	var out []Major
	for _, m := range p.Majors {
		if m.Medical == "" && (m.Level == level || level == Unknown) {
			out = append(out, m)
		}
	}
	return out
}

func unionOrNil(u Union, ok bool) *Union {
	if !ok {
		return nil
	}
	return &u
}

// contact is where the union is found. While its address is not confirmed the
// hotline is given instead.
func contact(u *Union, p *Programme) string {
	if u != nil && u.Confirmed && (u.Address != "" || u.Phone != "") {
		s := "地址：" + orElse(u.Address, "电话里问") + "。"
		if u.Phone != "" {
			s += "电话：" + u.Phone + "。"
		}
		if u.Hours != "" {
			s += "时间：" + u.Hours + "。"
		}
		return s
	}
	if p.Hotline != "" {
		return "地址和时间请先打咨询电话" + p.Hotline + "问。"
	}
	return ""
}
