package alerts

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/anxin-project/anxin/alerts/blacklist"
	"github.com/anxin-project/anxin/alerts/cases"
	"github.com/anxin-project/anxin/alerts/verdicts"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/verdict"
)

// findings publishes the latest run's findings. Series appear and disappear with the run as a whole: a scrape sees the
// one or the other. Collect reads only memory, so /metrics never waits for ClickHouse.
//
// Labels are codes, not names, and never say who a worker is. Names stand in the *_info metrics, to be joined. The
// county's and the prefecture's index are metrics of their own, so that an average over townships counts nobody twice.
type findings struct {
	conn    driver.Conn
	headers []catalog.Header
	limit   int
	clock   func() time.Time
	metrics *metrics
	answers *verdicts.Store

	current atomic.Pointer[published]
}

// published is what one run found, as metrics.
type published struct {
	run      latestRun
	at       time.Time // of the last refresh that succeeded
	series   []prometheus.Metric
	dropped  map[catalog.Level]int
	subjects map[string]cases.Subject
	owed     map[string]*casefile.Owed // by case
	found    found                     // what the series are made of
	verdicts uint64                    // version of the verdicts they go by
	day      civil.Date                // on which quiets are judged
}

// found is what was read of a run.
type found struct {
	success       map[string]time.Time
	warnings      []warning
	index         []indexRow
	owed, unheard []owedRow
	checks        []prometheus.Metric
}

// latestRun identifies a completed run; its zero value is "none yet".
type latestRun struct {
	asOf     civil.Date
	run      uint64
	snapshot string // database with the facts it judged
	finished time.Time
	failing  map[string]time.Time // since when, by detector; not compared
}

// is tells whether two are the same run.
func (r latestRun) is(other latestRun) bool {
	return r.asOf == other.asOf && r.run == other.run && r.finished.Equal(other.finished)
}

type warning struct {
	Detector  string  `ch:"detector"`
	Scope     string  `ch:"scope"`
	ScopeID   string  `ch:"scope_id"`
	Level     string  `ch:"level"`
	Name      string  `ch:"name"`
	Township  string  `ch:"township"`
	County    string  `ch:"county"`
	Sector    string  `ch:"sector"`
	Workers   uint32  `ch:"workers"`
	AmountFen int64   `ch:"amount_fen"`
	Score     float64 `ch:"score"`

	Episode    string    `ch:"episode"`
	Opened     time.Time `ch:"opened_on"`
	LevelOn    time.Time `ch:"level_on"`
	Since      time.Time `ch:"since"`
	Department string    `ch:"department"`
}

func (w warning) key() verdict.Key {
	return verdict.Key{Detector: w.Detector, Scope: catalog.Scope(w.Scope), ScopeID: w.ScopeID}
}

func (w warning) seen() verdict.Seen {
	return verdict.Seen{
		Episode: w.Episode, OpenedOn: civil.OfColumn(w.Opened), LevelOn: civil.OfColumn(w.LevelOn), Since: civil.OfColumn(w.Since),
		Level: catalog.Level(w.Level), Workers: w.Workers, AmountFen: w.AmountFen, Name: w.Name, Township: w.Township, Department: w.Department,
	}
}

type indexRow struct {
	Unit             string    `ch:"unit"`
	Code             string    `ch:"code"`
	Name             string    `ch:"name"`
	County           string    `ch:"county"`
	Prefecture       string    `ch:"prefecture"`
	Index            *float64  `ch:"index"`
	Light            string    `ch:"light"`
	MonitoredWorkers uint32    `ch:"monitored_workers"`
	ArrearsWorkers   uint32    `ch:"arrears_workers"`
	ArrearsFen       int64     `ch:"arrears_fen"`
	Component        []string  `ch:"component"`
	Weight           []float64 `ch:"weight"`
	Score            []float64 `ch:"score"`
}

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, labels, nil)
}

