package gb

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// CardNumber is a bank card number: digits only.
type CardNumber string

// Card reads a card number: 16 to 19 digits. Nothing else is an error, because
// real cards fail the check digit and new prefixes appear; see CardWarnings.
// The error is a Fault.
func Card(raw string) (CardNumber, error) {
	s := plain(raw)
	if s == "" {
		return "", fault("card_empty", "请填写银行卡号，就在卡的正面。")
	}
	if !digits(s) {
		return "", fault("card_chars", "银行卡号只能是数字。请看卡的正面，重新填一遍。")
	}
	if n := utf8.RuneCountInString(s); n < 16 || n > 19 {
		return "", fault("card_length", fmt.Sprintf("银行卡号是16到19位，您填了%d位。请看卡的正面，重新填一遍。", n))
	}
	return CardNumber(s), nil
}

// Luhn says whether the digits pass the Luhn test (ISO/IEC 7812-1).
func Luhn(s string) bool {
	if !digits(s) {
		return false
	}
	sum := 0
	for i := 0; i < len(s); i++ {
		d := int(s[len(s)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// CardWarnings lists what deserves a second look. None of it refuses a card.
func CardWarnings(c CardNumber) []Fault {
	var out []Fault
	s := string(c)
	if !Luhn(s) {
		out = append(out, Fault{"card_luhn", "这个卡号可能有一位填错了。请对照卡的正面再看一遍；没有错就继续。"})
	}
	if looksCredit(s) {
		out = append(out, Fault{"card_credit", "这张卡可能是信用卡。补助只能发到本人的储蓄卡；是储蓄卡就继续。"})
	} else if BankByCard(s) == "" {
		out = append(out, Fault{"card_bank", "认不出是哪家银行的卡。请自己填写开户银行，再看一遍卡号。"})
	}
	return out
}

func looksCredit(s string) bool {
	if s == "" {
		return false
	}
	if len(s) == 16 && (s[0] == '4' || s[0] == '5' || s[0] == '3') {
		return true // the international schemes' own ranges; debit cards there are old or rare
	}
	return len(s) == 16 && (strings.HasPrefix(s, "625") || strings.HasPrefix(s, "628"))
}

// GroupCard writes the number in groups of four.
func GroupCard(s string) string {
	var b strings.Builder
	for i, r := range s {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// GroupID parts an 18-digit number into place, day of birth and rest; another one
// stays as it is.
func GroupID(s string) string { return group(s, 6, 8, 4) }

// GroupMobile parts a mobile number as it is said, 3-4-4; another one stays as it
// is.
func GroupMobile(s string) string { return group(s, 3, 4, 4) }

// group writes three groups with blanks between them, if s is as long as they are.
func group(s string, a, b, c int) string {
	r := []rune(s)
	if len(r) != a+b+c {
		return s
	}
	return string(r[:a]) + " " + string(r[a:a+b]) + " " + string(r[a+b:])
}

// MaskCard shows the first and the last four digits: "6228 **** **** 0000",
// whatever the length.
func MaskCard(s string) string {
	if len(s) < 12 {
		return strings.Repeat("*", utf8.RuneCountInString(s))
	}
	return s[:4] + " **** **** " + s[len(s)-4:]
}

// Banks are names offered for 开户银行, the common ones first. Any other name
// may be typed.
var Banks = []string{
	"中国农业银行", "中国邮政储蓄银行", "中国建设银行", "中国工商银行", "中国银行", "交通银行",
	"湖北省农村信用社（农商银行）", "湖北银行", "汉口银行", "招商银行", "中信银行", "中国光大银行",
	"华夏银行", "中国民生银行", "广发银行", "兴业银行", "平安银行", "上海浦东发展银行",
}

// bins are prefixes of widely issued debit cards. The table is short on
// purpose: it only fills in a guess that the holder may change.
var bins = map[string]string{
	"622848": "中国农业银行", "622845": "中国农业银行", "622846": "中国农业银行", "622849": "中国农业银行",
	"622840": "中国农业银行", "622841": "中国农业银行", "622843": "中国农业银行", "622844": "中国农业银行",
	"622847": "中国农业银行", "623052": "中国农业银行", "95599": "中国农业银行",
	"621700": "中国建设银行", "622700": "中国建设银行", "436742": "中国建设银行", "622280": "中国建设银行", "623668": "中国建设银行",
	"622202": "中国工商银行", "622200": "中国工商银行", "622203": "中国工商银行", "622208": "中国工商银行",
	"621226": "中国工商银行", "621225": "中国工商银行", "621288": "中国工商银行", "955880": "中国工商银行",
	"621660": "中国银行", "621661": "中国银行", "621663": "中国银行", "621785": "中国银行", "621790": "中国银行",
	"456351": "中国银行", "601382": "中国银行",
	"622260": "交通银行", "622262": "交通银行", "622258": "交通银行", "622261": "交通银行", "621002": "交通银行",
	"622188": "中国邮政储蓄银行", "621799": "中国邮政储蓄银行", "621098": "中国邮政储蓄银行", "621096": "中国邮政储蓄银行",
	"622150": "中国邮政储蓄银行", "622151": "中国邮政储蓄银行", "622180": "中国邮政储蓄银行", "621797": "中国邮政储蓄银行",
	"622588": "招商银行", "622609": "招商银行", "621483": "招商银行", "621485": "招商银行", "621486": "招商银行",
	"622690": "中信银行", "622691": "中信银行", "622692": "中信银行", "621771": "中信银行",
	"622660": "中国光大银行", "622662": "中国光大银行", "622663": "中国光大银行",
	"622630": "华夏银行", "622631": "华夏银行",
	"622615": "中国民生银行", "622617": "中国民生银行", "622622": "中国民生银行",
	"622568": "广发银行", "622908": "兴业银行", "622909": "兴业银行", "622298": "平安银行",
	"622521": "上海浦东发展银行", "622522": "上海浦东发展银行",
}

// BankByCard guesses the bank from the prefix; "" if unknown.
func BankByCard(s string) string {
	s = plain(s)
	for n := 6; n >= 5; n-- {
		if len(s) >= n {
			if b, ok := bins[s[:n]]; ok {
				return b
			}
		}
	}
	return ""
}
