package scheme

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var fieldNow = time.Date(2026, 7, 6, 20, 0, 0, 0, Shanghai)

func fieldPlan() *Programme {
	return &Programme{
		ID: "xianan-2026", District: "咸安区", Union: "咸安区总工会", Hotline: "", AgeWarnBelow: 17, AgeWarnAbove: 60,
		MembershipRequired: true, RetentionApprovedYear: 30, RetentionRefusedYear: 2,
		Honours: []HonourTitle{
			{Key: "model_worker", Group: "劳模工匠", Name: "劳动模范", Proof: "荣誉证书"},
			{Key: "courier", Group: "新就业形态", Name: "快递员", Proof: "接单截图"},
		},
		Colleges: []College{{Key: "xnec", Name: "咸宁职业技术学院", Short: "咸职"}, {Key: "jcut", Name: "荆楚理工学院", Short: "荆楚"}},
		Majors: []Major{
			{Key: "xnec-zk-01", College: "xnec", Level: LevelZhuan, Category: "理工类", Name: "园林技术"},
			{Key: "xnec-zk-16", College: "xnec", Level: LevelZhuan, Category: "医学类", Name: "护理", Medical: "nursing"},
			{Key: "jcut-zb-01", College: "jcut", Level: LevelBen, Category: "理工类", Name: "机械工程"},
			{Key: "jcut-zb-02", College: "jcut", Level: LevelBen, Category: "医学类", Name: "口腔医学", Medical: "clinical"},
		},
		Unions: []Union{
			{Key: "xianan", Name: "咸宁市咸安区总工会", Kind: "district"},
			{Key: "wenquan", Name: "咸安区温泉街道总工会", Kind: "subdistrict", Parent: "xianan", Town: "温泉街道"},
			{Key: "maqiao", Name: "咸安区马桥镇总工会", Kind: "town", Parent: "xianan", Town: "马桥镇", Address: "马桥镇一路1号", Hours: "周一至周五", Confirmed: true},
		},
		Wording: map[string]string{"consent-sensitive": "甲", "consent-sharing": "乙", "consent-public": "丙", "commitment": "丁"},
	}
}

func note(id string) FileNote {
	return FileNote{ID: id, SHA256: "sha-" + id, Type: "image/jpeg", Pages: 1}
}

// complete is an application to which nothing is missing.
func complete(p *Programme) *Application {
	app := &Application{Files: map[FileKind]FileNote{FilePhoto: note("1"), FileStamped: note("2")}}
	for _, kv := range [][2]string{
		{"consent_sensitive", "yes"}, {"consent_sharing", "yes"}, {"consent_public", "yes"}, {"commitment", "yes"},
		{"name", "张三"}, {"id_kind", "resident"}, {"id", "421202199001010010"}, {"phone", "13800000000"}, {"hukou", "rural"},
		{"employer", "咸宁某某制造有限公司"}, {"dispatched", No}, {"town", "wenquan"}, {"post", "操作工"}, {"employment", "contract"},
		{"worker_kind", "industrial"}, {"own_union", UnionOwn}, {"own_union_name", "某某公司工会委员会"}, {"officer", No},
		{"education", "61"}, {"major", "xnec-zk-01"}, {"honour_title", None}, {"card", "6228480000000000000"},
	} {
		if rs := Put(app, p, kv[0], kv[1], fieldNow); len(rs) > 0 {
			panic(kv[0] + ": " + rs[0].Code)
		}
	}
	return app
}

func codes(rs []Reason) string {
	var out []string
	for _, r := range rs {
		out = append(out, r.Code)
	}
	return strings.Join(out, " ")
}

