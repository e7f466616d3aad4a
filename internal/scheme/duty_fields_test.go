package scheme

import (
	"strings"
	"testing"
	"time"
)

func TestDutyField_Judge(t *testing.T) {
	now := time.Date(2027, 3, 5, 10, 0, 0, 0, Shanghai)
	for _, c := range []struct {
		name string
		f    DutyField
		raw  string
		want string // the clean value
		code string // of the first reason
		warn bool
	}{
		{"text", DutyField{Kind: KindText}, "  咸安一中 ", "咸安一中", "", false},
		{"nothing", DutyField{Kind: KindText}, " ", "", "missing", false},
		{"nothing, optional", DutyField{Kind: KindText, Optional: true}, "", "", "", false},
		{"too long", DutyField{Kind: KindText}, strings.Repeat("长", 61), strings.Repeat("长", 61), "long", false},
		{"choice", DutyField{Kind: KindChoice, Options: "甲|乙"}, "乙", "乙", "", false},
		{"no such choice", DutyField{Kind: KindChoice, Options: "甲|乙"}, "丙", "丙", "choice", false},
		{"a standard's list", DutyField{Kind: KindChoice, Options: "ethnic"}, "01", "01", "", false},
		{"not in the standard's list", DutyField{Kind: KindChoice, Options: "ethnic"}, "60", "60", "choice", false},
		{"yes or no", DutyField{Kind: KindYesNo}, "no", "no", "", false},
		{"ticked", DutyField{Kind: KindTick}, "yes", "yes", "", false},
		{"not ticked", DutyField{Kind: KindTick}, "", "", "missing", false},
		{"date", DutyField{Kind: KindDate}, "2027-03-01", "2027-03-01", "", false},
		{"date in words", DutyField{Kind: KindDate}, "2027年3月1日", "2027-03-01", "", false},
		{"date with points", DutyField{Kind: KindDate}, "2027.3.1", "2027-03-01", "", false},
		{"no such day", DutyField{Kind: KindDate}, "2027-02-30", "2027-02-30", "date", false},
		{"paid tomorrow", DutyField{Kind: KindDate, Key: "paid_on"}, "2027-03-06", "2027-03-06", "future", false},
		{"month", DutyField{Kind: KindMonth}, "2012年6月", "2012-06", "", false},
		{"a day for a month", DutyField{Kind: KindMonth}, "2012-06-30", "2012-06-30", "month", false},
		{"a month to come", DutyField{Kind: KindMonth}, "2027-06", "2027-06", "future", false},
		{"money", DutyField{Kind: KindMoney}, "2,400.5", "2,400.5", "", false},
		{"no money", DutyField{Kind: KindMoney}, "2e3", "2e3", "money", false},
		{"report of 12", DutyField{Kind: KindReport}, "1234 5678 9012", "123456789012", "", false},
		{"report of 16", DutyField{Kind: KindReport}, "a1b2c3d4e5f6g7h8", "A1B2C3D4E5F6G7H8", "", false},
		{"another number", DutyField{Kind: KindReport}, "12345678", "12345678", "report_form", true},
	} {
		v := c.f.Clean(c.raw)
		rs := c.f.Judge(v, now)
		code := ""
		if len(rs) > 0 {
			code = rs[0].Code
		}
		if v != c.want || code != c.code || len(rs) > 0 && rs[0].Blocks == c.warn {
			t.Errorf("%s: %q %v", c.name, v, rs)
		}
	}
}

func TestParseYuan(t *testing.T) {
	for s, want := range map[string]Fen{"1000": 100000, "1,000.00": 100000, "1000.0": 100000, "0.5": 50, "999999999.99": 99999999999} {
		if got, ok := ParseYuan(s); !ok || got != want {
			t.Errorf("%s: %d %t", s, got, ok)
		}
	}
	for _, s := range []string{"", "1e3", "-5", "1.234", "10,00", ".5", "１０", "1 000", "9999999999"} {
		if got, ok := ParseYuan(s); ok {
			t.Errorf("%q: %d", s, got)
		}
	}
}

func FuzzDutyField(f *testing.F) {
	for _, s := range []string{"2027-03-01", "2012年6月", "1,000.00", "1234 5678 9012", "民族"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		for _, k := range DutyKinds {
			x := DutyField{Kind: k, Options: "甲|乙"}
			v := x.Clean(raw)
			if again := x.Clean(v); again != v {
				t.Fatalf("%s: %q becomes %q", k, v, again)
			}
			x.Judge(v, moveNow)
			x.Show(v)
		}
	})
}
