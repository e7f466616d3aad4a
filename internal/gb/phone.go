package gb

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

var brackets = strings.NewReplacer("(", "", ")", "")

// Mobile reads a mobile number of the mainland: 11 digits, 13 to 19 first. A
// leading +86 or 0086 is dropped. The error is a Fault.
func Mobile(raw string) (string, error) {
	s := plain(raw)
	s = brackets.Replace(s)
	switch {
	case strings.HasPrefix(s, "+86"):
		s = s[3:]
	case strings.HasPrefix(s, "0086"):
		s = s[4:]
	case len(s) == 13 && strings.HasPrefix(s, "86"):
		s = s[2:]
	}
	if s == "" {
		return "", fault("phone_empty", "请填写您的手机号，11位数字。")
	}
	if !digits(s) {
		return "", fault("phone_chars", "手机号只能是数字。请重新填写11位手机号。")
	}
	if n := utf8.RuneCountInString(s); n != 11 {
		return "", fault("phone_length", fmt.Sprintf("手机号要填11位，您填了%d位。请重新填写。", n))
	}
	if s[0] != '1' || s[1] < '3' {
		return "", fault("phone_prefix", "手机号以13到19开头。请填写手机号，不要填座机。")
	}
	return s, nil
}

// MaskMobile shows the first three and the last four digits.
func MaskMobile(s string) string { return maskEnds(s, 3, 4) }
