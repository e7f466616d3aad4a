package gb

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// creditAlphabet is the character set of GB 32100-2015: no I, O, Z, S, V.
const creditAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

var creditWeights = [17]int{1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28}

// CreditCode reads a 统一社会信用代码 (GB 32100-2015). The warnings never
// refuse: "credit_org" means that the organisation code inside (GB 11714,
// characters 9 to 17) fails its own check, which real codes do; "credit_union"
// says that the code is that of a grassroots union (81…). The error is a Fault.
func CreditCode(raw string) (code string, warnings []Fault, err error) {
	s := plain(raw)
	if s == "" {
		return "", nil, fault("credit_empty", "请填写统一社会信用代码，18位，在证书上。")
	}
	if n := utf8.RuneCountInString(s); n != 18 {
		return "", nil, fault("credit_length", fmt.Sprintf("统一社会信用代码要填18位，您填了%d位。请看证书，重新填一遍。", n))
	}
	sum := 0
	for i := 0; i < len(s); i++ {
		v := strings.IndexByte(creditAlphabet, s[i])
		if v < 0 || len(s) != 18 {
			return "", nil, fault("credit_chars", "统一社会信用代码里没有I、O、Z、S、V这些字母。请看是不是数字1、0、2、5。")
		}
		if i < 17 {
			sum += v * creditWeights[i]
		}
	}
	if creditAlphabet[(31-sum%31)%31] != s[17] {
		return "", nil, fault("credit_check", "统一社会信用代码有一位填错了。请对照证书，重新填一遍。")
	}
	if !orgCodeOK(s[8:17]) {
		warnings = append(warnings, Fault{"credit_org", "代码中间一段的校验对不上。请对照证书再看一遍；没有错就继续。"})
	}
	if strings.HasPrefix(s, "81") {
		warnings = append(warnings, Fault{"credit_union", "这是基层工会的代码。"})
	}
	return s, warnings, nil
}

// orgCodeOK checks nine characters of a GB 11714 organisation code.
func orgCodeOK(s string) bool {
	weights := [8]int{3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		v := int(s[i] - '0')
		if s[i] >= 'A' {
			v = int(s[i]-'A') + 10
		}
		sum += v * w
	}
	switch c := 11 - sum%11; c {
	case 10:
		return s[8] == 'X'
	case 11:
		return s[8] == '0'
	default:
		return s[8] == byte('0'+c)
	}
}
