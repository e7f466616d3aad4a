package casework

import (
	"context"
	"slices"
	"strings"

	"yuanmeng/internal/scheme"
	"yuanmeng/internal/store"
)

// returnCase sends an application back for correction of named items. Number and
// seat stay; the submitted revision stays alive; the worker works on a copy
// (DESIGN §2.5, clause A2.1).
func (t *turn) returnCase(ctx context.Context, e *entry, a scheme.Actor, o Order, args scheme.Args) error {
	items := slices.Compact(slices.Sorted(slices.Values(o.Items)))
	if len(items) == 0 {
		return refuse("items_missing", "", "请至少点名一项要补正的内容", "A2.1")
	}
	var labels []string
	for _, k := range items {
		f, ok := scheme.Field(k)
		if !ok || !f.Correctable {
			return refuse("item_fixed", "", "这一项不能要求补正："+scheme.FieldLabel(k), "A2.1")
		}
		labels = append(labels, f.Label)
		// The stamp stands for this value: a new one needs a new form (DESIGN
		// §2.8), and five working days instead of five days.
		args.Stamp = args.Stamp || f.Stamped
	}
	if args.Stamp && !slices.Contains(items, string(scheme.FileStamped)) {
		items = append(items, string(scheme.FileStamped))
		labels = append(labels, scheme.FieldLabel(string(scheme.FileStamped)))
	}
	e.row.ReturnedItems = store.Encode(items)
	if _, err := t.step(ctx, e, scheme.Return, a, args); err != nil {
		return err
	}
	r, err := t.tx.Revision(ctx, e.row.ID, 0)
	if err != nil {
		return err
	}
	if err := t.event(ctx, e.row.ID, a, "returned_items", map[string]any{"items": strings.Join(labels, "、")}); err != nil {
		return err
	}
	return t.tx.PutDraft(ctx, &store.Draft{CaseID: e.row.ID, Answers: r.Answers, Sealed: r.Sealed, Files: r.Files, SavedAt: t.tx.Now})
}
