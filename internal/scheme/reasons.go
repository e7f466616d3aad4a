package scheme

// Reason is why something is not so, or deserves a look: a row, not an error.
type Reason struct {
	Code   string   // stable, snake_case
	Field  string   // key of the field it belongs to, or ""
	Worker string   // the sentence for the worker: what to do
	Staff  string   // the sentence for staff
	Clause ClauseID // the clause it rests on
	Blocks bool     // false: warns only
}

// Blocked says whether any of the reasons blocks.
func Blocked(rs []Reason) bool {
	for _, r := range rs {
		if r.Blocks {
			return true
		}
	}
	return false
}
