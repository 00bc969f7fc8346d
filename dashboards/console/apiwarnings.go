package console

import (
	"encoding/json"
	"slices"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/codebook"
)

// warningAnswer is an active warning.
type warningAnswer struct {
	Detector   string         `json:"detector"`
	Title      catalog.Text   `json:"title"`
	Scope      string         `json:"scope"`
	ScopeID    string         `json:"scope_id"`
	Name       string         `json:"name"`
	Township   string         `json:"township"`
	Place      string         `json:"place"`
	County     string         `json:"county"`
	Sector     string         `json:"sector"`
	Department string         `json:"department"`
	Level      catalog.Level  `json:"level"`
	OpenedOn   civil.Date     `json:"opened_on"`
	LevelOn    civil.Date     `json:"level_on"` // since when it has this level
	Since      civil.Date     `json:"since"`    // since when what it warns of lasts
	Workers    uint32         `json:"workers"`
	AmountFen  int64          `json:"amount_fen"`
	Estimated  int64          `json:"estimated_fen"`  // of the amount
	Unknown    bool           `json:"amount_unknown"` // money may be owed, but nobody knows how much
	Score      float64        `json:"score"`
	Basis      []string       `json:"basis"` // articles of law, such as "Reg. 26"
	Evidence   evidenceAnswer `json:"evidence"`
}

// evidenceAnswer is a warning's evidence without anything that identifies a person.
type evidenceAnswer struct {
	Figures []figureAnswer `json:"figures"`
	Records []string       `json:"records"` // ids of sample records at their sources
}

type figureAnswer struct {
	Name  string        `json:"name"`
	Label *catalog.Text `json:"label"` // null where the detector does not describe it
	Unit  catalog.Unit  `json:"unit"`
	Value any           `json:"value"`
	// Words says what the codes among the values stand for, in their order; empty where they are no codes.
	Words []catalog.Text `json:"words"`
}

func (c *Console) warningAnswer(w *Warning) warningAnswer {
	h := c.detectors.header(w.Detector)
	return warningAnswer{
		Detector: w.Detector, Title: h.Title, Scope: w.Scope, ScopeID: w.ScopeID, Name: w.Name, Township: w.Township, Place: c.regions.Path(w.Township),
		County: w.County, Sector: w.Sector, Department: w.Department, Level: w.Level, OpenedOn: w.Opened, LevelOn: w.LevelOn, Since: w.Since,
		Workers: w.Workers, AmountFen: w.AmountFen, Estimated: estimatedFen(h, w), Unknown: w.AmountFen == 0 && h.ClaimsMoney(), Score: w.Score, Basis: list(w.Basis), Evidence: evidenceOf(h, w.Evidence),
	}
}

func evidenceOf(h *catalog.Header, text string) evidenceAnswer {
	figures, records, _ := readEvidence(h, text)
	return evidenceAnswer{Records: list(records), Figures: each(figures, func(f evidenceFigure) figureAnswer {
		one := figureAnswer{Name: f.Name, Unit: f.Unit, Value: plainValue(f.value, f.Unit), Words: wordsOf(f.value, func(code string) (catalog.Text, bool) { return codebook.OfField(f.Field, code) })}
		if f.known {
			one.Label = &f.Label
		}
		return one
	})}
}

// plainValue is a figure as the API writes it: numbers as numbers, also those that ClickHouse's JSON has as strings (64-bit
// integers), and days as YYYY-MM-DD.
func plainValue(v any, unit catalog.Unit) any {
	switch v := v.(type) {
	case []any:
		return each(v, func(item any) any { return plainValue(item, unit) })
	case json.Number:
		if day, err := v.Int64(); err == nil && unit == catalog.Date {
			return civil.Date(day).String()
		}
	case string:
		numeric := []catalog.Unit{catalog.Fen, catalog.Share, catalog.Ratio, catalog.Days, catalog.Months, catalog.Workers, catalog.Count}
		var n json.Number
		if slices.Contains(numeric, unit) && json.Unmarshal([]byte(v), &n) == nil {
			return n
		}
	}
	return v
}

type warningsAnswer struct {
	ofRun
	Red      int             `json:"red"` // of all that pass the filter
	Yellow   int             `json:"yellow"`
	Total    int             `json:"total"`
	Warnings []warningAnswer `json:"warnings"`
}

func (c *Console) warningsAnswer(r *request) (answer, error) {
	d := c.warnings(r)
	return answer{json: warningsAnswer{r.view.run(), d.Red, d.Yellow, d.Pager.Total, each(d.Rows, c.warningAnswer)}}, nil
}

// lawAnswer is an article that detectors cite, in short and in Anxin's own words: not the law's text.
type lawAnswer struct {
	Basis string       `json:"basis"`
	Name  catalog.Text `json:"name"`
	Text  catalog.Text `json:"text"` // empty where Anxin knows none
	// Checked is false where nobody could read the law's text.
	Checked bool `json:"checked"`
}

func (c *Console) lawOf(citation string) lawAnswer {
	cited := c.laws.Resolve(citation)
	return lawAnswer{citation, cited.Name(), cited.Says(), cited.Checked()}
}
