package plan

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"yuanmeng/internal/scheme"
)

// maxFile bounds one file of a programme: a folder is a few pages of text.
const maxFile = 1 << 20

var bom = []byte("\xef\xbb\xbf")

// even takes away a leading byte order mark and turns CRLF and CR into LF.
func even(b []byte) []byte {
	b = bytes.TrimPrefix(b, bom)
	b = bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n"))
	b = bytes.ReplaceAll(b, []byte("\r"), []byte("\n"))
	if b == nil { // an empty file is not a missing one
		b = []byte{}
	}
	return b
}

// reader gathers the faults of one folder.
type reader struct {
	fsys   fs.FS
	faults []Fault
	err    error // the disk failed; nothing can be said about the folder
}

func (r *reader) fault(file string, line int, format string, a ...any) {
	r.faults = append(r.faults, Fault{File: file, Line: line, Text: fmt.Sprintf(format, a...)})
}

// file reads one file, evened. A missing, too long or undecodable one is a
// fault and gives nil.
func (r *reader) file(name string) []byte {
	b, err := fs.ReadFile(r.fsys, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		r.fault(name, 0, "缺少这个文件。")
		return nil
	case err != nil:
		r.err = errors.Join(r.err, err)
		return nil
	case len(b) > maxFile:
		r.fault(name, 0, "文件太大（超过 1 MB）。")
		return nil
	}
	b = even(b)
	if !utf8.Valid(b) {
		for i, line := range bytes.Split(b, []byte("\n")) {
			if !utf8.Valid(line) {
				r.fault(name, i+1, "这一行不是 UTF-8 编码，请用 UTF-8 另存。")
			}
		}
		return nil
	}
	if i := bytes.IndexByte(b, 0); i >= 0 {
		r.fault(name, 1+bytes.Count(b[:i], []byte("\n")), "这一行有空字节，文件可能已损坏。")
		return nil
	}
	return b
}

// lines remembers on which line a parameter stands, by its path
// (opens_at, awards[0].amount_fen).
type lines map[string]int

// of gives the line of the path, or of the nearest thing around it.
func (l lines) of(path string) int {
	for path != "" {
		if n, ok := l[path]; ok {
			return n
		}
		i := strings.LastIndexAny(path, ".[")
		if i < 0 {
			return 0
		}
		path = path[:i]
	}
	return 0
}

const programmeFile = "programme.yaml"

func (r *reader) programme(p *scheme.Programme) lines {
	at := lines{}
	b := r.file(programmeFile)
	if b == nil {
		return at
	}
	var doc yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(b))
	if err := dec.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			r.fault(programmeFile, 1, "文件是空的。")
			return at
		}
		r.fault(programmeFile, yamlLine(err), "格式读不懂：%s。", yamlText(err))
		return at
	}
	var more yaml.Node
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		r.fault(programmeFile, more.Line, "只能有一份参数，不能用 --- 分成几份。")
	}
	root := &doc
	if root.Kind == yaml.DocumentNode && len(root.Content) == 1 {
		root = root.Content[0]
	}
	r.fill(root, reflect.ValueOf(p).Elem(), "", at)
	return at
}

// yamlLine finds the line number in an error of the yaml package.
func yamlLine(err error) int {
	_, rest, ok := strings.Cut(err.Error(), "line ")
	if !ok {
		return 1
	}
	end := strings.IndexFunc(rest, func(c rune) bool { return c < '0' || c > '9' })
	if end < 0 {
		end = len(rest)
	}
	n, err2 := strconv.Atoi(rest[:end])
	if err2 != nil {
		return 1
	}
	return n
}

func yamlText(err error) string {
	s := err.Error()
	if i := strings.LastIndex(s, ": "); i >= 0 {
		s = s[i+2:]
	}
	return s
}

var timeType = reflect.TypeFor[time.Time]()

// fill sets v from the node and reports everything that does not fit. Every
// key must be known, stand once, and every known key must stand there: a
// parameter left out would silently be zero.
func (r *reader) fill(n *yaml.Node, v reflect.Value, path string, at lines) {
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		r.fault(programmeFile, n.Line, "不要用 & 和 * 引用，请把值写出来。")
		return
	}
	name := path
	if name == "" {
		name = "整个文件"
	}
	switch {
	case v.Type() == timeType:
		t, ok := Instant(n.Value)
		if n.Kind != yaml.ScalarNode || !ok {
			r.fault(programmeFile, n.Line, "%s 要写成 2026-07-15 20:00 这样的日期和时间（24:00 是当天结束）。", name)
			return
		}
		v.Set(reflect.ValueOf(t))
	case v.Kind() == reflect.Struct:
		if n.Kind != yaml.MappingNode {
			r.fault(programmeFile, n.Line, "%s 要写成“名称: 值”的形式。", name)
			return
		}
		r.fillStruct(n, v, path, at)
	case v.Kind() == reflect.Slice:
		if n.Kind != yaml.SequenceNode {
			r.fault(programmeFile, n.Line, "%s 要写成一个列表。", name)
			return
		}
		out := reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content))
		for i, c := range n.Content {
			sub := fmt.Sprintf("%s[%d]", path, i)
			at[sub] = c.Line
			r.fill(c, out.Index(i), sub, at)
		}
		v.Set(out)
	case n.Kind != yaml.ScalarNode:
		r.fault(programmeFile, n.Line, "%s 只能写一个值。", name)
	case v.Kind() == reflect.String:
		if tag := n.ShortTag(); tag != "!!str" {
			r.fault(programmeFile, n.Line, "%s 要写成文字；数字请加引号。", name)
			return
		}
		v.SetString(n.Value)
	case v.Kind() == reflect.Bool:
		if n.ShortTag() != "!!bool" {
			r.fault(programmeFile, n.Line, "%s 只能写 true 或 false。", name)
			return
		}
		v.SetBool(strings.EqualFold(n.Value, "true"))
	case v.CanInt():
		x, err := strconv.ParseInt(n.Value, 10, 64)
		if n.ShortTag() != "!!int" || err != nil || v.OverflowInt(x) {
			r.fault(programmeFile, n.Line, "%s 要写成整数。", name)
			return
		}
		v.SetInt(x)
	}
}

