package plan

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"yuanmeng/internal/scheme"
)

// levelKeys give the middle part of a major's key.
var levelKeys = map[string]string{"高升专": "zk", "专升本": "bk"}

// Subjects are the exam subjects that follow from level and category as
// printed in 附件1 (readings.md R-C3). ok is false for a pair that the adult
// entrance examination does not have.
func Subjects(level, category string) (subjects []string, ok bool) {
	switch level {
	case "高升专":
		switch category {
		case "文史类", "艺术类":
			return []string{"语文", "数学（文）", "外语"}, true
		case "理工类", "医学类":
			return []string{"语文", "数学（理）", "外语"}, true
		}
	case "专升本":
		third := map[string]string{
			"文史类": "大学语文",
			"艺术类": "艺术概论",
			"理工类": "高等数学（一）",
			"经管类": "高等数学（二）",
			"法学类": "民法",
			"教育类": "教育理论",
			"农学类": "生态学基础",
			"医学类": "医学综合",
		}[category]
		if third != "" {
			return []string{"政治", "外语", third}, true
		}
	}
	return nil, false
}

// medicalKeys are the conditions a major may carry (R-C5).
var medicalKeys = []string{"", "nursing", "clinical", "health"}

func (r *reader) majors(p *scheme.Programme) {
	count := map[string]int{}
	first := map[string]int{}
	for _, w := range r.table("majors.csv", "college", "level", "category", "name", "subjects", "medical", "note") {
		m := scheme.Major{
			College: w.must("college"), Level: w.must("level"), Category: w.must("category"),
			Name: w.must("name"), Medical: w.cell["medical"], Note: w.cell["note"],
			Subjects: strings.Split(w.must("subjects"), "、"),
		}
		if _, ok := p.College(m.College); !ok && m.College != "" && len(p.Colleges) > 0 {
			w.fault("programme.yaml 里没有院校 %s。", m.College)
		}
		lk := levelKeys[m.Level]
		if lk == "" && m.Level != "" {
			w.fault("层次只能是“高升专”或“专升本”，不能是“%s”。", m.Level)
		}
		want, ok := Subjects(m.Level, m.Category)
		switch {
		case lk == "" || m.Category == "":
		case !ok:
			w.fault("%s没有类别“%s”。", m.Level, m.Category)
		case !slices.Equal(m.Subjects, want):
			w.fault("%s%s的考试科目应当是“%s”。", m.Level, m.Category, strings.Join(want, "、"))
		}
		if !slices.Contains(medicalKeys, m.Medical) {
			w.fault("medical 只能是空、nursing、clinical 或 health，不能是“%s”。", m.Medical)
		}
		same := m.College + "\x00" + m.Level + "\x00" + m.Name
		if l := first[same]; l != 0 {
			w.fault("同一院校、层次、专业写了两次，第一次在第 %d 行。", l)
		} else {
			first[same] = w.line
		}
		list := m.College + "-" + lk
		count[list]++
		m.Key = fmt.Sprintf("%s-%02d", list, count[list])
		p.Majors = append(p.Majors, m)
	}
}

// unionKinds are the kinds of union a district may list.
var unionKinds = []string{"district", "town", "township", "subdistrict", "zone", "system", "village", "industry", "enterprise"}

