package bank

import (
	"strings"
	"unicode"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/sheet"
)

// Class is what an answer says of a line that was sent.
type Class string

// The classes. Only the first two move money by themselves.
const (
	Paid          Class = "paid"
	Failed        Class = "failed"
	Unclear       Class = "unknown"        // the bank does not say clearly
	Missing       Class = "missing"        // the answer does not have the line
	AmountDiffers Class = "amount_differs" // another amount than was sent
	HolderDiffers Class = "holder_differs" // another name or card than was sent
	Contradicts   Class = "contradicts"    // two lines of the answer say different things
)

// Classes lists them all.
var Classes = []Class{Paid, Failed, Unclear, Missing, AmountDiffers, HolderDiffers, Contradicts}

// ClassName is what a class is called.
func ClassName(c Class) string {
	switch c {
	case Paid:
		return "成功"
	case Failed:
		return "失败"
	case Unclear:
		return "结果不明"
	case Missing:
		return "回单里没有"
	case AmountDiffers:
		return "金额不一样"
	case HolderDiffers:
		return "户名或卡号不一样"
	case Contradicts:
		return "回单前后矛盾"
	}
	return string(c)
}

// Result is what became of one line that was sent.
type Result struct {
	Line   Line
	Class  Class
	Reason Reason // of a failed one
	Word   string // the bank's own words, state and cause
	Rows   []int  // of the answer
}

// Extra is a line of the answer that belongs to none that was sent. It blocks
// closing until somebody has explained it.
type Extra struct {
	AnswerLine
	Repeats string // ID of a line that the answer has already spoken of: perhaps paid twice
}

// Sum is a number of lines and their amounts as they were sent.
type Sum struct {
	Count int
	Total scheme.Fen
}

// Outcome is an answer, line by line.
type Outcome struct {
	Refused *sheet.Fault // the answer is not of this batch: nothing of it counts
	Results []Result     // one for every line sent, in their order
	Extras  []Extra
	Sums    map[Class]Sum
}

// Balanced says that the answer speaks of every line, of each once, and clearly.
func (o Outcome) Balanced() bool {
	return o.Refused == nil && len(o.Extras) == 0 && o.Sums[Paid].Count+o.Sums[Failed].Count == len(o.Results)
}

// Match says of every line that was sent what the answer says of it: by our
// reference where the bank gives it back, else by card, name and amount. A
// reference that is not ours is never guessed around: the same person may stand
// in two batches with the same card and the same amount.
func Match(sent Batch, a Answer) Outcome {
	if a.Batch != "" && plain(a.Batch) != plain(sent.No) {
		return refuse("回单上的批次号是另一个批次的。请到那个批次里上传。")
	}
	m := matcher{sent: sent.Lines, got: a.Lines, of: make([]int, len(a.Lines)), hits: make([][]int, len(sent.Lines)), long: map[int]bool{}, unclear: map[int]bool{}}
	for _, s := range sent.Lines {
		m.long[len(s.ID)] = true
	}
	for j := range m.of {
		m.of[j] = -1
	}
	m.byRef()
	m.byValues(func(s Line, g AnswerLine) bool {
		return sameCard(s.Card, g.Card) && sameName(s.Name, g.Name) && s.Amount == g.Amount
	}, true)
	// One of the three differs, and nobody else can be meant.
	m.byValues(func(s Line, g AnswerLine) bool { return sameCard(s.Card, g.Card) && sameName(s.Name, g.Name) }, false)
	m.byValues(func(s Line, g AnswerLine) bool { return sameCard(s.Card, g.Card) && s.Amount == g.Amount }, false)
	m.byValues(func(s Line, g AnswerLine) bool { return sameName(s.Name, g.Name) && s.Amount == g.Amount }, false)

	o := Outcome{Sums: map[Class]Sum{}}
	found := 0
	for i, s := range sent.Lines {
		r := m.result(i)
		o.Results = append(o.Results, r)
		sum := o.Sums[r.Class]
		o.Sums[r.Class] = Sum{sum.Count + 1, sum.Total + s.Amount}
		if r.Class != Missing {
			found++
		}
		if hits := m.hits[i]; len(hits) > 1 {
			for _, j := range hits[1:] {
				o.Extras = append(o.Extras, Extra{a.Lines[j], s.ID})
			}
		}
	}
	for j, x := range a.Lines {
		if m.of[j] == -1 {
			o.Extras = append(o.Extras, Extra{AnswerLine: x})
		}
	}
	if found == 0 {
		return refuse("回单里没有一笔是这个批次的。请看是不是选错了文件。")
	}
	return o
}

