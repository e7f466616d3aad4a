package casework_test

import (
	"testing"
	"time"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/files"
	"yuanmeng/internal/proof"
)

// An act reads the clock before it has the lock, and a second node has a clock
// of its own: the log runs forward all the same, and with it what is dated by it.
func TestLog_NeverRunsBackInTime(t *testing.T) {
	k := newKit(t)
	a := k.accepted()
	late := k.ready()
	fs, err := files.New(t.TempDir())
	k.must(err)
	slow := &clock{at: k.clock.now().Add(-10 * time.Minute)}
	other := casework.New(k.db, k.keys, fs, slow.now, k.machine.now)
	ctx, cancel := contextWithCancel()
	other.Start(ctx)
	t.Cleanup(func() { cancel(); other.Wait() })
	k.clock.to(k.clock.now().Add(time.Minute))
	k.accepted()
	newest := k.clock.now()

	acc, err := other.Submit(k.ctx, late.worker, late.caseID, 0, slow.now())
	k.must(err)
	k.must(other.Withdraw(k.ctx, a.worker, a.caseID))
	if !acc.At.Equal(newest) || !late.row().AcceptedAt.Equal(newest) {
		t.Errorf("accepted at %s behind a leaf of %s", acc.At, newest)
	}
	rows, err := k.db.Leaves(k.ctx, k.id, 0, 100)
	k.must(err)
	var last time.Time
	for _, r := range rows {
		l, err := proof.ParseLeaf([]byte(r.Body))
		k.must(err)
		if l.At.Before(last) {
			t.Errorf("leaf %d is of %s, the one before of %s", r.Idx, l.At, last)
		}
		last = l.At
	}
	k.sound()
}

// An answer that was sent in time is in time, also behind a newer leaf.
func TestAnswer_SentInTimeQueuesInTime(t *testing.T) {
	k := newKit(t)
	a := k.accepted().refusal()
	b := k.ready()
	until := a.hearing().UntilAt
	fs, err := files.New(t.TempDir())
	k.must(err)
	sent := &clock{at: until.Add(-time.Millisecond)}
	queued := casework.New(k.db, k.keys, fs, sent.now, k.machine.now)
	k.clock.to(until.Add(time.Second))
	_, err = b.submit()
	k.must(err)
	k.must(queued.Answer(k.ctx, a.worker, a.caseID, "我在期限内写的"))
	sent.to(until)
	k.refused(queued.Answer(k.ctx, a.worker, a.caseID, "再写"), "hearing_open")
	k.sound()
}
