package apply_test

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"strings"
	"testing"
	"time"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/sample"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// portrait is a synthetic 1寸 picture on a ground of one colour.
func portrait(ground color.Color) []byte {
	m := image.NewRGBA(image.Rect(0, 0, 600, 840))
	draw.Draw(m, m.Rect, image.NewUniform(ground), image.Point{}, draw.Src)
	draw.Draw(m, image.Rect(180, 220, 420, 560), image.NewUniform(color.RGBA{225, 190, 160, 255}), image.Point{}, draw.Src)
	draw.Draw(m, image.Rect(100, 560, 500, 840), image.NewUniform(color.RGBA{40, 40, 60, 255}), image.Point{}, draw.Src)
	return asJPEG(m)
}

var blue = color.RGBA{67, 142, 219, 255}

func asJPEG(m image.Image) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 90}); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// answers are what a person types on the pages, in their order.
func answersOf(p *scheme.Programme, one sample.Person) map[string][]string {
	m, _ := p.Major(one.Major)
	return map[string][]string{
		"name": {"name", one.Name}, "id": {"id_kind", "resident", "id", one.ID}, "phone": {"phone", one.Phone}, "hukou": {"hukou", "rural"},
		"employer": {"employer", one.Employer}, "dispatched": {"dispatched", "no"}, "town": {"town", one.Town}, "post": {"post", "车床操作工"},
		"employment": {"employment", "contract"}, "worker_kind": {"worker_kind", "industrial"}, "own_union": {"own_union", "own"},
		"own_union_name": {"own_union_name", one.Employer + "工会委员会"}, "officer": {"officer", "no"}, "education": {"education", one.Education},
		"major": {"college", m.College, "level", m.Level, "major", one.Major}, "honour_title": {"honour_title", "none"},
		"card": {"card", one.Card}, "bank": {"bank", "中国农业银行"}, "account_name": {"account_name", "", "account_reason", ""},
	}
}

var shownValue = func(p page) string {
	_, rest, _ := strings.Cut(p.Body.String(), `name="shown" value="`)
	v, _, _ := strings.Cut(rest, `"`)
	return v
}

func (b *browser) consents() page {
	b.t.Helper()
	shown := shownValue(b.get("/my/p/consents").is(200))
	return b.post("/my/p/consents", "shown", shown, "consent_sensitive", "yes", "consent_sharing", "yes", "consent_public", "yes")
}

// fill answers every page up to the photo, each leading to the next.
func (b *browser) fill(one sample.Person) {
	b.t.Helper()
	typed := answersOf(b.p, one)
	at := b.consents().is(303).to
	for at != "/my/p/photo" {
		key := strings.TrimPrefix(at, "/my/p/")
		values, ok := typed[key]
		if !ok {
			b.t.Fatalf("page %s was not expected", at)
		}
		b.get(at).is(200)
		at = b.post(at, values...).is(303).to
	}
}

// whole is a phone whose draft lacks nothing but the stamped form and the
// commitment.
func (s *site) whole(phone string, n int) *browser {
	s.t.Helper()
	b := s.begun(phone)
	b.fill(s.person(n))
	b.upload("/my/file/photo", "photo", "a.jpg", portrait(blue)).leads("/my/p/photo")
	return b
}

// form is the printed form of a phone's draft, as a photographed page.
func (s *site) form(b *browser) []byte {
	s.t.Helper()
	b.post("/my/form").is(303)
	p := b.get("/my/form.png").is(200)
	m, _, err := image.Decode(bytes.NewReader(p.Body.Bytes()))
	if err != nil {
		s.t.Fatal(err)
	}
	return asJPEG(m)
}

// TestSave_TooFastKeepsWhatWasTyped: the page that is refused shows what was
// typed, the script gets the sentence, and nothing of it is kept.
func TestSave_TooFastKeepsWhatWasTyped(t *testing.T) {
	s := newSite(t)
	b := s.begun(anna)
	c, _ := s.draft(anna)
	for {
		if _, err := s.work.Save(s.ctx, c.WorkerID, c.ID, func(*scheme.Application, *scheme.Programme) error { return nil }); casework.RefusedCode(err) != "" {
			break
		}
	}
	b.post("/my/p/employer", "employer", "咸安区新厂").is(429).says("这一次没有存上").holds(`value="咸安区新厂"`)
	if p := b.send(b.request("/my/p/employer", "employer", "咸安区新厂"), "Origin", home, "X-Yuanmeng", "autosave").is(429); !strings.Contains(p.Body.String(), `存得太快了`) {
		t.Errorf("the script gets %s", p.Body)
	}
	b.post("/my/pick", "char", "王").is(429).says("存得太快了")
	if _, app := s.draft(anna); app.Answers.Employer != "" || app.Answers.Name != "" {
		t.Errorf("kept %q", app.Answers.Employer)
	}
	s.machine.pass(time.Minute)
	b.post("/my/p/employer", "employer", "咸安区新厂").is(303)
}

