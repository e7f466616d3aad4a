package gb

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/mozillazg/go-pinyin"
)

var today = time.Date(2026, 7, 6, 12, 0, 0, 0, shanghai)

func code(err error) string {
	var f Fault
	if errors.As(err, &f) {
		return f.Code
	}
	if err != nil {
		return "not a fault"
	}
	return ""
}

func TestID(t *testing.T) {
	y2000 := time.Date(2000, 1, 1, 0, 0, 0, 0, shanghai)
	for _, c := range []struct {
		kind, raw string
		at        time.Time
		want      IDNumber
		fault     string
	}{
		{IDResident, "11010519491231002X", y2000, "11010519491231002X", ""},
		{IDResident, "11010519491231002x", y2000, "11010519491231002X", ""},
		{IDResident, "11010519491231002X", today, "", "id_old"},
		{IDResident, "440524188001010014", today, "", "id_old"},
		{IDResident, "421202199001010010", today, "421202199001010010", ""},
		{IDResident, " ４２１２０２-19900101 0010　", today, "421202199001010010", ""},
		{IDResident, "422301198506150022", today, "422301198506150022", ""},
		{IDResident, "421202200002290013", today, "421202200002290013", ""},
		{IDResident, "422301197902300016", today, "", "id_date"},
		{IDResident, "421202199001010011", today, "", "id_check"},
		{IDResident, "42120219900101001", today, "", "id_length"},
		{IDResident, "421202900101001", today, "", "id_15"},
		{IDResident, "4212021990010100X0", today, "", "id_chars"},
		{IDResident, "42120219900101001零", today, "", "id_chars"},
		{IDResident, "", today, "", "id_empty"},
		{IDResident, "991202199001010010", today, "", "id_is_permanent"},
		{IDResident, "161202199001010010", today, "", "id_region"},
		{IDResident, "810000199001010019", today, "", "id_is_hmt"},
		{IDHMT, "810000199001010019", today, "810000199001010019", ""},
		{IDHMT, "820000199001010029", today, "820000199001010029", ""},
		{IDHMT, "830000199001010039", today, "830000199001010039", ""},
		{IDHMT, "421202199001010010", today, "", "id_hmt"},
		{IDPermanent, "942840199001010014", today, "942840199001010014", ""},
		{IDPermanent, "942840199001010013", today, "", "id_check"},
		{IDPermanent, "can110078030501", today, "CAN110078030501", ""},
		{IDPermanent, "CAN11007803050", today, "", "id_length"},
		{IDPermanent, "421202199001010010", today, "", "id_permanent"},
		{"passport", "421202199001010010", today, "", "id_kind"},
		{IDResident, "421202199001010010", time.Date(1989, 1, 1, 0, 0, 0, 0, shanghai), "", "id_future"},
		{IDResident, "421202199001010010", time.Date(2005, 12, 31, 12, 0, 0, 0, shanghai), "", "id_young"},
		{IDResident, "421202199001010010", time.Date(2006, 1, 1, 0, 0, 0, 0, shanghai), "421202199001010010", ""},
	} {
		got, err := ID(c.kind, c.raw, c.at)
		if got != c.want || code(err) != c.fault {
			t.Errorf("ID(%s, %q) = %q, %q; want %q, %q", c.kind, c.raw, got, code(err), c.want, c.fault)
		}
	}
}

func TestIDParts(t *testing.T) {
	n := IDNumber("422301198506150022")
	if !n.Female() || n.Birth().Format("20060102") != "19850615" || n.Region() != "422301" || n.Age(today) != 41 || n.Last6() != "150022" {
		t.Errorf("parts: %v %v %v %v %v", n.Female(), n.Birth(), n.Region(), n.Age(today), n.Last6())
	}
	if m := n.Mask(); m != "4****************2" || strings.Contains(m, n.Last6()) {
		t.Errorf("mask %q", m)
	}
	if IDNumber("421202199001010010").Female() {
		t.Error("an odd sequence digit is male")
	}
	old := IDNumber("CAN110078030501")
	if old.HasBirth() || old.Age(today) != -1 || old.Region() != "" || !old.Birth().IsZero() {
		t.Error("the old permanent-residence card tells no birth date")
	}
	if IDNumber("").Mask() != "" || IDNumber("12").Mask() != "**" {
		t.Error("a short value is hidden whole")
	}
}

