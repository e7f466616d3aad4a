package scheme

import "time"

// Page asks one thing. Its fields belong together on one small screen.
type Page struct {
	Key     string
	Title   string // the question
	Section string
	Fields  []string
	When    func(*Application, *Programme) bool // nil: when one of its fields is asked
}

// Asked says whether the page is shown for these answers.
func (pg Page) Asked(app *Application, p *Programme) bool {
	if pg.When != nil {
		return pg.When(app, p)
	}
	for _, k := range pg.Fields {
		if f, ok := Field(k); ok && f.When(app, p) {
			return true
		}
	}
	return false
}

// The sections of the task list.
const (
	SectionRead  = "先看清楚"
	SectionSelf  = "您本人"
	SectionWork  = "工作和工会"
	SectionStudy = "学什么"
	SectionMoney = "收补助的卡"
	SectionForm  = "照片和推荐表"
	SectionLast  = "承诺和提交"
)

var pages = []Page{
	{Key: "consents", Title: "请先看三份同意书", Section: SectionRead, Fields: []string{"consent_sensitive", "consent_sharing", "consent_public"}},
	{Key: "name", Title: "您叫什么名字？", Section: SectionSelf, Fields: []string{"name", "name_untypable"}},
	{Key: "idcard", Title: "请拍身份证有姓名的一面", Section: SectionSelf, Fields: []string{"idcard"}},
	{Key: "id", Title: "您的证件号码", Section: SectionSelf, Fields: []string{"id_kind", "id"}},
	{Key: "phone", Title: "您的手机号", Section: SectionSelf, Fields: []string{"phone"}},
	{Key: "hukou", Title: "您是什么户口？", Section: SectionSelf, Fields: []string{"hukou"}},
	{Key: "employer", Title: "您在哪个单位干活？", Section: SectionWork, Fields: []string{"employer"}},
	{Key: "dispatched", Title: "您是不是劳务派遣？", Section: SectionWork, Fields: []string{"dispatched"}},
	{Key: "agency", Title: "哪家公司和您签的合同？", Section: SectionWork, Fields: []string{"agency"}},
	{Key: "town", Title: "您在哪里上班？", Section: SectionWork, Fields: []string{"town"}},
	{Key: "post", Title: "您做什么工作？", Section: SectionWork, Fields: []string{"post"}},
	{Key: "employment", Title: "您怎么和单位签的？", Section: SectionWork, Fields: []string{"employment"}},
	{Key: "worker_kind", Title: "哪一类最像您？", Section: SectionWork, Fields: []string{"worker_kind"}},
	{Key: "own_union", Title: "您的单位有工会吗？", Section: SectionWork, Fields: []string{"own_union"}},
	{Key: "own_union_name", Title: "工会叫什么名字？", Section: SectionWork, Fields: []string{"own_union_name"}},
	{Key: "officer", Title: "您自己是工会的经办人吗？", Section: SectionWork, Fields: []string{"officer"}},
	{Key: "village_union", Title: "是村（社区）工会给您盖章吗？", Section: SectionWork, Fields: []string{"village_union"}},
	{Key: "rec_union", Title: "请选上一级工会", Section: SectionWork, Fields: []string{"rec_union"}},
	{Key: "education", Title: "您的最高学历是什么？", Section: SectionStudy, Fields: []string{"education"}},
	{Key: "major", Title: "您想学什么？", Section: SectionStudy, Fields: []string{"major"}},
	{Key: "medical_held", Title: "您有这个专业要的资格吗？", Section: SectionStudy, Fields: []string{"medical_held"}},
	{Key: "medical", Title: "请上传医学资格证明", Section: SectionStudy, Fields: []string{"medical"}},
	{Key: "honour_title", Title: "您有这些荣誉或身份吗？", Section: SectionStudy, Fields: []string{"honour_title"}},
	{Key: "honour", Title: "请上传证明", Section: SectionStudy, Fields: []string{"honour"}},
	{Key: "card", Title: "补助发到哪张卡？", Section: SectionMoney, Fields: []string{"card"}},
	{Key: "bank", Title: "是哪家银行的卡？", Section: SectionMoney, Fields: []string{"bank"}},
	{Key: "account_name", Title: "银行写的户名和您的姓名一样吗？", Section: SectionMoney, Fields: []string{"account_name", "account_reason"}},
	{Key: "photo", Title: "请上传照片", Section: SectionForm, Fields: []string{"photo"}},
	{Key: "stamped", Title: "请上传盖好章的推荐表", Section: SectionForm, Fields: []string{"stamped"}},
	{Key: "commitment", Title: "请看承诺", Section: SectionLast, Fields: []string{"commitment"}},
}

