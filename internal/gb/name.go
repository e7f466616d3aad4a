package gb

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mozillazg/go-pinyin"
	"golang.org/x/text/unicode/norm"
)

// NameMax is the longest name in code points (民委发〔2016〕33号 asks for at
// least 50 bytes; 50 characters covers every name on a card).
const NameMax = 50

// NamePlaceholder stands for a character that cannot be typed.
const NamePlaceholder = "□"

// NameDot is the separator in names: U+00B7, GB18030 A1A4.
const NameDot = '·'

// dots are look-alikes of the separator.
var dots = map[rune]bool{
	'•': true, '‧': true, '∙': true, '⋅': true, '・': true, '･': true, '．': true, '\u0387': true, '᛫': true, '⸱': true,
	'●': true, '。': true, '｡': true, '․': true, '⸳': true, '⦁': true, '⚫': true, '﹒': true, '.': true,
}

// radicals are forms of the CJK Radicals Supplement that NFKC leaves alone
// although an input method may give them for the whole character.
var radicals = map[rune]rune{
	'⺒': '巳', '⺓': '幺', '⺝': '月', '⺠': '民', '⺩': '王', '⻁': '虎', '⻄': '西', '⻅': '见', '⻆': '角', '⻉': '贝', '⻋': '车', '⻓': '长',
	'⻔': '门', '⻘': '青', '⻙': '韦', '⻚': '页', '⻛': '风', '⻜': '飞', '⻢': '马', '⻣': '骨', '⻤': '鬼', '⻥': '鱼', '⻦': '鸟', '⻨': '麦',
	'⻩': '黄', '⻬': '齐', '⻮': '齿', '⻰': '龙',
}

// gbPUA are private-use positions of old GB 18030 tables that have had a
// regular code point since; they are the same character.
var gbPUA = map[rune]rune{
	0xE81E: 0x9FB4, 0xE826: 0x9FB5, 0xE82B: 0x9FB6, 0xE82C: 0x9FB7, 0xE832: 0x9FB8, 0xE843: 0x9FB9, 0xE854: 0x9FBA, 0xE864: 0x9FBB,
	0xE816: 0x20087, 0xE817: 0x20089, 0xE818: 0x200CC, 0xE831: 0x215D7, 0xE83B: 0x2298F, 0xE855: 0x241FE,
}

func private(r rune) bool { return r >= 0xE000 && r <= 0xF8FF || r >= 0xF0000 }

// Han says whether a rune is a Chinese character. Planes 2 and 3 count as a
// whole, so that characters newer than the tables of the toolchain pass.
func Han(r rune) bool {
	return unicode.Is(unicode.Han, r) || r >= 0x20000 && r <= 0x3FFFF && r&0xFFFE != 0xFFFE
}

// Name cleans a person's name as it stands on the ID card: dots become U+00B7,
// radicals become characters, invisible marks and stray spaces go. Nothing
// else is normalised, since NFC and NFKC change real names. changed says that
// the cleaned name differs from what was typed and should be shown again. The
// error is a Fault.
func Name(raw string) (clean string, changed bool, err error) { return name(raw, false) }

// NameIncomplete is Name for a person who said 「这个字打不出来」: □ is allowed
// in the place of a character.
func NameIncomplete(raw string) (clean string, changed bool, err error) { return name(raw, true) }

