// Package bank writes the file by which a bank pays a batch, and reads what the
// bank answers. It is pure: lines go in and bytes come out, the same bytes every
// time; an answer goes in and a verdict on every line comes out. What becomes of
// the verdicts is an act of casework.
//
// Every bank has its own form, so a form is data (Layout). Two rules hold for all
// of them (DESIGN §2.13, clause A2.5): a card number is text and never a number,
// and what the bank has not said clearly counts as unknown, which is never sent
// again.
package bank

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/sheet"
)

// Layout is how one bank wants its file and how it answers.
type Layout struct {
	Key      string  `yaml:"key"`
	Name     string  `yaml:"name"`
	MaxLines int     `yaml:"max_lines"` // in one file; 0: no limit
	Send     Form    `yaml:"send"`
	Answer   Form    `yaml:"answer"`
	Words    []Word  `yaml:"words"`             // what the bank says of a payment
	Codes    []Coded `yaml:"reasons,omitempty"` // its own words for why one failed, before the usual ones
}

// Kind is the kind of file.
type Kind string

// The kinds.
const (
	XLSX  Kind = "xlsx"
	CSV   Kind = "csv"
	Fixed Kind = "fixed" // columns of so many bytes
)

// Form describes one file.
type Form struct {
	Kind      Kind          `yaml:"kind"`
	Charset   sheet.Charset `yaml:"charset,omitempty"`
	LineEnd   string        `yaml:"line_end,omitempty"`  // crlf (usual) or lf
	Separator string        `yaml:"separator,omitempty"` // of a csv: one sign, or "tab"
	Bare      bool          `yaml:"bare,omitempty"`      // a csv without quotes
	Sheet     string        `yaml:"sheet,omitempty"`     // name of the sheet
	Titles    bool          `yaml:"titles,omitempty"`    // the columns have a row of titles
	Head      [][]Cell      `yaml:"head,omitempty"`      // rows before the titles
	Columns   []Cell        `yaml:"columns"`
	Foot      [][]Cell      `yaml:"foot,omitempty"` // rows after the last line
}

// Cell is one column, or one cell of a head or foot row.
type Cell struct {
	From     From   `yaml:"from"`
	Text     string `yaml:"text,omitempty"`  // of From text
	Title    string `yaml:"title,omitempty"` // written; in an answer also others, parted by |
	Width    int    `yaml:"width,omitempty"` // fixed: bytes; xlsx: characters
	Right    bool   `yaml:"right,omitempty"` // fixed: filled on the left
	Pad      string `yaml:"pad,omitempty"`   // fixed: "0" instead of blanks
	Number   bool   `yaml:"number,omitempty"`
	Optional bool   `yaml:"optional,omitempty"` // an answer may lack the column
}

// From says what stands in a cell.
type From string

// What stands in cells: of a line, of an answered line, of the whole file.
const (
	Seq      From = "seq"
	Ref      From = "ref" // our own number of the line
	Name     From = "name"
	Card     From = "card"
	Amount   From = "amount" // yuan with two decimals
	Cents    From = "fen"
	Bank     From = "bank"
	BankCode From = "bank_code"
	Purpose  From = "purpose"

	State  From = "state"
	Cause  From = "reason"
	BatchN From = "batch"
	Day    From = "day"

	Count      From = "count"
	Total      From = "total"
	TotalCents From = "total_fen"
	Payer      From = "payer"
	Account    From = "account"

	Text  From = "text"
	Blank From = "blank"
)

var (
	ofLine   = []From{Seq, Ref, Name, Card, Amount, Cents, Bank, BankCode, Purpose, BatchN, Day, Text, Blank}
	ofAnswer = []From{Seq, Ref, Name, Card, Amount, Cents, Bank, BankCode, Purpose, State, Cause, BatchN, Day, Text, Blank}
	ofFile   = []From{BatchN, Day, Count, Total, TotalCents, Payer, Account, Text, Blank}
	numeric  = []From{Seq, Amount, Cents, Count, Total, TotalCents}
)

// Word is what a bank says of a payment: "交易成功" is paid.
type Word struct {
	Word  string           `yaml:"word"`
	State scheme.LineState `yaml:"state"` // paid, failed or unknown
}

