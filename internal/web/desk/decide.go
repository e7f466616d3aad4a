package desk

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/gb"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/web"
)

// order is what the form of a move holds, as typed.
type order struct {
	Note    string
	Codes   []string // ready reasons
	Items   []string // named items of a return
	Stamp   bool
	Excuse  bool
	Cause   scheme.Cause
	Name    string
	ID      string
	Phone   string
	Again   string // the phone a second time
	Shown   scheme.Shown
	Version int
	Seen    string // the newest event on the page that was answered
	List    store.WorkList
	Find    string // what a character is looked up by
}

func readOrder(form web.Form, r scheme.Role) order {
	o := order{
		Note: form.Get("note"), Codes: form.All("code"), Items: form.All("item"), Stamp: form.Has("stamp"), Excuse: form.Has("excuse"),
		Cause: scheme.Cause(form.Get("cause")), Name: form.Get("name"), ID: form.Get("number"), Seen: form.Get("seen"), Find: form.Get("find"),
		Phone: form.Get("phone"), Again: form.Get("again"), Shown: scheme.Shown(form.Get("shown")),
	}
	o.Version, _ = strconv.Atoi(form.Get("version"))
	if l, ok := listOf(r, form.Get("list")); ok {
		o.List = l.Key
	}
	return o
}

// decidePage is the form of one move.
type decidePage struct {
	*casePage
	Move     scheme.Move
	O        order
	App      *scheme.Application
	Items    []scheme.ReturnItem
	Grounds  []scheme.Reason
	Effects  []string // what will happen
	Reads    string   // what the worker will read
	Lead     string   // the sentence before the reasons, for the live preview
	Tail     string   // and after them
	Found    []gb.Candidate
	Asks     bool // for words
	Must     bool // and they may not be missing
	Disagree []string
}

// decideForm shows the form of one move.
func (d *Door) decideForm(c *web.Ctx) error {
	f, m, err := d.moveOf(c)
	if err != nil {
		return err
	}
	if n := f.barred(m); n != nil {
		return d.showCase(c, 409, f, n)
	}
	o := order{Version: f.S.Version}
	if l, ok := listOf(f.A.Role, c.Query("list")); ok {
		o.List = l.Key
	}
	return d.showMove(c, 200, f, m, o, nil)
}

// moveOf opens the case and the move of the address. A move that is not of the
// desk does not exist; one of another role is refused.
func (d *Door) moveOf(c *web.Ctx) (*dossier, scheme.Move, error) {
	m, ok := deskMove(c.Path("move"))
	if !ok {
		return nil, m, web.NotFound
	}
	f, err := d.dossier(c)
	if err != nil {
		return nil, m, err
	}
	if !slices.Contains(m.Roles, f.A.Role) {
		return nil, m, web.Forbidden
	}
	return f, m, nil
}

// barred says why a move is not possible now, nil when it is.
func (f *dossier) barred(m scheme.Move) *notice {
	for _, p := range f.Proposals {
		if p.Move == m.Name {
			return &notice{Title: "现在不能" + quoted(m.Label), Lines: []string{p.ByName + "已经提出，等第二人确认。请到“两人办理”里办。"}}
		}
	}
	args := scheme.Args{Reason: "x", Cause: scheme.CauseIneligible}
	if len(m.Second) > 0 {
		args.Second = &scheme.Actor{ID: "\x00second", Role: m.Second[0]}
	}
	if _, _, rs := scheme.Step(f.S, m.Name, f.A, args, f.P, f.Cal, f.Now); scheme.Blocked(rs) {
		return &notice{Title: "现在不能" + quoted(m.Label), Lines: staffSentences(rs)}
	}
	return nil
}

func quoted(s string) string { return "“" + s + "”" }

func staffSentences(rs []scheme.Reason) []string {
	var out []string
	for _, r := range rs {
		if r.Blocks {
			out = append(out, sentence(r.Staff))
		}
	}
	return out
}

func sentence(s string) string {
	if s == "" || strings.HasSuffix(s, "。") {
		return s
	}
	return s + "。"
}

// refusal gives the sentence of a refused act for staff.
func refusal(err error) (string, bool) {
	var r *casework.Refused
	if !errors.As(err, &r) {
		return "", false
	}
	return strings.Join(staffSentences(r.Reasons), ""), true
}

