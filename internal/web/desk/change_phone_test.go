package desk_test

import (
	"strings"
	"testing"

	"yuanmeng/internal/scheme"
)

func TestDecide_ChangesThePhone(t *testing.T) {
	hl := newHall(t, 2, 2)
	a, b := hl.accepted(), hl.accepted()
	page := hl.page("centre1", "/desk/cases/"+a.caseID)
	has(t, page, "更换手机号（两人）")
	page = hl.page("centre1", "/desk/cases/"+a.caseID+"/change_phone")
	has(t, page, "本人到工会，看了身份证原件", "旧号码马上不能登录")
	good := []string{"shown", "union", "phone", "139 8765 4321", "again", "13987654321", "note", "手机丢了"}
	with := func(key, value string) []string {
		out := append([]string(nil), good...)
		for i := 0; i < len(out); i += 2 {
			if out[i] == key {
				out[i+1] = value
			}
		}
		return out
	}
	hl.not("centre1", a, scheme.ChangePhone, 422, "请选本人在哪里出示了身份证", with("shown", "")...)
	hl.not("centre1", a, scheme.ChangePhone, 422, "手机号", with("phone", "1398765")...)
	hl.not("centre1", a, scheme.ChangePhone, 422, "两次输入的号码不一样", with("again", "13987654322")...)
	hl.not("centre1", a, scheme.ChangePhone, 422, "请写明为什么换", with("note", "")...)
	taken := with("phone", b.Phone)
	taken[5] = b.Phone
	hl.not("centre1", a, scheme.ChangePhone, 422, "已经登记在另一个职工的账号上", taken...)

	hl.done("centre1", a, scheme.ChangePhone, good...)
	page = hl.page("district1", "/desk/proposals")
	has(t, page, "手机号改为", "139 8765 4321", "本人到工会，看了身份证原件", "旧号码马上不能登录")
	hl.agree("district1", a)
	page = hl.page("district2", "/desk/cases/"+a.caseID)
	has(t, page, "换了手机号", "139****4321")
	if strings.Contains(page, "13987654321") {
		t.Error("the number stands in clear outside the check")
	}
	has(t, hl.page("district1", "/desk/proposals"), "没有等第二人确认的事")
}