func name(raw string, holes bool) (string, bool, error) {
	if !utf8.ValidString(raw) {
		return "", false, fault("name_encoding", "姓名没有读出来。请重新填一遍。")
	}
	var rs []rune
	for _, r := range raw {
		if v, ok := gbPUA[r]; ok {
			r = v
		}
		switch {
		case invisible(r), unicode.IsControl(r) && r != '\t' && r != '\n' && r != '\r':
			continue
		case private(r):
			return "", false, fault("name_private", "姓名里有输入法自造的字，别的系统认不出。请换一种输入法，或用拼音、部件来找；还找不到就点“这个字打不出来”。")
		case r >= 0x2E80 && r <= 0x2FDF:
			if v, ok := radicals[r]; ok {
				r = v
			} else if v := []rune(norm.NFKC.String(string(r))); len(v) == 1 {
				r = v[0]
			}
			if r >= 0x2E80 && r <= 0x2FDF {
				return "", false, fault("name_radical", "姓名里有一个只是偏旁，不是字。请换成身份证上的字；打不出来就点“这个字打不出来”。")
			}
		case r >= 0xFF21 && r <= 0xFF3A, r >= 0xFF41 && r <= 0xFF5A:
			r = narrow(r)
		case unicode.IsSpace(r):
			r = ' '
		case r == '’', r == '＇':
			r = '\''
		case r == '○', r == '◯':
			r = '〇'
		}
		rs = append(rs, r)
		if len(rs) > 400 {
			break // enough to know that it is too long
		}
	}
	rs = []rune(strings.Join(strings.Fields(string(rs)), " "))
	out := make([]rune, 0, len(rs))
	word := func(r rune) bool { return unicode.Is(unicode.Latin, r) }
	for i, r := range rs {
		switch before, after := beside(rs, i); {
		case r == '.' && word(before) && !Han(after):
			// an initial of a Latin name keeps its full stop
		case dots[r]:
			rs[i] = NameDot
		}
	}
	for i, r := range rs {
		if before, after := beside(rs, i); r == ' ' && !(latinish(before) && latinish(after)) {
			continue // a space inside a Chinese name is a slip
		}
		out = append(out, r)
	}
	if len(out) == 0 {
		return "", false, fault("name_empty", "请填写姓名，和身份证上的一样。")
	}
	if len(out) > NameMax {
		n := fmt.Sprintf("%d个字", len(out))
		if len(rs) > 400 {
			n = "太多字"
		}
		return "", false, fault("name_long", fmt.Sprintf("姓名最多%d个字，您填了%s。请只填身份证上的姓名。", NameMax, n))
	}
	han := false
	for i, r := range out {
		switch {
		case r == NameDot:
			if i == 0 || i == len(out)-1 {
				return "", false, fault("name_dot_edge", "姓名里的点不能在最前面或最后面。请照身份证改一下。")
			}
			if out[i-1] == NameDot {
				return "", false, fault("name_dot_double", "姓名里有两个点连在一起。请只留一个点。")
			}
		case Han(r):
			han = true
		case string(r) == NamePlaceholder:
			if !holes {
				return "", false, fault("name_hole", "姓名里有“□”。如果是打不出来的字，请点“这个字打不出来”。")
			}
			han = true
		case word(r), unicode.Is(unicode.Mn, r) && i > 0 && (word(out[i-1]) || unicode.Is(unicode.Mn, out[i-1])):
			han = true
		case (r == ' ' || r == '\'' || r == '-' || r == '.') && i > 0:
		case unicode.IsDigit(r):
			return "", false, fault("name_digit", "姓名里有数字。请只填身份证上的姓名。")
		default:
			return "", false, fault("name_chars", "姓名里有不是字的符号。请照身份证填写；打不出来的字就点“这个字打不出来”。")
		}
	}
	if !han {
		return "", false, fault("name_empty", "请填写姓名，和身份证上的一样。")
	}
	clean := string(out)
	return clean, clean != raw, nil
}

// beside is the nearest rune on each side that is not a space; 0 at an end.
func beside(rs []rune, i int) (before, after rune) {
	for j := i - 1; j >= 0 && before == 0; j-- {
		if rs[j] != ' ' {
			before = rs[j]
		}
	}
	for j := i + 1; j < len(rs) && after == 0; j++ {
		if rs[j] != ' ' {
			after = rs[j]
		}
	}
	return before, after
}

func latinish(r rune) bool {
	return unicode.Is(unicode.Latin, r) || unicode.Is(unicode.Mn, r) || r == '.' || r == '\'' || r == '-'
}

// RareChars lists the characters of a name that many systems cannot show: those
// outside the 20,902 of the first Unicode table.
func RareChars(name string) []string {
	var out []string
	for _, r := range name {
		if Han(r) && (r < 0x4E00 || r > 0x9FA5) && r != '〇' {
			out = append(out, string(r))
		}
	}
	return out
}

