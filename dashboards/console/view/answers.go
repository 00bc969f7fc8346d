package view

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/codebook"
	"github.com/anxin-project/anxin/internal/domain/law"
	"github.com/anxin-project/anxin/internal/domain/verdict"
)

// Answers make of what was read the shapes that several answers of the API share.
type Answers struct {
	Regions   Regions
	Detectors *Detectors
	Laws      *law.Registry
}

// OfRun says which run an answer shows.
type OfRun struct {
	AsOf civil.Date `json:"as_of"`
	Run  uint64     `json:"run"`
}

// OfRun says which run the view shows.
func (v *View) OfRun() OfRun { return OfRun{v.Run.AsOf, v.Run.Number} }

// ComparisonAnswer is what changes are measured against: an edition, or an earlier run while there is none.
type ComparisonAnswer struct {
	AsOf    civil.Date `json:"as_of"`
	Edition uint32     `json:"edition"` // 0: an earlier run
}

// ComparedWith is what changes are measured against; nil when there is nothing earlier.
func (v *View) ComparedWith() *ComparisonAnswer {
	if v.Previous == nil {
		return nil
	}
	return &ComparisonAnswer{v.Previous.AsOf, v.Previous.Edition}
}

// UnitAnswer is a township, county or prefecture. Of one beside one's own there is its rank, and no figures.
type UnitAnswer struct {
	Unit             string `json:"unit"` // township, county or prefecture
	Code             string `json:"code"`
	Name             string `json:"name"`
	Place            string `json:"place"` // with the divisions above it
	County           string `json:"county"`
	Prefecture       string `json:"prefecture"`
	Rank             uint32 `json:"rank"` // a township in its county, a county in its prefecture; 0 unranked
	RankedOf         uint32 `json:"ranked_of"`
	RankPrefecture   uint32 `json:"rank_prefecture"`
	RankedPrefecture uint32 `json:"ranked_prefecture"`
	RankOnly         bool   `json:"rank_only"`
	*UnitFigures
	*WarningCounts
}

// UnitFigures are what the index says of a unit.
type UnitFigures struct {
	Index            *float64 `json:"index"` // null when grey
	Uncapped         *float64 `json:"uncapped"`
	Light            string   `json:"light"`
	Stale            bool     `json:"stale"`
	Cap              *float64 `json:"cap"`
	CapReason        string   `json:"cap_reason"`
	Change           *float64 `json:"change"` // against compared_with; null where either has no index of the same form
	MonitoredWorkers uint32   `json:"monitored_workers"`
	ArrearsWorkers   uint32   `json:"arrears_workers"` // owed wages beyond grace
	ArrearsFen       int64    `json:"arrears_fen"`
	EstimatedFen     int64    `json:"estimated_fen"` // of arrears_fen; 0 in editions, which tell no estimates
	LateWorkers      uint32   `json:"late_workers"`  // no longer owed, but paid late in the window
	SilentWorkers    uint32   `json:"silent_workers"`
	Unaccounted      uint32   `json:"unaccounted_workers"`
	Closed           uint32   `json:"closed"` // wages closed with a supervisor's approval
	Form             uint8    `json:"form"`   // of the index
}

// WarningCounts are the active warnings in a unit.
type WarningCounts struct {
	Red    int `json:"red"`
	Yellow int `json:"yellow"`
}

// EditionUnit is a unit as an edition has it: without the warnings of today.
func (a Answers) EditionUnit(u *Unit) UnitAnswer {
	one := UnitAnswer{
		Unit: u.Level, Code: u.Code, Name: u.Name, Place: a.Regions.Path(u.Code), County: u.County, Prefecture: u.Prefecture, RankOnly: u.RankOnly,
		Rank: u.Rank, RankedOf: u.RankedOf, RankPrefecture: u.RankPrefecture, RankedPrefecture: u.RankedPrefecture,
	}
	if u.RankOnly {
		return one
	}
	one.UnitFigures = &UnitFigures{
		Index: u.Index, Uncapped: u.Uncapped, Light: LightClass(u.Light), Stale: u.Stale, Cap: u.Cap, CapReason: u.CapReason,
		MonitoredWorkers: u.MonitoredWorkers, ArrearsWorkers: u.ArrearsWorkers, ArrearsFen: u.ArrearsFen, EstimatedFen: u.EstimatedFen,
		LateWorkers: u.LateWorkers, SilentWorkers: u.SilentWorkers, Unaccounted: u.Unaccounted, Closed: u.Closed, Form: u.Form,
	}
	if u.HasChange() {
		moved := u.Moved()
		one.Change = &moved
	}
	return one
}

// Unit is a unit with the warnings of today; of one that may be known by its rank alone, without figures.
func (a Answers) Unit(u *Unit) UnitAnswer {
	one := a.EditionUnit(u)
	if !u.RankOnly {
		one.WarningCounts = &WarningCounts{u.Red, u.Yellow}
	}
	return one
}

