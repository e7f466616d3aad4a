package proof

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// fences gives the fenced blocks of docs/operating/proof.md by their word.
func fences(t *testing.T) map[string][]string {
	b, err := os.ReadFile(filepath.Join("..", "..", "docs", "operating", "proof.md"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for _, m := range regexp.MustCompile("(?ms)^```(\\S+)\n(.*?)^```$").FindAllStringSubmatch(string(b), -1) {
		out[m[1]] = append(out[m[1]], m[2])
	}
	return out
}

var sed = regexp.MustCompile(`^sed '(\d+)s/([^/]+)/([^/]+)/' (\S+) > (\S+)$`)

// The examples of the document are true: its files verify, its commands print
// what it says, its receipt is the one behind its #.
func TestDocument(t *testing.T) {
	f := fences(t)
	dir := t.TempDir()
	for _, name := range []string{"log.txt", "checkpoint.txt", "receipt.json"} {
		if len(f[name]) != 1 {
			t.Fatalf("%d examples of %s", len(f[name]), name)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(f[name][0]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	list := SeatedList{Programme: "xianan-2026", Leaves: 6, Numbers: []int{2}}
	if err := os.WriteFile(filepath.Join(dir, "seated.txt"), list.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)

	ran := 0
	for _, block := range f["console"] {
		var said bytes.Buffer
		want := ""
		for _, line := range strings.SplitAfter(block, "\n") {
			command, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "$ ")
			if !ok {
				want += line
				continue
			}
			ran++
			if args, ok := strings.CutPrefix(command, "yuanmeng verify "); ok {
				RunVerify(strings.Fields(args), &said)
				continue
			}
			m := sed.FindStringSubmatch(command)
			if m == nil {
				t.Fatalf("the test cannot run %q", command)
			}
			b, err := os.ReadFile(m[4])
			if err != nil {
				t.Fatal(err)
			}
			lines := strings.SplitAfter(string(b), "\n")
			at := int(m[1][0] - '1')
			changed := strings.Replace(lines[at], m[2], m[3], 1)
			if changed == lines[at] {
				t.Fatalf("%q changes nothing", command)
			}
			lines[at] = changed
			if err := os.WriteFile(m[5], []byte(strings.Join(lines, "")), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if said.String() != want {
			t.Errorf("the document says\n%s\nit prints\n%s", want, said.String())
		}
	}
	if ran < 4 {
		t.Errorf("%d commands", ran)
	}

	g := must(ReadExport(strings.NewReader(f["log.txt"][0])))
	pub := must(base64.StdEncoding.DecodeString(g.Header.Key))
	r := must(ParseReceipt(bytes.TrimSpace([]byte(f["receipt.json"][0]))))
	if found := append(CheckReceipt(r, ed25519.PublicKey(pub)), CheckReceiptInLog(r, g)...); len(found) > 0 {
		t.Errorf("the receipt: %v", found)
	}
	if got := strings.TrimSpace(f["fragment"][0]); got != r.Fragment() {
		t.Errorf("the fragment is\n%s\nnot\n%s", r.Fragment(), got)
	}
	if !bytes.Equal(g.Notes[0], []byte(f["checkpoint.txt"][0])) {
		t.Error("the checkpoint is not the log's first")
	}
	// The epoch of the example continues its log from the first checkpoint.
	for i, l := range append(g.Leaves[:4:4], []byte(strings.TrimSpace(f["epoch"][0]))) {
		leaf := must(ParseLeaf(l))
		if i == 4 && (leaf.Epoch.Root != strings.Split(string(g.Notes[1]), "\n")[2] || leaf.Epoch.Kept != 4) {
			t.Errorf("the epoch is %+v", leaf.Epoch)
		}
	}
	values := map[string]string{}
	for line := range strings.Lines(f["commitment"][0]) {
		k, v, _ := strings.Cut(strings.TrimSpace(line), " ")
		values[k] = v
	}
	nonce := must(parseNonce(values["nonce"]))
	if got := Commit(values["kind"], nonce, []byte(values["private"])); got != values["c"] || values["nonce"] != r.Nonce || values["private"] != r.Private {
		t.Errorf("the commitment is %s, not %s", got, values["c"])
	}
}

// Every finding that the code can make is explained, and every kind of leaf
// stands in the rule.
func TestDocumentNamesEverything(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("..", "..", "docs", "operating", "proof.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"verify.go", "receipt.go"} {
		code, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?:add\(|Name: )"([a-z]+)"`).FindAllSubmatch(code, -1) {
			if !bytes.Contains(b, []byte("`"+string(m[1])+"`")) {
				t.Errorf("the finding %s of %s is not explained", m[1], name)
			}
		}
	}
	for kind := range kinds {
		if !bytes.Contains(b, []byte("`"+kind+"`")) {
			t.Errorf("the kind %s is not in the rule", kind)
		}
	}
}
