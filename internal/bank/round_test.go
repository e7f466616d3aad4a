package bank

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/sheet"
)

// said is what the bank of the tests says of a line.
type said struct {
	state  scheme.LineState
	cause  string
	absent bool
	twice  bool
	amount scheme.Fen // instead of the one sent
	noRef  bool
}

// answerFile makes a bank's answer in the form of the layout.
func answerFile(l Layout, b Batch, says []said, order []int) ([]byte, error) {
	words := map[scheme.LineState]string{}
	for _, w := range slices.Backward(l.Words) {
		words[w.State] = w.Word
	}
	if order == nil {
		for i := range says {
			order = append(order, i)
		}
	}
	var rows []values
	sum := scheme.Fen(0)
	for _, i := range order {
		s := says[i]
		if s.absent {
			continue
		}
		v, amount := b.row(i), b.Lines[i].Amount
		if s.amount != 0 {
			amount = s.amount
			v[Amount], v[Cents] = yuan(amount), strconv.FormatInt(int64(amount), 10)
		}
		v[State], v[Cause] = words[s.state], s.cause
		if s.noRef {
			v[Ref] = ""
		}
		n := 1
		if s.twice {
			n = 2
		}
		for range n {
			rows = append(rows, v)
			sum += amount
		}
	}
	file := b.values()
	file[Count], file[Total], file[TotalCents] = strconv.Itoa(len(rows)), yuan(sum), strconv.FormatInt(int64(sum), 10)
	return l.Answer.write(file, rows)
}

// TestRound sends any batch, lets a bank answer anything, and must find exactly
// what the bank said, whatever the layout.
func TestRound(t *testing.T) {
	all := Layouts()
	names := []string{"张三", "李四", "买买提·艾力", "欧阳㛃𬱖", "王䶮"}
	causes := []string{"账号户名不符", "已销户", "没有写明"}
	rapid.Check(t, func(rt *rapid.T) {
		l := rapid.SampledFrom(all).Draw(rt, "layout")
		b := batch()
		var says []said
		n := rapid.IntRange(1, 12).Draw(rt, "lines")
		for i := range n {
			b.Lines = append(b.Lines, Line{
				ID:   fmt.Sprintf("L%08d", i+1),
				Name: rapid.SampledFrom(names).Draw(rt, "name"),
				// Cards differ, so that a line without reference is still one person's.
				Card:    fmt.Sprintf("6228480000%09d", i*7+rapid.IntRange(0, 6).Draw(rt, "card")),
				Amount:  scheme.Fen(rapid.IntRange(1, 9_999_999).Draw(rt, "amount")),
				Purpose: "求学圆梦助学",
			})
			s := said{state: rapid.SampledFrom([]scheme.LineState{scheme.LinePaid, scheme.LineFailed, scheme.LineUnknown}).Draw(rt, "state")}
			if s.state == scheme.LineFailed {
				s.cause = rapid.SampledFrom(causes).Draw(rt, "cause")
			}
			switch rapid.IntRange(0, 9).Draw(rt, "accident") {
			case 0:
				s.absent = true
			case 1:
				s.twice = true
			case 2:
				s.amount = b.Lines[i].Amount + 1
			}
			s.noRef = rapid.Bool().Draw(rt, "without reference")
			says = append(says, s)
		}
		order := rapid.Permutation(rangeOf(n)).Draw(rt, "order")

		if fs := l.Rehearse(b); Blocked(fs) {
			rt.Fatal(fs)
		}
		if _, err := l.Write(b); err != nil {
			rt.Fatal(err)
		}
		file, err := answerFile(l, b, says, order)
		if err != nil {
			rt.Fatal(err)
		}
		if !slices.ContainsFunc(says, func(s said) bool { return !s.absent }) {
			if _, err := l.Read(file, nil); err == nil {
				rt.Fatal("an answer without lines was read")
			}
			return
		}
		a, err := l.Read(file, nil)
		if err != nil {
			rt.Fatal(err)
		}
		o := Match(b, a)
		if o.Refused != nil {
			rt.Fatal(o.Refused)
		}
		extras := 0
		for i, s := range says {
			want, reason := Class(s.state), ""
			switch {
			case s.absent:
				want = Missing
			case s.amount != 0:
				want = AmountDiffers
			case s.state == scheme.LineFailed:
				reason = l.ReasonOf(s.cause).Code
			}
			if s.twice {
				extras++
			}
			if got := o.Results[i]; got.Line != b.Lines[i] || got.Class != want || got.Reason.Code != reason {
				rt.Fatalf("line %d: %s %s, the bank said %s %s", i+1, got.Class, got.Reason.Code, want, reason)
			}
		}
		if len(o.Extras) != extras {
			rt.Fatalf("%d extra lines, the bank sent %d", len(o.Extras), extras)
		}
	})
}

func rangeOf(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

func FuzzLayout(f *testing.F) {
	entries, _ := layouts.ReadDir("layouts")
	for _, e := range entries {
		b, _ := layouts.ReadFile("layouts/" + e.Name())
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := ParseLayout(b)
		if err != nil {
			var fs sheet.Faults
			if !errors.As(err, &fs) || len(fs) == 0 {
				t.Fatalf("%T %v", err, err)
			}
			return
		}
		// A layout without faults writes what the rehearsal lets pass.
		if _, err := l.Write(three); err != nil && !Blocked(l.Rehearse(three)) {
			t.Fatal(err)
		}
	})
}

func FuzzAnswer(f *testing.F) {
	all := Layouts()
	for i, l := range all {
		b, err := answerFile(l, three, []said{{state: scheme.LinePaid}, {state: scheme.LineFailed, cause: "已销户"}, {state: scheme.LineUnknown}}, nil)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(i, b)
	}
	f.Fuzz(func(t *testing.T, i int, b []byte) {
		if len(b) > 1<<16 || i < 0 {
			return
		}
		l := all[i%len(all)]
		a, err := l.Read(b, nil)
		if err != nil {
			return
		}
		o := Match(three, a)
		if o.Refused == nil && len(o.Results) != len(three.Lines) {
			t.Fatal("a line is gone")
		}
		for _, r := range o.Results {
			if r.Class == Paid && len(r.Rows) == 0 {
				t.Fatal("paid, and no row says so")
			}
		}
	})
}

func FuzzAmount(f *testing.F) {
	f.Add("1,000.00", false)
	f.Add("000100", true)
	f.Fuzz(func(t *testing.T, s string, cents bool) {
		if n, ok := parseAmount(s, cents); ok && n < 0 {
			t.Fatal(n)
		}
	})
}
