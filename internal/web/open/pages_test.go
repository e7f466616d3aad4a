package open

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"yuanmeng/internal/sample"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/web"
)

// pages are the addresses that everybody may read.
var pages = []string{"/", "/check", "/check?town=wenquan&union=own&officer=no&id_kind=resident&level=%E9%AB%98%E5%8D%87%E4%B8%93&education=61&study=general",
	"/policy", "/colleges", "/majors", "/help", "/privacy", "/report", "/proof", "/receipt"}

func TestMajors_Filter(t *testing.T) { // [A1.1]
	s := newSite(t).load()
	count := func(a answer) (n int) {
		a.each(func(x *html.Node) {
			if x.Data == "li" && attr(x, "class") == "cell" {
				n++
			}
		})
		return n
	}
	for _, c := range []struct {
		query string
		rows  int
		says  []string
		hides []string
	}{
		{"", 62, []string{"共 62 个专业，下面是 62 个", "考试：语文、数学（理）、外语", "政治、外语、教育理论", "要有：护士执业证书", "以当年省教育考试院公布的招生专业目录为准"}, nil},
		{"?level=专升本", 36, []string{"汉语言文学"}, []string{"园林技术"}},
		{"?college=xnec", 16, []string{"旅游管理", "咸宁职业技术学院 · 高升专"}, []string{"荆楚理工学院 ·"}},
		{"?college=xnec&category=医学类", 1, []string{"护理", "要资格证", "报这个专业，要有护士执业证书"}, []string{"口腔医学"}},
		{"?level=高升专&college=hue", 0, []string{"没有这样的专业"}, []string{"以当年省教育考试院"}},
		{"?need=no", 56, nil, []string{"要资格证 ", "口腔医学"}},
		{"?need=yes", 6, []string{"康复治疗学", "在职的卫生、医药技术人员"}, []string{"园林技术"}},
		{"?level=x&college=y&category=<b>", 62, nil, []string{"<b>"}},
	} {
		t.Run(c.query, func(t *testing.T) {
			s.t = t
			a := s.get("/majors" + strings.NewReplacer("<", "%3C", ">", "%3E").Replace(c.query)).ok().says(c.says...).hides(c.hides...)
			if got := count(a); got != c.rows {
				t.Errorf("%d rows, want %d", got, c.rows)
			}
		})
	}
	// The choice stays chosen.
	chosen := 0
	s.get("/majors?level=专升本&need=no").each(func(n *html.Node) {
		for _, x := range n.Attr {
			if n.Data == "option" && x.Key == "selected" && (attr(n, "value") == "专升本" || attr(n, "value") == "no") {
				chosen++
			}
		}
	})
	if chosen != 2 {
		t.Errorf("%d options chosen", chosen)
	}
}

func TestColleges_InThePlansOwnWords(t *testing.T) { // [A1.1]
	s := newSite(t).load()
	a := s.get("/colleges").ok().says("非脱产", "2.5年", "学费直接交给学校")
	for _, c := range s.p.Colleges {
		a.says(c.Name, c.Intro, c.City)
	}
	for _, m := range s.p.Majors {
		a.says(m.Name)
	}
}

var spaces = regexp.MustCompile(`\s`)

// Every word of the plan is on the page, and each clause can be pointed at.
func TestPolicy_IsTheWholeText(t *testing.T) {
	s := newSite(t).load()
	a := s.get("/policy").ok()
	ids := map[string]bool{}
	a.each(func(n *html.Node) { ids[attr(n, "id")] = true })
	shown := spaces.ReplaceAllString(a.words(), "")
	for _, c := range s.p.Text {
		if !ids[string(c.ID)] {
			t.Errorf("no anchor for clause %s", c.ID)
		}
		for line := range strings.Lines(c.Text) {
			line = spaces.ReplaceAllString(strings.ReplaceAll(line, "|", ""), "")
			if strings.Trim(line, "-") == "" {
				continue
			}
			if !strings.Contains(shown, line) {
				t.Errorf("clause %s: no %q", c.ID, line)
			}
		}
	}
	for _, r := range s.p.Readings {
		a.says(r.Reading, r.Alternative, r.Why, r.ID)
	}
	for _, href := range a.links() {
		if id, ok := strings.CutPrefix(href, "#"); ok && id != "main" && id != "menu" && !ids[id] {
			t.Errorf("a link leads to #%s, which is not there", id)
		}
	}
}

