package scheme

import (
	"slices"
	"strings"
)

// ReturnReason is a ready reason to send one item back: Field is the item, Staff
// the words beside the tick, Worker the sentence that the worker will read. It
// may name the recommending union as {rec}.
type ReturnReason struct {
	Reason
	Stamp  bool // the paper has to be stamped anew: more days
	Excuse bool // not the worker's fault: the round does not count
}

// returnReasons are the common faults, in the order in which a clerk looks at
// the paper: the form first, then the photo, then what was typed. A fault of the
// paper is a correction and never a refusal (DESIGN §2.5).
var returnReasons = []ReturnReason{
	back("stamp_none", "stamped", "没有盖章", "“基层工会审核意见”栏没有盖章。请到{rec}盖章，再拍照上传。", stampNeeded),
	back("stamp_other", "stamped", "章的名称和推荐工会不一致", "章上的名称和推荐工会不一样。请到{rec}重新盖章，再拍照上传。", stampNeeded),
	back("stamp_place", "stamped", "章盖错了地方", "章没有盖在“基层工会审核意见”栏。请到{rec}在这一栏盖章，再拍照上传。", stampNeeded),
	back("stamp_faint", "stamped", "章看不清", "章看不清楚。请重新拍一张清楚的；章本身很淡的，请到{rec}补盖。"),
	back("stamp_copy", "stamped", "复印件、黑白件或电子章", "要盖原章的原件。请到{rec}在原件上盖章，拍彩色照片上传。", stampNeeded),
	back("date_none", "stamped", "没写日期", "签名或盖章的地方没有写日期。请补写日期，再拍照上传。"),
	back("sign_none", "stamped", "本人没有签名", "“本人申请”栏没有您的签名。请签上名字和日期，再拍照上传。"),
	back("form_blurred", "stamped", "照片看不清或没拍全", "照片看不清楚，或者没有拍全。请把整张表放平，光线亮一点，四个角都拍进去。"),
	back("form_changed", "stamped", "表上有涂改", "表上有涂改。请重新打印一张，签名、盖章后拍照上传。", stampNeeded),
	back("form_other", "stamped", "不是这份申请的表", "传上来的不是这一份申请的推荐表。请打印这份申请的表，签名、盖章后拍照上传。", stampNeeded),
	back("form_old", "stamped", "打印以后又改了内容", "推荐表打印以后，姓名、证件号、单位或照片又改过。请重新打印、签名、盖章，再拍照上传。", stampNeeded),
	back("form_lost", "stamped", "文件打不开（平台的问题）", "这个文件我们这边打不开，不是您的错。请再传一次。", notHisFault),

	back("photo_blue", "photo", "不是蓝底", "照片不是蓝底。请换一张1寸蓝底证件照。"),
	back("photo_face", "photo", "看不清脸、戴帽或遮挡", "照片上看不清您的脸。请换一张正面、不戴帽子的1寸蓝底证件照。"),
	back("photo_other", "photo", "不像本人或翻拍", "请换一张您本人近期的1寸蓝底证件照，不要翻拍。"),

	back("name_card", "name", "和证件上的字不一样", "姓名和身份证上的字不一样。请照身份证改。"),
	back("employer_short", "employer", "不是全称", "请写工作单位的全称，和单位公章上的一样。"),
	back("employer_form", "employer", "和推荐表上的不一样", "填的工作单位和推荐表上的不一样。请改成一样的，再打印、盖章。", stampNeeded),
	back("employer_real", "employer", "写的不是实际干活的单位", "请写您实际干活的单位，不写派遣公司。"),
	back("dispatched_wrong", "dispatched", "像是劳务派遣", "请看一下合同：合同签在派遣公司、在别的单位干活的，选“是”。"),
	back("agency_short", "agency", "派遣公司不是全称", "请写派遣公司的全称，和合同上的一样。"),
	back("town_other", "town", "和单位地址对不上", "工作地点和单位的地址对不上。请选您实际干活的乡镇（街道）。"),
	back("post_vague", "post", "岗位太笼统", "请把岗位写具体，例如“车床操作工”“收银员”。"),
	back("employment_other", "employment", "和单位情况对不上", "用工方式和单位的情况对不上。请照您的合同选。"),
	back("kind_other", "worker_kind", "和岗位对不上", "人员类别和岗位对不上。请选最像您的一类。"),
	back("union_short", "own_union_name", "工会名称不是全称", "请写工会的全称，和工会公章上的一样。"),
	back("village_short", "village_union", "村（社区）工会名称不是全称", "请写村（社区）工会的全称，和公章上的一样。"),
	back("officer_yes", "officer", "像是工会经办人", "您管单位工会的公章，请选“是”，由上一级工会推荐、盖章。", stampNeeded),
	back("major_level", "major", "层次和学历对不上", "报的层次和您的学历对不上。没有大专毕业证的，请改报高升专的专业。"),
	back("major_medical", "major", "医学专业没有资格证", "这个专业要有医学资格证，考试报名会被拦下。请改报别的专业。"),
	back("education_other", "education", "和毕业证对不上", "文化程度和您的情况对不上。请选已经拿到的最高毕业证。"),
	back("medical_other", "medical_held", "和资格证对不上", "请再看一下有没有这个专业要的医学资格。"),
	back("medical_blurred", "medical", "看不清或不是要求的证", "医学资格证明看不清，或者不是这个专业要的证。请拍下有姓名和编号的一页，再上传。"),
	back("honour_blurred", "honour", "看不清或缺页", "荣誉证明看不清，或者缺页。请拍下有姓名、名称和日期的一页，再上传。"),
	back("honour_other", "honour", "和填的荣誉不一致", "证明和填的荣誉不一致。请传这一项荣誉的证明。"),
	back(cardDisputed, "idcard", "证件号有争议，要身份证照片", "证件号有争议，请补身份证照片。"),
	back("idcard_blurred", "idcard", "看不清", "身份证照片看不清。请把有姓名的一面放平，光线亮一点，重新拍。"),
	back("phone_dead", "phone", "打不通", "这个手机号打不通。请改成您现在用的号码。"),
	back("card_form", "card", "和推荐表上的不一样", "银行卡号和推荐表上的不一样。请照您的卡改正。"),
	back("card_credit", "card", "像是信用卡或别人的卡", "补助只能发到您本人的储蓄卡。请换成您自己的储蓄卡号。"),
	back("bank_vague", "bank", "开户银行不清楚", "请写清楚是哪家银行的卡。"),
	back("account_other", "account_name", "户名和姓名不一致", "账户户名要和您的姓名一样。请用您本人的卡；银行写法不同的，照银行的写。"),
	back("account_why", "account_reason", "没说清为什么不一样", "请写一句银行的户名为什么和姓名不一样。"),
}

