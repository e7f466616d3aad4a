package plan

import (
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"yuanmeng/internal/scheme"
)

const (
	draftWorkingDays = 10 // forms and stamps before the opening (R-A9)
	publishedDays    = 3  // the opening is announced that long before
	promoteGapDays   = 14 // promotion ends that long before the claim closes (R-A7)
)

var (
	programmeID = regexp.MustCompile(`^[a-z][a-z0-9]*-([0-9]{4})$`)
	regionCode  = regexp.MustCompile(`^[0-9]{6}$`)
	phoneNumber = regexp.MustCompile(`^[0-9]{3,12}(-[0-9]{3,8}){0,2}$`)
	shortKey    = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	clauseCited = regexp.MustCompile(`\[([0-9A]+(?:\.[0-9a-z]+)*)\]`)
	readCited   = regexp.MustCompile(`R-[A-E][0-9]+`)
	topKey      = regexp.MustCompile(`^([a-z0-9_]+):`)
)

// honourGroups are the four groups of 3.1, as printed.
var honourGroups = []string{"劳模工匠", "优秀工会干部", "先进工作者", "新就业形态"}

// check judges the parameters against the plan's readings and one another.
// Only parameters that were read (they have a line) are judged: what is missing
// or of a wrong type has its fault already.
func (r *reader) check(p *scheme.Programme, at lines) {
	bad := func(key, format string, a ...any) { r.fault(programmeFile, at.of(key), format, a...) }
	if len(at) == 0 {
		return
	}
	r.checkNames(p, at, bad)
	r.checkNumbers(p, at, bad)
	if !r.datesFaulty(at) {
		r.checkDates(p, bad)
	}
	r.checkLists(p, at, bad)
}

func (r *reader) checkNames(p *scheme.Programme, at lines, bad func(string, string, ...any)) {
	if _, ok := at["id"]; ok {
		m := programmeID.FindStringSubmatch(string(p.ID))
		switch {
		case m == nil:
			bad("id", "id 要写成“地名-年份”，例如 xianan-2026。")
		case at["year"] != 0 && m[1] != time.Date(p.Year, 1, 1, 0, 0, 0, 0, time.UTC).Format("2006"):
			bad("id", "id 里的年份和 year 不一致。")
		}
	}
	if _, ok := at["region"]; ok && !regionCode.MatchString(p.Region) {
		bad("region", "region 要写 6 位区划代码。")
	}
	for _, s := range []struct{ key, value string }{
		{"title", p.Title}, {"name", p.Name}, {"district", p.District}, {"account", p.Account},
		{"centre", p.Centre}, {"centre_full", p.CentreFull}, {"union", p.Union},
		{"form_title", p.FormTitle}, {"study_form", p.StudyForm}, {"study_years", p.StudyYears},
	} {
		if at[s.key] != 0 && strings.TrimSpace(s.value) == "" {
			bad(s.key, "%s 不能是空的。", s.key)
		}
	}
	if p.Hotline != "" && !phoneNumber.MatchString(p.Hotline) {
		bad("hotline", "hotline 要写电话号码，例如 0715-1234567。")
	}
	for _, s := range []struct {
		key, value string
		one        []string
	}{
		{"stage1_decider", p.Stage1Decider, []string{"district"}},
		{"notice_mask", p.NoticeMask, []string{"least"}},
		{"notice_day_kind", p.NoticeDayKind, []string{"natural"}},
		{"clawback_policy", p.ClawbackPolicy, []string{"false_statement", "none"}},
	} {
		if at[s.key] != 0 && !slices.Contains(s.one, s.value) {
			bad(s.key, "%s 只能是 %s，不能是“%s”。", s.key, strings.Join(s.one, " 或 "), s.value)
		}
	}
	// Switches that would change the rules: refused while no rule reads them,
	// for a switch without effect deceives whoever signs it.
	if p.ESeal {
		bad("e_seal", "e_seal 只能是 false：盖章要盖在纸上。")
	}
	if p.AllowOtherColleges {
		bad("allow_other_colleges", "allow_other_colleges 只能是 false：方案只写明了这几所学校。")
	}
}