func (r *reader) fillStruct(n *yaml.Node, v reflect.Value, path string, at lines) {
	known := map[string]reflect.Value{}
	for i := range v.NumField() {
		if key := v.Type().Field(i).Tag.Get("yaml"); key != "" && key != "-" {
			known[key] = v.Field(i)
		}
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, c := n.Content[i], n.Content[i+1]
		sub := k.Value
		if path != "" {
			sub = path + "." + k.Value
		}
		field, ok := known[k.Value]
		switch first, twice := seen[k.Value]; {
		case k.Kind != yaml.ScalarNode || !ok:
			r.fault(programmeFile, k.Line, "不认识参数 %s。", sub)
			continue
		case twice:
			r.fault(programmeFile, k.Line, "参数 %s 写了两次，第一次在第 %d 行。", sub, first)
			continue
		}
		seen[k.Value], at[sub] = k.Line, k.Line
		r.fill(c, field, sub, at)
	}
	for i := range v.NumField() { // in the order of the type: the list of faults is stable
		key := v.Type().Field(i).Tag.Get("yaml")
		if key == "" || key == "-" || seen[key] != 0 {
			continue
		}
		if path == "" {
			r.fault(programmeFile, 0, "缺少参数 %s。", key)
		} else {
			r.fault(programmeFile, n.Line, "%s 缺少参数 %s。", path, key)
		}
	}
}

// Instant reads a day and time of the plan in Beijing time: "2026-07-15 20:00".
// "24:00" is the end of the day, that is 00:00 of the next.
func Instant(s string) (time.Time, bool) {
	day, clock, ok := strings.Cut(s, " ")
	if !ok {
		return time.Time{}, false
	}
	end := clock == "24:00"
	if end {
		clock = "00:00"
	}
	t, err := time.ParseInLocation("2006-01-02 15:04", day+" "+clock, scheme.Shanghai)
	if err != nil || t.Year() < 2000 || t.Year() > 2200 {
		return time.Time{}, false
	}
	if end {
		t = t.AddDate(0, 0, 1)
	}
	return t, true
}

// row is one line of a table.
type row struct {
	r    *reader
	file string
	line int
	cell map[string]string
}

func (w row) fault(format string, a ...any) { w.r.fault(w.file, w.line, format, a...) }

// must gives the cell and reports an empty one.
func (w row) must(col string) string {
	if w.cell[col] == "" {
		w.fault("%s 是空的。", col)
	}
	return w.cell[col]
}

// yes reads true or false.
func (w row) yes(col string) bool {
	switch w.cell[col] {
	case "true":
		return true
	case "false":
	default:
		w.fault("%s 只能写 true 或 false。", col)
	}
	return false
}

// table reads a csv file whose first line names exactly the columns cols.
func (r *reader) table(name string, cols ...string) []row {
	b := r.file(name)
	if b == nil {
		return nil
	}
	c := csv.NewReader(bytes.NewReader(b))
	c.FieldsPerRecord = -1
	head := false
	var out []row
	for {
		rec, err := c.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			line := 1
			var pe *csv.ParseError
			if errors.As(err, &pe) {
				line = pe.Line
			}
			r.fault(name, line, "这一行的引号不成对，读不懂。")
			continue
		}
		line, _ := c.FieldPos(0)
		if !head {
			head = true
			if strings.Join(rec, ",") != strings.Join(cols, ",") {
				r.fault(name, line, "第一行应当是：%s。", strings.Join(cols, ","))
				return nil
			}
			continue
		}
		if len(rec) != len(cols) {
			r.fault(name, line, "应当有 %d 列，这一行有 %d 列。", len(cols), len(rec))
			continue
		}
		w := row{r: r, file: name, line: line, cell: map[string]string{}}
		for i, v := range rec {
			if v != strings.TrimSpace(v) {
				w.fault("%s 的前后有空格。", cols[i])
			}
			w.cell[cols[i]] = strings.TrimSpace(v)
		}
		out = append(out, w)
	}
	if len(out) == 0 && len(r.faultsOf(name)) == 0 {
		r.fault(name, 1, "表是空的。")
	}
	return out
}

func (r *reader) faultsOf(name string) []Fault {
	var out []Fault
	for _, f := range r.faults {
		if f.File == name {
			out = append(out, f)
		}
	}
	return out
}
