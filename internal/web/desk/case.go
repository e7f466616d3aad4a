package desk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"yuanmeng/internal/paper"
	"yuanmeng/internal/photo"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/vault"
	"yuanmeng/internal/web"
)

// casePage is what the page of one case shows.
type casePage struct {
	*dossier
	List     store.WorkList
	Rank     int
	Findings []found
	Beside   []store.Case
	Sections []section
	Papers   []paperView
	Acts     []act // under the hand
	More     []act // the rarer ones
	Hearings []store.Hearing
	Letters  []store.Letter
	Past     []web.TimelineEntry
	Looks    []web.TimelineEntry
	Decided  []store.Decision
	Seen     string // the newest event on the page
	Erased   bool   // the key of the case is gone, and with it what was filled in and written
	Notice   *notice
	Next     string
	Prev     string
}

// notice is what a refused or overtaken act says above the page.
type notice struct {
	Title string
	Lines []string
	Typed string // what the person had written, so that it is not lost
}

// section is one part of the values, row by row.
type section struct {
	Title string
	Rows  []valueRow
}

type valueRow struct {
	Key   string
	Label string
	Value string
	Was   string
	Num   bool
	Slot  *slotView // the same box of the paper
	Pic   string    // a small picture of an uploaded photo
	Paper int       // number of the paper that shows it
}

// slotView is a part of the picture that slots makes.
type slotView struct {
	Src      string
	ViewBox  string
	W, H     int // of the whole picture
	Wide     int // of this part, as shown
	Tall     int
	TextY    int
	Broad    bool // stands below the value and not beside it
	Sentence string
}

// slotKeys are the boxes of the form that are compared with typed values: the
// keys of fields and of paper.Boxes alike.
var slotKeys = []string{"name", "id", "phone", "employer", "card", "photo"}

// show is the page of one case.
func (d *Door) show(c *web.Ctx) error {
	f, err := d.dossier(c)
	if err != nil {
		return err
	}
	return d.showCase(c, 200, f, nil)
}

// showCase renders the page of a case, after a refused act with a notice.
func (d *Door) showCase(c *web.Ctx, code int, f *dossier, n *notice) error {
	pg, err := d.casePage(c, f)
	if err != nil {
		return err
	}
	pg.Notice = n
	if err := d.look(c, f); err != nil {
		return err
	}
	m := c.Meta("受理号 " + itoa(f.S.No) + "　" + f.Row.Name)
	m.NoHeading, m.Wide = true, true
	return c.RenderAs(code, caseView(m, pg))
}

// casePage loads the page of a case with a fixed number of queries. first are
// the papers that lie on top.
func (d *Door) casePage(c *web.Ctx, f *dossier, first ...scheme.FileKind) (*casePage, error) {
	ctx, db, row := c.Context(), d.Work.DB, f.Row
	pg := &casePage{dossier: f}
	if l, ok := listOf(f.A.Role, c.Query("list")); ok {
		pg.List = l.Key
	}
	err := d.filled(ctx, pg, first)
	if pg.Erased = errors.Is(err, vault.ErrErased); err != nil && !pg.Erased {
		return nil, err
	}
	if f.S.Place == scheme.PlaceWaiting {
		list, err := db.WaitingList(ctx, row.ProgrammeID)
		if err != nil {
			return nil, err
		}
		pg.Rank = scheme.Rank(f.S.No, list)
	}
	if pg.Hearings, err = db.Hearings(ctx, row.ID); err != nil {
		return nil, err
	}
	for i := range pg.Hearings {
		f.Words.Hearings(&pg.Hearings[i])
	}
	if pg.Letters, err = db.Letters(ctx, f.V, row.ID, 30); err != nil {
		return nil, err
	}
	f.Words.Letters(pg.Letters)
	if pg.Decided, err = db.Decisions(ctx, row.ID); err != nil {
		return nil, err
	}
	f.Words.Decisions(pg.Decided)
	events, err := db.CaseEvents(ctx, row.ID, 500)
	if err != nil {
		return nil, err
	}
	pg.Past, pg.Looks = f.past(events)
	if n := len(events); n > 0 {
		pg.Seen = events[n-1].ID
	}
	if pg.List != "" {
		if pg.Next, pg.Prev, err = d.beside(c, f, pg.List); err != nil {
			return nil, err
		}
	}
	return pg, nil
}

