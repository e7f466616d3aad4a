package proof

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// browser runs the built script of the proof page in Node.
type browser struct {
	in  *json.Encoder
	out *json.Decoder
}

// asked is one case for the browser, told what it answered.
type asked struct {
	Do       string   `json:"do"`
	Key      string   `json:"key"`
	File     string   `json:"file"` // base64
	Earlier  []string `json:"earlier,omitempty"`
	Seated   string   `json:"seated,omitempty"`
	Text     string   `json:"text"`
	Fragment bool     `json:"fragment,omitempty"`
}

type told struct {
	Line     int       `json:"line"`
	Findings []Finding `json:"findings"`
	Seated   []int     `json:"seated"`
	Waiting  []int     `json:"waiting"`
	Unread   bool      `json:"unread"`
	Good     bool      `json:"good"`
	Size     int64     `json:"size"`
	Root     string    `json:"root"`
	Name     string    `json:"name"`
}

// newBrowser starts Node; without Node the test is left out: `make test` has it.
func newBrowser(t *testing.T) *browser {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("no Node on this machine")
	}
	cmd := exec.Command(node, filepath.Join("..", "web", "assets", "proof_test.mjs"))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("node: %v", err)
		}
	})
	return &browser{json.NewEncoder(in), json.NewDecoder(out)}
}

func (b *browser) ask(t *testing.T, a asked) (r told) {
	t.Helper()
	if a.Key == "" {
		a.Key = base64.StdEncoding.EncodeToString(testPub)
	}
	if err := b.in.Encode(a); err != nil {
		t.Fatal(err)
	}
	if err := b.out.Decode(&r); err != nil {
		t.Fatalf("the browser gave no answer: %v", err)
	}
	return r
}

// plainly writes findings for comparing. The sentence about a malformed leaf
// ends here with the parser's English reason, in the browser without.
func plainly(fs []Finding) (out []string) {
	for _, f := range fs {
		if f.Name == "leaf" && f.Line > 0 {
			f.Text = "malformed"
		}
		out = append(out, fmt.Sprintf("%s %d %d %v %s", f.Name, f.Line, f.Txn, f.Notice, f.Text))
	}
	return out
}

// sameLog wants the same judgement from both, and gives the names found.
func (b *browser) sameLog(t *testing.T, name string, file []byte, earlier []Checkpoint, list *SeatedList) []string {
	t.Helper()
	a := asked{Do: "log", File: base64.StdEncoding.EncodeToString(file)}
	for _, c := range earlier {
		a.Earlier = append(a.Earlier, string(SignCheckpoint(c, testKey)))
	}
	if list != nil {
		a.Seated = string(list.Bytes())
	}
	got := b.ask(t, a)
	g, err := ReadExport(bytes.NewReader(file))
	if err != nil {
		if got.Line == 0 {
			t.Errorf("%s: the browser read what is no export (%v)", name, err)
		}
		return nil
	}
	if got.Line != 0 {
		t.Errorf("%s: the browser could not read line %d", name, got.Line)
		return nil
	}
	want, board := verify(g, earlier, testPub, list)
	if x, y := plainly(got.Findings), plainly(want); !slices.Equal(x, y) {
		t.Errorf("%s:\nbrowser %q\n   here %q", name, x, y)
	}
	if board == nil != (got.Seated == nil) || board != nil && (!slices.Equal(board.Seated(), got.Seated) || !slices.Equal(board.Waiting(), got.Waiting)) {
		t.Errorf("%s: browser seats %v waiting %v, here %v", name, got.Seated, got.Waiting, board)
	}
	var names []string
	for _, f := range got.Findings {
		names = append(names, f.Name)
	}
	return names
}

