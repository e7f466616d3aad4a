package desk_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"yuanmeng/internal/office"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/web"
)

func TestInvite_FromTheLinkToTheDesk(t *testing.T) {
	b := newBureau(t)
	token, err := b.office.Invite(b.ctx, scheme.Actor{ID: b.sec.id, Role: scheme.RoleSecAdmin}, "刘敏", "liu.min", "", "centre",
		[]office.Grant{{Role: scheme.RoleCentre, Programme: xianan, Org: "centre"}})
	b.must(err)
	br, link := b.browser(), "/invite/"+token
	b.leads(br.get(link+"/code"), link) // not before a password
	b.want(br.get(link), 200, "刘敏", "liu.min", "至少10位")
	b.want(br.post(link, "password", "short", "again", "short"), 422, "密码至少10位")
	b.want(br.post(link, "password", password, "again", password+"!"), 422, "两次填的密码不一样")
	b.want(br.post(link), 422, "密码至少10位")
	b.leads(br.post(link, "password", password, "again", password), link+"/code")
	p := b.want(br.get(link+"/code"), 200, `src="data:image/png;base64,`, "手工输入密钥")
	secret := strings.ReplaceAll(regexp.MustCompile(`secret num">([A-Z2-7 ]+)<`).FindStringSubmatch(p.body)[1], " ", "")
	b.want(br.post(link+"/code", "totp", "000000"), 422, "动态码不对", "data:image/png")
	b.leads(br.post(link+"/code", "totp", b.totp(secret)), "/desk/sign-in")
	b.want(br.get("/desk/sign-in"), 200, "账号已开通")
	for _, dead := range []page{br.get(link), br.get(link + "/code"), br.post(link, "password", password, "again", password), br.post(link+"/code", "totp", "1"), br.get("/invite/made-up")} {
		b.want(dead, http.StatusGone, "这个链接已经用过，或者过期了。请让安全管理员重新发一个。")
	}
	b.pass(30 * time.Second)
	b.leads(br.post("/desk/sign-in", "login", "Liu.Min", "password", password, "totp", b.totp(secret), "next", "/desk/seats"), "/desk/seats")
}

func TestSignIn_OneAnswerAndNothingKept(t *testing.T) {
	b := newBureau(t)
	clerk := b.hire("clerk", scheme.RoleCentre)
	good := b.totp(clerk.secret)
	one := text(b.want(b.browser().post("/desk/sign-in", "login", "clerk", "password", "wrong-wrong-wrong", "totp", good), 422, "登录名、密码或动态码不对").body)
	for name, f := range map[string][]string{
		"unknown login": {"login", "nobody", "password", password, "totp", good},
		"wrong code":    {"login", "clerk", "password", password, "totp", "000000"},
	} {
		p := b.browser().post("/desk/sign-in", f...)
		if got := text(p.body); p.code != 422 || got != one {
			t.Errorf("%s: %d\n%s\n%s", name, p.code, got, one)
		}
	}
	p := b.want(b.browser().post("/desk/sign-in", "login", "clerk", "password", "my-long-secret", "totp", ""), 422, "请填写手机上的6位动态码", `value="clerk"`)
	if p.has("my-long-secret") {
		t.Error("the page gives the password back")
	}
	b.want(b.browser().post("/desk/sign-in"), 422, "请填写登录名", "请填写密码")
	clerk.in()
	b.pass(-30 * time.Second)
	b.want(b.browser().post("/desk/sign-in", "login", "clerk", "password", password, "totp", b.totp(clerk.secret)), 422, "不对") // the code was used
	b.pass(30 * time.Second)
	// Nothing of another site is followed.
	br := b.browser()
	b.leads(br.post("/desk/sign-in", "login", "clerk", "password", password, "totp", b.totp(clerk.secret), "next", "https://evil.example/"), "/desk")
	b.leads(br.get("/desk/sign-in"), "/desk")
	b.want(b.browser().do("POST", "/desk/sign-in", url.Values{"login": {"clerk"}}, "Sec-Fetch-Site", "cross-site"), 403, "不是从本平台的页面发出的")
}

