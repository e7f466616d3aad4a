package office_test

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"yuanmeng/internal/gb"
	"yuanmeng/internal/office"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

const password = "梧桐树下 seven 把椅子"

// person is an account with its authenticator.
type person struct {
	scheme.Actor
	login, secret string
}

func (b *box) totp(p person) string {
	b.t.Helper()
	code, err := totp.GenerateCode(p.secret, b.now())
	if err != nil {
		b.t.Fatal(err)
	}
	return code
}

// accept goes through a link: password, authenticator, first code.
func (b *box) accept(token string, role scheme.Role) person {
	b.t.Helper()
	e, err := b.Accept(b.ctx, token, password)
	if err != nil {
		b.t.Fatal(err)
	}
	p := person{login: e.Login, secret: e.Secret}
	if p.ID, err = b.AcceptTOTP(b.ctx, token, b.totp(p)); err != nil {
		b.t.Fatal(err)
	}
	p.Role = role
	b.pass(30 * time.Second) // the code of this step is used
	return p
}

// first is the first security administrator.
func (b *box) first() person {
	b.t.Helper()
	token, created, err := b.Bootstrap(b.ctx)
	if err != nil || !created {
		b.t.Fatal(created, err)
	}
	return b.accept(token, scheme.RoleSecAdmin)
}

func (b *box) invite(by person, login string, gs ...office.Grant) person {
	b.t.Helper()
	token, err := b.Invite(b.ctx, by.Actor, "测试员"+login, login, "", "centre", gs)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.accept(token, gs[0].Role)
}

var centre = office.Grant{Role: scheme.RoleCentre, Programme: "p", Org: "centre"}

func (b *box) signIn(p person, pass, client string) error {
	_, err := b.StaffSignIn(b.ctx, p.login, pass, b.totp(p), client)
	return err
}

func TestBootstrap_OnlyWhileNobodyIsThere(t *testing.T) {
	b := open(t)
	lost, created, err := b.Bootstrap(b.ctx)
	if err != nil || !created {
		t.Fatal(created, err)
	}
	token, created, err := b.Bootstrap(b.ctx)
	if err != nil || !created {
		t.Fatal("a lost link cannot be replaced", created, err)
	}
	_, err = b.Accept(b.ctx, lost, password)
	says(t, err, "dead_link", "安全管理员")
	p := b.accept(token, scheme.RoleSecAdmin)
	if _, created, err = b.Bootstrap(b.ctx); err != nil || created {
		t.Fatal("a second first administrator", err)
	}
	gs, err := b.Grants(b.ctx, p.ID)
	if err != nil || len(gs) != 1 || gs[0].Role != scheme.RoleSecAdmin || gs[0].Duty != "admin" {
		t.Fatalf("grants %+v %v", gs, err)
	}
}

func TestAccept_PasswordsAndLinks(t *testing.T) {
	b := open(t)
	sec := b.first()
	token, err := b.Invite(b.ctx, sec.Actor, "测试员", "Clerk-1", "", "centre", []office.Grant{centre})
	if err != nil {
		t.Fatal(err)
	}
	if s, err := b.Invited(b.ctx, token); err != nil || s.Login != "clerk-1" {
		t.Fatal(s.Login, err)
	}
	for _, c := range []struct{ password, code, part string }{
		{"短短短短短短短短短", "password_short", "至少10位"},
		{strings.Repeat("长密码", 100), "password_long", "最多200位"},
		{"my CLERK-1 password", "password_login", "登录名"},
		{"aaaaaaaaaaaa", "password_same", "同一个字符"},
	} {
		_, err := b.Accept(b.ctx, token, c.password)
		says(t, err, c.code, c.part)
	}
	_, err = b.AcceptTOTP(b.ctx, token, "000000")
	says(t, err, "no_password_yet", "先设密码")
	e, err := b.Accept(b.ctx, token, password)
	if err != nil {
		t.Fatal(err)
	}
	p := person{login: e.Login, secret: e.Secret}
	says(t, b.signIn(p, password, "c"), "sign_in_wrong", "核对") // not open before its second factor
	_, err = b.AcceptTOTP(b.ctx, token, wrong(b.totp(p)))
	says(t, err, "totp_wrong", "手机时间")
	if p.ID, err = b.AcceptTOTP(b.ctx, token, b.totp(p)); err != nil {
		t.Fatal(err)
	}
	_, err = b.AcceptTOTP(b.ctx, token, b.totp(p))
	says(t, err, "dead_link", "用过")
	_, err = b.Accept(b.ctx, token, password)
	says(t, err, "dead_link", "用过")

	late, err := b.Invite(b.ctx, sec.Actor, "测试员", "late", "", "centre", []office.Grant{centre})
	if err != nil {
		t.Fatal(err)
	}
	b.pass(72 * time.Hour)
	_, err = b.Accept(b.ctx, late, password)
	says(t, err, "dead_link", "过期")
	_, err = b.Accept(b.ctx, "no such token", password)
	says(t, err, "dead_link", "过期")
}

