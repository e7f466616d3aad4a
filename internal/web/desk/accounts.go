package desk

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"yuanmeng/internal/office"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/web"
)

// accountsMost is how many accounts a page of the list holds.
const accountsMost = 50

// account is one line of the list.
type account struct {
	id, name, login, org, seen string
	state                      string
	roles                      []string
}

// accountStates are the words of an account's state.
var accountStates = map[string]struct {
	label string
	tone  web.Tone
}{
	"active": {"在用", web.ToneOK}, "invited": {"已邀请，还没开通", web.ToneWait}, "disabled": {"已停用", web.ToneBad},
}

// names puts the words of organisations and programmes together, read once for a
// page.
type names struct {
	programmes []store.Programme
	plans      map[string]*scheme.Programme
}

func (d *Door) names(ctx context.Context) (names, error) {
	ps, err := d.Work.DB.Programmes(ctx)
	n := names{programmes: ps, plans: map[string]*scheme.Programme{}}
	for _, row := range ps {
		p, _, err := d.Work.Programme(ctx, row.ID)
		if err != nil {
			return n, err
		}
		n.plans[row.ID] = p
	}
	return n, err
}

// org is the name of an organisation, in whichever programme knows it.
func (n names) org(key string) string {
	for _, row := range n.programmes {
		if name := scheme.OrganisationName(n.plans[row.ID], key); name != "" {
			return name
		}
	}
	return key
}

func (n names) programme(id string) string {
	if p := n.plans[id]; p != nil {
		return p.Name
	}
	return id
}

// orgs are the organisations that an invitation to the desk can name.
func (n names) orgs() []web.Option {
	var out []web.Option
	add := func(key string) {
		if name := n.org(key); name != key && !slices.ContainsFunc(out, func(o web.Option) bool { return o.Value == key }) {
			out = append(out, web.Option{Value: key, Label: name})
		}
	}
	add("centre")
	add("district")
	for _, row := range n.programmes {
		for _, c := range n.plans[row.ID].Colleges {
			add(c.Key)
		}
	}
	add("audit")
	return out
}

// showAccounts lists the accounts of the desk.
func (d *Door) showAccounts(c *web.Ctx) error { return d.listAccounts(c, false) }

// showOfficers lists the union officers.
func (d *Door) showOfficers(c *web.Ctx) error { return d.listAccounts(c, true) }

func (d *Door) listAccounts(c *web.Ctx, officers bool) error {
	ctx := c.Context()
	rows, err := d.Work.DB.StaffPage(ctx, officers, c.Query("after"), accountsMost+1)
	if err != nil {
		return err
	}
	grants, err := d.Work.DB.StandingGrants(ctx, c.Now)
	if err != nil {
		return err
	}
	n, err := d.names(ctx)
	if err != nil {
		return err
	}
	later := ""
	path := "/desk/accounts"
	if officers {
		path += "/officers"
	}
	if len(rows) > accountsMost {
		rows = rows[:accountsMost]
		later = path + "?after=" + rows[len(rows)-1].ID
	}
	var list []account
	for _, s := range rows {
		a := account{id: s.ID, name: s.Name, login: s.Login, org: n.org(s.Org), state: s.State, seen: "还没有登录过"}
		if officers {
			a.login = d.Office.MaskedPhone(s)
		}
		if s.SeenAt != nil {
			a.seen = web.Moment(*s.SeenAt)
		}
		for _, g := range grants {
			if g.StaffID != s.ID {
				continue
			}
			role := scheme.RoleName(g.Role)
			if officers && g.Org != s.Org {
				role = n.org(g.Org)
			}
			if !officers || g.Org != s.Org {
				a.roles = append(a.roles, role)
			}
		}
		list = append(list, a)
	}
	if officers {
		m := c.Meta("账号：工会经办人")
		m.Wide = true
		return c.Render(officersPage(m, list, later))
	}
	m := c.Meta("账号：工作台")
	m.Wide = true
	return c.Render(accountsPage(m, list, later))
}

// invitation is the form of an invitation, as typed.
type invitation struct {
	name, login, phone, org, programme, until string
	roles                                     []string
	orgs, programmes                          []web.Option
}

// has says whether a role is ticked.
func (i invitation) has(r scheme.Role) bool { return slices.Contains(i.roles, string(r)) }

