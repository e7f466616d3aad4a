package sample

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/office"
	"yuanmeng/internal/paper"
	"yuanmeng/internal/photo"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/sms"
	"yuanmeng/internal/store"
	"yuanmeng/internal/vault"
)

// Crowd plays the people of a programme: workers, officers, staff. Everything
// they do is an act of casework or office, never a row of SQL.
type Crowd struct {
	Work      *casework.Work
	Office    *office.Office
	Press     *paper.Press
	Texts     *sms.Log                               // where the codes arrive
	P         *scheme.Programme                      //
	PublicURL string                                 // in the square of the form
	Forward   func(context.Context, time.Time) error // moves the programme clock and makes what falls due
	Say       func(string, ...any)                   // progress, may be nil

	Staff    []Account
	Officers []Officer
	Workers  []Worker

	doubted string // the case to whose form an officer said no
}

// Account is a sample account of the desk.
type Account struct {
	ID, Name, Login, Password, Secret string
	Role                              scheme.Role
}

// Officer is a sample union officer who signs in by phone.
type Officer struct{ ID, Name, Phone, Union, UnionName string }

// Worker is a sample worker with his case.
type Worker struct {
	Person
	ID, CaseID string
	No         int
	Note       string // what is special about him, for the demo's page
}

// Password is every sample account's: the demo says so on its page.
const Password = "shiyong-mima-2026"

var staff = []struct {
	name, login string
	role        scheme.Role
}{
	{"安保国", office.FirstLogin, scheme.RoleSecAdmin},
	{"文习统", "xitong", scheme.RoleSysAdmin},
	{"严思计", "shenjiguan", scheme.RoleAuditAdmin},
	{"钟心怡", "zhongxin1", scheme.RoleCentre},
	{"钟小满", "zhongxin2", scheme.RoleCentre},
	{"曲审言", "shenhe1", scheme.RoleDistrict},
	{"曲复明", "shenhe2", scheme.RoleDistrict},
	{"凌导一", "fuze1", scheme.RoleLead},
	{"凌导二", "fuze2", scheme.RoleLead},
	{"金审正", "jingshen", scheme.RoleAuditor},
}

// HireStaff makes the accounts of the desk and three officers, each by its
// invitation, password and second factor.
func (c *Crowd) HireStaff(ctx context.Context) error {
	for _, s := range staff {
		var token string
		var err error
		if s.login == office.FirstLogin {
			token, _, err = c.Office.Bootstrap(ctx)
		} else {
			g := office.Grant{Role: s.role, Programme: string(c.P.ID)}
			if s.role == scheme.RoleSysAdmin || s.role == scheme.RoleAuditAdmin {
				g.Programme = ""
			}
			token, err = c.Office.Invite(ctx, scheme.SystemActor, s.name, s.login, fmt.Sprintf("139%08d", 30000001+len(c.Staff)), "district", []office.Grant{g})
		}
		if err != nil {
			return fmt.Errorf("invite %s: %w", s.login, err)
		}
		e, err := c.Office.Accept(ctx, token, Password)
		if err != nil {
			return fmt.Errorf("accept %s: %w", s.login, err)
		}
		code, err := vault.TOTPCode(e.Secret, c.Work.Machine())
		if err != nil {
			return err
		}
		id, err := c.Office.AcceptTOTP(ctx, token, code)
		if err != nil {
			return fmt.Errorf("second factor %s: %w", s.login, err)
		}
		c.Staff = append(c.Staff, Account{ID: id, Name: s.name, Login: s.login, Password: Password, Secret: e.Secret, Role: s.role})
	}
	for i, u := range c.P.Towns() {
		if i == 3 {
			break
		}
		o := Officer{Name: []string{"工小会", "尹会员", "贾盖章"}[i], Phone: fmt.Sprintf("138%08d", 20000001+i), Union: u.Key, UnionName: u.Name}
		id, _, err := c.Office.InviteOfficer(ctx, scheme.SystemActor, o.Name, o.Phone, o.Union, string(c.P.ID))
		if err != nil {
			return fmt.Errorf("invite officer: %w", err)
		}
		o.ID = id
		c.Officers = append(c.Officers, o)
	}
	return nil
}