func refuse(sentence string) Outcome {
	return Outcome{Refused: &sheet.Fault{Code: "other_batch", Sentence: sentence}}
}

// matcher joins answered lines to sent ones: of[j] is the sent line of the
// answered one, -1 while there is none, and hits the same the other way round.
type matcher struct {
	sent    []Line
	got     []AnswerLine
	of      []int
	hits    [][]int
	long    map[int]bool // how long our references are
	unclear map[int]bool // sent lines that cannot be told from each other
}

func (m *matcher) join(i, j int) {
	m.of[j] = i
	m.hits[i] = append(m.hits[i], j)
}

// byRef joins by our reference, which may stand in a remark with other words.
func (m *matcher) byRef() {
	ids := map[string]int{}
	for i, s := range m.sent {
		if s.ID != "" {
			ids[plain(s.ID)] = i
		}
	}
	for j, g := range m.got {
		hit, many := -1, false
		for _, word := range append(strings.FieldsFunc(g.Ref, notRef), g.Ref) {
			if i, ok := ids[plain(word)]; ok && i != hit {
				many = many || hit >= 0
				hit = i
			}
		}
		if hit >= 0 && !many {
			m.join(hit, j)
		}
	}
}

// ends is where the lines of one card meet quickly, hidden middle or not.
func ends(card string) string { return card[max(0, len(card)-4):] }

// byValues joins what is left by a test. Without a reference several equal lines
// can stand on both sides: they are joined in their order where it makes no
// difference, and are unclear where it does. With exact false only a pair that
// is alone on both sides is joined.
func (m *matcher) byValues(same func(Line, AnswerLine) bool, exact bool) {
	cards, names := map[string][]int{}, map[string][]int{}
	for i, s := range m.sent {
		if len(m.hits[i]) == 0 {
			cards[ends(s.Card)] = append(cards[ends(s.Card)], i)
			names[plain(s.Name)] = append(names[plain(s.Name)], i)
		}
	}
	mine := make([][]int, len(m.got))    // sent lines that an answered one may be
	theirs := make([][]int, len(m.sent)) // the other way round
	for j, g := range m.got {
		if m.of[j] != -1 || m.foreign(g.Ref) {
			continue
		}
		seen := map[int]bool{}
		for _, list := range [][]int{cards[ends(g.Card)], names[plain(g.Name)]} {
			for _, i := range list {
				if !seen[i] && same(m.sent[i], g) {
					seen[i] = true
					mine[j] = append(mine[j], i)
					theirs[i] = append(theirs[i], j)
				}
			}
		}
	}
	for i := range m.sent {
		js := theirs[i]
		if len(js) == 0 || len(m.hits[i]) > 0 {
			continue
		}
		rivals := mine[js[0]]
		if len(rivals) == 1 {
			if exact {
				for _, j := range js { // further ones repeat it
					if m.of[j] == -1 && len(mine[j]) == 1 {
						m.join(i, j)
					}
				}
			} else if len(js) == 1 {
				m.join(i, js[0])
			}
			continue
		}
		if !exact {
			continue
		}
		// Several sent lines are alike.
		agree := len(js) >= len(rivals)
		for _, j := range js {
			agree = agree && m.got[j].State == m.got[js[0]].State && m.got[j].Reason.Code == m.got[js[0]].Reason.Code
		}
		free := js[:0:0]
		for _, j := range js {
			if m.of[j] == -1 {
				free = append(free, j)
			}
		}
		for n, r := range rivals {
			if len(m.hits[r]) > 0 || n >= len(free) {
				continue
			}
			m.join(r, free[n])
			if n == len(rivals)-1 {
				for _, j := range free[n+1:] {
					m.join(r, j)
				}
			}
		}
		if !agree {
			for _, r := range rivals {
				m.unclear[r] = true
			}
		}
	}
}

