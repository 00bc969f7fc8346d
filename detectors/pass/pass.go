// Package pass judges one as-of date: it makes a snapshot of what was known by the end of that date, runs every detector of the
// catalogue and the index over it, joins what they found to the episodes of the run before, and publishes it. A pass is
// idempotent: the same date, records and policy give the same rows. Nothing of a pass is visible before its last write,
// the row in runs.
package pass

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/anxin-project/anxin/detectors/catalog"
	"github.com/anxin-project/anxin/detectors/index"
	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/detectors/snapshot"
	domain "github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Passes makes passes, one at a time.
type Passes struct {
	Catalogue []catalog.Detector
	Conn      driver.Conn // the main database
	Database  string      // its name; snapshots are databases named after it
	// Open connects to another database of the same store.
	Open      func(database string) (driver.Conn, error)
	Policy    *policy.Policy
	Snapshots snapshot.Builder
	Keep      Keep
	Limits    Limits // of a detector
	Cluster   string // the ClickHouse cluster the tables are on; empty for a single node
	Now       func() time.Time
	Log       *slog.Logger

	metrics  *metrics
	admitted chan struct{}
}

// New returns what makes passes; r takes their metrics, nil keeps them.
func New(p Passes, r prometheus.Registerer) *Passes {
	p.metrics, p.admitted = newMetrics(r), make(chan struct{}, 1)
	return &p
}

// Admit waits until no pass and nothing else admitted is under way; then the caller is, until it calls Release.
func (d *Passes) Admit(ctx context.Context) error {
	select {
	case d.admitted <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Release lets the next one in.
func (d *Passes) Release() { <-d.admitted }

// Result is what a pass found.
type Result struct {
	AsOf     civil.Date
	Run      uint64
	GoesOn   bool      // from the snapshot of the pass before, rather than made afresh
	Projects int       // under way on the date
	Warnings []Warning // active and newly closed, by detector and subject
	Index    []index.Row
	Failed   []Failure          // detectors whose warnings are those of the run before
	Unplaced []index.Unplaced   // subjects of which nobody knows in which township they are
	Seconds  map[string]float64 // by stage: snapshot, detectors, index, publish
	Steps    map[string]float64 // by file of the snapshot and by detector; they run side by side
}

// timings collects how long steps took that run side by side.
type timings struct {
	mu      sync.Mutex
	seconds map[string]float64
}

func (t *timings) took(step string, began time.Time) { t.since(step, began) }

func (t *timings) since(step string, began time.Time) float64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.seconds[step] = time.Since(began).Seconds()
	return t.seconds[step]
}

// Active returns the warnings that hold.
func (r Result) Active() []Warning {
	var active []Warning
	for _, w := range r.Warnings {
		if w.ClosedOn == nil {
			active = append(active, w)
		}
	}
	return active
}

// Make judges a date and publishes the result, from the snapshot before where it can and unless it is to be made afresh. Whoever
// calls it has been admitted.
func (d *Passes) Make(ctx context.Context, asOf civil.Date, fresh bool, began time.Time) (_ Result, err error) {
	steps := &timings{seconds: map[string]float64{}}
	result := Result{AsOf: asOf, Seconds: map[string]float64{}, Steps: steps.seconds}
	newest, err := d.latestRun(ctx)
	if err != nil {
		return result, err
	}
	// a clock set back must not make a run older than one already published
	result.Run = max(uint64(began.UnixMilli()), newest.Run+1)
	snapshot := fmt.Sprintf("%s_asof_%s_%d", d.Database, asOf.Time().Format("20060102"), result.Run)

	stage := func(name string, do func() error) error {
		start := time.Now()
		err := do()
		result.Seconds[name] = time.Since(start).Seconds()
		return err
	}
	err = stage("snapshot", func() (err error) {
		result.GoesOn, err = d.Snapshots.Build(ctx, snapshot, asOf, fresh, steps.took)
		return err
	})
	if err != nil {
		return result, err
	}
	published := false
	defer func() {
		if !published {
			_ = d.Snapshots.Drop(context.WithoutCancel(ctx), snapshot)
		}
	}()
	facts, err := d.Open(snapshot)
	if err != nil {
		return result, fmt.Errorf("connecting to the snapshot: %w", err)
	}
	defer facts.Close()

	places, err := loadPlaces(ctx, facts)
	if err != nil {
		return result, err
	}
	if result.Projects, err = countProjects(ctx, facts); err != nil {
		return result, err
	}
	last, err := d.lastRun(ctx, asOf)
	if err != nil {
		return result, err
	}
	var found []Warning
	var failed map[string]error
	err = stage("detectors", func() error {
		found, failed, err = d.detect(ctx, facts, d.Catalogue, asOf, places, last.warnings, steps)
		return err
	})
	if err != nil {
		return result, err
	}
	before, err := d.warningsBefore(ctx, asOf)
	if err != nil {
		return result, err
	}
	var ran []string
	for _, one := range d.Catalogue {
		switch err, ok := failed[one.ID]; {
		case !ok:
			ran = append(ran, one.ID)
		default:
			rests, policyErr := d.restsOn(one, asOf)
			if policyErr != nil || rests {
				return result, errors.Join(policyErr, fmt.Errorf("detector %s, on which the index rests: %w", one.ID, err))
			}
		}
	}
	result.Failed = failures(failed, last, began)
	d.tell(result.Failed)
	result.Warnings = continueEpisodes(asOf, found, before, last.of(failed), ran)
	err = stage("index", func() error {
		result.Index, result.Unplaced, err = d.index(ctx, facts, asOf, places, found)
		return err
	})
	if err != nil {
		return result, err
	}
	err = stage("publish", func() error { return d.Publish(ctx, result, snapshot, began, ran) })
	if err != nil {
		return result, err
	}
	published = true
	if err := d.Prune(ctx, snapshot); err != nil { // the run stands; the next one removes what this one could not
		d.metrics.pruneFailures.Inc()
		d.Log.Error("earlier runs and snapshots could not be removed; the next run tries again", "error", err)
	}
	return result, nil
}

// Facts gives read the facts known by the end of a date: a snapshot made afresh, whole or what is asked for of it, and dropped
// when read returns. Nothing is published. It waits for a pass that is running.
func (d *Passes) Facts(ctx context.Context, asOf civil.Date, part snapshot.Part, read func(facts driver.Conn) error) (err error) {
	if err := d.Admit(ctx); err != nil {
		return err
	}
	defer d.Release()
	name := fmt.Sprintf("%s_facts_%s_%d", d.Database, asOf.Time().Format("20060102"), d.Now().UnixMilli())
	if err := d.Snapshots.BuildPart(ctx, name, asOf, part); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Snapshots.Drop(context.WithoutCancel(ctx), name)) }()
	facts, err := d.Open(name)
	if err != nil {
		return fmt.Errorf("connecting to the snapshot: %w", err)
	}
	defer facts.Close()
	return read(facts)
}

