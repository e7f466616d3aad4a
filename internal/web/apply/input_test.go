package apply_test

import (
	"strings"
	"testing"

	"yuanmeng/internal/scheme"
)

// What people and attackers send, each with the sentence it gives. What was typed
// stays in the form; a draft that was right stays right.
func TestInput_BadValuesHaveTheirSentence(t *testing.T) {
	s := newSite(t)
	b := s.begun(anna)
	id := s.person(4).ID
	slip := "0"
	if id[16] == '0' {
		slip = "1"
	}
	for _, c := range []struct {
		name, page string
		kv         []string
		says       string
		keeps      string // what stands in the field; "" = not looked at
	}{
		{"no kind of document", "id", []string{"id", id}, "请选“证件类型”", ""},
		{"a digit wrong", "id", []string{"id_kind", "resident", "id", id[:16] + slip + id[17:]}, "证件号码有一位填错了", id[:16] + slip + id[17:]},
		{"15 digits", "id", []string{"id_kind", "resident", "id", "422301900307123"}, "这是15位的旧号码", "422301900307123"},
		{"17 digits", "id", []string{"id_kind", "resident", "id", id[:17]}, "您填了17位", id[:17]},
		{"letters", "id", []string{"id_kind", "resident", "id", "42230119900307ABCD"}, "只能是数字，最后一位可以是X", ""},
		{"no such day", "id", []string{"id_kind", "resident", "id", "422301199013071234"}, "出生日期不存在", ""},
		{"a kind not offered", "id", []string{"id_kind", "passport", "id", id}, "里没有这一项", ""},
		{"empty name", "name", []string{"name", "  "}, "请填写姓名，和身份证上的一样", ""},
		{"private-use character", "name", []string{"name", "王\ue81f"}, "输入法自造的字", ""},
		{"a radical only", "name", []string{"name", "王⺀"}, "只是偏旁", ""},
		{"a digit in the name", "name", []string{"name", "王3"}, "姓名里有数字", "王3"},
		{"markup in the name", "name", []string{"name", `<script>alert(1)</script>`}, "姓名里有不是字的符号", "&lt;script&gt;"},
		{"200 characters", "name", []string{"name", strings.Repeat("王", 200)}, "姓名最多50个字，您填了200个字", strings.Repeat("王", 200)},
		{"dot at the end", "name", []string{"name", "阿依古丽·"}, "不能在最前面或最后面", "阿依古丽·"},
		{"short card", "card", []string{"card", "6228480"}, "您填了7位", "6228480"},
		{"long unit", "employer", []string{"employer", strings.Repeat("厂", 61)}, "最多60个字", strings.Repeat("厂", 61)},
		{"forged major triple", "major", []string{"major", "jcut-高升专-99"}, "里没有这一项。请从列出的里面选", ""},
		{"a forged town", "town", []string{"town", "beijing"}, "里没有这一项", ""},
		{"no consent", "consents", []string{"consent_sensitive", "yes"}, "不同意就办不了这次申请", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			b.t = t
			p := b.post("/my/p/"+c.page, c.kv...).is(422).says(c.says).holds("错误：", "有 ")
			if c.keeps != "" {
				p.holds(`value="` + c.keeps)
			}
			p.hides("<script>alert")
		})
	}
	b.t = t
	b.post("/my/p/name", "name", strings.Repeat("王", 3000)).is(400).says("有一项填得太长")
	b.post("/my/p/name", "name", "王\xff").is(400).says("认不出的字")
	b.post("/my/p/name", "name", "王\x00").is(400).says("认不出的字")
}

