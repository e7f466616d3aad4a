package open

import (
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"yuanmeng/internal/scheme"
)

// options lists the answers of a question page with where they lead.
func (a answer) options() map[string]string {
	out := map[string]string{}
	a.each(func(n *html.Node) {
		if n.Data == "a" && strings.HasPrefix(attr(n, "class"), "cell") {
			label := ""
			for c := n.FirstChild; c != nil; c = c.NextSibling {
				if c.Data == "span" && c.FirstChild != nil {
					label = strings.TrimSpace(c.FirstChild.Data)
					break
				}
			}
			out[label] = attr(n, "href")
		}
	})
	return out
}

// tap answers a question by its words.
func (s *site) tap(a answer, label string) answer {
	s.t.Helper()
	href, ok := a.options()[label]
	if !ok {
		s.t.Fatalf("no answer %q on %q: %v", label, a.words(), a.options())
	}
	return s.get(href).ok()
}

// A whole pre-check is about six taps without signing in, and every end has the
// way into the application [3.1] [3.2].
func TestCheck_Ends(t *testing.T) {
	s := newSite(t).load().open().to(demoPlan().OpensAt)
	for _, c := range []struct {
		name string
		taps []string
		says []string
		not  []string
	}{
		{
			"yes", []string{"温泉街道", "单位有工会", "不管", "居民身份证", "高升专", "高中、中专、职高、技校", "不是医学、护理"},
			[]string{"您可以申请", "条件都符合", "推荐表由您单位的工会盖章", "最后由工会推荐、咸安区总工会审核决定"}, []string{"还有事要先办"},
		},
		{
			"no union", []string{"大幕乡", "单位没有工会", "居民身份证", "高升专", "高中、中专、职高、技校", "不是医学、护理"},
			[]string{"还有事要先办", "咸安区大幕乡总工会", "可以当天入会、当天盖章", "待确认，先打电话问：0715-0000000", "也可以照样申请"}, []string{"推荐表到乡镇"},
		},
		{
			"another federation", []string{"永安街道", "单位的工会不归咸安区总工会管", "居民身份证", "专升本", "大专", "不是医学、护理"},
			[]string{"先问工会归哪里管", "推荐表先问单位的工会"}, nil,
		},
		{
			"outside the district", []string{"不在咸安区上班", "单位有工会", "不管", "居民身份证", "专升本", "大专", "不是医学、护理"},
			[]string{"先核对上班的地方"}, nil,
		},
		{
			"no diploma for 专升本", []string{"马桥镇", "单位有工会", "不管", "居民身份证", "专升本", "高中、中专、职高、技校", "不是医学、护理"},
			[]string{"先报高升专", "看这 23 个专业"}, []string{"口腔医学"},
		},
		{
			"medical without the certificate", []string{"马桥镇", "单位有工会", "不管", "居民身份证", "专升本", "大专", "护理", "没有"},
			[]string{"不用证书的专业", "护士执业证书", "汉语言文学"}, []string{"康复治疗学", "护理学"},
		},
		{
			"the officer himself", []string{"双溪桥镇", "单位有工会", "是我管", "居民身份证", "高升专", "高中、中专、职高、技校", "不是医学、护理"},
			[]string{"由上一级工会盖章", "咸安区双溪桥镇总工会"}, []string{"由您单位的工会盖章"},
		},
		{
			"nothing known", []string{"不清楚", "不清楚", "其他证件", "不清楚", "不清楚", "不清楚"},
			[]string{"问一下上班的地方归哪个街道", "找一下毕业证", "先准备好证件", "上班的地方归哪个乡镇（街道），就找哪里的工会"}, nil,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s.t = t
			a := s.get("/check").ok()
			for _, label := range c.taps {
				a.says("不用登录，答案不保存")
				a = s.tap(a, label)
			}
			a.says(c.says...).hides(append(c.not, "不用登录")...)
			if words, href := a.button(); href != "/my" {
				t.Errorf("the way on is %q to %s", words, href)
			}
			if !strings.Contains(a.Body.String(), "noindex") {
				t.Error("an outcome is open to search engines")
			}
			if len(c.taps) > 8 {
				t.Errorf("%d taps", len(c.taps))
			}
		})
	}
}

