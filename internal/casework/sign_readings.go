package casework

import (
	"context"

	"yuanmeng/internal/scheme"
)

// SignReadings records that the district lead has read and agreed how the
// programme reads what the plan leaves open (DESIGN §2). hash is the folder that
// he was shown; the signature ends with it.
func (w *Work) SignReadings(ctx context.Context, a scheme.Actor, programme, hash string) error {
	return w.prepare(ctx, a, programme, hash, "sign_readings", func(p *scheme.Programme) { p.ReadingsSigned = true })
}