// A guesser behind the same address as the whole bureau locks himself out, and
// not the colleague whose browser has been here before.
func TestSignIn_LocksTheGuesserAndNotTheOwner(t *testing.T) {
	b := newBureau(t)
	clerk := b.hire("clerk", scheme.RoleCentre).in()
	if clerk.cookies["ym-desk"] == "" {
		t.Fatal("the browser got no name")
	}
	b.post(clerk, "/desk/sign-out")
	guesser := b.browser()
	guesser.cookies["ym-desk"] = "made-up.0000"
	for range 5 {
		b.want(guesser.post("/desk/sign-in", "login", "clerk", "password", "guess-guess-guess", "totp", "000000"), 422)
	}
	p := b.want(guesser.post("/desk/sign-in", "login", "clerk", "password", password, "totp", b.totp(clerk.secret)), http.StatusTooManyRequests, "以后再试")
	if p.has(password) {
		t.Error("the page gives the password back")
	}
	clerk.in()
	b.want(clerk.get("/desk/grants"), 200)
}

func (b *bureau) post(m *member, target string) page { b.t.Helper(); return m.browser.post(target) }

func TestSession_EndsWhenItShould(t *testing.T) {
	b := newBureau(t)
	clerk := b.hire("clerk", scheme.RoleCentre)
	alive := func(m *member) bool { return m.get("/desk/grants").code == 200 }

	clerk.in()
	b.pass(29 * time.Minute)
	if !alive(clerk) {
		t.Error("ended before half an hour of rest")
	}
	b.pass(31 * time.Minute)
	b.leads(clerk.get("/desk/grants"), "/desk/sign-in?next=%2Fdesk%2Fgrants")
	b.want(clerk.post("/desk/grants", "grant", "x"), 403, "您需要重新登录", "/desk/sign-in")

	clerk.in()
	for range 26 {
		b.pass(28 * time.Minute)
		alive(clerk)
	}
	if alive(clerk) {
		t.Error("outlived a working day")
	}

	clerk.in()
	old := clerk.cookies["ym"]
	b.leads(clerk.post("/desk/sign-out"), "/desk/sign-in")
	clerk.cookies["ym"] = old
	if alive(clerk) {
		t.Error("the old token still opens the session")
	}

	clerk.in()
	b.must(b.office.Disable(b.ctx, scheme.Actor{ID: b.sec.id, Role: scheme.RoleSecAdmin}, clerk.id))
	b.leads(clerk.get("/desk/grants"), "/desk/sign-in?next=%2Fdesk%2Fgrants")

	// A role that ends takes its pages away with the next click.
	two := b.hire("two", scheme.RoleLead, scheme.RoleAuditor)
	two.in()
	gs, err := b.office.Grants(b.ctx, two.id)
	b.must(err)
	b.leads(two.post("/desk/grants", "grant", gs[0].ID), "/desk")
	b.want(two.get("/desk/programme/"+xianan), 200)
	for _, g := range gs {
		b.must(b.office.EndGrant(b.ctx, scheme.Actor{ID: b.sec.id, Role: scheme.RoleSecAdmin}, g.ID))
	}
	b.leads(two.get("/desk/programme/"+xianan), "/desk/sign-in?next=%2Fdesk%2Fprogramme%2F"+xianan)
	p := two.post("/desk/sign-in", "login", "two", "password", password, "totp", b.totp(two.secret))
	b.want(p, 403, "没有任何角色")
}

