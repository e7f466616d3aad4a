package casework

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"yuanmeng/internal/proof"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/vault"
)

// turn is one act in one transaction on one programme: it holds the lock of the
// tally, the cases it has loaded, and the run of leaves it will append.
type turn struct {
	*frozen
	w      *Work
	tx     *store.Tx
	tally  store.Tally
	asked  time.Time // when the act was asked for, before the lock was had
	cases  []*entry
	leaves []pending
}

// entry is one case inside a turn.
type entry struct {
	row     store.Case
	version int // version it was read with
	s       scheme.Case
	hearing *store.Hearing
	dirty   bool // a column that the rules do not know has changed
}

// pending is a leaf that waits for its place in the run.
type pending struct {
	leaf    proof.Leaf
	private string
	caseID  string
	at      *int64 // where to note the index
}

// act runs f as one transaction on one programme: lock the tally, do, seat by
// the one rule, append the leaves, write the tally (S6).
func (w *Work) act(ctx context.Context, programme string, f func(t *turn) error) error {
	return w.DB.Write(ctx, w.Now(), func(tx *store.Tx) error {
		t, err := w.turn(ctx, tx, programme)
		if err != nil {
			return err
		}
		if err := f(t); err != nil {
			return err
		}
		return t.close(ctx)
	})
}

func (w *Work) turn(ctx context.Context, tx *store.Tx, programme string) (*turn, error) {
	ta, err := tx.LockTally(ctx, programme)
	if store.IsNone(err) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	asked := tx.Now
	tx.After(ta)
	f, err := w.frozen(ctx, tx.Q, programme)
	if err != nil {
		return nil, err
	}
	return &turn{frozen: f, w: w, tx: tx, tally: ta, asked: asked}, nil
}

