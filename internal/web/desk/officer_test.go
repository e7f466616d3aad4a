package desk_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

func ticks(more ...string) []string {
	return append([]string{"member", "yes", "frontline", "yes", "conduct", "yes"}, more...)
}

func TestScan_StrangersSeeNobody(t *testing.T) {
	b := openBureau(t)
	a := b.printed(1, nil)
	path := "/a/" + a.row.FormCode
	for name, br := range map[string]*browser{"nobody": b.browser(), "a clerk": b.hire("clerk", scheme.RoleCentre).in().browser} {
		p := b.want(br.get(path), 200, "这是助学推荐表上的码", "/a/sign-in?next=")
		if p.has(a.Name) || p.has(a.Employer) {
			t.Errorf("%s sees whom it is about", name)
		}
		if text(p.body) != text(strings.ReplaceAll(br.get("/a/WXYZ-WXYZ-WXYZ").body, "WXYZ-WXYZ-WXYZ", a.row.FormCode)) {
			t.Errorf("%s can tell a code that exists from one that does not", name)
		}
		b.want(br.post(path, ticks("say", "agree")...), 403)
	}
	if es := b.events("look"); len(es) != 0 {
		t.Error("looking at nothing is written down")
	}
}

func TestScan_TheOfficerSeesThreeThingsAndAgrees(t *testing.T) {
	b := openBureau(t)
	a := b.printed(1, nil)
	o := b.officerIn("周玉兰", "13800000021", a.row.UnionKey)
	path := "/a/" + a.row.FormCode
	p := b.want(o.get(path), 200, a.Name, a.Employer, "会员属实", "在岗（一线岗位）", "工作表现好、敬业精神强，同意推荐")
	major, _ := programme(t, true).Major(a.Major)
	if !p.has(major.Name) {
		t.Error("the major is missing")
	}
	for what, secret := range map[string]string{"identity number": a.ID, "card": a.Card, "phone": a.Phone, "post": a.Post, "last six": a.ID[12:], "last four": a.Card[15:], "case": a.row.ID} {
		if strings.Contains(text(p.body), secret) {
			t.Errorf("the page shows the %s", what)
		}
	}
	if es := b.events("look"); len(es) != 1 || es[0].CaseID != a.row.ID || es[0].Org != a.row.UnionKey || es[0].Role != "local" {
		t.Errorf("who looked is not written down: %+v", es)
	}
	p = b.want(o.post(path, "member", "yes", "say", "agree"), 422, "“在岗”还没有勾", "“表现好、同意推荐”还没有勾")
	if !strings.Contains(p.body, `name="member" value="yes" checked`) {
		t.Error("the tick is lost")
	}
	b.want(o.post(path, "say", "disagree"), 422, "请写明不同意的原因")
	p = b.want(o.post(path, "say", "disagree", "reason", strings.Repeat("长", 501)), 422, "500字以内")
	if !p.has("长长长") {
		t.Error("the reason is lost")
	}
	b.want(o.post(path, ticks()...), 400)
	if all, _ := b.db.Attestations(b.ctx, a.row.ID); len(all) != 0 {
		t.Fatal("a bad form wrote something")
	}
	b.leads(o.post(path, ticks("say", "agree")...), path)
	b.leads(o.post(path, ticks("say", "agree")...), path) // a double tap
	all, err := b.db.Attestations(b.ctx, a.row.ID)
	b.must(err)
	if len(all) != 1 || !all[0].Member || all[0].StaffName != "周玉兰" || all[0].UnionKey != a.row.UnionKey {
		t.Fatalf("%+v", all)
	}
	b.want(o.get(path), 200, "已记下：同意推荐", "您已经表示过意见", "纸上的章还要盖")
	b.pass(time.Minute)
	b.leads(o.post(path, "say", "disagree", "reason", "已经离职"), path)
	b.want(o.get(path), 200, "您已经表示过意见", "已经离职")
	b.want(o.get("/a"), 200, a.Name, a.Employer, "同意推荐", "不同意", "已经离职")
	// The code typed by hand, with all that people put between the letters.
	c := a.row.FormCode
	b.leads(o.get("/a?code="+c[:4]+"-"+c[4:8]+"+"+strings.ToLower(c[8:])), "/a/"+c[:4]+"-"+c[4:8]+"%20"+strings.ToLower(c[8:]))
	b.want(o.get("/a/"+c[:4]+"-"+c[4:8]+"%20"+strings.ToLower(c[8:])), 200, a.Name)
}

