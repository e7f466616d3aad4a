package open

import (
	"bytes"
	"compress/gzip"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/web"
)

// until gives the end of the countdown, "" if the page has none.
func (a answer) until() (until string) {
	a.each(func(n *html.Node) {
		if v := attr(n, "data-until"); v != "" {
			until = v
		}
	})
	return until
}

// button gives the words and the address of the one big button.
func (a answer) button() (words, href string) {
	n := 0
	a.each(func(x *html.Node) {
		if strings.Contains(attr(x, "class"), "btn primary") {
			words, href = strings.Join(strings.Fields(textOf(x)), " "), attr(x, "href")
			n++
		}
	})
	if n != 1 {
		a.t.Errorf("%d big buttons", n)
	}
	return words, href
}

// The start page in every window of the year [5.1] [5.2].
func TestHome_EveryStage(t *testing.T) {
	day := 24 * time.Hour
	stamp := func(at time.Time) string { return at.UTC().Format(time.RFC3339) }
	p := demoPlan()
	for _, c := range []struct {
		name   string
		set    func(s *site)
		worker bool
		says   []string
		hides  []string
		until  string
		button string
		href   string
		seats  bool
	}{
		{"nothing loaded", func(*site) {}, false, []string{"还没有项目"}, []string{"名额满了"}, "", "", "", false},
		{
			"loaded", func(s *site) { s.load() }, false,
			[]string{"正在准备，还没有公布", "咸安区总工会公布以后，才能填表", "计划2026年7月1日 09:00可以填表，2026年7月15日 20:00开始提交", "以咸安区总工会公布的为准", "计划资助 100 人"},
			[]string{"现在是这一步", "直接去申请", "还剩"}, "", "看我能不能申请", "/check", false,
		},
		{
			"before drafts", func(s *site) { s.load().open().to(p.DraftsAt.Add(-day)) }, false,
			[]string{"已经公布，还不能填表", "离可以填表还有"}, []string{"直接去", "现在是这一步"}, stamp(p.DraftsAt), "看我能不能申请", "/check", true,
		},
		{
			"drafts", func(s *site) { s.load().open().to(p.OpensAt.Add(-time.Second)) }, false,
			[]string{"现在可以填表、盖章", "到开放那一刻，点一下就能提交", "离开放提交还有", "直接去填表", "现在是这一步"}, []string{"离截止"}, stamp(p.OpensAt), "看我能不能申请", "/check", true,
		},
		{
			"open", func(s *site) { s.load(seats(2, 1)).open().to(p.OpensAt); s.accepted() }, false,
			[]string{"正在申报，还剩1个名额", "离截止还有", "2026年8月31日 24:00", "还剩 1 个名额", "审核中 1", "直接去申请", "名额满了以后，最多再收 1 人候补"}, []string{"名额满了，还"}, stamp(p.ClosesAt), "看我能不能申请", "/check", true,
		},
		{
			"open, signed in", func(s *site) { s.load(seats(2, 1)).open().to(p.OpensAt) }, true,
			[]string{"正在申报，还剩2个名额"}, []string{"直接去申请"}, stamp(p.ClosesAt), "我的申请", "/my", true,
		},
		{
			"waiting", func(s *site) {
				s.load(seats(1, 2)).open().to(p.OpensAt)
				s.accepted()
				s.accepted()
			}, false,
			[]string{"名额满了，还可以候补", "现在提交，排在候补第2位", "候补不等于有名额", "候补 1 人", "还剩 0 个名额"}, []string{"空着的", "名额满了以后"}, stamp(p.ClosesAt), "看我能不能申请", "/check", true,
		},
		{
			"full", func(s *site) {
				s.load(seats(1, 1)).open().to(p.OpensAt)
				s.accepted()
				s.accepted()
			}, false,
			[]string{"名额和候补都满了", "现在不能提交", "先去填表"}, []string{"直接去申请", "排在候补"}, stamp(p.ClosesAt), "看我能不能申请", "/check", true,
		},
		{
			"closed", func(s *site) { s.load().open().to(p.ClosesAt) }, false,
			[]string{"申报已经截止", "截止时间是2026年8月31日 24:00", "没用完 100 个名额"}, []string{"看我能不能申请", "还剩", "准备好这些", "名额满了以后", "离截止"}, "", "查我的申请", "/my", true,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite(t)
			c.set(s)
			if c.worker {
				s.viewer = web.Viewer{AccountID: "w", Kind: web.KindWorker, Confirmed: true}
			}
			a := s.get("/").ok().says(c.says...).hides(c.hides...)
			if got := a.until(); got != c.until {
				t.Errorf("counts down to %q, want %q", got, c.until)
			}
			if c.button == "" {
				return
			}
			if words, href := a.button(); words != c.button || href != c.href {
				t.Errorf("button %q to %s, want %q to %s", words, href, c.button, c.href)
			}
			a.says("申请助学", "资料提交", "入学考试", "助学金申报", "补助发放", "2,000 元", "工会补助 1,000 元", "不会要您的验证码")
			if shown := strings.Contains(a.Body.String(), "<figure class=\"seats\""); shown != c.seats {
				t.Errorf("the field of seats is shown: %v", shown)
			}
			if strings.Contains(a.Body.String(), "noindex") || !strings.Contains(a.Body.String(), `name="description"`) {
				t.Error("search engines cannot read the page")
			}
		})
	}
}

