package scheme

import (
	"strings"
	"unicode"
)

// ownPrefix marks the organisation of an officer whose union has no key: that of
// an employer or of a village, known to the programme only by its name.
const ownPrefix = UnionOwn + ":"

// OwnUnion is the organisation of an officer of a union that unions.csv does not
// list. It follows from the name alone, so that the name that a worker has typed
// and the one on the invitation meet; "" where nothing is left of the name.
func OwnUnion(name string) string {
	if n := unionName(name); n != "" {
		return ownPrefix + n
	}
	return ""
}

// unionName evens out what the same seal is typed as: width, spaces, brackets
// and the 委员会 that a seal has and people leave out. Nothing else: two names
// that differ are two unions.
func unionName(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' {
			r += '!' - '！'
		}
		if !unicode.IsLetter(r) && !unicode.IsNumber(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
	for _, tail := range []string{"基层委员会", "委员会"} {
		if short := strings.TrimSuffix(s, tail); short != s && strings.HasSuffix(short, "工会") {
			return short
		}
	}
	return s
}

// UnionNamed finds a listed union by its registered or its short name.
func (p *Programme) UnionNamed(name string) (Union, bool) {
	n := unionName(name)
	for _, u := range p.Unions {
		if n != "" && (n == unionName(u.Name) || n == unionName(u.Short)) {
			return u, true
		}
	}
	return Union{}, false
}

// Recommends says whether an officer of the union org may speak for the
// recommending union of an application (key and name as in the answers): the
// union itself, by key or by name, or one above it (A3.3). Every union of the
// district stands below the district's federation; which town's union stands
// above an employer's the programme does not know, so no town's officer sees its
// people.
func (p *Programme) Recommends(org, key, name string) bool {
	if org == "" {
		return false
	}
	if org == OwnUnion(name) {
		return true
	}
	if key == UnionOwn {
		u, ok := districtUnion(p)
		return ok && u.Key == org
	}
	for i := 0; key != "" && i < 8; i++ { // a tree that bites its tail ends here
		u, ok := p.UnionBy(key)
		if !ok {
			return false
		}
		if key == org {
			return true
		}
		key = u.Parent
	}
	return false
}
