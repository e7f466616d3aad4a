package photo

import "strconv"

// lexer cuts the content of a PDF page into operands and operators. Strings,
// dictionaries and arrays come out as one operand without their content.
type lexer struct {
	b []byte
	p int
}

func space(c byte) bool {
	return c == 0 || c == '\t' || c == '\n' || c == '\f' || c == '\r' || c == ' '
}

func delimiter(c byte) bool {
	switch c {
	case '(', ')', '<', '>', '[', ']', '{', '}', '/', '%':
		return true
	}
	return false
}

// next gives the next word and whether it is an operator; more is false at the
// end.
func (l *lexer) next() (word string, operator, more bool) {
	for l.p < len(l.b) {
		c := l.b[l.p]
		switch {
		case space(c):
			l.p++
		case c == '%':
			for l.p < len(l.b) && l.b[l.p] != '\n' && l.b[l.p] != '\r' {
				l.p++
			}
		case c == '(':
			l.text()
			return "()", false, true
		case c == '<' && l.p+1 < len(l.b) && l.b[l.p+1] == '<', c == '>' && l.p+1 < len(l.b) && l.b[l.p+1] == '>':
			l.p += 2
		case c == '<':
			for l.p < len(l.b) && l.b[l.p] != '>' {
				l.p++
			}
			l.p++
			return "<>", false, true
		case c == '/':
			from := l.p
			l.p++
			l.word()
			return string(l.b[from:l.p]), false, true
		case delimiter(c):
			l.p++
		default:
			from := l.p
			l.word()
			w := string(l.b[from:l.p])
			return w, !(c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.' || w == "true" || w == "false" || w == "null"), true
		}
	}
	return "", false, false
}

// word goes to the end of a run of plain characters.
func (l *lexer) word() {
	for l.p < len(l.b) && !space(l.b[l.p]) && !delimiter(l.b[l.p]) {
		l.p++
	}
}

// text goes past a string in parentheses.
func (l *lexer) text() {
	depth := 0
	for ; l.p < len(l.b); l.p++ {
		switch l.b[l.p] {
		case '\\':
			l.p++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				l.p++
				return
			}
		}
	}
}

// six reads the last six operands as a matrix.
func six(args []string) (m [6]float64, fine bool) {
	if len(args) < 6 {
		return m, false
	}
	for i, s := range args[len(args)-6:] {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return m, false
		}
		m[i] = v
	}
	return m, true
}

// times is the matrix that does a, then b (ISO 32000-1, 8.3.4).
func times(a, b [6]float64) [6]float64 {
	return [6]float64{
		a[0]*b[0] + a[1]*b[2], a[0]*b[1] + a[1]*b[3],
		a[2]*b[0] + a[3]*b[2], a[2]*b[1] + a[3]*b[3],
		a[4]*b[0] + a[5]*b[2] + b[4], a[4]*b[1] + a[5]*b[3] + b[5],
	}
}
