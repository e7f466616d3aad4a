package bank

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/sheet"
)

// AnswerLine is one line of a bank's answer.
type AnswerLine struct {
	Row    int    // as the person sees it
	Ref    string // our reference, if the bank gives it back
	Name   string
	Card   string // digits, perhaps with stars
	Amount scheme.Fen
	State  scheme.LineState // paid, failed or unknown
	Known  bool             // the bank's word for the state stands in the layout
	Word   string           // as the bank wrote it
	Cause  string           // as the bank wrote it
	Reason Reason           // of a failed one
	batch  string
}

// Answer is what a bank's file says.
type Answer struct {
	Batch string // our number of the batch, if the file names one
	Day   string
	Lines []AnswerLine
}

// Columns are the columns to find in an answer that is a table with titles, for
// sheet.Table.Match.
func (l Layout) Columns() []sheet.Column {
	var out []sheet.Column
	for _, c := range l.Answer.Columns {
		if c.From != Text && c.From != Blank && c.From != Seq {
			out = append(out, sheet.Column{Key: string(c.From), Names: sheet.Names(c.Title), Optional: c.Optional, Date: c.From == Day})
		}
	}
	return out
}

// Options say how an answer of this bank is to be opened as a table.
func (l Layout) Options(m sheet.Mapping) sheet.Options {
	sep, _ := l.Answer.separator()
	o := sheet.Options{Columns: l.Columns(), Mapping: m, NoHeader: !l.Answer.Titles}
	if l.Answer.Kind == CSV {
		o.Charset, o.Separator = l.Answer.Charset, sep
	}
	return o
}

// MaxAnswer bounds an answer of fixed width, in lines.
const MaxAnswer = 50_000

// Read reads a bank's answer. m says under which header a column stands where
// the bank's titles differ from the layout; it may be nil. The error is a
// sheet.Fault or sheet.Faults, and then nothing of the file counts: half an
// answer is none.
func (l Layout) Read(b []byte, m sheet.Mapping) (Answer, error) {
	if int64(len(b)) > sheet.Usual.Bytes {
		return Answer{}, sheet.Fault{Code: "too_big", Sentence: "文件太大。请看是不是选错了文件。"}
	}
	var (
		head, foot []values
		rows       []entry
		err        error
	)
	if l.Answer.Kind == Fixed {
		head, rows, foot, err = l.Answer.readFixed(b)
	} else {
		head, rows, foot, err = l.readTable(b, m)
	}
	if err != nil {
		return Answer{}, err
	}
	return l.answer(head, rows, foot)
}

// entry is one row by its columns.
type entry struct {
	no int
	values
}

func (l Layout) readTable(b []byte, m sheet.Mapping) (head []values, rows []entry, foot []values, err error) {
	f := l.Answer
	t, err := sheet.Read(b, l.Options(m))
	if err != nil {
		return nil, nil, nil, err
	}
	if string(t.Form) != string(f.Kind) {
		return nil, nil, nil, sheet.Fault{Code: "other_form", Sentence: fmt.Sprintf("这家银行的回单是 %s 文件，这个文件是 %s。请换一个文件，或者改银行格式。", f.Kind, t.Form)}
	}
	if t.Hidden > 0 {
		return nil, nil, nil, sheet.Fault{Code: "hidden_rows", Sentence: fmt.Sprintf("表里有%d行被隐藏或筛选掉了。请取消筛选，显示全部行，再上传。", t.Hidden)}
	}
	above := t.Above
	if !f.Titles {
		n := min(len(f.Head), len(t.Rows))
		above, t.Rows = t.Rows[:n], t.Rows[n:]
	}
	if len(above) < len(f.Head) {
		return nil, nil, nil, noHead()
	}
	for i, spec := range f.Head {
		v, ok := rowValues(spec, above[len(above)-len(f.Head)+i].Cells)
		if !ok {
			return nil, nil, nil, noHead()
		}
		head = append(head, v)
	}
	if len(t.Rows) < len(f.Foot) {
		return nil, nil, nil, noFoot()
	}
	last := t.Rows[len(t.Rows)-len(f.Foot):]
	t.Rows = t.Rows[:len(t.Rows)-len(f.Foot)]
	for i, spec := range f.Foot {
		v, ok := rowValues(spec, last[i].Cells)
		if !ok {
			return nil, nil, nil, noFoot()
		}
		foot = append(foot, v)
	}
	cols := l.Columns()
	if !f.Titles {
		// Without titles a column is where the layout says.
		m = sheet.Mapping{}
		t.Header = make([]string, len(f.Columns))
		for i, c := range f.Columns {
			t.Header[i] = fmt.Sprintf("第%d列", i+1)
			if c.From != Text && c.From != Blank && c.From != Seq {
				m[string(c.From)] = t.Header[i]
			}
		}
	} else {
		var faults []sheet.Fault
		if m, faults = t.Match(cols, m); len(faults) > 0 {
			return nil, nil, nil, sheet.Faults(faults)
		}
	}
	entries, faults := t.Take(cols, m)
	if len(faults) > 0 {
		return nil, nil, nil, sheet.Faults(faults)
	}
	for _, e := range entries {
		v := values{}
		for k, s := range e.Values {
			v[From(k)] = strings.TrimSpace(s)
		}
		rows = append(rows, entry{e.No, v})
	}
	return head, rows, foot, nil
}

