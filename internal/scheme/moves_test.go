package scheme

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var golden = flag.Bool("golden", false, "write testdata/golden anew")

// movePlan is the programme of the tests of moves, steps and days.
func movePlan() *Programme {
	day := func(d int, m time.Month, y int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, Shanghai) }
	p := fieldPlan()
	p.Cap, p.WaitingMax = 2, 3
	p.OpensAt, p.ClosesAt, p.PromoteUntil = day(15, 7, 2026).Add(20*time.Hour), day(1, 9, 2026), day(15, 2, 2027)
	p.RegProofBy, p.ExamFrom, p.ExamTo = day(16, 9, 2026), day(17, 10, 2026), day(19, 10, 2026)
	p.ClaimOpens, p.ClaimCloses, p.EntryCloses, p.ChsiCloses = day(10, 12, 2026), day(1, 3, 2027), day(1, 4, 2027), day(1, 7, 2027)
	p.EnrolFormDays, p.ClaimDays = 10, 10
	p.CorrectionDays, p.CorrectionStampDays, p.CorrectionRounds = 5, 5, 2
	p.HearingDays, p.HearingDaysDeath, p.MinDays, p.AnswerDays = 3, 10, 3, 5
	p.CheckDays, p.DecideDays, p.ContestDays = 5, 5, 5
	p.Holidays = []Holiday{
		{On: day(1, 10, 2026), Name: "国庆节"}, {On: day(2, 10, 2026), Name: "国庆节"}, {On: day(10, 10, 2026), Working: true, Name: "调休上班"},
	}
	return p
}

var moveNow = time.Date(2026, 7, 20, 10, 0, 0, 0, Shanghai) // a Monday

var allRoles = []Role{
	RoleWorker, RoleLocal, RoleCentre, RoleDistrict, RoleLead, RoleCollege, RoleFinance, RoleAuditor, RoleSysAdmin, RoleSecAdmin, RoleAuditAdmin, RoleSystem,
}

// plainCase is a case that stands in a state and in nothing else.
func plainCase(s CaseState) Case {
	c := Case{ID: "c", Worker: "w", State: s, Place: PlaceHeld, No: 7, Band: BandOther, Version: 3, Sat: true, Since: moveNow.AddDate(0, 0, -1)}
	switch {
	case s == Draft:
		c.Place, c.No, c.Sat = PlaceNone, 0, false
	case s.Final():
		c.Place = PlaceNone
	case s == Approved, s == Claimed:
		c.Place = PlaceConfirmed
	case s == Returned:
		c.Due, c.Rounds = moveNow.AddDate(0, 0, 4), 1
	}
	return c
}

func hearing(cause Cause, s HearingState, left time.Duration) *Hearing {
	return &Hearing{ID: "h", Cause: cause, State: s, OpenedAt: moveNow.AddDate(0, 0, -1), Until: moveNow.Add(left), Proposer: "proposer"}
}

// situation is a case in more than its state.
type situation struct {
	name string
	now  time.Time
	c    Case
}

