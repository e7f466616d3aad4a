package casework_test

import (
	"testing"
	"time"
)

// TestSave_OnlyAsFastAsPeopleType: an account that saves without end is stopped
// for the rest of the minute, and nobody else is.
func TestSave_OnlyAsFastAsPeopleType(t *testing.T) {
	k := newKit(t)
	a, b := k.ready(), k.ready()
	k.machine.to(k.machine.now().Truncate(time.Minute).Add(time.Minute))
	for range 120 {
		k.must(a.put("employer", "咸安区新厂"))
	}
	before := a.row().Version
	k.refused(a.put("employer", "另一家厂"), "save_many")
	if v := a.row().Version; v != before {
		t.Errorf("a refused saving made version %d of %d", v, before)
	}
	k.must(b.put("employer", "咸安区新厂"))
	k.machine.to(k.machine.now().Add(time.Minute))
	k.must(a.put("employer", "另一家厂"))
}
