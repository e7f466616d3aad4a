package sheet

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"path"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// The reader walks through the parts of an xlsx token by token. A library that
// hands out values alone cannot say which of them is a formula, a date or a
// number that lost its end, and one that loads the sheet to say so has no bound.

const (
	zipEntries = 2000
	xmlDepth   = 64
	xmlGap     = 1 << 20 // bytes between two "<": one tag or one text
)

// book is an opened xlsx.
type book struct {
	parts  map[string]*zip.File
	left   int64 // bytes that may still be unpacked
	limits Limits
	shared []string
	styles []style // by number of the cell format
	from   int     // year the dates count from
}

type style struct {
	date  bool
	zeros int // digits that a format of zeros alone shows
}

var errBroken = errors.New("broken xml")

func readXLSX(t *Table, b []byte, o Options) error {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return truncated()
	}
	k := &book{parts: map[string]*zip.File{}, left: o.Limits.Unpacked, limits: o.Limits, from: 1900}
	var sum uint64
	for i, f := range z.File {
		if sum += f.UncompressedSize64; i >= zipEntries || sum > uint64(o.Limits.Unpacked) || f.UncompressedSize64 > uint64(o.Limits.Unpacked) {
			return bomb()
		}
		k.parts[strings.ToLower(strings.TrimPrefix(path.Clean(strings.ReplaceAll(f.Name, `\`, "/")), "/"))] = f
	}
	switch {
	case k.parts["xl/workbook.bin"] != nil:
		return whole("xlsb", "这是二进制格式（.xlsb）。请用表格软件打开，点“另存为”，选“Excel 工作簿（*.xlsx）”，再上传新文件。")
	case k.parts["content.xml"] != nil && k.parts["mimetype"] != nil:
		return whole("ods", "这是 ODS 表格。请用表格软件打开，点“另存为”，选“Excel 工作簿（*.xlsx）”，再上传新文件。")
	case k.parts["word/document.xml"] != nil || k.parts["ppt/presentation.xml"] != nil:
		return whole("not_table", "这不是表格，是 Word 或演示文稿。请上传 xlsx 或 csv 文件。")
	case k.parts["xl/workbook.xml"] == nil:
		return whole("packed", "这是压缩包，里面不是表格。请先解压，上传里面的表格。")
	}
	err = k.read(t)
	var f Fault
	switch {
	case err == nil || errors.As(err, &f):
		return err
	default:
		return truncated()
	}
}

func bomb() Fault {
	return whole("bomb", "文件展开后太大，读不了。请新建一张表，只把需要的内容复制进去，再上传。")
}

func (k *book) read(t *Table) error {
	names, targets, err := k.sheets()
	if err != nil {
		return err
	}
	if len(targets) == 0 {
		return errBroken
	}
	if err := k.readStyles(); err != nil {
		return err
	}
	if err := k.readShared(); err != nil {
		return err
	}
	t.Sheet, t.Others = names[0], names[1:]
	return k.readSheet(t, targets[0])
}

// walk calls f for every token of a part; a part that is not there has none.
func (k *book) walk(name string, f func(xml.Token) error) error {
	part := k.parts[strings.ToLower(name)]
	if part == nil {
		return nil
	}
	r, err := part.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	d := xml.NewDecoder(bufio.NewReaderSize(&narrow{r: r, left: &k.left}, 1<<16))
	depth := 0
	for {
		tok, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			if depth != 0 {
				return errBroken
			}
			return nil
		}
		if err != nil {
			return err
		}
		switch tok.(type) {
		case xml.StartElement:
			if depth++; depth > xmlDepth {
				return errBroken
			}
		case xml.EndElement:
			depth--
		case xml.Directive:
			return errBroken // no spreadsheet program writes a document type
		}
		if err := f(tok); err != nil {
			return err
		}
	}
}

// narrow ends a part that unpacks to more than it may, and one whose tags or
// texts are so long that reading them token by token is no bound.
type narrow struct {
	r    io.Reader
	left *int64
	gap  int
}

func (n *narrow) Read(p []byte) (int, error) {
	got, err := n.r.Read(p)
	if *n.left -= int64(got); *n.left < 0 {
		return 0, bomb()
	}
	for _, c := range p[:got] {
		if n.gap++; c == '<' {
			n.gap = 0
		} else if n.gap > xmlGap {
			return 0, bomb()
		}
	}
	return got, err
}

func attr(e xml.StartElement, local string) string {
	for _, a := range e.Attr {
		if a.Name.Local == local {
			return a.Value
		}
	}
	return ""
}

// sheets lists the visible sheets and their parts, in the order of the tabs.
func (k *book) sheets() (names, targets []string, err error) {
	links := map[string]string{}
	err = k.walk("xl/_rels/workbook.xml.rels", func(tok xml.Token) error {
		if e, ok := tok.(xml.StartElement); ok && e.Name.Local == "Relationship" {
			links[attr(e, "Id")] = attr(e, "Target")
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	err = k.walk("xl/workbook.xml", func(tok xml.Token) error {
		e, ok := tok.(xml.StartElement)
		if !ok {
			return nil
		}
		switch e.Name.Local {
		case "workbookPr":
			if v := attr(e, "date1904"); v == "1" || v == "true" {
				k.from = 1904
			}
		case "sheet":
			if v := attr(e, "state"); v == "hidden" || v == "veryHidden" {
				return nil
			}
			id := ""
			for _, a := range e.Attr {
				if a.Name.Local == "id" && a.Name.Space != "" {
					id = a.Value
				}
			}
			to := links[id]
			if strings.HasPrefix(to, "/") {
				to = strings.TrimPrefix(to, "/")
			} else {
				to = path.Join("xl", to)
			}
			if k.parts[strings.ToLower(to)] != nil && !strings.Contains(to, "chartsheets") {
				names, targets = append(names, attr(e, "name")), append(targets, to)
			}
		}
		return nil
	})
	return names, targets, err
}

func (k *book) readStyles() error {
	codes := map[string]string{}
	inside := false
	return k.walk("xl/styles.xml", func(tok xml.Token) error {
		switch e := tok.(type) {
		case xml.StartElement:
			switch e.Name.Local {
			case "numFmt":
				codes[attr(e, "numFmtId")] = attr(e, "formatCode")
			case "cellXfs":
				inside = true
			case "xf":
				if inside {
					id := attr(e, "numFmtId")
					k.styles = append(k.styles, styleOf(id, codes[id]))
				}
			}
		case xml.EndElement:
			if e.Name.Local == "cellXfs" {
				inside = false
			}
		}
		return nil
	})
}

var notInCode = regexp.MustCompile(`"[^"]*"|\\.|_.|\[[^\]]*\]`)

func styleOf(id, code string) style {
	n, _ := strconv.Atoi(id)
	switch {
	case n >= 14 && n <= 22, n >= 27 && n <= 36, n >= 45 && n <= 47, n >= 50 && n <= 58:
		return style{date: true}
	case code == "" || strings.EqualFold(code, "general"):
		return style{}
	case strings.Trim(code, "0") == "":
		return style{zeros: len(code)}
	}
	first, _, _ := strings.Cut(code, ";")
	return style{date: strings.ContainsAny(strings.ToLower(notInCode.ReplaceAllString(first, "")), "ymdhs")}
}

func (k *book) readShared() error {
	var b strings.Builder
	in, skip, inside := false, false, false
	return k.walk("xl/sharedStrings.xml", func(tok xml.Token) error {
		switch e := tok.(type) {
		case xml.StartElement:
			switch e.Name.Local {
			case "si":
				b.Reset()
				inside = true
			case "t":
				in = true
			case "rPh":
				skip = true // how a text is read aloud, not the text
			}
		case xml.EndElement:
			switch e.Name.Local {
			case "si":
				if len(k.shared) > k.limits.Rows*k.limits.Columns {
					return bomb()
				}
				k.shared = append(k.shared, unescape(b.String()))
				inside = false
			case "t":
				in = false
			case "rPh":
				skip = false
			}
		case xml.CharData:
			if in && inside && !skip {
				b.Write(e)
			}
		}
		return nil
	})
}

var escapes = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

// unescape undoes _x000D_, the way in which a sheet keeps what XML cannot.
func unescape(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	return escapes.ReplaceAllStringFunc(s, func(m string) string {
		n, _ := strconv.ParseUint(m[2:6], 16, 16)
		return string(rune(n))
	})
}

// cell is what is known of a cell until it ends.
type cell struct {
	col     int
	kind    string // the attribute t
	style   int
	formula bool
	value   strings.Builder
}

func (k *book) readSheet(t *Table, part string) error {
	var (
		row      Row
		last     int
		next     int // column of a cell that does not say where it stands
		c        *cell
		text     bool
		skip     bool
		hidden   bool
		merges   [][4]int
		complete bool
	)
	err := k.walk(part, func(tok xml.Token) error {
		switch e := tok.(type) {
		case xml.StartElement:
			switch e.Name.Local {
			case "row":
				row, next = Row{No: last + 1}, 0
				if r := attr(e, "r"); r != "" {
					n, err := strconv.Atoi(r)
					if err != nil || n <= last || n > 1<<20 {
						return errBroken
					}
					row.No = n
				}
				last = row.No
				v := attr(e, "hidden")
				hidden = v == "1" || v == "true"
			case "c":
				c = &cell{col: next, kind: attr(e, "t")}
				if ref := attr(e, "r"); ref != "" {
					col, _, ok := reference(ref)
					if !ok || col < next {
						return errBroken
					}
					c.col = col
				}
				next = c.col + 1
				c.style, _ = strconv.Atoi(attr(e, "s"))
			case "f":
				if c != nil {
					c.formula = true
				}
			case "v", "t":
				text = c != nil
			case "rPh":
				skip = true
			case "mergeCell":
				from, to, _ := strings.Cut(attr(e, "ref"), ":")
				c1, r1, ok1 := reference(from)
				c2, r2, ok2 := reference(to)
				if len(merges) >= k.limits.Rows {
					return tooMerged()
				}
				if ok1 && ok2 {
					merges = append(merges, [4]int{c1, r1, c2, r2})
				}
			}
		case xml.EndElement:
			switch e.Name.Local {
			case "v", "t":
				text = false
			case "rPh":
				skip = false
			case "c":
				if c == nil {
					return errBroken
				}
				s, kind, err := k.cellText(c)
				if err != nil {
					return err
				}
				if utf8.RuneCountInString(s) > k.limits.Cell {
					return at("cell_long", row.No, c.col+1, "的内容太长。请删掉多余的文字。")
				}
				if s != "" || kind != 0 {
					if c.col >= k.limits.Columns {
						return at("too_wide", row.No, c.col+1, fmt.Sprintf("超出了%d列。请删掉多余的列，再上传。", k.limits.Columns))
					}
					for len(row.Cells) < c.col {
						row.Cells = append(row.Cells, "")
					}
					row.Cells = append(row.Cells, s)
					if kind != 0 {
						row.traps = append(row.traps, trap{c.col, kind})
					}
				}
				c = nil
			case "row":
				before := len(t.Rows)
				if err := t.add(row, k.limits); err != nil {
					return err
				}
				if hidden && len(t.Rows) > before {
					t.Hidden++
				}
			case "sheetData":
				complete = true
			}
		case xml.CharData:
			if text && !skip {
				c.value.Write(e)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if !complete && last > 0 {
		return errBroken
	}
	return markMerged(t, merges, k.limits)
}

func tooMerged() Fault {
	return whole("merged", "表里合并的单元格太多。请全部取消合并，每一行都填上，再上传。")
}

// markMerged marks every cell of a merged area in the rows that hold something.
func markMerged(t *Table, merges [][4]int, l Limits) error {
	marks := 0
	for _, m := range merges {
		from := sort.Search(len(t.Rows), func(i int) bool { return t.Rows[i].No-1 >= m[1] })
		for i := from; i < len(t.Rows) && t.Rows[i].No-1 <= m[3]; i++ {
			for col := m[0]; col <= m[2] && col < l.Columns; col++ {
				if marks++; marks > l.Rows*10 {
					return tooMerged()
				}
				t.Rows[i].traps = append(t.Rows[i].traps, trap{col, trapMerged})
			}
			marks++
		}
	}
	return nil
}

// cellText gives the exact text of a cell, and why not to trust it.
func (k *book) cellText(c *cell) (string, trapKind, error) {
	v := c.value.String()
	var kind trapKind
	switch c.kind {
	case "s":
		n, err := strconv.Atoi(strings.TrimSpace(v))
		if v == "" {
			break
		}
		if err != nil || n < 0 || n >= len(k.shared) {
			return "", 0, errBroken
		}
		v, kind = k.textCell(k.shared[n])
	case "inlineStr", "str":
		v, kind = k.textCell(unescape(v))
	case "b":
		v = map[string]string{"1": "TRUE", "0": "FALSE"}[v]
	case "e":
		kind = trapError
	case "d":
		kind = trapDate
	default:
		v, kind = k.number(strings.TrimSpace(v), c.style)
	}
	if c.formula {
		kind = trapFormula
	}
	return v, kind, nil
}

// textCell sees a number that lost its end before it became text.
func (k *book) textCell(s string) (string, trapKind) {
	v := strings.TrimSpace(s)
	switch {
	case exponent.MatchString(v):
		return s, trapDigits
	case errorValue(v):
		return s, trapError
	}
	return s, 0
}

// number writes a number as a person sees it. A spreadsheet keeps 15 digits, so
// a longer one is no longer what was typed.
func (k *book) number(v string, at int) (string, trapKind) {
	if v == "" {
		return "", 0
	}
	f, err := strconv.ParseFloat(v, 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return v, trapError
	}
	st := style{}
	if at >= 0 && at < len(k.styles) {
		st = k.styles[at]
	}
	if st.date {
		return k.date(f), trapDate
	}
	if math.Abs(f) >= 1e15 {
		return v, trapDigits
	}
	if !isNumber(strings.TrimPrefix(v, "-")) || len(v) > 15 {
		short, _ := strconv.ParseFloat(strconv.FormatFloat(f, 'g', 15, 64), 64)
		v = strconv.FormatFloat(short, 'f', -1, 64)
	}
	if isDigits(v) && len(v) < st.zeros && st.zeros <= 30 {
		v = strings.Repeat("0", st.zeros-len(v)) + v
	}
	return v, 0
}

// date writes a serial number as a day. Excel believes that 1900 had a leap day.
func (k *book) date(f float64) string {
	if f < 0 || f > 2_958_465 {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	day := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	if k.from == 1904 {
		day = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	} else if f < 60 {
		day = day.AddDate(0, 0, 1)
	}
	return day.AddDate(0, 0, int(f)).Format("2006-01-02")
}

// reference reads "AB12" as a column and a row, both from 0.
func reference(s string) (col, row int, ok bool) {
	i := 0
	for ; i < len(s) && i < 4; i++ {
		ch := s[i] &^ 0x20
		if ch < 'A' || ch > 'Z' {
			break
		}
		col = col*26 + int(ch-'A') + 1
	}
	n, err := strconv.Atoi(s[i:])
	if i == 0 || i > 3 || err != nil || n < 1 {
		return 0, 0, false
	}
	return col - 1, n - 1, true
}
