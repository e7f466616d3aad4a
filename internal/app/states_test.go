package app_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"yuanmeng/internal/scheme"
)

var update = flag.Bool("update", false, "write docs/states.md anew")

// TestStatesDocument holds docs/states.md to the table of moves:
// go test ./internal/app -run States -update
func TestStatesDocument(t *testing.T) {
	name := filepath.Join(root(), "docs", "states.md")
	want := statesDocument()
	if *update {
		if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(name)
	if err != nil || string(got) != want {
		t.Errorf("docs/states.md is not what scheme.Moves gives (%v): run go test ./internal/app -run States -update", err)
	}
}

func statesDocument() string {
	var b strings.Builder
	b.WriteString("# States and moves\n\nGenerated from the tables of `internal/scheme` by `go test ./internal/app -run States -update`; do not edit.\n")
	b.WriteString("A case has a state, a place (seat or waiting place) and at most one open hearing; the rows say how each changes.\n\n")
	b.WriteString("## States\n\n| State | Name | Moves that start here |\n| --- | --- | --- |\n")
	for _, s := range scheme.CaseStates {
		var here []string
		for _, m := range scheme.Moves {
			if slices.Contains(m.From, s) {
				here = append(here, string(m.Name))
			}
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", s, scheme.StateName(s), strings.Join(here, ", "))
	}
	b.WriteString("\n```mermaid\nstateDiagram-v2\n")
	for _, s := range scheme.CaseStates {
		for _, to := range scheme.CaseStates {
			var by []string
			for _, m := range scheme.Moves {
				if m.To == to && slices.Contains(m.From, s) {
					by = append(by, string(m.Name))
				}
			}
			if len(by) > 0 {
				fmt.Fprintf(&b, "    %s --> %s: %s\n", s, to, strings.Join(by, ", "))
			}
		}
	}
	b.WriteString("```\n\n## Moves\n\n| Move | Button | From | To | Who | Second person | Seat | Hearing | Deadline leads to | Clause |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n")
	for _, m := range scheme.Moves {
		to := string(m.To)
		if to == "" {
			to = "stays"
		}
		var hearing []string
		if m.Hearing != "" {
			hearing = append(hearing, "allowed with: "+string(m.Hearing))
		}
		if m.Opens != "" {
			hearing = append(hearing, "opens: "+string(m.Opens))
		}
		if m.Ends != "" {
			hearing = append(hearing, "ends: "+string(m.Ends))
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s | %s | %s | %s | %s |\n", m.Name, m.Label,
			join(m.From), to, join(m.Roles), join(m.Second), m.Seat, strings.Join(hearing, "; "), m.Term.Then, m.Clause)
	}
	b.WriteString("\n## The small machines\n\nWhat happens after the approval happens to things of their own (`internal/scheme/{duty,award,notice,batch}.go`).\n")
	turns(&b, "Duty: what a worker hands in", scheme.DutyTurns)
	turns(&b, "Award", scheme.AwardTurns)
	turns(&b, "Notice: a list of 公示", scheme.NoticeTurns)
	turns(&b, "Objection", scheme.ObjectionTurns)
	turns(&b, "Batch of a payer", scheme.BatchTurns)
	turns(&b, "Line of a batch", scheme.LineTurns)
	return b.String()
}

func turns[S ~string, T any](b *strings.Builder, title string, table []scheme.Turn[S, T]) {
	fmt.Fprintf(b, "\n### %s\n\n| Move | Button | From | To | Who | Second person | Deadline leads to | Clause |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n", title)
	for _, r := range table {
		to := string(r.To)
		if to == "" {
			to = "stays"
		}
		var from []string
		for _, s := range r.From {
			if s == "" {
				s = "owed"
			}
			from = append(from, string(s))
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s | %s | %s | %s | %s |\n", r.Name, r.Label, strings.Join(from, ", "), to, join(r.Roles), join(r.Second), r.Term.Then, r.Clause)
	}
}

func join[T ~string](list []T) string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = string(v)
	}
	return strings.Join(out, ", ")
}
