package proof

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// SeatedFormat names the form of a seated list in its first line.
const SeatedFormat = "yuanmeng-seated-1"

// SeatedList is the list of seated numbers that an installation publishes. It
// is read from its cases, not from its log, so that the two can be compared.
type SeatedList struct {
	Programme string
	Leaves    int64 // of the log at the same instant; -1 when the list does not say
	Numbers   []int
}

// Bytes is the list as a plain text file: a line that says what it is, with the
// programme and the number of leaves, then one number a line.
func (l SeatedList) Bytes() []byte {
	b := fmt.Appendf(nil, "%s %s %d\n", SeatedFormat, l.Programme, l.Leaves)
	for _, n := range l.Numbers {
		b = append(strconv.AppendInt(b, int64(n), 10), '\n')
	}
	return b
}

// ParseSeated reads a list that Bytes wrote. A file without our first line, a
// copy from a page or from paper, is read too: every run of digits is a number.
func ParseSeated(b []byte) (SeatedList, error) {
	text := string(b)
	l := SeatedList{Leaves: -1, Numbers: []int{}}
	if rest, ours := strings.CutPrefix(text, SeatedFormat+" "); ours {
		head, body, _ := strings.Cut(rest, "\n")
		programme, leaves, _ := strings.Cut(strings.TrimSpace(head), " ")
		n, err := strconv.ParseInt(leaves, 10, 64)
		if err != nil || n < 0 {
			return l, errors.New("seated list: malformed first line")
		}
		l.Programme, l.Leaves, text = programme, n, body
	}
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return r < '0' || r > '9' }) {
		n, err := strconv.Atoi(w)
		if err != nil {
			return l, errors.New("seated list: a number is too long")
		}
		l.Numbers = append(l.Numbers, n)
	}
	return l, nil
}
