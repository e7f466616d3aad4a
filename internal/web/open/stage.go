package open

import (
	"fmt"
	"time"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/web"
)

// Stage is where a programme stands for somebody who comes to apply.
type Stage string

// The stages, in their order.
const (
	StageLoaded    Stage = "loaded"    // not yet opened by two persons
	StagePublished Stage = "published" // opened, drafts not yet
	StageDrafts    Stage = "drafts"    // fill in, print, have it stamped
	StageOpen      Stage = "open"      // a seat for whoever comes now
	StageWaiting   Stage = "waiting"   // only waiting places left
	StageFull      Stage = "full"      // neither
	StageClosed    Stage = "closed"
)

// stageOf says where a programme stands at an instant. A seat that is kept free
// for somebody on the waiting list is none for whoever comes now (5.2).
func stageOf(p *scheme.Programme, state string, t store.Tally, now time.Time) Stage {
	switch {
	case state == "loaded":
		return StageLoaded
	case state == "closed" || t.ListEnded || !now.Before(p.ClosesAt):
		return StageClosed
	case now.Before(p.DraftsAt):
		return StagePublished
	case now.Before(p.OpensAt):
		return StageDrafts
	case t.Free() > t.Waiting:
		return StageOpen
	case t.Free() > 0 || t.Waiting < t.WaitingMax:
		return StageWaiting
	}
	return StageFull
}

// front is what the start page says at a stage.
type front struct {
	stage  Stage
	title  string
	tone   web.Tone
	lines  []string
	count  string // label of the countdown; "" = none
	until  time.Time
	done   string // what the countdown says at its end
	button web.Button
	other  web.Button // the quieter way; empty = none
}

// frontOf finds the words of a stage. worker says that one is signed in.
func frontOf(p *scheme.Programme, state string, t store.Tally, now time.Time, worker bool) front {
	f := front{stage: stageOf(p, state, t, now), tone: web.ToneInfo}
	check := web.Button{Label: "看我能不能申请", Href: "/check"}
	apply := web.Button{Label: "直接去申请", Href: "/my", Kind: web.Plain}
	switch f.stage {
	case StageLoaded:
		f.title, f.tone = "正在准备，还没有公布", web.ToneNone
		f.lines = []string{
			p.Union + "公布以后，才能填表。现在可以先看自己能不能申请。",
			fmt.Sprintf("计划%s可以填表，%s开始提交。以%s公布的为准。", web.Moment(p.DraftsAt), web.Moment(p.OpensAt), p.Union),
		}
	case StagePublished:
		f.title = "已经公布，还不能填表"
		f.lines = []string{"现在可以先看自己能不能申请，备好身份证、储蓄卡和一寸蓝底照片。"}
		f.count, f.until, f.done = "离可以填表还有", p.DraftsAt, "可以填表了"
	case StageDrafts:
		f.title, f.tone = "现在可以填表、盖章", web.ToneOK
		f.lines = []string{"先填好、盖好章。到开放那一刻，点一下就能提交。"}
		f.count, f.until, f.done = "离开放提交还有", p.OpensAt, "可以提交了"
		apply.Label = "直接去填表"
	case StageOpen:
		f.title, f.tone = fmt.Sprintf("正在申报，还剩%d个名额", t.Free()-t.Waiting), web.ToneOK
		f.lines = []string{"按提交成功的先后，先到先得。"}
		f.count, f.until, f.done = "离截止还有", p.ClosesAt, "已经截止"
	case StageWaiting:
		f.title, f.tone = "名额满了，还可以候补", web.ToneWait
		f.lines = []string{fmt.Sprintf("现在提交，排在候补第%d位。有人退出，就按顺序递补。候补不等于有名额。", t.Waiting+1)}
		if t.Free() > 0 {
			f.lines = append(f.lines, fmt.Sprintf("空着的%d个名额，正留给前面候补的人。", t.Free()))
		}
		f.count, f.until, f.done = "离截止还有", p.ClosesAt, "已经截止"
	case StageFull:
		f.title, f.tone = "名额和候补都满了", web.ToneBad
		f.lines = []string{"现在不能提交。有人退出，就会空出候补的位置，可以再来看。先填好表、盖好章，到时点一下就能提交。"}
		f.count, f.until, f.done = "离截止还有", p.ClosesAt, "已经截止"
		apply.Label = "先去填表"
	case StageClosed:
		f.title, f.tone = "申报已经截止", web.ToneNone
		f.lines = []string{"截止时间是" + web.Deadline(p.ClosesAt) + "。申请过的，可以查办到哪一步。"}
		if now.Before(p.ClosesAt) {
			f.lines = []string{"今年不再收新的申请。申请过的，可以查办到哪一步。"}
		}
		f.button = web.Button{Label: "查我的申请", Href: "/my"}
		return f
	}
	f.button, f.other = check, apply
	if f.stage == StageLoaded || f.stage == StagePublished {
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