// deskRoles are the roles that an invitation can give, in two groups: those that
// work in a programme and the three duties, of which a person has one.
var (
	deskRoles = []scheme.Role{scheme.RoleCentre, scheme.RoleDistrict, scheme.RoleLead, scheme.RoleAuditor, scheme.RoleCollege, scheme.RoleFinance}
	duties    = scheme.AdminRoles
)

// belongs says which organisation a role is for; "" any. A clerk of the centre
// who decides for the district would undo the separation of the two.
func belongs(r scheme.Role, org string, n names) string {
	switch r {
	case scheme.RoleCentre:
		if org != "centre" {
			return "“" + scheme.RoleName(r) + "”只能给服务中心的人。"
		}
	case scheme.RoleDistrict, scheme.RoleLead:
		if org != "district" {
			return "“" + scheme.RoleName(r) + "”只能给区总工会的人。"
		}
	case scheme.RoleCollege:
		for _, p := range n.plans {
			if _, ok := p.College(org); ok {
				return ""
			}
		}
		return "“" + scheme.RoleName(r) + "”只能给学校的人。"
	}
	return ""
}

func (d *Door) fillInvitation(i *invitation, n names) {
	i.orgs = n.orgs()
	for _, row := range n.programmes {
		i.programmes = append(i.programmes, web.Option{Value: row.ID, Label: n.programme(row.ID)})
	}
	if i.programme == "" && len(i.programmes) > 0 {
		i.programme = i.programmes[0].Value
	}
}

// askInvite shows the form of an invitation.
func (d *Door) askInvite(c *web.Ctx) error {
	if err := d.needsProof(c); err != nil {
		return err
	}
	n, err := d.names(c.Context())
	if err != nil {
		return err
	}
	var i invitation
	d.fillInvitation(&i, n)
	return c.Render(askInvitePage(c.Meta("邀请账号"), i))
}

// until reads the last day of a role: it stands to the end of that day.
func until(day string) (*time.Time, bool) {
	if day == "" {
		return nil, true
	}
	at, err := time.ParseInLocation(time.DateOnly, day, scheme.Shanghai)
	if err != nil {
		return nil, false
	}
	at = at.AddDate(0, 0, 1)
	return &at, true
}

// invite makes the account and shows the link, once: only its hash is kept.
func (d *Door) invite(c *web.Ctx) error {
	if err := d.needsProof(c); err != nil {
		return err
	}
	f, err := c.Form()
	if err != nil {
		return err
	}
	n, err := d.names(c.Context())
	if err != nil {
		return err
	}
	i := invitation{name: f.Get("name"), login: f.Get("login"), phone: f.Get("phone"), org: f.Get("org"), programme: f.Get("programme"), until: f.Get("until"), roles: f.All("role")}
	d.fillInvitation(&i, n)
	m := c.Meta("邀请账号")
	if n.org(i.org) == i.org {
		m.Problems.Add("org", "请选择他的单位。")
	}
	end, ok := until(i.until)
	if !ok {
		m.Problems.Add("until", "请选择日期，例如 2026-12-31，或者不填。")
	}
	if len(i.roles) == 0 {
		m.Problems.Add("role", "请至少选一个角色。")
	}
	var grants []office.Grant
	for _, r := range i.roles {
		role := scheme.Role(r)
		g := office.Grant{Role: role, Org: i.org, Until: end}
		if !slices.Contains(duties, role) {
			g.Programme = i.programme
		}
		if s := belongs(role, i.org, n); s != "" && i.org != "" {
			m.Problems.Add("role", s)
		}
		grants = append(grants, g)
	}
	if len(m.Problems) > 0 {
		return c.RenderAs(http.StatusUnprocessableEntity, askInvitePage(m, i))
	}
	token, err := d.Office.Invite(c.Context(), actor(c), i.name, i.login, i.phone, i.org, grants)
	if no, ok := refusedBy(err); ok {
		m.Problems.Add(fieldOf(no.code), no.sentence)
		return c.RenderAs(http.StatusUnprocessableEntity, askInvitePage(m, i))
	}
	if err != nil {
		return err
	}
	return c.Render(linkPage(c.Meta("邀请链接"), i.name, d.PublicURL+"/invite/"+token))
}