var (
	warningDesc = desc("anxin_warning_active",
		"1 for each active warning of the latest run, but for those that a verdict of untrue keeps quiet.",
		"detector", "level", "scope", "scope_id", "township", "county", "sector")
	quietDesc = desc("anxin_warnings_quiet",
		"Active warnings that a verdict of untrue keeps quiet; they stand on every list.", "detector")
	withoutVerdictDesc = desc("anxin_warnings_without_verdict",
		"Active warnings that nobody has given a verdict on, by how the time for one stands: running, near, passed, or unknown where it cannot be counted.", "county", "state")
	candidateDesc = desc("anxin_blacklist_candidate",
		"1 for each employer that meets the conditions of the joint-discipline list. A proposal: people decide.", "employer")
	detectorDesc = desc("anxin_detector_info",
		"1 for each detector, with its titles.", "detector", "title_zh", "title_en")
	successDesc = desc("anxin_detector_last_success_timestamp_seconds",
		"When the last completed run with this detector finished, on its latest as-of date; 0 for never.", "detector")
	failingDesc = desc("anxin_detector_failing_since_timestamp_seconds",
		"Start of the first run in a row in which a detector failed, so that its warnings stand as they were; absent for one that did not fail in the latest run.", "detector")
	indexDesc = desc("anxin_wage_safety_index",
		"Wage-safety index of a township, 0 to 100, higher is safer; absent when there are too few workers or the feed is stale.",
		"township", "county")
	countyDesc = desc("anxin_county_wage_safety_index",
		"Wage-safety index of a county over its own totals, 0 to 100.", "county", "prefecture")
	prefectureDesc = desc("anxin_prefecture_wage_safety_index",
		"Wage-safety index of a prefecture over its own totals, 0 to 100.", "prefecture")
	lightDesc = desc("anxin_township_light",
		"1 for the light a township shows: green, yellow, red or grey.", "township", "county", "light")
	townshipDesc = desc("anxin_township_info",
		"1 for each township, with its name.", "township", "county", "name")
	monitoredDesc = desc("anxin_monitored_workers",
		"Workers of a township with attendance or a pay slip in the index window.", "township", "county")
	arrearsFenDesc = desc("anxin_arrears_fen",
		"Wages owed in a township, of whatever age and past the index's days of grace, in fen (0.01 yuan); work that no pay list names by estimate.", "township", "county")
	arrearsWorkersDesc = desc("anxin_arrears_workers",
		"Workers of a township who are owed wages past the index's days of grace.", "township", "county")
	componentDesc = desc("anxin_index_component",
		"Score of one component of a township's index, 0 to 100; 100 where there is nothing to judge by, absent where there is no index.", "township", "county", "component")
	seriesDesc = desc("anxin_series",
		"Series published from the findings.")
	limitDesc = desc("anxin_series_limit",
		"Most series published from the findings (alerts.max_series).")
	droppedDesc = desc("anxin_series_dropped",
		"Active warnings left out of anxin_warning_active because of the limit, by level.", "level")
	refreshDesc = desc("anxin_findings_last_refresh_timestamp_seconds",
		"When the findings were last looked up without error; 0 for never.")
	riskCalibrationDesc = desc("anxin_risk_calibration_error",
		"Mean distance between the odds that arrears-risk would have told and what came, by the latest anxin risk check.", "scope")
	riskDriftDesc = desc("anxin_risk_drift",
		"Population stability index of the feature that moved most since the scorecard was fitted, by the latest anxin risk check.", "scope", "feature")
	riskPrecisionDesc = desc("anxin_risk_precision",
		"Share of warnings of arrears-risk that were followed by arrears, by the latest anxin risk check.", "scope")
	riskRecallDesc = desc("anxin_risk_recall",
		"Share of arrears that arrears-risk foresaw, by the latest anxin risk check.", "scope")
	riskCheckedDesc = desc("anxin_risk_last_check_timestamp_seconds",
		"When anxin risk check last judged the scorecard; absent before the first.", "scope")
	asOfDesc = desc("anxin_findings_as_of_timestamp_seconds",
		"Start, in Asia/Shanghai, of the date that the published run judged; absent before the first run.")
)

func newFindings(d Dependencies, c Configuration, m *metrics, answers *verdicts.Store) *findings {
	f := &findings{conn: d.Conn, headers: d.Headers, limit: c.MaxSeries, clock: d.Clock, metrics: m, answers: answers}
	f.current.Store(&published{})
	return f
}

