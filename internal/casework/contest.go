package casework

import (
	"context"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// settleFor is the finding of two persons that a contested ID belongs to this
// applicant. He resumes; the case that has the number, because it was typed there
// first, gets a hearing. If that one sat before him he stands at the head of the
// list (moves 5).
func (t *turn) settleFor(ctx context.Context, e *entry, a scheme.Actor, args scheme.Args) error {
	living, err := t.tx.LivePersons(ctx, []string{e.row.PersonIndex})
	if err != nil {
		return err
	}
	var oe *entry
	holder := living[e.row.PersonIndex]
	if holder != "" && holder != e.row.ID {
		// Only a case under this tally is locked: two programmes that settle
		// against one another would wait for each other.
		o, err := t.tx.CaseRow(ctx, holder)
		if err != nil {
			return err
		}
		if o.ProgrammeID == e.row.ProgrammeID {
			if oe, err = t.load(ctx, holder); err != nil {
				return err
			}
			args.Head = oe.s.Place.Seated()
		} else if err := t.event(ctx, e.row.ID, a, "contest_elsewhere", map[string]any{"programme": o.ProgrammeID}); err != nil {
			// A case of another programme is that programme's to decide; this one
			// stays unapproved until its number is free.
			return err
		}
	}
	if _, err := t.step(ctx, e, scheme.SettleFor, a, args); err != nil {
		return err
	}
	e.row.ContestedWith, e.dirty = holder, true
	switch {
	case holder == "" || holder == e.row.ID:
		return t.takePerson(ctx, e)
	case oe == nil || oe.s.HearingOpen():
		return nil // its own hearing already runs; what follows from it is the same
	}
	_, err = t.step(ctx, oe, scheme.Revoke, a, scheme.Args{Cause: scheme.CauseContest, Reason: args.Reason, Second: args.Second})
	return err
}

// takePerson gives the person index to a case whose contest is settled. Where
// another case still has it, nothing changes.
func (t *turn) takePerson(ctx context.Context, e *entry) error {
	living, err := t.tx.LivePersons(ctx, []string{e.row.PersonIndex})
	if err != nil || living[e.row.PersonIndex] != "" && living[e.row.PersonIndex] != e.row.ID {
		return err
	}
	e.row.ContestedWith, e.dirty = "", true
	if living[e.row.PersonIndex] == e.row.ID {
		return nil
	}
	return t.tx.Insert(ctx, &store.LivePerson{PersonIndex: e.row.PersonIndex, CaseID: e.row.ID})
}

// ended frees the person of a case that has ended unpaid.
func (t *turn) ended(ctx context.Context, e *entry) error {
	if err := t.tx.DropProposals(ctx, e.row.ID); err != nil {
		return err
	}
	if err := t.tx.DropDrafts(ctx, []string{e.row.ID}); err != nil {
		return err
	}
	return t.passPerson(ctx, e)
}

// passPerson gives a case's person index back, and on to the one who contested
// it with success. A case of another programme takes it when it is approved.
func (t *turn) passPerson(ctx context.Context, e *entry) error {
	if err := t.tx.FreePerson(ctx, e.row.ID); err != nil {
		return err
	}
	rows, err := t.tx.ContestersOf(ctx, e.row.ID)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if r.PersonIndex != e.row.PersonIndex || r.ProgrammeID != e.row.ProgrammeID {
			continue
		}
		oe, err := t.take(ctx, r)
		if err != nil {
			return err
		}
		if oe.s.Contested || !oe.s.State.Live() {
			continue // not yet settled: the number is simply free again for two persons to find so
		}
		return t.takePerson(ctx, oe)
	}
	return nil
}
