package web

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/a-h/templ"
)

// Tone is the meaning of a colour. It never stands alone: words or a sign say
// the same.
type Tone string

// The tones.
const (
	ToneNone Tone = "none" // nothing to say yet
	ToneInfo Tone = "info" // to know
	ToneWait Tone = "wait" // waiting, care
	ToneOK   Tone = "ok"   // done, good
	ToneBad  Tone = "bad"  // wrong, ended
)

// SummaryRow is one line of a SummaryList.
type SummaryRow struct {
	Key    string
	Value  string
	Note   string // small line below: 「与推荐表一致」
	Was    string // the value before, shown struck through beside the new one
	Href   string // where it can be changed; "" shows no link
	Action string // the link's word, default 修改
	Num    bool   // digits: figures of one width, never broken
}

// Task is one line of a TaskList.
type Task struct {
	Title string
	Hint  string
	Href  string // "" = cannot be opened yet
	State string // 已完成 / 可以开始 / 还不能开始
	Tone  Tone
}

// TimelineEntry is one thing that has happened or will.
type TimelineEntry struct {
	At    string // already in words: 3月1日 20:05, or 最晚 3月8日
	Title string
	Who   string // who acts or acted
	Body  string
	Tone  Tone
	Here  bool // this is where things stand
}

// Seats are the figures of the field of seats.
type Seats struct {
	Cap       int
	Held      int  // taken by a number, not yet approved
	Confirmed int  // approved
	Consumed  int  // paid; shown as confirmed
	Waiting   int  // places on the waiting list
	Over      bool // nobody can apply any more: what is free is left over
	At        time.Time
}

// Free is what is left, never below zero.
func (s Seats) Free() int { return max(0, s.Cap-s.Held-s.Confirmed-s.Consumed) }

// freeWord names what is free.
func (s Seats) freeWord() string {
	if s.Over {
		return "没用完"
	}
	return "还剩"
}

func (s Seats) sentence() string {
	t := fmt.Sprintf("共 %d 个名额：已确认 %d 个，审核中 %d 个，%s %d 个", s.Cap, s.Confirmed+s.Consumed, s.Held, s.freeWord(), s.Free())
	if s.Waiting > 0 {
		t += fmt.Sprintf("；另有 %d 人候补", s.Waiting)
	}
	return t + "。"
}

// seatPath draws n seats from place start on, ten to a row, as one path: a
// hundred rounded squares as elements would weigh more than the rest of the page.
func seatPath(start, n int) string {
	var b strings.Builder
	for i := start; i < start+n; i++ {
		fmt.Fprintf(&b, "M%d %dh6v6h-6z", i%10*10+2, i/10*10+2)
	}
	return b.String()
}

func (s Seats) viewBox() string { return fmt.Sprintf("0 0 100 %d", (max(s.Cap, 1)+9)/10*10) }

// Ring is the count of days of a public notice.
type Ring struct {
	Days  int    // length in days
	Past  int    // full days that have gone
	Label string // below the figure: 公示第 3 天，共 7 天
}

func (r Ring) clamp() Ring {
	r.Days = min(max(r.Days, 1), 60)
	r.Past = min(max(r.Past, 0), r.Days)
	return r
}

// arc draws day i of the ring with a small gap on either side.
func (r Ring) arc(i int) string {
	const radius, centre = 50.0, 60.0
	gap := min(0.06, 0.25*math.Pi/float64(r.Days))
	step := 2 * math.Pi / float64(r.Days)
	a, b := float64(i)*step-math.Pi/2+gap, float64(i+1)*step-math.Pi/2-gap
	large := 0
	if b-a > math.Pi {
		large = 1
	}
	return fmt.Sprintf("M%.1f %.1fA%g %g 0 %d 1 %.1f %.1f",
		centre+radius*math.Cos(a), centre+radius*math.Sin(a), radius, radius, large,
		centre+radius*math.Cos(b), centre+radius*math.Sin(b))
}

// Purse is one award of the two: who pays, how much, how far it is.
type Purse struct {
	Payer  string // 工会
	Amount string // 1,000 元
	State  string // 公示中
	Tone   Tone
	Body   string
}

// Column is a column of a Table.
type Column struct {
	Label string
	Num   bool // figures: to the right, one width
}

// Row is a row of a Table; Href is where Enter and a click on the first cell lead.
type Row struct {
	Href  string
	Cells []templ.Component
	Pick  string // value of the row's box for bulk acts; "" = none
}

// Table is a list on the desk. Earlier and Later are addresses of the pages by
// key, not by number, so that a growing list shows nothing twice.
type Table struct {
	Caption string
	Columns []Column
	Rows    []Row
	Empty   string // sentence when there is no row
	Earlier string
	Later   string
	PickAs  string // name of the rows' boxes; "" = no boxes
}

// Txt is a cell of plain text.
func Txt(s string) templ.Component { return text(s) }

// Key is one line of the desk's map of keys.
type Key struct{ Key, Does string }

// Evidence is a picture of a paper, beside the typed values.
type Evidence struct {
	Name string // 盖章推荐表
	Src  string // address of the picture; a PDF opens on its own
	PDF  bool
	At   string // when it came
	Note string // what the machine saw in it
}

// here and ariaStep give the value of aria-current; "false" is its default and
// says nothing.
func here(n NavItem) string {
	if n.Here {
		return "page"
	}
	return "false"
}

func ariaStep(now bool) string {
	if now {
		return "step"
	}
	return "false"
}