func TestGrants_OneRoleAtATime(t *testing.T) {
	b := newBureau(t)
	two := b.hire("two", scheme.RoleLead, scheme.RoleAuditor)
	p := two.post("/desk/sign-in", "login", "two", "password", password, "totp", b.totp(two.secret))
	b.leads(p, "/desk/grants?next=")
	// None is taken for him: every page asks first, and a write says what to do.
	if p := b.want(two.get("/desk/grants"), 200, "区总工会负责人", "审计"); p.has("现在用的") || p.has("已经到期或者收回") {
		t.Error("a role was taken for him")
	}
	b.leads(two.get("/desk"), "/desk/grants")
	b.leads(two.get("/desk/trail"), "/desk/grants?next=%2Fdesk%2Ftrail")
	b.want(two.post("/desk/programme/"+xianan+"/hotline", "hotline", "0715-1"), 403, "请先选择角色", "/desk/grants")
	gs, err := b.office.Grants(b.ctx, two.id)
	b.must(err)
	lead, other := gs[0], gs[1]
	if other.Role != scheme.RoleAuditor {
		lead, other = other, lead
	}
	b.leads(two.post("/desk/grants", "grant", lead.ID), "/desk")
	b.want(two.get("/desk/grants"), 200, "现在用的")
	b.want(two.get("/desk/trail"), 403, "您的岗位不能做这一步")
	before := two.cookies["ym"]
	b.leads(two.post("/desk/grants", "grant", other.ID, "next", "/desk/trail"), "/desk/trail")
	if two.cookies["ym"] == before {
		t.Error("another role under the same token")
	}
	b.want(two.get("/desk/trail"), 200)
	b.want(two.post("/desk/programme/"+xianan+"/hotline", "hotline", "0715-1"), 403)
	theirs, err := b.office.Grants(b.ctx, b.sec.id)
	b.must(err)
	b.want(two.post("/desk/grants", "grant", theirs[0].ID), 404)
	b.want(two.post("/desk/grants", "grant", "no-such"), 404)
}

// When the role in which somebody works ends, no other one takes its place
// unless it is the only one left.
func TestGrants_AnEndedRoleIsAskedFor(t *testing.T) {
	b := newBureau(t)
	sec := scheme.Actor{ID: b.sec.id, Role: scheme.RoleSecAdmin}
	three := b.hire("three", scheme.RoleLead, scheme.RoleDistrict, scheme.RoleAuditor).in()
	gs, err := b.office.Grants(b.ctx, three.id)
	b.must(err)
	by := map[scheme.Role]string{}
	for _, g := range gs {
		by[g.Role] = g.ID
	}
	b.leads(three.post("/desk/grants", "grant", by[scheme.RoleAuditor]), "/desk")
	b.want(three.get("/desk/trail"), 200)
	b.must(b.office.EndGrant(b.ctx, sec, by[scheme.RoleAuditor]))
	b.leads(three.get("/desk/trail"), "/desk/grants?next=%2Fdesk%2Ftrail")
	b.want(three.get("/desk/grants?next=/desk/programme"), 200, "已经到期或者收回", "区总工会审核")
	b.leads(three.post("/desk/grants", "grant", by[scheme.RoleDistrict], "next", "/desk/programme"), "/desk/programme")
	b.want(three.get("/desk/programme/"+xianan), 200)
	b.must(b.office.EndGrant(b.ctx, sec, by[scheme.RoleDistrict]))
	b.want(three.get("/desk/programme/"+xianan+"/cap"), 200) // lead is the only one left

	// An officer of two unions is asked as well; the form in his hand comes back.
	o := b.officerIn("周玉兰", "13800000021", "yongan")
	for _, u := range []string{"永固机械厂工会", "永固锻造厂工会"} {
		b.must(b.office.Grant(b.ctx, sec, o.id, grantOf(u)))
	}
	b.want(o.get("/a"), 200)
	gs, err = b.office.Grants(b.ctx, o.id)
	b.must(err)
	b.must(b.office.EndGrant(b.ctx, sec, gs[0].ID))
	b.leads(o.get("/a/ABCD"), "/desk/grants?next=%2Fa%2FABCD")
	b.leads(o.get("/a"), "/desk/grants?next=%2Fa")
	b.leads(o.post("/desk/grants", "grant", gs[1].ID, "next", "/a"), "/a")
	b.want(o.get("/a"), 200)
}

func TestHome_ByRole(t *testing.T) {
	b := newBureau(t)
	for role, to := range map[scheme.Role]string{
		scheme.RoleSysAdmin: "/desk/programme", scheme.RoleAuditAdmin: "/desk/trail", scheme.RoleLead: "/desk/programme", scheme.RoleSecAdmin: "/desk/accounts",
	} {
		m := b.hire("h-"+string(role), role).in()
		b.leads(m.get("/desk"), to)
	}
	b.want(b.hire("h-college", scheme.RoleCollege).in().get("/desk"), 200, "现在没有要您办的事")
	o := b.officerIn("周玉兰", "13800000021", "yongan")
	b.leads(o.get("/desk"), "/a")
}

