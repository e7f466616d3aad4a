package bank

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/sheet"
)

var update = flag.Bool("update", false, "write the golden files again")

func layout(t testing.TB, key string) Layout {
	t.Helper()
	for _, l := range Layouts() {
		if l.Key == key {
			return l
		}
	}
	t.Fatalf("no layout %s", key)
	return Layout{}
}

func batch(lines ...Line) Batch {
	return Batch{No: "U20261201", Day: "20261201", Payer: "区总工会", Account: "421200000000", Lines: lines}
}

var three = batch(
	Line{"L00000001", "张三", "6228480000000000000", "中国农业银行", "103100000026", "咸安总工会求学圆梦助学", 1000_00},
	Line{"L00000002", "买买提·艾力", "6217000000000000004", "中国建设银行", "", "咸安总工会求学圆梦助学", 1000_00},
	Line{"L00000003", "欧阳㛃𬱖", "6217990000000000006", "中国邮政储蓄银行", "", "咸安总工会求学圆梦助学", 1000_50},
)

func TestGolden(t *testing.T) {
	for _, l := range Layouts() {
		b, err := l.Write(three)
		if err != nil {
			t.Fatalf("%s: %v", l.Key, err)
		}
		again, _ := l.Write(three)
		if string(b) != string(again) {
			t.Errorf("%s differs when it is made again", l.Key)
		}
		file := filepath.Join("testdata", l.Key+map[Kind]string{XLSX: ".xlsx", CSV: ".csv", Fixed: ".txt"}[l.Send.Kind])
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
		if string(b) != string(want) {
			t.Errorf("%s is not what it was", file)
		}
		if l.Send.Kind != Fixed && !strings.Contains(string(b), "6228480000000000000") {
			t.Errorf("%s has no whole card number", l.Key)
		}
	}
}

// TestCardsStayText reads our own file as a suspicious stranger.
func TestCardsStayText(t *testing.T) {
	l := layout(t, "generic-xlsx")
	b, err := l.Write(three)
	if err != nil {
		t.Fatal(err)
	}
	cols := []sheet.Column{{Key: "card", Names: []string{"收款账号"}}, {Key: "name", Names: []string{"收款户名"}}, {Key: "amount", Names: []string{"金额"}}}
	tab, err := sheet.Read(b, sheet.Options{Columns: cols})
	if err != nil {
		t.Fatal(err)
	}
	m, _ := tab.Match(cols, nil)
	got, faults := tab.Take(cols, m)
	if len(faults) > 0 || len(got) != 3 {
		t.Fatal(got, faults)
	}
	for i, e := range got {
		if e.Values["card"] != three.Lines[i].Card || e.Values["name"] != three.Lines[i].Name {
			t.Errorf("%v", e)
		}
	}
}