// filled loads what the worker filled in and handed in, and what follows from it.
func (d *Door) filled(ctx context.Context, pg *casePage, first []scheme.FileKind) error {
	f, db, row := pg.dossier, d.Work.DB, pg.Row
	app, err := d.Work.Submitted(ctx, row, 0)
	if err != nil {
		return err
	}
	var before *scheme.Application
	if row.Revision > 1 {
		if before, err = d.Work.Submitted(ctx, row, row.Revision-1); err != nil {
			return err
		}
	}
	files, err := db.Files(ctx, row.ID)
	if err != nil {
		return err
	}
	e := evidence{App: app, Printed: row.FormPrint != "", Changed: d.Work.Changed(row, app)}
	if e.Holds, err = db.HoldsPerson(ctx, row.ID); err != nil {
		return err
	}
	if e.Beside, err = db.CasesBeside(ctx, f.V, row); err != nil {
		return err
	}
	if e.Said, err = db.Attestations(ctx, row.ID); err != nil {
		return err
	}
	f.Words.Attestations(e.Said)
	pg.Beside = e.Beside
	pg.Findings = f.findings(e)
	if pg.List == store.ListPriority {
		first = append(first, scheme.FileHonour)
	}
	pg.Papers = f.papersOf(files, app, before, first)
	pg.Sections = f.sections(app, before, pg.Papers)
	pg.Acts, pg.More = f.acts(disagreed(e.Said))
	return nil
}

// beside gives the addresses of the next and the previous case of a list.
func (d *Door) beside(c *web.Ctx, f *dossier, list store.WorkList) (next, prev string, err error) {
	key := store.KeyOf(f.Row)
	after, _, err := d.Work.DB.ListCases(c.Context(), f.V, store.Listing{List: list, Now: c.Now, After: &key, Limit: 1})
	if err != nil {
		return "", "", err
	}
	before, _, err := d.Work.DB.ListCases(c.Context(), f.V, store.Listing{List: list, Now: c.Now, Before: &key, Limit: 1})
	if err != nil {
		return "", "", err
	}
	if len(after) > 0 {
		next = caseHref(after[0].ID, list)
	}
	if len(before) > 0 {
		prev = caseHref(before[0].ID, list)
	}
	return next, prev, nil
}

func disagreed(said []store.Attestation) bool {
	return slices.ContainsFunc(said, func(a store.Attestation) bool { return a.Disagrees() })
}

// sections are the values as the pages asked them, each stamped one beside its
// box of the paper.
func (f *dossier) sections(app, before *scheme.Application, ps []paperView) []section {
	paperOf := map[scheme.FileKind]paperView{}
	for _, p := range ps {
		for _, k := range papers {
			if !p.Old && p.Short == shortPaper(k, false) || strings.HasPrefix(p.Short, shortPaper(k, false)+" 1/") {
				paperOf[k] = p
			}
		}
	}
	slots := f.slotViews(paperOf[scheme.FileStamped])
	var out []section
	index := map[string]int{}
	agreed := 0
	for _, spec := range scheme.Fields() {
		if !spec.When(app, f.P) || !spec.SeenBy(f.A.Role) || spec.Key == "name_untypable" {
			continue
		}
		if spec.Kind == scheme.KindConsent {
			if spec.Get(app) != "" {
				agreed++
			}
			continue
		}
		raw := spec.Get(app)
		r := valueRow{Key: spec.Key, Label: spec.Label, Value: f.value(spec, app), Num: spec.Mask != nil, Slot: slots[spec.Key]}
		if spec.Optional && raw == "" {
			continue
		}
		if before != nil && raw != spec.Get(before) {
			switch was := f.value(spec, before); {
			case spec.Get(before) == "":
				r.Was = "（没有填）"
			case spec.IsFile() || was == r.Value:
				r.Was = "已换过"
			default:
				r.Was = was
			}
		}
		if spec.IsFile() && r.Slot == nil && r.Was == "" && raw != "" {
			continue // it lies beside
		}
		if spec.IsFile() {
			p, ok := paperOf[spec.File]
			if ok {
				r.Paper = p.N
			}
			if spec.File == scheme.FilePhoto && ok && !p.PDF {
				r.Pic = p.Src
			}
		}
		title := restSection
		if r.Slot != nil {
			title = slotSection
		}
		i, ok := index[title]
		if !ok {
			i = len(out)
			index[title] = i
			out = append(out, section{Title: title})
		}
		out[i].Rows = append(out[i].Rows, r)
	}
	if agreed > 0 {
		i, ok := index[restSection]
		if !ok {
			i = len(out)
			out = append(out, section{Title: restSection})
		}
		out[i].Rows = append(out[i].Rows, valueRow{Key: "consents", Label: "同意和承诺", Value: fmt.Sprintf("都已勾选（%d项）", agreed)})
	}
	// What is compared with the paper comes first.
	slices.SortStableFunc(out, func(a, b section) int {
		rank := func(s section) int {
			if s.Title == slotSection {
				return 0
			}
			return 1
		}
		return rank(a) - rank(b)
	})
	return out
}

