package casework

import "strings"

// codeAlphabet has no letter that a tired eye takes for another.
const codeAlphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

// formCode is the short code of a case's form: 8 characters that name it and 4
// that sign them. It tells nothing about the person.
func (w *Work) formCode(caseID string) string {
	body := w.letters("form", caseID, 8)
	return body + w.letters("form-sign", body, 4)
}

func (w *Work) letters(purpose, value string, n int) string {
	sum := w.Keys.Index(purpose, value)
	out := make([]byte, n)
	for i := range out {
		b := (hexDigit(sum[4*i])<<12 | hexDigit(sum[4*i+1])<<8 | hexDigit(sum[4*i+2])<<4 | hexDigit(sum[4*i+3])) % len(codeAlphabet)
		out[i] = codeAlphabet[b]
	}
	return string(out)
}

func hexDigit(c byte) int {
	if c >= 'a' {
		return int(c-'a') + 10
	}
	return int(c - '0')
}

// FormCode normalises a code that was scanned or typed and checks its
// signature. It also takes the address that the QR holds.
func (w *Work) FormCode(raw string) (string, bool) {
	raw = codeLetters(raw)
	if len(raw) != codeLength || w.letters("form-sign", raw[:8], 4) != raw[8:] {
		return "", false
	}
	return raw, true
}

// codeLength is how many letters a code has.
const codeLength = 12

// codeLetters are the letters of a code as typed or scanned.
func codeLetters(raw string) string {
	raw = strings.TrimSpace(raw)
	if i := strings.LastIndexAny(raw, "/="); i >= 0 {
		raw = raw[i+1:]
	}
	return strings.ToUpper(strings.NewReplacer("-", "", " ", "", "　", "", "O", "0", "o", "0").Replace(raw))
}

// ShowCode groups a code for reading aloud.
func ShowCode(code string) string {
	if len(code) != 12 {
		return code
	}
	return code[:4] + "-" + code[4:8] + "-" + code[8:]
}