func noHead() error {
	return sheet.Fault{Code: "head_missing", Sentence: "文件开头和银行格式写的不一样。请看是不是选错了文件，或者银行改了格式。"}
}

func noFoot() error {
	return sheet.Fault{Code: "truncated", Sentence: "文件末尾没有合计行，可能没有下载完整。请到银行系统重新下载回单。"}
}

// rowValues reads a head or foot row; false if its fixed texts are not there.
func rowValues(spec []Cell, got []string) (values, bool) {
	v := values{}
	for i, c := range spec {
		s := ""
		if i < len(got) {
			s = strings.TrimSpace(got[i])
		}
		switch c.From {
		case Text:
			if plain(s) != plain(c.Text) {
				return nil, false
			}
		case Blank:
		default:
			v[c.From] = s
		}
	}
	return v, true
}

func (f Form) readFixed(b []byte) (head []values, rows []entry, foot []values, err error) {
	// A cell is so many bytes, and the second byte of a Chinese character is never
	// a line feed in any of the charsets, so lines can be parted first.
	ended := bytes.HasSuffix(b, []byte("\n"))
	var lines [][]byte
	for line := range bytes.Lines(b) {
		line = bytes.TrimRight(line, "\r\n")
		if len(lines) > MaxAnswer {
			return nil, nil, nil, sheet.Fault{Code: "too_long", Sentence: fmt.Sprintf("文件超过%d行。请看是不是选错了文件。", MaxAnswer)}
		}
		lines = append(lines, line)
	}
	for len(lines) > 0 && len(bytes.TrimSpace(bytes.TrimRight(lines[len(lines)-1], "\x1A"))) == 0 {
		lines = lines[:len(lines)-1]
		ended = true
	}
	if len(lines) == 0 {
		return nil, nil, nil, sheet.Fault{Code: "empty", Sentence: "文件是空的。请看是不是选错了文件。"}
	}
	if len(lines) < len(f.Head)+len(f.Foot) {
		return nil, nil, nil, noFoot()
	}
	for i, line := range lines {
		spec, where := f.Columns, &rows
		switch tail := i - (len(lines) - len(f.Foot)); {
		case i < len(f.Head):
			spec, where = f.Head[i], nil
		case tail >= 0:
			spec, where = f.Foot[tail], nil
		}
		cut, err := f.slice(spec, line, i+1, ended || i < len(lines)-1)
		if err != nil {
			return nil, nil, nil, err
		}
		v, ok := rowValues(spec, cut)
		switch {
		case !ok && i < len(f.Head):
			return nil, nil, nil, noHead()
		case !ok && where == nil:
			return nil, nil, nil, noFoot()
		case !ok:
			return nil, nil, nil, sheet.Fault{Code: "not_fixed", Row: i + 1, Sentence: fmt.Sprintf("第%d行和银行格式写的不一样。请看是不是选错了文件，或者银行改了格式。", i+1)}
		case i < len(f.Head):
			head = append(head, v)
		case where == nil:
			foot = append(foot, v)
		default:
			rows = append(rows, entry{i + 1, v})
		}
	}
	return head, rows, foot, nil
}

// slice cuts a line of fixed width into texts. Banks drop blanks at the end of a
// line, so the last column may be short, but not in a line that may be cut off.
func (f Form) slice(spec []Cell, line []byte, no int, ended bool) ([]string, error) {
	width := 0
	for _, c := range spec {
		width += c.Width
	}
	last := spec[len(spec)-1].Width
	if len(line) > width || len(line) < width && (!ended || len(line) < width-last) {
		return nil, sheet.Fault{Code: "not_fixed", Row: no, Sentence: fmt.Sprintf("第%d行的长度不对。文件可能没有下载完整，或者银行改了格式。", no)}
	}
	var out []string
	for _, c := range spec {
		n := min(c.Width, len(line))
		s, ok := sheet.Decode(f.Charset, line[:n])
		if !ok {
			return nil, sheet.Fault{Code: "charset", Row: no, Sentence: fmt.Sprintf("第%d行有读不出来的字，文件编码和银行格式写的不一样。请改银行格式的编码，或者重新下载回单。", no)}
		}
		out = append(out, s)
		line = line[n:]
	}
	return out, nil
}

