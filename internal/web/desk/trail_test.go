package desk_test

import (
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"yuanmeng/internal/proof"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

func (b *bureau) book(programme, caseID, name, detail string) {
	b.t.Helper()
	b.pass(time.Second)
	b.must(b.db.Write(b.ctx, b.now(), func(tx *store.Tx) error {
		return tx.Insert(b.ctx, &store.Event{ID: store.NewID(tx.Now), ProgrammeID: programme, CaseID: caseID, ActorID: "x", ActorName: "刘敏", Role: "centre", Org: "centre", Name: name, Detail: detail, At: tx.Now})
	}))
}

func TestTrail_WhoReadsWhat(t *testing.T) {
	b := openBureau(t)
	b.book(xianan, "case-1", "call", `{"note":"和本人通了电话"}`)
	b.book(xianan, "case-1", "refuse", `{"reason":"单位不在区内","rounds":2}`)
	b.book("hean-2026", "case-2", "call", `{"note":"别的区"}`)
	audit, auditor, sec := b.hire("audit", scheme.RoleAuditAdmin).in(), b.hire("auditor", scheme.RoleAuditor).in(), b.sec.in()

	p := b.want(audit.get("/desk/trail"), 200, "电话联系", "邀请了账号", "测试员audit", "登录", "第2次补正")
	for _, hidden := range []string{"和本人通了电话", "单位不在区内", "别的区", "case-1"} {
		if p.has(hidden) {
			t.Errorf("the audit administrator reads %q", hidden)
		}
	}
	p = b.want(auditor.get("/desk/trail"), 200, "和本人通了电话", "单位不在区内", "/desk/cases/case-1")
	if p.has("别的区") || p.has("case-2") || strings.Contains(text(p.body), "测试员audit") {
		t.Error("the auditor reads another programme or the accounts")
	}
	b.want(sec.get("/desk/trail"), 403)
	b.want(b.hire("sys", scheme.RoleSysAdmin).in().get("/desk/trail"), 403)

	p = b.want(audit.get("/desk/trail?event=call"), 200)
	if n := strings.Count(text(p.body), "电话联系") - 1; n != 2 { // once in the list of kinds
		t.Errorf("%d calls", n)
	}
	b.want(audit.get("/desk/trail?event=no-such"), 200, "没有这样的记录")
	for range 70 {
		b.book(xianan, "", "look", `{}`)
	}
	seen := 0
	next := "/desk/trail?event=look"
	for next != "" {
		p := b.want(audit.get(next), 200)
		seen += strings.Count(text(p.body), "打开申请查看") - 1
		m := regexp.MustCompile(`href="(/desk/trail\?[^"]*before[^"]*)"`).FindStringSubmatch(p.body)
		next = ""
		if m != nil {
			next = strings.ReplaceAll(m[1], "&amp;", "&")
		}
	}
	if seen != 70 {
		t.Errorf("%d of 70 events over the pages", seen)
	}
}

func TestTrail_ExportIsAnEventBeforeItsFirstLine(t *testing.T) {
	b := openBureau(t)
	b.book(xianan, "case-1", "refuse", `{"reason":"单位不在区内","rounds":2}`)
	audit, auditor := b.hire("audit", scheme.RoleAuditAdmin).in(), b.hire("auditor", scheme.RoleAuditor).in()
	b.want(audit.post("/desk/trail/export", "what", "events", "reason", "查"), 422, "请写明导出的用途", `value="查"`)
	b.want(audit.post("/desk/trail/export", "what", "everything", "reason", "三季度抽查"), 400)
	if len(b.events("export_trail")) != 0 {
		t.Fatal("a refusal is an export")
	}
	read := func(m *member) map[string]map[string]any {
		t.Helper()
		p := b.want(m.post("/desk/trail/export", "what", "events", "reason", "三季度抽查"), 200)
		if !strings.Contains(p.head.Get("Content-Disposition"), "attachment") {
			t.Error("the export opens in the page")
		}
		out := map[string]map[string]any{}
		for _, l := range strings.Split(strings.TrimSpace(p.body), "\n") {
			var row map[string]any
			if err := json.Unmarshal([]byte(l), &row); err != nil {
				t.Fatalf("%v: %s", err, l)
			}
			out[row["name"].(string)] = row
		}
		return out
	}
	rows := read(audit)
	if rows["export_trail"] == nil || rows["grant"] == nil || rows["refuse"] == nil {
		t.Fatalf("%v", rows)
	}
	if d := rows["refuse"]["detail"].(map[string]any); d["reason"] != nil || d["rounds"] != 2.0 {
		t.Errorf("%v", d)
	}
	for _, e := range b.events("refuse") {
		if rows["refuse"]["commitment"] != e.Commitment() {
			t.Error("the commitment is not the row's")
		}
	}
	rows = read(auditor)
	if rows["grant"] != nil || rows["export_trail"] != nil || rows["refuse"]["detail"].(map[string]any)["reason"] != "单位不在区内" {
		t.Errorf("%v", rows)
	}
	if es := b.events("export_trail"); len(es) != 2 || !strings.Contains(es[0].Detail, "三季度抽查") {
		t.Errorf("%+v", es)
	}

	// The log itself, in the form that verify reads.
	b.want(audit.post("/desk/trail/export", "what", "log", "reason", "三季度抽查"), 404) // nothing sealed yet
	var f proof.Frontier
	empty, err := f.MarshalBinary()
	b.must(err)
	b.must(b.db.Write(b.ctx, b.now(), func(tx *store.Tx) error {
		return tx.PutTallies(b.ctx, []store.Tally{{ProgrammeID: store.AuditLog, Frontier: empty}})
	}))
	p := b.want(audit.post("/desk/trail/export", "what", "log", "reason", "三季度抽查"), 200, `"programme":"@audit"`, `"origin":"ym.example/@audit"`)
	if !strings.Contains(p.head.Get("Content-Disposition"), "audit-log.txt") {
		t.Error(p.head)
	}
	b.want(audit.get("/desk/trail/checkpoints"), 200, "还没有封存过")

	// A stolen session takes nothing out.
	b.pass(16 * time.Minute)
	q := audit.do("POST", "/desk/trail/export", url.Values{"what": {"events"}, "reason": {"三季度抽查"}}, "Referer", siteURL+"/desk/trail")
	b.leads(q, "/desk/prove?next=%2Fdesk%2Ftrail")
}

func TestHealth_CountsWhatWaits(t *testing.T) {
	b := openBureau(t)
	sys := b.hire("sys", scheme.RoleSysAdmin).in()
	at := b.now()
	b.must(b.db.Write(b.ctx, at, func(tx *store.Tx) error {
		for i, o := range []store.Outbox{{Channel: "sms", Wording: "accepted"}, {Channel: "sms", Wording: "returned", DeadAt: &at, Fault: "no such number", Attempts: 5}} {
			o.ID, o.ProgrammeID, o.WorkerID, o.Params, o.CreatedAt, o.NextAt = store.NewID(at.Add(time.Duration(i))), xianan, "w", "{}", at, at
			if err := tx.Insert(b.ctx, &o); err != nil {
				return err
			}
		}
		return tx.Insert(b.ctx, &store.Due{ID: store.NewID(at), ProgrammeID: xianan, Move: scheme.Overdue, DueAt: at.Add(-time.Hour)})
	}))
	b.pass(20 * time.Minute)
	p := b.want(sys.get("/desk/health"), 200, "no such number", "returned", "最早一条等了 20 分钟", "咸安区")
	for _, want := range []string{"1 待发的短信和消息", "1 发不出去的", "1 过了点还没办的到期事项"} {
		if !strings.Contains(text(p.body), want) {
			t.Errorf("lacks %q:\n%s", want, text(p.body))
		}
	}
}
