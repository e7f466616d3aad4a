package casework

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"yuanmeng/internal/gb"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/vault"
)

// sealedAAD binds the sealed answers to their case. Draft and revision share it,
// so that submitting moves the same bytes.
func sealedAAD(caseID string) string { return "application/" + caseID }

// open reads an application from its stored parts.
func open(key vault.DataKey, caseID, answers string, sealed []byte, files string) (*scheme.Application, error) {
	app := &scheme.Application{Files: map[scheme.FileKind]scheme.FileNote{}}
	if err := json.Unmarshal([]byte(answers), &app.Answers); err != nil {
		return nil, fmt.Errorf("case %s: answers: %w", caseID, err)
	}
	if err := json.Unmarshal([]byte(files), &app.Files); err != nil {
		return nil, fmt.Errorf("case %s: files: %w", caseID, err)
	}
	b, err := key.Open(sealedAAD(caseID), sealed)
	if err != nil {
		return nil, fmt.Errorf("case %s: %w", caseID, err)
	}
	if err := json.Unmarshal(b, &app.Sealed); err != nil {
		return nil, fmt.Errorf("case %s: sealed answers are damaged", caseID)
	}
	return app, nil
}

// seal gives the stored parts of an application.
func seal(key vault.DataKey, caseID string, app *scheme.Application) (answers string, sealed []byte, files string) {
	return store.Encode(app.Answers), key.Seal(sealedAAD(caseID), []byte(store.Encode(app.Sealed))), store.Encode(app.Files)
}

// Application reads what a case holds now: the draft or the running correction
// where there is one, else the newest revision. It does not judge who may look:
// callers come with a case that their Viewer may see.
func (w *Work) Application(ctx context.Context, c store.Case) (*scheme.Application, error) {
	if c.State == scheme.Draft || c.State == scheme.Returned {
		d, err := w.DB.Draft(ctx, c.ID)
		if err == nil {
			key, err := w.key(&c)
			if err != nil {
				return nil, err
			}
			return open(key, c.ID, d.Answers, d.Sealed, d.Files)
		}
		if !store.IsNone(err) {
			return nil, err
		}
	}
	return w.Submitted(ctx, c, 0)
}

// Submitted reads a submitted revision; n = 0 reads the newest.
func (w *Work) Submitted(ctx context.Context, c store.Case, n int) (*scheme.Application, error) {
	r, err := w.DB.Revision(ctx, c.ID, n)
	if store.IsNone(err) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	key, err := w.key(&c)
	if err != nil {
		return nil, err
	}
	return open(key, c.ID, r.Answers, r.Sealed, r.Files)
}

// InForce reads the submitted revision in force of several cases, by case. One
// whose key has been erased is left out.
func (w *Work) InForce(ctx context.Context, v store.Viewer, cases []store.Case) (map[string]*scheme.Application, error) {
	ids := make([]string, len(cases))
	by := make(map[string]*store.Case, len(cases))
	for i := range cases {
		ids[i], by[cases[i].ID] = cases[i].ID, &cases[i]
	}
	rows, err := w.DB.NewestRevisions(ctx, v, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[string]*scheme.Application, len(rows))
	for _, r := range rows {
		key, err := w.key(by[r.CaseID])
		if errors.Is(err, vault.ErrErased) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if out[r.CaseID], err = open(key, r.CaseID, r.Answers, r.Sealed, r.Files); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// project writes the columns that SQL searches and counts.
func (w *Work) project(c *store.Case, app *scheme.Application, p *scheme.Programme, today time.Time) {
	a := app.Answers
	c.PhoneIndex = w.phone(app)
	c.Name, c.Employer, c.Town, c.WorkerKind, c.Hukou = a.Name, a.Employer, a.Town, a.WorkerKind, a.Hukou
	c.UnionKey, c.UnionName, c.Untypable = a.RecUnion, a.RecUnionName, a.NameUntypable
	c.Major, c.College, c.Level = a.Major, "", ""
	if m, ok := p.Major(a.Major); ok {
		c.College, c.Level = m.College, m.Level
	}
	if c.Priority == "" && a.Honour != "" && a.Honour != "none" {
		c.Priority = "claimed"
	}
	c.Sex, c.AgeBand, c.Region = "", "", ""
	if id, err := gb.ID(a.IDKind, app.Sealed.ID, today); err == nil {
		c.Sex = "男"
		if id.Female() {
			c.Sex = "女"
		}
		c.Region = id.Region()
		c.AgeBand = ageBand(id.Age(today))
	}
}

// ageBand is the band that figures use, so that no birth date is kept in clear.
func ageBand(age int) string {
	switch {
	case age < 26:
		return "25岁及以下"
	case age < 36:
		return "26—35岁"
	case age < 46:
		return "36—45岁"
	case age < 56:
		return "46—55岁"
	}
	return "56岁及以上"
}

// phone is the keyed blind index of the phone in an application, "" for what is
// no number: staff who apply too are known by it (store.OwnCases).
func (w *Work) phone(app *scheme.Application) string {
	n, err := gb.Mobile(app.Sealed.Phone)
	if err != nil {
		return ""
	}
	return w.Keys.Index("phone", n)
}

// person is the keyed blind index of a person: kind and normalised number.
func (w *Work) person(app *scheme.Application) string {
	return w.Keys.Index("person", app.Answers.IDKind+"/"+app.Sealed.ID)
}

// formHash is what the log commits to: the answers, the sealed answers under a
// keyed digest, and the files.
func (w *Work) formHash(app *scheme.Application) string {
	h := sha256.New()
	h.Write([]byte(store.Encode(app.Answers)))
	h.Write([]byte(w.Keys.Index("form", store.Encode(app.Sealed))))
	for _, k := range []scheme.FileKind{scheme.FilePhoto, scheme.FileStamped, scheme.FileHonour, scheme.FileMedical, scheme.FileIDCard} {
		h.Write([]byte(string(k) + app.Files[k].SHA256))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// formPrint is the keyed digest of each value that the stamp stands for: name,
// ID, unit, photo (DESIGN §2.8). It tells later which of them changed.
func (w *Work) formPrint(app *scheme.Application) map[string]string {
	return map[string]string{
		"name":     w.Keys.Index("print/name", app.Answers.Name),
		"id":       w.Keys.Index("print/id", app.Sealed.ID),
		"employer": w.Keys.Index("print/employer", app.Answers.Employer),
		"photo":    w.Keys.Index("print/photo", app.Files[scheme.FilePhoto].SHA256),
	}
}

// Changed names the stamped values that differ from what was printed.
func (w *Work) Changed(c store.Case, app *scheme.Application) []string {
	if c.FormPrint == "" {
		return nil
	}
	var was map[string]string
	if json.Unmarshal([]byte(c.FormPrint), &was) != nil {
		return nil
	}
	now := w.formPrint(app)
	var out []string
	for _, k := range []string{"name", "id", "employer", "photo"} {
		if was[k] != now[k] {
			out = append(out, k)
		}
	}
	return out
}
