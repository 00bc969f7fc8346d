package grades

import (
	"context"
	_ "embed"
	"fmt"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/edition"
	"github.com/anxin-project/anxin/internal/platform/store"
)

//go:embed employers.sql
var employersQuery string

// Subject is a project or employer.
type Subject struct {
	Scope catalog.Scope
	ID    string
}

// Of grades every employer that the facts of a date know, by credit code: facts is the snapshot as of that date, red how
// many red warnings each subject has. Visits are planned for the quarter of the day after.
func Of(ctx context.Context, facts driver.Conn, p *policy.Policy, asOf civil.Date, red map[Subject]int) ([]edition.Grade, error) {
	r, err := rulesOf(p, asOf)
	if err != nil {
		return nil, fmt.Errorf("grading employers: %w", err)
	}
	ctx, err = store.Params{
		"as_of": asOf, "window_days": r.windowDays, "finding_kinds": r.findingKinds, "void_outcomes": r.voidOutcomes,
	}.Context(ctx, employersQuery)
	if err != nil {
		return nil, fmt.Errorf("grading employers: %w", err)
	}
	var rows []struct {
		edition.Grade
		Sites []string `ch:"sites"`
	}
	if err := facts.Select(ctx, &rows, employersQuery); err != nil {
		return nil, fmt.Errorf("grading employers: %w", err)
	}
	all := make([]edition.Grade, len(rows))
	for i, row := range rows {
		g := row.Grade
		warnings := red[Subject{catalog.Employer, g.Employer}]
		for _, site := range row.Sites {
			warnings += red[Subject{catalog.Project, site}]
		}
		g.Projects, g.RedWarnings = uint32(len(row.Sites)), uint32(warnings)
		r.grade(&g)
		if err := plan(&g, p, asOf+1); err != nil {
			return nil, fmt.Errorf("planning visits: %w", err)
		}
		all[i] = g
	}
	return all, nil
}
