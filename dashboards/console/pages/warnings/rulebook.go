package warnings

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/codebook"
	"github.com/anxin-project/anxin/internal/domain/verdict"
)

// Threshold is a value of a detector's parameter: in a region, with what sets it.
type Threshold struct {
	Region string // beginning of a division code; empty for the whole country
	Value  any    // an int, a float64, a string or a list of texts
	Source catalog.Text
	// Unverified tells that nobody could read the source: pages say so.
	Unverified bool
}

// Thresholds returns the values of a detector's parameter in force on a day: in the whole country, and in the regions of
// the townships that have others.
type Thresholds func(detector, parameter string, townships []string, on civil.Date) []Threshold

// rulebookData is the catalogue: every detector with what it asks, by which thresholds, and what it finds at present.
type rulebookData struct {
	AsOf        civil.Date
	Red, Yellow int
	Groups      []ruleGroup
}

type ruleGroup struct {
	Group catalog.Group
	Rules []*rule
}

// rule is a detector as it is in force for somebody: by the thresholds of the territory, with the warnings there.
type rule struct {
	*catalog.Header
	Red, Yellow int // active warnings
	Parameters  []parameter
	Failing     *view.Failing    // nil where it does not
	Verdicts    *verdict.Figures // on its warnings; nil: casework is not connected
}

// parameter is one threshold, with its values in the order of their regions: the whole country's first.
type parameter struct {
	Name   string
	Text   catalog.Text
	Unit   catalog.Unit
	Codes  codebook.Name // of values that are codes; mostly empty
	Values []Threshold
}

// word says a value that is a code in words.
func (p parameter) word(code string) (catalog.Text, bool) { return codebook.Word(p.Codes, code) }

// rule puts a detector together with what is in force on the run's date, and with the run's warnings.
func (p *Pages) rule(v *view.View, h *catalog.Header) *rule {
	r := &rule{Header: h}
	if f, failing := v.Failing[h.ID]; failing {
		r.Failing = &f
	}
	for _, w := range v.Warnings {
		switch {
		case w.Detector != h.ID:
		case w.Level == catalog.Red:
			r.Red++
		default:
			r.Yellow++
		}
	}
	if p.Thresholds == nil {
		return r
	}
	var townships []string
	for _, u := range v.Units {
		if u.Level == "township" && !u.RankOnly {
			townships = append(townships, u.Code)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(h.Params)) {
		param := h.Params[name]
		r.Parameters = append(r.Parameters, parameter{name, param.Text, param.Unit, codebook.Name(param.Codes), p.Thresholds(h.ID, name, townships, v.Run.AsOf)})
	}
	return r
}

// RulebookPage is the page at /detectors.
func (p *Pages) RulebookPage(r *web.Request) (web.Answer, error) {
	d, err := p.rulebook(r)
	return web.Answer{Template: "rulebook", Title: language.Message(r.Lang, "rulebook.title"), Data: d}, err
}

// rulebook gathers every detector, by group.
func (p *Pages) rulebook(r *web.Request) (*rulebookData, error) {
	d := &rulebookData{AsOf: r.View.Run.AsOf}
	warned, err := p.warned(r)
	if err != nil {
		return d, err
	}
	for _, group := range p.Detectors.Grouped() {
		g := ruleGroup{Group: group.Group}
		for i := range group.Headers {
			one := p.rule(r.View, &group.Headers[i])
			one.measure(warned, p.Now)
			d.Red, d.Yellow = d.Red+one.Red, d.Yellow+one.Yellow
			g.Rules = append(g.Rules, one)
		}
		d.Groups = append(d.Groups, g)
	}
	return d, nil
}

// measure fills what was found of the detector's warnings, where anybody can say so.
func (r *rule) measure(warned map[string][]verdict.Warned, now func() time.Time) {
	if warned != nil {
		f := verdict.Measure(warned[r.ID], civil.DateOf(now()))
		r.Verdicts = &f
	}
}

// ruleData is the page of one detector.
type ruleData struct {
	*rule
	AsOf    civil.Date
	History []hits // newest first
}

// hits counts the warnings of a detector in a run.
type hits struct {
	AsOf        civil.Date
	Red, Yellow uint64
}

// RulePage is the page at /detectors/{id}.
func (p *Pages) RulePage(r *web.Request) (web.Answer, error) {
	d, err := p.oneRule(r)
	if err != nil {
		return web.Answer{}, err
	}
	return web.Answer{Template: "rule", Title: d.Title.In(string(r.Lang)), Data: d}, nil
}

// oneRule gathers what there is to say of the detector that the address names.
func (p *Pages) oneRule(r *web.Request) (*ruleData, error) {
	h := p.Detectors.ByID[r.HTTP.PathValue("id")]
	if h == nil {
		return nil, web.ErrNotFound
	}
	d := &ruleData{rule: p.rule(r.View, h), AsOf: r.View.Run.AsOf}
	warned, err := p.warned(r)
	if err != nil {
		return nil, err
	}
	d.measure(warned, p.Now)
	d.History, err = p.hits(r.Context, r.View, h.ID, r.Person())
	return d, err
}

// hits counts what a detector found in the runs of a trend line, of what the person may read.
func (p *Pages) hits(ctx context.Context, v *view.View, detector string, person *access.Person) ([]hits, error) {
	picked := view.TrendRuns(v.Runs)
	by := make(map[civil.Date]*hits, len(picked))
	history := make([]hits, len(picked))
	for i, r := range picked {
		one := &history[len(picked)-1-i]
		one.AsOf, by[r.AsOf] = r.AsOf, one
	}
	rows, err := p.Conn.Query(view.WithParameters(ctx, clickhouse.Parameters{"detector": detector}), `
SELECT
    as_of,
    township,
    department,
    uniqExactIf((scope, scope_id), level = 'red') AS red,
    uniqExactIf((scope, scope_id), level = 'yellow') AS yellow
FROM warnings
WHERE (as_of, run) IN (`+view.RunTuples(picked)+`)
    AND detector = {detector:String}
    AND closed_on IS NULL
GROUP BY as_of, township, department`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var on time.Time
		var township, department string
		var red, yellow uint64
		if err := rows.Scan(&on, &township, &department, &red, &yellow); err != nil {
			return nil, err
		}
		if one := by[civil.OfColumn(on)]; one != nil && access.Allow(person, access.Read, access.At(township, department)) {
			one.Red, one.Yellow = one.Red+red, one.Yellow+yellow
		}
	}
	return history, rows.Err()
}

// threshold writes a parameter's value in its unit; codes in words.
func threshold(l language.Locale, v any, p parameter) string {
	switch n := v.(type) {
	case int:
		v = json.Number(strconv.Itoa(n))
	case float64:
		v = json.Number(strconv.FormatFloat(n, 'f', -1, 64))
	}
	return l.Value(language.InWords(v, p.word, l), p.Unit)
}
