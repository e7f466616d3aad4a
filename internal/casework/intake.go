package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"time"

	"yuanmeng/internal/proof"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/vault"
)

// Acceptance is the answer of the gate to a submission that got a number.
type Acceptance struct {
	No        int
	At        time.Time
	Place     scheme.Place
	Rank      int // in the waiting list, 0 if seated
	Contested bool
	Again     bool // an earlier answer, given again to the same key
}

// submission is one complete application at the door. Everything dear happens
// before it is ready: reading, checking, sealing, the person's commitment.
type submission struct {
	door      int64     // order in which the server finished receiving
	received  time.Time // programme clock: judges the window
	queuedAt  time.Time // machine clock: judges the age in the queue
	row       store.Case
	made      bool    // everything below was made from the draft as row knows it
	as        *frozen // the programme by which it was judged
	revision  store.Revision
	contest   bool
	commitKey vault.DataKey
	formHash  string
	accepted  committed // of the leaf that every acceptance has
	seated    committed // of the leaf that a seat has as well
	reply     chan answer
}

type answer struct {
	acc Acceptance
	err error
}

// commitBatch commits a batch in one transaction. When a constraint refuses it,
// the batch is replayed row by row, so that one bad row fails alone.
func (w *Work) commitBatch(ctx context.Context, batch []*submission) {
	machine := w.Machine()
	fresh := batch[:0]
	for _, s := range batch {
		if machine.Sub(s.queuedAt) > gateAge {
			s.reply <- answer{err: ErrBusy}
			continue
		}
		fresh = append(fresh, s)
	}
	if len(fresh) == 0 {
		return
	}
	answers, err := w.tryBatch(ctx, fresh)
	if err == nil {
		for i, s := range fresh {
			s.reply <- answers[i]
		}
		return
	}
	if len(fresh) == 1 || !store.IsConstraint(err) {
		for _, s := range fresh {
			s.reply <- answer{err: fmt.Errorf("gate: %w", err)}
		}
		return
	}
	for _, s := range fresh {
		one, err := w.tryBatch(ctx, []*submission{s})
		if err != nil {
			s.reply <- answer{err: fmt.Errorf("gate: %w", err)}
			continue
		}
		s.reply <- one[0]
	}
}

// intakeLog is what a batch collects for the set-based writes at its end.
type intakeLog struct {
	cases     []store.Case
	revisions []store.Revision
	persons   []store.LivePerson
	events    []store.Event
	dues      []store.Due
	outbox    []store.Outbox
	leaves    []store.Leaf
	hashes    []store.LogHash
	drafts    []string
}

func (w *Work) tryBatch(ctx context.Context, batch []*submission) ([]answer, error) {
	answers := make([]answer, len(batch))
	err := w.DB.Write(ctx, w.Now(), func(tx *store.Tx) error {
		var programmes []string
		var ids, persons []string
		for _, s := range batch {
			programmes = append(programmes, s.row.ProgrammeID)
			ids = append(ids, s.row.ID)
			persons = append(persons, s.row.PersonIndex)
		}
		slices.Sort(programmes)
		programmes = slices.Compact(programmes)
		tallies, err := tx.LockTallies(ctx, programmes)
		if err != nil {
			return err
		}
		heads, err := tx.ProgrammeHeads(ctx, programmes)
		if err != nil {
			return err
		}
		byProgramme := map[string]*desk{}
		for i := range tallies {
			byProgramme[tallies[i].ProgrammeID] = &desk{tally: tallies[i]}
			tx.After(tallies[i])
		}
		rows, err := tx.AtGate(ctx, ids)
		if err != nil {
			return err
		}
		living, err := tx.LiveHolders(ctx, persons)
		if err != nil {
			return err
		}
		var log intakeLog
		for i, s := range batch {
			d := byProgramme[s.row.ProgrammeID]
			if d == nil {
				answers[i] = answer{err: ErrNotFound}
				continue
			}
			if d.frozen == nil {
				h := heads[s.row.ProgrammeID]
				if d.frozen, err = w.frozenAs(ctx, tx.Q, s.row.ProgrammeID, h.Version, h.State); err != nil {
					return err
				}
			}
			c, ok := rows[s.row.ID]
			switch {
			case !ok:
				answers[i] = answer{err: ErrNotFound} // discarded meanwhile
				continue
			case c.No != nil:
				acc, err := d.again(ctx, tx, c)
				if err != nil {
					return err
				}
				answers[i] = answer{acc: acc}
				continue
			case !s.made || c.Version != s.row.Version || s.as.version != d.version || s.as.state != d.state:
				answers[i] = answer{err: errChanged}
				continue
			}
			acc, err := w.accept(ctx, tx, d, s, living, &log)
			answers[i] = answer{acc: acc, err: err}
			var r *Refused
			if err != nil && !errors.As(err, &r) {
				return err
			}
			if err == nil {
				x := log.cases[len(log.cases)-1]
				rows[x.ID] = store.GateRow{ID: x.ID, Version: x.Version, No: x.No, Place: x.Place, Contested: x.Contested, AcceptedAt: x.AcceptedAt}
			}
		}
		return log.write(ctx, tx, byProgramme)
	})
	return answers, err
}

