package desk

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/web"
)

// workList is one row of the table of work lists.
type workList struct {
	Key   store.WorkList
	Title string
	Hint  string        // what is to be done there
	Empty string        // when nobody stands on it
	Roles []scheme.Role // on whose desk it lies; the auditor reads every list
	Mine  []scheme.Role // for whom it is work and not only news
}

var (
	onCentre   = []scheme.Role{scheme.RoleCentre}
	onDistrict = []scheme.Role{scheme.RoleDistrict}
	onLead     = []scheme.Role{scheme.RoleLead}
	onUpper    = []scheme.Role{scheme.RoleDistrict, scheme.RoleLead}
	onAll      = []scheme.Role{scheme.RoleCentre, scheme.RoleDistrict, scheme.RoleLead}
)

// workLists are the lists in the order in which they are shown.
var workLists = []workList{
	{store.ListOverdue, "办理超期", "工作人员没有按时办的，请先办。拖延不算在职工头上。", "没有超期的。", onAll, onLead},
	{store.ListCheck, "待核对材料", "核对材料齐不齐：完整的报区总工会，有问题的退回补正。", "没有待核对的申请。", onCentre, onCentre},
	{store.ListUntypable, "姓名待补全", "有的字打不出来，照身份证照片补上。", "没有要补的姓名。", onCentre, onCentre},
	{store.ListDecide, "待审核", "看符不符合条件。优先的排在前面。", "没有待审核的申请。", onUpper, onDistrict},
	{store.ListAnswers, "说明待复核", "本人写了说明，由没有提出告知的人复核：保留，或两人一起释放。", "没有待复核的说明。", onUpper, onDistrict},
	{store.ListContested, "证件号待核实", "同一个证件号有两份申请。看身份证照片，由两个人核实。", "没有证件号争议。", onAll, onDistrict},
	{store.ListPriority, "优先待核实", "申请时填了荣誉的，看证明，定属实或不成立。", "没有待核实的优先条件。", onDistrict, onDistrict},
	{store.ListDisagreed, "工会不同意", "推荐工会在线表示不同意，审核时要先回应它的理由。", "没有工会表示不同意的。", onAll, nil},
	{store.ListUndelivered, "告知没送到", "短信没有送到，也没有通过电话。请打电话，把通话记下来。", "告知都送到了。", onAll, []scheme.Role{scheme.RoleCentre, scheme.RoleLead}},
	{store.ListHearings, "告知中", "等本人补材料或写说明。到期没有回音，系统自动释放。", "没有进行中的告知。", onAll, nil},
	{store.ListReturned, "等本人补正", "退回补正的，到期没有补，系统会先告知本人。", "没有等补正的。", onAll, nil},
	{store.ListReleased, "已释放", "确实释放错了的，由两个人恢复，排在候补最前面。", "没有释放过名额。", onLead, nil},
	{store.ListAll, "全部申请", "按受理号排列。", "还没有人提交申请。", onAll, nil},
}

// listsFor are the lists of a role.
func listsFor(r scheme.Role) []workList {
	var out []workList
	for _, l := range workLists {
		if r == scheme.RoleAuditor || slices.Contains(l.Roles, r) {
			out = append(out, l)
		}
	}
	return out
}

func listOf(r scheme.Role, key string) (workList, bool) {
	for _, l := range listsFor(r) {
		if string(l.Key) == key {
			return l, true
		}
	}
	return workList{}, false
}

// mainList is the list that a role opens with: its first with work to do, else
// the first that anybody stands on.
func mainList(r scheme.Role, counts map[store.WorkList]int) workList {
	all := listsFor(r)
	for _, l := range all {
		if slices.Contains(l.Mine, r) && counts[l.Key] > 0 {
			return l
		}
	}
	for _, l := range all {
		if counts[l.Key] > 0 {
			return l
		}
	}
	return all[len(all)-1]
}

func keysOf(ls []workList) []store.WorkList {
	out := make([]store.WorkList, len(ls))
	for i, l := range ls {
		out[i] = l.Key
	}
	return out
}

func role(c *web.Ctx) scheme.Role { return actor(c).Role }

// line is one case on a list.
type line struct {
	Case  store.Case
	S     scheme.Case
	Marks []mark
	Rank  int
	Major string
	Late  bool
}

// mark is a word beside a case that says what to look at.
type mark struct {
	Text string
	Tone web.Tone
}