func (r *reader) checkNumbers(p *scheme.Programme, at lines, bad func(string, string, ...any)) {
	if p.ReservedPrioritySeats != 0 {
		bad("reserved_priority_seats", "reserved_priority_seats 只能是 0：不预留名额。")
	}
	if p.PriorityEarlyHours != 0 {
		bad("priority_early_hours", "priority_early_hours 只能是 0：不提前开放。")
	}
	for _, n := range []struct {
		key             string
		value, min, max int
	}{
		{"year", p.Year, 2020, 2100},
		{"cap", p.Cap, 1, 100000},
		{"waiting_max", p.WaitingMax, 0, 100000},
		{"opening_soon_days", p.OpeningSoonDays, 1, 7},
		{"closing_soon_days", p.ClosingSoonDays, 1, 14},
		{"correction_days", p.CorrectionDays, 3, 60},
		{"correction_stamp_days", p.CorrectionStampDays, 3, 60},
		{"correction_rounds", p.CorrectionRounds, 1, 10},
		{"hearing_days", p.HearingDays, 3, 30},
		{"hearing_days_death", p.HearingDaysDeath, 3, 90},
		{"min_days", p.MinDays, 1, 10},
		{"answer_days", p.AnswerDays, 1, 30},
		{"check_days", p.CheckDays, 1, 30},
		{"decide_days", p.DecideDays, 1, 30},
		{"contest_days", p.ContestDays, 1, 30},
		{"enrol_form_days", p.EnrolFormDays, 3, 60},
		{"claim_days", p.ClaimDays, 1, 60},
		{"draft_keep_days", p.DraftKeepDays, 0, 90},
		{"notice_days", p.NoticeDays, 7, 60},
		{"notice_holidays_max", p.NoticeHolidaysMax, 0, 7},
		{"tray_days", p.TrayDays, 1, 10},
		{"objection_days", p.ObjectionDays, 1, 60},
		{"card_cooloff_hours", p.CardCoolOffHours, 0, 720},
		{"card_repair_days", p.CardRepairDays, 7, 365},
		{"age_warn_below", p.AgeWarnBelow, 14, 30},
		{"age_warn_above", p.AgeWarnAbove, 40, 100},
		{"retention_approved_years", p.RetentionApprovedYear, 10, 100},
		{"retention_refused_years", p.RetentionRefusedYear, 1, 10},
	} {
		if at[n.key] != 0 && (n.value < n.min || n.value > n.max) {
			bad(n.key, "%s 要在 %d 到 %d 之间，现在是 %d。", n.key, n.min, n.max, n.value)
		}
	}
}

// datesFaulty says that a date is missing or unreadable: then their order says
// nothing.
func (r *reader) datesFaulty(at lines) bool {
	t := reflect.TypeFor[scheme.Programme]()
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Type != timeType {
			continue
		}
		key := f.Tag.Get("yaml")
		if at[key] == 0 {
			return true
		}
		for _, x := range r.faults {
			if x.File == programmeFile && x.Line == at[key] {
				return true
			}
		}
	}
	return false
}