// Actor is the n-th account of a role as it acts on cases.
func (c *Crowd) Actor(role scheme.Role, n int) scheme.Actor {
	for _, s := range c.Staff {
		if s.Role == role {
			if n == 0 {
				return scheme.Actor{ID: s.ID, Role: s.Role, Org: "district", Name: s.Name}
			}
			n--
		}
	}
	return scheme.Actor{}
}

// viewer sees the cases of the programme.
func (c *Crowd) viewer() store.Viewer { return store.Viewer{Programmes: []string{string(c.P.ID)}} }

// Choice changes a sample person before he fills in.
type Choice struct {
	Honour     string // key of an honour, with its proof
	Untypable  bool   // a character that cannot be typed
	Unsealed   bool   // the seal is missing on the paper
	OwnUnion   bool   // the unit has a union of its own
	IDCard     bool   // hands in the picture of the ID card
	IDOf       int    // uses the number of another person, 0 his own
	WithoutID  bool   // stops before the identity number
	Incomplete bool   // stops before the stamped form
}

// Apply signs the n-th person in and fills in his application up to the point
// where one tap submits it.
func (c *Crowd) Apply(ctx context.Context, n int, ch Choice) (Worker, error) {
	w := Worker{Person: New(c.P, n)}
	if err := c.Office.SendCode(ctx, w.Phone, office.ForSignIn, "sample/"+w.Phone); err != nil {
		return w, fmt.Errorf("code: %w", err)
	}
	code := c.code(w.Phone)
	var err error
	if w.ID, _, err = c.Office.SignIn(ctx, w.Phone, code); err != nil {
		return w, fmt.Errorf("sign in: %w", err)
	}
	cs, err := c.Work.Begin(ctx, w.ID, string(c.P.ID))
	if err != nil {
		return w, fmt.Errorf("begin: %w", err)
	}
	w.CaseID = cs.ID
	if err := c.fill(ctx, &w, n, ch); err != nil {
		return w, err
	}
	c.Workers = append(c.Workers, w)
	return w, nil
}

func (c *Crowd) code(phone string) string {
	for _, m := range c.Texts.Last() {
		if m.Phone == phone && m.Params["code"] != "" {
			return m.Params["code"]
		}
	}
	return ""
}

func (c *Crowd) fill(ctx context.Context, w *Worker, n int, ch Choice) error {
	id := w.Person.ID
	if ch.IDOf > 0 {
		id = IDNumber(ch.IDOf)
	}
	name := w.Name
	if ch.Untypable {
		name = string([]rune(name)[:1]) + "□"
	}
	yes := func(on bool) string {
		if on {
			return "on"
		}
		return ""
	}
	union, unionName := scheme.UnionNone, ""
	if ch.OwnUnion {
		union, unionName = scheme.UnionOwn, w.Employer+"工会委员会"
	}
	honour := ch.Honour
	if honour == "" {
		honour = scheme.None
	}
	values := [][2]string{
		{"consent_sensitive", "on"}, {"consent_sharing", "on"}, {"consent_public", "on"},
		{"name_untypable", yes(ch.Untypable)}, {"name", name}, {"id_kind", "resident"}, {"id", id}, {"phone", w.Phone}, {"hukou", "rural"},
		{"employer", w.Employer}, {"dispatched", scheme.No}, {"town", w.Town}, {"post", w.Post}, {"employment", "contract"},
		{"worker_kind", w.WorkerKind}, {"own_union", union}, {"own_union_name", unionName}, {"officer", scheme.No},
		{"education", w.Education}, {"major", w.Major}, {"honour_title", honour}, {"card", w.Card}, {"bank", "中国农业银行咸宁分行"},
	}
	if ch.WithoutID {
		values = values[:5]
	}
	if err := c.put(ctx, w, values); err != nil || ch.WithoutID {
		return err
	}
	if err := c.attach(ctx, w, scheme.FilePhoto, Portrait(n), photo.Photo); err != nil {
		return err
	}
	if ch.Untypable || ch.IDCard {
		if err := c.attach(ctx, w, scheme.FileIDCard, IDCard(n), photo.Picture); err != nil {
			return err
		}
	}
	if ch.Honour != "" {
		if err := c.attach(ctx, w, scheme.FileHonour, Certificate(n), photo.Picture); err != nil {
			return err
		}
	}
	if ch.Incomplete {
		return nil
	}
	if err := c.stamp(ctx, w, !ch.Unsealed); err != nil {
		return err
	}
	return c.put(ctx, w, [][2]string{{"commitment", "on"}})
}

