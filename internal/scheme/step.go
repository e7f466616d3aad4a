package scheme

import (
	"slices"
	"time"
)

// Args is what an act adds to a move.
type Args struct {
	Cause  Cause  // for a move whose row says CauseGiven
	Reason string // required where the row says so
	Stamp  bool   // the correction needs a new stamp: working days
	Excuse bool   // the fault was not the worker's: the round does not count
	Second *Actor // the second person of a two-person act
	Head   bool   // settle_for: the other one sat before him, so he stands first
	Freed  bool   // amend_identity: the contest ends, the number is nobody else's
	Ended  int    // finish: awards that ended unpaid; some make the end a partial one
}

// Event is what Step leaves for the timeline and the log.
type Event struct {
	Move   MoveName
	From   CaseState
	To     CaseState
	At     time.Time
	Due    time.Time // deadline started, zero if none
	Then   MoveName  // move the clock makes at Due
	Opened bool      // a hearing was opened
	Ended  HearingState
}

// Step judges one move and gives the case after it. It is the only place where
// a state changes. Reasons that block leave the case as it was.
func Step(c Case, name MoveName, a Actor, args Args, p *Programme, cal Calendar, now time.Time) (Case, Event, []Reason) {
	m, ok := MoveBy(name)
	if !ok {
		return c, Event{}, block("unknown_move", "没有这个操作。", "没有这个操作", "")
	}
	if rs := allowed(c, m, a, args); Blocked(rs) {
		return c, Event{}, rs
	}
	if m.Guard != nil {
		if rs := m.Guard(c, a, p, now); Blocked(rs) {
			return c, Event{}, rs
		}
	}
	if m.Opens == CauseGiven && !slices.Contains(GivenCauses, args.Cause) {
		return c, Event{}, block("cause", "", "请选择拟取消资格的原因", m.Clause)
	}
	ev := Event{Move: name, From: c.State, At: now}
	next := c
	if m.To != "" {
		next.State = m.To
	}
	next.Version++
	if m.Ends != "" && c.HearingOpen() {
		h := *c.Hearing
		h.State = m.Ends
		next.Hearing = &h
		ev.Ended = m.Ends
	}
	switch name {
	case Contest:
		next.Contested, next.Suspended = true, true
	case SettleFor:
		next.Contested = false
		if args.Head && next.Place == PlaceWaiting {
			next.Band = BandReinstated
		}
	case AmendIdentity:
		if args.Freed {
			next.Contested, next.Suspended = false, false
		}
	case Return:
		next.Stamp = args.Stamp
		if !args.Excuse {
			next.Rounds++
		}
	case Resubmit:
		next.Stamp = false
	case CompleteName:
		next.Untypable = false
	case ProvePriority:
		next.Priority = "proved"
		if next.Place == PlaceWaiting && next.Band > BandPriority {
			next.Band = BandPriority
		}
	case RejectPriority:
		next.Priority = "rejected"
		if next.Place == PlaceWaiting && next.Band == BandPriority {
			next.Band = BandOther
		}
	case Approve:
		if next.Place.Seated() {
			next.EnrolBy = EnrolEnd(p, cal, now)
		}
	case UndoApprove:
		next.EnrolBy = time.Time{}
	case Finish:
		if args.Ended > 0 {
			next.State = Partial
		}
	case Waive, Execute:
		next.Prior = c.State
		if c.Spent > 0 {
			next.State = Partial // money pins the seat: only what is unpaid ends (S3)
		}
	case Reinstate:
		// The number is free, or he would not stand here; the seat that he lost
		// puts him at the head of the list once.
		next.State, next.Contested, next.Sat = Accepted, false, false
		if c.Prior == Approved || c.Prior == Claimed {
			next.State = Approved
		} else if c.Prior == AtDistrict {
			next.State = AtDistrict
		}
	}
	if !(c.Spent > 0 && m.Seat == SeatLeaves) {
		place(&next, m.Seat)
	}
	if m.Opens != "" {
		cause := m.Opens
		if cause == CauseGiven {
			cause = args.Cause
		}
		next.Hearing = &Hearing{Cause: cause, State: HearingRunning, OpenedAt: now, Until: HearingEnd(cause, p, cal, now), Proposer: a.ID}
		if args.Second != nil {
			next.Hearing.Seconder = args.Second.ID
		}
		ev.Opened, ev.Due, ev.Then = true, next.Hearing.Until, Execute
	} else if m.Term.Days != nil && !(name == Reinstate && next.State == Approved) { // approved: nobody owes anything
		ev.Due, ev.Then = deadline(m, args, p, cal, now), m.Term.Then
	}
	// A decision and a change of hands start the person's clock anew; traces
	// and flags leave it alone.
	if m.To != "" || m.Opens != "" || m.Ends != "" || m.Seat == SeatRejoins || name == SettleFor {
		next.Since = now
		next.Due = ev.Due
		if next.State.Final() {
			next.Due = time.Time{}
		}
	}
	if m.Decides || m.Opens != "" || m.Name == Return || m.Name == UndoApprove {
		next.LastActor = a.ID
	} else if a.Role == RoleWorker {
		next.LastActor = ""
	}
	ev.To = next.State
	return next, ev, nil
}