// TestIDOneSlip: every single wrong digit and every swap of neighbours is found.
func TestIDOneSlip(t *testing.T) {
	good := "421202199001010010"
	for i := 0; i < 18; i++ {
		for d := byte('0'); d <= '9'; d++ {
			if good[i] == d {
				continue
			}
			s := good[:i] + string(d) + good[i+1:]
			if _, err := ID(IDResident, s, today); err == nil {
				t.Errorf("%s passes", s)
			}
		}
	}
}

func TestMobile(t *testing.T) {
	for _, c := range []struct{ raw, want, fault string }{
		{"13800000000", "13800000000", ""},
		{"+86 138-0000-0000", "13800000000", ""},
		{"008613800000000", "13800000000", ""},
		{"8613800000000", "13800000000", ""},
		{"１３８００００００００", "13800000000", ""},
		{"", "", "phone_empty"},
		{"1380000000", "", "phone_length"},
		{"12800000000", "", "phone_prefix"},
		{"07158880000", "", "phone_prefix"},
		{"1380000000a", "", "phone_chars"},
	} {
		got, err := Mobile(c.raw)
		if got != c.want || code(err) != c.fault {
			t.Errorf("Mobile(%q) = %q, %q", c.raw, got, code(err))
		}
	}
	for name, want := range map[string]string{"王芳": "王*", "欧阳娜娜": "欧***", "阿依古丽·买买提": "阿***", "王": "*", "": ""} {
		if got := MaskName(name); got != want {
			t.Errorf("MaskName(%q) = %q, want %q", name, got, want)
		}
	}
	if MaskMobile("13800001234") != "138****1234" {
		t.Error("mask")
	}
}

func TestCard(t *testing.T) {
	for _, c := range []struct{ raw, want, fault, warn, bank string }{
		{"6228 4800 0000 0000 000", "6228480000000000000", "", "", "中国农业银行"},
		{"6217000000000000004", "6217000000000000004", "", "", "中国建设银行"},
		{"6217990000000000006", "6217990000000000006", "", "", "中国邮政储蓄银行"},
		{"6228480000000000001", "6228480000000000001", "", "card_luhn", "中国农业银行"},
		{"4563510000000000000", "4563510000000000000", "", "card_luhn", "中国银行"},
		{"4000000000000002", "4000000000000002", "", "card_credit", ""},
		{"6250000000000006", "6250000000000006", "", "card_credit", ""},
		{"6299990000000000000", "6299990000000000000", "", "card_bank", ""},
		{"622848000000000", "", "card_length", "", ""},
		{"62284800000000000000", "", "card_length", "", ""},
		{"622848x000000000000", "", "card_chars", "", ""},
		{"", "", "card_empty", "", ""},
	} {
		got, err := Card(c.raw)
		if string(got) != c.want || code(err) != c.fault {
			t.Errorf("Card(%q) = %q, %q", c.raw, got, code(err))
			continue
		}
		if err != nil {
			continue
		}
		ws := CardWarnings(got)
		found := c.warn == "" && len(ws) == 0
		for _, w := range ws {
			found = found || w.Code == c.warn
		}
		if !found {
			t.Errorf("CardWarnings(%q) = %v, want %q", c.raw, ws, c.warn)
		}
		if b := BankByCard(c.want); b != c.bank {
			t.Errorf("BankByCard(%q) = %q", c.want, b)
		}
	}
	if GroupCard("6228480000000000000") != "6228 4800 0000 0000 000" || MaskCard("6228480000000000000") != "6228 **** **** 0000" || MaskCard("622848") != "******" {
		t.Error("groups or mask")
	}
}

func TestCreditCode(t *testing.T) {
	for _, c := range []struct{ raw, fault, warns string }{
		{"91350100M000100Y43", "", ""},
		{"91350100m000100y43", "", ""},
		{"91350100M000100Y4Z", "credit_chars", ""},
		{"91350100M000100Y44", "credit_check", ""},
		{"814212022XAKE386R0", "", "credit_org credit_union"},
		{"81421202MC0000012R", "", "credit_union"},
		{"81421202MC0000020L", "", "credit_union"},
		{"81421202MC12345667", "", "credit_union"},
		{"8142120", "credit_length", ""},
		{"", "credit_empty", ""},
		{"9135010OM000100Y43", "credit_chars", ""},
	} {
		got, ws, err := CreditCode(c.raw)
		var names []string
		for _, w := range ws {
			names = append(names, w.Code)
		}
		if code(err) != c.fault || strings.Join(names, " ") != c.warns || err == nil && got != strings.ToUpper(c.raw) {
			t.Errorf("CreditCode(%q) = %q %v %q", c.raw, got, names, code(err))
		}
	}
	if !orgCodeOK("D2143569X") {
		t.Error("GB 11714 vector")
	}
}

