package alerts

import (
	"context"
	"errors"
	"fmt"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/anxin-project/anxin/internal/platform/store"
)

// owedRow is what is owed of one kind in a township, past the day to pay and without the days of grace that detectors and
// index give; of unheard workers their number alone.
type owedRow struct {
	Township string `ch:"township"`
	Kind     string `ch:"kind"`
	Workers  uint64 `ch:"workers"`
	Fen      int64  `ch:"fen"`
}

var (
	owedFenDesc = desc("anxin_owed_fen",
		"Wages past their day to pay in a township, in fen (0.01 yuan), by kind: listed, unbooked, underlisted or unlisted; the last two are estimates.",
		"township", "county", "kind")
	owedWorkersDesc = desc("anxin_owed_workers",
		"Workers of a township with wages past their day to pay, by kind; somebody may be of several kinds.", "township", "county", "kind")
	unheardDesc = desc("anxin_unheard_workers",
		"Registered workers of a township of whom nothing was heard for a wage month that is due: silent, or unaccounted for where others of the site were heard of.",
		"township", "county", "kind")
)

// owedByTownship reads what is owed, and who is not heard of, by township from a run's snapshot; nothing once it has been dropped.
func (f *findings) owedByTownship(ctx context.Context, snapshot string) (owed, unheard []owedRow, err error) {
	database := store.Quote(snapshot)
	err = f.conn.Select(ctx, &owed, `
		SELECT
			toString(subjects.township) AS township,
			toString(owed.kind) AS kind,
			uniqExact(owed.worker_key) AS workers,
			sum(owed.owed_fen) AS fen
		FROM `+database+`.owed AS owed
		INNER JOIN `+database+`.subjects AS subjects ON subjects.scope = owed.home_scope AND subjects.scope_id = owed.home_id
		WHERE subjects.township != ''
		GROUP BY township, kind
		ORDER BY township, kind`)
	if err == nil {
		err = f.conn.Select(ctx, &unheard, `
		SELECT
			toString(projects.township) AS township,
			toString(silent.kind) AS kind,
			uniqExact(silent.worker_key) AS workers,
			toInt64(0) AS fen
		FROM `+database+`.silent AS silent
		INNER JOIN `+database+`.projects AS projects ON projects.project_id = silent.project_id
		WHERE projects.township != ''
		GROUP BY township, kind
		ORDER BY township, kind`)
	}
	const unknownTable, unknownDatabase = 60, 81
	var e *clickhouse.Exception
	if errors.As(err, &e) && (e.Code == unknownTable || e.Code == unknownDatabase) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("reading what is owed: %w", err)
	}
	return owed, unheard, nil
}

// addOwed makes the series of what is owed.
func (p *published) addOwed(owed, unheard []owedRow, add func(d *prometheus.Desc, v float64, labels ...string)) {
	county := func(township string) string { return township[:min(len(township), 6)] }
	for _, row := range owed {
		add(owedFenDesc, float64(row.Fen), row.Township, county(row.Township), row.Kind)
		add(owedWorkersDesc, float64(row.Workers), row.Township, county(row.Township), row.Kind)
	}
	for _, row := range unheard {
		add(unheardDesc, float64(row.Workers), row.Township, county(row.Township), row.Kind)
	}
}
