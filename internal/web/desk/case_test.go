package desk_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/sample"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// The rights of the ways of cases, role by role and way by way. What is not
// named here is refused.
func TestCases_EachRoleHasItsWays(t *testing.T) {
	hl := newHall(t, 3, 3)
	a := hl.atDistrict()
	caseWay := strings.NewReplacer("{id}", a.caseID, "{file}", a.file(scheme.FilePhoto), "{move}", "keep", "{kind}", "enrol")
	seers := []string{"centre1", "district1", "lead1", "auditor"}
	deciders := []string{"centre1", "district1", "lead1"}
	may := map[string][]string{
		"GET /desk/cases": seers, "POST /desk/search": seers, "GET /desk/cases/{id}": seers, "GET /desk/cases/{id}/files/{file}": seers,
		"GET /desk/cases/{id}/files/{file}/slots": seers, "GET /desk/cases/{id}/reveal": seers, "POST /desk/cases/{id}/reveal": seers,
		"GET /desk/cases/{id}/call": deciders, "POST /desk/cases/{id}/call": deciders, "GET /desk/cases/{id}/{move}": deciders, "POST /desk/cases/{id}/{move}": deciders,
		"GET /desk/cases/{id}/duties/{kind}": seers, "POST /desk/cases/{id}/duties/{kind}": deciders,
		"GET /desk/proposals": seers, "POST /desk/proposals/{id}": {"district1", "lead1"}, "GET /desk/seats": seers,
	}
	seen := 0
	for _, r := range hl.routes {
		key := r.Method + " " + r.Pattern
		if strings.HasPrefix(r.Pattern, "/desk/cases") || strings.HasPrefix(r.Pattern, "/desk/proposals") || r.Pattern == "/desk/search" || r.Pattern == "/desk/seats" {
			if may[key] == nil {
				t.Errorf("%s is a way that no test knows", key)
			}
		}
		if may[key] == nil {
			continue
		}
		seen++
		var form url.Values
		if r.Method == http.MethodPost {
			form = url.Values{}
		}
		for who := range hallStaff {
			code := hl.do(who, caseWay.Replace(r.Pattern), form).Code
			switch {
			case who == "foreign" && strings.Contains(r.Pattern, "{id}"):
				// Absent and foreign are one answer.
				absent := hl.do("district1", strings.NewReplacer("{id}", "0190a000-0000-7000-8000-000000000000", "{file}", "x", "{move}", "keep", "{kind}", "enrol").Replace(r.Pattern), form)
				if code != 404 || absent.Code != 404 {
					t.Errorf("%s: foreign %d, absent %d", key, code, absent.Code)
				}
			case who == "foreign", who == "twice", who == "centre2", who == "district2", who == "lead2":
			case slices.Contains(may[key], who):
				if code == 403 && !strings.HasSuffix(r.Pattern, "{move}") && !strings.HasSuffix(r.Pattern, "{file}") || code >= 500 {
					t.Errorf("%s as %s: %d", key, who, code)
				}
			case code != 403:
				t.Errorf("%s as %s: %d, want 403", key, who, code)
			}
		}
		if code := hl.do("nobody", caseWay.Replace(r.Pattern), form).Code; code != 303 && code != 403 {
			t.Errorf("%s by nobody: %d", key, code)
		}
	}
	if seen != len(may) {
		t.Errorf("%d of %d ways are mounted", seen, len(may))
	}
	if got := a.events(); slices.Contains(got, "keep") {
		t.Errorf("a refused way did something: %v", got)
	}
}

// Every move that somebody at the desk may make is refused to every role that
// its row does not name.
func TestCases_EachMoveAsksForItsRole(t *testing.T) {
	hl := newHall(t, 2, 2)
	a := hl.accepted()
	for _, m := range scheme.Moves {
		for who, r := range hallStaff {
			if who == "foreign" || who == "twice" || slices.Contains(m.Roles, r) {
				continue
			}
			if w := hl.do(who, "/desk/cases/"+a.caseID+"/"+string(m.Name), url.Values{"version": {"1"}}); w.Code != 403 && w.Code != 404 {
				t.Errorf("%s by %s: %d", m.Name, who, w.Code)
			}
		}
	}
	if c := a.row(); c.State != scheme.Accepted {
		t.Errorf("state %s", c.State)
	}
}

func (a *entrant) file(kind scheme.FileKind) string {
	a.hl.t.Helper()
	app, err := a.hl.w.Submitted(a.hl.ctx, a.row(), 0)
	a.hl.must(err)
	return app.Files[kind].ID
}

