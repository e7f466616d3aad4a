package proof

import (
	"bytes"
	"encoding/json"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

func lines(bs [][]byte) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for _, b := range bs {
			if !yield(b, nil) {
				return
			}
		}
	}
}

// played is a programme with churn, priority and an opening.
func played(t testing.TB) *programme {
	p := newProgramme(2, 4)
	step := func(f func()) {
		t.Helper()
		f()
		if err := p.end(); err != nil {
			t.Fatal(err)
		}
	}
	for range 5 {
		step(p.accept)
	}
	step(func() { p.prove(5, 1) })
	step(func() { p.suspend(3, true) })
	step(func() { p.leave(1) }) // 5 goes before 3 and 4: its band is opened
	step(func() { p.suspend(3, false) })
	step(func() { p.leave(2) })
	step(func() { p.reinstate(1) })
	step(func() { p.rules(3, 4) })
	return p
}

// exportOf writes an export with a checkpoint after each of the given
// transactions and at the end.
func exportOf(t testing.TB, leaves [][]byte, at ...int) (file []byte, heads []Checkpoint) {
	var f Frontier
	var notes [][]byte
	txn := func(i int) int64 {
		l, err := ParseLeaf(leaves[i])
		if err != nil {
			return -1
		}
		return l.Txn
	}
	for i, b := range leaves {
		f.Append(b)
		last := i == len(leaves)-1
		if last || txn(i) != txn(i+1) && slices.Contains(at, int(txn(i))) {
			c := Checkpoint{testOrigin, f.Size(), f.Root(), testStart.Add(time.Duration(i) * time.Minute)}
			heads = append(heads, c)
			notes = append(notes, SignCheckpoint(c, testKey))
		}
	}
	var w bytes.Buffer
	if err := Export(&w, NewHeader(testProgramme, testOrigin, testPub, int64(len(leaves))), lines(leaves), notes); err != nil {
		t.Fatal(err)
	}
	return w.Bytes(), heads
}