// cardDisputed asks for the card of a number that another case contests.
const cardDisputed = "idcard_disputed"

type returnMark int

const (
	stampNeeded returnMark = iota
	notHisFault
)

func back(code, field, staff, worker string, marks ...returnMark) ReturnReason {
	return ReturnReason{
		Reason: Reason{Code: code, Field: field, Worker: worker, Staff: staff, Clause: "A2.1"},
		Stamp:  slices.Contains(marks, stampNeeded), Excuse: slices.Contains(marks, notHisFault),
	}
}

// ReturnItem is one item that may be named in a correction, with its ready
// reasons.
type ReturnItem struct {
	Field   FieldSpec
	Reasons []ReturnReason
}

// ReturnItems are the items that may be named for an application: correctable
// and asked, and the card where the number is disputed (5.2); those with the paper's own faults first, then in the order of the
// pages.
func ReturnItems(app *Application, p *Programme) []ReturnItem {
	var out []ReturnItem
	seen := map[string]bool{}
	add := func(f FieldSpec) {
		if seen[f.Key] || !f.Correctable || !f.When(app, p) && !(f.File == FileIDCard && app.Disputed) {
			return
		}
		seen[f.Key] = true
		item := ReturnItem{Field: f}
		for _, r := range returnReasons {
			if r.Field == f.Key && (r.Code != cardDisputed || app.Disputed) {
				r.Worker = fillReason(r.Worker, app, p)
				item.Reasons = append(item.Reasons, r)
			}
		}
		out = append(out, item)
	}
	for _, k := range []FileKind{FileStamped, FilePhoto} {
		if f, ok := Field(string(k)); ok {
			add(f)
		}
	}
	for _, f := range Fields() {
		add(f)
	}
	return out
}

