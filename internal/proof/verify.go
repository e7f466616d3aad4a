package proof

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// Finding is one thing that does not hold, or a notice.
type Finding struct {
	// Name is one word: leaf, programme, time, rule, signature, checkpoint,
	// truncated, changed, uncovered, rollback, fork, seats; of a receipt also
	// number, commitment, place, inclusion, absent, band, lost. Of a notice:
	// recovered, lost.
	Name string
	Text string // one Chinese sentence for the reader
	Line int    // of the export, from 1; 0 where none is meant
	Txn  int64  // transaction, of a rule finding
	// Notice: nothing is wrong, but a reader is to know it.
	Notice bool
}

func (f Finding) String() string {
	if f.Notice {
		return "注意：" + f.Text
	}
	if f.Line > 0 {
		return fmt.Sprintf("[%s] 第%d行：%s", f.Name, f.Line, f.Text)
	}
	return fmt.Sprintf("[%s] %s", f.Name, f.Text)
}

// Faults are the findings that are no notices: with none, all holds.
func Faults(fs []Finding) (out []Finding) {
	for _, f := range fs {
		if !f.Notice {
			out = append(out, f)
		}
	}
	return out
}

// firstLeafLine is the line of leaf 0 in an export.
const firstLeafLine = 2

// Verify checks an export: every leaf's form, the public rule, every signed
// checkpoint, that the log continues the earlier checkpoints (which the caller
// opened with the same key), and, where claimed is not nil, that it is the
// seated list. No finding but notices means that all of it holds. It does not
// stop at the first finding; the rule is followed to its first break.
func Verify(g *Log, earlier []Checkpoint, pub ed25519.PublicKey, claimed []int) []Finding {
	var list *SeatedList
	if claimed != nil {
		list = &SeatedList{Leaves: -1, Numbers: claimed}
	}
	out, _ := verify(g, earlier, pub, list)
	return out
}

