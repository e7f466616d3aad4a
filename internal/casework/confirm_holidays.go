package casework

import (
	"context"
	"slices"

	"yuanmeng/internal/scheme"
)

// ConfirmHolidays records that the lead has compared the days off with the
// yearly notice of the State Council: every deadline of a worker rests on them.
func (w *Work) ConfirmHolidays(ctx context.Context, a scheme.Actor, programme, hash string) error {
	return w.prepare(ctx, a, programme, hash, "confirm_holidays", func(p *scheme.Programme) {
		p.Holidays = slices.Clone(p.Holidays)
		for i := range p.Holidays {
			p.Holidays[i].Confirmed = true
		}
	})
}
