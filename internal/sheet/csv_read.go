package sheet

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// readCSV reads text with separators. The standard reader skips empty lines and
// counts lines, not rows, so a person could not find the row that we name.
func readCSV(t *Table, b []byte, o Options) error {
	t.Charset = o.Charset
	if t.Charset == "" {
		t.Charset = guess(b)
	}
	text, ok := Decode(t.Charset, b)
	if !ok {
		row := 1
		for line := range strings.Lines(text) {
			if !utf8.ValidString(line) || strings.ContainsRune(line, utf8.RuneError) {
				break
			}
			row++
		}
		return at("charset", row, 0, "有读不出来的字，文件的编码不对或文件已损坏。请用表格软件打开，另存为 xlsx 或“CSV UTF-8”，再上传。")
	}
	if i := strings.IndexByte(text, 0); i >= 0 {
		return whole("not_table", "这不是表格文件。请上传 xlsx 或 csv 文件。")
	}
	first := 1
	if rest, sep, ok := sepLine(text); ok {
		text, first = rest, 2
		if o.Separator == 0 {
			o.Separator = sep
		}
	}
	t.Separator = o.Separator
	if t.Separator == 0 {
		t.Separator = separator(text)
	}
	no := first - 1
	return scanCSV(text, t.Separator, func(cells []string, closed bool) error {
		no++
		if !closed {
			return at("truncated", no, 0, "的引号没有结束，文件可能没有传完。请在电脑上打开看一看，重新保存后再上传。")
		}
		r := Row{No: no, Cells: cells}
		for i, c := range cells {
			if utf8.RuneCountInString(c) > o.Limits.Cell {
				return at("cell_long", no, i+1, "的内容太长。请删掉多余的文字。")
			}
			var k trapKind
			cells[i], k = csvCell(c)
			if k != 0 {
				r.traps = append(r.traps, trap{i, k})
			}
		}
		return t.add(r, o.Limits)
	})
}

// sepLine takes off the first line "sep=;" that Excel writes.
func sepLine(text string) (rest string, sep rune, ok bool) {
	line, rest, _ := strings.Cut(text, "\n")
	line = strings.ToLower(strings.Trim(strings.TrimSpace(line), `"`))
	if s, ok := strings.CutPrefix(line, "sep="); ok && len(s) == 1 {
		return rest, rune(s[0]), true
	}
	return text, 0, false
}

var (
	quoted   = regexp.MustCompile(`^="([^"]*)"$`)
	exponent = regexp.MustCompile(`^\d(\.\d+)?[Ee]\+?\d{2}$`)
	tabbed   = regexp.MustCompile(`^[\t ]*(\d+)[\t ]*$`)
)

// csvCell undoes the two ways in which exports keep a long number whole, and
// sees what a spreadsheet did to a number or would do with a formula.
func csvCell(s string) (string, trapKind) {
	if m := quoted.FindStringSubmatch(s); m != nil {
		return m[1], 0
	}
	if m := tabbed.FindStringSubmatch(s); m != nil {
		return m[1], 0
	}
	v := strings.TrimSpace(s)
	switch {
	case strings.HasPrefix(v, "=") && len(v) > 1:
		return s, trapFormula
	case exponent.MatchString(v):
		return s, trapDigits
	case errorValue(v):
		return s, trapError
	}
	return s, 0
}

func errorValue(s string) bool {
	switch s {
	case "#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "########":
		return true
	}
	return false
}

// separator finds which sign parts the cells: the one that stands in most of
// the first rows, then the one that stands there most often.
func separator(text string) rune {
	best, rows, all := ',', 0, 0
	for _, sep := range []rune{'\t', ',', ';'} {
		seen, r, n := 0, 0, 0
		_ = scanCSV(text, sep, func(cells []string, _ bool) error {
			if len(cells) > 1 {
				r++
				n += len(cells) - 1
			}
			if seen++; seen >= headerWithin {
				return errEnough
			}
			return nil
		})
		if r > rows || r == rows && n > all {
			best, rows, all = sep, r, n
		}
	}
	return best
}

var errEnough = fmt.Errorf("enough rows")

// scanCSV calls f for every row. closed is false for a last row whose quote
// never ends. A quote counts only at the beginning of a cell, as in Excel.
func scanCSV(text string, sep rune, f func(cells []string, closed bool) error) error {
	var cells []string
	var b strings.Builder
	quote, inside, begun := false, false, true
	end := func() { cells = append(cells, b.String()); b.Reset(); begun = true }
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		i += n
		switch {
		case inside && r == '"' && strings.HasPrefix(text[i:], `"`):
			b.WriteByte('"')
			i++
		case inside && r == '"':
			inside = false
		case inside:
			b.WriteRune(r)
		case begun && r == '"':
			inside, quote, begun = true, true, false
		case r == sep:
			end()
		case r == '\n' || r == '\r':
			if r == '\r' && strings.HasPrefix(text[i:], "\n") {
				i++
			}
			end()
			if err := f(cells, true); err != nil {
				return err
			}
			cells, quote = nil, false
		default:
			b.WriteRune(r)
			begun = false
		}
	}
	if b.Len() > 0 || len(cells) > 0 || quote {
		end()
		return f(cells, !inside)
	}
	return nil
}