func TestDraft_TheWholeWay(t *testing.T) {
	s := newSite(t)
	one := s.person(7)
	b := s.signedIn(anna)
	b.get("/my").is(200).says("开始填写申请", "离开始申报还有", "请先备好", "储蓄卡")
	b.post("/my/begin").leads("/my/p/consents")
	b.post("/my/begin").leads("/my/p/consents") // a second tap finds the draft
	b.get("/my").is(200).says("三份同意书", "还没填", "开始填写")
	p := b.get("/my/p/consents").is(200).says("办理助学申请要用到您的这些信息", "公示不会写", "发补助的银行")
	if strings.Contains(p.Body.String(), "checked") {
		t.Error("a consent is ticked beforehand")
	}
	b.fill(one)
	b.get("/my").says("接着填：照片", "填过的都存好了").hides(one.ID, one.Card)
}

func TestTasks_SayWhatIsDoneAndWhatIsNext(t *testing.T) {
	s := newSite(t)
	b := s.whole(anna, 7)
	one := s.person(7)
	p := b.get("/my").is(200).says("打印推荐表", "都填好了", "已完成", "可以不填", "还没填", "给您盖章的工会", one.Employer+"工会委员会", "删除草稿")
	p.holds(`href="/my/form"`)
	p.hides(one.ID, one.Card, one.Phone)
	form := s.form(b)
	b.get("/my").says("上传盖好章的推荐表", "推荐表已经打印")
	b.upload("/my/file/stamped", "stamped", "a.jpg", form).leads("/my/p/stamped")
	b.get("/my").says("接着填：本人承诺")
	b.post("/my/p/commitment", "shown", shownValue(b.get("/my/p/commitment")), "commitment", "yes").leads("/my/check")
	b.get("/my").says("都备齐了", "开始申报，到时点一下就提交").holds(`href="/my/check"`)
	b.get("/my/check").is(200).says("都填好了", "到提交页等开始").hides(one.ID, one.Card, one.ID[12:])
	s.clock.to(s.p.OpensAt.Add(time.Minute))
	b.get("/my").says("离截止还有", "核对一遍，然后提交")
	b.get("/my/check").says("都对，去提交").holds(`href="/my/submit"`)
}

func TestHome_HasWordsForEveryTime(t *testing.T) {
	s := unloaded(t)
	b := s.signedIn(anna)
	b.get("/my").is(200).says("还没有开放的项目")
	s.load()
	b.get("/my").is(200).says("还没有对外开放", "咸安区总工会宣布以后")
	b.post("/my/begin").leads("/my")
	one, two := scheme.Actor{ID: "lead-1", Role: scheme.RoleLead}, scheme.Actor{ID: "lead-2", Role: scheme.RoleLead}
	if err := s.work.Open(s.ctx, one, two, string(s.p.ID), nil); err != nil {
		t.Fatal(err)
	}
	s.clock.to(s.p.DraftsAt.Add(-time.Hour))
	b.get("/my").is(200).says("还没有到填写时间", "起可以填写", "离开始填写还有")
	b.post("/my/begin").leads("/my")
	s.clock.to(s.p.DraftsAt)
	b.post("/my/begin").leads("/my/p/consents")
	s.clock.to(s.p.ClosesAt)
	b.get("/my").is(200).says("申报已经截止", "8月31日24时截止", "您的草稿没有提交", "以后自动删除").holds(`href="/my/discard"`)
	b.get("/my/p/name").leads("/my")
	b.get("/my/check").leads("/my")
	b.post("/my/p/name", "name", "张三").leads("/my")
	s.signedIn(berta).get("/my").is(200).says("申报已经截止").hides("您的草稿")
}

