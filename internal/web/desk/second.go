package desk

import (
	"slices"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/gb"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/web"
)

// proposalView is one act that waits for its second person.
type proposalView struct {
	store.ProposalRow
	Label   string
	Rows    []web.SummaryRow
	Effects []string
	Stale   bool   // the case has moved on: it can only be dropped
	Agree   bool   // this person may be the second
	Drop    bool   // this person may drop it
	Why     string // why he may not agree
	Href    string // the page on which it is decided, where that is not this one
}

// proposals lists what waits for a second person, with what will happen.
func (d *Door) proposals(c *web.Ctx) error {
	list, err := d.proposalViews(c)
	if err != nil {
		return err
	}
	m := c.Meta("两人办理")
	return c.Render(proposalsView(m, list))
}

func (d *Door) proposalViews(c *web.Ctx) ([]proposalView, error) {
	ctx, v := c.Context(), viewer(c)
	rows, err := d.Work.DB.ProposalsFor(ctx, v, 50)
	if err != nil {
		return nil, err
	}
	a, err := d.person(c)
	if err != nil {
		return nil, err
	}
	p, cal, err := d.Work.Programme(ctx, c.Viewer.Programme)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, r := range rows {
		if r.CaseID != "" {
			ids = append(ids, r.CaseID)
		}
	}
	cases, err := d.Work.DB.CasesIn(ctx, v, ids)
	if err != nil {
		return nil, err
	}
	byID := map[string]store.Case{}
	for _, x := range cases {
		byID[x.ID] = x
	}
	hearings, err := d.Work.DB.HearingsOpen(ctx, v, ids)
	if err != nil {
		return nil, err
	}
	tally, err := d.Work.DB.Tally(ctx, c.Viewer.Programme)
	if err != nil && !store.IsNone(err) {
		return nil, err
	}
	var out []proposalView
	for _, r := range rows {
		pv := proposalView{ProposalRow: r}
		pv.Rows = []web.SummaryRow{{Key: "提出", Value: r.ByName + "（" + scheme.RoleName(r.ByRole) + "）", Note: web.Moment(r.At)}}
		mayDrop := a.Role == scheme.RoleDistrict || a.Role == scheme.RoleLead
		if r.CaseID == "" { // about the programme: it is decided on its own page
			pv.Label, pv.Href = "项目的事", "/desk/programme/"+r.ProgrammeID
			switch capacity, ok := casework.ProposedCapacity(r.Proposal); {
			case ok:
				pv.Label = "调整名额"
				pv.Rows = append(pv.Rows,
					web.SummaryRow{Key: "名额", Value: itoa(capacity.Cap), Was: itoa(tally.Cap), Num: true},
					web.SummaryRow{Key: "候补最多", Value: itoa(capacity.WaitingMax), Was: itoa(tally.WaitingMax), Num: true},
					web.SummaryRow{Key: "理由（会公开）", Value: capacity.Reason})
			case r.Move == casework.OpeningMove:
				pv.Label = "开放项目"
			}
			out = append(out, pv)
			continue
		}
		row, ok := byID[r.CaseID]
		m, known := scheme.MoveBy(r.Move)
		if !ok || !known {
			continue
		}
		o, err := d.Work.Proposed(row, r.Proposal)
		if err != nil {
			return nil, err
		}
		f := &dossier{Row: row, S: row.Scheme(hearings[row.ID]), P: p, Cal: cal, A: scheme.Actor{ID: r.ByID, Role: r.ByRole, Name: r.ByName}, Now: c.Now}
		pv.Label, pv.Stale = m.Label, row.Version != r.CaseVersion
		if o.Cause != "" {
			pv.Rows = append(pv.Rows, web.SummaryRow{Key: "事由", Value: scheme.CauseName(o.Cause)})
		}
		if o.Name != "" {
			pv.Rows = append(pv.Rows, web.SummaryRow{Key: "姓名改为", Value: o.Name, Was: row.Name})
		}
		if o.ID != "" {
			pv.Rows = append(pv.Rows, web.SummaryRow{Key: "证件号码改为", Value: gb.GroupID(o.ID), Num: true, Note: "请和这份申请里的证件照片对照"})
		}
		if phone, err := d.Work.ProposedPhone(row, o); err != nil {
			return nil, err
		} else if phone != "" {
			pv.Rows = append(pv.Rows,
				web.SummaryRow{Key: "手机号改为", Value: gb.GroupMobile(phone), Num: true, Note: "打这个号码，和本人核对；不问验证码"},
				web.SummaryRow{Key: "看了什么", Value: scheme.ShownName(o.Shown)})
		}
		if o.Reason != "" {
			pv.Rows = append(pv.Rows, web.SummaryRow{Key: "理由", Value: o.Reason})
		}
		if h := hearings[row.ID]; h != nil {
			d.Work.Words(&row).Hearings(h)
			pv.Rows = append(pv.Rows, web.SummaryRow{Key: "告知的事由", Value: scheme.CauseName(h.Cause), Note: h.Reason})
			if h.Answer != "" {
				pv.Rows = append(pv.Rows, web.SummaryRow{Key: "本人的说明", Value: h.Answer})
			}
		}
		pv.Effects = f.after(m, o)
		own := slices.Contains(a.Cases, row.ID)
		pv.Agree = slices.Contains(m.Second, a.Role) && r.ByID != a.ID && !own && !pv.Stale
		pv.Drop = mayDrop && !own
		pv.Why = whyNot(pv.Agree || pv.Stale, r.ByID == a.ID, m.Second)
		if h := f.S.Hearing; pv.Agree && m.Name == scheme.Execute && h != nil && h.OpenedBy(a.ID) {
			pv.Agree, pv.Why = false, "本次告知是您提出或确认的，要由别的"+scheme.RoleName(m.Second[0])+"确认。"
		}
		out = append(out, pv)
	}
	return out, nil
}

