package web

import (
	"testing"
	"time"
)

func TestDeadline_SaysMidnightAsTheEndOfTheDay(t *testing.T) {
	for _, c := range []struct {
		at   time.Time
		want string
	}{
		{time.Date(2026, 9, 1, 0, 0, 0, 0, China), "2026年8月31日 24:00"},
		{time.Date(2026, 8, 31, 16, 0, 0, 0, time.UTC), "2026年8月31日 24:00"},
		{time.Date(2026, 7, 15, 20, 0, 0, 0, China), "2026年7月15日 20:00"},
		{time.Date(2027, 1, 1, 0, 0, 0, 0, China), "2026年12月31日 24:00"},
		{time.Date(2026, 9, 1, 0, 0, 30, 0, China), "2026年9月1日 00:00"},
	} {
		if got := Deadline(c.at); got != c.want {
			t.Errorf("%v: %s, want %s", c.at, got, c.want)
		}
	}
}
