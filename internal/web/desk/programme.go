package desk

import (
	"net/http"
	"slices"
	"strconv"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/web"
	"yuanmeng/plan"
)

// programmeStates are the words of a programme's state.
var programmeStates = map[string]struct {
	label string
	tone  web.Tone
}{
	"loaded": {"已装入，还没有开放", web.ToneWait}, "open": {"已开放", web.ToneOK}, "closed": {"已结束", web.ToneNone},
}

// programmeView is the page of one programme.
type programmeView struct {
	row      store.Programme
	p        *scheme.Programme
	red      []plan.Fault
	tally    store.Tally
	versions []versionRow
	opening  *proposalRow // waiting for its second person
	cap      *proposalRow
	role     scheme.Role
	signed   string // who has signed the readings, and when
	hotline  string // as typed
	hours    string
}

func (v programmeView) path() string { return "/desk/programme/" + v.row.ID }
func (v programmeView) lead() bool   { return v.role == scheme.RoleLead }

// versionRow is one public version; n counts the public ones from 1.
type versionRow struct {
	n                        int
	at, reason, first, other string
	cap, waiting             int
}

// proposalRow is the first half of an act of two.
type proposalRow struct {
	id, by, at string
	mine       bool
	capacity   casework.Capacity
}

// showProgrammes leads to the programme of the session; the system
// administrator works for all of them.
func (d *Door) showProgrammes(c *web.Ctx) error {
	if c.Viewer.Programme != "" {
		return c.Redirect("/desk/programme/" + c.Viewer.Programme)
	}
	rows, err := d.Work.DB.Programmes(c.Context())
	if err != nil {
		return err
	}
	var list []programmeView
	for _, row := range rows {
		p, err := row.Scheme()
		if err != nil {
			return err
		}
		v := programmeView{row: row, p: p}
		if row.State == "loaded" {
			v.red = d.Work.Red(p)
		}
		list = append(list, v)
	}
	return c.Render(programmesPage(c.Meta("项目"), list))
}

// view reads the programme of the path. One that is not the viewer's gives the
// answer of one that does not exist.
func (d *Door) view(c *web.Ctx) (programmeView, error) {
	ctx, a := c.Context(), actor(c)
	id := c.Path("id")
	v := programmeView{role: a.Role}
	if c.Viewer.Programme != id && a.Role != scheme.RoleSysAdmin {
		return v, web.NotFound
	}
	var err error
	if v.row, err = d.Work.DB.Programme(ctx, id); err != nil {
		if store.IsNone(err) {
			return v, web.NotFound
		}
		return v, err
	}
	if v.p, err = v.row.Scheme(); err != nil {
		return v, err
	}
	v.hotline, v.hours = v.p.Hotline, v.p.HotlineHours
	if v.row.State == "loaded" {
		v.red = d.Work.Red(v.p)
	} else if v.tally, err = d.Work.DB.Tally(ctx, id); err != nil {
		return v, err
	}
	open, err := d.Work.DB.OpenProposals(ctx, id)
	if err != nil {
		return v, err
	}
	for _, p := range open {
		row := &proposalRow{id: p.ID, by: p.ByName, at: web.Moment(p.At), mine: p.ByID == a.ID}
		switch {
		case p.Move == casework.OpeningMove:
			v.opening = row
		case p.CaseID == "":
			if capacity, ok := casework.ProposedCapacity(p); ok {
				row.capacity, v.cap = capacity, row
			}
		}
	}
	if v.p.ReadingsSigned {
		if v.signed, err = d.signedBy(c, id); err != nil {
			return v, err
		}
	}
	return v, d.fillVersions(c, &v)
}

// signedBy says who has signed the readings in the platform; a signature in the
// folder has no name here.
func (d *Door) signedBy(c *web.Ctx, id string) (string, error) {
	es, err := d.Work.DB.Trail(c.Context(), store.Trail{Programme: id, Name: "sign_readings"}, 1)
	if err != nil || len(es) == 0 {
		return "方案文件夹里已经注明签认", err
	}
	return es[0].ActorName + " 于 " + web.Moment(es[0].At) + " 签认", nil
}