func (r *reader) unions(p *scheme.Programme) {
	rows := r.table("unions.csv", "key", "name", "short", "kind", "parent", "town", "address", "phone", "hours", "confirmed")
	line := map[string]int{}
	towns := map[string]int{}
	district := 0
	for _, w := range rows {
		u := scheme.Union{
			Key: w.must("key"), Name: w.must("name"), Short: w.must("short"), Kind: w.must("kind"),
			Parent: w.cell["parent"], Town: w.cell["town"], Address: w.cell["address"],
			Phone: w.cell["phone"], Hours: w.cell["hours"], Confirmed: w.yes("confirmed"),
		}
		if l := line[u.Key]; l != 0 {
			w.fault("key %s 写了两次，第一次在第 %d 行。", u.Key, l)
			continue
		}
		line[u.Key] = w.line
		if u.Key == "own" {
			w.fault("key 不能是 own：它表示“本单位工会”。")
		}
		if u.Kind != "" && !slices.Contains(unionKinds, u.Kind) {
			w.fault("kind 不能是“%s”。", u.Kind)
		}
		if u.Kind == "district" {
			district++
			if district > 1 {
				w.fault("只能有一个区总工会（district）。")
			}
			if u.Parent != "" {
				w.fault("区总工会没有上级（parent 应当是空的）。")
			}
		} else if u.Parent == "" {
			w.fault("parent 是空的。")
		}
		if u.Town != "" {
			if l := towns[u.Town]; l != 0 {
				w.fault("%s 已有第 %d 行的工会。", u.Town, l)
			} else {
				towns[u.Town] = w.line
			}
		}
		if u.Confirmed && (u.Address == "" || u.Phone == "" || u.Hours == "") {
			w.fault("地址、电话、时间还不全，不能标为已核对（confirmed）。")
		}
		p.Unions = append(p.Unions, u)
	}
	for _, w := range rows {
		if up := w.cell["parent"]; up != "" && line[up] == 0 {
			w.fault("没有 key 为 %s 的上级工会。", up)
		}
	}
	if len(rows) > 0 {
		if district == 0 {
			r.fault("unions.csv", 0, "缺少区总工会（district）。")
		}
		if len(towns) == 0 {
			r.fault("unions.csv", 0, "没有一个乡镇（街道）的工会。")
		}
	}
}

func (r *reader) holidays(p *scheme.Programme) {
	first := map[string]int{}
	for _, w := range r.table("holidays.csv", "date", "working", "name", "basis", "confirmed") {
		h := scheme.Holiday{Working: w.yes("working"), Name: w.must("name"), Confirmed: w.yes("confirmed")}
		day := w.must("date")
		t, err := time.ParseInLocation("2006-01-02", day, scheme.Shanghai)
		if err != nil {
			if day != "" {
				w.fault("日期要写成 2026-10-01 这样，“%s”不是。", day)
			}
			continue
		}
		h.On = t
		if l := first[day]; l != 0 {
			w.fault("%s 写了两次，第一次在第 %d 行。", day, l)
			continue
		}
		first[day] = w.line
		switch basis := w.must("basis"); basis {
		case "statute", "notice", "":
		default:
			w.fault("basis 只能是 statute（法定）或 notice（当年通知），不能是“%s”。", basis)
		}
		weekend := t.Weekday() == time.Saturday || t.Weekday() == time.Sunday
		if h.Working && !weekend {
			w.fault("%s 不是周末，本来就要上班。", day)
		}
		p.Holidays = append(p.Holidays, h)
	}
}

// duties reads what is asked from the approval on (A2.2–A2.4).
func (r *reader) duties(p *scheme.Programme) {
	first := map[string]int{}
	for _, w := range r.table("duties.csv", "duty", "key", "label", "hint", "kind", "options", "optional", "privacy", "receiver", "purpose") {
		f := scheme.DutyField{
			Duty: scheme.DutyKind(w.must("duty")), Key: w.must("key"), Label: w.must("label"), Hint: w.cell["hint"], Kind: scheme.FieldKind(w.must("kind")),
			Options: w.cell["options"], Optional: w.yes("optional"), Privacy: scheme.Privacy(w.must("privacy")), Receiver: w.cell["receiver"], Purpose: w.must("purpose"),
		}
		if _, ok := scheme.DutyBy(f.Duty); !ok && f.Duty != "" {
			w.fault("没有“%s”这件事。", f.Duty)
		}
		if f.Kind != "" && !slices.Contains(scheme.DutyKinds, f.Kind) {
			w.fault("没有“%s”这种填法。", f.Kind)
		}
		switch f.Privacy {
		case scheme.PrivacyOpen, scheme.PrivacyPersonal, scheme.PrivacySensitive, "":
		default:
			w.fault("privacy 只能是 open、personal、sensitive，不能是“%s”。", f.Privacy)
		}
		if f.Kind == scheme.KindChoice && len(f.Choices()) < 2 {
			w.fault("“%s”要有两个以上的选项。", f.Label)
		}
		key := string(f.Duty) + "/" + f.Key
		if l := first[key]; l != 0 {
			w.fault("%s 写了两次，第一次在第 %d 行。", f.Key, l)
			continue
		}
		first[key] = w.line
		p.Duties = append(p.Duties, f)
	}
	for _, d := range scheme.Duties {
		if len(p.DutyFields(d.Kind)) == 0 {
			r.fault("duties.csv", 0, "缺少“%s”要填的内容。", d.Label)
		}
	}
}
