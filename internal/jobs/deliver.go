package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/sms"
	"yuanmeng/internal/store"
)

const (
	lease      = time.Minute
	batch      = 50
	wave       = 8 // messages on their way at once
	sendWithin = 5 * time.Second
)

// pauses are the waits after the first, second … failed try; after the last
// the row is dead. The message in the inbox stands whatever the phone does.
var pauses = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}

// reminders wait for the morning. What tells a person that something has
// happened goes at once.
var reminders = []string{"remind_return", "remind_hearing", "opening_soon", "closing_soon"}

// toDrafts speak of an application that is not handed in yet.
var toDrafts = []string{"opening_soon", "closing_soon"}

// moot is the end of a reminder whose draft was handed in or dropped before it
// went: as it should be, and nothing to warn of.
const moot = "moot"

// Deliver turns booked messages into the worker's inbox and, where the wording
// has one, into an SMS. It gives how many rows it ended. A row is delivered at
// least once and carries its id: the inbox holds it once, and the operator is
// given the same id again after a crash between sending and writing it down.
// After a restored backup nothing leaves until two persons have looked.
func (j *Jobs) Deliver(ctx context.Context) (int, error) {
	done := 0
	for {
		rows, n, err := j.deliver(ctx)
		done += n
		if err != nil || rows < batch || ctx.Err() != nil {
			return done, err
		}
	}
}

// letter is one row on its way.
type letter struct {
	row     store.Outbox
	message store.Message
	sms     *sms.Message // nil: inbox only
	later   time.Time    // not before, when it is night
	fault   string       // why it can never go
	err     error        // what the operator said
}

func (j *Jobs) deliver(ctx context.Context) (rows, done int, err error) {
	machine := j.Machine()
	var claimed []store.Outbox
	err = j.DB.Write(ctx, j.Now(), func(tx *store.Tx) error {
		if held, err := tx.Held(ctx); held || err != nil {
			return err
		}
		claimed, err = tx.ClaimOutbox(ctx, j.Runner, machine, lease, batch)
		return err
	})
	if err != nil || len(claimed) == 0 {
		return 0, 0, err
	}
	slices.SortFunc(claimed, func(a, b store.Outbox) int { return strings.Compare(a.ID, b.ID) })
	letters := make([]letter, len(claimed))
	var inbox []store.Message
	for i, o := range claimed {
		l, err := j.write(ctx, o)
		if err != nil {
			return len(claimed), 0, err // the lease ends, and they come round again
		}
		letters[i] = l
		if l.fault == "" || l.fault == "phone" {
			inbox = append(inbox, l.message)
		}
	}
	if err := j.DB.Write(ctx, j.Now(), func(tx *store.Tx) error { return tx.DeliverMessages(ctx, inbox) }); err != nil {
		return len(claimed), 0, err
	}
	for part := range slices.Chunk(letters, wave) {
		// What the lease no longer covers is another runner's.
		if j.Machine().Sub(machine) > lease-2*sendWithin {
			return len(claimed), done, nil
		}
		j.send(ctx, part)
		n, err := j.end(ctx, part)
		done += n
		if err != nil {
			return len(claimed), done, err
		}
	}
	return len(claimed), done, nil
}

// send sends the messages of a wave beside one another.
func (j *Jobs) send(ctx context.Context, ls []letter) {
	var wg sync.WaitGroup
	for i := range ls {
		l := &ls[i]
		if l.sms == nil || l.fault != "" || !l.later.IsZero() {
			continue
		}
		wg.Go(func() {
			within, cancel := context.WithTimeout(ctx, sendWithin)
			defer cancel()
			l.err = j.SMS.Send(within, *l.sms)
		})
	}
	wg.Wait()
}

