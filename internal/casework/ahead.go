package casework

import (
	"context"
	"sync"
	"time"

	"yuanmeng/internal/scheme"
)

// aheadMost bounds the submissions that are kept ready: some four to eight
// kilobytes each, nothing of them in clear that the draft's row has not in clear.
const aheadMost = 10000

// ahead keeps submissions that were made ready while their worker looked at the
// page with the one button, so that his tap has only to be committed. What is
// kept is used once and only if nothing has changed: the worker is asked for
// here, the draft's and the programme's version under the lock at the gate.
type ahead struct {
	mu   sync.Mutex
	by   map[string]*submission
	ring [aheadMost]string // case ids in the order of keeping; the oldest makes room
	next int
}

// Ahead makes a worker's draft ready before he submits it. It changes nothing,
// and whether it succeeds is seen at the tap.
func (w *Work) Ahead(ctx context.Context, workerID, caseID string) {
	if w.gate == nil {
		return
	}
	if s, err := w.receive(ctx, workerID, caseID, w.Now()); err == nil && s.made {
		w.kept.keep(s)
	}
}

func (a *ahead) keep(s *submission) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.by == nil {
		a.by = map[string]*submission{}
	}
	if _, again := a.by[s.row.ID]; !again {
		delete(a.by, a.ring[a.next])
		a.ring[a.next] = s.row.ID
		a.next = (a.next + 1) % aheadMost
	}
	a.by[s.row.ID] = s
}

// take gives what is kept for a worker's case if it was made on the same day:
// ages are counted in days.
func (a *ahead) take(workerID, caseID string, received time.Time) *submission {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.by[caseID]
	if s == nil || s.row.WorkerID != workerID {
		return nil
	}
	delete(a.by, caseID)
	if scheme.Day(s.received) != scheme.Day(received) {
		return nil
	}
	s.received = received
	return s
}
