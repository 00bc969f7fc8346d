package alerts

import (
	"context"
	"fmt"
	"time"

	"github.com/anxin-project/anxin/alerts/documents"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/platform/store"
)

// annex lists the workers of a case's subject whom pay slips owe, masked; nil where the published run tells of none. Of an order that
// names wage months those alone.
func (f *findings) annex(ctx context.Context, c casefile.Case) (*documents.Annex, error) {
	run := f.current.Load().run
	column := map[catalog.Scope]string{catalog.Project: "project_id", catalog.Employer: "employer_uscc"}[c.Scope]
	if run.run == 0 || column == "" {
		return nil, nil
	}
	if tells, err := f.snapshotHas(ctx, run.snapshot, "owed"); err != nil || !tells {
		return nil, err
	}
	first, last := time.Unix(0, 0), time.Unix(1<<32, 0)
	if o := c.Order; o != nil && o.WageFrom != nil {
		first = o.WageFrom.First().Time()
	}
	if o := c.Order; o != nil && o.WageTo != nil {
		last = o.WageTo.First().Time()
	}
	var rows []struct {
		Name  string    `ch:"name"`
		Team  string    `ch:"team"`
		First time.Time `ch:"first_month"`
		Last  time.Time `ch:"last_month"`
		Fen   int64     `ch:"fen"`
	}
	if err := f.conn.Select(ctx, &rows, `
		SELECT
			registered.name AS name,
			registered.team AS team,
			min(owed.wage_month) AS first_month,
			max(owed.wage_month) AS last_month,
			sum(owed.owed_fen) AS fen
		FROM `+store.Quote(run.snapshot)+`.owed AS owed
		LEFT JOIN
		(
			SELECT
				worker_key,
				argMax(name_masked, (recorded_at, version)) AS name,
				argMax(team, (recorded_at, version)) AS team
			FROM workers
			WHERE `+column+` = ? AND recorded_at < ?
			GROUP BY worker_key
		) AS registered ON registered.worker_key = owed.worker_key
		WHERE owed.scope = ? AND owed.scope_id = ? AND owed.kind = 'listed' AND owed.wage_month >= toDate(?) AND owed.wage_month <= toDate(?)
		GROUP BY owed.worker_key, name, team
		ORDER BY team, name, owed.worker_key`,
		c.ScopeID, run.asOf.End().UTC(), string(c.Scope), c.ScopeID, first.UTC().Format(time.DateOnly), last.UTC().Format(time.DateOnly)); err != nil {
		return nil, fmt.Errorf("listing the workers of a paper: %w", err)
	}
	if len(rows) == 0 {
		return nil, nil
	}
	a := &documents.Annex{AsOf: run.asOf, Run: run.run}
	for _, row := range rows {
		a.Workers = append(a.Workers, documents.AnnexWorker{Name: row.Name, Team: row.Team, From: monthOf(row.First), To: monthOf(row.Last), OwedFen: row.Fen})
	}
	return a, nil
}
