package bank

import "strings"

// Do is what happens next with a payment that failed.
type Do string

// What can happen next.
const (
	SameCard  Do = "same_card"  // the worker puts the card in order, the same card is paid again
	OtherCard Do = "other_card" // he gives another own card
	Correct   Do = "correct"    // he looks at the number and the name, and corrects them or gives another own card
	Resend    Do = "resend"     // nothing for him: finance puts it right and sends again
	Ask       Do = "ask"        // finance asks the bank first
)

// Reason is a usual reason of banks (reference domain §4.4).
type Reason struct {
	Code   string
	Words  []string // any of them in the bank's text
	Staff  string
	Worker string // what he reads; empty where he has nothing to do
	Do     Do
}

// Reasons lists the usual ones. The first whose word stands in the bank's text
// holds, so narrow ones come before wide ones.
var Reasons = []Reason{
	{"credit_card", []string{"信用卡", "贷记卡", "贷记账户", "非借记"}, "不是储蓄卡", "这张卡是信用卡，不能收补助。请换一张本人的储蓄卡。", OtherCard},
	{"third_class", []string{"Ⅲ类", "III类", "三类户", "三类账户", "超过余额", "余额上限", "超余额"}, "Ⅲ类账户，余额有上限", "这张卡能存的钱有上限，收不下这笔补助。请换一张本人的Ⅰ类储蓄卡。", OtherCard},
	{"over_limit", []string{"Ⅱ类", "II类", "二类户", "二类账户", "超限", "超过限额", "限额", "超出单笔", "超出日累计", "超出年累计"}, "超过账户限额", "这张卡超过了收款限额。请换一张本人的Ⅰ类储蓄卡。", OtherCard},
	{"lost", []string{"挂失"}, "卡已挂失", "这张卡挂失了。请到银行解除挂失，或者换一张本人的储蓄卡。", OtherCard},
	{"frozen", []string{"冻结", "涉案", "止付", "司法", "控制账户", "风险账户", "可疑"}, "账户被冻结或管控", "银行说这张卡被冻结了。请联系开户行；也可以换一张本人的储蓄卡。", OtherCard},
	{"closed", []string{"销户", "注销", "已换卡", "换卡", "清户", "作废", "卡已失效", "卡过期"}, "已销户或已换卡", "这张卡已经注销或换过。请填新卡，要本人的储蓄卡。", OtherCard},
	{"dormant", []string{"未激活", "睡眠", "久悬", "休眠", "不动户", "未启用", "长期不动"}, "未激活或长期不用", "这张卡还没有激活，或太久没有用。请带身份证到银行激活，激活后点“已激活”，仍发到这张卡。", SameCard},
	{"expired_id", []string{"身份证过期", "证件过期", "证件到期", "证件失效", "证件有效期", "身份信息"}, "在银行的身份信息过期", "您在银行登记的身份证过期了。请带身份证到银行更新，更新后点“已办好”，仍发到这张卡。", SameCard},
	{"limited", []string{"只收不付", "不收不付", "只付不收", "中止", "暂停非柜面", "非柜面", "账户状态", "状态异常", "状态不正常", "账户异常", "账户受限", "不能入账"}, "账户状态受限", "银行说这张卡暂时不能收款。请带身份证到开户行问清并办好，办好后点“已办好”，仍发到这张卡。", SameCard},
	{"name", []string{"户名不符", "户名不一致", "账号户名", "账户名", "姓名不符", "姓名不一致", "户名不匹配", "户名错误", "名称不符", "账号与户名", "账户与户名"}, "户名和卡号对不上", "卡号和姓名对不上。请对照卡核对卡号，卡要是本人的；姓名里有少见的字，请问银行登记的是哪个字。", Correct},
	{"no_account", []string{"账号不存在", "账户不存在", "卡号不存在", "无此账号", "无此账户", "无此卡", "账号错误", "账号有误", "卡号错误", "卡号有误", "账号无效", "卡号无效", "无效账号", "无效卡号", "账户错误", "查无此"}, "卡号有误", "卡号不对。请对照卡的正面，重新填写卡号。", Correct},
	{"routing", []string{"行号", "联行", "开户行错误", "开户行有误", "开户行不", "清算", "跨行", "超时间", "通讯", "系统", "超时", "大额", "小额支付"}, "行号或清算问题", "", Resend},
}

// Other is the reason when the bank's text is none of the usual ones.
var Other = Reason{Code: "other", Staff: "银行没有写明原因，或写法少见，请先问银行", Worker: "银行没有发放成功，我们正在向银行查问。请先不要换卡，等我们的消息。", Do: Ask}

func reasonBy(code string) (Reason, bool) {
	for _, r := range Reasons {
		if r.Code == code {
			return r, true
		}
	}
	return Reason{}, false
}

// ReasonOf reads a bank's text: its own words of the layout, then the usual ones.
func (l Layout) ReasonOf(text string) Reason {
	t := plain(text)
	for _, c := range l.Codes {
		if plain(c.Word) == t {
			if r, ok := reasonBy(c.Code); ok {
				return r
			}
		}
	}
	for _, r := range Reasons {
		for _, w := range r.Words {
			if strings.Contains(t, plain(w)) {
				return r
			}
		}
	}
	return Other
}

// plain is how texts of banks are compared: half width, upper case, no blanks.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 0xFF01 && r <= 0xFF5E {
			r -= 0xFEE0
		}
		switch {
		case r == ' ' || r == '\t' || r == '\r' || r == '\n' || r == 0x3000 || r == 0xA0 || r == 0xFEFF:
			return -1
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		}
		return r
	}, strings.ReplaceAll(s, "帐", "账"))
}
