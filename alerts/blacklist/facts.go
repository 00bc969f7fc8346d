package blacklist

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/internal/casefile"
	"github.com/anxin-project/anxin/internal/civil"
	"github.com/anxin-project/anxin/internal/store"
)

// Run is the completed run whose findings are published.
type Run struct {
	AsOf     civil.Date
	Number   uint64
	Snapshot string // database of the facts it judged
}

// Candidate reads what a run found of an employer under the detector blacklist-candidate, with the orders it rests on;
// nil when the employer is no candidate there.
func Candidate(ctx context.Context, conn driver.Conn, run Run, employer string) (*casefile.Facts, error) {
	var found []struct {
		Name     string `ch:"name"`
		Township string `ch:"township"`
		County   string `ch:"county"`
		Evidence string `ch:"evidence"`
	}
	err := conn.Select(ctx, &found, `
		SELECT name, township, county, evidence
		FROM warnings
		WHERE as_of = toDate(?)
			AND run = ?
			AND detector = 'blacklist-candidate'
			AND scope = 'employer'
			AND scope_id = ?
			AND closed_on IS NULL
		LIMIT 1`, run.AsOf.String(), run.Number, employer)
	if err != nil {
		return nil, fmt.Errorf("reading the candidate's warning: %w", err)
	}
	if len(found) == 0 {
		return nil, nil
	}
	w := found[0]
	f := &casefile.Facts{Employer: employer, Name: w.Name, Township: w.Township, County: w.County, AsOf: run.AsOf, Run: run.Number}
	var evidence struct {
		Grounds        []string `json:"grounds"`
		OrderedWorkers uint32   `json:"ordered_workers"`
		OrderedFen     int64    `json:"ordered_fen"`
		MostOwedFen    int64    `json:"most_owed_fen"`
		Incidents      uint32   `json:"incidents"`
		Records        []string `json:"records"` // the orders, 20 of them at most
	}
	if err := json.Unmarshal([]byte(w.Evidence), &evidence); err != nil {
		return nil, fmt.Errorf("reading the evidence of a candidate: %w", err)
	}
	f.Grounds, f.OrderedWorkers, f.OrderedFen = evidence.Grounds, evidence.OrderedWorkers, evidence.OrderedFen
	f.MostOwedFen, f.Incidents = evidence.MostOwedFen, evidence.Incidents
	var orders []struct {
		ID        string    `ch:"id"`
		OpenedOn  time.Time `ch:"opened_on"`
		DueOn     time.Time `ch:"due"`
		Workers   uint32    `ch:"workers"`
		AmountFen int64     `ch:"amount_fen"`
	}
	if err := conn.Select(ctx, &orders, `
		SELECT id, opened_on, assumeNotNull(due_on) AS due, workers, amount_fen
		FROM `+store.Quote(run.Snapshot)+`.proceedings
		WHERE employer_uscc = ?
			AND id IN (?)
			AND due_on IS NOT NULL
		ORDER BY due_on, id`, employer, evidence.Records); err != nil {
		return nil, fmt.Errorf("reading the orders of a candidate: %w", err)
	}
	for _, o := range orders {
		f.Orders = append(f.Orders, casefile.OrderFact{
			ID: o.ID, OpenedOn: civilOf(o.OpenedOn), DueOn: civilOf(o.DueOn), Workers: o.Workers, AmountFen: o.AmountFen,
		})
	}
	return f, nil
}

// civilOf is a date as the driver reads it: midnight UTC.
func civilOf(t time.Time) civil.Date { return civil.Date(t.Unix() / 86400) }
