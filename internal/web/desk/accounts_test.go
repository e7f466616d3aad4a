package desk_test

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"yuanmeng/internal/office"
	"yuanmeng/internal/scheme"
)

var inviteLink = regexp.MustCompile(`value="` + regexp.QuoteMeta(siteURL) + `/invite/([\w-]+)"`)

func TestInviteForm_KeepsWhatWasTyped(t *testing.T) {
	b := newBureau(t)
	b.sec.in()
	form := func(pairs ...string) page { t.Helper(); return b.sec.post("/desk/accounts/new", pairs...) }
	for _, c := range []struct {
		name, sentence string
		pairs          []string
	}{
		{"nothing", "请选择他的单位", nil},
		{"no role", "请至少选一个角色", []string{"name", "刘敏", "login", "liu.min", "org", "centre"}},
		{"a clerk of the centre decides", "只能给区总工会的人", []string{"name", "刘敏", "login", "liu.min", "org", "centre", "role", "district", "programme", xianan}},
		{"a reviewer checks", "只能给服务中心的人", []string{"name", "刘敏", "login", "liu.min", "org", "district", "role", "centre", "programme", xianan}},
		{"a district as college", "只能给学校的人", []string{"name", "刘敏", "login", "liu.min", "org", "district", "role", "college", "programme", xianan}},
		{"a login of signs", "登录名用3到32个小写字母", []string{"name", "刘敏", "login", "刘敏", "org", "centre", "role", "centre", "programme", xianan}},
		{"a duty and cases", "管理员不能办理申请", []string{"name", "刘敏", "login", "liu.min", "org", "district", "role", "lead", "role", "sysadmin", "programme", xianan}},
		{"two duties", "必须是三个人", []string{"name", "刘敏", "login", "liu.min", "org", "district", "role", "secadmin", "role", "sysadmin"}},
		{"a day that is over", "到期时间已经过了", []string{"name", "刘敏", "login", "liu.min", "org", "centre", "role", "centre", "programme", xianan, "until", "2026-07-01"}},
		{"no day at all", "请选择日期", []string{"name", "刘敏", "login", "liu.min", "org", "centre", "role", "centre", "programme", xianan, "until", "明年"}},
		{"a security administrator for a term", "安全管理员不设到期时间", []string{"name", "刘敏", "login", "liu.min", "org", "district", "role", "secadmin", "until", "2027-01-01"}},
		{"a role that does not exist", "没有这个角色", []string{"name", "刘敏", "login", "liu.min", "org", "centre", "role", "king", "programme", xianan}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := b.want(form(c.pairs...), 422, c.sentence)
			for i := 0; i+1 < len(c.pairs); i += 2 {
				if v := c.pairs[i+1]; c.pairs[i] == "name" && !p.has(`value="`+v+`"`) {
					t.Errorf("%s is lost", c.pairs[i])
				}
			}
		})
	}
	p := b.want(form("name", "刘敏", "login", "liu.min", "org", "centre", "role", "centre", "programme", xianan, "until", "2026-12-31"), 200, "只显示这一次", "刘敏")
	token := inviteLink.FindStringSubmatch(p.body)[1]
	clerk := b.accepted(token).in()
	b.want(form("name", "另一人", "login", "LIU.MIN", "org", "centre", "role", "centre", "programme", xianan), 422, "已有人用")
	list := b.want(b.sec.get("/desk/accounts"), 200, "刘敏", "liu.min", "求学圆梦服务中心", "在用")
	if list.has(token) || list.has(clerk.secret) {
		t.Error("the list shows a secret")
	}
	gs, err := b.office.Grants(b.ctx, clerk.id)
	b.must(err)
	if len(gs) != 1 || gs[0].UntilAt == nil || !gs[0].UntilAt.Equal(time.Date(2026, 12, 31, 16, 0, 0, 0, time.UTC)) {
		t.Fatalf("grants %+v: the last day counts in full", gs)
	}
}

func TestAccount_GrantEndDisableReinvite(t *testing.T) {
	b := newBureau(t)
	b.sec.in()
	m := b.hire("wang", scheme.RoleLead).in()
	page := "/desk/accounts/" + m.id
	b.want(b.sec.get(page), 200, "测试员wang", "区总工会负责人", "停用账号")
	b.want(b.sec.post(page+"/grant", "role", ""), 422, "请选择角色")
	b.want(b.sec.post(page+"/grant", "role", "centre", "programme", xianan), 422, "只能给服务中心的人")
	b.want(b.sec.post(page+"/grant", "role", "lead", "programme", xianan), 422, "已经有了")
	b.leads(b.sec.post(page+"/grant", "role", "district", "programme", xianan), page)
	b.want(b.sec.get(page), 200, "已经给了角色", "区总工会审核")
	gs, err := b.office.Grants(b.ctx, m.id)
	b.must(err)
	own, err := b.office.Grants(b.ctx, b.sec.id)
	b.must(err)
	b.want(b.sec.post(page+"/end-grant", "grant", own[0].ID), 404) // somebody else's
	b.leads(b.sec.post(page+"/end-grant", "grant", gs[1].ID), page)
	b.want(b.sec.get(page), 200, "以前的角色（1）")
	b.want(b.sec.post(page+"/end-grant", "grant", gs[1].ID), 422, "已经收回")

	b.leads(b.sec.post(page+"/disable"), page)
	b.leads(m.get("/desk/grants"), "/desk/sign-in?next=%2Fdesk%2Fgrants") // at the next request
	b.want(b.sec.get(page), 200, "已停用")
	b.want(b.sec.post(page+"/enable"), 422, "重新发邀请链接")
	p := b.want(b.sec.post(page+"/reinvite"), 200, "只显示这一次")
	back := b.accepted(inviteLink.FindStringSubmatch(p.body)[1]).in()
	b.want(back.get("/desk/grants"), 200)
	if back.id != m.id {
		t.Error("another account came back")
	}
	for _, path := range []string{"/desk/accounts/no-such", "/desk/accounts/" + m.id + "x"} {
		b.want(b.sec.get(path), 404)
	}
}

