package open

import (
	"fmt"
	"net/url"
	"slices"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/web"
)

// checkPage is one question, or the outcome.
type checkPage struct {
	meta    web.PageMeta
	q       scheme.PrecheckQuestion
	options []checkOption
	out     scheme.Outcome
	stamp   stamp
	answers []web.SummaryRow
	apply   web.Button
	p       *scheme.Programme
}

// checkOption is one answer and where it leads.
type checkOption struct {
	scheme.Option
	href string
	was  bool // the answer given before, when somebody comes back
}

// stamp says who puts the seal on the form.
type stamp struct {
	title string
	text  string
	union *scheme.Union
}

// checkHref is the address of the pre-check with answers.
func checkHref(answers map[string]string) string {
	q := url.Values{}
	for k, v := range answers {
		q.Set(k, v)
	}
	if len(q) == 0 {
		return "/check"
	}
	return "/check?" + q.Encode()
}

// answersOf takes from the query what is asked and offered; everything else in
// it is left behind.
func answersOf(p *scheme.Programme, get func(string) string) map[string]string {
	answers := map[string]string{}
	for _, q := range scheme.PrecheckQuestions(p) {
		v := get(q.Key)
		for _, o := range q.Options {
			if o.Value == v && v != "" && q.Asked(answers) {
				answers[q.Key] = v
			}
		}
	}
	return answers
}

func without(answers map[string]string, key string) map[string]string {
	out := map[string]string{}
	for k, v := range answers {
		if k != key {
			out[k] = v
		}
	}
	return out
}

// check asks the next question, or says the outcome (3.1, 3.2). Nothing is kept
// and nobody is sent away: the way into the application is always there, until
// the close. After it there is nothing to ask for.
func (d *Door) check(c *web.Ctx) error {
	p, state, err := d.programme(c)
	if err != nil {
		return err
	}
	t, _, err := d.seats(c, p)
	if err != nil {
		return err
	}
	if windowOf(p, state, t, c.Now) == windowClosed {
		return c.Render(overView(c.Meta("申报已经截止"), frontOf(p, state, t, c.Now, false)))
	}
	answers := answersOf(p, c.Query)
	changed := c.Query("change") // a question to ask again, with the others kept
	before := ""
	if changed != "" {
		before = answers[changed]
		answers = without(answers, changed)
	}
	q, more := scheme.NextQuestion(p, answers)
	if !more {
		return d.outcome(c, p, windowOf(p, state, t, c.Now), answers)
	}
	number, all, last := 0, 0, ""
	for _, x := range scheme.PrecheckQuestions(p) {
		if !x.Asked(answers) {
			continue
		}
		all++
		if x.Key == q.Key {
			number = all
		} else if number == 0 {
			last = x.Key
		}
	}
	pg := checkPage{meta: c.Meta(q.Title), q: q, p: p}
	pg.meta.Kicker = fmt.Sprintf("第%d题，共%d题", number, all)
	pg.meta.NoIndex = len(answers) > 0
	pg.meta.Back, pg.meta.BackText = "/", "回首页"
	if last != "" {
		back := without(answers, last)
		pg.meta.Back, pg.meta.BackText = checkHref(back), "上一题"
		if v := answers[last]; v != "" {
			back[last] = v
			pg.meta.Back = checkHref(back) + "&change=" + last
		}
	}
	for _, o := range q.Options {
		next := without(answers, q.Key)
		next[q.Key] = o.Value
		pg.options = append(pg.options, checkOption{o, checkHref(next), o.Value == before})
	}
	return c.Render(checkView(pg))
}

func (d *Door) outcome(c *web.Ctx, p *scheme.Programme, win window, answers map[string]string) error {
	out := scheme.Precheck(p, answers)
	pg := checkPage{meta: c.Meta(out.Title), out: out, stamp: stampOf(p, answers), p: p}
	pg.meta.NoIndex = true
	last := ""
	for _, q := range scheme.PrecheckQuestions(p) {
		if !q.Asked(answers) {
			continue
		}
		last = q.Key
		pg.answers = append(pg.answers, web.SummaryRow{Key: q.Title, Value: scheme.OptionLabel(q.Options, answers[q.Key]),
			Href: checkHref(answers) + "&change=" + q.Key})
	}
	pg.meta.Back, pg.meta.BackText = checkHref(answers)+"&change="+last, "上一题"
	pg.apply = web.Button{Label: "去申请", Href: "/my"}
	switch win {
	case windowDrafts, windowFull:
		pg.apply.Label = "去填表"
	case windowLoaded, windowPublished:
		pg.apply.Label = "先登录看看"
	}
	return c.Render(outcomeView(pg))
}

// stampOf says whose seal the form needs (A3.n2). A union officer does not stamp
// for himself.
func stampOf(p *scheme.Programme, answers map[string]string) stamp {
	town, ok := p.UnionBy(answers["town"])
	if ok && town.Town == "" {
		ok = false
	}
	upper := func(title string) stamp {
		if ok {
			return stamp{title: title, text: "带身份证、打印好并签了名的推荐表。", union: &town}
		}
		return stamp{title: title, text: "上班的地方归哪个乡镇（街道），就找哪里的工会。"}
	}
	switch {
	case answers["officer"] == scheme.Yes:
		return upper("推荐表由上一级工会盖章")
	case answers["union"] == scheme.UnionOwn:
		return stamp{title: "推荐表由您单位的工会盖章", text: "盖的是工会的章，不是单位的行政章。"}
	case answers["union"] == scheme.UnionOther:
		return stamp{title: "推荐表先问单位的工会", text: "问清楚归不归" + p.Union + "管，再盖章。"}
	}
	return upper("推荐表到乡镇（街道）工会盖章")
}

// hasUnion says whether a step already shows how to find a union.
func hasUnion(steps []scheme.NextStep, key string) bool {
	return slices.ContainsFunc(steps, func(s scheme.NextStep) bool { return s.Union != nil && s.Union.Key == key })
}
