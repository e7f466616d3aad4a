package plan

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"yuanmeng/internal/scheme"
)

// ClauseState says who carries a clause out.
type ClauseState string

// The states of a clause.
const (
	ByRule     ClauseState = "rule"        // the program does
	ByPaper    ClauseState = "paper"       // stands on paper: signature, seal, volume
	ByPeople   ClauseState = "people"      // people do, the program has no part
	NotCovered ClauseState = "not covered" // not yet
)

// Clause is one clause of the plan's text, with what clauses.tsv says of it.
type Clause struct {
	ID     scheme.ClauseID
	Level  int // 1–3 for headings as in Markdown, 0 for a clause in the running text
	Line   int // in text.md
	Text   string
	State  ClauseState
	Places []string // paths in the repository that carry it out, with slashes
	Note   string
}

const (
	textFile    = "text.md"
	sourceFile  = "source.txt"
	clausesFile = "clauses.tsv"
)

var clauseMark = regexp.MustCompile(`^(#{1,3} )?\[([0-9A-Za-z]+(?:\.[0-9A-Za-z]+)*)\] `)

// rule of a Markdown table: |---|---|
var tableRule = regexp.MustCompile(`^\|(?:-+\|)+$`)

// Clauses gives the clauses in printed order. A folder whose text.md and
// clauses.tsv do not agree gives a *FaultyError.
func Clauses(fsys fs.FS) ([]Clause, error) {
	r := &reader{fsys: fsys}
	cs := r.readClauses()
	if r.err != nil {
		return nil, r.err
	}
	if len(r.faults) > 0 {
		return nil, &FaultyError{Faults: r.faults}
	}
	return cs, nil
}

func (r *reader) readClauses() []Clause {
	var cs []Clause
	seen := map[scheme.ClauseID]int{}
	b := r.file(textFile)
	var body []string
	end := func() {
		if n := len(cs); n > 0 {
			cs[n-1].Text = strings.TrimSpace(strings.Join(body, "\n"))
		}
		body = nil
	}
	for i, line := range strings.Split(string(b), "\n") {
		m := clauseMark.FindStringSubmatch(line)
		if m == nil {
			if len(cs) == 0 && strings.TrimSpace(line) != "" {
				r.fault(textFile, i+1, "这一行前面还没有条款编号。")
			}
			body = append(body, line)
			continue
		}
		end()
		id := scheme.ClauseID(m[2])
		if l := seen[id]; l != 0 {
			r.fault(textFile, i+1, "条款 %s 写了两次，第一次在第 %d 行。", id, l)
		} else {
			seen[id] = i + 1
		}
		cs = append(cs, Clause{ID: id, Level: strings.Count(m[1], "#"), Line: i + 1})
		body = append(body, line[len(m[0]):])
	}
	end()
	if b != nil && len(cs) == 0 {
		r.fault(textFile, 1, "没有一个条款编号。")
	}
	r.compareSource(string(b))

	t := r.file(clausesFile)
	if t == nil || b == nil {
		return cs
	}
	first := map[scheme.ClauseID]int{}
	for i, line := range strings.Split(strings.TrimRight(string(t), "\n"), "\n") {
		cell := strings.Split(line, "\t")
		if i == 0 {
			if line != "clause\tstate\tplace\tnote" {
				r.fault(clausesFile, 1, "第一行应当是：clause state place note（用制表符隔开）。")
			}
			continue
		}
		if len(cell) != 4 {
			r.fault(clausesFile, i+1, "应当有 4 列（用制表符隔开），这一行有 %d 列。", len(cell))
			continue
		}
		id := scheme.ClauseID(cell[0])
		if l := first[id]; l != 0 {
			r.fault(clausesFile, i+1, "条款 %s 写了两次，第一次在第 %d 行。", id, l)
			continue
		}
		first[id] = i + 1
		state := ClauseState(cell[1])
		places := strings.Fields(cell[2])
		if !slices.Contains([]ClauseState{ByRule, ByPaper, ByPeople, NotCovered}, state) {
			r.fault(clausesFile, i+1, "状态只能是 rule、paper、people 或 not covered，不能是“%s”。", state)
		}
		if state == ByRule && len(places) == 0 {
			r.fault(clausesFile, i+1, "条款 %s 由程序执行，却没有写在哪里执行。", id)
		}
		for _, p := range places {
			if p != path.Clean(p) || path.IsAbs(p) || strings.HasPrefix(p, "..") {
				r.fault(clausesFile, i+1, "“%s”不是仓库里的路径。", p)
			}
		}
		k := slices.IndexFunc(cs, func(c Clause) bool { return c.ID == id })
		if k < 0 {
			r.fault(clausesFile, i+1, "text.md 里没有条款 %s。", id)
			continue
		}
		cs[k].State, cs[k].Places, cs[k].Note = state, places, cell[3]
	}
	for _, c := range cs {
		if first[c.ID] == 0 {
			r.fault(textFile, c.Line, "clauses.tsv 里没有条款 %s。", c.ID)
		}
	}
	return cs
}

