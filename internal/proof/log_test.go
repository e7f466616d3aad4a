package proof

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

func TestLeafBytes(t *testing.T) {
	until := time.Date(2026, 11, 17, 16, 0, 0, 0, time.UTC)
	at := time.Date(2026, 6, 1, 9, 0, 0, 120e6, time.FixedZone("", 8*3600))
	c := testHash("x")
	for _, x := range []struct {
		l    Leaf
		want string
	}{
		{Leaf{V: 1, Programme: "p", Txn: 1, Kind: "rules", At: at, Cap: 100, Max: 50, PromoteUntil: &until, PlanHash: c, Version: 1},
			`{"v":1,"programme":"p","txn":1,"i":0,"kind":"rules","at":"2026-06-01T01:00:00.120Z","cap":100,"max":50,"promote_until":"2026-11-17T16:00:00.000Z","plan_hash":"` + c + `","version":1}`},
		{Leaf{V: 1, Programme: "p", Txn: 2, I: 1, Kind: "seat", At: at, N: 7, C: c},
			`{"v":1,"programme":"p","txn":2,"i":1,"kind":"seat","at":"2026-06-01T01:00:00.120Z","n":7,"c":"` + c + `"}`},
		{Leaf{V: 1, Programme: "p", Txn: 3, Kind: "open", At: at, N: 7, Open: &Opening{4, 1, c, `{"n":7,"by":"<甲&"}`}},
			`{"v":1,"programme":"p","txn":3,"i":0,"kind":"open","at":"2026-06-01T01:00:00.120Z","n":7,"open":{"index":4,"band":1,"nonce":"` + c + `","private":"{\"n\":7,\"by\":\"<甲&\"}"}}`},
		{Leaf{V: 1, Programme: "p", Txn: 4, Kind: "notice", At: at, List: c, Rows: 3, From: &at, Until: &until},
			`{"v":1,"programme":"p","txn":4,"i":0,"kind":"notice","at":"2026-06-01T01:00:00.120Z","list":"` + c + `","rows":3,"from":"2026-06-01T01:00:00.120Z","until":"2026-11-17T16:00:00.000Z"}`},
	} {
		if got := string(x.l.Bytes()); got != x.want {
			t.Errorf("got  %s\nwant %s", got, x.want)
		}
		back, err := ParseLeaf([]byte(x.want))
		if err != nil || !bytes.Equal(back.Bytes(), []byte(x.want)) {
			t.Errorf("%s: %v", x.want, err)
		}
	}
}

func TestParseLeafRefuses(t *testing.T) {
	c := testHash("x")
	good := `{"v":1,"programme":"p","txn":2,"i":1,"kind":"seat","at":"2026-06-01T01:00:00.120Z","n":7,"c":"` + c + `"}`
	if _, err := ParseLeaf([]byte(good)); err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string][2]string{
		"a space":               {`,"n"`, `, "n"`},
		"an unknown field":      {`"n":7`, `"n":7,"who":"x"`},
		"a field twice":         {`"n":7`, `"n":8,"n":7`},
		"an explicit zero":      {`"n":7`, `"n":7,"rows":0`},
		"another letter case":   {`"n":7`, `"N":7`},
		"another order":         {`"v":1,"programme":"p"`, `"programme":"p","v":1`},
		"another version":       {`"v":1`, `"v":2`},
		"an unknown kind":       {`seat`, `sit`},
		"no number":             {`,"n":7`, ``},
		"a negative number":     {`"n":7`, `"n":-7`},
		"rules in a seat":       {`"n":7`, `"n":7,"cap":3`},
		"a notice in a seat":    {`"n":7`, `"n":7,"rows":3`},
		"seconds only":          {`00.120Z`, `00Z`},
		"another zone":          {`00.120Z`, `00.120+00:00`},
		"an upper-case hash":    {c, strings.ToUpper(c)},
		"a short hash":          {c, c[:62]},
		"no commitment":         {`,"c":"` + c + `"`, ``},
		"an escaped letter":     {`seat`, `sea\u0074`},
		"something after it":    {`"}`, `"}{}`},
		"a line end after it":   {`"}`, "\"}\n"},
		"transaction zero":      {`"txn":2`, `"txn":0`},
		"a plus in the name":    {`"p"`, `"p+q"`},
		"an exponent":           {`"n":7`, `"n":7e0`},
		"nothing":               {good, ``},
		"null":                  {good, `null`},
		"a list":                {good, `[]`},
		"broken UTF-8":          {`"p"`, "\"\xff\""},
		"an opening in a seat":  {`"n":7`, `"n":7,"open":{"index":1,"band":1,"nonce":"` + c + `","private":""}`},
		"an explicit null open": {`"n":7`, `"n":7,"open":null`},
	} {
		bad := strings.Replace(good, r[0], r[1], 1)
		if bad == good {
			t.Fatalf("%s: nothing replaced", name)
		}
		if _, err := ParseLeaf([]byte(bad)); err == nil {
			t.Errorf("%s is taken: %s", name, bad)
		}
	}
}

