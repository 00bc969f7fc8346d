//go:build faults

package faultstest

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/detectors"
	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/ingest/ingesttest"
	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/platform/store"
)

// checkFindings evaluates a date by what ingest stored and by the facts alone, and compares every warning and every row of the
// index, in all that they say.
func checkFindings(t *testing.T, w *ingesttest.World, asOf civil.Date) {
	t.Helper()
	options, conn := w.Truth.Facts(t)
	pass(t, options, conn, asOf)
	pass(t, w.Direct, w.Conn, asOf)
	for _, table := range []string{"warnings", "wage_safety_index"} {
		want, got := published(t, conn, table), published(t, w.Conn, table)
		if len(want) == 0 {
			t.Errorf("as of %v the truth has no %s to compare", asOf, table)
		}
		if len(got) != len(want) {
			t.Errorf("%d %s, want %d", len(got), table, len(want))
		}
		for i := range min(len(got), len(want)) {
			if got[i] != want[i] {
				t.Errorf("%s differ from those of the truth, first in\n%s\nwant\n%s", table, got[i], want[i])
				break
			}
		}
		t.Logf("as of %v: %d %s compared with the truth's", asOf, len(got), table)
	}
}

// pass makes a detector pass.
func pass(t *testing.T, options *clickhouse.Options, conn driver.Conn, asOf civil.Date) {
	t.Helper()
	database := options.Auth.Database
	t.Cleanup(func() { dropSnapshots(t, conn, database) })
	all, err := detectors.New(detectors.DefaultConfiguration(), detectors.Dependencies{
		Store: conn, Database: database, Policy: policy.National(), Calendar: calendar.China(), Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Open: func(database string) (driver.Conn, error) { return store.On(*options, database) },
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := all.Pass(t.Context(), asOf); err != nil {
		t.Fatal(err)
	}
}

func dropSnapshots(t *testing.T, conn driver.Conn, database string) {
	t.Helper()
	for _, name := range texts(t, conn, "SELECT name FROM system.databases WHERE startsWith(name, '"+database+"_')") {
		if err := conn.Exec(context.Background(), "DROP DATABASE "+store.Quote(name)); err != nil {
			t.Error(err)
		}
	}
}

// published returns the rows of a run, all columns but its number.
func published(t *testing.T, conn driver.Conn, table string) []string {
	t.Helper()
	return texts(t, conn, "SELECT formatRow('TSV', * EXCEPT (run)) AS line FROM "+table+" FINAL ORDER BY line")
}

// texts returns the rows of a query that gives one text a row.
func texts(t *testing.T, conn driver.Conn, query string) []string {
	t.Helper()
	rows, err := conn.Query(context.Background(), query)
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
