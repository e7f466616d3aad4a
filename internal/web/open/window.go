package open

import (
	"fmt"
	"time"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/web"
)

// window is where a programme stands for somebody who comes to apply.
type window string

// The windows, in their order.
const (
	windowLoaded    window = "loaded"    // not yet opened by two persons
	windowPublished window = "published" // opened, drafts not yet
	windowDrafts    window = "drafts"    // fill in, print, have it stamped
	windowOpen      window = "open"      // a seat for whoever comes now
	windowWaiting   window = "waiting"   // only waiting places left
	windowFull      window = "full"      // neither
	windowClosed    window = "closed"
)

// windowOf says where a programme stands at an instant. A seat that is kept free
// for somebody on the waiting list is none for whoever comes now (5.2).
func windowOf(p *scheme.Programme, state string, t store.Tally, now time.Time) window {
	switch {
	case state == "loaded":
		return windowLoaded
	case state == "closed" || t.ListEnded || !now.Before(p.ClosesAt):
		return windowClosed
	case now.Before(p.DraftsAt):
		return windowPublished
	case now.Before(p.OpensAt):
		return windowDrafts
	case t.Free() > t.Waiting:
		return windowOpen
	case t.Free() > 0 || t.Waiting < t.WaitingMax:
		return windowWaiting
	}
	return windowFull
}

// front is what the start page says in a window.
type front struct {
	window window
	title  string
	tone   web.Tone
	lines  []string
	count  string // label of the countdown; "" = none
	until  time.Time
	done   string // what the countdown says at its end
	button web.Button
	other  web.Button // the quieter way; empty = none
}

// frontOf finds the words of a window. worker says that one is signed in.
func frontOf(p *scheme.Programme, state string, t store.Tally, now time.Time, worker bool) front {
	f := front{window: windowOf(p, state, t, now), tone: web.ToneInfo}
	check := web.Button{Label: "看我能不能申请", Href: "/check"}
	apply := web.Button{Label: "直接去申请", Href: "/my", Kind: web.Plain}
	switch f.window {
	case windowLoaded:
		f.title, f.tone = "正在准备，还没有公布", web.ToneNone
		f.lines = []string{
			p.Union + "公布以后，才能填表。现在可以先看自己能不能申请。",
			fmt.Sprintf("计划%s可以填表，%s开始提交。以%s公布的为准。", web.Moment(p.DraftsAt), web.Moment(p.OpensAt), p.Union),
		}
	case windowPublished:
		f.title = "已经公布，还不能填表"
		f.lines = []string{"现在可以先看自己能不能申请，备好身份证、储蓄卡和一寸蓝底照片。"}
		f.count, f.until, f.done = "离可以填表还有", p.DraftsAt, "可以填表了"
	case windowDrafts:
		f.title, f.tone = "现在可以填表、盖章", web.ToneOK
		f.lines = []string{"先填好、盖好章。到开放那一刻，点一下就能提交。"}
		f.count, f.until, f.done = "离开放提交还有", p.OpensAt, "可以提交了"
		apply.Label = "直接去填表"
	case windowOpen:
		f.title, f.tone = fmt.Sprintf("正在申报，还剩%d个名额", t.Free()-t.Waiting), web.ToneOK
		f.lines = []string{"按提交成功的先后，先到先得。"}
		f.count, f.until, f.done = "离截止还有", p.ClosesAt, "已经截止"
	case windowWaiting:
		f.title, f.tone = "名额满了，还可以候补", web.ToneWait
		f.lines = []string{fmt.Sprintf("现在提交，排在候补第%d位。有人退出，就按顺序递补。候补不等于有名额。", t.Waiting+1)}
		if t.Free() > 0 {
			f.lines = append(f.lines, fmt.Sprintf("空着的%d个名额，正留给前面候补的人。", t.Free()))
		}
		f.count, f.until, f.done = "离截止还有", p.ClosesAt, "已经截止"
	case windowFull:
		f.title, f.tone = "名额和候补都满了", web.ToneBad
		f.lines = []string{"现在不能提交。有人退出，就会空出候补的位置，可以再来看。先填好表、盖好章，到时点一下就能提交。"}
		f.count, f.until, f.done = "离截止还有", p.ClosesAt, "已经截止"
		apply.Label = "先去填表"
	case windowClosed:
		f.title, f.tone = "申报已经截止", web.ToneNone
		f.lines = []string{"截止时间是" + web.Deadline(p.ClosesAt) + "。申请过的，可以查办到哪一步。"}
		if now.Before(p.ClosesAt) {
			f.lines = []string{"今年不再收新的申请。申请过的，可以查办到哪一步。"}
		}
		f.button = web.Button{Label: "查我的申请", Href: "/my"}
		return f
	}
	f.button, f.other = check, apply
	if f.window == windowLoaded || f.window == windowPublished {
		f.other = web.Button{} // there is nothing to fill in yet
	}
	if worker {
		f.button, f.other = web.Button{Label: "我的申请", Href: "/my"}, web.Button{}
	}
	return f
}

// buttons are the ways on: one that counts, and a quieter one.
func (f front) buttons() []web.Button {
	if f.other.Href == "" {
		return []web.Button{f.button}
	}
	return []web.Button{f.button, f.other}
}
