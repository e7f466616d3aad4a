package casework

import (
	"context"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/plan"
)

// OpeningMove names the proposal row of an opening; it is no move of a case.
const OpeningMove scheme.MoveName = "open_programme"

// opening is what the first person has seen.
type opening struct {
	Version int
	Hash    string
}

// ProposeOpening is the lead's half of an opening. While anything is red nobody
// can propose it; what is proposed is this version and no later one.
func (w *Work) ProposeOpening(ctx context.Context, a scheme.Actor, programme string) error {
	if a.Role != scheme.RoleLead {
		return refuse("role", "", "只有区总工会负责人可以提出开放", "5.2")
	}
	return w.DB.Write(ctx, w.Now(), func(tx *store.Tx) error {
		row, err := w.readyToOpen(ctx, tx, programme)
		if err != nil {
			return err
		}
		err = tx.Insert(ctx, &store.Proposal{
			ID: store.NewID(tx.Now), ProgrammeID: programme, Move: OpeningMove, Args: store.Encode(opening{row.Version, row.Hash}),
			ByID: a.ID, ByName: a.Name, ByRole: a.Role, At: tx.Now, State: "open",
		})
		if store.IsUnique(err) {
			return refuse("proposed", "", "已有人提出开放，等第二人确认", "5.2")
		}
		if err != nil {
			return err
		}
		return programmeEvent(ctx, tx, row, a, "propose_opening")
	})
}

// readyToOpen judges a programme under the lock of its name.
func (w *Work) readyToOpen(ctx context.Context, tx *store.Tx, programme string) (store.Programme, error) {
	if err := tx.Alone(ctx, "programme/"+programme); err != nil {
		return store.Programme{}, err
	}
	row, err := tx.Programme(ctx, programme)
	if store.IsNone(err) {
		return row, ErrNotFound
	}
	if err != nil {
		return row, err
	}
	if row.State != "loaded" {
		return row, refuse("state", "", "项目已经开放过", "5.2")
	}
	p, err := row.Scheme()
	if err != nil {
		return row, err
	}
	if !tx.Now.Before(p.ClosesAt) {
		return row, refuse("over", "", "申报截止的时间已经过了，请改日期再装入", "5.2")
	}
	return row, redRefusal(w.Red(p))
}

// Red lists what keeps a programme from opening: what is missing in it, and an
// installation whose messages reach nobody. A demonstration needs no phone.
func (w *Work) Red(p *scheme.Programme) []plan.Fault {
	red := plan.Red(p)
	if w.Mute && !p.Demo {
		red = append(red, plan.Fault{Text: "短信还没有接通：现在只写进日志，谁的手机也收不到。请系统管理员接上短信服务（--sms-driver aliyun）、重新启动平台以后再开放。"})
	}
	return red
}

// redRefusal refuses with every step that is still red; nil where there is none.
func redRefusal(red []plan.Fault) error {
	if len(red) == 0 {
		return nil
	}
	rs := make([]scheme.Reason, len(red))
	for i, f := range red {
		rs[i] = scheme.Reason{Code: "red", Staff: f.Text, Clause: "5.2", Blocks: true}
	}
	return &Refused{rs}
}