func (c *Crowd) put(ctx context.Context, w *Worker, values [][2]string) error {
	_, err := c.Work.Save(ctx, w.ID, w.CaseID, func(app *scheme.Application, p *scheme.Programme) error {
		for _, kv := range values {
			if rs := scheme.Put(app, p, kv[0], kv[1], c.Work.Now()); scheme.Blocked(rs) {
				return fmt.Errorf("%s: %s", kv[0], rs[0].Code)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("person %s: %w", w.Employer, err)
	}
	return nil
}

func (c *Crowd) attach(ctx context.Context, w *Worker, kind scheme.FileKind, b []byte, clean func([]byte) (photo.Result, error)) error {
	r, err := clean(b)
	if err != nil {
		return fmt.Errorf("%s: %w", kind, err)
	}
	up := casework.Upload{Kind: kind, SHA256: r.SHA256, Findings: r.Findings}
	for _, pg := range r.Pages {
		up.Pages = append(up.Pages, casework.Page{Type: pg.Type, Body: pg.Body})
	}
	_, err = c.Work.Attach(ctx, w.ID, w.CaseID, up)
	return err
}

// stamp prints the form, has it sealed and hands its photo in.
func (c *Crowd) stamp(ctx context.Context, w *Worker, sealed bool) error {
	cs, app, err := c.Work.Printed(ctx, w.ID, w.CaseID)
	if err != nil {
		return fmt.Errorf("print: %w", err)
	}
	pic, _, err := c.Work.ReadFile(ctx, cs, app.Files[scheme.FilePhoto].ID)
	if err != nil {
		return err
	}
	b, err := Stamped(c.Press, paper.Recommendation{
		Title: c.P.FormTitle, Name: app.Answers.Name, ID: app.Sealed.ID, Phone: app.Sealed.Phone, Employer: app.Answers.Employer, Card: app.Sealed.Card,
		Photo: pic, Code: casework.ShowCode(cs.FormCode), QR: c.PublicURL + "/a/" + cs.FormCode, PrintedAt: c.Work.Now(),
	}, sealed)
	if err != nil {
		return err
	}
	return c.attach(ctx, w, scheme.FileStamped, b, func(b []byte) (photo.Result, error) { return photo.Scan(b, paper.Boxes()) })
}

// Submit hands in a ready application and notes its number.
func (c *Crowd) Submit(ctx context.Context, w *Worker) (casework.Acceptance, error) {
	a, err := c.Work.Submit(ctx, w.ID, w.CaseID, c.Work.Door(), c.Work.Now())
	if err != nil {
		return a, fmt.Errorf("submit: %w", err)
	}
	w.No = a.No
	for i := range c.Workers {
		if c.Workers[i].CaseID == w.CaseID {
			c.Workers[i].No = a.No
		}
	}
	return a, nil
}

// Decide makes one move of the desk on a worker's case, with the second person
// where the move asks for one.
func (c *Crowd) Decide(ctx context.Context, a scheme.Actor, w Worker, o casework.Order, second ...scheme.Actor) error {
	o.Case = w.CaseID
	if o.Move == scheme.Approve && w.CaseID == c.doubted {
		o.Reason = "已向单位核实：本人仍在岗，离职的是同名职工。"
	}
	if err := c.Work.Decide(ctx, a, c.viewer(), o); err != nil {
		return fmt.Errorf("%s on number %d: %w", o.Move, w.No, refusal(err))
	}
	if len(second) == 0 {
		return nil
	}
	ps, err := c.Work.DB.ProposalsOf(ctx, w.CaseID)
	if err != nil {
		return err
	}
	for _, p := range ps {
		if p.Move == o.Move {
			if err := c.Work.Second(ctx, second[0], c.viewer(), p.ID, true); err != nil {
				return fmt.Errorf("second of %s on number %d: %w", o.Move, w.No, refusal(err))
			}
		}
	}
	return nil
}

func refusal(err error) error {
	var r *casework.Refused
	if errors.As(err, &r) {
		var s []string
		for _, x := range r.Reasons {
			s = append(s, x.Code+" "+x.Staff)
		}
		return errors.New(strings.Join(s, "; "))
	}
	return err
}

func (c *Crowd) say(format string, args ...any) {
	if c.Say != nil {
		c.Say(format, args...)
	}
}
