package plan

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
	"unicode/utf8"

	"yuanmeng/internal/scheme"
)

func embeddedProgramme(t testing.TB) *scheme.Programme {
	t.Helper()
	p, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// copyFS is the embedded folder as a map that a test may change.
func copyFS(t testing.TB) fstest.MapFS {
	t.Helper()
	m := fstest.MapFS{}
	err := fs.WalkDir(EmbeddedFS(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(EmbeddedFS(), path)
		m[path] = &fstest.MapFile{Data: b}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestEmbedded_HasThePrintedRowsOfA1(t *testing.T) { // [A1.1]
	p := embeddedProgramme(t)
	got := map[string]int{}
	for _, m := range p.Majors {
		got[m.College+" "+m.Level+" "+m.Category]++
	}
	want := map[string]int{
		"xnec 高升专 理工类": 12, "xnec 高升专 文史类": 2, "xnec 高升专 艺术类": 1, "xnec 高升专 医学类": 1,
		"jcut 高升专 文史类": 4, "jcut 高升专 理工类": 6,
		"jcut 专升本 文史类": 1, "jcut 专升本 理工类": 8, "jcut 专升本 经管类": 2, "jcut 专升本 教育类": 2, "jcut 专升本 医学类": 3,
		"hue 专升本 文史类": 4, "hue 专升本 经管类": 6, "hue 专升本 教育类": 4, "hue 专升本 理工类": 4, "hue 专升本 艺术类": 1, "hue 专升本 法学类": 1,
	}
	if len(p.Majors) != 62 || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%d rows\n got %v\nwant %v", len(p.Majors), got, want)
	}
	if m, ok := p.Major("xnec-zk-05"); !ok || m.Name != "旅游管理" || m.Category != "理工类" {
		t.Errorf("xnec-zk-05 = %+v", m)
	}
	if m, ok := p.Major("hue-bk-20"); !ok || m.Name != "思想政治教育" {
		t.Errorf("hue-bk-20 = %+v", m)
	}
}

// The table and the plan's text are two copies of the same 62 rows.
func TestEmbedded_MajorsStandInTheTextInThisOrder(t *testing.T) { // [A1.1]
	p := embeddedProgramme(t)
	b, err := fs.ReadFile(EmbeddedFS(), "text.md")
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, line := range strings.Split(string(b), "\n") {
		if strings.HasPrefix(line, "| 高升专 |") || strings.HasPrefix(line, "| 专升本 |") {
			rows = append(rows, line)
		}
	}
	if len(rows) != len(p.Majors) {
		t.Fatalf("%d rows in the text, %d in the table", len(rows), len(p.Majors))
	}
	for i, m := range p.Majors {
		if want := "| " + m.Level + " | " + m.Category + " | " + m.Name + " |"; rows[i] != want {
			t.Errorf("row %d: text %q, table %q", i+1, rows[i], want)
		}
	}
}

func TestEmbedded_SubjectsAndMedicalFollowTheRules(t *testing.T) { // [A1.1], R-C3, R-C5
	medical := map[string]string{"护理": "nursing", "护理学": "nursing", "口腔医学": "clinical", "康复治疗学": "health"}
	flagged := 0
	for _, m := range embeddedProgramme(t).Majors {
		want, ok := Subjects(m.Level, m.Category)
		if !ok || !slices.Equal(m.Subjects, want) {
			t.Errorf("%s %s: subjects %v, want %v", m.Key, m.Name, m.Subjects, want)
		}
		if m.Medical != medical[m.Name] {
			t.Errorf("%s %s: medical %q", m.Key, m.Name, m.Medical)
		}
		if m.Medical != "" {
			flagged++
		}
		if m.Name == "药品经营与管理" && m.Note == "" {
			t.Error("药品经营与管理 has no note")
		}
	}
	if flagged != 6 {
		t.Errorf("%d medical majors, want 6", flagged)
	}
}

func TestEmbedded_UnionsAreNamesOnly(t *testing.T) { // [3.2]
	p := embeddedProgramme(t)
	if len(p.Unions) != 14 || len(p.Towns()) != 13 {
		t.Fatalf("%d unions, %d towns", len(p.Unions), len(p.Towns()))
	}
	for _, u := range p.Unions {
		if u.Confirmed || u.Address+u.Phone+u.Hours != "" {
			t.Errorf("%s: an address that nobody gave", u.Name)
		}
	}
}

func TestEmbedded_ParametersOfTheDesign(t *testing.T) { // [5.1], [5.2], [4.2]
	p := embeddedProgramme(t)
	for _, c := range []struct {
		name      string
		got, want any
	}{
		{"cap", p.Cap, 100},
		{"waiting", p.WaitingMax, 50},
		{"opens", p.OpensAt.Format(time.RFC3339), "2026-07-15T20:00:00+08:00"},
		{"closes", p.ClosesAt.Format(time.RFC3339), "2026-09-01T00:00:00+08:00"},
		{"promote until", p.PromoteUntil.Format(time.RFC3339), "2027-02-15T00:00:00+08:00"},
		{"awards", fmt.Sprint(p.Awards[0].Amount, p.Awards[0].Budget, p.Awards[1].Amount, p.Awards[1].Budget), "100000 10000000 100000 10000000"},
		{"hotline", p.Hotline, ""},
		{"signed", p.ReadingsSigned, false},
	} {
		if c.got != c.want {
			t.Errorf("%s = %v, want %v", c.name, c.got, c.want)
		}
	}
}

func TestRed_ShippedPlanWaitsForHotlineAndSignature(t *testing.T) {
	p := embeddedProgramme(t)
	red := Red(p)
	if len(red) != 2 || !strings.Contains(red[0].Text, "咨询电话") || !strings.Contains(red[1].Text, "签字") {
		t.Errorf("red = %v", red)
	}
	if p.Holidays[0].Confirmed = false; len(Red(p)) != 3 {
		t.Errorf("an unconfirmed holiday is not red: %v", Red(p))
	}
	d := Demo(p)
	if len(Red(d)) != 0 || !d.Demo || !strings.Contains(d.Hotline, "演示") {
		t.Errorf("demo: red %v, hotline %q", Red(d), d.Hotline)
	}
	if p.Demo || p.Hotline != "" || p.ReadingsSigned || p.Holidays[0].Confirmed {
		t.Error("Demo changed the programme it copied")
	}
	p.Hotline = "0715-1234567"
	if red := Red(p); !slices.ContainsFunc(red, func(f Fault) bool { return strings.Contains(f.Text, "接听时间") }) {
		t.Errorf("hours missing, red = %v", red)
	}
}

func TestClauses_TextAndListHoldTogether(t *testing.T) {
	cs, err := Clauses(EmbeddedFS())
	if err != nil {
		t.Fatal(err)
	}
	want := map[scheme.ClauseID]string{
		"5.1": "全区计划资助产业工人不超过100人。", "A2.5": "平台公示7天无异议后", "A3.n2": "持本表交由所在单位工会审核盖章",
	}
	for _, c := range cs {
		if c.State == "" || c.Text == "" || c.Line == 0 {
			t.Errorf("%s: state %q, line %d, %d bytes", c.ID, c.State, c.Line, len(c.Text))
		}
		if s, ok := want[c.ID]; ok && !strings.Contains(c.Text, s) {
			t.Errorf("%s does not say %q: %q", c.ID, s, c.Text)
		}
		for _, place := range c.Places {
			if _, err := os.Stat(filepath.Join("..", filepath.FromSlash(place))); err != nil {
				t.Errorf("%s: %v", c.ID, err)
			}
		}
		delete(want, c.ID)
	}
	if len(want) > 0 {
		t.Errorf("missing %v", want)
	}
}

func TestClauses_EveryMoveCitesAKnownOne(t *testing.T) {
	cs, err := Clauses(EmbeddedFS())
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range scheme.Moves {
		if !slices.ContainsFunc(cs, func(c Clause) bool { return c.ID == m.Clause }) {
			t.Errorf("move %s cites clause %q", m.Name, m.Clause)
		}
	}
}

func TestReadings_CoverEveryOpenQuestion(t *testing.T) {
	rs, err := Readings(EmbeddedFS())
	if err != nil {
		t.Fatal(err)
	}
	got := map[byte]int{}
	for _, g := range rs {
		got[g.ID[2]]++
	}
	if fmt.Sprint(got) != fmt.Sprint(map[byte]int{'A': 15, 'B': 12, 'C': 11, 'D': 14, 'E': 11}) {
		t.Errorf("readings per chapter: %v", got)
	}
}

func TestMessages_EveryMoveHasItsText(t *testing.T) {
	p := embeddedProgramme(t)
	for _, m := range scheme.Moves {
		if _, ok := p.Messages[m.Message]; m.Message != "" && !ok {
			t.Errorf("move %s: no message %q in wording/messages.md", m.Name, m.Message)
		}
	}
	for _, key := range MessageKeys {
		if _, ok := p.Messages[key]; !ok {
			t.Errorf("no message %q", key)
		}
	}
	if _, ok := p.Messages["every"]; ok {
		t.Error("the common ending is a message")
	}
}

// One SMS holds 70 characters; the channel puts a signature of up to 6 before it.
func TestMessages_FitOneSMSAndWarnOfFraud(t *testing.T) {
	values := map[string]string{
		"no": "100", "rank": "50", "code": "123456", "minutes": "10", "hotline": "0715-1234567",
		"until": "8月12日24时", "items": "学籍在线验证报告", "opens": "7月15日20时", "closes": "8月31日24时",
	}
	for key, m := range embeddedProgramme(t).Messages {
		for name, s := range map[string]string{"inbox": m.Text, "SMS": m.SMS} {
			if s != "" && (!strings.Contains(s, "验证码") || !strings.Contains(s, "转账")) {
				t.Errorf("%s %s does not warn of fraud", key, name)
			}
		}
		sms := Fill(m.SMS, values)
		if n := utf8.RuneCountInString(sms); n > 64 {
			t.Errorf("%s: SMS of %d characters: %s", key, n, sms)
		}
		if strings.ContainsAny(sms, "{}") {
			t.Errorf("%s: SMS with an open placeholder: %s", key, sms)
		}
	}
}

func TestFill_LeavesTheUnknownStanding(t *testing.T) {
	if got := Fill("受理号{no}，{x}", map[string]string{"no": "7"}); got != "受理号7，{x}" {
		t.Errorf("got %q", got)
	}
}

func TestInstant_24OClockIsTheEndOfTheDay(t *testing.T) {
	for in, want := range map[string]string{
		"2026-08-31 24:00": "2026-09-01T00:00:00+08:00",
		"2026-12-31 24:00": "2027-01-01T00:00:00+08:00",
		"2026-07-15 20:00": "2026-07-15T20:00:00+08:00",
		"2026-02-30 10:00": "", "2026-07-15": "", "2026-07-15 25:00": "", "1026-07-15 20:00": "", "": "",
	} {
		got, ok := Instant(in)
		if ok != (want != "") || ok && got.Format(time.RFC3339) != want {
			t.Errorf("%q = %v %v, want %q", in, got, ok, want)
		}
	}
}

func TestHash_SameOverWindowsAndChangedByOneByte(t *testing.T) {
	h, err := Hash(EmbeddedFS())
	if err != nil || len(h) != 64 {
		t.Fatal(h, err)
	}
	m := copyFS(t)
	for _, f := range m {
		f.Data = append([]byte("\xef\xbb\xbf"), strings.ReplaceAll(string(f.Data), "\n", "\r\n")...)
	}
	m[".DS_Store"] = &fstest.MapFile{Data: []byte("x")}
	if got, _ := Hash(m); got != h {
		t.Error("a copy over Windows has another hash")
	}
	m["unions.csv"].Data[100] ^= 1
	if got, _ := Hash(m); got == h {
		t.Error("a changed byte keeps the hash")
	}
}

func TestLoad_ToleratesByteOrderMarkAndCRLF(t *testing.T) {
	m := copyFS(t)
	for _, f := range m {
		f.Data = append([]byte("\xef\xbb\xbf"), strings.ReplaceAll(string(f.Data), "\n", "\r\n")...)
	}
	p, faults, err := Load(m)
	if err != nil || len(faults) > 0 {
		t.Fatal(faults, err)
	}
	if len(p.Majors) != 62 || p.Wording["commitment"] != embeddedProgramme(t).Wording["commitment"] {
		t.Error("another content")
	}
}

func TestLoadDir_ReadsAFolder(t *testing.T) {
	p, faults, err := LoadDir("xianan-2026")
	if err != nil || len(faults) > 0 || p.ID != "xianan-2026" {
		t.Fatal(p, faults, err)
	}
	if _, _, err := LoadDir("no-such-folder"); err == nil {
		t.Error("a missing folder gives no error")
	}
	if _, _, err := LoadDir("plan.go"); err == nil {
		t.Error("a file gives no error")
	}
}

func TestLoad_EmptyFolderNamesEveryFile(t *testing.T) {
	_, faults, err := Load(fstest.MapFS{})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"programme.yaml", "majors.csv", "unions.csv", "holidays.csv", "text.md", "source.txt", "clauses.tsv", "readings.md", "wording/messages.md", "wording/help.md"} {
		if !slices.Contains(faults, Fault{File: name, Text: "缺少这个文件。"}) {
			t.Errorf("%s is not named in %v", name, faults)
		}
	}
}

func BenchmarkEmbedded(b *testing.B) {
	for b.Loop() {
		if _, err := Embedded(); err != nil {
			b.Fatal(err)
		}
	}
}

// The frozen programme carries the text that people read, so that an opened
// programme shows the text it was opened with.
func TestEmbedded_CarriesTextAndReadings(t *testing.T) {
	p := embeddedProgramme(t)
	cs, err := Clauses(EmbeddedFS())
	if err != nil {
		t.Fatal(err)
	}
	rs, err := Readings(EmbeddedFS())
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Text) != len(cs) || len(p.Readings) != len(rs) || len(cs) == 0 || len(rs) == 0 {
		t.Fatalf("%d clauses of %d, %d readings of %d", len(p.Text), len(cs), len(p.Readings), len(rs))
	}
	for i, c := range cs {
		if p.Text[i].ID != c.ID || p.Text[i].Text != c.Text || p.Text[i].Level != c.Level {
			t.Errorf("clause %s differs", c.ID)
		}
	}
	for i, r := range rs {
		if p.Readings[i].ID != r.ID || p.Readings[i].Reading != r.Reading {
			t.Errorf("reading %s differs", r.ID)
		}
	}
}

// The duties ask what is needed and say who gets it; what only the exam
// authority's own system asks is not stored (domain 2.6).
func TestDuties_NameReceiverAndUse(t *testing.T) {
	p := embeddedProgramme(t)
	for _, f := range p.Duties {
		if f.Purpose == "" || f.Privacy == "" {
			t.Errorf("%s/%s has no purpose or privacy class", f.Duty, f.Key)
		}
		if strings.Contains(f.Label, "指纹") || strings.Contains(f.Label, "承诺视频") {
			t.Errorf("%s is the exam authority's own", f.Label)
		}
	}
	values := map[string]string{"number": "4212000123", "paid": "yes", "shoe_size": "42"}
	clean, rs := scheme.JudgeDuty(p, scheme.DutyRegistration, values, map[string]bool{"sheet": true}, p.OpensAt)
	if scheme.Blocked(rs) || clean["shoe_size"] != "" || clean["number"] != "4212000123" {
		t.Errorf("%v %v", clean, rs)
	}
	if _, rs := scheme.JudgeDuty(p, scheme.DutyExam, map[string]string{"taken": "参加了考试"}, nil, p.ExamTo); !scheme.Blocked(rs) {
		t.Error("nobody sat without a ticket")
	}
	if clean, rs := scheme.JudgeDuty(p, scheme.DutyExam, map[string]string{"taken": "依法免试"}, map[string]bool{"ticket": true}, p.ExamTo); scheme.Blocked(rs) || !scheme.Exempt(clean) {
		t.Errorf("%v", rs)
	}
}

// The consent names to each receiver the label of every field that the table of
// fields gives it, and of no other; and who may see a value on a screen is who
// receives it.
func TestConsentSharing_NamesWhatTheTableGives(t *testing.T) { // [A3.1], [4.2]
	lines := map[string]string{"盖章的工会": "- 给您盖章的工会：", "所报学校": "- 您报的学校：", "发补助的银行": "- 发补助的银行："}
	roles := map[string]scheme.Role{"盖章的工会": scheme.RoleLocal, "所报学校": scheme.RoleCollege}
	text := embeddedProgramme(t).Wording["consent-sharing"]
	for receiver, head := range lines {
		_, line, ok := strings.Cut(text, head)
		if !ok {
			t.Fatalf("no line for %s", receiver)
		}
		line, _, _ = strings.Cut(line, "\n")
		said, _, _ := strings.Cut(line, "。")
		for _, f := range scheme.Fields() {
			to := strings.FieldsFunc(f.Receiver, func(r rune) bool { return r == '、' || r == '；' })
			for _, r := range to {
				if lines[r] == "" && r != "公示" {
					t.Errorf("%s goes to %q, of whom the consent says nothing", f.Key, r)
				}
			}
			given := slices.Contains(to, receiver)
			if strings.Contains(said, f.Label) != given {
				t.Errorf("%s, %s: given %v, in the consent %v", receiver, f.Label, given, !given)
			}
			if role, ok := roles[receiver]; ok && f.SeenBy(role) != given {
				t.Errorf("%s: given to %s %v, seen by %s %v", f.Key, receiver, given, role, !given)
			}
		}
	}
}
