package desk_test

import (
	"strings"
	"testing"
	"time"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

func TestDelivery_TwoAdministratorsLookAndRelease(t *testing.T) {
	b := openBureau(t)
	sys, clerk := b.hire("sys", scheme.RoleSysAdmin).in(), b.hire("clerk", scheme.RoleCentre).in()
	sec := b.sec.in()
	b.want(sys.get("/desk/delivery"), 200, "没有扣着的消息")
	b.want(clerk.get("/desk/delivery"), 403)
	b.must(b.db.Write(b.ctx, b.now(), func(tx *store.Tx) error {
		r := &store.Restoration{ID: store.NewID(tx.Now), At: tx.Now, BackupAt: tx.Now.Add(-time.Hour), Reason: "没有人存过检查点", Erased: 2}
		if err := tx.Insert(b.ctx, r); err != nil {
			return err
		}
		if err := tx.Insert(b.ctx, &[]store.Epoch{{ProgrammeID: store.AuditLog, Kept: 5, RestorationID: r.ID}, {ProgrammeID: xianan, Kept: 7, RestorationID: r.ID, Size: 11, FromNo: 4, ToNo: 22}}); err != nil {
			return err
		}
		return tx.Insert(b.ctx, &store.Outbox{ID: store.NewID(tx.Now), ProgrammeID: xianan, CaseID: "c", WorkerID: "w", Channel: "sms", Wording: "accepted", Params: "{}", CreatedAt: tx.Now, NextAt: tx.Now})
	}))
	// The lamp: it is the first page of both.
	for _, m := range []*member{sys, sec} {
		if p := m.get("/desk"); p.code != 303 || p.head.Get("Location") != "/desk/delivery" {
			t.Errorf("the first page: %d %s", p.code, p.head.Get("Location"))
		}
	}
	if p := clerk.get("/desk"); p.head.Get("Location") == "/desk/delivery" {
		t.Error("a clerk is led there")
	}
	b.want(sys.get("/desk/delivery"), 200, "从备份恢复过", "至少 4 条", "4 到 22", "没有人存过检查点", "管理日志", "又销毁了 2 个", "申请已受理，有名额", "提出放行")
	b.want(sys.post("/desk/delivery"), 422, "请选备份里的消息怎么办")
	b.want(clerk.post("/desk/delivery", "how", "quiet"), 403)
	b.want(sys.post("/desk/delivery", "how", "quiet"), 303)
	p, err := b.db.OpenDelivery(b.ctx)
	b.must(err)
	b.want(sys.get("/desk/delivery"), 200, "您提出的，要由另一个人确认", "不再发短信")
	b.want(sys.post("/desk/delivery/"+p.ID, "agree", "yes"), 422, "要由另一种管理员确认")
	page := b.want(sec.get("/desk/delivery"), 200, "同意，放行", "不同意，放弃")
	if !strings.Contains(page.body, "/desk/delivery/"+p.ID) {
		t.Error("the form of the second person leads elsewhere")
	}
	b.want(sec.post("/desk/delivery/"+p.ID, "agree", "maybe"), 400)
	b.want(sec.post("/desk/delivery/"+p.ID, "agree", "yes"), 303)
	b.want(sec.get("/desk/delivery"), 200, "没有扣着的消息")
	b.want(sec.post("/desk/delivery/"+p.ID, "agree", "yes"), 422, "不用放行")
}
