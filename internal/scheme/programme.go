// Package scheme is the plan in code: words, fields, states, moves, rules,
// reasons and roles. It is pure: no database, no network, no clock, no disk.
// A rule is a function from values and an instant to a list of Reason.
package scheme

import (
	"sort"
	"time"
)

// Fen is money in hundredths of a yuan.
type Fen int64

// ProgrammeID names one district and one year, for example "xianan-2026".
type ProgrammeID string

// ClauseID names a clause of the plan's text, for example "5.2" or "A3.n2".
type ClauseID string

// Shanghai is the zone of every calendar day in the plan.
var Shanghai = time.FixedZone("Asia/Shanghai", 8*3600)

// Programme is one district and one year: every parameter that the plan or its
// readings leave to data. package plan fills it from programme.yaml and the
// tables beside it; it is frozen and public at opening.
type Programme struct {
	ID       ProgrammeID `yaml:"id" json:"id"`
	Title    string      `yaml:"title" json:"title"`       // full title of the plan
	Name     string      `yaml:"name" json:"name"`         // short name shown in headings
	District string      `yaml:"district" json:"district"` // 咸安区
	Region   string      `yaml:"region" json:"region"`     // GB/T 2260 code of the district
	Year     int         `yaml:"year" json:"year"`

	Account      string `yaml:"account" json:"account"`             // name of the WeChat account as printed
	Centre       string `yaml:"centre" json:"centre"`               // 求学圆梦服务中心
	CentreFull   string `yaml:"centre_full" json:"centre_full"`     // its full name as printed
	Union        string `yaml:"union" json:"union"`                 // name of the district federation
	Hotline      string `yaml:"hotline" json:"hotline"`             // empty keeps the opening red
	HotlineHours string `yaml:"hotline_hours" json:"hotline_hours"` //
	FormTitle    string `yaml:"form_title" json:"form_title"`       // heading of 附件3
	StudyForm    string `yaml:"study_form" json:"study_form"`       // 非脱产
	StudyYears   string `yaml:"study_years" json:"study_years"`     // 2.5年

	Cap                   int `yaml:"cap" json:"cap"`
	WaitingMax            int `yaml:"waiting_max" json:"waiting_max"`
	ReservedPrioritySeats int `yaml:"reserved_priority_seats" json:"reserved_priority_seats"`
	PriorityEarlyHours    int `yaml:"priority_early_hours" json:"priority_early_hours"`

	PublishedAt  time.Time `yaml:"published_at" json:"published_at"` // the notice of the opening appears
	DraftsAt     time.Time `yaml:"drafts_at" json:"drafts_at"`       // drafts, forms and stamps from here on
	OpensAt      time.Time `yaml:"opens_at" json:"opens_at"`
	ClosesAt     time.Time `yaml:"closes_at" json:"closes_at"`
	RegProofBy   time.Time `yaml:"reg_proof_by" json:"reg_proof_by"`
	ExamFrom     time.Time `yaml:"exam_from" json:"exam_from"`
	ExamTo       time.Time `yaml:"exam_to" json:"exam_to"`
	ClaimOpens   time.Time `yaml:"claim_opens_at" json:"claim_opens_at"`
	ClaimCloses  time.Time `yaml:"claim_closes_at" json:"claim_closes_at"`
	EntryCloses  time.Time `yaml:"entry_closes_at" json:"entry_closes_at"`
	ChsiCloses   time.Time `yaml:"chsi_closes_at" json:"chsi_closes_at"`
	PromoteUntil time.Time `yaml:"promote_until" json:"promote_until"`
	// Unconfirmed lists the yaml names of dates that the authority has not
	// confirmed yet; pages mark them 「以省教育考试院公告为准」.
	Unconfirmed []string `yaml:"unconfirmed" json:"unconfirmed"`

	OpeningSoonDays       int `yaml:"opening_soon_days" json:"opening_soon_days"`               // before the opening, whoever has a draft is reminded
	ClosingSoonDays       int `yaml:"closing_soon_days" json:"closing_soon_days"`               // before the close, whoever has not handed in
	CorrectionDays        int `yaml:"correction_days" json:"correction_days"`                   // natural days
	CorrectionStampDays   int `yaml:"correction_stamp_days" json:"correction_stamp_days"`       // working days, where a new stamp is needed
	CorrectionRounds      int `yaml:"correction_rounds" json:"correction_rounds"`               // by the worker's own faults
	HearingDays           int `yaml:"hearing_days" json:"hearing_days"`                         // working days
	HearingDaysDeath      int `yaml:"hearing_days_death" json:"hearing_days_death"`             // natural days
	MinDays               int `yaml:"min_days" json:"min_days"`                                 // no deadline starts with less
	AnswerDays            int `yaml:"answer_days" json:"answer_days"`                           // working days to decide an answer
	CheckDays             int `yaml:"check_days" json:"check_days"`                             // working days, the centre's completeness check
	DecideDays            int `yaml:"decide_days" json:"decide_days"`                           // working days, the district's decision
	ContestDays           int `yaml:"contest_days" json:"contest_days"`                         // working days, a contested ID
	EnrolFormDays         int `yaml:"enrol_form_days" json:"enrol_form_days"`                   // natural days
	ClaimDays             int `yaml:"claim_days" json:"claim_days"`                             // working days, the claim's review
	DraftKeepDays         int `yaml:"draft_keep_days" json:"draft_keep_days"`                   // after closing
	NoticeDays            int `yaml:"notice_days" json:"notice_days"`                           // natural days of 公示
	NoticeHolidaysMax     int `yaml:"notice_holidays_max" json:"notice_holidays_max"`           // more public holidays than this lengthen a 公示
	TrayDays              int `yaml:"tray_days" json:"tray_days"`                               // working days
	ObjectionDays         int `yaml:"objection_days" json:"objection_days"`                     // working days
	CardCoolOffHours      int `yaml:"card_cooloff_hours" json:"card_cooloff_hours"`             //
	CardRepairDays        int `yaml:"card_repair_days" json:"card_repair_days"`                 //
	AgeWarnBelow          int `yaml:"age_warn_below" json:"age_warn_below"`                     //
	AgeWarnAbove          int `yaml:"age_warn_above" json:"age_warn_above"`                     //
	RetentionApprovedYear int `yaml:"retention_approved_years" json:"retention_approved_years"` //
	RetentionRefusedYear  int `yaml:"retention_refused_years" json:"retention_refused_years"`   //

	JointPayout        bool   `yaml:"joint_payout" json:"joint_payout"`
	MembershipRequired bool   `yaml:"membership_required" json:"membership_required"`
	AllowOtherColleges bool   `yaml:"allow_other_colleges" json:"allow_other_colleges"`
	ESeal              bool   `yaml:"e_seal" json:"e_seal"`
	Stage1Decider      string `yaml:"stage1_decider" json:"stage1_decider"`
	NoticeMask         string `yaml:"notice_mask" json:"notice_mask"`
	NoticeDayKind      string `yaml:"notice_day_kind" json:"notice_day_kind"`
	ClawbackPolicy     string `yaml:"clawback_policy" json:"clawback_policy"`

	Awards   []AwardRule   `yaml:"awards" json:"awards"`
	Honours  []HonourTitle `yaml:"honours" json:"honours"`
	Colleges []College     `yaml:"colleges" json:"colleges"`
	ExamFees []ExamFee     `yaml:"exam_fees" json:"exam_fees"`

	Majors   []Major           `yaml:"-" json:"majors"`   // majors.csv
	Unions   []Union           `yaml:"-" json:"unions"`   // unions.csv
	Holidays []Holiday         `yaml:"-" json:"holidays"` // holidays.csv
	Duties   []DutyField       `yaml:"-" json:"duties"`   // duties.csv
	Wording  map[string]string `yaml:"-" json:"wording"`  // file name without ending -> text
	// Messages are the texts of wording/messages.md by their key.
	Messages map[string]MessageWording `yaml:"-" json:"messages"`
	// Text is the plan's own text clause by clause, in the printed order
	// (text.md); Readings is what it leaves open and how it is read (readings.md).
	Text     []Clause  `yaml:"-" json:"text"`
	Readings []Reading `yaml:"-" json:"readings"`
	// Demo says that the hotline and the signature are invented for a
	// demonstration (plan.Demo); pages mark them 演示.
	Demo bool `yaml:"-" json:"demo,omitempty"`
	// ReadingsSigned is set when the district lead has signed readings.md.
	ReadingsSigned bool `yaml:"readings_signed" json:"readings_signed"`
}

