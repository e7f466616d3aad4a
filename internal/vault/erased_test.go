package vault

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestErasedList(t *testing.T) {
	file := ErasedFile(filepath.Join(t.TempDir(), "key"))
	a, b, c := strings.Repeat("a", 64), strings.Repeat("b", 64), strings.Repeat("c", 64)
	if got, err := ReadErased(file); err != nil || got != nil {
		t.Fatalf("no file: %v %v", got, err)
	}
	for _, x := range []struct {
		add  []string
		n    int
		want []string
	}{{[]string{b, a}, 2, []string{b, a}}, {[]string{a}, 0, []string{b, a}}, {[]string{c, a}, 1, []string{b, a, c}}} {
		n, err := AddErased(file, x.add)
		got, err2 := ReadErased(file)
		if err != nil || err2 != nil || n != x.n || !slices.Equal(got, x.want) {
			t.Errorf("add %v: %d %v, %v %v", x.add, n, got, err, err2)
		}
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v %v", info.Mode(), err)
	}
	if got, err := ParseErased([]byte(erasedHead + "\n" + a + "\n" + b[:20])); err != nil || !slices.Equal(got, []string{a}) {
		t.Errorf("a list cut off: %v %v", got, err)
	}
	for _, bad := range []string{"", "x\n", a + "\n", erasedHead + "\n" + a[:63] + "\n", erasedHead + "\n\n"} {
		if got, err := ParseErased([]byte(bad)); err == nil {
			t.Errorf("%q was read as %v", bad, got)
		}
	}
}
