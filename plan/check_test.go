package plan

import (
	"bytes"
	"strings"
	"testing"
	"testing/fstest"
)

// Each case changes one thing in a sound folder and names the fault that it
// makes: the file, the line (found after the change by the text it holds; ""
// means that no line can be named) and a part of the sentence.
func TestLoad_EveryFaultHasFileLineAndSentence(t *testing.T) {
	const y = "programme.yaml"
	for _, c := range []struct {
		name, file, old, new string
		at, line, says       string // at defaults to file, line to new
	}{
		{name: "unknown key", file: y, old: "cap: 100 ", new: "cap_max: 7  # [5.1]\ncap: 100 ", line: "cap_max", says: "不认识参数 cap_max"},
		{name: "missing key", file: y, old: "tray_days: 2  ", new: "# ", line: "-", says: "缺少参数 tray_days"},
		{name: "doubled key", file: y, old: "min_days: 3 ", new: "cap: 100  # [5.1]\nmin_days: 3 ", line: "cap: 100  # [5.1]\nmin", says: "写了两次"},
		{name: "text for a number", file: y, old: "cap: 100 ", new: "cap: 一百 ", says: "cap 要写成整数"},
		{name: "fraction for a number", file: y, old: "cap: 100 ", new: "cap: 99.5 ", says: "cap 要写成整数"},
		{name: "number for a text", file: y, old: `region: "421202"`, new: "region: 421202", says: "请加引号"},
		{name: "word for a switch", file: y, old: "joint_payout: false", new: "joint_payout: 否", says: "true 或 false"},
		{name: "date that is none", file: y, old: "2026-08-31 24:00", new: "2026-08-32 24:00", says: "closes_at 要写成"},
		{name: "list for a value", file: y, old: "cap: 100 ", new: "cap: [100] ", says: "只能写一个值"},
		{name: "value for a list", file: y, old: "unconfirmed: [reg_proof_by, exam_from, exam_to, exam_fees]", new: "unconfirmed: exam_from", says: "要写成一个列表"},
		{name: "reference", file: y, old: "cap: 100 ", new: "cap: &c 100 ", says: "不要用 & 和 *"},
		{name: "broken yaml", file: y, old: "honours:  #", new: "honours: [ #", line: "honours: [ #", says: "格式读不懂"},
		{name: "two documents", file: y, old: "readings_signed: false", new: "readings_signed: false\n---\nx: 1", line: "---\nx: 1", says: "只能有一份"},
		{name: "key of a list row", file: y, old: "    payer: district", new: "    paid_by: district", says: "不认识参数 awards[0].paid_by"},

		{name: "reserved seats", file: y, old: "reserved_priority_seats: 0", new: "reserved_priority_seats: 5", says: "只能是 0"},
		{name: "early hours", file: y, old: "priority_early_hours: 0", new: "priority_early_hours: 2", says: "只能是 0"},
		{name: "no seats", file: y, old: "cap: 100 ", new: "cap: 0 ", says: "cap 要在"},
		{name: "short notice", file: y, old: "notice_days: 7", new: "notice_days: 5", says: "notice_days 要在"},
		{name: "id and year", file: y, old: "id: xianan-2026", new: "id: xianan-2025", says: "不一致"},
		{name: "id", file: y, old: "id: xianan-2026", new: "id: 咸安2026", says: "id 要写成"},
		{name: "region", file: y, old: `"421202"`, new: `"4212"`, says: "6 位"},
		{name: "empty name", file: y, old: "district: 咸安区 ", new: `district: "" `, says: "district 不能是空的"},
		{name: "hotline", file: y, old: `hotline: ""`, new: `hotline: "待定"`, says: "电话号码"},
		{name: "decider", file: y, old: "stage1_decider: district", new: "stage1_decider: centre", says: "只能是 district"},
		{name: "mask", file: y, old: "notice_mask: least", new: "notice_mask: last4", says: "只能是 least"},
		{name: "electronic seal", file: y, old: "e_seal: false", new: "e_seal: true", says: "盖在纸上"},
		{name: "other colleges", file: y, old: "allow_other_colleges: false", new: "allow_other_colleges: true", says: "只写明了"},

		{name: "opening too early", file: y, old: "opens_at: 2026-07-15 20:00", new: "opens_at: 2026-07-14 20:00", line: "drafts_at: ", says: "至少 10 个工作日，现在只有 9 个"},
		{name: "announced too late", file: y, old: "published_at: 2026-07-01", new: "published_at: 2026-07-14", says: "早 3 天"},
		{name: "opening in another year", file: y, old: "opens_at: 2026-07-15", new: "opens_at: 2027-07-15", says: "不在 2026 年"},
		{name: "closing before opening", file: y, old: "closes_at: 2026-08-31 24:00", new: "closes_at: 2026-07-15 19:00", says: "晚于 opens_at"},
		{name: "proof on the closing day", file: y, old: "reg_proof_by: 2026-09-15", new: "reg_proof_by: 2026-09-01", says: "来不及交报名凭证"},
		{name: "exam within the hearing", file: y, old: "exam_from: 2026-10-17", new: "exam_from: 2026-09-17", says: "告知期内"},
		{name: "exam ends before it begins", file: y, old: "exam_to: 2026-10-18", new: "exam_to: 2026-10-16", says: "晚于 exam_from"},
		{name: "claim before the exam", file: y, old: "claim_opens_at: 2026-12-10", new: "claim_opens_at: 2026-10-10", says: "晚于 exam_to"},
		{name: "claim too short", file: y, old: "claim_opens_at: 2026-12-10", new: "claim_opens_at: 2027-02-20", line: "claim_closes_at: ", says: "没有人能递补"},
		{name: "promotion", file: y, old: "promote_until: 2027-02-14", new: "promote_until: 2027-02-20", says: "2027年2月14日24时"},
		{name: "entry", file: y, old: "entry_closes_at: 2027-03-31", new: "entry_closes_at: 2027-01-31", says: "不能早于 claim_closes_at"},
		{name: "report", file: y, old: "chsi_closes_at: 2027-06-30", new: "chsi_closes_at: 2027-03-30", says: "不能早于 entry_closes_at"},
		{name: "unconfirmed", file: y, old: "unconfirmed: [reg_proof_by", new: "unconfirmed: [reg_proof", says: "reg_proof 不是参数"},

		{name: "budget", file: y, old: "budget_fen: 10000000  # amount × cap; [5.1]", new: "budget_fen: 9000000  # [5.1]", says: "金额 × 名额 = 10000000"},
		{name: "amount", file: y, old: "amount_fen: 100000  # [4.2.2]", new: "amount_fen: -1  # [4.2.2]", says: "金额不对"},
		{name: "payer", file: y, old: "payer: college  #", new: "payer: bank  #", says: "不能是“bank”"},
		{name: "doubled award", file: y, old: "  - key: college", new: "  - key: union", line: "  - key: union\n    name: 高校", says: "补助 union 写了两次"},
		{name: "honour group", file: y, old: "group: 先进工作者,", new: "group: 三好学生,", says: "不能是“三好学生”"},
		{name: "doubled honour", file: y, old: "{key: courier,", new: "{key: craftsman, ", line: "{key: craftsman,  group", says: "写了两次"},
		{name: "college without majors", file: y, old: "  - key: hue\n", new: "  - key: hubu\n", says: "没有院校 hubu 的专业"},
		{name: "fee of a level", file: y, old: "{level: 高升专,", new: "{level: 高起专,", says: "不能是“高起专”"},
		{name: "no fee for a level", file: y, old: "  - {level: 高升专, amount_fen: 10500, payee: 湖北省教育考试院报名系统}\n", new: "", line: "exam_fees:", says: "没有高升专的考试费"},
		{name: "clause in a comment", file: y, old: "# [5.1]; R-A5, R-A6", new: "# [5.9]; R-A5", says: "没有条款 5.9"},
		{name: "reading in a comment", file: y, old: "# [5.1]; R-A5, R-A6", new: "# [5.1]; R-A99", says: "没有 R-A99"},
		{name: "parameter without a source", file: y, old: "# [5.1]; R-A5, R-A6", new: "# a hundred", says: "要注明条款或读法"},

		{name: "subjects", file: "majors.csv", old: "旅游管理,语文、数学（理）", new: "旅游管理,语文、数学（文）", says: "应当是“语文、数学（理）、外语”"},
		{name: "college of a major", file: "majors.csv", old: "hue,专升本,文史类,英语", new: "whu,专升本,文史类,英语", says: "没有院校 whu"},
		{name: "level of a major", file: "majors.csv", old: "hue,专升本,文史类,英语", new: "hue,高升本,文史类,英语", says: "不能是“高升本”"},
		{name: "category of a major", file: "majors.csv", old: "xnec,高升专,理工类,市场营销", new: "xnec,高升专,经管类,市场营销", says: "没有类别“经管类”"},
		{name: "doubled major", file: "majors.csv", old: "理工类,数控技术", new: "理工类,园林技术 ", line: "理工类,园林技术 ", says: "写了两次"},
		{name: "medical", file: "majors.csv", old: "外语,nursing,", new: "外语,doctor,", says: "不能是“doctor”"},
		{name: "too few columns", file: "majors.csv", old: "hue,专升本,文史类,英语,政治、外语、大学语文,,", new: "hue,专升本,文史类,英语", says: "应当有 7 列，这一行有 4 列"},
		{name: "heading", file: "majors.csv", old: "college,level", new: "school,level", says: "第一行应当是"},
		{name: "open quote", file: "majors.csv", old: "hue,专升本,文史类,英语", new: `hue,专升"本,文史类,英语`, says: "引号不成对"},
		{name: "empty cell", file: "majors.csv", old: "文史类,英语,", new: "文史类,,", says: "name 是空的"},
		{name: "not UTF-8", file: "majors.csv", old: "文史类,英语", new: "文史类,\xd3\xa2\xd3\xef", says: "不是 UTF-8"},
		{name: "a zero byte", file: "unions.csv", old: "温泉街道总工会", new: "温泉\x00街道总工会", says: "空字节"},

		{name: "doubled union", file: "unions.csv", old: "fushan,", new: "wenquan,", line: "wenquan,咸安区浮山", says: "key wenquan 写了两次"},
		{name: "kind of union", file: "unions.csv", old: "大幕乡工会,township", new: "大幕乡工会,county", says: "kind 不能是“county”"},
		{name: "upper union", file: "unions.csv", old: "township,xianan", new: "township,xianning", says: "没有 key 为 xianning 的上级"},
		{name: "doubled town", file: "unions.csv", old: "xianan,浮山街道", new: "xianan,温泉街道", line: "xianan,温泉街道,,,,false\nyongan", says: "温泉街道 已有第 3 行的工会"},
		{name: "confirmed without address", file: "unions.csv", old: "大幕乡,,,,false", new: "大幕乡,,,,true", says: "还不全"},
		{name: "no district", file: "unions.csv", old: "区总工会,district,,", new: "区总工会,zone,wenquan,", line: "-", says: "缺少区总工会"},

		{name: "day that is none", file: "holidays.csv", old: "2026-10-01", new: "2026-10-41", says: "“2026-10-41”不是"},
		{name: "doubled day", file: "holidays.csv", old: "2026-10-02,", new: "2026-10-01,", line: "2026-10-01,false,国庆节,statute,true\n2026-10-03", says: "写了两次"},
		{name: "work on a weekday", file: "holidays.csv", old: "2026-10-10,true", new: "2026-10-12,true", says: "不是周末"},
		{name: "neither true nor false", file: "holidays.csv", old: "2026-01-01,false", new: "2026-01-01,no", says: "working 只能写"},
		{name: "basis", file: "holidays.csv", old: "元旦,statute", new: "元旦,guess", says: "不能是“guess”"},

		{name: "changed wording of the plan", file: "text.md", old: "不超过100人", new: "不超过120人", says: "和 source.txt 不一致"},
		{name: "clause without a state", file: "clauses.tsv", old: "5.2\trule", new: "5.3\trule", says: "没有条款 5.3"},
		{name: "clause missing from the list", file: "clauses.tsv", old: "5.2\trule", new: "5.3\trule", at: "text.md", line: "[5.2]", says: "没有条款 5.2"},
		{name: "state of a clause", file: "clauses.tsv", old: "A3.4\tpaper", new: "A3.4\tlater", says: "不能是“later”"},
		{name: "rule without a place", file: "clauses.tsv", old: "5.1\trule\tinternal/scheme/seats.go", new: "5.1\trule\t", says: "却没有写在哪里"},
		{name: "place outside", file: "clauses.tsv", old: "5.1\trule\tinternal/scheme/seats.go", new: "5.1\trule\t../etc/passwd", says: "不是仓库里的路径"},
		{name: "doubled clause", file: "text.md", old: "[5.2]", new: "[5.1]", line: "[5.1] （二）", says: "条款 5.1 写了两次"},
		{name: "parameter of a reading", file: "readings.md", old: "| reserved_priority_seats priority_early_hours |", new: "| reserved_seats |", says: "没有参数 reserved_seats"},
		{name: "clause of a reading", file: "readings.md", old: "| R-A5 | 5.1 |", new: "| R-A5 | 7.1 |", says: "没有条款 7.1"},
		{name: "doubled reading", file: "readings.md", old: "| R-A6 |", new: "| R-A5 |", line: "| R-A5 | 5.1 | cap | 一百人", says: "R-A5 写了两次"},

		{name: "unknown placeholder", file: "wording/messages.md", old: "受理号{no}，名额为您", new: "受理号{number}，名额为您", says: "不认识 {number}"},
		{name: "open brace", file: "wording/notice-public.md", old: "{batch}", new: "{batch", says: "不成对"},
		{name: "missing message", file: "wording/messages.md", old: "## promoted ·", new: "## moved_up ·", line: "-", says: "缺少消息 promoted"},
		{name: "message without text", file: "wording/messages.md", old: "正文：您要了一个登录验证码", new: "短信：您要了一个登录验证码", line: "## login_code", says: "没有“正文：”"},
		{name: "no warning of fraud", file: "wording/messages.md", old: "短信：工作人员不要验证码、不让转账。", new: "短信：谢谢。", line: "## every", says: "不会要验证码"},
		{name: "empty wording", file: "wording/scam.md", old: "*", new: "", line: "*", says: "文件是空的"},
		{name: "missing wording", file: "wording/commitment.md", old: "-", line: "-", says: "缺少这个文件"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := copyFS(t)
			before := m[c.file].Data
			var after []byte
			switch c.old {
			case "-":
				delete(m, c.file)
			case "*":
				m[c.file] = &fstest.MapFile{}
			default:
				if !bytes.Contains(before, []byte(c.old)) {
					t.Fatalf("%s does not hold %q", c.file, c.old)
				}
				after = bytes.Replace(before, []byte(c.old), []byte(c.new), 1)
				m[c.file] = &fstest.MapFile{Data: after}
			}
			want := Fault{File: c.file}
			if c.at != "" {
				want.File = c.at
			}
			mark := c.line
			if mark == "" {
				mark = c.new
			}
			switch mark {
			case "-":
			case "*":
				want.Line = 1
			default:
				i := bytes.Index(m[want.File].Data, []byte(mark))
				if i < 0 {
					t.Fatalf("%s does not hold %q", want.File, mark)
				}
				want.Line = 1 + bytes.Count(m[want.File].Data[:i], []byte("\n"))
			}
			_, faults, err := Load(m)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range faults {
				if f.File == want.File && f.Line == want.Line && strings.Contains(f.Text, c.says) {
					return
				}
			}
			t.Errorf("want %s:%d …%s…, got:\n%v", want.File, want.Line, c.says, (&FaultyError{Faults: faults}).Error())
		})
	}
}