func TestProve_BeforeRightsChange(t *testing.T) {
	b := newBureau(t)
	b.sec.in()
	b.want(b.sec.get("/desk/accounts/new"), 200)
	b.pass(20 * time.Minute)
	p := b.sec.get("/desk/accounts/new")
	b.leads(p, "/desk/prove?next=%2Fdesk%2Faccounts%2Fnew")
	post := b.sec.do("POST", "/desk/accounts/new", url.Values{"name": {"某某"}}, "Referer", siteURL+"/desk/accounts/new")
	b.leads(post, "/desk/prove?next=%2Fdesk%2Faccounts%2Fnew")
	far := b.sec.do("POST", "/desk/accounts/new", url.Values{"name": {"某某"}}, "Referer", "https://evil.example/x")
	b.leads(far, "/desk/prove?next=%2Fdesk")
	b.want(b.sec.get(p.to), 200, "再验一次")
	b.want(b.sec.post("/desk/prove", "totp", ""), 422, "请填写")
	b.want(b.sec.post("/desk/prove", "totp", "000000"), 422, "动态码不对")
	code, before := b.totp(b.sec.secret), b.sec.cookies["ym"]
	b.leads(b.sec.post("/desk/prove", "totp", code, "next", "/desk/accounts/new"), "/desk/accounts/new")
	if b.sec.cookies["ym"] == before {
		t.Error("a proved session under the same token")
	}
	b.want(b.sec.get("/desk/accounts/new"), 200)
	b.want(b.sec.post("/desk/prove", "totp", code), 422, "动态码不对") // used
	b.pass(30 * time.Second)
	b.leads(b.sec.post("/desk/prove", "totp", b.totp(b.sec.secret), "next", "//evil.example"), "/desk")
}

// TestRights holds every way of the desk to its guard, for every kind of person.
func TestRights_EveryWayForEveryRole(t *testing.T) {
	b := openBureau(t)
	people := map[string]*browser{"": b.browser()}
	for _, r := range []scheme.Role{scheme.RoleCentre, scheme.RoleDistrict, scheme.RoleLead, scheme.RoleAuditor, scheme.RoleCollege, scheme.RoleFinance, scheme.RoleSysAdmin, scheme.RoleAuditAdmin, scheme.RoleSecAdmin} {
		people[string(r)] = b.hire("r-"+string(r), r).in().browser
	}
	people[string(scheme.RoleLocal)] = b.officerIn("周玉兰", "13800000021", "yongan").browser
	fill := regexp.MustCompile(`\{[^}]*\}`)
	for _, r := range b.routes {
		if r.Pattern == "/desk/sign-out" || r.Pattern == "/desk/sign-in" {
			continue
		}
		target := fill.ReplaceAllString(strings.TrimSuffix(r.Pattern, "{$}"), "no-such")
		for role, br := range people {
			var form url.Values
			if r.Method != "GET" {
				form = url.Values{}
			}
			p := br.do(r.Method, target, form)
			v := web.Viewer{}
			if role != "" {
				v = web.Viewer{AccountID: "x", Kind: web.KindStaff, Roles: []string{role}}
			}
			switch r.Guard.Admit(v) {
			case web.NeedsSignIn:
				if r.Method == "GET" && !(p.code == 303 && strings.HasPrefix(p.to, r.SignIn+"?next=")) || r.Method != "GET" && !(p.code == 403 && p.has("重新登录")) {
					t.Errorf("%s %s, nobody: %d %s", r.Method, target, p.code, p.to)
				}
			case web.Refused:
				if p.code != 403 || !p.has("您的岗位不能做这一步") {
					t.Errorf("%s %s, %s: %d", r.Method, target, role, p.code)
				}
			case web.Admitted:
				if p.code >= 500 || p.code == 403 {
					t.Errorf("%s %s, %s: %d\n%s", r.Method, target, role, p.code, text(p.body))
				}
			}
		}
	}
}