func situations() []situation {
	var out []situation
	add := func(name string, c Case, change ...func(c *Case)) {
		for _, f := range change {
			f(&c)
		}
		out = append(out, situation{name, moveNow, c})
	}
	waits := func(c *Case) { c.Place, c.Sat = PlaceWaiting, false }
	hears := func(cause Cause, s HearingState, left time.Duration) func(c *Case) {
		return func(c *Case) { c.Hearing = hearing(cause, s, left) }
	}
	for _, s := range CaseStates {
		add(string(s), plainCase(s))
	}
	for _, s := range live {
		add(string(s)+", waiting", plainCase(s), waits)
	}
	for _, s := range live {
		add(string(s)+", hearing runs", plainCase(s), hears(CauseFraud, HearingRunning, time.Hour))
		add(string(s)+", hearing is over", plainCase(s), hears(CauseFraud, HearingRunning, -time.Hour))
		add(string(s)+", answered", plainCase(s), hears(CauseFraud, HearingAnswered, time.Hour))
		add(string(s)+", death recorded", plainCase(s), hears(CauseDeath, HearingRunning, time.Hour))
	}
	add("returned, correction missed", plainCase(Returned), hears(CauseCorrection, HearingRunning, time.Hour))
	add("returned, correction due", plainCase(Returned), func(c *Case) { c.Due = moveNow })
	add("accepted, number contested", plainCase(Accepted), waits, func(c *Case) { c.Contested, c.Suspended = true, true })
	add("accepted, name not complete", plainCase(Accepted), func(c *Case) { c.Untypable = true })
	add("at_district, name not complete", plainCase(AtDistrict), func(c *Case) { c.Untypable = true })
	add("accepted, two rounds used", plainCase(Accepted), func(c *Case) { c.Rounds = 2 })
	add("at_district, two rounds used", plainCase(AtDistrict), func(c *Case) { c.Rounds = 2 })
	for _, p := range []string{"claimed", "proved", "rejected"} {
		add("accepted, waiting, priority "+p, plainCase(Accepted), waits, func(c *Case) { c.Priority = p })
	}
	add("released, never had a seat", plainCase(Released), func(c *Case) { c.Sat = false })
	out = append(out,
		situation{"draft, before opening", movePlan().OpensAt.Add(-time.Second), plainCase(Draft)},
		situation{"draft, after closing", movePlan().ClosesAt, plainCase(Draft)},
		situation{"released, list ended", movePlan().PromoteUntil, plainCase(Released)},
	)
	for _, x := range []struct {
		name   string
		now    time.Time
		state  CaseState
		change func(*Case)
	}{
		{"approved, days of the enrolment over", moveNow, Approved, func(c *Case) { c.EnrolBy = moveNow }},
		{"approved, registration proof due", movePlan().RegProofBy, Approved, func(*Case) {}},
		{"approved, registration proof filed", movePlan().RegProofBy, Approved, func(c *Case) { c.Duties.Registration = DutyFiled }},
		{"approved, claims open, admitted", movePlan().ClaimOpens, Approved, func(c *Case) { c.Duties.Admission = DutyPassed }},
		{"approved, claims open, no letter", movePlan().ClaimOpens, Approved, func(*Case) {}},
		{"approved, claims closed", movePlan().ClaimCloses, Approved, func(*Case) {}},
		{"approved, claims closed, hearing runs", movePlan().ClaimCloses, Approved, func(c *Case) {
			c.Duties.Admission, c.Hearing = DutyPassed, &Hearing{ID: "h", Cause: CauseNoClaim, State: HearingRunning, Until: movePlan().ClaimCloses.Add(time.Hour)}
		}},
		{"approved, hearing for the enrolment, filed", moveNow, Approved, func(c *Case) {
			c.Duties.Enrol, c.Hearing = DutyFiled, hearing(CauseEnrol, HearingRunning, time.Hour)
		}},
		{"claimed, one paid", moveNow, Claimed, func(c *Case) { c.Spent, c.Place = 1, PlaceConsumed }},
		{"claimed, line at the bank", moveNow, Claimed, func(c *Case) { c.Inflight = true }},
		{"claimed, hearing over, line at the bank", moveNow, Claimed, func(c *Case) {
			c.Inflight, c.Hearing = true, hearing(CauseFraud, HearingRunning, -time.Hour)
		}},
	} {
		c := plainCase(x.state)
		x.change(&c)
		out = append(out, situation{x.name, x.now, c})
	}
	late := plainCase(Accepted)
	waits(&late)
	return append(out, situation{"accepted, waiting, list ended", movePlan().PromoteUntil, late})
}

// actor is the account that acts in a role; it never took a step before.
func actor(r Role) Actor {
	if r == RoleSystem {
		return SystemActor
	}
	return Actor{ID: "a-" + string(r), Role: r, Name: string(r)}
}

// try makes a move as its act would: with a reason, a cause and a second person
// where the row wants them.
func try(c Case, m Move, a Actor, p *Programme, now time.Time) (Case, Event, []Reason) {
	args := Args{Reason: "理由"}
	if m.Opens == CauseGiven {
		args.Cause = CauseFraud
	}
	if len(m.Second) > 0 {
		args.Second = &Actor{ID: "second", Role: m.Second[0]}
	}
	return Step(c, m.Name, a, args, p, NewCalendar(p.Holidays), now)
}

