package apply

import (
	"bytes"
	"mime/multipart"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// upload hands in one file for a duty.
func (w *person) upload(target, field string, body []byte) page {
	w.k.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	part, err := m.CreateFormFile(field, "a.jpg")
	w.k.must(err)
	_, err = part.Write(body)
	w.k.must(err)
	w.k.must(m.Close())
	r := httptest.NewRequest("POST", target, &b)
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.Header.Set("X-As", w.id)
	p := page{w.k.t, httptest.NewRecorder()}
	w.k.ServeHTTP(p, r)
	return p
}

// holds says that the page carries a value that is no text of it.
func (p page) holds(value string) {
	p.t.Helper()
	if !strings.Contains(p.Body.String(), `value="`+value+`"`) {
		p.t.Errorf("does not hold %q", value)
	}
}

func TestDuties_OneThingAtATime(t *testing.T) {
	k := newCaseKit(t)
	w := k.submitted(1)
	w.get("/my").says(200, "要交的材料")
	w.get("/my/duties").says(200, "入学信息登记", "报名凭证", "2026年9月15日24时前", "还没到时候", "平台不收一分钱")
	w.approved()
	w.get("/my/duties").says(200, "现在要交")
	if p := w.get("/my/duties/shoes"); p.Code != 404 {
		t.Errorf("%d", p.Code)
	}

	// Without the picture there is no form to fill in.
	w.get("/my/duties/registration").says(200, "在省教育考试院网站报名", "报名信息表", "上传").never("报名号")
	if p := w.upload("/my/duties/registration/sheet", "sheet", []byte("<html>")); p.Code != 422 {
		t.Errorf("%d", p.Code)
	}
	big := append(bytes.Clone(blankPicture()), make([]byte, 3<<20)...) // as a phone takes it
	if p := w.upload("/my/duties/registration/sheet", "sheet", big); p.to() != "/my/duties/registration" {
		t.Fatalf("%d %s", p.Code, p.text())
	}
	w.get("/my/duties/registration").says(200, "已经收到", "报名号", "还会给：报考的高校", "换一张报名信息表")

	// What was typed stays when something is missing.
	w.post("/my/duties/registration", "case", w.Case, "number", "4212000123").says(422, "请选一项：报名考试费交了吗").holds("4212000123")
	if p := w.post("/my/duties/registration", "case", w.Case, "number", "4212000123", "paid", "yes"); p.to() != "/my/duties" {
		t.Fatalf("%d %s", p.Code, p.text())
	}
	w.get("/my/duties").says(200, "已交")
	w.get("/my/duties/registration").says(200, "等工作人员核对").holds("4212000123")
	w.get("/my/data").says(200, "报名号 4212000123", "报名信息表 已上传", "交给：报考的高校")

	desk := store.Viewer{Programmes: []string{k.id}}
	k.must(k.work.CheckDuty(k.ctx, caseClerk, desk, casework.DutyOrder{Move: scheme.ReturnDuty, Case: w.Case, Kind: scheme.DutyRegistration, Reason: "图片没有拍全，请重拍"}))
	k.pass(time.Minute)
	w.get("/my/duties/registration").says(200, "要重新交", "图片没有拍全，请重拍")
	w.post("/my/duties/registration", "case", w.Case, "number", "4212000123", "paid", "yes")
	k.must(k.work.CheckDuty(k.ctx, caseClerk, desk, casework.DutyOrder{Move: scheme.PassDuty, Case: w.Case, Kind: scheme.DutyRegistration}))
	w.get("/my/duties/registration").says(200, "核对通过", "不用您做什么").never("请填写")

	// The enrolment form is words only; a nation is typed, with its words offered.
	w.get("/my/duties/enrol").says(200, "民族", "政治面貌", "以上内容真实")
	w.post("/my/duties/enrol", "case", w.Case, "ethnic", "火星族").says(422, "请从列出的几项里选一项").holds("火星族")
}