const pageRows = 25

// lines loads what a list shows about its cases, with one query for each kind of
// thing.
func (d *Door) lines(c *web.Ctx, p *scheme.Programme, cases []store.Case) ([]line, error) {
	ctx, v := c.Context(), viewer(c)
	ids := make([]string, len(cases))
	waits := false
	for i := range cases {
		ids[i] = cases[i].ID
		waits = waits || cases[i].Place == scheme.PlaceWaiting
	}
	hearings, err := d.Work.DB.HearingsOpen(ctx, v, ids)
	if err != nil {
		return nil, err
	}
	said, err := d.Work.DB.AttestedCases(ctx, v, ids)
	if err != nil {
		return nil, err
	}
	apps, err := d.Work.InForce(ctx, v, cases)
	if err != nil {
		return nil, err
	}
	var waiting []scheme.Waiting
	if waits {
		if waiting, err = d.Work.DB.WaitingList(ctx, c.Viewer.Programme); err != nil {
			return nil, err
		}
	}
	out := make([]line, len(cases))
	for i, row := range cases {
		s := row.Scheme(hearings[row.ID])
		l := line{Case: row, S: s, Rank: scheme.Rank(s.No, waiting), Late: late(s, c.Now)}
		if m, ok := p.Major(row.Major); ok {
			college, _ := p.College(m.College)
			l.Major = college.Short + " " + m.Level + " " + m.Name
		}
		l.Marks = marks(s, apps[row.ID], said[row.ID], p, c.Now)
		out[i] = l
	}
	return out, nil
}

// late says that staff hold the ball and the deadline has passed.
func late(s scheme.Case, now time.Time) bool {
	b := scheme.Ball(s)
	return !s.Due.IsZero() && s.Due.Before(now) && b != "" && b != scheme.RoleWorker
}

// marks are the words beside a case, the gravest first.
func marks(s scheme.Case, app *scheme.Application, said []store.Attestation, p *scheme.Programme, now time.Time) []mark {
	var out []mark
	add := func(tone web.Tone, text string) { out = append(out, mark{text, tone}) }
	if late(s, now) {
		add(web.ToneBad, "超期")
	}
	if s.HearingOpen() {
		if s.Hearing.State == scheme.HearingAnswered {
			add(web.ToneBad, "已写说明")
		} else {
			add(web.ToneWait, "告知中")
		}
	}
	if s.Contested {
		add(web.ToneBad, "证件号待核实")
	}
	if s.Untypable {
		add(web.ToneWait, "姓名待补全")
	}
	for _, a := range said {
		if a.Disagrees() {
			add(web.ToneBad, "工会不同意")
			break
		}
	}
	switch {
	case s.Place == scheme.PlaceWaiting && s.Band == scheme.BandReinstated:
		add(web.ToneOK, "恢复，排最前")
	case s.Priority == "proved":
		add(web.ToneOK, "优先")
	case s.Priority == "claimed":
		add(web.ToneInfo, "申报优先")
	}
	if app != nil && s.State.Live() && s.State != scheme.Approved {
		if n := risks(app); n > 0 {
			add(web.ToneWait, fmt.Sprintf("材料提示%d", n))
		}
		if n := doubts(app, p, now); n > 0 {
			add(web.ToneWait, fmt.Sprintf("条件存疑%d", n))
		}
	}
	if s.Rounds > 0 && s.State.Live() {
		add(web.ToneNone, fmt.Sprintf("补正%d次", s.Rounds))
	}
	return out
}

// doubts counts the doubts about the conditions, but for the word to everybody
// whose unit has no union: a mark that all bear marks nobody.
func doubts(app *scheme.Application, p *scheme.Programme, now time.Time) int {
	n := 0
	for _, r := range scheme.Eligible(app, p, now) {
		if r.Code != "join_first" {
			n++
		}
	}
	return n
}

// risks counts what machines noticed about the files and is not well.
func risks(app *scheme.Application) int {
	n := 0
	for _, f := range app.Files {
		for _, x := range f.Findings {
			if x.Level != "ok" {
				n++
			}
		}
	}
	return n
}

// listPage is what the page of a list shows.
type listPage struct {
	List    workList
	Lists   []workList
	Counts  map[store.WorkList]int
	States  []stateTab // of the list of all
	State   scheme.CaseState
	Lines   []line
	Earlier string
	Later   string
	Now     time.Time
}