func TestCheck_BackAndChange(t *testing.T) {
	s := newSite(t).load().open().to(demoPlan().OpensAt)
	first := s.get("/check").ok().says("第1题，共6题", "您在哪里上班")
	if got := first.links()["回首页"]; got != "/" {
		t.Errorf("back from the first question: %q", got)
	}
	second := s.tap(first, "温泉街道").says("第2题，共6题", "您的单位有工会吗")
	third := s.tap(second, "单位有工会").says("第3题，共7题", "您自己管单位工会的公章吗")
	// Back shows the answer given and loses nothing.
	back := s.get(third.links()["上一题"]).ok().says("您的单位有工会吗", "上次选的")
	again := s.tap(back, "单位没有工会").says("第3题，共6题", "您用什么证件")
	if strings.Contains(again.Header().Get("Set-Cookie"), "=") {
		t.Error("the pre-check keeps something")
	}

	all := url.Values{"town": {"wenquan"}, "union": {"own"}, "officer": {"no"}, "id_kind": {"resident"}, "level": {scheme.LevelZhuan}, "education": {"61"}, "study": {"general"}}
	end := s.get("/check?" + all.Encode()).ok().says("您可以申请")
	var change string
	end.each(func(n *html.Node) {
		if n.Data == "a" && strings.Contains(textOf(n), "您在哪里上班") {
			change = attr(n, "href")
		}
	})
	s.tap(s.get(change).ok().says("您在哪里上班", "上次选的"), "马桥镇").says("您可以申请", "马桥镇")
}

// What the query brings and is not on offer is left behind: it is neither shown
// nor carried on.
func TestCheck_ForgedAnswers(t *testing.T) {
	s := newSite(t).load().open().to(demoPlan().OpensAt)
	for _, q := range []string{
		"?town=nowhere", "?town=%3Cscript%3E", "?town=wenquan&town=x&union=%00", "?level=" + url.QueryEscape("研究生"), "?officer=yes", "?id=422301198001011234", "?change=x", "?change=town", "?town=" + strings.Repeat("x", 9000),
	} {
		a := s.get("/check" + q).ok()
		for label, href := range a.options() {
			u, err := url.Parse(href)
			if err != nil {
				t.Fatal(err)
			}
			for k, vs := range u.Query() {
				if k == "id" || len(vs) != 1 || strings.ContainsAny(vs[0], "<\x00") || len(vs[0]) > 40 {
					t.Errorf("%s: %s carries %s=%q", q, label, k, vs)
				}
			}
		}
		if strings.Contains(a.Body.String(), "4223011980") || strings.Contains(a.Body.String(), "nowhere") {
			t.Errorf("%s is shown again", q)
		}
	}
}

// Every combination of answers leads to an end, and the end to /my: nobody is
// blocked by a guess.
func TestCheck_NobodyIsSentAway(t *testing.T) {
	s := newSite(t).load().open().to(demoPlan().OpensAt)
	p := demoPlan()
	for _, q := range scheme.PrecheckQuestions(p) {
		for _, o := range q.Options {
			answers := map[string]string{q.Key: o.Value}
			for {
				next, more := scheme.NextQuestion(p, answers)
				if !more {
					break
				}
				answers[next.Key] = next.Options[len(next.Options)-1].Value
			}
			if _, href := s.get(checkHref(answers)).ok().button(); href != "/my" {
				t.Errorf("%s=%s ends at %s", q.Key, o.Value, href)
			}
		}
	}
}

// After the close nobody is asked, and nobody is sent to apply.
func TestCheck_AfterTheClose(t *testing.T) {
	s := newSite(t).load().open().to(demoPlan().ClosesAt)
	for _, q := range []string{"", "?town=wenquan", checkHref(map[string]string{"town": "wenquan", "union": "own"})[len("/check"):]} {
		s.get("/check"+q).ok().says("申报已经截止", "查我的申请").hides("去申请", "您可以申请", "您在哪里上班")
	}
}
