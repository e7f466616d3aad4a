// Package gb holds the national standards a form meets: identity numbers,
// credit codes, bank cards, mobile numbers, names, code lists and amounts in
// words. It is ground: it knows nothing of a programme and reads no clock.
package gb

import "strings"

// Fault is what is wrong with a value. It is also used for warnings, where a
// function says so. It never repeats the value, so it may be logged.
type Fault struct {
	Code     string // stable, snake_case
	Sentence string // what the person reads: what to do, in Chinese
}

// Error returns the sentence.
func (f Fault) Error() string { return f.Sentence }

func fault(code, sentence string) error { return Fault{Code: code, Sentence: sentence} }

// narrow maps a full-width form to its half-width one.
func narrow(r rune) rune {
	switch {
	case r >= 0xFF01 && r <= 0xFF5E:
		return r - 0xFEE0
	case r == 0x3000:
		return ' '
	}
	return r
}

// invisible says whether a rune shows nothing: zero-width marks, soft hyphens,
// direction marks and variation selectors.
func invisible(r rune) bool {
	switch {
	case r == 0x00AD, r == 0x034F, r == 0x061C, r == 0x2060, r == 0xFEFF,
		r >= 0x200B && r <= 0x200F, r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069,
		r >= 0x180B && r <= 0x180F, r >= 0xFE00 && r <= 0xFE0F, r >= 0xE0100 && r <= 0xE01EF:
		return true
	}
	return false
}

// plain is the normal form of a number or code: half width, upper case, with
// no spaces, dashes or invisible marks.
func plain(raw string) string {
	var b strings.Builder
	for _, r := range raw {
		r = narrow(r)
		switch {
		case invisible(r), r == ' ', r == '\t', r == '\n', r == '\r', r == 0xA0, r >= 0x2000 && r <= 0x200A, r == 0x202F:
		case r == '-', r >= 0x2010 && r <= 0x2015, r == 0x2212:
		case r >= 'a' && r <= 'z':
			b.WriteRune(r - 'a' + 'A')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func digits(s string) bool {
	if s == "" {
		return false
	}
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