func TestCommitKeepsKindsApart(t *testing.T) {
	var a, b [32]byte
	b[0] = 1
	seen := map[string]bool{}
	for _, c := range []string{
		Commit("band", a, []byte("x")), Commit("seat", a, []byte("x")), Commit("band", b, []byte("x")), Commit("band", a, []byte("y")), Commit("band", a, nil),
	} {
		if seen[c] || !isHex(c) {
			t.Fatalf("%s again, or not hex", c)
		}
		seen[c] = true
	}
	// The form that docs/operating/proof.md gives for a check by hand.
	if got, want := Commit("band", a, []byte("x")), testHash("yuanmeng commitment v1\nband\n"+string(a[:])+"x"); got != want {
		t.Fatalf("%s, by hand %s", got, want)
	}
}

// memory keeps stored hashes as the database does.
type memory map[int64][32]byte

func (m memory) read(indexes []int64) ([][32]byte, error) {
	out := make([][32]byte, len(indexes))
	for i, x := range indexes {
		h, ok := m[x]
		if !ok {
			return nil, fmt.Errorf("no hash %d", x)
		}
		out[i] = h
	}
	return out, nil
}

// logOf appends leaves one by one through a marshalled frontier.
func logOf(t testing.TB, leaves [][]byte) (memory, []Frontier) {
	m := memory{}
	var f Frontier
	heads := []Frontier{{}}
	for i, l := range leaves {
		b, err := f.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		var g Frontier
		if err := g.UnmarshalBinary(b); err != nil {
			t.Fatal(err)
		}
		at, stored := g.Append(l)
		if at != int64(i) || g.Size() != int64(i+1) {
			t.Fatalf("leaf %d at %d of %d", i, at, g.Size())
		}
		for _, s := range stored {
			if _, twice := m[s.Index]; twice {
				t.Fatalf("hash %d twice", s.Index)
			}
			m[s.Index] = s.Hash
		}
		f = g
		heads = append(heads, g)
	}
	return m, heads
}

func someLeaves(n int) [][]byte {
	out := make([][]byte, n)
	for i := range out {
		out[i] = fmt.Appendf(nil, "leaf %d", i)
	}
	return out
}

