package apply_test

import (
	"errors"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// Numbers of a block that is not given to the public.
const (
	anna  = "13800000001"
	berta = "13800000002"
)

func TestSignIn_TwoStepsWithoutAScript(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	b.get("/my/p/name").leads("/sign-in?next=%2Fmy%2Fp%2Fname")
	p := b.get("/sign-in?next=/my/check").is(200).says("用手机号登录", "登录后直接到您要看的页面", "24小时内最多要5次")
	p.holds(`name="next" value="/my/check"`)
	p = b.post("/sign-in/code", "phone", "+86 138-0000-0001", "next", "/my/check").is(200)
	p.says("短信已经发出", "10分钟内有效", "最多试5次").holds(`value="+86 138-0000-0001"`, `name="next" value="/my/check"`)
	if len(b.cookies) != 0 {
		t.Fatal("asking for a code makes a session")
	}
	b.post("/sign-in", "phone", anna, "code", "", "next", "/my/check").is(422).says("请填写短信里的6位数字")
	b.post("/sign-in", "phone", anna, "code", wrong(s.code()), "next", "/my/check").is(422).says("验证码不对").holds(`value="` + anna + `"`)
	b.post("/sign-in", "phone", anna, "code", s.code(), "next", "/my/check").leads("/my/check")
	b.get("/sign-in?next=/my/check").leads("/my/check")
	if s.log.Len() == 0 || strings.Contains(s.log.String(), "1380000") {
		t.Error("the log names a phone")
	}
	b.post("/sign-out").leads("/")
	b.get("/my").leads("/sign-in?next=%2Fmy")
}

func wrong(code string) string {
	if code[0] == '9' {
		return "0" + code[1:]
	}
	return string(code[0]+1) + code[1:]
}

func TestSignIn_SaysWhatIsWrong(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	for _, c := range []struct{ phone, says string }{
		{"", "请填写您的手机号"}, {"1380000", "您填了7位"}, {"0715-8888888", "手机号"}, {"２８０００００００００", "13到19开头"},
	} {
		b.post("/sign-in/code", "phone", c.phone).is(422).says(c.says).holds("错误：")
	}
	b.post("/sign-in", "phone", "12", "code", "123456").is(422).says("您填了2位", "获取验证码")
	s.bad = errors.New("down")
	b.post("/sign-in/code", "phone", anna).is(503).says("短信现在发不出去").holds(`value="` + anna + `"`)
	s.bad = nil
	for range 5 {
		b.post("/sign-in/code", "phone", anna).is(200)
		s.machine.pass(time.Minute)
	}
	b.post("/sign-in/code", "phone", anna).is(429).says("24小时内已要了5次", "请明天再试")
	// At the second step the code that came is still good.
	b.post("/sign-in/code", "phone", anna, "code", "").is(429).says("已要了5次", "登录")
	b.post("/sign-in", "phone", anna, "code", s.code()).leads("/my")
}

func TestSignIn_NextNeverLeadsAway(t *testing.T) {
	s := newSite(t)
	for _, next := range []string{"https://evil.example/", "//evil.example", `/\evil.example`, "javascript:alert(1)"} {
		b := s.browser()
		b.get("/sign-in?next="+url.QueryEscape(next)).hides("evil", "javascript:alert")
		s.machine.pass(24 * time.Hour)
		b.post("/sign-in/code", "phone", anna, "next", next).hides("evil", "javascript:alert")
		b.post("/sign-in", "phone", anna, "code", s.code(), "next", next).leads("/my")
	}
}

func TestSignIn_FromAnotherSiteIsRefused(t *testing.T) {
	s := newSite(t)
	b := s.begun(anna)
	for _, headers := range [][]string{{"Origin", "https://evil.example"}, {"Sec-Fetch-Site", "cross-site"}} {
		r := httptest.NewRequest("POST", home+"/my/p/employer", strings.NewReader("employer=evil"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		b.send(r, headers...).is(403).says("提交不是从本平台的页面发出的")
	}
	if _, app := s.draft(anna); app.Answers.Employer != "" {
		t.Error("another site has written")
	}
}

func TestDevice_ANewOneAsksForTheLastSix(t *testing.T) {
	s := newSite(t)
	one := s.person(1)
	own := s.begun(anna)
	if own.cookies["ym-device"] == "" {
		t.Fatal("the device of a worker without a number is not kept")
	}
	own.post("/my/p/id", "id_kind", "resident", "id", one.ID).is(303)
	own.post("/sign-out")
	own.enter(anna).leads("/my") // the number was typed on this device

	b := s.browser()
	b.enter(anna).leads("/my/identity")
	for _, path := range []string{"/my", "/my/p/name", "/my/check", "/my/pick", "/my/discard"} {
		b.get(path).leads("/my/identity")
	}
	b.post("/my/p/name", "name", "别人").leads("/my/identity")
	p := b.get("/my/identity?next=/my/check").is(200).says("最后6位", "手机号会换人用")
	p.hides(one.ID[12:], one.Name)
	last := one.ID[12:]
	bad := "000000"
	b.post("/my/identity", "last6", "12").is(422).says("请填写证件号的最后6位")
	b.post("/my/identity", "last6", bad, "next", "/my/check").is(422).says("还可以试4次").holds(`value="/my/check"`)
	p = b.post("/my/identity", "last6", strings.ToLower(last), "next", "/my/check").leads("/my/check")
	k := p.Result().Cookies()
	kept := false
	for _, c := range k {
		kept = kept || c.Name == "ym-device" && c.HttpOnly && c.Secure && c.MaxAge == 400*24*3600
	}
	if !kept {
		t.Errorf("device cookie %v", k)
	}
	b.get("/my/check").is(200)
	b.get("/my/identity").leads("/my")
	b.post("/sign-out")
	b.enter(anna).leads("/my")

	// Five wrong tries, and nothing more for a day.
	c := s.browser()
	c.enter(anna)
	for range 4 {
		c.post("/my/identity", "last6", bad).is(422)
	}
	c.post("/my/identity", "last6", last).is(429).says("24小时内输错了5次", "工作人员帮您核对")
	c.get("/my").leads("/my/identity")
}

func TestDevice_TheTokenOfAnotherIsWorthless(t *testing.T) {
	s := newSite(t)
	a, b := s.begun(anna), s.begun(berta)
	a.post("/my/p/id", "id_kind", "resident", "id", s.person(1).ID).is(303)
	thief := s.browser()
	thief.cookies["ym-device"] = b.cookies["ym-device"]
	thief.enter(anna).leads("/my/identity")
}

func TestSession_AnEndedOneLeadsBackToThePage(t *testing.T) {
	s := newSite(t)
	b := s.begun(anna)
	b.post("/my/p/employer", "employer", "永固机械厂").is(303)
	s.machine.to(time.Now().AddDate(0, 0, 31)) // sessions live 30 days
	r := httptest.NewRequest("POST", home+"/my/p/post", strings.NewReader("post=abc"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	p := b.send(r, "Origin", home, "Referer", home+"/my/p/post").is(403)
	p.says("您需要重新登录", "会回到刚才那一页").holds("/sign-in?next=%2Fmy%2Fp%2Fpost")
	if _, app := s.draft(anna); app.Answers.Post != "" || app.Answers.Employer != "永固机械厂" {
		t.Errorf("draft %+v", app.Answers)
	}
	b.get("/my/p/post").leads("/sign-in?next=%2Fmy%2Fp%2Fpost")
}
