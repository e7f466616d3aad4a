package proof

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// recovered is a log that was put back from a backup of its first four acts (six
// leaves, numbers 1 to 3) after the fifth number had been given: the epoch names
// the checkpoint old, and the numbers go on with 10.
func recovered(t testing.TB, old Checkpoint, change func(*Epoch)) []Leaf {
	t.Helper()
	ls := slices.Clone(played(t).leaves)
	kept := slices.IndexFunc(ls, func(l Leaf) bool { return l.Txn == 5 })
	e := Epoch{Kept: int64(kept), Size: old.Size, From: 4, To: 9}
	if old.Size > 0 {
		e.Root = base64.StdEncoding.EncodeToString(old.Root[:])
	}
	if change != nil {
		change(&e)
	}
	at := testStart.Add(24 * time.Hour)
	ls = append(ls[:kept:kept], Leaf{V: 1, Programme: testProgramme, Txn: 5, Kind: "epoch", At: at, Epoch: &e})
	return append(ls, Leaf{V: 1, Programme: testProgramme, Txn: 6, Kind: "accept", N: 10, At: at.Add(time.Minute), C: testHash("ten")})
}

// signed exports a log with a checkpoint of today over all of it.
func signed(t testing.TB, ls []Leaf) []byte {
	t.Helper()
	var f Frontier
	var notes [][]byte
	for i, l := range ls {
		f.Append(l.Bytes())
		if i+1 < len(ls) && ls[i+1].Kind == "epoch" {
			notes = append(notes, SignCheckpoint(Checkpoint{testOrigin, f.Size(), f.Root(), testStart}, testKey))
		}
	}
	notes = append(notes, SignCheckpoint(Checkpoint{testOrigin, f.Size(), f.Root(), testStart.Add(48 * time.Hour)}, testKey))
	var w bytes.Buffer
	if err := Export(&w, NewHeader(testProgramme, testOrigin, testPub, int64(len(ls))), lines(bodies(ls)), notes); err != nil {
		t.Fatal(err)
	}
	return w.Bytes()
}

