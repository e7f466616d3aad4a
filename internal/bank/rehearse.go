package bank

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"yuanmeng/internal/gb"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/sheet"
)

// Finding is what a rehearsal notices about a line before it is sealed. It never
// repeats a name or a number, so it may be shown beside a masked one.
type Finding struct {
	Code     string
	Row      int    // place of the line, from 1; 0 for the whole batch
	ID       string // of the line
	Sentence string
	Blocks   bool // the batch cannot be sealed with it
}

// ThirdClassCap is the most that a Ⅲ类 account can hold.
const ThirdClassCap scheme.Fen = 2000_00

// sentences are what a finding says, after the number of the line.
var sentences = map[string]string{
	"amount":       "的金额不大于零，不能发。请退回修改。",
	"card":         "的卡号不是16到19位数字。请退回本人修改。",
	"card_luhn":    "的卡号可能有一位填错了。请核对卡的照片；没有错就继续。",
	"card_credit":  "的卡像是信用卡。请核对；是储蓄卡就继续。",
	"card_bank":    "的卡认不出是哪家银行。请核对开户银行；没有错就继续。",
	"third_class":  "的金额达到2000元，Ⅲ类账户收不下。请确认是Ⅰ类储蓄卡。",
	"name":         "的户名不合规则。请对照身份证修改；银行写法不同的，填“银行户名”并写明理由。",
	"name_changed": "的户名里有全角符号、空格或不规范的点，银行可能对不上。请核对。",
	"lacks":        "有银行文件写不出来的字。请填“银行户名”，或换一种编码。",
	"control":      "有换行或看不见的符号。请删掉。",
	"blank_edge":   "前面或后面有空格。请删掉。",
	"too_long":     "比银行给的位置长。请改短，不能截断。",
	"needs_quotes": "有分隔符或引号，银行读不了。请改掉。",
	"card_shared":  "的卡和另一个人的相同。每个人只能用本人的卡，请退回核对。",
	"card_twice":   "的卡在这一批里出现了两次。请确认不是重复发放。",
	"id":           "没有编号，或者编号重复、含有字母数字以外的字符。请重新生成批次。",
	"empty":        "批次里没有人。",
	"too_many":     "笔数超过银行一个文件的上限。请分成几批。",
	"ask_class":    "提醒：Ⅱ类、Ⅲ类账户有限额，请提醒大家用Ⅰ类储蓄卡。",
}

// Rehearse lists what would go wrong with a batch in this bank's file, and what
// deserves a second look, by the place of the line.
func (l Layout) Rehearse(b Batch) []Finding {
	var out []Finding
	say := func(i int, code string, blocks bool, more ...string) {
		f := Finding{Code: code, Sentence: strings.Join(more, "") + sentences[code], Blocks: blocks}
		if i >= 0 {
			f.Row, f.ID = i+1, b.Lines[i].ID
			f.Sentence = fmt.Sprintf("第%d笔", i+1) + f.Sentence
		}
		out = append(out, f)
	}
	if len(b.Lines) == 0 {
		say(-1, "empty", true)
		return out
	}
	if l.MaxLines > 0 && len(b.Lines) > l.MaxLines {
		say(-1, "too_many", true)
	}
	say(-1, "ask_class", false)
	ids := map[string]int{}
	cards := map[string][]int{}
	sums := map[string]scheme.Fen{}
	for i, x := range b.Lines {
		ids[plain(x.ID)]++
		cards[digitsOf(x.Card)] = append(cards[digitsOf(x.Card)], i)
		sums[digitsOf(x.Card)] += x.Amount
	}
	for i, x := range b.Lines {
		if x.ID == "" || ids[plain(x.ID)] > 1 || strings.ContainsFunc(x.ID, notRef) {
			say(i, "id", true)
		}
		if x.Amount <= 0 {
			say(i, "amount", true)
		}
		if card, err := gb.Card(x.Card); err != nil || string(card) != x.Card {
			say(i, "card", true)
		} else {
			for _, w := range gb.CardWarnings(card) {
				say(i, w.Code, false)
			}
			switch same := cards[x.Card]; {
			case slices.ContainsFunc(same, func(j int) bool { return plain(b.Lines[j].Name) != plain(x.Name) }):
				say(i, "card_shared", true)
			case len(same) > 1:
				say(i, "card_twice", false)
			}
			if sums[x.Card] >= ThirdClassCap {
				say(i, "third_class", false)
			}
		}
		if _, changed, err := gb.Name(x.Name); err != nil {
			say(i, "name", true)
		} else if changed {
			say(i, "name_changed", false)
		}
		v := b.row(i)
		for _, c := range l.Send.Columns {
			if code := l.Send.unwritable(c, c.value(v)); code != "" {
				say(i, code, true, "的“", columnName(c), "”")
			}
		}
	}
	// The rows before and after the lines: a batch number may be too long as well.
	for _, row := range slices.Concat(l.Send.Head, l.Send.Foot) {
		for _, c := range row {
			if code := l.Send.unwritable(c, c.value(b.values())); code != "" {
				say(-1, code, true, "文件首尾的“", columnName(c), "”")
			}
		}
	}
	slices.SortStableFunc(out, func(x, y Finding) int { return cmp.Compare(x.Row, y.Row) })
	return out
}

// unwritable says why a value cannot stand in a file of the form.
func (f Form) unwritable(c Cell, s string) string {
	if f.Kind == Fixed {
		_, code := c.fixed(f.Charset, s)
		return code
	}
	if strings.ContainsFunc(s, unicode.IsControl) {
		return "control"
	}
	if f.Kind == XLSX {
		if len(sheet.Lacks(sheet.UTF8, s)) > 0 {
			return "lacks"
		}
		return ""
	}
	if len(sheet.Lacks(f.Charset, s)) > 0 {
		return "lacks"
	}
	if sep, _ := f.separator(); f.Bare && strings.ContainsAny(s, `"`+string(sep)) {
		return "needs_quotes"
	}
	return ""
}

func columnName(c Cell) string {
	if t, _, _ := strings.Cut(c.Title, "|"); t != "" {
		return t
	}
	switch c.From {
	case Name:
		return "户名"
	case Card:
		return "卡号"
	case Amount, Cents:
		return "金额"
	case Bank:
		return "开户银行"
	case Purpose:
		return "用途"
	case Ref:
		return "编号"
	}
	return string(c.From)
}

func notRef(r rune) bool {
	return !(r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z')
}

// digitsOf keeps the digits and the stars of a card number.
func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 0xFF10 && r <= 0xFF19 {
			r -= 0xFEE0
		}
		if r >= '0' && r <= '9' || r == '*' {
			return r
		}
		return -1
	}, s)
}

// Blocked says whether a batch cannot be sealed.
func Blocked(fs []Finding) bool {
	return slices.ContainsFunc(fs, func(f Finding) bool { return f.Blocks })
}
