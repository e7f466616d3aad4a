package store

import (
	"encoding/json"
	"errors"
	"slices"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/vault"
)

// Lost says whether a sentence stands in the place of a text that is gone.
func Lost(text string) bool { return text == scheme.Erased || text == scheme.Unreadable }

// Words seals and opens what people have written by hand about one case:
// whoever writes freely may write a number, and most of these rows can never be
// changed. It lies under the case's data key, bound to its row and column, so
// that destroying the key erases it. The key is unwrapped when it is first
// needed: a page of rows without such text costs nothing.
type Words struct {
	keys    *vault.Keys
	caseID  string
	wrapped []byte
	key     *vault.DataKey
}

// DataKey opens the data key of a case by its wrapped form.
func DataKey(keys *vault.Keys, caseID string, wrapped []byte) (vault.DataKey, error) {
	return keys.Unwrap("case/"+caseID, wrapped)
}

// WordsOf are the words about a case whose wrapped key the caller has read; an
// empty one was erased.
func WordsOf(keys *vault.Keys, caseID string, wrapped []byte) *Words {
	return &Words{keys: keys, caseID: caseID, wrapped: wrapped}
}

func (w *Words) dataKey() (vault.DataKey, error) {
	if w.key == nil {
		k, err := DataKey(w.keys, w.caseID, w.wrapped)
		if err != nil {
			return k, err
		}
		w.key = &k
	}
	return *w.key, nil
}

// place names the row and the column that a sealed text is bound to.
func place(table, id, column string) string { return "words/" + table + "/" + id + "/" + column }

// Seal seals a text for a column of a row; an empty text stays nothing.
func (w *Words) Seal(table, id, column, text string) ([]byte, error) {
	if text == "" {
		return nil, nil
	}
	key, err := w.dataKey()
	if err != nil {
		return nil, err
	}
	return key.Seal(place(table, id, column), []byte(text)), nil
}

// Open opens what Seal gave for the same place. It always gives something that
// can be shown.
func (w *Words) Open(table, id, column string, sealed []byte) string {
	text, instead := w.open(table, id, column, sealed)
	if instead != "" {
		return instead
	}
	return text
}

func (w *Words) open(table, id, column string, sealed []byte) (text, instead string) {
	if len(sealed) == 0 {
		return "", ""
	}
	key, err := w.dataKey()
	if errors.Is(err, vault.ErrErased) {
		return "", scheme.Erased
	}
	if err != nil {
		return "", scheme.Unreadable
	}
	b, err := key.Open(place(table, id, column), sealed)
	if err != nil {
		return "", scheme.Unreadable
	}
	return string(b), ""
}

// Hearings opens what was written in hearings of the case.
func (w *Words) Hearings(hs ...*Hearing) {
	for _, h := range hs {
		if h != nil {
			h.Reason = w.Open("hearing", h.ID, "reason", h.ReasonSealed)
			h.Answer = w.Open("hearing", h.ID, "answer", h.AnswerSealed)
			h.Outcome = w.Open("hearing", h.ID, "outcome", h.OutcomeSealed)
		}
	}
}

// Decisions opens the reasons of decisions about the case.
func (w *Words) Decisions(ds []Decision) {
	for i := range ds {
		ds[i].Reason = w.Open("decision", ds[i].ID, "reason", ds[i].ReasonSealed)
	}
}

// Attestations opens why officers disagree with the case.
func (w *Words) Attestations(as []Attestation) {
	for i := range as {
		as[i].Disagree = w.Open("attestation", as[i].ID, "disagree", as[i].DisagreeSealed)
	}
}

// Messages opens those of a worker's messages that are about the case.
func (w *Words) Messages(ms []Message) {
	for i := range ms {
		if m := &ms[i]; m.CaseID == w.caseID && m.BodySealed != nil {
			m.Body = w.Open("message", m.ID, "body", m.BodySealed)
		}
	}
}

// Letters opens the messages about the case as the desk lists them.
func (w *Words) Letters(ls []Letter) {
	for i := range ls {
		if l := &ls[i]; l.BodySealed != nil {
			l.Body = w.Open("message", l.ID, "body", l.BodySealed)
		}
	}
}

// sealedKey is the part of an event's detail that holds, sealed, the parts that
// are not to lie plain. Those stand beside it as null.
const sealedKey = "sealed"

// Detail writes the detail of an event about the case. What the rules do not
// name as a figure, a code or a name is sealed (scheme.TrailOpen): a part that
// somebody adds and forgets to list lies sealed, not plain.
func (w *Words) Detail(id string, detail map[string]any) (string, error) {
	plain, hidden := map[string]any{}, map[string]any{}
	for k, v := range detail {
		switch {
		case v == "":
		case slices.Contains(scheme.TrailOpen, k):
			plain[k] = v
		default:
			plain[k], hidden[k] = nil, v
		}
	}
	if len(hidden) > 0 {
		sealed, err := w.Seal("event", id, "detail", Encode(hidden))
		if err != nil {
			return "", err
		}
		plain[sealedKey] = sealed
	}
	return Encode(plain), nil
}

// Detailed is the whole detail of an event about the case as JSON; where the key
// is gone each sealed part says so.
func (w *Words) Detailed(e Event) string {
	var sealed struct{ Sealed []byte }
	if json.Unmarshal([]byte(e.Detail), &sealed) != nil || sealed.Sealed == nil {
		return e.Detail
	}
	m := map[string]any{}
	if json.Unmarshal([]byte(e.Detail), &m) != nil {
		return e.Detail
	}
	delete(m, sealedKey)
	text, instead := w.open("event", e.ID, "detail", sealed.Sealed)
	if instead == "" && json.Unmarshal([]byte(text), &m) != nil {
		instead = scheme.Unreadable
	}
	for k, v := range m {
		if v == nil && instead != "" {
			m[k] = instead
		}
	}
	return Encode(m)
}

// Plain is the detail of an event without what was written by hand.
func (e Event) Plain() map[string]any {
	m := map[string]any{}
	if json.Unmarshal([]byte(e.Detail), &m) != nil {
		return nil
	}
	delete(m, sealedKey)
	for k, v := range m {
		if v == nil {
			delete(m, k)
		}
	}
	return m
}
