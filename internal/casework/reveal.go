package casework

import (
	"context"
	"strings"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// Reveal records, before it is shown, that somebody looks at an original or at
// values outside the check, with his reason.
func (w *Work) Reveal(ctx context.Context, a scheme.Actor, c store.Case, what, reason string) error {
	if len([]rune(strings.TrimSpace(reason))) < 4 {
		return refuse("reason_missing", "", "请写明查看原件的理由", "")
	}
	return w.DB.Write(ctx, w.Now(), func(tx *store.Tx) error {
		return w.note(ctx, tx, c, a, "reveal", map[string]any{"what": what, "reason": strings.TrimSpace(reason)})
	})
}
