package desk

import (
	"slices"
	"time"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/web"
)

// dossier is one case as the person at the desk may look at it.
type dossier struct {
	Row       store.Case
	S         scheme.Case
	P         *scheme.Programme
	Cal       scheme.Calendar
	A         scheme.Actor
	V         store.Viewer
	Words     *store.Words // opens what was written about the case
	Hearing   *store.Hearing
	Proposals []store.Proposal
	Now       time.Time
	// Check says that the case lies on this desk: the typed values stand in
	// clear beside the paper's boxes (DESIGN §5).
	Check bool
}

// person is the actor of a session with his own cases: nobody acts on those.
func (d *Door) person(c *web.Ctx) (scheme.Actor, error) {
	a := actor(c)
	own, err := d.Work.DB.OwnCases(c.Context(), a.ID)
	a.Cases = own
	return a, err
}

// dossier opens the case of the address. An absent case and a foreign one are
// the same 404.
func (d *Door) dossier(c *web.Ctx) (*dossier, error) {
	return d.dossierOf(c, c.Path("id"))
}

func (d *Door) dossierOf(c *web.Ctx, id string) (*dossier, error) {
	ctx := c.Context()
	f := &dossier{V: viewer(c), Now: c.Now}
	var err error
	if f.Row, err = d.Work.DB.Case(ctx, f.V, id); store.IsNone(err) {
		return nil, web.NotFound
	} else if err != nil {
		return nil, err
	}
	if f.A, err = d.person(c); err != nil {
		return nil, err
	}
	if f.P, f.Cal, err = d.Work.Programme(ctx, f.Row.ProgrammeID); err != nil {
		return nil, err
	}
	f.Words = d.Work.Words(&f.Row)
	if f.Hearing, err = d.Work.DB.OpenHearing(ctx, f.Row.ID); err != nil {
		return nil, err
	}
	f.Words.Hearings(f.Hearing)
	if f.Proposals, err = d.Work.DB.ProposalsOf(ctx, f.Row.ID); err != nil {
		return nil, err
	}
	f.S = f.Row.Scheme(f.Hearing)
	f.Check = !slices.Contains(f.A.Cases, f.Row.ID) && assigned(f.S, f.A.Role, len(f.Proposals) > 0) && f.hands()
	return f, nil
}

// assigned says whether a case lies on the desk of a role: it holds the ball, a
// name waits for it, or a two-person act needs its second person.
func assigned(s scheme.Case, r scheme.Role, proposed bool) bool {
	ball := scheme.Ball(s)
	switch r {
	case scheme.RoleCentre:
		return ball == scheme.RoleCentre || s.Untypable && s.State.Live()
	case scheme.RoleDistrict, scheme.RoleLead:
		return ball == scheme.RoleDistrict || proposed
	}
	return false
}

// hands says whether the person has anything to do with a case that lies on the
// desk of his role: who opened a hearing leaves it to others, and compares no
// numbers meanwhile.
func (f *dossier) hands() bool {
	if f.S.HearingOpen() && f.S.Hearing.OpenedBy(f.A.ID) {
		return false
	}
	return len(f.Proposals) > 0 || len(f.possible()) > 0
}

// possible are the moves that the person may make now and that nobody has
// proposed yet.
func (f *dossier) possible() []scheme.Move {
	var out []scheme.Move
	for _, m := range scheme.Possible(f.S, f.A, f.P, f.Now) {
		if !slices.ContainsFunc(f.Proposals, func(p store.Proposal) bool { return p.Move == m.Name }) {
			out = append(out, m)
		}
	}
	return out
}

// value is a field as this desk sees it: in clear inside the check, else masked.
func (f *dossier) value(spec scheme.FieldSpec, app *scheme.Application) string {
	if f.Check && spec.Mask != nil {
		return spec.Whole(spec.Get(app))
	}
	return spec.Show(app, f.P)
}

// originals says whether a file may be shown as it is: inside the check every
// one, else what the role sees and is not sensitive. The form is shown redacted
// instead, and an identity card not at all, before a reveal.
func (f *dossier) originals(kind scheme.FileKind) bool {
	if f.Check {
		return true
	}
	if k, ok := scheme.DutyOfFile(kind); ok {
		return slices.Contains(checkedBy(f.A.Role), k)
	}
	spec, ok := scheme.Field(string(kind))
	return ok && spec.SeenBy(f.A.Role) && kind != scheme.FileStamped && kind != scheme.FileIDCard
}

// look books that the case was opened; whether the numbers stood in clear is
// another word, and the worker sees both.
func (d *Door) look(c *web.Ctx, f *dossier) error {
	what := "look"
	if f.Check {
		what = "check"
	}
	return d.Work.Look(c.Context(), f.A, f.Row, what)
}

// papers are the files of an application in the order in which they are looked
// at.
var papers = []scheme.FileKind{scheme.FileStamped, scheme.FilePhoto, scheme.FileIDCard, scheme.FileHonour, scheme.FileMedical}

// paper is one page of a file beside the values.
type paperView struct {
	N     int
	Short string
	Old   bool // of the revision before
	web.Evidence
	Shut bool // not to be seen before a reveal
	File string
}

// papersOf lists the pages of the files of an application, those named first on
// top, and of those of the revision before that were replaced.
func (f *dossier) papersOf(all []store.File, app, before *scheme.Application, first []scheme.FileKind) []paperView {
	order := slices.Clone(first)
	for _, k := range papers {
		if !slices.Contains(order, k) {
			order = append(order, k)
		}
	}
	var out []paperView
	add := func(kind scheme.FileKind, note scheme.FileNote, old bool) {
		pages := casework.PagesOf(all, note)
		for i, pg := range pages {
			label := scheme.FieldLabel(string(kind))
			if old {
				label = "原来的" + label
			}
			v := paperView{N: len(out) + 1, Short: shortPaper(kind, old), Old: old, File: pg.ID, Shut: !f.Check && kind == scheme.FileIDCard}
			if len(pages) > 1 {
				n := " " + itoa(i+1) + "/" + itoa(len(pages))
				label, v.Short = label+n, v.Short+n
			}
			v.Evidence = web.Evidence{
				Name: label, Src: "/desk/cases/" + f.Row.ID + "/files/" + pg.ID, PDF: pg.Type == "application/pdf", At: short(note.At) + " 上传",
			}
			if !f.Check && kind == scheme.FileStamped {
				v.Note = "证件号、手机号、银行卡号已遮住。"
				v.Shut = v.PDF // what cannot be painted over is not shown
			}
			out = append(out, v)
		}
	}
	for _, k := range order {
		if n, ok := app.Files[k]; ok {
			add(k, n, false)
		}
	}
	if before != nil {
		for _, k := range papers {
			if n, ok := before.Files[k]; ok && n.ID != app.Files[k].ID {
				add(k, n, true)
			}
		}
	}
	return out
}

func shortPaper(k scheme.FileKind, old bool) string {
	s := map[scheme.FileKind]string{
		scheme.FileStamped: "盖章件", scheme.FilePhoto: "照片", scheme.FileIDCard: "身份证", scheme.FileHonour: "荣誉", scheme.FileMedical: "医学资格",
	}[k]
	if old {
		return "原" + s
	}
	return s
}
