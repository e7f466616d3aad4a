package proof

import (
	"strings"
	"testing"
)

func TestFragmentGivesTheReceiptBack(t *testing.T) {
	p := played(t)
	plainOne := receiptOf(t, p, 4)
	plainOne.Sealed = nil
	band := int64(7)
	waiting := SignReceipt(Receipt{
		Programme: plainOne.Programme, N: plainOne.N, Case: "YM4K9T2P", At: plainOne.At, Place: "waiting", Rank: 12,
		Leaf: plainOne.Leaf, Index: plainOne.Index, Nonce: plainOne.Nonce, Private: plainOne.Private, BandLeaf: &band,
	}, testKey)
	odd := plainOne
	odd.Leaf = strings.Replace(odd.Leaf, `"v":1`, `"v":1 `, 1)
	dotted := plainOne
	dotted.Case = "a.b"
	sealed := receiptOf(t, p, 5)
	for _, c := range []struct {
		name  string
		r     Receipt
		short bool
	}{
		{"a seat", plainOne, true}, {"a waiting place", waiting, true}, {"a sealed one leaves the proof to the log", sealed, true},
		{"a leaf of another make", odd, false}, {"a case with a full stop", dotted, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := c.r.Fragment()
			if strings.HasPrefix(s, "1.") != c.short || c.short && len(s) > 700 {
				t.Errorf("%d characters: %s", len(s), s)
			}
			if strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") != "" {
				t.Errorf("not safe behind #: %s", s)
			}
			again, err := ParseFragment(s)
			want := c.r
			want.Sealed = nil
			if err != nil || string(again.json()) != string(want.json()) {
				t.Errorf("%v\n got %s\nwant %s", err, again.json(), want.json())
			}
		})
	}
}

func TestParseFragmentRefuses(t *testing.T) {
	r := receiptOf(t, played(t), 4)
	good := r.Fragment()
	f := strings.Split(good, ".")
	with := func(i int, v string) string {
		g := append([]string(nil), f...)
		g[i] = v
		return strings.Join(g, ".")
	}
	for _, s := range []string{
		"", "1", "x." + good, good + ".x", "j.!", "j.e30", with(2, "04"), with(2, "x"), with(4, ""), with(5, ""), with(5, "x"),
		with(6, "1"), with(7, "1e3"), with(8, "-"), with(9, "AAAA"), with(10, "*"), with(11, "="), strings.Repeat("1.", 5000),
	} {
		if _, err := ParseFragment(s); err == nil {
			t.Errorf("took %.60q", s)
		}
	}
	// A changed figure is read, and found by the signature.
	forged, err := ParseFragment(with(2, "1"))
	if err != nil {
		t.Fatal(err)
	}
	if got := CheckReceipt(forged, testPub); len(got) == 0 || got[0].Name != "signature" {
		t.Errorf("a forged number: %v", got)
	}
}

func FuzzParseFragment(f *testing.F) {
	r := receiptOf(f, played(f), 4)
	f.Add(r.Fragment())
	f.Fuzz(func(t *testing.T, s string) {
		if r, err := ParseFragment(s); err == nil {
			CheckReceipt(r, testPub)
		}
	})
}
