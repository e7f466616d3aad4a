package desk_test

import (
	"net/url"
	"testing"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/scheme"
)

// The way of a thing that a worker hands in: it waits on the list of those who
// check it, lies there with its picture, goes back with a reason, passes.
func TestDuties_CheckedAtTheDesk(t *testing.T) {
	hl := newHall(t, 2, 2)
	a := hl.accepted()
	has(t, hl.page("centre1", "/desk/duties"), "现在没有要核对的")
	way := "/desk/cases/" + a.caseID + "/duties/registration"
	has(t, hl.page("centre1", way), "本人还没有交")

	hl.must(hl.w.AttachDuty(hl.ctx, a.worker, a.caseID, scheme.DutyRegistration, "sheet",
		casework.Upload{SHA256: "x", Pages: []casework.Page{{Type: "image/jpeg", Body: []byte("\xff\xd8\xffsheet")}}}))
	hl.must(hl.w.FileDuty(hl.ctx, a.worker, a.caseID, scheme.DutyRegistration, map[string]string{"number": "4212000123", "paid": "yes"}))
	has(t, hl.page("centre1", "/desk/duties"), a.Name, "报名凭证", way)
	lacks(t, hl.page("district1", "/desk/duties"), a.Name) // the centre's to check
	page := hl.page("centre1", way)
	has(t, page, "已交，待核对", "4212000123", "报名信息表", "核对通过", "退回重交")
	lacks(t, hl.page("auditor", way), "退回重交")

	v := fields(page)
	v.Set("move", "return_duty")
	w := hl.do("centre1", way, v)
	has(t, w.Body.String(), "请写明理由")
	if w.Code != 422 {
		t.Errorf("%d", w.Code)
	}
	v.Set("reason", "图片没有拍全")
	if w = hl.do("centre1", way, v); w.Code != 303 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	has(t, hl.page("centre1", way), "退回重交", "图片没有拍全")
	// A page of before changes nothing.
	v.Set("move", "pass_duty")
	if w = hl.do("centre1", way, v); w.Code != 422 {
		t.Errorf("%d", w.Code)
	}
	hl.must(hl.w.FileDuty(hl.ctx, a.worker, a.caseID, scheme.DutyRegistration, map[string]string{"number": "4212000124", "paid": "yes"}))
	v = fields(hl.page("centre1", way))
	v.Set("move", "pass_duty")
	if w = hl.do("centre1", way, v); w.Code != 303 || a.row().Registration != scheme.DutyPassed {
		t.Fatalf("%d %q", w.Code, a.row().Registration)
	}
	has(t, hl.page("centre1", "/desk/duties"), "现在没有要核对的")
	if w = hl.do("centre1", "/desk/cases/"+a.caseID+"/duties/shoes", url.Values{}); w.Code != 404 {
		t.Errorf("%d", w.Code)
	}
}