func TestInvite_Refusals(t *testing.T) {
	b := open(t)
	sec := b.first()
	clerk := b.invite(sec, "clerk", centre)
	past := b.at.Add(-time.Hour)
	for name, c := range map[string]struct {
		by                scheme.Actor
		name, login       string
		grants            []office.Grant
		code, saysSoFarAs string
	}{
		"a clerk invites":         {clerk.Actor, "测试员", "x-1", []office.Grant{centre}, "not_secadmin", "只有安全管理员"},
		"a clerk claims the role": {scheme.Actor{ID: clerk.ID, Role: scheme.RoleSecAdmin}, "测试员", "x-1", []office.Grant{centre}, "not_secadmin", "只有安全管理员"},
		"nobody":                  {scheme.Actor{}, "测试员", "x-1", []office.Grant{centre}, "self", "自己"},
		"no name":                 {sec.Actor, " ", "x-1", []office.Grant{centre}, "name_length", "2到50"},
		"a login of signs":        {sec.Actor, "测试员", "张三", []office.Grant{centre}, "login_form", "小写字母"},
		"a login twice":           {sec.Actor, "测试员", "CLERK", []office.Grant{centre}, "login_taken", "换一个"},
		"no role":                 {sec.Actor, "测试员", "x-1", nil, "no_role", "角色"},
		"an unknown role":         {sec.Actor, "测试员", "x-1", []office.Grant{{Role: "king", Programme: "p"}}, "role", "没有这个角色"},
		"the clock's role":        {sec.Actor, "测试员", "x-1", []office.Grant{{Role: scheme.RoleSystem, Programme: "p"}}, "role", "没有这个角色"},
		"a role without a place":  {sec.Actor, "测试员", "x-1", []office.Grant{{Role: scheme.RoleCentre}}, "no_programme", "选择项目"},
		"an administrator in one": {sec.Actor, "测试员", "x-1", []office.Grant{{Role: scheme.RoleSysAdmin, Programme: "p"}}, "admin_scope", "不属于某个项目"},
		"two duties":              {sec.Actor, "测试员", "x-1", []office.Grant{{Role: scheme.RoleSysAdmin}, {Role: scheme.RoleAuditAdmin}}, "one_duty", "三个人"},
		"a duty and cases":        {sec.Actor, "测试员", "x-1", []office.Grant{{Role: scheme.RoleSysAdmin}, centre}, "admin_cases", "管理员不能办理申请"},
		"the same twice":          {sec.Actor, "测试员", "x-1", []office.Grant{centre, centre}, "twice", "已经有了"},
		"an officer by password":  {sec.Actor, "测试员", "x-1", []office.Grant{{Role: scheme.RoleLocal, Programme: "p", Org: "u"}}, "needs_phone", "手机号登记"},
		"a term that is over":     {sec.Actor, "测试员", "x-1", []office.Grant{{Role: scheme.RoleCentre, Programme: "p", Until: &past}}, "until_past", "到期"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := b.Invite(b.ctx, c.by, c.name, c.login, "", "centre", c.grants)
			says(t, err, c.code, c.saysSoFarAs)
			if _, err := b.DB.StaffByLogin(b.ctx, "x-1"); !store.IsNone(err) {
				t.Error("half an account stayed")
			}
		})
	}
}

