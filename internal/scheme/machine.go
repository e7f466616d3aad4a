package scheme

import (
	"slices"
	"time"
)

// Turn is one row of a small machine: award, notice, objection, batch, line. The
// case and its hearing have the table Moves; what happens after the approval
// happens to things of their own, each with a table of the same shape.
type Turn[S ~string, T any] struct {
	Name    MoveName
	Label   string // on the button
	Past    string // in the timeline
	From    []S
	To      S // "" stays
	Roles   []Role
	Second  []Role // the second person of a two-person act
	Reason  bool   // the actor has to give a reason
	Decides bool   // never by the one who took the step before
	Message string // wording of the message to the worker, "" for none
	Term    Term   // the deadline that it starts
	Guard   func(T, Actor, *Programme, time.Time) []Reason
	Clause  ClauseID
}

// subject is what every machine needs to know of the thing it moves.
type subject[S ~string] struct {
	state   S
	name    string   // of the state, for the sentence
	last    string   // account that took the last deciding step
	persons []string // cases that the thing is about: nobody acts on his own
}

// TurnBy finds a row of a table.
func TurnBy[S ~string, T any](table []Turn[S, T], name MoveName) (Turn[S, T], bool) {
	for _, r := range table {
		if r.Name == name {
			return r, true
		}
	}
	return Turn[S, T]{}, false
}

// take finds the row of a move and judges it.
func take[S ~string, T any](table []Turn[S, T], name MoveName, s subject[S], t T, a Actor, args Args, p *Programme, now time.Time) (Turn[S, T], []Reason) {
	r, ok := TurnBy(table, name)
	if !ok {
		return r, block("unknown_move", "没有这个操作。", "没有这个操作", "")
	}
	return r, judge(r, s, t, a, args, p, now)
}

// judge is what the small machines share: state, role, second person, nobody
// about himself, nobody at two successive steps, a reason where needed.
func judge[S ~string, T any](r Turn[S, T], s subject[S], t T, a Actor, args Args, p *Programme, now time.Time) []Reason {
	switch {
	case !slices.Contains(r.Roles, a.Role):
		return block("role", "您不能做这个操作。", "您的岗位不能办理“"+r.Label+"”", r.Clause)
	case !slices.Contains(r.From, s.state):
		return block("state", "现在不能做这个操作：进度已经变化，请刷新页面。", "现在是“"+s.name+"”，不能“"+r.Label+"”。请刷新后再办", r.Clause)
	case a.Role != RoleWorker && ownsAny(a, s.persons):
		return block("self", "", "不能办理自己的申请，请交给其他同事", r.Clause)
	case r.Decides && s.last != "" && s.last == a.ID:
		return block("same_person", "", "上一步也是您办理的，这一步须由另一人办理", r.Clause)
	case r.Reason && args.Reason == "":
		return block("reason_missing", "请写明原因。", "请写明理由", r.Clause)
	}
	if rs := seconded(r.Second, a, args.Second, s.persons, r.Clause); rs != nil {
		return rs
	}
	if args.Second != nil && r.Decides && s.last != "" && s.last == args.Second.ID {
		return block("same_person", "", "第二人不能是办理上一步的人", r.Clause)
	}
	if r.Guard == nil {
		return nil
	}
	return r.Guard(t, a, p, now)
}

// seconded judges the second person of an act: he is there, another one, of the
// right role, and it is not about himself. The clock needs none.
func seconded(roles []Role, a Actor, second *Actor, cases []string, clause ClauseID) []Reason {
	switch {
	case len(roles) == 0 || a.Role == RoleSystem:
		return nil
	case second == nil:
		return block("second_person", "", "这一步须两人办理：请另一位同事确认", clause)
	case second.ID == a.ID:
		return block("same_person", "", "两人须不是同一人", clause)
	case !slices.Contains(roles, second.Role):
		return block("second_role", "", "第二人须是"+RoleName(roles[0]), clause)
	case ownsAny(*second, cases):
		return block("self", "", "不能办理自己的申请，请交给其他同事", clause)
	}
	return nil
}

func ownsAny(a Actor, cases []string) bool {
	return slices.ContainsFunc(a.Cases, func(own string) bool { return slices.Contains(cases, own) })
}

// possible lists the rows that an actor may take now, a second person and a
// reason assumed.
func possible[S ~string, T any](table []Turn[S, T], s subject[S], t T, a Actor, p *Programme, now time.Time) []Turn[S, T] {
	var out []Turn[S, T]
	for _, r := range table {
		args := Args{Reason: "x"}
		if len(r.Second) > 0 {
			args.Second = &Actor{ID: "\x00second", Role: r.Second[0]}
		}
		if !Blocked(judge(r, s, t, a, args, p, now)) {
			out = append(out, r)
		}
	}
	return out
}

// term is the end of the deadline that a row starts; zero where it starts none.
func (t Term) end(p *Programme, cal Calendar, now time.Time) time.Time {
	switch {
	case t.Days == nil:
		return time.Time{}
	case t.Working:
		return cal.WorkingDays(now, t.Days(p))
	}
	return cal.AtLeast(now, cal.NaturalDays(now, t.Days(p)), p.MinDays)
}