func TestScan_AbsentAndForeignAreOneAnswer(t *testing.T) {
	b := openBureau(t)
	p := programme(t, true)
	a := b.printed(1, nil)
	gone := b.printed(2, nil)
	b.must(b.work.Discard(b.ctx, gone.worker, gone.row.ID))
	other := ""
	for _, u := range p.Towns() {
		if u.Key != a.row.UnionKey {
			other = u.Key
			break
		}
	}
	o := b.officerIn("周玉兰", "13800000021", other)
	absent, foreign := o.get("/a/"+gone.row.FormCode), o.get("/a/"+a.row.FormCode)
	b.want(absent, 404, "没有找到这张推荐表")
	if absent.code != foreign.code || text(absent.body) != text(foreign.body) {
		t.Errorf("absent and foreign differ:\n%s\n%s", text(absent.body), text(foreign.body))
	}
	b.want(o.post("/a/"+a.row.FormCode, ticks("say", "agree")...), 404)
	invented := o.get("/a/ABCD-EFGH-JKLM")
	if invented.code != absent.code || text(invented.body) != text(absent.body) {
		t.Errorf("an invented code differs: %d %s", invented.code, text(invented.body))
	}
	b.want(invented, 404, "没有找到这张推荐表，或者不归您的工会。请核对编码")
	b.want(o.get("/a/ABCD-EFGH"), 422, "请看表上二维码旁边的编码", `value="ABCD-EFGH"`)
	if es := b.events("look"); len(es) != 0 {
		t.Error("he looked at somebody")
	}

	// The federation stands above every town.
	b.want(b.officerIn("王长青", "13800000022", "xianan").get("/a/"+a.row.FormCode), 200, a.Name)

	// The same union in another programme is not this one.
	next := *p
	next.ID = "xianan-2027"
	b.must(b.work.Load(b.ctx, &next, "folder-2"))
	id, _, err := b.office.InviteOfficer(b.ctx, scheme.Actor{ID: b.sec.id, Role: scheme.RoleSecAdmin}, "李建国", "13800000023", a.row.UnionKey, "xianan-2027")
	b.must(err)
	late := &member{browser: b.browser(), id: id}
	late.phoneIn("13800000023")
	b.want(late.get("/a/"+a.row.FormCode), 404, "没有找到这张推荐表")
}

func TestScan_OfficerOfAnEmployersOwnUnion(t *testing.T) {
	b := openBureau(t)
	a := b.printed(1, func(app *scheme.Application) {
		app.Answers.OwnUnion, app.Answers.OwnUnionName = scheme.UnionOwn, "咸安区永固机械厂 工会委员会"
	})
	village := b.printed(2, func(app *scheme.Application) { app.Answers.VillageUnion = "马桥镇四门楼村工会" })
	if a.row.UnionKey != scheme.UnionOwn {
		t.Fatal(a.row.UnionKey)
	}
	path := "/a/" + a.row.FormCode
	own := b.officerIn("周玉兰", "13800000021", scheme.OwnUnion("咸安区永固机械厂工会"))
	b.want(own.get(path), 200, a.Name)
	b.leads(own.post(path, ticks("say", "agree")...), path)
	b.want(own.get("/a"), 200, "您代表：", "咸安区永固机械厂工会", a.Name)
	b.want(own.get("/a/"+village.row.FormCode), 404)

	written := b.officerIn("王长青", "13800000022", scheme.OwnUnion("永固机械厂工会"))
	b.want(written.get(path), 404, "核对您登记的工会名称")
	// A second way to write it, and he finds it.
	b.must(b.office.Grant(b.ctx, scheme.Actor{ID: b.sec.id, Role: scheme.RoleSecAdmin}, written.id, grantOf("咸安区永固机械厂工会")))
	b.want(written.get(path), 200, a.Name)

	b.want(b.officerIn("李建国", "13800000023", a.Town).get(path), 404) // the town is not known to stand above it
	b.want(b.officerIn("张晓红", "13800000024", "xianan").get(path), 200, a.Name)
	b.want(b.officerIn("陈春梅", "13800000025", scheme.OwnUnion("马桥镇四门楼村工会")).get("/a/"+village.row.FormCode), 200, village.Name)
	typed, err := b.db.UnionsTyped(b.ctx, xianan, 10)
	b.must(err)
	if len(typed) != 0 {
		t.Error("names of unsubmitted drafts are listed", typed)
	}
}

func TestScan_NobodyAttestsHimself(t *testing.T) {
	b := openBureau(t)
	a := b.printed(1, nil)
	o := b.officerIn(a.Name, a.Phone, a.row.UnionKey)
	path := "/a/" + a.row.FormCode
	b.want(o.get(path), 403, "不能为自己推荐", "上级工会")
	b.want(o.post(path, ticks("say", "agree")...), 403, "不能为自己推荐")
	if all, _ := b.db.Attestations(b.ctx, a.row.ID); len(all) != 0 {
		t.Fatal("he has attested himself")
	}
	// By the number in the application too.
	c := b.printed(2, func(app *scheme.Application) { app.Sealed.Phone = "13911110001" })
	o = b.officerIn(c.Name, "13911110001", c.row.UnionKey)
	b.want(o.get("/a/"+c.row.FormCode), 403, "不能为自己推荐")
}

