package scheme

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"yuanmeng/internal/gb"
)

// FieldKind is how a field is asked.
type FieldKind string

// The kinds of field.
const (
	KindText    FieldKind = "text"
	KindName    FieldKind = "name"
	KindChoice  FieldKind = "choice"
	KindYesNo   FieldKind = "yesno"
	KindTick    FieldKind = "tick" // one box, yes or empty
	KindID      FieldKind = "id"
	KindPhone   FieldKind = "phone"
	KindCard    FieldKind = "card"
	KindSuggest FieldKind = "suggest" // text with suggestions
	KindUnion   FieldKind = "union"
	KindMajor   FieldKind = "major"
	KindPhoto   FieldKind = "photo"
	KindFile    FieldKind = "file"
	KindConsent FieldKind = "consent"
)

// Privacy is the class of a value.
type Privacy string

// The classes. Sensitive values need a consent of their own and are sealed.
const (
	PrivacyOpen      Privacy = "open"      // says little about a person
	PrivacyPersonal  Privacy = "personal"  // identifies or describes a person
	PrivacySensitive Privacy = "sensitive" // 敏感个人信息
)

// FieldSpec is one row of the catalogue: all that is asked at the first stage
// and nothing else. Number, state, priority and whatever else the server owns
// are no fields.
type FieldSpec struct {
	Key      string // of a file field: the FileKind
	Label    string
	Hint     string
	Kind     FieldKind
	File     FileKind // of a file field
	Optional bool
	Max      int // longest value in characters; 0 is 60

	Options func(*Programme) []Option // nil for free values
	Get     func(*Application) string // of a file: its SHA-256, "" if absent
	Set     func(*Application, string)
	Check   func(*Application, *Programme, time.Time) []Reason // nil when all is well
	When    func(*Application, *Programme) bool                // is it asked at all

	Sees        []Role  // who may see the value, masked where Mask is set
	Privacy     Privacy //
	Purpose     string  // why it is asked, for people
	Receiver    string  // who else gets it, for people; "" for nobody
	Keep        string  // until when it is kept; {approved} and {refused} are years
	Clause      ClauseID
	Slot        string // the box of 附件3 that it fills; "" for none
	Stamped     bool   // the stamp stands for this value (DESIGN §2.8)
	Correctable bool   // may be named in a correction (DESIGN §2.5)
	Mask        func(string) string
}

// IsFile says whether the field is an upload.
func (f FieldSpec) IsFile() bool { return f.File != "" }

// SeenBy says whether a role may see the value.
func (f FieldSpec) SeenBy(r Role) bool { return slices.Contains(f.Sees, r) }

// KeepUntil is the time of keeping in words.
func (f FieldSpec) KeepUntil(p *Programme) string { return p.keepUntil(f.Keep) }

func (p *Programme) keepUntil(words string) string {
	return strings.NewReplacer("{approved}", strconv.Itoa(p.RetentionApprovedYear), "{refused}", strconv.Itoa(p.RetentionRefusedYear)).Replace(words)
}

// Show is the value as people read it: the words of a choice, a masked number,
// the name of a major.
func (f FieldSpec) Show(app *Application, p *Programme) string {
	v := f.Get(app)
	switch {
	case v == "":
		return ""
	case f.IsFile():
		return "已上传"
	case f.Kind == KindConsent:
		return "已同意"
	case f.Kind == KindTick:
		return "是"
	case f.Kind == KindMajor:
		if m, ok := p.Major(v); ok {
			c, _ := p.College(m.College)
			return c.Name + " " + m.Level + " " + m.Name
		}
		return ""
	case f.Mask != nil:
		return f.Mask(v)
	case f.Options != nil && f.Kind != KindSuggest:
		return OptionLabel(f.Options(p), v)
	}
	return v
}

// Whole is a value as it is compared digit by digit: a long number in groups.
func (f FieldSpec) Whole(v string) string {
	switch f.Kind {
	case KindCard:
		return gb.GroupCard(v)
	case KindID:
		return gb.GroupID(v)
	case KindPhone:
		return gb.GroupMobile(v)
	}
	return v
}