// surnames gives readings that a surname has and the character's common
// reading has not. Both are indexed.
var surnames = map[string]string{
	"单": "shan", "曾": "zeng", "解": "xie", "仇": "qiu", "查": "zha", "区": "ou", "翟": "zhai", "缪": "miao", "乐": "yue", "盖": "ge",
	"召": "shao", "员": "yun", "覃": "qin", "朴": "piao", "任": "ren", "华": "hua", "宓": "mi", "繁": "po", "黑": "he", "秘": "bi", "折": "she",
	"逄": "pang", "燕": "yan", "宁": "ning", "种": "chong", "祭": "zhai", "隗": "wei", "郇": "xun", "句": "gou", "牟": "mu", "冼": "xian",
	"洗": "xian", "么": "yao", "尹": "yin", "令": "ling", "鲜": "xian", "占": "zhan", "应": "ying", "重": "chong", "逯": "lu", "郗": "xi",
	"谌": "chen", "过": "guo", "纪": "ji", "哈": "ha", "车": "che", "撒": "sa", "晟": "cheng", "阚": "kan", "那": "na", "能": "nai",
	"尉迟": "yuchi", "万俟": "moqi", "长孙": "zhangsun", "澹台": "tantai", "单于": "chanyu", "令狐": "linghu", "宇文": "yuwen", "尉": "wei",
}

// keysMax bounds the combinations of readings of one name.
const keysMax = 64

// SearchKeys are what a person may type to find the name: the characters, the
// full pinyin and the initials, for every reading of every character and the
// readings proper to surnames. The first key is the name itself; ü is v, and u
// as well.
func SearchKeys(name string) []string {
	rs := []rune(name)
	var parts [][]string
	i := 0
	if len(rs) >= 2 {
		if py, ok := surnames[string(rs[:2])]; ok {
			parts = append(parts, []string{py})
			i = 2
		}
	}
	two := i == 2
	for ; i < len(rs); i++ {
		if rs[i] == NameDot || rs[i] == ' ' || string(rs[i]) == NamePlaceholder {
			continue
		}
		p := readings(rs[i])
		if i == 0 {
			if py, ok := surnames[string(rs[0])]; ok {
				p = unique(append([]string{py}, p...))
			}
		}
		parts = append(parts, p)
	}
	out := []string{name}
	if len(parts) == 0 {
		return out
	}
	full, short := []string{""}, []string{""}
	for n, p := range parts {
		var heads []string
		for _, s := range p {
			if n == 0 && two {
				heads = append(heads, compoundInitials(string(rs[:2])))
			} else {
				heads = append(heads, s[:firstLen(s)])
			}
		}
		full, short = cross(full, p), cross(short, unique(heads))
	}
	return unique(append(append(out, full...), short...))
}

func compoundInitials(s string) string {
	switch s {
	case "尉迟":
		return "yc"
	case "万俟":
		return "mq"
	case "长孙":
		return "zs"
	case "澹台":
		return "tt"
	case "单于":
		return "cy"
	case "令狐":
		return "lh"
	}
	return "yw" // 宇文
}

func firstLen(s string) int { _, n := utf8.DecodeRuneInString(s); return n }

func readings(r rune) []string {
	if !Han(r) {
		return []string{strings.ToLower(string(r))}
	}
	a := pinyin.NewArgs()
	a.Heteronym = true
	ps := pinyin.SinglePinyin(r, a)
	if len(ps) == 0 {
		return []string{string(r)}
	}
	var out []string
	for _, p := range ps {
		p = strings.ReplaceAll(p, "ü", "v")
		out = append(out, p)
		if strings.Contains(p, "v") {
			out = append(out, strings.ReplaceAll(p, "v", "u"))
		}
	}
	return unique(out)
}

func cross(heads, tails []string) []string {
	var out []string
	for _, h := range heads {
		for _, t := range tails {
			if len(out) < keysMax {
				out = append(out, h+t)
			}
		}
	}
	return out
}

func unique(in []string) []string {
	seen := map[string]bool{}
	var out []string
	for _, s := range in {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

// MaskName shows the first character of a name: 王**.
func MaskName(s string) string {
	r := []rune(s)
	if len(r) < 2 {
		return strings.Repeat("*", len(r))
	}
	return string(r[:1]) + strings.Repeat("*", min(len(r)-1, 3))
}
