package office

import (
	"context"
	"encoding/json"
	"slices"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// Delivery is how the messages that a restored backup holds are to be let go.
type Delivery struct {
	// Quiet lets what stood in the backup's outbox go to the inbox only: it was
	// probably sent before the loss. What starts a deadline is sent again.
	Quiet bool
	// Of is the newest restoration that the proposer has seen.
	Of string
}

// deliverers may release a hold: one of each duty, so two persons.
var deliverers = []scheme.Role{scheme.RoleSysAdmin, scheme.RoleSecAdmin}

// ProposeDelivery is the first person's half of the release after a restored
// backup: he has compared what was lost (DESIGN §5).
func (o *Office) ProposeDelivery(ctx context.Context, by scheme.Actor, quiet bool) error {
	if !slices.Contains(deliverers, by.Role) {
		return refuse("role", "放行由系统管理员和安全管理员两个人办。")
	}
	return o.write(ctx, func(tx *store.Tx) (*Refused, error) {
		held, no, err := o.held(ctx, tx)
		if no != nil || err != nil {
			return no, err
		}
		row := &store.Proposal{
			ID: store.NewID(tx.Now), Move: store.DeliverAgain, Args: store.Encode(Delivery{quiet, held[0].ID}), ByID: by.ID, ByName: by.Name, ByRole: by.Role, At: tx.Now, State: "open",
		}
		// Asked first: a constraint's refusal would end the transaction.
		if open, err := tx.OpenDelivery(ctx); err != nil || open != nil {
			return refuse("proposed", "已有人提出放行，等第二人确认。"), err
		}
		if err := tx.Insert(ctx, row); err != nil {
			return nil, err
		}
		return nil, o.event(ctx, tx, by, "propose_delivery", map[string]any{"what": quietWord(quiet)})
	})
}

// held reads what waits, under the lock of the release.
func (o *Office) held(ctx context.Context, tx *store.Tx) ([]store.Restoration, *Refused, error) {
	if err := tx.Alone(ctx, string(store.DeliverAgain)); err != nil {
		return nil, nil, err
	}
	held, err := tx.HeldRestorations(ctx)
	if err == nil && len(held) == 0 {
		return nil, refuse("not_held", "没有扣着的消息，不用放行。"), nil
	}
	return held, nil, err
}

func quietWord(quiet bool) string {
	if quiet {
		return "quiet"
	}
	return "loud"
}

// ProposedDelivery reads what a proposal asks for.
func ProposedDelivery(p store.Proposal) (d Delivery, err error) {
	err = json.Unmarshal([]byte(p.Args), &d)
	return d, err
}