// The page finds every way to tamper with a log that `yuanmeng verify` finds,
// at the same line and in the same words.
func TestBrowserFindsTampering(t *testing.T) {
	b := newBrowser(t)
	p := played(t)
	good := bodies(p.leaves)
	file, heads := exportOf(t, good, 3, 6, 9)
	_, notes, _ := bytes.Cut(file, []byte("\n\n"))
	kept := heads[1:2]
	list := &SeatedList{testProgramme, int64(len(good)), keys(p.seated)}
	if got := b.sameLog(t, "the log", file, heads, list); got != nil {
		t.Fatalf("a good log: %v", got)
	}
	outsider := func(ls [][]byte) []byte { // has no key: the checkpoints stay
		var w bytes.Buffer
		if err := Export(&w, NewHeader(testProgramme, testOrigin, testPub, int64(len(ls))), lines(ls), [][]byte{notes}); err != nil {
			t.Fatal(err)
		}
		return w.Bytes()
	}
	operator := func(ls [][]byte) []byte { // signs everything anew
		f, _ := exportOf(t, ls, 3, 6, 9)
		return f
	}
	const at = 4
	for _, c := range []struct {
		name             string
		change           func([][]byte) [][]byte
		outside, inside  string
		earlierHasToShow bool
	}{
		{"edit", func(ls [][]byte) [][]byte {
			ls[at] = bytes.Replace(ls[at], []byte(".000Z"), []byte(".001Z"), 1)
			return ls
		}, "changed", "fork", true},
		{"delete", func(ls [][]byte) [][]byte { return slices.Delete(ls, at, at+1) }, "changed", "fork", true},
		{"swap", func(ls [][]byte) [][]byte { ls[at], ls[at+1] = ls[at+1], ls[at]; return ls }, "changed", "fork", true},
		{"insert", func(ls [][]byte) [][]byte { return slices.Insert(ls, at, ls[at]) }, "changed", "fork", true},
		{"truncate", func(ls [][]byte) [][]byte { return ls[:len(ls)-1] }, "truncated", "rollback", true},
	} {
		if got := b.sameLog(t, c.name, outsider(c.change(slices.Clone(good))), nil, nil); !slices.Contains(got, c.outside) {
			t.Errorf("%s without the key: %v, want %s", c.name, got, c.outside)
		}
		earlier := kept
		if c.inside == "rollback" {
			earlier = heads
		}
		if got := b.sameLog(t, c.name, operator(c.change(slices.Clone(good))), earlier, nil); !slices.Contains(got, c.inside) {
			t.Errorf("%s with the key: %v, want %s", c.name, got, c.inside)
		}
	}
	for name, f := range map[string][]byte{
		"another seat":      operator(reseat(p.leaves)),
		"a bad signature":   bytes.Replace(file, []byte("\nat 2"), []byte("\nat 1"), 1),
		"no checkpoints":    bytes.SplitAfter(file, []byte("}\n\n"))[0][:len(bytes.SplitAfter(file, []byte("}\n\n"))[0])-1],
		"half a checkpoint": append(slices.Clone(file), "\nabc\n"...),
		"a malformed leaf":  outsider(slices.Insert(slices.Clone(good), 3, []byte(`{"v":1}`))),
		"cut off":           file[:len(file)-1],
		"empty":             nil,
	} {
		b.sameLog(t, name, f, heads, list)
	}
	b.sameLog(t, "another list", file, nil, &SeatedList{testProgramme, int64(len(good)), []int{1, 2}})
	b.sameLog(t, "a list of an earlier size", file, nil, &SeatedList{testProgramme, heads[0].Size, keys(p.seated)})
	b.sameLog(t, "a list inside a transaction", file, nil, &SeatedList{testProgramme, 2, nil})
}

// reseat gives the seat to the next one and signs it: only the rule finds that.
func reseat(leaves []Leaf) [][]byte {
	ls := slices.Clone(leaves)
	i := slices.IndexFunc(ls, func(l Leaf) bool { return l.Kind == "seat" && l.N == 5 })
	ls[i].N = 4
	return bodies(ls)
}

