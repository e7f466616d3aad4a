// Package sms sends text messages to mobile phones. The drivers are a log for
// the demo and tests, and Aliyun.
package sms

import (
	"context"
	"log/slog"
	"strings"
	"sync"
)

// Message is one text message. ID is the row that booked it: an operator that
// is given the same id twice may drop the second.
type Message struct {
	ID       string
	Phone    string // mainland mobile number, 11 digits
	Template string // key of the wording, for operators that want templates
	Params   map[string]string
	Text     string // the whole text, for operators that take it
}

// Sender hands messages to an operator. An error that has Temporary() false is
// final: the number or the template will never be taken.
type Sender interface {
	Send(ctx context.Context, m Message) error
}

// Log writes messages to a log with the number masked and the code left out,
// and remembers the newest for the demo's page of sign-ins.
type Log struct {
	Logger *slog.Logger
	Keep   int // how many to remember; 0 none

	mu   sync.Mutex
	last []Message
}

// Send writes the message down.
func (l *Log) Send(_ context.Context, m Message) error {
	l.Logger.Info("text message", "id", m.ID, "template", m.Template, "phone", Mask(m.Phone))
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last = append(l.last, m)
	if n := len(l.last) - l.Keep; n > 0 {
		l.last = append([]Message(nil), l.last[n:]...)
	}
	return nil
}

// Last gives the remembered messages, newest first.
func (l *Log) Last() []Message {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make([]Message, 0, len(l.last))
	for i := len(l.last) - 1; i >= 0; i-- {
		out = append(out, l.last[i])
	}
	return out
}

// Mask shows the first three and the last four digits of a number.
func Mask(phone string) string {
	if len(phone) < 8 {
		return strings.Repeat("*", len(phone))
	}
	return phone[:3] + "****" + phone[len(phone)-4:]
}
