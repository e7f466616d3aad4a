package scheme

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"yuanmeng/internal/gb"
)

// The kinds that only duties ask for.
const (
	KindDate   FieldKind = "date"   // 2027-03-01
	KindMonth  FieldKind = "month"  // 2012-06
	KindMoney  FieldKind = "money"  // yuan, kept in fen
	KindReport FieldKind = "report" // 学籍在线验证码
)

// DutyField is one value that a duty asks for: data of the programme
// (duties.csv), each naming its receiver and its use (A2.2).
type DutyField struct {
	Duty     DutyKind  `json:"duty"`
	Key      string    `json:"key"`
	Label    string    `json:"label"`
	Hint     string    `json:"hint"`
	Kind     FieldKind `json:"kind"`
	Options  string    `json:"options"` // name of a standard list, or a|b|c
	Optional bool      `json:"optional"`
	Privacy  Privacy   `json:"privacy"`
	Receiver string    `json:"receiver"` // "" for nobody else
	Purpose  string    `json:"purpose"`
}

// DutyKinds are the kinds that a row of duties.csv may name.
var DutyKinds = []FieldKind{KindText, KindChoice, KindYesNo, KindTick, KindDate, KindMonth, KindMoney, KindReport, KindFile}

// DutyFields are the fields of a duty, in the order in which they are asked.
func (p *Programme) DutyFields(k DutyKind) []DutyField {
	var out []DutyField
	for _, f := range p.Duties {
		if f.Duty == k {
			out = append(out, f)
		}
	}
	return out
}

// standardLists are the lists of the national standards by the name that
// duties.csv gives them.
var standardLists = map[string][]gb.Code{"ethnic": gb.Ethnic, "political": gb.Political, "education": gb.Education}

// Choices are the options of a field.
func (f DutyField) Choices() []Option {
	switch {
	case f.Kind == KindYesNo:
		return []Option{{Value: "yes", Label: "是"}, {Value: "no", Label: "否"}}
	case f.Options == "":
		return nil
	}
	if list, ok := standardLists[f.Options]; ok {
		out := make([]Option, len(list))
		for i, c := range list {
			out[i] = Option{Value: c.Code, Label: c.Name}
		}
		return out
	}
	var out []Option
	for _, s := range strings.Split(f.Options, "|") {
		out = append(out, Option{Value: s, Label: s})
	}
	return out
}

// KeepUntil is the time of keeping in words: what the year asks lies with the case.
func (f DutyField) KeepUntil(p *Programme) string { return p.keepUntil(keepCase) }

// Show is a value as people read it.
func (f DutyField) Show(v string) string {
	switch {
	case v == "":
		return ""
	case f.Kind == KindTick:
		return "是"
	case f.Kind == KindMoney:
		if fen, ok := ParseYuan(v); ok {
			return gb.Yuan(int64(fen)) + "元"
		}
	case f.Kind == KindFile:
		return "已上传"
	case f.Options != "" || f.Kind == KindYesNo:
		return OptionLabel(f.Choices(), v)
	}
	return v
}

// longestDuty bounds a typed value, in characters.
const longestDuty = 60

var dayForm = regexp.MustCompile(`^(\d{4})[-./年](\d{1,2})(?:[-./月](\d{1,2})日?)?月?$`)

// Clean evens out what was typed: blanks at the ends, a day in one of the usual
// ways, the blanks and small letters of a report's code.
func (f DutyField) Clean(raw string) string {
	v := strings.TrimSpace(raw)
	switch f.Kind {
	case KindDate, KindMonth:
		if m := dayForm.FindStringSubmatch(v); m != nil && (m[3] == "") == (f.Kind == KindMonth) {
			two := func(s string) string { return ("0" + s)[len(s)-1:] }
			v = m[1] + "-" + two(m[2])
			if f.Kind == KindDate {
				v += "-" + two(m[3])
			}
		}
	case KindChoice: // a long list is typed, by its words
		for _, o := range f.Choices() {
			if o.Label == v {
				return o.Value
			}
		}
	case KindReport:
		v = strings.ToUpper(strings.Join(strings.Fields(v), ""))
	}
	return v
}

