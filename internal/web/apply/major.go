package apply

import (
	"net/url"
	"slices"
	"strings"

	"yuanmeng/internal/gb"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/web"
)

// majorFilter is how far the choice of a major has come: first a college and a
// level, or a word, then the major. It travels in the address, so that it works
// without a script.
type majorFilter struct{ college, level, q string }

func readMajorFilter(college, level, q string) majorFilter {
	return majorFilter{college, level, q}
}

func (m majorFilter) set() bool { return m.college != "" && m.level != "" || m.q != "" }

// majorGroup is one college at one level.
type majorGroup struct {
	college scheme.College
	level   string
	n       int
	note    string // whom the level is for
	fits    bool   // by the diploma that was given
}

// groups are the printed pairs of college and level in the printed order.
func (s *sheet) groups() []majorGroup {
	var out []majorGroup
	for _, level := range s.p.Levels() {
		for _, c := range s.p.Colleges {
			g := majorGroup{college: c, level: level, fits: fits(level, s.app.Answers.Education)}
			for _, m := range s.p.Majors {
				if m.College == c.Key && m.Level == level {
					g.n++
				}
			}
			g.note = "要有高中、中专、职高或技校的毕业证"
			if level == scheme.LevelBen {
				g.note = "要有大专毕业证"
			}
			if g.n > 0 {
				out = append(out, g)
			}
		}
	}
	return out
}

// fits says whether the diploma is the one that the level asks for; true while
// nothing is known.
func fits(level, education string) bool {
	switch {
	case education == "":
		return true
	case level == scheme.LevelBen:
		return gb.JuniorCollege(education)
	}
	return gb.UpperSecondary(education)
}

// href leads to the majors of a group.
func (s *sheet) majorsOf(g majorGroup) string {
	v := url.Values{"college": {g.college.Key}, "level": {g.level}}
	if s.from != "" {
		v.Set("from", s.from)
	}
	return pagePath("major") + "?" + v.Encode()
}

// majorOptions are the majors that pass the filter, under their headings.
func (s *sheet) majorOptions() []web.Option {
	var out []web.Option
	for _, m := range s.p.Majors {
		c, _ := s.p.College(m.College)
		group := m.Category
		switch {
		case s.major.q != "":
			if !strings.Contains(m.Name+m.Category+c.Name+m.Level, s.major.q) {
				continue
			}
			group = c.Name + " " + m.Level
		case m.College != s.major.college || m.Level != s.major.level:
			continue
		}
		o := web.Option{Value: m.Key, Label: m.Name, Group: group}
		if len(m.Subjects) > 0 {
			o.Hint = "考：" + strings.Join(m.Subjects, "；")
		}
		if need := scheme.MedicalNeed(m.Medical); need != "" {
			o.Hint = "要有：" + need + "。" + o.Hint
		}
		out = append(out, o)
	}
	// Rows of one category stand apart in the printed list; here they share a heading.
	var order []string
	for _, o := range out {
		if !slices.Contains(order, o.Group) {
			order = append(order, o.Group)
		}
	}
	slices.SortStableFunc(out, func(a, b web.Option) int { return slices.Index(order, a.Group) - slices.Index(order, b.Group) })
	return out
}

// chosen is the major that the draft holds.
func (h *held) chosen() (scheme.Major, string, bool) {
	m, ok := h.p.Major(h.app.Answers.Major)
	if !ok {
		return m, "", false
	}
	c, _ := h.p.College(m.College)
	return m, c.Name + " " + m.Level + " " + m.Name, true
}

// others are the majors that are open without the qualification that the chosen
// one asks for, a handful, with the way to them.
func (s *sheet) others() []scheme.Major {
	m, _, ok := s.chosen()
	if !ok {
		return nil
	}
	all := scheme.Alternatives(s.p, m)
	return all[:min(len(all), 8)]
}