func verify(g *Log, earlier []Checkpoint, pub ed25519.PublicKey, claimed *SeatedList) ([]Finding, *Board) {
	var out []Finding
	add := func(name string, line int, text string, args ...any) {
		out = append(out, Finding{Name: name, Text: fmt.Sprintf(text, args...), Line: line})
	}
	size := int64(len(g.Leaves))
	if g.Header.Leaves != size {
		add("truncated", 1, "文件第一行说有%d条记录，实际有%d条。", g.Header.Leaves, size)
	}
	if !ofProgramme(g.Header.Origin, g.Header.Programme) {
		add("programme", 1, "检查点的名称和项目对不上。")
	}

	// The roots at the sizes that a checkpoint speaks of.
	roots := map[int64][32]byte{}
	var heads []Checkpoint
	var lines []int
	for i, note := range g.Notes {
		c, err := OpenCheckpoint(note, pub)
		switch {
		case err != nil:
			add("signature", g.lines[i], "检查点的签名不对：内容被改过，或者不是用这把钥匙签的。")
			continue
		case c.Origin != g.Header.Origin:
			add("checkpoint", g.lines[i], "这个检查点是另一份记录的。")
			continue
		case len(heads) > 0 && (c.Size <= heads[len(heads)-1].Size || c.At.Before(heads[len(heads)-1].At)):
			add("checkpoint", g.lines[i], "检查点没有按先后排列。")
		}
		heads, lines = append(heads, c), append(lines, g.lines[i])
		roots[c.Size] = [32]byte{}
	}
	for _, c := range earlier {
		roots[c.Size] = [32]byte{}
	}

	var (
		head     Frontier
		follow   follower
		board    *Board
		broken   bool
		backward bool
		last     time.Time
		ends     = map[int64]bool{0: true}
		txn      int64
		listed   []int // the seated when the log had as many leaves as the list says
		met      bool
	)
	meet := func() {
		if claimed != nil && !met && follow.board.Size == claimed.Leaves {
			listed, met = follow.board.Seated(), true
		}
	}
	if _, ok := roots[0]; ok {
		roots[0] = head.Root()
	}
	stop := func(at int64, err error) {
		broken = true
		var r *RuleError
		if errors.As(err, &r) {
			line := 0
			if r.I >= 0 {
				line = firstLeafLine + int(follow.board.Size)
			} else {
				line = firstLeafLine + int(at) - 1
			}
			out = append(out, Finding{Name: "rule", Text: r.chinese(), Line: line, Txn: r.Txn})
		}
	}
	for i, b := range g.Leaves {
		at := int64(i)
		l, err := ParseLeaf(b)
		if err != nil {
			if !broken {
				add("leaf", firstLeafLine+i, "这一行不是合规的记录（%v）。", err)
			}
			broken = true
		} else {
			if l.Programme != g.Header.Programme && !broken {
				add("programme", firstLeafLine+i, "这条记录是另一个项目的。")
				broken = true
			}
			if l.At.Before(last) && !backward {
				add("time", firstLeafLine+i, "这条记录的时间早于前一条。")
				backward = true
			}
			last = l.At
			if l.Txn != txn {
				ends[at] = true
				txn = l.Txn
			}
			if !broken {
				if err := follow.leaf(l); err != nil {
					stop(at, err)
				} else {
					meet()
				}
			}
		}
		head.push(tlog.RecordHash(b))
		if _, ok := roots[head.size]; ok {
			roots[head.size] = head.Root()
		}
	}
	ends[size] = true
	if !broken {
		if err := follow.end(); err != nil {
			stop(size, err)
		} else {
			board = &follow.board
			meet()
		}
	}

	good := int64(0)
	for i, c := range heads {
		switch {
		case c.Size > size:
			add("truncated", lines[i], "检查点已经盖住%d条记录，文件里只有%d条：后面的被删了。", c.Size, size)
		case roots[c.Size] != c.Root:
			add("changed", lines[i], "前%d条记录和签过名的检查点对不上：有记录被改、删、换位或插入（问题在第%d行到第%d行之间）。", c.Size, firstLeafLine+good, firstLeafLine+c.Size-1)
		case !ends[c.Size]:
			add("checkpoint", lines[i], "检查点落在一笔操作的中间。")
			good = c.Size
			continue
		default:
			good = c.Size
			continue
		}
		break // what comes after it cannot hold either
	}
	if good < size && (len(heads) == 0 || heads[len(heads)-1].Size < size) {
		covered := int64(0)
		if len(heads) > 0 {
			covered = heads[len(heads)-1].Size
		}
		add("uncovered", firstLeafLine+int(covered), "从这一行起的%d条记录没有任何签过名的检查点。", size-covered)
	}
	recovered := follow.board.Recoveries()
	for _, e := range recovered {
		out = append(out, Finding{Name: "recovered", Text: e.chinese(), Line: firstLeafLine + int(e.Kept), Notice: true})
	}
	for _, c := range earlier {
		e := lostIn(recovered, c)
		switch {
		case c.Origin != g.Header.Origin:
			add("checkpoint", 0, "您手里的检查点（%d条，%s）是另一份记录的。", c.Size, beijing(c.At))
		case c.Size <= size && roots[c.Size] == c.Root:
		case e != nil && e.Size > c.Size, e != nil && e.Size == c.Size && e.Root == base64.StdEncoding.EncodeToString(c.Root[:]):
			out = append(out, Finding{Name: "lost", Notice: true, Text: fmt.Sprintf("您手里%s的检查点有%d条记录，其中第%d条起在%s的恢复中遗失，恢复记录已经写明。",
				beijing(c.At), c.Size, e.Kept+1, beijing(e.At))})
		case e != nil && e.Size < c.Size:
			add("rollback", 0, "您手里%s的检查点有%d条记录，%s的恢复只保留%d条，而且没有写明丢了这么多：记录被退回到过去。", beijing(c.At), c.Size, beijing(e.At), e.Kept)
		case c.Size > size && (e == nil || e.Size != c.Size):
			add("rollback", 0, "您手里%s的检查点已有%d条记录，现在只有%d条：记录被退回到过去。", beijing(c.At), c.Size, size)
		default:
			add("fork", 0, "您手里%s的检查点（%d条）和这份记录不同：有人给出了两份不同的记录。", beijing(c.At), c.Size)
		}
	}
	if claimed != nil && board != nil {
		want, have := slices.Clone(claimed.Numbers), listed
		slices.Sort(want)
		if claimed.Leaves < 0 {
			have = board.Seated()
		} else if !met {
			add("seats", 0, "名单所说的%d条记录不在这份记录里，或者落在一笔操作的中间。", claimed.Leaves)
			have = want
		}
		if !slices.Equal(want, have) {
			add("seats", 0, "照公开规则算出的名额名单和所给的不同：算出而未列的%s，列出而算不出的%s。", numbers(without(have, want)), numbers(without(want, have)))
		}
	}
	return out, board
}

