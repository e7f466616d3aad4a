package scheme

import (
	"slices"
	"time"
)

// NoticeState is where one list of 公示 stands (DESIGN §2.12).
type NoticeState string

// The states of a list.
const (
	NoticeDraft     NoticeState = "draft"     // 草拟
	NoticeFrozen    NoticeState = "frozen"    // 已定稿，等公布
	NoticePublished NoticeState = "published" // 公示中
	NoticeEnded     NoticeState = "ended"     // 已满期
	NoticeDropped   NoticeState = "dropped"   // 没有公布就撤下
)

// NoticeStates lists all states in the order of a list's life.
var NoticeStates = []NoticeState{NoticeDraft, NoticeFrozen, NoticePublished, NoticeEnded, NoticeDropped}

// NoticeStateName is the Chinese name of a state.
func NoticeStateName(s NoticeState) string {
	switch s {
	case NoticeDraft:
		return "草拟"
	case NoticeFrozen:
		return "已定稿，等公布"
	case NoticePublished:
		return "公示中"
	case NoticeEnded:
		return "公示已满期"
	case NoticeDropped:
		return "没有公布就撤下"
	}
	return string(s)
}

// Notice is one list, as the rules see it.
type Notice struct {
	ID      string
	State   NoticeState
	Maker   string // who drafted it
	Rows    int
	Changed int // rows whose data or award is no longer what the draft says
	From    time.Time
	Until   time.Time
}

// The moves of a list (moves 37, 38, 40, 42).
const (
	FreezeNotice  MoveName = "freeze_notice"
	DropNotice    MoveName = "drop_notice"
	PublishNotice MoveName = "publish_notice"
	ExtendNotice  MoveName = "extend_notice"
	EndNotice     MoveName = "end_notice"
)

// NoticeTurns is the table of a list's moves.
var NoticeTurns = []Turn[NoticeState, Notice]{
	{Name: FreezeNotice, Label: "核对无误，定稿", Past: "定稿", From: []NoticeState{NoticeDraft}, To: NoticeFrozen, Roles: []Role{RoleCentre}, Guard: mayFreeze, Clause: "A2.5"},
	{Name: DropNotice, Label: "撤下", Past: "撤下了没有公布的名单", From: []NoticeState{NoticeDraft, NoticeFrozen}, To: NoticeDropped, Roles: []Role{RoleCentre}, Reason: true, Clause: "A2.5"},
	{Name: PublishNotice, Label: "公布", Past: "公布", From: []NoticeState{NoticeFrozen}, To: NoticePublished, Roles: []Role{RoleSystem}, Message: "published", Guard: atFrom, Clause: "A2.5"},
	{Name: ExtendNotice, Label: "延长", Past: "延长了公示", From: []NoticeState{NoticePublished}, Roles: []Role{RoleSystem, RoleLead}, Reason: true, Clause: "A2.5"},
	{Name: EndNotice, Label: "满期", Past: "公示满期，姓名撤下", From: []NoticeState{NoticePublished}, To: NoticeEnded, Roles: []Role{RoleSystem}, Guard: atUntil, Clause: "A2.5"},
}

// StepNotice judges one move of a list. Publishing sets its end: 24:00 of the
// last of notice_days natural days after the day of posting, a day more for each
// public holiday beyond the number allowed.
func StepNotice(n Notice, name MoveName, a Actor, args Args, p *Programme, cal Calendar, now time.Time) (Notice, []Reason) {
	r, rs := take(NoticeTurns, name, subject[NoticeState]{n.State, NoticeStateName(n.State), "", nil}, n, a, args, p, now)
	if Blocked(rs) {
		return n, rs
	}
	if r.To != "" {
		n.State = r.To
	}
	switch name {
	case PublishNotice:
		n.From, n.Until = now, NoticeEnd(p, cal, now)
	case ExtendNotice:
		n.Until = midnight(n.Until).AddDate(0, 0, 1)
	}
	return n, nil
}

