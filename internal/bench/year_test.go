package bench

import (
	"log/slog"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2"

	"github.com/anxin-project/anxin/internal/platform/store"
	"github.com/anxin-project/anxin/internal/testing/embeddedtest"
)

func TestMain(m *testing.M) { embeddedtest.Main(m) }

// A year of runs every ten minutes would leave 52,560 of them; what is kept is one a day, and the one before the latest.
// The whole at 10,000 warnings is `anxin bench year`.
func TestRunsReplacedByLaterOnesLeaveNothing(t *testing.T) {
	engine := embeddedtest.EngineForTest(t)
	options := embeddedtest.Database(t)
	report := &YearReport{}
	o := YearOptions{Days: 24, Runs: 3, Warnings: 30, Every: 12}
	if err := publishYear(t.Context(), report, o, engine.DSN(options.Auth.Database), slog.New(slog.DiscardHandler), func(string, ...any) {}); err != nil {
		t.Fatal(err)
	}
	conn, err := clickhouse.Open(options)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	var databases []struct {
		Name string `ch:"name"`
	}
	if err := conn.Select(t.Context(), &databases, "SELECT name FROM system.databases WHERE startsWith(name, ?)", options.Auth.Database+"_"); err != nil {
		t.Fatal(err)
	}
	for _, d := range databases {
		if err := conn.Exec(t.Context(), "DROP DATABASE "+store.Quote(d.Name)); err != nil {
			t.Error(err)
		}
	}
	if len(databases) != 1 {
		t.Errorf("%d snapshots are left", len(databases))
	}
	for _, p := range report.Points {
		if want := uint64(p.Day + 2); p.Kept != want { // the real run, one a day, and the one before the latest
			t.Errorf("after %d days %d runs are kept, want %d", p.Day, p.Kept, want)
		}
		if most := uint64(p.Day+1)*uint64(o.Warnings) + 30; p.Rows > most || p.Rows < uint64(p.Day*o.Warnings) {
			t.Errorf("after %d days %d warnings are kept, want up to %d", p.Day, p.Rows, most)
		}
	}
	if a, b := report.Points[0], report.Points[1]; b.Parts > 2*a.Parts+20 {
		t.Errorf("parts grow from %d to %d", a.Parts, b.Parts)
	}
}