// Describe implements prometheus.Collector.
func (f *findings) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		warningDesc, quietDesc, withoutVerdictDesc, candidateDesc, detectorDesc, successDesc, failingDesc, indexDesc, countyDesc, prefectureDesc, lightDesc, townshipDesc,
		monitoredDesc, arrearsFenDesc, arrearsWorkersDesc, owedFenDesc, owedWorkersDesc, unheardDesc, componentDesc, seriesDesc, limitDesc, droppedDesc, refreshDesc, asOfDesc,
		riskCalibrationDesc, riskDriftDesc, riskPrecisionDesc, riskRecallDesc, riskCheckedDesc,
	} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (f *findings) Collect(ch chan<- prometheus.Metric) {
	now := f.current.Load()
	for _, m := range now.series {
		ch <- m
	}
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	gauge(seriesDesc, float64(len(now.series)))
	gauge(limitDesc, float64(f.limit))
	for _, level := range []catalog.Level{catalog.Red, catalog.Yellow} {
		gauge(droppedDesc, float64(now.dropped[level]), string(level))
	}
	gauge(refreshDesc, seconds(now.at))
	if now.run.run != 0 {
		gauge(asOfDesc, seconds(now.run.asOf.Start()))
	}
}

// seconds is Unix time, 0 for the zero time.
func seconds(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMilli()) / 1000
}

// titles are what detectors are called.
func titles(headers []catalog.Header) map[string]catalog.Text {
	by := map[string]catalog.Text{}
	for _, h := range headers {
		by[h.ID] = h.Title
	}
	return by
}

// subjects are what the published run says of each case's subject.
func (f *findings) subjects() map[string]cases.Subject { return f.current.Load().subjects }

func (f *findings) subject(id string) (cases.Subject, bool) {
	s, ok := f.current.Load().subjects[id]
	return s, ok
}

// owed is what the published run says is owed, by case.
func (f *findings) owed() (asOf civil.Date, run uint64, owed map[string]*casefile.Owed) {
	now := f.current.Load()
	return now.run.asOf, now.run.run, now.owed
}

// run is the published run, as the joint-discipline list takes it.
func (f *findings) run() blacklist.Run {
	r := f.current.Load().run
	return blacklist.Run{AsOf: r.asOf, Number: r.run, Snapshot: r.snapshot}
}

// refresh publishes the latest completed run; it reports whether that is another one than before. One at a time.
func (f *findings) refresh(ctx context.Context) (changed bool, err error) {
	now := f.clock()
	run, err := f.latest(ctx)
	if err != nil {
		return false, fmt.Errorf("reading the latest run: %w", err)
	}
	next := *f.current.Load()
	if next.at.IsZero() || !run.is(next.run) {
		if next, err = f.read(ctx, run); err != nil {
			return false, err
		}
		changed = true
		f.metrics.refreshDuration.Observe(f.clock().Sub(now).Seconds())
	}
	if day, version := civil.DateOf(now), f.answers.Book().Version; changed || next.verdicts != version || next.day != day {
		next.verdicts, next.day = version, day
		next.publish(f.headers, f.answers, f.limit)
	}
	next.at = now
	f.current.Store(&next)
	return changed, nil
}

// latest finds the latest completed run: the latest as-of date, and its highest run.
func (f *findings) latest(ctx context.Context) (latestRun, error) {
	var rows []struct {
		AsOf     time.Time            `ch:"as_of"`
		Run      uint64               `ch:"run"`
		Snapshot string               `ch:"snapshot"`
		Finished time.Time            `ch:"finished_at"`
		Failing  map[string]time.Time `ch:"failed_since"`
	}
	err := f.conn.Select(ctx, &rows, `
		SELECT as_of, run, snapshot, finished_at, failed_since
		FROM runs
		ORDER BY as_of DESC, run DESC, finished_at DESC
		LIMIT 1`)
	if err != nil || len(rows) == 0 {
		return latestRun{}, err
	}
	asOf := civil.OfColumn(rows[0].AsOf)
	return latestRun{asOf, rows[0].Run, rows[0].Snapshot, rows[0].Finished.UTC(), rows[0].Failing}, err
}

