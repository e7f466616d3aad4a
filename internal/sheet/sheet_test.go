package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the golden files again")

var people = []Column{
	{Key: "name", Names: Names("姓名|学生姓名|考生姓名")},
	{Key: "card", Names: Names("银行卡号|收款账号|卡号")},
	{Key: "amount", Names: Names("金额|补助金额"), Optional: true},
	{Key: "day", Names: Names("入学日期"), Optional: true, Date: true},
}

// excel makes a file with the library that is the judge of ours.
func excel(t *testing.T, f func(x *excelize.File, sheet string)) []byte {
	t.Helper()
	x := excelize.NewFile()
	defer x.Close()
	f(x, "Sheet1")
	var b bytes.Buffer
	if err := x.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func faultOf(err error) string {
	var f Fault
	if errors.As(err, &f) {
		return f.Code
	}
	if err != nil {
		return "not a fault: " + err.Error()
	}
	return ""
}

func codes(fs []Fault) []string {
	var out []string
	for _, f := range fs {
		out = append(out, fmt.Sprintf("%s %d%s", f.Code, f.Row, ColumnName(f.Column)))
		if f.Sentence == "" || !strings.Contains(f.Sentence, "。") {
			out = append(out, "no sentence for "+f.Code)
		}
	}
	return out
}

func read(t *testing.T, b []byte) (entries []Entry, faults []Fault, tab *Table) {
	t.Helper()
	tab, err := Read(b, Options{Columns: people})
	if err != nil {
		t.Fatal(err)
	}
	m, fs := tab.Match(people, nil)
	if len(fs) > 0 {
		t.Fatal(fs)
	}
	entries, faults = tab.Take(people, m)
	return entries, faults, tab
}

func TestReadExcel(t *testing.T) {
	b := excel(t, func(x *excelize.File, s string) {
		date, _ := x.NewStyle(&excelize.Style{NumFmt: 14})
		own := "yyyy\"年\"m\"月\""
		month, _ := x.NewStyle(&excelize.Style{CustomNumFmt: &own})
		zeros := "000000"
		padded, _ := x.NewStyle(&excelize.Style{CustomNumFmt: &zeros})
		_ = x.MergeCell(s, "A1", "D1")
		_ = x.SetCellValue(s, "A1", "2026年补助名单")
		for i, h := range []string{"学生姓名", "序号", "卡 号*", "金额（元）", "入学日期"} {
			ref, _ := excelize.CoordinatesToCellName(i+1, 3)
			_ = x.SetCellValue(s, ref, h)
		}
		_ = x.SetCellFormula(s, "B4", "ROW()-3") // nobody asks for this column
		_ = x.SetCellRichText(s, "A4", []excelize.RichTextRun{{Text: "张"}, {Text: "㛃𬱖"}})
		_ = x.SetCellValue(s, "C4", "6228480000000000000")
		_ = x.SetCellValue(s, "D4", 1000.1)
		_ = x.SetCellValue(s, "E4", 46265)
		_ = x.SetCellStyle(s, "E4", "E4", date)
		_ = x.SetCellValue(s, "A6", " 李四\r\n ")
		_ = x.SetCellValue(s, "C6", 6228480000000000000)
		_ = x.SetCellFormula(s, "D6", "500*2")
		_ = x.SetCellValue(s, "A7", "王五")
		_ = x.SetCellValue(s, "C7", 123)
		_ = x.SetCellStyle(s, "C7", "C7", padded)
		_ = x.SetCellValue(s, "A8", 46265)
		_ = x.SetCellStyle(s, "A8", "A8", month)
		_ = x.SetCellValue(s, "C8", "6.22848E+18")
		_ = x.MergeCell(s, "D9", "D10")
		_ = x.SetCellValue(s, "A9", "赵六")
		_ = x.SetCellValue(s, "D9", 0.30000000000000004)
		_ = x.SetCellValue(s, "A10", "#N/A")
		_ = x.SetRowVisible(s, 10, false)
		_, _ = x.NewSheet("说明")
	})
	got, faults, tab := read(t, b)
	want := []Entry{
		{4, map[string]string{"name": "张㛃𬱖", "card": "6228480000000000000", "amount": "1000.1", "day": "2026-08-31"}},
		{6, map[string]string{"name": " 李四\r\n ", "card": "6228480000000000000", "amount": "", "day": ""}},
		{7, map[string]string{"name": "王五", "card": "000123", "amount": "", "day": ""}},
		{8, map[string]string{"name": "2026-08-31", "card": "6.22848E+18", "amount": "", "day": ""}},
		{9, map[string]string{"name": "赵六", "card": "", "amount": "0.3", "day": ""}},
		{10, map[string]string{"name": "#N/A", "card": "", "amount": "", "day": ""}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	wantFaults := []string{"digits_lost 6C", "formula 6D", "date_cell 8A", "digits_lost 8C", "merged 9D", "error_cell 10A", "merged 10D"}
	if d := cmp.Diff(wantFaults, codes(faults)); d != "" {
		t.Error(d)
	}
	if tab.HeaderRow != 3 || len(tab.Above) != 1 || tab.Hidden != 1 || !slices.Equal(tab.Others, []string{"说明"}) {
		t.Errorf("header %d, above %d, hidden %d, others %v", tab.HeaderRow, len(tab.Above), tab.Hidden, tab.Others)
	}
	for _, f := range faults {
		if strings.Contains(f.Sentence, "622848") {
			t.Errorf("a fault repeats the cell: %s", f.Sentence)
		}
	}
}

func TestReadCSV(t *testing.T) {
	gb, _ := simplifiedchinese.GB18030.NewEncoder().String("名单\n\n姓名,卡号\n张䶮𬱖,6228480000000000000\n")
	for name, c := range map[string]struct {
		in      string
		charset Charset
		sep     rune
		no      int
		name    string
		card    string
	}{
		"utf-8":          {"姓名,卡号\n张三,6228480000000000000\n", UTF8, ',', 2, "张三", "6228480000000000000"},
		"bom":            {bom + "姓名;卡号\r\n\r\n张三;1\r\n", UTF8BOM, ';', 3, "张三", "1"},
		"gb18030":        {gb, GB18030, ',', 4, "张䶮𬱖", "6228480000000000000"},
		"tab, no end":    {"姓名\t卡号\n张三\t1,000", UTF8, '\t', 2, "张三", "1,000"},
		"excel quotes":   {"姓名,卡号\n\"张\"\"三\n\",\"=\"\"6228480000000000001\"\"\"\n", UTF8, ',', 2, "张\"三\n", "6228480000000000001"},
		"tabbed digits":  {"姓名,卡号\n张三,6228480000000000001\t\n", UTF8, ',', 2, "张三", "6228480000000000001"},
		"sep line":       {"sep=;\n姓名;卡号\n张三;1,2\n", UTF8, ';', 3, "张三", "1,2"},
		"quote inside":   {"姓名,卡号\n张\"三,1\n", UTF8, ',', 2, "张\"三", "1"},
		"old line ends":  {"姓名,卡号\r张三,1\r", UTF8, ',', 2, "张三", "1"},
		"quoted rows":    {"说明,\"一\n二\"\n姓名,卡号\n张三,1\n", UTF8, ',', 3, "张三", "1"},
		"header aliases": {"考生姓名（必填）,收款账号：\n张三,1\n", UTF8, ',', 2, "张三", "1"},
	} {
		got, faults, tab := read(t, []byte(c.in))
		if tab.Charset != c.charset || tab.Separator != c.sep || len(faults) > 0 {
			t.Errorf("%s: %s %q %v", name, tab.Charset, tab.Separator, faults)
		}
		if len(got) != 1 || got[0].No != c.no || got[0].Values["name"] != c.name || got[0].Values["card"] != c.card {
			t.Errorf("%s: %+v", name, got)
		}
	}
	_, faults, _ := read(t, []byte("姓名,卡号,金额\n张三,6.22E+18,=1+1\n#REF!,1,\n"))
	if d := cmp.Diff([]string{"digits_lost 2B", "formula 2C", "error_cell 3A"}, codes(faults)); d != "" {
		t.Error(d)
	}
}

// parts makes a zip of the parts.
func parts(t *testing.T, name ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(name); i += 2 {
		w, err := z.Create(name[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, name[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func minimal(t *testing.T, sheet string) []byte {
	return parts(t, "xl/workbook.xml", `<workbook><sheets><sheet name="一" r:id="r1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml", sheet)
}

func TestRefusals(t *testing.T) {
	good := excel(t, func(x *excelize.File, s string) { _ = x.SetCellValue(s, "A1", "姓名") })
	gb, _ := simplifiedchinese.GB18030.NewEncoder().String("姓名,卡号\n张三,1\n")
	xls, _ := hex.DecodeString("d0cf11e0a1b11ae1")
	rows := func(n int, cell string) string {
		var b strings.Builder
		b.WriteString("<worksheet><sheetData>")
		for range n {
			b.WriteString("<row>" + cell + "</row>")
		}
		return b.String() + "</sheetData></worksheet>"
	}
	one := "<c><v>1</v></c>"
	limits := Limits{Bytes: 1 << 20, Unpacked: 4 << 20, Rows: 50, Columns: 10, Cell: 100}
	for name, c := range map[string]struct {
		in   []byte
		want string
	}{
		"empty":              {nil, "empty"},
		"blanks":             {[]byte(bom + " \r\n"), "empty"},
		"only separators":    {[]byte(",,,\n,,\n"), "empty"},
		"empty sheet":        {excel(t, func(*excelize.File, string) {}), "empty"},
		"too big":            {bytes.Repeat([]byte("一,二\n"), 1<<18), "too_big"},
		"xls":                {append(xls, make([]byte, 600)...), "old_xls"},
		"password":           {append(xls, utf16le("..EncryptedPackage..")...), "password"},
		"html":               {[]byte("\r\n<html><table><tr><td>姓名</td></tr></table></html>"), "html_as_xls"},
		"xml":                {[]byte(`<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>`), "xml_as_xls"},
		"pdf":                {[]byte("%PDF-1.7"), "not_table"},
		"binary":             {[]byte("a,b\n\x00\x01,c\n"), "not_table"},
		"word":               {parts(t, "word/document.xml", "<a/>"), "not_table"},
		"zip":                {parts(t, "名单.xlsx", "x"), "packed"},
		"xlsb":               {parts(t, "xl/workbook.bin", "x"), "xlsb"},
		"ods":                {parts(t, "mimetype", "x", "content.xml", "x"), "ods"},
		"utf-16":             {[]byte("\xFF\xFEY\x00"), "utf16"},
		"cut xlsx":           {good[:len(good)/2], "truncated"},
		"cut part":           {minimal(t, "<worksheet><sheetData><row><c><v>1</v></c>"), "truncated"},
		"no end of rows":     {minimal(t, "<worksheet><row>"+one+"</row></worksheet>"), "truncated"},
		"no sheet":           {parts(t, "xl/workbook.xml", "<workbook/>"), "truncated"},
		"shared, not there":  {minimal(t, rows(1, `<c t="s"><v>7</v></c>`)), "truncated"},
		"rows backwards":     {minimal(t, `<worksheet><sheetData><row r="5">`+one+`</row><row r="4">`+one+`</row></sheetData></worksheet>`), "truncated"},
		"document type":      {minimal(t, `<!DOCTYPE a [<!ENTITY b "c">]>`+rows(1, one)), "truncated"},
		"entity":             {minimal(t, rows(1, `<c t="str"><v>&b;</v></c>`)), "truncated"},
		"deep":               {minimal(t, strings.Repeat("<a>", 100)), "truncated"},
		"bomb":               {minimal(t, strings.Repeat(" ", 5<<20)), "bomb"},
		"one long tag":       {minimal(t, "<a "+strings.Repeat(`b="" `, 300_000)+">"), "bomb"},
		"rows":               {minimal(t, rows(51, one)), "too_long"},
		"rows csv":           {bytes.Repeat([]byte("a,b\n"), 51), "too_long"},
		"columns":            {minimal(t, rows(1, `<c r="K1"><v>1</v></c>`)), "too_wide"},
		"columns csv":        {[]byte("1,2,3,4,5,6,7,8,9,10,11\n"), "too_wide"},
		"cell":               {minimal(t, rows(1, `<c t="str"><v>`+strings.Repeat("长", 101)+`</v></c>`)), "cell_long"},
		"cell csv":           {[]byte(strings.Repeat("长", 101) + ",2\n"), "cell_long"},
		"open quote":         {[]byte("姓名,卡号\n张三,\"1\n"), "truncated"},
		"utf-8 with a break": {[]byte("姓名,卡号\n张三,1\n李\xE5\x9B,2\n"), "charset"},
		"gb with a break":    {[]byte(gb + "\xFF\xFF,2\n"), "charset"},
		"cut gb":             {[]byte(gb + "\xC0"), "charset"},
	} {
		_, err := Read(c.in, Options{Limits: limits})
		if got := faultOf(err); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		var f Fault
		if errors.As(err, &f) && !strings.HasSuffix(f.Sentence, "。") {
			t.Errorf("%s: %q is no sentence", name, f.Sentence)
		}
	}
	// A declared charset is not second-guessed.
	if _, err := Read([]byte(gb), Options{Charset: UTF8}); faultOf(err) != "charset" {
		t.Error(err)
	}
	var f Fault
	_, err := Read([]byte("姓名,卡号\n张三,1\n李\xE5\x9B,2\n"), Options{})
	if !errors.As(err, &f) || f.Row != 3 {
		t.Errorf("%+v", f)
	}
	// Formatted but empty rows to the end of the sheet are no rows.
	if tab, err := Read(minimal(t, `<worksheet><sheetData><row r="1">`+one+`<c s="1"/></row><row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData></worksheet>`), Options{}); err != nil || len(tab.Header) != 1 {
		t.Error(err)
	}
}

func TestMatch(t *testing.T) {
	table := func(header ...string) *Table { return &Table{Header: header, HeaderRow: 2} }
	cols := []Column{{Key: "name", Names: Names("姓名|学生姓名")}, {Key: "card", Names: Names("卡号")}, {Key: "note", Names: Names("备注"), Optional: true}}
	for name, c := range map[string]struct {
		header     []string
		remembered Mapping
		want       Mapping
		faults     []string
	}{
		"all":              {[]string{"序号", "姓 名", "卡号", "备注"}, nil, Mapping{"name": "姓 名", "card": "卡号", "note": "备注"}, nil},
		"missing":          {[]string{"姓名"}, nil, Mapping{"name": "姓名"}, []string{"column_missing 2"}},
		"twice":            {[]string{"姓名", "学生姓名", "卡号"}, nil, Mapping{"card": "卡号"}, []string{"column_twice 2"}},
		"remembered":       {[]string{"姓名", "学生姓名", "户口"}, Mapping{"name": "学生姓名", "card": "户口"}, Mapping{"name": "学生姓名", "card": "户口"}, nil},
		"remembered, gone": {[]string{"姓名", "卡号"}, Mapping{"name": "旧表头"}, Mapping{"name": "姓名", "card": "卡号"}, nil},
		"shared":           {[]string{"姓名"}, Mapping{"card": "姓名"}, Mapping{"name": "姓名"}, []string{"column_shared 2A"}},
	} {
		got, fs := table(c.header...).Match(cols, c.remembered)
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		if d := cmp.Diff(c.faults, codes(fs)); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
	tab := table("姓名", "姓名", "卡号")
	if _, fs := tab.Take(cols, Mapping{"name": "姓名"}); len(fs) != 1 || fs[0].Code != "column_missing" {
		t.Error(fs)
	}
	// A mapping also finds the header row under a title.
	tab, err := Read([]byte("发放表,一月\n户口,学生\n1,2\n"), Options{Columns: cols, Mapping: Mapping{"card": "户口"}})
	if err != nil || tab.HeaderRow != 2 {
		t.Error(err, tab)
	}
}

func write(t testing.TB, begin func(w io.Writer) (Out, error), rows [][]string) ([]byte, error) {
	t.Helper()
	var b bytes.Buffer
	out, err := begin(&b)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if err := out.Row(r...); err != nil {
			t.Fatal(err)
		}
	}
	err = out.Close()
	return b.Bytes(), err
}

var sample = [][]string{
	{"1", "欧阳㛃𬱖", "6228480000000000000", "1000.00", "=1+1"},
	{"2", "买买提·艾力", "0123", "-5.00", "a,\"b\"\n<&>"},
	{"3", "", "", "", ""},
}

func xlsxSample(people bool) func(w io.Writer) (Out, error) {
	return func(w io.Writer) (Out, error) {
		return NewXLSX(w, XLSXOptions{Sheet: "代发", People: people, Stored: true, Above: [][]string{{"批次", "B1"}},
			Heads: []Head{{Title: "序号", Number: true, Width: 6}, {Title: "户名"}, {Title: "卡号", Width: 24}, {Title: "金额", Money: true}, {Title: "备注"}}})
	}
}

func csvSample(c Charset) func(w io.Writer) (Out, error) {
	return func(w io.Writer) (Out, error) { return NewCSV(w, CSVOptions{Charset: c}) }
}

func TestGolden(t *testing.T) {
	for name, begin := range map[string]func(w io.Writer) (Out, error){
		"sample.xlsx": xlsxSample(false), "utf-8.csv": csvSample(UTF8BOM), "gb18030.csv": csvSample(GB18030),
	} {
		b, err := write(t, begin, sample)
		if err != nil {
			t.Fatal(err)
		}
		again, _ := write(t, begin, sample)
		if !bytes.Equal(b, again) {
			t.Errorf("%s differs when it is made again", name)
		}
		file := filepath.Join("testdata", name)
		if *update {
			_ = os.MkdirAll("testdata", 0o755)
			if err := os.WriteFile(file, b, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(b, want) {
			t.Errorf("%s is not what it was", name)
		}
	}
}

func TestExcelReadsWhatWeWrite(t *testing.T) {
	b, err := write(t, xlsxSample(false), sample)
	if err != nil {
		t.Fatal(err)
	}
	x, err := excelize.OpenReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	got, err := x.GetRows("代发", excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{{"批次", "B1"}, {"序号", "户名", "卡号", "金额", "备注"}, sample[0], sample[1], {"3"}}
	want[2][3] = "1000.00"
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	for ref, kind := range map[string]excelize.CellType{"C3": excelize.CellTypeInlineString, "D3": excelize.CellTypeUnset, "E3": excelize.CellTypeInlineString} {
		if k, _ := x.GetCellType("代发", ref); k != kind {
			t.Errorf("%s is of type %d, want %d", ref, k, kind)
		}
	}
	if v, _ := x.GetCellValue("代发", "D3"); v != "1000.00" {
		t.Errorf("the amount shows as %q", v)
	}
}

func TestPeopleGetNoFormulas(t *testing.T) {
	for in, want := range map[string]string{
		"=1+1": "'=1+1", "+86": "'+86", "-1-1": "'-1-1", "-5.00": "-5.00", "@a": "'@a", "＝a": "'＝a", "\ta": "'\ta", "张三": "张三", "": "", "-": "'-",
	} {
		if got := Harmless(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	for _, c := range []struct {
		people bool
		want   string
	}{{true, "'=1+1"}, {false, "=1+1"}} {
		b, err := write(t, xlsxSample(c.people), sample)
		if err != nil {
			t.Fatal(err)
		}
		tab, err := Read(b, Options{})
		if err != nil || tab.Rows[1].Cell(4) != c.want {
			t.Errorf("%v, people %v: %q", err, c.people, tab.Rows[1].Cell(4))
		}
	}
	b, err := write(t, func(w io.Writer) (Out, error) { return NewCSV(w, CSVOptions{Charset: UTF8BOM, People: true}) }, sample)
	if err != nil || !bytes.Contains(b, []byte(",6228480000000000000\t,")) || !bytes.Contains(b, []byte(",'=1+1")) {
		t.Errorf("%v %q", err, b)
	}
}

func TestCharsetsLackCharacters(t *testing.T) {
	for _, c := range []struct {
		charset Charset
		text    string
		want    []string
	}{
		{GB18030, "张䶮𬱖㛃鿏€·", nil},
		{GBK, "张·", nil},
		{GBK, "张𬱖㛃", []string{"𬱖", "㛃"}},
		{UTF8, "张\xFF", []string{"\uFFFD"}},
		{UTF8, "\uFFFD", nil},
		{GB18030, "张\uE000", []string{"\uE000"}},
	} {
		if got := Lacks(c.charset, c.text); !slices.Equal(got, c.want) {
			t.Errorf("%s %q: %q, want %q", c.charset, c.text, got, c.want)
		}
	}
	_, err := write(t, csvSample(GBK), [][]string{{"张三"}, {"1", "张𬱖"}, {"㛃"}})
	var fs Faults
	if !errors.As(err, &fs) {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"lacks 2B", "lacks 3A"}, codes(fs)); d != "" {
		t.Error(d)
	}
	_, err = write(t, func(w io.Writer) (Out, error) { return NewCSV(w, CSVOptions{Charset: UTF8, Bare: true}) }, [][]string{{"a,b"}})
	if !errors.As(err, &fs) || fs[0].Code != "needs_quotes" {
		t.Error(err)
	}
	_, err = write(t, xlsxSample(false), [][]string{{"a\xFF"}})
	if !errors.As(err, &fs) || fs[0].Row != 3 {
		t.Error(err)
	}
}

// TestManyRows writes as many rows as the largest export has, into nothing: the
// writer keeps none of them.
func TestManyRows(t *testing.T) {
	if testing.Short() {
		t.Skip()
	}
	out, err := NewXLSX(io.Discard, XLSXOptions{Heads: []Head{{Title: "a"}, {Title: "b"}}})
	if err != nil {
		t.Fatal(err)
	}
	row := []string{"欧阳娜娜", "6228480000000000000"}
	warm := testing.AllocsPerRun(100, func() { _ = out.Row(row...) })
	for range 100_000 {
		if err := out.Row(row...); err != nil {
			t.Fatal(err)
		}
	}
	if late := testing.AllocsPerRun(100, func() { _ = out.Row(row...) }); late > warm+8 {
		t.Errorf("a row costs %.0f allocations, then %.0f", warm, late)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestDates(t *testing.T) {
	k := &book{from: 1900}
	for f, want := range map[float64]string{1: "1900-01-01", 59: "1900-02-28", 61: "1900-03-01", 46265.75: "2026-08-31", -1: "-1"} {
		if got := k.date(f); got != want {
			t.Errorf("%v: %s, want %s", f, got, want)
		}
	}
	k.from = 1904
	if got := k.date(44803); got != time.Date(2026, 8, 31, 0, 0, 0, 0, time.UTC).Format("2006-01-02") {
		t.Error(got)
	}
}

// TestRoundTrip writes any texts and reads the same back, from every form.
func TestRoundTrip(t *testing.T) {
	text := rapid.StringOf(rapid.OneOf(rapid.RuneFrom([]rune("张三𬱖·0_x14=+-,;\t\"'\n\r<&\a")), rapid.Rune()))
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 5).Draw(rt, "columns")
		cell := text.Filter(func(s string) bool {
			// These are trusted on no way back, or are read as the number they hold.
			got, kind := csvCell(s)
			return kind == 0 && got == s && !strings.ContainsAny(s, "\x00\uFFFD") && !strings.ContainsRune(s, 0xFEFF) && Lacks(GB18030, s) == nil
		})
		rows := rapid.SliceOfN(rapid.SliceOfN(cell, n, n), 1, 5).Draw(rt, "rows")
		head := make([]string, n)
		for i := range head {
			head[i] = fmt.Sprintf("列%d", i)
		}
		begin := map[string]func(w io.Writer) (Out, error){
			"utf-8": csvSample(UTF8BOM), "gb18030": csvSample(GB18030),
			"xlsx": func(w io.Writer) (Out, error) { return NewXLSX(w, XLSXOptions{Plain: true}) },
		}
		for name, f := range begin {
			b, err := write(t, f, append([][]string{append([]string{"首", "名"}, head...)}, rows...))
			if err != nil {
				rt.Fatal(name, err)
			}
			o := Options{Separator: ',', Columns: []Column{{Key: "a", Names: []string{"首"}}, {Key: "b", Names: []string{"名"}}}}
			if name == "gb18030" {
				o.Charset = GB18030
			}
			tab, err := Read(b, o)
			if err != nil {
				rt.Fatal(name, err)
			}
			i := 0
			for r, want := range rows {
				if want = trim(want); len(want) == 0 {
					continue
				}
				if i >= len(tab.Rows) {
					rt.Fatalf("%s: row %d is gone", name, r+2)
				}
				if got := tab.Rows[i]; got.No != r+2 || !slices.Equal(got.Cells, want) {
					rt.Fatalf("%s: row %d: %q, want %q in %d", name, got.No, got.Cells, want, r+2)
				}
				i++
			}
		}
	})
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{"姓名,卡号\n张三,1\n", "\"a\nb\";\t=", "<html>", "PK\x03\x04", bom + "sep=;\na;b", "\xC1\xAA\xCD\xA8,1"} {
		f.Add([]byte(s))
	}
	if b, err := os.ReadFile(filepath.Join("testdata", "sample.xlsx")); err == nil {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		tab, err := Read(b, Options{Columns: people, Limits: Limits{1 << 16, 1 << 18, 100, 20, 1000}})
		if err != nil {
			var f Fault
			if !errors.As(err, &f) || f.Sentence == "" {
				t.Fatalf("%T %v", err, err)
			}
			return
		}
		m, _ := tab.Match(people, nil)
		entries, _ := tab.Take(people, m)
		last := tab.HeaderRow
		for _, e := range entries {
			if e.No <= last {
				t.Fatalf("row %d after %d", e.No, last)
			}
			last = e.No
		}
	})
}

// FuzzSheetXML feeds the reader of the inner part, which a fuzzer does not reach
// through a zip.
func FuzzSheetXML(f *testing.F) {
	f.Add(`<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c><c r="B1" s="1"><f>1</f><v>1E3</v></c></row></sheetData><mergeCells><mergeCell ref="A1:B2"/></mergeCells></worksheet>`)
	f.Fuzz(func(t *testing.T, s string) {
		_, err := Read(minimal(t, s), Options{Limits: Limits{1 << 20, 1 << 20, 100, 20, 1000}})
		var fault Fault
		if err != nil && !errors.As(err, &fault) {
			t.Fatalf("%T %v", err, err)
		}
	})
}