func TestGrant_NobodyGivesHimself(t *testing.T) {
	b := open(t)
	sec := b.first()
	clerk := b.invite(sec, "clerk", centre)
	lead := office.Grant{Role: scheme.RoleLead, Programme: "p", Org: "district"}
	says(t, b.Grant(b.ctx, sec.Actor, sec.ID, lead), "self", "自己")
	says(t, b.Grant(b.ctx, clerk.Actor, sec.ID, lead), "not_secadmin", "安全管理员")
	says(t, b.Disable(b.ctx, sec.Actor, sec.ID), "self", "自己")
	says(t, b.Grant(b.ctx, sec.Actor, "nobody", lead), "no_staff", "没有这个账号")
	if err := b.Grant(b.ctx, sec.Actor, clerk.ID, lead); err != nil {
		t.Fatal(err)
	}
	gs, err := b.Grants(b.ctx, clerk.ID)
	if err != nil || len(gs) != 2 {
		t.Fatal(gs, err)
	}
	for _, g := range gs {
		if err := b.EndGrant(b.ctx, sec.Actor, g.ID); err != nil {
			t.Fatal(err)
		}
	}
	says(t, b.EndGrant(b.ctx, sec.Actor, gs[0].ID), "no_grant", "收回")
	if gs, err = b.Grants(b.ctx, clerk.ID); err != nil || len(gs) != 0 {
		t.Fatal(gs, err)
	}
	// One duty after the other: not without a pause.
	if err := b.Grant(b.ctx, sec.Actor, clerk.ID, office.Grant{Role: scheme.RoleSysAdmin}); err != nil {
		t.Fatal(err)
	}
	gs, _ = b.Grants(b.ctx, clerk.ID)
	if err := b.EndGrant(b.ctx, sec.Actor, gs[0].ID); err != nil {
		t.Fatal(err)
	}
	audit := office.Grant{Role: scheme.RoleAuditAdmin}
	says(t, b.Grant(b.ctx, sec.Actor, clerk.ID, audit), "cool_off", "30天")
	b.pass(31 * 24 * time.Hour)
	if err := b.Grant(b.ctx, sec.Actor, clerk.ID, audit); err != nil {
		t.Fatal(err)
	}
}

func TestStaffSignIn_OneAnswerForEverythingWrong(t *testing.T) {
	b := open(t)
	sec := b.first()
	clerk := b.invite(sec, "clerk", centre)
	id, err := b.StaffSignIn(b.ctx, " ＣＬＥＲＫ ", password, b.totp(clerk), "desk")
	if err != nil || id != clerk.ID {
		t.Fatal(id, err)
	}
	replay := b.totp(clerk)
	_, err = b.StaffSignIn(b.ctx, "clerk", password, replay, "desk")
	says(t, err, "sign_in_wrong", "核对")
	b.pass(30 * time.Second)
	ghost := person{login: "ghost", secret: clerk.secret}
	for name, err := range map[string]error{
		"password": b.signIn(clerk, password+"!", "a"),
		"login":    b.signIn(ghost, password, "b"),
		"factor": func() error {
			_, err := b.StaffSignIn(b.ctx, "clerk", password, wrong(b.totp(clerk)), "d")
			return err
		}(),
		"empty": func() error {
			_, err := b.StaffSignIn(b.ctx, "", "", "", "e")
			return err
		}(),
	} {
		t.Run(name, func(t *testing.T) { says(t, err, "sign_in_wrong", "登录名、密码或动态码不对") })
	}
	if err := b.Disable(b.ctx, sec.Actor, clerk.ID); err != nil {
		t.Fatal(err)
	}
	says(t, b.signIn(clerk, password, "desk"), "sign_in_wrong", "核对")
	if gs, err := b.Grants(b.ctx, clerk.ID); err != nil || len(gs) != 0 {
		t.Fatal("a disabled account has rights", gs, err)
	}
}

func TestStaffSignIn_LocksThePairAndNotTheOwner(t *testing.T) {
	b := open(t)
	clerk := b.invite(b.first(), "clerk", centre)
	for range 5 {
		says(t, b.signIn(clerk, "guess guess guess", "attacker"), "sign_in_wrong", "核对")
	}
	for _, minutes := range []int{1, 2, 4, 8, 15} {
		says(t, b.signIn(clerk, password, "attacker"), "locked", "以后再试") // even if right
		b.pass(time.Duration(minutes)*time.Minute - time.Second)
		says(t, b.signIn(clerk, password, "attacker"), "locked", "以后再试")
		b.pass(time.Second)
		says(t, b.signIn(clerk, "guess guess guess", "attacker"), "sign_in_wrong", "核对")
		if err := b.signIn(clerk, password, "owner's desk"); err != nil {
			t.Fatalf("the owner is locked out: %v", err)
		}
	}
	b.pass(15 * time.Minute)
	if err := b.signIn(clerk, password, "attacker"); err != nil {
		t.Fatalf("locked for longer than a quarter of an hour: %v", err)
	}
}

