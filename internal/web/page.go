package web

import (
	"fmt"
	"strings"
	"time"
)

// PageMeta is the frame of one page. [Ctx.Meta] fills it; a handler changes
// only what its page needs.
type PageMeta struct {
	Title     string    // the h1's words; the window title adds the site's name
	Lang      string    // zh-CN
	Door      Door      // frame and style: phone for open and apply, desk for desk
	Nav       []NavItem // the door's pages
	Large     bool      // 大字版 is on
	Account   string    // who is signed in, as shown; "" = nobody
	SignOut   string    // POST target of 退出
	Programme string    // the programme's name
	Site      Site      // telephone, footer
	Flash     string    // one sentence about what was just done
	Script    bool      // load the door's script
	Scripts   []string  // further built scripts by name, for example proof.js
	About     string    // one sentence for search engines
	NoIndex   bool      // keep out of search
	Path      string    // this page's path, for 大字版 to come back to
	Back      string    // where 返回 leads; "" = none
	BackText  string    // its words, default 返回
	BackForm  string    // id of a form that 返回 sends first with then=back, so that nothing typed is lost
	Problems  Problems  // what is wrong with the form: summary on top, title begins 错误：
	Kicker    string    // small line above the h1: 第 3 步，共 7 步
	NoHeading bool      // the page draws its own h1
	Wide      bool      // desk: use the whole width
	Now       time.Time // programme clock
}

// NavItem is one entry of a door's navigation.
type NavItem struct {
	Label string
	Href  string
	Here  bool // the page that is shown
	Count int  // waiting work; 0 shows nothing
}

// windowTitle puts the mistake first, as screen readers read the title first.
func (m PageMeta) windowTitle() string {
	t := m.Title
	if m.Site.Name != "" && m.Site.Name != t {
		t += " – " + m.Site.Name
	}
	if len(m.Problems) > 0 {
		t = "错误：" + t
	}
	return t
}

func (m PageMeta) style() string {
	if m.Door == DoorDesk {
		return "desk.css"
	}
	return "phone.css"
}

func (m PageMeta) script() string {
	if m.Door == DoorDesk {
		return "desk.js"
	}
	return "phone.js"
}

func (m PageMeta) htmlClass() string {
	class := "phone"
	if m.Door == DoorDesk {
		class = "desk"
	}
	if m.Large {
		class += " large"
	}
	return class
}

// home is the first page of the door.
func (m PageMeta) home() string {
	switch m.Door {
	case DoorApply:
		return "/my"
	case DoorDesk:
		return "/desk"
	}
	return "/"
}

// TelHref makes the link of a telephone number: digits only.
func TelHref(phone string) string {
	return "tel:" + strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, phone)
}

// China is the time of every date that people see. It has no summer time.
var China = time.FixedZone("Asia/Shanghai", 8*3600)

// Day writes a date: 2026年3月1日.
func Day(t time.Time) string {
	t = t.In(China)
	return fmt.Sprintf("%d年%d月%d日", t.Year(), t.Month(), t.Day())
}

// Clock writes a time of day: 20:05.
func Clock(t time.Time) string { return t.In(China).Format("15:04") }

// Moment writes date and time: 2026年3月1日 20:05.
func Moment(t time.Time) string { return Day(t) + " " + Clock(t) }

// Deadline writes the end of a period: one that ends at midnight ends at 24:00
// of the day before, as people say it.
func Deadline(t time.Time) string {
	t = t.In(China)
	if t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0 {
		return Day(t.AddDate(0, 0, -1)) + " 24:00"
	}
	return Moment(t)
}

// Yuan writes fen as people read money: 1,000 元, 12.50 元.
func Yuan(fen int64) string {
	sign := ""
	if fen < 0 {
		sign, fen = "-", -fen
	}
	whole := fmt.Sprint(fen / 100)
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if cents := fen % 100; cents != 0 {
		whole += fmt.Sprintf(".%02d", cents)
	}
	return sign + whole + " 元"
}

// Left writes a span as people say it, rounded down: 3 天 4 小时, 25 分钟.
func Left(d time.Duration) string {
	switch {
	case d <= 0:
		return "已到时间"
	case d < time.Minute:
		return fmt.Sprintf("%d 秒", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%d 分钟", d/time.Minute)
	case d < 24*time.Hour:
		return fmt.Sprintf("%d 小时 %d 分钟", d/time.Hour, d%time.Hour/time.Minute)
	}
	return fmt.Sprintf("%d 天 %d 小时", d/(24*time.Hour), d%(24*time.Hour)/time.Hour)
}