// Sets of roles. The worker sees all of his own.
var (
	seesDesk    = []Role{RoleWorker, RoleCentre, RoleDistrict, RoleLead, RoleAuditor}
	seesLocal   = []Role{RoleWorker, RoleLocal, RoleCentre, RoleDistrict, RoleLead, RoleAuditor}
	seesAll     = []Role{RoleWorker, RoleLocal, RoleCentre, RoleDistrict, RoleLead, RoleCollege, RoleFinance, RoleAuditor}
	seesMajor   = []Role{RoleWorker, RoleLocal, RoleCentre, RoleDistrict, RoleLead, RoleCollege, RoleAuditor}
	seesCollege = []Role{RoleWorker, RoleCentre, RoleDistrict, RoleLead, RoleCollege, RoleAuditor}
	seesPay     = []Role{RoleWorker, RoleCentre, RoleDistrict, RoleLead, RoleCollege, RoleFinance, RoleAuditor} // a college pays its own part (4.2)
	seesMoney   = []Role{RoleWorker, RoleCentre, RoleDistrict, RoleLead, RoleFinance, RoleAuditor}
)

const (
	keepCase = "没有通过的，项目结束{refused}年后删除；通过的，按会计凭证保存{approved}年"

	forIdentity = "核对是不是您本人、有没有重复申请"
	forPlace    = "核对您在区内上班"
	forUnion    = "找到给您盖章的工会"
	forStudy    = "确定您报考的学校、层次和专业"
	forMoney    = "把补助发到您的卡上"
	forCount    = "统计受助职工的情况，不公开个人"
	forPriority = "候补和审核时优先"
	forRecord   = "证明您知道并同意"
)

func always(*Application, *Programme) bool { return true }

func wrong(code, field, worker, staff string, clause ClauseID) []Reason {
	return []Reason{{Code: code, Field: field, Worker: worker, Staff: staff, Clause: clause, Blocks: true}}
}

func warned(code, field, worker, staff string, clause ClauseID) Reason {
	return Reason{Code: code, Field: field, Worker: worker, Staff: staff, Clause: clause}
}

// faulty makes a reason of a fault of gb.
func faulty(err error, field, label string, clause ClauseID) []Reason {
	var f gb.Fault
	if !errors.As(err, &f) {
		return nil
	}
	return wrong(f.Code, field, f.Sentence, label+"不合规则", clause)
}

// answer gives Get and Set of a plain answer.
func answer(at func(*Answers) *string) (func(*Application) string, func(*Application, string)) {
	return func(a *Application) string { return *at(&a.Answers) }, func(a *Application, v string) { *at(&a.Answers) = v }
}

func sealed(at func(*Sealed) *string) (func(*Application) string, func(*Application, string)) {
	return func(a *Application) string { return *at(&a.Sealed) }, func(a *Application, v string) { *at(&a.Sealed) = v }
}

var catalogue = build()