func TestEpochIsTheOnlyWayToLoseLeaves(t *testing.T) {
	_, heads := exportOf(t, bodies(played(t).leaves), 3, 4, 5, 6)
	newest := heads[3] // after the fifth and sixth act: eight leaves
	if newest.Size <= 6 || heads[1].Size != 6 {
		t.Fatalf("heads %+v", heads)
	}
	file := signed(t, recovered(t, newest, nil))
	forged := newest
	forged.Root[0] ^= 1
	late := heads[2] // as large as the restored log was, but signed today
	late.At = testStart.Add(72 * time.Hour)
	for name, c := range map[string]struct {
		earlier []Checkpoint
		want    []string
	}{
		"nothing in hand":             {nil, []string{"recovered"}},
		"the beginning":               {heads[:2], []string{"recovered"}},
		"the checkpoint of the epoch": {heads[3:4], []string{"recovered", "lost"}},
		"one between":                 {heads[2:3], []string{"recovered", "lost"}},
		"more than the epoch names":   {heads[4:], []string{"recovered", "rollback"}},
		"another history":             {[]Checkpoint{forged}, []string{"recovered", "fork"}},
		"signed after the epoch":      {[]Checkpoint{late}, []string{"recovered", "fork"}},
	} {
		if got := judge(t, file, c.earlier, []int{1, 2}); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	for name, c := range map[string]struct {
		change func(*Epoch)
		want   string
	}{
		"fewer kept":          {func(e *Epoch) { e.Kept-- }, "rule"},
		"more kept":           {func(e *Epoch) { e.Kept++ }, "rule"},
		"a number given away": {func(e *Epoch) { e.From-- }, "rule"},
		"a number left open":  {func(e *Epoch) { e.From++ }, "rule"},
		"the range too short": {func(e *Epoch) { e.To-- }, "rule"},
		"no numbers at all":   {func(e *Epoch) { e.From, e.To = 0, 0 }, "rule"},
		"no root":             {func(e *Epoch) { e.Root = "" }, "leaf"},
		"a range upside down": {func(e *Epoch) { e.To = 3 }, "leaf"},
		"half a range":        {func(e *Epoch) { e.From = 0 }, "leaf"},
	} {
		if got := judge(t, signed(t, recovered(t, newest, c.change)), nil, nil); !slices.Contains(got, c.want) {
			t.Errorf("%s: %v, want %s", name, got, c.want)
		}
	}
	gap := slices.DeleteFunc(recovered(t, newest, nil), func(l Leaf) bool { return l.Kind == "epoch" })
	gap[len(gap)-1].Txn--
	if got := judge(t, signed(t, gap), nil, nil); !slices.Contains(got, "rule") {
		t.Errorf("a gap without an epoch: %v", got)
	}
	// A number that was lost cannot come back.
	back := append(recovered(t, newest, nil), Leaf{V: 1, Programme: testProgramme, Txn: 7, Kind: "suspend", N: 5, At: testStart.Add(26 * time.Hour), C: testHash("x")})
	if got := judge(t, signed(t, back), nil, nil); !slices.Contains(got, "rule") {
		t.Errorf("a lost number suspended: %v", got)
	}
	// Nobody had a checkpoint: whoever has one shows that more was signed.
	none := signed(t, recovered(t, Checkpoint{}, nil))
	if got := judge(t, none, heads[2:3], nil); !slices.Equal(got, []string{"recovered", "rollback"}) {
		t.Errorf("without a checkpoint: %v", got)
	}
}

func TestEpochInTheBrowser(t *testing.T) {
	b := newBrowser(t)
	_, heads := exportOf(t, bodies(played(t).leaves), 3, 4, 5, 6)
	newest := heads[3]
	list := &SeatedList{testProgramme, 8, []int{1, 2}}
	forged := newest
	forged.Root[0] ^= 1
	for _, change := range []func(*Epoch){nil, func(e *Epoch) { e.Kept-- }, func(e *Epoch) { e.To-- }, func(e *Epoch) { e.Root = "x" }, func(e *Epoch) { e.From, e.To = 0, 0 },
		func(e *Epoch) { e.Size, e.Root = 0, "" }, func(e *Epoch) { e.Size = 3 }} {
		file := signed(t, recovered(t, newest, change))
		b.sameLog(t, "epoch", file, append([]Checkpoint{forged}, heads...), list)
	}
	for _, l := range recovered(t, newest, nil) {
		if got := b.ask(t, asked{Do: "leaf", Text: string(l.Bytes())}); !got.Good {
			t.Errorf("the browser refuses %s", l.Bytes())
		}
	}
	// The receipt of a number that was lost, and that of one that never was.
	p := played(t)
	file := signed(t, recovered(t, newest, nil))
	g := must(ReadExport(bytes.NewReader(file)))
	for n, want := range map[int]string{2: "", 5: "lost"} {
		r := receiptOf(t, p, n)
		found := CheckReceiptInLog(r, g)
		got := b.ask(t, asked{Do: "receipt", Text: string(must(json.Marshal(r))), File: base64.StdEncoding.EncodeToString(file)})
		if x, y := plainly(got.Findings), plainly(found); !slices.Equal(x, y) {
			t.Errorf("number %d:\nbrowser %q\n   here %q", n, x, y)
		}
		if want == "" && len(found) > 0 || want != "" && (len(found) != 1 || found[0].Name != want || found[0].Notice) {
			t.Errorf("number %d: %v, want %q", n, found, want)
		}
	}
	// The audit log holds events and epochs and no seats.
	audit := []Leaf{
		{V: 1, Programme: AuditLog, Txn: 1, Kind: "event", At: testStart, C: testHash("a")},
		{V: 1, Programme: AuditLog, Txn: 1, I: 1, Kind: "event", At: testStart, C: testHash("b")},
		{V: 1, Programme: AuditLog, Txn: 2, Kind: "epoch", At: testStart.Add(time.Hour), Epoch: &Epoch{Kept: 2}},
	}
	write := func(ls []Leaf) []byte {
		var f Frontier
		for _, l := range ls {
			f.Append(l.Bytes())
		}
		var w bytes.Buffer
		c := Checkpoint{"ym.example/" + AuditLog, f.Size(), f.Root(), testStart.Add(2 * time.Hour)}
		if err := Export(&w, NewHeader(AuditLog, c.Origin, testPub, int64(len(ls))), lines(bodies(ls)), [][]byte{SignCheckpoint(c, testKey)}); err != nil {
			t.Fatal(err)
		}
		return w.Bytes()
	}
	if got := b.sameLog(t, "audit", write(audit), nil, nil); !slices.Equal(got, []string{"recovered"}) {
		t.Errorf("the audit log: %v", got)
	}
	audit[1].Kind, audit[1].N = "accept", 1
	if got := b.sameLog(t, "audit with a number", write(audit), nil, nil); !slices.Contains(got, "rule") {
		t.Errorf("an acceptance in the audit log: %v", got)
	}
}

// The command says what was lost and still ends with 0.
func TestVerifySaysWhatWasLost(t *testing.T) {
	_, heads := exportOf(t, bodies(played(t).leaves), 3, 4, 5, 6)
	dir := t.TempDir()
	file, kept := filepath.Join(dir, "log"), filepath.Join(dir, "kept")
	if err := os.WriteFile(file, signed(t, recovered(t, heads[3], nil)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(kept, SignCheckpoint(heads[3], testKey), 0o600); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	code := RunVerify([]string{file, "--checkpoint", kept}, &out)
	for _, want := range []string{"注意：2026年6月2日09:00从备份恢复过，保留了6条记录，丢了2条；4号到9号不再使用", "注意：您手里", "结果：通过。"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("does not say %q", want)
		}
	}
	if code != 0 {
		t.Errorf("ended with %d: %s", code, out.String())
	}
}