// MessageWording is what one message says, with {placeholders}. An SMS may be
// empty: then the message goes to the inbox only.
type MessageWording struct {
	Key   string `json:"key"`
	Title string `json:"title"` // inbox
	Text  string `json:"text"`  // inbox
	SMS   string `json:"sms"`
}

// Clause is one clause of the plan's text, as printed. Level is 1–3 for a
// heading as in Markdown, 0 for a clause in the running text.
type Clause struct {
	ID    ClauseID `json:"id"`
	Level int      `json:"level"`
	Text  string   `json:"text"` // the heading is its first line; tables stand as | a | b |
}

// Reading is one row of readings.md: what the plan leaves open and how the
// programme reads it.
type Reading struct {
	ID          string     `json:"id"` // R-A1
	Clauses     []ClauseID `json:"clauses"`
	Reading     string     `json:"reading"`
	Alternative string     `json:"alternative"`
	Why         string     `json:"why"`
}

// AwardRule is one award of a case: union 1000, college 1000.
type AwardRule struct {
	Key    string `yaml:"key" json:"key"` // union, college
	Name   string `yaml:"name" json:"name"`
	Amount Fen    `yaml:"amount_fen" json:"amount_fen"`
	Budget Fen    `yaml:"budget_fen" json:"budget_fen"`
	Payer  string `yaml:"payer" json:"payer"` // district, college
}