func TestFrontierIsTlog(t *testing.T) {
	leaves := someLeaves(200)
	m, heads := logOf(t, leaves)
	if int64(len(m)) != tlog.StoredHashCount(200) {
		t.Fatalf("%d hashes stored, tlog wants %d", len(m), tlog.StoredHashCount(200))
	}
	theirs := map[int64]tlog.Hash{}
	r := tlog.HashReaderFunc(func(ix []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(ix))
		for i, x := range ix {
			out[i] = theirs[x]
		}
		return out, nil
	})
	for i, l := range leaves {
		hs, err := tlog.StoredHashes(int64(i), l, r)
		if err != nil {
			t.Fatal(err)
		}
		at := tlog.StoredHashIndex(0, int64(i))
		for j, h := range hs {
			theirs[at+int64(j)] = h
			if m[at+int64(j)] != h {
				t.Fatalf("leaf %d, hash %d differs from tlog", i, j)
			}
		}
		root, err := tlog.TreeHash(int64(i+1), r)
		if err != nil || heads[i+1].Root() != root {
			t.Fatalf("root after leaf %d differs from tlog", i)
		}
		var push Frontier
		for _, b := range leaves[:i+1] {
			push.push(tlog.RecordHash(b))
		}
		if push.Root() != root {
			t.Fatalf("push differs after leaf %d", i)
		}
	}
	if heads[0].Root() != tlog.Hash([]byte(must(hex.DecodeString("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")))) {
		t.Fatal("the root of the empty log")
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestFrontierRefusesBrokenBytes(t *testing.T) {
	var f Frontier
	for _, l := range someLeaves(5) {
		f.Append(l)
	}
	b := must(f.MarshalBinary())
	for name, x := range map[string][]byte{
		"nothing": nil, "short": b[:8], "one hash too few": b[:len(b)-32], "one byte more": append(bytes.Clone(b), 0),
		"another form": append([]byte{9}, b[1:]...),
	} {
		var g Frontier
		if g.UnmarshalBinary(x) == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

func TestInclusionAndConsistency(t *testing.T) {
	leaves := someLeaves(40)
	m, heads := logOf(t, leaves)
	for size := int64(1); size <= 40; size++ {
		root := heads[size].Root()
		for i := range size {
			p, err := Inclusion(size, i, m.read)
			if err != nil {
				t.Fatal(err)
			}
			if err := CheckInclusion(p, size, root, i, leaves[i]); err != nil {
				t.Fatalf("leaf %d of %d: %v", i, size, err)
			}
			if CheckInclusion(p, size, root, i, []byte("another")) == nil {
				t.Fatalf("another leaf passes at %d of %d", i, size)
			}
			if size > 1 && CheckInclusion(p, size, root, (i+1)%size, leaves[i]) == nil {
				t.Fatalf("another index passes at %d of %d", i, size)
			}
		}
		for old := int64(0); old <= size; old++ {
			p, err := Consistency(old, size, m.read)
			if err != nil {
				t.Fatal(err)
			}
			if err := CheckConsistency(p, old, heads[old].Root(), size, root); err != nil {
				t.Fatalf("%d to %d: %v", old, size, err)
			}
			if CheckConsistency(p, old, [32]byte{1}, size, root) == nil {
				t.Fatalf("%d to %d: another old root passes", old, size)
			}
		}
	}
	if _, err := Inclusion(3, 3, m.read); err == nil {
		t.Error("a leaf behind the end is proved")
	}
	if _, err := Consistency(5, 3, m.read); err == nil {
		t.Error("a longer log is proved a beginning")
	}
}

func TestCheckpoint(t *testing.T) {
	c := Checkpoint{Origin: testOrigin, Size: 17, Root: [32]byte{1, 2, 3}, At: testStart.Add(1500 * time.Millisecond)}
	b := SignCheckpoint(c, testKey)
	got, err := OpenCheckpoint(b, testPub)
	if err != nil || got != c {
		t.Fatalf("%+v %v", got, err)
	}
	if !strings.HasPrefix(string(b), testOrigin+"\n17\nAQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nat 2026-06-01T01:00:01.500Z\n\n— "+testOrigin+" ") {
		t.Fatalf("another form:\n%s", b)
	}
	for i := range b {
		x := bytes.Clone(b)
		x[i] ^= 1
		// The last base64 digit of the signature has two bits that say nothing.
		if x, err := OpenCheckpoint(x, testPub); err == nil && (x != c || i < len(b)-5) {
			t.Errorf("byte %d changed and it opens", i)
		}
	}
	other := ed25519.NewKeyFromSeed(make([]byte, 32)).Public().(ed25519.PublicKey)
	if _, err := OpenCheckpoint(b, other); err == nil {
		t.Error("opens with another key")
	}
	for _, text := range []string{"", "o\n1\nAAAA\n", "o\n01\n" + "AQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nat 2026-06-01T01:00:01.500Z\n", "o\n-1\nAQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nat 2026-06-01T01:00:01.500Z\n"} {
		if _, err := parseCheckpoint(text); err == nil {
			t.Errorf("taken: %q", text)
		}
	}
}

func TestSignCheckpointPanicsOnAnUnusableOrigin(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Fatal("signed")
		}
	}()
	SignCheckpoint(Checkpoint{Origin: "two words"}, testKey)
}

// receiptOf makes the receipt of a number of a played programme, sealed against
// the newest checkpoint.
func receiptOf(t testing.TB, p *programme, n int) Receipt {
	x := p.people[n]
	leaf := p.leaves[x.leaf]
	m, heads := logOf(t, bodies(p.leaves))
	size := int64(len(p.leaves))
	note := SignCheckpoint(Checkpoint{testOrigin, size, heads[size].Root(), p.at}, testKey)
	r := SignReceipt(Receipt{
		Programme: testProgramme, N: n, Case: "YM-26-0007-K3", At: leaf.At, Place: "seat", Leaf: string(leaf.Bytes()), Index: x.leaf,
		Nonce: hex.EncodeToString(x.nonce[:]), Private: x.private,
	}, testKey)
	r.Sealed = Seal(must(Inclusion(size, x.leaf, m.read)), note)
	return r
}

func bodies(leaves []Leaf) (out [][]byte) {
	for _, l := range leaves {
		out = append(out, l.Bytes())
	}
	return out
}

func TestReceipt(t *testing.T) {
	p := newProgramme(3, 3)
	for range 5 {
		p.accept()
		p.end()
	}
	r := receiptOf(t, p, 2)
	if f := CheckReceipt(r, testPub); f != nil {
		t.Fatalf("found %v", f)
	}
	b := must(json.Marshal(r))
	back, err := ParseReceipt(b)
	if err != nil || CheckReceipt(back, testPub) != nil {
		t.Fatalf("after a round trip: %v", err)
	}
	if bytes.ContainsAny(b, "<>&") {
		t.Fatal("could end a script element")
	}
	// 2 KB also in a log of a million leaves: 20 hashes.
	r.Sealed.Proof = Seal(make([][32]byte, 20), nil).Proof
	if n := len(must(json.Marshal(r))); n > MaxReceipt {
		t.Fatalf("%d bytes", n)
	}
	band := int64(4)
	for _, c := range []struct {
		name, want string
		change     func(*Receipt)
		sign       bool
	}{
		{"the number", "signature", func(r *Receipt) { r.N = 1 }, false},
		{"the rank", "signature", func(r *Receipt) { r.Place, r.Rank = "waiting", 3 }, false},
		{"a band leaf added", "signature", func(r *Receipt) { r.BandLeaf = &band }, false},
		{"a line end", "signature", func(r *Receipt) { r.Case = "a\nb" }, false},
		{"the number, signed", "number", func(r *Receipt) { r.N = 1 }, true},
		{"the instant, signed", "time", func(r *Receipt) { r.At = r.At.Add(time.Hour) }, true},
		{"the nonce, signed", "commitment", func(r *Receipt) { r.Nonce = testHash("other") }, true},
		{"the fields, signed", "commitment", func(r *Receipt) { r.Private = "{}" }, true},
		{"the place, signed", "place", func(r *Receipt) { r.Place = "waiting" }, true},
		{"the index, signed", "inclusion", func(r *Receipt) { r.Index++ }, true},
		{"the programme, signed", "programme", func(r *Receipt) { r.Programme = "other-2026" }, true},
		{"another leaf, signed", "leaf", func(r *Receipt) { r.Leaf = string(p.leaves[2].Bytes()) }, true},
		{"the proof", "inclusion", func(r *Receipt) { r.Sealed.Proof = "AAAA" }, false},
		{"the checkpoint", "checkpoint", func(r *Receipt) { r.Sealed.Checkpoint += "x" }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := receiptOf(t, p, 2)
			c.change(&r)
			if c.sign {
				r = SignReceipt(r, testKey)
			}
			got := CheckReceipt(r, testPub)
			for _, f := range got {
				if f.Name == c.want {
					return
				}
			}
			t.Fatalf("found %v, want %s", got, c.want)
		})
	}
	r = receiptOf(t, p, 2)
	r.Sealed = nil
	if f := CheckReceipt(r, testPub); f != nil {
		t.Fatalf("a promise alone: %v", f)
	}
}

