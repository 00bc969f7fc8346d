package view

import (
	"encoding/json"
	"math"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/verdict"
)

// riskDetector tells the odds that wages which fall due soon stay unpaid.
const riskDetector = "arrears-risk"

// weigh fills what is at stake: of a subject that arrears-risk warns of, the money of that warning (what is past due and a month of
// wages) times the odds, less the longer the pay day is off: half of it counts a month ahead. Warnings about other subjects
// have no stakes and stand behind, as before; so does one that was found untrue and is quiet. AtStake adds up an employer's own and those of the projects whose general contractor
// it is, which says whom to inspect first.
func (v *View) weigh() {
	of, contractors := map[string]float64{}, map[string]string{}
	v.AtStake = map[string]float64{}
	for _, w := range v.Warnings {
		if w.Detector != riskDetector {
			continue
		}
		yuan, contractor := stakes(w, v.Run.AsOf)
		contractors[SubjectKey(w.Scope, w.ScopeID)] = contractor
		if w.Quiet {
			continue
		}
		of[SubjectKey(w.Scope, w.ScopeID)] = yuan
		if contractor != "" {
			v.AtStake[contractor] += yuan
		} else if w.Scope == string(catalog.Employer) {
			v.AtStake[w.ScopeID] += yuan
		}
	}
	v.FoundOf = map[string]Found{}
	for _, w := range v.Warnings {
		w.Stakes = of[SubjectKey(w.Scope, w.ScopeID)]
		employer := contractors[SubjectKey(w.Scope, w.ScopeID)]
		if employer == "" && w.Scope == string(catalog.Employer) {
			employer = w.ScopeID
		}
		if w.Answerable && employer != "" {
			v.FoundOf[employer] = v.FoundOf[employer].with(w)
		}
	}
}

// Found counts active warnings by what people found of them.
type Found struct {
	True    int `json:"true"`
	Untrue  int `json:"untrue"`
	Settled int `json:"settled"`
	None    int `json:"no_verdict"`
}

func (f Found) with(w *Warning) Found {
	switch {
	case w.Verdict == nil:
		f.None++
	case w.Verdict.Kind == verdict.True:
		f.True++
	case w.Verdict.Kind == verdict.Untrue:
		f.Untrue++
	default:
		f.Settled++
	}
	return f
}

// stakes rounds to whole yuan, so that what nobody could tell apart does not set the order.
func stakes(w *Warning, asOf civil.Date) (yuan float64, contractor string) {
	var told struct {
		PayBy      civil.Date `json:"pay_by"`
		Contractor string     `json:"contractor"`
	}
	days := 30. // an employer without projects has no agreed pay day
	if err := json.Unmarshal([]byte(w.Evidence), &told); err == nil && told.PayBy > 0 {
		days = max(0, float64(told.PayBy-asOf))
	}
	return math.Round(float64(w.AmountFen) / 100 * w.Score / (1 + days/30)), told.Contractor
}