// The way of a good application: the centre passes, the district approves, and
// the next one lies open after each press.
func TestStage_FromAcceptanceToApproval(t *testing.T) {
	hl := newHall(t, 2, 2)
	a, b := hl.accepted(), hl.accepted()
	page := hl.page("centre1", "/desk/cases?list=check")
	has(t, page, "待核对材料", a.Name, b.Name, "剩")
	page = hl.page("centre1", "/desk/cases/"+a.caseID+"?list=check")
	has(t, page, "证件号校验对", "没有重复申请", "打印以后没有改过", "材料完整，报区总工会", "下一份", b.caseID)

	v := fields(page)
	w := hl.do("centre1", "/desk/cases/"+a.caseID+"/pass", v)
	if to := w.Header().Get("Location"); w.Code != 303 || to != "/desk/cases/"+b.caseID+"?list=check" {
		t.Fatalf("pass leads to %d %q", w.Code, to)
	}
	has(t, hl.page("centre1", "/desk/cases/"+b.caseID+"?list=check"), "材料核对完整，报区总工会")
	a.is(scheme.AtDistrict, scheme.PlaceHeld)

	has(t, hl.page("district1", "/desk/cases"), "待审核", a.Name)
	hl.done("district1", a, scheme.Approve)
	a.is(scheme.Approved, scheme.PlaceConfirmed)
	page = hl.page("centre1", "/desk/cases/"+a.caseID)
	has(t, page, "名额已确认", "区总工会审核通过", "district1", "依据：方案 4.2.1", "现在没有您要办的")

	// Undone it stays visible, struck through.
	hl.not("district2", a, scheme.UndoApprove, 422, "请写明理由")
	hl.done("district2", a, scheme.UndoApprove, "note", "审错了人")
	a.is(scheme.AtDistrict, scheme.PlaceHeld)
	has(t, hl.page("district1", "/desk/cases/"+a.caseID), "<del>审核通过</del>", "已撤销", "审错了人")
}

// Nobody takes two successive steps, in whatever role; nobody decides about
// himself.
func TestStage_NoTwoStepsByOnePerson(t *testing.T) {
	hl := newHall(t, 3, 3)
	a := hl.atDistrict() // by centre1
	lacks(t, hl.page("twice", "/desk/cases/"+a.caseID), "/approve")
	hl.not("twice", a, scheme.Approve, 409, "上一步也是您办理的")
	hl.done("district1", a, scheme.Approve)

	own := hl.atDistrict()
	hl.must(hl.db.Write(hl.ctx, hl.now(), func(tx *store.Tx) error {
		return tx.Insert(hl.ctx, &store.Staff{ID: "district1", Name: "district1", State: "active", PhoneIndex: hl.keys.Index("phone", own.Phone), CreatedAt: tx.Now})
	}))
	page := hl.page("district1", "/desk/cases/"+own.caseID)
	has(t, page, "这是您自己的申请")
	lacks(t, page, "/approve", own.ID)
	hl.not("district1", own, scheme.Approve, 409, "不能办理自己的申请")
	if w := hl.do("district1", "/desk/cases/"+own.caseID+"/call", url.Values{"note": {"我自己"}, "got": {"yes"}}); w.Code != 409 {
		t.Errorf("call about himself: %d", w.Code)
	}
	hl.done("district2", own, scheme.Approve)
}

func TestReturn_NamesItemsAndShowsOldBesideNew(t *testing.T) {
	hl := newHall(t, 2, 2)
	a := hl.accepted()
	form := hl.page("centre1", "/desk/cases/"+a.caseID+"/return")
	has(t, form, "章的名称和推荐工会不一致", "要重新盖章", "不算本人的错", "本人会看到", "受理号 1 有材料要改")
	lacks(t, form, `name="item" value="id"`, `name="item" value="idcard"`)

	hl.not("centre1", a, scheme.Return, 422, "请勾选要改的内容", "note", "请看一下")
	hl.not("centre1", a, scheme.Return, 422, "请勾选一个原因，或者写一句", "item", "bank")
	// An item that may not be named is not: the number of the card.
	hl.not("centre1", a, scheme.Return, 422, "请勾选要改的内容", "item", "id")
	w := hl.press("centre1", a, scheme.Return, "code", "post_vague", "code", "stamp_none", "note", "写清楚班组", "preview", "1")
	has(t, w.Body.String(), "盖好章的推荐表：“基层工会审核意见”栏没有盖章。", "岗位：请把岗位写具体", "写清楚班组。")
	a.is(scheme.Accepted, scheme.PlaceHeld)

	hl.done("centre1", a, scheme.Return, "code", "post_vague", "code", "stamp_none", "note", "写清楚班组")
	a.is(scheme.Returned, scheme.PlaceHeld)
	c := a.row()
	if !c.Stamp || c.Rounds != 1 || casework.Items(c) == nil || !slices.Equal(casework.Items(c), []string{"post", "stamped"}) {
		t.Errorf("returned with stamp %v, round %d, items %s", c.Stamp, c.Rounds, c.ReturnedItems)
	}
	page := hl.page("centre2", "/desk/cases/"+a.caseID)
	has(t, page, "退回补正", "等本人", "写清楚班组。", "岗位、盖好章的推荐表")

	hl.to(hl.now().Add(time.Hour))
	a.attach(scheme.FileStamped, "new form", scheme.Finding{Code: "blurred", Level: "warn", Text: "照片有点模糊"})
	a.save(func(app *scheme.Application) { app.Answers.Post = "三班车床操作工" })
	hl.must(hl.w.Resubmit(hl.ctx, a.worker, a.caseID))
	page = hl.page("centre1", "/desk/cases/"+a.caseID)
	has(t, page, "三班车床操作工", "原来：<del>"+a.Post+"</del>", "已换过", "原盖章件", "盖章件：照片有点模糊", "补正1次")
	has(t, hl.page("centre1", "/desk/cases?list=check"), "材料提示1")

	// A fault of ours takes no round.
	hl.done("centre1", a, scheme.Return, "code", "form_lost")
	if c := a.row(); c.Rounds != 1 || c.Stamp {
		t.Errorf("round %d, stamp %v after a fault of ours", c.Rounds, c.Stamp)
	}
}