// checkDates refuses a calendar in which somebody who did everything in time
// could not pass the next gate (R-A9, R-A8).
func (r *reader) checkDates(p *scheme.Programme, bad func(string, string, ...any)) {
	cal := scheme.NewCalendar(p.Holidays)
	day := func(t time.Time) string { return t.In(scheme.Shanghai).Format("2006-01-02 15:04") }
	if p.OpensAt.In(scheme.Shanghai).Year() != p.Year {
		bad("opens_at", "opens_at 不在 %d 年。", p.Year)
	}
	if p.OpensAt.Before(p.PublishedAt.AddDate(0, 0, publishedDays)) {
		bad("published_at", "published_at 至少要比 opens_at 早 %d 天。", publishedDays)
	}
	if p.DraftsAt.Before(p.PublishedAt) {
		bad("drafts_at", "drafts_at 不能早于 published_at。")
	}
	n := 0
	opening := p.OpensAt.In(scheme.Shanghai).Format("2006-01-02")
	for d := p.DraftsAt; n < draftWorkingDays && d.In(scheme.Shanghai).Format("2006-01-02") < opening; d = d.AddDate(0, 0, 1) {
		if cal.Working(d) {
			n++
		}
	}
	if n < draftWorkingDays {
		bad("drafts_at", "从 drafts_at 到开放要有至少 %d 个工作日，现在只有 %d 个。", draftWorkingDays, n)
	}
	if !p.ClosesAt.After(p.OpensAt) {
		bad("closes_at", "closes_at 要晚于 opens_at。")
	}
	if p.RegProofBy.Before(p.ClosesAt.AddDate(0, 0, p.MinDays)) {
		bad("reg_proof_by", "reg_proof_by 至少要比 closes_at 晚 %d 天（min_days），否则最后提交的人来不及交报名凭证。", p.MinDays)
	}
	if p.HearingDays > 0 && p.HearingDays < 366 {
		if end := cal.WorkingDays(p.RegProofBy.Add(-time.Second), p.HearingDays); p.ExamFrom.Before(end) {
			bad("exam_from", "exam_from 不能早于 %s：没交报名凭证的人还在告知期内。", day(end))
		}
	}
	if !p.ExamTo.After(p.ExamFrom) {
		bad("exam_to", "exam_to 要晚于 exam_from。")
	}
	if p.ClaimOpens.Before(p.ExamTo) {
		bad("claim_opens_at", "claim_opens_at 要晚于 exam_to。")
	}
	if p.ClaimCloses.Before(p.ClaimOpens.AddDate(0, 0, promoteGapDays+1)) {
		bad("claim_closes_at", "claim_closes_at 至少要比 claim_opens_at 晚 %d 天，否则没有人能递补。", promoteGapDays+1)
	}
	if want := p.ClaimCloses.AddDate(0, 0, -promoteGapDays); !p.PromoteUntil.Equal(want) {
		bad("promote_until", "promote_until 应当是 claim_closes_at 前 %d 天，也就是 %s。", promoteGapDays, scheme.Until(want))
	}
	if p.EntryCloses.Before(p.ClaimCloses) {
		bad("entry_closes_at", "entry_closes_at 不能早于 claim_closes_at。")
	}
	if p.ChsiCloses.Before(p.EntryCloses) {
		bad("chsi_closes_at", "chsi_closes_at 不能早于 entry_closes_at。")
	}
}

func (r *reader) checkLists(p *scheme.Programme, at lines, bad func(string, string, ...any)) {
	known := yamlKeys()
	seen := map[string]bool{}
	for i, name := range p.Unconfirmed {
		key := index("unconfirmed", i)
		switch {
		case !known[name]:
			bad(key, "unconfirmed 里的 %s 不是参数。", name)
		case seen[name]:
			bad(key, "unconfirmed 里的 %s 写了两次。", name)
		}
		seen[name] = true
	}

	if at["awards"] != 0 && len(p.Awards) == 0 {
		bad("awards", "至少要有一笔补助。")
	}
	keys := map[string]bool{}
	for i, a := range p.Awards {
		at := index("awards", i)
		if !shortKey.MatchString(a.Key) {
			bad(at, "补助的 key 只能用小写字母，“%s”不行。", a.Key)
		}
		if keys[a.Key] {
			bad(at, "补助 %s 写了两次。", a.Key)
		}
		keys[a.Key] = true
		if a.Name == "" {
			bad(at+".name", "补助 %s 没有名称。", a.Key)
		}
		if a.Amount <= 0 || a.Amount > 100_000_000 {
			bad(at+".amount_fen", "补助 %s 的金额不对（单位是分）。", a.Key)
		} else if want := a.Amount * scheme.Fen(p.Cap); a.Budget != want {
			bad(at+".budget_fen", "补助 %s 的预算应当是 金额 × 名额 = %d 分，现在是 %d 分。", a.Key, want, a.Budget)
		}
		if a.Payer != "district" && a.Payer != "college" {
			bad(at+".payer", "payer 只能是 district 或 college，不能是“%s”。", a.Payer)
		}
	}

	keys = map[string]bool{}
	for i, h := range p.Honours {
		at := index("honours", i)
		if !shortKey.MatchString(h.Key) {
			bad(at, "荣誉的 key 只能用小写字母、数字和下划线，“%s”不行。", h.Key)
		}
		if keys[h.Key] {
			bad(at, "荣誉 %s 写了两次。", h.Key)
		}
		keys[h.Key] = true
		if !slices.Contains(honourGroups, h.Group) {
			bad(at+".group", "group 只能是 %s，不能是“%s”。", strings.Join(honourGroups, "、"), h.Group)
		}
		if h.Name == "" || h.Proof == "" {
			bad(at, "荣誉 %s 要写名称和要交的证明。", h.Key)
		}
	}

	if at["colleges"] != 0 && len(p.Colleges) == 0 {
		bad("colleges", "至少要有一所院校。")
	}
	keys = map[string]bool{}
	for i, c := range p.Colleges {
		at := index("colleges", i)
		if !shortKey.MatchString(c.Key) {
			bad(at, "院校的 key 只能用小写字母和数字，“%s”不行。", c.Key)
		}
		if keys[c.Key] {
			bad(at, "院校 %s 写了两次。", c.Key)
		}
		keys[c.Key] = true
		if c.Name == "" || c.Short == "" || c.City == "" || c.Intro == "" {
			bad(at, "院校 %s 要写全称、简称、城市和介绍。", c.Key)
		}
		if len(p.Majors) > 0 && !slices.ContainsFunc(p.Majors, func(m scheme.Major) bool { return m.College == c.Key }) {
			bad(at, "majors.csv 里没有院校 %s 的专业。", c.Key)
		}
	}

	fees := map[string]bool{}
	for i, f := range p.ExamFees {
		at := index("exam_fees", i)
		if levelKeys[f.Level] == "" {
			bad(at+".level", "层次只能是“高升专”或“专升本”，不能是“%s”。", f.Level)
		}
		if fees[f.Level] {
			bad(at, "%s的考试费写了两次。", f.Level)
		}
		fees[f.Level] = true
		if f.Amount <= 0 || f.Payee == "" {
			bad(at, "%s的考试费要写金额和收款方。", f.Level)
		}
	}
	for _, l := range p.Levels() {
		if levelKeys[l] != "" && !fees[l] {
			bad("exam_fees", "没有%s的考试费。", l)
		}
	}
}

