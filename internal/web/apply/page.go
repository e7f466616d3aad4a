package apply

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/gb"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/web"
)

// sheet is one page of the draft, or of a running correction, on the screen.
type sheet struct {
	*held
	page     scheme.Page
	fields   []scheme.FieldSpec
	from     string // "check", "list": saving goes back to the answers, to the tasks
	problems web.Problems
	doubts   []scheme.Reason // to look at once more; they stop nobody
	major    majorFilter
	stale    []string // stamped values that changed after printing
}

// openSheet opens a page that may be filled in now. Where it may not, the error
// leads to /my, which says why.
func (d *Door) openSheet(c *web.Ctx, key string) (*sheet, error) {
	pg, ok := scheme.PageBy(key)
	if !ok {
		return nil, web.NotFound
	}
	elsewhere := &web.Moved{To: "/my"}
	row, err := d.ownCase(c)
	if errors.Is(err, casework.ErrNotFound) {
		return nil, elsewhere
	}
	if err != nil {
		return nil, err
	}
	if row.State != scheme.Draft && row.State != scheme.Returned {
		return nil, elsewhere
	}
	h, err := d.hold(c.Context(), row)
	if err != nil {
		return nil, err
	}
	if row.State == scheme.Draft {
		_, state, err := d.Work.Current(c.Context())
		if err != nil {
			return nil, err
		}
		if whyShut(h.p, state, c.Now, true).title != "" {
			return nil, elsewhere
		}
	}
	s := &sheet{held: h, page: pg}
	if !pg.Asked(h.app, h.p) {
		// The picture of the identity card is asked for outside the list as well,
		// where the number has an application already.
		if pg.Key != string(scheme.FileIDCard) || row.State != scheme.Draft && !slices.Contains(h.items, pg.Key) {
			return nil, elsewhere
		}
		if row.State == scheme.Draft {
			s.from = "double"
		}
	}
	open := scheme.Follow(h.items)
	for _, k := range pg.Fields {
		if f, ok := scheme.Field(k); ok && (row.State == scheme.Draft || slices.Contains(open, k)) {
			s.fields = append(s.fields, f)
		}
	}
	if len(s.fields) == 0 {
		return nil, elsewhere // a page of the correction that nobody has named
	}
	return s, nil
}

// show is GET of a page.
func (d *Door) show(c *web.Ctx) error {
	s, err := d.openSheet(c, c.Path("page"))
	if err != nil {
		return err
	}
	s.from = cmp.Or(s.from, whence(c.Query("from")))
	return d.render(c, http.StatusOK, s)
}

// render answers with the page as it stands.
func (d *Door) render(c *web.Ctx, code int, s *sheet) error {
	m := c.Meta(s.page.Title)
	m.Problems = s.problems
	m.Kicker = s.kicker()
	switch {
	case s.fields[0].IsFile():
		m.Back = s.before()
		v, err := d.fileView(c, s)
		if err != nil {
			return err
		}
		s.stale = stale(d.Work, s.held)
		return c.RenderAs(code, filePage(m, s, v))
	case s.page.Key == "major":
		m.Back = s.before()
		if len(s.problems) == 0 {
			s.major = readMajorFilter(c.Query("college"), c.Query("level"), c.Query("q"))
		}
		if s.major.set() {
			m.Back = pagePath("major") + query(s.from)
			m.BackText = "换学校、层次"
		}
		return c.RenderAs(code, majorPage(m, s))
	}
	m.BackForm = "page"
	return c.RenderAs(code, fieldPage(m, s))
}

