package casework_test

import (
	"strings"
	"testing"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/vault"
)

// FuzzFormCode reads whatever a camera or a hand gives: it never fails, and what
// it takes is a code that was made here, however it was written.
func FuzzFormCode(f *testing.F) {
	w := casework.New(nil, vault.Random(), nil, nil, nil)
	code := w.CodeOf("case")
	for _, seed := range []string{code, strings.ToLower(code), casework.ShowCode(code), "https://ym.example/a/" + code, "http://x/?c=" + code, code[:11], "", "/", "=", "－", "\x00", strings.Repeat("A", 5000)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		got, ok := w.FormCode(raw)
		if !ok {
			if got != "" {
				t.Fatalf("refused and gave %q", got)
			}
			return
		}
		if len(got) != 12 || strings.ToUpper(got) != got {
			t.Fatalf("took %q for %q", raw, got)
		}
		if again, ok := w.FormCode(casework.ShowCode(got)); !ok || again != got {
			t.Fatalf("%q is taken, %q is not", got, casework.ShowCode(got))
		}
	})
}

func TestFormCode_NobodyGuessesOne(t *testing.T) {
	w, other := casework.New(nil, vault.Random(), nil, nil, nil), casework.New(nil, vault.Random(), nil, nil, nil)
	code := w.CodeOf("case")
	if _, ok := w.FormCode(code); !ok {
		t.Fatal("its own code is refused")
	}
	if _, ok := other.FormCode(code); ok {
		t.Fatal("another installation's code is taken")
	}
	for i := range code {
		for _, r := range "23456789ABCDEFGHJKMNPQRSTUVWXYZ" {
			if x := code[:i] + string(r) + code[i+1:]; x != code {
				if _, ok := w.FormCode(x); ok {
					t.Errorf("%s is taken for %s", x, code)
				}
			}
		}
	}
	if w.CodeOf("case") != code || w.CodeOf("another") == code {
		t.Fatal("the code is not the case's own")
	}
}