func build() []FieldSpec {
	var fs []FieldSpec
	plain := func(f FieldSpec, at func(*Answers) *string) {
		f.Get, f.Set = answer(at)
		fs = append(fs, f)
	}

	consent := func(key, label, wording string, at func(*Answers) *string) {
		f := FieldSpec{
			Key: key, Label: label, Kind: KindConsent, Sees: seesDesk, Privacy: PrivacyPersonal,
			Purpose: forRecord, Keep: keepCase, Clause: "A2.1",
			Check: func(app *Application, p *Programme, _ time.Time) []Reason {
				text, ok := p.Wording[wording]
				switch v := *at(&app.Answers); {
				case v == "":
					return wrong("consent_missing", key, "请看完“"+label+"”，在前面打勾。不同意就办不了这次申请。", label+"没有勾选", "A2.1")
				case !ok || v != WordingHash(text):
					return wrong("consent_changed", key, "“"+label+"”的文字有改动。请再看一遍，重新打勾。", label+"不是现在的文字", "A2.1")
				}
				return nil
			},
		}
		plain(f, at)
	}
	consent("consent_sensitive", "同意使用敏感个人信息", "consent-sensitive", func(a *Answers) *string { return &a.ConsentSensitive })
	consent("consent_sharing", "同意把信息交给办理单位", "consent-sharing", func(a *Answers) *string { return &a.ConsentSharing })
	consent("consent_public", "同意公示", "consent-public", func(a *Answers) *string { return &a.ConsentPublic })

	plain(FieldSpec{
		Key: "name", Label: "姓名", Hint: "和身份证上的一样", Kind: KindName, Max: 200,
		Check: func(app *Application, _ *Programme, _ time.Time) []Reason {
			judge := gb.Name
			if app.Answers.NameUntypable {
				judge = gb.NameIncomplete
			}
			clean, _, err := judge(app.Answers.Name)
			if err != nil {
				return faulty(err, "name", "姓名", "A3.1")
			}
			if clean != app.Answers.Name {
				return wrong("name_unclean", "name", "姓名里有多余的符号。请打开“姓名”这一页，看一遍再保存。", "姓名没有整理过", "A3.1")
			}
			return nil
		},
		Sees: seesAll, Privacy: PrivacyPersonal, Purpose: forIdentity + "；公示和发补助", Receiver: "盖章的工会、所报学校、发补助的银行；公示",
		Keep: keepCase, Clause: "A3.1", Slot: "姓名", Stamped: true, Correctable: true,
	}, func(a *Answers) *string { return &a.Name })
	fs = append(fs, FieldSpec{
		Key: "name_untypable", Label: "这个字打不出来", Hint: "打不出来的字先用□代替，再拍一张身份证，工作人员帮您补上", Kind: KindTick, Optional: true,
		Get: func(a *Application) string {
			if a.Answers.NameUntypable {
				return Yes
			}
			return ""
		},
		Set:  func(a *Application, v string) { a.Answers.NameUntypable = v == Yes },
		Sees: seesDesk, Privacy: PrivacyOpen, Purpose: "由工作人员补全姓名", Keep: keepCase, Clause: "A3.1", Correctable: true,
	})
	file := func(f FieldSpec, kind FileKind, missing string) {
		f.Key, f.File = string(kind), kind
		if f.Kind == "" {
			f.Kind = KindFile
		}
		f.Get = func(a *Application) string { return a.Files[kind].SHA256 }
		f.Set = func(*Application, string) {} // files arrive by upload only
		f.Check = func(app *Application, _ *Programme, _ time.Time) []Reason {
			if n := app.Files[kind]; n.ID == "" || n.SHA256 == "" {
				return wrong("file_missing", string(kind), missing, f.Label+"没有上传", f.Clause)
			}
			return nil
		}
		fs = append(fs, f)
	}
	file(FieldSpec{
		Label: "身份证照片", Hint: "拍有姓名的一面，字要看得清", When: func(a *Application, _ *Programme) bool { return a.Answers.NameUntypable },
		Sees: seesDesk, Privacy: PrivacySensitive, Purpose: "补全打不出来的姓名，核实证件", Keep: keepCase, Clause: "A3.1", Correctable: true,
	}, FileIDCard, "请拍一张身份证有姓名的一面，上传。工作人员照着补上打不出来的字。")

	plain(FieldSpec{
		Key: "id_kind", Label: "证件类型", Kind: KindChoice, Options: idKinds,
		Sees: seesCollege, Privacy: PrivacyPersonal, Purpose: forIdentity, Receiver: "所报学校", Keep: keepCase, Clause: "A3.1",
	}, func(a *Answers) *string { return &a.IDKind })
	get, set := sealed(func(s *Sealed) *string { return &s.ID })
	fs = append(fs, FieldSpec{
		Key: "id", Label: "证件号码", Hint: "18位，最后一位可能是X。身份证开头是哪里都可以", Kind: KindID, Get: get, Set: set,
		Check: func(app *Application, _ *Programme, now time.Time) []Reason {
			n, err := gb.ID(app.Answers.IDKind, app.Sealed.ID, now)
			if err != nil {
				return faulty(err, "id", "证件号码", "A3.1")
			}
			if string(n) != app.Sealed.ID {
				return wrong("id_unclean", "id", "证件号码里有多余的符号。请打开“证件号码”这一页，看一遍再保存。", "证件号码没有整理过", "A3.1")
			}
			return nil
		},
		Sees: seesCollege, Privacy: PrivacySensitive, Purpose: forIdentity, Receiver: "所报学校", Keep: keepCase, Clause: "A3.1",
		Slot: "身份证号", Stamped: true, Mask: func(v string) string { return gb.IDNumber(v).Mask() },
	})
	get, set = sealed(func(s *Sealed) *string { return &s.Phone })
	fs = append(fs, FieldSpec{
		Key: "phone", Label: "手机号", Hint: "您自己用的号码，考试报名也用它", Kind: KindPhone, Get: get, Set: set,
		Check: func(app *Application, _ *Programme, _ time.Time) []Reason {
			n, err := gb.Mobile(app.Sealed.Phone)
			if err != nil {
				return faulty(err, "phone", "手机号", "A3.1")
			}
			if n != app.Sealed.Phone {
				return wrong("phone_unclean", "phone", "手机号里有多余的符号。请打开“手机号”这一页，看一遍再保存。", "手机号没有整理过", "A3.1")
			}
			return nil
		},
		Sees: seesCollege, Privacy: PrivacyPersonal, Purpose: "通知您进度和期限", Receiver: "所报学校", Keep: keepCase, Clause: "A3.1",
		Slot: "联系电话", Correctable: true, Mask: gb.MaskMobile,
	})

	text := func(key, label, ask string, least int, clause ClauseID, at func(*Answers) *string) func(*Application, *Programme, time.Time) []Reason {
		return func(app *Application, _ *Programme, _ time.Time) []Reason {
			switch n := utf8.RuneCountInString(strings.TrimSpace(*at(&app.Answers))); {
			case n == 0:
				return wrong("missing", key, ask, label+"没有填写", clause)
			case n < least:
				return wrong("short", key, label+"太短了。"+ask, label+"太短", clause)
			case n > 60:
				return wrong("long", key, label+"最多60个字。请写短一些。", label+"太长", clause)
			}
			return nil
		}
	}
	employer := func(a *Answers) *string { return &a.Employer }
	plain(FieldSpec{
		Key: "employer", Label: "工作单位", Hint: "实际干活的单位（用工单位）的全称。骑手、快递员写站点", Kind: KindText,
		Check: text("employer", "工作单位", "请填写您实际干活的单位全称。", 2, "A3.1", employer),
		Sees:  seesLocal, Privacy: PrivacyPersonal, Purpose: forPlace, Receiver: "盖章的工会；公示", Keep: keepCase, Clause: "A3.1",
		Slot: "工作单位", Stamped: true, Correctable: true,
	}, employer)
	plain(FieldSpec{
		Key: "dispatched", Label: "是不是劳务派遣", Hint: "合同签在派遣公司，在别的单位干活，就选“是”", Kind: KindYesNo, Options: yesNo,
		Sees: seesDesk, Privacy: PrivacyPersonal, Purpose: forPlace, Keep: keepCase, Clause: "3.1", Correctable: true,
	}, func(a *Answers) *string { return &a.Dispatched })
	agency := func(a *Answers) *string { return &a.Agency }
	plain(FieldSpec{
		Key: "agency", Label: "派遣公司", Hint: "和您签合同的单位（用人单位）的全称", Kind: KindText,
		Check: text("agency", "派遣公司", "请填写和您签合同的单位全称。", 2, "3.1", agency),
		When:  func(a *Application, _ *Programme) bool { return a.Answers.Dispatched == Yes },
		Sees:  seesDesk, Privacy: PrivacyPersonal, Purpose: forPlace, Keep: keepCase, Clause: "3.1", Correctable: true,
	}, agency)
	plain(FieldSpec{
		Key: "town", Label: "工作地点", Hint: "实际干活的街道或乡镇，不看户口", Kind: KindChoice, Options: towns,
		Sees: seesDesk, Privacy: PrivacyPersonal, Purpose: forPlace, Keep: keepCase, Clause: "3.1", Correctable: true,
	}, func(a *Answers) *string { return &a.Town })
	post := func(a *Answers) *string { return &a.Post }
	plain(FieldSpec{
		Key: "post", Label: "岗位", Hint: "例如：车间操作工、收银员、骑手、护理员", Kind: KindText,
		Check: text("post", "岗位", "请填写您平时做什么工作。", 1, "3.1", post),
		Sees:  seesDesk, Privacy: PrivacyPersonal, Purpose: "核对您在一线岗位", Keep: keepCase, Clause: "3.1", Correctable: true,
	}, post)
	plain(FieldSpec{
		Key: "employment", Label: "用工方式", Kind: KindChoice, Options: employments,
		Sees: seesDesk, Privacy: PrivacyPersonal, Purpose: forPlace, Keep: keepCase, Clause: "3.1", Correctable: true,
	}, func(a *Answers) *string { return &a.Employment })
	plain(FieldSpec{
		Key: "worker_kind", Label: "人员类别", Hint: "选最像您的一个，选哪个都不影响名额", Kind: KindChoice, Options: workerKinds,
		Sees: seesDesk, Privacy: PrivacyPersonal, Purpose: forCount, Keep: keepCase, Clause: "3.1", Correctable: true,
	}, func(a *Answers) *string { return &a.WorkerKind })
	plain(FieldSpec{
		Key: "hukou", Label: "户籍类型", Hint: "只用来统计，户口在哪里都可以申请", Kind: KindChoice, Options: hukous,
		Sees: seesDesk, Privacy: PrivacyPersonal, Purpose: forCount, Keep: keepCase, Clause: "3.1", Correctable: true,
	}, func(a *Answers) *string { return &a.Hukou })

	plain(FieldSpec{
		Key: "own_union", Label: "单位有没有工会", Kind: KindChoice, Options: ownUnions,
		Sees: seesDesk, Privacy: PrivacyPersonal, Purpose: forUnion, Keep: keepCase, Clause: "3.1",
	}, func(a *Answers) *string { return &a.OwnUnion })
	ownName := func(a *Answers) *string { return &a.OwnUnionName }
	plain(FieldSpec{
		Key: "own_union_name", Label: "所在工会", Hint: "工会的全称，和工会公章上的一样。不知道可以问单位工会", Kind: KindUnion,
		Check: text("own_union_name", "所在工会", "请填写您单位工会的全称，和公章上的一样。", 4, "A3.n2", ownName),
		When: func(a *Application, _ *Programme) bool {
			return a.Answers.OwnUnion == UnionOwn || a.Answers.OwnUnion == UnionOther
		},
		Sees: seesDesk, Privacy: PrivacyPersonal, Purpose: forUnion, Receiver: "公示", Keep: keepCase, Clause: "A3.n2", Correctable: true,
	}, ownName)
	plain(FieldSpec{
		Key: "officer", Label: "您是不是工会的经办人", Hint: "自己管工会公章的，不能给自己盖章，由上一级工会盖", Kind: KindYesNo, Options: yesNo,
		Sees: seesDesk, Privacy: PrivacyPersonal, Purpose: forUnion, Keep: keepCase, Clause: "A3.n2", Correctable: true,
	}, func(a *Answers) *string { return &a.Officer })
	village := func(a *Answers) *string { return &a.VillageUnion }
	plain(FieldSpec{
		Key: "village_union", Label: "村（社区）工会", Hint: "是村（社区）工会盖章的，写它的全称；由乡镇（街道）工会盖章的，不用填", Kind: KindUnion, Optional: true,
		Check: func(app *Application, p *Programme, now time.Time) []Reason {
			if app.Answers.VillageUnion == "" {
				return nil
			}
			return text("village_union", "村（社区）工会", "请填写工会的全称，和公章上的一样。", 4, "A3.n2", village)(app, p, now)
		},
		When: func(a *Application, _ *Programme) bool {
			return (a.Answers.OwnUnion == UnionNone || a.Answers.OwnUnion == Unknown) && a.Answers.Officer != Yes
		},
		Sees: seesDesk, Privacy: PrivacyPersonal, Purpose: forUnion, Receiver: "公示", Keep: keepCase, Clause: "A3.n2", Correctable: true,
	}, village)
	fs = append(fs, FieldSpec{
		Key: "rec_union", Label: "推荐工会", Hint: "给您盖章的上一级工会", Kind: KindUnion, Options: upperUnions,
		// For everybody else the union follows from the answers (Derive), so
		// that a correction of those does not change this one.
		Get: func(a *Application) string {
			if a.Answers.Officer == Yes {
				return a.Answers.RecUnion
			}
			return ""
		},
		Set: func(a *Application, v string) {
			if a.Answers.Officer == Yes {
				a.Answers.RecUnion = v
			}
		},
		When: func(a *Application, _ *Programme) bool { return a.Answers.Officer == Yes },
		Sees: seesDesk, Privacy: PrivacyPersonal, Purpose: forUnion, Receiver: "公示", Keep: keepCase, Clause: "A3.n2",
	})

	plain(FieldSpec{
		Key: "major", Label: "学校、层次和专业", Kind: KindMajor, Options: majors,
		Check: func(app *Application, p *Programme, _ time.Time) []Reason {
			if app.Answers.Major == "" {
				return wrong("missing", "major", "请选一个学校和专业。", "没有选专业", "A1.1")
			}
			if _, ok := p.Major(app.Answers.Major); !ok {
				return wrong("major_unlisted", "major", "这个专业不在名单里。请从列出的学校、层次和专业里选一个。", "院校、层次、专业不在附件1", "A1.1")
			}
			return nil
		},
		Sees: seesMajor, Privacy: PrivacyPersonal, Purpose: forStudy, Receiver: "盖章的工会、所报学校；公示", Keep: keepCase, Clause: "A1.1", Correctable: true,
	}, func(a *Answers) *string { return &a.Major })
	plain(FieldSpec{
		Key: "education", Label: "文化程度", Hint: "选您拿到的最高的毕业证", Kind: KindChoice, Options: educations,
		Sees: seesCollege, Privacy: PrivacyPersonal, Purpose: "核对报考层次的条件", Receiver: "所报学校", Keep: keepCase, Clause: "3.2", Correctable: true,
	}, func(a *Answers) *string { return &a.Education })
	flagged := func(a *Application, p *Programme) bool {
		m, ok := p.Major(a.Answers.Major)
		return ok && m.Medical != ""
	}
	plain(FieldSpec{
		Key: "medical_held", Label: "有没有这个专业要的医学资格", Hint: "没有也可以先填，会告诉您怎么办", Kind: KindYesNo, Options: haveNot,
		When: flagged,
		Sees: seesCollege, Privacy: PrivacyPersonal, Purpose: "核对医学专业的报考条件", Receiver: "所报学校", Keep: keepCase, Clause: "3.2", Correctable: true,
	}, func(a *Answers) *string { return &a.Medical })
	file(FieldSpec{
		Label: "医学资格证明", Hint: "拍下证书有姓名和编号的一页",
		When: func(a *Application, p *Programme) bool { return flagged(a, p) && a.Answers.Medical == Yes },
		Sees: seesCollege, Privacy: PrivacyPersonal, Purpose: "核对医学专业的报考条件", Receiver: "所报学校", Keep: keepCase, Clause: "3.2", Correctable: true,
	}, FileMedical, "请拍下医学资格证书，上传。证书不在手边，可以先把上一题改成“没有”。")
	plain(FieldSpec{
		Key: "honour_title", Label: "荣誉或新就业形态", Hint: "有的，候补时优先。提交以后不能再补报", Kind: KindChoice, Options: honours,
		Sees: seesDesk, Privacy: PrivacyPersonal, Purpose: forPriority, Keep: keepCase, Clause: "3.1",
	}, func(a *Answers) *string { return &a.Honour })
	file(FieldSpec{
		Label: "荣誉证明", Hint: "证书、表彰决定、从业资格证或接单截图",
		When: func(a *Application, _ *Programme) bool { return a.Answers.Honour != "" && a.Answers.Honour != None },
		Sees: seesDesk, Privacy: PrivacyPersonal, Purpose: forPriority, Keep: keepCase, Clause: "3.1", Correctable: true,
	}, FileHonour, "请拍下荣誉或从业的证明，上传。没有证明的，请把上一题改成“没有”。")

	get, set = sealed(func(s *Sealed) *string { return &s.Card })
	fs = append(fs, FieldSpec{
		Key: "card", Label: "银行卡号", Hint: "您本人的储蓄卡，最好是一类卡。信用卡、家人的卡不行", Kind: KindCard, Get: get, Set: set,
		Check: func(app *Application, _ *Programme, _ time.Time) []Reason {
			n, err := gb.Card(app.Sealed.Card)
			if err != nil {
				return faulty(err, "card", "银行卡号", "A3.n1")
			}
			if string(n) != app.Sealed.Card {
				return wrong("card_unclean", "card", "银行卡号里有多余的符号。请打开“银行卡号”这一页，看一遍再保存。", "银行卡号没有整理过", "A3.n1")
			}
			var out []Reason
			for _, w := range gb.CardWarnings(n) {
				out = append(out, warned(w.Code, "card", w.Sentence, "银行卡号存疑："+w.Sentence, "A3.n1"))
			}
			return out
		},
		Sees: seesPay, Privacy: PrivacySensitive, Purpose: forMoney, Receiver: "所报学校、发补助的银行", Keep: keepCase, Clause: "A3.n1",
		Slot: "银行卡号", Correctable: true, Mask: gb.MaskCard,
	})
	bank := func(a *Answers) *string { return &a.Bank }
	plain(FieldSpec{
		Key: "bank", Label: "开户银行", Hint: "写到银行名就行，知道支行的写上支行", Kind: KindSuggest, Options: banks,
		Check: text("bank", "开户银行", "请填写是哪家银行的卡。", 2, "A3.n1", bank),
		Sees:  seesPay, Privacy: PrivacyPersonal, Purpose: forMoney, Receiver: "所报学校、发补助的银行", Keep: keepCase, Clause: "A3.n1", Correctable: true,
	}, bank)
	holder := func(a *Answers) *string { return &a.AccountName }
	plain(FieldSpec{
		Key: "account_name", Label: "账户户名", Hint: "只有银行把您的名字写成别的字，才填。一样的不用填", Kind: KindText, Optional: true,
		Check: func(app *Application, _ *Programme, _ time.Time) []Reason {
			if n := utf8.RuneCountInString(app.Answers.AccountName); n > 60 {
				return wrong("long", "account_name", "账户户名最多60个字。请照银行的写法填写。", "账户户名太长", "A3.n1")
			}
			return nil
		},
		Sees: seesPay, Privacy: PrivacyPersonal, Purpose: forMoney, Receiver: "所报学校、发补助的银行", Keep: keepCase, Clause: "A3.n1", Correctable: true,
	}, holder)
	why := func(a *Answers) *string { return &a.AccountReason }
	plain(FieldSpec{
		Key: "account_reason", Label: "户名为什么不一样", Hint: "例如：名字里的字银行打不出来，用了拼音", Kind: KindText,
		Check: text("account_reason", "户名不一样的原因", "请写一句为什么银行的户名和姓名不一样。", 2, "A3.n1", why),
		When: func(a *Application, _ *Programme) bool {
			return a.Answers.AccountName != "" && a.Answers.AccountName != a.Answers.Name
		},
		Sees: seesMoney, Privacy: PrivacyPersonal, Purpose: forMoney, Keep: keepCase, Clause: "A3.n1", Correctable: true,
	}, why)

	file(FieldSpec{
		Label: "照片", Hint: "1寸蓝底照片，手机拍的照片就行", Kind: KindPhoto,
		Sees: seesDesk, Privacy: PrivacySensitive, Purpose: "印在推荐表上，核对是您本人", Keep: keepCase, Clause: "A3.1",
		Slot: "1寸蓝底照片", Stamped: true, Correctable: true,
	}, FilePhoto, "请上传一张1寸蓝底照片。")
	file(FieldSpec{
		Label: "盖好章的推荐表", Hint: "先打印、签名，到工会盖章，再拍照上传。要拍到整张纸",
		Sees: seesDesk, Privacy: PrivacySensitive, Purpose: "证明工会推荐您", Keep: keepCase, Clause: "A2.1", Correctable: true,
	}, FileStamped, "请打印推荐表、签名，到工会盖章，再拍照上传。")
	consent("commitment", "本人承诺", "commitment", func(a *Answers) *string { return &a.Commitment })

	for i := range fs {
		f := &fs[i]
		if f.When == nil {
			f.When = always
		}
		if f.Check == nil {
			f.Check = choiceCheck(*f)
		}
		if f.Max == 0 {
			f.Max = 60
		}
	}
	return fs
}

