package apply

import (
	"net/http"
	"strings"
	"unicode/utf8"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/web"
)

// answerMost is the longest answer in characters; a form's value holds more.
const answerMost = 1000

// hearingPage is the announcement before a release, as the worker sees it.
type hearingPage struct {
	meta     web.PageMeta
	mine     *mine
	place    string // 名额 or 候补的位置
	answered string
	text     web.Field
	cure     bool        // handing in the missing thing ends it by itself
	duty     scheme.Duty // what ends it by itself when it is handed in; empty = none
	waive    bool
}

// inHearing opens the own case while a hearing is open on it.
func (d *Door) inHearing(c *web.Ctx) (*mine, error) {
	m, err := d.mine(c)
	if err != nil {
		return nil, err
	}
	if !m.s.HearingOpen() {
		return nil, toMy
	}
	return m, nil
}

// showHearing says why the place may go, until when, and what helps (5.1,
// DESIGN §2.6).
func (d *Door) showHearing(c *web.Ctx) error {
	m, err := d.inHearing(c)
	if err != nil {
		return err
	}
	return c.Render(hearingView(hearingOf(c, m)))
}

func hearingOf(c *web.Ctx, m *mine) hearingPage {
	pg := hearingPage{meta: c.Meta("请您说明"), mine: m, place: "名额"}
	pg.meta.Back = "/my"
	if m.s.Place == scheme.PlaceWaiting {
		pg.place = "候补的位置"
	}
	running := m.s.Hearing.State == scheme.HearingRunning
	if !running {
		pg.meta.Title = "说明已收到"
		pg.answered = m.h.Answer
	}
	pg.cure = running && m.s.State == scheme.Returned && m.s.Hearing.Cause == scheme.CauseCorrection
	for _, x := range scheme.Duties {
		if running && x.Kind.Cures(m.s.Hearing.Cause) {
			pg.duty = x
		}
	}
	pg.waive = running
	pg.text = web.Field{
		Name: "text", Label: "您的说明", Kind: web.KindArea, Rows: 6, MaxLength: answerMost,
		Hint: "写清楚发生了什么、为什么。最多1000个字。不要写银行卡号、验证码。",
	}
	return pg
}

// answer hands in the worker's answer: it stops the clock until a person has
// decided.
func (d *Door) answer(c *web.Ctx) error {
	f, err := c.Form()
	if err != nil {
		return err
	}
	m, err := d.acted(c, f, func(m *mine) bool { return !m.s.HearingOpen() || m.s.Hearing.State == scheme.HearingAnswered })
	if err != nil {
		return err
	}
	text := strings.TrimSpace(f.Get("text"))
	problem := ""
	switch n := utf8.RuneCountInString(text); {
	case n < 5:
		problem = "请写几句说明，至少5个字。"
	case n > answerMost:
		problem = "说明最多1000个字，请写短一些。"
	default:
		err = d.Work.Answer(c.Context(), c.Viewer.AccountID, m.row.ID, text)
		problem = refusal(err)
	}
	if problem != "" {
		pg := hearingOf(c, m)
		pg.text.Value, pg.text.Error = text, problem
		pg.meta.Problems.Add("text", problem)
		return c.RenderAs(http.StatusUnprocessableEntity, hearingView(pg))
	}
	if err != nil {
		return err
	}
	c.Flash("说明已收到。由另一个人复核，复核前" + hearingOf(c, m).place + "一直为您留着。")
	return toMy
}

// showWaive asks the second question.
func (d *Door) showWaive(c *web.Ctx) error {
	m, err := d.inHearing(c)
	if err != nil {
		return err
	}
	if m.s.Hearing.State != scheme.HearingRunning {
		return toMy
	}
	meta := c.Meta("真的不再等了吗？")
	meta.Back = "/my/hearing"
	pg := hearingOf(c, m)
	return c.Render(web.ConfirmPage(meta, web.Confirm{
		Sentence: "到" + scheme.Until(m.s.Hearing.Until) + "为止，" + pg.place + "都为您留着。您可以写说明，也可以等。",
		Facts:    []web.SummaryRow{{Key: "原因", Value: scheme.CauseName(m.s.Hearing.Cause)}},
		Warning:  "放弃以后马上给后面的人，不能反悔。",
		Action:   "/my/waive", Fields: m.stamps(),
		Yes: web.Button{Label: "放弃" + pg.place, Kind: web.Danger},
		No:  web.Button{Label: "不放弃，返回", Href: "/my/hearing", Kind: web.Secondary},
	}))
}

// waive gives the place up without waiting for the end of the hearing.
func (d *Door) waive(c *web.Ctx) error {
	f, err := c.Form()
	if err != nil {
		return err
	}
	m, err := d.acted(c, f, func(m *mine) bool { return m.s.State.Final() })
	if err != nil {
		return err
	}
	if err := d.Work.Waive(c.Context(), c.Viewer.AccountID, m.row.ID); err != nil {
		return err
	}
	c.Flash("您已放弃，这次申请结束了。")
	return toMy
}