// Coded is a bank's own word for why a payment failed.
type Coded struct {
	Word string `yaml:"word"`
	Code string `yaml:"code"` // of one of Reasons
}

//go:embed layouts/*.yaml
var layouts embed.FS

// Layouts are the general ones, to begin with.
func Layouts() []Layout {
	entries, err := layouts.ReadDir("layouts")
	if err != nil {
		panic(err) // they are part of the program
	}
	var out []Layout
	for _, e := range entries {
		b, err := layouts.ReadFile("layouts/" + e.Name())
		if err != nil {
			panic(err)
		}
		l, err := ParseLayout(b)
		if err != nil {
			panic(e.Name() + ": " + err.Error())
		}
		out = append(out, l)
	}
	return out
}

// ParseLayout reads a layout and checks it. The error is sheet.Faults.
func ParseLayout(b []byte) (Layout, error) {
	var l Layout
	broken := sheet.Faults{{Code: "layout_yaml", Sentence: "银行格式读不懂。请对照说明检查拼写和缩进。"}}
	if len(b) > 1<<18 {
		return Layout{}, broken
	}
	dec := yaml.NewDecoder(bytes.NewReader(b))
	dec.KnownFields(true)
	if err := dec.Decode(&l); err != nil {
		return Layout{}, broken
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return Layout{}, broken
	}
	if fs := l.Check(); len(fs) > 0 {
		return Layout{}, sheet.Faults(fs)
	}
	return l, nil
}

// Check lists what is wrong with a layout. One without faults writes every line
// that Rehearse lets pass, and reads its own answers.
func (l Layout) Check() []sheet.Fault {
	var out []sheet.Fault
	say := func(code, format string, args ...any) {
		out = append(out, sheet.Fault{Code: code, Sentence: fmt.Sprintf(format, args...)})
	}
	if l.Key == "" || l.Name == "" {
		say("layout_name", "银行格式要有编号（key）和名称（name）。")
	}
	if l.MaxLines < 0 {
		say("layout_max", "每个文件的笔数不能是负数。")
	}
	l.Send.check("发出的文件", ofLine, say)
	l.Answer.check("银行回单", ofAnswer, say)
	for _, must := range []From{Name, Card} {
		if !l.Send.has(must) {
			say("layout_needs", "发出的文件没有“%s”这一列。", must)
		}
	}
	if !l.Send.has(Amount) && !l.Send.has(Cents) {
		say("layout_needs", "发出的文件没有金额。")
	}
	if !l.Answer.must(State) {
		say("layout_needs", "银行回单没有“state”这一列，看不出哪一笔成功。")
	}
	if !l.Answer.must(Amount) && !l.Answer.must(Cents) {
		say("layout_needs", "银行回单没有金额，无法核对。")
	}
	if !l.Answer.must(Card) || !l.Answer.must(Name) {
		say("layout_needs", "银行回单没有“card”或“name”，对不上人。")
	}
	seen := map[string]bool{}
	paid := false
	for _, w := range l.Words {
		switch {
		case strings.TrimSpace(w.Word) == "":
			say("layout_word", "银行结果的用词不能是空的。")
		case seen[plain(w.Word)]:
			say("layout_word", "银行结果的用词“%s”写了两遍。", w.Word)
		case w.State != scheme.LinePaid && w.State != scheme.LineFailed && w.State != scheme.LineUnknown:
			say("layout_word", "银行结果的用词“%s”只能是 paid、failed 或 unknown。", w.Word)
		}
		seen[plain(w.Word)] = true
		paid = paid || w.State == scheme.LinePaid
	}
	if !paid {
		say("layout_word", "没有写明银行用哪个词表示成功。")
	}
	for _, c := range l.Codes {
		if _, ok := reasonBy(c.Code); !ok || strings.TrimSpace(c.Word) == "" {
			say("layout_reason", "失败原因“%s”对应的代码“%s”不认识。", c.Word, c.Code)
		}
	}
	return out
}

func (f Form) has(from From) bool {
	return slices.ContainsFunc(f.Columns, func(c Cell) bool { return c.From == from })
}

// must says that every file of the form has the column.
func (f Form) must(from From) bool {
	return slices.ContainsFunc(f.Columns, func(c Cell) bool { return c.From == from && !c.Optional })
}