func TestCatalogue(t *testing.T) {
	p := fieldPlan()
	seen := map[string]bool{}
	slots := map[string]bool{}
	for _, f := range Fields() {
		if seen[f.Key] {
			t.Errorf("%s twice", f.Key)
		}
		seen[f.Key] = true
		if f.Label == "" || f.Purpose == "" || f.Keep == "" || f.Clause == "" || f.Get == nil || f.Set == nil || f.Check == nil || f.When == nil || len(f.Sees) == 0 || f.Sees[0] != RoleWorker {
			t.Errorf("%s is not complete", f.Key)
		}
		if f.Privacy != PrivacyOpen && f.Privacy != PrivacyPersonal && f.Privacy != PrivacySensitive {
			t.Errorf("%s has no privacy class", f.Key)
		}
		if strings.Contains(f.KeepUntil(p), "{") {
			t.Errorf("%s: keep %q", f.Key, f.KeepUntil(p))
		}
		if f.IsFile() && f.Key != string(f.File) {
			t.Errorf("%s: a file field has the key of its slot", f.Key)
		}
		if f.Slot != "" {
			slots[f.Slot] = true
		}
		if _, ok := PageOf(f.Key); !ok {
			t.Errorf("%s is on no page", f.Key)
		}
	}
	for _, s := range []string{"姓名", "身份证号", "联系电话", "工作单位", "银行卡号", "1寸蓝底照片"} {
		if !slots[s] {
			t.Errorf("the box %s is filled by no field", s)
		}
	}
	for _, k := range []string{"name", "id", "employer", "photo"} {
		if f, _ := Field(k); !f.Stamped {
			t.Errorf("%s is not stamped", k)
		}
	}
	for _, k := range []string{"id", "id_kind", "rec_union", "own_union", "honour_title", "commitment"} {
		if f, ok := Field(k); !ok || f.Correctable {
			t.Errorf("%s may be corrected", k)
		}
	}
	for _, k := range []string{"id", "phone", "card"} {
		f, _ := Field(k)
		if f.Mask == nil || f.SeenBy(RoleLocal) {
			t.Errorf("%s is not hidden", k)
		}
	}
	for _, pg := range Pages() {
		for _, k := range pg.Fields {
			if !seen[k] {
				t.Errorf("page %s asks %s", pg.Key, k)
			}
		}
	}
	if _, ok := Field("state"); ok || FieldLabel("state") != "state" || FieldLabel("name") != "姓名" {
		t.Error("server-owned things are no fields")
	}
}

func TestComplete(t *testing.T) {
	p := fieldPlan()
	app := complete(p)
	if rs := Missing(app, p, fieldNow); len(rs) != 0 {
		t.Fatalf("missing %s", codes(rs))
	}
	if rs := Eligible(app, p, fieldNow); len(rs) != 0 {
		t.Fatalf("doubts %s", codes(rs))
	}
	if app.Answers.RecUnion != UnionOwn || app.Answers.RecUnionName != "某某公司工会委员会" || app.Answers.Bank != "中国农业银行" {
		t.Errorf("derived %q %q %q", app.Answers.RecUnion, app.Answers.RecUnionName, app.Answers.Bank)
	}
	for _, task := range TaskList(app, p, fieldNow) {
		if !task.Done && task.Page.Key != "" {
			t.Errorf("task %s is open: %s", task.Page.Key, codes(task.Reasons))
		}
	}
	if rs := Missing(&Application{}, p, fieldNow); len(rs) < 20 {
		t.Errorf("an empty application lacks only %s", codes(rs))
	}
}

// TestEachFieldCounts: with any one required answer away, the application is
// not complete, and the reason names the field and says what to do.
func TestEachFieldCounts(t *testing.T) {
	p := fieldPlan()
	for _, f := range Fields() {
		app := complete(p)
		if f.Optional || !f.When(app, p) {
			continue
		}
		if f.IsFile() {
			delete(app.Files, f.File)
		} else {
			f.Set(app, "")
		}
		found := false
		for _, r := range Missing(app, p, fieldNow) {
			found = found || r.Field == f.Key && r.Worker != "" && r.Staff != ""
		}
		if !found {
			t.Errorf("without %s: %s", f.Key, codes(Missing(app, p, fieldNow)))
		}
	}
}

