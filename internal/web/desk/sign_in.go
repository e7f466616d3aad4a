package desk

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/office"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/vault"
	"yuanmeng/internal/web"
)

// signIn is what the form keeps: never the password nor the code.
type signIn struct {
	login, next string
}

const signInTitle = "工作台登录"

// quiet is the frame of a page before the sign-in: the pages for workers are not
// what somebody looks for there.
func quiet(c *web.Ctx, title string) web.PageMeta {
	m := c.Meta(title)
	m.Nav = nil
	return m
}

// askSignIn shows the form.
func (d *Door) askSignIn(c *web.Ctx) error {
	next := web.SafeNext(c.Query("next"), "")
	if c.Viewer.Kind == web.KindStaff {
		return c.Redirect(web.SafeNext(next, "/desk"))
	}
	return c.Render(signInPage(quiet(c, signInTitle), signIn{next: next}))
}

// staffSignIn takes login, password and code in one go, so that no answer tells
// which of them was wrong.
func (d *Door) staffSignIn(c *web.Ctx) error {
	f, err := c.Form()
	if err != nil {
		return err
	}
	s := signIn{login: f.Get("login"), next: web.SafeNext(f.Get("next"), "")}
	m := quiet(c, signInTitle)
	for _, x := range []struct{ field, sentence string }{
		{"login", "请填写登录名。"}, {"password", "请填写密码。"}, {"totp", "请填写手机上的6位动态码。"},
	} {
		if f.Get(x.field) == "" {
			m.Problems.Add(x.field, x.sentence)
		}
	}
	if len(m.Problems) > 0 {
		return c.RenderAs(http.StatusUnprocessableEntity, signInPage(m, s))
	}
	// The password is what was typed, blanks and all.
	id, err := d.Office.StaffSignIn(c.Context(), s.login, f["password"][0], f.Get("totp"), d.device(c))
	if no, ok := refusedBy(err); ok {
		m.Problems.Add("login", no.sentence)
		return c.RenderAs(no.status(), signInPage(m, s))
	}
	if err != nil {
		return err
	}
	account, err := d.Work.DB.Staff(c.Context(), id)
	if err != nil {
		return err
	}
	grants, err := d.Office.Grants(c.Context(), id)
	if err != nil {
		return err
	}
	if len(grants) == 0 {
		m.Problems.Add("", "您的账号现在没有任何角色，登录了也不能办事。请联系安全管理员。")
		return c.RenderAs(http.StatusForbidden, signInPage(m, s))
	}
	// With several roles none is taken for him: the next page asks.
	g, _ := office.Chosen(grants, "")
	if err := d.Sessions.Start(c, web.Ticket{AccountID: id, Kind: web.KindStaff, Grant: g.ID, Epoch: account.Epoch, ProvedAt: d.Machine()}); err != nil {
		return err
	}
	d.keepDevice(c)
	if len(grants) > 1 {
		return c.Redirect("/desk/grants?next=" + url.QueryEscape(s.next))
	}
	return c.Redirect(web.SafeNext(s.next, "/desk"))
}

// deviceCookie names a browser from which somebody has signed in to the desk
// before. It opens nothing; the locks of the sign-in count by it, so that a
// guesser behind the same address does not lock out a colleague.
const deviceCookie = "ym-desk"

// device is the name of the browser for the limits of the office: its cookie
// where we have signed it, its address otherwise. A cookie that anybody could
// make up would be a fresh set of tries.
func (d *Door) device(c *web.Ctx) string {
	if k, err := c.R.Cookie(deviceCookie); err == nil {
		if token, sign, ok := strings.Cut(k.Value, "."); ok && sign == d.Work.Keys.Index("desk-device", token) {
			return "device/" + token
		}
	}
	return client(c)
}

func (d *Door) keepDevice(c *web.Ctx) {
	if strings.HasPrefix(d.device(c), "device/") {
		return
	}
	token, _ := vault.Token()
	http.SetCookie(c.W, &http.Cookie{Name: deviceCookie, Value: token + "." + d.Work.Keys.Index("desk-device", token), Path: "/desk", MaxAge: 400 * 24 * 3600,
		HttpOnly: true, Secure: strings.HasPrefix(d.PublicURL, "https:"), SameSite: http.SameSiteLaxMode})
}

// client is the browser's address.
func client(c *web.Ctx) string {
	return web.Client(c.R)
}

// refused is a plain no of an act, as a page shows it.
type refused struct {
	code, sentence string
	until          time.Time
}

func (r refused) status() int {
	if !r.until.IsZero() || r.code == "code_day" || r.code == "code_client" {
		return http.StatusTooManyRequests
	}
	if r.code == "code_unsent" {
		return http.StatusServiceUnavailable
	}
	return http.StatusUnprocessableEntity
}

// refusedBy reads the no of an act of either kind; ok is false for any other
// error and for none.
func refusedBy(err error) (refused, bool) {
	var o *office.Refused
	if errors.As(err, &o) {
		return refused{o.Code, o.Sentence, o.Until}, true
	}
	var w *casework.Refused
	if errors.As(err, &w) && len(w.Reasons) > 0 {
		var all []string
		for _, r := range w.Reasons {
			if r.Staff != "" {
				all = append(all, strings.TrimSuffix(r.Staff, "。"))
			}
		}
		return refused{code: w.Code(), sentence: strings.Join(all, "；") + "。"}, true
	}
	return refused{}, false
}