func TestScan_GuessingEnds(t *testing.T) {
	b := openBureau(t)
	a := b.printed(1, nil)
	o := b.officerIn("周玉兰", "13800000021", a.row.UnionKey)
	for range 30 { // right ones are not counted
		b.want(o.get("/a/"+a.row.FormCode), 200)
	}
	for range 20 {
		b.want(o.get("/a/ABCD-EFGH-JKLM"), 404)
	}
	b.want(o.get("/a/ABCD-EFGH-JKLM"), http.StatusTooManyRequests, "输错的编码太多了")
	b.want(o.get("/a/"+a.row.FormCode), http.StatusTooManyRequests)
	b.want(o.post("/a/"+a.row.FormCode, ticks("say", "agree")...), http.StatusTooManyRequests)
	other := b.officerIn("王长青", "13800000022", a.row.UnionKey)
	b.want(other.get("/a/"+a.row.FormCode), 200) // one account, not the union
	b.pass(61 * time.Minute)
	b.want(o.get("/a/"+a.row.FormCode), 200)
	if len(b.events("limit")) != 1 {
		t.Error("the limit is not written down once")
	}
}

func TestScan_WhatHasEndedIsNotAskedAgain(t *testing.T) {
	b := openBureau(t)
	a := b.printed(1, nil)
	o := b.officerIn("周玉兰", "13800000021", a.row.UnionKey)
	b.must(b.db.Write(b.ctx, b.now(), func(tx *store.Tx) error {
		c, err := tx.LockCase(b.ctx, a.row.ID)
		if err != nil {
			return err
		}
		no, version := int64(1), c.Version
		c.State, c.No = scheme.Withdrawn, &no
		c.Version++
		return tx.PutCase(b.ctx, &c, version)
	}))
	p := b.want(o.get("/a/"+a.row.FormCode), 200, "不用再确认")
	if p.has(`name="say"`) {
		t.Error("he is asked all the same")
	}
	b.want(o.post("/a/"+a.row.FormCode, ticks("say", "agree")...), 422, "不能“同意推荐”")
}

func TestOfficerSignIn_OneStepAfterTheOther(t *testing.T) {
	b := openBureau(t)
	a := b.printed(1, nil)
	by := scheme.Actor{ID: b.sec.id, Role: scheme.RoleSecAdmin}
	id, _, err := b.office.InviteOfficer(b.ctx, by, "周玉兰", "13800000021", a.row.UnionKey, xianan)
	b.must(err)
	br := b.browser()
	b.leads(br.get("/a"), "/a/sign-in?next=%2Fa")
	b.want(br.get("/a/sign-in"), 200, "登记的手机号")
	b.want(br.post("/a/sign-in/code", "phone", "1380000"), 422, "手机号要填11位")
	b.pass(time.Minute)
	// A number that nobody has bound gets the same page and a code; only its code
	// brings out that it is not bound.
	bound := text(b.want(br.post("/a/sign-in/code", "phone", "13800000021", "next", "/a/"+a.row.FormCode), 200, "短信已经发出").body)
	code := b.code()
	if got := text(br.post("/a/sign-in/code", "phone", "13800000029", "next", "/a/"+a.row.FormCode).body); got != bound {
		t.Errorf("bound and unbound differ:\n%s\n%s", bound, got)
	}
	b.want(br.post("/a/sign-in", "phone", "13800000029", "code", b.code()), 422, "没有登记为工会经办人")
	b.want(br.post("/a/sign-in", "phone", "13800000021", "code", ""), 422, "请填写短信里的6位数字", `value="13800000021"`)
	b.want(br.post("/a/sign-in", "phone", "13800000021", "code", "000000x"), 422, "验证码不对")
	b.leads(br.post("/a/sign-in", "phone", "13800000021", "code", code, "next", "/a/"+a.row.FormCode), "/a/"+a.row.FormCode)
	b.want(br.get("/a/"+a.row.FormCode), 200, a.Name)
	b.leads(br.get("/a/sign-in"), "/a")

	// The phone rests longer than the desk, but not for ever.
	b.pass(20 * time.Hour)
	b.want(br.get("/a"), 200)
	b.want(br.get("/desk/accounts"), 403)
	b.pass(7 * 24 * time.Hour)
	b.leads(br.get("/a"), "/a/sign-in?next=%2Fa")

	m := &member{browser: br, id: id}
	m.phoneIn("13800000021")
	b.must(b.office.Disable(b.ctx, by, id))
	b.leads(br.get("/a"), "/a/sign-in?next=%2Fa")
	b.want(br.post("/a/"+a.row.FormCode, ticks("say", "agree")...), 403, "/a/sign-in")
	p := b.want(br.get("/a/"+a.row.FormCode), 200, "这是助学推荐表上的码")
	if p.has(a.Name) {
		t.Error("a shut account sees somebody")
	}
	for _, evil := range []string{"//evil.example", "/desk", "https://evil.example/a/x"} {
		if q := br.get("/a/sign-in?next=" + evil); q.has("evil") || q.has(`value="/desk"`) {
			t.Errorf("leads away to %s", evil)
		}
	}
	out := b.officerIn("王长青", "13800000022", a.row.UnionKey)
	b.leads(out.post("/desk/sign-out"), "/a/sign-in")
}
