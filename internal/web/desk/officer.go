package desk

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/gb"
	"yuanmeng/internal/office"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/web"
)

// officerSignIn is where a union officer signs in by the phone that the district
// has bound.
const officerSignIn = "/a/sign-in"

// attestedMost is how many rows a page of an officer's own list holds.
const attestedMost = 20

// isOfficer says whether the session is an officer's.
func isOfficer(c *web.Ctx) bool { return c.Viewer.Has(string(scheme.RoleLocal)) }

// officerForm is what the sign-in shows: first the number, then the code.
type officerForm struct {
	phone, next string
	sent        bool
}

// officerNext keeps the way back inside the officers' pages.
func officerNext(next string) string {
	if n := web.SafeNext(next, ""); strings.HasPrefix(n, "/a/") {
		return n
	}
	return ""
}

const officerTitle = "工会经办人登录"

// askOfficer is the first step.
func (d *Door) askOfficer(c *web.Ctx) error {
	next := officerNext(c.Query("next"))
	if isOfficer(c) || c.Viewer.MustChoose() {
		return c.Redirect(web.SafeNext(next, "/a")) // which asks for the role first where it has to
	}
	return c.Render(officerSignInPage(c.Meta(officerTitle), officerForm{next: next}))
}

// officerCode sends a code. Whether the number is bound is not said here.
func (d *Door) officerCode(c *web.Ctx) error {
	f, err := c.Form()
	if err != nil {
		return err
	}
	s := officerForm{phone: f.Get("phone"), next: officerNext(f.Get("next"))}
	m := c.Meta(officerTitle)
	err = d.Office.SendCode(c.Context(), s.phone, office.ForOfficer, client(c))
	if no, ok := refusedBy(err); ok {
		field := "phone"
		if f.Has("code") && no.code == "code_day" {
			s.sent, field = true, "code" // a code that came before is still good
		}
		m.Problems.Add(field, no.sentence)
		return c.RenderAs(no.status(), officerSignInPage(m, s))
	}
	if err != nil {
		return err
	}
	s.sent = true
	return c.Render(officerSignInPage(m, s))
}