// NoticeEnd is the end of a 公示 that is posted now (A2.5; R-D5).
func NoticeEnd(p *Programme, cal Calendar, posted time.Time) time.Time {
	d := midnight(posted)
	left, holidays := p.NoticeDays, 0
	for left > 0 {
		d = d.AddDate(0, 0, 1)
		left--
		if cal.Holiday(d) {
			if holidays++; holidays > p.NoticeHolidaysMax {
				left++
			}
		}
	}
	return d.AddDate(0, 0, 1)
}

// TrayEnd is when the post up to the end of a 公示 has been opened: an award is
// payable from then on (moves 42).
func TrayEnd(p *Programme, cal Calendar, until time.Time) time.Time {
	// The end is 24:00 of the last day, which is 0:00 of the next.
	return cal.WorkingDays(until.Add(-time.Second), p.TrayDays)
}

func mayFreeze(n Notice, a Actor, _ *Programme, now time.Time) []Reason {
	switch {
	case a.ID == n.Maker:
		return block("same_person", "", "定稿须由草拟人以外的人核对", "A2.5")
	case n.Rows == 0:
		return block("empty", "", "名单里没有人，不能定稿", "A2.5")
	case n.Changed > 0:
		return block("changed", "", "草拟以后有人的内容或审核结果变了，请重新草拟", "A2.5")
	case n.From.Before(now):
		return block("past", "", "公布的时间已经过了，请另定时间", "A2.5")
	}
	return nil
}

func atFrom(n Notice, _ Actor, _ *Programme, now time.Time) []Reason {
	if now.Before(n.From) {
		return block("not_due", "", "没有到公布的时间", "A2.5")
	}
	return nil
}

func atUntil(n Notice, _ Actor, _ *Programme, now time.Time) []Reason {
	if now.Before(n.Until) {
		return block("not_due", "", "公示没有满期", "A2.5")
	}
	return nil
}

// ObjectionState is where an objection stands (DESIGN §2.12; moves 43–46).
type ObjectionState string

// The states of an objection.
const (
	ObjectionOpen      ObjectionState = "open"       // 核查中
	ObjectionAside     ObjectionState = "set_aside"  // 不予受理
	ObjectionNotUpheld ObjectionState = "not_upheld" // 不成立
	ObjectionUpheld    ObjectionState = "upheld"     // 成立
)

// ObjectionStates lists all states.
var ObjectionStates = []ObjectionState{ObjectionOpen, ObjectionAside, ObjectionNotUpheld, ObjectionUpheld}

// ObjectionStateName is the Chinese name of a state.
func ObjectionStateName(s ObjectionState) string {
	switch s {
	case ObjectionOpen:
		return "核查中"
	case ObjectionAside:
		return "不予受理"
	case ObjectionNotUpheld:
		return "查无实据"
	case ObjectionUpheld:
		return "查证属实"
	}
	return string(s)
}

// Objection is one objection, as the rules see it. One against the list as a
// whole names nobody and stops nobody.
type Objection struct {
	ID        string
	Case      string // "" against the list as a whole
	State     ObjectionState
	Received  time.Time
	Confirmed bool     // somebody who did not approve has found a checkable fact: the awards stay stopped
	Told      bool     // the person has learnt the substance
	Answered  bool     // he has answered, or his days are over
	Deciders  []string // accounts that approved the case or one of its awards
}

// Stops says whether the objection stops the person's unpaid awards now: for the
// first days by itself, longer only where a fact was found.
func (o Objection) Stops(p *Programme, cal Calendar, now time.Time) bool {
	if o.State != ObjectionOpen || o.Case == "" {
		return false
	}
	return o.Confirmed || now.Before(cal.WorkingDays(o.Received, holdDays(p)))
}

func holdDays(*Programme) int        { return 2 }
func objectionDays(p *Programme) int { return p.ObjectionDays }

