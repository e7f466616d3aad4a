package desk_test

import (
	"strings"
	"testing"
	"time"

	"yuanmeng/internal/scheme"
)

const programmePath = "/desk/programme/" + xianan

func TestOpening_FromRedToOpenByTwo(t *testing.T) {
	b := newBureau(t)
	lead, other, reviewer := b.hire("lead", scheme.RoleLead).in(), b.hire("lead2", scheme.RoleLead).in(), b.hire("reviewer", scheme.RoleDistrict).in()
	b.leads(lead.get("/desk/programme"), programmePath)
	red := b.want(lead.get(programmePath), 200, "还不能开放，差 3 件事", "咨询电话", "点“签认”", "放假和调休")
	if red.has("readings_signed") || red.has("programme check") || red.has("hotline_hours") {
		t.Error("the page speaks in the words of the folder")
	}
	b.want(lead.post(programmePath+"/opening"), 422, "还没有咨询电话")
	b.want(reviewer.post(programmePath+"/opening"), 403)

	for _, c := range []struct{ hotline, hours, sentence string }{
		{"待定", "工作日", "请写电话号码"}, {"", "", "请写电话号码"}, {"0715-8888888", "", "请写接听时间"}, {"0715-8888888", strings.Repeat("长", 61), "请写接听时间"},
	} {
		b.want(lead.post(programmePath+"/hotline", "hotline", c.hotline, "hours", c.hours), 422, c.sentence, `value="`+c.hotline+`"`)
	}
	b.leads(lead.post(programmePath+"/hotline", "hotline", "0715-8888888", "hours", "工作日 8:30–17:30"), programmePath)
	b.want(lead.get(programmePath), 200, "差 2 件事", "0715-8888888")

	read := b.want(lead.get(programmePath+"/readings"), 200, "R-A1", "R-E11", "我逐条看过", `value="folder-1"`)
	if !read.has("名额只按成功提交的先后", "给优先人员预留名额", "5.2 专门写了分配办法") {
		t.Error("a reading is not shown with its alternative and why")
	}
	b.want(lead.post(programmePath+"/readings", "hash", "folder-1"), 422, "请先看完")
	b.want(lead.post(programmePath+"/readings", "hash", "folder-0", "read", "yes"), 422, "项目文件夹刚才换过")
	b.want(reviewer.post(programmePath+"/readings", "hash", "folder-1", "read", "yes"), 403)
	b.leads(lead.post(programmePath+"/readings", "hash", "folder-1", "read", "yes"), programmePath)
	b.want(lead.get(programmePath+"/readings"), 200, "已经签认", "测试员lead 于 ")
	b.leads(lead.post(programmePath+"/holidays", "hash", "folder-1"), programmePath)
	b.want(lead.get(programmePath), 200, "可以开放了", "提出开放")

	// A newer folder ends the signature and keeps the telephone.
	newer := programme(t, false)
	b.must(b.work.Load(b.ctx, newer, "folder-2"))
	b.want(lead.get(programmePath), 200, "差 2 件事", "0715-8888888")
	b.leads(lead.post(programmePath+"/readings", "hash", "folder-2", "read", "yes"), programmePath)
	b.leads(lead.post(programmePath+"/holidays", "hash", "folder-2"), programmePath)

	b.leads(lead.post(programmePath+"/opening"), programmePath)
	b.want(lead.post(programmePath+"/opening"), 422, "已有人提出开放")
	proposal := func() string {
		open, err := b.db.OpenProposals(b.ctx, xianan)
		b.must(err)
		if len(open) != 1 {
			t.Fatalf("%d proposals", len(open))
		}
		return programmePath + "/opening/" + open[0].ID
	}
	if p := b.want(lead.get(programmePath), 200, "等第二人确认开放", "您提出的，要由另一个人确认"); p.has("同意，开放项目") {
		t.Error("the first is offered to be the second")
	}
	b.want(lead.post(proposal(), "agree", "yes"), 422, "两人须不是同一人")
	b.want(other.post(proposal()), 400, "没有收到您的决定")
	b.leads(other.post(proposal(), "agree", "no"), programmePath)
	b.want(other.get(programmePath), 200, "可以开放了")

	// What changes after the first half has to be proposed again.
	b.leads(lead.post(programmePath+"/opening"), programmePath)
	b.leads(lead.post(programmePath+"/hotline", "hotline", "0715-8888889", "hours", "每天"), programmePath)
	b.want(reviewer.post(proposal(), "agree", "yes"), 422, "提出之后项目内容有了变化")
	b.leads(lead.post(proposal(), "agree", "no"), programmePath)
	b.leads(lead.post(programmePath+"/opening"), programmePath)
	b.want(reviewer.get(programmePath), 200, "同意，开放项目", "测试员lead")
	again := proposal()
	b.leads(reviewer.post(again, "agree", "yes"), programmePath)
	b.want(lead.get(programmePath), 200, "公开的版本", "开放", "测试员lead、测试员reviewer", "0715-8888889")
	b.want(other.post(again, "agree", "yes"), 422, "已经办过了")
	b.want(lead.post(programmePath+"/hotline", "hotline", "0715-8888888", "hours", "每天"), 422, "项目已经开放")
	p, state, err := b.work.Current(b.ctx)
	b.must(err)
	if state != "open" || p.Hotline != "0715-8888889" {
		t.Fatal(state, p.Hotline)
	}
	if len(b.events("open_programme")) != 1 || len(b.events("sign_readings")) != 2 || len(b.events("propose_opening")) != 3 {
		t.Error("the way to the opening is not all written down")
	}
}

