package apply

import (
	"encoding/hex"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/proof"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// second makes a two-person move of the desk.
func (w *person) second(a, b scheme.Actor, o casework.Order) {
	w.k.t.Helper()
	w.decide(a, o)
	ps, err := w.k.db.ProposalsOf(w.k.ctx, w.Case)
	w.k.must(err)
	for _, p := range ps {
		w.k.must(w.k.work.Second(w.k.ctx, b, store.Viewer{Programmes: []string{w.k.id}}, p.ID, true))
	}
}

func (w *person) approved() {
	w.decide(caseClerk, casework.Order{Move: scheme.Pass})
	w.k.pass(time.Hour)
	w.decide(caseJudge, casework.Order{Move: scheme.Approve})
}

func TestMyPage_SaysWhereItStandsAndWhoActs(t *testing.T) {
	k := newCaseKit(t)
	w := k.submitted(1)
	w.get("/my").says(200, "申请已受理，名额为您留着", "受理编号 1", "现在谁办 求学圆梦服务中心", "从这时起", "最晚办完", "现在不用您做什么", "您在这里", "提交了申请", "撤回申请").
		never(w.ID, w.Phone, w.Card)
	k.pass(time.Hour)
	w.decide(caseClerk, casework.Order{Move: scheme.Pass})
	w.get("/my").says(200, "材料齐了，区总工会正在审核", "现在谁办 咸安区总工会").never("钟心怡")
	w.decide(caseJudge, casework.Order{Move: scheme.Approve})
	w.get("/my").says(200, "审核通过，名额已确认", "按时报名成人高考", "区总工会审核通过").never("曲审言", "judge")

	k.submitted(2)
	waiting := k.submitted(3)
	waiting.get("/my").says(200, "您是候补第1位", "您排在最前面", "考试报名证明", "2026年9月15日24时前", "候补结束", "2027年2月14日24时", "候补不保证有补助", "以省教育考试院公告为准")
	waiting.approved()
	waiting.get("/my").says(200, "审核通过，您是候补第1位")
	k.must(k.work.Withdraw(k.ctx, w.id, w.Case))
	waiting.get("/my").says(200, "审核通过，名额已确认", "递补给您")

	// The end of the list.
	last := k.submitted(4)
	k.at(k.p.PromoteUntil.Add(time.Minute))
	last.get("/my").says(200, "候补已结束，没有轮到您").never("重新申请", "撤回申请")
}

// Staff who are late say so; a day that has passed is promised to nobody.
func TestMyPage_SaysThatTheStaffAreLate(t *testing.T) {
	k := newCaseKit(t)
	w := k.submitted(1)
	k.at(w.row().Scheme(nil).Due.Add(time.Hour))
	w.get("/my").says(200, "申请已受理，名额为您留着", "办理超过了期限，已提醒负责人。名额还为您留着，不受影响。", "急的话请打咨询电话", "现在谁办 求学圆梦服务中心").
		never("最晚", "现在不用您做什么")
	w.decide(caseClerk, casework.Order{Move: scheme.Pass})
	w.get("/my").says(200, "区总工会正在审核", "最晚办完").never("超过了期限")
}

func TestMyPage_TellsWhatTheUnionSaidWithoutNames(t *testing.T) {
	k := newCaseKit(t)
	w := k.submitted(1)
	c := w.row()
	officer := scheme.Actor{ID: "officer", Role: scheme.RoleLocal, Org: c.UnionKey, Name: "工小会"}
	k.must(k.work.Attest(k.ctx, officer, casework.Attestation{Code: c.FormCode, Member: true, Frontline: true, Conduct: true}))
	w.get("/my").says(200, "工会在线确认", c.UnionName, "同意推荐").never("工小会")
	k.must(k.work.Attest(k.ctx, officer, casework.Attestation{Code: c.FormCode, Disagree: "6月已经离职"}))
	w.get("/my").says(200, "不同意推荐", "6月已经离职", "由咸安区总工会看后决定").never("工小会")
}

func TestCorrection_OnlyTheNamedItemsAndANewStamp(t *testing.T) {
	k := newCaseKit(t)
	w := k.submitted(1)
	if to := w.get("/my/correct").to(); to != "/my" {
		t.Errorf("nothing is returned and the page leads to %q", to)
	}
	k.pass(time.Hour)
	w.decide(caseClerk, casework.Order{Move: scheme.Return, Items: []string{"employer", "bank"}, Reason: "工作单位请写全称，开户行请写到银行"})
	w.get("/my").says(200, "有几处要改，名额为您留着", "工作单位请写全称", "去补正", "还有").never("钟心怡")
	w.get("/my/correct").says(200, "工作单位", "开户银行", "重新上传盖好章的推荐表", "只改下面这几项", "现在是：中国农业银行")
	// Five working days, because the stamp is concerned.
	if due := w.row().DueAt; due == nil || !due.Equal(scheme.NewCalendar(k.p.Holidays).WorkingDays(k.clock(), k.p.CorrectionStampDays)) {
		t.Errorf("due %v", due)
	}

	// What was not named stays.
	if p := w.post("/my/p/major", "major", k.p.Majors[0].Key); p.Code != 303 || w.app().Answers.Major != w.Major {
		t.Errorf("a foreign item was changed: %d", p.Code)
	}
	if to := w.get("/my/p/major").to(); to != "/my" {
		t.Errorf("the page of a foreign item leads to %q", to)
	}

	k.pass(time.Hour)
	w.post("/my/p/employer", "employer", "咸安区永固机械制造有限公司")
	w.post("/my/p/bank", "bank", "中国农业银行咸宁分行")
	w.get("/my/correct").says(200, "改成：咸安区永固机械制造有限公司", "重新生成推荐表，打印、盖章", "先做上面的")
	w.sure("/my/resubmit").says(422, "请重新上传：盖好章的推荐表")
	w.attach(scheme.FileStamped) // of the old form
	w.sure("/my/resubmit").says(422, "旧表上的章不能用了")
	k.pass(time.Minute)
	if to := w.post("/my/form").to(); to != "/my/form" {
		t.Fatalf("leads to %q", to)
	}
	w.sure("/my/resubmit").says(422, "推荐表重新生成过")
	k.pass(time.Hour)
	w.attach(scheme.FileStamped)
	w.get("/my/correct").says(200).never("还没做", "先做上面的")
	if p := w.sure("/my/resubmit"); p.to() != "/my" {
		t.Fatalf("leads to %q: %s", p.to(), p.text())
	}
	w.get("/my").says(200, "补正已提交", "编号和名额都不变", "现在谁办 求学圆梦服务中心", "提交了补正")
	if c := w.row(); c.Number() != 1 || c.Revision != 2 || c.State != scheme.Accepted || c.Employer != "咸安区永固机械制造有限公司" {
		t.Errorf("after the correction: %+v", c.Scheme(nil))
	}
	// A second tap, or another tab.
	if to := w.post("/my/resubmit", "case", w.Case).to(); to != "/my" || w.row().Revision != 2 {
		t.Errorf("a second tap leads to %q, revision %d", to, w.row().Revision)
	}
}

func (w *person) app() *scheme.Application {
	w.k.t.Helper()
	app, err := w.k.work.Application(w.k.ctx, w.row())
	w.k.must(err)
	return app
}

func TestCorrection_MissedIsHeardAndStillCured(t *testing.T) {
	k := newCaseKit(t)
	w := k.submitted(1)
	w.decide(caseClerk, casework.Order{Move: scheme.Return, Items: []string{"bank"}, Reason: "开户行没写清楚"})
	k.at(w.row().DueAt.Add(time.Minute))
	w.get("/my").says(200, "补正的期限过了，名额还为您留着", "去补正", "去说明情况", "没有按时补正")
	w.get("/my/hearing").says(200, "最简单的办法：补上缺的材料", "没有回音", "提交说明")
	w.get("/my/correct").says(200, "补正期限过了，现在还能交")
	w.post("/my/p/bank", "bank", "中国农业银行咸宁分行")
	if p := w.sure("/my/resubmit"); p.to() != "/my" {
		t.Fatalf("leads to %q: %s", p.to(), p.text())
	}
	w.get("/my").says(200, "申请已受理，名额为您留着").never("去说明情况")
	if to := w.get("/my/hearing").to(); to != "/my" {
		t.Errorf("a hearing that was cured leads to %q", to)
	}
}

func TestCorrection_APhotoComesBeforeItsStamp(t *testing.T) {
	k := newCaseKit(t)
	w := k.submitted(1)
	w.decide(caseClerk, casework.Order{Move: scheme.Return, Items: []string{"photo"}, Reason: "照片不是蓝底"})
	p := w.get("/my/correct").says(200, "照片", "还没做", "先做上面的")
	if strings.Contains(p.Body.String(), `href="/my/p/stamped"`) {
		t.Error("the stamp can be handed in before the photo it stands for")
	}
	k.pass(time.Minute)
	w.attach(scheme.FilePhoto)
	w.get("/my/correct").says(200, "重新生成推荐表，打印、盖章")
}

func TestMyPage_OfANameThatAwaitsACharacter(t *testing.T) {
	k := newCaseKit(t)
	w := k.filled(1)
	w.put("name_untypable", "on", "name", "王□")
	w.attach(scheme.FileIDCard)
	k.open()
	w.post("/my/submit", "case", w.Case)
	w.get("/my").says(200, "姓名有字还没补上", "不用您做什么")
}

func TestHearing_AnAnswerStopsTheClock(t *testing.T) {
	k := newCaseKit(t)
	w := k.submitted(1)
	w.decide(caseClerk, casework.Order{Move: scheme.Pass})
	k.pass(time.Hour)
	w.decide(caseJudge, casework.Order{Move: scheme.Refuse, Reason: "单位的工会不归区总工会管"})
	w.get("/my").says(200, "认为您可能不符合条件", "单位的工会不归区总工会管", "去说明情况", "最晚交").never("曲审言")
	w.get("/my/hearing").says(200, "审核认为不符合条件", "单位的工会不归区总工会管", "现在名额还为您留着", "给后面的人", "有材料的，写在说明里", "您也可以送到求学圆梦服务中心")

	// Too short keeps what was typed; an old page changes nothing.
	w.sure("/my/hearing", "text", "不服").says(422, "至少5个字", "不服")
	w.post("/my/hearing", "case", w.Case, "version", "1", "text", "我们单位的工会归区里管").says(409, "这一步没有办", "申请的进度刚才有变化")
	if to := w.sure("/my/hearing", "text", "我们单位的工会归区里管，<b>证明</b>在这里").to(); to != "/my" {
		t.Fatalf("leads to %q", to)
	}
	w.get("/my").says(200, "说明已收到", "由另一个人复核", "现在谁办 咸安区总工会").never("<b>证明")
	if to := w.post("/my/hearing", "case", w.Case, "version", "1", "text", "第二次点").to(); to != "/my" {
		t.Errorf("a second tap leads to %q", to)
	}
	w.get("/my/hearing").says(200, "您写的说明", "我们单位的工会归区里管").never("提交说明")
	if to := w.get("/my/waive").to(); to != "/my" {
		t.Errorf("waiving after the answer leads to %q", to)
	}
	other := scheme.Actor{ID: "judge-2", Role: scheme.RoleDistrict, Org: "district"}
	w.decide(other, casework.Order{Move: scheme.Keep, Reason: "材料属实"})
	w.get("/my").says(200, "复核后保留", "材料属实")
}

func TestHearing_WaivingAsksTwiceAndEndsTheCase(t *testing.T) {
	k := newCaseKit(t)
	w := k.submitted(1)
	w.decide(caseClerk, casework.Order{Move: scheme.Pass})
	w.decide(caseJudge, casework.Order{Move: scheme.Refuse, Reason: "不在区内上班"})
	w.get("/my/waive").says(200, "真的不再等了吗", "不能反悔", "不放弃，返回")
	if to := w.sure("/my/waive").to(); to != "/my" {
		t.Fatalf("leads to %q", to)
	}
	w.get("/my").says(200, "您已放弃", "名额已释放", "审核认为不符合条件：不在区内上班", "重新申请")
	if w.row().State != scheme.Released {
		t.Error("not released")
	}
	// The programme still takes applications: a new one, with a new number.
	k.must(ignoreMoved(w.post("/my/begin")))
	w.get("/my").says(200, "开始填写")
}

func ignoreMoved(p page) error {
	if p.Code != 303 {
		p.t.Errorf("answered %d: %s", p.Code, p.text())
	}
	return nil
}

// Who has withdrawn reads whether he can apply again, as things stand now.
func TestMyPage_SaysWhetherOneCanApplyAgain(t *testing.T) {
	k := newCaseKit(t)
	w := k.submitted(1)
	k.must(k.work.Withdraw(k.ctx, w.id, w.Case))
	w.get("/my").says(200, "申报还没截止，现在还可以重新申请", "填过的内容要再填一遍")
	k.at(k.p.ClosesAt)
	w.get("/my").says(200, "申报已经截止，不能重新申请").never("还可以", "填过的内容")
}

func TestWithdraw_TakesAFreshCode(t *testing.T) {
	k := newCaseKit(t)
	w := k.submitted(1)
	k.submitted(2)
	waiting := k.submitted(3)
	w.get("/my/withdraw").says(200, "撤回后马上生效", "给我发验证码", "可以重新申请")
	if to := w.post("/my/withdraw/code").to(); to != "/my/withdraw?sent=1" {
		t.Fatalf("leads to %q", to)
	}
	w.get("/my/withdraw?sent=1").says(200, "短信验证码", "139****0001").never(w.Phone)
	sent := k.texts.Last()
	if len(sent) == 0 || sent[0].Phone != w.Phone || sent[0].Template != "withdraw_code" {
		t.Fatalf("sent %+v", sent)
	}
	code := sent[0].Params["code"]
	wrong := "000000"
	if code == wrong {
		wrong = "111111"
	}
	w.sure("/my/withdraw", "code", wrong).says(422, "验证码不对")
	if w.row().State.Final() {
		t.Fatal("withdrawn by a wrong code")
	}
	// A code for signing in is good for nothing here, nor is one of somebody else.
	w.post("/my/withdraw", "case", w.Case, "version", "0", "code", code).says(409, "这一步没有办")
	if w.row().State.Final() {
		t.Error("a stale page withdrew")
	}
	if to := w.sure("/my/withdraw", "code", code).to(); to != "/my" {
		t.Fatalf("leads to %q", to)
	}
	w.get("/my").says(200, "申请已撤回", "您已撤回申请，名额不再保留", "重新申请")
	w.get("/my/receipt").says(200, "这次申请已经结束")
	waiting.get("/my").says(200, "有名额空出来，递补给您")
	if to := w.get("/my/withdraw").to(); to != "/my" {
		t.Errorf("withdrawing again leads to %q", to)
	}
	for range 5 {
		waiting.post("/my/withdraw/code")
		k.pass(31 * time.Second)
	}
	waiting.post("/my/withdraw/code").says(429, "24小时内")
}

func TestMessages_WhatIsShownIsRead(t *testing.T) {
	k := newCaseKit(t)
	w, other := k.submitted(1), k.submitted(2)
	w.get("/my/messages").says(200, "还没有消息")
	_, err := k.jobs.Deliver(k.ctx)
	k.must(err)
	w.get("/my").says(200, "1 条没看")
	k.ask(w.id, "HEAD", "/my/messages", nil)
	w.get("/my/messages").says(200, "申请已受理，有名额", "受理号 1", "新", "工作人员不会要您的验证码")
	w.get("/my").says(200).never("条没看")
	if n, err := k.db.Unread(k.ctx, other.id); err != nil || n != 1 {
		t.Errorf("somebody else has %d unread messages, %v", n, err)
	}
}

func TestLookers_NameOrganisationAndRole(t *testing.T) {
	k := newCaseKit(t)
	w := k.submitted(1)
	w.get("/my/lookers").says(200, "还没有人看过")
	k.must(k.work.Look(k.ctx, caseClerk, w.row(), "check"))
	k.pass(24 * time.Hour)
	k.must(k.work.Reveal(k.ctx, caseJudge, w.row(), "stamped", "核对公章的字样"))
	w.get("/my/lookers").says(200, "求学圆梦服务中心", "服务中心", "咸安区总工会", "区总工会审核", "看了原件，理由：核对公章的字样").never("钟心怡", "曲审言")
}

func TestOwn_MaskedOnThePageWholeInTheFile(t *testing.T) {
	k := newCaseKit(t)
	k.submitted(1)
	k.submitted(2)
	w := k.filled(3)
	w.put("honour_title", k.p.Honours[0].Key)
	w.attach(scheme.FileHonour)
	if to := w.post("/my/submit", "case", w.Case).to(); to != "/my/receipt" {
		t.Fatalf("leads to %q", to)
	}
	w.decide(caseJudge, casework.Order{Move: scheme.ProvePriority})
	w.get("/my/data").says(200, w.Name, w.Employer, "用来", "保存30年").never(w.ID, w.Card, w.Phone)
	if to := w.post("/my/data/code").to(); to != "/my/data?sent=1" {
		t.Fatalf("leads to %q", to)
	}
	w.get("/my/data?sent=1").says(200, "短信验证码", "139****0003").never(w.Phone)
	sent := k.texts.Last()
	if len(sent) == 0 || sent[0].Phone != w.Phone || sent[0].Template != "data_code" {
		t.Fatalf("sent %+v", sent)
	}
	code, wrong := sent[0].Params["code"], "000000"
	if code == wrong {
		wrong = "111111"
	}
	w.post("/my/data").says(422, "验证码不对").never(w.ID, w.Card)
	w.post("/my/data", "code", wrong).says(422, "验证码不对").never(w.ID, w.Card)
	w.sure("/my/withdraw", "code", code).says(422, "验证码不对")
	w.get("/my").never("下载了自己的资料")
	p := w.post("/my/data", "code", code)
	if p.Code != 200 || !strings.Contains(p.Header().Get("Content-Disposition"), "attachment") {
		t.Fatalf("%d %v", p.Code, p.Header())
	}
	var f struct {
		Number  int
		Values  []struct{ Key, Value string }
		Files   []struct{ Kind string }
		Receipt json.RawMessage
		Leaves  []struct {
			Index   int64
			Leaf    string
			Nonce   string
			Private string
		}
	}
	if err := json.Unmarshal(p.Body.Bytes(), &f); err != nil {
		t.Fatal(err)
	}
	values := map[string]string{}
	for _, v := range f.Values {
		values[v.Key] = v.Value
	}
	if values["id"] != w.ID || values["card"] != w.Card || values["phone"] != w.Phone || f.Number != 3 || len(f.Files) != 3 {
		t.Errorf("the file holds %v, %d files, number %d", values, len(f.Files), f.Number)
	}
	if _, err := proof.ParseReceipt(f.Receipt); err != nil {
		t.Error(err)
	}
	// Each leaf opens; the band leaf too, which nobody else can read.
	kinds := map[string]bool{}
	for _, l := range f.Leaves {
		leaf, err := proof.ParseLeaf([]byte(l.Leaf))
		if err != nil {
			t.Fatalf("%v: %s", err, l.Leaf)
		}
		nonce, err := hex.DecodeString(l.Nonce)
		if err != nil || len(nonce) != 32 || proof.Commit(leaf.Kind, [32]byte(nonce), []byte(l.Private)) != leaf.C {
			t.Errorf("leaf %d (%s) does not open", l.Index, leaf.Kind)
		}
		kinds[leaf.Kind] = true
	}
	if !kinds["accept"] || !kinds["band"] {
		t.Errorf("leaves of the kinds %v", kinds)
	}
	w.get("/my").says(200, "下载了自己的资料")
	w.post("/my/data", "code", code).says(422, "验证码不对").never(w.ID, w.Card)
	for range 4 {
		k.pass(31 * time.Second)
		w.post("/my/data/code")
	}
	k.pass(31 * time.Second)
	w.post("/my/data/code").says(429, "24小时内")
}

func TestMyPage_OfAnotherWorkerIsHisOwn(t *testing.T) {
	k := newCaseKit(t)
	a, b := k.submitted(1), k.submitted(2)
	for _, path := range []string{"/my", "/my/receipt", "/my/form", "/my/data", "/my/lookers", "/my/messages", "/my/withdraw"} {
		b.get(path).never(a.Case, a.Name, a.row().FormCode)
	}
	// A form of a's case, sent by b.
	for _, path := range []string{"/my/hearing", "/my/waive", "/my/withdraw"} {
		b.post(path, "case", a.Case, "version", "1", "text", "一二三四五", "code", "123456").says(409, "这一步没有办")
	}
	if a.row().State != scheme.Accepted || b.row().State != scheme.Accepted {
		t.Error("a foreign form changed something")
	}
}

var inline = regexp.MustCompile(`(?i)<script[^>]*>[^<]|<style|\son[a-z]+=|\sstyle=`)

func TestCasePages_HoldNothingInline(t *testing.T) {
	k := newCaseKit(t)
	w := k.submitted(1)
	draft := k.filled(2)
	w.decide(caseClerk, casework.Order{Move: scheme.Return, Items: []string{"bank"}, Reason: "开户行没写清楚"})
	for _, p := range []page{
		w.get("/my"), w.get("/my/form"), w.get("/my/receipt"), w.get("/my/correct"), w.get("/my/withdraw?sent=1"), w.get("/my/messages"), w.get("/my/lookers"),
		w.get("/my/data"), draft.get("/my/form"), draft.get("/my/submit"), draft.get("/my/submit/double"), draft.post("/my/print-code"), k.ask("", "GET", "/print", nil),
	} {
		if p.Code != 200 {
			t.Errorf("answered %d: %s", p.Code, p.text())
		}
		if m := inline.FindString(p.Body.String()); m != "" {
			t.Errorf("inline: %q", m)
		}
		if n := strings.Count(p.Body.String(), "<h1"); n != 1 {
			t.Errorf("%d headings of the first order", n)
		}
		if n := strings.Count(p.Body.String(), `"btn primary"`); n > 1 {
			t.Errorf("%d primary buttons: %s", n, p.text()[:200])
		}
	}
}
