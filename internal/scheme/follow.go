package scheme

import "slices"

// follows lists the fields that are asked, or take another value, because of the
// answer to a field. A correction that names the first may change the others as
// well; otherwise a new answer could ask for something that nobody may fill in.
var follows = map[string][]string{
	"name":           {"name_untypable", "idcard"},
	"name_untypable": {"name", "idcard"},
	"dispatched":     {"agency"},
	"officer":        {"rec_union", "village_union"},
	"major":          {"medical_held", "medical"},
	"medical_held":   {"medical"},
	"card":           {"bank"},
	"account_name":   {"account_reason"},
}

// Follow is the named items of a correction with the fields that follow from
// them, in the order of the catalogue.
func Follow(items []string) []string {
	var out []string
	for _, f := range catalogue {
		named := slices.Contains(items, f.Key)
		for _, i := range items {
			named = named || slices.Contains(follows[i], f.Key)
		}
		if named {
			out = append(out, f.Key)
		}
	}
	return out
}
