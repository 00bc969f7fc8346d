package system

import (
	"strconv"
	"strings"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/web"
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
	Pager        web.Pager
	// Latest tells of each kind how it stands: the newest attempt that has ended.
	Latest []runs.Attempt
}

// attempts reads the history as the page's parameters ask.
func (p *Pages) attempts(r *web.Request) (kind, status string, all []runs.Attempt, err error) {
	kind = r.Query.Choice("kind", choices(runs.Kinds)...)
	status = r.Query.Choice("status", choices(runs.Statuses)...)
	if r.Query.Err() != nil {
		return kind, status, nil, nil
	}
	all, err = runs.History(r.Context, p.Conn, runs.Choice{Kind: runs.Kind(kind), Status: runs.Status(status), Most: runsMost})
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

// RunsPage is the page at /runs.
func (p *Pages) RunsPage(r *web.Request) (web.Answer, error) {
	d := &runsData{Kinds: runs.Kinds, Statuses: runs.Statuses}
	var all []runs.Attempt
	var err error
	if d.Kind, d.Status, all, err = p.attempts(r); err != nil {
		return web.Answer{}, err
	}
	if d.Kind == "" && d.Status == "" {
		d.Latest = latestEnded(all)
	}
	d.Pager = r.Query.Rows(len(all), p.PageSize)
	d.Rows = all[d.Pager.From:d.Pager.To]
	return web.Answer{Template: "runs", Title: language.Message(r.Lang, "runs.title"), Data: d}, nil
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

// RunsExport is the export at /runs.csv and /runs.xlsx.
func (p *Pages) RunsExport(r *web.Request) (web.Answer, error) {
	_, _, all, err := p.attempts(r)
	if err != nil {
		return web.Answer{}, err
	}
	l := r.Lang
	s := spreadsheet.NewTable(string(l), web.Column("csv.started"), web.Column("csv.finished"), web.Coded("csv.kind", codebook.RunKind), web.Coded("csv.catch_up", codebook.YesNo), web.Column("csv.as_of"),
		web.Coded("csv.status", codebook.RunStatus), web.Column("csv.attempt"), web.Column("csv.seconds"), web.Column("csv.stages"), web.Column("csv.warnings"), web.Column("csv.policy"),
		web.Column("csv.run"), web.Column("csv.process"), web.Column("csv.error"))
	for _, a := range all {
		finished, seconds := "", ""
		if a.Status != runs.Running {
			finished, seconds = l.Second(a.Finished), strconv.FormatFloat(a.Took().Seconds(), 'f', 1, 64)
		}
		s.Line(l.Second(a.Started), finished, string(a.Kind), language.YesNo(a.CatchUp), a.AsOf.String(), string(a.Status), strconv.Itoa(a.Attempt), seconds, stages(l, a), strconv.Itoa(a.Warnings), a.Policy,
			strconv.FormatUint(a.Run, 10), a.Process, a.Error)
	}
	return r.Export(s, "anxin-runs", language.Message(l, "runs.title"), r.OfNow())
}

// stages tells where an attempt's time went, the longest stage first.
func stages(l language.Locale, a runs.Attempt) string {
	var parts []string
	for _, name := range a.LongestStages() {
		parts = append(parts, l.Word("run_stage", name)+" "+l.Seconds(a.Stages[name]))
	}
	return strings.Join(parts, " · ")
}
