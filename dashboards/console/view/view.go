// Package view is what pages read: the latest completed run in memory, as far as each person may see it, the facts of its
// subjects, the editions, and the shapes of all these that several pages or answers of the API share.
//
// A view is built once and never changed. A newer run replaces it as a whole (Keeper).
package view

import (
	"cmp"
	"slices"
	"time"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/verdict"
)

// Run is one completed detector run.
type Run struct {
	AsOf              civil.Date
	Number            uint64
	Started, Finished time.Time
	Policy            string
	Snapshot          string // the database with the facts the run judged
}

// Comparison is what changes are measured against: an edition, or an earlier run while there is none (Edition 0).
type Comparison struct {
	AsOf    civil.Date
	Edition uint32
}

// View is everything about one run that lists and rankings need. It is built once and never changed afterwards.
type View struct {
	Run      Run
	Previous *Comparison // nil when there is nothing earlier
	Units    []*Unit
	Unplaced []Unplaced // subjects of which nobody knows in which township they are
	Warnings []*Warning // active, red before yellow, then the newest
	// Failing are the detectors that failed in this run: their warnings stand as they were before.
	Failing map[string]Failing

	published
	answers Verdicts      // nil: casework is not connected
	book    *verdict.Book // what was found of warnings
	today   civil.Date    // on which quiets are judged
	Places
	Runs        []Run // the completed runs, oldest first
	ByCode      map[string]*Unit
	AtStake     map[string]float64    // yuan that is likely lost soon, by employer: see weigh
	FoundOf     map[string]Found      // what was found of the warnings about an employer, and about the projects that AtStake counts
	WarningsOf  map[string][]*Warning // by scope:scope_id
	Counties    []*Unit
	Prefectures []*Unit
}

// Failing says of a detector that failed in a run why, and since when it has.
type Failing struct {
	Since time.Time
	Why   string
}

// Unit is a township, county or prefecture with its index.
type Unit struct {
	Form                                             uint8  // of the index: 1 or 2
	Level                                            string // township, county or prefecture
	Code, Name, County, Prefecture                   string
	Index, Uncapped, Cap                             *float64
	Light                                            string
	Stale                                            bool
	CapReason                                        string
	Rank, RankedOf, RankPrefecture, RankedPrefecture uint32
	MonitoredWorkers, ArrearsWorkers                 uint32
	LateWorkers, SilentWorkers, Unaccounted, Closed  uint32
	ArrearsFen, EstimatedFen                         int64 // the latter of the former
	Components                                       []Component
	Lost                                             []Loss
	LostElsewhere                                    float64 // by subjects that the person may not know of
	Worst                                            []Worst
	Policy                                           string
	Previous                                         *Unit // the same unit in View.Previous; nil when it was not there
	Yesterday                                        *Unit // the same unit in Places.Yesterday; nil when it was not there
	Trend                                            []Point
	Red, Yellow                                      int // active warnings
	Likely                                           int // subjects that arrears-risk warns of
	Townships                                        int
	RankOnly                                         bool // only its name and rank may be known (access.RankOnly)
}

// Component is one part of the index. Points add up to the index before the cap.
type Component struct {
	ID                                                    string
	Weight, Score, Points, Numerator, Denominator, Scored float64
}

// Loss is a part of the points that a unit lost, with the act that regains it and whose that is. The losses of a unit add up to
// 100 less its index.
type Loss struct {
	Component string      `json:"component"` // or cap
	Scope     string      `json:"scope"`
	ID        string      `json:"scope_id"`
	Name      string      `json:"name"`
	Lead      string      `json:"lead"`      // id of a lead or incident; else empty
	Safeguard string      `json:"safeguard"` // that is not in force; else empty
	Detectors []string    `json:"detectors"` // whose warnings count
	Workers   uint32      `json:"workers"`
	Points    float64     `json:"points"`
	Act       string      `json:"act"`
	By        string      `json:"by"`
	Until     *civil.Date `json:"until"` // the last day on which it still counts, where time regains it; else null
}

// Unplaced is a subject of which nobody knows in which township it is.
type Unplaced struct {
	Scope   string `json:"scope"`
	ID      string `json:"scope_id"`
	Name    string `json:"name"`
	County  string `json:"county"` // empty where not even that is known
	Workers uint32 `json:"workers"`
	Owed    uint32 `json:"owed_workers"`
	Fen     int64  `json:"owed_fen"`
	Guessed int64  `json:"estimated_fen"` // of owed_fen
}

// Worst is a subject that costs the unit points, as the run worked out.
type Worst struct {
	Scope   string   `json:"scope"`
	ID      string   `json:"scope_id"`
	Name    string   `json:"name"`
	Workers uint32   `json:"workers"`
	Index   *float64 `json:"index_if_fixed"`
	Gain    float64  `json:"gain"`
}

// Point is a unit's index on an as-of date; Index is nil when grey or stale.
type Point struct {
	AsOf  civil.Date
	Index *float64
	Light string
	Rank  uint32
}