// lostIn gives the epoch before which a checkpoint was signed and whose backup
// did not reach as far; nil where there is none.
func lostIn(rs []Recovery, c Checkpoint) *Recovery {
	for i := range rs {
		if e := &rs[i]; c.Size > e.Kept && c.At.Before(e.At) {
			return e
		}
	}
	return nil
}

// chinese says in a sentence what was lost.
func (e *Recovery) chinese() string {
	s := fmt.Sprintf("%s从备份恢复过，保留了%d条记录", beijing(e.At), e.Kept)
	switch {
	case e.Size == 0:
		s += "；当时没有更新的检查点可对，丢了多少不知道"
	case e.Size > e.Kept:
		s += fmt.Sprintf("，丢了%d条", e.Size-e.Kept)
	default:
		s += "，签过名的没有丢"
	}
	if e.To > 0 {
		s += fmt.Sprintf("；%d号到%d号不再使用，其中发出过的以职工的回执为准", e.From, e.To)
	}
	return s + "。"
}

func without(a, b []int) (out []int) {
	for _, n := range a {
		if _, ok := slices.BinarySearch(b, n); !ok {
			out = append(out, n)
		}
	}
	return out
}

// numbers prints acceptance numbers for a reader.
func numbers(ns []int) string {
	if len(ns) == 0 {
		return "无"
	}
	var b strings.Builder
	for i, n := range ns {
		if i > 0 {
			b.WriteString("、")
		}
		b.WriteString(strconv.Itoa(n))
	}
	return b.String() + "号"
}

// beijing prints an instant as people here read it.
func beijing(t time.Time) string {
	return t.In(time.FixedZone("CST", 8*3600)).Format("2006年1月2日15:04")
}

// chinese says in a sentence how the rule was broken.
func (e *RuleError) chinese() string {
	s := fmt.Sprintf("第%d笔操作没有照公开规则办：", e.Txn)
	switch e.Rule {
	case "order":
		s += "编号不连续，中间少了、多了或换了位置。"
	case "programme":
		s += "混入了另一个项目的记录。"
	case "begin":
		s += "记录的开头不是规则，前面的被删了。"
	case "unknown":
		s += fmt.Sprintf("%d号从未受理。", e.N)
	case "cap":
		s += "名额总数被减到已有名额的人数以下。"
	case "number":
		s += fmt.Sprintf("受理编号跳到了%d号。", e.N)
	case "full":
		s += fmt.Sprintf("名额和候补都已满，仍受理了%d号。", e.N)
	case "leave":
		s += fmt.Sprintf("%d号既无名额也不在候补，却被记为离开。", e.N)
	case "open":
		s += fmt.Sprintf("%d号公开的优先次序和先前的承诺对不上。", e.N)
	case "reinstate":
		s += fmt.Sprintf("%d号没有失去过名额，却被恢复。", e.N)
	case "epoch":
		s += "恢复记录写的和实际保留的对不上。"
	case "seats":
		s += fmt.Sprintf("按规则应给名额的是：%s；记录里给的是：%s。", numbers(e.Want), numbers(e.Got))
	default:
		s += e.Why
	}
	return s
}

