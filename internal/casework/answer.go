package casework

import (
	"context"
	"strings"

	"yuanmeng/internal/scheme"
)

// Answer is the worker's answer in a hearing: it stops the clock until a person
// has decided (S2).
func (w *Work) Answer(ctx context.Context, workerID, caseID, text string) error {
	text = strings.TrimSpace(text)
	if len([]rune(text)) > 2000 {
		return refuse("too_long", "说明请写在2000字以内。", "说明过长", "5.1")
	}
	return w.byWorker(ctx, workerID, caseID, scheme.Answer, scheme.Args{Reason: text})
}

// byWorker makes one of the worker's own moves on his own case.
func (w *Work) byWorker(ctx context.Context, workerID, caseID string, move scheme.MoveName, args scheme.Args) error {
	c, err := w.own(ctx, workerID, caseID)
	if err != nil {
		return err
	}
	return w.act(ctx, c.ProgrammeID, func(t *turn) error {
		e, err := t.load(ctx, caseID)
		if err != nil {
			return err
		}
		if _, err := t.step(ctx, e, move, WorkerActor(workerID), args); err != nil {
			return err
		}
		if e.s.State.Final() {
			return t.ended(ctx, e)
		}
		return nil
	})
}
