package desk

import (
	"slices"

	"yuanmeng/internal/gb"
	"yuanmeng/internal/web"
)

// callPage asks what was said on the telephone.
type callPage struct {
	*dossier
	Phone string // in clear inside the check, else masked
	Note  string
	Got   string // yes, no: somebody answered
}

func (d *Door) callOf(c *web.Ctx) (callPage, web.PageMeta, error) {
	pg := callPage{}
	f, err := d.dossier(c)
	if err != nil {
		return pg, web.PageMeta{}, err
	}
	pg.dossier = f
	m := c.Meta("登记一次通话")
	m.Kicker = "受理号 " + itoa(f.S.No) + "　" + f.Row.Name
	m.Back, m.BackText = "/desk/cases/"+f.Row.ID, "返回这份申请"
	return pg, m, nil
}

// callForm asks what was said.
func (d *Door) callForm(c *web.Ctx) error {
	pg, m, err := d.callOf(c)
	if err != nil {
		return err
	}
	if err := d.fillPhone(c, &pg); err != nil {
		return err
	}
	return c.Render(callView(m, pg))
}

func (d *Door) fillPhone(c *web.Ctx, pg *callPage) error {
	app, err := d.Work.Submitted(c.Context(), pg.Row, 0)
	if err != nil {
		return err
	}
	if !pg.Check && !pg.S.HearingOpen() {
		pg.Phone = gb.MaskMobile(app.Sealed.Phone)
		return nil
	}
	// A hearing that has not reached the worker needs the call: the number stands
	// here, and that it was seen is booked.
	pg.Phone = gb.GroupMobile(app.Sealed.Phone)
	return d.Work.Look(c.Context(), pg.A, pg.Row, "check")
}

// call records a telephone call; one that got through counts as a delivered
// message.
func (d *Door) call(c *web.Ctx) error {
	pg, m, err := d.callOf(c)
	if err != nil {
		return err
	}
	form, err := c.Form()
	if err != nil {
		return err
	}
	pg.Note, pg.Got = form.Get("note"), form.Get("got")
	if slices.Contains(pg.A.Cases, pg.Row.ID) {
		return web.Conflict("不能办理自己的申请，请交给其他同事。")
	}
	act := d.Work.Call
	switch pg.Got {
	case "yes":
	case "no":
		act = d.Work.MissedCall
	default:
		m.Problems.Add("got", "请选有没有打通。")
	}
	if len(m.Problems) == 0 {
		err = act(c.Context(), pg.A, pg.V, pg.Row.ID, pg.Note)
		if s, ok := refusal(err); ok {
			m.Problems.Add("note", s)
		} else if err != nil {
			return err
		}
	}
	if len(m.Problems) > 0 {
		if err := d.fillPhone(c, &pg); err != nil {
			return err
		}
		return c.RenderAs(422, callView(m, pg))
	}
	c.Flash("通话已经记下来。")
	return c.Redirect("/desk/cases/" + pg.Row.ID)
}