func (d *Door) fillVersions(c *web.Ctx, v *programmeView) error {
	rows, err := d.Work.DB.Versions(c.Context(), v.row.ID)
	if err != nil {
		return err
	}
	name := func(id string) string {
		s, err := d.Work.DB.Staff(c.Context(), id)
		if err != nil {
			return ""
		}
		return s.Name
	}
	for i, r := range slices.Backward(rows) {
		p, err := store.Programme{Body: r.Body, ID: r.ProgrammeID}.Scheme()
		if err != nil {
			return err
		}
		v.versions = append(v.versions, versionRow{i + 1, web.Moment(r.At), r.Reason, name(r.ByID), name(r.SecondID), p.Cap, p.WaitingMax})
	}
	return nil
}

func (v programmeView) meta(c *web.Ctx, title string) web.PageMeta {
	m := c.Meta(title)
	if title != v.p.Name {
		m.Back, m.BackText = v.path(), v.p.Name
	}
	return m
}

// showProgramme shows where a programme stands and what is red.
func (d *Door) showProgramme(c *web.Ctx) error {
	v, err := d.view(c)
	if err != nil {
		return err
	}
	return c.Render(programmePage(v.meta(c, v.p.Name), v))
}

// showReadings shows what the plan leaves open, row by row.
func (d *Door) showReadings(c *web.Ctx) error {
	v, err := d.view(c)
	if err != nil {
		return err
	}
	m := v.meta(c, "方案没有写明的事")
	m.Wide = true
	return c.Render(readingsPage(m, v))
}

// showHolidays shows the days that differ from the weekday.
func (d *Door) showHolidays(c *web.Ctx) error {
	v, err := d.view(c)
	if err != nil {
		return err
	}
	return c.Render(holidaysPage(v.meta(c, "放假和调休的日子"), v))
}

// on runs an act of the programme's page; again shows the page where it was
// asked, with what is wrong.
func (d *Door) on(c *web.Ctx, proof bool, act func(v *programmeView, a scheme.Actor, f web.Form) (done string, err error), again func(v programmeView, field, sentence string) error) error {
	if proof {
		if err := d.needsProof(c); err != nil {
			return err
		}
	}
	f, err := c.Form()
	if err != nil {
		return err
	}
	v, err := d.view(c)
	if err != nil {
		return err
	}
	done, err := act(&v, actor(c), f)
	if no, ok := refusedBy(err); ok {
		field := map[string]string{"hotline": "hotline", "hours": "hours", "unread": "read", "cap_taken": "cap", "cap_large": "cap", "waiting_taken": "waiting", "reason_missing": "reason"}[no.code]
		return again(v, field, no.sentence)
	}
	if err != nil {
		return err
	}
	c.Flash(done)
	return c.Redirect(v.path())
}

func (d *Door) again(c *web.Ctx) func(programmeView, string, string) error {
	return func(v programmeView, field, sentence string) error {
		m := v.meta(c, v.p.Name)
		m.Problems.Add(field, sentence)
		return c.RenderAs(http.StatusUnprocessableEntity, programmePage(m, v))
	}
}

// signReadings records the lead's signature under the readings that he was
// shown.
func (d *Door) signReadings(c *web.Ctx) error {
	return d.on(c, true, func(v *programmeView, a scheme.Actor, f web.Form) (string, error) {
		if f.Get("read") != "yes" {
			return "", no("unread", "请先看完，再勾选“我逐条看过”")
		}
		return "读法已经签认。", d.Work.SignReadings(c.Context(), a, v.row.ID, f.Get("hash"))
	}, func(v programmeView, field, sentence string) error {
		m := v.meta(c, "方案没有写明的事")
		m.Wide = true
		m.Problems.Add(field, sentence)
		return c.RenderAs(http.StatusUnprocessableEntity, readingsPage(m, v))
	})
}

// no is a plain no of the form itself.
func no(code, sentence string) error {
	return &casework.Refused{Reasons: []scheme.Reason{{Code: code, Staff: sentence, Blocks: true}}}
}