// Change returns the index less the previous one, and whether both exist and are of one form.
func (u *Unit) Change() (float64, bool) {
	if u.Index == nil || u.Previous == nil || u.Previous.Index == nil || u.Previous.Form != u.Form {
		return 0, false
	}
	return language.Tenths(*u.Index) - language.Tenths(*u.Previous.Index), true
}

// Capped tells whether the cap lowers the index. One that applies to an index below it anyway does not.
func (u *Unit) Capped() bool {
	return u.Index != nil && u.Uncapped != nil && language.Tenths(*u.Index) < language.Tenths(*u.Uncapped)
}

// HasChange and Moved are Change for templates, which take one value at a time.
func (u *Unit) HasChange() bool { _, ok := u.Change(); return ok }

// Moved is the change alone.
func (u *Unit) Moved() float64 { v, _ := u.Change(); return language.Tenths(v) }

// Warning is an active warning.
type Warning struct {
	Detector, Scope, ScopeID, Episode          string
	Opened, LevelOn, Since                     civil.Date
	Closed                                     *civil.Date // only in histories
	Level                                      catalog.Level
	Name, Township, County, Sector, Department string
	Workers                                    uint32
	AmountFen                                  int64
	Score                                      float64
	Stakes                                     float64 // yuan of its subject that is likely lost soon: see weigh
	Evidence                                   string
	Basis                                      []string
	// What people found of it (Judged).
	Answerable bool               // casework is connected
	Verdict    *verdict.Verdict   // nil: nobody has said anything
	Seq        uint32             // of the last event about it
	Quiet      bool               // it was found untrue, and nothing of it has grown
	QuietEnded verdict.Change     // why it is not quiet any more
	AnswerBy   *casefile.Deadline // for a verdict; nil where there is one
	// Unjudged is since when the detector has failed, so that nobody knows whether the warning still holds; nil where it has not.
	Unjudged *time.Time
}

// SubjectKey is also the id of the subject's case (internal/domain/casefile).
func SubjectKey(scope, id string) string { return scope + ":" + id }

// index fills what is derived: look-ups, counts, order. It is called before the view is shown, and again of the part that a person
// may see: counts begin anew.
func (v *View) index() {
	v.ByCode = make(map[string]*Unit, len(v.Units))
	for _, u := range v.Units {
		v.ByCode[u.Code] = u
	}
	v.Counties, v.Prefectures = nil, nil
	for _, u := range v.Units {
		u.Townships, u.Red, u.Yellow, u.Likely = 0, 0, 0, 0
	}
	for _, u := range v.Units {
		switch {
		case u.RankOnly: // neither to be chosen nor counted
		case u.Level == "county":
			v.Counties = append(v.Counties, u)
		case u.Level == "prefecture":
			v.Prefectures = append(v.Prefectures, u)
		case u.Level == "township":
			if c := v.ByCode[u.County]; c != nil {
				c.Townships++
			}
			if p := v.ByCode[u.Prefecture]; p != nil {
				p.Townships++
			}
		}
	}
	byCode := func(a, b *Unit) int { return cmp.Compare(a.Code, b.Code) }
	slices.SortFunc(v.Counties, byCode)
	slices.SortFunc(v.Prefectures, byCode)

	v.weigh()
	slices.SortStableFunc(v.Warnings, WorstFirst)
	v.WarningsOf = make(map[string][]*Warning, len(v.Warnings))
	for _, w := range v.Warnings {
		key := SubjectKey(w.Scope, w.ScopeID)
		v.WarningsOf[key] = append(v.WarningsOf[key], w)
		prefecture := ""
		if t := v.ByCode[w.Township]; t != nil {
			prefecture = t.Prefecture
		} else if len(w.County) >= 4 {
			prefecture = w.County[:4]
		}
		for _, code := range []string{w.Township, w.County, prefecture} {
			if u := v.ByCode[code]; u != nil {
				if w.Detector == riskDetector {
					u.Likely++
				}
				if w.Level == catalog.Red {
					u.Red++
				} else {
					u.Yellow++
				}
			}
		}
	}
}

// WorstFirst orders warnings as an inspector reads them: those that are quiet last, red first, then where most is at stake (weigh), then the newest, then by the
// detector's own score.
func WorstFirst(a, b *Warning) int {
	return cmp.Or(
		QuietLast(a, b),
		-cmp.Compare(LevelOrder(a.Level), LevelOrder(b.Level)),
		-cmp.Compare(a.Stakes, b.Stakes),
		-cmp.Compare(a.Opened, b.Opened),
		-cmp.Compare(a.Score, b.Score),
		cmp.Compare(a.ScopeID, b.ScopeID),
		cmp.Compare(a.Detector, b.Detector),
	)
}

// QuietLast puts warnings that are quiet behind the others.
func QuietLast(a, b *Warning) int {
	switch {
	case a.Quiet == b.Quiet:
		return 0
	case a.Quiet:
		return 1
	}
	return -1
}

// LevelOrder orders levels: red is above yellow.
func LevelOrder(l catalog.Level) int {
	if l == catalog.Red {
		return 2
	}
	return 1
}
