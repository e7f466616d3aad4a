package casework

import (
	"context"
	"slices"
	"strings"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// Attestation is what a union officer says about a form that he has scanned.
type Attestation struct {
	Code      string // short code of the form
	Member    bool   // 会员属实
	Frontline bool   // 在岗（一线岗位）
	Conduct   bool   // 工作表现好、敬业精神强，同意推荐
	Disagree  string // reason, when he does not agree
}

// Scan finds the case of a printed form for the officer of its recommending
// union. Whoever is not of that union or one above it gets the same answer as
// for a code that does not exist; nobody attests himself (a.Cases).
func (w *Work) Scan(ctx context.Context, a scheme.Actor, code string) (store.Case, error) {
	typed := codeLetters(code)
	code, ok := w.FormCode(code)
	if !ok && len(typed) == codeLength {
		return store.Case{}, ErrNotFound // an invented code and a foreign one are one answer
	}
	if !ok {
		return store.Case{}, refuse("code", "", "编码不对。请看表上二维码旁边的编码，共12位", "A3.3")
	}
	c, err := w.DB.CaseByForm(ctx, code)
	if store.IsNone(err) {
		return c, ErrNotFound
	}
	if err != nil {
		return c, err
	}
	p, _, err := w.Programme(ctx, c.ProgrammeID)
	if err != nil {
		return c, err
	}
	if !p.Recommends(a.Org, c.UnionKey, c.UnionName) {
		return store.Case{}, ErrNotFound
	}
	if slices.Contains(a.Cases, c.ID) {
		return store.Case{}, refuse("self", "", "不能为自己推荐，请由上级工会办理", "A3.3")
	}
	return c, nil
}

// Attest records what the officer says. It is a trace beside the wet stamp and
// blocks nothing; a disagreement must be answered by the district (moves 6).
func (w *Work) Attest(ctx context.Context, a scheme.Actor, at Attestation) error {
	c, err := w.Scan(ctx, a, at.Code)
	if err != nil {
		return err
	}
	at.Disagree = strings.TrimSpace(at.Disagree)
	move := scheme.Attest
	if at.Disagree != "" {
		move = scheme.Disagree
		if len([]rune(at.Disagree)) > 500 {
			return refuse("too_long", "", "原因请写在500字以内", "A3.3")
		}
	} else if !at.Member || !at.Frontline || !at.Conduct {
		return refuse("incomplete", "", "三项都确认才能同意推荐；有一项不属实请选“不同意”并写明原因", "A3.3")
	}
	return w.act(ctx, c.ProgrammeID, func(t *turn) error {
		e, err := t.load(ctx, c.ID)
		if err != nil {
			return err
		}
		before, err := t.tx.Attestations(ctx, c.ID)
		if err != nil {
			return err
		}
		words := w.Words(&e.row)
		words.Attestations(before)
		for _, b := range before {
			if b.StaffID == a.ID && b.Disagree == at.Disagree && (e.row.PrintedAt == nil || !b.At.Before(*e.row.PrintedAt)) {
				return nil // a double tap; a form that was printed anew may be judged anew
			}
		}
		if _, err := t.step(ctx, e, move, a, scheme.Args{Reason: at.Disagree}); err != nil {
			return err
		}
		row := store.Attestation{
			ID: store.NewID(t.tx.Now), ProgrammeID: c.ProgrammeID, CaseID: c.ID, FormCode: c.FormCode, StaffID: a.ID, StaffName: a.Name, UnionKey: a.Org,
			Member: at.Member, Frontline: at.Frontline, Conduct: at.Conduct, At: t.tx.Now,
		}
		if row.DisagreeSealed, err = words.Seal("attestation", row.ID, "disagree", at.Disagree); err != nil {
			return err
		}
		return t.tx.Insert(ctx, &row)
	})
}
