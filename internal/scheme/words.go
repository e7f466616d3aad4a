package scheme

import "yuanmeng/internal/gb"

// Option is one answer of a choice.
type Option struct {
	Value string
	Label string
	Hint  string
	Group string // heading in a long list; "" for none
}

// OptionLabel is the words of a value; the value itself if it is not offered.
func OptionLabel(os []Option, value string) string {
	for _, o := range os {
		if o.Value == value {
			return o.Label
		}
	}
	return value
}

func offered(os []Option, value string) bool {
	for _, o := range os {
		if o.Value == value {
			return true
		}
	}
	return false
}

// Values of answers that rules ask about.
const (
	Yes     = "yes"
	No      = "no"
	Unknown = "unknown" // 不清楚: never blocks
	None    = "none"    // nothing of the kind, said on purpose

	TownOutside = "outside" // works outside the district

	UnionOwn   = "own"   // the unit has a union
	UnionNone  = "none"  // it has none
	UnionOther = "other" // the union belongs to another federation

	LevelZhuan = "高升专" // as printed
	LevelBen   = "专升本"

	EmploymentStaff = "staff"    // 机关、事业单位在编
	WorkerNewForm   = "new_form" // 新就业形态
)

func yesNo(*Programme) []Option {
	return []Option{{Value: Yes, Label: "是"}, {Value: No, Label: "不是"}}
}

func haveNot(*Programme) []Option {
	return []Option{{Value: Yes, Label: "有"}, {Value: No, Label: "没有"}}
}

func idKinds(*Programme) []Option {
	var out []Option
	for _, k := range gb.IDKinds {
		out = append(out, Option{Value: k.Code, Label: k.Name})
	}
	return out
}

func towns(p *Programme) []Option {
	var out []Option
	for _, u := range p.Towns() {
		out = append(out, Option{Value: u.Key, Label: u.Town})
	}
	return append(out, Option{Value: TownOutside, Label: "不在" + p.District + "上班"})
}

func employments(*Programme) []Option {
	return []Option{
		{Value: "contract", Label: "签了劳动合同"},
		{Value: "dispatch", Label: "劳务派遣", Hint: "合同签在派遣公司，在别的单位干活"},
		{Value: "platform", Label: "平台接单", Hint: "外卖、快递、网约车、货运等"},
		{Value: "flexible", Label: "临时工、零工、个体"},
		{Value: EmploymentStaff, Label: "机关、事业单位在编"},
		{Value: "other", Label: "其他"},
	}
}

func workerKinds(*Programme) []Option {
	return []Option{
		{Value: "industrial", Label: "产业工人", Hint: "在工厂、工地、矿山、运输等一线干活"},
		{Value: "migrant", Label: "农民工", Hint: "农村户口，不种地、在外务工"},
		{Value: WorkerNewForm, Label: "新就业形态职工", Hint: "货车司机、快递员、骑手、网约车司机等"},
		{Value: "flexible", Label: "灵活就业人员", Hint: "零工、个体、临时帮工"},
		{Value: "frontline", Label: "其他一线职工", Hint: "服务、教育、医护、保洁、保安等"},
		{Value: "other", Label: "其他"},
	}
}

func hukous(*Programme) []Option {
	return []Option{{Value: "rural", Label: "农村户口"}, {Value: "urban", Label: "城镇户口"}, {Value: Unknown, Label: "不清楚"}}
}

func ownUnions(p *Programme) []Option {
	return []Option{
		{Value: UnionOwn, Label: "单位有工会", Hint: "由单位工会盖章"},
		{Value: UnionNone, Label: "单位没有工会", Hint: "由上班地方的乡镇（街道）、村（社区）工会盖章"},
		{Value: UnionOther, Label: "单位的工会不归" + p.Union + "管", Hint: "例如市直单位、高新区、行业系统的工会"},
		{Value: Unknown, Label: "不清楚"},
	}
}

// upperUnions are those that may recommend a union officer: the town's union
// and the district's.
func upperUnions(p *Programme) []Option {
	var out []Option
	for _, u := range p.Towns() {
		out = append(out, Option{Value: u.Key, Label: u.Name})
	}
	if u, ok := districtUnion(p); ok {
		out = append(out, Option{Value: u.Key, Label: u.Name})
	}
	return out
}

func majors(p *Programme) []Option {
	var out []Option
	for _, m := range p.Majors {
		c, _ := p.College(m.College)
		out = append(out, Option{Value: m.Key, Label: m.Name, Hint: m.Category, Group: c.Name + " " + m.Level})
	}
	return out
}

// educations are the answers of GB/T 4658 that a worker tells apart, the most
// common first.
func educations(*Programme) []Option {
	return []Option{
		{Value: "71", Label: "初中毕业"},
		{Value: "61", Label: "普通高中毕业"},
		{Value: "41", Label: "中专毕业"},
		{Value: "44", Label: "职业高中毕业"},
		{Value: "47", Label: "技工学校毕业"},
		{Value: "63", Label: "上过高中、中专、技校，没有毕业证"},
		{Value: "31", Label: "大专毕业", Hint: "普通、成人、自考、开放大学都算"},
		{Value: "32", Label: "大专结业", Hint: "有结业证，没有毕业证"},
		{Value: "33", Label: "大专还没有读完"},
		{Value: "21", Label: "本科毕业"},
		{Value: "22", Label: "本科结业"},
		{Value: "14", Label: "研究生毕业"},
		{Value: "81", Label: "小学毕业"},
		{Value: "90", Label: "其他"},
	}
}

func honours(p *Programme) []Option {
	out := []Option{{Value: None, Label: "没有"}}
	for _, h := range p.Honours {
		out = append(out, Option{Value: h.Key, Label: h.Name, Hint: "要交：" + h.Proof, Group: h.Group})
	}
	return out
}

func banks(*Programme) []Option {
	var out []Option
	for _, b := range gb.Banks {
		out = append(out, Option{Value: b, Label: b})
	}
	return out
}

// MedicalNeed says what one must hold for a flagged major; "" if unknown. The
// full text is p.Wording["medical-"+flag].
func MedicalNeed(flag string) string {
	switch flag {
	case "nursing":
		return "护士执业证书"
	case "clinical":
		return "执业助理医师以上证书（或中专相应专业学历、乡村医生执业证书加中专学历）"
	case "health":
		return "在职卫生、医药技术人员的证明"
	}
	return ""
}

// districtUnion is the district's federation.
func districtUnion(p *Programme) (Union, bool) {
	for _, u := range p.Unions {
		if u.Kind == "district" {
			return u, true
		}
	}
	return Union{}, false
}
