package proof

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestSeatedList(t *testing.T) {
	l := SeatedList{"xianan-2026", 245, []int{1, 3, 5}}
	if got := string(l.Bytes()); got != "yuanmeng-seated-1 xianan-2026 245\n1\n3\n5\n" {
		t.Fatalf("%q", got)
	}
	for _, c := range []struct {
		in   string
		want SeatedList
	}{
		{string(l.Bytes()), l},
		{"yuanmeng-seated-1 x 0\n", SeatedList{"x", 0, []int{}}},
		{"1号\n3号、5号", SeatedList{"", -1, []int{1, 3, 5}}},
		{"", SeatedList{"", -1, []int{}}},
	} {
		got, err := ParseSeated([]byte(c.in))
		if err != nil || got.Programme != c.want.Programme || got.Leaves != c.want.Leaves || !slices.Equal(got.Numbers, c.want.Numbers) {
			t.Errorf("%q: %+v %v", c.in, got, err)
		}
	}
	for _, in := range []string{"yuanmeng-seated-1 x\n", "yuanmeng-seated-1 x -1\n", "99999999999999999999"} {
		if l, err := ParseSeated([]byte(in)); err == nil {
			t.Errorf("took %q as %+v", in, l)
		}
	}
}

// A list is compared with the log as it was when the list was written, so that
// an act between two downloads is no alarm.
func TestVerifyComparesTheListAtItsOwnSize(t *testing.T) {
	p := played(t)
	file, heads := exportOf(t, bodies(p.leaves), 3, 6)
	g := must(ReadExport(bytes.NewReader(file)))
	early := heads[0].Size
	var then Board
	{
		var f follower
		for _, l := range p.leaves[:early] {
			if err := f.leaf(l); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.end(); err != nil {
			t.Fatal(err)
		}
		then = f.board
	}
	now := keys(p.seated)
	if slices.Equal(now, then.Seated()) {
		t.Fatal("nothing moved")
	}
	for _, c := range []struct {
		name string
		list SeatedList
		want []string
	}{
		{"then", SeatedList{Leaves: early, Numbers: then.Seated()}, nil},
		{"now", SeatedList{Leaves: int64(len(p.leaves)), Numbers: now}, nil},
		{"now under the size of then", SeatedList{Leaves: early, Numbers: now}, []string{"seats"}},
		{"inside a transaction", SeatedList{Leaves: 2, Numbers: now}, []string{"seats"}},
	} {
		var got []string
		out, _ := verify(g, nil, testPub, &c.list)
		for _, f := range out {
			got = append(got, f.Name)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}

	dir := t.TempDir()
	log, list := filepath.Join(dir, "log.txt"), filepath.Join(dir, "seated.txt")
	if err := os.WriteFile(log, file, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(list, SeatedList{testProgramme, int64(len(p.leaves)) + 1, now}.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	var w bytes.Buffer
	if code := RunVerify([]string{log, "--seated", list}, &w); code != 2 || !strings.Contains(w.String(), "重新下载") {
		t.Errorf("a list from after the log: code %d\n%s", code, w.String())
	}
}
