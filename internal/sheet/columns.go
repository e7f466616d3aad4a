package sheet

import (
	"fmt"
	"slices"
	"strings"
)

// Column is a column that somebody wants to read.
type Column struct {
	Key      string
	Names    []string // the first one is shown to people, all are recognised
	Optional bool     // the table may lack it
	Date     bool     // a date cell is fine and becomes 2026-08-31
}

// Names splits "姓名|学生姓名|考生姓名", the short way to write a column.
func Names(s string) []string { return strings.Split(s, "|") }

// Mapping says under which header a wanted column stands: key → header text. It
// is plain data, to be kept for the next file of the same sender.
type Mapping map[string]string

// is says whether a header means the column.
func (c Column) is(header string) bool {
	h := fold(header)
	return h != "" && slices.ContainsFunc(c.Names, func(n string) bool { return fold(n) == h })
}

func (c Column) name() string {
	if len(c.Names) == 0 {
		return c.Key
	}
	return c.Names[0]
}

// fold is how headers are compared: half width, lower case, without spaces,
// stars, closing colons and remarks such as （必填）.
func fold(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r >= 0xFF01 && r <= 0xFF5E:
			r -= 0xFEE0
		case r == 0x3000:
			r = ' '
		}
		switch {
		case r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == 0xA0 || r == '*' || r == '\u200B' || r == '\uFEFF':
		case r >= 'A' && r <= 'Z':
			b.WriteRune(r - 'A' + 'a')
		default:
			b.WriteRune(r)
		}
	}
	out := strings.TrimRight(b.String(), ":")
	for _, remark := range []string{"(必填)", "(选填)", "(文本)", "(元)"} {
		out = strings.TrimSuffix(out, remark)
	}
	return out
}

// Match finds the wanted columns among the headers. A header that was remembered
// comes first; then the names. The faults say what is missing or stands there
// twice; the mapping holds what is sure.
func (t *Table) Match(cols []Column, remembered Mapping) (Mapping, []Fault) {
	out := Mapping{}
	var faults []Fault
	owner := map[int]string{}
	for _, c := range cols {
		var hits []int
		if h := remembered[c.Key]; h != "" {
			hits = t.find(func(s string) bool { return fold(s) == fold(h) })
		}
		if len(hits) == 0 {
			hits = t.find(c.is)
		}
		switch {
		case len(hits) == 1 && owner[hits[0]] != "":
			faults = append(faults, at("column_shared", t.HeaderRow, hits[0]+1, fmt.Sprintf("不能同时当作“%s”和“%s”。请分别选定。", owner[hits[0]], c.name())))
		case len(hits) == 1:
			out[c.Key] = t.Header[hits[0]]
			owner[hits[0]] = c.name()
		case len(hits) > 1:
			var where []string
			for _, i := range hits {
				where = append(where, ColumnName(i+1)+"列")
			}
			faults = append(faults, at("column_twice", t.HeaderRow, 0, fmt.Sprintf("有好几列像“%s”：%s。请选定一列；表头相同的，请先改成不同的名字。", c.name(), strings.Join(where, "、"))))
		case !c.Optional:
			faults = append(faults, at("column_missing", t.HeaderRow, 0, fmt.Sprintf("没有“%s”这一列。请补上，或者选定哪一列是它。", c.name())))
		}
	}
	return out, faults
}

func (t *Table) find(f func(string) bool) []int {
	var out []int
	for i, h := range t.Header {
		if f(h) {
			out = append(out, i)
		}
	}
	return out
}

// Entry is one row, by wanted columns.
type Entry struct {
	No     int // of the row, as Excel shows it
	Values map[string]string
}

// Take gives the rows by wanted columns. Cells that cannot be trusted are
// faults; formulas and merged cells in columns that nobody asked for are not.
// Rows that are empty in every wanted column are left out.
func (t *Table) Take(cols []Column, m Mapping) ([]Entry, []Fault) {
	type spot struct {
		Column
		col int
	}
	var spots []spot
	var faults []Fault
	for _, c := range cols {
		h, ok := m[c.Key]
		if !ok {
			continue
		}
		hits := t.find(func(s string) bool { return fold(s) == fold(h) })
		if len(hits) != 1 {
			faults = append(faults, at("column_missing", t.HeaderRow, 0, fmt.Sprintf("找不到选定为“%s”的那一列，或者有两列同名。请重新选定。", c.name())))
			continue
		}
		spots = append(spots, spot{c, hits[0]})
	}
	if len(faults) > 0 {
		return nil, faults
	}
	var out []Entry
	for _, r := range t.Rows {
		e := Entry{No: r.No, Values: make(map[string]string, len(spots))}
		any := false
		for _, s := range spots {
			v := r.Cell(s.col)
			for _, tr := range r.traps {
				if tr.col == s.col && !(tr.kind == trapDate && s.Date) {
					faults = append(faults, tr.kind.fault(r.No, s.col+1))
					any = true
				}
			}
			any = any || strings.TrimSpace(v) != ""
			e.Values[s.Key] = v
		}
		if any {
			out = append(out, e)
		}
	}
	return out, faults
}