func TestLoad_ReportsAllFaultsNotTheFirst(t *testing.T) {
	m := copyFS(t)
	change := func(file, old, new string) {
		t.Helper()
		if !bytes.Contains(m[file].Data, []byte(old)) {
			t.Fatalf("%s does not hold %q", file, old)
		}
		m[file] = &fstest.MapFile{Data: bytes.Replace(m[file].Data, []byte(old), []byte(new), 1)}
	}
	change("programme.yaml", "cap: 100 ", "cap: 一百 ")
	change("programme.yaml", "min_days: 3 ", "min_dais: 3 ")
	change("programme.yaml", "e_seal: false", "e_seal: true")
	change("majors.csv", "hue,专升本,文史类,英语", "whu,专升本,文史类,英语")
	change("unions.csv", "fushan,", "wenquan,")
	change("text.md", "不超过100人", "不超过120人")
	_, faults, err := Load(m)
	if err != nil {
		t.Fatal(err)
	}
	for _, says := range []string{"cap 要写成整数", "不认识参数 min_dais", "缺少参数 min_days", "盖在纸上", "没有院校 whu", "key wenquan", "不一致"} {
		n := 0
		for _, f := range faults {
			if strings.Contains(f.Text, says) {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%q is said %d times in\n%v", says, n, (&FaultyError{Faults: faults}).Error())
		}
	}
}

func FuzzLoad_Programme(f *testing.F) {
	m := copyFS(f)
	f.Add(m["programme.yaml"].Data)
	f.Add([]byte("id: &a [*a]\ncap: 1e9\n"))
	f.Add([]byte("awards:\n  - {key: union, amount_fen: 9223372036854775807}\ncap: 3\n"))
	f.Add([]byte("? [a]\n: b\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		m["programme.yaml"] = &fstest.MapFile{Data: b}
		p, faults, err := Load(m)
		if err != nil {
			t.Fatal(err)
		}
		if len(faults) == 0 && (p.Cap < 1 || p.ReservedPrioritySeats != 0 || !p.OpensAt.Before(p.ClosesAt)) {
			t.Errorf("accepted %+v", p)
		}
	})
}

func FuzzLoad_Tables(f *testing.F) {
	m := copyFS(f)
	for _, name := range []string{"majors.csv", "unions.csv", "holidays.csv", "clauses.tsv", "readings.md", "wording/messages.md", "text.md"} {
		f.Add(name, m[name].Data)
	}
	f.Add("majors.csv", []byte("college,level\n\"\n\"\"\"x"))
	f.Fuzz(func(t *testing.T, name string, b []byte) {
		fresh := copyFS(t)
		if _, ok := fresh[name]; !ok {
			return
		}
		fresh[name] = &fstest.MapFile{Data: b}
		p, faults, err := Load(fresh)
		if err != nil {
			t.Fatal(err)
		}
		if len(faults) > 0 {
			return
		}
		for _, m := range p.Majors {
			if _, ok := p.College(m.College); !ok || len(m.Subjects) != 3 {
				t.Errorf("accepted %+v", m)
			}
		}
	})
}