func TestHearing_IsReviewedByOthers(t *testing.T) {
	hl := newHall(t, 2, 2)
	a, b := hl.atDistrict(), hl.atDistrict()
	waiting := hl.accepted()
	waiting.is(scheme.Accepted, scheme.PlaceWaiting)
	hl.not("district1", a, scheme.Refuse, 422, "请勾选一个理由")
	for _, x := range []*entrant{a, b} {
		hl.done("district1", x, scheme.Refuse, "code", "outside", "note", "单位在温泉外")
		x.is(scheme.AtDistrict, scheme.PlaceHeld)
	}
	has(t, hl.page("district2", "/desk/cases/"+a.caseID), "告知中", "核实后认为，您实际上班的地方不在咸安区。单位在温泉外。", "前，本人可以补材料或写说明")
	has(t, hl.page("district1", "/desk/cases?list=hearings"), a.Name, b.Name)
	hl.not("district2", a, scheme.Approve, 409, "案件在告知期内")

	hl.must(hl.w.Answer(hl.ctx, a.worker, a.caseID, "单位去年搬到了永安街道。"))
	hl.must(hl.w.Answer(hl.ctx, b.worker, b.caseID, "我没有什么要说的。"))
	page := hl.page("district2", "/desk/cases?list=answers")
	has(t, page, a.Name, b.Name, "已写说明")
	page = hl.page("district1", "/desk/cases/"+a.caseID)
	has(t, page, "单位去年搬到了永安街道。", "告知是您提出或确认的，由别的人复核")
	lacks(t, page, "/keep", "/execute", a.ID[6:14], a.Card)
	if w := hl.do("district1", "/desk/cases/"+a.caseID+"/files/"+a.file(scheme.FileStamped), nil); w.Code == 200 {
		t.Error("who opened the hearing sees the numbers of the paper")
	}
	has(t, hl.page("district2", "/desk/cases/"+a.caseID), a.ID[:6]+" "+a.ID[6:14])
	hl.not("district1", a, scheme.Keep, 409, "复核须由没有提出、也没有确认本次告知的人办理", "note", "保留")

	hl.done("district2", a, scheme.Keep, "note", "已看租房合同，在区内上班")
	a.is(scheme.AtDistrict, scheme.PlaceHeld)

	// Two persons, and neither is the one who proposed the hearing.
	hl.done("district2", b, scheme.Execute, "note", "说明没有新的事实")
	b.is(scheme.AtDistrict, scheme.PlaceHeld)
	has(t, hl.page("district2", "/desk/cases/"+b.caseID), "等第二人确认：释放名额")
	page = hl.page("lead1", "/desk/proposals")
	has(t, page, "释放名额", b.Name, "我没有什么要说的。", "马上按顺序给候补的下一位", "确认：释放名额")
	lacks(t, hl.page("district2", "/desk/proposals"), "确认：释放名额")
	if w := hl.answer("district2", b, "agree"); w.Code != 409 {
		t.Errorf("second by the first: %d", w.Code)
	}
	if w := hl.answer("district1", b, "agree"); w.Code != 409 {
		t.Errorf("second by a reviewer: %d", w.Code)
	}
	if w := hl.answer("lead1", b, ""); w.Code != 400 {
		t.Errorf("no answer: %d", w.Code)
	}
	hl.agree("lead1", b)
	b.is(scheme.Released, scheme.PlaceNone)
	waiting.is(scheme.Accepted, scheme.PlaceHeld)
	has(t, hl.page("lead1", "/desk/cases?list=released"), b.Name)

	// A wrong release: two leads bring him back to the head of the list.
	lacks(t, hl.page("district1", "/desk/cases/"+b.caseID), "/reinstate")
	hl.not("lead1", b, scheme.Reinstate, 422, "请写明理由")
	hl.done("lead1", b, scheme.Reinstate, "note", "释放有误")
	hl.agree("lead2", b)
	b.is(scheme.AtDistrict, scheme.PlaceWaiting)
	if b.row().Band != scheme.BandReinstated {
		t.Errorf("band %d", b.row().Band)
	}
	page = hl.page("auditor", "/desk/seats")
	has(t, page, "释放：审核认为不符合条件", "释放后恢复", "账对得上", "0 恢复", "受理号 3")
}