// decide makes a move. What was typed is never lost: a mistake in it shows the
// form again, a case that has changed shows what has changed.
func (d *Door) decide(c *web.Ctx) error {
	f, m, err := d.moveOf(c)
	if err != nil {
		return err
	}
	form, err := c.Form()
	if err != nil {
		return err
	}
	o := readOrder(form, f.A.Role)
	// Another version is looked at before anything else: nobody decides on what
	// he has not seen.
	if o.Version != f.S.Version {
		return d.overtaken(c, f, m, o)
	}
	if n := f.barred(m); n != nil {
		n.Typed = o.Note
		return d.showCase(c, 409, f, n)
	}
	app, err := d.submitted(c, f)
	if err != nil {
		return err
	}
	if form.Has("look_up") || form.Has("preview") {
		return d.showMove(c, 200, f, m, o, nil)
	}
	ask, ps := f.orderFor(m, &o, app)
	if len(ps) > 0 {
		return d.showMove(c, 422, f, m, o, ps)
	}
	key := store.KeyOf(f.Row)
	err = d.Work.Decide(c.Context(), f.A, f.V, ask)
	switch code := casework.RefusedCode(err); {
	case err == nil:
	case code == "stale" || errors.Is(err, store.ErrStale):
		again, err := d.dossier(c)
		if err != nil {
			return err
		}
		return d.overtaken(c, again, m, o)
	case slices.Contains([]string{"name", "id", "nothing", "double", "reason_missing", "items_missing", "item_fixed", "disagreed", "phone", "same_phone", "phone_taken", "shown"}, code):
		s, _ := refusal(err)
		field := "note"
		switch code {
		case "name":
			field = "name"
		case "id", "double":
			field = "number"
		case "nothing":
			field = "name"
		case "phone", "same_phone", "phone_taken":
			field = "phone"
		case "shown":
			field = "shown"
		}
		return d.showMove(c, 422, f, m, o, web.Problems{{Field: field, Sentence: s}})
	case code != "":
		s, _ := refusal(err)
		return d.showCase(c, 409, f, &notice{Title: "没有办成", Lines: []string{s}, Typed: o.Note})
	default:
		return err
	}
	no := itoa(f.S.No)
	if len(m.Second) > 0 {
		c.Flash("受理号" + no + "：已提出" + quoted(m.Label) + "，等" + scheme.RoleName(m.Second[0]) + "确认。现在还没有生效。")
		return c.Redirect(caseHref(f.Row.ID, o.List))
	}
	c.Flash("受理号" + no + "：" + m.Past + "。")
	return d.onward(c, f, o.List, key)
}

// onward leads to the next case of the list, or back to the case when it was
// opened by itself or stays on the list.
func (d *Door) onward(c *web.Ctx, f *dossier, list store.WorkList, key store.PageKey) error {
	if list == "" || list == store.ListAll {
		return c.Redirect(caseHref(f.Row.ID, list))
	}
	ctx := c.Context()
	for _, after := range []*store.PageKey{&key, nil} {
		rows, _, err := d.Work.DB.ListCases(ctx, f.V, store.Listing{List: list, Now: c.Now, After: after, Limit: 2})
		if err != nil {
			return err
		}
		for _, r := range rows {
			if r.ID != f.Row.ID {
				return c.Redirect(caseHref(r.ID, list))
			}
		}
	}
	return c.Redirect("/desk/cases?list=" + string(list))
}

// overtaken shows the case as it is now and what has happened since it was
// opened; nothing was overwritten.
func (d *Door) overtaken(c *web.Ctx, f *dossier, m scheme.Move, o order) error {
	events, err := d.Work.DB.CaseEvents(c.Context(), f.Row.ID, 500)
	if err != nil {
		return err
	}
	n := &notice{Title: "没有办：您打开以后，这份申请有了变化", Typed: o.Note}
	for _, e := range events {
		if o.Seen == "" || e.ID <= o.Seen || e.Name == "look" || e.Name == "check" {
			continue
		}
		line := short(e.At) + " " + f.whoOf(e) + "：" + eventTitle(e.Name) + "。"
		if body := f.bodyOf(e); body != "" {
			line += body
		}
		n.Lines = append(n.Lines, line)
	}
	if len(n.Lines) == 0 {
		n.Lines = []string{"页面上的内容已经不是最新的。"}
	}
	n.Lines = append(n.Lines, "您刚才的"+quoted(m.Label)+"没有生效。请看下面的最新情况，再决定。")
	return d.showCase(c, 409, f, n)
}

