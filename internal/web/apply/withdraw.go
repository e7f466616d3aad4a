package apply

import (
	"errors"
	"net/http"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/office"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/web"
)

// withdrawPage asks before a case is ended at the worker's wish.
type withdrawPage struct {
	meta  web.PageMeta
	mine  *mine
	place string
	phone string // masked
	sent  bool
	code  web.Field
	again bool // the programme still takes applications
}

// leaving opens the own case where withdrawing is possible.
func (d *Door) leaving(c *web.Ctx) (*mine, error) {
	m, err := d.mine(c)
	if err != nil {
		return nil, err
	}
	for _, mv := range scheme.Possible(m.s, casework.WorkerActor(m.row.WorkerID), m.p, c.Now) {
		if mv.Name == scheme.Withdraw {
			return m, nil
		}
	}
	return nil, toMy
}

// showWithdraw says what a withdrawal means and takes the code (DESIGN §2.6).
func (d *Door) showWithdraw(c *web.Ctx) error {
	m, err := d.leaving(c)
	if err != nil {
		return err
	}
	pg, err := d.withdrawPage(c, m)
	if err != nil {
		return err
	}
	pg.sent = c.Query("sent") != ""
	return c.Render(withdrawView(*pg))
}

func (d *Door) withdrawPage(c *web.Ctx, m *mine) (*withdrawPage, error) {
	pg := &withdrawPage{meta: c.Meta("撤回申请"), mine: m, phone: c.Viewer.Name, again: c.Now.Before(m.p.ClosesAt)}
	pg.meta.Back = "/my"
	rank, err := d.rank(c.Context(), m)
	pg.place = placeWords(m.s, rank)
	return pg, err
}

// withdrawCode sends the code to the phone of the account.
func (d *Door) withdrawCode(c *web.Ctx) error {
	m, err := d.leaving(c)
	if err != nil {
		return err
	}
	err = d.Office.SendCodeTo(c.Context(), c.Viewer.AccountID, office.ForWithdraw, client(c))
	if s := officeRefusal(err); s != "" {
		pg, err := d.withdrawPage(c, m)
		if err != nil {
			return err
		}
		pg.meta.Problems.Add("", s)
		return c.RenderAs(http.StatusTooManyRequests, withdrawView(*pg))
	}
	if err != nil {
		return err
	}
	return c.Redirect("/my/withdraw?sent=1")
}

// withdraw ends the case at once and frees the place.
func (d *Door) withdraw(c *web.Ctx) error {
	f, err := c.Form()
	if err != nil {
		return err
	}
	m, err := d.acted(c, f, func(m *mine) bool { return m.s.State.Final() })
	if err != nil {
		return err
	}
	if _, err := d.leaving(c); err != nil {
		return err
	}
	err = d.Office.CheckCode(c.Context(), c.Viewer.AccountID, office.ForWithdraw, f.Get("code"))
	if s := officeRefusal(err); s != "" {
		pg, err := d.withdrawPage(c, m)
		if err != nil {
			return err
		}
		pg.sent, pg.code = true, web.Field{Value: f.Get("code"), Error: s}
		pg.meta.Problems.Add("code", s)
		return c.RenderAs(http.StatusUnprocessableEntity, withdrawView(*pg))
	}
	if err != nil {
		return err
	}
	if err := d.Work.Withdraw(c.Context(), c.Viewer.AccountID, m.row.ID); err != nil {
		return err
	}
	c.Flash("申请已撤回。")
	return toMy
}

// officeRefusal is the sentence of a plain no about codes; "" for any other
// error.
func officeRefusal(err error) string {
	var r *office.Refused
	if errors.As(err, &r) {
		return r.Sentence
	}
	return ""
}
