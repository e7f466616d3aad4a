package store

import (
	"context"

	"github.com/uptrace/bun"
)

// Watch calls f with every query of the readers and the writer from now on, for
// tests that count what a page asks. It may not be called while others query.
func (db *DB) Watch(f func(query string)) {
	db.r.AddQueryHook(watcher{f})
	if db.w != db.r {
		db.w.AddQueryHook(watcher{f})
	}
	if db.fast != nil {
		db.fast.watch = append(db.fast.watch, f)
	}
}

type watcher struct{ f func(string) }

// BeforeQuery does nothing.
func (watcher) BeforeQuery(ctx context.Context, _ *bun.QueryEvent) context.Context { return ctx }

// AfterQuery tells of the query.
func (w watcher) AfterQuery(_ context.Context, e *bun.QueryEvent) { w.f(e.Query) }
