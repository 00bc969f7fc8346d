package view

import (
	"encoding/json"
	"math"

	"github.com/anxin-project/anxin/internal/domain/civil"
)

// riskDetector tells the odds that wages which fall due soon stay unpaid.
const riskDetector = "arrears-risk"

// weigh fills what is at stake: of a subject that arrears-risk warns of, the money of that warning (what is past due and a month of
// wages) times the odds, less the longer the pay day is off: half of it counts a month ahead. Warnings about other subjects
// have no stakes and stand behind, as before.
func (v *View) weigh() {
	of := map[string]float64{}
	for _, w := range v.Warnings {
		if w.Detector == riskDetector {
			of[SubjectKey(w.Scope, w.ScopeID)] = stakes(w, v.Run.AsOf)
		}
	}
	for _, w := range v.Warnings {
		w.Stakes = of[SubjectKey(w.Scope, w.ScopeID)]
	}
}

// stakes rounds to whole yuan, so that what nobody could tell apart does not set the order.
func stakes(w *Warning, asOf civil.Date) float64 {
	var told struct {
		PayBy civil.Date `json:"pay_by"`
	}
	days := 30. // an employer without projects has no agreed pay day
	if err := json.Unmarshal([]byte(w.Evidence), &told); err == nil && told.PayBy > 0 {
		days = max(0, float64(told.PayBy-asOf))
	}
	return math.Round(float64(w.AmountFen) / 100 * w.Score / (1 + days/30))
}