func TestContest_IsSettledByTwo(t *testing.T) {
	hl := newHall(t, 1, 3)
	first := hl.accepted()
	id := first.ID
	second := hl.apply(func(app *scheme.Application) { app.Sealed.ID = id })
	second.attach(scheme.FileIDCard, "card")
	second.submit()
	if c := second.row(); !c.Contested || !c.Suspended {
		t.Fatalf("not contested: %+v", c.State)
	}
	has(t, hl.page("district1", "/desk/cases?list=contested"), second.Name, "证件号待核实")
	page := hl.page("district1", "/desk/cases/"+second.caseID)
	has(t, page, "同一个证件号的另一份申请", first.Name, "证件号归属待核实", "核实：证件属于本申请人（两人）", "身份证")
	page = hl.page("centre1", "/desk/cases/"+first.caseID)
	has(t, page, "受理号2用了同一个证件号", "这份先受理")
	lacks(t, page, "没有重复申请")
	hl.not("centre1", second, scheme.Pass, 409, "证件号归属未核实")
	plain := hl.apply()
	plain.submit()
	lacks(t, hl.page("centre1", "/desk/cases/"+plain.caseID+"/return"), "idcard_disputed")
	// The first one's card may be asked for, and only a new picture is an answer.
	has(t, hl.page("centre1", "/desk/cases/"+first.caseID+"/return"), "证件号有争议，要身份证照片")
	hl.done("centre1", first, scheme.Return, "code", "idcard_disputed")
	has(t, hl.page("centre1", "/desk/cases/"+first.caseID), "证件号有争议，请补身份证照片。")
	if err := hl.w.Resubmit(hl.ctx, first.worker, first.caseID); err == nil {
		t.Error("sent without the card")
	}
	hl.to(hl.now().Add(time.Minute))
	first.attach(scheme.FileIDCard, "card of the first")
	hl.must(hl.w.Resubmit(hl.ctx, first.worker, first.caseID))
	has(t, hl.page("district1", "/desk/cases/"+first.caseID), "身份证")

	hl.done("district1", second, scheme.SettleFor, "note", "本人持身份证原件到场")
	has(t, hl.page("lead1", "/desk/proposals"), "另一份申请转入告知", "本人持身份证原件到场")
	hl.agree("lead1", second)
	if c := second.row(); c.Contested {
		t.Error("still contested")
	}
	has(t, hl.page("district1", "/desk/cases/"+first.caseID), "证件号归属核实", "告知中")
}

func TestIdentity_IsAmendedByTwoAndCompletedByAClerk(t *testing.T) {
	hl := newHall(t, 3, 3)
	a := hl.apply(func(app *scheme.Application) { app.Answers.Name, app.Answers.NameUntypable = "陈□", true })
	a.attach(scheme.FileIDCard, "card")
	a.submit()
	has(t, hl.page("centre1", "/desk/cases?list=untypable"), "陈□", "姓名待补全")
	page := hl.page("centre1", "/desk/cases/"+a.caseID+"/complete_name")
	has(t, page, "完整的姓名", "身份证", "找一个字")
	hl.not("centre1", a, scheme.CompleteName, 422, "请照身份证写完整的姓名", "name", "")
	w := hl.press("centre1", a, scheme.CompleteName, "name", "陈□", "find", "龙天", "look_up", "1")
	has(t, w.Body.String(), "䶮", "yǎn")
	hl.done("centre1", a, scheme.CompleteName, "name", "陈䶮")
	if c := a.row(); c.Name != "陈䶮" || c.Untypable {
		t.Errorf("name %q, untypable %v", c.Name, c.Untypable)
	}

	hl.done("centre1", a, scheme.Pass)
	hl.not("district1", a, scheme.AmendIdentity, 422, "请写更正后的姓名或证件号码", "note", "改名")
	hl.not("district1", a, scheme.AmendIdentity, 422, "证件号码", "number", a.ID[:17]+"A", "note", "打错一位")
	number := sample.IDNumber(500)
	hl.done("district1", a, scheme.AmendIdentity, "number", number, "note", "换了新证")
	page = hl.page("lead1", "/desk/proposals")
	has(t, page, "证件号码改为", spacedID(number), "旧的证件号马上空出")
	if w := hl.answer("lead2", a, "drop"); w.Code != 303 {
		t.Errorf("drop: %d", w.Code)
	}
	has(t, hl.page("district1", "/desk/cases/"+a.caseID), "提出的事没有办，已放弃")
	hl.done("district1", a, scheme.AmendIdentity, "number", number, "note", "换了新证")
	hl.agree("lead1", a)
	app, err := hl.w.Submitted(hl.ctx, a.row(), 0)
	hl.must(err)
	if app.Sealed.ID != number {
		t.Error("the number was not amended")
	}
}