// Random histories, and random faults in them, are judged alike.
func TestBrowserJudgesRandomHistories(t *testing.T) {
	b := newBrowser(t)
	rounds := 0
	rapid.Check(t, func(rt *rapid.T) {
		if rounds++; rounds > 25 && testing.Short() {
			return
		}
		p := newProgramme(rapid.IntRange(1, 4).Draw(rt, "cap"), rapid.IntRange(0, 5).Draw(rt, "max"))
		for range rapid.IntRange(5, 60).Draw(rt, "acts") {
			if p.act(rt) {
				if err := p.end(); err != nil {
					rt.Fatal(err)
				}
			}
		}
		ls := bodies(p.leaves)
		if rapid.Bool().Draw(rt, "tamper") {
			i := rapid.IntRange(0, len(ls)-1).Draw(rt, "where")
			switch rapid.IntRange(0, 3).Draw(rt, "how") {
			case 0:
				ls = slices.Delete(ls, i, i+1)
			case 1:
				ls = slices.Insert(ls, i, ls[i])
			case 2:
				j := rapid.IntRange(0, len(ls)-1).Draw(rt, "with")
				ls[i], ls[j] = ls[j], ls[i]
			default:
				ls[i] = bytes.Replace(ls[i], []byte(`"n":2`), []byte(`"n":1`), 1)
			}
		}
		if len(ls) == 0 {
			return
		}
		file, heads := exportOf(t, ls, 2, 5)
		b.sameLog(t, "history", file, heads[:1], &SeatedList{testProgramme, int64(len(ls)), keys(p.seated)})
	})
}

func TestBrowserChecksReceipts(t *testing.T) {
	b := newBrowser(t)
	p := played(t)
	file, _ := exportOf(t, bodies(p.leaves), 3)
	g := must(ReadExport(bytes.NewReader(file)))
	good := receiptOf(t, p, 5)
	band := p.people[5].bandLeaf
	withBand := SignReceipt(Receipt{
		Programme: good.Programme, N: good.N, Case: good.Case, At: good.At, Place: "waiting", Rank: 3, Leaf: good.Leaf, Index: good.Index,
		Nonce: good.Nonce, Private: good.Private, BandLeaf: &band,
	}, testKey)
	change := func(f func(*Receipt)) Receipt {
		r := good
		s := *good.Sealed
		r.Sealed = &s
		f(&r)
		return r
	}
	for name, r := range map[string]Receipt{
		"good":             good,
		"with a band":      withBand,
		"a promise only":   change(func(r *Receipt) { r.Sealed = nil }),
		"another number":   change(func(r *Receipt) { r.N = 1 }),
		"another time":     change(func(r *Receipt) { r.At = r.At.Add(-1e9) }),
		"another place":    change(func(r *Receipt) { r.Place = "first" }),
		"a seat with rank": change(func(r *Receipt) { r.Rank = 2 }),
		"another nonce":    change(func(r *Receipt) { r.Nonce = strings.Repeat("0", 64) }),
		"other fields":     change(func(r *Receipt) { r.Private += " " }),
		"another leaf":     change(func(r *Receipt) { r.Leaf = string(p.leaves[0].Bytes()) }),
		"another index":    change(func(r *Receipt) { r.Index = 0 }),
		"another proof":    change(func(r *Receipt) { r.Sealed.Proof = r.Sealed.Proof[:44] }),
		"no base64":        change(func(r *Receipt) { r.Sealed.Proof = "!" }),
		"another head":     change(func(r *Receipt) { r.Sealed.Checkpoint = strings.Replace(r.Sealed.Checkpoint, "\nat 2", "\nat 1", 1) }),
		"two lines":        change(func(r *Receipt) { r.Case = "a\nb" }),
		"no signature":     change(func(r *Receipt) { r.Sig = "" }),
		"another's key":    change(func(r *Receipt) { r.Sig = base64.StdEncoding.EncodeToString(make([]byte, 64)) }),
	} {
		for _, as := range []bool{false, true} {
			text := string(must(json.Marshal(r)))
			want := append(CheckReceipt(r, testPub), CheckReceiptInLog(r, g)...)
			if as {
				text = r.Fragment()
				again, err := ParseFragment(text)
				if err != nil {
					t.Fatal(name, err)
				}
				want = append(CheckReceipt(again, testPub), CheckReceiptInLog(again, g)...)
			}
			got := b.ask(t, asked{Do: "receipt", Text: text, Fragment: as, File: base64.StdEncoding.EncodeToString(file)})
			if x, y := plainly(got.Findings), plainly(want); got.Unread || !slices.Equal(x, y) {
				t.Errorf("%s (fragment %v):\nbrowser %q\n   here %q", name, as, x, y)
			}
		}
	}
	if got := b.ask(t, asked{Do: "receipt", Text: string(must(json.Marshal(good))), Key: base64.StdEncoding.EncodeToString(make([]byte, 32))}); len(got.Findings) == 0 {
		t.Error("the browser took a receipt under another key")
	}
	for _, text := range []string{"", "{}", "[]", "null", `{"v":1}`, `{"v":2,"programme":"x"}`, strings.Repeat("x", 9000)} {
		if got := b.ask(t, asked{Do: "receipt", Text: text}); !got.Unread {
			t.Errorf("the browser read %.40q as a receipt", text)
		}
		if got := b.ask(t, asked{Do: "receipt", Text: text, Fragment: true}); !got.Unread {
			t.Errorf("the browser read %.40q as an address", text)
		}
	}
}

