package open

import (
	"fmt"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/web"
)

// homePage is the start page.
type homePage struct {
	meta  web.PageMeta
	p     *scheme.Programme
	front front
	seats *web.Seats // nil before the programme is opened
	steps []step
	here  int // of steps; -1 marks none
	scam  []web.Block
}

// step is one of the five of 附件2.
type step struct{ title, text string }

// home shows the seats of now: one read of the tally, the programme is kept.
func (d *Door) home(c *web.Ctx) error {
	p, state, err := d.current(c)
	if err != nil {
		return err
	}
	if p == nil {
		return c.Render(nothingView(c.Meta("求学圆梦行动")))
	}
	t, opened, err := d.seats(c, p)
	if err != nil {
		return err
	}
	pg := homePage{meta: c.Meta(p.Name), p: p, front: frontOf(p, state, t, c.Now, c.Viewer.Kind == web.KindWorker), steps: stepsOf(p), here: -1,
		scam: web.Blocks(p.Wording["scam"])}
	pg.meta.About = fmt.Sprintf("%s：一线职工、农民工读大专、本科，每人补助%s。先到先得，%d个名额。", p.Name, web.Yuan(int64(total(p))), p.Cap)
	if opened {
		pg.seats = seatsOf(t, c)
		pg.seats.Over = pg.front.window == windowClosed
	}
	switch pg.front.window {
	case windowDrafts, windowOpen, windowWaiting, windowFull:
		pg.here = 0
	}
	return c.Render(homeView(pg))
}

func seatsOf(t store.Tally, c *web.Ctx) *web.Seats {
	return &web.Seats{Cap: t.Cap, Held: t.Held, Confirmed: t.Confirmed, Consumed: t.Consumed, Waiting: t.Waiting, At: c.Now}
}

// total is what one person gets of all awards (4.2).
func total(p *scheme.Programme) (sum scheme.Fen) {
	for _, a := range p.Awards {
		sum += a.Amount
	}
	return sum
}

// awardsText names each award and its amount: 工会 1,000 元、高校 1,000 元.
func awardsText(p *scheme.Programme) string {
	s := ""
	for i, a := range p.Awards {
		if i > 0 {
			s += "、"
		}
		s += a.Name + " " + web.Yuan(int64(a.Amount))
	}
	return s
}

// stepsOf are the five steps of 附件2 in short sentences (A2.1 to A2.5).
func stepsOf(p *scheme.Programme) []step {
	exam := web.Day(p.ExamFrom) + "起，参加全国成人高考。"
	if p.IsUnconfirmed("exam_from") {
		exam = fmt.Sprintf("%d月，参加全国成人高考。日期以省教育考试院公告为准。", int(p.ExamFrom.In(web.China).Month()))
	}
	return []step{
		{"申请助学", "填表，打印推荐表，签名，到工会盖章，拍照上传，提交。"},
		{"资料提交", "审核通过后，填入学信息登记表，自己报名考试。"},
		{"入学考试", exam},
		{"助学金申报", fmt.Sprintf("%d月，拿到录取通知书、办好入学，在线申报。", int(p.ClaimOpens.In(web.China).Month()))},
		{"补助发放", fmt.Sprintf("公示%d天没有异议，%s发到本人的卡上。", p.NoticeDays, web.Yuan(int64(total(p))))},
	}
}

// collegeNames joins the colleges' names.
func collegeNames(p *scheme.Programme) string {
	s := ""
	for i, c := range p.Colleges {
		if i > 0 {
			s += "、"
		}
		s += c.Name
	}
	return s
}
