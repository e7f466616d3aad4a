package web

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// The kinds of account.
const (
	KindWorker = "worker" // comes by phone, has at most one live case
	KindStaff  = "staff"  // officers, clerks, reviewers, auditors, administrators
)

// Viewer is who asks. The zero Viewer is the public.
type Viewer struct {
	AccountID     string    // opaque; "" when nobody is signed in
	Kind          string    // KindWorker, KindStaff or ""
	Name          string    // as shown in the header: 「王**」 or a staff member's name
	Roles         []string  // role codes of a staff member in this programme
	Org           string    // organisation id of a staff member
	OrgName       string    // its name, for the header
	Programme     string    // programme id that the session works in
	ProgrammeName string    // its name, for the header
	Confirmed     bool      // a worker whose identity number is confirmed
	MoreRoles     bool      // a staff member who holds other roles besides
	ProvedAt      time.Time // last second factor, machine clock; zero = never in this session
}

// SignedIn says whether somebody is there at all.
func (v Viewer) SignedIn() bool { return v.AccountID != "" }

// MustChoose says that v is staff with several roles and works in none of them:
// none was chosen yet, or the chosen one has ended.
func (v Viewer) MustChoose() bool { return v.Kind == KindStaff && len(v.Roles) == 0 && v.MoreRoles }

// Has says whether v holds one of the roles.
func (v Viewer) Has(roles ...string) bool {
	return slices.ContainsFunc(roles, func(r string) bool { return slices.Contains(v.Roles, r) })
}

// Identify reads from a request who asks. It returns the zero Viewer and no
// error for the public; an error means that the answer could not be found out
// (the database is away) and ends the request.
type Identify func(*http.Request) (Viewer, error)

// Guard says who may use a route. It is data, so that tests can read it.
type Guard string

// The guards.
const (
	Public    Guard = "public"    // everybody; makes no session
	WorkerNew Guard = "workerNew" // a worker, with or without a confirmed identity number
	Worker    Guard = "worker"    // a worker whose identity number is confirmed
	AnyStaff  Guard = "staff:*"   // any staff account, whatever its roles
)

// Staff is the guard for staff who hold at least one of the roles.
func Staff(roles ...string) Guard { return Guard("staff:" + strings.Join(roles, ",")) }

// Roles lists the roles that a staff guard names; nil for the others.
func (g Guard) Roles() []string {
	list, ok := strings.CutPrefix(string(g), "staff:")
	if !ok || list == "*" || list == "" {
		return nil
	}
	return strings.Split(list, ",")
}

// Valid says whether g is a guard that [Guard.Admit] understands. An unknown
// guard admits nobody and [Mount] refuses it at start.
func (g Guard) Valid() bool {
	switch g {
	case Public, WorkerNew, Worker, AnyStaff:
		return true
	}
	roles := g.Roles()
	return len(roles) > 0 && !slices.Contains(roles, "") && !slices.Contains(roles, "*")
}

// Verdict is a guard's answer.
type Verdict int

// The verdicts, in the order in which they are tried.
const (
	Admitted     Verdict = iota
	NeedsSignIn          // nobody, or somebody of the other kind
	NeedsConfirm         // a worker who has not confirmed the identity number
	NeedsRole            // staff who have to choose in which of their roles they work
	Refused              // the right kind, the wrong role
)

// Admit judges v. It is a pure function of the guard and the viewer.
func (g Guard) Admit(v Viewer) Verdict {
	switch g {
	case Public:
		return Admitted
	case WorkerNew, Worker:
		if !v.SignedIn() || v.Kind != KindWorker {
			return NeedsSignIn
		}
		if g == Worker && !v.Confirmed {
			return NeedsConfirm
		}
		return Admitted
	}
	if !v.SignedIn() || v.Kind != KindStaff {
		return NeedsSignIn
	}
	if g == AnyStaff {
		return Admitted
	}
	if g.Valid() && v.Has(g.Roles()...) {
		return Admitted
	}
	if g.Valid() && v.MustChoose() {
		return NeedsRole
	}
	return Refused
}
