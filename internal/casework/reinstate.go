package casework

import (
	"context"

	"yuanmeng/internal/scheme"
)

// reinstate puts a wrongly released case at the head of the waiting list. The
// person must be free: one live case per person.
func (t *turn) reinstate(ctx context.Context, e *entry, a scheme.Actor, args scheme.Args) error {
	living, err := t.tx.LivePersons(ctx, []string{e.row.PersonIndex})
	if err != nil {
		return err
	}
	if living[e.row.PersonIndex] != "" {
		return refuse("double", "", "本人已有另一份在办申请，不能恢复", "5.1")
	}
	if t.tally.ListEnded {
		return refuse("list_ended", "", "候补已结束，不能恢复", "5.1")
	}
	if _, err := t.step(ctx, e, scheme.Reinstate, a, args); err != nil {
		return err
	}
	return t.takePerson(ctx, e)
}