func (f Form) check(what string, columns []From, say func(code, format string, args ...any)) {
	switch f.Kind {
	case XLSX:
		if !f.Titles {
			say("layout_titles", "%s是 xlsx，要有列名一行（titles）。", what)
		}
	case CSV, Fixed:
		if !slices.Contains(sheet.Charsets, f.Charset) {
			say("layout_charset", "%s的编码（charset）只能是 utf-8-bom、utf-8、gb18030 或 gbk。", what)
		}
	default:
		say("layout_kind", "%s的种类（kind）只能是 xlsx、csv 或 fixed。", what)
	}
	if f.LineEnd != "" && f.LineEnd != "crlf" && f.LineEnd != "lf" {
		say("layout_line_end", "%s的换行（line_end）只能是 crlf 或 lf。", what)
	}
	if _, ok := f.separator(); !ok {
		say("layout_separator", "%s的分隔符（separator）只能是一个符号，或 tab。", what)
	}
	if f.Kind == Fixed && (f.Titles || f.Charset == sheet.UTF8BOM) {
		say("layout_fixed", "%s是定长文件，不能有列名，也不能用 utf-8-bom。", what)
	}
	if len(f.Columns) == 0 {
		say("layout_columns", "%s没有列。", what)
	}
	titles := map[string]bool{}
	froms := map[From]bool{}
	for i, c := range f.Columns {
		if !slices.Contains(columns, c.From) {
			say("layout_from", "%s第%d列的内容“%s”不认识。", what, i+1, c.From)
		}
		if c.From != Text && c.From != Blank && froms[c.From] {
			say("layout_twice", "%s有两列“%s”。", what, c.From)
		}
		froms[c.From] = true
		if f.Titles {
			for _, t := range sheet.Names(c.Title) {
				if t = strings.TrimSpace(t); t == "" || titles[t] {
					say("layout_title", "%s第%d列的列名是空的，或者写了两遍。", what, i+1)
				}
				titles[t] = true
			}
		}
	}
	if froms[Amount] && froms[Cents] {
		say("layout_twice", "%s的金额只能有一列，元或分。", what)
	}
	for n, rows := range [][][]Cell{f.Head, f.Foot, {f.Columns}} {
		for _, row := range rows {
			if len(row) == 0 {
				say("layout_row", "%s的首行或尾行是空的。", what)
			}
			sign := false
			for _, c := range row {
				if n < 2 && !slices.Contains(ofFile, c.From) {
					say("layout_from", "%s首行或尾行的内容“%s”不认识。", what, c.From)
				}
				if c.From == Text && strings.ContainsAny(c.Text, "\r\n") {
					say("layout_text", "%s的固定文字里不能有换行。", what)
				}
				sign = sign || c.From == Text && strings.TrimSpace(c.Text) != ""
				switch {
				case f.Kind == Fixed && (c.Width < 1 || c.Width > 1000):
					say("layout_width", "%s是定长文件，“%s”要写明1到1000的宽度（width）。", what, c.From)
				case f.Kind == XLSX && (c.Width < 0 || c.Width > 255):
					say("layout_width", "%s的列宽不能超过255。", what)
				}
				if c.Pad != "" && (c.Pad != "0" || !c.Right || !slices.Contains(numeric, c.From)) {
					say("layout_pad", "%s里只有靠右的数字可以用 0 填充。", what)
				}
				if c.From == Text && f.Kind != XLSX {
					if lacks := sheet.Lacks(f.Charset, c.Text); len(lacks) > 0 && slices.Contains(sheet.Charsets, f.Charset) {
						say("layout_text", "%s的固定文字用这种编码写不出来。", what)
					}
					if b, ok := sheet.Encode(f.Charset, c.Text); ok && f.Kind == Fixed && len(b) > c.Width {
						say("layout_text", "%s的固定文字比宽度长。", what)
					}
				}
			}
			if n < 2 && f.Kind != Fixed && !sign {
				say("layout_row", "%s的首行和尾行要有一格固定文字，例如“合计”，才认得出来。", what)
			}
		}
	}
}

func (f Form) separator() (rune, bool) {
	switch r := []rune(f.Separator); {
	case len(r) == 0:
		return ',', true
	case f.Separator == "tab":
		return '\t', true
	case len(r) == 1 && strings.ContainsRune(",;|^~!\t", r[0]):
		return r[0], true
	}
	return 0, false
}
