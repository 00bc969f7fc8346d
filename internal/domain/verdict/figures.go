package verdict

import (
	"slices"

	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Warned is one episode with what was found of it.
type Warned struct {
	Key
	Seen
	Stands *Verdict // the last; nil: nobody has said anything
	First  *Verdict
	By     casefile.Deadline // by the terms of today; a verdict has its own
}

// Figures say of some warnings what was found of them. A share of nothing is nil, never 0.
type Figures struct {
	Warnings  int      `json:"warnings"` // = true + untrue + settled + no_verdict
	True      int      `json:"true"`
	Untrue    int      `json:"untrue"`
	Settled   int      `json:"settled"`
	None      int      `json:"no_verdict"`
	Late      int      `json:"no_verdict_late"` // of those, whose last day has passed
	TrueShare *float64 `json:"true_share"`      // (true + settled) ÷ all verdicts: what was settled was true
	// MedianDays is the median of days from the opening of a warning to its first verdict.
	MedianDays *float64 `json:"median_days"`
	InTime     int      `json:"in_time"` // first verdict not after its last day
	// InTimeShare is in time ÷ (verdicts with a last day + no_verdict_late): of all that were to be answered by now.
	InTimeShare *float64 `json:"in_time_share"`
}

// Measure counts warnings by what was found of them as of a day.
func Measure(all []Warned, today civil.Date) Figures {
	var f Figures
	var took []int
	due := 0
	for _, w := range all {
		f.Warnings++
		if w.Stands == nil {
			f.None++
			if w.By.Due != nil && today > *w.By.Due {
				f.Late++
				due++
			}
			continue
		}
		switch w.Stands.Kind {
		case True:
			f.True++
		case Untrue:
			f.Untrue++
		case Settled:
			f.Settled++
		}
		first := w.First
		if first == nil {
			first = w.Stands
		}
		took = append(took, max(0, int(first.On()-first.OpenedOn)))
		if first.AnswerBy != nil {
			due++
			if first.On() <= *first.AnswerBy {
				f.InTime++
			}
		}
	}
	f.TrueShare = share(f.True+f.Settled, f.True+f.Settled+f.Untrue)
	f.InTimeShare = share(f.InTime, due)
	if len(took) > 0 {
		slices.Sort(took)
		middle := float64(took[len(took)/2]+took[(len(took)-1)/2]) / 2
		f.MedianDays = &middle
	}
	return f
}

func share(of, whole int) *float64 {
	if whole == 0 {
		return nil
	}
	v := float64(of) / float64(whole)
	return &v
}
