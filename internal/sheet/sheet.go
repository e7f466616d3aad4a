// Package sheet reads and writes tables that people keep in Excel or WPS: xlsx
// and csv. It is ground: it knows nothing of what a table means.
//
// Reading is suspicious. A spreadsheet silently turns a card number into
// 6.23E+18, shows the result of a formula as if it were typed and hides rows;
// the reader gives the text of every cell together with what makes it
// untrustworthy, and a column that somebody asks for is refused cell by cell.
// Files come from outside, so every size is bounded before it is used, and no
// part of a file is ever written to disk.
//
// Writing is boring: the same rows give the same bytes, today and next year.
package sheet

import (
	"bytes"
	"fmt"
	"strings"
)

// Form is the kind of file.
type Form string

// The forms.
const (
	XLSX Form = "xlsx"
	CSV  Form = "csv"
)

// Limits bound what is read.
type Limits struct {
	Bytes    int64 // of the file
	Unpacked int64 // of an xlsx, all its parts
	Rows     int   // with anything in them
	Columns  int
	Cell     int // characters of one cell
}

// Usual are the limits of every door of the house.
var Usual = Limits{Bytes: 15 << 20, Unpacked: 200 << 20, Rows: 50_000, Columns: 100, Cell: 32_767}

// Options say how to read a file.
type Options struct {
	Columns   []Column // looked for when the header row is searched
	Mapping   Mapping  // headers remembered from last time
	Charset   Charset  // of a csv; empty: found out
	Separator rune     // of a csv; 0: found out
	NoHeader  bool     // every row is below the header; columns go by their place
	Limits    Limits   // zero: Usual
}

// Row is one row with anything in it. No is its number as Excel shows it.
type Row struct {
	No    int
	Cells []string // exact text, without empty cells at the end
	traps []trap
}

// Cell is the text in a column, counted from 0; empty beyond the end.
func (r Row) Cell(col int) string {
	if col < 0 || col >= len(r.Cells) {
		return ""
	}
	return r.Cells[col]
}

// Table is what a file holds.
type Table struct {
	Form      Form
	Charset   Charset  // of a csv
	Separator rune     // of a csv
	Sheet     string   // name of the sheet that was read
	Others    []string // other visible sheets, which were not read
	Above     []Row    // rows above the header: titles, numbers of batches
	HeaderRow int      // number of the header row
	Header    []string
	Rows      []Row // below the header
	Hidden    int   // rows that a filter hides and that were read all the same
}

// Fault is what is wrong with a file or one of its cells. It never repeats the
// content of a cell, so it may be logged.
type Fault struct {
	Code     string
	Row      int // as Excel shows it; 0 for the whole file
	Column   int // counted from 1; 0 for the whole row
	Sentence string
}

// Error returns the sentence.
func (f Fault) Error() string { return f.Sentence }

// Faults are several of them as one error.
type Faults []Fault

// Error joins the sentences.
func (fs Faults) Error() string {
	var out []string
	for _, f := range fs {
		out = append(out, f.Sentence)
	}
	return strings.Join(out, "\n")
}

// ColumnName gives the letters of a column counted from 1: 1 is A, 27 is AA.
func ColumnName(n int) string {
	s := ""
	for ; n > 0; n = (n - 1) / 26 {
		s = string(rune('A'+(n-1)%26)) + s
	}
	return s
}

func whole(code, sentence string) Fault { return Fault{Code: code, Sentence: sentence} }

func at(code string, row, col int, sentence string) Fault {
	where := fmt.Sprintf("第%d行", row)
	if col > 0 {
		where += ColumnName(col) + "列"
	}
	return Fault{Code: code, Row: row, Column: col, Sentence: where + sentence}
}

// trap is a reason not to trust a cell.
type trap struct {
	col  int
	kind trapKind
}

type trapKind uint8

const (
	trapFormula trapKind = iota + 1
	trapMerged
	trapDigits
	trapDate
	trapError
)

func (k trapKind) fault(row, col int) Fault {
	switch k {
	case trapFormula:
		return at("formula", row, col, "是公式，不是填写的内容。请复制这一列，用“选择性粘贴→数值”贴回去，再上传。")
	case trapMerged:
		return at("merged", row, col, "是合并的单元格。请取消合并，每一行都填上，再上传。")
	case trapDigits:
		return at("digits_lost", row, col, "的长号码被表格软件改成了数字，后面几位已经丢了。请把这一列设成“文本”，照原件重新填这个号码。")
	case trapDate:
		return at("date_cell", row, col, "被表格软件当成了日期。请把这一列设成“文本”，重新填写。")
	}
	return at("error_cell", row, col, "是表格软件的错误值（以#开头）。请改成实际内容。")
}

// Read reads a table. The error is a Fault about the whole file or the place
// where it breaks; what is wrong with single cells is said by Take.
func Read(b []byte, o Options) (*Table, error) {
	if o.Limits == (Limits{}) {
		o.Limits = Usual
	}
	if int64(len(b)) > o.Limits.Bytes {
		return nil, whole("too_big", fmt.Sprintf("文件太大，最多%dMB。请拆成几个文件，分几次上传。", o.Limits.Bytes>>20))
	}
	if f := known(b); f != nil {
		return nil, *f
	}
	t := &Table{}
	var err error
	if bytes.HasPrefix(b, []byte("PK")) {
		t.Form = XLSX
		err = readXLSX(t, b, o)
	} else {
		t.Form = CSV
		err = readCSV(t, b, o)
	}
	if err != nil {
		return nil, err
	}
	if len(t.Rows) == 0 {
		return nil, whole("empty", "文件里没有内容。请看是不是选错了文件，或者内容在另一张工作表里；要读的表请放在第一张。")
	}
	if !o.NoHeader {
		t.split(o)
	}
	return t, nil
}

