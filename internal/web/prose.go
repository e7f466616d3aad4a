package web

import "strings"

// Block is a piece of a text that the customer owns: the plan, its wording.
type Block struct {
	Kind  BlockKind
	Lines []string   // a paragraph has one, a list one a point
	Rows  [][]string // of a table; the first is its head
}

// BlockKind is the form of a Block.
type BlockKind string

// The few forms of Markdown that these texts use.
const (
	BlockTitle BlockKind = "#"
	BlockHead  BlockKind = "##"
	BlockText  BlockKind = "p"
	BlockList  BlockKind = "-"
	BlockSteps BlockKind = "1."
	BlockTable BlockKind = "|"
)

// Blocks reads a text. What it does not know is a paragraph, so that no word of
// the text is ever lost.
func Blocks(text string) []Block {
	var out []Block
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		kind, rest := BlockText, line
		if line == "" {
			continue
		}
		for _, mark := range []BlockKind{BlockHead, BlockTitle, BlockList} {
			if s, ok := strings.CutPrefix(line, string(mark)+" "); ok {
				kind, rest = mark, s
				break
			}
		}
		if n, s, ok := strings.Cut(line, ". "); ok && len(n) < 3 && strings.Trim(n, "0123456789") == "" {
			kind, rest = BlockSteps, s
		}
		last := len(out) - 1
		if len(line) > 2 && line[0] == '|' && line[len(line)-1] == '|' {
			if strings.Trim(line, "|-") == "" {
				continue // the rule below a table's head
			}
			var row []string
			for _, cell := range strings.Split(line[1:len(line)-1], "|") {
				row = append(row, strings.TrimSpace(cell))
			}
			if last >= 0 && out[last].Kind == BlockTable {
				out[last].Rows = append(out[last].Rows, row)
			} else {
				out = append(out, Block{Kind: BlockTable, Rows: [][]string{row}})
			}
			continue
		}
		if last >= 0 && out[last].Kind == kind && (kind == BlockList || kind == BlockSteps) {
			out[last].Lines = append(out[last].Lines, rest)
			continue
		}
		out = append(out, Block{Kind: kind, Lines: []string{rest}})
	}
	return out
}
