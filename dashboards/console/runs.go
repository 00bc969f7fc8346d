package console

import (
	"strconv"
	"strings"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/internal/domain/codebook"
	"github.com/anxin-project/anxin/internal/domain/runs"
	"github.com/anxin-project/anxin/internal/platform/spreadsheet"
)

// runsMost is how many attempts the page goes back: a week of runs every ten minutes, with room for those that failed.
const runsMost = 2000

// runsData is the history of runs.
type runsData struct {
	Kind, Status string
	Kinds        []runs.Kind
	Statuses     []runs.Status
	Rows         []runs.Attempt
	Pager        pager
	// Latest tells of each kind how it stands: the newest attempt that has ended.
	Latest []runs.Attempt
}

// attempts reads the history as the page's parameters ask.
func (p *systemPages) attempts(r *request) (kind, status string, all []runs.Attempt, err error) {
	kind = r.query.choice("kind", choices(runs.Kinds)...)
	status = r.query.choice("status", choices(runs.Statuses)...)
	if r.query.err() != nil {
		return kind, status, nil, nil
	}
	all, err = runs.History(r.ctx, p.Conn, runs.Choice{Kind: runs.Kind(kind), Status: runs.Status(status), Most: runsMost})
	return kind, status, all, err
}

// choices are the values of a parameter that may be left out.
func choices[T ~string](values []T) []string {
	all := []string{""}
	for _, v := range values {
		all = append(all, string(v))
	}
	return all
}

func (p *systemPages) runsPage(r *request) (answer, error) {
	d := &runsData{Kinds: runs.Kinds, Statuses: runs.Statuses}
	var all []runs.Attempt
	var err error
	if d.Kind, d.Status, all, err = p.attempts(r); err != nil {
		return answer{}, err
	}
	if d.Kind == "" && d.Status == "" {
		d.Latest = latestEnded(all)
	}
	d.Pager = r.query.rows(len(all), p.PageSize)
	d.Rows = all[d.Pager.From:d.Pager.To]
	return answer{template: "runs", title: language.Message(r.lang, "runs.title"), data: d}, nil
}

// latestEnded returns the newest attempt of each kind that has ended, of attempts that are given the newest first.
func latestEnded(all []runs.Attempt) []runs.Attempt {
	newest := map[runs.Kind]runs.Attempt{}
	for _, a := range all {
		if _, ok := newest[a.Kind]; !ok && a.Status != runs.Running {
			newest[a.Kind] = a
		}
	}
	var latest []runs.Attempt
	for _, kind := range runs.Kinds {
		if a, ok := newest[kind]; ok {
			latest = append(latest, a)
		}
	}
	return latest
}

func (p *systemPages) runsCSV(r *request) (answer, error) {
	_, _, all, err := p.attempts(r)
	if err != nil {
		return answer{}, err
	}
	l := r.lang
	s := spreadsheet.NewTable(string(l), column("csv.started"), column("csv.finished"), coded("csv.kind", codebook.RunKind), coded("csv.catch_up", codebook.YesNo), column("csv.as_of"),
		coded("csv.status", codebook.RunStatus), column("csv.attempt"), column("csv.seconds"), column("csv.stages"), column("csv.warnings"), column("csv.policy"),
		column("csv.run"), column("csv.process"), column("csv.error"))
	for _, a := range all {
		finished, seconds := "", ""
		if a.Status != runs.Running {
			finished, seconds = l.Second(a.Finished), strconv.FormatFloat(a.Took().Seconds(), 'f', 1, 64)
		}
		s.Line(l.Second(a.Started), finished, string(a.Kind), language.YesNo(a.CatchUp), a.AsOf.String(), string(a.Status), strconv.Itoa(a.Attempt), seconds, stages(l, a), strconv.Itoa(a.Warnings), a.Policy,
			strconv.FormatUint(a.Run, 10), a.Process, a.Error)
	}
	return csvFile(s, "anxin-runs.csv"), nil
}

// stages tells where an attempt's time went, the longest stage first.
func stages(l language.Locale, a runs.Attempt) string {
	var parts []string
	for _, name := range a.LongestStages() {
		parts = append(parts, l.Word("run_stage", name)+" "+l.Seconds(a.Stages[name]))
	}
	return strings.Join(parts, " · ")
}