// save keeps what was typed, wrong or not, and says what is wrong with it. The
// page is the whole of what it may change.
func (d *Door) save(c *web.Ctx) error {
	s, err := d.openSheet(c, c.Path("page"))
	if err != nil {
		return err
	}
	f, err := c.Form()
	if err != nil {
		return err
	}
	s.from = cmp.Or(s.from, whence(f.Get("from")))
	s.major = readMajorFilter(f.Get("college"), f.Get("level"), f.Get("q"))
	if s.fields[0].IsFile() {
		return c.Redirect(s.after()) // files come by their own way
	}
	var said []scheme.Reason
	app, err := d.Work.Save(c.Context(), c.Viewer.AccountID, s.row.ID, func(app *scheme.Application, p *scheme.Programme) error {
		said = put(app, p, s.fields, f, c)
		return nil
	})
	if casework.RefusedCode(err) == "save_many" {
		if c.Autosave() {
			return tooFast(err)
		}
		// Nothing was kept; the page still shows what was typed.
		put(s.app, s.p, s.fields, f, c)
		s.problems.Add("", refusal(err))
		return d.render(c, http.StatusTooManyRequests, s)
	}
	if err != nil {
		return err
	}
	if c.Autosave() {
		return c.Saved()
	}
	s.app = app
	switch f.Get("then") {
	case "back":
		return c.Redirect(s.before())
	case "later":
		c.Flash("已经存好，以后接着填。")
		return c.Redirect("/my")
	case "pick":
		return c.Redirect("/my/pick" + query(s.from))
	}
	seen := strings.Fields(f.Get("seen"))
	said = append(said, s.page.Faults(app, s.p, c.Now)...)
	if s.page.Key == "medical_held" {
		// What is open without the certificate is shown before he goes on.
		said = append(said, scheme.Eligible(app, s.p, c.Now)...)
	}
	for _, r := range said {
		switch {
		case !slices.ContainsFunc(s.fields, func(f scheme.FieldSpec) bool { return f.Key == r.Field }):
		case r.Blocks:
			s.problems.Add(r.Field, r.Worker)
		case !slices.Contains(seen, r.Code) && !slices.ContainsFunc(s.doubts, func(d scheme.Reason) bool { return d.Code == r.Code }):
			s.doubts = append(s.doubts, r)
		}
	}
	if len(s.problems) > 0 {
		s.doubts = nil
		return d.render(c, http.StatusUnprocessableEntity, s)
	}
	if len(s.doubts) > 0 {
		return d.render(c, http.StatusOK, s)
	}
	return c.Redirect(s.after())
}

// tooFast is the page of a saving that came too soon after the others.
func tooFast(err error) error {
	return &web.Error{Code: http.StatusTooManyRequests, Title: "没有存上", Sentence: refusal(err), After: time.Minute}
}

// put sets the fields of a page from a form and gives what was said about the
// raw values. A choice that is not offered changes nothing; everything else is
// kept as typed. Fields that are not of the page are not looked at.
func put(app *scheme.Application, p *scheme.Programme, fields []scheme.FieldSpec, f web.Form, c *web.Ctx) []scheme.Reason {
	var said []scheme.Reason
	// Ticks first: they change how the other values are read.
	ordered := slices.Clone(fields)
	slices.SortStableFunc(ordered, func(a, b scheme.FieldSpec) int { return rank(a) - rank(b) })
	for _, fd := range ordered {
		raw := f.Get(fd.Key)
		switch fd.Kind {
		case scheme.KindTick:
		case scheme.KindConsent:
			if raw != "" && f.Get("shown") != shownWording(fields, p) {
				said = append(said, scheme.Reason{Code: "consent_changed", Field: fd.Key, Blocks: true,
					Worker: "“" + fd.Label + "”的文字刚刚有改动。请再看一遍，重新打勾。"})
				raw = ""
			}
		default:
			if !f.Has(fd.Key) {
				continue
			}
			if fd.Options != nil && fd.Kind != scheme.KindSuggest {
				if raw == "" {
					continue // no browser sends an empty choice
				}
				if _, rs := scheme.Clean(fd.Key, raw, app, p, c.Now); scheme.Blocked(rs) {
					said = append(said, rs...)
					continue
				}
			}
			if fd.Kind == scheme.KindName && app.Answers.NameUntypable {
				raw = holes.Replace(raw)
			}
		}
		said = append(said, scheme.Put(app, p, fd.Key, raw, c.Now)...)
	}
	return said
}

func rank(f scheme.FieldSpec) int {
	if f.Kind == scheme.KindTick {
		return 0
	}
	return 1
}