// LightsAnswer counts units by their light.
func LightsAnswer(counts []LightCount) map[string]int {
	all := map[string]int{}
	for _, one := range counts {
		all[one.Light] = one.Count
	}
	return all
}

// WarningAnswer is an active warning.
type WarningAnswer struct {
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
	Episode    string         `json:"episode"`
	Seq        uint32         `json:"seq"`            // of the last that was said of it: what a verdict is to name
	Verdict    *VerdictAnswer `json:"verdict"`        // null while there is none
	AnswerBy   *civil.Date    `json:"answer_by"`      // the last day for a verdict; null where there is one, or it cannot be counted
	Quiet      bool           `json:"quiet"`          // found untrue, and nothing of it has grown: its alert is silent
	Unjudged   *time.Time     `json:"unjudged_since"` // since when its detector has failed, so that it stands as it was; else null
}

// VerdictAnswer is what was found of a warning.
type VerdictAnswer struct {
	Kind       verdict.Kind   `json:"verdict"`
	Code       verdict.Code   `json:"code"`
	Reason     string         `json:"reason"`
	By         string         `json:"by"`
	ByName     string         `json:"by_name"`
	At         time.Time      `json:"at"`
	QuietUntil *civil.Date    `json:"quiet_until"`
	Ended      verdict.Change `json:"quiet_ended"` // why it is not quiet any more; empty where it is, or never was
}

func verdictOf(w *Warning) *VerdictAnswer {
	v := w.Verdict
	if v == nil {
		return nil
	}
	return &VerdictAnswer{v.Kind, v.Code, v.Reason, v.By, v.ByName, v.At, v.QuietUntil, w.QuietEnded}
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

// Warning is an active warning with its evidence.
func (a Answers) Warning(w *Warning) WarningAnswer {
	h := a.Detectors.Header(w.Detector)
	var by *civil.Date
	if w.AnswerBy != nil {
		by = w.AnswerBy.Due
	}
	return WarningAnswer{
		Episode: w.Episode, Seq: w.Seq, Verdict: verdictOf(w), AnswerBy: by, Quiet: w.Quiet,
		Detector: w.Detector, Title: h.Title, Scope: w.Scope, ScopeID: w.ScopeID, Name: w.Name, Township: w.Township, Place: a.Regions.Path(w.Township),
		County: w.County, Sector: w.Sector, Department: w.Department, Level: w.Level, OpenedOn: w.Opened, LevelOn: w.LevelOn, Since: w.Since,
		Workers: w.Workers, AmountFen: w.AmountFen, Estimated: EstimatedFen(h, w), Unknown: w.AmountFen == 0 && h.ClaimsMoney(), Score: w.Score, Basis: List(w.Basis), Evidence: evidenceOf(h, w.Evidence), Unjudged: w.Unjudged,
	}
}

func evidenceOf(h *catalog.Header, text string) evidenceAnswer {
	figures, records, _ := readEvidence(h, text)
	return evidenceAnswer{Records: List(records), Figures: Each(figures, func(f evidenceFigure) figureAnswer {
		one := figureAnswer{Name: f.Name, Unit: f.Unit, Value: plainValue(f.value, f.Unit), Words: language.WordsOf(f.value, func(code string) (catalog.Text, bool) { return codebook.OfField(f.Field, code) })}
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
		return Each(v, func(item any) any { return plainValue(item, unit) })
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

// LawAnswer is an article that detectors cite, in short and in Anxin's own words: not the law's text.
type LawAnswer struct {
	Basis string       `json:"basis"`
	Name  catalog.Text `json:"name"`
	Text  catalog.Text `json:"text"` // empty where Anxin knows none
	// Checked is false where nobody could read the law's text.
	Checked bool `json:"checked"`
}

// Law is what a citation stands for.
func (a Answers) Law(citation string) LawAnswer {
	cited := a.Laws.Resolve(citation)
	return LawAnswer{citation, cited.Name(), cited.Says(), cited.Checked()}
}

// RateAnswer is a reported rate of a county or prefecture.
type RateAnswer struct {
	Code        string  `json:"code"`
	Name        string  `json:"name"`
	Measure     string  `json:"measure"`
	Numerator   uint32  `json:"numerator"`
	Denominator uint32  `json:"denominator"`
	Rate        float64 `json:"rate"`  // 0 to 1
	Least       float64 `json:"least"` // low end of the target; 0 where none is set
	Aim         float64 `json:"aim"`   // high end
	Light       string  `json:"light"` // empty without a target
}

// Rate is a reported rate with what its place is called.
func (a Answers) Rate(row RateRow) RateAnswer {
	return RateAnswer{row.Code, a.Regions.Name(row.Code), row.Measure, row.Numerator, row.Denominator, row.Share(), row.Least, row.Aim, row.Light}
}
