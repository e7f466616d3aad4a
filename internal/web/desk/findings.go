package desk

import (
	"strconv"
	"strings"

	"yuanmeng/internal/gb"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/web"
)

func itoa(n int) string { return strconv.Itoa(n) }

// found is one automatic finding. It never decides.
type found struct {
	Tone   web.Tone
	Text   string
	Clause scheme.ClauseID
	Href   string
}

// evidence is what the findings rest on.
type evidence struct {
	App     *scheme.Application
	Changed []string // stamped values that differ from what was printed
	Printed bool
	Holds   bool // the case has its person
	Beside  []store.Case
	Said    []store.Attestation
}

// findings are what machines and officers noticed, the gravest first; what is
// well comes last and short.
func (f *dossier) findings(e evidence) []found {
	var bad, care, well []found
	add := func(tone web.Tone, clause scheme.ClauseID, text string) *found {
		list := &care
		switch tone {
		case web.ToneBad:
			list = &bad
		case web.ToneOK, web.ToneNone:
			list = &well
		}
		*list = append(*list, found{Tone: tone, Text: text, Clause: clause})
		return &(*list)[len(*list)-1]
	}

	if _, err := gb.ID(e.App.Answers.IDKind, e.App.Sealed.ID, f.Now); err != nil {
		add(web.ToneBad, "A3.1", "证件号码不合规则。")
	} else {
		add(web.ToneOK, "A3.1", "证件号校验对")
	}
	rival := false
	for _, o := range e.Beside {
		if o.State.Live() || o.Contested {
			rival = true
			add(web.ToneBad, "5.2", "受理号"+itoa(o.Number())+"用了同一个证件号（"+scheme.StateName(o.State)+"）。").Href = "/desk/cases/" + o.ID
		}
	}
	switch {
	case f.S.Contested:
		add(web.ToneBad, "5.2", "证件号归属待核实：看双方的身份证照片，由两个人核实。")
	case f.S.State.Live() && !e.Holds && len(e.Beside) == 0:
		add(web.ToneBad, "5.2", "这个证件号在别的项目里还有一份没有了结的申请。")
	case e.Holds && rival:
		add(web.ToneNone, "5.2", "这份先受理")
	case e.Holds:
		add(web.ToneOK, "5.2", "没有重复申请")
	}
	for _, a := range e.Said {
		who := f.unionName(a.UnionKey) + " " + a.StaffName + "（" + short(a.At) + "）"
		if a.Disagree != "" {
			add(web.ToneBad, "A3.3", who+"不同意："+a.Disagree)
		} else {
			add(web.ToneOK, "A3.3", who+"在线确认：会员、在岗、表现")
		}
	}
	if len(e.Said) == 0 {
		add(web.ToneNone, "A3.3", "工会没有在线确认（可以没有）")
	}
	for _, k := range papers {
		n, ok := e.App.Files[k]
		if !ok {
			continue
		}
		for _, x := range n.Findings {
			tone := web.ToneWait
			switch x.Level {
			case "ok":
				tone = web.ToneOK
			case "bad":
				tone = web.ToneBad
			}
			add(tone, "A2.1", shortPaper(k, false)+"："+x.Text)
		}
	}
	switch {
	case !e.Printed:
		add(web.ToneNone, "A3.1", "没有在平台上打印过推荐表")
	case len(e.Changed) == 0:
		add(web.ToneOK, "A3.1", "打印以后没有改过")
	default:
		var labels []string
		for _, k := range e.Changed {
			labels = append(labels, scheme.FieldLabel(k))
		}
		add(web.ToneWait, "A3.1", "打印以后改过："+strings.Join(labels, "、")+"。以盖章的为准。")
	}
	for _, spec := range scheme.Fields() {
		if !spec.When(e.App, f.P) || spec.IsFile() || spec.Kind == scheme.KindConsent {
			continue
		}
		for _, r := range spec.Check(e.App, f.P, f.Now) {
			tone := web.ToneWait
			if r.Blocks {
				tone = web.ToneBad
			}
			add(tone, r.Clause, spec.Label+"："+r.Staff)
		}
	}
	for _, r := range scheme.Eligible(e.App, f.P, f.Now) {
		add(web.ToneWait, r.Clause, r.Staff)
	}
	return append(append(bad, care...), well...)
}

func (f *dossier) unionName(key string) string {
	if u, ok := f.P.UnionBy(key); ok {
		return u.Name
	}
	if key == scheme.UnionOwn || key == "" {
		return f.Row.UnionName
	}
	return key
}