// Judge runs the named detectors over what was known by the end of a date and returns what they find, without episodes;
// it publishes nothing. It waits for a pass that is running.
func (d *Passes) Judge(ctx context.Context, asOf civil.Date, ids ...string) (found []Warning, err error) {
	var chosen []catalog.Detector
	for _, id := range ids {
		at := slices.IndexFunc(d.Catalogue, func(one catalog.Detector) bool { return one.ID == id })
		if at < 0 {
			return nil, fmt.Errorf("there is no detector %q in the catalogue", id)
		}
		chosen = append(chosen, d.Catalogue[at])
	}
	part, err := partFor(chosen)
	if err != nil {
		return nil, err
	}
	err = d.Facts(ctx, asOf, part, func(facts driver.Conn) error {
		places, err := loadPlaces(ctx, facts)
		if err != nil {
			return err
		}
		var failed map[string]error
		found, failed, err = d.detect(ctx, facts, chosen, asOf, places, nil, &timings{seconds: map[string]float64{}})
		for id, why := range failed { // what somebody asked for by name
			err = errors.Join(err, fmt.Errorf("detector %s: %w", id, why))
		}
		return err
	})
	return found, err
}

// partFor returns what of a snapshot detectors read. One that comes after a group brings that along: all of it.
func partFor(chosen []catalog.Detector) (snapshot.Part, error) {
	var queries []string
	for _, one := range chosen {
		if one.After != "" {
			return nil, nil
		}
		queries = append(queries, one.Query)
	}
	return snapshot.PartFor(queries, "subjects")
}

// detect runs detectors over the facts and returns what they find, and which of them failed. Those that come after a group run
// last: what the detectors before them found is theirs to read in the snapshot's table warnings, so the group runs too when it
// is not among those asked for. Of one that failed they read its earlier warnings.
func (d *Passes) detect(ctx context.Context, facts driver.Conn, asked []catalog.Detector, asOf civil.Date, p places, earlier []Warning, steps *timings) ([]Warning, map[string]error, error) {
	var first, last []catalog.Detector
	read := map[domain.Group]bool{} // groups that a detector comes after
	for _, one := range asked {
		if one.After == "" {
			first = append(first, one)
			continue
		}
		last = append(last, one)
		read[one.After] = true
	}
	for _, one := range d.Catalogue {
		if read[one.Group] && one.After == "" && !slices.ContainsFunc(first, func(f catalog.Detector) bool { return f.ID == one.ID }) {
			first = append(first, one)
		}
	}
	found, failed := map[string][]Warning{}, map[string]error{}
	if err := d.runDetectors(ctx, facts, first, asOf, p, steps, found, failed); err != nil {
		return nil, nil, err
	}
	if len(last) > 0 {
		known := maps.Clone(found)
		for id := range failed {
			known[id] = kept(earlier, id)
		}
		if err := writeFound(ctx, facts, first, known); err != nil {
			return nil, nil, err
		}
		if err := d.runDetectors(ctx, facts, last, asOf, p, steps, found, failed); err != nil {
			return nil, nil, err
		}
	}
	var all []Warning
	for _, one := range asked {
		all = append(all, found[one.ID]...)
	}
	return all, failed, nil
}