// TestMoves_Golden holds what everybody may do in every situation to a file that
// a reviewer can read: go test ./internal/scheme -run Golden -golden
func TestMoves_Golden(t *testing.T) {
	p := movePlan()
	var b strings.Builder
	b.WriteString("# Who may make which move where: state × move × role.\n# Written by go test ./internal/scheme -run Golden -golden; read the difference before you commit it.\n")
	for _, s := range situations() {
		fmt.Fprintf(&b, "\n%s\n", s.name)
		for _, r := range allRoles {
			var may []string
			for _, m := range Moves {
				if _, _, rs := try(s.c, m, actor(r), p, s.now); !Blocked(rs) {
					may = append(may, string(m.Name))
				}
			}
			if len(may) > 0 {
				fmt.Fprintf(&b, "  %-10s %s\n", r, strings.Join(may, " "))
			}
		}
		// Why the others are shut, for those whose moves they are.
		why := map[string][]string{}
		for _, m := range Moves {
			if !hasState(m.From, s.c.State) {
				continue
			}
			for _, r := range m.Roles {
				if _, _, rs := try(s.c, m, actor(r), p, s.now); Blocked(rs) {
					if x := string(m.Name); !slices.Contains(why[rs[0].Code], x) {
						why[rs[0].Code] = append(why[rs[0].Code], x)
					}
				}
			}
		}
		for _, code := range sortedKeys(why) {
			fmt.Fprintf(&b, "  - %-18s %s\n", code, strings.Join(why[code], " "))
		}
	}
	name := filepath.Join("testdata", "golden", "moves.txt")
	if *golden {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got := b.String(); got != string(want) {
		g, w := strings.Split(got, "\n"), strings.Split(string(want), "\n")
		for i := range min(len(g), len(w)) {
			if g[i] != w[i] {
				t.Fatalf("line %d is\n%s\nwant\n%s", i+1, g[i], w[i])
			}
		}
		t.Fatalf("%d lines, want %d", len(g), len(w))
	}
}

func sortedKeys[V any](m map[string]V) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// A move that is not of a role, or does not start in a state, is refused as such
// and changes nothing, whoever tries it.
func TestMoves_OthersMayNot(t *testing.T) {
	p := movePlan()
	for _, s := range situations() {
		for _, m := range Moves {
			for _, r := range allRoles {
				next, _, rs := try(s.c, m, actor(r), p, s.now)
				switch {
				case !hasRole(m.Roles, r):
					if !Blocked(rs) || rs[0].Code != "role" {
						t.Errorf("%s: %s by %s: %v", s.name, m.Name, r, rs)
					}
				case !hasState(m.From, s.c.State):
					if !Blocked(rs) || rs[0].Code != "state" {
						t.Errorf("%s: %s: %v", s.name, m.Name, rs)
					}
				}
				if Blocked(rs) && next.Version != s.c.Version {
					t.Errorf("%s: refused %s changed the case", s.name, m.Name)
				}
				if Blocked(rs) && rs[0].Staff == "" {
					t.Errorf("%s: %s is refused with %s and no sentence", s.name, m.Name, rs[0].Code)
				}
				if Blocked(rs) && r == RoleWorker && hasRole(m.Roles, r) && rs[0].Worker == "" {
					t.Errorf("%s: %s is refused with %s and no sentence for the worker", s.name, m.Name, rs[0].Code)
				}
			}
		}
	}
}

// Possible is what the buttons show: it must never offer what Step refuses, but
// for a second person or a number that only the act can see.
func TestPossible_OffersWhatStepAllows(t *testing.T) {
	p := movePlan()
	for _, s := range situations() {
		for _, r := range allRoles {
			a := actor(r)
			offered := map[MoveName]bool{}
			for _, m := range Possible(s.c, a, p, s.now) {
				offered[m.Name] = true
			}
			for _, m := range Moves {
				_, _, rs := try(s.c, m, a, p, s.now)
				if offered[m.Name] == Blocked(rs) {
					t.Errorf("%s: %s for %s offered %t, refused %v", s.name, m.Name, r, offered[m.Name], rs)
				}
			}
		}
	}
}

// standing is what a walk over all cases tells apart.
type corner struct {
	State, Prior CaseState
	Place        Place
	Band         int
	Priority     string
	Suspended    bool
	Contested    bool
	Untypable    bool
	Rounds       int
	Stamp, Sat   bool
	Cause        Cause
	Hearing      HearingState
	Proposer     string
	Seconder     string
	Last         string
	EnrolBy      bool
	Duties       DutyMarks
	Spent        int
	Then         MoveName // the clock that runs
}

func cornerOf(c Case, then MoveName) corner {
	x := corner{State: c.State, Prior: c.Prior, Place: c.Place, Band: c.Band, Priority: c.Priority, Suspended: c.Suspended, Contested: c.Contested,
		Untypable: c.Untypable, Rounds: c.Rounds, Stamp: c.Stamp, Sat: c.Sat, Last: c.LastActor, Then: then,
		EnrolBy: !c.EnrolBy.IsZero(), Duties: c.Duties, Spent: c.Spent}
	if c.HearingOpen() {
		x.Cause, x.Hearing, x.Proposer, x.Seconder = c.Hearing.Cause, c.Hearing.State, c.Hearing.Proposer, c.Hearing.Seconder
	}
	return x
}

// TestMoves_NobodyIsStuck walks over every corner that the moves can reach, with
// two people in every role, and asks in each: who has the ball, may he move it,
// or does a clock run that will.
func TestMoves_NobodyIsStuck(t *testing.T) {
	p := movePlan()
	cal := NewCalendar(p.Holidays)
	staff := func(r Role) []Actor { return []Actor{{ID: string(r) + "1", Role: r}, {ID: string(r) + "2", Role: r}} }
	people := slices.Concat([]Actor{{ID: "w", Role: RoleWorker}, SystemActor}, staff(RoleCentre), staff(RoleDistrict), staff(RoleLead))
	// Time stands still but for hearings and terms that are over at once: a walk
	// is not about how long things take.
	seen := map[corner]bool{}
	var todo []Case
	var thens []MoveName
	visit := func(c Case, then MoveName) {
		c.Version, c.No = 1, 1
		if x := cornerOf(c, then); !seen[x] {
			seen[x] = true
			todo, thens = append(todo, c), append(thens, then)
		}
	}
	visit(Case{ID: "c", Worker: "w", State: Draft, Place: PlaceNone, Band: BandOther}, "")
	visit(Case{ID: "c", Worker: "w", State: Draft, Place: PlaceNone, Band: BandOther, Untypable: true, Priority: "claimed"}, "")
	moved := map[MoveName]int{}
	for len(todo) > 0 {
		c, then := todo[len(todo)-1], thens[len(thens)-1]
		todo, thens = todo[:len(todo)-1], thens[:len(thens)-1]
		if c.Place == PlaceWaiting && !c.Suspended {
			s := Seated(c)
			visit(s, then)
		}
		// What happens beside the case: he hands everything in, the bank pays one.
		// Priority plays no part in it any more; the walk is long enough.
		if c.Priority == "" && c.State == Approved || c.Priority == "" && c.HearingOpen() && c.Hearing.Cause == CauseRegistration {
			s := c
			s.Duties = DutyMarks{DutyFiled, DutyFiled, DutyFiled, DutyFiled, DutyFiled, DutyFiled}
			visit(s, then)
		}
		if c.State == Claimed && c.Place == PlaceConfirmed {
			s := c
			s.Spent = 1
			visit(s, then)
		}
		can := map[Role][]MoveName{}
		for _, m := range Moves {
			for _, a := range people {
				for _, late := range []bool{false, true} {
					now := moveNow
					x := c
					if late {
						if x.Hearing == nil && x.Due.IsZero() {
							continue
						}
						if x.Hearing != nil {
							h := *x.Hearing
							h.Until = now
							x.Hearing = &h
						}
						x.Due = now
					}
					switch m.Name {
					case EndWaiting:
						now = p.PromoteUntil
					case MissEnrol, MissRegistration, MissExam, MissAdmission:
						now = p.PromoteUntil
					case MissClaim:
						now = p.ClaimCloses
					case Claim:
						now = p.ClaimOpens
						if x.HearingOpen() && !late {
							h := *x.Hearing
							h.Until = now.Add(time.Hour)
							x.Hearing = &h
						}
					case Cure:
						if x.HearingOpen() && !late {
							h := *x.Hearing
							h.Until = now.Add(time.Hour)
							x.Hearing = &h
						}
					}
					args := Args{Reason: "x", Cause: CauseFraud}
					if len(m.Second) > 0 {
						args.Second = &Actor{ID: string(m.Second[0]) + "2", Role: m.Second[0]}
						if args.Second.ID == a.ID {
							args.Second.ID = string(m.Second[0]) + "1"
						}
					}
					next, ev, rs := Step(x, m.Name, a, args, p, cal, now)
					if Blocked(rs) && len(m.Second) > 0 { // the other one may be the second
						args.Second = &Actor{ID: string(m.Second[0]) + "1", Role: m.Second[0]}
						next, ev, rs = Step(x, m.Name, a, args, p, cal, now)
					}
					if Blocked(rs) {
						continue
					}
					moved[m.Name]++
					if !late && m.Name != Attest && m.Name != Disagree && m.Name != ChangePhone { // these move nothing
						can[a.Role] = append(can[a.Role], m.Name)
					}
					run := then
					if ev.Then != "" || next.State.Final() || next.State != c.State || ev.Ended != "" {
						run = ev.Then
					}
					if m.Name == Keep || m.Name == Cure { // the act starts the clock of the state anew
						run = Overdue
						if next.State == Returned {
							run = Lapse
						}
					}
					if next.HearingOpen() && next.Hearing.Until.IsZero() {
						t.Fatal("a hearing without an end")
					}
					visit(next, run)
				}
			}
		}
		x := cornerOf(c, then)
		ball := Ball(c)
		switch {
		case c.State == Released:
			if c.Sat && len(can[RoleLead]) == 0 {
				t.Errorf("%+v: nobody can put it right", x)
			}
		case c.State.Final():
			if len(can) > 0 {
				t.Errorf("%+v: has ended, and %v may move it", x, can)
			}
		case c.HearingOpen() && c.Hearing.State == HearingRunning:
			if then != Execute || len(can[RoleWorker]) == 0 || len(can[RoleDistrict])+len(can[RoleLead]) == 0 {
				t.Errorf("%+v: a hearing with clock %q, %v", x, then, can)
			}
		case c.HearingOpen():
			if !slices.Contains(can[RoleDistrict], Keep) && !slices.Contains(can[RoleLead], Keep) || !slices.Contains(can[RoleDistrict], Execute) {
				t.Errorf("%+v: an answer that nobody can decide on: %v", x, can)
			}
		case ball != "" && len(can[ball]) == 0:
			t.Errorf("%+v: %s has the ball and no move; others: %v", x, ball, can)
		case c.State == Returned && then != Lapse:
			t.Errorf("%+v: nothing ends the correction", x)
		case c.State == AtDistrict && !c.Contested && !slices.Contains(can[RoleDistrict], Refuse):
			t.Errorf("%+v: cannot be refused: %v", x, can)
		}
		leave := Withdraw
		if c.Spent > 0 {
			leave = WaiveRest
		}
		if c.State.Live() && !c.HearingOpen() && !slices.Contains(can[RoleWorker], leave) {
			t.Errorf("%+v: he cannot leave", x)
		}
		if t.Failed() && len(seen) > 50 {
			t.FailNow()
		}
	}
	for _, m := range Moves {
		if moved[m.Name] == 0 && m.Name != Attest && m.Name != Disagree {
			t.Errorf("%s never comes about", m.Name)
		}
	}
	t.Logf("%d corners", len(seen))
}
