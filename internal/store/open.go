// Package store holds all SQL: the schema, the rows and the queries. One schema
// and one set of queries serve SQLite and PostgreSQL; the same tests run on
// both. Writes go through Tx, which carries the programme clock's Now; reads
// go through Q. Queries that return people take a Viewer, so that the scope of
// an organisation stands in the WHERE.
package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	"modernc.org/sqlite"
)

// Engine is one of the two databases.
type Engine string

// The engines.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// Q reads. It is embedded in DB (reader pool) and in Tx (inside a write).
type Q struct {
	bun.IDB
	Engine Engine
	fast   *statements // of the reader pool; nil inside a transaction
}

// DB is an open database: one writer pool that everything uses, and readers.
type DB struct {
	Q
	w     *bun.DB
	r     *bun.DB
	bulk  *bulk // nil on PostgreSQL
	fatal func(error)
}

// Tx is one write transaction. Now is the programme clock's instant, fixed for
// the whole transaction.
type Tx struct {
	Q
	Now  time.Time
	sql  *sql.Tx
	bulk *bulk
}

//go:embed migrations
var migrations embed.FS

// minSQLite is the first SQLite without the WAL-reset race.
const minSQLite = "3.51.3"

// Open opens the database at target: a file path for SQLite or a postgres://
// URL. It checks the settings that durability and order rest on and refuses to
// go on without them. fatal is called when a commit fails in a way after which
// the process must not go on (a failed fsync may lie when repeated).
func Open(ctx context.Context, target string, fatal func(error)) (*DB, error) {
	if fatal == nil {
		fatal = func(error) {}
	}
	if strings.HasPrefix(target, "postgres://") || strings.HasPrefix(target, "postgresql://") {
		return openPostgres(ctx, target, fatal)
	}
	return openSQLite(ctx, target, fatal)
}

func openSQLite(ctx context.Context, path string, fatal func(error)) (*DB, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	dsn := func(extra ...string) string {
		v := url.Values{}
		// Every commit empties the readers' caches; what they read again is mapped
		// memory, not a call for each page.
		pragmas := []string{"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "temp_store(MEMORY)", "mmap_size(1073741824)"}
		for _, p := range append(pragmas, extra...) {
			v.Add("_pragma", p)
		}
		v.Set("_time_format", "sqlite")
		if len(extra) == 0 {
			v.Set("_txlock", "immediate")
		}
		return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + v.Encode()
	}
	ws, err := sql.Open("sqlite", dsn())
	if err != nil {
		return nil, err
	}
	ws.SetMaxOpenConns(1)
	var version string
	var sync int
	var mode string
	if err := ws.QueryRowContext(ctx, "SELECT sqlite_version()").Scan(&version); err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	if older(version, minSQLite) {
		return nil, fmt.Errorf("SQLite %s is older than %s", version, minSQLite)
	}
	if err := ws.QueryRowContext(ctx, "PRAGMA synchronous").Scan(&sync); err != nil {
		return nil, err
	}
	if err := ws.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode); err != nil {
		return nil, err
	}
	if sync != 2 || mode != "wal" {
		return nil, fmt.Errorf("SQLite runs with synchronous=%d journal_mode=%s, want 2 and wal", sync, mode)
	}
	rs, err := sql.Open("sqlite", dsn("query_only(1)"))
	if err != nil {
		return nil, err
	}
	rs.SetMaxOpenConns(8)
	rs.SetMaxIdleConns(8)
	// The short reads of every request have a pool of their own that leaves one
	// core to the writer. All connections share the locks of SQLite's memory; the
	// writer loses its turn at each that hundreds of readers wait for.
	qs, err := sql.Open("sqlite", dsn("query_only(1)"))
	if err != nil {
		return nil, err
	}
	quick := max(1, runtime.GOMAXPROCS(0)-1)
	qs.SetMaxOpenConns(quick)
	qs.SetMaxIdleConns(quick)
	d := sqlitedialect.New
	return newDB(SQLite, bun.NewDB(ws, d()), bun.NewDB(rs, d()), bun.NewDB(qs, d()), fatal), nil
}

func older(have, want string) bool {
	var a, b [3]int
	fmt.Sscanf(have, "%d.%d.%d", &a[0], &a[1], &a[2])
	fmt.Sscanf(want, "%d.%d.%d", &b[0], &b[1], &b[2])
	for i := range a {
		if a[i] != b[i] {
			return a[i] < b[i]
		}
	}
	return false
}

