package scheme

import "time"

// Shown says where a worker showed his identity card in person before his
// account got another phone number.
type Shown string

// The places at which the card is looked at.
const (
	ShownCentre Shown = "centre"
	ShownUnion  Shown = "union"
)

// ShownName is a place in words, "" for one that does not count.
func ShownName(s Shown) string {
	switch s {
	case ShownCentre:
		return "本人到服务中心，看了身份证原件"
	case ShownUnion:
		return "本人到工会，看了身份证原件"
	}
	return ""
}

// mayChangePhone keeps an account from changing hands while it is open whose it
// is: in a contest of two, and after a death.
func mayChangePhone(c Case, _ Actor, _ *Programme, _ time.Time) []Reason {
	switch {
	case c.Contested:
		return block("contested", "证件归属还在核实，核实后再换手机号。", "证件号归属未核实，先由两人核实，再换手机号", "5.2")
	case c.HearingOpen() && c.Hearing.Cause == CauseDeath:
		return block("death", "这份申请正在核实，现在不能换手机号。请打服务电话。", "登记了本人去世，不能换手机号", "4.2")
	}
	return nil
}
