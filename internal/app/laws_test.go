package app_test

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"golang.org/x/mod/modfile"
	"golang.org/x/tools/go/packages"

	"yuanmeng/internal/scheme"
)

// The laws of the house (ARCHITECTURE.md): what keeps a program of this size
// readable is checked here, not asked for in reviews. Each law says in its
// failure which file breaks it and what to do.

const module = "yuanmeng"

// A floor is a height in the house. A package imports only from lower floors.
type floor int

const (
	ground  floor = iota // standards, sealing, log, blobs, channels
	plans                // the plan in code
	tools                // SQL, programmes as data, paper, photos
	writers              // the only writers: acts
	hall                 // what the web doors share
	doors                // one per kind of visitor, jobs, the demo's people
	roof                 // puts everything together
)

// floors is the house. A new package is entered here first: think where it
// stands. Names end where their children stand on the same floor.
var floors = map[string]floor{
	"internal/gb":     ground,
	"internal/vault":  ground,
	"internal/proof":  ground,
	"internal/files":  ground,
	"internal/sheet":  ground,
	"internal/wechat": ground,
	"internal/sms":    ground,

	"internal/scheme": plans,

	"internal/store":           tools,
	"internal/store/storetest": tools,
	"internal/bank":            tools,
	"internal/paper":           tools,
	"internal/photo":           tools,
	"plan":                     tools,

	"internal/casework": writers,
	"internal/office":   writers,
	"internal/archive":  writers,

	"internal/web": hall,

	"internal/jobs":      doors,
	"internal/sample":    doors,
	"internal/web/api":   doors,
	"internal/web/apply": doors,
	"internal/web/demo":  doors,
	"internal/web/desk":  doors,
	"internal/web/open":  doors,

	"internal/app": roof,
	"":             roof, // main
}

// neighbours are the imports on one floor that the drawing shows.
var neighbours = map[string][]string{
	"internal/store/storetest": {"internal/store"},
	"":                         {"internal/app"},
}

// listed is what the go command says of a package.
type listed struct {
	ImportPath, Dir string
	GoFiles         []string
	TestGoFiles     []string
	XTestGoFiles    []string
	Imports         []string
	TestImports     []string
	XTestImports    []string
}

// rel is the package's folder from the root, with slashes; "" for main.
func (p listed) rel() string {
	return strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
}

var root = sync.OnceValue(func() string {
	dir, err := os.Getwd()
	if err != nil {
		panic(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			panic("no go.mod above " + dir)
		}
		dir = up
	}
})

var goList = sync.OnceValues(func() ([]listed, error) {
	cmd := exec.Command("go", "list", "-e", "-json=ImportPath,Dir,GoFiles,TestGoFiles,XTestGoFiles,Imports,TestImports,XTestImports", "./...")
	cmd.Dir = root()
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	var all []listed
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
})

func ours(t *testing.T) []listed {
	t.Helper()
	all, err := goList()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// source is one parsed Go file of the program.
type source struct {
	pkg  string // folder from the root
	name string // path from the root
	test bool
	fset *token.FileSet
	file *ast.File
}

func (s source) at(p token.Pos) string { return fmt.Sprintf("%s:%d", s.name, s.fset.Position(p).Line) }

var sources = sync.OnceValues(func() ([]source, error) {
	all, err := goList()
	if err != nil {
		return nil, err
	}
	var out []source
	for _, p := range all {
		for _, list := range [][]string{p.GoFiles, p.TestGoFiles, p.XTestGoFiles} {
			for _, name := range list {
				fset := token.NewFileSet()
				f, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.ParseComments)
				if err != nil {
					return nil, err
				}
				out = append(out, source{p.rel(), path.Join(p.rel(), name), strings.HasSuffix(name, "_test.go"), fset, f})
			}
		}
	}
	return out, nil
})