func openPostgres(ctx context.Context, target string, fatal func(error)) (*DB, error) {
	cfg, err := pgx.ParseConfig(target)
	if err != nil {
		return nil, errors.New("the database URL cannot be read")
	}
	// bun writes values into the text, so preparing every statement would fill
	// the server with one-off plans.
	cfg.DefaultQueryExecMode = pgx.QueryExecModeExec
	cfg.RuntimeParams["timezone"] = "UTC"
	db := stdlib.OpenDB(*cfg)
	db.SetMaxOpenConns(16)
	db.SetMaxIdleConns(16)
	show := func(name string) string {
		var v string
		if e := db.QueryRowContext(ctx, "SHOW "+name).Scan(&v); e != nil {
			err = errors.Join(err, e)
		}
		return v
	}
	var faults []string
	if v := show("standard_conforming_strings"); v != "on" {
		faults = append(faults, "standard_conforming_strings is "+v+", want on")
	}
	if v := show("server_encoding"); v != "UTF8" {
		faults = append(faults, "server_encoding is "+v+", want UTF8")
	}
	if v := show("log_min_error_statement"); v != "panic" {
		faults = append(faults, "log_min_error_statement is "+v+", want panic: the server would log statements with values")
	}
	if v := show("fsync"); v != "on" {
		faults = append(faults, "fsync is "+v+", want on")
	}
	if v := show("synchronous_commit"); v != "on" && v != "remote_apply" && v != "remote_write" {
		faults = append(faults, "synchronous_commit is "+v+", want on")
	}
	var collation string
	if e := db.QueryRowContext(ctx, "SELECT datcollate FROM pg_database WHERE datname = current_database()").Scan(&collation); e != nil {
		err = errors.Join(err, e)
	} else if collation != "C" && collation != "C.UTF-8" && collation != "POSIX" {
		faults = append(faults, "collation is "+collation+", want C")
	}
	var standby bool
	if e := db.QueryRowContext(ctx, "SELECT pg_is_in_recovery()").Scan(&standby); e != nil {
		err = errors.Join(err, e)
	} else if standby {
		faults = append(faults, "this server is a replica; decisions are never made from a replica")
	}
	if err != nil {
		db.Close()
		return nil, fmt.Errorf("open PostgreSQL: %w", err)
	}
	if len(faults) > 0 {
		db.Close()
		return nil, errors.New("PostgreSQL: " + strings.Join(faults, "; "))
	}
	b := bun.NewDB(db, pgdialect.New())
	return newDB(Postgres, b, b, b, fatal), nil
}

// Quicken gives the short reads another number of connections. Only a gate that
// leaves the writer idle wants that.
func (db *DB) Quicken(n int) {
	if db.Engine == SQLite {
		db.fast.db.SetMaxOpenConns(n)
		db.fast.db.SetMaxIdleConns(n)
	}
}

func newDB(e Engine, w, r, quick *bun.DB, fatal func(error)) *DB {
	fast := &statements{db: quick, by: map[statementKey]*statement{}}
	db := &DB{Q: Q{IDB: r, Engine: e, fast: fast}, w: w, r: r, fatal: fatal}
	if e == SQLite {
		db.bulk = &bulk{db: w, by: map[bulkKey]*bound{}}
	}
	return db
}

// Close closes the pools.
func (db *DB) Close() error {
	err := db.w.Close()
	if db.r != db.w {
		err = errors.Join(err, db.r.Close(), db.fast.db.Close())
	}
	return err
}

// Ping asks both pools.
func (db *DB) Ping(ctx context.Context) error {
	if err := db.w.PingContext(ctx); err != nil {
		return err
	}
	return db.r.PingContext(ctx)
}