// holes takes what people write on a phone for a character that cannot be typed.
var holes = strings.NewReplacer("?", "□", "？", "□", "*", "□", "＊", "□", "■", "□", "囗", "□")

// shownWording names the very texts that a page of consents shows, so that a
// consent is never given to a text that came later.
func shownWording(fields []scheme.FieldSpec, p *scheme.Programme) string {
	var all strings.Builder
	for _, f := range fields {
		if f.Kind == scheme.KindConsent {
			all.WriteString(wordingOf(f, p) + "\x00")
		}
	}
	return scheme.WordingHash(all.String())
}

// wordingOf is the text that a consent is given to.
func wordingOf(f scheme.FieldSpec, p *scheme.Programme) string {
	return p.Wording[strings.ReplaceAll(f.Key, "_", "-")]
}

// agreed says whether a consent stands for the present text.
func (s *sheet) agreed(f scheme.FieldSpec) bool {
	v := f.Get(s.app)
	return v != "" && v == scheme.WordingHash(wordingOf(f, s.p))
}

// before is the page to go back to.
func (s *sheet) before() string {
	switch {
	case s.row.State == scheme.Returned:
		return "/my/correct"
	case s.from == "double":
		return "/my/submit/double"
	case s.from == "check":
		return "/my/check"
	case s.from == "list":
		return "/my"
	}
	if pg, ok := scheme.PrevPage(s.app, s.p, s.page.Key); ok {
		return pagePath(pg.Key)
	}
	return "/my"
}

// after is the page to go on to.
func (s *sheet) after() string {
	switch {
	case s.row.State == scheme.Returned:
		return "/my/correct"
	case s.from == "double":
		return "/my/submit/double"
	case s.from == "check":
		return "/my/check"
	case s.from == "list":
		return "/my"
	}
	if pg, ok := scheme.NextPage(s.app, s.p, s.page.Key); ok {
		return pagePath(pg.Key)
	}
	return "/my/check"
}

// kicker says where one is.
func (s *sheet) kicker() string {
	if s.row.State == scheme.Returned {
		return "补正"
	}
	if s.from == "double" {
		return "核实证件"
	}
	n, all := 0, 0
	for _, pg := range scheme.Pages() {
		if pg.Asked(s.app, s.p) {
			all++
			if pg.Key == s.page.Key {
				n = all
			}
		}
	}
	return fmt.Sprintf("%s · 第 %d 步，共 %d 步", s.page.Section, n, all)
}

// field is a field as the components of web draw it.
func (s *sheet) field(f scheme.FieldSpec) web.Field {
	w := web.Field{Name: f.Key, Label: f.Label, Hint: f.Hint, Why: s.why(f), Value: f.Get(s.app), Error: s.problems.For(f.Key), Optional: f.Optional}
	switch f.Kind {
	case scheme.KindName:
		w.Kind, w.Pick = web.KindName, "/my/pick"
		w.MaxLength = 4 * f.Max // too long is refused with its count, not cut by the browser
	case scheme.KindID:
		w.Kind = web.KindID
	case scheme.KindPhone:
		w.Kind = web.KindPhone
	case scheme.KindCard:
		w.Kind = web.KindCard
	case scheme.KindSuggest:
		for _, o := range f.Options(s.p) {
			w.Suggest = append(w.Suggest, o.Label)
		}
	}
	if f.Key == "id_kind" && w.Value == "" {
		w.Value = gb.IDResident // nearly everybody's
	}
	if f.Key == "account_reason" {
		w.Hint += "。户名一样的不用填"
	}
	return w
}

// why tells what a value is for, who gets it and how long it is kept.
func (s *sheet) why(f scheme.FieldSpec) string {
	if f.Purpose == "" || f.Kind == scheme.KindTick || f.Kind == scheme.KindConsent {
		return ""
	}
	t := "用来" + f.Purpose + "。"
	if f.Receiver != "" {
		t += "会用到的单位：" + strings.ReplaceAll(f.Receiver, "；公示", "；也会公示") + "。"
	}
	return t + f.KeepUntil(s.p) + "。"
}