// ReturnText puts together what the worker will read of a correction: one
// sentence for each ready reason under the name of its item, the way to the new
// stamp where one is needed, and the clerk's own words at the end. Items without
// a reason of their own are only named.
func ReturnText(app *Application, p *Programme, items, codes []string, stamp bool, note string) string {
	var parts []string
	paper := false
	for _, it := range ReturnItems(app, p) {
		var said []string
		for _, r := range it.Reasons {
			if slices.Contains(codes, r.Code) {
				said = append(said, r.Worker)
				paper = paper || r.Stamp
			}
		}
		switch {
		case len(said) > 0:
			parts = append(parts, it.Field.Label+"："+strings.Join(said, ""))
		case slices.Contains(items, it.Field.Key) && it.Field.File != FileStamped:
			parts = append(parts, it.Field.Label+"：请再看一遍，改好。")
		case slices.Contains(items, it.Field.Key) && !stamp:
			parts = append(parts, it.Field.Label+"：请再看一遍，重新拍照上传。")
		}
	}
	if stamp && !paper {
		parts = append(parts, Restamp(app, p))
	}
	if note = strings.TrimSpace(note); note != "" {
		parts = append(parts, ended(note))
	}
	return strings.Join(parts, "")
}

// Restamp is the sentence about a new stamp: the old one stands for other values
// (DESIGN §2.8).
func Restamp(app *Application, p *Programme) string {
	return fillReason("改好以后，请重新打印推荐表、签名，到{rec}盖章，再拍照上传。", app, p)
}

// ReturnMarks says which items the ready reasons name besides those named
// already, whether a new stamp is needed, and whether all of it is none of the
// worker's faults.
func ReturnMarks(items, codes []string) (named []string, stamp, excuse bool) {
	named, excuse = slices.Clone(items), len(codes) > 0
	for _, r := range returnReasons {
		if !slices.Contains(codes, r.Code) {
			continue
		}
		if !slices.Contains(named, r.Field) {
			named = append(named, r.Field)
		}
		stamp = stamp || r.Stamp
		excuse = excuse && r.Excuse
	}
	for _, k := range items {
		// An item without a ready reason is his to mend.
		excuse = excuse && slices.ContainsFunc(returnReasons, func(r ReturnReason) bool { return r.Field == k && slices.Contains(codes, r.Code) })
	}
	for _, k := range named {
		f, _ := Field(k)
		stamp = stamp || f.Stamped
	}
	return named, stamp, excuse && len(named) > 0
}

// refuseReasons are the grounds on which the district may find that somebody is
// not eligible (3.1, 3.2). A fault of a paper is not among them.
var refuseReasons = []Reason{
	{Code: "outside", Worker: "核实后认为，您实际上班的地方不在{district}。", Staff: "实际工作地点不在区内", Clause: "3.1"},
	{Code: "no_member", Worker: "核实后认为，您不是{union}所属工会的会员。", Staff: "不是区总工会所属工会的会员", Clause: "3.1"},
	{Code: "no_frontline", Worker: "核实后认为，您的岗位不是一线岗位。", Staff: "不是一线职工", Clause: "3.1"},
	{Code: "not_employed", Worker: "核实后认为，您现在不在填写的单位上班。", Staff: "不在填写的单位上班", Clause: "3.1"},
	{Code: "union_no", Worker: "推荐工会没有推荐您。", Staff: "推荐工会不推荐", Clause: "A3.3"},
	{Code: "major_no", Worker: "您报的学校、层次或专业不在这次行动的范围里。", Staff: "院校、层次、专业不在范围内", Clause: "A1.1"},
	{Code: "terms_no", Worker: "您的学历或资格不符合所报层次、专业的报考条件。", Staff: "不符合报考条件", Clause: "3.2"},
	{Code: "incomplete", Worker: "补正以后，材料还是不全。", Staff: "补正两次后材料仍不完整", Clause: "A2.1"},
	{Code: "untrue", Worker: "核实后认为，有材料不真实。", Staff: "材料不实", Clause: "3.2"},
}

// RefuseReasons are the grounds as they stand for one application.
func RefuseReasons(app *Application, p *Programme) []Reason {
	out := slices.Clone(refuseReasons)
	for i := range out {
		out[i].Worker = fillReason(out[i].Worker, app, p)
	}
	return out
}

// RefuseText puts together what the worker will read of a refusal.
func RefuseText(app *Application, p *Programme, codes []string, note string) string {
	var b strings.Builder
	for _, r := range RefuseReasons(app, p) {
		if slices.Contains(codes, r.Code) {
			b.WriteString(r.Worker)
		}
	}
	if note = strings.TrimSpace(note); note != "" {
		b.WriteString(ended(note))
	}
	return b.String()
}

func fillReason(s string, app *Application, p *Programme) string {
	return strings.NewReplacer("{rec}", orElse(app.Answers.RecUnionName, "推荐工会"), "{district}", p.District, "{union}", p.Union).Replace(s)
}

// ended gives a sentence its full stop.
func ended(s string) string {
	if strings.HasSuffix(s, "。") || strings.HasSuffix(s, "！") || strings.HasSuffix(s, "？") {
		return s
	}
	return s + "。"
}