func TestDraft_BackAndLaterKeepWhatWasTyped(t *testing.T) {
	s := newSite(t)
	b := s.begun(anna)
	p := b.get("/my/p/employer").is(200)
	p.holds(`form="page" name="then" value="back"`, `data-autosave`)
	b.post("/my/p/employer", "employer", "永", "then", "back").leads("/my/p/hukou")
	b.get("/my/p/employer").holds(`value="永"`)
	b.post("/my/p/id", "id_kind", "resident", "id", "4223", "then", "later").leads("/my")
	b.get("/my").says("已经存好，以后接着填", "要改", "您填了4位")
	b.get("/my/p/id").holds(`value="4223"`)
	b.post("/my/p/name", "name", "王□", "then", "pick").leads("/my/pick")
	b.get("/my/pick").says("王□")
	// Another device, the same draft.
	other := s.signedIn(anna)
	other.get("/my/p/employer").is(200).holds(`value="永"`)
}

func TestDraft_AutosaveKeepsAndSaysNothing(t *testing.T) {
	s := newSite(t)
	b := s.begun(anna)
	r := b.request("/my/p/post", "post", "焊")
	p := b.send(r, "Origin", home, "X-Yuanmeng", "autosave").is(200)
	if !strings.Contains(p.Body.String(), `"saved":true`) {
		t.Errorf("answer %s", p.Body)
	}
	if _, app := s.draft(anna); app.Answers.Post != "焊" {
		t.Errorf("post %q", app.Answers.Post)
	}
	// A choice that nobody has made yet stays as it was.
	b.post("/my/p/town", "town", "wenquan").is(303)
	b.send(b.request("/my/p/town"), "Origin", home, "X-Yuanmeng", "autosave").is(200)
	if _, app := s.draft(anna); app.Answers.Town != "wenquan" {
		t.Errorf("town %q", app.Answers.Town)
	}
}

func TestCheck_MissingFirstThenDoubtsThenAnswers(t *testing.T) {
	s := newSite(t)
	b := s.begun(anna)
	one := s.person(3)
	p := b.get("/my/check").is(200).says("还差", "填“姓名”", "请填写姓名，和身份证上的一样")
	p.holds(`href="/my/p/name?from=check"`)
	b.fill(one)
	b.post("/my/p/town", "town", "outside", "from", "check").leads("/my/check")
	b.post("/my/p/post", "post", "车间主任", "from", "check").leads("/my/check")
	p = b.get("/my/check").says("请再看一下，不影响提交", "您填的是在区外上班", "请把岗位写具体", "不在咸安区上班", "上传“照片”", "6228 **** ****")
	p.hides(one.ID, one.Card, anna)
	p.says("显示全部号码", one.ID[:6]+" "+one.ID[6:14]+" "+one.ID[14:], one.Card[:4]+" "+one.Card[4:8]+" "+one.Card[8:12])
	text := p.text
	if !(strings.Index(text, "还差") < strings.Index(text, "不影响提交") && strings.Index(text, "不影响提交") < strings.Index(text, "您本人")) {
		t.Error("order: missing, doubts, answers")
	}
	for _, pg := range scheme.Pages() {
		_, app := s.draft(anna)
		if pg.Asked(app, s.p) {
			p.holds(`href="/my/p/` + pg.Key + `?from=check"`)
		}
	}
	b.get("/my/p/employer?from=check").holds(`name="from" value="check"`)
}

func TestPages_ShowTheWayThatTheAnswersTake(t *testing.T) {
	s := newSite(t)
	b := s.begun(anna)
	b.get("/my/p/agency").leads("/my")
	b.post("/my/p/dispatched", "dispatched", "yes").leads("/my/p/agency")
	b.get("/my/p/agency").is(200).says("和您签合同的单位")
	b.post("/my/p/agency", "agency", "").is(422).says("请填写和您签合同的单位全称")
	b.post("/my/p/town", "town", "maqiao").is(303)
	b.post("/my/p/own_union", "own_union", "none").leads("/my/p/officer")
	b.get("/my/p/officer").says("咸安区马桥镇总工会", "还在核对", s.p.Hotline)
	b.post("/my/p/officer", "officer", "no").leads("/my/p/village_union")
	b.post("/my/p/village_union", "village_union", "").leads("/my/p/education")
	b.post("/my/p/officer", "officer", "yes").leads("/my/p/rec_union")
	b.get("/my/p/rec_union").says("咸宁市咸安区总工会")
	b.post("/my/p/rec_union", "rec_union", "xianan").leads("/my/p/education")
	if _, app := s.draft(anna); app.Answers.RecUnionName != "咸宁市咸安区总工会" {
		t.Errorf("union %q", app.Answers.RecUnionName)
	}
	b.get("/my/p/nonsense").is(404)
	b.post("/my/p/nonsense", "name", "x").is(404)
}