// foreign says that a remark holds something like a reference of ours: a word
// with a digit, as long as one of them.
func (m *matcher) foreign(remark string) bool {
	for _, word := range strings.FieldsFunc(remark, notRef) {
		if m.long[len(word)] && strings.ContainsFunc(word, unicode.IsDigit) {
			return true
		}
	}
	return false
}

func (m *matcher) result(i int) Result {
	s, hits := m.sent[i], m.hits[i]
	r := Result{Line: s, Class: Missing}
	if len(hits) == 0 {
		if m.unclear[i] {
			r.Class = Unclear
		}
		return r
	}
	first := m.got[hits[0]]
	r.Word, r.Reason = strings.TrimSpace(first.Word+" "+first.Cause), first.Reason
	switch first.State {
	case scheme.LinePaid:
		r.Class = Paid
	case scheme.LineFailed:
		r.Class = Failed
	default:
		r.Class = Unclear
	}
	for _, j := range hits {
		g := m.got[j]
		r.Rows = append(r.Rows, g.Row)
		switch {
		case g.Amount != s.Amount:
			r.Class = AmountDiffers
		case !sameCard(s.Card, g.Card) || !sameName(s.Name, g.Name):
			if r.Class != AmountDiffers {
				r.Class = HolderDiffers
			}
		case g.State != first.State:
			if r.Class != AmountDiffers && r.Class != HolderDiffers {
				r.Class = Contradicts
			}
		}
	}
	if m.unclear[i] && (r.Class == Paid || r.Class == Failed) {
		r.Class = Unclear
	}
	if r.Class != Failed {
		r.Reason = Reason{}
	}
	return r
}

// sameCard compares card numbers; a bank may hide the middle with stars, but not
// the last four digits.
func sameCard(sent, got string) bool {
	if got == "" || !strings.Contains(got, "*") {
		return sent == got
	}
	head, tail := got[:strings.IndexByte(got, '*')], got[strings.LastIndexByte(got, '*')+1:]
	return len(tail) >= 4 && len(head)+len(tail) <= len(sent) && strings.HasPrefix(sent, head) && strings.HasSuffix(sent, tail)
}

// sameName compares names; a bank may show a mark in the place of a character
// that its system lacks, but not of them all.
func sameName(sent, got string) bool {
	a, b := []rune(plain(sent)), []rune(plain(got))
	if len(a) != len(b) {
		return false
	}
	equal := 0
	for i := range a {
		switch {
		case a[i] == b[i]:
			equal++
		case isDot(a[i]) && isDot(b[i]):
		case strings.ContainsRune("?□■*〓\uFFFD", b[i]) && (a[i] < 0x4E00 || a[i] > 0x9FA5):
		default:
			return false
		}
	}
	return equal > 0
}

func isDot(r rune) bool { return strings.ContainsRune("·•.・‧。●", r) }

// Turn is a move that an answer asks for.
type Turn struct {
	ID     string // of the line
	Move   scheme.MoveName
	Result Result
}

// Clash is an answer against what is already known of a line. Two persons judge
// it; nothing moves by itself.
type Clash struct {
	ID     string
	Was    scheme.LineState
	Result Result
}

// Turns gives the moves that an outcome asks for, from where the lines stand now.
// A second import of the same answer asks for none.
func (o Outcome) Turns(now func(id string) scheme.LineState) (turns []Turn, clashes []Clash) {
	for _, r := range o.Results {
		was := now(r.Line.ID)
		turn := func(m scheme.MoveName) { turns = append(turns, Turn{r.Line.ID, m, r}) }
		clash := func() { clashes = append(clashes, Clash{r.Line.ID, was, r}) }
		switch r.Class {
		case Missing:
		case Paid:
			switch was {
			case scheme.LineHanded, scheme.LineUnknown:
				turn(scheme.PayLine)
			case scheme.LinePaid, scheme.LineReturned: // it was paid, then returned: this is the older word
			default:
				clash()
			}
		case Failed:
			switch was {
			case scheme.LineHanded:
				turn(scheme.FailLine)
			case scheme.LineFailed:
			default: // unknown: only with the bank's written word and two persons
				clash()
			}
		default:
			switch was {
			case scheme.LineHanded:
				turn(scheme.UnknownLine)
			case scheme.LineUnknown:
			default:
				clash()
			}
		}
	}
	return turns, clashes
}
