package snapshot

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/platform/store"
)

const (
	untilEnd = "recorded_at < {end:DateTime64(3, 'UTC')}"
	// came keeps what the pass before did not know; a little more than that, for rows take a moment to be stored
	came = "(stored_at >= {since:DateTime64(3, 'UTC')} OR recorded_at >= {before:DateTime64(3, 'UTC')})"

	// Lists of what came and of touched places are held in memory, up to so many records that came; more are kept on disk.
	mostInMemory = 5_000_000
	inMemory     = "Memory"
	onDisk       = "MergeTree ORDER BY tuple()"
)

// made says how a snapshot was made; every snapshot has it as its last table.
type made struct {
	Snapshot string
	AsOf     civil.Date
	Since    time.Time // by the engine's clock, before its first read of the records
	Basis    uint64    // of all else that its carried tables follow from
}

// basisOf sums up what the carried tables follow from besides the records: the files, their parameters, who is known
// under several keys, and the official calendar. Where it changed, a snapshot is made afresh.
func (b Builder) basisOf(ctx context.Context, params store.Params) (uint64, error) {
	sum := fnv.New64a()
	for _, name := range names() {
		text, err := shipped.ReadFile(name)
		if err != nil {
			return 0, err
		}
		sum.Write(text)
	}
	for _, name := range slices.Sorted(maps.Keys(params)) {
		if name != "as_of" && name != "end" && name != "began" {
			fmt.Fprintf(sum, "\x00%s=%v", name, params[name])
		}
	}
	for _, wage := range minimumWages {
		fmt.Fprintf(sum, "\x00%v", b.Policy.Settings("common", wage))
	}
	var aliases uint64
	if err := b.Conn.QueryRow(ctx, "SELECT sum(cityHash64(old_key, new_key)) FROM (SELECT DISTINCT old_key, new_key FROM key_aliases)").Scan(&aliases); err != nil {
		return 0, fmt.Errorf("reading key aliases: %w", err)
	}
	fmt.Fprintf(sum, "\x00%d", aliases)
	first, last := b.Calendar.Years()
	for day, workday := range b.Calendar.Days(civil.NewDate(first, 1, 1), civil.NewDate(last, 12, 31)) {
		if workday {
			fmt.Fprintf(sum, "\x00%d", day)
		}
	}
	return sum.Sum64(), nil
}

// before returns the latest published snapshot from which one as of a date can go on, with how many records came since; or nil,
// with the reason in the log, where there is none or going on would cost more than starting afresh.
func (b Builder) before(ctx context.Context, asOf civil.Date, basis uint64) (*made, uint64, error) {
	var runs []struct {
		Snapshot string `ch:"snapshot"`
	}
	err := b.Conn.Select(ctx, &runs, "SELECT snapshot FROM runs WHERE as_of <= ? AND snapshot IN (SELECT name FROM system.databases) ORDER BY run DESC LIMIT 1", asOf.String())
	if err != nil || len(runs) == 0 {
		return nil, 0, err
	}
	m := made{Snapshot: runs[0].Snapshot}
	afresh := func(why string, values ...any) (*made, uint64, error) {
		b.Log.Info("a snapshot is made afresh", append([]any{"as_of", asOf.String(), "why", why}, values...)...)
		return nil, 0, nil
	}
	var on time.Time
	err = b.Conn.QueryRow(ctx, "SELECT as_of, since, basis FROM "+store.Quote(m.Snapshot)+".made").Scan(&on, &m.Since, &m.Basis)
	var refused *clickhouse.Exception
	switch {
	case errors.As(err, &refused) && (refused.Code == codeUnknownTable || refused.Code == codeUnknownIdentifier):
		return afresh("another version of the program made the one before", "before", m.Snapshot)
	case err != nil:
		return nil, 0, err
	case m.Basis != basis:
		return afresh("the program, policy, the calendar or keys have changed since the one before", "before", m.Snapshot)
	}
	m.AsOf = civil.OfColumn(on)
	rows, all, lower, err := b.cameSince(ctx, m)
	switch {
	case err != nil:
		return nil, 0, err
	case lower:
		return afresh("a source sends lower versions than before, which going on does not reckon with", "before", m.Snapshot)
	case rows*4 > all:
		return afresh("so much came since the one before that this is cheaper", "before", m.Snapshot, "records", rows, "of", all)
	}
	return &m, rows, nil
}

// Codes of the engine's errors.
const (
	codeUnknownIdentifier = 47
	codeUnknownTable      = 60
)

// cameSince counts the records of the large tables that came since a snapshot was made, and all of them, and tells whether a
// source sends a lower version than its lowest.
func (b Builder) cameSince(ctx context.Context, m made) (rows, all uint64, lower bool, err error) {
	query := `
SELECT sum(fresh), (SELECT count() FROM attendance) + (SELECT count() FROM payroll) + (SELECT count() FROM workers), max(lower)
FROM
(
    SELECT sent.fresh AS fresh, sent.version < lowest.version AS lower -- 0 where the source is new
    FROM (SELECT source, min(version) AS version, count() AS fresh FROM attendance WHERE ` + came + ` GROUP BY source) AS sent
    LEFT JOIN (SELECT source, min(version) AS version FROM ` + store.Quote(m.Snapshot) + `.lowest GROUP BY source) AS lowest USING (source)
    UNION ALL
    SELECT count(), false FROM payroll WHERE ` + came + `
    UNION ALL
    SELECT count(), false FROM workers WHERE ` + came + `
)`
	with, err := m.params(b.Settling).Context(ctx, query)
	if err == nil {
		err = b.Conn.QueryRow(with, query).Scan(&rows, &all, &lower)
	}
	if err != nil {
		err = fmt.Errorf("counting what came since the pass before: %w", err)
	}
	return rows, all, lower, err
}

// params are what a snapshot that goes on from this one takes besides. Rows may take the settling time to be stored.
func (m made) params(settling time.Duration) store.Params {
	return store.Params{"since": m.Since.Add(-settling), "before": m.AsOf.End(), "judged": m.AsOf}
}

// clock is the engine's, which also stamps the rows it stores.
func (b Builder) clock(ctx context.Context) (now time.Time, err error) {
	if err = b.Conn.QueryRow(ctx, "SELECT now('UTC')").Scan(&now); err != nil {
		err = fmt.Errorf("asking the store for the time: %w", err)
	}
	return now, err
}

// dropLists drops the lists of what came and of touched places, which carried tables may have needed of each other, and what
// was staged.
func (b Builder) dropLists(ctx context.Context, database string) error {
	var lists []struct {
		Name string `ch:"name"`
	}
	err := b.Conn.Select(ctx, &lists, "SELECT name FROM system.tables WHERE database = ? AND match(name, '^(came|touched|records|staged)_')", database)
	for _, list := range lists {
		if err == nil {
			err = b.Conn.Exec(ctx, "DROP TABLE "+store.Quote(database)+"."+store.Quote(list.Name))
		}
	}
	if err != nil {
		return fmt.Errorf("dropping the lists of touched places: %w", err)
	}
	return nil
}
