package store

import (
	"context"
	"database/sql"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"
)

// bulk keeps the writes of the gate parsed on SQLite's one writer: a batch is
// bound, instead of being written into a text and parsed. PostgreSQL takes the
// rows of a table in one statement of bun's, which is one trip to the server.
type bulk struct {
	db     *bun.DB
	mu     sync.Mutex
	by     map[bulkKey]*bound
	wanted []bulkKey // asked for by transactions, which had the only connection
}

// bulkKey names a write: the rows of a table are inserted, with a clause for those
// that are there already, or the columns named are written to those that are
// there, by their id.
type bulkKey struct {
	row    reflect.Type
	clause string
	update string
}

// bound is a write that is parsed: for so many rows at once, most first.
type bound struct {
	sizes  []int
	stmts  []*sql.Stmt
	fields []int // of the row's type
	values []func(reflect.Value) any
}

// find gives a write; nil the first time it is asked for.
func (b *bulk) find(key bulkKey) *bound {
	b.mu.Lock()
	defer b.mu.Unlock()
	w := b.by[key]
	if w == nil && !slices.Contains(b.wanted, key) {
		b.wanted = append(b.wanted, key)
	}
	return w
}

// prepare parses what transactions have asked for. The caller has no
// transaction: it waits for the writer's connection, and holds no lock that the
// one who has it may want.
func (b *bulk) prepare(ctx context.Context) error {
	b.mu.Lock()
	wanted := b.wanted
	b.wanted = nil
	b.mu.Unlock()
	for _, key := range wanted {
		w, err := b.parse(ctx, key)
		if err != nil {
			return err
		}
		b.mu.Lock()
		b.by[key] = w
		b.mu.Unlock()
	}
	return nil
}

func (b *bulk) parse(ctx context.Context, key bulkKey) (*bound, error) {
	t := b.db.Dialect().Tables().Get(key.row)
	w := &bound{sizes: []int{50, 10, 1}}
	var names []string
	use := func(f *schema.Field) {
		names = append(names, string(f.SQLName))
		w.fields = append(w.fields, f.Index[0])
		w.values = append(w.values, binder(b.db, f.StructField.Type))
	}
	if key.update != "" {
		for _, c := range strings.Split(key.update, ", ") {
			use(t.FieldMap[c])
		}
		use(t.FieldMap["id"])
	} else {
		for _, f := range t.Fields {
			use(f)
		}
	}
	row := "(" + strings.Repeat("?, ", len(names)-1) + "?)"
	for _, n := range w.sizes {
		rows := "VALUES " + strings.Repeat(row+", ", n-1) + row
		text := "INSERT INTO " + string(t.SQLName) + " (" + strings.Join(names, ", ") + ") " + rows + key.clause
		if key.update != "" {
			set := make([]string, len(names)-1)
			for i := range set {
				set[i] = fmt.Sprintf("%s = v.column%d", names[i], i+1)
			}
			text = fmt.Sprintf("UPDATE %s AS t SET %s FROM (%s) AS v WHERE t.id = v.column%d", t.SQLName, strings.Join(set, ", "), rows, len(names))
		}
		st, err := b.db.DB.PrepareContext(ctx, text)
		if err != nil {
			return nil, err
		}
		w.stmts = append(w.stmts, st)
	}
	return w, nil
}

// write binds the rows of a slice.
func (w *bound) write(ctx context.Context, tx *sql.Tx, rows reflect.Value) error {
	at := 0
	for k, n := range w.sizes {
		if rows.Len()-at < n {
			continue
		}
		st := tx.StmtContext(ctx, w.stmts[k])
		args := make([]any, 0, n*len(w.fields))
		for ; rows.Len()-at >= n; at += n {
			args = args[:0]
			for i := range n {
				row := rows.Index(at + i)
				for j, f := range w.fields {
					args = append(args, w.values[j](row.Field(f)))
				}
			}
			if _, err := st.ExecContext(ctx, args...); err != nil {
				return err
			}
		}
	}
	return nil
}

// binder turns a field into a value as the driver takes it, written as bun
// writes it.
func binder(db *bun.DB, typ reflect.Type) func(reflect.Value) any {
	if typ.Kind() == reflect.Pointer {
		inner := binder(db, typ.Elem())
		return func(v reflect.Value) any {
			if v.IsNil() {
				return nil
			}
			return inner(v.Elem())
		}
	}
	switch {
	case typ == reflect.TypeFor[time.Time]():
		return func(v reflect.Value) any { return instant(db, v.Interface().(time.Time)) }
	case typ.Kind() == reflect.String:
		return func(v reflect.Value) any { return v.String() }
	case typ.Kind() == reflect.Bool:
		return func(v reflect.Value) any { return v.Bool() }
	case typ.Kind() == reflect.Int || typ.Kind() == reflect.Int64:
		return func(v reflect.Value) any { return v.Int() }
	case typ == reflect.TypeFor[[]byte]():
		return func(v reflect.Value) any {
			if v.IsNil() {
				return nil
			}
			return v.Bytes()
		}
	}
	panic("store: no way to bind a " + typ.String())
}

// instant writes an instant as SQLite's rows hold it.
func instant(db bun.IDB, t time.Time) string {
	b := db.Dialect().AppendTime(nil, t.UTC())
	return string(b[1 : len(b)-1]) // without the quotes
}

// parsed gives a write that is parsed, nil where bun has to make its text.
func (tx *Tx) parsed(key bulkKey) *bound {
	if tx.bulk == nil {
		return nil
	}
	return tx.bulk.find(key)
}

// InsertAll adds the rows of a slice; an empty slice is nothing to do.
func (tx *Tx) InsertAll(ctx context.Context, rows any) error {
	list := reflect.ValueOf(rows).Elem()
	if list.Len() == 0 {
		return nil
	}
	if w := tx.parsed(bulkKey{row: list.Type().Elem()}); w != nil {
		return w.write(ctx, tx.sql, list)
	}
	return tx.Insert(ctx, rows)
}