func TestMissing(t *testing.T) {
	p := fieldPlan()
	for _, c := range []struct {
		name   string
		change func(*Application)
		want   string
	}{
		{"forged triple", func(a *Application) { a.Answers.Major = "xnec-专升本-护理" }, "major_unlisted"},
		{"forged town", func(a *Application) { a.Answers.Town = "chibi" }, "not_offered"},
		{"the district is no town", func(a *Application) { a.Answers.Town = "xianan" }, "not_offered"},
		{"15 digits", func(a *Application) { a.Sealed.ID = "421202900101001" }, "id_15"},
		{"as typed", func(a *Application) { a.Sealed.ID = "421202 199001010010" }, "id_unclean"},
		{"old wording", func(a *Application) { a.Answers.Commitment = WordingHash("旧") }, "consent_changed"},
		{"a bare yes is no consent", func(a *Application) { a.Answers.ConsentPublic = "yes" }, "consent_changed"},
		{"dispatched", func(a *Application) { a.Answers.Dispatched = Yes }, "missing"},
		{"honour without proof", func(a *Application) { a.Answers.Honour = "model_worker" }, "file_missing"},
		{"unknown honour", func(a *Application) { a.Answers.Honour = "knight" }, "not_offered file_missing"},
		{"medical asked", func(a *Application) { a.Answers.Major = "xnec-zk-16" }, "missing"},
		{"medical held, no proof", func(a *Application) { a.Answers.Major, a.Answers.Medical = "xnec-zk-16", Yes }, "file_missing"},
		{"medical not held is no bar", func(a *Application) { a.Answers.Major, a.Answers.Medical = "xnec-zk-16", No }, ""},
		{"placeholder", func(a *Application) { a.Answers.Name = "王□" }, "name_hole"},
		{"untypable without card", func(a *Application) { a.Answers.Name, a.Answers.NameUntypable = "王□", true }, "file_missing"},
		{"untypable", func(a *Application) {
			a.Answers.Name, a.Answers.NameUntypable = "王□", true
			a.Files[FileIDCard] = note("3")
		}, ""},
		{"other account name", func(a *Application) { a.Answers.AccountName = "ZHANG SAN" }, "missing"},
		{"card fails Luhn", func(a *Application) { a.Sealed.Card = "6228480000000000001" }, ""},
		{"officer without upper union", func(a *Application) { a.Answers.Officer = Yes; a.Answers.RecUnion = "" }, "missing"},
		{"outside and other union are left to people", func(a *Application) {
			a.Answers.Town, a.Answers.OwnUnion = TownOutside, UnionOther
		}, ""},
		{"short union name", func(a *Application) { a.Answers.OwnUnionName = "工会" }, "short"},
		{"no recommending union", func(a *Application) { a.Answers.RecUnion = "" }, "union_missing"},
	} {
		app := complete(p)
		c.change(app)
		rs := Missing(app, p, fieldNow)
		if codes(rs) != c.want {
			t.Errorf("%s: %q, want %q", c.name, codes(rs), c.want)
		}
		for _, r := range rs {
			if !r.Blocks || r.Worker == "" || r.Staff == "" || r.Clause == "" {
				t.Errorf("%s: %+v", c.name, r)
			}
		}
	}
}

func TestPut(t *testing.T) {
	p := fieldPlan()
	for _, c := range []struct{ key, raw, want, code string }{
		{"name", "阿里木•买买提", "阿里木·买买提", "name_changed"},
		{"name", " 张三 ", "张三", ""},
		{"name", strings.Repeat("张", 200), strings.Repeat("张", 200), "name_long"},
		{"name", "张\ue000", "张\ue000", "name_private"},
		{"id", "４２１２０２199001010010", "421202199001010010", ""},
		{"id", "42120219900101001", "42120219900101001", "id_length"},
		{"phone", "+86 138 0000 0000", "13800000000", ""},
		{"card", "6228 4800 0000 0000 001", "6228480000000000001", "card_luhn"},
		{"employer", " 某某\u200b  公司\n", "某某 公司", ""},
		{"employer", strings.Repeat("长", 61), strings.Repeat("长", 61), "long"},
		{"town", "maqiao", "maqiao", ""},
		{"town", "<script>", "", "not_offered"},
		{"major", "forged", "", "not_offered"},
		{"bank", "某某村镇银行", "某某村镇银行", ""},
		{"consent_public", "on", WordingHash("丙"), ""},
		{"consent_public", "", "", ""},
		{"name_untypable", "on", Yes, ""},
	} {
		app := &Application{Answers: Answers{IDKind: "resident"}}
		rs := Put(app, p, c.key, c.raw, fieldNow)
		f, _ := Field(c.key)
		if f.Get(app) != c.want || codes(rs) != c.code {
			t.Errorf("Put(%s, %.40q) = %q, %q", c.key, c.raw, f.Get(app), codes(rs))
		}
	}
	for _, k := range []string{"state", "place", "priority", "number", "photo", "stamped", ""} {
		app := complete(p)
		before := *app
		if rs := Put(app, p, k, "x", fieldNow); codes(rs) != "field_unknown" || app.Answers != before.Answers || app.Sealed != before.Sealed {
			t.Errorf("%q can be put: %s", k, codes(rs))
		}
	}
}

