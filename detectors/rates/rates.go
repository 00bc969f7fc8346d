// Package rates counts the rates that counties and prefectures report to those above them: arbitration
// cases closed (仲裁结案率), mediations that succeed (调解成功率) and leads resolved in time (线索按期办结率), each with its
// numerator, its denominator and the target that policy sets for the place. A place without a single case has no rate.
package rates

import (
	"context"
	_ "embed"
	"fmt"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/edition"
	"github.com/anxin-project/anxin/internal/platform/store"
)

// The measures.
const (
	ArbitrationClosing = "arbitration_closing"
	MediationSuccess   = "mediation_success"
	LeadResolution     = "lead_resolution"
)

//go:embed rates.sql
var query string

// Of counts the rates of every county and prefecture over the facts of a date, by code and measure. A lead counts where
// its subject is, as in the index; a proceeding where it was brought.
func Of(ctx context.Context, facts driver.Conn, p *policy.Policy, asOf civil.Date) ([]edition.Rate, error) {
	window, err := p.Number("rates", "window_days", "", asOf)
	if err != nil {
		return nil, fmt.Errorf("the reported rates: %w", err)
	}
	workdays, err := p.Number("common", "resolve_workdays", "", asOf)
	if err != nil {
		return nil, fmt.Errorf("the reported rates: %w", err)
	}
	ctx, err = store.Params{"as_of": asOf, "window_days": int(window), "resolve_workdays": int(workdays)}.Context(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("the reported rates: %w", err)
	}
	var all []edition.Rate
	if err := facts.Select(ctx, &all, query); err != nil {
		return nil, fmt.Errorf("the reported rates: %w", err)
	}
	for i := range all {
		r := &all[i]
		if r.Measure == LeadResolution { // the law sets a term (Labour Inspection Regulation 17) and no target
			continue
		}
		if r.Least, err = p.Number("rates", r.Measure+"_least", r.Code, asOf); err != nil {
			return nil, fmt.Errorf("the reported rates: %w", err)
		}
		if r.Aim, err = p.Number("rates", r.Measure+"_aim", r.Code, asOf); err != nil {
			return nil, fmt.Errorf("the reported rates: %w", err)
		}
	}
	return all, nil
}
