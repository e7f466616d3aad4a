package open

import (
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/web"
)

// question is one of the frequent ones.
type question struct {
	title  string
	blocks []web.Block
}

// questionsOf splits a text at its headings.
func questionsOf(text string) []question {
	var out []question
	for _, b := range web.Blocks(text) {
		switch {
		case b.Kind == web.BlockTitle:
		case b.Kind == web.BlockHead:
			out = append(out, question{title: b.Lines[0]})
		case len(out) > 0:
			out[len(out)-1].blocks = append(out[len(out)-1].blocks, b)
		}
	}
	return out
}

// helpPage answers and says where to ask.
type helpPage struct {
	meta      web.PageMeta
	p         *scheme.Programme
	questions []question
	scam      []web.Block
	unions    []scheme.Union
}

func (d *Door) help(c *web.Ctx) error {
	p, _, err := d.programme(c)
	if err != nil {
		return err
	}
	pg := helpPage{meta: c.Meta("帮助"), p: p, questions: questionsOf(p.Wording["help"]), scam: web.Blocks(p.Wording["scam"]), unions: p.Unions}
	pg.meta.About = p.Name + "常见问题、盖章的工会和咨询电话。"
	return c.Render(helpView(pg))
}

// privacyPage is the text and the row of every field.
type privacyPage struct {
	meta   web.PageMeta
	text   []web.Block
	fields []fieldRow
	keep   string // how long most fields are kept; said once
}

// fieldRow says of one field what the catalogue says. keep is empty where it is
// the usual time.
type fieldRow struct {
	label, purpose, receiver, keep, class string
	tone                                  web.Tone
}

func fieldRows(p *scheme.Programme) (out []fieldRow, usual string) {
	times := map[string]int{}
	for _, f := range scheme.Fields() {
		k := f.KeepUntil(p)
		if times[k]++; times[k] > times[usual] {
			usual = k
		}
	}
	for _, f := range scheme.Fields() {
		r := fieldRow{label: f.Label, purpose: f.Purpose, receiver: f.Receiver, keep: f.KeepUntil(p)}
		if r.keep == usual {
			r.keep = ""
		}
		if r.receiver == "" {
			r.receiver = "不给别人"
		}
		switch f.Privacy {
		case scheme.PrivacySensitive:
			r.class, r.tone = "敏感信息，加密存放", web.ToneWait
		case scheme.PrivacyPersonal:
			r.class, r.tone = "个人信息", web.ToneInfo
		default:
			r.class, r.tone = "一般信息", web.ToneNone
		}
		out = append(out, r)
	}
	return out, usual
}

func (d *Door) privacy(c *web.Ctx) error {
	p, _, err := d.programme(c)
	if err != nil {
		return err
	}
	pg := privacyPage{meta: c.Meta("个人信息保护说明"), text: web.Blocks(p.Wording["privacy"])}
	pg.fields, pg.keep = fieldRows(p)
	pg.meta.About = p.Name + "收集哪些个人信息、为什么、给谁、保存多久。"
	return c.Render(privacyView(pg))
}

// reportPage says where to tell that something is wrong.
type reportPage struct {
	meta  web.PageMeta
	p     *scheme.Programme
	union *scheme.Union
}

func (d *Door) report(c *web.Ctx) error {
	p, _, err := d.programme(c)
	if err != nil {
		return err
	}
	pg := reportPage{meta: c.Meta("反映问题"), p: p}
	for _, u := range p.Unions {
		if u.Kind == "district" {
			pg.union = &u
		}
	}
	return c.Render(reportView(pg))
}