func (f *findings) read(ctx context.Context, run latestRun) (published, error) {
	p := published{run: run}
	success, err := f.lastSuccess(ctx)
	if err != nil {
		return p, fmt.Errorf("reading the detectors' last success: %w", err)
	}
	var warnings []warning
	var index []indexRow
	var owed, unheard []owedRow
	if run.run != 0 {
		asOf := run.asOf.String()
		// Both are replacing tables: until a merge they may hold a row twice.
		if err := f.conn.Select(ctx, &warnings, `
			SELECT detector, scope, scope_id, level, name, township, county, sector, workers, amount_fen, score, episode, opened_on, level_on, since, department
			FROM warnings
			WHERE as_of = toDate(?)
				AND run = ?
				AND closed_on IS NULL
			ORDER BY detector, scope, scope_id
			LIMIT 1 BY detector, scope, scope_id`, asOf, run.run); err != nil {
			return p, fmt.Errorf("reading the warnings of run %d: %w", run.run, err)
		}
		if err := f.conn.Select(ctx, &index, `
			SELECT unit, code, name, county, prefecture, index, light, monitored_workers, arrears_workers, arrears_fen, component, weight, score
			FROM wage_safety_index
			WHERE as_of = toDate(?)
				AND run = ?
			ORDER BY unit, code
			LIMIT 1 BY unit, code`, asOf, run.run); err != nil {
			return p, fmt.Errorf("reading the index of run %d: %w", run.run, err)
		}
		if owed, unheard, err = f.owedByTownship(ctx, run.snapshot); err != nil {
			return p, err
		}
	}
	if p.owed, err = f.readOwed(ctx, run); err != nil {
		return p, err
	}
	if run.run != 0 {
		var n uint64
		if err := f.conn.QueryRow(ctx, "SELECT count() FROM runs WHERE as_of = toDate(?) AND run = ?", run.asOf.String(), run.run).Scan(&n); err != nil {
			return p, fmt.Errorf("looking whether run %d is still there: %w", run.run, err)
		}
		if n == 0 { // what was read of it may lack warnings
			return p, fmt.Errorf("run %d was replaced while it was read", run.run)
		}
	}
	warned(p.owed, f.headers, warnings)
	checks, err := f.riskChecks(ctx)
	if err != nil {
		return p, err
	}
	p.found = found{success, warnings, index, owed, unheard, checks}
	return p, nil
}

// lastSuccess is when the last run of each detector finished, on its latest as-of date: a back-test over past dates
// does not make a detector look alive.
func (f *findings) lastSuccess(ctx context.Context) (map[string]time.Time, error) {
	var rows []struct {
		Detector string    `ch:"detector"`
		Finished time.Time `ch:"finished"`
	}
	err := f.conn.Select(ctx, &rows, `
		SELECT
			detector,
			argMax(finished_at, (as_of, run)) AS finished
		FROM runs
		ARRAY JOIN detectors AS detector
		GROUP BY detector`)
	if err != nil {
		return nil, err
	}
	by := map[string]time.Time{}
	for _, r := range rows {
		by[r.Detector] = r.Finished
	}
	return by, nil
}