// allowed judges what every move shares: state, role, second person, hearing,
// nobody about himself, nobody at two successive steps, a reason where needed.
func allowed(c Case, m Move, a Actor, args Args) []Reason {
	if !hasRole(m.Roles, a.Role) {
		return block("role", "您不能做这个操作。", "您的岗位不能办理“"+m.Label+"”", m.Clause)
	}
	if !hasState(m.From, c.State) {
		return block("state", "现在不能做这个操作：申请的进度已经变化，请刷新页面。", "案件现在是“"+StateName(c.State)+"”，不能“"+m.Label+"”。请刷新后再办", m.Clause)
	}
	if a.Role != RoleWorker && ownsAny(a, []string{c.ID}) {
		return block("self", "", "不能办理自己的申请，请交给其他同事", m.Clause)
	}
	if rs := hearingFits(c, m); rs != nil {
		return rs
	}
	if m.Decides && c.LastActor != "" && c.LastActor == a.ID {
		return block("same_person", "", "上一步也是您办理的，这一步须由另一人办理", m.Clause)
	}
	if m.Reason && args.Reason == "" {
		return block("reason_missing", "请写明原因。", "请写明理由，本人会看到", m.Clause)
	}
	if rs := seconded(m.Second, a, args.Second, []string{c.ID}, m.Clause); rs != nil {
		return rs
	}
	if args.Second != nil && c.Hearing != nil && m.Name == Execute && c.Hearing.OpenedBy(args.Second.ID) {
		return block("proposer", "", openedIt, m.Clause)
	}
	return nil
}

func hearingFits(c Case, m Move) []Reason {
	open := c.HearingOpen()
	running := open && c.Hearing.State == HearingRunning
	fits := true
	switch m.Hearing {
	case NoHearing:
		fits = !open
	case RunsHearing:
		fits = running
	case OpenHearing:
		fits = open
	case OrRunning:
		fits = !open || running
	case AnsweredOnly:
		fits = open && !running
	}
	if fits {
		return nil
	}
	if open {
		return block("hearing_open", "正在告知期内，名额为您保留。请先看告知内容。", "案件在告知期内，先了结告知", m.Clause)
	}
	return block("no_hearing", "没有待您说明的事项。", "案件没有进行中的告知", m.Clause)
}

// place applies a move's effect on the place. Suspension holds only a waiting
// place: a seat under a hearing simply stays.
func place(c *Case, e SeatEffect) {
	switch e {
	case SeatJoins:
		c.Place, c.Band = PlaceWaiting, BandOther
	case SeatConfirms:
		if c.Place == PlaceHeld {
			c.Place = PlaceConfirmed
		}
	case SeatConsumes:
		if c.Place == PlaceConfirmed {
			c.Place = PlaceConsumed
		}
	case SeatReopens:
		if c.Place == PlaceConfirmed {
			c.Place = PlaceHeld
		}
	case SeatLeaves, SeatListEnded:
		c.Place, c.Suspended = PlaceNone, false
	case SeatSuspends:
		c.Suspended = c.Place == PlaceWaiting
	case SeatResumes:
		c.Suspended = c.Suspended && c.Contested
	case SeatRejoins:
		c.Place, c.Band, c.Suspended = PlaceWaiting, BandReinstated, false
	}
}

// Seated is the case after the seat rule has given it a seat: an approved
// waiting case is confirmed at once (DESIGN §2.2).
func Seated(c Case) Case {
	c.Place = PlaceHeld
	if c.State == Approved {
		c.Place = PlaceConfirmed
	}
	c.Version++
	c.Sat = true
	return c
}

// HearingEnd is the end of a hearing that begins now (DESIGN §2.6).
func HearingEnd(cause Cause, p *Programme, cal Calendar, now time.Time) time.Time {
	until := cal.WorkingDays(now, p.HearingDays)
	if cause == CauseDeath {
		until = cal.NaturalDays(now, p.HearingDaysDeath)
	}
	return cal.AtLeast(now, until, p.MinDays)
}

func deadline(m Move, args Args, p *Programme, cal Calendar, now time.Time) time.Time {
	if m.Name == Return && args.Stamp {
		return cal.AtLeast(now, cal.WorkingDays(now, p.CorrectionStampDays), p.MinDays)
	}
	n := m.Term.Days(p)
	if m.Term.Working {
		return cal.WorkingDays(now, n)
	}
	return cal.AtLeast(now, cal.NaturalDays(now, n), p.MinDays)
}

// EnrolEnd is the end of the enrolment form's days that begin now (A2.2).
func EnrolEnd(p *Programme, cal Calendar, now time.Time) time.Time {
	return cal.AtLeast(now, cal.NaturalDays(now, p.EnrolFormDays), p.MinDays)
}

// Ball is who has to act now.
func Ball(c Case) Role {
	switch {
	case c.State.Final() || (c.State == Approved || c.State == Claimed) && !c.HearingOpen():
		return "" // duties and awards have hands of their own
	case c.State == Draft:
		return RoleWorker
	case c.HearingOpen() && c.Hearing.State == HearingRunning:
		return RoleWorker
	case c.HearingOpen(), c.Contested, c.State == AtDistrict:
		return RoleDistrict
	case c.State == Returned:
		return RoleWorker
	case c.State == Accepted:
		return RoleCentre
	}
	return ""
}

// Possible lists the moves that an actor may make now, a second person assumed.
func Possible(c Case, a Actor, p *Programme, now time.Time) []Move {
	var out []Move
	for _, m := range Moves {
		args := Args{Reason: "x"}
		if len(m.Second) > 0 {
			args.Second = &Actor{ID: "\x00second", Role: m.Second[0]}
		}
		if Blocked(allowed(c, m, a, args)) {
			continue
		}
		if m.Guard != nil && Blocked(m.Guard(c, a, p, now)) {
			continue
		}
		out = append(out, m)
	}
	return out
}

func hasRole(rs []Role, r Role) bool {
	for _, x := range rs {
		if x == r {
			return true
		}
	}
	return false
}

func hasState(ss []CaseState, s CaseState) bool {
	for _, x := range ss {
		if x == s {
			return true
		}
	}
	return false
}
