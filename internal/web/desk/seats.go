package desk

import (
	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
	"yuanmeng/internal/web"
)

// seatsPage prints the seats with their arithmetic.
type seatsPage struct {
	P        *scheme.Programme
	T        store.Tally
	Open     bool
	Kept     int // seats kept free for waiting places under a hearing
	Hearings int // seated places under a hearing: their seat stays
	Ended    store.Ended
	Causes   []causeCount
	Waiting  []line
	Promoted []store.Promoted
	Proposed bool
}

type causeCount struct {
	Cause scheme.Cause
	N     int
}

// released is the sum of the releases by cause.
func (s seatsPage) released() int {
	n := 0
	for _, c := range s.Causes {
		n += c.N
	}
	return n
}

// gone is how many numbers have no place any more.
func (s seatsPage) gone() int {
	return s.released() - s.Ended.Reinstated + s.Ended.Withdrawn + s.Ended.NotReached
}

// balanced says that every number has its place in the sum.
func (s seatsPage) balanced() bool {
	return int(s.T.LastNo) == s.T.Taken()+s.T.Waiting+s.gone()
}

// seats shows the field of seats, the arithmetic, the waiting list and the
// newest promotions.
func (d *Door) seats(c *web.Ctx) error {
	ctx, v := c.Context(), viewer(c)
	pg := seatsPage{Open: true}
	var err error
	if pg.P, _, err = d.Work.Programme(ctx, c.Viewer.Programme); err != nil {
		return err
	}
	pg.T, err = d.Work.DB.Tally(ctx, c.Viewer.Programme)
	if store.IsNone(err) {
		pg.T, pg.Open = store.Tally{Cap: pg.P.Cap, WaitingMax: pg.P.WaitingMax}, false
	} else if err != nil {
		return err
	}
	// Numbers that a restored backup passed over are in nobody's hand here.
	lost, err := d.Work.DB.LostNumbers(ctx, c.Viewer.Programme)
	if err != nil {
		return err
	}
	pg.T.LastNo -= int64(lost)
	if pg.Ended, err = d.Work.DB.SeatEnds(ctx, v); err != nil {
		return err
	}
	for _, k := range scheme.Causes {
		pg.Causes = append(pg.Causes, causeCount{k, pg.Ended.Causes[k]})
	}
	cases, err := d.Work.DB.WaitingCases(ctx, v, 500)
	if err != nil {
		return err
	}
	if pg.Waiting, err = d.lines(c, pg.P, cases); err != nil {
		return err
	}
	free := pg.T.Free()
	for i, l := range pg.Waiting {
		// Entitled and suspended: its seat is kept free (DESIGN §2.2).
		if i < free && l.S.Suspended {
			pg.Kept++
		}
	}
	if pg.Hearings, err = d.Work.DB.SeatedInHearing(ctx, v); err != nil {
		return err
	}
	if pg.Promoted, err = d.Work.DB.Promotions(ctx, v, 20); err != nil {
		return err
	}
	m := c.Meta("名额")
	return c.Render(seatsView(m, pg))
}