// submitted is the application that a move is decided on; it says whether
// another case contests its number.
func (d *Door) submitted(c *web.Ctx, f *dossier) (*scheme.Application, error) {
	app, err := d.Work.Submitted(c.Context(), f.Row, 0)
	if err != nil {
		return nil, err
	}
	beside, err := d.Work.DB.CasesBeside(c.Context(), f.V, f.Row)
	if err != nil {
		return nil, err
	}
	app.Disputed = f.S.Contested || slices.ContainsFunc(beside, func(o store.Case) bool { return o.Contested })
	return app, nil
}

// orderFor turns what was typed into the order of the act, and says what is
// missing.
func (f *dossier) orderFor(m scheme.Move, o *order, app *scheme.Application) (casework.Order, web.Problems) {
	var ps web.Problems
	ask := casework.Order{Move: m.Name, Case: f.Row.ID, Version: o.Version, Reason: o.Note}
	if len([]rune(o.Note)) > 500 {
		ps.Add("note", "请写在500字以内。")
	}
	switch m.Name {
	case scheme.Return:
		o.fill(app, f.P)
		ask.Items, ask.Stamp, ask.Excuse = o.Items, o.Stamp, o.Excuse
		ask.Reason = scheme.ReturnText(app, f.P, o.Items, o.Codes, o.Stamp, o.Note)
		if len(o.Items) == 0 {
			ps.Add("item", "请勾选要改的内容，至少一项。")
		} else if o.Note == "" {
			said, _, _ := scheme.ReturnMarks(nil, o.Codes)
			for _, k := range o.Items {
				if !slices.Contains(said, k) {
					ps.Add("note", scheme.FieldLabel(k)+"：请勾选一个原因，或者写一句要怎么改。")
					break
				}
			}
		}
	case scheme.Refuse:
		ask.Reason = scheme.RefuseText(app, f.P, o.Codes, o.Note)
		if ask.Reason == "" {
			ps.Add("code", "请勾选一个理由，或者写一句。")
		}
	case scheme.Revoke:
		ask.Cause = o.Cause
		if o.Cause != scheme.CauseFraud && o.Cause != scheme.CauseIneligible {
			ps.Add("cause", "请选一个事由。")
		}
		if o.Note == "" {
			ps.Add("note", "请写明理由，本人会看到。")
		}
	case scheme.CompleteName:
		ask.Name = o.Name
		if o.Name == "" {
			ps.Add("name", "请照身份证写完整的姓名。")
		} else if clean, _, err := gb.Name(o.Name); err != nil {
			ps.Add("name", err.Error())
		} else {
			o.Name, ask.Name = clean, clean
		}
	case scheme.AmendIdentity:
		ask.Name, ask.ID = o.Name, o.ID
		if o.Name == "" && o.ID == "" {
			ps.Add("name", "请写更正后的姓名或证件号码。")
		}
		if o.Name != "" {
			if clean, _, err := gb.Name(o.Name); err != nil {
				ps.Add("name", err.Error())
			} else {
				ask.Name = clean
			}
		}
		if o.ID != "" {
			if id, err := gb.ID(app.Answers.IDKind, o.ID, f.Now); err != nil {
				ps.Add("number", err.Error())
			} else {
				ask.ID = string(id)
			}
		}
		if o.Note == "" {
			ps.Add("note", "请写明理由和依据，例如换了证、改了名。")
		}
	case scheme.ChangePhone:
		ask.Shown = o.Shown
		phone, err := gb.Mobile(o.Phone)
		again, wrong := gb.Mobile(o.Again)
		switch {
		case err != nil:
			ps.Add("phone", err.Error())
		case wrong != nil || again != phone:
			ps.Add("again", "两次输入的号码不一样，请对着本人的手机核对。")
		default:
			ask.Phone = phone
		}
		if scheme.ShownName(o.Shown) == "" {
			ps.Add("shown", "请选本人在哪里出示了身份证。没有见到本人和身份证的，不能换。")
		}
		if o.Note == "" {
			ps.Add("note", "请写明为什么换，例如号码停用、手机丢了。")
		}
	default:
		if m.Reason && o.Note == "" {
			ps.Add("note", "请写明理由，本人会看到。")
		}
	}
	return ask, ps
}

// fill adds to an order for a return what follows from its ready reasons.
func (o *order) fill(app *scheme.Application, p *scheme.Programme) {
	named, stamp, excuse := scheme.ReturnMarks(known(o.Items, p, app), o.Codes)
	o.Items = known(named, p, app)
	o.Stamp, o.Excuse = o.Stamp || stamp, o.Excuse || excuse
}