func TestPriority_IsProvedOrRejected(t *testing.T) {
	hl := newHall(t, 1, 5)
	hl.accepted()
	mk := func() *entrant {
		a := hl.apply()
		a.save(a.honour)
		return a.submit()
	}
	plain := hl.accepted()
	a, b := mk(), mk()
	page := hl.page("district1", "/desk/cases?list=priority")
	has(t, page, a.Name, b.Name, "申报优先")
	lacks(t, page, plain.Name)
	hl.done("district1", a, scheme.ProvePriority)
	hl.not("district1", b, scheme.RejectPriority, 422, "请写明理由")
	hl.done("district1", b, scheme.RejectPriority, "note", "证书不是本人的")
	if a.row().Band != scheme.BandPriority || b.row().Band != scheme.BandOther {
		t.Errorf("bands %d %d", a.row().Band, b.row().Band)
	}
	has(t, hl.page("auditor", "/desk/cases/"+a.caseID), "候补第1位", "优先")
	has(t, hl.page("lead1", "/desk/seats"), "1 优先")
}

// A union officer's no has to be answered by whoever approves.
func TestDisagreement_HasToBeAnswered(t *testing.T) {
	hl := newHall(t, 2, 2)
	a := hl.atDistrict()
	c := a.row()
	hl.must(hl.db.Write(hl.ctx, hl.now(), func(tx *store.Tx) error {
		said := &store.Attestation{
			ID: store.NewID(tx.Now), ProgrammeID: xianan, CaseID: a.caseID, FormCode: c.FormCode, StaffID: "o", StaffName: "工小会", UnionKey: c.UnionKey, At: tx.Now,
		}
		var err error
		if said.DisagreeSealed, err = hl.w.Words(&c).Seal("attestation", said.ID, "disagree", "本人已离职"); err != nil {
			return err
		}
		return tx.Insert(hl.ctx, said)
	}))
	has(t, hl.page("district1", "/desk/cases?list=disagreed"), a.Name, "工会不同意")
	has(t, hl.page("district1", "/desk/cases/"+a.caseID), "不同意：本人已离职", "/desk/cases/"+a.caseID+`/approve"`)
	has(t, hl.page("district1", "/desk/cases/"+a.caseID+"/approve"), "推荐工会不同意，请先回应", "为什么仍然通过")
	hl.not("district1", a, scheme.Approve, 422, "推荐工会在线表示不同意")
	hl.done("district1", a, scheme.Approve, "note", "已核实，仍在岗")
	has(t, hl.page("auditor", "/desk/cases/"+a.caseID), "已核实，仍在岗")
}

// Two windows: the second decision changes nothing, says what has happened in
// between, and keeps what was typed.
func TestStale_SaysWhatHasChanged(t *testing.T) {
	hl := newHall(t, 2, 2)
	a := hl.accepted()
	old := fields(hl.page("centre2", "/desk/cases/"+a.caseID))
	version := a.row().Version
	hl.done("centre1", a, scheme.Return, "code", "photo_blue")
	old.Set("note", "请补日期，这句话写了很久")
	old.Set("code", "date_none")
	w := hl.do("centre2", "/desk/cases/"+a.caseID+"/return", old)
	if w.Code != 409 {
		t.Fatalf("code %d", w.Code)
	}
	has(t, w.Body.String(), "您打开以后，这份申请有了变化", "服务中心 centre1：退回补正", "照片：照片不是蓝底", "没有生效", "您刚才写的：请补日期，这句话写了很久")
	if c := a.row(); c.Rounds != 1 || c.Version != version+1 {
		t.Errorf("overwritten: version %d, round %d", c.Version, c.Rounds)
	}
	if w := hl.do("centre2", "/desk/cases/"+a.caseID+"/return", url.Values{"code": {"date_none"}}); w.Code != 409 {
		t.Errorf("without a version: %d", w.Code)
	}
	// A proposal whose ground has moved can only be dropped.
	b := hl.atDistrict()
	hl.done("district1", b, scheme.Revoke, "cause", "ineligible", "note", "已离职")
	hl.done("district2", b, scheme.Approve)
	page := hl.page("lead1", "/desk/proposals")
	has(t, page, "提出以后，这份申请有了变化")
	lacks(t, page, "确认：")
	if w := hl.answer("lead1", b, "agree"); w.Code != 409 || !strings.Contains(w.Body.String(), "有了变化") {
		t.Errorf("stale proposal: %d", w.Code)
	}
}

