package warnings

import (
	"maps"
	"slices"
	"time"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/codebook"
	"github.com/anxin-project/anxin/internal/domain/verdict"
)

// DetectorAnswer is a detector as it is in force for whoever asks: by the thresholds of the territory, with the active
// warnings there.
type DetectorAnswer struct {
	ID         string                         `json:"id"`
	Title      catalog.Text                   `json:"title"`
	Question   catalog.Text                   `json:"question"`
	Group      catalog.Group                  `json:"group"`
	Scopes     []catalog.Scope                `json:"scopes"`
	Department string                         `json:"department"` // "sector": the regulator of the project's industry
	Levels     map[catalog.Level]catalog.Text `json:"levels"`
	Advice     catalog.Text                   `json:"advice"`
	Law        []view.LawAnswer               `json:"law"`
	Parameters []ParameterAnswer              `json:"parameters"`
	Evidence   []fieldAnswer                  `json:"evidence"`
	Red        int                            `json:"red"`
	Yellow     int                            `json:"yellow"`
	Verdicts   *verdict.Figures               `json:"verdicts"`      // on its warnings, active or ended within the window; null where casework is not connected
	Failing    *time.Time                     `json:"failing_since"` // so that its warnings stand as they were; null where it does not fail
}

// ParameterAnswer is one threshold with its values in force: the whole country's first.
type ParameterAnswer struct {
	Name   string            `json:"name"`
	Text   catalog.Text      `json:"text"`
	Unit   catalog.Unit      `json:"unit"`
	Values []thresholdAnswer `json:"values"`
}

type thresholdAnswer struct {
	Region string       `json:"region"` // beginning of a division code; empty for the whole country
	Value  any          `json:"value"`
	Source catalog.Text `json:"source"`
	// Unverified is true where nobody could read the source.
	Unverified bool `json:"unverified"`
	// Words says what the codes among the values stand for, in their order; empty where they are no codes.
	Words []catalog.Text `json:"words"`
}

type fieldAnswer struct {
	Name  string                  `json:"name"`
	Label catalog.Text            `json:"label"`
	Unit  catalog.Unit            `json:"unit"`
	Words map[string]catalog.Text `json:"words"` // by code, where the field's values are codes
}

func (p *Pages) ruleAnswer(r *rule) DetectorAnswer {
	var failing *time.Time
	if r.Failing != nil {
		failing = &r.Failing.Since
	}
	return DetectorAnswer{
		Failing: failing, Verdicts: r.Verdicts,
		ID: r.ID, Title: r.Title, Question: r.Question, Group: r.Group, Scopes: view.List(r.Scopes), Department: r.Department, Levels: r.Levels, Advice: r.Advice,
		Law: view.Each(r.Basis, p.Answers.Law), Red: r.Red, Yellow: r.Yellow,
		Parameters: view.Each(r.Parameters, func(one parameter) ParameterAnswer {
			return ParameterAnswer{one.Name, one.Text, one.Unit, view.Each(one.Values, func(t Threshold) thresholdAnswer {
				return thresholdAnswer{t.Region, t.Value, t.Source, t.Unverified, language.WordsOf(t.Value, one.word)}
			})}
		}),
		Evidence: view.Each(r.Evidence, fieldOf),
	}
}

func fieldOf(f catalog.Field) fieldAnswer {
	one := fieldAnswer{Name: f.Name, Label: f.Label, Unit: f.Unit, Words: map[string]catalog.Text{}}
	for _, code := range append(codebook.Codes(codebook.Name(f.Codes)), slices.Collect(maps.Keys(f.Words))...) {
		one.Words[code], _ = codebook.OfField(f, code)
	}
	return one
}

// DetectorsAnswer is what GET /api/v1/detectors answers.
type DetectorsAnswer struct {
	view.OfRun
	Red       int              `json:"red"`
	Yellow    int              `json:"yellow"`
	Total     int              `json:"total"`
	Detectors []DetectorAnswer `json:"detectors"`
}

// DetectorsAnswer answers GET /api/v1/detectors.
func (p *Pages) DetectorsAnswer(r *web.Request) (web.Answer, error) {
	d, err := p.rulebook(r)
	if err != nil {
		return web.Answer{}, err
	}
	all := []DetectorAnswer{}
	for _, group := range d.Groups {
		all = append(all, view.Each(group.Rules, p.ruleAnswer)...)
	}
	shown := r.Query.Rows(len(all), 0)
	return web.Answer{JSON: DetectorsAnswer{r.View.OfRun(), d.Red, d.Yellow, len(all), all[shown.From:shown.To]}}, nil
}

// hitsAnswer counts the warnings of a detector in a run.
type hitsAnswer struct {
	AsOf   civil.Date `json:"as_of"`
	Red    uint64     `json:"red"`
	Yellow uint64     `json:"yellow"`
}

// DetectorDetailAnswer is what GET /api/v1/detectors/{id} answers.
type DetectorDetailAnswer struct {
	view.OfRun
	Detector DetectorAnswer `json:"detector"`
	History  []hitsAnswer   `json:"history"` // newest first
}

// DetectorAnswer answers GET /api/v1/detectors/{id}.
func (p *Pages) DetectorAnswer(r *web.Request) (web.Answer, error) {
	d, err := p.oneRule(r)
	if err != nil {
		return web.Answer{}, err
	}
	return web.Answer{JSON: DetectorDetailAnswer{r.View.OfRun(), p.ruleAnswer(d.rule), view.Each(d.History, func(h hits) hitsAnswer { return hitsAnswer(h) })}}, nil
}