func TestBrowserReadsLeavesAndCheckpoints(t *testing.T) {
	b := newBrowser(t)
	p := played(t)
	leaf := string(p.leaves[1].Bytes())
	texts := []string{"", "null", "[]", `{"v":1}`, leaf + " ", " " + leaf, strings.Replace(leaf, `"v":1`, `"v":2`, 1),
		strings.Replace(leaf, `"v":1`, `"v":1.0`, 1), strings.Replace(leaf, `"i":0`, `"i":-1`, 1), strings.Replace(leaf, `"n":1`, `"n":0`, 1),
		strings.Replace(leaf, `"n":1`, `"n":"1"`, 1), strings.Replace(leaf, "accept", "toString", 1), strings.Replace(leaf, "accept", "band", 1),
		strings.Replace(leaf, "2026-06-01", "2026-06-31", 1), strings.Replace(leaf, `"c":"`, `"c":"A`, 1), leaf[:len(leaf)-1] + `,"x":1}`}
	for _, l := range p.leaves {
		texts = append(texts, string(l.Bytes()))
	}
	odd := Leaf{V: 1, Programme: "区\u2028\"\\\x01<&>𬱖\x7f", Txn: 1, Kind: "amend", At: testStart, C: testHash("x")}
	odd.Programme = strings.ReplaceAll(odd.Programme, "\\", "")
	texts = append(texts, string(odd.Bytes()))
	for _, s := range texts {
		_, err := ParseLeaf([]byte(s))
		if got := b.ask(t, asked{Do: "leaf", Text: s}); got.Good != (err == nil) {
			t.Errorf("%s: browser %v, here %v", s, got.Good, err)
		}
	}
	note := string(SignCheckpoint(Checkpoint{testOrigin, 12, testRoot, testStart}, testKey))
	for _, s := range []string{
		note, "", "x", strings.Replace(note, "12\n", "13\n", 1), strings.Replace(note, "12\n", "012\n", 1), note[:len(note)-1],
		note + "— other AAAAAAAA\n", note + "— other x\n", note + "x\n", "x" + note, strings.Replace(note, "\n\n", "\n", 1), note + note,
		strings.Replace(note, "at ", "at\t", 1),
	} {
		c, err := OpenCheckpoint([]byte(s), testPub)
		got := b.ask(t, asked{Do: "note", Text: s})
		if got.Good != (err == nil) || got.Size != c.Size || err == nil && got.Root != hex.EncodeToString(c.Root[:]) {
			t.Errorf("%q: browser %+v, here %+v %v", s, got, c, err)
		}
	}
	if got := b.ask(t, asked{Do: "key"}); got.Name != KeyName(testPub) {
		t.Errorf("key %q, want %q", got.Name, KeyName(testPub))
	}
}

var testRoot = func() (h [32]byte) { h[5] = 7; return h }()