func TestDerive(t *testing.T) {
	p := fieldPlan()
	for _, c := range []struct {
		name      string
		a         Answers
		key, says string
	}{
		{"own", Answers{OwnUnion: UnionOwn, OwnUnionName: "甲工会", Officer: No, Town: "wenquan"}, UnionOwn, "甲工会"},
		{"none", Answers{OwnUnion: UnionNone, Officer: No, Town: "maqiao"}, "maqiao", "咸安区马桥镇总工会"},
		{"village", Answers{OwnUnion: UnionNone, Officer: No, Town: "maqiao", VillageUnion: "马桥村工会"}, "maqiao", "马桥村工会"},
		{"unknown", Answers{OwnUnion: Unknown, Officer: No, Town: "wenquan"}, "wenquan", "咸安区温泉街道总工会"},
		{"none, outside", Answers{OwnUnion: UnionNone, Officer: No, Town: TownOutside}, "xianan", "咸宁市咸安区总工会"},
		{"other", Answers{OwnUnion: UnionOther, OwnUnionName: "市直机关工会", Town: "wenquan"}, UnionOwn, "市直机关工会"},
		{"officer", Answers{OwnUnion: UnionOwn, OwnUnionName: "甲工会", Officer: Yes, Town: "wenquan", RecUnion: UnionOwn}, "wenquan", "咸安区温泉街道总工会"},
		{"officer chose the district", Answers{OwnUnion: UnionOwn, Officer: Yes, Town: "wenquan", RecUnion: "xianan"}, "xianan", "咸宁市咸安区总工会"},
		{"nothing yet", Answers{}, "", ""},
		{"stale", Answers{RecUnion: "maqiao", RecUnionName: "x"}, "", ""},
	} {
		app := &Application{Answers: c.a}
		Derive(app, p)
		if app.Answers.RecUnion != c.key || app.Answers.RecUnionName != c.says {
			t.Errorf("%s: %q %q", c.name, app.Answers.RecUnion, app.Answers.RecUnionName)
		}
	}
}

func TestAsked(t *testing.T) {
	p := fieldPlan()
	app := complete(p)
	app.Answers.Agency, app.Answers.Medical, app.Answers.AccountReason, app.Answers.VillageUnion = "派遣公司", Yes, "拼音", "某村工会"
	app.Files[FileHonour], app.Files[FileIDCard] = note("8"), note("9")
	got := Asked(app, p)
	if got.Answers.Agency != "" || got.Answers.Medical != "" || got.Answers.AccountReason != "" || got.Answers.VillageUnion != "" || got.Files[FileHonour].ID != "" {
		t.Errorf("kept %+v", got.Answers)
	}
	if got.Files[FileIDCard].ID == "" || got.Files[FilePhoto].ID == "" || got.Answers.RecUnion != UnionOwn {
		t.Error("lost what is needed")
	}
	if app.Answers.Agency == "" || app.Files[FileHonour].ID == "" {
		t.Error("the draft lost something")
	}
}

// TestPagesWalk: whatever the answers, the pages lead from the first to the
// last, and back the same way.
func TestPagesWalk(t *testing.T) {
	p := fieldPlan()
	rapid.Check(t, func(rt *rapid.T) {
		app := complete(p)
		app.Answers.Dispatched = rapid.SampledFrom([]string{"", Yes, No}).Draw(rt, "dispatched")
		app.Answers.OwnUnion = rapid.SampledFrom([]string{"", UnionOwn, UnionNone, UnionOther, Unknown}).Draw(rt, "union")
		app.Answers.Officer = rapid.SampledFrom([]string{"", Yes, No}).Draw(rt, "officer")
		app.Answers.Major = rapid.SampledFrom([]string{"", "xnec-zk-16", "jcut-zb-01", "forged"}).Draw(rt, "major")
		app.Answers.Honour = rapid.SampledFrom([]string{"", None, "courier"}).Draw(rt, "honour")
		app.Answers.NameUntypable = rapid.Bool().Draw(rt, "untypable")
		Derive(app, p)
		var there, back []string
		for pg, ok := NextPage(app, p, ""); ok; pg, ok = NextPage(app, p, pg.Key) {
			there = append(there, pg.Key)
		}
		for pg, ok := PrevPage(app, p, ""); ok; pg, ok = PrevPage(app, p, pg.Key) {
			back = append([]string{pg.Key}, back...)
		}
		if strings.Join(there, " ") != strings.Join(back, " ") || len(there) != len(TaskList(app, p, fieldNow)) {
			rt.Fatalf("%v\n%v", there, back)
		}
		if a := Asked(app, p); codes(Missing(a, p, fieldNow)) != codes(Missing(app, p, fieldNow)) {
			rt.Fatalf("what is missing changes with what is asked: %s / %s", codes(Missing(a, p, fieldNow)), codes(Missing(app, p, fieldNow)))
		}
		for _, r := range Eligible(app, p, fieldNow) {
			if r.Blocks {
				rt.Fatalf("%s blocks", r.Code)
			}
		}
	})
	if _, ok := NextPage(complete(p), p, "nowhere"); ok {
		t.Error("an unknown page leads nowhere")
	}
}