// end writes down what came of a wave.
func (j *Jobs) end(ctx context.Context, ls []letter) (done int, err error) {
	now := j.Machine()
	err = j.DB.Write(ctx, j.Now(), func(tx *store.Tx) error {
		done = 0
		for _, l := range ls {
			at := now.UTC()
			var err error
			switch next, dead := again(l, now); {
			case l.fault != "":
				err = tx.EndOutbox(ctx, l.row.ID, nil, &at, l.row.NextAt, l.fault)
			case !l.later.IsZero():
				err = tx.PostponeOutbox(ctx, l.row.ID, l.later)
			case l.err == nil: // sent, or the inbox is all there is
				err = tx.EndOutbox(ctx, l.row.ID, &at, nil, l.row.NextAt, "")
			case dead:
				err = tx.EndOutbox(ctx, l.row.ID, nil, &at, l.row.NextAt, "refused")
			default:
				err = tx.EndOutbox(ctx, l.row.ID, nil, nil, next, "unreachable")
			}
			if err != nil {
				return err
			}
			if l.later.IsZero() && (l.err == nil || l.fault != "") {
				done++
			}
		}
		return nil
	})
	for _, l := range ls {
		if l.err != nil || l.fault != "" && l.fault != moot {
			j.Logger.Warn("message not sent", "outbox", l.row.ID, "wording", l.row.Wording, "try", l.row.Attempts, "fault", l.fault, "err", l.err)
		}
	}
	return done, err
}

// again says when a failed message is tried again, or that it is dead.
func again(l letter, now time.Time) (next time.Time, dead bool) {
	var t interface{ Temporary() bool }
	if l.err == nil {
		return time.Time{}, false
	}
	if errors.As(l.err, &t) && !t.Temporary() || l.row.Attempts > len(pauses) {
		return time.Time{}, true
	}
	return now.Add(pauses[max(l.row.Attempts, 1)-1]), false
}

// write fills the wording of a row.
func (j *Jobs) write(ctx context.Context, o store.Outbox) (letter, error) {
	l := letter{row: o}
	p, _, err := j.Work.Programme(ctx, o.ProgrammeID)
	if errors.Is(err, casework.ErrNotFound) {
		l.fault = "programme" // one bad row must not hold up the others
		return l, nil
	}
	if err != nil {
		return l, fmt.Errorf("programme of a message: %w", err)
	}
	w, ok := p.Messages[o.Wording]
	if !ok {
		l.fault = "wording"
		return l, nil
	}
	params := map[string]string{}
	if err := json.Unmarshal([]byte(o.Params), &params); err != nil {
		l.fault = "params"
		return l, nil
	}
	if slices.Contains(toDrafts, o.Wording) {
		c, err := j.DB.CaseRow(ctx, o.CaseID)
		if err != nil && !store.IsNone(err) {
			return l, err
		}
		if err != nil || c.State != scheme.Draft {
			l.fault = moot
			return l, nil
		}
	}
	if err := j.complete(ctx, o, p, w, params); err != nil {
		return l, err
	}
	l.message = store.Message{
		ID: o.ID, WorkerID: o.WorkerID, ProgrammeID: o.ProgrammeID, CaseID: o.CaseID, Wording: o.Wording, At: o.CreatedAt,
	}
	if l.message.Body, l.message.BodySealed, err = j.body(ctx, o, w.Text, params); err != nil {
		return l, err
	}
	if w.SMS == "" || o.Channel == store.InboxOnly {
		return l, nil
	}
	sealed, under := o.ToSealed, "outbox/"+o.ID
	if len(sealed) == 0 {
		worker, err := j.DB.Worker(ctx, o.WorkerID)
		if err != nil && !store.IsNone(err) {
			return l, err
		}
		sealed, under = worker.PhoneSealed, "worker/"+o.WorkerID
	}
	phone, err := j.Keys.Open(under, sealed)
	if err != nil {
		l.fault = "phone" // erased, or sealed under another key
		return l, nil
	}
	l.sms = &sms.Message{ID: o.ID, Phone: string(phone), Template: o.Wording, Params: params, Text: j.fill(o, w.SMS, params)}
	if slices.Contains(reminders, o.Wording) {
		l.later = morning(j.Machine())
	}
	return l, nil
}