func TestName(t *testing.T) {
	for _, c := range []struct{ raw, want, fault string }{
		{"张三", "张三", ""},
		{" 张 三　", "张三", ""},
		{"㛃䶮𬱖𬭼", "㛃䶮𬱖𬭼", ""},
		{"𬀩𬸦鿍", "𬀩𬸦鿍", ""},
		{"⼀⼭", "一山", ""},
		{"⻢三", "马三", ""},
		{"⺮三", "", "name_radical"},
		{"张\ue000", "", "name_private"},
		{"张\U000F0001", "", "name_private"},
		{"张\ue81e", "张\u9fb4", ""},
		{"张三\u200b\ufeff", "张三", ""},
		{"葛\U000E0100城", "葛城", ""},
		{"·张三", "", "name_dot_edge"},
		{"张三。", "", "name_dot_edge"},
		{"阿里木··买买提", "", "name_dot_double"},
		{strings.Repeat("张", 50), strings.Repeat("张", 50), ""},
		{strings.Repeat("张", 51), "", "name_long"},
		{strings.Repeat("张", 200), "", "name_long"},
		{strings.Repeat("张", 200000), "", "name_long"},
		{"", "", "name_empty"},
		{"   ", "", "name_empty"},
		{"张三3", "", "name_digit"},
		{"张<b>三", "", "name_chars"},
		{"张□", "", "name_hole"},
		{"John O’Neil", "John O'Neil", ""},
		{"J. Smith", "J. Smith", ""},
		{"ＪＯＨＮ", "JOHN", ""},
		{"Jos\u0065\u0301", "Jos\u0065\u0301", ""}, // no NFC
		{"\uF92C\uFA0E", "\uF92C\uFA0E", ""},       // compatibility ideographs stay
		{"张\xff", "", "name_encoding"},
	} {
		got, changed, err := Name(c.raw)
		if got != c.want || code(err) != c.fault || err == nil && changed != (got != c.raw) {
			t.Errorf("Name(%.60q) = %q, %v, %q", c.raw, got, changed, code(err))
		}
	}
	for _, dot := range "•‧∙⋅・･．.\u0387᛫⸱●。" {
		got, changed, err := Name("阿里木" + string(dot) + "买买提")
		if got != "阿里木·买买提" || !changed || err != nil {
			t.Errorf("dot %U: %q %v %v", dot, got, changed, err)
		}
	}
	if got, _, err := NameIncomplete("王□"); got != "王□" || err != nil {
		t.Errorf("placeholder: %q %v", got, err)
	}
	if r := RareChars("张䶮𬱖三"); len(r) != 2 {
		t.Errorf("rare: %v", r)
	}
}

func TestSearchKeys(t *testing.T) {
	for _, c := range []struct {
		name string
		want []string
	}{
		{"曾国藩", []string{"曾国藩", "zengguofan", "cengguofan", "zgf", "cgf"}},
		{"单雄信", []string{"shanxiongxin", "danxiongxin", "sxx", "dxx"}},
		{"解珍", []string{"xiezhen", "jiezhen"}},
		{"仇英", []string{"qiuying", "chouying"}},
		{"查良镛", []string{"zhaliangyong"}},
		{"区海", []string{"ouhai", "quhai", "oh"}},
		{"尉迟恭", []string{"yuchigong", "ycg"}},
		{"吕布", []string{"lvbu", "lubu", "lb"}},
		{"阿里木·买买提", []string{"alimumaimaiti"}},
		{"张𬭼", []string{"zhangsui", "zs"}},
	} {
		keys := map[string]bool{}
		for _, k := range SearchKeys(c.name) {
			keys[k] = true
		}
		for _, w := range c.want {
			if !keys[w] {
				t.Errorf("%s: no key %q in %v", c.name, w, SearchKeys(c.name))
			}
		}
	}
	if n := len(SearchKeys(strings.Repeat("重", 50))); n > 2*keysMax+1 {
		t.Errorf("%d keys", n)
	}
}

