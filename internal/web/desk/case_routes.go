package desk

import (
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/web"
)

// Who uses the ways of cases. What he may do to one case stands in the rows of
// the moves; what he may see of whom in the queries.
var (
	seers    = web.Staff(roleNames(scheme.CaseRoles)...)
	deciders = web.Staff(string(scheme.RoleCentre), string(scheme.RoleDistrict), string(scheme.RoleLead))
	seconds  = web.Staff(string(scheme.RoleDistrict), string(scheme.RoleLead))
)

func roleNames(rs []scheme.Role) []string {
	out := make([]string, len(rs))
	for i, r := range rs {
		out[i] = string(r)
	}
	return out
}

// caseRoutes are the ways of cases: lists, the case, decisions, seats.
func (d *Door) caseRoutes() []web.Route {
	return []web.Route{
		{Method: "GET", Pattern: "/desk/cases", Guard: seers, Handler: d.list, Note: "a work list by deadline, ?list="},
		{Method: "POST", Pattern: "/desk/search", Guard: seers, Handler: d.search, Act: "search", Note: "by number, name, phone, identity number; nothing of it in an address"},
		{Method: "GET", Pattern: "/desk/cases/{id}", Guard: seers, Handler: d.show, Note: "findings, values beside the paper, what has happened"},
		{Method: "GET", Pattern: "/desk/cases/{id}/files/{file}", Guard: seers, Handler: d.file, Note: "a page of a paper; outside the check a redacted copy"},
		{Method: "GET", Pattern: "/desk/cases/{id}/files/{file}/slots", Guard: seers, Handler: d.slots, Note: "the boxes of the stamped form, cut out and straightened"},
		{Method: "GET", Pattern: "/desk/cases/{id}/reveal", Guard: seers, Handler: d.revealForm, Note: "asks for the reason to see an original"},
		{Method: "POST", Pattern: "/desk/cases/{id}/reveal", Guard: seers, Handler: d.reveal, Act: "reveal", Note: "values or an original, with reason and fresh second factor"},
		{Method: "GET", Pattern: "/desk/cases/{id}/call", Guard: deciders, Handler: d.callForm, Note: "asks what was said"},
		{Method: "POST", Pattern: "/desk/cases/{id}/call", Guard: deciders, Handler: d.call, Act: "call", Note: "record a telephone call"},
		{Method: "GET", Pattern: "/desk/cases/{id}/{move}", Guard: deciders, Handler: d.decideForm, Note: "the form of one move: reasons, what the worker will read"},
		{Method: "POST", Pattern: "/desk/cases/{id}/{move}", Guard: deciders, Handler: d.decide, Act: "decide", Note: "one move; who may stands in its row"},
		{Method: "GET", Pattern: "/desk/proposals", Guard: seers, Handler: d.proposals, Note: "what waits for a second person"},
		{Method: "POST", Pattern: "/desk/proposals/{id}", Guard: seconds, Handler: d.second, Act: "second", Note: "agree to or drop a two-person act"},
		{Method: "GET", Pattern: "/desk/seats", Guard: seers, Handler: d.seats, Note: "the seats and their arithmetic"},
	}
}
