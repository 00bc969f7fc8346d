package detectors

import (
	"context"
	"fmt"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/detectors/index"
	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/internal/catalog"
	"github.com/anxin-project/anxin/internal/civil"
)

// index computes the wage-safety index of a date from its facts and from what the detectors found.
func (d *Detectors) index(ctx context.Context, facts driver.Conn, asOf civil.Date, p places, found []Warning) ([]index.Row, error) {
	k, err := Constants(d.policy, asOf)
	if err != nil {
		return nil, err
	}
	known := index.Known{Names: map[index.Subject]string{}, Townships: map[index.Subject]string{}}
	for s, at := range p.subjects {
		known.Names[s], known.Townships[s] = at.name, at.township
	}
	known.Underfunded = []string{}
	warned := map[index.Subject]*index.Warned{}
	headers := map[string]catalog.Header{}
	for _, one := range d.catalogue {
		headers[one.ID] = one.Header
	}
	for _, w := range found {
		s := index.Subject{Scope: w.Scope, ID: w.ScopeID}
		at := warned[s]
		if at == nil {
			at = &index.Warned{Subject: s, Township: w.Township}
			warned[s] = at
		}
		if group := headers[w.Detector].Group; (group == catalog.Payment || group == catalog.Foresight) && at.Level != catalog.Red {
			at.Level = w.Level
		}
		switch headers[w.Detector].Marks {
		case catalog.OrderUnmet:
			at.OrderUnmet = true
		case catalog.Underfunded:
			known.Underfunded = append(known.Underfunded, w.ScopeID)
		}
	}
	for _, w := range warned {
		known.Warned = append(known.Warned, *w)
	}
	figures, err := index.Load(ctx, d.conn, facts, asOf, k, known)
	if err != nil {
		return nil, err
	}
	return index.Compute(figures, k), nil
}

// Constants reads the index's numbers from policy. They are national: a ranking compares townships by one measure.
func Constants(p *policy.Policy, on civil.Date) (index.Constants, error) {
	var failed error
	of := func(name string) float64 {
		v, err := p.Number("index", name, "", on)
		if err != nil && failed == nil {
			failed = fmt.Errorf("the index: %w", err)
		}
		return v
	}
	k := index.Constants{
		WindowDays:            int(of("window_days")),
		GraceDays:             int(of("grace_days")),
		LateDays:              int(of("late_days")),
		Weight:                map[index.Component]float64{},
		IncidenceHalf:         of("incidence_half"),
		IncidencePriorWorkers: of("incidence_prior_workers"),
		TimelinessFloor:       of("timeliness_floor"),
		ResolutionPriorLeads:  of("resolution_prior_leads"),
		ResolutionWorkdays:    int(of("resolution_workdays")),
		HazardRed:             of("hazard_red"),
		HazardYellow:          of("hazard_yellow"),
		LeastWorkers:          int(of("least_workers")),
		StaleDays:             int(of("stale_days")),
		CapIncident:           of("cap_incident"),
		CapIncidentPeople:     int(of("cap_incident_people")),
		CapOrder:              of("cap_order"),
		Green:                 of("green"),
		Yellow:                of("yellow"),
		DepositShare:          of("deposit_share"),
		DepositWorkdays:       int(of("deposit_workdays")),
		AccountDays:           int(of("account_days")),
	}
	for _, c := range index.Components {
		k.Weight[c] = of("weight_" + string(c))
	}
	return k, failed
}
