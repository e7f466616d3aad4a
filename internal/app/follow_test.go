package app

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"yuanmeng/internal/web"
	"yuanmeng/internal/web/apply"
	"yuanmeng/internal/web/desk"
	"yuanmeng/internal/web/open"
	"yuanmeng/plan"
)

// allRoutes are the tables of every door in earnest; the demo's is not.
func allRoutes() []web.Route {
	var out []web.Route
	out = append(out, web.SharedRoutes()...)
	out = append(out, (&open.Door{}).Routes()...)
	out = append(out, (&apply.Door{}).Routes()...)
	return append(out, (&desk.Door{}).Routes()...)
}

var followRow = regexp.MustCompile("^\\| (.+?) \\| (.+?) \\| (.+?) \\| (.+?) \\|$")
var marked = regexp.MustCompile("`([^`]+)`")

// TestReadmeFollowsOneCase holds the table "Follow one case" of both READMEs to
// the program: each route stands in a door's table, each file exists, each clause
// is the plan's, and every act of a route has a row.
func TestReadmeFollowsOneCase(t *testing.T) {
	routes := map[string]web.Route{}
	acts := map[string]bool{}
	for _, r := range allRoutes() {
		routes[r.Method+" "+r.Pattern] = r
		if r.Act == "" {
			continue
		}
		for _, dir := range []string{"casework", "office"} {
			if _, err := os.Stat(filepath.Join("..", dir, r.Act+".go")); err == nil {
				acts[r.Act] = true
			}
		}
	}
	clauses := map[string]bool{"": true}
	list, err := plan.Clauses(plan.EmbeddedFS())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list {
		clauses[string(c.ID)] = true
	}
	for _, name := range []string{"README.md", "README.zh-CN.md"} {
		b, err := os.ReadFile(filepath.Join("..", "..", name))
		if err != nil {
			t.Fatal(err)
		}
		_, table, ok := strings.Cut(string(b), "<!-- follow -->")
		if !ok {
			t.Fatalf("%s has no table <!-- follow -->", name)
		}
		table, _, _ = strings.Cut(table, "<!-- /follow -->")
		told := map[string]bool{}
		for _, line := range strings.Split(table, "\n") {
			m := followRow.FindStringSubmatch(line)
			if m == nil || strings.HasPrefix(m[1], "---") || !strings.ContainsAny(line, "`") {
				continue // the head of the table
			}
			for _, x := range marked.FindAllStringSubmatch(m[2], -1) {
				if r, ok := routes[x[1]]; !ok {
					t.Errorf("%s: no door has the route %s", name, x[1])
				} else {
					told[r.Act] = true
				}
			}
			for _, x := range marked.FindAllStringSubmatch(m[3], -1) {
				if _, err := os.Stat(filepath.Join("..", "..", x[1])); err != nil {
					t.Errorf("%s: %s does not exist", name, x[1])
				}
			}
			for _, id := range strings.Split(m[4], ", ") {
				if id != "–" && !clauses[id] {
					t.Errorf("%s: clause %q is not the plan's", name, id)
				}
			}
		}
		for act := range acts {
			if !told[act] {
				t.Errorf("%s: the act %s has no row in “Follow one case”", name, act)
			}
		}
	}
}