func files(t *testing.T) []source {
	t.Helper()
	out, err := sources()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestArrowsGoDown(t *testing.T) {
	for _, p := range ours(t) {
		from := p.rel()
		height, known := floors[from]
		if !known {
			t.Errorf("package %q has no floor: enter it in floors of laws_test.go", from)
			continue
		}
		for _, imp := range p.Imports {
			to, own := strings.CutPrefix(imp, module+"/")
			if !own || slices.Contains(neighbours[from], to) {
				continue
			}
			if low, known := floors[to]; known && low >= height {
				t.Errorf("%s imports %s, which does not stand below it", from, to)
			}
			if to == "internal/store/storetest" {
				t.Errorf("%s imports storetest outside its tests", from)
			}
		}
		// The outside tests of a lower room may look at a higher one only where
		// that is a tool for tests.
		for _, imp := range p.TestImports {
			to, own := strings.CutPrefix(imp, module+"/")
			if low, known := floors[to]; own && known && low > height && to != "internal/sample" {
				t.Errorf("a test of %s imports %s, which stands above it", from, to)
			}
		}
	}
}

// pureOutside are packages from outside that hold only tables and functions.
var pureOutside = []string{"golang.org/x/text/", "github.com/mozillazg/go-pinyin"}

func TestSchemeAndGBArePure(t *testing.T) {
	forbidden := regexp.MustCompile(`^(os|net|database|syscall|log|plugin|math/rand|crypto/rand|io/ioutil|runtime/debug)(/|$)`)
	for _, p := range ours(t) {
		if p.rel() != "internal/scheme" && p.rel() != "internal/gb" {
			continue
		}
		for _, imp := range p.Imports {
			first, _, _ := strings.Cut(imp, "/")
			switch {
			case imp == module+"/internal/gb" && p.rel() == "internal/scheme":
			case slices.ContainsFunc(pureOutside, func(ok string) bool { return strings.HasPrefix(imp+"/", strings.TrimSuffix(ok, "/")+"/") }):
			case first == module || strings.Contains(first, "."):
				t.Errorf("%s imports %s: it may use the standard library and gb", p.rel(), imp)
			case forbidden.MatchString(imp):
				t.Errorf("%s imports %s: values and now go in, reasons come out, nothing else", p.rel(), imp)
			}
		}
	}
}

func TestClockIsReadOnlyInApp(t *testing.T) {
	for _, s := range files(t) {
		if s.test || s.pkg == "internal/app" || s.pkg == "internal/store/storetest" {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := sel.X.(*ast.Ident); ok && x.Name == "time" && x.Obj == nil && slices.Contains([]string{"Now", "Since", "Until", "Sleep"}, sel.Sel.Name) {
				t.Errorf("%s: time.%s: take an instant or a clock as an argument", s.at(sel.Pos()), sel.Sel.Name)
			}
			return true
		})
	}
}

var sqlWords = regexp.MustCompile(`(?is)\b(select\b.+\bfrom\b|insert\s+into\b|update\s+\w+\s+set\b|delete\s+from\b|create\s+(table|index)\b)`)

func TestSQLStandsOnlyInStore(t *testing.T) {
	home := func(pkg string) bool { return pkg == "internal/store" || strings.HasPrefix(pkg, "internal/store/") }
	for _, s := range files(t) {
		if s.test || home(s.pkg) {
			continue
		}
		for _, imp := range s.file.Imports {
			p, _ := strconv.Unquote(imp.Path.Value)
			if s.pkg != "internal/app" && (p == "database/sql" || strings.HasPrefix(p, "github.com/uptrace/bun")) {
				t.Errorf("%s imports %s: queries belong in internal/store", s.at(imp.Pos()), p)
			}
		}
		eachString(s.file, func(lit *ast.BasicLit, text string) {
			if m := sqlWords.FindString(text); m != "" && !strings.Contains(m, "<") {
				t.Errorf("%s: %q looks like SQL: queries belong in internal/store", s.at(lit.Pos()), m)
			}
		})
	}
}

// eachString calls f for every string literal but import paths and struct tags.
func eachString(file *ast.File, f func(*ast.BasicLit, string)) {
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.BasicLit:
			if n.Kind == token.STRING {
				if text, err := strconv.Unquote(n.Value); err == nil {
					f(n, text)
				}
			}
		}
		return true
	})
}