// The two parts of the values.
const (
	slotSection = "和盖章件对照"
	restSection = "填写的内容"
)

// slotViews are the parts of the form that stand beside the values: only inside
// the check, and only where the form is a picture.
func (f *dossier) slotViews(stamped paperView) map[string]*slotView {
	out := map[string]*slotView{}
	if !f.Check || stamped.File == "" || stamped.PDF {
		return out
	}
	rows, w, h := photo.SlotRows(paper.Boxes(), slotKeys...)
	for _, r := range rows {
		v := &slotView{Src: stamped.Src + "/slots", W: w, H: h, Wide: min(r.W*11/20, 216), Sentence: "盖章件上的" + scheme.FieldLabel(r.Key)}
		y, tall := r.Y, r.H
		switch {
		case r.Key == string(scheme.FilePhoto):
			v.Wide = r.W * 84 / r.H
		default:
			// The lines of the table above and below say nothing.
			y, tall = r.Y+r.H*14/100, r.H*72/100
			if r.W > 2*r.H*3 {
				v.Broad, v.Wide = true, 400
			}
		}
		v.Tall, v.TextY = v.Wide*tall/r.W, y+tall/2
		v.ViewBox = fmt.Sprintf("0 %d %d %d", y, r.W, tall)
		out[r.Key] = v
	}
	return out
}

// past turns the events into a timeline, newest first; who only looked stands
// apart.
func (f *dossier) past(events []store.Event) (past, looks []web.TimelineEntry) {
	for _, e := range slices.Backward(events) {
		t := web.TimelineEntry{At: web.Moment(e.At), Title: eventTitle(e.Name), Who: f.whoOf(e), Body: f.bodyOf(e), Tone: toneOf(e.Name)}
		switch e.Name {
		case "look", "check":
			looks = append(looks, t)
		default:
			past = append(past, t)
		}
	}
	return past, looks
}

// The desk's own words for events that are no moves; the worker's are in
// scheme.PastOf.
var eventTitles = map[string]string{
	"propose":           "提出，等第二人确认",
	"propose_dropped":   "提出的事没有办，已放弃",
	"returned_items":    "点名要改的内容",
	"look":              "看过",
	"check":             "核对过（看到证件号、手机号、卡号）",
	"new_phone":         "换了手机号",
	"reveal":            "查看原文",
	"call":              "电话联系本人",
	"missed_call":       "打电话，没打通",
	"undelivered":       "到期但告知没有送到，等人打电话",
	"contest_elsewhere": "对方的申请在别的项目，由那个项目办理",
	"discard":           "删除了草稿",
}

func eventTitle(name string) string {
	if s, ok := eventTitles[name]; ok {
		return s
	}
	if s, ok := scheme.PastOf(name); ok {
		return s
	}
	return name
}