type texts []string

func (t *texts) String() string     { return strings.Join(*t, ",") }
func (t *texts) Set(s string) error { *t = append(*t, s); return nil }

// Most a small file handed to verify may measure.
const maxSmall = 1 << 20

// RunVerify is the command `yuanmeng verify FILE [--checkpoint FILE]
// [--receipt FILE] [--seated FILE] [--key BASE64]`. It writes Chinese sentences
// to stdout and gives the exit code: 0 all holds, 1 something was found, 2 it
// could not be checked. Flags may stand before or after FILE; --checkpoint may
// be given more than once. Without --key the file's own key is used, and said
// so: a forger can put his own key there.
func RunVerify(args []string, stdout io.Writer) int {
	var notes texts
	var receipt, seated, key string
	fs := flag.NewFlagSet("verify", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.Var(&notes, "checkpoint", "")
	fs.StringVar(&receipt, "receipt", "", "")
	fs.StringVar(&seated, "seated", "", "")
	fs.StringVar(&key, "key", "", "")
	var files []string
	for rest := args; ; {
		if err := fs.Parse(rest); err != nil {
			fmt.Fprintln(stdout, "用法：yuanmeng verify 记录文件 [--checkpoint 文件] [--receipt 文件] [--seated 文件] [--key 公钥]")
			return 2
		}
		if fs.NArg() == 0 {
			break
		}
		files = append(files, fs.Arg(0))
		rest = fs.Args()[1:]
	}
	unable := func(file string, err error) int {
		fmt.Fprintf(stdout, "没法核对 %s：%v\n", file, err)
		return 2
	}
	if len(files) != 1 {
		fmt.Fprintln(stdout, "用法：yuanmeng verify 记录文件 [--checkpoint 文件] [--receipt 文件] [--seated 文件] [--key 公钥]")
		return 2
	}
	f, err := os.Open(files[0])
	if err != nil {
		return unable(files[0], err)
	}
	g, err := ReadExport(f)
	f.Close()
	if err != nil {
		var at *LineError
		if errors.As(err, &at) {
			fmt.Fprintf(stdout, "没法核对 %s：第%d行不合格式（%s）。\n", files[0], at.Line, at.Why)
			return 2
		}
		return unable(files[0], err)
	}
	pub, err := g.Header.PublicKey()
	if err != nil {
		return unable(files[0], err)
	}
	if key != "" {
		b, err := base64.StdEncoding.DecodeString(key)
		if err != nil || len(b) != ed25519.PublicKeySize {
			fmt.Fprintln(stdout, "没法核对：--key 不是公钥。")
			return 2
		}
		pub = b
	}
	fmt.Fprintf(stdout, "项目：%s，%d条记录，%d个检查点。\n公钥指纹：%s", g.Header.Programme, len(g.Leaves), len(g.Notes), KeyName(pub))
	if key == "" {
		fmt.Fprint(stdout, "（取自文件本身，请和书面公布的比对）")
	}
	fmt.Fprintln(stdout)

	var found []Finding
	var earlier []Checkpoint
	for _, name := range notes {
		b, err := readSmall(name)
		if err != nil {
			return unable(name, err)
		}
		c, err := OpenCheckpoint(b, pub)
		if err != nil {
			found = append(found, Finding{Name: "signature", Text: name + " 里的检查点签名不对：内容被改过，或者不是用这把钥匙签的。"})
			continue
		}
		earlier = append(earlier, c)
	}
	var claimed *SeatedList
	if seated != "" {
		b, err := readSmall(seated)
		if err != nil {
			return unable(seated, err)
		}
		list, err := ParseSeated(b)
		if err != nil {
			return unable(seated, err)
		}
		if list.Leaves > int64(len(g.Leaves)) {
			fmt.Fprintf(stdout, "没法核对 %s：名单是在第%d条记录之后写的，这份记录只有%d条。请过一分钟重新下载记录。\n", seated, list.Leaves, len(g.Leaves))
			return 2
		}
		claimed = &list
	}
	more, board := verify(g, earlier, pub, claimed)
	found = append(found, more...)
	if receipt != "" {
		b, err := readSmall(receipt)
		if err != nil {
			return unable(receipt, err)
		}
		r, err := ParseReceipt(bytes.TrimSpace(b))
		if err != nil {
			return unable(receipt, err)
		}
		found = append(found, CheckReceipt(r, pub)...)
		found = append(found, CheckReceiptInLog(r, g)...)
		if len(Faults(found)) == 0 {
			fmt.Fprintf(stdout, "回执：%d号，第%d行，%s受理。\n", r.N, firstLeafLine+r.Index, beijing(r.At))
		}
	}
	if board != nil && g.Header.Programme != AuditLog {
		fmt.Fprintf(stdout, "照公开规则算出：名额%d个，已有%d人（%s），候补%d人。\n", board.Cap, len(board.seated), numbers(board.Seated()), len(board.waiting))
	}
	for _, x := range found {
		fmt.Fprintln(stdout, x)
	}
	if faults := Faults(found); len(faults) > 0 {
		fmt.Fprintf(stdout, "结果：不通过，发现%d处问题。\n", len(faults))
		return 1
	}
	fmt.Fprintln(stdout, "结果：通过。")
	return 0
}

func readSmall(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxSmall+1))
	if err == nil && len(b) > maxSmall {
		err = errors.New("the file is too long")
	}
	return b, err
}