// load reads a case of this programme under the lock.
func (t *turn) load(ctx context.Context, caseID string) (*entry, error) {
	for _, e := range t.cases {
		if e.row.ID == caseID {
			return e, nil
		}
	}
	row, err := t.tx.LockCase(ctx, caseID)
	if store.IsNone(err) || err == nil && row.ProgrammeID != t.tally.ProgrammeID {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return t.take(ctx, row)
}

func (t *turn) take(ctx context.Context, row store.Case) (*entry, error) {
	for _, e := range t.cases {
		if e.row.ID == row.ID {
			return e, nil
		}
	}
	h, err := t.tx.OpenHearing(ctx, row.ID)
	if err != nil {
		return nil, err
	}
	e := &entry{row: row, version: row.Version, s: row.Scheme(h), hearing: h}
	t.cases = append(t.cases, e)
	return e, nil
}

// step makes one move on a case: judged by the rules, then everything that
// follows from the row of the move.
func (t *turn) step(ctx context.Context, e *entry, move scheme.MoveName, a scheme.Actor, args scheme.Args) (scheme.Event, error) {
	before := e.s
	now := t.tx.Now
	if a.Role == scheme.RoleWorker {
		now = t.asked // what he sent in time is in time, however long it queued
	}
	next, ev, rs := scheme.Step(e.s, move, a, args, t.p, t.cal, now)
	if scheme.Blocked(rs) {
		return ev, &Refused{rs}
	}
	m, _ := scheme.MoveBy(move)
	e.s = next
	words := t.w.Words(&e.row)
	var err error

	// The hearing is a row of its own.
	if ev.Ended != "" && e.hearing != nil {
		h := e.hearing
		h.State = ev.Ended
		if ev.Ended == scheme.HearingAnswered {
			at := t.tx.Now
			h.AnsweredAt = &at
			h.AnswerSealed, err = words.Seal("hearing", h.ID, "answer", args.Reason)
		} else {
			at := t.tx.Now
			h.EndedAt, h.EndedBy = &at, a.ID
			h.OutcomeSealed, err = words.Seal("hearing", h.ID, "outcome", args.Reason)
			e.hearing = nil
			if e.s.Hearing != nil && !e.s.Hearing.State.Open() {
				e.s.Hearing = nil
			}
		}
		if err != nil {
			return ev, err
		}
		if err := t.tx.PutHearing(ctx, h); err != nil {
			return ev, err
		}
	}
	if ev.Opened {
		h := &store.Hearing{
			ID: store.NewID(t.tx.Now), ProgrammeID: e.row.ProgrammeID, CaseID: e.row.ID, Cause: e.s.Hearing.Cause,
			State: scheme.HearingRunning, Proposer: a.ID, Seconder: e.s.Hearing.Seconder, OpenedAt: t.tx.Now, UntilAt: e.s.Hearing.Until.UTC(),
		}
		e.s.Hearing.ID = h.ID
		e.hearing = h
		if h.ReasonSealed, err = words.Seal("hearing", h.ID, "reason", args.Reason); err != nil {
			return ev, err
		}
		if err := t.tx.Insert(ctx, h); err != nil {
			return ev, err
		}
	}

	// Deadlines: a new one, or the end of the state, ends those that ran. A
	// staff deadline that the clock has passed stays the worker's no matter.
	if ev.Then != "" || e.s.State.Final() || e.s.State != before.State || ev.Ended != "" {
		if err := t.tx.EndDues(ctx, e.row.ID, string(move)); err != nil {
			return ev, err
		}
	}
	if ev.Then != "" {
		if err := t.tx.Insert(ctx, t.dues(e, ev.Then, ev.Due)); err != nil {
			return ev, err
		}
	}

	if err := t.logStep(e, before, move, a, args); err != nil {
		return ev, err
	}
	t.count(before, e.s)

	// What the worker writes about himself stands in the hearing alone.
	reason := args.Reason
	if move == scheme.Answer {
		reason = ""
	}
	// The timeline, and the decision where the move is one.
	if err := t.event(ctx, e.row.ID, a, string(move), map[string]any{
		"from": before.State, "to": e.s.State, "due": stamp(ev.Due), "reason": reason, "second": secondName(args.Second),
	}); err != nil {
		return ev, err
	}
	if m.Decides || len(m.Second) > 0 || m.Name == scheme.Return || m.Name == scheme.Keep || m.Name == scheme.UndoApprove ||
		m.Name == scheme.ProvePriority || m.Name == scheme.RejectPriority || m.Name == scheme.CompleteName {
		if err := t.decide(ctx, e, move, a, args); err != nil {
			return ev, err
		}
	}
	if m.Message != "" {
		wording, due := messageKey(m.Message, e.s), ev.Due
		if move == scheme.Remind {
			due = e.s.Due // it starts no deadline, it speaks of one
		}
		if err := t.tell(ctx, e, wording, map[string]string{
			"until": until(due), "reason": reason, "cause": causeName(before, e.s), "items": t.items(e, wording),
		}); err != nil {
			return ev, err
		}
	}
	return ev, nil
}

// items are the keys of what is to be corrected, for a wording that names it. They
// are kept with the message: by the time it leaves, the case may have moved on.
func (t *turn) items(e *entry, wording string) string {
	if w := t.p.Messages[wording]; !strings.Contains(w.Text+w.SMS, "{items}") {
		return ""
	}
	return strings.Join(itemsOf(&e.row), ",")
}

// dues are the rows of a deadline. A day before a deadline of the worker's own he
// is reminded.
func (t *turn) dues(e *entry, move scheme.MoveName, at time.Time) *[]store.Due {
	hid := ""
	if e.hearing != nil {
		hid = e.hearing.ID
	}
	row := func(move scheme.MoveName, at time.Time) store.Due {
		return store.Due{ID: store.NewID(t.tx.Now), ProgrammeID: e.row.ProgrammeID, CaseID: e.row.ID, HearingID: hid, Move: move, DueAt: at.UTC()}
	}
	out := []store.Due{row(move, at)}
	// Nobody writes to a worker who died.
	if move == scheme.Lapse || move == scheme.Execute && e.hearing != nil && e.hearing.Cause != scheme.CauseDeath {
		if remind := at.Add(-24 * time.Hour); remind.After(t.tx.Now) {
			out = append(out, row(scheme.Remind, remind))
		}
	}
	return &out
}

func stamp(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}

func until(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return scheme.Until(at)
}

// causeName is the cause of the hearing that a move opened, or ended.
func causeName(before, after scheme.Case) string {
	h := after.Hearing
	if h == nil {
		h = before.Hearing
	}
	if h == nil {
		return ""
	}
	return scheme.CauseName(h.Cause)
}

func secondName(a *scheme.Actor) string {
	if a == nil {
		return ""
	}
	return a.Name
}

// messageKey picks the wording for those who wait, and for those in a hearing.
func messageKey(key string, s scheme.Case) string {
	if key == "remind_return" && s.HearingOpen() {
		return "remind_hearing"
	}
	if s.Place == scheme.PlaceWaiting && (key == "accepted" || key == "approved") {
		return key + "_waiting"
	}
	return key
}

func (t *turn) decide(ctx context.Context, e *entry, move scheme.MoveName, a scheme.Actor, args scheme.Args) error {
	d := &store.Decision{
		ID: store.NewID(t.tx.Now), ProgrammeID: e.row.ProgrammeID, CaseID: e.row.ID, Move: move, Role: a.Role,
		ByID: a.ID, ByName: a.Name, Items: e.row.ReturnedItems, At: t.tx.Now,
	}
	var err error
	if d.ReasonSealed, err = t.w.Words(&e.row).Seal("decision", d.ID, "reason", args.Reason); err != nil {
		return err
	}
	if args.Second != nil {
		d.SecondID, d.SecondName = args.Second.ID, args.Second.Name
	}
	if move != scheme.Return {
		d.Items = ""
	}
	return t.tx.Insert(ctx, d)
}

// event appends to the audit trail. What people have written by hand about the
// case is sealed in it; what is about the programme is public and stays plain.
func (t *turn) event(ctx context.Context, caseID string, a scheme.Actor, name string, detail map[string]any) error {
	if caseID != "" {
		e, err := t.load(ctx, caseID)
		if err != nil {
			return err
		}
		return t.w.note(ctx, t.tx, e.row, a, name, detail)
	}
	return t.tx.Insert(ctx, &store.Event{
		ID: store.NewID(t.tx.Now), ProgrammeID: t.tally.ProgrammeID, ActorID: a.ID, ActorName: a.Name,
		Role: string(a.Role), Org: a.Org, Name: name, Detail: store.Encode(detail), At: t.tx.Now,
	})
}

// tell books a message to the worker: the row that the deliverer turns into the
// inbox message and the SMS. The reason that a person gave is sealed.
func (t *turn) tell(ctx context.Context, e *entry, wording string, params map[string]string) error {
	reason := params["reason"]
	delete(params, "reason")
	o := outbox(t.tx.Now, t.w.Machine(), &e.row, wording, params)
	var err error
	if o.ReasonSealed, err = t.w.Words(&e.row).Seal("outbox", o.ID, "reason", reason); err != nil {
		return err
	}
	return t.tx.Insert(ctx, &o)
}

func outbox(now, machine time.Time, c *store.Case, wording string, params map[string]string) store.Outbox {
	ps := map[string]string{}
	if c.No != nil {
		ps["no"] = fmt.Sprint(c.Number())
	}
	for k, v := range params {
		if v != "" {
			ps[k] = v
		}
	}
	return store.Outbox{
		ID: store.NewID(now), ProgrammeID: c.ProgrammeID, CaseID: c.ID, WorkerID: c.WorkerID, Channel: "sms", Wording: wording,
		Params: store.Encode(ps), CreatedAt: now, NextAt: machine.UTC(),
	}
}

// count moves the tally from one place to the other.
func (t *turn) count(before, after scheme.Case) {
	one := func(p scheme.Place, by int) {
		switch p {
		case scheme.PlaceWaiting:
			t.tally.Waiting += by
		case scheme.PlaceHeld:
			t.tally.Held += by
		case scheme.PlaceConfirmed:
			t.tally.Confirmed += by
		case scheme.PlaceConsumed:
			t.tally.Consumed += by
		}
	}
	one(before.Place, -1)
	one(after.Place, 1)
}

// logStep turns what a move did to the place into public leaves. No leaf says
// why (reference: moves 1.3).
func (t *turn) logStep(e *entry, before scheme.Case, move scheme.MoveName, a scheme.Actor, args scheme.Args) error {
	after := e.s
	second := ""
	if args.Second != nil {
		second = args.Second.ID
	}
	add := func(kind string, n int, private map[string]any) error { return t.leaf(e, kind, n, private) }
	switch {
	case move == scheme.Reinstate:
		// The leaf itself puts the number into the first band.
		shown := after.Band
		e.row.BandPublic, e.dirty = &shown, true
		// The commitment holds the reason as it is sealed: the column beside the
		// leaf is plain.
		reason, err := t.w.Words(&e.row).Seal("leaf", fmt.Sprintf("%s/%d/%d", t.tally.ProgrammeID, t.tally.LogTxn+1, len(t.leaves)), "reason", args.Reason)
		if err != nil {
			return err
		}
		return add("reinstate", after.No, map[string]any{"reason_sealed": reason, "by": a.ID, "second": second})
	case move == scheme.EndWaiting:
		return nil // one endwaiting leaf for the whole list
	}
	if before.Band != after.Band && before.Place != scheme.PlaceNone {
		// Who decided stands in the trail: where the band has to be opened,
		// everybody reads these fields.
		if err := add("band", 0, map[string]any{"n": after.No, "band": after.Band}); err != nil {
			return err
		}
	}
	if before.Place == scheme.PlaceHeld && after.Place == scheme.PlaceConfirmed {
		return add("confirm", 0, map[string]any{"n": after.No})
	}
	if before.Place == scheme.PlaceConfirmed && after.Place == scheme.PlaceHeld {
		return add("unconfirm", 0, map[string]any{"n": after.No})
	}
	if before.Place != scheme.PlaceNone && after.Place == scheme.PlaceNone {
		cause := ""
		if before.Hearing != nil {
			cause = string(before.Hearing.Cause)
		}
		return add("leave", after.No, map[string]any{"cause": cause, "move": move, "by": a.ID, "second": second})
	}
	if !before.Suspended && after.Suspended {
		return add("suspend", after.No, map[string]any{"move": move})
	}
	if before.Suspended && !after.Suspended {
		return add("resume", after.No, map[string]any{"move": move})
	}
	return nil
}

// leaf adds a leaf to the run of this act; its commitment hides private under a
// nonce that only the case's key gives.
func (t *turn) leaf(e *entry, kind string, n int, private map[string]any) error {
	key, err := t.w.key(&e.row)
	if err != nil {
		return err
	}
	p := commitment(key, kind, e.row.ID, fmt.Sprintf("%d/%d", t.tally.LogTxn+1, len(t.leaves)), private)
	if kind == "band" {
		idx := t.tally.LogSize + int64(len(t.leaves))
		e.row.BandLeaf, e.dirty = &idx, true
	}
	t.leaves = append(t.leaves, pending{leaf: proof.Leaf{Kind: kind, N: n, C: p.c}, private: p.private, caseID: e.row.ID})
	return nil
}

// amended appends the leaf of a new revision.
func (t *turn) amended(e *entry, formHash string) error {
	return t.leaf(e, "amend", 0, map[string]any{"n": e.s.No, "revision": e.row.Revision, "form": formHash})
}

type committed struct{ c, private string }

// commitment hides private fields. The nonce is derived under the case's key
// from a label, so that the worker and the auditor can open it while the key
// lives and nobody after its erasure.
func commitment(key vault.DataKey, kind, caseID, serial string, private map[string]any) committed {
	label := "leaf/" + kind + "/" + serial
	if kind != "band" { // a band may be opened to everybody
		private["case"] = caseID
	}
	private["label"] = label
	b, err := json.Marshal(private)
	if err != nil {
		panic(err) // maps of plain values of our own
	}
	return committed{c: proof.Commit(kind, key.Nonce(label), b), private: string(b)}
}

// Label reads the label of a leaf's private fields.
func label(private string) string {
	var p struct{ Label string }
	if json.Unmarshal([]byte(private), &p) != nil {
		return ""
	}
	return p.Label
}

// seat applies the one rule that gives seats (S1): the first free places by
// (band, number) are entitled; those not suspended are seated.
func (t *turn) seat(ctx context.Context) error {
	free := t.tally.Free()
	if free <= 0 || t.tally.Waiting == 0 || t.tally.ListEnded {
		return nil
	}
	// What this turn has changed is not yet in the rows.
	if err := t.flush(ctx); err != nil {
		return err
	}
	list, err := t.tx.WaitingBands(ctx, t.tally.ProgrammeID)
	if err != nil {
		return err
	}
	places := make([]proof.Place, len(list))
	for i, r := range list {
		places[i] = proof.Place{N: r.No, Band: r.Band, Public: proof.BandOther, Suspended: r.Suspended}
		if r.BandPublic != nil {
			places[i].Public = *r.BandPublic
		}
	}
	open, nos := proof.NeedOpen(free, places)
	if err := t.openBands(ctx, open, list); err != nil {
		return err
	}
	rows, err := t.tx.CasesByNo(ctx, t.tally.ProgrammeID, nos)
	if err != nil {
		return err
	}
	byNo := map[int]store.Case{}
	for _, r := range rows {
		byNo[r.Number()] = r
	}
	var approved []*entry
	for _, no := range nos {
		e, err := t.take(ctx, byNo[no])
		if err != nil {
			return err
		}
		before := e.s
		e.s = scheme.Seated(e.s)
		at := t.tx.Now
		e.row.SeatedAt = &at
		t.count(before, e.s)
		if err := t.leaf(e, "seat", no, map[string]any{"place": e.s.Place}); err != nil {
			return err
		}
		if e.s.Place == scheme.PlaceConfirmed {
			e.s.EnrolBy = scheme.EnrolEnd(t.p, t.cal, at) // from approval or seating, whichever is later
			approved = append(approved, e)
		}
		if err := t.event(ctx, e.row.ID, scheme.SystemActor, "promoted", map[string]any{"no": no}); err != nil {
			return err
		}
		if err := t.tell(ctx, e, "promoted", nil); err != nil {
			return err
		}
	}
	for _, e := range approved {
		if err := t.leaf(e, "confirm", 0, map[string]any{"n": e.s.No}); err != nil {
			return err
		}
	}
	return nil
}

// openBands makes public the bands without which the public rule would give
// other seats (moves 1.4, last paragraph).
func (t *turn) openBands(ctx context.Context, nos []int, list []store.WaitingBand) error {
	for _, no := range nos {
		i := slices.IndexFunc(list, func(r store.WaitingBand) bool { return r.No == no })
		if list[i].BandLeaf == nil {
			return fmt.Errorf("programme %s: the band of number %d has no leaf", t.tally.ProgrammeID, no)
		}
		at := *list[i].BandLeaf
		e, err := t.load(ctx, list[i].ID)
		if err != nil {
			return err
		}
		private := ""
		if at >= t.tally.LogSize { // of this act
			private = t.leaves[at-t.tally.LogSize].private
		} else {
			l, err := t.tx.Leaf(ctx, t.tally.ProgrammeID, at)
			if err != nil {
				return err
			}
			private = l.Private
		}
		key, err := t.w.key(&e.row)
		if err != nil {
			return err
		}
		shown := e.s.Band
		t.leaves = append(t.leaves, pending{
			leaf:   proof.Leaf{Kind: "open", N: no, Open: &proof.Opening{Index: at, Band: shown, Nonce: fmt.Sprintf("%x", key.Nonce(label(private))), Private: private}},
			caseID: e.row.ID,
		})
		e.row.BandPublic, e.dirty = &shown, true
	}
	return nil
}

// flush writes the cases that the turn has changed.
func (t *turn) flush(ctx context.Context) error {
	for _, e := range t.cases {
		if e.s.Version == e.version && !e.dirty {
			continue
		}
		e.row.Take(e.s)
		if err := t.tx.PutCase(ctx, &e.row, e.version); err != nil {
			return err
		}
		e.version, e.dirty = e.s.Version, false
	}
	return nil
}

// close seats, appends the run of leaves and writes the tally.
func (t *turn) close(ctx context.Context) error {
	if err := t.seat(ctx); err != nil {
		return err
	}
	if err := t.append(ctx); err != nil {
		return err
	}
	if err := t.flush(ctx); err != nil {
		return err
	}
	return t.tx.PutTallies(ctx, []store.Tally{t.tally})
}

// append puts the leaves of this act into the log as one run (S6).
func (t *turn) append(ctx context.Context) error {
	if len(t.leaves) == 0 {
		return nil
	}
	leaves, hashes, err := appendRun(&t.tally, t.leaves, t.tx.Now)
	if err != nil {
		return err
	}
	if err := t.tx.Insert(ctx, &leaves); err != nil {
		return err
	}
	t.leaves = nil
	return t.tx.Insert(ctx, &hashes)
}

// appendRun numbers a run of leaves, hashes it into the tally's frontier and
// gives the rows to insert. It is shared by the acts and the gate.
func appendRun(ta *store.Tally, run []pending, now time.Time) ([]store.Leaf, []store.LogHash, error) {
	var f proof.Frontier
	if err := f.UnmarshalBinary(ta.Frontier); err != nil {
		return nil, nil, fmt.Errorf("log %s: %w", ta.ProgrammeID, err)
	}
	ta.LogTxn++
	leaves := make([]store.Leaf, 0, len(run))
	var hashes []store.LogHash
	for i, p := range run {
		p.leaf.V, p.leaf.Programme, p.leaf.Txn, p.leaf.I, p.leaf.At = 1, ta.ProgrammeID, ta.LogTxn, i, now.UTC().Truncate(time.Millisecond)
		body := p.leaf.Bytes()
		idx, stored := f.Append(body)
		if p.at != nil {
			*p.at = idx
		}
		leaves = append(leaves, store.Leaf{ProgrammeID: ta.ProgrammeID, Idx: idx, Txn: ta.LogTxn, Body: string(body), Private: p.private, CaseID: p.caseID})
		for _, s := range stored {
			hashes = append(hashes, store.LogHash{ProgrammeID: ta.ProgrammeID, Idx: s.Index, Hash: s.Hash[:]})
		}
	}
	b, err := f.MarshalBinary()
	if err != nil {
		return nil, nil, err
	}
	ta.Frontier, ta.LogSize, ta.LogAt = b, f.Size(), now.UTC()
	return leaves, hashes, nil
}

// itemsOf reads the named items of a correction.
func itemsOf(c *store.Case) []string {
	var items []string
	if strings.TrimSpace(c.ReturnedItems) != "" {
		json.Unmarshal([]byte(c.ReturnedItems), &items)
	}
	return items
}