// signOut ends the session of the desk and that of an officer.
func (d *Door) signOut(c *web.Ctx) error {
	to := "/desk/sign-in"
	if d.Sessions.Ticket(c.R).Officer {
		to = officerSignIn
	}
	if err := d.Sessions.End(c); err != nil {
		return err
	}
	return c.Redirect(to)
}

// homes are the first pages of the roles that see no case.
var homes = map[scheme.Role]string{
	scheme.RoleLocal: "/a", scheme.RoleSecAdmin: "/desk/accounts", scheme.RoleSysAdmin: "/desk/programme", scheme.RoleAuditAdmin: "/desk/trail",
}

// home is the first page of the role.
func (d *Door) home(c *web.Ctx) error {
	if c.Viewer.MustChoose() {
		return c.Redirect("/desk/grants")
	}
	a := actor(c)
	if releasing.Admit(c.Viewer) == web.Admitted {
		// After a restored backup this comes before everything else.
		held, err := d.Work.DB.Held(c.Context())
		if err != nil {
			return err
		}
		if held {
			return c.Redirect("/desk/delivery")
		}
	}
	if to, ok := homes[a.Role]; ok {
		return c.Redirect(to)
	}
	if !slices.Contains(scheme.CaseRoles, a.Role) || c.Viewer.Programme == "" {
		// Colleges and finance come in a later stage; a role that has ended too.
		return c.Render(restPage(c.Meta("工作台"), scheme.RoleName(a.Role)))
	}
	// Before the opening there is no case, and the opening is the work.
	if _, state, err := d.Work.DB.ProgrammeVersion(c.Context(), c.Viewer.Programme); err == nil && state == "loaded" && preparing.Admit(c.Viewer) == web.Admitted {
		return c.Redirect("/desk/programme")
	}
	return d.showWork(c)
}

// grantRow is one role to choose.
type grantRow struct {
	id, role, org, programme, until string
	here                            bool
}

// showGrants lists the roles of the account.
func (d *Door) showGrants(c *web.Ctx) error {
	rows, err := d.grantRows(c)
	if err != nil {
		return err
	}
	ended := c.Viewer.MustChoose() && d.Sessions.Ticket(c.R).Grant != ""
	return c.Render(grantsPage(c.Meta("选择角色"), rows, ended, web.SafeNext(c.Query("next"), "")))
}

func (d *Door) grantRows(c *web.Ctx) ([]grantRow, error) {
	gs, err := d.Office.Grants(c.Context(), c.Viewer.AccountID)
	if err != nil {
		return nil, err
	}
	now := d.Sessions.Ticket(c.R).Grant
	var rows []grantRow
	for _, g := range gs {
		rows = append(rows, d.grantRow(c, g, g.ID == now))
	}
	return rows, nil
}

func (d *Door) grantRow(c *web.Ctx, g store.Grant, here bool) grantRow {
	r := grantRow{id: g.ID, role: scheme.RoleName(g.Role), here: here, programme: "整个平台"}
	if g.ProgrammeID != "" {
		r.programme = g.ProgrammeID
		if p, _, err := d.Work.Programme(c.Context(), g.ProgrammeID); err == nil {
			r.programme, r.org = p.Name, scheme.OrganisationName(p, g.Org)
		}
	}
	if g.UntilAt != nil {
		r.until = web.Day(g.UntilAt.Add(-time.Second))
	}
	return r
}

// pickGrant goes on in another of his own roles.
func (d *Door) pickGrant(c *web.Ctx) error {
	f, err := c.Form()
	if err != nil {
		return err
	}
	gs, err := d.Office.Grants(c.Context(), c.Viewer.AccountID)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(gs, func(g store.Grant) bool { return g.ID == f.Get("grant") })
	if i < 0 {
		return web.NotFound
	}
	if err := d.Sessions.Raise(c, func(t *web.Ticket) { t.Grant = gs[i].ID }); err != nil {
		return err
	}
	return c.Redirect(web.SafeNext(f.Get("next"), "/desk"))
}

// askProof asks for the second factor again.
func (d *Door) askProof(c *web.Ctx) error {
	return c.Render(provePage(c.Meta("再验一次动态码"), web.SafeNext(c.Query("next"), "/desk")))
}

// prove takes it and goes on to where it was asked for.
func (d *Door) prove(c *web.Ctx) error {
	f, err := c.Form()
	if err != nil {
		return err
	}
	next := web.SafeNext(f.Get("next"), "/desk")
	m := c.Meta("再验一次动态码")
	if f.Get("totp") == "" {
		m.Problems.Add("totp", "请填写手机上的6位动态码。")
		return c.RenderAs(http.StatusUnprocessableEntity, provePage(m, next))
	}
	err = d.Office.FreshFactor(c.Context(), c.Viewer.AccountID, f.Get("totp"))
	if no, ok := refusedBy(err); ok {
		m.Problems.Add("totp", no.sentence)
		return c.RenderAs(no.status(), provePage(m, next))
	}
	if err != nil {
		return err
	}
	if err := d.Sessions.Raise(c, func(t *web.Ticket) { t.ProvedAt = d.Machine() }); err != nil {
		return err
	}
	return c.Redirect(next)
}