func TestPolicy_SaysWhatIsSettled(t *testing.T) {
	loaded := newSite(t).load(func(p *scheme.Programme) { p.ReadingsSigned = false })
	loaded.get("/policy").ok().says("这一年的申报还没有开放", "还没有签字", "没有签字，平台不能开放申报", "2026年8月31日 24:00", "以省教育考试院公告为准").hides("公开的版本", "已由")
	opened := newSite(t).load().open()
	opened.get("/policy").ok().says("已由咸安区总工会负责人签字确认", "演示：这个签字是虚构的", "公开的版本", "开放", "第 1 版，指纹 hash-of-xianan-2026", "2026年10月17日 至 2026年10月18日").
		hides("这一年的申报还没有开放", "还没有签字", "lead-1", "lead-2")
	bare := newSite(t).load(func(p *scheme.Programme) { p.Text = nil })
	bare.get("/policy").ok().says("原文请看咸安区总工会公布的文件")
}

func TestHelp(t *testing.T) {
	s := newSite(t).load(func(p *scheme.Programme) {
		p.Unions = append([]scheme.Union(nil), p.Unions...)
		p.Unions[1].Address, p.Unions[1].Phone, p.Unions[1].Hours, p.Unions[1].Confirmed = "温泉路 1 号", "0715-1111111", "工作日", true
		p.Unions[2].Address = "还没有核对的地址"
	})
	a := s.get("/help").ok().says("我能不能申请？", "没有打印机怎么办？", "不会要您的验证码", "0715-0000000", "咸安区温泉街道总工会", "温泉路 1 号", "0715-1111111", "地址、电话待确认").hides("还没有核对的地址")
	for _, u := range s.p.Unions {
		a.says(u.Name)
	}
	if got := a.links()["0715-1111111"]; got != "tel:07151111111" {
		t.Errorf("the telephone leads to %q", got)
	}
	questions := 0
	a.each(func(n *html.Node) {
		if n.Data == "details" {
			questions++
		}
	})
	if want := strings.Count(s.p.Wording["help"], "\n## ") + strings.Count(s.p.Wording["help"][:3], "## "); questions != want {
		t.Errorf("%d questions of %d", questions, want)
	}
	newSite(t).load(func(p *scheme.Programme) { p.Hotline = "" }).get("/help").ok().says("咨询电话还没有公布").hides("先打")
}

// The table says of each field what the catalogue says, so that nothing is asked
// that the page does not name.
func TestPrivacy_NamesEveryField(t *testing.T) {
	s := newSite(t).load()
	a := s.get("/privacy").ok().says("敏感信息，加密存放", "30年", "登录标记")
	for _, f := range scheme.Fields() {
		a.says(f.Label, f.Purpose, f.KeepUntil(s.p))
		if f.Receiver != "" {
			a.says(f.Receiver)
		}
	}
	for _, b := range web.Blocks(s.p.Wording["privacy"]) {
		if b.Kind != web.BlockTitle {
			a.says(b.Lines...)
		}
	}
	rows, usual := fieldRows(s.p)
	if len(rows) != len(scheme.Fields()) || usual == "" {
		t.Errorf("%d rows of %d, usual %q", len(rows), len(scheme.Fields()), usual)
	}
}