// speaks are the packages whose strings people see, or whose tables are in
// Chinese by nature. A refusal of an act is a Reason that stands in the act's
// own file (docs/decisions/0006-refusals-beside-acts.md); the words of `verify`
// stand beside the checks of proof. Elsewhere a sentence in Chinese would be one
// that nobody finds again. Comments may name a Chinese term anywhere.
var speaks = []string{"internal/scheme", "internal/paper", "internal/photo", "internal/gb", "internal/sms", "internal/sample", "internal/sheet", "internal/bank", "plan",
	"internal/casework", "internal/office", "internal/proof", "internal/app"}

func TestChineseStandsWithItsRow(t *testing.T) {
	han := regexp.MustCompile(`\p{Han}`)
	for _, s := range files(t) {
		if s.test || slices.Contains(speaks, s.pkg) || s.pkg == "internal/web" || strings.HasPrefix(s.pkg, "internal/web/") {
			continue
		}
		eachString(s.file, func(lit *ast.BasicLit, text string) {
			if han.MatchString(text) {
				t.Errorf("%s: %q: a sentence that people see stands in a row of scheme, a template, paper or plan/…/wording", s.at(lit.Pos()), text)
			}
		})
	}
}

func TestFilesStayReadable(t *testing.T) {
	const most = 900
	kinds := []string{".go", ".templ", ".ts", ".mjs", ".css", ".sh"}
	walk(t, func(name string) {
		if !slices.Contains(kinds, path.Ext(name)) || strings.HasSuffix(name, "_templ.go") || strings.Contains(name, "/dist/") {
			return
		}
		b, err := os.ReadFile(filepath.Join(root(), name))
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(b), "\n"); n > most {
			t.Errorf("%s has %d lines, more than %d: split it by act", name, n, most)
		}
	})
}