// known recognises files that are no table for us, by their first bytes.
func known(b []byte) *Fault {
	head := bytes.TrimLeft(bytes.TrimPrefix(b[:min(len(b), 4096)], []byte(bom)), " \t\r\n")
	low := bytes.ToLower(head)
	has := func(s string) bool { return bytes.Contains(low, []byte(s)) }
	say := func(code, s string) *Fault { f := whole(code, s); return &f }
	switch {
	case len(head) == 0:
		return say("empty", "文件是空的。请看是不是选错了文件。")
	case bytes.HasPrefix(b, []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")):
		if bytes.Contains(b, utf16le("EncryptedPackage")) {
			return say("password", "文件设了打开密码，读不了。请去掉密码，另存一份再上传。")
		}
		return say("old_xls", "这是旧格式（.xls 或 .et）。请用表格软件打开，点“另存为”，选“Excel 工作簿（*.xlsx）”，再上传新文件。")
	case bytes.HasPrefix(low, []byte("<")) && (has("<html") || has("<table") || has("<!doctype") || has("<meta") || has("<head")):
		return say("html_as_xls", "这其实是网页，只是名字像表格。请用表格软件打开，点“另存为”，选“Excel 工作簿（*.xlsx）”，再上传新文件。")
	case bytes.HasPrefix(low, []byte("<?xml")):
		return say("xml_as_xls", "这是 XML 表格，读不了。请用表格软件打开，点“另存为”，选“Excel 工作簿（*.xlsx）”，再上传新文件。")
	case bytes.HasPrefix(low, []byte("%pdf")), bytes.HasPrefix(b, []byte("\x89PNG")), bytes.HasPrefix(b, []byte("\xFF\xD8\xFF")):
		return say("not_table", "这不是表格，是 PDF 或图片。请上传 xlsx 或 csv 文件。")
	case bytes.HasPrefix(b, []byte("Rar!")), bytes.HasPrefix(b, []byte("7z\xBC\xAF")), bytes.HasPrefix(b, []byte("\x1F\x8B")):
		return say("packed", "这是压缩包。请先解压，上传里面的表格。")
	case bytes.HasPrefix(b, []byte("\xFF\xFE")), bytes.HasPrefix(b, []byte("\xFE\xFF")):
		return say("utf16", "这个文本文件的编码是 Unicode（UTF-16），读不了。请另存为“CSV UTF-8”或 xlsx，再上传。")
	}
	return nil
}

func utf16le(s string) []byte {
	var out []byte
	for i := range len(s) {
		out = append(out, s[i], 0)
	}
	return out
}

// truncated is said of a file that ends too early or is broken inside.
func truncated() Fault {
	return whole("truncated", "文件不完整或已损坏，可能没有传完。请在电脑上打开看一看，重新保存后再上传。")
}

// trim cuts empty cells off the end.
func trim(cells []string) []string {
	n := len(cells)
	for n > 0 && strings.TrimSpace(cells[n-1]) == "" {
		n--
	}
	return cells[:n]
}

// add appends a row that has anything in it, within the limits.
func (t *Table) add(r Row, l Limits) error {
	if r.Cells = trim(r.Cells); len(r.Cells) == 0 {
		return nil
	}
	if len(r.Cells) > l.Columns {
		return at("too_wide", r.No, len(r.Cells), fmt.Sprintf("超出了%d列。请删掉多余的列，再上传。", l.Columns))
	}
	if len(t.Rows) >= l.Rows {
		return at("too_long", r.No, 0, fmt.Sprintf("超出了%d行。请拆成几个文件，分几次上传。", l.Rows))
	}
	t.Rows = append(t.Rows, r)
	return nil
}

// headerWithin is how far down a header is looked for.
const headerWithin = 30

// split finds the header row and parts the table there. A row that names the
// wanted columns wins; without any, the first row of at least two different
// texts that are no numbers does; without that, the first row.
func (t *Table) split(o Options) {
	best, score := -1, 0
	for i, r := range t.Rows[:min(len(t.Rows), headerWithin)] {
		n := 0
		for _, c := range o.Columns {
			for _, cell := range r.Cells {
				if c.is(cell) || o.Mapping[c.Key] != "" && fold(o.Mapping[c.Key]) == fold(cell) {
					n++
					break
				}
			}
		}
		if n > score {
			best, score = i, n
		}
	}
	for i := 0; best < 0 && i < min(len(t.Rows), headerWithin); i++ {
		if looksLikeHeader(t.Rows[i].Cells) {
			best = i
		}
	}
	best = max(best, 0)
	h := t.Rows[best]
	t.Above, t.HeaderRow, t.Rows = t.Rows[:best:best], h.No, t.Rows[best+1:]
	for _, c := range h.Cells {
		t.Header = append(t.Header, strings.Join(strings.Fields(c), " "))
	}
}

func looksLikeHeader(cells []string) bool {
	seen := map[string]bool{}
	for _, c := range cells {
		c = fold(c)
		if c == "" {
			continue
		}
		if seen[c] || strings.ContainsAny(c[:1], "0123456789") || len(c) > 90 {
			return false
		}
		seen[c] = true
	}
	return len(seen) >= 2
}