func TestReport(t *testing.T) {
	newSite(t).load().get("/report").ok().says("0715-0000000", "咸宁市咸安区总工会", "地址待确认", "110", "匿名")
	s := newSite(t).load(func(p *scheme.Programme) {
		p.Hotline = ""
		p.Unions = append([]scheme.Union(nil), p.Unions...)
		p.Unions[0].Address, p.Unions[0].Confirmed = "双鹤路 1 号", true
	})
	s.get("/report").ok().says("咨询电话还没有公布", "双鹤路 1 号")
}

func TestRobotsAndFavicon(t *testing.T) {
	s := newSite(t)
	a := s.get("/robots.txt").ok()
	if !strings.Contains(a.Body.String(), "Disallow: /my\n") || !strings.HasPrefix(a.Header().Get("Content-Type"), "text/plain") {
		t.Errorf("%v %s", a.Header(), a.Body)
	}
	if a := s.get("/favicon.ico"); a.Code != 303 || a.Header().Get("Location") != web.AssetURL("mark.svg") {
		t.Errorf("favicon: %d %v", a.Code, a.Header())
	}
}

// An empty installation answers in sentences.
func TestNothingLoaded(t *testing.T) {
	s := newSite(t)
	for _, path := range pages {
		a := s.get(path)
		switch path {
		case "/", "/receipt":
			a.ok()
		default:
			if a.Code != 404 {
				t.Errorf("%s: %d", path, a.Code)
			}
			a.says("还没有项目")
		}
	}
	for _, path := range []string{"/proof/log", "/proof/seated", "/proof/checkpoint"} {
		if a := s.get(path); a.Code != 404 {
			t.Errorf("%s: %d", path, a.Code)
		}
	}
}

// No open page, and no file of the log, holds anything of a person; none makes a
// session; none has an inline script or style.
func TestPages_ShowNobody(t *testing.T) {
	s := newSite(t).load(seats(3, 2)).open().to(demoPlan().OpensAt)
	for range 5 {
		s.accepted()
	}
	s.to(s.now().Add(time.Minute))
	s.checkpoint()
	for _, path := range append([]string{"/proof/log", "/proof/seated", "/proof/checkpoint", "/proof/erased", "/robots.txt"}, pages...) {
		a := s.get(path).ok()
		body := a.Body.String()
		for n := 1; n <= 5; n++ {
			who := sample.New(s.p, n)
			for _, v := range []string{who.Name, who.ID, who.Phone, who.Card, who.Employer, who.Phone[3:], who.ID[6:14]} {
				if strings.Contains(body, v) {
					t.Errorf("%s holds %q of person %d", path, v, n)
				}
			}
		}
		if c := a.Header().Get("Set-Cookie"); c != "" {
			t.Errorf("%s sets the cookie %s", path, c)
		}
		a.each(func(n *html.Node) {
			if n.Data == "style" || n.Data == "script" && attr(n, "src") == "" || attr(n, "style") != "" {
				t.Errorf("%s has an inline %s", path, n.Data)
			}
			for _, x := range n.Attr {
				if strings.HasPrefix(x.Key, "on") {
					t.Errorf("%s has %s=%q", path, x.Key, x.Val)
				}
			}
		})
		for words, href := range a.links() {
			if href == "" || words == "" {
				t.Errorf("%s: a link %q to %q", path, words, href)
			}
		}
	}
	if strings.Contains(s.log.String(), "town=") {
		t.Error("the access log holds an answer of the pre-check")
	}
}

// Every link of an open page leads to a page that is there, or to another door.
func TestPages_LinksLead(t *testing.T) {
	s := newSite(t).load().open().to(demoPlan().OpensAt)
	s.checkpoint()
	seen := map[string]bool{}
	for _, path := range pages {
		for words, href := range s.get(path).ok().links() {
			to, _, _ := strings.Cut(href, "#")
			if to == "" || seen[to] || !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "/my") {
				continue
			}
			seen[to] = true
			if a := s.get(to); a.Code != 200 {
				t.Errorf("%s: %q leads to %s: %d", path, words, to, a.Code)
			}
		}
	}
	if len(seen) < 20 {
		t.Errorf("only %d links", len(seen))
	}
}