// choiceCheck is the check of a field whose value is one of its options.
func choiceCheck(f FieldSpec) func(*Application, *Programme, time.Time) []Reason {
	return func(app *Application, p *Programme, _ time.Time) []Reason {
		v := f.Get(app)
		switch {
		case v == "" && f.Optional:
			return nil
		case v == "":
			return wrong("missing", f.Key, "请选“"+f.Label+"”。", f.Label+"没有选", f.Clause)
		case f.Options != nil && !offered(f.Options(p), v):
			return wrong("not_offered", f.Key, "“"+f.Label+"”里没有这一项。请从列出的里面选。", f.Label+"不是列出的选项", f.Clause)
		}
		return nil
	}
}

// Fields is the catalogue in the order of the pages. Do not change it.
func Fields() []FieldSpec { return catalogue }

// Field finds a field by its key.
func Field(key string) (FieldSpec, bool) {
	for i := range catalogue { // by index: a row is large
		if catalogue[i].Key == key {
			return catalogue[i], true
		}
	}
	return FieldSpec{}, false
}

// FieldLabel is the label of a field; the key if there is none.
func FieldLabel(key string) string {
	if f, ok := Field(key); ok {
		return f.Label
	}
	return key
}

// WordingHash is what a consent stores: SHA-256 of the text agreed to, in hex.
func WordingHash(text string) string {
	if h, ok := wordingHashes.Load(text); ok {
		return h.(string)
	}
	sum := sha256.Sum256([]byte(text))
	h := hex.EncodeToString(sum[:])
	wordingHashes.Store(text, h)
	return h
}

