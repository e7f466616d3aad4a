package scheme

// trails are the events that are no move of a case, by name, as the trail shows
// them. Moves have their own words (PastOf).
var trails = []Option{
	{Value: "staff_sign_in", Label: "登录", Group: "登录"},
	{Value: "staff_sign_in_wrong", Label: "登录没有成功", Group: "登录"},
	{Value: "officer_sign_in", Label: "工会经办人登录", Group: "登录"},
	{Value: "officer_sign_in_wrong", Label: "未登记的手机想登录经办人", Group: "登录"},
	{Value: "sign_in", Label: "职工登录", Group: "登录"},
	{Value: "send_code", Label: "发出验证码", Group: "登录"},
	{Value: "code_wrong", Label: "验证码不对", Group: "登录"},
	{Value: "check_code", Label: "验证码核对通过", Group: "登录"},
	{Value: "confirm_device", Label: "确认了设备", Group: "登录"},
	{Value: "confirm_wrong", Label: "证件号后6位对不上", Group: "登录"},
	{Value: "fresh_factor", Label: "再次验证动态码", Group: "登录"},
	{Value: "totp_wrong", Label: "动态码不对", Group: "登录"},
	{Value: "limit", Label: "次数到了上限，被拦下", Group: "登录"},
	{Value: "invite", Label: "邀请了账号", Group: "账号和权限"},
	{Value: "invite_officer", Label: "登记了工会经办人", Group: "账号和权限"},
	{Value: "reinvite", Label: "重新发了邀请链接", Group: "账号和权限"},
	{Value: "accept", Label: "打开邀请，设了密码", Group: "账号和权限"},
	{Value: "accept_totp", Label: "绑定动态码，账号开通", Group: "账号和权限"},
	{Value: "grant", Label: "给了角色", Group: "账号和权限"},
	{Value: "end_grant", Label: "收回角色", Group: "账号和权限"},
	{Value: "set_phone", Label: "登记或更换账号的手机号", Group: "账号和权限"},
	{Value: "disable", Label: "停用账号", Group: "账号和权限"},
	{Value: "enable", Label: "恢复账号", Group: "账号和权限"},
	{Value: "refused", Label: "越权操作，被拦下", Group: "账号和权限"},
	{Value: "bootstrap", Label: "建立第一个安全管理员", Group: "账号和权限"},
	{Value: "load_programme", Label: "装入项目", Group: "项目"},
	{Value: "set_hotline", Label: "填写咨询电话", Group: "项目"},
	{Value: "sign_readings", Label: "签认读法", Group: "项目"},
	{Value: "confirm_holidays", Label: "核对放假安排", Group: "项目"},
	{Value: "propose_opening", Label: "提出开放", Group: "项目"},
	{Value: "opening_dropped", Label: "放弃开放", Group: "项目"},
	{Value: "open_programme", Label: "开放项目", Group: "项目"},
	{Value: "change_cap", Label: "调整名额", Group: "项目"},
	{Value: "opening_soon", Label: "提醒填了草稿的人：快开放了", Group: "项目"},
	{Value: "closing_soon", Label: "提醒没提交的人：快截止了", Group: "项目"},
	{Value: "restore", Label: "从备份恢复", Group: "恢复"},
	{Value: "propose_delivery", Label: "恢复以后提出放行", Group: "恢复"},
	{Value: "delivery_dropped", Label: "放弃放行", Group: "恢复"},
	{Value: "deliver_again", Label: "恢复以后放行", Group: "恢复"},
	{Value: "search", Label: "按条件查找申请", Group: "查看和导出"},
	{Value: "look", Label: "打开申请查看", Group: "查看和导出"},
	{Value: "check", Label: "核对申请（看到证件号）", Group: "查看和导出"},
	{Value: "search", Label: "查找申请", Group: "查看和导出"},
	{Value: "look_file", Label: "查看材料", Group: "查看和导出"},
	{Value: "reveal", Label: "查看原文", Group: "查看和导出"},
	{Value: "export_trail", Label: "导出日志", Group: "查看和导出"},
	{Value: "take_out", Label: "本人下载资料", Group: "查看和导出"},
	{Value: "begin", Label: "开始填表", Group: "申请"},
	{Value: "print", Label: "生成推荐表", Group: "申请"},
	{Value: "print_code", Label: "要了打印码", Group: "申请"},
	{Value: "fetch_print", Label: "用打印码取表", Group: "申请"},
	{Value: "discard", Label: "删除草稿", Group: "申请"},
	{Value: "erase_draft", Label: "到期清除草稿", Group: "申请"},
	{Value: "propose", Label: "提出，等第二人", Group: "申请"},
	{Value: "propose_dropped", Label: "放弃提出", Group: "申请"},
	{Value: "promoted", Label: "递补", Group: "申请"},
	{Value: "returned_items", Label: "列出要补正的项目", Group: "申请"},
	{Value: "new_phone", Label: "换了哪个手机号（遮住）", Group: "申请"},
	{Value: "call", Label: "电话联系", Group: "申请"},
	{Value: "missed_call", Label: "打电话，没打通", Group: "申请"},
	{Value: "undelivered", Label: "消息没有送到", Group: "申请"},
	{Value: "contest_elsewhere", Label: "证件号在另一份申请里有争议", Group: "申请"},
}

// Trails are the events that the trail can be filtered by, in groups; the moves
// of a case come last.
func Trails() []Option {
	out := append([]Option(nil), trails...)
	for _, m := range Moves {
		out = append(out, Option{Value: string(m.Name), Label: m.Past, Group: "审核"})
	}
	return out
}

// TrailOf is what an event is called; its bare name where it has no words yet.
func TrailOf(name string) string { return OptionLabel(Trails(), name) }

// TrailPlain are the parts of an event's detail that the trail shows to
// somebody who has no part in the case: figures, codes and names of roles. What
// a person has written down by hand about a case is not among them.
var TrailPlain = []string{
	"staff", "login", "role", "org", "programme", "until", "purpose", "why", "limit", "code", "move", "cause", "what", "rounds", "revision",
	"cap", "waiting_max", "hash", "version", "rows", "new", "no", "place", "rank",
	"ground", "phone", "was", // of an act on an account: why, and its number masked; no case is told of
}

// TrailOpen are the parts of the detail of an event about a case that may lie
// plain in a row that is never changed: states, dates, figures, codes, labels of
// fields, names of staff. Every other part is sealed under the key of the case,
// so that it can be erased.
var TrailOpen = []string{
	"from", "to", "due", "move", "cause", "what", "items", "second", "rounds", "revision", "programme", "no", "place", "rank",
	"was", "phone", "paper", // of another phone: numbers masked, and where the card was seen
}

// What stands in the place of a text that was written about a case and cannot
// be shown any more.
const (
	Erased     = "内容已按期限删除"       // the key of the case was destroyed
	Unreadable = "内容打不开，请联系系统管理员" // the row was changed, or is another installation's
)
