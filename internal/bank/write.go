package bank

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/sheet"
)

// Line is one payment as it goes to the bank.
type Line struct {
	ID       string // our reference: letters and digits, unique for all time
	Name     string // holder of the account
	Card     string
	Bank     string
	BankCode string // 12 digits, where another bank asks for them
	Purpose  string // what the worker reads in his statement
	Amount   scheme.Fen
}

// Batch is what one file pays.
type Batch struct {
	No      string // our number of the batch
	Day     string // 20261130
	Payer   string // who pays
	Account string // from which account
	Lines   []Line
}

// Total is the sum of the lines.
func (b Batch) Total() scheme.Fen {
	n := scheme.Fen(0)
	for _, l := range b.Lines {
		n += l.Amount
	}
	return n
}

// yuan writes an amount as banks read it: 1000.00.
func yuan(f scheme.Fen) string {
	sign := ""
	if f < 0 {
		sign, f = "-", -f
	}
	return fmt.Sprintf("%s%d.%02d", sign, f/100, f%100)
}

// values are what stands in the cells of one row.
type values map[From]string

func (b Batch) values() values {
	return values{BatchN: b.No, Day: b.Day, Payer: b.Payer, Account: b.Account, Count: strconv.Itoa(len(b.Lines)),
		Total: yuan(b.Total()), TotalCents: strconv.FormatInt(int64(b.Total()), 10)}
}

func (b Batch) row(i int) values {
	l := b.Lines[i]
	return values{Seq: strconv.Itoa(i + 1), Ref: l.ID, Name: l.Name, Card: l.Card, Amount: yuan(l.Amount), Cents: strconv.FormatInt(int64(l.Amount), 10),
		Bank: l.Bank, BankCode: l.BankCode, Purpose: l.Purpose, BatchN: b.No, Day: b.Day}
}

// Write makes the file of a batch. The same batch gives the same bytes. The error
// is sheet.Faults; Rehearse finds them before, with the lines they belong to.
func (l Layout) Write(b Batch) ([]byte, error) {
	rows := make([]values, len(b.Lines))
	for i := range b.Lines {
		rows[i] = b.row(i)
	}
	return l.Send.write(b.values(), rows)
}

func (c Cell) value(v values) string {
	switch c.From {
	case Text:
		return c.Text
	case Blank:
		return ""
	}
	return v[c.From]
}

func cells(row []Cell, v values) []string {
	out := make([]string, len(row))
	for i, c := range row {
		out[i] = c.value(v)
	}
	return out
}

func (f Form) write(file values, rows []values) ([]byte, error) {
	if f.Kind == Fixed {
		return f.writeFixed(file, rows)
	}
	var buf bytes.Buffer
	out, err := f.begin(&buf, file)
	if err != nil {
		return nil, err
	}
	for _, v := range rows {
		if err := out.Row(cells(f.Columns, v)...); err != nil {
			return nil, err
		}
	}
	for _, row := range f.Foot {
		if err := out.Row(cells(row, file)...); err != nil {
			return nil, err
		}
	}
	if err := out.Close(); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

// begin writes the head and the titles.
func (f Form) begin(w io.Writer, file values) (sheet.Out, error) {
	var heads []sheet.Head
	var titles []string
	for _, c := range f.Columns {
		title, _, _ := strings.Cut(c.Title, "|")
		titles = append(titles, title)
		heads = append(heads, sheet.Head{Title: title, Width: float64(c.Width), Number: c.Number, Money: c.Number && c.From == Amount})
	}
	var above [][]string
	for _, row := range f.Head {
		above = append(above, cells(row, file))
	}
	if f.Kind == XLSX {
		return sheet.NewXLSX(w, sheet.XLSXOptions{Sheet: f.Sheet, Heads: heads, Above: above, Plain: !f.Titles, Stored: true})
	}
	sep, _ := f.separator()
	out, err := sheet.NewCSV(w, sheet.CSVOptions{Charset: f.Charset, Separator: sep, LF: f.LineEnd == "lf", Bare: f.Bare})
	if err != nil {
		return nil, err
	}
	if f.Titles {
		above = append(above, titles)
	}
	for _, row := range above {
		if err := out.Row(row...); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (f Form) writeFixed(file values, rows []values) ([]byte, error) {
	var buf bytes.Buffer
	var faults sheet.Faults
	no := 0
	line := func(row []Cell, v values) {
		no++
		for _, c := range row {
			b, problem := c.fixed(f.Charset, c.value(v))
			if problem != "" {
				faults = append(faults, sheet.Fault{Code: problem, Row: no, Sentence: fmt.Sprintf("第%d行的“%s”%s", no, columnName(c), sentences[problem])})
			}
			buf.Write(b)
		}
		if f.LineEnd != "lf" {
			buf.WriteByte('\r')
		}
		buf.WriteByte('\n')
	}
	for _, row := range f.Head {
		line(row, file)
	}
	for _, v := range rows {
		line(f.Columns, v)
	}
	for _, row := range f.Foot {
		line(row, file)
	}
	if len(faults) > 0 {
		return nil, faults
	}
	return buf.Bytes(), nil
}

// fixed fills a value up to the width of its column, or says why it cannot. It
// never cuts.
func (c Cell) fixed(charset sheet.Charset, s string) ([]byte, string) {
	b, ok := sheet.Encode(charset, s)
	switch {
	case !ok:
		return nil, "lacks"
	case strings.ContainsFunc(s, unicode.IsControl):
		return nil, "control"
	case len(b) > c.Width:
		return nil, "too_long"
	case s != "" && strings.TrimSpace(s) != s:
		return nil, "blank_edge"
	}
	pad := " "
	if c.Pad == "0" {
		pad = "0"
	}
	fill := bytes.Repeat([]byte(pad), c.Width-len(b))
	if c.Right {
		return slices.Concat(fill, b), ""
	}
	return slices.Concat(b, fill), ""
}