// known keeps the items that may be named for an application, each once.
func known(keys []string, p *scheme.Programme, app *scheme.Application) []string {
	var out []string
	for _, it := range scheme.ReturnItems(app, p) {
		if slices.Contains(keys, it.Field.Key) {
			out = append(out, it.Field.Key)
		}
	}
	return out
}

// onTop are the papers that a move is decided on.
var onTop = map[scheme.MoveName][]scheme.FileKind{
	scheme.CompleteName: {scheme.FileIDCard}, scheme.AmendIdentity: {scheme.FileIDCard}, scheme.ChangePhone: {scheme.FileIDCard},
	scheme.SettleFor: {scheme.FileIDCard}, scheme.SettleAgainst: {scheme.FileIDCard},
	scheme.ProvePriority: {scheme.FileHonour}, scheme.RejectPriority: {scheme.FileHonour},
}

// showMove renders the form of a move beside the papers.
func (d *Door) showMove(c *web.Ctx, code int, f *dossier, m scheme.Move, o order, ps web.Problems) error {
	cp, err := d.casePage(c, f, onTop[m.Name]...)
	if err != nil {
		return err
	}
	cp.List = o.List
	if o.Seen == "" {
		o.Seen = cp.Seen
	}
	pg := decidePage{casePage: cp, Move: m, O: o}
	if pg.App, err = d.submitted(c, f); err != nil {
		return err
	}
	said, err := d.Work.DB.Attestations(c.Context(), f.Row.ID)
	if err != nil {
		return err
	}
	f.Words.Attestations(said)
	pg.Must, pg.Asks = m.Reason, m.Reason || m.Name == scheme.Execute
	switch m.Name {
	case scheme.Return:
		pg.Items = scheme.ReturnItems(pg.App, f.P)
	case scheme.Refuse:
		pg.Grounds = scheme.RefuseReasons(pg.App, f.P)
	case scheme.CompleteName:
		pg.Asks = false
		if o.Find != "" {
			pg.Found = gb.Pick(o.Find)
		}
		if pg.O.Name == "" && o.Find == "" {
			pg.O.Name = pg.App.Answers.Name
		}
	case scheme.Approve:
		for _, a := range said {
			if a.Disagree != "" {
				pg.Asks, pg.Must = true, true
				pg.Disagree = append(pg.Disagree, scheme.OrganisationName(f.P, a.UnionKey)+" "+a.StaffName+"："+a.Disagree)
			}
		}
	}
	shown := o
	if m.Name == scheme.Return {
		shown.fill(pg.App, f.P)
	}
	pg.Effects = f.effects(m, shown)
	pg.Lead, pg.Reads, pg.Tail = f.reads(m, o, pg.App)
	if err := d.look(c, f); err != nil {
		return err
	}
	meta := c.Meta(m.Label)
	meta.Kicker = "受理号 " + itoa(f.S.No) + "　" + f.Row.Name
	meta.Wide, meta.Problems = true, ps
	meta.Back, meta.BackText = caseHref(f.Row.ID, o.List), "返回这份申请"
	return c.RenderAs(code, decideView(meta, pg))
}

