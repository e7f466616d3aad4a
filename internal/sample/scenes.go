package sample

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"yuanmeng/internal/casework"
	"yuanmeng/internal/scheme"
)

// Scenes are the names of the scenes that Play knows, in the order of the year.
var Scenes = []string{"opening", "review"}

// Play builds a scene from an empty installation with a loaded programme.
func (c *Crowd) Play(ctx context.Context, scene string) error {
	if !slices.Contains(Scenes, scene) {
		return fmt.Errorf("no scene %q; there are %v", scene, Scenes)
	}
	c.say("accounts of the staff")
	if err := c.HireStaff(ctx); err != nil {
		return err
	}
	if err := c.Work.Open(ctx, c.Actor(scheme.RoleLead, 0), c.Actor(scheme.RoleLead, 1), string(c.P.ID), nil); err != nil {
		return fmt.Errorf("open: %w", refusal(err))
	}
	if scene == "opening" {
		return c.opening(ctx)
	}
	return c.review(ctx)
}

// at moves the clock to an instant of the programme.
func (c *Crowd) at(ctx context.Context, t time.Time) error { return c.Forward(ctx, t) }

// applyAll fills in many applications, as many at once as there are cores; the
// order of Workers is the order of the numbers.
func (c *Crowd) applyAll(ctx context.Context, from, to int, choose func(n int) Choice) ([]Worker, error) {
	list := make([]Worker, to-from)
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.NumCPU())
	for i := range list {
		g.Go(func() error {
			one := *c
			one.Workers = nil
			w, err := one.Apply(gctx, from+i, choose(from+i))
			list[i] = w
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	c.Workers = append(c.Workers, list...)
	return list, nil
}

// opening is the evening of the opening day: the first third of the seats is
// taken, some people have a ready draft and one tap to make.
func (c *Crowd) opening(ctx context.Context) error {
	const submitted, ready, begun = 36, 3, 2
	if err := c.at(ctx, c.P.DraftsAt.Add(52*time.Hour)); err != nil {
		return err
	}
	c.say("%d people fill in their applications", submitted+ready+begun)
	list, err := c.applyAll(ctx, 1, submitted+ready+begun+1, func(n int) Choice {
		switch {
		case n > submitted+ready:
			return Choice{Incomplete: true}
		case n == 5 || n == 17:
			return Choice{Honour: c.honour(n)}
		case n%4 == 0:
			return Choice{OwnUnion: true}
		}
		return Choice{}
	})
	if err != nil {
		return err
	}
	if err := c.attestSome(ctx, list[:submitted]); err != nil {
		return err
	}
	for i := range list[:submitted] {
		if err := c.at(ctx, c.P.OpensAt.Add(time.Duration(i*i)*300*time.Millisecond)); err != nil {
			return err
		}
		if _, err := c.Submit(ctx, &list[i]); err != nil {
			return err
		}
	}
	for i := range c.Workers {
		switch {
		case i >= submitted+ready:
			c.Workers[i].Note = "草稿，还差盖章件"
		case i >= submitted:
			c.Workers[i].Note = "都填好了，点一下就能提交"
		}
	}
	return c.at(ctx, c.P.OpensAt.Add(10*time.Minute))
}

func (c *Crowd) honour(n int) string {
	if len(c.P.Honours) == 0 {
		return ""
	}
	return c.P.Honours[n%len(c.P.Honours)].Key
}

// attestSome lets the sample officers say yes to the forms of their unions, and
// once no.
func (c *Crowd) attestSome(ctx context.Context, list []Worker) error {
	said := 0
	for _, w := range list {
		cs, err := c.Work.DB.CaseRow(ctx, w.CaseID)
		if err != nil {
			return err
		}
		for _, o := range c.Officers {
			if o.Union != cs.UnionKey {
				continue
			}
			a := scheme.Actor{ID: o.ID, Role: scheme.RoleLocal, Org: o.Union, Name: o.Name}
			at := casework.Attestation{Code: cs.FormCode, Member: true, Frontline: true, Conduct: true}
			if said++; said == 4 {
				at = casework.Attestation{Code: cs.FormCode, Disagree: "该同志已于6月离职，请核实在岗情况。"}
				c.doubted = w.CaseID
			}
			if err := c.Work.Attest(ctx, a, at); err != nil {
				return fmt.Errorf("attest: %w", refusal(err))
			}
		}
	}
	return nil
}

// The numbers of the review scene's special people.
const (
	lateContest = 113 // uses the number of person 52
	crowdSize   = 114
)

// review is the third working day after the opening: all seats are taken, some
// people wait, and every state of the first stage has somebody in it.
func (c *Crowd) review(ctx context.Context) error {
	if err := c.at(ctx, c.P.DraftsAt.Add(52*time.Hour)); err != nil {
		return err
	}
	c.say("%d people fill in their applications", crowdSize)
	list, err := c.applyAll(ctx, 1, crowdSize+1, func(n int) Choice {
		ch := Choice{OwnUnion: n%4 == 0}
		switch n {
		case 51:
			ch.Untypable = true
		case 46, 47, 48:
			ch.Unsealed = true
		case 53, 54, 106, 109:
			ch.Honour = c.honour(n)
		case lateContest:
			ch.IDOf, ch.IDCard = 52, true
		case crowdSize:
			ch.Incomplete = true
		}
		return ch
	})
	if err != nil {
		return err
	}
	if err := c.attestSome(ctx, list[:60]); err != nil {
		return err
	}
	c.say("they submit")
	for i := range list[:lateContest] {
		if err := c.at(ctx, c.P.OpensAt.Add(time.Duration(i)*4*time.Second)); err != nil {
			return err
		}
		if _, err := c.Submit(ctx, &list[i]); err != nil {
			return err
		}
	}
	c.say("the staff work for three days")
	return c.work(ctx, list)
}

// work plays the staff of the review scene. list[n-1] is person n.
func (c *Crowd) work(ctx context.Context, list []Worker) error {
	clerk, clerk2 := c.Actor(scheme.RoleCentre, 0), c.Actor(scheme.RoleCentre, 1)
	rev, rev2, lead := c.Actor(scheme.RoleDistrict, 0), c.Actor(scheme.RoleDistrict, 1), c.Actor(scheme.RoleLead, 0)
	p := func(n int) Worker { return list[n-1] }
	day := func(n int, hour time.Duration) time.Time {
		d := c.P.OpensAt.In(scheme.Shanghai)
		return time.Date(d.Year(), d.Month(), d.Day()+n, 0, 0, 0, 0, scheme.Shanghai).Add(hour)
	}
	type deed struct {
		at     time.Time
		who    scheme.Actor
		n      int
		order  casework.Order
		second []scheme.Actor
	}
	var deeds []deed
	add := func(at time.Time, who scheme.Actor, n int, o casework.Order, second ...scheme.Actor) {
		deeds = append(deeds, deed{at, who, n, o, second})
	}
	morning := day(1, 9*time.Hour)
	for n := 1; n <= 45; n++ {
		who := clerk
		if n%2 == 0 {
			who = clerk2
		}
		add(morning.Add(time.Duration(n)*5*time.Minute), who, n, casework.Order{Move: scheme.Pass})
	}
	add(day(1, 14*time.Hour), clerk, 46, casework.Order{Move: scheme.Return, Items: []string{"stamped"}, Stamp: true, Reason: "推荐表上看不到工会的章。请到工会补盖公章，再拍照上传。"})
	add(day(1, 14*time.Hour+10*time.Minute), clerk, 47, casework.Order{Move: scheme.Return, Items: []string{"stamped"}, Stamp: true, Reason: "盖的是科室章，请换成工会公章。"})
	add(day(1, 14*time.Hour+20*time.Minute), clerk, 48, casework.Order{Move: scheme.Return, Items: []string{"photo", "post"}, Reason: "照片不是蓝底，请换一张。岗位请写具体做什么。"})
	add(day(1, 15*time.Hour), clerk2, 53, casework.Order{Move: scheme.Pass})
	add(day(1, 15*time.Hour+5*time.Minute), clerk2, 54, casework.Order{Move: scheme.Pass})
	add(day(1, 15*time.Hour+10*time.Minute), clerk2, 49, casework.Order{Move: scheme.Pass})
	add(day(1, 15*time.Hour+15*time.Minute), clerk2, 50, casework.Order{Move: scheme.Pass})
	add(day(1, 15*time.Hour+20*time.Minute), clerk2, 106, casework.Order{Move: scheme.Pass})
	for n := 1; n <= 28; n++ {
		who := rev
		if n%3 == 0 {
			who = rev2
		}
		add(day(2, 9*time.Hour+time.Duration(n)*4*time.Minute), who, n, casework.Order{Move: scheme.Approve})
	}
	add(day(2, 14*time.Hour), rev, 49, casework.Order{Move: scheme.Refuse, Reason: "推荐工会核实后回复：不是该会会员，也没有入会记录。"})
	add(day(2, 14*time.Hour+5*time.Minute), rev, 50, casework.Order{Move: scheme.Refuse, Reason: "工会回复：本人已离职。"})
	add(day(2, 14*time.Hour+10*time.Minute), rev2, 53, casework.Order{Move: scheme.ProvePriority})
	add(day(2, 14*time.Hour+15*time.Minute), rev2, 106, casework.Order{Move: scheme.ProvePriority})
	add(day(2, 15*time.Hour), rev, 30, casework.Order{Move: scheme.Revoke, Cause: scheme.CauseFraud, Reason: "推荐表的章经工会核对不是该会公章。"}, lead)
	slices.SortStableFunc(deeds, func(a, b deed) int { return a.at.Compare(b.at) })
	for _, d := range deeds {
		if err := c.at(ctx, d.at); err != nil {
			return err
		}
		if err := c.Decide(ctx, d.who, p(d.n), d.order, d.second...); err != nil {
			return err
		}
	}
	// Workers act: one explains, one withdraws (and somebody moves up), one sends
	// his correction.
	if err := c.at(ctx, day(2, 19*time.Hour)); err != nil {
		return err
	}
	if err := c.Work.Answer(ctx, p(50).ID, p(50).CaseID, "我没有离职，只是换了车间，新的班组长可以证明。"); err != nil {
		return fmt.Errorf("answer: %w", refusal(err))
	}
	if err := c.Work.Withdraw(ctx, p(60).ID, p(60).CaseID); err != nil {
		return fmt.Errorf("withdraw: %w", refusal(err))
	}
	w := p(48)
	if err := c.put(ctx, &w, [][2]string{{"post", "注塑车间操作工"}}); err != nil {
		return err
	}
	for i, note := range map[int]string{
		1: "审核通过，名额已确认", 35: "区总工会审核中", 46: "退回补正：要重新盖章", 48: "退回补正：正在改", 49: "告知期内", 50: "已作说明，待复核",
		51: "名字里有打不出的字", 53: "优先条件已核实", 60: "已撤回", 61: "已受理，等核对材料", 106: "候补，优先", 110: "候补", lateContest: "证件号待核实", crowdSize: "草稿",
	} {
		c.Workers[i-1].Note = note
	}
	return c.at(ctx, day(5, 10*time.Hour))
}
