package apply

import (
	"strings"

	"yuanmeng/internal/scheme"
)

// reasonLines gives each item of a reason a line of its own: what a clerk
// returns for several items is one text on paper and in messages.
func reasonLines(text string) []string {
	var pairs []string
	for _, f := range scheme.Fields() {
		pairs = append(pairs, "。"+f.Label+"：", "。\n"+f.Label+"：")
	}
	pairs = append(pairs, "。改好以后，", "。\n改好以后，")
	return strings.Split(strings.NewReplacer(pairs...).Replace(text), "\n")
}

// block is a piece of a text of the programme: heading, list, numbered list or
// paragraphs.
type block struct {
	kind  byte
	lines []string
}

// blocks reads the few forms of Markdown that the wording uses.
func blocks(text string) []block {
	var out []block
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		kind := byte('p')
		switch rest, ok := strings.CutPrefix(line, "# "); {
		case line == "":
			continue
		case ok:
			kind, line = 'h', rest
		default:
			if rest, ok := strings.CutPrefix(line, "- "); ok {
				kind, line = 'u', rest
			} else if n, rest, ok := strings.Cut(line, ". "); ok && len(n) < 3 && strings.Trim(n, "0123456789") == "" {
				kind, line = 'o', rest
			}
		}
		if n := len(out); n > 0 && out[n-1].kind == kind && kind != 'h' {
			out[n-1].lines = append(out[n-1].lines, line)
			continue
		}
		out = append(out, block{kind, []string{line}})
	}
	return out
}