func TestShow(t *testing.T) {
	p := fieldPlan()
	app := complete(p)
	for key, want := range map[string]string{
		"name": "张三", "id": "4****************0", "phone": "138****0000", "card": "6228 **** **** 0000", "town": "温泉街道",
		"major": "咸宁职业技术学院 高升专 园林技术", "photo": "已上传", "consent_public": "已同意", "honour_title": "没有", "bank": "中国农业银行",
		"honour": "", "id_kind": "居民身份证", "education": "普通高中毕业",
	} {
		f, ok := Field(key)
		if !ok || f.Show(app, p) != want {
			t.Errorf("%s shows %q", key, f.Show(app, p))
		}
	}
}

func TestEligible(t *testing.T) {
	p := fieldPlan()
	for _, c := range []struct {
		name   string
		change func(*Application)
		want   string
	}{
		{"outside", func(a *Application) { a.Answers.Town = TownOutside }, "outside_district"},
		{"other federation", func(a *Application) { a.Answers.OwnUnion = UnionOther }, "union_elsewhere"},
		{"unknown union", func(a *Application) { a.Answers.OwnUnion = Unknown }, "union_unknown"},
		{"no union", func(a *Application) { a.Answers.OwnUnion = UnionNone }, "join_first"},
		{"officer", func(a *Application) { a.Answers.Officer = Yes }, "officer_self"},
		{"staff", func(a *Application) { a.Answers.Employment = EmploymentStaff }, "staff_post"},
		{"manager", func(a *Application) { a.Answers.Post = "销售经理" }, "post_level"},
		{"rider without claim", func(a *Application) { a.Answers.WorkerKind = WorkerNewForm }, "priority_unclaimed"},
		{"rider with claim", func(a *Application) { a.Answers.WorkerKind, a.Answers.Honour = WorkerNewForm, "courier" }, ""},
		{"no diploma", func(a *Application) { a.Answers.Education = "71" }, "diploma_secondary"},
		{"专升本 without 专科", func(a *Application) { a.Answers.Major = "jcut-zb-01" }, "diploma_college"},
		{"专升本 with 专科", func(a *Application) { a.Answers.Major, a.Answers.Education = "jcut-zb-01", "31" }, ""},
		{"结业", func(a *Application) { a.Answers.Major, a.Answers.Education = "jcut-zb-01", "32" }, "diploma_college"},
		{"medical", func(a *Application) { a.Answers.Major, a.Answers.Medical = "xnec-zk-16", No }, "medical_missing"},
		{"medical held", func(a *Application) { a.Answers.Major, a.Answers.Medical = "xnec-zk-16", Yes }, ""},
		{"foreign prefix is normal", func(a *Application) { a.Sealed.ID = "11010519900101001X" }, ""},
		{"old prefix is normal", func(a *Application) { a.Sealed.ID = "422301198506150022" }, ""},
	} {
		app := complete(p)
		c.change(app)
		rs := Eligible(app, p, fieldNow)
		if codes(rs) != c.want {
			t.Errorf("%s: %q, want %q", c.name, codes(rs), c.want)
		}
		for _, r := range rs {
			if r.Blocks || r.Worker == "" || r.Staff == "" || r.Clause == "" {
				t.Errorf("%s: %+v", c.name, r)
			}
		}
	}
	app := complete(p)
	if got := codes(Eligible(app, p, time.Date(2006, 6, 1, 12, 0, 0, 0, Shanghai))); got != "age_low" {
		t.Errorf("16 years: %q", got)
	}
	if got := codes(Eligible(app, p, time.Date(2052, 6, 1, 12, 0, 0, 0, Shanghai))); got != "age_high" {
		t.Errorf("62 years: %q", got)
	}
}