func TestPick(t *testing.T) {
	if len(rare) < 150 {
		t.Errorf("%d characters", len(rare))
	}
	a := pinyin.NewArgs()
	a.Heteronym, a.Style = true, pinyin.Tone
	seen := map[string]bool{}
	for _, c := range rare {
		r, _ := utf8.DecodeRuneInString(c.Char)
		if seen[c.Char] || !Han(r) || utf8.RuneCountInString(c.Char) != 1 {
			t.Errorf("%s: doubled or not a character", c.Char)
		}
		seen[c.Char] = true
		ok := false
		for _, p := range pinyin.SinglePinyin(r, a) {
			ok = ok || p == c.Pinyin
		}
		if !ok {
			t.Errorf("%s %s: readings are %v", c.Char, c.Pinyin, pinyin.SinglePinyin(r, a))
		}
		if clean, changed, err := Name(c.Char); err != nil || changed || clean != c.Char {
			t.Errorf("%s is not accepted in a name: %v", c.Char, err)
		}
	}
	for _, c := range []struct{ query, want string }{
		{"yan", "䶮"}, {"yǎn", "䶮"}, {"YAN3", "䶮"}, {"龙天", "䶮"}, {"天龙", "䶮"}, {"女+洁", "㛃"}, {"由页", "𬱖"}, {"金岁", "𬭼"},
		{"sui", "𬭼"}, {"吉吉", "喆"}, {"日韦", "𬀩"}, {"水韦", "𣲗"}, {"火火火", "焱"}, {"王月", "玥"},
	} {
		found := false
		for _, x := range Pick(c.query) {
			found = found || x.Char == c.want
		}
		if !found {
			t.Errorf("Pick(%q) = %v", c.query, Pick(c.query))
		}
	}
	for _, q := range []string{"", "  ", "zzz", "龙龙龙龙", "<b>", "yan4x", "+", strings.Repeat("x", 500)} {
		if got := Pick(q); len(got) != 0 {
			t.Errorf("Pick(%q) = %v", q, got)
		}
	}
	if got := Pick("吉吉"); len(got) == 0 || got[0].Char != "喆" {
		t.Errorf("exact first: %v", got)
	}
}

func TestTables(t *testing.T) {
	if len(Ethnic) != 58 || len(ethnicLetters) != 56 || NameOf(Ethnic, "12") != "侗族" || EthnicLetters("04") != "ZA" || EthnicLetters("56") != "JN" || EthnicLetters("97") != "" {
		t.Error("ethnic groups")
	}
	if len(Political) != 13 || NameOf(Political, "13") != "群众" || NameOf(Political, "99") != "" {
		t.Error("political status")
	}
	for _, list := range [][]Code{Ethnic, Political, Education, Provinces, Places, IDKinds} {
		seen := map[string]bool{}
		for _, c := range list {
			if c.Code == "" || c.Name == "" || seen[c.Code] {
				t.Errorf("row %v", c)
			}
			seen[c.Code] = true
		}
	}
	for code, want := range map[string]string{"421202": "咸宁市咸安区", "422301": "咸宁市（旧，今咸安区）", "110105": "北京市", "990000": "", "": ""} {
		if got := Region(code); got != want {
			t.Errorf("Region(%q) = %q", code, got)
		}
	}
	for code, want := range map[string][2]bool{
		"61": {true, false}, "41": {true, false}, "44": {true, false}, "47": {true, false}, "71": {false, false}, "63": {false, false},
		"31": {true, true}, "21": {true, true}, "22": {true, true}, "14": {true, true}, "32": {false, false}, "33": {false, false}, "90": {false, false},
	} {
		if UpperSecondary(code) != want[0] || JuniorCollege(code) != want[1] {
			t.Errorf("education %s", code)
		}
	}
}

func TestMoney(t *testing.T) {
	for fen, want := range map[int64][2]string{
		0:              {"0.00", "零元整"},
		5:              {"0.05", "伍分"},
		50:             {"0.50", "伍角"},
		55:             {"0.55", "伍角伍分"},
		105:            {"1.05", "壹元零伍分"},
		150:            {"1.50", "壹元伍角"},
		1000:           {"10.00", "壹拾元整"},
		100000:         {"1,000.00", "壹仟元整"},
		200000:         {"2,000.00", "贰仟元整"},
		10000000:       {"100,000.00", "壹拾万元整"},
		20000000:       {"200,000.00", "贰拾万元整"},
		10050000:       {"100,500.00", "壹拾万零伍佰元整"},
		1000500:        {"10,005.00", "壹万零伍元整"},
		160732:         {"1,607.32", "壹仟陆佰零柒元叁角贰分"},
		10000000000:    {"100,000,000.00", "壹亿元整"},
		10000001000:    {"100,000,010.00", "壹亿零壹拾元整"},
		10100000000:    {"101,000,000.00", "壹亿零壹佰万元整"},
		-100000:        {"-1,000.00", "负壹仟元整"},
		10000000000000: {"100,000,000,000.00", "壹仟亿元整"},
	} {
		if Yuan(fen) != want[0] || Capitals(fen) != want[1] {
			t.Errorf("%d: %s %s, want %v", fen, Yuan(fen), Capitals(fen), want)
		}
	}
	if Yuan(-1<<63) == "" || Capitals(-1<<63) == "" {
		t.Error("the smallest number")
	}
}

