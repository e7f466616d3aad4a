package apply

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/photo"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/web"
)

// dutyRoutes are the ways of what is owed after the number (A2.2–A2.4).
func (d *Door) dutyRoutes() []web.Route {
	return []web.Route{
		{Method: "GET", Pattern: "/my/duties", Guard: web.Worker, Handler: d.showDuties, Note: "what is to be handed in after the number, by when"},
		{Method: "GET", Pattern: "/my/duties/{kind}", Guard: web.Worker, Handler: d.showDuty, Note: "one thing: its pictures, its values, what came of it"},
		{Method: "POST", Pattern: "/my/duties/{kind}", Guard: web.Worker, Handler: d.fileDuty, Act: "file_duty", Note: "hand it in"},
		{Method: "POST", Pattern: "/my/duties/{kind}/{field}", Guard: web.Worker, Handler: d.attachDuty, Act: "attach_duty", MaxBody: maxUpload, Note: "a picture for it"},
	}
}

// dutyRow is one thing on the list.
type dutyRow struct {
	duty  scheme.Duty
	state scheme.DutyState
	by    time.Time // zero where there is no day
	now   bool      // its time has come
	sure  bool      // the authority has confirmed the day
}

type dutiesPage struct {
	meta web.PageMeta
	mine *mine
	rows []dutyRow
}

// numbered opens the own case once it has a number.
func (d *Door) numbered(c *web.Ctx) (*mine, error) {
	m, err := d.mine(c)
	if err != nil {
		return nil, err
	}
	if m.s.State == scheme.Draft {
		return nil, toMy
	}
	return m, nil
}

// dutyRows are the things in the order of the year.
func dutyRows(m *mine, now time.Time) []dutyRow {
	owed := scheme.Owed(m.s, m.p, now)
	var out []dutyRow
	for _, d := range scheme.Duties {
		out = append(out, dutyRow{
			duty: d, state: m.s.Duties.Of(d.Kind), by: d.By(m.p, m.s),
			now:  slices.ContainsFunc(owed, func(o scheme.Duty) bool { return o.Kind == d.Kind }),
			sure: d.Kind != scheme.DutyRegistration || !m.p.IsUnconfirmed("reg_proof_by"),
		})
	}
	return out
}

func (d *Door) showDuties(c *web.Ctx) error {
	m, err := d.numbered(c)
	if err != nil {
		return err
	}
	pg := dutiesPage{meta: c.Meta("要交的材料"), mine: m, rows: dutyRows(m, c.Now)}
	pg.meta.Back = "/my"
	return c.Render(dutiesView(pg))
}

// dutyPage is one thing that is owed.
type dutyPage struct {
	meta   web.PageMeta
	mine   *mine
	row    dutyRow
	reason string // why it was returned
	values map[string]string
	fields []scheme.DutyField // values to fill in
	papers []dutyPaper
	open   bool // it may be handed in now
	lost   bool // what was handed in has been erased
}

// dutyPaper is one file that a duty asks for.
type dutyPaper struct {
	field scheme.DutyField
	pages []store.File // newest upload
}

func (p dutyPaper) missing() bool { return len(p.pages) == 0 && !p.field.Optional }

// asks says which paper is asked for first: one thing at a time.
func (pg dutyPage) asks() (dutyPaper, bool) {
	for _, p := range pg.papers {
		if p.missing() {
			return p, true
		}
	}
	return dutyPaper{}, false
}

// dutyOf opens the page of one thing with what has been handed in.
func (d *Door) dutyOf(c *web.Ctx) (*dutyPage, error) {
	m, err := d.numbered(c)
	if err != nil {
		return nil, err
	}
	k := scheme.DutyKind(c.Path("kind"))
	rows := dutyRows(m, c.Now)
	i := slices.IndexFunc(rows, func(r dutyRow) bool { return r.duty.Kind == k })
	if i < 0 {
		return nil, web.NotFound
	}
	pg := &dutyPage{meta: c.Meta(rows[i].duty.Label), mine: m, row: rows[i], values: map[string]string{}}
	pg.meta.Back = "/my/duties"
	pg.open = scheme.MayFile(m.s, k) == nil
	row, err := d.Work.DB.Duty(c.Context(), m.row.ID, k)
	if err != nil && !store.IsNone(err) {
		return nil, err
	}
	if err == nil {
		text, ok := m.words.DutyText(row)
		pg.lost = !ok
		pg.reason = text.Reason
		if text.Values != nil {
			pg.values = text.Values
		}
	}
	files, err := d.Work.DB.Files(c.Context(), m.row.ID)
	if err != nil {
		return nil, err
	}
	for _, f := range m.p.DutyFields(k) {
		if f.Kind != scheme.KindFile {
			pg.fields = append(pg.fields, f)
			continue
		}
		pg.papers = append(pg.papers, dutyPaper{f, casework.DutyPages(files, k, f.Key)})
	}
	return pg, nil
}

func (d *Door) showDuty(c *web.Ctx) error {
	pg, err := d.dutyOf(c)
	if err != nil {
		return err
	}
	return c.Render(dutyView(*pg))
}

