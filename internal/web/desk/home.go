package desk

import (
	"slices"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/web"
)

// homePage is what the first page of the desk shows.
type homePage struct {
	Role      scheme.Role
	Mine      []workList // with work, in order
	News      []workList // to know
	Counts    map[store.WorkList]int
	States    []store.StateCount
	Proposals int
	Main      workList
	Lines     []line
	Tally     store.Tally
	P         *scheme.Programme
}

func (h homePage) state(s scheme.CaseState) int {
	n := 0
	for _, x := range h.States {
		if x.State == s {
			n += x.N
		}
	}
	return n
}

// showWork is the first page of the roles that see cases: how much waits, and
// the oldest of it.
func (d *Door) showWork(c *web.Ctx) error {
	r := role(c)
	ctx, v := c.Context(), viewer(c)
	h := homePage{Role: r}
	var err error
	if h.P, _, err = d.Work.Programme(ctx, c.Viewer.Programme); err != nil {
		return err
	}
	lists := listsFor(r)
	if h.Counts, err = d.Work.DB.ListCounts(ctx, v, c.Now, keysOf(lists)); err != nil {
		return err
	}
	for _, l := range lists {
		switch {
		case l.Key == store.ListAll:
		case slices.Contains(l.Mine, r):
			h.Mine = append(h.Mine, l)
		default:
			h.News = append(h.News, l)
		}
	}
	if h.States, err = d.Work.DB.StateCounts(ctx, v); err != nil {
		return err
	}
	if r != scheme.RoleCentre {
		if h.Proposals, err = d.Work.DB.ProposalCount(ctx, v); err != nil {
			return err
		}
	}
	h.Tally, err = d.Work.DB.Tally(ctx, c.Viewer.Programme)
	if store.IsNone(err) {
		h.Tally = store.Tally{Cap: h.P.Cap, WaitingMax: h.P.WaitingMax} // not open yet
	} else if err != nil {
		return err
	}
	h.Main = mainList(r, h.Counts)
	cases, _, err := d.Work.DB.ListCases(ctx, v, store.Listing{List: h.Main.Key, Now: c.Now, Limit: 8})
	if err != nil {
		return err
	}
	if h.Lines, err = d.lines(c, h.P, cases); err != nil {
		return err
	}
	return c.Render(homeView(c.Meta("工作台"), h))
}