// The moves of an objection.
const (
	ConfirmObjection MoveName = "confirm_objection"
	SetAside         MoveName = "set_aside"
	DismissObjection MoveName = "dismiss_objection"
	UpholdObjection  MoveName = "uphold_objection"
	AnswerObjection  MoveName = "answer_objection"
)

// ObjectionTurns is the table of an objection's moves.
var ObjectionTurns = []Turn[ObjectionState, Objection]{
	{Name: ConfirmObjection, Label: "有可核查的事实，继续停发", Past: "认为有可核查的事实", From: []ObjectionState{ObjectionOpen}, Roles: []Role{RoleDistrict, RoleLead}, Reason: true, Message: "objection",
		Term: Term{Days: answerDays, Working: true, Then: Overdue}, Guard: notDecider, Clause: "A2.5"},
	{Name: AnswerObjection, Label: "提交说明", Past: "就异议提交了说明", From: []ObjectionState{ObjectionOpen}, Roles: []Role{RoleWorker}, Reason: true, Guard: toldOf, Clause: "A2.5"},
	{Name: SetAside, Label: "不予受理", Past: "不予受理", From: []ObjectionState{ObjectionOpen}, To: ObjectionAside, Roles: []Role{RoleDistrict}, Second: []Role{RoleLead}, Reason: true, Guard: notDecider, Clause: "A2.5"},
	{Name: DismissObjection, Label: "查无实据", Past: "查无实据", From: []ObjectionState{ObjectionOpen}, To: ObjectionNotUpheld, Roles: []Role{RoleDistrict, RoleLead}, Reason: true, Guard: notDecider, Clause: "A2.5"},
	{Name: UpholdObjection, Label: "查证属实", Past: "查证属实", From: []ObjectionState{ObjectionOpen}, To: ObjectionUpheld, Roles: []Role{RoleDistrict}, Second: []Role{RoleLead}, Reason: true, Guard: mayUphold, Clause: "A2.5"},
}

// StepObjection judges one move of an objection.
func StepObjection(o Objection, name MoveName, a Actor, args Args, p *Programme, cal Calendar, now time.Time) (Objection, time.Time, []Reason) {
	var persons []string
	if o.Case != "" {
		persons = []string{o.Case}
	}
	r, rs := take(ObjectionTurns, name, subject[ObjectionState]{o.State, ObjectionStateName(o.State), "", persons}, o, a, args, p, now)
	if Blocked(rs) {
		return o, time.Time{}, rs
	}
	if args.Second != nil && slices.Contains(o.Deciders, args.Second.ID) {
		return o, time.Time{}, block("decider", "", decidedIt, r.Clause)
	}
	if r.To != "" {
		o.State = r.To
	}
	switch name {
	case ConfirmObjection:
		o.Confirmed, o.Told = true, true
	case AnswerObjection:
		o.Answered = true
	}
	return o, r.Term.end(p, cal, now), nil
}

// ObjectionDue is when the objector has to have an answer.
func ObjectionDue(p *Programme, cal Calendar, received time.Time) time.Time {
	return cal.WorkingDays(received, objectionDays(p))
}

const decidedIt = "异议须由没有审核过这个人的同事办理"

func notDecider(o Objection, a Actor, _ *Programme, _ time.Time) []Reason {
	if slices.Contains(o.Deciders, a.ID) {
		return block("decider", "", decidedIt, "A2.5")
	}
	return nil
}

func toldOf(o Objection, _ Actor, _ *Programme, _ time.Time) []Reason {
	if !o.Told {
		return block("not_told", "现在没有要您说明的事。", "", "A2.5")
	}
	return nil
}

func mayUphold(o Objection, a Actor, p *Programme, now time.Time) []Reason {
	if rs := notDecider(o, a, p, now); rs != nil {
		return rs
	}
	switch {
	case o.Case == "":
		return block("no_person", "", "没有指明是谁，不能认定属实；请先登记到具体的人", "A2.5")
	case !o.Told || !o.Answered:
		return block("not_heard", "", "先告诉本人异议的内容，等他说明或期满", "A2.5")
	}
	return nil
}