// walk calls f with the path of every file of ours, from the root with slashes.
func walk(t *testing.T, f func(name string)) {
	t.Helper()
	err := filepath.WalkDir(root(), func(full string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(root(), full)
		name = filepath.ToSlash(name)
		if d.IsDir() {
			if slices.Contains([]string{".git", "node_modules", "bin", "data", "out"}, d.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		f(name)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestClausesAreKnown holds the code to the plan's text: a clause cited in a
// comment or given as a scheme.ClauseID stands in the programme's list, and the
// places that the list names exist.
func TestClausesAreKnown(t *testing.T) {
	dirs, err := filepath.Glob(filepath.Join(root(), "plan", "*", "programme.yaml"))
	if err != nil || len(dirs) == 0 {
		t.Fatalf("no programme under plan/ (%v)", err)
	}
	known := map[string]bool{}
	for _, p := range dirs {
		list := filepath.Join(filepath.Dir(p), "clauses.tsv")
		f, err := os.Open(list)
		if err != nil {
			t.Fatalf("every programme has a list of clauses: %v", err)
		}
		r := csv.NewReader(f)
		r.Comma, r.LazyQuotes, r.FieldsPerRecord = '\t', true, -1
		rows, err := r.ReadAll()
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows[1:] {
			known[row[0]] = true
			for _, place := range strings.Fields(row[2]) {
				if _, err := os.Stat(filepath.Join(root(), filepath.FromSlash(place))); err != nil {
					t.Errorf("clauses.tsv: clause %s is carried out in %s, which does not exist", row[0], place)
				}
			}
		}
	}

	cited := regexp.MustCompile(`\b[Cc]lauses? ((?:A?\d[\w.]*)(?:(?:, | and | or |–)A?\d[\w.]*)*)`)
	split := regexp.MustCompile(`, | and | or |–`)
	for _, s := range files(t) {
		for _, group := range s.file.Comments {
			for _, m := range cited.FindAllStringSubmatch(group.Text(), -1) {
				for _, id := range split.Split(m[1], -1) {
					if id = strings.TrimRight(id, "."); !known[id] {
						t.Errorf("%s cites clause %s, which the plan does not have", s.at(group.Pos()), id)
					}
				}
			}
		}
	}
	for _, m := range scheme.Moves {
		if !known[string(m.Clause)] {
			t.Errorf("move %s rests on clause %q, which the plan does not have", m.Name, m.Clause)
		}
	}
	for _, p := range typed(t) {
		for expr, tv := range p.TypesInfo.Types {
			if tv.Value == nil || tv.Value.Kind() != constant.String || !named(tv.Type, "internal/scheme", "ClauseID") {
				continue
			}
			at := p.Fset.Position(expr.Pos())
			if strings.HasSuffix(at.Filename, "_test.go") {
				continue
			}
			if id := constant.StringVal(tv.Value); id != "" && !known[id] {
				t.Errorf("%s: clause %s, which the plan does not have", at, id)
			}
		}
	}
}

func named(t types.Type, pkg, name string) bool {
	n, ok := types.Unalias(t).(*types.Named)
	return ok && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == module+"/"+pkg && n.Obj().Name() == name
}

// typed gives the type-checked packages that use the plan's words or a route.
var loaded = sync.OnceValues(func() ([]*packages.Package, error) {
	return packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo | packages.NeedImports | packages.NeedExportFile,
		Dir:  root(),
	}, "./internal/...", "./plan/...")
})

func typed(t *testing.T) []*packages.Package {
	t.Helper()
	all, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range all {
		for _, e := range p.Errors {
			t.Errorf("%s does not build: %v", p.PkgPath, e)
		}
	}
	if t.Failed() {
		t.FailNow()
	}
	return all
}

// TestRoutesAreGuarded reads every web.Route that is written down: it names its
// guard, and an act it calls is a file of the same name.
func TestRoutesAreGuarded(t *testing.T) {
	for _, p := range typed(t) {
		for _, f := range p.Syntax {
			if name := p.Fset.Position(f.Pos()).Filename; strings.HasSuffix(name, "_test.go") {
				continue
			}
			ast.Inspect(f, func(n ast.Node) bool {
				lit, ok := n.(*ast.CompositeLit)
				if !ok || !named(p.TypesInfo.TypeOf(lit), "internal/web", "Route") || len(lit.Elts) == 0 {
					return true
				}
				if strings.HasSuffix(p.Fset.Position(lit.Pos()).Filename, "/internal/web/wrap.go") {
					return true // the answer outside of any route
				}
				row := map[string]ast.Expr{}
				fields := p.TypesInfo.TypeOf(lit).Underlying().(*types.Struct)
				for i, e := range lit.Elts {
					if kv, ok := e.(*ast.KeyValueExpr); ok {
						row[kv.Key.(*ast.Ident).Name] = kv.Value
					} else {
						row[fields.Field(i).Name()] = e
					}
				}
				at := p.Fset.Position(lit.Pos())
				for _, must := range []string{"Method", "Pattern", "Guard", "Handler"} {
					e, ok := row[must]
					if id, isNil := e.(*ast.Ident); !ok || isNil && id.Name == "nil" {
						t.Errorf("%s: a route without %s", at, must)
					}
				}
				act := row["Act"]
				if act == nil {
					return true
				}
				if v := p.TypesInfo.Types[act].Value; v != nil && constant.StringVal(v) != "" {
					if !slices.Contains(browserActs, constant.StringVal(v)) && !hasAct(constant.StringVal(v)) {
						t.Errorf("%s: act %q has no file of that name in casework, office or archive", at, constant.StringVal(v))
					}
				}
				return true
			})
		}
	}
}

// browserActs change the visitor's own browser and nothing else: the size of the
// letters, the end of his session, the answers of the pre-check, what a demo
// shows. They write no row of the programme.
var browserActs = []string{"large", "sign_out", "precheck", "pick_grant", "forward_clock", "enter_as"}

func hasAct(name string) bool {
	for _, dir := range []string{"casework", "office", "archive"} {
		if _, err := os.Stat(filepath.Join(root(), "internal", dir, name+".go")); err == nil {
			return true
		}
	}
	return false
}

func TestMovesNameTheirRoles(t *testing.T) {
	seen := map[scheme.MoveName]bool{}
	for _, m := range scheme.Moves {
		if seen[m.Name] {
			t.Errorf("move %s has two rows", m.Name)
		}
		seen[m.Name] = true
		if len(m.Roles) == 0 {
			t.Errorf("move %s names no role", m.Name)
		}
		if len(m.From) == 0 {
			t.Errorf("move %s starts nowhere", m.Name)
		}
		if m.Label == "" || m.Past == "" {
			t.Errorf("move %s has no label or no sentence for the timeline", m.Name)
		}
	}
}

// Documents name paths in links and in code marks; both must exist.
var (
	docLink = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	docCode = regexp.MustCompile("`([^`\n]+)`")
	docPath = regexp.MustCompile(`^(?:\./)?((?:internal|plan|docs|deploy|e2e|bench|scripts|\.ci)(?:/[\w.@+*-]+)*/?|go\.mod|main\.go|Makefile|LICENSE|[A-Z]+(?:\.zh-CN)?\.md)(?::\d+)?$`)
)

// madeLater are paths that the program or a command makes.
var madeLater = regexp.MustCompile(`^(bin|data|e2e/out|bench/out|bench/RESULTS\.md|e2e/node_modules)(/|$)`)

func TestPathsInDocumentsExist(t *testing.T) {
	exists := func(name string) bool {
		m, err := filepath.Glob(filepath.Join(root(), filepath.FromSlash(name)))
		return err == nil && len(m) > 0
	}
	walk(t, func(name string) {
		if path.Ext(name) != ".md" || strings.HasPrefix(name, "plan/") {
			return
		}
		b, err := os.ReadFile(filepath.Join(root(), name))
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(b), "\n") {
			for _, m := range docLink.FindAllStringSubmatch(line, -1) {
				to, _, _ := strings.Cut(m[1], "#")
				if to == "" || strings.Contains(to, "://") || strings.HasPrefix(to, "mailto:") || strings.HasPrefix(to, "/") {
					continue
				}
				if to = path.Join(path.Dir(name), to); !exists(to) && !madeLater.MatchString(to) {
					t.Errorf("%s:%d links to %s, which does not exist", name, i+1, to)
				}
			}
			for _, m := range docCode.FindAllStringSubmatch(line, -1) {
				p := docPath.FindStringSubmatch(m[1])
				if p == nil || madeLater.MatchString(p[1]) {
					continue
				}
				// Beside the document counts as well: docs/manuals name each other.
				if !exists(p[1]) && !exists(path.Join(path.Dir(name), p[1])) {
					t.Errorf("%s:%d names %s, which does not exist", name, i+1, p[1])
				}
			}
		}
	})
}

// TestGeneratedFilesAreCurrent makes every generated file again and compares.
// `make check` does it as a part of its own.
func TestGeneratedFilesAreCurrent(t *testing.T) {
	if testing.Short() {
		t.Skip("make check runs scripts/generated.sh by itself")
	}
	cmd := exec.Command("bash", "scripts/generated.sh")
	cmd.Dir = root()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestLibcIsTheOneSQLiteWasMadeWith guards a silent corruption: modernc's SQLite
// is translated against one exact version of its C library and works with that.
func TestLibcIsTheOneSQLiteWasMadeWith(t *testing.T) {
	say := func(format, name string) string {
		cmd := exec.Command("go", "list", "-m", "-f", format, name)
		cmd.Dir = root()
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("go list -m %s: %v", name, err)
		}
		return strings.TrimSpace(string(out))
	}
	b, err := os.ReadFile(say("{{.GoMod}}", "modernc.org/sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	mod, err := modfile.Parse("go.mod", b, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range mod.Require {
		if r.Mod.Path == "modernc.org/libc" {
			if got := say("{{.Version}}", "modernc.org/libc"); got != r.Mod.Version {
				t.Errorf("modernc.org/libc is %s; modernc.org/sqlite was made with %s: pin that in go.mod", got, r.Mod.Version)
			}
			return
		}
	}
	t.Error("modernc.org/sqlite names no libc any more: look at this law again")
}