type stateTab struct {
	State scheme.CaseState
	N     int
}

// list shows one work list, oldest deadline first.
func (d *Door) list(c *web.Ctx) error {
	ctx, v, r := c.Context(), viewer(c), role(c)
	p, _, err := d.Work.Programme(ctx, c.Viewer.Programme)
	if err != nil {
		return err
	}
	pg := listPage{Lists: listsFor(r), Now: c.Now}
	if pg.Counts, err = d.Work.DB.ListCounts(ctx, v, c.Now, keysOf(pg.Lists)); err != nil {
		return err
	}
	var ok bool
	if key := c.Query("list"); key == "" {
		pg.List = mainList(r, pg.Counts)
	} else if pg.List, ok = listOf(r, key); !ok {
		return web.NotFound
	}
	ask := store.Listing{List: pg.List.Key, Now: c.Now, Limit: pageRows}
	if pg.List.Key == store.ListAll {
		if s := scheme.CaseState(c.Query("state")); s != scheme.Draft && slices.Contains(scheme.CaseStates, s) {
			ask.State, pg.State = s, s
		}
		counts, err := d.Work.DB.StateCounts(ctx, v)
		if err != nil {
			return err
		}
		for _, s := range scheme.CaseStates[1:] {
			n := 0
			for _, x := range counts {
				if x.State == s {
					n += x.N
				}
			}
			pg.States = append(pg.States, stateTab{s, n})
		}
	}
	if k, ok := pageKey(c.Query("after")); ok {
		ask.After = &k
	} else if k, ok := pageKey(c.Query("before")); ok {
		ask.Before = &k
	}
	cases, more, err := d.Work.DB.ListCases(ctx, v, ask)
	if err != nil {
		return err
	}
	if pg.Lines, err = d.lines(c, p, cases); err != nil {
		return err
	}
	base := "/desk/cases?list=" + string(pg.List.Key)
	if pg.State != "" {
		base += "&state=" + string(pg.State)
	}
	if n := len(cases); n > 0 {
		if ask.After != nil || ask.Before != nil && more {
			pg.Earlier = base + "&before=" + keyText(store.KeyOf(cases[0]))
		}
		if ask.Before != nil || more {
			pg.Later = base + "&after=" + keyText(store.KeyOf(cases[n-1]))
		}
	}
	return c.Render(listView(c.Meta(pg.List.Title), pg))
}

// keyText writes the key of a row into an address: nothing of the person.
func keyText(k store.PageKey) string {
	return strings.Join([]string{strconv.Itoa(k.Urgency), strconv.FormatInt(k.Due.UnixNano(), 36), strconv.FormatInt(k.No, 10)}, ".")
}

func pageKey(s string) (k store.PageKey, ok bool) {
	parts := strings.Split(s, ".")
	if len(parts) != 3 {
		return k, false
	}
	u, e1 := strconv.Atoi(parts[0])
	due, e2 := strconv.ParseInt(parts[1], 36, 64)
	no, e3 := strconv.ParseInt(parts[2], 10, 64)
	return store.PageKey{Urgency: u, Due: time.Unix(0, due), No: no}, e1 == nil && e2 == nil && e3 == nil
}

// caseHref is the address of a case on a list, so that the next one is known.
func caseHref(id string, list store.WorkList) string {
	if list == "" {
		return "/desk/cases/" + id
	}
	return "/desk/cases/" + id + "?list=" + string(list)
}

// deadline says by when in few words: 7月24日 24时.
func deadline(t time.Time) string {
	_, s, _ := strings.Cut(scheme.Until(t), "年")
	return s
}

// left says how much time is left, in days where there are some.
func left(t, now time.Time) string {
	switch d := t.Sub(now); {
	case d < 0 && -d < 24*time.Hour:
		return "已过期"
	case d < 0:
		return fmt.Sprintf("过期%d天", int(-d/(24*time.Hour)))
	case d < time.Hour:
		return fmt.Sprintf("剩%d分钟", int(d/time.Minute))
	case d < 24*time.Hour:
		return fmt.Sprintf("剩%d小时", int(d/time.Hour))
	default:
		return fmt.Sprintf("剩%d天", int(d/(24*time.Hour)))
	}
}

// short is a date and time without the year: 7月24日 14:05.
func short(t time.Time) string {
	_, s, _ := strings.Cut(web.Moment(t), "年")
	return s
}
