package pass

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/detectors/index"
	"github.com/anxin-project/anxin/detectors/policy"
	domain "github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// index computes the wage-safety index of a date from its facts and from what the detectors found.
func (d *Passes) index(ctx context.Context, facts driver.Conn, asOf civil.Date, p places, found []Warning) ([]index.Row, []index.Unplaced, error) {
	k, err := Constants(d.Policy, asOf)
	if err != nil {
		return nil, nil, err
	}
	known := index.Known{Names: map[index.Subject]string{}, Townships: map[index.Subject]string{}, Underfunded: []string{}, Undeposited: []string{}}
	for s, at := range p.subjects {
		known.Names[s], known.Townships[s] = at.name, at.township
	}
	marks := map[string]domain.Mark{}
	for _, one := range d.Catalogue {
		marks[one.ID] = one.Marks
	}
	warned := map[index.Subject]*index.Warned{}
	for _, w := range found {
		s := index.Subject{Scope: w.Scope, ID: w.ScopeID}
		at := warned[s]
		if at == nil {
			at = &index.Warned{Subject: s, Township: w.Township}
			warned[s] = at
		}
		if slices.Contains(k.HazardDetectors, w.Detector) {
			at.Warn(w.Detector, w.Level)
		}
		switch marks[w.Detector] {
		case domain.OrderUnmet:
			at.OrderUnmet = true
		case domain.Underfunded:
			known.Underfunded = append(known.Underfunded, w.ScopeID)
		case domain.Undeposited:
			short, err := depositFails(w)
			if err != nil {
				return nil, nil, err
			}
			if short {
				known.Undeposited = append(known.Undeposited, w.ScopeID)
			}
		}
	}
	for _, w := range warned {
		slices.Sort(w.Detectors)
		known.Warned = append(known.Warned, *w)
	}
	figures, err := index.Load(ctx, facts, asOf, k, known)
	if err != nil {
		return nil, nil, err
	}
	return index.Compute(figures, k), index.FindUnplaced(figures), nil
}

// depositFails tells whether a warning about a deposit means that it is not in force: none, too little, or no longer valid. One that
// is about to end still is.
func depositFails(w Warning) (bool, error) {
	var evidence struct {
		Lodged   int64 `json:"lodged_fen"`
		Required int64 `json:"required_fen"`
	}
	if err := json.Unmarshal(w.Evidence, &evidence); err != nil {
		return false, fmt.Errorf("reading the evidence of %s: %w", w.Detector, err)
	}
	return w.Level == domain.Red || evidence.Lodged < evidence.Required, nil
}

// Constants reads the index's numbers from policy. They are national: a ranking compares townships by one measure.
// Only the terms of leads are the law's of each place, and stand in the snapshot (lead_terms).
func Constants(p *policy.Policy, on civil.Date) (index.Constants, error) {
	r := constantsReader{policy: p, on: on}
	in := func(name string) float64 { return r.number("index", name) }
	k := index.Constants{
		WindowDays:        int(in("window_days")),
		GraceDays:         int(r.number("owed", "grace_index_days")),
		LateDays:          int(in("late_days")),
		Weight:            map[index.Component]float64{},
		ArrearsCurve:      r.curve("arrears_rates", "arrears_scores"),
		ArrearsCushion:    in("arrears_cushion_workers"),
		LateWeight:        in("late_weight"),
		TimelinessCurve:   r.curve("timeliness_shares", "timeliness_scores"),
		ResolutionCushion: in("resolution_cushion_leads"),
		AcceptWorkdays:    int(r.number("common", "accept_workdays")),
		ResolveWorkdays:   int(r.number("common", "resolve_workdays")),
		HazardRed:         in("hazard_red"),
		HazardYellow:      in("hazard_yellow"),
		HazardDetectors:   r.texts("index", "hazard_detectors"),
		DeveloperWarnings: r.texts("index", "developer_warnings"),
		LeastWorkers:      int(in("least_workers")),
		LeastOwed:         int(in("least_owed")),
		StaleDays:         int(in("stale_days")),
		CapIncident:       in("cap_incident"),
		CapIncidentPeople: int(in("cap_incident_people")),
		CapSilentMonths:   in("cap_silent_months"),
		CapSilent:         in("cap_silent"),
		SilentShare:       in("silent_share"),
		SilentLeast:       int(in("silent_least")),
		CapOrder:          in("cap_order"),
		Green:             in("green"),
		Yellow:            in("yellow"),
		AccountDays:       int(r.number("index", "account_days")),
		ConnectDays:       int(r.number("index", "connect_days")),
		ListsDays:         int(r.number("common", "lists_days")),
		GateAliveDays:     int(r.number("owed", "gate_alive_days")),
		Festivals: index.Festivals{
			FirstDays: r.texts("common", "spring_festivals"),
			Before:    int(r.number("common", "festival_days_before")),
			Days:      int(r.number("common", "festival_days")),
		},
	}
	sum := 0.0
	for _, c := range index.Components {
		k.Weight[c] = in("weight_" + string(c))
		sum += k.Weight[c]
	}
	if r.failed == nil && math.Abs(sum-100) > 1e-9 {
		return k, fmt.Errorf("the index: its weights (index.weight_…) add up to %v in policy: want 100", sum)
	}
	if r.failed != nil {
		return k, fmt.Errorf("the index: %w", r.failed)
	}
	return k, nil
}

// constantsReader reads values of policy and remembers the first that cannot be read.
type constantsReader struct {
	policy *policy.Policy
	on     civil.Date
	failed error
}

func (r *constantsReader) note(err error) {
	if r.failed == nil {
		r.failed = err
	}
}

func (r *constantsReader) number(section, name string) float64 {
	v, err := r.policy.Number(section, name, "", r.on)
	r.note(err)
	return v
}

func (r *constantsReader) texts(section, name string) []string {
	v, err := r.policy.Texts(section, name, "", r.on)
	r.note(err)
	return v
}

// curve reads a curve whose points ascend.
func (r *constantsReader) curve(at, scores string) index.Curve {
	x, err := r.policy.Numbers("index", at, "", r.on)
	r.note(err)
	y, err := r.policy.Numbers("index", scores, "", r.on)
	r.note(err)
	if len(x) != len(y) || len(x) == 0 || !slices.IsSorted(x) {
		r.note(fmt.Errorf("index.%s and index.%s of policy: want as many ascending points as scores", at, scores))
		return nil
	}
	curve := make(index.Curve, len(x))
	for i := range x {
		curve[i].At, curve[i].Score = x[i], y[i]
	}
	return curve
}
