package desk

import "testing"

// The trail is read by people: codes of states, limits and purposes have words.
func TestTrailSaysCodesInWords(t *testing.T) {
	w := trailWords{staff: func(id string) string { return id }}
	for _, x := range []struct {
		in   map[string]any
		want string
	}{
		{map[string]any{"from": "at_district", "to": "approved", "due": "2026-07-22T16:00:00Z"}, "状态：区总工会审核中 → 审核通过；期限：2026年7月22日24时"},
		{map[string]any{"from": "draft", "to": "draft"}, ""},
		{map[string]any{"purpose": "sign-in"}, "用途：登录"},
		{map[string]any{"no": 3.0, "place": "held", "rank": 0.0}, "受理号：3；名额或候补：占有名额，待审核"},
		{map[string]any{"limit": "staff_pair"}, "哪个上限：登录失败"},
		{map[string]any{"new": true}, "新账号：是"},
	} {
		if got := w.detail(x.in); got != x.want {
			t.Errorf("%v: %q, want %q", x.in, got, x.want)
		}
	}
}
