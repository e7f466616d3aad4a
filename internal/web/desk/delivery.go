package desk

import (
	"net/http"
	"sort"

	"yuanmeng/internal/office"
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/web"
)

// deliveryView is what a restored backup holds.
type deliveryView struct {
	restored []restoredView // newest first; none: nothing is held
	waits    []waitingKind
	overdue  int
	proposal *proposalRow
	quiet    bool // as proposed
	role     scheme.Role
}

// restoredView is one backup that was put back.
type restoredView struct {
	store.Restoration
	logs []lostLog
}

// lostLog is what one log lost by it.
type lostLog struct {
	name       string
	kept, lost int64
	unknown    bool // nobody had a checkpoint
	from, to   int64
}

// waitingKind is how many messages of one kind wait.
type waitingKind struct {
	title         string
	before, since int
}

func (d *Door) deliveryView(c *web.Ctx) (deliveryView, error) {
	ctx, db := c.Context(), d.Work.DB
	v := deliveryView{role: actor(c).Role}
	held, err := db.HeldRestorations(ctx)
	if err != nil || len(held) == 0 {
		return v, err
	}
	n, err := d.names(ctx)
	if err != nil {
		return v, err
	}
	for _, r := range held {
		x := restoredView{Restoration: r}
		es, err := db.EpochsOf(ctx, r.ID)
		if err != nil {
			return v, err
		}
		for _, e := range es {
			l := lostLog{name: n.programme(e.ProgrammeID), kept: e.Kept, lost: max(0, e.Size-e.Kept), unknown: e.Size == 0, from: e.FromNo, to: e.ToNo}
			if e.ProgrammeID == store.AuditLog {
				l.name = "管理日志"
			}
			x.logs = append(x.logs, l)
		}
		v.restored = append(v.restored, x)
	}
	rows, err := db.HeldMessages(ctx, held[0].At)
	if err != nil {
		return v, err
	}
	for _, m := range rows {
		k := waitingKind{m.Wording, m.Before, m.Since}
		for _, p := range n.plans {
			if w, ok := p.Messages[m.Wording]; ok {
				k.title = w.Title
			}
		}
		v.waits = append(v.waits, k)
	}
	sort.Slice(v.waits, func(i, j int) bool { return v.waits[i].before+v.waits[i].since > v.waits[j].before+v.waits[j].since })
	h, err := db.Health(ctx, c.Now, d.Machine())
	if err != nil {
		return v, err
	}
	v.overdue = h.Overdue
	p, err := db.OpenDelivery(ctx)
	if err != nil || p == nil {
		return v, err
	}
	v.proposal = &proposalRow{id: p.ID, by: p.ByName, at: web.Moment(p.At), mine: p.ByID == actor(c).ID}
	want, err := office.ProposedDelivery(*p)
	v.quiet = want.Quiet
	return v, err
}

// showDelivery shows what waits since a backup was put back.
func (d *Door) showDelivery(c *web.Ctx) error {
	v, err := d.deliveryView(c)
	if err != nil {
		return err
	}
	return c.Render(deliveryPage(c.Meta("恢复以后放行"), v))
}

// proposeDelivery is the first person's half of the release.
func (d *Door) proposeDelivery(c *web.Ctx) error {
	return d.onDelivery(c, func(a scheme.Actor, f web.Form) (string, error) {
		how := f.Get("how")
		if how != "loud" && how != "quiet" {
			return "", no("how", "请选备份里的消息怎么办")
		}
		return "已提出放行，等另一位管理员确认。", d.Office.ProposeDelivery(c.Context(), a, how == "quiet")
	})
}

// secondDelivery releases as the second person, or drops the proposal.
func (d *Door) secondDelivery(c *web.Ctx) error {
	return d.onDelivery(c, func(a scheme.Actor, f web.Form) (string, error) {
		agree, err := agreed(f)
		if err != nil {
			return "", err
		}
		done := "已放弃这次放行。"
		if agree {
			done = "已经放行，消息和到期事项从现在起照常办。"
		}
		return done, d.Office.SecondDelivery(c.Context(), a, c.Path("proposal"), agree)
	})
}

func (d *Door) onDelivery(c *web.Ctx, act func(a scheme.Actor, f web.Form) (done string, err error)) error {
	if err := d.needsProof(c); err != nil {
		return err
	}
	f, err := c.Form()
	if err != nil {
		return err
	}
	done, err := act(actor(c), f)
	if no, ok := refusedBy(err); ok {
		v, err := d.deliveryView(c)
		if err != nil {
			return err
		}
		m := c.Meta("恢复以后放行")
		field := ""
		if no.code == "how" {
			field = "how"
		}
		m.Problems.Add(field, no.sentence)
		return c.RenderAs(http.StatusUnprocessableEntity, deliveryPage(m, v))
	}
	if err != nil {
		return err
	}
	c.Flash(done)
	return c.Redirect("/desk/delivery")
}
