package scheme

import (
	"regexp"
	"strings"
	"testing"
	"time"
)

// standingCases is every state × place × contest × hearing that a case may be in.
func standingCases() map[string]Case {
	out := map[string]Case{"draft": {State: Draft, Place: PlaceNone}}
	for _, s := range []CaseState{Done, Partial, Withdrawn, Released, NotReached} {
		out[string(s)] = Case{State: s, Place: PlaceNone}
	}
	for _, s := range CaseStates {
		if !s.Live() {
			continue
		}
		for _, pl := range []Place{PlaceWaiting, PlaceHeld, PlaceConfirmed, PlaceConsumed} {
			key := string(s) + "/" + string(pl)
			out[key] = Case{State: s, Place: pl}
			out[key+"/contested"] = Case{State: s, Place: pl, Contested: true}
			for _, cause := range Causes {
				for _, h := range []HearingState{HearingRunning, HearingAnswered} {
					out[key+"/"+string(cause)+"/"+string(h)] = Case{State: s, Place: pl, Hearing: &Hearing{Cause: cause, State: h}}
				}
			}
			out[key+"/dropped"] = Case{State: s, Place: pl, Hearing: &Hearing{Cause: CauseRefuse, State: HearingDropped}}
		}
	}
	return out
}

func TestStand_EveryStatePlaceAndHearingHasItsSentence(t *testing.T) {
	p := &Programme{Centre: "求学圆梦服务中心", Union: "咸安区总工会"}
	han := regexp.MustCompile(`\p{Han}`)
	for name, c := range standingCases() {
		s := Stand(c, p).Ranked("3")
		if s.Title == "" || s.You == "" || s.Tone == "" {
			t.Errorf("%s: no row: %+v", name, s)
			continue
		}
		for _, text := range []string{s.Title, s.Doing, s.You} {
			for _, one := range strings.FieldsFunc(text, func(r rune) bool { return r == '。' || r == '！' || r == '？' }) {
				if n := len(han.FindAllString(one, -1)); n > 30 {
					t.Errorf("%s: a sentence of %d characters: %s", name, n, one)
				}
			}
		}
		if strings.ContainsAny(s.Title+s.Who+s.Doing+s.You, "{}") {
			t.Errorf("%s: a place was not filled: %+v", name, s)
		}
		// Whoever has the ball is named, and nobody else.
		switch ball := Ball(c); {
		case ball == RoleWorker && s.Who != you:
			t.Errorf("%s: the worker has to act and the page names %q", name, s.Who)
		case ball == RoleCentre && s.Who != p.Centre, ball == RoleDistrict && s.Who != p.Union:
			t.Errorf("%s: %s has to act and the page names %q", name, ball, s.Who)
		case (s.Who == "") != (s.Doing == ""):
			t.Errorf("%s: somebody acts and does nothing, or the other way: %+v", name, s)
		}
		if c.Place == PlaceWaiting && !c.HearingOpen() && !c.Contested && !strings.Contains(s.Title, "第3位") {
			t.Errorf("%s: a waiting person sees no rank: %s", name, s.Title)
		}
	}
}

func TestStand_NoRowIsLeftOver(t *testing.T) {
	used := map[on]bool{}
	for _, c := range standingCases() {
		used[standsOn(c)] = true
	}
	for k := range standings {
		if !used[k] {
			t.Errorf("no case falls under %q", k)
		}
	}
}

func TestPathStep_ApprovedWithASeatGoesOn(t *testing.T) {
	for _, c := range []struct {
		state CaseState
		place Place
		want  int
	}{
		{Draft, PlaceNone, 0}, {Accepted, PlaceHeld, 0}, {Returned, PlaceWaiting, 0}, {AtDistrict, PlaceHeld, 0},
		{Approved, PlaceWaiting, 0}, {Approved, PlaceConfirmed, 1}, {Withdrawn, PlaceNone, -1}, {Released, PlaceNone, -1}, {NotReached, PlaceNone, -1},
	} {
		if got := PathStep(Case{State: c.state, Place: c.place}); got != c.want {
			t.Errorf("%s %s stands on step %d, not %d", c.state, c.place, got, c.want)
		}
	}
	if len(PathSteps) != 5 {
		t.Errorf("附件2 has five steps, the path %d", len(PathSteps))
	}
}

func TestPastOf_EveryMoveIsToldAndTheDesksOwnMattersAreNot(t *testing.T) {
	for _, m := range Moves {
		if s, ok := PastOf(string(m.Name)); !ok || s == "" {
			t.Errorf("%s is not told", m.Name)
		}
	}
	for _, name := range []string{"propose", "propose_dropped", "look", "reveal", "look_file", "undelivered", "returned_items", ""} {
		if s, ok := PastOf(name); ok {
			t.Errorf("%q is told: %s", name, s)
		}
	}
}

func TestFormMissing_NamesTheBoxesOfTheForm(t *testing.T) {
	p := &Programme{}
	now := time.Date(2026, 7, 10, 0, 0, 0, 0, Shanghai)
	fields := func(blank bool, app *Application) string {
		var out []string
		for _, r := range FormMissing(app, p, now, blank) {
			out = append(out, r.Field)
		}
		return strings.Join(out, " ")
	}
	app := &Application{Files: map[FileKind]FileNote{}}
	app.Answers.IDKind = "resident"
	if got := fields(false, app); got != "name id phone employer card photo" {
		t.Errorf("an empty draft lacks %q", got)
	}
	if got := fields(true, app); got != "name id phone employer photo" {
		t.Errorf("with the card left for the hand it lacks %q", got)
	}
	app.Answers.Name, app.Answers.Employer = "王芳", "咸安区永固机械厂"
	app.Sealed.ID, app.Sealed.Phone = "422301198506150022", "13900000001"
	app.Files[FilePhoto] = FileNote{ID: "f", SHA256: "x"}
	if got := fields(true, app); got != "" {
		t.Errorf("a filled draft lacks %q", got)
	}
}