var reportCode = regexp.MustCompile(`^(\d{12}|[0-9A-Z]{16})$`)

// Judge says what is wrong with a clean value. A report's code of another form
// only warns: the form has changed before (reference: domain 2.8).
func (f DutyField) Judge(v string, now time.Time) []Reason {
	row, _ := DutyBy(f.Duty)
	no := func(code, worker string) []Reason {
		return []Reason{{Code: code, Field: f.Key, Worker: worker, Staff: f.Label + "：" + worker, Clause: row.Clause, Blocks: true}}
	}
	if v == "" {
		if f.Optional {
			return nil
		}
		switch f.Kind {
		case KindFile:
			return no("missing", "请上传"+f.Label+"。")
		case KindTick:
			return no("missing", "请先看一遍，再打勾。")
		case KindChoice, KindYesNo:
			return no("missing", "请选一项："+f.Label+"。")
		}
		return no("missing", "请填写"+f.Label+"。")
	}
	if utf8.RuneCountInString(v) > longestDuty {
		return no("long", "太长了，最多60个字。")
	}
	switch f.Kind {
	case KindChoice, KindYesNo:
		if !slices.ContainsFunc(f.Choices(), func(o Option) bool { return o.Value == v }) {
			return no("choice", "请从列出的几项里选一项。")
		}
	case KindTick:
		if v != "yes" {
			return no("missing", "请先看一遍，再打勾。")
		}
	case KindDate:
		t, err := time.ParseInLocation("2006-01-02", v, Shanghai)
		switch {
		case err != nil:
			return no("date", "日期要写成 2027-03-01 这样。")
		case f.Key == "paid_on" && t.After(now):
			return no("future", "这个日期还没有到。")
		}
	case KindMonth:
		t, err := time.ParseInLocation("2006-01", v, Shanghai)
		switch {
		case err != nil:
			return no("month", "年月要写成 2012-06 这样。")
		case t.After(now):
			return no("future", "这个日期还没有到。")
		}
	case KindMoney:
		if _, ok := ParseYuan(v); !ok {
			return no("money", "请写数字，比如 2400 或 2400.50。")
		}
	case KindReport:
		if !reportCode.MatchString(v) {
			return []Reason{{Code: "report_form", Field: f.Key, Worker: "验证码一般是十二位数字，或十六位数字和字母。请对一遍。", Staff: "验证码的样子不常见，请核对", Clause: row.Clause}}
		}
	}
	return nil
}

var yuan = regexp.MustCompile(`^(\d{1,3}(?:,\d{3})+|\d{1,9})(?:\.(\d{1,2}))?$`)

// ParseYuan reads an amount of yuan, exactly; false for anything else.
func ParseYuan(s string) (Fen, bool) {
	m := yuan.FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	n := Fen(0)
	for _, c := range strings.ReplaceAll(m[1], ",", "") + (m[2] + "00")[:2] {
		n = n*10 + Fen(c-'0')
	}
	return n, true
}

// JudgeDuty cleans and judges everything that was handed in for a duty. files
// says for which of its file fields a file has been received. Values that the
// programme does not ask for are dropped: nothing is kept that nobody needs.
func JudgeDuty(p *Programme, k DutyKind, values map[string]string, files map[string]bool, now time.Time) (map[string]string, []Reason) {
	clean := map[string]string{}
	var rs []Reason
	for _, f := range p.DutyFields(k) {
		v := ""
		if f.Kind == KindFile {
			if files[f.Key] {
				v = "yes"
			}
		} else if v = f.Clean(values[f.Key]); v != "" {
			clean[f.Key] = v
		}
		rs = append(rs, f.Judge(v, now)...)
	}
	if k == DutyExam && clean["taken"] != "" && clean["taken"] != "没有参加" && !files["ticket"] {
		rs = append(rs, Reason{Code: "missing", Field: "ticket", Worker: "请上传准考证或免试证明。", Staff: "没有准考证或免试证明", Clause: "A2.3", Blocks: true})
	}
	return clean, rs
}

// Exempt says whether what was handed in for the exam claims a lawful 免试.
func Exempt(values map[string]string) bool { return values["taken"] == "依法免试" }
