package casework_test

import (
	"strings"
	"testing"
)

// What a worker writes about himself can be erased: it stands in his hearing,
// and in no row that is kept for ever.
func TestAnswer_StandsInNoEvent(t *testing.T) {
	k := newKit(t)
	a := k.accepted()
	a.refusal()
	k.must(k.w.Answer(k.ctx, a.worker, a.caseID, "我住院了，病历在家里"))
	if h := a.hearing(); h == nil || !strings.Contains(h.Answer, "病历") {
		t.Fatal("the hearing does not hold the answer")
	}
	es, err := k.db.CaseEvents(k.ctx, a.caseID, 100)
	k.must(err)
	for _, e := range es {
		if strings.Contains(e.Detail, "病历") {
			t.Errorf("event %s holds the answer", e.Name)
		}
	}
	if say := a.lastTold("answered"); say["reason"] != "" {
		t.Error("the message repeats the answer")
	}
}