func TestLayoutFaults(t *testing.T) {
	good, err := layouts.ReadFile("layouts/generic-fixed.yaml")
	if err != nil {
		t.Fatal(err)
	}
	csv, _ := layouts.ReadFile("layouts/generic-csv-gb18030.yaml")
	for name, c := range map[string]struct {
		in       []byte
		old, new string
		want     string
	}{
		"yaml":              {good, "kind: fixed", "kind: [", "layout_yaml"},
		"unknown key":       {good, "max_lines", "most_lines", "layout_yaml"},
		"two documents":     {good, "key: generic-fixed", "a: b\n---\nkey: x", "layout_yaml"},
		"name":              {good, "key: generic-fixed", "key: ''", "layout_name"},
		"max":               {good, "max_lines: 3000", "max_lines: -1", "layout_max"},
		"kind":              {csv, "kind: csv", "kind: dbf", "layout_kind"},
		"charset":           {good, "charset: gb18030", "charset: big5", "layout_charset"},
		"line end":          {good, "line_end: crlf", "line_end: cr", "layout_line_end"},
		"separator":         {csv, "kind: csv", "kind: csv\n  separator: ab", "layout_separator"},
		"titles of fixed":   {good, "kind: fixed", "kind: fixed\n  titles: true", "layout_fixed"},
		"from":              {good, "from: purpose", "from: phone", "layout_from"},
		"twice":             {good, "from: purpose", "from: ref", "layout_twice"},
		"both amounts":      {good, "from: purpose", "from: amount", "layout_twice"},
		"title twice":       {csv, "title: 序号", "title: 用途", "layout_title"},
		"width":             {good, "width: 32", "width: 0", "layout_width"},
		"pad":               {good, "from: card, width: 32", "from: card, width: 32, right: true, pad: '0'", "layout_pad"},
		"long text":         {good, "text: H, width: 1", "text: HH, width: 1", "layout_text"},
		"no sign":           {csv, "{from: text, text: 合计}", "{from: blank}", "layout_row"},
		"no card":           {good, "from: card", "from: bank", "layout_needs"},
		"no state":          {good, "from: state", "from: bank", "layout_needs"},
		"optional state":    {csv, "交易结果}", "交易结果, optional: true}", "layout_needs"},
		"state of a word":   {good, "state: unknown", "state: handed", "layout_word"},
		"a word twice":      {good, `"9999"`, `"0000"`, "layout_word"},
		"nothing is paid":   {good, "state: paid", "state: unknown", "layout_word"},
		"code of a reason":  {good, "words:", "reasons:\n  - {word: E1, code: nonsense}\nwords:", "layout_reason"},
		"answer of a line":  {good, "{from: count, width: 6, right: true, pad: \"0\"}, {from: total_fen", "{from: card, width: 6}, {from: total_fen", "layout_from"},
		"xlsx needs titles": {csv, "kind: csv\n  charset: gb18030\n  titles: true", "kind: xlsx", "layout_titles"},
	} {
		in := strings.Replace(string(c.in), c.old, c.new, 1)
		if in == string(c.in) {
			t.Errorf("%s: nothing replaced", name)
		}
		_, err := ParseLayout([]byte(in))
		var fs sheet.Faults
		if !errors.As(err, &fs) || !slices.ContainsFunc(fs, func(f sheet.Fault) bool { return f.Code == c.want }) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

func TestRehearse(t *testing.T) {
	good := three.Lines[0]
	with := func(f func(*Line)) Line { l := good; f(&l); return l }
	other := with(func(l *Line) { l.ID, l.Card, l.Name = "L2", "6217000000000000004", "李四" })
	for name, c := range map[string]struct {
		layout string
		lines  []Line
		want   []string // code and row, with ! where it blocks
	}{
		"good":         {"generic-fixed", []Line{good}, nil},
		"empty":        {"generic-fixed", nil, []string{"empty 0!"}},
		"amount":       {"generic-xlsx", []Line{with(func(l *Line) { l.Amount = 0 })}, []string{"amount 1!"}},
		"short card":   {"generic-xlsx", []Line{with(func(l *Line) { l.Card = "622848" })}, []string{"card 1!"}},
		"spaced card":  {"generic-xlsx", []Line{with(func(l *Line) { l.Card = "6228 4800 0000 0000 000" })}, []string{"card 1!"}},
		"luhn":         {"generic-xlsx", []Line{with(func(l *Line) { l.Card = "6228480000000000001" })}, []string{"card_luhn 1"}},
		"credit":       {"generic-xlsx", []Line{with(func(l *Line) { l.Card = "4000000000000002" })}, []string{"card_credit 1"}},
		"unknown bank": {"generic-xlsx", []Line{with(func(l *Line) { l.Card = "6230000000000000009" })}, []string{"card_bank 1", "card_luhn 1"}},
		"third class":  {"generic-xlsx", []Line{with(func(l *Line) { l.Amount = 2000_00 })}, []string{"third_class 1"}},
		"name":         {"generic-xlsx", []Line{with(func(l *Line) { l.Name = "张3" })}, []string{"name 1!"}},
		"wide dot":     {"generic-xlsx", []Line{with(func(l *Line) { l.Name = "艾力•江" })}, []string{"name_changed 1"}},
		"shared":       {"generic-xlsx", []Line{good, with(func(l *Line) { l.ID, l.Name = "L2", "李四" })}, []string{"card_shared 1!", "card_shared 2!", "third_class 1", "third_class 2"}},
		"twice":        {"generic-xlsx", []Line{good, with(func(l *Line) { l.ID, l.Amount = "L2", 1 })}, []string{"card_twice 1", "card_twice 2"}},
		"ids":          {"generic-xlsx", []Line{good, with(func(l *Line) { l.Card, l.Name = other.Card, other.Name })}, []string{"id 1!", "id 2!"}},
		"odd id":       {"generic-xlsx", []Line{with(func(l *Line) { l.ID = "L-1" })}, []string{"id 1!"}},
		"long":         {"generic-fixed", []Line{other, with(func(l *Line) { l.Purpose = strings.Repeat("长", 31) })}, []string{"too_long 2!"}},
		"line break":   {"generic-csv-utf8", []Line{with(func(l *Line) { l.Purpose = "a\nb" })}, []string{"control 1!"}},
		"edge":         {"generic-fixed", []Line{with(func(l *Line) { l.Purpose = " a" })}, []string{"blank_edge 1!"}},
		"lacks":        {"generic-csv-utf8", []Line{with(func(l *Line) { l.Purpose = "a\xFF" })}, []string{"lacks 1!"}},
		"gbk":          {"gbk", []Line{with(func(l *Line) { l.Name = "张𬱖" })}, []string{"lacks 1!"}},
		"bare":         {"bare", []Line{with(func(l *Line) { l.Purpose = "a,b" })}, []string{"needs_quotes 1!"}},
		"max":          {"max", []Line{good, other}, []string{"too_many 0!"}},
	} {
		l := Layout{}
		switch c.layout {
		case "gbk":
			l = layout(t, "generic-csv-gb18030")
			l.Send.Charset = sheet.GBK
		case "bare":
			l = layout(t, "generic-csv-gb18030")
			l.Send.Bare = true
		case "max":
			l = layout(t, "generic-xlsx")
			l.MaxLines = 1
		default:
			l = layout(t, c.layout)
		}
		fs := l.Rehearse(batch(c.lines...))
		var got []string
		for _, f := range fs {
			if !strings.HasSuffix(f.Sentence, "。") {
				t.Errorf("%s: %q is no sentence", name, f.Sentence)
			}
			if f.Code == "ask_class" {
				continue
			}
			s := fmt.Sprintf("%s %d", f.Code, f.Row)
			if f.Blocks {
				s += "!"
			}
			got = append(got, s)
		}
		slices.Sort(got)
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		// What does not block can be written; what is unwritable blocks.
		if _, err := l.Write(batch(c.lines...)); err != nil && !Blocked(fs) {
			t.Errorf("%s: %v, and the rehearsal saw nothing", name, err)
		}
	}
}

func TestReasons(t *testing.T) {
	l := layout(t, "generic-xlsx")
	l.Codes = []Coded{{"E013", "closed"}}
	for text, want := range map[string]string{
		"账号户名不符": "name", "帐号户名不符": "name", "收款人户名不一致": "name", "账号不存在": "no_account", "卡号错误": "no_account",
		"该账户已销户": "closed", "已换卡": "closed", "社保卡金融账户未激活": "dormant", "睡眠户": "dormant", "久悬户": "dormant",
		"只收不付": "limited", "不收不付": "limited", "账户状态异常": "limited", "身份证过期": "expired_id", "账户冻结": "frozen", "涉案账户": "frozen",
		"已挂失": "lost", "超限": "over_limit", "Ⅱ类户超日累计限额": "over_limit", "Ⅲ类账户余额超限": "third_class", "不支持信用卡": "credit_card",
		"准贷记卡不支持": "credit_card", "跨行行号错误": "routing", "e013": "closed", "": "other", "其他错误": "other",
	} {
		if got := l.ReasonOf(text); got.Code != want {
			t.Errorf("%q: %s, want %s", text, got.Code, want)
		}
	}
	for _, r := range append(Reasons, Other) {
		if r.Staff == "" || r.Do == "" || (r.Worker == "") != (r.Do == Resend) {
			t.Errorf("%s is not whole", r.Code)
		}
	}
}

func TestAmounts(t *testing.T) {
	for _, c := range []struct {
		in    string
		cents bool
		want  scheme.Fen
		ok    bool
	}{
		{"1000", false, 1000_00, true}, {"1,000.00", false, 1000_00, true}, {"1000.5", false, 1000_50, true}, {"¥1000.05元", false, 1000_05, true},
		{"0000001000.00", false, 1000_00, true}, {"0", false, 0, true}, {"0.01", false, 1, true}, {"00.01", false, 1, true}, {"1000.001", false, 0, false},
		{"", false, 0, false}, {"-1", false, 0, false}, {"1e3", false, 0, false}, {"000000000100000", true, 1000_00, true}, {"1.0", true, 0, false}, {"", true, 0, false},
	} {
		if got, ok := parseAmount(c.in, c.cents); got != c.want || ok != c.ok {
			t.Errorf("%q: %d %v", c.in, got, ok)
		}
	}
}

func csvAnswer(rows ...string) []byte {
	return []byte("\xEF\xBB\xBF账号,户名,金额,状态,原因,备注\r\n" + strings.Join(rows, "\r\n") + "\r\n")
}

func TestMatch(t *testing.T) {
	l := layout(t, "generic-csv-utf8")
	l.Answer.Foot = nil
	twins := batch(three.Lines[0], three.Lines[0], three.Lines[1])
	twins.Lines[1].ID = "L00000009"
	const a, b, c = "6228480000000000000,张三,1000.00", "6217000000000000004,买买提•艾力,1000", "6217990000000000006,欧阳??,1000.50"
	for name, x := range map[string]struct {
		sent   Batch
		rows   []string
		want   string // class and reason of each line
		extras string
	}{
		"all by values":        {three, []string{a + ",成功,,", b + ",失败,账号户名不符,", c + ",处理中,,"}, "paid failed:name unknown", ""},
		"all by reference":     {three, []string{c + ",成功,,L00000003", a + ",成功,,尾号 L00000001 助学", b + ",失败：已销户,,l00000002"}, "paid failed:closed paid", ""},
		"a remark of the bank": {three, []string{a + ",成功,,2026年代发", b + ",成功,,助学", c + ",成功,,"}, "paid paid paid", ""},
		"masked cards":         {three, []string{"6228****0000,张三,1000,成功,,", "***0004,买买提·艾力,1000.00,成功,,", c + ",成功,,"}, "paid paid paid", ""},
		"missing":              {three, []string{a + ",成功,,"}, "paid missing missing", ""},
		"word not known":       {three, []string{a + ",成功待确认,,", b + ",失败待查,,", c + ",,,"}, "unknown unknown unknown", ""},
		"amount, by reference": {three, []string{"6228480000000000000,张三,999.99,成功,,L00000001"}, "amount_differs missing missing", ""},
		"amount, by values":    {three, []string{"6228480000000000000,张三,100000,成功,,"}, "amount_differs missing missing", ""},
		"name":                 {three, []string{"6228480000000000000,张山,1000,成功,,"}, "holder_differs missing missing", ""},
		"card":                 {three, []string{"6228480000000000018,张三,1000,成功,,", b + ",成功,,"}, "holder_differs paid missing", ""},
		"card, by reference":   {three, []string{"6228480000000000018,张三,1000,成功,,L00000001"}, "holder_differs missing missing", ""},
		"a stranger":           {three, []string{a + ",成功,,", "6228480000000000018,王五,5,成功,,"}, "paid missing missing", "3"},
		"twice the same":       {three, []string{a + ",成功,,", a + ",成功,,"}, "paid missing missing", "3:L00000001"},
		"against itself":       {three, []string{a + ",成功,,L00000001", a + ",失败,已销户,L00000001"}, "contradicts missing missing", "3:L00000001"},
		"foreign reference":    {three, []string{a + ",成功,,L00000777", b + ",成功,,"}, "missing paid missing", "2"},
		"two references":       {three, []string{a + ",成功,,L00000001 L00000002", b + ",成功,,"}, "missing paid missing", "2"},
		"twins agree":          {twins, []string{a + ",成功,,", a + ",成功,,", b + ",成功,,"}, "paid paid paid", ""},
		"twins disagree":       {twins, []string{a + ",成功,,", a + ",失败,已销户,", b + ",成功,,"}, "unknown unknown paid", ""},
		"one of the twins":     {twins, []string{a + ",成功,,", b + ",成功,,"}, "unknown unknown paid", ""},
		"three of the twins":   {twins, []string{a + ",成功,,", a + ",成功,,", a + ",成功,,", b + ",成功,,"}, "paid paid paid", "4:L00000009"},
		"twins by reference":   {twins, []string{a + ",成功,,L00000009", a + ",失败,已销户,L00000001"}, "failed:closed paid missing", ""},
		"another batch":        {three, []string{"6228480000000000018,王五,5,成功,,"}, "refused", ""},
	} {
		ans, err := l.Read(csvAnswer(x.rows...), nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		o := Match(x.sent, ans)
		var got, extras []string
		n := 0
		for _, r := range o.Results {
			s := string(r.Class)
			if r.Reason.Code != "" {
				s += ":" + r.Reason.Code
			}
			got = append(got, s)
		}
		for _, s := range o.Sums {
			n += s.Count
		}
		for _, e := range o.Extras {
			s := fmt.Sprint(e.Row)
			if e.Repeats != "" {
				s += ":" + e.Repeats
			}
			extras = append(extras, s)
		}
		if o.Refused != nil {
			got = []string{"refused"}
		} else if n != len(x.sent.Lines) {
			t.Errorf("%s: the sums are of %d lines", name, n)
		}
		if strings.Join(got, " ") != x.want || strings.Join(extras, " ") != x.extras {
			t.Errorf("%s: %v, extra %v", name, got, extras)
		}
	}
}

func TestTurns(t *testing.T) {
	l := layout(t, "generic-csv-utf8")
	l.Answer.Foot = nil
	ans, err := l.Read(csvAnswer("6228480000000000000,张三,1000.00,成功,,", "6217000000000000004,买买提·艾力,1000,失败,已销户,", "6217990000000000006,欧阳㛃𬱖,1000.50,处理中,,"), nil)
	if err != nil {
		t.Fatal(err)
	}
	o := Match(three, ans)
	states := map[string]scheme.LineState{}
	now := func(id string) scheme.LineState { return states[id] }
	for _, x := range three.Lines {
		states[x.ID] = scheme.LineHanded
	}
	turns, clashes := o.Turns(now)
	if len(turns) != 3 || len(clashes) != 0 || turns[0].Move != scheme.PayLine || turns[1].Move != scheme.FailLine || turns[2].Move != scheme.UnknownLine {
		t.Fatal(turns, clashes)
	}
	for _, x := range turns {
		row, _ := scheme.TurnBy(scheme.LineTurns, x.Move)
		if !slices.Contains(row.From, states[x.ID]) {
			t.Errorf("%s is no move from %s", x.Move, states[x.ID])
		}
		states[x.ID] = row.To
	}
	if turns, clashes = o.Turns(now); len(turns)+len(clashes) != 0 {
		t.Errorf("the second import asks for %v %v", turns, clashes)
	}
	// Against what is known, nothing moves by itself.
	maps.Copy(states, map[string]scheme.LineState{"L00000001": scheme.LineFailed, "L00000002": scheme.LineUnknown, "L00000003": scheme.LinePaid})
	if turns, clashes = o.Turns(now); len(turns) != 0 || len(clashes) != 3 {
		t.Errorf("%v %v", turns, clashes)
	}
	if o.Balanced() {
		t.Error("an unclear line is no balance")
	}
}

func TestReadRefuses(t *testing.T) {
	fixed, csv := layout(t, "generic-fixed"), layout(t, "generic-csv-gb18030")
	ok := func(l Layout) string {
		b, err := answerFile(l, three, []said{{state: scheme.LinePaid}, {state: scheme.LinePaid}, {state: scheme.LinePaid}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	f, c := ok(fixed), ok(csv)
	for name, x := range map[string]struct {
		l    Layout
		in   string
		want string
	}{
		"whole fixed":       {fixed, f, ""},
		"whole csv":         {csv, c, ""},
		"blanks cut off":    {fixed, strings.Replace(f, strings.Repeat(" ", 60)+"\r\n", "\r\n", 1), ""},
		"empty":             {fixed, "\r\n", "empty"},
		"cut":               {fixed, f[:len(f)-5], "not_fixed"},
		"cut lines":         {fixed, f[:strings.Index(f, "T0")], "not_fixed"},
		"one line gone":     {fixed, strings.Join(slices.Delete(strings.SplitAfter(f, "\n"), 1, 2), ""), "truncated"},
		"amount changed":    {fixed, strings.Replace(f, "000000000100000", "000000000100001", 1), "truncated"},
		"another head":      {fixed, "X" + f[1:], "head_missing"},
		"other charset":     {fixed, strings.Replace(f, "6228480000000000000 ", "622848000000000000\xFF\xFF", 1), "charset"},
		"csv, foot gone":    {csv, c[:strings.LastIndex(c, "\xba\xcf\xbc\xc6")], "truncated"},
		"csv, count":        {csv, strings.Replace(c, ",3,", ",4,", 1), "truncated"},
		"csv, total":        {csv, strings.Replace(c, ",3000.50", ",3000.51", 1), "truncated"},
		"csv, amount":       {csv, strings.Replace(c, ",1000.00,", ",1000.x,", 1), "amount"},
		"csv, column":       {csv, strings.Replace(c, "\xbd\xf0\xb6\xee,", "\xbd\xf0,", 1), "column_missing"},
		"csv, lost digits":  {csv, strings.Replace(c, "6228480000000000000", "6.22848E+18", 1), "digits_lost"},
		"csv, wrong form":   {layout(t, "generic-xlsx"), "\xEF\xBB\xBF收款账号,金额,户名,状态\n1,1,1,成功\n", "other_form"},
		"csv, wrong bytes":  {layout(t, "generic-csv-utf8"), c, "charset"},
		"two batches":       {fixed, strings.Replace(f, "U20261201", "", 1), "not_fixed"},
		"a page of the web": {csv, "<html><table>", "html_as_xls"},
	} {
		_, err := x.l.Read([]byte(x.in), nil)
		got := ""
		var one sheet.Fault
		var many sheet.Faults
		switch {
		case errors.As(err, &one):
			got = one.Code
		case errors.As(err, &many):
			got = many[0].Code
		case err != nil:
			got = err.Error()
		}
		if got != x.want {
			t.Errorf("%s: %q (%v), want %q", name, got, err, x.want)
		}
	}
	// The file names another batch.
	other := three
	other.No = "U20261202"
	a, err := fixed.Read([]byte(f), nil)
	if err != nil || a.Batch != three.No {
		t.Fatal(a.Batch, err)
	}
	if o := Match(other, a); o.Refused == nil || o.Refused.Code != "other_batch" {
		t.Error("an answer of another batch counts")
	}
}

// TestMappedColumns reads titles that the layout does not know, as a person
// mapped them once.
func TestMappedColumns(t *testing.T) {
	l := layout(t, "generic-csv-utf8")
	l.Answer.Foot = nil
	in := []byte("\xEF\xBB\xBF代发结果,,,\r\n甲,乙,丙,丁\r\n6228480000000000000,张三,1000,成功\r\n")
	if _, err := l.Read(in, nil); err == nil {
		t.Fatal("read without titles that it knows")
	}
	a, err := l.Read(in, sheet.Mapping{"card": "甲", "name": "乙", "amount": "丙", "state": "丁"})
	if err != nil || len(a.Lines) != 1 || a.Lines[0].State != scheme.LinePaid || a.Lines[0].Row != 3 {
		t.Error(a, err)
	}
}

// TestWithoutTitles reads the usual text of many banks: signs between the values
// and no titles.
func TestWithoutTitles(t *testing.T) {
	l := layout(t, "generic-csv-gb18030")
	l.Answer = Form{Kind: CSV, Charset: sheet.GB18030, Separator: "|", Head: [][]Cell{{{From: Text, Text: "RET"}, {From: BatchN}, {From: Count}}},
		Columns: []Cell{{From: Seq}, {From: Card}, {From: Name}, {From: Amount}, {From: State}, {From: Cause}}}
	if fs := l.Check(); len(fs) > 0 {
		t.Fatal(fs)
	}
	in, _ := sheet.Encode(sheet.GB18030, "RET|U20261201|2\n1|6228480000000000000|张三|1000.00|成功|\n2|6217000000000000004|买买提·艾力|1000.00|失败|户名不符\n")
	a, err := l.Read(in, nil)
	if err != nil || len(a.Lines) != 2 || a.Batch != three.No || a.Lines[1].Reason.Code != "name" || a.Lines[1].Row != 3 {
		t.Errorf("%+v %v", a, err)
	}
}
