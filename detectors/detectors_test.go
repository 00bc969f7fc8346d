package detectors

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/internal/calendar"
	"github.com/anxin-project/anxin/internal/civil"
	"github.com/anxin-project/anxin/internal/embedded/embeddedtest"
	"github.com/anxin-project/anxin/internal/store"
)

func TestMain(m *testing.M) { embeddedtest.Main(m) }

// open returns the component on a fresh database of the real engine.
func open(t *testing.T, p *policy.Policy) (*Detectors, driver.Conn) {
	t.Helper()
	options := embeddedtest.Database(t)
	conn, err := clickhouse.Open(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := store.Migrate(t.Context(), conn, store.Layout{Database: options.Auth.Database}); err != nil {
		t.Fatal(err)
	}
	d, err := New(DefaultConfiguration(), Dependencies{
		Store: conn, Database: options.Auth.Database, Policy: p, Calendar: calendar.China(), Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Open: func(database string) (driver.Conn, error) { return store.On(*options, database) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		last, err := d.latestRun(context.Background())
		if err == nil && last.Snapshot != "" {
			_ = d.dropOldSnapshots(context.Background(), "")
		}
	})
	return d, conn
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
	d, _ := open(t, policy.National())
	result, err := d.Pass(t.Context(), date(t, "2026-10-31"))
	if err != nil {
		t.Fatal(err)
	}
	if len(result.Warnings) != 0 || len(result.Index) != 0 {
		t.Errorf("found %d warnings and %d index rows", len(result.Warnings), len(result.Index))
	}
}