// options are the answers of a choice. Unions say where they are.
func (s *sheet) options(f scheme.FieldSpec) []web.Option {
	var out []web.Option
	for _, o := range f.Options(s.p) {
		w := web.Option{Value: o.Value, Label: o.Label, Hint: o.Hint, Group: o.Group}
		if u, ok := s.p.UnionBy(o.Value); ok && f.Kind == scheme.KindUnion && u.Confirmed {
			w.Hint = strings.Join(slices.DeleteFunc([]string{u.Address, u.Phone, u.Hours}, func(s string) bool { return s == "" }), "，")
		}
		out = append(out, w)
	}
	return out
}

// seenCodes are the doubts that the next press has seen.
func (s *sheet) seenCodes() string {
	var out []string
	for _, r := range s.doubts {
		out = append(out, r.Code)
	}
	return strings.Join(out, " ")
}

// autosaved says whether the page is saved while one types: not where a press
// gives a consent.
func (s *sheet) autosaved() bool { return s.fields[0].Kind != scheme.KindConsent }

// formAttrs makes the page save itself while one types.
func (s *sheet) formAttrs() templ.Attributes {
	a := templ.Attributes{}
	if s.autosaved() {
		a["data-autosave"] = true
	}
	return a
}

// fileField is a file field as the components of web draw it. It says nothing
// that the page has said.
func (s *sheet) fileField(v fileView) web.Field {
	f := s.field(v.field)
	f.Value = ""
	if v.has() {
		f.Why = ""
	}
	for _, h := range s.p.Honours {
		if h.Key == s.app.Answers.Honour && v.field.File == scheme.FileHonour {
			f.Hint = h.Name + "，要交：" + h.Proof
		}
	}
	return f
}

// majorField is the list of majors of one step.
func (s *sheet) majorField() web.Field {
	f, _ := scheme.Field("major")
	w := s.field(f)
	w.Label, w.Hint = "专业", ""
	return w
}

// example is what a good picture looks like.
func example(v fileView) templ.Component {
	switch v.field.File {
	case scheme.FilePhoto:
		return photoExample()
	case scheme.FileStamped:
		return stampedExample()
	case scheme.FileIDCard:
		return idCardExample()
	}
	return nil
}

// goOn is the word for leaving a file page.
func goOn(s *sheet) string {
	if s.from != "" || s.row.State == scheme.Returned {
		return "好了，回去"
	}
	return "继续"
}

func consentLabel(f scheme.FieldSpec) string {
	if f.Key == "commitment" {
		return "我看完了，我承诺"
	}
	return "我看完了，" + f.Label
}

// tickHint says it for somebody at a phone, where no □ can be typed.
func tickHint(f scheme.FieldSpec) string {
	if f.Key == "name_untypable" {
		return "打不出来的字用□代替：写一个问号“？”就行，会变成□。再拍一张身份证，工作人员帮您补上，不影响先后"
	}
	return f.Hint
}

// names lists majors.
func names(list []scheme.Major) string {
	var out []string
	for _, m := range list {
		out = append(out, m.Name)
	}
	return strings.Join(out, "、")
}

// printedNote says under which code the form was printed.
func printedNote(s *sheet) string {
	if s.row.PrintedAt == nil {
		return ""
	}
	return "（已经打印过，编码 " + casework.ShowCode(s.row.FormCode) + "）"
}

// whereToStamp names the union as far as it is known.
func whereToStamp(s *sheet) string {
	if name := s.union().Name; name != "" {
		return "自己签名，到工会盖章：" + name
	}
	return "自己签名，到工会盖章"
}

func ticked(on bool) string {
	if on {
		return scheme.Yes
	}
	return ""
}

func orDash(s string) string {
	if s == "" {
		return "还没有填"
	}
	return s
}

func count(n int) string { return strconv.Itoa(n) }

func whence(s string) string {
	if s == "check" || s == "list" {
		return s
	}
	return ""
}

// query carries on where the page was opened from.
func query(from string) string {
	if whence(from) == "" {
		return ""
	}
	return "?from=" + whence(from)
}