// desk is the state of one programme while a batch runs.
type desk struct {
	*frozen
	tally  store.Tally
	list   []scheme.Waiting // loaded when a rank or the rule needs it
	loaded bool
}

func (d *desk) waiting(ctx context.Context, tx *store.Tx) error {
	if d.loaded {
		return nil
	}
	d.loaded = true
	if d.tally.Waiting == 0 {
		return nil
	}
	var err error
	d.list, err = tx.WaitingList(ctx, d.tally.ProgrammeID)
	return err
}

// again is the first answer, for a retry with the same key.
func (d *desk) again(ctx context.Context, tx *store.Tx, c store.GateRow) (Acceptance, error) {
	acc := Acceptance{No: int(*c.No), Place: c.Place, Contested: c.Contested, Again: true}
	if c.AcceptedAt != nil {
		acc.At = *c.AcceptedAt
	}
	if c.Place == scheme.PlaceWaiting {
		if err := d.waiting(ctx, tx); err != nil {
			return acc, err
		}
		acc.Rank = scheme.Rank(acc.No, d.list)
	}
	return acc, nil
}

// accept judges one submission and gives it a number and a seat or a waiting
// place. It only collects rows; write puts them down. Clause 5.2.
func (w *Work) accept(ctx context.Context, tx *store.Tx, d *desk, s *submission, living map[string]store.Holder, log *intakeLog) (Acceptance, error) {
	if d.state != "open" {
		return Acceptance{}, refuse("not_open", "申报还没有开始。您的资料已保存，开放后点一下就能提交。", "项目未开放", "5.2")
	}
	if d.tally.ListEnded {
		return Acceptance{}, refuse("closed", "申报已截止，不能再提交。", "候补已结束", "5.2")
	}
	holder, taken := living[s.row.PersonIndex]
	free := d.tally.Free()
	// One whose number somebody else has typed first comes in beside a full list,
	// suspended: what another did must not cost him his place (moves 4).
	if free <= 0 && d.tally.Waiting >= d.tally.WaitingMax && (!taken || holder.WorkerID == s.row.WorkerID) {
		return Acceptance{}, refuse("full", fmt.Sprintf("名额%d个和候补%d位都已占满，这次没有提交成功。您的资料还在，有人退出时可以再试。", d.tally.Cap, d.tally.WaitingMax), "名额与候补已满", "5.2")
	}
	if taken && holder.WorkerID == s.row.WorkerID {
		return Acceptance{}, refuse("double", "您已经有一份在办的申请，不能再交一份。请在“我的”里看它的进度。", "本人已有在办申请", "5.2")
	}
	if taken && !s.contest {
		return Acceptance{}, refuse("double", "这个证件号已经有一份申请。如果不是您本人办的，请上传身份证照片，我们给您编号，由两名工作人员在5个工作日内核实。", "同一证件号已有在办申请", "5.2")
	}
	move := scheme.Submit
	if taken {
		move = scheme.Contest
	}
	row := s.row
	next, ev, rs := scheme.Step(row.Scheme(nil), move, WorkerActor(row.WorkerID), scheme.Args{}, d.p, d.cal, s.received)
	if scheme.Blocked(rs) {
		return Acceptance{}, &Refused{rs}
	}
	d.tally.LastNo++
	no := d.tally.LastNo
	now := tx.Now
	next.No, next.Since = int(no), now

	run := []pending{}
	idx := new(int64)
	run = append(run, pending{leaf: proof.Leaf{Kind: "accept", N: int(no), C: s.accepted.c}, private: s.accepted.private, caseID: row.ID, at: idx})
	if next.Contested {
		x := commitment(s.commitKey, "suspend", row.ID, "0", map[string]any{"move": move})
		run = append(run, pending{leaf: proof.Leaf{Kind: "suspend", N: int(no), C: x.c}, private: x.private, caseID: row.ID})
	}
	rank := 0
	d.tally.Waiting++
	if free > 0 && d.tally.Waiting == 1 && !next.Suspended {
		next = scheme.Seated(next) // nobody waits before him: the rule's plain case
	} else if free > 0 || next.Place == scheme.PlaceWaiting {
		d.tally.Waiting--
		if err := d.waiting(ctx, tx); err != nil {
			return Acceptance{}, err
		}
		d.tally.Waiting++
		d.list = append(d.list, scheme.Waiting{No: int(no), Band: next.Band, Suspended: next.Suspended})
		for _, n := range scheme.Entitled(free, d.list) {
			if n != int(no) {
				return Acceptance{}, fmt.Errorf("programme %s: number %d was entitled before and not seated", row.ProgrammeID, n)
			}
			next = scheme.Seated(next)
			d.list = d.list[:len(d.list)-1]
		}
		rank = scheme.Rank(int(no), d.list)
	}
	if next.Place.Seated() {
		d.tally.Waiting--
		d.tally.Held++
		run = append(run, pending{leaf: proof.Leaf{Kind: "seat", N: int(no), C: s.seated.c}, private: s.seated.private, caseID: row.ID})
		row.SeatedAt = &now
		rank = 0
	}
	leaves, hashes, err := appendRun(&d.tally, run, now)
	if err != nil {
		return Acceptance{}, err
	}
	row.Take(next)
	row.No, row.AcceptedAt, row.AcceptLeaf, row.Revision = &no, &now, idx, 1
	if next.Contested {
		row.ContestedWith = holder.CaseID
	} else {
		living[row.PersonIndex] = store.Holder{CaseID: row.ID, WorkerID: row.WorkerID}
		log.persons = append(log.persons, store.LivePerson{PersonIndex: row.PersonIndex, CaseID: row.ID})
	}
	s.revision.At, s.revision.N = now, 1
	log.cases = append(log.cases, row)
	log.revisions = append(log.revisions, s.revision)
	log.leaves = append(log.leaves, leaves...)
	log.hashes = append(log.hashes, hashes...)
	log.drafts = append(log.drafts, row.ID)
	log.events = append(log.events, store.Event{
		ID: store.NewID(now), ProgrammeID: row.ProgrammeID, CaseID: row.ID, ActorID: row.WorkerID, Role: string(scheme.RoleWorker), Org: "worker",
		Name: string(move), Detail: store.Encode(map[string]any{"no": no, "place": next.Place, "rank": rank}), At: now,
	})
	if ev.Then != "" {
		log.dues = append(log.dues, store.Due{ID: store.NewID(now), ProgrammeID: row.ProgrammeID, CaseID: row.ID, Move: ev.Then, DueAt: ev.Due.UTC()})
	}
	m, _ := scheme.MoveBy(move)
	log.outbox = append(log.outbox, outbox(now, w.Machine(), &row, messageKey(m.Message, next), map[string]string{"until": until(ev.Due), "rank": number(rank)}))
	return Acceptance{No: int(no), At: now, Place: next.Place, Rank: rank, Contested: next.Contested}, nil
}

func number(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

// write puts a batch down, one statement a table.
func (l *intakeLog) write(ctx context.Context, tx *store.Tx, desks map[string]*desk) error {
	if len(l.cases) == 0 {
		return nil
	}
	// Two nodes that wait for one another's persons wait in one order.
	sort.Slice(l.persons, func(i, j int) bool { return l.persons[i].PersonIndex < l.persons[j].PersonIndex })
	if err := tx.AcceptCases(ctx, l.cases); err != nil {
		return err
	}
	for _, rows := range []any{&l.revisions, &l.persons, &l.events, &l.dues, &l.outbox, &l.leaves, &l.hashes} {
		if err := tx.InsertAll(ctx, rows); err != nil {
			return err
		}
	}
	if err := tx.DropDrafts(ctx, l.drafts); err != nil {
		return err
	}
	touched := map[string]bool{}
	for _, c := range l.cases {
		touched[c.ProgrammeID] = true
	}
	var ts []store.Tally
	for id := range touched {
		ts = append(ts, desks[id].tally)
	}
	sort.Slice(ts, func(i, j int) bool { return ts[i].ProgrammeID < ts[j].ProgrammeID })
	return tx.PutTallies(ctx, ts)
}
