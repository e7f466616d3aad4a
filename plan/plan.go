// Package plan holds programmes as data and reads them. A programme is one
// folder: the plan's text with an id on each clause, where each clause is
// carried out, the readings, the parameters, the tables and the wording.
//
// Reading never stops at the first fault: a district that edits its folder
// gets every fault at once, with file and line (yuanmeng programme check).
// Faults refuse the folder. Red items (Red) leave a sound programme loaded but
// keep it from opening.
package plan

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"sort"
	"strings"

	"yuanmeng/internal/scheme"
)

//go:embed xianan-2026
var embedded embed.FS

// Fault is something wrong in a programme's folder. Text is Chinese: the
// people who own the folder read it. Line is 0 where no line can be named.
type Fault struct {
	File string
	Line int
	Text string
}

// String prints the fault as file:line: text.
func (f Fault) String() string {
	if f.Line == 0 {
		return f.File + ": " + f.Text
	}
	return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Text)
}

// EmbeddedFS is the folder of the programme that the binary carries
// (xianan-2026).
func EmbeddedFS() fs.FS {
	sub, err := fs.Sub(embedded, "xianan-2026")
	if err != nil { // only a malformed constant path can fail
		panic(err)
	}
	return sub
}

// Embedded reads the programme that the binary carries. Each call gives a
// fresh value that the caller may change. The error names every fault.
func Embedded() (*scheme.Programme, error) {
	p, faults, err := Load(EmbeddedFS())
	if err != nil {
		return nil, err
	}
	if len(faults) > 0 {
		return nil, &FaultyError{Faults: faults}
	}
	return p, nil
}

// FaultyError is a programme's folder that cannot be used.
type FaultyError struct{ Faults []Fault }

func (e *FaultyError) Error() string {
	lines := make([]string, len(e.Faults))
	for i, f := range e.Faults {
		lines[i] = f.String()
	}
	return fmt.Sprintf("programme has %d faults:\n%s", len(e.Faults), strings.Join(lines, "\n"))
}

// LoadDir reads a programme from a folder on disk. See Load.
func LoadDir(dir string) (*scheme.Programme, []Fault, error) {
	st, err := os.Stat(dir)
	if err != nil {
		return nil, nil, err
	}
	if !st.IsDir() {
		return nil, nil, fmt.Errorf("plan: %s is not a folder", dir)
	}
	return Load(os.DirFS(dir))
}

// Load reads and checks a programme. The error tells of a disk that cannot be
// read; everything that is wrong in the folder itself, a missing file
// included, is a Fault, in the order of file and line. With faults the
// programme may be half filled: show it, never serve it.
func Load(fsys fs.FS) (*scheme.Programme, []Fault, error) {
	r := &reader{fsys: fsys}
	p := &scheme.Programme{}
	at := r.programme(p)
	r.majors(p)
	r.unions(p)
	r.holidays(p)
	r.duties(p)
	r.wording(p)
	r.check(p, at)
	r.clauses(p)
	if r.err != nil {
		return nil, nil, r.err
	}
	sort.SliceStable(r.faults, func(i, j int) bool {
		a, b := r.faults[i], r.faults[j]
		if a.File != b.File {
			return a.File < b.File
		}
		return a.Line < b.Line
	})
	return p, slices.Compact(r.faults), nil
}

// Hash is the SHA-256 of the folder's content, in hex: every file in the order
// of its path, with line ends and a leading byte order mark evened out, so
// that a copy over Windows gives the same hash.
func Hash(fsys fs.FS) (string, error) {
	h := sha256.New()
	err := fs.WalkDir(fsys, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if strings.HasPrefix(d.Name(), ".") { // an editor's or a file manager's leavings
			return nil
		}
		b, err := fs.ReadFile(fsys, path)
		if err != nil {
			return err
		}
		b = even(b)
		// Both lengths stand before the content: no two folders run together.
		fmt.Fprintf(h, "%d:%s%d:", len(path), path, len(b))
		h.Write(b)
		return nil
	})
	if err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// DemoHotline is the invented number that a demonstration shows.
const DemoHotline = "0715-0000000（演示号码）"

// Demo is a copy of the programme for a demonstration: an invented hotline,
// readings and holidays taken as signed, and Demo set so that pages say so.
// It changes nothing else; a programme in earnest never passes through here.
func Demo(p *scheme.Programme) *scheme.Programme {
	q := *p
	q.Demo = true
	if q.Hotline == "" {
		q.Hotline = DemoHotline
		q.HotlineHours = "工作日 8:30–17:30"
	}
	q.ReadingsSigned = true
	q.Holidays = slices.Clone(p.Holidays)
	for i := range q.Holidays {
		q.Holidays[i].Confirmed = true
	}
	q.Wording = maps.Clone(p.Wording)
	return &q
}

// Red lists what keeps a sound programme from opening. Line is 0: the things
// are missing, not wrong.
func Red(p *scheme.Programme) []Fault {
	var out []Fault
	red := func(file, text string) { out = append(out, Fault{File: file, Text: text}) }
	if strings.TrimSpace(p.Hotline) == "" {
		red("programme.yaml", "还没有咨询电话。方案没有写电话，请区总工会提供，由负责人在“项目”页填写。")
	} else if strings.TrimSpace(p.HotlineHours) == "" {
		red("programme.yaml", "还没有咨询电话的接听时间。请负责人在“项目”页填写。")
	}
	if !p.ReadingsSigned {
		red("readings.md", "方案没有写明的读法还没有经区总工会负责人签字确认。请负责人在“项目”页打开“方案没有写明的事”，逐条看过，点“签认”。")
	}
	n := 0
	for _, h := range p.Holidays {
		if !h.Confirmed {
			n++
		}
	}
	if n > 0 {
		red("holidays.csv", fmt.Sprintf("有 %d 个放假或上班的日子还没有对照国务院办公厅的通知核对。请负责人在“项目”页打开“放假和调休”，对过以后确认。", n))
	}
	return out
}
