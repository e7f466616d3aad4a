package open

import (
	"fmt"
	"strings"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/web"
)

// policyPage is the plan's own text and how it is read.
type policyPage struct {
	meta     web.PageMeta
	p        *scheme.Programme
	clauses  []clause
	contents []clause // the headings of the second level
	dates    []web.SummaryRow
	figures  []web.SummaryRow
	groups   []readingGroup
	opened   bool
	versions []store.VersionNote
}

// clause is a clause ready to be shown.
type clause struct {
	id     string
	level  int // 0: in the running text
	head   string
	blocks []web.Block
}

// readingGroup is the readings of one part of the plan.
type readingGroup struct {
	title    string
	readings []scheme.Reading
}

// clausesOf splits each clause into its heading and its text.
func clausesOf(text []scheme.Clause) []clause {
	out := make([]clause, 0, len(text))
	for _, c := range text {
		x := clause{id: string(c.ID), level: c.Level}
		body := c.Text
		if c.Level > 0 {
			x.head, body, _ = strings.Cut(body, "\n")
		}
		x.blocks = web.Blocks(body)
		out = append(out, x)
	}
	return out
}

// The parts of readings.md by the letter of their ids.
var readingParts = []struct{ letter, title string }{
	{"A", "名额、次序和期限"}, {"B", "谁可以申请"}, {"C", "学校和考试"}, {"D", "补助、公示和发放"}, {"E", "谁来办、怎么办"},
}

func groupReadings(list []scheme.Reading) []readingGroup {
	var out []readingGroup
	for _, part := range readingParts {
		g := readingGroup{title: part.title}
		for _, r := range list {
			if strings.HasPrefix(r.ID, "R-"+part.letter) {
				g.readings = append(g.readings, r)
			}
		}
		if len(g.readings) > 0 {
			out = append(out, g)
		}
	}
	return out
}

// policy shows the text that the programme was loaded with, word for word, the
// figures and dates, and the readings with their signature.
func (d *Door) policy(c *web.Ctx) error {
	p, state, err := d.programme(c)
	if err != nil {
		return err
	}
	pg := policyPage{meta: c.Meta("方案原文"), p: p, clauses: clausesOf(p.Text), groups: groupReadings(p.Readings), opened: state != "loaded",
		dates: datesOf(p), figures: figuresOf(p)}
	pg.meta.About = p.Title
	for _, x := range pg.clauses {
		if x.level == 2 {
			pg.contents = append(pg.contents, x)
		}
	}
	if pg.versions, err = d.Work.DB.VersionNotes(c.Context(), string(p.ID)); err != nil {
		return err
	}
	return c.Render(policyView(pg))
}

// datesOf are the days of the year; those that the authority has not confirmed
// say so.
func datesOf(p *scheme.Programme) []web.SummaryRow {
	row := func(name, key, value string) web.SummaryRow {
		r := web.SummaryRow{Key: key, Value: value}
		if p.IsUnconfirmed(name) {
			r.Note = "以省教育考试院公告为准"
		}
		return r
	}
	return []web.SummaryRow{
		row("drafts_at", "开始填表", web.Moment(p.DraftsAt)),
		row("opens_at", "开始提交", web.Moment(p.OpensAt)),
		row("closes_at", "截止提交", web.Deadline(p.ClosesAt)),
		row("reg_proof_by", "交报名证明", web.Deadline(p.RegProofBy)+" 前"),
		row("exam_from", "成人高考", web.Day(p.ExamFrom)+" 至 "+strings.TrimSuffix(web.Deadline(p.ExamTo), " 24:00")),
		row("claim_opens_at", "开始申领", web.Moment(p.ClaimOpens)),
		row("claim_closes_at", "截止申领", web.Deadline(p.ClaimCloses)),
		row("promote_until", "递补到", web.Deadline(p.PromoteUntil)),
	}
}

// figuresOf are the figures that decide about people.
func figuresOf(p *scheme.Programme) []web.SummaryRow {
	days := func(n int, kind string) string { return fmt.Sprintf("%d个%s", n, kind) }
	return []web.SummaryRow{
		{Key: "名额", Value: fmt.Sprintf("%d人", p.Cap)},
		{Key: "候补", Value: fmt.Sprintf("最多%d人", p.WaitingMax)},
		{Key: "补助", Value: web.Yuan(int64(total(p))), Note: awardsText(p)},
		{Key: "退回补正", Value: days(p.CorrectionDays, "自然日"), Note: fmt.Sprintf("要重新盖章的%s；最多%d次", days(p.CorrectionStampDays, "工作日"), p.CorrectionRounds)},
		{Key: "取消名额前告知", Value: days(p.HearingDays, "工作日")},
		{Key: "核对材料", Value: days(p.CheckDays, "工作日"), Note: p.Centre},
		{Key: "审核", Value: days(p.DecideDays, "工作日"), Note: p.Union},
		{Key: "公示", Value: days(p.NoticeDays, "自然日")},
	}
}