// What one sees of a person follows from whose desk the case lies on, and each
// look is booked once.
func TestCase_NumbersStandInClearOnlyInTheCheck(t *testing.T) {
	hl := newHall(t, 2, 2)
	a := hl.accepted()
	clear := []string{spacedID(a.ID), a.Phone[:3] + " " + a.Phone[3:7] + " " + a.Phone[7:], a.Card[:4] + " " + a.Card[4:8]}
	for _, as := range []string{"district1", "lead1", "auditor"} {
		page := hl.page(as, "/desk/cases/"+a.caseID)
		lacks(t, page, append(clear, a.ID, a.Phone, a.Card)...)
		has(t, page, "写理由，查看原文", "证件号、手机号、银行卡号已遮住")
	}
	hl.page("centre1", "/desk/cases/"+a.caseID)
	has(t, hl.page("centre1", "/desk/cases/"+a.caseID), append(clear, "和盖章件对照", "/slots")...)
	lacks(t, hl.page("auditor", "/desk/cases/"+a.caseID), "<button class=\"btn primary\"", "登记通话")
	n := map[string]int{}
	for _, e := range a.events() {
		n[e]++
	}
	if n["check"] != 1 || n["look"] != 3 {
		t.Errorf("looks %v", n)
	}
	hl.done("centre1", a, scheme.Pass)
	lacks(t, hl.page("centre1", "/desk/cases/"+a.caseID), clear...)
	has(t, hl.page("district1", "/desk/cases/"+a.caseID), clear...)
}

func TestReveal_AsksForReasonAndFreshFactor(t *testing.T) {
	hl := newHall(t, 2, 2)
	a := hl.accepted()
	to := "/desk/cases/" + a.caseID + "/reveal"
	if w := hl.do("auditor", to+"?what=values", nil); w.Code != 303 || !strings.HasPrefix(w.Header().Get("Location"), "/desk/prove?next=") {
		t.Errorf("without a factor: %d %s", w.Code, w.Header().Get("Location"))
	}
	if w := hl.do("auditor", to, url.Values{"what": {"values"}, "reason": {"抽查核对"}}); w.Code != 303 || slices.Contains(a.events(), "reveal") {
		t.Errorf("posted without a factor: %d", w.Code)
	}
	hl.proved = hl.now()
	has(t, hl.page("auditor", to+"?what=values"), "为什么要看")
	if w := hl.do("auditor", to, url.Values{"what": {"values"}, "reason": {"看"}}); w.Code != 422 || strings.Contains(w.Body.String(), spacedID(a.ID)) {
		t.Errorf("without a reason: %d", w.Code)
	}
	w := hl.do("auditor", to, url.Values{"what": {"values"}, "reason": {"抽查核对"}})
	has(t, w.Body.String(), spacedID(a.ID), "抽查核对")
	if w := hl.do("auditor", to, url.Values{"what": {a.file(scheme.FilePhoto)}, "reason": {"抽查核对"}}); w.Code != 200 || !strings.Contains(w.Body.String(), "data:image/jpeg;base64,") {
		t.Errorf("photo: %d", w.Code)
	}
	other := hl.accepted()
	if w := hl.do("auditor", to, url.Values{"what": {other.file(scheme.FilePhoto)}, "reason": {"抽查核对"}}); w.Code != 404 {
		t.Errorf("a file of another case: %d", w.Code)
	}
	has(t, hl.page("lead1", "/desk/cases/"+a.caseID), "查看原文", "证件号码、手机号、银行卡号", "抽查核对")
}

func TestCall_CountsOnlyWhenItGotThrough(t *testing.T) {
	hl := newHall(t, 2, 2)
	a := hl.atDistrict()
	hl.done("district1", a, scheme.Refuse, "code", "no_frontline")
	hl.to(hl.now().Add(25 * time.Hour))
	has(t, hl.page("lead1", "/desk/cases?list=undelivered"), a.Name)
	to := "/desk/cases/" + a.caseID + "/call"
	has(t, hl.page("centre1", to), a.Phone[:3]+" "+a.Phone[3:7], "打通了吗")
	if w := hl.do("centre1", to, url.Values{"note": {"没人接"}}); w.Code != 422 || !strings.Contains(w.Body.String(), "没人接") {
		t.Errorf("without saying whether: %d", w.Code)
	}
	if w := hl.do("centre1", to, url.Values{"note": {"打了三次没人接"}, "got": {"no"}}); w.Code != 303 {
		t.Errorf("missed: %d", w.Code)
	}
	has(t, hl.page("lead1", "/desk/cases?list=undelivered"), a.Name)
	if w := hl.do("centre1", to, url.Values{"note": {"本人接的，说明天交说明"}, "got": {"yes"}}); w.Code != 303 {
		t.Errorf("call: %d", w.Code)
	}
	lacks(t, hl.page("lead1", "/desk/cases?list=undelivered"), a.Name)
	has(t, hl.page("lead1", "/desk/cases/"+a.caseID), "打电话，没打通", "电话联系本人", "本人接的，说明天交说明")
}