// effects say what a move does, from its row: before it is made.
func (f *dossier) effects(m scheme.Move, o order) []string {
	var out []string
	if len(m.Second) > 0 {
		var who []string
		for _, r := range m.Second {
			who = append(who, scheme.RoleName(r))
		}
		out = append(out, "这一步要两个人：您提出以后，由"+strings.Join(who, "或")+"确认。确认之前什么也不变。")
	}
	args := scheme.Args{Reason: "x", Cause: scheme.CauseIneligible, Stamp: o.Stamp, Excuse: o.Excuse}
	if len(m.Second) > 0 {
		args.Second = &scheme.Actor{ID: "\x00second", Role: m.Second[0]}
	}
	next, ev, rs := scheme.Step(f.S, m.Name, f.A, args, f.P, f.Cal, f.Now)
	if scheme.Blocked(rs) {
		return out
	}
	if next.State != f.S.State {
		out = append(out, "状态变为"+quoted(scheme.StateName(next.State))+"。")
	}
	switch {
	case ev.Opened:
		out = append(out, "先告知本人。名额"+keepWord(f.S)+"，"+scheme.Until(ev.Due)+"前本人可以补材料或写说明；写了说明，由另一个人复核。")
	case m.Name == scheme.Return:
		out = append(out, "受理号和"+placeWord(f.S)+"不变。本人"+scheme.Until(ev.Due)+"前改好。")
		if f.S.Rounds+1 >= f.P.CorrectionRounds && !o.Excuse {
			out = append(out, fmt.Sprintf("这是第%d次，也是最后一次退回。不是本人的错的，请勾“不算本人的错”。", f.S.Rounds+1))
		}
	case ev.Then == scheme.Overdue && !ev.Due.IsZero():
		out = append(out, "下一步在"+scheme.Until(ev.Due)+"前办完。")
	}
	switch {
	case f.S.Place == scheme.PlaceHeld && next.Place == scheme.PlaceConfirmed:
		out = append(out, "占有的名额变成确认。")
	case f.S.Place == scheme.PlaceConfirmed && next.Place == scheme.PlaceHeld:
		out = append(out, "确认的名额变回占有，名额仍为他留着。")
	case f.S.Place != scheme.PlaceNone && next.Place == scheme.PlaceNone:
		out = append(out, "名额空出，马上按顺序给候补的下一位。释放以后不能撤回，只能由两个人恢复到候补最前面。")
	case m.Seat == scheme.SeatRejoins:
		out = append(out, "排到候补的最前面，一有名额就给他。")
	case m.Name == scheme.ProvePriority && f.S.Place == scheme.PlaceWaiting:
		out = append(out, "候补的次序往前排。已经有名额的人不受影响。")
	case m.Name == scheme.ProvePriority:
		out = append(out, "他已经有名额，名额不变。")
	}
	if m.Name == scheme.ChangePhone {
		out = append(out, phoneEffect)
		if f.S.HearingOpen() && f.S.Hearing.State == scheme.HearingRunning {
			out = append(out, fmt.Sprintf("正在告知：从现在起至少再给他%d天写说明。", f.P.MinDays))
		}
	}
	if m.Decides {
		out = append(out, "决定记在案上，事后只能标记撤销，不能删除。")
	}
	return out
}

const phoneEffect = "办好以后，旧号码马上不能登录，并收到一条短信；本人用新号码登录。受理号和次序不变。"

func keepWord(s scheme.Case) string {
	if s.Place == scheme.PlaceWaiting {
		return "先不空出，候补的位置留着"
	}
	return "先不空出"
}

func placeWord(s scheme.Case) string {
	if s.Place == scheme.PlaceWaiting {
		return "候补的位置"
	}
	return "名额"
}

// reads is what the worker will read: the message of the move, and the reason
// as it stands on his page. lead and tail enclose the reason.
func (f *dossier) reads(m scheme.Move, o order, app *scheme.Application) (lead, reason, tail string) {
	reason = o.Note
	switch m.Name {
	case scheme.Return:
		o.fill(app, f.P)
		reason = scheme.ReturnText(app, f.P, o.Items, o.Codes, o.Stamp, o.Note)
	case scheme.Refuse:
		reason = scheme.RefuseText(app, f.P, o.Codes, o.Note)
	}
	w, ok := f.P.Messages[m.Message]
	if m.Message == "" || !ok {
		return "", reason, ""
	}
	args := scheme.Args{Reason: "x", Cause: o.Cause, Stamp: o.Stamp, Second: &scheme.Actor{ID: "\x00second", Role: firstRole(m.Second)}}
	next, ev, _ := scheme.Step(f.S, m.Name, f.A, args, f.P, f.Cal, f.Now)
	until, cause := "", ""
	if !ev.Due.IsZero() {
		until = scheme.Until(ev.Due)
	}
	if next.Hearing != nil {
		cause = scheme.CauseName(next.Hearing.Cause)
	}
	var labels []string
	for _, k := range o.Items {
		labels = append(labels, scheme.FieldLabel(k))
	}
	items := strings.Join(labels, "、")
	if items == "" {
		items = "下面几项"
	}
	text := strings.NewReplacer("{no}", itoa(f.S.No), "{until}", until, "{items}", items, "{cause}", orDots(cause), "{hotline}", f.P.Hotline, "{rank}", "……").Replace(w.Text)
	if lead, tail, ok = strings.Cut(text, "{reason}"); ok {
		return lead, reason, tail
	}
	return text, reason, ""
}

func orDots(s string) string {
	if s == "" {
		return "……"
	}
	return s
}

func firstRole(rs []scheme.Role) scheme.Role {
	if len(rs) == 0 {
		return ""
	}
	return rs[0]
}

// said reads the labels of the named items of a decision.
func saidItems(items string) string {
	var keys []string
	if json.Unmarshal([]byte(items), &keys) != nil {
		return ""
	}
	for i, k := range keys {
		keys[i] = scheme.FieldLabel(k)
	}
	return strings.Join(keys, "、")
}