func TestMajor_ByStepsWithoutAScript(t *testing.T) {
	s := newSite(t)
	b := s.begun(anna)
	b.post("/my/p/education", "education", "61").leads("/my/p/major")
	p := b.get("/my/p/major").is(200).says("先选学校和层次", "学历合适", "16个专业", "20个专业")
	n := 0
	for _, level := range s.p.Levels() {
		for _, c := range s.p.Colleges {
			p = b.get("/my/p/major?college=" + c.Key + "&level=" + level).is(200)
			n += strings.Count(p.Body.String(), `type="radio"`)
		}
	}
	if n != 62 {
		t.Errorf("%d majors can be reached, want 62", n)
	}
	b.get("/my/p/major?q=护理").says("要有：护士执业证书")
	b.get("/my/p/major?q=天体物理").says("没有找到这个专业")
	flagged, plain := "", ""
	for _, m := range s.p.Majors {
		if m.Medical != "" && flagged == "" {
			flagged = m.Key
		}
		if m.Medical == "" {
			plain = m.Key
		}
	}
	b.post("/my/p/major", "college", "xnec", "level", "高升专").is(422).says("请选一个学校和专业").holds("错误：", `href="#f-major"`, `id="f-major"`)
	b.post("/my/p/major", "major", flagged).leads("/my/p/medical_held")
	b.get("/my/p/medical_held").says("没有这个资格，可以改报", "以湖北省教育考试院当年的公告")
	b.post("/my/p/medical_held", "medical_held", "no").is(200).says("请再看一眼", "没有这个资格，可以改报", "没有错，继续")
	b.post("/my/p/medical_held", "medical_held", "no", "seen", "medical_missing").leads("/my/p/honour_title")
	b.get("/my").holds(`href="/my/p/medical_held?from=list"`)
	b.get("/my/p/medical_held?from=list").holds(`name="from" value="list"`)
	b.post("/my/p/medical_held", "medical_held", "no", "seen", "medical_missing", "from", "list").leads("/my")
	b.get("/my/check").says("请改报别的专业")
	b.post("/my/p/medical_held", "medical_held", "yes").leads("/my/p/medical")
	b.get("/my/p/major").says("您现在选的是", "换一个")
	b.post("/my/p/major", "major", plain, "from", "check").leads("/my/check")
}

func TestName_PickerAndGaps(t *testing.T) {
	s := newSite(t)
	b := s.begun(anna)
	b.post("/my/p/name", "name", "陈").is(303)
	b.get("/my/pick?q=yan").is(200).says("姓名现在是： 陈", "䶮", "yǎn", "龙+天")
	b.get("/my/pick?q=由页").says("𬱖")
	b.get("/my/pick?q=zzz").says("没有找到“zzz”")
	b.post("/my/pick", "char", "䶮").leads("/my/p/name")
	b.get("/my/p/name").holds(`value="陈䶮"`)
	p := b.get("/my/pick?q=yan", "X-Yuanmeng", "pick").is(200)
	if !strings.Contains(p.Body.String(), `{"char":"䶮","pinyin":"yǎn","parts":"龙+天"}`) {
		t.Errorf("for the script: %s", p.Body)
	}
	for _, bad := range []string{"", "ab", "陈王", "<b>", "1"} {
		b.post("/my/pick", "char", bad).is(400)
	}
	// A gap, the tick, the picture of the card; and a gap is filled later.
	b.post("/my/pick", "char", "□").leads("/my/p/name")
	b.get("/my/p/name").holds(`value="陈䶮□"`, "checked")
	b.post("/my/p/name", "name", "陈？", "name_untypable", "yes").leads("/my/p/idcard")
	c, app := s.draft(anna)
	if app.Answers.Name != "陈□" || !c.Untypable {
		t.Errorf("name %q, untypable %v", app.Answers.Name, c.Untypable)
	}
	b.get("/my/p/idcard").is(200).says("工作人员照着它补上", "拍有姓名的一面")
	b.post("/my/p/name", "name", "陈？").is(422).says("姓名里有不是字的符号")
	b.post("/my/p/name", "name", "陈□", "name_untypable", "yes").is(303)
	b.post("/my/pick", "char", "𬱖").leads("/my/p/name")
	if _, app := s.draft(anna); app.Answers.Name != "陈𬱖" || app.Answers.NameUntypable {
		t.Errorf("name %q %v", app.Answers.Name, app.Answers.NameUntypable)
	}
}