// publish makes the series. Everything but warnings is bounded by the territory and the catalogue and always published;
// warnings fill the rest up to the limit, the most severe first. Those that are quiet have no series.
func (p *published) publish(headers []catalog.Header, answers *verdicts.Store, limit int) {
	success, index, warnings := p.found.success, p.found.index, slices.Clone(p.found.warnings)
	p.series, p.dropped, p.subjects = slices.Clone(p.found.checks), map[catalog.Level]int{}, map[string]cases.Subject{}
	add := func(d *prometheus.Desc, v float64, labels ...string) {
		for i := range labels {
			labels[i] = strings.ToValidUTF8(labels[i], "�") // a label must be UTF-8, or the whole scrape fails
		}
		p.series = append(p.series, prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...))
	}

	// Every detector that is known or has a warning has its titles: the rules join warnings with them.
	titles := map[string]catalog.Text{}
	for _, w := range warnings {
		titles[w.Detector] = catalog.Text{ZH: w.Detector, EN: w.Detector}
	}
	for _, h := range headers {
		titles[h.ID] = h.Title
	}
	for _, id := range slices.Sorted(maps.Keys(titles)) {
		add(detectorDesc, 1, id, titles[id].ZH, titles[id].EN)
	}
	for _, h := range headers {
		add(successDesc, seconds(success[h.ID]), h.ID)
	}
	for id, since := range p.run.failing {
		add(failingDesc, seconds(since), id)
	}
	for _, row := range index {
		p.index(row, add)
	}
	p.addOwed(p.found.owed, p.found.unheard, add)
	for _, w := range warnings {
		// the one detector with a metric of its own: its warnings are proposals to list somebody
		if w.Detector == blacklist.Detector && w.Scope == string(catalog.Employer) {
			add(candidateDesc, 1, w.ScopeID)
		}
		p.subject(w)
	}

	warnings = p.addAnswers(warnings, answers, add)
	slices.SortStableFunc(warnings, func(a, b warning) int {
		return cmp.Or(
			-cmp.Compare(severity(a.Level), severity(b.Level)),
			-cmp.Compare(a.Score, b.Score),
			-cmp.Compare(a.AmountFen, b.AmountFen),
		)
	})
	room := min(max(limit-len(p.series), 0), len(warnings))
	for _, w := range warnings[:room] {
		add(warningDesc, 1, w.Detector, w.Level, w.Scope, w.ScopeID, w.Township, w.County, w.Sector)
	}
	for _, w := range warnings[room:] {
		p.dropped[catalog.Level(w.Level)]++
	}
}

// addAnswers makes the series about verdicts, and leaves the warnings that are not quiet.
func (p *published) addAnswers(warnings []warning, answers *verdicts.Store, add func(d *prometheus.Desc, v float64, labels ...string)) []warning {
	type waiting struct{ county, state string }
	quiet, without, book := map[string]int{}, map[waiting]int{}, answers.Book()
	loud := warnings[:0]
	for _, w := range warnings {
		stands := book.On(w.key(), w.seen())
		if stands == nil {
			without[waiting{w.County, string(answers.AnswerBy(w.seen()).State)}]++
		}
		if silent, _ := stands.Quiet(w.seen(), p.day); silent {
			quiet[w.Detector]++
			continue
		}
		loud = append(loud, w)
	}
	for detector, n := range quiet {
		add(quietDesc, float64(n), detector)
	}
	for one, n := range without {
		add(withoutVerdictDesc, float64(n), one.county, one.state)
	}
	return loud
}

func severity(level string) int {
	if level == string(catalog.Red) {
		return 1
	}
	return 0
}

func (p *published) index(row indexRow, add func(d *prometheus.Desc, v float64, labels ...string)) {
	switch row.Unit {
	case "prefecture":
		if row.Index != nil {
			add(prefectureDesc, *row.Index, row.Code)
		}
	case "county":
		if row.Index != nil {
			add(countyDesc, *row.Index, row.Code, row.Prefecture)
		}
	case "township":
		add(townshipDesc, 1, row.Code, row.County, row.Name)
		add(lightDesc, 1, row.Code, row.County, row.Light)
		if row.Index != nil {
			add(indexDesc, *row.Index, row.Code, row.County)
		}
		add(monitoredDesc, float64(row.MonitoredWorkers), row.Code, row.County)
		add(arrearsFenDesc, float64(row.ArrearsFen), row.Code, row.County)
		add(arrearsWorkersDesc, float64(row.ArrearsWorkers), row.Code, row.County)
		for i, component := range row.Component {
			if row.Index != nil && i < len(row.Weight) && i < len(row.Score) && row.Weight[i] > 0 {
				add(componentDesc, row.Score[i], row.Code, row.County, component)
			}
		}
	}
}

// subject keeps the greatest figures among a subject's warnings. They are not added up: detectors count the same people.
func (p *published) subject(w warning) {
	id := casefile.ID(catalog.Scope(w.Scope), w.ScopeID)
	s, ok := p.subjects[id]
	if !ok {
		s = cases.Subject{
			AsOf:     p.run.asOf,
			Run:      p.run.run,
			Name:     w.Name,
			Township: w.Township,
			County:   w.County,
			Sector:   w.Sector,
			Owed:     p.owed[id],
		}
	}
	s.Workers = max(s.Workers, w.Workers)
	s.AmountFen = max(s.AmountFen, w.AmountFen)
	p.subjects[id] = s
}
