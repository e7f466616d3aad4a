package desk

import (
	"slices"
	"time"

	"github.com/a-h/templ"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/web"
)

// listKeys are the keys of a list.
var listKeys = []web.Key{
	{Key: "j", Does: "下一行"}, {Key: "k", Does: "上一行"}, {Key: "Enter", Does: "打开这一份"}, {Key: "/", Does: "查找"},
	{Key: "[", Does: "上一页"}, {Key: "]", Does: "下一页"}, {Key: "?", Does: "键盘操作"},
}

// currentTab gives the value of aria-current.
func currentTab(here bool) string {
	if here {
		return "page"
	}
	return "false"
}

func leftOf(l line, now int64) string { return left(l.S.Due, time.Unix(0, now)) }

func lineRows(lines []line, list store.WorkList, now int64) []web.Row {
	out := make([]web.Row, len(lines))
	for i, l := range lines {
		out[i] = web.Row{Href: l.href(list), Cells: []templ.Component{noCell(l), nameCell(l), unitCell(l), stateCell(l), dueCell(l, now)}}
	}
	return out
}

// caseKeys are the keys of a case: papers, lists, and the letters of the moves
// that are possible now.
func caseKeys(pg *casePage) []web.Key {
	ks := []web.Key{{Key: "1–9", Does: "看第几份材料"}, {Key: "+ -", Does: "放大、缩小"}, {Key: "r", Does: "转90°"}, {Key: "0", Does: "还原"}}
	for _, a := range append(slices.Clone(pg.Acts), pg.More...) {
		if a.Button.Key != "" {
			ks = append(ks, web.Key{Key: a.Button.Key, Does: a.Move.Label + "（再按Enter）"})
		}
	}
	if pg.List != "" {
		ks = append(ks, web.Key{Key: "j k", Does: "下一份、上一份"})
	}
	ks = append(ks, web.Key{Key: "q", Does: "返回清单"})
	for _, b := range pg.sideButtons() {
		ks = append(ks, web.Key{Key: b.Key, Does: b.Label})
	}
	return append(ks, web.Key{Key: "?", Does: "键盘操作"})
}

var formKeys = []web.Key{{Key: "Tab", Does: "下一格"}, {Key: "空格", Does: "勾选"}, {Key: "Enter", Does: "在按钮上：办理"}, {Key: "1–9", Does: "看第几份材料"}, {Key: "Esc", Does: "离开输入框"}}

// carried are the hidden fields of every form about a case.
func (pg *casePage) carried(seen string) []web.Hidden {
	out := []web.Hidden{{Name: "version", Value: itoa(pg.S.Version)}, {Name: "seen", Value: seen}}
	if pg.List != "" {
		out = append(out, web.Hidden{Name: "list", Value: string(pg.List)})
	}
	return out
}

func (pg *casePage) listHref() string {
	if pg.List == "" {
		return "/desk/cases"
	}
	return "/desk/cases?list=" + string(pg.List)
}

func (pg *casePage) headMarks() []mark {
	return marks(pg.S, nil, nil, pg.P, pg.Now)
}

// idle says why there is nothing to press.
func (pg *casePage) idle() string {
	switch {
	case pg.A.Role == scheme.RoleAuditor:
		return "审计只看不办。"
	case slices.Contains(pg.A.Cases, pg.Row.ID):
		return "这是您自己的申请，由其他同事办理。"
	case pg.S.State.Final():
		return "这份申请已经结束。"
	case pg.S.HearingOpen() && pg.S.Hearing.OpenedBy(pg.A.ID):
		return "告知是您提出或确认的，由别的人复核。"
	case len(pg.Proposals) > 0:
		return "已经提出，等第二人确认。"
	}
	return "现在没有您要办的。" + pg.standing() + "。"
}

// buttonsOf are the buttons of acts; a form that is opened keeps the list.
func buttonsOf(as []act, list store.WorkList) []web.Button {
	out := make([]web.Button, len(as))
	for i, a := range as {
		out[i] = a.Button
		if a.Button.Href != "" && list != "" {
			out[i].Href += "?list=" + string(list)
		}
	}
	return out
}

// sideButtons are what is no move: a call.
func (pg *casePage) sideButtons() []web.Button {
	if slices.Contains(pg.A.Cases, pg.Row.ID) || pg.A.Role == scheme.RoleAuditor {
		return nil
	}
	return []web.Button{{Label: "登记通话", Kind: web.Secondary, Href: "/desk/cases/" + pg.Row.ID + "/call", Key: "c"}}
}

func labelOf(name scheme.MoveName) string {
	if m, ok := scheme.MoveBy(name); ok {
		return m.Label
	}
	return string(name)
}

func hearingTone(h *store.Hearing) web.Tone {
	switch h.State {
	case scheme.HearingAnswered:
		return web.ToneBad
	case scheme.HearingRunning:
		return web.ToneWait
	case scheme.HearingDropped:
		return web.ToneOK
	}
	return web.ToneNone
}

func hearingTitle(h *store.Hearing) string {
	if h.State == scheme.HearingAnswered {
		return "本人写了说明，等复核"
	}
	return "告知中，名额先不动"
}