// wordingHashes remembers the few texts that there are: every submission asks
// for four of them.
var wordingHashes sync.Map

// consentWording is the wording behind a consent field.
func consentWording(key string) string { return strings.ReplaceAll(key, "_", "-") }

// Clean brings a raw value of a form into the shape in which it is kept and
// says what is wrong or doubtful with it. A value that is wrong comes back as
// typed, cut to a sane length, so that nothing typed is lost. Clean looks at
// this one value; Check looks at the application.
func Clean(key, raw string, app *Application, p *Programme, now time.Time) (string, []Reason) {
	f, ok := Field(key)
	if !ok || f.IsFile() {
		return "", wrong("field_unknown", key, "这一项不能在这里填写。", "没有这个字段", "A2.1")
	}
	typed := cut(strings.ToValidUTF8(strings.TrimSpace(raw), ""), 4*f.Max)
	switch f.Kind {
	case KindConsent:
		if typed == "" {
			return "", nil
		}
		return WordingHash(p.Wording[consentWording(key)]), nil
	case KindTick:
		if typed == "" {
			return "", nil
		}
		return Yes, nil
	case KindName:
		judge := gb.Name
		if app.Answers.NameUntypable {
			judge = gb.NameIncomplete
		}
		clean, changed, err := judge(raw)
		if err != nil {
			return typed, faulty(err, key, f.Label, f.Clause)
		}
		if changed && clean != strings.TrimSpace(raw) {
			return clean, []Reason{warned("name_changed", key, "姓名已改成“"+clean+"”。请看和身份证上的是不是一样。", "姓名里的符号已整理", f.Clause)}
		}
		return clean, nil
	case KindID:
		n, err := gb.ID(app.Answers.IDKind, raw, now)
		if err != nil {
			return typed, faulty(err, key, f.Label, f.Clause)
		}
		return string(n), nil
	case KindPhone:
		n, err := gb.Mobile(raw)
		if err != nil {
			return typed, faulty(err, key, f.Label, f.Clause)
		}
		return n, nil
	case KindCard:
		n, err := gb.Card(raw)
		if err != nil {
			return typed, faulty(err, key, f.Label, f.Clause)
		}
		var out []Reason
		for _, w := range gb.CardWarnings(n) {
			out = append(out, warned(w.Code, key, w.Sentence, "银行卡号存疑", f.Clause))
		}
		return string(n), out
	}
	v := strings.Join(strings.Fields(strings.Map(visible, typed)), " ")
	if n := utf8.RuneCountInString(v); n > f.Max {
		return v, wrong("long", key, f.Label+"最多"+strconv.Itoa(f.Max)+"个字。请写短一些。", f.Label+"太长", f.Clause)
	}
	if f.Options != nil && f.Kind != KindSuggest && v != "" && !offered(f.Options(p), v) {
		return "", wrong("not_offered", key, "“"+f.Label+"”里没有这一项。请从列出的里面选。", f.Label+"不是列出的选项", f.Clause)
	}
	return v, nil
}