func TestAccount_TheLastAdministratorStays(t *testing.T) {
	b := newBureau(t)
	b.sec.in()
	page := "/desk/accounts/" + b.sec.id
	p := b.want(b.sec.get(page), 200, "这是您自己的账号")
	if p.has("/disable") || p.has("/end-grant") {
		t.Error("he is offered to shut himself out")
	}
	gs, err := b.office.Grants(b.ctx, b.sec.id)
	b.must(err)
	b.want(b.sec.post(page+"/disable"), 422, "不能改自己的账号")
	b.want(b.sec.post(page+"/end-grant", "grant", gs[0].ID), 422, "不能改自己的账号")
	b.want(b.sec.post(page+"/grant", "role", "lead", "programme", xianan), 422)
	b.want(b.sec.post(page+"/reinvite"), 422, "不能改自己的账号")
	b.want(b.sec.get("/desk/accounts"), 200)

	// Two may shut each other out only one after the other.
	other := b.hire("second", scheme.RoleSecAdmin).in()
	b.leads(other.post(page+"/disable"), page)
	b.want(b.sec.post("/desk/accounts/"+other.id+"/disable"), 403, "重新登录")
}

func TestOfficers_ByKeyAndByName(t *testing.T) {
	b := newBureau(t)
	b.sec.in()
	form := func(pairs ...string) page { t.Helper(); return b.sec.post("/desk/accounts/officers/new", pairs...) }
	b.want(b.sec.get("/desk/accounts/officers/new"), 200, "咸安区永安街道总工会", "单位工会、村（社区）工会")
	for _, c := range []struct{ union, name, phone, sentence string }{
		{"", "", "13800000031", "请选择他所在的工会"},
		{"nowhere", "", "13800000031", "请选择他所在的工会"},
		{"own", "", "13800000031", "请填写工会的名称"},
		{"own", "工会", "13800000031", "工会的全称"},
		{"own", "永固机械厂", "13800000031", "名称里要有“工会”"},
		{"own", strings.Repeat("长", 120) + "工会", "13800000031", "最多100个字"},
		{"yongan", "", "1380000", "手机号要填11位"},
		{"yongan", "", "", "请填写您的手机号"},
	} {
		p := b.want(form("name", "周玉兰", "phone", c.phone, "programme", xianan, "union", c.union, "union_name", c.name), 422, c.sentence, "周玉兰")
		if c.phone != "" && !p.has(`value="`+c.phone+`"`) {
			t.Error("the phone is lost")
		}
	}
	b.want(form("name", "周", "phone", "13800000031", "programme", xianan, "union", "yongan"), 422, "请填写姓名")
	b.leads(form("name", "周玉兰", "phone", "13800000031", "programme", xianan, "union", "own", "union_name", "永固机械厂工会委员会"), "/desk/accounts/officers")
	if m := b.out[len(b.out)-1]; m.Template != "officer_invite" || m.Phone != "13800000031" {
		t.Errorf("told by %+v", m)
	}
	b.want(form("name", "另一人", "phone", "13800000031", "programme", xianan, "union", "yongan"), 422, "已经登记")
	b.leads(form("name", "王长青", "phone", "13800000032", "programme", xianan, "union", "own", "union_name", "永安街道工会"), "/desk/accounts/officers")
	list := b.want(b.sec.get("/desk/accounts/officers"), 200, "永固机械厂工会", "咸安区永安街道总工会", "138****0031", "登记")
	if list.has("13800000031") {
		t.Error("the list shows a whole number")
	}
	rows, err := b.db.StaffPage(b.ctx, true, "", 10)
	b.must(err)
	if len(rows) != 2 || rows[0].Org != "own:永固机械厂工会" || rows[1].Org != "yongan" {
		t.Fatalf("%+v", rows)
	}
	// A second way to write the same seal, and the account shut and opened again.
	page := "/desk/accounts/" + rows[0].ID
	b.want(b.sec.post(page+"/grant", "programme", xianan, "union", "own", "union_name", ""), 422, "请填写工会的名称")
	b.leads(b.sec.post(page+"/grant", "programme", xianan, "union", "own", "union_name", "咸安区永固机械厂工会"), page)
	b.want(b.sec.get("/desk/accounts/officers"), 200, "咸安区永固机械厂工会")
	b.leads(b.sec.post(page+"/disable"), page)
	b.want(b.sec.post(page+"/reinvite"), 422, "不需要链接")
	b.leads(b.sec.post(page+"/enable"), page)
	b.want(b.sec.get(page), 200, "在用", "138****0031")
}

