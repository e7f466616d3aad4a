// Package storetest gives each test a database of its own, on SQLite by default
// and on PostgreSQL where YM_TEST_PG names a server.
package storetest

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver that makes the databases

	"yuanmeng/internal/store"
)

var (
	serial   atomic.Int64
	template sync.Once
	tmplName string
	tmplErr  error
)

// Engine says which engine the tests run on.
func Engine() store.Engine {
	if os.Getenv("YM_TEST_PG") != "" {
		return store.Postgres
	}
	return store.SQLite
}

// New opens a migrated, empty database that goes away with the test.
func New(t testing.TB) *store.DB {
	t.Helper()
	db, err := store.Open(context.Background(), Target(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if err := db.Migrate(context.Background()); err != nil {
		t.Fatal(err)
	}
	return db
}

// Target makes an empty database and gives what store.Open wants. On PostgreSQL
// it is a copy of a migrated template, which is quicker than migrating anew.
func Target(t testing.TB) string {
	t.Helper()
	server := os.Getenv("YM_TEST_PG")
	if server == "" {
		return filepath.Join(t.TempDir(), "yuanmeng.db")
	}
	admin, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	template.Do(func() {
		tmplName = fmt.Sprintf("ym_template_%d", os.Getpid())
		if _, tmplErr = admin.Exec("CREATE DATABASE " + tmplName + " TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"); tmplErr != nil {
			return
		}
		var db *store.DB
		if db, tmplErr = store.Open(context.Background(), named(server, tmplName), nil); tmplErr != nil {
			return
		}
		tmplErr = db.Migrate(context.Background())
		db.Close()
	})
	if tmplErr != nil {
		t.Fatal(tmplErr)
	}
	name := fmt.Sprintf("ym_test_%d_%d", os.Getpid(), serial.Add(1))
	if _, err := admin.Exec("CREATE DATABASE " + name + " TEMPLATE " + tmplName); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		a, err := sql.Open("pgx", server)
		if err != nil {
			return
		}
		defer a.Close()
		a.Exec("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)")
	})
	return named(server, name)
}

func named(server, db string) string {
	u, err := url.Parse(server)
	if err != nil {
		return server
	}
	u.Path = "/" + db
	return u.String()
}