// TestNoValueInFault: a fault may be logged, so it never repeats the value.
func TestNoValueInFault(t *testing.T) {
	for _, raw := range []string{"421202199001010011", "42120219900101001", "138000000000", "62284800000000000000000", "王秘密3"} {
		_, e1 := ID(IDResident, raw, today)
		_, e2 := Mobile(raw)
		_, e3 := Card(raw)
		_, _, e4 := CreditCode(raw)
		_, _, e5 := Name(raw)
		for _, err := range []error{e1, e2, e3, e4, e5} {
			if err != nil && strings.Contains(err.Error(), raw) {
				t.Errorf("%v repeats the value", err)
			}
		}
	}
}

func FuzzID(f *testing.F) {
	for _, s := range []string{"421202199001010010", "CAN110078030501", "４２x", "\xff", "942840199001010014"} {
		f.Add(IDResident, s)
		f.Add(IDPermanent, s)
	}
	f.Fuzz(func(t *testing.T, kind, raw string) {
		n, err := ID(kind, raw, today)
		if err != nil {
			if code(err) == "not a fault" {
				t.Fatal(err)
			}
			return
		}
		if again, err := ID(kind, string(n), today); err != nil || again != n {
			t.Fatalf("%q is not stable", n)
		}
		_, _, _, _ = n.Birth(), n.Female(), n.Region(), n.Mask()
		if n.HasBirth() && (n.Age(today) < MinAge || n.Age(today) > MaxAge) {
			t.Fatalf("age of %q", n)
		}
	})
}

func FuzzCreditCode(f *testing.F) {
	f.Add("91350100M000100Y43")
	f.Add("８14212022XAKE386R0")
	f.Add("一二三四五六七八九十一二三四五六七八")
	f.Fuzz(func(t *testing.T, raw string) {
		if c, _, err := CreditCode(raw); err == nil {
			if again, _, err := CreditCode(c); err != nil || again != c {
				t.Fatalf("%q is not stable", c)
			}
		}
	})
}

func FuzzCard(f *testing.F) {
	f.Add("6228480000000000000")
	f.Add("6228 4８00")
	f.Fuzz(func(t *testing.T, raw string) {
		c, err := Card(raw)
		if err != nil {
			return
		}
		CardWarnings(c)
		if plain(GroupCard(string(c))) != string(c) || strings.Contains(MaskCard(string(c)), string(c)) {
			t.Fatalf("groups or mask of %q", c)
		}
	})
}

func FuzzMobile(f *testing.F) {
	f.Add("+8613800000000")
	f.Add("1３8")
	f.Fuzz(func(t *testing.T, raw string) {
		if m, err := Mobile(raw); err == nil {
			if again, err := Mobile(m); err != nil || again != m || len(m) != 11 {
				t.Fatalf("%q is not stable", m)
			}
		}
	})
}

func FuzzName(f *testing.F) {
	for _, s := range []string{"张三", "阿里木•买买提", "㛃䶮𬱖𬭼", "⼀", "J. Smith", "A .B", "张 . 三", "\xff", "\ue000"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		clean, _, err := Name(raw)
		if err != nil {
			return
		}
		again, changed, err := Name(clean)
		if err != nil || changed || again != clean {
			t.Fatalf("%q -> %q -> %q %v", raw, clean, again, err)
		}
		if n := utf8.RuneCountInString(clean); n == 0 || n > NameMax {
			t.Fatalf("%d characters", n)
		}
		SearchKeys(clean)
	})
}

func FuzzPick(f *testing.F) {
	f.Add("yǎn")
	f.Add("龙天")
	f.Add("3")
	f.Fuzz(func(t *testing.T, q string) {
		if len(Pick(q)) > pickMax {
			t.Fatal("too many")
		}
	})
}