// A seat that is kept free for somebody under a hearing is none for whoever
// comes now.
func TestHome_KeptSeatIsNotOffered(t *testing.T) {
	p := demoPlan()
	f := frontOf(p, "open", tally(3, 2, 1, 2), p.OpensAt, false)
	if f.window != windowWaiting || !strings.Contains(strings.Join(f.lines, ""), "空着的1个名额，正留给前面候补的人") {
		t.Errorf("%+v", f)
	}
	// All waiting places are taken, but the free seat lets one more join.
	if got := windowOf(p, "open", tally(3, 2, 5, 5), p.OpensAt); got != windowWaiting {
		t.Errorf("window %s", got)
	}
}

// What is compared here stands in the rows of the frozen programme, so the page
// reads the programme's head and the tally: two rows however many people there
// are.
func TestHome_ReadsTwoRows(t *testing.T) {
	s := newSite(t).load(seats(2, 3)).open().to(demoPlan().OpensAt)
	for range 4 {
		s.accepted()
	}
	s.get("/").ok() // the programme is read once per version
	var seen []string
	s.w.DB.Watch(func(query string) { seen = append(seen, query) })
	s.get("/").ok()
	tallies := 0
	for _, q := range seen {
		if strings.Contains(q, `"tally"`) {
			tallies++
		}
	}
	if len(seen) != 2 || tallies != 1 {
		t.Errorf("%d statements, %d of the tally: %q", len(seen), tallies, seen)
	}
}

// The first page with everything it loads is at most 60 KB.
func TestHome_IsSmall(t *testing.T) {
	s := newSite(t).load().open().to(demoPlan().OpensAt)
	a := s.get("/").ok()
	paths := []string{"/"}
	a.each(func(n *html.Node) {
		for _, key := range []string{"src", "href"} {
			if v := attr(n, key); strings.HasPrefix(v, "/assets/") {
				paths = append(paths, v)
			}
		}
	})
	total := 0
	for _, path := range paths {
		r := httptest.NewRequest("GET", path, nil)
		r.Header.Set("Accept-Encoding", "gzip")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != 200 {
			t.Fatalf("%s: %d", path, w.Code)
		}
		total += w.Body.Len()
		for k, vs := range w.Header() {
			total += len(k) + len(strings.Join(vs, "")) + 4
		}
	}
	if len(paths) < 4 || total > 60<<10 {
		t.Errorf("%d files, %d bytes", len(paths), total)
	}
	// And it is whole without the script: nothing waits for it.
	var z bytes.Buffer
	gz := gzip.NewWriter(&z)
	gz.Write(a.Body.Bytes())
	gz.Close()
	if strings.Contains(a.words(), "加载") || z.Len() > 20<<10 {
		t.Errorf("the page itself is %d bytes", z.Len())
	}
}

func TestSteps_SayWhatIsNotConfirmed(t *testing.T) {
	p := *demoPlan()
	if got := stepsOf(&p)[2].text; !strings.Contains(got, "10月") || !strings.Contains(got, "以省教育考试院公告为准") {
		t.Errorf("unconfirmed: %s", got)
	}
	p.Unconfirmed = nil
	if got := stepsOf(&p)[2].text; got != "2026年10月17日起，参加全国成人高考。" {
		t.Errorf("confirmed: %s", got)
	}
	p.Awards = []scheme.AwardRule{{Name: "工会补助", Amount: 50000}}
	if got := stepsOf(&p)[4].text; !strings.Contains(got, "500 元") {
		t.Errorf("another amount: %s", got)
	}
}