func TestDoubts_AreShownOnceAndStopNobody(t *testing.T) {
	s := newSite(t)
	b := s.begun(anna)
	p := b.post("/my/p/card", "card", "6228480000000000010").is(200).says("已经存好，请再看一眼", "这个卡号可能有一位填错了", "没有错，继续")
	p.holds(`value="6228480000000000010"`, `name="seen" value="card_luhn"`)
	b.post("/my/p/card", "card", "6228480000000000010", "seen", "card_luhn").leads("/my/p/bank")
	b.get("/my/p/bank").holds(`value="中国农业银行"`, "<datalist")
	b.post("/my/p/name", "name", "阿依古丽•买买提").is(200).says("姓名已改成“阿依古丽·买买提”")
	b.post("/my/p/name", "name", "阿依古丽·买买提").leads("/my/p/id")
}

func TestDiscard_AsksAndRemoves(t *testing.T) {
	s := newSite(t)
	b := s.begun(anna)
	b.post("/my/p/employer", "employer", "永固机械厂").is(303)
	b.get("/my/discard").is(200).says("删除草稿？", "找不回来", "盖章的推荐表也不能再用")
	if _, app := s.draft(anna); app.Answers.Employer == "" {
		t.Fatal("asking has deleted")
	}
	b.post("/my/discard").leads("/my")
	b.get("/my").says("草稿已经删除", "开始填写申请")
	b.get("/my/discard").leads("/my")
	b.post("/my/discard").is(404)
}

// returned brings a submitted case back with named items.
func (s *site) returned(b *browser, phone string, items ...string) store.Case {
	s.t.Helper()
	b.upload("/my/file/stamped", "stamped", "a.jpg", s.form(b)).leads("/my/p/stamped")
	b.post("/my/p/commitment", "shown", shownValue(b.get("/my/p/commitment")), "commitment", "yes").leads("/my/check")
	s.clock.to(s.p.OpensAt.Add(time.Minute))
	c, _ := s.draft(phone)
	if _, err := s.work.Submit(s.ctx, c.WorkerID, c.ID, s.work.Door(), s.clock.now()); err != nil {
		s.t.Fatal(err)
	}
	c, _ = s.draft(phone)
	v := store.Viewer{AccountID: "centre-1", Programmes: []string{c.ProgrammeID}}
	a := scheme.Actor{ID: "centre-1", Role: scheme.RoleCentre, Org: "centre"}
	if err := s.work.Decide(s.ctx, a, v, casework.Order{Move: scheme.Return, Case: c.ID, Version: c.Version, Items: items, Reason: "请看清楚再填一次"}); err != nil {
		s.t.Fatal(err)
	}
	c, _ = s.draft(phone)
	return c
}

// The card of a disputed number may be asked for, though the name is typed (5.2).
func TestCorrection_OffersTheCardWhereItIsNamed(t *testing.T) {
	s := newSite(t)
	b := s.whole(anna, 7)
	s.returned(b, anna, "idcard")
	b.get("/my/correct").is(200).says("身份证照片")
	b.get("/my/p/idcard").is(200).says("用来核实这个证件号是您本人的")
	b.upload("/my/file/idcard", "idcard", "a.jpg", portrait(blue))
	if _, app := s.draft(anna); app.Files[scheme.FileIDCard].ID == "" {
		t.Error("the card was not kept")
	}
}

func TestCorrection_OnlyNamedItemsAreOpen(t *testing.T) {
	s := newSite(t)
	b := s.whole(anna, 7)
	s.returned(b, anna, "employer", "name")
	_, before := s.draft(anna)
	b.get("/my/p/employer").is(200).says("补正")
	b.post("/my/p/employer", "employer", "横沟桥汽配加工厂", "id", "422301197501010011", "post", "厂长").leads("/my/correct")
	_, after := s.draft(anna)
	if after.Answers.Employer != "横沟桥汽配加工厂" || after.Sealed.ID != before.Sealed.ID || after.Answers.Post != before.Answers.Post {
		t.Errorf("correction %+v", after.Answers)
	}
	for _, key := range []string{"id", "post", "card", "consents", "major", "photo"} {
		b.get("/my/p/" + key).leads("/my")
		b.post("/my/p/"+key, "id", "422301197501010011", "post", "厂长").leads("/my")
	}
	b.upload("/my/file/photo", "photo", "a.jpg", portrait(blue)).leads("/my")
	b.get("/my/check").is(200).says("改好了，回去提交补正")
}