// Pages is every page in order, asked or not. Do not change it.
func Pages() []Page { return pages }

// PageBy finds a page by its key.
func PageBy(key string) (Page, bool) {
	for _, pg := range pages {
		if pg.Key == key {
			return pg, true
		}
	}
	return Page{}, false
}

// PageOf finds the page that asks a field.
func PageOf(field string) (Page, bool) {
	for _, pg := range pages {
		for _, k := range pg.Fields {
			if k == field {
				return pg, true
			}
		}
	}
	return Page{}, false
}

// NextPage is the next page to show after key; with "" the first one. False
// after the last: then come the answers to check.
func NextPage(app *Application, p *Programme, key string) (Page, bool) {
	found := key == ""
	for _, pg := range pages {
		if found && pg.Asked(app, p) {
			return pg, true
		}
		found = found || pg.Key == key
	}
	return Page{}, false
}

// PrevPage is the page before key; with "" the last one. False before the first.
func PrevPage(app *Application, p *Programme, key string) (Page, bool) {
	found := key == ""
	for i := len(pages) - 1; i >= 0; i-- {
		if found && pages[i].Asked(app, p) {
			return pages[i], true
		}
		found = found || pages[i].Key == key
	}
	return Page{}, false
}

// Faults is every reason of the fields of a page, blocking or not.
func (pg Page) Faults(app *Application, p *Programme, now time.Time) []Reason {
	var out []Reason
	for _, k := range pg.Fields {
		if f, ok := Field(k); ok && f.When(app, p) {
			out = append(out, f.Check(app, p, now)...)
		}
	}
	return out
}

// Missing is all that keeps the application from being complete (DESIGN §2.1):
// every field valid, every required file there, the consents and the commitment
// given to the present wording. Empty means complete; it never holds a warning.
func Missing(app *Application, p *Programme, now time.Time) []Reason {
	var out []Reason
	for _, pg := range pages {
		for _, r := range pg.Faults(app, p, now) {
			if r.Blocks {
				out = append(out, r)
			}
		}
	}
	if app.Answers.RecUnion == "" && !Blocked(out) {
		out = append(out, wrong("union_missing", "own_union", "还不知道哪个工会给您盖章。请再看一遍“单位有没有工会”和“工作地点”。", "没有推荐工会", "A3.n2")...)
	}
	return out
}

// Task is one page on the task list.
type Task struct {
	Page    Page
	Done    bool     // nothing blocks
	Begun   bool     // something was filled in
	Reasons []Reason // what is missing, and the warnings
}

// TaskList is the pages that are asked, in order, with their state.
func TaskList(app *Application, p *Programme, now time.Time) []Task {
	var out []Task
	for _, pg := range pages {
		if !pg.Asked(app, p) {
			continue
		}
		t := Task{Page: pg, Reasons: pg.Faults(app, p, now)}
		t.Done = !Blocked(t.Reasons)
		for _, k := range pg.Fields {
			if f, ok := Field(k); ok && f.Get(app) != "" {
				t.Begun = true
			}
		}
		out = append(out, t)
	}
	return out
}