func judge(t testing.TB, file []byte, earlier []Checkpoint, claimed []int) []string {
	t.Helper()
	g, err := ReadExport(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range Verify(g, earlier, testPub, claimed) {
		names = append(names, f.Name)
		if f.Text == "" {
			t.Errorf("%s has no sentence", f.Name)
		}
	}
	return names
}

func TestVerifyHolds(t *testing.T) {
	p := played(t)
	if p.openings != 1 {
		t.Fatalf("%d openings", p.openings)
	}
	file, heads := exportOf(t, bodies(p.leaves), 3, 6, 9)
	if got := judge(t, file, heads, keys(p.seated)); got != nil {
		t.Fatalf("found %v", got)
	}
	if got := judge(t, file, heads, []int{1, 2, 3}); !slices.Equal(got, []string{"seats"}) {
		t.Fatalf("another seated list: %v", got)
	}
}

// The seven ways to tamper with a log. outsider has no key and changes the
// file; operator signs everything anew, and is found only by a checkpoint that
// somebody kept (or by the rule).
func TestTampering(t *testing.T) {
	p := played(t)
	good := bodies(p.leaves)
	file, heads := exportOf(t, good, 3, 6, 9)
	yesterday := heads[1:2] // after transaction 6
	at := 4                 // a leaf that it covers
	edit := func(ls [][]byte) [][]byte {
		ls[at] = bytes.Replace(ls[at], []byte(":00.000Z"), []byte(":00.001Z"), 1)
		if bytes.Equal(ls[at], good[at]) {
			ls[at] = bytes.Replace(ls[at], []byte(".000Z"), []byte(".001Z"), 1)
		}
		return ls
	}
	del := func(ls [][]byte) [][]byte { return slices.Delete(ls, at, at+1) }
	swap := func(ls [][]byte) [][]byte { ls[at], ls[at+1] = ls[at+1], ls[at]; return ls }
	insert := func(ls [][]byte) [][]byte { return slices.Insert(ls, at, ls[at]) }
	cut := func(ls [][]byte) [][]byte { return ls[:len(ls)-1] }
	// rewritten plays another history from an early transaction on.
	rewritten := func() [][]byte {
		q := newProgramme(2, 4)
		for range 3 {
			q.accept()
			q.end()
		}
		q.leave(1) // he never left
		q.end()
		for range 6 {
			q.add(Leaf{Kind: "amend"})
			q.end()
		}
		return bodies(q.leaves)
	}
	// keep has the leaves changed and the checkpoints left as they were.
	keep := func(change func([][]byte) [][]byte) []byte {
		ls := change(slices.Clone(good))
		_, notes, _ := bytes.Cut(file, []byte("\n\n"))
		var w bytes.Buffer
		h := NewHeader(testProgramme, testOrigin, testPub, int64(len(ls)))
		if err := Export(&w, h, lines(ls), [][]byte{notes}); err != nil {
			t.Fatal(err)
		}
		return w.Bytes()
	}
	resign := func(ls [][]byte) []byte {
		b, _ := exportOf(t, ls, 3, 6, 9)
		return b
	}
	for _, c := range []struct {
		name, outsider, operator string
		change                   func([][]byte) [][]byte
	}{
		{"edit", "changed", "fork", edit},
		{"delete", "changed", "fork", del},
		{"swap", "changed", "fork", swap},
		{"insert", "changed", "fork", insert},
		{"truncate", "truncated", "", cut},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := judge(t, keep(c.change), nil, nil); !slices.Contains(got, c.outsider) {
				t.Errorf("without the key: %v, want %s", got, c.outsider)
			}
			if c.operator == "" {
				return
			}
			if got := judge(t, resign(c.change(slices.Clone(good))), yesterday, nil); !slices.Contains(got, c.operator) {
				t.Errorf("with the key: %v, want %s", got, c.operator)
			}
		})
	}
	t.Run("truncate behind the kept checkpoint", func(t *testing.T) {
		if got := judge(t, resign(good[:len(good)-1]), heads, nil); !slices.Contains(got, "rollback") {
			t.Errorf("found %v", got)
		}
	})
	t.Run("roll back", func(t *testing.T) {
		q := slices.Clone(good[:heads[0].Size])
		if got := judge(t, resign(q), nil, nil); got != nil {
			t.Errorf("an old export alone: %v", got)
		}
		if got := judge(t, resign(q), yesterday, nil); !slices.Equal(got, []string{"rollback"}) {
			t.Errorf("found %v", got)
		}
	})
	t.Run("fork", func(t *testing.T) {
		if got := judge(t, resign(rewritten()), nil, nil); got != nil {
			t.Errorf("a rewritten log follows the rule, yet: %v", got)
		}
		if got := judge(t, resign(rewritten()), yesterday, nil); !slices.Equal(got, []string{"fork"}) {
			t.Errorf("found %v", got)
		}
	})
	t.Run("bad signature", func(t *testing.T) {
		bad := bytes.Replace(file, []byte("\nat "), []byte("\nat 2"), 1)
		if got := judge(t, bad, nil, nil); !slices.Contains(got, "signature") {
			t.Errorf("found %v", got)
		}
	})
	t.Run("rule broken and signed", func(t *testing.T) {
		ls := slices.Clone(p.leaves)
		i := slices.IndexFunc(ls, func(l Leaf) bool { return l.Kind == "seat" && l.N == 5 })
		ls[i].N = 4
		g := must(ReadExport(bytes.NewReader(resign(bodies(ls)))))
		f := Verify(g, nil, testPub, nil)
		if len(f) != 1 || f[0].Name != "rule" || f[0].Txn != ls[i].Txn || f[0].Line != i+2 {
			t.Errorf("found %v", f)
		}
	})
	t.Run("leaves without a checkpoint", func(t *testing.T) {
		ls := append(slices.Clone(good), Leaf{V: 1, Programme: testProgramme, Txn: p.txn + 1, Kind: "amend", At: p.at, C: testHash("")}.Bytes())
		if got := judge(t, keep(func([][]byte) [][]byte { return ls }), nil, nil); !slices.Equal(got, []string{"uncovered"}) {
			t.Errorf("found %v", got)
		}
	})
	t.Run("checkpoint inside a transaction", func(t *testing.T) {
		var f Frontier
		f.Append(good[0])
		f.Append(good[1]) // accept, its seat leaf is the next
		mid := SignCheckpoint(Checkpoint{testOrigin, 2, f.Root(), testStart}, testKey)
		head, rest, _ := strings.Cut(string(file), "\n\n")
		if got := judge(t, []byte(head+"\n\n"+string(mid)+"\n"+rest), nil, nil); !slices.Contains(got, "checkpoint") {
			t.Errorf("found %v", got)
		}
	})
}

func TestReadExportNamesTheLine(t *testing.T) {
	p := played(t)
	file, _ := exportOf(t, bodies(p.leaves), 3)
	n := bytes.Count(file, []byte("\n"))
	for _, c := range []struct {
		name string
		file string
		line int
	}{
		{"empty", "", 1},
		{"another file", "hello\n", 1},
		{"cut off", string(file[:len(file)-1]), n},
		{"a head with more", strings.Replace(string(file), `{"format"`, `{"x":1,"format"`, 1), 1},
		{"carriage returns", strings.ReplaceAll(string(file), "\n", "\r\n"), 1},
		{"prose between the leaves", strings.Replace(string(file), "\n{", "\nhello\n{", 1), 2},
		{"half a checkpoint", string(file) + "\nabc\n", n + 2},
		{"an empty line at the end", string(file) + "\n", n + 1},
	} {
		_, err := ReadExport(strings.NewReader(c.file))
		x, ok := err.(*LineError)
		if !ok || x.Line != c.line {
			t.Errorf("%s: %v, want line %d", c.name, err, c.line)
		}
	}
}

