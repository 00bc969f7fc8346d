package view

import (
	"context"
	"errors"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/internal/domain/catalog"
)

// WorkerOwed is what one worker is owed on a subject, in fen, and of how many wage months and subjects.
type WorkerOwed struct {
	Fen, Estimated int64
	Months         uint64
	Unheard        string // silent or unaccounted: nothing was heard of them for a wage month that is due; mostly empty
}

// OwedByWorker reads what is owed to each worker of a subject, by keys; nothing while the run's snapshot is gone.
func OwedByWorker(ctx context.Context, conn driver.Conn, run Run, scope catalog.Scope, id string) (map[string]WorkerOwed, error) {
	q := &factQuery{conn: conn, run: run, scope: scope, id: id}
	by := map[string]WorkerOwed{}
	err := q.each(ctx, "owed", `
SELECT
    lower(hex(worker_key)) AS worker,
    sum(owed_fen) AS fen,
    sumIf(owed_fen, kind IN ('underlisted', 'unlisted')) AS estimated,
    uniqExact(wage_month) AS months
FROM %s
WHERE `+ofSubject+`
GROUP BY worker`, func(rows driver.Rows) error {
		var key string
		var o WorkerOwed
		err := rows.Scan(&key, &o.Fen, &o.Estimated, &o.Months)
		by[key] = o
		return err
	})
	if err == nil && scope == catalog.Project {
		err = q.each(ctx, "silent", `
SELECT
    lower(hex(worker_key)) AS worker,
    argMax(kind, month) AS latest
FROM %s
WHERE project_id = {id:String}
GROUP BY worker`, func(rows driver.Rows) error {
			var key, kind string
			if err := rows.Scan(&key, &kind); err != nil {
				return err
			}
			o := by[key]
			o.Unheard = kind
			by[key] = o
			return nil
		})
	}
	if SnapshotGone(err) {
		return map[string]WorkerOwed{}, nil
	}
	return by, err
}

// SnapshotGone reports whether the database or table of a run's facts does not exist: a later run for an earlier date
// drops it while the pages rightly go on showing the later date.
func SnapshotGone(err error) bool {
	var e *clickhouse.Exception
	const unknownTable, unknownDatabase = 60, 81
	return errors.As(err, &e) && (e.Code == unknownTable || e.Code == unknownDatabase)
}
