package scheme

import (
	"slices"
	"testing"
)

// A correction is never a dead end: whatever the worker chooses for a named
// item, all that is then missing may be filled in.
func TestFollow_ACorrectionAsksForNothingThatIsShut(t *testing.T) {
	p := fieldPlan()
	for _, f := range Fields() {
		if !f.Correctable || f.IsFile() {
			continue
		}
		values := []string{"某某", ""}
		if f.Options != nil && f.Kind != KindSuggest {
			values = nil
			for _, o := range f.Options(p) {
				values = append(values, o.Value)
			}
		}
		if f.Kind == KindTick {
			values = []string{Yes, ""}
		}
		open := Follow([]string{f.Key})
		if !slices.Contains(open, f.Key) {
			t.Errorf("%s does not open itself", f.Key)
		}
		for _, v := range values {
			app := complete(p)
			Put(app, p, f.Key, v, fieldNow)
			for _, r := range Missing(app, p, fieldNow) {
				if !slices.Contains(open, r.Field) {
					t.Errorf("%s = %q: %s of %s is missing and may not be changed", f.Key, v, r.Code, r.Field)
				}
			}
		}
	}
}

func TestFollow_NeverOpensThePersonOrThePriority(t *testing.T) {
	var all []string
	for _, f := range Fields() {
		if f.Correctable {
			all = append(all, f.Key)
		}
	}
	for _, k := range Follow(all) {
		if slices.Contains([]string{"id", "id_kind", "honour_title", "own_union", "consent_public"}, k) {
			t.Errorf("a correction opens %s", k)
		}
	}
	if got := Follow([]string{"stamped"}); !slices.Equal(got, []string{"stamped"}) {
		t.Errorf("stamped opens %v", got)
	}
}
