package open

import (
	"fmt"
	"slices"
	"strings"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/web"
)

// majorsPage is the list of the printed majors (A1.1).
type majorsPage struct {
	meta    web.PageMeta
	filters []filter
	groups  []majorGroup
	count   int
	all     int
	medical []medical
}

// filter is one choice of the form above the list.
type filter struct {
	name, label, value string
	options            []web.Option
}

// majorGroup is the rows of one college and level, in the printed order.
type majorGroup struct {
	college, key, level string
	majors              []scheme.Major
}

func (g majorGroup) names() string {
	names := make([]string, len(g.majors))
	for i, m := range g.majors {
		names[i] = m.Name
	}
	return strings.Join(names, "、")
}

// medical is a condition of the examination authority for a group of majors.
type medical struct {
	key, title string
	text       []web.Block
}

func groupMajors(p *scheme.Programme, list []scheme.Major) []majorGroup {
	var out []majorGroup
	for _, m := range list {
		i := slices.IndexFunc(out, func(g majorGroup) bool { return g.key == m.College && g.level == m.Level })
		if i < 0 {
			c, _ := p.College(m.College)
			out = append(out, majorGroup{college: c.Name, key: m.College, level: m.Level})
			i = len(out) - 1
		}
		out[i].majors = append(out[i].majors, m)
	}
	return out
}

// majors lists the printed rows; the form is a plain GET, so a choice can be
// sent to a colleague as an address.
func (d *Door) majors(c *web.Ctx) error {
	p, _, err := d.programme(c)
	if err != nil {
		return err
	}
	pg := majorsPage{meta: c.Meta("有哪些专业"), all: len(p.Majors)}
	pg.meta.About = fmt.Sprintf("%s的%d个专业：学校、层次、考试科目、要不要资格证。", p.Name, len(p.Majors))
	choose := func(name, label, any string, values []web.Option) string {
		f := filter{name: name, label: label, options: append([]web.Option{{Label: any}}, values...)}
		for _, o := range values {
			if o.Value == c.Query(name) {
				f.value = o.Value
			}
		}
		pg.filters = append(pg.filters, f)
		return f.value
	}
	var levels, colleges, categories []web.Option
	for _, l := range p.Levels() {
		levels = append(levels, web.Option{Value: l, Label: l})
	}
	for _, x := range p.Colleges {
		colleges = append(colleges, web.Option{Value: x.Key, Label: x.Name})
	}
	for _, m := range p.Majors {
		if !slices.ContainsFunc(categories, func(o web.Option) bool { return o.Value == m.Category }) {
			categories = append(categories, web.Option{Value: m.Category, Label: m.Category})
		}
	}
	level := choose("level", "层次", "全部层次", levels)
	college := choose("college", "学校", "全部学校", colleges)
	category := choose("category", "类别", "全部类别", categories)
	need := choose("need", "资格证", "都看", []web.Option{{Value: "no", Label: "不要资格证的"}, {Value: "yes", Label: "要资格证的"}})
	var list []scheme.Major
	for _, m := range p.Majors {
		if level != "" && m.Level != level || college != "" && m.College != college || category != "" && m.Category != category ||
			need == "no" && m.Medical != "" || need == "yes" && m.Medical == "" {
			continue
		}
		list = append(list, m)
		if m.Medical != "" && !slices.ContainsFunc(pg.medical, func(x medical) bool { return x.key == m.Medical }) {
			x := medical{m.Medical, "报考条件", web.Blocks(p.Wording["medical-"+m.Medical])}
			if len(x.text) > 0 && x.text[0].Kind == web.BlockTitle {
				x.title = x.text[0].Lines[0]
			}
			pg.medical = append(pg.medical, x)
		}
	}
	pg.groups, pg.count = groupMajors(p, list), len(list)
	return c.Render(majorsView(pg))
}

// collegesPage introduces the colleges in the plan's own words (A1.1).
type collegesPage struct {
	meta     web.PageMeta
	colleges []collegeCard
	p        *scheme.Programme
}

type collegeCard struct {
	scheme.College
	levels []majorGroup
	count  int
}

func (d *Door) colleges(c *web.Ctx) error {
	p, _, err := d.programme(c)
	if err != nil {
		return err
	}
	pg := collegesPage{meta: c.Meta("有哪些学校"), p: p}
	pg.meta.About = p.Name + "可以报的学校：" + collegeNames(p) + "。"
	for _, x := range p.Colleges {
		var list []scheme.Major
		for _, m := range p.Majors {
			if m.College == x.Key {
				list = append(list, m)
			}
		}
		pg.colleges = append(pg.colleges, collegeCard{x, groupMajors(p, list), len(list)})
	}
	return c.Render(collegesView(pg))
}
