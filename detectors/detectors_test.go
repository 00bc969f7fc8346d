package detectors_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/detectors"
	"github.com/anxin-project/anxin/detectors/pass"
	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/detectors/snapshot"
	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/platform/store"
	"github.com/anxin-project/anxin/internal/testing/embeddedtest"
)

func TestMain(m *testing.M) { embeddedtest.Main(m) }

// bench is the component on a fresh database of the real engine.
type bench struct {
	*detectors.Detectors
	*loader
	conn     driver.Conn
	database string
	deps     detectors.Dependencies
}

// open returns a bench; changes may put faults between the component and the engine.
func open(t *testing.T, p *policy.Policy, changes ...func(*detectors.Dependencies)) bench {
	t.Helper()
	options := embeddedtest.Database(t)
	conn, err := clickhouse.Open(options)
	if err != nil {
		t.Fatal(err)
	}
	b := bench{conn: conn, database: options.Auth.Database, loader: newLoader(t, conn)}
	t.Cleanup(func() {
		for _, name := range b.snapshots(t) {
			if err := conn.Exec(context.Background(), "DROP DATABASE "+store.Quote(name)); err != nil {
				t.Error(err)
			}
		}
		conn.Close()
	})
	if err := store.Migrate(t.Context(), conn, store.Layout{Database: b.database}); err != nil {
		t.Fatal(err)
	}
	deps := detectors.Dependencies{
		Store: conn, Database: b.database, Policy: p, Calendar: calendar.China(), Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Open: func(database string) (driver.Conn, error) { return store.On(*options, database) },
	}
	for _, change := range changes {
		change(&deps)
	}
	b.deps = deps
	config := detectors.DefaultConfiguration()
	config.Settling = 0 // what a test stores is stored when the call returns
	if b.Detectors, err = detectors.New(config, deps); err != nil {
		t.Fatal(err)
	}
	return b
}

// snapshots returns the names of the snapshot databases there are.
func (b bench) snapshots(t *testing.T) []string {
	t.Helper()
	return texts(t, b.conn, "SELECT name FROM system.databases WHERE startsWith(name, '"+b.database+"_') ORDER BY name")
}

// pass makes a pass that must succeed.
func (b bench) pass(t *testing.T, asOf string) pass.Result {
	t.Helper()
	result, err := b.Pass(t.Context(), date(t, asOf))
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// partFor returns what of a snapshot queries read.
func partFor(t *testing.T, queries ...string) snapshot.Part {
	t.Helper()
	part, err := snapshot.PartFor(queries)
	if err != nil {
		t.Fatal(err)
	}
	return part
}

// texts returns the rows of a query that gives one text a row.
func texts(t *testing.T, conn driver.Conn, query string, args ...any) []string {
	t.Helper()
	rows, err := conn.Query(context.Background(), query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func date(t *testing.T, s string) civil.Date {
	t.Helper()
	d, err := civil.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestAPassOverNothingFindsNothing(t *testing.T) {
	result := open(t, policy.National()).pass(t, "2026-10-31")
	if len(result.Warnings) != 0 || len(result.Index) != 0 {
		t.Errorf("found %d warnings and %d index rows", len(result.Warnings), len(result.Index))
	}
}
