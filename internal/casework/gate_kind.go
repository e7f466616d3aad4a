package casework

import (
	"context"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// GateKind is how the gate commits. The program knows one kind; the others are
// the same handler without one thing, so that bench/ can say what it is worth.
type GateKind string

// The kinds of gate.
const (
	GateBatch  GateKind = ""       // whatever has become ready is one transaction
	GateSingle GateKind = "single" // one transaction a submission, one after the other
	GateLocked GateKind = "locked" // one transaction a request, side by side, ordered by the lock of the tally
	GateUnkept GateKind = "unkept" // nothing is written: what the rest of the handler can do
)

// most is how many rows one commit takes.
func (k GateKind) most() int {
	if k == GateSingle {
		return 1
	}
	return gateBatch
}

// makers is how many submissions are made ready at once. On SQLite that is work
// of the processor alone, and the writer works beside it: one core is left to it,
// or it would wait its turn behind hundreds. PostgreSQL is read over a line, and
// most of the time is waiting.
func (k GateKind) makers(e store.Engine, cores int) int {
	if e == store.Postgres || k == GateUnkept {
		return 2*cores + 2
	}
	return max(1, cores-1)
}

// answerUnkept answers a batch as if it had been committed.
func (w *Work) answerUnkept(batch []*submission) {
	now := w.Now()
	for _, s := range batch {
		s.reply <- answer{acc: Acceptance{No: int(s.door), At: now, Place: scheme.PlaceHeld}}
	}
}

// commitAlone commits one submission by itself, beside others.
func (w *Work) commitAlone(ctx context.Context, s *submission) (Acceptance, error) {
	s.reply = make(chan answer, 1)
	w.commitBatch(context.WithoutCancel(ctx), []*submission{s})
	a := <-s.reply
	return a.acc, a.err
}
