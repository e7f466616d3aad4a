package gb

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// The kinds of identity document.
const (
	IDResident  = "resident"  // 居民身份证, GB 11643
	IDHMT       = "hmt"       // 港澳台居民居住证
	IDPermanent = "permanent" // 外国人永久居留身份证
)

// IDKinds are the kinds of document in the order in which they are offered.
var IDKinds = []Code{
	{Code: IDResident, Name: "居民身份证"},
	{Code: IDHMT, Name: "港澳台居民居住证"},
	{Code: IDPermanent, Name: "外国人永久居留身份证"},
}

// The ages within which an identity number is believed. Outside them the
// number is refused, because a slip of the finger is far more likely.
const (
	MinAge = 16
	MaxAge = 70
)

// IDNumber is an identity number in its normal form: half width, upper case.
type IDNumber string

var idWeights = [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}

const idCheck = "10X98765432"

// idCheckChar is the check character of GB 11643 (ISO 7064 MOD 11-2) over the
// first seventeen digits.
func idCheckChar(s string) byte {
	sum := 0
	for i, w := range idWeights {
		sum += int(s[i]-'0') * w
	}
	return idCheck[sum%11]
}

// ID reads an identity number of the given kind. It checks length, check
// character, province, date and age (16 to 70 on today's date); the six digits
// of the place are not compared with a list, since abolished codes stay on old
// numbers for life. The error is a Fault.
func ID(kind, raw string, today time.Time) (IDNumber, error) {
	s := plain(raw)
	if s == "" {
		return "", fault("id_empty", "请填写证件号码，就在证件上。")
	}
	switch kind {
	case IDResident:
	case IDHMT:
	case IDPermanent:
		if len(s) == 15 && letters(s[:3]) && digits(s[3:]) {
			return IDNumber(s), nil // the card of before 2023 has no public check rule
		}
	default:
		return "", fault("id_kind", "请先选证件类型。")
	}
	where := "请看证件正面下方，重新填一遍。"
	n := utf8.RuneCountInString(s)
	if n == 15 && digits(s) {
		return "", fault("id_15", "这是15位的旧号码。请填18位的，在有照片的那一面，最下面一行。")
	}
	if n != 18 {
		if kind == IDPermanent {
			return "", fault("id_length", fmt.Sprintf("永久居留证号要填18位（旧证15位），您填了%d位。%s", n, where))
		}
		return "", fault("id_length", fmt.Sprintf("证件号码要填18位，您填了%d位。%s", n, where))
	}
	if len(s) != 18 || !digits(s[:17]) || !(s[17] == 'X' || s[17] >= '0' && s[17] <= '9') {
		return "", fault("id_chars", "证件号码只能是数字，最后一位可以是X。"+where)
	}
	hmt := strings.HasPrefix(s, "810000") || strings.HasPrefix(s, "820000") || strings.HasPrefix(s, "830000")
	switch kind {
	case IDResident:
		if hmt {
			return "", fault("id_is_hmt", "这是港澳台居民居住证的号码。请把证件类型改成“港澳台居民居住证”。")
		}
		if s[0] == '9' {
			return "", fault("id_is_permanent", "9开头的是外国人永久居留身份证的号码。请把证件类型改成“外国人永久居留身份证”。")
		}
		if _, ok := Province(s[:2]); !ok {
			return "", fault("id_region", "证件号码的开头不对。"+where)
		}
	case IDHMT:
		if !hmt {
			return "", fault("id_hmt", "港澳台居民居住证的号码以810000、820000或830000开头。请看居住证正面；如果是身份证，请改证件类型。")
		}
	case IDPermanent:
		if s[0] != '9' {
			return "", fault("id_permanent", "新的永久居留证号码以9开头，旧的是3个字母加12个数字。请看证件正面；如果是身份证，请改证件类型。")
		}
	}
	birth, ok := idBirth(s)
	if !ok {
		return "", fault("id_date", "号码里的出生日期不存在（第7到14位）。"+where)
	}
	if s[17] != idCheckChar(s) {
		return "", fault("id_check", "证件号码有一位填错了。请一位一位对照证件，重新填一遍。")
	}
	if birth.After(calendarDay(today)) {
		return "", fault("id_future", "号码里的出生日期还没有到（第7到14位）。"+where)
	}
	switch age := ageAt(birth, today); {
	case age < MinAge:
		return "", fault("id_young", fmt.Sprintf("号码里的出生日期不满%d岁。请看是不是填错了；没有填错的，还不能申请。", MinAge))
	case age > MaxAge:
		return "", fault("id_old", fmt.Sprintf("号码里的出生日期超过%d岁。请看是不是填错了；没有填错的，请打咨询电话。", MaxAge))
	}
	return IDNumber(s), nil
}

func letters(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < 'A' || s[i] > 'Z' {
			return false
		}
	}
	return s != ""
}

func idBirth(s string) (time.Time, bool) {
	t, err := time.Parse("20060102", s[6:14])
	if err != nil || t.Year() < 1800 {
		return time.Time{}, false
	}
	return t, true
}

// shanghai is the zone of every calendar day here.
var shanghai = time.FixedZone("Asia/Shanghai", 8*3600)

func calendarDay(t time.Time) time.Time {
	y, m, d := t.In(shanghai).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

func ageAt(birth, today time.Time) int {
	t := calendarDay(today)
	age := t.Year() - birth.Year()
	if t.Month() < birth.Month() || t.Month() == birth.Month() && t.Day() < birth.Day() {
		age--
	}
	return age
}

func (n IDNumber) long() bool { return len(n) == 18 && digits(string(n[:17])) }

// HasBirth says whether the number carries a birth date and a sex. Permanent-
// residence cards of before 2023 (15 characters) do not tell them here.
func (n IDNumber) HasBirth() bool {
	if !n.long() {
		return false
	}
	_, ok := idBirth(string(n))
	return ok
}

// Birth is the date of birth, midnight UTC; zero if HasBirth is false.
func (n IDNumber) Birth() time.Time {
	if !n.long() {
		return time.Time{}
	}
	t, _ := idBirth(string(n))
	return t
}

// Female says whether the sequence digit is even (GB 11643); false if HasBirth
// is false.
func (n IDNumber) Female() bool { return n.long() && (n[16]-'0')%2 == 0 }

// Region is the six-digit code of the place of first registration. It proves
// nothing about the place of work. Empty for a permanent-residence card.
func (n IDNumber) Region() string {
	if !n.long() || n[0] == '9' {
		return ""
	}
	return string(n[:6])
}

// Age is the age in full years on today's date in Shanghai; -1 if unknown.
func (n IDNumber) Age(today time.Time) int {
	if !n.HasBirth() {
		return -1
	}
	return ageAt(n.Birth(), today)
}

// Mask shows the first and the last character only. It never shows the last
// six, which serve as a second factor on a new device.
func (n IDNumber) Mask() string { return maskEnds(string(n), 1, 1) }

// Last6 is the last six characters.
func (n IDNumber) Last6() string {
	if len(n) < 6 {
		return string(n)
	}
	return string(n[len(n)-6:])
}

func maskEnds(s string, head, tail int) string {
	r := []rune(s)
	if len(r) <= head+tail {
		return strings.Repeat("*", len(r))
	}
	return string(r[:head]) + strings.Repeat("*", len(r)-head-tail) + string(r[len(r)-tail:])
}