// answer gives the values their meaning and checks the sums.
func (l Layout) answer(head []values, rows []entry, foot []values) (Answer, error) {
	var a Answer
	var faults sheet.Faults
	cents := l.Answer.has(Cents)
	for _, e := range rows {
		x := AnswerLine{Row: e.no, Ref: e.values[Ref], Name: e.values[Name], Card: digitsOf(e.values[Card]), Word: e.values[State], Cause: e.values[Cause], batch: e.values[BatchN]}
		text := e.values[Amount]
		if cents {
			text = e.values[Cents]
		}
		var ok bool
		if x.Amount, ok = parseAmount(text, cents); !ok {
			if len(faults) < 100 {
				faults = append(faults, sheet.Fault{Code: "amount", Row: e.no, Sentence: fmt.Sprintf("第%d行的金额读不懂。合计行请写进银行格式；其他情况请向银行要一份正确的回单。", e.no)})
			}
			continue
		}
		l.judge(&x)
		if x.batch != "" {
			if a.Batch != "" && a.Batch != x.batch {
				return Answer{}, sheet.Fault{Code: "two_batches", Row: e.no, Sentence: fmt.Sprintf("第%d行是另一个批次的。一个文件只能有一个批次，请分开上传。", e.no)}
			}
			a.Batch = x.batch
		}
		if a.Day == "" {
			a.Day = e.values[Day]
		}
		a.Lines = append(a.Lines, x)
	}
	if len(faults) > 0 {
		return Answer{}, faults
	}
	sum := scheme.Fen(0)
	for _, x := range a.Lines {
		sum += x.Amount
	}
	for _, v := range append(head, foot...) {
		if n := v[BatchN]; n != "" {
			if a.Batch != "" && a.Batch != n {
				return Answer{}, sheet.Fault{Code: "two_batches", Sentence: "文件里写了两个不同的批次号。请向银行要一份正确的回单。"}
			}
			a.Batch = n
		}
		if v[Day] != "" {
			a.Day = v[Day]
		}
		if s, named := v[Count]; named {
			if n, err := strconv.Atoi(s); err != nil || n != len(a.Lines) {
				return Answer{}, sheet.Fault{Code: "truncated", Sentence: fmt.Sprintf("文件写明的笔数和实际的%d笔不一样，可能没有下载完整。请到银行系统重新下载回单。", len(a.Lines))}
			}
		}
		for _, total := range []From{Total, TotalCents} {
			if s, named := v[total]; named {
				if n, ok := parseAmount(s, total == TotalCents); !ok || n != sum {
					return Answer{}, sheet.Fault{Code: "truncated", Sentence: "文件写明的总金额和各笔相加的不一样，可能没有下载完整。请到银行系统重新下载回单。"}
				}
			}
		}
	}
	if len(a.Lines) == 0 {
		return Answer{}, sheet.Fault{Code: "empty", Sentence: "回单里一笔也没有。请看是不是选错了文件。"}
	}
	return a, nil
}

// judge reads the bank's word. A word that the layout does not have is unknown,
// however it sounds: money that may be on its way is not sent twice.
func (l Layout) judge(x *AnswerLine) {
	x.State = scheme.LineUnknown
	word := plain(x.Word)
	for _, w := range l.Words {
		if plain(w.Word) == word {
			x.State, x.Known = w.State, true
		}
	}
	if !x.Known {
		// 「失败：账号户名不符」 in one cell
		for _, w := range l.Words {
			rest, ok := strings.CutPrefix(word, plain(w.Word))
			if ok && w.State == scheme.LineFailed && strings.ContainsAny(rest[:1], ":-,;(/") {
				x.State, x.Known = w.State, true
				if x.Cause == "" {
					x.Cause = strings.Trim(rest, ":-,;()/")
				}
			}
		}
	}
	if x.State == scheme.LineFailed {
		x.Reason = l.ReasonOf(x.Cause)
	}
}

// parseAmount reads yuan or fen exactly.
func parseAmount(s string, cents bool) (scheme.Fen, bool) {
	s = plain(s)
	for _, sign := range []string{"¥", "￥", "RMB", "CNY"} {
		s = strings.TrimPrefix(s, sign)
	}
	s = strings.TrimSuffix(s, "元")
	if t := strings.TrimLeft(s, "0"); t != s {
		if s = t; s == "" || s[0] == '.' {
			s = "0" + s
		}
	}
	if !cents {
		return scheme.ParseYuan(s)
	}
	if len(s) == 0 || len(s) > 13 || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return scheme.Fen(n), err == nil
}