func TestInput_GoodValuesInOddShapes(t *testing.T) {
	s := newSite(t)
	b := s.begun(anna)
	withX := ""
	for n := 0; withX == ""; n++ {
		if one := s.person(n); strings.HasSuffix(one.ID, "X") {
			withX = one.ID
		}
	}
	wide := strings.Map(func(r rune) rune { return r + 0xfee0 }, withX)
	for _, typed := range []string{withX, strings.ToLower(withX), wide, withX[:6] + " " + withX[6:14] + "-" + withX[14:], "\u200b" + withX} {
		b.post("/my/p/id", "id_kind", "resident", "id", typed).leads("/my/p/phone")
		if _, app := s.draft(anna); app.Sealed.ID != withX {
			t.Errorf("%q is kept as %q", typed, app.Sealed.ID)
		}
	}
	b.get("/my/check").hides(withX, withX[12:])
	for _, dot := range []string{"•", "‧", "∙", "⋅", "・", "･", "．", ".", "\u0387", "᛫", "⸱"} {
		// Shown again once with the right dot, then taken.
		b.post("/my/p/name", "name", "阿依古丽"+dot+"买买提").is(200).says("阿依古丽·买买提", "请再看一眼")
		if _, app := s.draft(anna); app.Answers.Name != "阿依古丽·买买提" {
			t.Errorf("dot %U is kept as %q", []rune(dot), app.Answers.Name)
		}
	}
	for _, name := range []string{"王㛃", "李䶮", "张𬱖", "赵𬭼"} {
		b.post("/my/p/name", "name", name).leads("/my/p/id")
		b.get("/my/p/name").holds(`value="` + name + `"`)
	}
	b.post("/my/p/phone", "phone", "＋８６ 138-0000-0001").is(303)
}

func TestInput_AForgedChoiceLeavesTheRightOne(t *testing.T) {
	s := newSite(t)
	b := s.begun(anna)
	major := s.p.Majors[0].Key
	b.post("/my/p/major", "major", major).is(303)
	b.post("/my/p/town", "town", "wenquan").is(303)
	b.post("/my/p/major", "major", "hue-高升专-01").is(422)
	b.post("/my/p/town", "town", "").is(303)
	if _, app := s.draft(anna); app.Answers.Major != major || app.Answers.Town != "wenquan" {
		t.Errorf("kept %q %q", app.Answers.Major, app.Answers.Town)
	}
}

// What the server owns, and fields of other pages, change nothing.
func TestInput_ServerOwnedFieldsChangeNothing(t *testing.T) {
	s := newSite(t)
	b := s.begun(anna)
	s.begun(berta)
	before, _ := s.draft(anna)
	other, _ := s.draft(berta)
	b.post("/my/p/employer", "employer", "永固机械厂",
		"id", other.ID, "case", other.ID, "case_id", other.ID, "worker_id", other.WorkerID, "programme_id", "other",
		"state", "approved", "place", "held", "no", "1", "band", "0", "priority", "proved", "person_index", "x", "form_code", "X",
		"rec_union", "xianan", "rec_union_name", "假工会", "post", "厂长", "photo", "abc", "stamped", "abc", "consent_public", "yes").is(303)
	after, app := s.draft(anna)
	if after.State != scheme.Draft || after.Place != scheme.PlaceNone || after.No != nil || after.Band != before.Band || after.Priority != "" ||
		after.WorkerID != before.WorkerID || after.PersonIndex != "" || after.FormCode != "" || after.ProgrammeID != before.ProgrammeID {
		t.Errorf("case %+v", after)
	}
	a := app.Answers
	if a.Employer != "永固机械厂" || a.Post != "" || a.RecUnion != "" || a.RecUnionName != "" || a.ConsentPublic != "" || app.Sealed.ID != "" || len(app.Files) != 0 {
		t.Errorf("answers %+v, sealed %v, files %v", a, app.Sealed, app.Files)
	}
	if _, app := s.draft(berta); app.Answers.Employer != "" {
		t.Error("somebody else's draft was changed")
	}
}

func TestConsents_AreGivenToTheTextThatWasShown(t *testing.T) {
	s := newSite(t)
	b := s.begun(anna)
	b.post("/my/p/consents", "shown", "of-an-older-page", "consent_sensitive", "yes", "consent_sharing", "yes", "consent_public", "yes").is(422).says("文字刚刚有改动")
	if _, app := s.draft(anna); app.Answers.ConsentPublic != "" {
		t.Fatal("a consent was taken for another text")
	}
	b.consents().leads("/my/p/name")
	_, app := s.draft(anna)
	if app.Answers.ConsentPublic != scheme.WordingHash(s.p.Wording["consent-public"]) {
		t.Error("the consent does not hold the hash of its text")
	}
	if n := strings.Count(b.get("/my/p/consents").Body.String(), " checked"); n != 3 {
		t.Errorf("%d boxes are ticked, want 3", n)
	}
	// Taken back.
	shown := shownValue(b.get("/my/p/consents"))
	b.post("/my/p/consents", "shown", shown, "consent_sensitive", "yes", "consent_sharing", "yes").is(422).says("请看完“同意公示”")
	if _, app := s.draft(anna); app.Answers.ConsentPublic != "" {
		t.Error("a consent cannot be taken back")
	}
}