// after says what a proposal does once the second person agrees.
func (f *dossier) after(m scheme.Move, o casework.Order) []string {
	all := f.effects(m, order{Cause: o.Cause, Stamp: o.Stamp, Excuse: o.Excuse})
	if len(all) > 0 && len(m.Second) > 0 {
		all = all[1:] // that it needs two is known here
	}
	switch m.Name {
	case scheme.SettleFor:
		all = append(all, "证件归这份申请；另一份申请转入告知，本人可以说明。")
	case scheme.AmendIdentity:
		all = append(all, "受理号和次序不变；旧的证件号马上空出。")
	}
	return all
}

func whyNot(may, self bool, second []scheme.Role) string {
	switch {
	case may:
		return ""
	case self:
		return "您提出的，要由另一个人确认。"
	}
	who := ""
	for i, r := range second {
		if i > 0 {
			who += "或"
		}
		who += scheme.RoleName(r)
	}
	return "要由" + who + "确认。"
}

// second agrees to a two-person act or drops it.
func (d *Door) second(c *web.Ctx) error {
	form, err := c.Form()
	if err != nil {
		return err
	}
	ctx, v := c.Context(), viewer(c)
	row, err := d.Work.DB.Proposal(ctx, c.Path("id"))
	if store.IsNone(err) || err == nil && (row.CaseID == "" || !slices.Contains(v.Programmes, row.ProgrammeID)) {
		return web.NotFound
	}
	if err != nil {
		return err
	}
	a, err := d.person(c)
	if err != nil {
		return err
	}
	if slices.Contains(a.Cases, row.CaseID) {
		return web.Conflict("不能办理自己的申请，请交给其他同事。")
	}
	agree := false
	switch form.Get("answer") {
	case "agree":
		agree = true
	case "drop":
	default:
		return web.Invalid("请选“确认”或“不办”。")
	}
	err = d.Work.Second(ctx, a, v, row.ID, agree)
	if s, ok := refusal(err); ok {
		m := c.Meta("两人办理")
		m.Problems.Add("", s)
		list, err := d.proposalViews(c)
		if err != nil {
			return err
		}
		return c.RenderAs(409, proposalsView(m, list))
	}
	if err != nil {
		return err
	}
	if agree {
		c.Flash("两个人都确认了，已经办好。")
	} else {
		c.Flash("没有办，已放弃。")
	}
	return c.Redirect("/desk/cases/" + row.CaseID)
}