func TestRunVerify(t *testing.T) {
	p := played(t)
	dir := t.TempDir()
	write := func(name string, b []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	file, heads := exportOf(t, bodies(p.leaves), 3, 6)
	log := write("log.txt", file)
	note := write("note.txt", SignCheckpoint(heads[0], testKey))
	r := receiptOf(t, p, 5)
	receipt := write("receipt.json", must(json.Marshal(r)))
	first, _ := exportOf(t, bodies(p.leaves[:1]))
	short := write("short.txt", first)
	seated := write("seated.txt", []byte("1号\n3号、5号"))
	for _, c := range []struct {
		name string
		args []string
		code int
		says string
	}{
		{"the log", []string{log}, 0, "结果：通过"},
		{"all", []string{log, "--checkpoint", note, "--receipt", receipt, "--seated", seated, "--key", NewHeader("", "", testPub, 0).Key}, 0, "5号"},
		{"flags first", []string{"--checkpoint", note, log}, 0, "结果：通过"},
		{"an older log", []string{short, "--checkpoint", note, "--receipt", receipt}, 1, "[rollback]"},
		{"another list", []string{log, "--seated", note}, 1, "[seats]"},
		{"another key", []string{log, "--key", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}, 1, "[signature]"},
		{"no file", nil, 2, "用法"},
		{"two files", []string{log, log}, 2, "用法"},
		{"an unknown flag", []string{log, "--x"}, 2, "用法"},
		{"a missing file", []string{filepath.Join(dir, "none")}, 2, "没法核对"},
		{"not a log", []string{note}, 2, "第1行"},
		{"not a receipt", []string{log, "--receipt", note}, 2, "没法核对"},
		{"not a key", []string{log, "--key", "x"}, 2, "公钥"},
	} {
		var w bytes.Buffer
		if code := RunVerify(c.args, &w); code != c.code || !strings.Contains(w.String(), c.says) {
			t.Errorf("%s: code %d\n%s", c.name, code, w.String())
		}
	}
}

func FuzzReadExport(f *testing.F) {
	file, _ := exportOf(f, bodies(played(f).leaves), 3)
	f.Add(file)
	f.Fuzz(func(t *testing.T, b []byte) {
		g, err := ReadExport(bytes.NewReader(b))
		if err != nil {
			return
		}
		Verify(g, []Checkpoint{{Origin: testOrigin, Size: 3}}, testPub, []int{1})
		var w bytes.Buffer
		if err := Export(&w, g.Header, lines(g.Leaves), g.Notes); g.Header.Leaves == int64(len(g.Leaves)) && (err != nil || !bytes.Equal(w.Bytes(), b)) {
			t.Fatalf("read but written otherwise: %v", err)
		}
	})
}

// BenchmarkVerify judges a log of 100,000 leaves; a million takes ten times as
// long. The bar is 60 s for a million.
func BenchmarkVerify(b *testing.B) {
	p := newProgramme(1000, 20000)
	for len(p.leaves) < 100_000 {
		if len(p.people) < 15000 {
			p.accept()
		} else if len(p.leaves)%7 == 0 && len(p.seated) > 0 {
			for n := range p.seated {
				p.leave(n)
				break
			}
		} else {
			p.add(Leaf{Kind: "amend"})
		}
		p.quick()
	}
	file, heads := exportOf(b, bodies(p.leaves), 100, 20000, 50000)
	runtime.GC()
	b.ReportMetric(float64(len(file))/float64(len(p.leaves)), "B/leaf")
	for b.Loop() {
		g, err := ReadExport(bytes.NewReader(file))
		if err != nil {
			b.Fatal(err)
		}
		if f := Verify(g, heads, testPub, keys(p.seated)); f != nil {
			b.Fatal(f)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Seconds())/float64(b.N)/float64(len(p.leaves))*1e6, "s/million")
}

// quick closes a run of a programme without priority: the first waiting are the
// entitled.
func (p *programme) quick() {
	for p.free() > 0 && len(p.waiting) > 0 {
		n := p.waiting[0]
		p.waiting = p.waiting[1:]
		p.seated[n] = true
		p.add(Leaf{Kind: "seat", N: n})
	}
	p.leaves = append(p.leaves, p.run...)
	p.run = nil
	p.txn++
	p.at = p.at.Add(time.Second)
}

func BenchmarkAppend(b *testing.B) {
	var f Frontier
	leaf := make([]byte, 200)
	b.ReportAllocs()
	for b.Loop() {
		f.Append(leaf)
	}
}