// compareSource holds the printed wording: text.md without ids and markup is
// source.txt, but for white space.
func (r *reader) compareSource(text string) {
	b := r.file(sourceFile)
	if b == nil || text == "" {
		return
	}
	want := []rune(squeeze(string(b)))
	k := 0
	for i, line := range strings.Split(text, "\n") {
		if tableRule.MatchString(line) {
			continue
		}
		line = clauseMark.ReplaceAllString(line, "")
		for _, c := range squeeze(strings.ReplaceAll(line, "|", "")) {
			if k >= len(want) || want[k] != c {
				r.fault(textFile, i+1, "这一行的文字和 source.txt 不一致。")
				return
			}
			k++
		}
	}
	if k < len(want) {
		r.fault(textFile, 0, "text.md 比 source.txt 少了后面的文字。")
	}
}

func squeeze(s string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsSpace(c) {
			return -1
		}
		return c
	}, s)
}

// Reading is one row of readings.md: what the plan leaves open and how the
// programme reads it.
type Reading struct {
	ID          string
	Clauses     []scheme.ClauseID
	Parameters  []string // yaml names; empty where the reading is no figure
	Reading     string
	Alternative string
	Why         string
	Line        int
}

const readingsFile = "readings.md"

var readingID = regexp.MustCompile(`^R-[A-E][0-9]{1,2}$`)

// Readings gives the rows of readings.md in order.
func Readings(fsys fs.FS) ([]Reading, error) {
	r := &reader{fsys: fsys}
	rs := r.readReadings()
	if r.err != nil {
		return nil, r.err
	}
	if len(r.faults) > 0 {
		return nil, &FaultyError{Faults: r.faults}
	}
	return rs, nil
}

func (r *reader) readReadings() []Reading {
	b := r.file(readingsFile)
	if b == nil {
		return nil
	}
	var out []Reading
	first := map[string]int{}
	for i, line := range strings.Split(string(b), "\n") {
		if !strings.HasPrefix(line, "| R-") {
			continue
		}
		cell := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cell) != 6 {
			r.fault(readingsFile, i+1, "应当有 6 列，这一行有 %d 列。", len(cell))
			continue
		}
		for k := range cell {
			cell[k] = strings.TrimSpace(cell[k])
			if cell[k] == "" {
				r.fault(readingsFile, i+1, "第 %d 列是空的。", k+1)
			}
		}
		g := Reading{ID: cell[0], Reading: cell[3], Alternative: cell[4], Why: cell[5], Line: i + 1}
		for _, c := range strings.Fields(cell[1]) {
			g.Clauses = append(g.Clauses, scheme.ClauseID(c))
		}
		if cell[2] != "－" {
			g.Parameters = strings.Fields(cell[2])
		}
		if !readingID.MatchString(g.ID) {
			r.fault(readingsFile, i+1, "编号要写成 R-A1 这样，“%s”不是。", g.ID)
		}
		if l := first[g.ID]; l != 0 {
			r.fault(readingsFile, i+1, "编号 %s 写了两次，第一次在第 %d 行。", g.ID, l)
			continue
		}
		first[g.ID] = i + 1
		out = append(out, g)
	}
	if len(out) == 0 {
		r.fault(readingsFile, 1, "没有一条读法。")
	}
	return out
}
