package plan

import (
	"errors"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"yuanmeng/internal/scheme"
)

// Wordings are the files that wording/ must hold, without ending.
var Wordings = []string{
	"commitment", "consent-sensitive", "consent-sharing", "consent-public",
	"privacy", "help", "self-registration", "scam",
	"notice-opening", "notice-public", "notice-result",
	"medical-nursing", "medical-clinical", "medical-health",
}

// MessageKeys are the messages that wording/messages.md must hold.
var MessageKeys = []string{
	"login_code", "withdraw_code", "data_code", "opening_soon", "closing_soon",
	"accepted", "accepted_waiting", "contested", "contest_settled",
	"returned", "remind_return", "resubmitted", "passed",
	"approved", "approved_waiting", "undone", "promoted",
	"hearing", "remind_hearing", "answered", "kept", "released",
	"withdrawn", "reinstated", "not_reached", "amended", "name_completed",
	"priority_proved", "priority_rejected", "phone_changed", "officer_invite",
	"duty_passed", "duty_returned", "duty_due", "cured", "claimed", "registered",
	"award_approved", "award_undone", "award_sent_back", "award_returned", "award_refused", "award_lapsed",
	"published", "objection", "paid", "pay_failed", "waived_rest", "finished",
}

// Placeholders are the words in braces that a text may hold; the program
// fills them (scheme.MessageWording, the notice templates).
var Placeholders = []string{
	"programme", "title", "district", "union", "account", "hotline", "hotline_hours",
	"drafts", "opens", "closes", "cap", "waiting",
	"no", "rank", "until", "items", "reason", "cause", "code", "minutes",
	"batch", "from", "days", "rows", "objection_days",
}

var placeholder = regexp.MustCompile(`\{([^{}]*)\}`)

const messagesFile = "wording/messages.md"

func (r *reader) wording(p *scheme.Programme) {
	p.Wording = map[string]string{}
	p.Messages = map[string]scheme.MessageWording{}
	files, err := fs.ReadDir(r.fsys, "wording")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		r.err = errors.Join(r.err, err)
		return
	}
	for _, f := range files {
		key, isText := strings.CutSuffix(f.Name(), ".md")
		if f.IsDir() || !isText || strings.HasPrefix(key, ".") || key == "messages" {
			continue
		}
		name := "wording/" + f.Name()
		b := r.file(name)
		if b == nil {
			continue
		}
		if strings.TrimSpace(string(b)) == "" {
			r.fault(name, 1, "文件是空的。")
		}
		for i, line := range strings.Split(string(b), "\n") {
			r.placeholders(name, i+1, line)
		}
		p.Wording[key] = strings.TrimSpace(string(b)) + "\n"
	}
	for _, key := range Wordings {
		name := "wording/" + key + ".md"
		if _, ok := p.Wording[key]; !ok && len(r.faultsOf(name)) == 0 {
			r.fault(name, 0, "缺少这个文件。")
		}
	}
	r.messages(p)
}

func (r *reader) placeholders(name string, line int, text string) {
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(Placeholders, m[1]) {
			r.fault(name, line, "不认识 {%s}。", m[1])
		}
	}
	if strings.ContainsAny(placeholder.ReplaceAllString(text, ""), "{}") {
		r.fault(name, line, "{ 和 } 不成对。")
	}
}

func (r *reader) messages(p *scheme.Programme) {
	b := r.file(messagesFile)
	if b == nil {
		return
	}
	at := map[string]int{}
	var cur *scheme.MessageWording
	var part *string
	end := func() {
		if cur == nil {
			return
		}
		cur.Text = strings.TrimSpace(cur.Text)
		if cur.Text == "" {
			r.fault(messagesFile, at[cur.Key], "%s 没有“正文：”。", cur.Key)
		}
		p.Messages[cur.Key] = *cur
	}
	for i, line := range strings.Split(string(b), "\n") {
		if head, ok := strings.CutPrefix(line, "## "); ok {
			end()
			key, title, ok := strings.Cut(head, " · ")
			if !ok || key == "" || title == "" {
				r.fault(messagesFile, i+1, "标题要写成“## 名称 · 标题”。")
			}
			if l := at[key]; l != 0 {
				r.fault(messagesFile, i+1, "%s 写了两次，第一次在第 %d 行。", key, l)
			} else {
				at[key] = i + 1
			}
			cur, part = &scheme.MessageWording{Key: key, Title: strings.TrimSpace(title)}, nil
			continue
		}
		if cur == nil {
			continue
		}
		r.placeholders(messagesFile, i+1, line)
		if s, ok := strings.CutPrefix(line, "短信："); ok {
			cur.SMS = strings.TrimSpace(s)
			part = nil
		} else if s, ok := strings.CutPrefix(line, "正文："); ok {
			cur.Text = s
			part = &cur.Text
		} else if part != nil {
			*part += "\n" + line
		} else if strings.TrimSpace(line) != "" {
			r.fault(messagesFile, i+1, "这一行前面要有“短信：”或“正文：”。")
		}
	}
	end()
	// Every message ends with the same two sentences against fraud.
	every := p.Messages["every"]
	delete(p.Messages, "every")
	for _, s := range []string{every.SMS, every.Text} {
		if !strings.Contains(s, "验证码") || !strings.Contains(s, "转账") {
			r.fault(messagesFile, at["every"], "every 的短信和正文都要说明：工作人员不会要验证码、不会让人转账。")
			break
		}
	}
	for key, m := range p.Messages {
		if m.SMS != "" {
			m.SMS += every.SMS
		}
		m.Text += "\n" + every.Text
		p.Messages[key] = m
	}
	for _, key := range MessageKeys {
		if at[key] == 0 {
			r.fault(messagesFile, 0, "缺少消息 %s。", key)
		}
	}
}

// Fill puts values in the place of the {placeholders} of a text. A placeholder
// without a value stays as it is, so that a test or a reader notices it.
func Fill(text string, values map[string]string) string {
	return placeholder.ReplaceAllStringFunc(text, func(m string) string {
		if v, ok := values[m[1:len(m)-1]]; ok {
			return v
		}
		return m
	})
}