func TestStaffSignIn_ManyAddressesDoNotLockTheKnownOne(t *testing.T) {
	b := open(t)
	clerk := b.invite(b.first(), "clerk", centre)
	if err := b.signIn(clerk, password, "desk"); err != nil {
		t.Fatal(err)
	}
	b.pass(time.Minute)
	n := 0
	for i := range 40 {
		if office.RefusedCode(b.signIn(clerk, "guess guess guess", "bot"+string(rune('a'+i)))) == "sign_in_wrong" {
			n++
		}
	}
	if n != 20 {
		t.Fatalf("%d guesses from many addresses, want 20", n)
	}
	says(t, b.signIn(clerk, password, "elsewhere"), "locked", "以后再试")
	if err := b.signIn(clerk, password, "desk"); err != nil {
		t.Fatalf("the owner is locked out at his own desk: %v", err)
	}
	// A login that does not exist behaves alike.
	ghost := person{login: "ghost", secret: clerk.secret}
	n = 0
	for i := range 40 {
		if office.RefusedCode(b.signIn(ghost, "guess guess guess", "bat"+string(rune('a'+i)))) == "sign_in_wrong" {
			n++
		}
	}
	if n != 20 {
		t.Fatalf("%d guesses at nobody, want 20", n)
	}
}

func TestStaffSignIn_OneAddressDoesNotWalkThroughTheLogins(t *testing.T) {
	b := open(t)
	clerk := b.invite(b.first(), "clerk", centre)
	for i := range 30 {
		says(t, b.signIn(person{login: "login" + string(rune('a'+i)), secret: clerk.secret}, "guess guess guess", "bot"), "sign_in_wrong", "核对")
	}
	says(t, b.signIn(person{login: "another", secret: clerk.secret}, "guess guess guess", "bot"), "locked", "以后再试")
}