func toneOf(name string) web.Tone {
	switch scheme.MoveName(name) {
	case scheme.Approve, scheme.Keep, scheme.Reinstate, "promoted", scheme.ProvePriority:
		return web.ToneOK
	case scheme.Refuse, scheme.Revoke, scheme.Execute, scheme.SettleAgainst, scheme.Disagree, scheme.Lapse, scheme.Overdue, "undelivered":
		return web.ToneBad
	case scheme.Return, scheme.Answer, scheme.UndoApprove, scheme.RejectPriority, scheme.RecordDeath, "propose":
		return web.ToneWait
	}
	return web.ToneInfo
}

func (f *dossier) whoOf(e store.Event) string {
	switch scheme.Role(e.Role) {
	case scheme.RoleWorker:
		return "本人"
	case scheme.RoleSystem:
		return scheme.RoleName(scheme.RoleSystem)
	case scheme.RoleLocal:
		return strings.TrimSpace(scheme.OrganisationName(f.P, e.Org) + " " + e.ActorName)
	}
	return strings.TrimSpace(scheme.RoleName(scheme.Role(e.Role)) + " " + e.ActorName)
}

// bodyOf is what an event says beyond its title: why, until when, the second
// person, the clause.
func (f *dossier) bodyOf(e store.Event) string {
	var x struct {
		Reason, Second, Due, Items, Note, What, Move string
		Was, Phone, Paper                            string
	}
	if json.Unmarshal([]byte(f.Words.Detailed(e)), &x) != nil {
		return ""
	}
	var parts []string
	if m, ok := scheme.MoveBy(scheme.MoveName(x.Move)); ok && strings.HasPrefix(e.Name, "propose") {
		parts = append(parts, m.Label)
	}
	if x.Items != "" {
		parts = append(parts, x.Items)
	}
	if e.Name == "new_phone" {
		parts = append(parts, x.Was+" → "+x.Phone, x.Paper)
	}
	if e.Name == "reveal" {
		parts = append(parts, revealed(x.What))
	}
	switch {
	case x.Reason == "":
	case e.Name == string(scheme.Answer):
		parts = append(parts, "说明："+x.Reason)
	default:
		parts = append(parts, "理由："+x.Reason)
	}
	if x.Note != "" {
		parts = append(parts, x.Note)
	}
	if x.Second != "" {
		parts = append(parts, "第二人："+x.Second)
	}
	if at, err := time.Parse(time.RFC3339, x.Due); err == nil {
		parts = append(parts, "期限："+scheme.Until(at))
	}
	if m, ok := scheme.MoveBy(scheme.MoveName(e.Name)); ok && m.Clause != "" {
		parts = append(parts, "依据：方案 "+string(m.Clause))
	}
	return strings.Join(parts, "　")
}

// stateLine says in words where the case stands.
func (pg *casePage) stateTags() []mark {
	s := pg.S
	out := []mark{{scheme.StateName(s.State), stateTone(s.State)}}
	switch {
	case s.Place == scheme.PlaceWaiting:
		out = append(out, mark{fmt.Sprintf("候补第%d位", pg.Rank), web.ToneWait})
	case s.Place.Seated():
		out = append(out, mark{scheme.PlaceName(s.Place), web.ToneOK})
	}
	return out
}

func stateTone(s scheme.CaseState) web.Tone {
	switch s {
	case scheme.Approved:
		return web.ToneOK
	case scheme.Returned:
		return web.ToneWait
	case scheme.Released:
		return web.ToneBad
	case scheme.Withdrawn, scheme.NotReached:
		return web.ToneNone
	}
	return web.ToneInfo
}

// standing says who acts, since when, until when.
func (pg *casePage) standing() string {
	s := pg.S
	if s.State.Final() {
		return short(s.Since) + " 起"
	}
	ball := scheme.Ball(s)
	who := "等本人"
	switch {
	case ball == "":
		who = "现在没有要办的"
	case ball != scheme.RoleWorker:
		who = "由" + scheme.RoleName(ball) + "办理"
	}
	out := who + "，" + short(s.Since) + " 起"
	if !s.Due.IsZero() && ball != "" {
		out += "，最晚 " + deadline(s.Due) + "（" + left(s.Due, pg.Now) + "）"
	}
	return out
}
