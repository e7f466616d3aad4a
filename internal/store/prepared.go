package store

import (
	"context"
	"database/sql"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"
)

// statements keeps the reads that every request makes, parsed once a connection.
// bun writes the values into the text of a query, so the database parses each
// anew, and on SQLite that is half of what a small read costs.
type statements struct {
	db *bun.DB
	mu sync.RWMutex
	by map[statementKey]*statement

	watch []func(query string) // see DB.Watch
}

// statementKey names a read: what its rows are read into, and what follows WHERE
// in a read of whole rows, or its whole text.
type statementKey struct {
	row  reflect.Type
	tail string
}

type statement struct {
	*sql.Stmt
	text   string
	fields []*schema.Field
}

// one reads one row of a table; tail is what follows WHERE, with ? for values.
// A tail that begins with SELECT is the whole text, its columns in the order of
// T's fields. It gives sql.ErrNoRows as every read of one row does.
func one[T any](ctx context.Context, q Q, tail string, args ...any) (T, error) {
	rows, err := list[T](ctx, q, 1, tail, args...)
	if len(rows) == 0 {
		var none T
		if err == nil {
			err = sql.ErrNoRows
		}
		return none, err
	}
	return rows[0], err
}

// many reads rows of a table.
func many[T any](ctx context.Context, q Q, tail string, args ...any) ([]T, error) {
	return list[T](ctx, q, -1, tail, args...)
}

func list[T any](ctx context.Context, q Q, most int, tail string, args ...any) (out []T, err error) {
	typ := reflect.TypeFor[T]()
	if q.fast == nil { // inside a transaction
		text, _ := selection(q.IDB, typ, tail)
		err = q.NewRaw(text, args...).Scan(ctx, &out)
		return out, err
	}
	st, err := q.fast.statement(ctx, typ, tail)
	if err != nil {
		return nil, err
	}
	if q.Engine == SQLite {
		// A read takes microseconds; watching meanwhile whether the browser has
		// left takes two goroutines.
		ctx = context.WithoutCancel(ctx)
		for i, a := range args {
			if t, ok := a.(time.Time); ok {
				args[i] = instant(q, t)
			}
		}
	}
	for _, f := range q.fast.watch {
		f(st.text)
	}
	rows, err := st.QueryContext(ctx, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	values := make([]any, len(st.fields))
	into := make([]any, len(values))
	for i := range values {
		into[i] = &values[i]
	}
	for len(out) != most && rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		out = append(out, *new(T))
		row := reflect.ValueOf(&out[len(out)-1]).Elem()
		for i, f := range st.fields {
			if err := f.ScanValue(row, values[i]); err != nil {
				return nil, err
			}
		}
	}
	return out, rows.Err()
}

// selection is the text of a read of whole rows.
func selection(db bun.IDB, typ reflect.Type, tail string) (string, []*schema.Field) {
	t := db.Dialect().Tables().Get(typ)
	if strings.HasPrefix(tail, "SELECT ") {
		return tail, t.Fields
	}
	var b strings.Builder
	b.WriteString("SELECT ")
	for i, f := range t.Fields {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(string(t.SQLAlias) + "." + string(f.SQLName))
	}
	b.WriteString(" FROM " + string(t.SQLName) + " AS " + string(t.SQLAlias) + " WHERE " + tail)
	return b.String(), t.Fields
}

func (s *statements) statement(ctx context.Context, typ reflect.Type, tail string) (*statement, error) {
	key := statementKey{typ, tail}
	s.mu.RLock()
	st := s.by[key]
	s.mu.RUnlock()
	if st != nil {
		return st, nil
	}
	text, fields := selection(s.db, typ, tail)
	if s.db.Dialect().Name().String() == "pg" {
		text = numbered(text)
	}
	p, err := s.db.DB.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if st := s.by[key]; st != nil { // somebody was quicker
		p.Close()
		return st, nil
	}
	st = &statement{p, text, fields}
	s.by[key] = st
	return st, nil
}

// numbered writes $1, $2 … for the question marks.
func numbered(text string) string {
	var b strings.Builder
	n := 0
	for _, r := range text {
		if r == '?' {
			n++
			b.WriteString("$" + strconv.Itoa(n))
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}