// fieldOf is the field that a refusal of the office is about; "" the whole form.
func fieldOf(code string) string {
	switch code {
	case "name_length":
		return "name"
	case "login_form", "login_taken":
		return "login"
	case "until_past", "secadmin_until":
		return "until"
	case "role", "no_role", "one_duty", "admin_cases", "twice", "cool_off", "admin_scope":
		return "role"
	case "no_programme":
		return "programme"
	case "no_union":
		return "union"
	case "phone_taken", "phone_same", "code_client":
		return "phone"
	case "reason_missing":
		return "reason"
	}
	if strings.HasPrefix(code, "mobile") || strings.HasPrefix(code, "phone") {
		return "phone"
	}
	return ""
}

// accountView is the page of one account.
type accountView struct {
	store.Staff
	org, phone, seen string
	own              bool // the viewer's own account: nothing can be changed here
	grants, ended    []grantRow
	form             invitation // of one further role
	unions           []web.Option
	union, unionName string // as typed, for an officer
	number, reason   string // as typed, for the phone
}

func (v accountView) officer() bool { return v.Login == "" }

func (d *Door) accountView(c *web.Ctx) (accountView, names, error) {
	ctx := c.Context()
	s, err := d.Work.DB.Staff(ctx, c.Path("id"))
	if store.IsNone(err) {
		return accountView{}, names{}, web.NotFound
	}
	if err != nil {
		return accountView{}, names{}, err
	}
	n, err := d.names(ctx)
	if err != nil {
		return accountView{}, n, err
	}
	gs, err := d.Work.DB.GrantsOf(ctx, s.ID)
	if err != nil {
		return accountView{}, n, err
	}
	v := accountView{Staff: s, org: n.org(s.Org), phone: d.Office.MaskedPhone(s), own: s.ID == c.Viewer.AccountID, seen: "还没有登录过"}
	if s.SeenAt != nil {
		v.seen = web.Moment(*s.SeenAt)
	}
	for _, g := range gs {
		row := d.grantRow(c, g, false)
		if g.EndedAt == nil && (g.UntilAt == nil || g.UntilAt.After(c.Now)) {
			v.grants = append(v.grants, row)
			continue
		}
		over := g.UntilAt
		if g.EndedAt != nil {
			over = g.EndedAt
		}
		row.until = web.Day(*over)
		v.ended = append(v.ended, row)
	}
	v.form.org = s.Org
	d.fillInvitation(&v.form, n)
	v.unions = unionOptions(n.plans[v.form.programme])
	return v, n, nil
}

// showAccount shows one account and what can be changed in it.
func (d *Door) showAccount(c *web.Ctx) error {
	v, _, err := d.accountView(c)
	if err != nil {
		return err
	}
	return c.Render(accountPage(d.accountMeta(c, v), v))
}

func (d *Door) accountMeta(c *web.Ctx, v accountView) web.PageMeta {
	m := c.Meta(v.Name)
	m.Back, m.BackText = "/desk/accounts", "账号"
	if v.officer() {
		m.Back += "/officers"
	}
	return m
}

// grant gives one further role.
func (d *Door) grant(c *web.Ctx) error {
	if err := d.needsProof(c); err != nil {
		return err
	}
	f, err := c.Form()
	if err != nil {
		return err
	}
	v, n, err := d.accountView(c)
	if err != nil {
		return err
	}
	v.form.programme, v.form.until, v.form.roles = f.Get("programme"), f.Get("until"), f.All("role")
	m := d.accountMeta(c, v)
	role := scheme.Role(f.Get("role"))
	g := office.Grant{Role: role, Org: v.Org, Programme: v.form.programme}
	if slices.Contains(duties, role) {
		g.Programme = ""
	}
	if v.officer() {
		g.Role = scheme.RoleLocal
		v.union, v.unionName = f.Get("union"), f.Get("union_name")
		if g.Org, err = d.unionOf(c, f.Get("union"), f.Get("union_name"), g.Programme, &m.Problems); err != nil {
			return err
		}
	} else if role == "" {
		m.Problems.Add("role", "请选择角色。")
	} else if s := belongs(role, v.Org, n); s != "" {
		m.Problems.Add("role", s)
	}
	var ok bool
	if g.Until, ok = until(v.form.until); !ok {
		m.Problems.Add("until", "请选择日期，例如 2026-12-31，或者不填。")
	}
	if len(m.Problems) == 0 {
		err := d.Office.Grant(c.Context(), actor(c), v.ID, g)
		if no, ok := refusedBy(err); ok {
			m.Problems.Add(fieldOf(no.code), no.sentence)
		} else if err != nil {
			return err
		}
	}
	if len(m.Problems) > 0 {
		return c.RenderAs(http.StatusUnprocessableEntity, accountPage(m, v))
	}
	c.Flash("已经给了角色“" + scheme.RoleName(g.Role) + "”。")
	return c.Redirect("/desk/accounts/" + v.ID)
}