func TestPrecheck(t *testing.T) {
	p := fieldPlan()
	good := map[string]string{"town": "maqiao", "union": UnionOwn, "officer": No, "id_kind": "resident", "level": LevelZhuan, "education": "61", "study": "general"}
	with := func(kv ...string) map[string]string {
		m := map[string]string{}
		for k, v := range good {
			m[k] = v
		}
		for i := 0; i < len(kv); i += 2 {
			m[kv[i]] = kv[i+1]
		}
		return m
	}
	for _, c := range []struct {
		name    string
		answers map[string]string
		yes     bool
		steps   string
	}{
		{"yes", good, true, ""},
		{"outside", with("town", TownOutside), false, "outside"},
		{"no union", with("union", UnionNone), false, "no_union"},
		{"other federation", with("union", UnionOther), false, "other_union"},
		{"officer", with("officer", Yes), false, "officer"},
		{"no id", with("id_kind", "other"), false, "id_kind"},
		{"no 专科", with("level", LevelBen), false, "no_college_diploma"},
		{"no 高中", with("education", "71"), false, "no_secondary_diploma"},
		{"nurse without", with("study", "nursing", "held", No), false, "medical"},
		{"nurse with", with("study", "nursing", "held", Yes), true, ""},
		{"nurse unsure", with("study", "nursing", "held", Unknown), true, "medical"},
		{"may go higher", with("education", "31"), true, "may_go_higher"},
		{"level unclear", with("level", Unknown), true, "level_unknown"},
		{"all unclear", map[string]string{}, true, "town_unknown union_unknown id_kind level_unknown education_unknown study_unknown"},
		{"nonsense", map[string]string{"town": "<b>", "union": "x", "level": "博士"}, true, "town_unknown union_unknown id_kind level_unknown education_unknown study_unknown"},
	} {
		o := Precheck(p, c.answers)
		var steps []string
		for _, s := range o.Steps {
			steps = append(steps, s.Key)
			if s.Title == "" || s.Text == "" {
				t.Errorf("%s: step %+v", c.name, s)
			}
			for _, m := range s.Majors {
				if m.Medical != "" {
					t.Errorf("%s: offers %s", c.name, m.Name)
				}
			}
		}
		if o.Yes != c.yes || strings.Join(steps, " ") != c.steps || o.Title == "" {
			t.Errorf("%s: %v %v", c.name, o.Yes, steps)
		}
	}
	o := Precheck(p, with("union", UnionNone))
	if s := o.Steps[0]; s.Union == nil || s.Union.Key != "maqiao" || !strings.Contains(s.Text, "马桥镇一路1号") {
		t.Errorf("the union of the town: %+v", s)
	}
	p.Hotline = "0715-0000000"
	if s := Precheck(p, with("union", UnionNone, "town", "wenquan")).Steps[0]; !strings.Contains(s.Text, p.Hotline) {
		t.Errorf("without a confirmed address the hotline is named: %q", s.Text)
	}
	if s := Precheck(p, with("level", LevelBen)).Steps[0]; len(s.Majors) != 1 || s.Majors[0].Level != LevelZhuan {
		t.Errorf("majors open without a 专科 diploma: %+v", s.Majors)
	}
}

func TestNextQuestion(t *testing.T) {
	p := fieldPlan()
	answers := map[string]string{}
	taps := 0
	for q, ok := NextQuestion(p, answers); ok; q, ok = NextQuestion(p, answers) {
		if taps++; taps > 10 {
			t.Fatal("no end")
		}
		answers[q.Key] = q.Options[0].Value
	}
	if taps < 6 || taps > 8 || !Precheck(p, map[string]string{}).Yes {
		t.Errorf("%d taps", taps)
	}
}

func FuzzClean(f *testing.F) {
	p := fieldPlan()
	for _, x := range Fields() {
		f.Add(x.Key, "张三 １２３ \u200b\xff")
	}
	f.Fuzz(func(t *testing.T, key, raw string) {
		app := &Application{Answers: Answers{IDKind: "resident"}}
		v, rs := Clean(key, raw, app, p, fieldNow)
		if Blocked(rs) {
			return
		}
		if fd, _ := Field(key); fd.Kind == KindConsent || fd.Kind == KindTick {
			return
		}
		if again, rs := Clean(key, v, app, p, fieldNow); again != v || Blocked(rs) {
			t.Fatalf("%s: %q -> %q -> %q %s", key, raw, v, again, codes(rs))
		}
	})
}