// officerEnter takes the code and starts the session of the bound phone.
func (d *Door) officerEnter(c *web.Ctx) error {
	f, err := c.Form()
	if err != nil {
		return err
	}
	s := officerForm{phone: f.Get("phone"), next: officerNext(f.Get("next")), sent: true}
	m := c.Meta(officerTitle)
	again := func(code int, field, sentence string) error {
		m.Problems.Add(field, sentence)
		return c.RenderAs(code, officerSignInPage(m, s))
	}
	if f.Get("code") == "" {
		return again(http.StatusUnprocessableEntity, "code", "请填写短信里的6位数字。")
	}
	id, err := d.Office.OfficerSignIn(c.Context(), s.phone, f.Get("code"))
	if no, ok := refusedBy(err); ok {
		field := "code"
		if _, bad := gb.Mobile(s.phone); bad != nil || no.code == "not_officer" {
			field, s.sent = "phone", false
		}
		return again(no.status(), field, no.sentence)
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
	i := slices.IndexFunc(grants, func(g store.Grant) bool { return g.Role == scheme.RoleLocal })
	if i < 0 {
		s.sent = false
		return again(http.StatusForbidden, "phone", "您的经办已经到期或被收回。请联系区总工会。")
	}
	if err := d.Sessions.Start(c, web.Ticket{AccountID: id, Kind: web.KindStaff, Officer: true, Grant: grants[i].ID, Epoch: account.Epoch}); err != nil {
		return err
	}
	return c.Redirect(web.SafeNext(s.next, "/a"))
}

// officerList is an officer's first page: a code to type and his own list.
type officerList struct {
	code, union string
	rows        []attestedRow
	later       string
}

// attestedRow is one of the officer's own statements.
type attestedRow struct {
	name, employer, at, word string
	tone                     web.Tone
	reason                   string
}

// officerHome takes a code typed by hand, and lists what this officer has said.
func (d *Door) officerHome(c *web.Ctx) error {
	if code := c.Query("code"); code != "" {
		return c.Redirect("/a/" + url.PathEscape(strings.ReplaceAll(code, "/", "")))
	}
	return d.showOfficer(c, http.StatusOK, c.Meta("确认推荐"), "")
}

func (d *Door) showOfficer(c *web.Ctx, code int, m web.PageMeta, typed string) error {
	rows, err := d.Work.DB.AttestedPage(c.Context(), c.Viewer.AccountID, c.Query("before"), attestedMost+1)
	if err != nil {
		return err
	}
	l := officerList{code: typed}
	if p, _, err := d.Work.Programme(c.Context(), c.Viewer.Programme); err == nil {
		l.union = scheme.OrganisationName(p, c.Viewer.Org)
	}
	if len(rows) > attestedMost {
		rows = rows[:attestedMost]
		l.later = "/a?before=" + rows[len(rows)-1].ID
	}
	for _, r := range rows {
		said := []store.Attestation{r.Attestation}
		store.WordsOf(d.Work.Keys, r.CaseID, r.CaseKey).Attestations(said)
		l.rows = append(l.rows, attested(said[0], r.CaseName, r.CaseEmployer))
	}
	return c.RenderAs(code, officerPage(m, l))
}

func attested(a store.Attestation, name, employer string) attestedRow {
	r := attestedRow{name: name, employer: employer, at: web.Moment(a.At), word: "同意推荐", tone: web.ToneOK, reason: a.Disagree}
	if a.Disagree != "" {
		r.word, r.tone = "不同意", web.ToneWait
	}
	return r
}

// scanned is a form that the officer may speak about.
type scanned struct {
	row    store.Case
	actor  scheme.Actor // with the union by which he may, and his own cases
	major  string
	before []attestedRow // what he has said about it, newest first
	shut   bool          // nothing can be said any more

	member, frontline, conduct, disagree string // as typed
}

func (s scanned) path() string { return "/a/" + s.row.FormCode }

func (s scanned) title() string {
	if len(s.before) > 0 {
		return "您已经表示过意见"
	}
	return "请您确认"
}

// unfound is the one answer for a code that does not exist and for a form of
// somebody else's union.
var unfound = &web.Error{Code: http.StatusNotFound, Title: "没有找到这张推荐表",
	Sentence: "没有找到这张推荐表，或者不归您的工会。请核对编码。",
	Next:     "确实是您工会的人，请联系区总工会核对您登记的工会名称。", Link: "/a", LinkText: "重新输入编码"}

// find looks a code up for the officer of the session, under each union that he
// speaks for. It counts the try before it looks.
func (d *Door) find(c *web.Ctx) (scanned, error) {
	ctx := c.Context()
	a, err := d.person(c)
	if err != nil {
		return scanned{}, err
	}
	if err := d.Office.TryScan(ctx, a); err != nil {
		if no, ok := refusedBy(err); ok {
			return scanned{}, web.TooMany(no.sentence, no.until.Sub(d.Machine()))
		}
		return scanned{}, err
	}
	grants, err := d.Office.Grants(ctx, a.ID)
	if err != nil {
		return scanned{}, err
	}
	for _, g := range grants {
		if g.Role != scheme.RoleLocal {
			continue
		}
		a.Org = g.Org
		row, err := d.Work.Scan(ctx, a, c.Path("code"))
		switch {
		case err == casework.ErrNotFound || err == nil && row.ProgrammeID != g.ProgrammeID:
			continue
		case err != nil:
			return scanned{}, err
		}
		if err := d.Office.Scanned(ctx, a); err != nil {
			return scanned{}, err
		}
		return d.scanned(c, row, a)
	}
	return scanned{}, unfound
}

func (d *Door) scanned(c *web.Ctx, row store.Case, a scheme.Actor) (scanned, error) {
	s := scanned{row: row, actor: a, shut: !slices.Contains(mayAttest, row.State)}
	p, _, err := d.Work.Programme(c.Context(), row.ProgrammeID)
	if err != nil {
		return s, err
	}
	if m, ok := p.Major(row.Major); ok {
		s.major = m.Name
	}
	all, err := d.Work.DB.Attestations(c.Context(), row.ID)
	if err != nil {
		return s, err
	}
	d.Work.Words(&row).Attestations(all)
	for _, at := range slices.Backward(all) {
		if at.StaffID == a.ID {
			s.before = append(s.before, attested(at, row.Name, row.Employer))
		}
	}
	return s, nil
}

// mayAttest are the states in which an officer's word still counts.
var mayAttest = func() []scheme.CaseState {
	m, _ := scheme.MoveBy(scheme.Attest)
	return m.From
}()

// scan is the address in a form's QR. Whoever is no officer learns what the code
// is, and nothing of whom it is about.
func (d *Door) scan(c *web.Ctx) error {
	if c.Viewer.MustChoose() {
		return c.Redirect("/desk/grants?next=" + url.QueryEscape("/a/"+url.PathEscape(c.Path("code"))))
	}
	if !isOfficer(c) {
		m := c.Meta("这是助学推荐表上的码")
		return c.Render(strangerPage(m, c.Viewer, officerSignIn+"?next="+url.QueryEscape("/a/"+url.PathEscape(c.Path("code")))))
	}
	s, err := d.find(c)
	if err != nil {
		return d.unscanned(c, err)
	}
	if err := d.Work.Look(c.Context(), s.actor, s.row, "look"); err != nil {
		return err
	}
	return c.Render(scanPage(c.Meta(s.title()), s))
}

// unscanned shows why a code leads nowhere, where that is a matter of typing.
func (d *Door) unscanned(c *web.Ctx, err error) error {
	no, ok := refusedBy(err)
	if !ok {
		return err
	}
	if no.code == "self" {
		return &web.Error{Code: http.StatusForbidden, Title: "不能为自己推荐", Sentence: "这是您本人的推荐表，要请上级工会确认、盖章。",
			Next: "请把表交给乡镇（街道）工会或区总工会。", Link: "/a", LinkText: "返回"}
	}
	m := c.Meta("确认推荐")
	m.Problems.Add("code", no.sentence)
	return d.showOfficer(c, http.StatusUnprocessableEntity, m, c.Path("code"))
}

// attest records what the officer says.
func (d *Door) attest(c *web.Ctx) error {
	f, err := c.Form()
	if err != nil {
		return err
	}
	s, err := d.find(c)
	if err != nil {
		return d.unscanned(c, err)
	}
	s.member, s.frontline, s.conduct, s.disagree = f.Get("member"), f.Get("frontline"), f.Get("conduct"), f.Get("reason")
	m := c.Meta(s.title())
	at := casework.Attestation{Code: s.row.FormCode, Member: s.member == "yes", Frontline: s.frontline == "yes", Conduct: s.conduct == "yes"}
	done := "已记下：同意推荐。"
	switch f.Get("say") {
	case "agree":
		for _, x := range []struct {
			on          bool
			field, what string
		}{{at.Member, "member", "会员属实"}, {at.Frontline, "frontline", "在岗"}, {at.Conduct, "conduct", "表现好、同意推荐"}} {
			if !x.on {
				m.Problems.Add(x.field, "“"+x.what+"”还没有勾。不属实的，请在下面点“不同意”并写原因。")
			}
		}
	case "disagree":
		done = "已记下：不同意。区总工会会先看您写的原因，再作决定。"
		if at.Disagree = s.disagree; at.Disagree == "" {
			m.Problems.Add("reason", "请写明不同意的原因，区总工会要看。")
		}
	default:
		return web.Invalid("没有收到您的意见。")
	}
	if len(m.Problems) == 0 {
		err := d.Work.Attest(c.Context(), s.actor, at)
		if no, ok := refusedBy(err); ok {
			field := "reason"
			if no.code != "too_long" {
				field = ""
			}
			m.Problems.Add(field, no.sentence)
		} else if err != nil {
			return err
		}
	}
	if len(m.Problems) > 0 {
		return c.RenderAs(http.StatusUnprocessableEntity, scanPage(m, s))
	}
	c.Flash(done)
	return c.Redirect(s.path())
}