// fileDuty hands a thing in. What was typed stays on the page when something is
// wrong with it.
func (d *Door) fileDuty(c *web.Ctx) error {
	f, err := c.Form()
	if err != nil {
		return err
	}
	pg, err := d.dutyOf(c)
	if err != nil {
		return err
	}
	if f.Get("case") != pg.mine.row.ID {
		return toMy
	}
	for _, x := range pg.fields {
		pg.values[x.Key] = f.Get(x.Key)
	}
	err = d.Work.FileDuty(c.Context(), c.Viewer.AccountID, pg.mine.row.ID, pg.row.duty.Kind, pg.values)
	var r *casework.Refused
	if errors.As(err, &r) {
		for _, x := range r.Reasons {
			if x.Blocks {
				pg.meta.Problems.Add(x.Field, x.Worker)
			}
		}
		return c.RenderAs(http.StatusUnprocessableEntity, dutyView(*pg))
	}
	if err != nil {
		return err
	}
	c.Flash(pg.row.duty.Label + "已经交了，等工作人员核对。")
	return c.Redirect("/my/duties")
}

// attachDuty takes one picture or paper for a thing.
func (d *Door) attachDuty(c *web.Ctx) error {
	pg, err := d.dutyOf(c)
	if err != nil {
		return err
	}
	field := c.Path("field")
	if !slices.ContainsFunc(pg.papers, func(p dutyPaper) bool { return p.field.Key == field }) {
		return web.NotFound
	}
	room, err := atRoom.enter(c.Viewer.AccountID)
	if err != nil {
		return err
	}
	defer room.leave()
	raw, _, err := room.receive(c, field)
	if err != nil {
		return err
	}
	bad := func(sentence string) error {
		if c.ByScript() {
			return c.JSON(http.StatusUnprocessableEntity, map[string]any{"error": sentence})
		}
		pg.meta.Problems.Add(field, sentence)
		return c.RenderAs(http.StatusUnprocessableEntity, dutyView(*pg))
	}
	if raw == nil {
		return bad("请先选一张照片，再点上传。")
	}
	kind := scheme.DutyFileKind(pg.row.duty.Kind, field)
	r, err := look(kind, raw)
	var fault photo.Fault
	if errors.As(err, &fault) {
		return bad(fault.Sentence)
	}
	if err != nil {
		return err
	}
	err = d.Work.AttachDuty(c.Context(), c.Viewer.AccountID, pg.mine.row.ID, pg.row.duty.Kind, field, handed(kind, r))
	if s := refusal(err); s != "" {
		return bad(s)
	}
	if err != nil {
		return err
	}
	return c.Redirect("/my/duties/" + string(pg.row.duty.Kind))
}

// dutyField is a field of a duty as the form shows it.
func dutyField(pg dutyPage, f scheme.DutyField) web.Field {
	w := web.Field{
		Name: f.Key, Label: f.Label, Hint: f.Hint, Value: pg.values[f.Key], Optional: f.Optional, Error: pg.meta.Problems.For(f.Key),
		Why: f.Purpose,
	}
	if f.Receiver != "" {
		w.Why += "。还会给：" + f.Receiver
	}
	if o := dutyOptions(f); len(o) > longestChoice {
		for _, x := range o {
			w.Suggest = append(w.Suggest, x.Label)
			if x.Value == w.Value {
				w.Value = x.Label
			}
		}
	}
	if f.Kind == scheme.KindMoney {
		w.Suffix = "元"
	}
	return w
}

// longestChoice is how many answers are shown as cells; of a longer list one is
// typed, with the words offered.
const longestChoice = 15

func dutyOptions(f scheme.DutyField) []web.Option {
	var out []web.Option
	for _, o := range f.Choices() {
		out = append(out, web.Option{Value: o.Value, Label: o.Label})
	}
	return out
}

// dutySummary is what was handed in, once nothing is asked any more.
func dutySummary(pg dutyPage) []web.SummaryRow {
	var out []web.SummaryRow
	for _, f := range pg.fields {
		if v := f.Show(pg.values[f.Key]); v != "" {
			out = append(out, web.SummaryRow{Key: f.Label, Value: v})
		}
	}
	return out
}

// ownDuty is one value, or one file, that was handed in after the number.
type ownDuty struct {
	field scheme.DutyField
	value string
	pages []store.File
}

// ownDuties is all that is held of the duties.
func (d *Door) ownDuties(ctx context.Context, m *mine) ([]ownDuty, error) {
	rows, err := d.Work.DB.Duties(ctx, m.row.ID)
	if err != nil {
		return nil, err
	}
	values := map[scheme.DutyKind]map[string]string{}
	for _, r := range rows {
		text, _ := m.words.DutyText(r)
		values[r.Kind] = text.Values
	}
	files, err := d.Work.DB.Files(ctx, m.row.ID)
	if err != nil {
		return nil, err
	}
	var out []ownDuty
	for _, f := range m.p.Duties {
		x := ownDuty{field: f, value: values[f.Duty][f.Key]}
		if f.Kind == scheme.KindFile {
			if x.pages = casework.DutyPages(files, f.Duty, f.Key); x.pages != nil {
				x.value = "yes"
			}
		}
		if x.value != "" {
			out = append(out, x)
		}
	}
	return out, nil
}