// body fills the text of an inbox message. One that repeats the sentence of a
// person lies sealed under the key of the case, as the sentence does; no SMS
// repeats it.
func (j *Jobs) body(ctx context.Context, o store.Outbox, text string, params map[string]string) (plain string, sealed []byte, err error) {
	if o.ReasonSealed == nil || !strings.Contains(text, "{reason}") {
		return j.fill(o, text, params), nil, nil
	}
	c, err := j.DB.CaseRow(ctx, o.CaseID)
	if err != nil && !store.IsNone(err) {
		return "", nil, err
	}
	words := store.WordsOf(j.Keys, o.CaseID, c.KeyWrapped)
	with := maps.Clone(params)
	with["reason"] = words.Open("outbox", o.ID, "reason", o.ReasonSealed)
	body := j.fill(o, text, with)
	if store.Lost(with["reason"]) {
		return body, nil, nil
	}
	sealed, err = words.Seal("message", o.ID, "body", body)
	return "", sealed, err
}

// morning is eight o'clock in Shanghai when it is night there, 21:30 to 8:00,
// and the zero time by day.
func morning(now time.Time) time.Time {
	t := now.In(scheme.Shanghai)
	minute := t.Hour()*60 + t.Minute()
	eight := time.Date(t.Year(), t.Month(), t.Day(), 8, 0, 0, 0, scheme.Shanghai)
	switch {
	case minute < 8*60:
		return eight
	case minute >= 21*60+30:
		return eight.AddDate(0, 0, 1)
	}
	return time.Time{}
}

// complete adds what a wording may name beside the row's own values: what stands
// in the programme, and what the case knows.
func (j *Jobs) complete(ctx context.Context, o store.Outbox, p *scheme.Programme, w scheme.MessageWording, params map[string]string) error {
	add := func(key string, value func() (string, error)) error {
		if params[key] != "" || !strings.Contains(w.Text+w.SMS, "{"+key+"}") {
			return nil
		}
		v, err := value()
		if v != "" {
			params[key] = v
		}
		return err
	}
	if keys := params["items"]; keys != "" {
		labels := strings.Split(keys, ",")
		for i, k := range labels {
			labels[i] = scheme.FieldLabel(k)
		}
		params["items"] = strings.Join(labels, "、")
	}
	text := func(s string) func() (string, error) { return func() (string, error) { return s, nil } }
	row := func(f func(store.Case) (string, error)) func() (string, error) {
		return func() (string, error) {
			c, err := j.DB.CaseRow(ctx, o.CaseID)
			if store.IsNone(err) {
				return "", nil
			}
			if err != nil {
				return "", err
			}
			return f(c)
		}
	}
	for _, x := range []struct {
		key   string
		value func() (string, error)
	}{
		{"hotline", text(p.Hotline)},
		{"opens", text(scheme.Until(p.OpensAt))},
		{"closes", text(scheme.Until(p.ClosesAt))},
		{"rank", row(func(c store.Case) (string, error) {
			list, err := j.DB.WaitingList(ctx, c.ProgrammeID)
			if n := scheme.Rank(c.Number(), list); n > 0 {
				return fmt.Sprint(n), err
			}
			return "", err
		})},
		{"until", row(func(c store.Case) (string, error) {
			if o.Wording == "not_reached" {
				return scheme.Until(p.PromoteUntil), nil
			}
			if c.DueAt == nil {
				return "", nil
			}
			return scheme.Until(*c.DueAt), nil
		})},
	} {
		if err := add(x.key, x.value); err != nil {
			return err
		}
	}
	return nil
}

var hole = regexp.MustCompile(`\{[a-z_]+\}`)

// fill puts values in the place of {words}. A word without a value leaves
// nothing behind, and is written down: nobody is to read a brace.
func (j *Jobs) fill(o store.Outbox, text string, params map[string]string) string {
	return hole.ReplaceAllStringFunc(text, func(m string) string {
		v, ok := params[m[1:len(m)-1]]
		if !ok {
			j.Logger.Warn("message lacks a value", "outbox", o.ID, "wording", o.Wording, "key", m)
		}
		return v
	})
}