// CheckReceiptInLog says whether the leaf of a receipt stands in an export at
// its index, and the band leaf that it names too.
func CheckReceiptInLog(r Receipt, g *Log) []Finding {
	var out []Finding
	if r.Programme != g.Header.Programme {
		return []Finding{{Name: "programme", Text: "回执是另一个项目的。"}}
	}
	if r.Index < 0 || r.Index >= int64(len(g.Leaves)) || string(g.Leaves[r.Index]) != r.Leaf {
		if e := lostReceipt(r, g); e != nil {
			return []Finding{e.Lost(r)}
		}
		out = append(out, Finding{Name: "absent", Text: "回执里的受理记录不在这份公开记录的原位。", Line: max(0, firstLeafLine+int(r.Index))})
	}
	if r.BandLeaf != nil {
		i := *r.BandLeaf
		ok := i >= 0 && i < int64(len(g.Leaves))
		if ok {
			l, err := ParseLeaf(g.Leaves[i])
			ok = err == nil && l.Kind == "band"
		}
		if !ok {
			out = append(out, Finding{Name: "band", Text: "回执所说的优先记录不在这份公开记录的原位。", Line: max(0, firstLeafLine+int(i))})
		}
	}
	return out
}

// lostReceipt gives the epoch in whose loss a receipt's leaf lay, nil for none.
func lostReceipt(r Receipt, g *Log) *Recovery {
	for _, b := range g.Leaves {
		if !bytes.Contains(b, []byte(`"kind":"epoch"`)) {
			continue
		}
		if l, err := ParseLeaf(b); err == nil && l.Epoch != nil {
			if e := (&Recovery{*l.Epoch, l.At}); e.Covers(r) {
				return e
			}
		}
	}
	return nil
}

// Covers says whether a receipt was given before the loss and its leaf may have
// been among what was lost.
func (e *Recovery) Covers(r Receipt) bool {
	return r.At.Before(e.At) && r.Index >= e.Kept && r.N >= e.From && r.N <= e.To
}

// Lost is the finding about a receipt that an epoch covers.
func (e *Recovery) Lost(r Receipt) Finding {
	return Finding{Name: "lost", Text: fmt.Sprintf("这张回执的受理记录（%d号）在%s从备份恢复时遗失了，所以现在的记录里没有。请拿回执到区总工会补办。", r.N, beijing(e.At))}
}