// clauses fills in the text and the readings, and holds text, clause list,
// readings and parameters together.
func (r *reader) clauses(p *scheme.Programme) {
	known := map[scheme.ClauseID]bool{}
	for _, c := range r.readClauses() {
		known[c.ID] = true
		p.Text = append(p.Text, scheme.Clause{ID: c.ID, Level: c.Level, Text: c.Text})
	}
	params := yamlKeys()
	reads := map[string]bool{}
	for _, g := range r.readReadings() {
		reads[g.ID] = true
		p.Readings = append(p.Readings, scheme.Reading{ID: g.ID, Clauses: g.Clauses, Reading: g.Reading, Alternative: g.Alternative, Why: g.Why})
		for _, c := range g.Clauses {
			if !known[c] && len(known) > 0 {
				r.fault(readingsFile, g.Line, "text.md 里没有条款 %s。", c)
			}
		}
		for _, name := range g.Parameters {
			if !params[name] {
				r.fault(readingsFile, g.Line, "没有参数 %s。", name)
			}
		}
	}
	if len(known) == 0 || len(reads) == 0 {
		return
	}
	// A parameter without a source is a rule that somebody made up.
	quiet := reader{fsys: r.fsys} // programme() has reported what is wrong with the file
	for i, line := range strings.Split(string(quiet.file(programmeFile)), "\n") {
		_, note, _ := strings.Cut(line, "  # ")
		for _, m := range clauseCited.FindAllStringSubmatch(note, -1) {
			if !known[scheme.ClauseID(m[1])] {
				r.fault(programmeFile, i+1, "text.md 里没有条款 %s。", m[1])
			}
		}
		for _, id := range readCited.FindAllString(note, -1) {
			if !reads[id] {
				r.fault(programmeFile, i+1, "readings.md 里没有 %s。", id)
			}
		}
		m := topKey.FindStringSubmatch(line)
		if m == nil || m[1] == "id" || m[1] == "readings_signed" || !params[m[1]] {
			continue
		}
		if !clauseCited.MatchString(note) && !readCited.MatchString(note) {
			r.fault(programmeFile, i+1, "参数 %s 后面要注明条款或读法，例如 # [5.1] 或 # R-A8。", m[1])
		}
	}
}

// yamlKeys are the names of all parameters.
func yamlKeys() map[string]bool {
	out := map[string]bool{}
	t := reflect.TypeFor[scheme.Programme]()
	for i := range t.NumField() {
		if key := t.Field(i).Tag.Get("yaml"); key != "" && key != "-" {
			out[key] = true
		}
	}
	return out
}

// index names one row of a list: awards[0].
func index(list string, i int) string { return list + "[" + strconv.Itoa(i) + "]" }