// writeFound fills the snapshot's table warnings.
func writeFound(ctx context.Context, facts driver.Conn, ran []catalog.Detector, found map[string][]Warning) error {
	batch, err := facts.PrepareBatch(ctx, "INSERT INTO warnings (detector, detector_group, scope, scope_id, township, level, since, workers, amount_fen)")
	if err != nil {
		return fmt.Errorf("filling the table warnings: %w", err)
	}
	for _, one := range ran {
		for _, w := range found[one.ID] {
			err := batch.Append(one.ID, string(one.Group), string(w.Scope), w.ScopeID, w.Township, string(w.Level), w.Since.Time(), uint64(max(w.Workers, 0)), w.AmountFen)
			if err != nil {
				return fmt.Errorf("filling the table warnings: %w", err)
			}
		}
	}
	if err := batch.Send(); err != nil {
		return fmt.Errorf("filling the table warnings: %w", err)
	}
	return nil
}

// runDetectors runs detectors side by side and adds what they find, or how they failed, by detector.
func (d *Passes) runDetectors(ctx context.Context, facts driver.Conn, detectors []catalog.Detector, asOf civil.Date, p places, steps *timings, found map[string][]Warning, failed map[string]error) error {
	byDetector, fault := make([][]Warning, len(detectors)), make([]error, len(detectors))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(d.Snapshots.Parallel)
	for i, one := range detectors {
		group.Go(func() error {
			start := time.Now()
			warnings, err := d.runDetector(ctx, facts, one, asOf, p)
			switch {
			case err != nil && ofDetector(ctx, err):
				fault[i] = err
				return nil
			case err != nil:
				return fmt.Errorf("detector %s: %w", one.ID, err)
			}
			byDetector[i] = warnings
			seconds := steps.since("detector "+one.ID, start)
			d.Log.Debug("detector", "id", one.ID, "warnings", len(warnings), "seconds", seconds)
			d.metrics.seconds.WithLabelValues(one.ID).Set(seconds)
			d.metrics.rows.WithLabelValues(one.ID).Set(float64(len(warnings)))
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for i, one := range detectors {
		if fault[i] != nil {
			failed[one.ID] = fault[i]
		} else {
			found[one.ID] = byDetector[i]
		}
	}
	return nil
}

// tell says which detectors failed.
func (d *Passes) tell(failed []Failure) {
	for _, f := range failed {
		d.Log.Error("a detector failed; its warnings stay as they were, not judged anew", "id", f.Detector, "since", f.Since, "error", f.Why)
	}
}

// runDetector runs one detector once for every different set of parameters that policy has in force for the townships
// there are, and keeps of each run the subjects of the townships it is meant for.
func (d *Passes) runDetector(ctx context.Context, facts driver.Conn, one catalog.Detector, asOf civil.Date, p places) ([]Warning, error) {
	groups, err := d.parameterGroups(one, asOf, p)
	if err != nil {
		return nil, err
	}
	var all []Warning
	for _, g := range groups {
		rows, err := d.queryDetector(ctx, facts, one, g.params, asOf)
		if err != nil {
			return nil, err
		}
		for _, w := range rows {
			place := p.of(w.Scope, w.ScopeID)
			if place.township != "" {
				w.Township = place.township
			}
			if len(groups) > 1 && !g.regions[policy.NarrowestRegion(w.Township, d.Policy.Regions())] {
				continue
			}
			w.Name, w.Sector = place.name, place.sector
			w.Department = department(one.Department, w.Scope, place.sector)
			if w.Basis = one.Basis; slices.Contains(one.Hints, w.Level) {
				w.Basis = []string{}
			}
			all = append(all, w)
		}
	}
	return all, nil
}

// department says who acts on a warning: the regulator of the project's industry (管行业管欠薪), else human resources.
func department(header string, scope domain.Scope, sector string) string {
	if header != "sector" || scope != domain.Project {
		if header == "sector" {
			return "human_resources"
		}
		return header
	}
	switch sector {
	case "construction":
		return "housing"
	case "transport", "water", "energy", "railway", "aviation":
		return sector
	}
	return "human_resources"
}
