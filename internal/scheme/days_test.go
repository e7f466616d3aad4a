package scheme

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04:05", s, Shanghai)
	if err != nil {
		panic(err)
	}
	return t
}

func TestCalendar(t *testing.T) {
	cal := NewCalendar(movePlan().Holidays) // 1 and 2 October off, Saturday 10 October worked
	for _, c := range []struct {
		what string
		got  time.Time
		want string
	}{
		{"the day of notice does not count", cal.WorkingDays(at("2026-07-20 00:00:00"), 1), "2026年7月21日24时"},
		{"the last second of the day is that day", cal.WorkingDays(at("2026-07-20 23:59:59"), 1), "2026年7月21日24时"},
		{"over a weekend", cal.WorkingDays(at("2026-07-24 10:00:00"), 3), "2026年7月29日24时"},
		{"over a holiday", cal.WorkingDays(at("2026-09-30 10:00:00"), 1), "2026年10月5日24时"},
		{"a Saturday that is worked", cal.WorkingDays(at("2026-10-09 10:00:00"), 1), "2026年10月10日24时"},
		{"natural days", cal.NaturalDays(at("2026-07-20 10:00:00"), 3), "2026年7月23日24时"},
		{"natural days that end on a Sunday", cal.NaturalDays(at("2026-07-23 10:00:00"), 3), "2026年7月27日24时"},
		{"natural days that end on a holiday", cal.NaturalDays(at("2026-09-28 10:00:00"), 3), "2026年10月5日24时"},
		{"at least", cal.AtLeast(at("2026-07-20 10:00:00"), at("2026-07-21 00:00:00"), 3), "2026年7月23日24时"},
		{"more than the least", cal.AtLeast(at("2026-07-20 10:00:00"), at("2026-07-30 00:00:00"), 3), "2026年7月29日24时"},
	} {
		if got := Until(c.got); got != c.want {
			t.Errorf("%s: %s, want %s", c.what, got, c.want)
		}
	}
	if got := Until(at("2026-07-20 08:05:00")); got != "2026年7月20日08时05分" {
		t.Error(got)
	}
}

// Midnight in Shanghai, whatever zone the instant came in.
func TestCalendar_AnyZone(t *testing.T) {
	cal := NewCalendar(nil)
	rapid.Check(t, func(t *rapid.T) {
		now := time.Unix(rapid.Int64Range(1.7e9, 2e9).Draw(t, "at"), 0)
		zone := time.FixedZone("z", rapid.IntRange(-12, 14).Draw(t, "zone")*3600)
		n := rapid.IntRange(0, 20).Draw(t, "days")
		for _, f := range []func(time.Time, int) time.Time{cal.WorkingDays, cal.NaturalDays} {
			a, b := f(now, n), f(now.In(zone), n)
			if !a.Equal(b) || a.In(Shanghai).Hour() != 0 || a.Before(now.AddDate(0, 0, n)) {
				t.Fatalf("%v and %v after %v", a, b, now)
			}
		}
		if cal.WorkingDays(now, n).Before(cal.NaturalDays(now, n).AddDate(0, 0, -3)) {
			t.Fatal("working days are fewer than days")
		}
	})
}
