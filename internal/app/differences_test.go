package app

import (
	"strings"
	"testing"

	"yuanmeng/plan"
)

func TestDifferences_LeaveOutWhatThePlatformSettled(t *testing.T) {
	is, err := plan.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	was := *plan.Demo(is)
	was.Demo = false
	if got := differences(was, *is); len(got) != 1 || !strings.Contains(got[0], "no parameter") {
		t.Fatalf("%q", got)
	}
	is.Hotline, is.HotlineHours = "0715-9999999", "每天"
	is.CorrectionDays++
	got := strings.Join(differences(was, *is), "\n")
	for _, want := range []string{"hotline: ", "hotline_hours: ", "correction_days: "} {
		if !strings.Contains(got, want) {
			t.Errorf("%q lacks %q", got, want)
		}
	}
	if strings.Contains(got, "readings_signed") || strings.Contains(got, "holidays") {
		t.Errorf("%q", got)
	}
}
