package detectors_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/detectors/policy"
)

// Of each date the last run stays; those that pages may be showing stay too, and so do their snapshots.
func TestRunsThatLaterOnesReplacedAreRemoved(t *testing.T) {
	b := open(t, policy.National())
	b.tell(t, `{payroll: [{worker: W1..W40, project: P1, months: 2026-08, paid_yuan: 0}]}`)
	for range 2 {
		b.pass(t, "2026-10-13")
	}
	for range 3 {
		b.pass(t, "2026-10-15")
	}
	b.pass(t, "2026-10-14")
	b.pass(t, "2026-10-14")
	for _, table := range []string{"runs", "warnings", "wage_safety_index"} {
		got := texts(t, b.conn, "SELECT concat(toString(as_of), ' ', toString(uniqExact(run))) FROM "+table+" GROUP BY as_of ORDER BY as_of")
		if want := []string{"2026-10-13 1", "2026-10-14 1", "2026-10-15 2"}; !slices.Equal(got, want) {
			t.Errorf("%s holds runs %s, want %s", table, got, want)
		}
	}
	if kept := texts(t, b.conn, "SELECT toString(count()) FROM warnings WHERE (as_of, run) NOT IN (SELECT as_of, run FROM runs)"); kept[0] != "0" {
		t.Errorf("%s warnings of no run are left", kept[0])
	}
}

func TestRunsOverEarlierDatesDoNotTakeThePagesTheirSnapshot(t *testing.T) {
	b := open(t, policy.National())
	b.tell(t, `{payroll: [{worker: W1..W40, project: P1, months: 2026-08, paid_yuan: 0}]}`)
	b.pass(t, "2026-10-15")
	shown := b.snapshots(t)
	for _, asOf := range []string{"2026-10-12", "2026-10-12", "2026-10-13", "2026-10-14", "2026-10-14"} {
		b.pass(t, asOf)
		if now := b.snapshots(t); !slices.Contains(now, shown[0]) || len(now) > 3 {
			t.Fatalf("after a run as of %s the snapshots are %s; pages show %s", asOf, now, shown)
		}
	}
	b.pass(t, "2026-10-16")
	if now := b.snapshots(t); !slices.Contains(now, shown[0]) {
		t.Errorf("a page opened before the latest run reads %s, there are %s", shown[0], now)
	}
}

// A pass that was killed in the midst of publishing leaves rows that no run names. They go a day later, and not before: a run
// that is being written has no row in runs either.
func TestWhatKilledPassesLeftIsRemovedADayLater(t *testing.T) {
	b := open(t, policy.National())
	b.tell(t, `{payroll: [{worker: W1..W40, project: P1, months: 2026-08, paid_yuan: 0}]}`)
	b.pass(t, "2026-10-15")
	exec := func(statement string) {
		t.Helper()
		if err := b.conn.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	now := "toUnixTimestamp64Milli(now64(3))"
	exec("INSERT INTO warnings (as_of, run, detector, scope, scope_id) SELECT '2026-10-15', " + now + " - 25 * 3600000, 'wages-overdue', 'project', 'old'")
	exec("INSERT INTO warnings (as_of, run, detector, scope, scope_id) SELECT '2026-10-15', " + now + ", 'wages-overdue', 'project', 'being written'")
	exec("INSERT INTO run_attempts (started_at, finished_at, process, status, kind, as_of) SELECT now64(3) - toIntervalDay(32), now64(3), 'p', 'done', ['fast', 'nightly'][number + 1], '2026-09-01' FROM numbers(2)")
	if err := b.RemoveLeftovers(t.Context()); err != nil {
		t.Fatal(err)
	}
	left := texts(t, b.conn, "SELECT scope_id FROM warnings WHERE (as_of, run) NOT IN (SELECT as_of, run FROM runs)")
	if strings.Join(left, ",") != "being written" {
		t.Errorf("left are %q", left)
	}
	if kinds := texts(t, b.conn, "SELECT toString(kind) FROM run_attempts WHERE process = 'p'"); strings.Join(kinds, ",") != "nightly" {
		t.Errorf("the history of 32 days ago tells of %q runs", kinds)
	}
}