func TestStaffSignIn_ParallelGuessesShareNoTry(t *testing.T) {
	b := open(t)
	clerk := b.invite(b.first(), "clerk", centre)
	var wg sync.WaitGroup
	var mu sync.Mutex
	got := map[string]int{}
	for range 12 {
		wg.Go(func() {
			_, err := b.StaffSignIn(b.ctx, "clerk", "guess guess guess", "000000", "bot")
			mu.Lock()
			got[office.RefusedCode(err)]++
			mu.Unlock()
		})
	}
	wg.Wait()
	if got["sign_in_wrong"] != 5 || got["locked"] != 7 {
		t.Fatalf("answers %v, want 5 tries", got)
	}
	// And one code opens one session.
	b.pass(time.Hour)
	code, in := b.totp(clerk), 0
	for range 4 {
		wg.Go(func() {
			if _, err := b.StaffSignIn(b.ctx, "clerk", password, code, "desk"); err == nil {
				mu.Lock()
				in++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if in != 1 {
		t.Fatalf("one code let %d in", in)
	}
}

func TestFreshFactor(t *testing.T) {
	b := open(t)
	clerk := b.invite(b.first(), "clerk", centre)
	code := b.totp(clerk)
	if err := b.FreshFactor(b.ctx, clerk.ID, code); err != nil {
		t.Fatal(err)
	}
	says(t, b.FreshFactor(b.ctx, clerk.ID, code), "totp_wrong", "动态码不对")
	for range 4 {
		says(t, b.FreshFactor(b.ctx, clerk.ID, "000000"), "totp_wrong", "动态码不对")
	}
	b.pass(time.Minute)
	says(t, b.FreshFactor(b.ctx, clerk.ID, b.totp(clerk)), "locked", "以后再试")
	b.pass(15 * time.Minute)
	if err := b.FreshFactor(b.ctx, clerk.ID, b.totp(clerk)); err != nil {
		t.Fatal(err)
	}
}

func TestDisable_EndsTheSessionsAtOnce(t *testing.T) {
	b := open(t)
	sec := b.first()
	clerk := b.invite(sec, "clerk", centre)
	if err := b.DB.Write(b.ctx, b.at, func(tx *store.Tx) error {
		return tx.PutSession(b.ctx, &store.Session{TokenHash: "h", Body: []byte{1}, AccountID: clerk.ID, ExpiresAt: b.at.Add(time.Hour)})
	}); err != nil {
		t.Fatal(err)
	}
	before, _ := b.DB.Staff(b.ctx, clerk.ID)
	if err := b.Disable(b.ctx, sec.Actor, clerk.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := b.DB.Session(b.ctx, "h", b.at); !store.IsNone(err) {
		t.Fatal("the session lives", err)
	}
	after, _ := b.DB.Staff(b.ctx, clerk.ID)
	if after.Epoch != before.Epoch+1 || after.State != "disabled" {
		t.Fatalf("%+v", after)
	}
	says(t, b.Grant(b.ctx, sec.Actor, clerk.ID, office.Grant{Role: scheme.RoleLead, Programme: "p"}), "disabled", "停用")
	says(t, b.FreshFactor(b.ctx, clerk.ID, b.totp(clerk)), "no_factor", "动态码")
	// He comes back by a new link only.
	token, err := b.Reinvite(b.ctx, sec.Actor, clerk.ID)
	if err != nil {
		t.Fatal(err)
	}
	back := b.accept(token, scheme.RoleCentre)
	if err := b.signIn(back, password, "desk"); err != nil {
		t.Fatal(err)
	}
}

func TestInvite_PhoneIsSealedAndOpensNothing(t *testing.T) {
	b := open(t)
	sec := b.first()
	token, err := b.Invite(b.ctx, sec.Actor, "测试员", "clerk", " 138 0000 0077 ", "centre", []office.Grant{centre})
	if err != nil {
		t.Fatal(err)
	}
	p := b.accept(token, scheme.RoleCentre)
	s, err := b.DB.Staff(b.ctx, p.ID)
	if err != nil || s.PhoneIndex == "" || bytes.Contains(s.PhoneSealed, []byte("13800000077")) || b.MaskedPhone(s) != gb.MaskMobile("13800000077") {
		t.Fatal("the phone is not kept, or not sealed", err)
	}
	_, err = b.Invite(b.ctx, sec.Actor, "测试员", "other", "1380000007", "centre", []office.Grant{centre})
	if code := office.RefusedCode(err); !strings.HasPrefix(code, "mobile") && !strings.HasPrefix(code, "phone") {
		t.Error("a number too short:", err)
	}
	_, err = b.Invite(b.ctx, sec.Actor, "测试员", "other", "13800000077", "centre", []office.Grant{centre})
	says(t, err, "phone_taken", "另一个账号")
	_, _, err = b.InviteOfficer(b.ctx, sec.Actor, "测试员", "13800000077", "yongan", "p")
	says(t, err, "phone_taken", "另一个账号")

	// Password and second factor stay the only way in.
	if err := b.SendCode(b.ctx, "13800000077", office.ForOfficer, "c"); err != nil {
		t.Fatal(err)
	}
	_, err = b.OfficerSignIn(b.ctx, "13800000077", b.code())
	says(t, err, "not_officer", "没有登记")
}

func TestOfficerSignIn(t *testing.T) {
	b := open(t)
	sec := b.first()
	_, err := b.OfficerSignIn(b.ctx, phone, b.send(office.ForOfficer))
	says(t, err, "not_officer", "联系区总工会")
	id, _, err := b.InviteOfficer(b.ctx, sec.Actor, "测试员", phone, "yongan", "p")
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = b.InviteOfficer(b.ctx, sec.Actor, "测试员", phone, "yongan", "p")
	says(t, err, "phone_taken", "已经登记")
	_, _, err = b.InviteOfficer(b.ctx, sec.Actor, "测试员", "13800000009", "", "p")
	says(t, err, "no_union", "工会")
	b.pass(time.Minute)
	got, err := b.OfficerSignIn(b.ctx, phone, b.send(office.ForOfficer))
	if err != nil || got != id {
		t.Fatal(got, err)
	}
	if gs, err := b.Grants(b.ctx, id); err != nil || len(gs) != 1 || gs[0].Role != scheme.RoleLocal || gs[0].Org != "yongan" {
		t.Fatal(gs, err)
	}
	says(t, b.Grant(b.ctx, sec.Actor, id, centre), "needs_factor", "动态码")
	_, err = b.Reinvite(b.ctx, sec.Actor, id)
	says(t, err, "no_password", "验证码")
	if err := b.Disable(b.ctx, sec.Actor, id); err != nil {
		t.Fatal(err)
	}
	b.pass(time.Minute)
	_, err = b.OfficerSignIn(b.ctx, phone, b.send(office.ForOfficer))
	says(t, err, "not_officer", "没有登记")
}
