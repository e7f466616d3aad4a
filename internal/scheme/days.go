package scheme

import "time"

// Calendar counts days in Shanghai; holidays are data.
type Calendar struct{ special map[string]bool }

// NewCalendar makes a calendar from the programme's holidays.
func NewCalendar(hs []Holiday) Calendar {
	m := make(map[string]bool, len(hs))
	for _, h := range hs {
		m[h.On.In(Shanghai).Format("2006-01-02")] = h.Working
	}
	return Calendar{m}
}

// Working says whether people work on the Shanghai day of t.
func (c Calendar) Working(t time.Time) bool {
	t = t.In(Shanghai)
	if w, ok := c.special[t.Format("2006-01-02")]; ok {
		return w
	}
	return t.Weekday() != time.Saturday && t.Weekday() != time.Sunday
}

// Holiday says whether the Shanghai day of t is a public holiday; an ordinary
// weekend is none.
func (c Calendar) Holiday(t time.Time) bool {
	working, ok := c.special[t.In(Shanghai).Format("2006-01-02")]
	return ok && !working
}

// midnight is the first instant of the Shanghai day of t.
func midnight(t time.Time) time.Time {
	t = t.In(Shanghai)
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, Shanghai)
}

// WorkingDays is 24:00 of the n-th working day after the day of from
// (the day of notice does not count).
func (c Calendar) WorkingDays(from time.Time, n int) time.Time {
	d := midnight(from)
	for n > 0 {
		d = d.AddDate(0, 0, 1)
		if c.Working(d) {
			n--
		}
	}
	return d.AddDate(0, 0, 1)
}

// NaturalDays is 24:00 of the n-th day after the day of from; a period of a
// worker that ends on a holiday ends on the next working day (DESIGN §2.16).
func (c Calendar) NaturalDays(from time.Time, n int) time.Time {
	d := midnight(from).AddDate(0, 0, n)
	for !c.Working(d) {
		d = d.AddDate(0, 0, 1)
	}
	return d.AddDate(0, 0, 1)
}

// AtLeast is due, or 24:00 of the min-th natural day after now when less than
// min days would be left (DESIGN §2.6: no deadline starts with under 3 days).
func (c Calendar) AtLeast(now, due time.Time, min int) time.Time {
	if least := c.NaturalDays(now, min); due.Before(least) {
		return least
	}
	return due
}

// DaysBefore is ten in the morning of the n-th day before the day of an instant,
// when nobody is woken and everything is open; 24:00 belongs to the day that it
// ends.
func DaysBefore(at time.Time, n int) time.Time {
	t := at.In(Shanghai).Add(-time.Nanosecond)
	return time.Date(t.Year(), t.Month(), t.Day()-n, 10, 0, 0, 0, Shanghai)
}

// Until says an end instant as people read it: an end at midnight is 24:00 of
// the day before.
func Until(t time.Time) string {
	t = t.In(Shanghai)
	if t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0 {
		return t.AddDate(0, 0, -1).Format("2006年1月2日") + "24时"
	}
	return t.Format("2006年1月2日15时04分")
}

// Instant says an instant to the second as people read it.
func Instant(t time.Time) string { return t.In(Shanghai).Format("2006年1月2日 15:04:05") }

// Day says a calendar day.
func Day(t time.Time) string { return t.In(Shanghai).Format("2006年1月2日") }
