package apply

import "testing"

// One installation carries many programmes: a worker's draft is found wherever
// it is, also when the open pages show another programme.
func TestSubmit_InAProgrammeThatIsNotTheNewest(t *testing.T) {
	k := newCaseKit(t)
	w := k.filled(1)
	other := *k.p
	other.ID = "zz-2027" // its id sorts as the newest
	k.must(k.work.Load(k.ctx, &other, "other"))
	k.must(k.work.Open(k.ctx, caseLead1, caseLead2, string(other.ID), nil))
	k.open()
	w.get("/my/submit").says(200, "提交申请")
	if to := w.post("/my/submit", "case", w.Case).to(); to != "/my/receipt" {
		t.Fatalf("leads to %q", to)
	}
	if c := w.row(); c.ProgrammeID != k.id || c.Number() != 1 {
		t.Fatalf("number %d in %s", c.Number(), c.ProgrammeID)
	}
}
