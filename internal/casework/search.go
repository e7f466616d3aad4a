package casework

import (
	"context"
	"strings"
	"unicode/utf8"

	"yuanmeng/internal/gb"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// searchMost bounds the answer of a search.
const searchMost = 50

// Search finds the cases that a person at the desk looks for: by acceptance
// number, by the code on the form, by the beginning of a name (characters,
// pinyin, initials), or by a phone or identity number typed in full. Numbers of
// people are compared by their blind index only. The trail keeps how it was
// searched and how much was found, never the words.
func (w *Work) Search(ctx context.Context, a scheme.Actor, v store.Viewer, programme, query string) ([]store.Case, error) {
	query = strings.TrimSpace(query)
	if query == "" {
		return nil, refuse("nothing", "", "请输入受理号、姓名、手机号或证件号", "")
	}
	if utf8.RuneCountInString(query) > 60 {
		return nil, refuse("too_long", "", "要找的内容太长", "")
	}
	how, found, err := w.find(ctx, v, programme, query)
	if err != nil {
		return nil, err
	}
	return found, w.DB.Write(ctx, w.Now(), func(tx *store.Tx) error {
		return tx.Insert(ctx, &store.Event{
			ID: store.NewID(tx.Now), ProgrammeID: programme, ActorID: a.ID, ActorName: a.Name, Role: string(a.Role), Org: a.Org,
			Name: "search", Detail: store.Encode(map[string]any{"by": how, "found": len(found)}), At: tx.Now,
		})
	})
}

func (w *Work) find(ctx context.Context, v store.Viewer, programme, query string) (how string, found []store.Case, err error) {
	if no, ok := acceptanceNo(query); ok {
		c, err := w.DB.CaseByNo(ctx, v, programme, no)
		if store.IsNone(err) {
			return "no", nil, nil
		}
		return "no", []store.Case{c}, err
	}
	if phone, err := gb.Mobile(query); err == nil {
		found, err := w.DB.CasesByPhone(ctx, v, w.Keys.Index("phone", phone), searchMost)
		return "phone", found, err
	}
	var persons []string
	for _, k := range gb.IDKinds {
		if id, err := gb.ID(k.Code, query, w.Now()); err == nil {
			persons = append(persons, w.Keys.Index("person", k.Code+"/"+string(id)))
		}
	}
	if len(persons) > 0 {
		found, err = w.DB.CasesByPerson(ctx, v, persons, searchMost)
		return "id", found, err
	}
	if code, ok := w.FormCode(query); ok {
		found, err = w.DB.CasesByForm(ctx, v, code)
		return "form", found, err
	}
	key := strings.ToLower(strings.Join(strings.Fields(query), ""))
	if name, _, err := gb.NameIncomplete(query); err == nil && name != "" && gb.Han([]rune(name)[0]) {
		key = name
	}
	found, err = w.DB.CasesByName(ctx, v, key, searchMost)
	return "name", found, err
}

// acceptanceNo reads a query of up to six digits as an acceptance number.
func acceptanceNo(s string) (int, bool) {
	n := 0
	if len(s) > 6 {
		return 0, false
	}
	for _, r := range s {
		if r < '0' || r > '9' {
			return 0, false
		}
		n = n*10 + int(r-'0')
	}
	return n, n > 0
}