// Migrate brings the schema up to date.
func (db *DB) Migrate(ctx context.Context) error {
	dialect, own := goose.DialectSQLite3, "migrations/sqlite"
	if db.Engine == Postgres {
		dialect, own = goose.DialectPostgres, "migrations/postgres"
	}
	p, err := goose.NewProvider(dialect, db.w.DB, merged{"migrations/both", own}, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	_, err = p.Up(ctx)
	return err
}

// merged shows two folders of migrations as one.
type merged [2]string

// Open opens a file of either folder.
func (m merged) Open(name string) (fs.File, error) {
	if name == "." {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	f, err := migrations.Open(m[0] + "/" + name)
	if errors.Is(err, fs.ErrNotExist) {
		return migrations.Open(m[1] + "/" + name)
	}
	return f, err
}

// ReadDir lists both folders.
func (m merged) ReadDir(string) ([]fs.DirEntry, error) {
	var out []fs.DirEntry
	for _, dir := range m {
		es, err := migrations.ReadDir(dir)
		if err != nil {
			return nil, err
		}
		out = append(out, es...)
	}
	return out, nil
}

// Stat answers for the root, which goose's glob asks first.
func (m merged) Stat(name string) (fs.FileInfo, error) {
	if name == "." {
		return fs.Stat(migrations, m[0])
	}
	f, err := m.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.Stat()
}

// writeAgain is how often a write that PostgreSQL has ended is run once more.
const writeAgain = 2

// Write runs f in one write transaction whose Now is now. On SQLite there is one
// writer connection, so writes queue; on PostgreSQL the acts lock the tally. A
// transaction that PostgreSQL has ended because it and another waited for one
// another is run again, so f sets anew whatever it leaves outside.
func (db *DB) Write(ctx context.Context, now time.Time, f func(tx *Tx) error) error {
	if db.bulk != nil {
		if err := db.bulk.prepare(ctx); err != nil {
			return fmt.Errorf("prepare: %w", err)
		}
	}
	err := db.write(ctx, now, f)
	for range writeAgain {
		if !IsContended(err) || ctx.Err() != nil {
			return err
		}
		err = db.write(ctx, now, f)
	}
	return err
}

func (db *DB) write(ctx context.Context, now time.Time, f func(tx *Tx) error) error {
	tx, err := db.w.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer tx.Rollback()
	if err := f(&Tx{Q: Q{IDB: tx, Engine: db.Engine}, Now: now.UTC(), sql: tx.Tx, bulk: db.bulk}); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		if IsFsync(err) {
			db.fatal(err)
		}
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// IsContended says that PostgreSQL has ended a transaction for the sake of
// another: a deadlock, or two that cannot be put in an order. Nothing of it stays.
func IsContended(err error) bool {
	var pe *pgconn.PgError
	return errors.As(err, &pe) && (pe.Code == "40P01" || pe.Code == "40001")
}

// IsUnique says that a unique or check constraint refused a row.
func IsUnique(err error) bool {
	var se *sqlite.Error
	if errors.As(err, &se) {
		return se.Code() == 2067 || se.Code() == 1555
	}
	var pe *pgconn.PgError
	return errors.As(err, &pe) && pe.Code == "23505"
}

// IsConstraint says that any constraint refused a row.
func IsConstraint(err error) bool {
	var se *sqlite.Error
	if errors.As(err, &se) {
		return se.Code()&0xff == 19
	}
	var pe *pgconn.PgError
	return errors.As(err, &pe) && strings.HasPrefix(pe.Code, "23")
}

// IsFull says that the disk has no room: for a row, or for a file. A quota and a
// limit to the size of a file come from SQLite as a failed write.
func IsFull(err error) bool {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG) {
		return true
	}
	var se *sqlite.Error
	if errors.As(err, &se) {
		return se.Code()&0xff == 13 || se.Code() == 10|3<<8
	}
	var pe *pgconn.PgError
	return errors.As(err, &pe) && strings.HasPrefix(pe.Code, "53")
}

// IsFsync says that the disk may have lost what it was given: SQLITE_IOERR_FSYNC
// or SQLITE_IOERR_DIR_FSYNC.
func IsFsync(err error) bool {
	var se *sqlite.Error
	return errors.As(err, &se) && (se.Code() == 10|4<<8 || se.Code() == 10|5<<8)
}

// IsNone says that a query found nothing.
func IsNone(err error) bool { return errors.Is(err, sql.ErrNoRows) }

// CopyTo writes a consistent copy of a SQLite database into a new file while
// others go on writing.
func (db *DB) CopyTo(ctx context.Context, path string) error {
	if db.Engine != SQLite {
		return errors.New("store: only SQLite is copied; use the server's own tools")
	}
	_, err := db.w.ExecContext(ctx, "VACUUM INTO ?", path)
	return err
}
