package gb

import (
	"fmt"
	"strings"
)

// Yuan writes an amount in fen as yuan with two decimals: "1,000.00".
func Yuan(fen int64) string {
	sign := ""
	u := uint64(fen)
	if fen < 0 {
		sign, u = "-", -u
	}
	whole := fmt.Sprint(u / 100)
	var b strings.Builder
	for i, r := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(r)
	}
	return fmt.Sprintf("%s%s.%02d", sign, b.String(), u%100)
}

var capitalDigits = []rune("零壹贰叁肆伍陆柒捌玖")

// Capitals writes an amount in fen in the capitals used on vouchers:
// "壹拾万元整", "壹元零伍分". 整 follows 元 only, as accounting practice allows.
func Capitals(fen int64) string {
	var b strings.Builder
	u := uint64(fen)
	if fen < 0 {
		b.WriteString("负")
		u = -u
	}
	yuan, jiao, cent := u/100, u/10%10, u%10
	if yuan > 0 || u == 0 {
		b.WriteString(capitalWhole(yuan))
		b.WriteString("元")
	}
	switch {
	case jiao == 0 && cent == 0:
		b.WriteString("整")
	case jiao == 0:
		if yuan > 0 {
			b.WriteRune('零')
		}
		b.WriteRune(capitalDigits[cent])
		b.WriteString("分")
	default:
		b.WriteRune(capitalDigits[jiao])
		b.WriteString("角")
		if cent > 0 {
			b.WriteRune(capitalDigits[cent])
			b.WriteString("分")
		}
	}
	return b.String()
}

// capitalWhole writes a whole number. 亿 may repeat (万亿), which is how amounts
// above 10^12 are read.
func capitalWhole(n uint64) string {
	if n == 0 {
		return "零"
	}
	if n >= 1e8 {
		rest := n % 1e8
		s := capitalWhole(n/1e8) + "亿"
		if rest == 0 {
			return s
		}
		if rest < 1e7 {
			s += "零"
		}
		return s + capitalWhole(rest)
	}
	if n >= 1e4 {
		rest := n % 1e4
		s := capitalWhole(n/1e4) + "万"
		if rest == 0 {
			return s
		}
		if rest < 1e3 {
			s += "零"
		}
		return s + capitalWhole(rest)
	}
	units := []string{"仟", "佰", "拾", ""}
	var b strings.Builder
	gap, d := false, uint64(1000)
	for _, unit := range units {
		v := n / d % 10
		d /= 10
		if v == 0 {
			gap = b.Len() > 0
			continue
		}
		if gap {
			b.WriteString("零")
			gap = false
		}
		b.WriteRune(capitalDigits[v])
		b.WriteString(unit)
	}
	return b.String()
}