func TestOpening_NotAfterTheEnd(t *testing.T) {
	b := bare(t)
	b.must(b.work.Load(b.ctx, programme(t, true), "folder-1"))
	lead := b.hire("lead", scheme.RoleLead).in()
	b.want(lead.get(programmePath), 200, "可以开放了", "开始填表的时间已经过了")
	b.pass(60 * 24 * time.Hour)
	lead.in()
	b.want(lead.post(programmePath+"/opening"), 422, "申报截止的时间已经过了")
}

func TestOpening_NotWhileNoMessageLeaves(t *testing.T) {
	b := bare(t)
	settled := *programme(t, true)
	settled.Demo = false
	b.must(b.work.Load(b.ctx, &settled, "folder-1"))
	lead := b.hire("lead", scheme.RoleLead).in()
	b.want(lead.get(programmePath), 200, "可以开放了")
	b.work.Mute = true
	b.want(lead.get(programmePath), 200, "差 1 件事", "短信还没有接通", `<div class="cell">`)
	b.want(lead.post(programmePath+"/opening"), 422, "短信还没有接通", "--sms-driver aliyun")
}

func TestCapacity_ByTwoLeads(t *testing.T) {
	b := openBureau(t)
	lead, other, reviewer := b.hire("lead", scheme.RoleLead).in(), b.hire("lead2", scheme.RoleLead).in(), b.hire("reviewer", scheme.RoleDistrict).in()
	b.want(lead.get(programmePath+"/cap"), 200, "要两位负责人")
	b.want(reviewer.get(programmePath+"/cap"), 403)
	for _, c := range []struct{ cap, waiting, reason, sentence string }{
		{"很多", "50", "扩大", "名额要填数字"}, {"120", "", "扩大", "候补要填数字"}, {"-1", "50", "扩大", "名额要填数字"}, {"120", "60", "", "请写明理由"}, {"1000000", "60", "扩大", "数字太大"},
	} {
		b.want(lead.post(programmePath+"/cap", "cap", c.cap, "waiting", c.waiting, "reason", c.reason), 422, c.sentence, `value="`+c.cap+`"`)
	}
	b.leads(lead.post(programmePath+"/cap", "cap", "120", "waiting", "60", "reason", "区里追加经费"), programmePath)
	open, err := b.db.OpenProposals(b.ctx, xianan)
	b.must(err)
	at := programmePath + "/cap/" + open[0].ID
	b.want(lead.get(programmePath), 200, "等另一位负责人确认调整名额", "区里追加经费", "收回")
	b.want(lead.post(at, "agree", "yes"), 422, "两人须不是同一人")
	b.want(reviewer.post(at, "agree", "yes"), 403)
	b.want(other.post(programmePath+"/cap/no-such", "agree", "yes"), 422, "已经办过了")
	b.want(other.get(programmePath), 200, "同意，调整名额")
	b.leads(other.post(at, "agree", "yes"), programmePath)
	ta, err := b.db.Tally(b.ctx, xianan)
	b.must(err)
	if ta.Cap != 120 || ta.WaitingMax != 60 {
		t.Fatalf("%+v", ta)
	}
	b.want(other.get(programmePath), 200, "共 120 个名额", "区里追加经费", "测试员lead、测试员lead2")
}

func TestProgramme_OfAnotherDistrictIsNotThere(t *testing.T) {
	b := newBureau(t)
	next := *programme(t, false)
	next.ID = "hean-2026"
	b.must(b.work.Load(b.ctx, &next, "folder-9"))
	lead := b.hire("lead", scheme.RoleLead).in()
	absent := text(b.want(lead.get("/desk/programme/no-such"), 404).body)
	for _, path := range []string{"", "/readings", "/holidays", "/cap"} {
		p := b.want(lead.get("/desk/programme/hean-2026"+path), 404)
		if got := text(p.body); got != absent {
			t.Errorf("%s tells that it is there: %s", path, got)
		}
	}
	b.want(lead.post("/desk/programme/hean-2026/hotline", "hotline", "0715-8888888", "hours", "每天"), 404)
	b.want(lead.post("/desk/programme/hean-2026/readings", "hash", "folder-9", "read", "yes"), 404)
	sys := b.hire("sys", scheme.RoleSysAdmin).in()
	b.want(sys.get("/desk/programme"), 200, "差 3 件事")
	b.want(sys.get("/desk/programme/hean-2026"), 200, "还不能开放")
	if p := sys.get("/desk/programme/hean-2026"); p.has("/hotline\"") || p.has("提出开放</button>") {
		t.Error("the system administrator is offered what leads decide")
	}
}