func TestDeath_OpensALongHearing(t *testing.T) {
	hl := newHall(t, 2, 2)
	a := hl.accepted()
	hl.not("centre1", a, scheme.RecordDeath, 422, "请写明理由")
	hl.done("centre1", a, scheme.RecordDeath, "note", "家属来电，附死亡证明")
	has(t, hl.page("district1", "/desk/cases/"+a.caseID), "本人去世", "告知中")
}

// The trail of a search holds no word of it, and an address none of a person.
func TestSearch_FindsByEveryKey(t *testing.T) {
	hl := newHall(t, 5, 5)
	a := hl.accepted(func(app *scheme.Application) { app.Answers.Name = "单晓燕" })
	b := hl.accepted(func(app *scheme.Application) { app.Answers.Name = "单小平" })
	hl.accepted()
	for name, q := range map[string]string{
		"number": "1", "id": a.ID, "id with spaces": spacedID(a.ID), "phone": a.Phone, "form code": casework.ShowCode(a.row().FormCode), "name": "单晓燕",
		"pinyin": "shanxiaoyan", "initials": "SXY",
	} {
		if w := hl.do("centre1", "/desk/search", url.Values{"q": {q}}); w.Code != 303 || w.Header().Get("Location") != "/desk/cases/"+a.caseID {
			t.Errorf("%s: %d %s", name, w.Code, w.Header().Get("Location"))
		}
	}
	w := hl.do("auditor", "/desk/search", url.Values{"q": {"sx"}})
	has(t, w.Body.String(), "单晓燕", "单小平", "找到2份", b.caseID)
	has(t, hl.do("auditor", "/desk/search", url.Values{"q": {"不存在"}}).Body.String(), "没有找到")
	if w := hl.do("auditor", "/desk/search", url.Values{"q": {" "}}); w.Code != 422 {
		t.Errorf("nothing: %d", w.Code)
	}
	if w := hl.do("foreign", "/desk/search", url.Values{"q": {a.ID}}); strings.Contains(w.Header().Get("Location"), a.caseID) {
		t.Error("found by somebody of another programme")
	}
	es, err := hl.db.Events(hl.ctx, "search", "", 100)
	hl.must(err)
	if len(es) < 8 {
		t.Fatalf("%d searches in the trail", len(es))
	}
	for _, e := range es {
		if strings.Contains(e.Detail, "单") || strings.Contains(e.Detail, a.ID) || strings.Contains(e.Detail, a.Phone) {
			t.Errorf("the trail holds what was searched: %s", e.Detail)
		}
	}
	if w := hl.do("centre1", "/desk/search?q="+a.ID, nil); w.Code != 405 && w.Code != 404 {
		t.Errorf("search by address: %d", w.Code)
	}
}

