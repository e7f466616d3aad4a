package desk

import (
	"slices"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/web"
)

// act is one thing that may be done now: a button of the page.
type act struct {
	Move   scheme.Move
	Button web.Button
	Direct bool // posts from the page; otherwise its form is opened first
}

// handy are the moves that lie under the hand, in this order; the others open
// from 其他办理.
var handy = []scheme.MoveName{
	scheme.Pass, scheme.Approve, scheme.Keep, scheme.Execute, scheme.SettleFor, scheme.SettleAgainst, scheme.CompleteName,
	scheme.ProvePriority, scheme.Return, scheme.RejectPriority, scheme.Refuse, scheme.Reinstate,
}

// moveKeys are the letters of the moves. w 完整 t 退回 g 过 b 不 …
var moveKeys = map[scheme.MoveName]string{
	scheme.Pass: "w", scheme.Return: "t", scheme.Approve: "g", scheme.Refuse: "b", scheme.Keep: "l", scheme.Execute: "s",
	scheme.SettleFor: "y", scheme.SettleAgainst: "n", scheme.CompleteName: "m", scheme.ProvePriority: "p", scheme.RejectPriority: "o",
	scheme.Reinstate: "h", scheme.UndoApprove: "u",
}

// acts are the buttons of a case: every possible move of the person, labelled by
// its row. disagreed says that an approval has to be explained.
func (f *dossier) acts(disagreed bool) (first, more []act) {
	can := f.possible()
	one := func(m scheme.Move) act {
		a := act{Move: m, Direct: !m.Reason && len(m.Second) == 0 && m.Name != scheme.CompleteName && (m.Name != scheme.Approve || !disagreed)}
		b := web.Button{Label: m.Label, Kind: weight(m), Key: moveKeys[m.Name]}
		if len(m.Second) > 0 {
			b.Label += "（两人）"
		}
		if a.Direct {
			b.To = "/desk/cases/" + f.Row.ID + "/" + string(m.Name)
		} else {
			b.Href = "/desk/cases/" + f.Row.ID + "/" + string(m.Name)
		}
		a.Button = b
		return a
	}
	for _, name := range handy {
		judged := (name == scheme.ProvePriority || name == scheme.RejectPriority) && f.S.Priority != "claimed"
		for _, m := range can {
			if m.Name == name && !judged {
				first = append(first, one(m))
			}
		}
	}
	for _, m := range can {
		if !slices.ContainsFunc(first, func(a act) bool { return a.Move.Name == m.Name }) {
			a := one(m)
			if a.Button.Kind == web.Primary {
				a.Button.Kind = web.Secondary
			}
			more = append(more, a)
		}
	}
	// One primary button a page.
	seen := false
	for i := range first {
		if first[i].Button.Kind == web.Primary {
			if seen {
				first[i].Button.Kind = web.Secondary
			}
			seen = true
		}
	}
	return first, more
}

// weight is how heavy a button looks: what is good for the worker is primary,
// what opens a hearing or ends a case is danger.
func weight(m scheme.Move) web.ButtonKind {
	switch m.Name {
	case scheme.Pass, scheme.Approve, scheme.Keep, scheme.SettleFor, scheme.CompleteName, scheme.ProvePriority, scheme.Reinstate:
		return web.Primary
	}
	if m.Opens != "" || m.To == scheme.Released {
		return web.Danger
	}
	return web.Secondary
}

// deskMoves are the moves that somebody at the desk may make at all; their names
// are the last part of an address.
func deskMove(name string) (scheme.Move, bool) {
	m, ok := scheme.MoveBy(scheme.MoveName(name))
	if !ok {
		return m, false
	}
	for _, r := range []scheme.Role{scheme.RoleCentre, scheme.RoleDistrict, scheme.RoleLead} {
		if slices.Contains(m.Roles, r) {
			return m, true
		}
	}
	return m, false
}
