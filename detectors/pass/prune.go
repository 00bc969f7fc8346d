package pass

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/platform/store"
)

// Keep says how much of earlier runs stays.
type Keep struct {
	// Runs of each date: the last ones. Those that pages may be showing stay in any case.
	Runs int
	// Attempts is how long the history tells of fast runs; of the others it always does.
	Attempts time.Duration
}

// shownRuns is how many of the latest runs stay whole, with their snapshots: the one that pages show, and the one that a page
// may still be reading which was opened before it.
const shownRuns = 2

// tablesOfRuns hold rows by (as_of, run). The row in runs goes last, so that a removal that was cut off is ended by the next.
var tablesOfRuns = []string{"warnings", "wage_safety_index", "index_unplaced", "risk_odds", "runs"}

// Prune removes runs that later ones of the same date have replaced, and snapshots that nobody reads any more. current is
// the snapshot that was just published: the next pass goes on from it.
func (d *Passes) Prune(ctx context.Context, current string) error {
	all, err := d.allRuns(ctx)
	if err != nil {
		return err
	}
	superseded, kept := d.Keep.split(all)
	snapshots := []string{current}
	for _, r := range kept[:min(shownRuns, len(kept))] {
		snapshots = append(snapshots, r.Snapshot)
	}
	if err := d.dropSnapshots(ctx, snapshots); err != nil {
		return err
	}
	return d.removeRuns(ctx, superseded)
}

// allRuns returns the completed runs in the order in which pages show them: the latest date first, of a date the latest run.
func (d *Passes) allRuns(ctx context.Context) ([]runRow, error) {
	var rows []runRow
	err := d.Conn.Select(ctx, &rows, "SELECT as_of, run, snapshot FROM runs ORDER BY as_of DESC, run DESC LIMIT 1 BY as_of, run")
	if err != nil {
		return nil, fmt.Errorf("reading runs: %w", err)
	}
	return rows, nil
}

// split tells the runs that are replaced from those that stay; both keep their order.
func (k Keep) split(all []runRow) (superseded, kept []runRow) {
	ofDate := map[civil.Date]int{}
	for i, r := range all {
		on := civil.OfColumn(r.AsOf)
		ofDate[on]++
		if i < shownRuns || ofDate[on] <= max(1, k.Runs) {
			kept = append(kept, r)
		} else {
			superseded = append(superseded, r)
		}
	}
	return superseded, kept
}

// dropSnapshots removes the snapshots of completed runs but for those named.
func (d *Passes) dropSnapshots(ctx context.Context, keep []string) error {
	var rows []struct {
		Snapshot string `ch:"snapshot"`
	}
	if err := d.Conn.Select(ctx, &rows, "SELECT DISTINCT snapshot FROM runs WHERE snapshot IN (SELECT name FROM system.databases) ORDER BY snapshot"); err != nil {
		return fmt.Errorf("reading runs: %w", err)
	}
	for _, row := range rows {
		if !slices.Contains(keep, row.Snapshot) {
			if err := d.Snapshots.Drop(ctx, row.Snapshot); err != nil {
				return err
			}
		}
	}
	return nil
}

// mostRemoved is how many runs one statement names.
const mostRemoved = 500

// removeRuns removes the rows of runs. They are named one by one: a run that another process is writing is not among them.
func (d *Passes) removeRuns(ctx context.Context, runs []runRow) error {
	slices.SortFunc(runs, func(a, b runRow) int { return cmp.Compare(a.Run, b.Run) })
	for some := range slices.Chunk(runs, mostRemoved) {
		where := d.named(some)
		for _, table := range tablesOfRuns {
			if err := d.Conn.Exec(ctx, store.Delete(table, d.Cluster, where)); err != nil {
				return fmt.Errorf("removing runs that later ones have replaced from %s: %w", table, err)
			}
		}
	}
	return nil
}

// named is the condition that a row is of one of the runs: by the dates too, which tell the engine the parts to visit.
func (d *Passes) named(runs []runRow) string {
	var dates, pairs []string
	for _, r := range runs {
		on := "toDate('" + civil.OfColumn(r.AsOf).String() + "')"
		if !slices.Contains(dates, on) {
			dates = append(dates, on)
		}
		pairs = append(pairs, "("+on+", "+strconv.FormatUint(r.Run, 10)+")")
	}
	return "as_of IN (" + strings.Join(dates, ", ") + ") AND (as_of, run) IN (" + strings.Join(pairs, ", ") + ")"
}

// leftoverAfter is how long a run may take: rows of a run that is not published so long after it began are leftovers.
const leftoverAfter = 24 * time.Hour

// RemoveLeftovers removes what failed and killed passes have left: rows under the numbers of runs that were never published. It
// also shortens the history of attempts. A leader calls it now and then.
func (d *Passes) RemoveLeftovers(ctx context.Context) error {
	before := d.Now().Add(-leftoverAfter).UnixMilli()
	for _, table := range tablesOfRuns[:len(tablesOfRuns)-1] {
		var left []runRow
		err := d.Conn.Select(ctx, &left, "SELECT DISTINCT as_of, run FROM "+table+" WHERE run < ? AND (as_of, run) NOT IN (SELECT as_of, run FROM runs) ORDER BY run", uint64(max(0, before)))
		if err != nil {
			return fmt.Errorf("looking for what failed runs have left in %s: %w", table, err)
		}
		for some := range slices.Chunk(left, mostRemoved) {
			if err := d.Conn.Exec(ctx, store.Delete(table, d.Cluster, d.named(some))); err != nil {
				return fmt.Errorf("removing what failed runs have left in %s: %w", table, err)
			}
		}
	}
	if d.Keep.Attempts <= 0 {
		return nil
	}
	old := fmt.Sprintf("kind = 'fast' AND started_at < fromUnixTimestamp64Milli(%d, 'UTC')", d.Now().Add(-d.Keep.Attempts).UnixMilli())
	var n uint64
	if err := d.Conn.QueryRow(ctx, "SELECT count() FROM run_attempts WHERE "+old).Scan(&n); err != nil || n == 0 {
		return wrapped(err, "reading the history of runs")
	}
	return wrapped(d.Conn.Exec(ctx, store.Delete("run_attempts", d.Cluster, old)), "shortening the history of runs")
}

func wrapped(err error, doing string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}
