// Package edition holds the published editions (月度通报，晾晒) of the wage-safety index: what one is, what differs between two, and
// the digest that shows whether one is still as it was published. The detectors component publishes them
// (detectors/editions); the command, the pages and the metrics read them from the store
// (internal/platform/editionstore).
//
// An edition never changes: later data change later editions only. Editions are numbered from 1 in the order of their
// months. The digest of each covers its content and the digest of the one before it, so that a row changed, added or
// taken away in any of them shows.
package edition

import (
	"encoding/json"
	"time"

	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Edition says which edition it is and what it was made from.
type Edition struct {
	Number uint32      `json:"number"`
	Month  civil.Month `json:"month"`
	// Form is the definition of the index that it follows: 1 or 2 (detectors/index.Form). It was published so, and stays so.
	Form uint8 `json:"form"`
	// AsOf is the data cut-off: what was recorded by its end in Asia/Shanghai counts. It is a day of the next month, so that pay
	// lists and banks have come; in form 1 it was the month's last day.
	AsOf        civil.Date `json:"as_of"`
	Run         uint64     `json:"run"`
	Policy      string     `json:"policy_version"`
	PublishedAt time.Time  `json:"published_at"`
	Digest      string     `json:"digest"` // see Digest
}

// Content is everything an edition says, each list in the order of its key.
type Content struct {
	Units  []Unit  `json:"units"`
	Talks  []Talk  `json:"talks"`
	Grades []Grade `json:"grades"`
	Rates  []Rate  `json:"rates"`
}

// Unit is the index of a township, county or prefecture, as the run computed it (table wage_safety_index), without estimates.
// What form 1 did not have yet is left out of its digest where it is zero.
type Unit struct {
	Form             uint8     `ch:"form" json:"-"` // the edition's
	Unit             string    `ch:"unit" json:"unit"`
	Code             string    `ch:"code" json:"code"`
	Name             string    `ch:"name" json:"name"`
	County           string    `ch:"county" json:"county"`
	Prefecture       string    `ch:"prefecture" json:"prefecture"`
	Index            *float64  `ch:"index" json:"index"` // nil when grey
	Uncapped         *float64  `ch:"uncapped" json:"uncapped"`
	Light            string    `ch:"light" json:"light"`
	Cap              *float64  `ch:"cap" json:"cap"`
	CapReason        string    `ch:"cap_reason" json:"cap_reason"`
	Rank             uint32    `ch:"rank" json:"rank"` // a township in its county, a county in its prefecture; 0 unranked
	RankedOf         uint32    `ch:"ranked_of" json:"ranked_of"`
	RankPrefecture   uint32    `ch:"rank_prefecture" json:"rank_prefecture"`
	RankedPrefecture uint32    `ch:"ranked_prefecture" json:"ranked_prefecture"`
	MonitoredWorkers uint32    `ch:"monitored_workers" json:"monitored_workers"`
	ArrearsWorkers   uint32    `ch:"arrears_workers" json:"arrears_workers"` // owed wages beyond grace
	ArrearsFen       int64     `ch:"arrears_fen" json:"arrears_fen"`         // of pay slips alone: estimates are never published
	Component        []string  `ch:"component" json:"component"`
	Weight           []float64 `ch:"weight" json:"weight"`
	Score            []float64 `ch:"score" json:"score"`
	Points           []float64 `ch:"points" json:"points"` // whole tenths
	Numerator        []float64 `ch:"numerator" json:"numerator"`
	Denominator      []float64 `ch:"denominator" json:"denominator"`
	Scored           []float64 `ch:"shrunk" json:"shrunk"` // the rate or share that was scored, in form 1 after shrinkage
	Worst            string    `ch:"worst" json:"worst"`   // JSON: index.Gain, the subjects that cost points
	Lost             string    `ch:"lost" json:"lost,omitzero"`
	LateWorkers      uint32    `ch:"late_workers" json:"late_workers,omitzero"`
	SilentWorkers    uint32    `ch:"silent_workers" json:"silent_workers,omitzero"`
	Unaccounted      uint32    `ch:"unaccounted_workers" json:"unaccounted_workers,omitzero"`
	Closed           uint32    `ch:"closed" json:"closed,omitzero"`
}

// Grounds on which talks are proposed.
const (
	RedInARow  = "red_in_a_row" // 连续红灯
	RedAndLast = "red_and_last" // 红灯且县内末位
)

// Talk proposes talks (约谈) with a township. It is a proposal only: a person decides.
type Talk struct {
	Township string   `ch:"township" json:"township"`
	County   string   `ch:"county" json:"county"`
	Grounds  []string `ch:"grounds" json:"grounds"`
	Subjects string   `ch:"subjects" json:"subjects,omitzero"` // JSON: Behind
}

// Behind is a subject behind a proposal of talks.
type Behind struct {
	Scope  string  `json:"scope"`
	ID     string  `json:"scope_id"`
	Name   string  `json:"name"`
	Points float64 `json:"points"` // that it costs the township, in tenths
}

// Behind returns the subjects behind the proposal, those that cost most first; none where the edition did not name them.
func (t Talk) Behind() []Behind {
	var all []Behind
	_ = json.Unmarshal([]byte(t.Subjects), &all) // of an edition that did not name them it is empty
	return all
}

// Grade is an employer's compliance grade (守法诚信等级) and the routine visits it implies; see detectors/grades.
type Grade struct {
	Employer      string   `ch:"employer_uscc" json:"employer_uscc"`
	Name          string   `ch:"name" json:"name"`
	Township      string   `ch:"township" json:"township"`
	County        string   `ch:"county" json:"county"`
	Grade         string   `ch:"grade" json:"grade"` // A, B or C
	Reasons       []string `ch:"reasons" json:"reasons"`
	Findings      uint32   `ch:"findings" json:"findings"`
	Incidents     uint32   `ch:"incidents" json:"incidents"`
	Refused       uint32   `ch:"refused" json:"refused"`
	Convictions   uint32   `ch:"convictions" json:"convictions"`
	Records       []string `ch:"records" json:"records"`
	Projects      uint32   `ch:"projects" json:"projects"`
	Workers       uint32   `ch:"workers" json:"workers"`
	RedWarnings   uint32   `ch:"red_warnings" json:"red_warnings"`
	VisitsYear    uint8    `ch:"visits_year" json:"visits_year"`
	VisitsQuarter uint8    `ch:"visits_quarter" json:"visits_quarter"`
}

// Rate is one reported rate of a county or prefecture; see detectors/rates.
type Rate struct {
	Code        string  `ch:"code" json:"code"`
	Measure     string  `ch:"measure" json:"measure"`
	Numerator   uint32  `ch:"numerator" json:"numerator"`
	Denominator uint32  `ch:"denominator" json:"denominator"` // above 0
	Least       float64 `ch:"least" json:"least"`             // low end of the target, a share; 0 where none is set
	Aim         float64 `ch:"aim" json:"aim"`                 // high end
}

// Share is the rate itself, 0 to 1.
func (r Rate) Share() float64 { return float64(r.Numerator) / float64(r.Denominator) }

// Quarter returns the quarter that the visits of an edition are planned for, the one in which the day after its as-of
// date lies: year and 1 to 4.
func (e Edition) Quarter() (year, quarter int) {
	next := (e.AsOf + 1).Time()
	return next.Year(), (int(next.Month()) + 2) / 3
}