// HonourTitle is one accepted honour of the four priority groups (3.1).
type HonourTitle struct {
	Key   string `yaml:"key" json:"key"`
	Group string `yaml:"group" json:"group"` // 劳模工匠 优秀工会干部 先进工作者 新就业形态
	Name  string `yaml:"name" json:"name"`
	Proof string `yaml:"proof" json:"proof"` // what to hand in
}

// College is one of the colleges printed in 附件1.
type College struct {
	Key   string `yaml:"key" json:"key"` // xnec, jcut, hue …
	Name  string `yaml:"name" json:"name"`
	Short string `yaml:"short" json:"short"`
	City  string `yaml:"city" json:"city"`
	Intro string `yaml:"intro" json:"intro"` // the plan's own words
}

// ExamFee is the province's fee of one level, shown and never collected.
type ExamFee struct {
	Level  string `yaml:"level" json:"level"`
	Amount Fen    `yaml:"amount_fen" json:"amount_fen"`
	Payee  string `yaml:"payee" json:"payee"`
}

// Major is one printed row of 附件1: a college, a level, a category, a major.
type Major struct {
	Key      string   `json:"key"` // stable: college-level-row, e.g. "xnec-zk-01"
	College  string   `json:"college"`
	Level    string   `json:"level"`    // 高升专 专升本, as printed
	Category string   `json:"category"` // 类别 as printed
	Name     string   `json:"name"`
	Subjects []string `json:"subjects"` // derived from level and category
	Medical  string   `json:"medical"`  // "" or the key of the condition: nursing, clinical, health
	Note     string   `json:"note"`
}

// Union is one union of the district's tree.
type Union struct {
	Key       string `json:"key"`
	Name      string `json:"name"` // registered name = text of the seal
	Short     string `json:"short"`
	Kind      string `json:"kind"` // district, town, subdistrict, zone, …
	Parent    string `json:"parent"`
	Town      string `json:"town"` // the town it serves; empty for the district
	Address   string `json:"address"`
	Phone     string `json:"phone"`
	Hours     string `json:"hours"`
	Confirmed bool   `json:"confirmed"` // address, phone and hours confirmed
}

// Holiday is one day that differs from the weekday rule.
type Holiday struct {
	On      time.Time `json:"on"`      // midnight in Shanghai
	Working bool      `json:"working"` // true: a weekend day on which people work
	Name    string    `json:"name"`
	// Confirmed is false while the day rests on a yearly notice of the State
	// Council that nobody has compared with the printed text.
	Confirmed bool `json:"confirmed"`
}

// Major finds a printed row by its key.
func (p *Programme) Major(key string) (Major, bool) {
	for _, m := range p.Majors {
		if m.Key == key {
			return m, true
		}
	}
	return Major{}, false
}

// College finds a college by its key.
func (p *Programme) College(key string) (College, bool) {
	for _, c := range p.Colleges {
		if c.Key == key {
			return c, true
		}
	}
	return College{}, false
}

// UnionBy finds a union by its key.
func (p *Programme) UnionBy(key string) (Union, bool) {
	for _, u := range p.Unions {
		if u.Key == key {
			return u, true
		}
	}
	return Union{}, false
}

// Towns lists the towns and sub-districts of the district in the printed order.
func (p *Programme) Towns() []Union {
	var out []Union
	for _, u := range p.Unions {
		if u.Town != "" {
			out = append(out, u)
		}
	}
	return out
}

// Levels lists the levels in the order in which they are printed.
func (p *Programme) Levels() []string {
	seen := map[string]bool{}
	var out []string
	for _, m := range p.Majors {
		if !seen[m.Level] {
			seen[m.Level] = true
			out = append(out, m.Level)
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i] == "高升专" && out[j] != "高升专" })
	return out
}

// IsUnconfirmed says whether a date, by its yaml name, still awaits the
// authority's confirmation.
func (p *Programme) IsUnconfirmed(name string) bool {
	for _, n := range p.Unconfirmed {
		if n == name {
			return true
		}
	}
	return false
}