// confirmHolidays records that the days were compared.
func (d *Door) confirmHolidays(c *web.Ctx) error {
	return d.on(c, true, func(v *programmeView, a scheme.Actor, f web.Form) (string, error) {
		return "放假安排已经核对。", d.Work.ConfirmHolidays(c.Context(), a, v.row.ID, f.Get("hash"))
	}, d.again(c))
}

// setHotline writes the telephone.
func (d *Door) setHotline(c *web.Ctx) error {
	return d.on(c, false, func(v *programmeView, a scheme.Actor, f web.Form) (string, error) {
		v.hotline, v.hours = f.Get("hotline"), f.Get("hours")
		return "咨询电话已经记下，每个页面都会显示。", d.Work.SetHotline(c.Context(), a, v.row.ID, v.hotline, v.hours)
	}, d.again(c))
}

// proposeOpening is the lead's half.
func (d *Door) proposeOpening(c *web.Ctx) error {
	return d.on(c, true, func(v *programmeView, a scheme.Actor, _ web.Form) (string, error) {
		return "已提出开放，等第二人确认。", d.Work.ProposeOpening(c.Context(), a, v.row.ID)
	}, d.again(c))
}

// secondOpening opens as the second person, or drops the proposal.
func (d *Door) secondOpening(c *web.Ctx) error {
	return d.on(c, true, func(v *programmeView, a scheme.Actor, f web.Form) (string, error) {
		agree, err := agreed(f)
		if err != nil {
			return "", err
		}
		done := "已放弃这次开放。"
		if agree {
			done = "项目已经开放。内容从现在起公开，不能再改。"
		}
		return done, d.Work.SecondOpening(c.Context(), a, v.row.ID, c.Path("proposal"), agree)
	}, d.again(c))
}

// agreed reads what the second person has pressed.
func agreed(f web.Form) (bool, error) {
	switch f.Get("agree") {
	case "yes":
		return true, nil
	case "no":
		return false, nil
	}
	return false, web.Invalid("没有收到您的决定。")
}

// askCapacity shows the form of another cap.
func (d *Door) askCapacity(c *web.Ctx) error {
	if err := d.needsProof(c); err != nil {
		return err
	}
	v, err := d.view(c)
	if err != nil {
		return err
	}
	return c.Render(capacityPage(v.meta(c, "调整名额"), v, strconv.Itoa(v.p.Cap), strconv.Itoa(v.p.WaitingMax), ""))
}

// proposeCapacity is the first lead's half.
func (d *Door) proposeCapacity(c *web.Ctx) error {
	var most, waiting, reason string
	return d.on(c, true, func(v *programmeView, a scheme.Actor, f web.Form) (string, error) {
		most, waiting, reason = f.Get("cap"), f.Get("waiting"), f.Get("reason")
		n, err := strconv.Atoi(most)
		if err != nil || n < 0 {
			return "", no("cap_large", "名额要填数字")
		}
		w, err := strconv.Atoi(waiting)
		if err != nil || w < 0 {
			return "", no("waiting_taken", "候补要填数字")
		}
		return "已提出调整名额，等另一位负责人确认。", d.Work.ProposeCapacity(c.Context(), a, v.row.ID, casework.Capacity{Cap: n, WaitingMax: w, Reason: reason})
	}, func(v programmeView, field, sentence string) error {
		m := v.meta(c, "调整名额")
		m.Problems.Add(field, sentence)
		return c.RenderAs(http.StatusUnprocessableEntity, capacityPage(m, v, most, waiting, reason))
	})
}

// secondCapacity changes the cap as the second lead, or drops the proposal.
func (d *Door) secondCapacity(c *web.Ctx) error {
	return d.on(c, true, func(v *programmeView, a scheme.Actor, f web.Form) (string, error) {
		agree, err := agreed(f)
		if err != nil {
			return "", err
		}
		if v.cap == nil || v.cap.id != c.Path("proposal") {
			return "", no("stale", "这件事已经办过了")
		}
		done := "已放弃这次调整。"
		if agree {
			done = "名额已经调整，候补按次序递补，理由已公开。"
		}
		return done, d.Work.Second(c.Context(), a, viewer(c), v.cap.id, agree)
	}, d.again(c))
}