// visible drops control characters and marks that show nothing.
func visible(r rune) rune {
	switch {
	case r == '\t' || r == '\n' || r == '\r':
		return ' '
	case r < 0x20, r >= 0x7F && r < 0xA0, r >= 0x200B && r <= 0x200F, r >= 0x202A && r <= 0x202E, r >= 0x2060 && r <= 0x2069, r == 0xFEFF:
		return -1
	}
	return r
}

func cut(s string, n int) string {
	r := []rune(s)
	if len(r) > n {
		return string(r[:n])
	}
	return s
}

// Put cleans a raw value, sets it and lets the answers that follow from others
// follow. The reasons are those of Clean.
func Put(app *Application, p *Programme, key, raw string, now time.Time) []Reason {
	f, ok := Field(key)
	v, rs := Clean(key, raw, app, p, now)
	if !ok || f.IsFile() {
		return rs
	}
	f.Set(app, v)
	Derive(app, p)
	if key == "card" && !Blocked(rs) && app.Answers.Bank == "" {
		app.Answers.Bank = gb.BankByCard(v)
	}
	return rs
}

// Derive fills in the recommending union where it follows from the answers
// (A3 note 2): the unit's own union; without one, the union of the town where
// the person works; for a union officer the upper one that he chose. It asks
// nothing and judges nothing.
func Derive(app *Application, p *Programme) {
	a := &app.Answers
	town, okTown := p.UnionBy(a.Town)
	if !okTown || town.Town == "" {
		town, okTown = districtUnion(p)
	}
	switch {
	case a.Officer == Yes:
		u, ok := p.UnionBy(a.RecUnion)
		if !ok && a.Town != "" {
			u, ok = town, okTown
		}
		if ok {
			a.RecUnion, a.RecUnionName = u.Key, u.Name
		} else {
			a.RecUnion, a.RecUnionName = "", ""
		}
	case a.OwnUnion == UnionOwn || a.OwnUnion == UnionOther:
		a.RecUnion, a.RecUnionName = UnionOwn, a.OwnUnionName
	case (a.OwnUnion == UnionNone || a.OwnUnion == Unknown) && a.Town != "" && okTown:
		a.RecUnion, a.RecUnionName = town.Key, town.Name
		if a.VillageUnion != "" {
			a.RecUnionName = a.VillageUnion
		}
	default:
		a.RecUnion, a.RecUnionName = "", ""
	}
}

// Asked gives a copy that holds only what is asked: answers to questions that
// no longer apply are left out. A draft keeps them, so that going back loses
// nothing; a submission is made of the copy.
func Asked(app *Application, p *Programme) *Application {
	c := *app
	c.Files = map[FileKind]FileNote{}
	for k, n := range app.Files {
		c.Files[k] = n
	}
	for _, f := range catalogue {
		if f.When(&c, p) {
			continue
		}
		switch {
		case f.File == FileIDCard: // handed in for a contested number as well
		case f.IsFile():
			delete(c.Files, f.File)
		default:
			f.Set(&c, "")
		}
	}
	Derive(&c, p)
	return &c
}