// endGrant takes a role away; the person is out of it with his next click.
func (d *Door) endGrant(c *web.Ctx) error {
	return d.change(c, "角色已经收回，马上生效。", func(by scheme.Actor, id string, f web.Form) error {
		g, err := d.Work.DB.Grant(c.Context(), f.Get("grant"))
		if store.IsNone(err) || err == nil && g.StaffID != id {
			return web.NotFound
		}
		if err != nil {
			return err
		}
		return d.Office.EndGrant(c.Context(), by, g.ID)
	})
}

// setPhone registers a number or puts another one in its place.
func (d *Door) setPhone(c *web.Ctx) error {
	if err := d.needsProof(c); err != nil {
		return err
	}
	f, err := c.Form()
	if err != nil {
		return err
	}
	v, _, err := d.accountView(c)
	if err != nil {
		return err
	}
	v.number, v.reason = f.Get("phone"), f.Get("reason")
	told, err := d.Office.SetPhone(c.Context(), actor(c), v.ID, v.number, v.reason)
	if no, ok := refusedBy(err); ok {
		m := d.accountMeta(c, v)
		m.Problems.Add(fieldOf(no.code), no.sentence)
		return c.RenderAs(http.StatusUnprocessableEntity, accountPage(m, v))
	}
	if err != nil {
		return err
	}
	done := "手机号已经登记。"
	switch {
	case told:
		done = "手机号已经更换，已发短信告诉旧号码。"
	case v.phone != "":
		done = "手机号已经更换。给旧号码的短信没有发出去，请打电话告诉本人。"
	}
	if v.officer() {
		done += "他现在用新号码登录。"
	}
	c.Flash(done)
	return c.Redirect("/desk/accounts/" + v.ID)
}

// disable shuts an account at once.
func (d *Door) disable(c *web.Ctx) error {
	return d.change(c, "账号已经停用，他的登录马上失效。", func(by scheme.Actor, id string, _ web.Form) error {
		return d.Office.Disable(c.Context(), by, id)
	})
}

// enable opens an officer's account again.
func (d *Door) enable(c *web.Ctx) error {
	return d.change(c, "账号已经恢复，他可以用手机号登录了。", func(by scheme.Actor, id string, _ web.Form) error {
		return d.Office.Enable(c.Context(), by, id)
	})
}

// change runs an act on the account of the path and comes back to its page.
func (d *Door) change(c *web.Ctx, done string, act func(by scheme.Actor, id string, f web.Form) error) error {
	if err := d.needsProof(c); err != nil {
		return err
	}
	f, err := c.Form()
	if err != nil {
		return err
	}
	v, _, err := d.accountView(c)
	if err != nil {
		return err
	}
	err = act(actor(c), v.ID, f)
	if no, ok := refusedBy(err); ok {
		m := d.accountMeta(c, v)
		m.Problems.Add("", no.sentence)
		return c.RenderAs(http.StatusUnprocessableEntity, accountPage(m, v))
	}
	if err != nil {
		return err
	}
	c.Flash(done)
	return c.Redirect("/desk/accounts/" + v.ID)
}

// reinvite gives a new link to somebody who has lost his password or his phone.
func (d *Door) reinvite(c *web.Ctx) error {
	if err := d.needsProof(c); err != nil {
		return err
	}
	v, _, err := d.accountView(c)
	if err != nil {
		return err
	}
	token, err := d.Office.Reinvite(c.Context(), actor(c), v.ID)
	if no, ok := refusedBy(err); ok {
		m := d.accountMeta(c, v)
		m.Problems.Add("", no.sentence)
		return c.RenderAs(http.StatusUnprocessableEntity, accountPage(m, v))
	}
	if err != nil {
		return err
	}
	return c.Render(linkPage(c.Meta("邀请链接"), v.Name, d.PublicURL+"/invite/"+token))
}