func TestNoticeCode(t *testing.T) {
	var a, b [32]byte
	b[31] = 1
	if x := NoticeCode(a, 1); len(x) != 8 || x == NoticeCode(b, 1) || x == NoticeCode(a, 2) {
		t.Fatalf("%q", x)
	}
}

func FuzzParseLeaf(f *testing.F) {
	p := newProgramme(1, 2)
	p.accept()
	p.end()
	for _, b := range bodies(p.leaves) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := ParseLeaf(b)
		if err == nil && !bytes.Equal(l.Bytes(), b) {
			t.Fatalf("taken but not canonical: %q", b)
		}
	})
}

func FuzzOpenCheckpoint(f *testing.F) {
	f.Add(SignCheckpoint(Checkpoint{Origin: testOrigin, Size: 1, At: testStart}, testKey))
	f.Fuzz(func(t *testing.T, b []byte) {
		if c, err := OpenCheckpoint(b, testPub); err == nil && c.Origin != testOrigin {
			t.Fatalf("opens what was never signed: %q", b)
		}
		if c, err := parseCheckpoint(string(b)); err == nil && c.text() != string(b) {
			t.Fatalf("not canonical: %q", b)
		}
	})
}

func FuzzParseReceipt(f *testing.F) {
	p := newProgramme(1, 2)
	p.accept()
	p.end()
	f.Add(must(json.Marshal(receiptOf(f, p, 1))))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := ParseReceipt(b)
		if err == nil {
			CheckReceipt(r, testPub)
		}
	})
}

func FuzzFrontier(f *testing.F) {
	var x Frontier
	x.Append([]byte("a"))
	f.Add(must(x.MarshalBinary()))
	f.Fuzz(func(t *testing.T, b []byte) {
		var x Frontier
		if x.UnmarshalBinary(b) == nil {
			if !bytes.Equal(must(x.MarshalBinary()), b) {
				t.Fatal("another form")
			}
			x.Append([]byte("b"))
			x.Root()
		}
	})
}