// A page of a list begins after a key: walking forward and back shows every case
// once, and the count beside the list is what the walk finds.
func TestLists_WalkByKeyBothWays(t *testing.T) {
	hl := newHall(t, 40, 40)
	var all []*entrant
	for i := range 57 {
		a := hl.accepted()
		all = append(all, a)
		if i%3 == 0 {
			hl.to(hl.now().Add(7 * time.Hour))
		}
	}
	for i, a := range all {
		switch {
		case i%5 == 0:
			hl.done("centre1", a, scheme.Pass)
		case i%11 == 0:
			hl.done("centre1", a, scheme.Return, "code", "photo_blue")
		}
	}
	v := store.Viewer{AccountID: "x", Programmes: []string{xianan}}
	for _, l := range []store.WorkList{store.ListAll, store.ListCheck, store.ListDecide, store.ListReturned, store.ListOverdue, store.ListHearings, store.ListUndelivered} {
		t.Run(string(l), func(t *testing.T) {
			counts, err := hl.db.ListCounts(hl.ctx, v, hl.now(), []store.WorkList{l})
			hl.must(err)
			var forth, back []int
			var last store.Case
			for key := (*store.PageKey)(nil); ; {
				rows, more, err := hl.db.ListCases(hl.ctx, v, store.Listing{List: l, Now: hl.now(), After: key, Limit: 10})
				hl.must(err)
				for _, r := range rows {
					if last.ID != "" && (l == store.ListAll && r.Number() < last.Number() || l != store.ListAll && l != store.ListDecide && r.DueAt.Before(*last.DueAt)) {
						t.Errorf("number %d stands before %d", last.Number(), r.Number())
					}
					forth = append(forth, r.Number())
					last = r
				}
				if !more {
					break
				}
				k := store.KeyOf(rows[len(rows)-1])
				key = &k
			}
			if len(forth) != counts[l] {
				t.Errorf("walked %d, counted %d", len(forth), counts[l])
			}
			if len(forth) == 0 {
				return
			}
			back = append(back, last.Number())
			for k := store.KeyOf(last); ; {
				rows, more, err := hl.db.ListCases(hl.ctx, v, store.Listing{List: l, Now: hl.now(), Before: &k, Limit: 10})
				hl.must(err)
				for _, r := range slices.Backward(rows) {
					back = append(back, r.Number())
				}
				if !more {
					break
				}
				k = store.KeyOf(rows[0])
			}
			slices.Reverse(back)
			if !slices.Equal(forth, back) {
				t.Errorf("forth %v\nback %v", forth, back)
			}
		})
	}
	page := hl.page("centre1", "/desk/cases?list=check")
	has(t, page, `rel="next"`)
	lacks(t, page, `rel="prev"`)
	next := page[strings.Index(page, "/desk/cases?list=check&amp;after="):]
	next = strings.ReplaceAll(next[:strings.Index(next, `"`)], "&amp;", "&")
	has(t, hl.page("centre1", next), `rel="prev"`)
	if w := hl.do("centre1", "/desk/cases?list=released", nil); w.Code != 404 {
		t.Errorf("a list of another role: %d", w.Code)
	}
	has(t, hl.page("centre1", "/desk/cases?list=check&after=nonsense"), "待核对材料")
}

func TestHome_SaysWhatWaits(t *testing.T) {
	hl := newHall(t, 2, 2)
	has(t, hl.page("centre1", "/desk"), "还没有人提交申请")
	a := hl.accepted()
	has(t, hl.page("centre1", "/desk"), "待核对材料：最急的", a.Name, "1 / 2")
	has(t, hl.page("lead1", "/desk"), "办理超期", "等第二人确认")
	hl.runDue(hl.now().AddDate(0, 0, 12))
	has(t, hl.page("lead1", "/desk"), "办理超期：最急的", a.Name, "过期")
	has(t, hl.page("auditor", "/desk"), "各状态", "待核对材料", "办理超期")
}

// The number of queries of a page does not grow with its rows.
func TestPages_AskAFixedNumberOfQuestions(t *testing.T) {
	count := func(people int) (list, one int) {
		hl := newHall(t, 30, 30)
		var a *entrant
		for range people {
			a = hl.accepted()
		}
		hl.page("centre1", "/desk/cases/"+a.caseID) // the look is booked before
		n := 0
		hl.db.Watch(func(string) { n++ })
		hl.page("centre1", "/desk/cases?list=check")
		list, n = n, 0
		hl.page("centre1", "/desk/cases/"+a.caseID)
		return list, n
	}
	l1, c1 := count(1)
	l20, c20 := count(20)
	if l1 != l20 || c1 != c20 || l1 == 0 || l1 > 12 || c1 > 30 {
		t.Errorf("list: %d with 1 row, %d with 20; case: %d, %d", l1, l20, c1, c20)
	}
}

// After the key of a case is destroyed its page still says what happened and who
// decided; what anybody wrote is gone.
func TestErased_CasePageSaysSo(t *testing.T) {
	hl := newHall(t, 2, 2)
	a := hl.atDistrict()
	hl.must(hl.w.Call(hl.ctx, scheme.Actor{ID: "x", Role: scheme.RoleCentre, Name: "甲"}, store.Viewer{Programmes: []string{xianan}}, a.caseID, "来电说换了班组"))
	hl.done("district1", a, scheme.Approve, "note", "已核实，仍在岗")
	has(t, hl.page("auditor", "/desk/cases/"+a.caseID), "来电说换了班组", "已核实，仍在岗")
	hl.must(hl.db.Write(hl.ctx, hl.now(), func(tx *store.Tx) error {
		_, err := tx.NewUpdate().Table("cases").Set("key_wrapped = NULL").Where("id = ?", a.caseID).Exec(hl.ctx)
		return err
	}))
	page := hl.page("auditor", "/desk/cases/"+a.caseID)
	has(t, page, "资料已删除", "理由："+scheme.Erased, "审核通过")
	if strings.Contains(page, "换了班组") || strings.Contains(page, "仍在岗") {
		t.Error("the page shows what was erased")
	}
}