func hearingWord(s scheme.HearingState) string {
	switch s {
	case scheme.HearingRunning:
		return "进行中"
	case scheme.HearingAnswered:
		return "已写说明"
	case scheme.HearingDropped:
		return "结束，保留"
	}
	return "已释放"
}

func when(t *time.Time) string {
	if t == nil {
		return ""
	}
	return short(*t)
}

func toneWord(t web.Tone) string {
	if t == web.ToneBad {
		return "有问题："
	}
	return "要看："
}

func clause(id scheme.ClauseID) string {
	if id == "" {
		return ""
	}
	return "方案 " + string(id)
}

func secondOf(d store.Decision) string {
	if d.SecondName == "" {
		return ""
	}
	return "，" + d.SecondName + "（第二人）"
}

func wordingTitle(p *scheme.Programme, key string) string {
	if w, ok := p.Messages[key]; ok {
		return w.Title
	}
	return key
}

// letterState says how far a message came.
func letterState(l store.Letter) (string, web.Tone) {
	switch {
	case l.ReadAt != nil:
		return "已读 " + short(*l.ReadAt), web.ToneOK
	case l.SentAt != nil:
		return "已发出", web.ToneOK
	case l.DeadAt != nil:
		return "没有送到", web.ToneBad
	case l.Attempts > 0:
		return "还在重发", web.ToneWait
	}
	return "等待发出", web.ToneNone
}

var revokeCauses = []web.Option{
	{Value: string(scheme.CauseIneligible), Label: scheme.CauseName(scheme.CauseIneligible)},
	{Value: string(scheme.CauseFraud), Label: scheme.CauseName(scheme.CauseFraud)},
}

var shownAt = []web.Option{
	{Value: string(scheme.ShownCentre), Label: scheme.ShownName(scheme.ShownCentre)},
	{Value: string(scheme.ShownUnion), Label: scheme.ShownName(scheme.ShownUnion)},
}

func noteLabel(m scheme.MoveName) string {
	switch m {
	case scheme.Return, scheme.Refuse:
		return "补充一句"
	case scheme.Approve:
		return "为什么仍然通过"
	}
	return "理由"
}

func noteHint(m scheme.Move) string {
	if m.Message != "" && m.Name != scheme.Approve {
		return "本人会看到，请写他看得懂的话。不写别人的事。"
	}
	return "记在案上。"
}

func has(list []string, s string) bool { return slices.Contains(list, s) }

func decideButtons(pg decidePage) []web.Button {
	label := pg.Move.Label
	if len(pg.Move.Second) > 0 {
		label = "提出：" + label
	}
	kind := weight(pg.Move)
	if kind == web.Secondary {
		kind = web.Primary
	}
	out := []web.Button{{Label: label, Kind: kind}}
	if pg.Move.Message != "" && pg.Asks {
		out = append(out, web.Button{Label: "先看本人会看到的话", Kind: web.Secondary, Name: "preview", Value: "1", Skip: true})
	}
	return append(out, web.Button{Label: "不办了，返回", Kind: web.Plain, Href: caseHref(pg.Row.ID, pg.List)})
}

func proposalButtons(p proposalView) []web.Button {
	var out []web.Button
	if p.Agree {
		out = append(out, web.Button{Label: "确认：" + p.Label, Name: "answer", Value: "agree"})
	}
	if p.Drop {
		out = append(out, web.Button{Label: "不办，放弃", Kind: web.Secondary, Name: "answer", Value: "drop"})
	}
	return out
}

func signed(n int) string {
	if n < 0 {
		return "− " + itoa(-n)
	}
	return itoa(n)
}

func waitingRows(lines []line) []web.Row {
	out := make([]web.Row, len(lines))
	for i, l := range lines {
		out[i] = web.Row{Href: l.href(""), Cells: []templ.Component{
			rankCell(l.Rank), rankCell(l.S.No), web.Txt(l.Case.Name), bandCell(l.S), web.Txt(scheme.StateName(l.S.State)), suspendedCell(l),
		}}
	}
	return out
}

// placeShort is the place in as few words as a list has room for.
func placeShort(p scheme.Place) string {
	switch p {
	case scheme.PlaceHeld:
		return "占有名额"
	case scheme.PlaceConfirmed:
		return "名额已确认"
	}
	return scheme.PlaceName(p)
}

// often is how many items of a return are shown at once: those that have faults
// of the paper or are compared with it.
func (pg decidePage) often() int {
	for i, it := range pg.Items {
		if it.Field.Key != string(scheme.FileStamped) && it.Field.Key != string(scheme.FilePhoto) {
			return i
		}
	}
	return len(pg.Items)
}

// rareTicked says that one of the others is named.
func (pg decidePage) rareTicked() bool {
	for _, it := range pg.Items[pg.often():] {
		if has(pg.O.Items, it.Field.Key) || slices.ContainsFunc(it.Reasons, func(r scheme.ReturnReason) bool { return has(pg.O.Codes, r.Code) }) {
			return true
		}
	}
	return false
}

// restamp is the sentence that the preview adds for a new stamp.
func (pg decidePage) restamp() string {
	if pg.Move.Name != scheme.Return {
		return ""
	}
	return scheme.Restamp(pg.App, pg.P)
}