// A number is registered or changed with a reason, by another administrator and
// with a fresh second factor; what was typed is kept.
func TestAccount_SetPhone(t *testing.T) {
	b := openBureau(t)
	b.sec.in()
	clerk := b.hire("clerk", scheme.RoleCentre)
	page := "/desk/accounts/" + clerk.id
	p := b.want(b.sec.get(page), 200, "还没有登记", "登记手机号")
	b.want(b.sec.post(page+"/phone", "phone", "", "reason", "本人来登记"), 422, "请填写", "本人来登记")
	b.want(b.sec.post(page+"/phone", "phone", "1390000", "reason", "本人来登记"), 422, "11位", `value="1390000"`)
	b.want(b.sec.post(page+"/phone", "phone", "13900000011", "reason", ""), 422, "请写明为什么", `value="13900000011"`)
	b.leads(b.sec.post(page+"/phone", "phone", "13900000011", "reason", "本人来登记"), page)
	p = b.want(b.sec.get(page), 200, "手机号已经登记", "139****0011", "更换手机号")
	if p.has("13900000011") {
		t.Error("the page shows the whole number")
	}
	b.want(b.sec.post(page+"/phone", "phone", "13900000011", "reason", "再登记一次"), 422, "没有变")
	b.leads(b.sec.post(page+"/phone", "phone", "13900000012", "reason", "本人换了号码"), page)
	b.want(b.sec.get(page), 200, "已发短信告诉旧号码", "139****0012")
	if m := b.out[len(b.out)-1]; m.Phone != "13900000011" || m.Template != "phone_changed" {
		t.Errorf("told by %+v", m)
	}
	own := "/desk/accounts/" + b.sec.id
	if b.want(b.sec.get(own), 200).has("/phone") {
		t.Error("he is offered to change his own number")
	}
	b.want(b.sec.post(own+"/phone", "phone", "13900000013", "reason", "我换了号码"), 422, "不能改自己的账号")

	o := b.officerIn("周玉兰", "13800000021", "yongan")
	page = "/desk/accounts/" + o.id
	b.want(b.sec.post(page+"/phone", "phone", "13900000012", "reason", "本人换了号码"), 422, "已经登记在另一个账号上")
	b.leads(b.sec.post(page+"/phone", "phone", "13800000022", "reason", "本人换了号码"), page)
	b.leads(o.get("/a"), "/a/sign-in?next=%2Fa") // the old number's session
	o.phoneIn("13800000022")
	b.want(o.get("/a"), 200)

	// The audit administrator reads why; a number stands nowhere in full.
	audit := b.hire("audit", scheme.RoleAuditAdmin).in()
	p = b.want(audit.get("/desk/trail?event=set_phone"), 200, "登记或更换账号的手机号", "理由：本人换了号码", "139****0011")
	if p.has("13900000011") || p.has("13800000022") {
		t.Error("the trail shows a whole number")
	}
	b.pass(20 * time.Minute)
	b.leads(b.sec.do("POST", page+"/phone", url.Values{"phone": {"13800000023"}}, "Referer", siteURL+page), "/desk/prove?next="+url.QueryEscape(page))
}

func TestAccounts_PagesByKey(t *testing.T) {
	b := newBureau(t)
	b.sec.in()
	by := scheme.Actor{ID: b.sec.id, Role: scheme.RoleSecAdmin}
	for i := range 120 {
		name := "同名" // many of one name: the key decides
		if i%3 == 0 {
			name = fmt.Sprintf("测试%03d", i)
		}
		_, err := b.office.Invite(b.ctx, by, name, fmt.Sprintf("login%03d", i), "", "centre", []office.Grant{{Role: scheme.RoleCentre, Programme: xianan, Org: "centre"}})
		b.must(err)
	}
	later := regexp.MustCompile(`href="(/desk/accounts\?after=[^"]+)"`)
	seen := map[string]int{}
	next := "/desk/accounts"
	pages := 0
	for next != "" {
		p := b.want(b.sec.get(next), 200)
		for _, m := range regexp.MustCompile(`login\d{3}`).FindAllString(p.body, -1) {
			seen[m]++
		}
		next = ""
		if m := later.FindStringSubmatch(p.body); m != nil {
			next = m[1]
		}
		pages++
	}
	if pages != 3 || len(seen) != 120 {
		t.Fatalf("%d pages, %d accounts", pages, len(seen))
	}
	for l, n := range seen {
		if n != 1 {
			t.Errorf("%s stands %d times", l, n)
		}
	}
}
