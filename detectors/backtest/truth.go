package backtest

import (
	"cmp"
	"slices"
	"strings"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Cause is why a subject got into trouble, which only a simulation can tell.
type Cause struct {
	Subject
	Cause     string
	From      civil.Date
	VisibleOn *civil.Date // first day on which a record, or one that should be there, gives it away
	EndedOn   *civil.Date // nil while it lasts
}

// Truth compares warnings with the causes behind the records.
type Truth struct {
	Found         Found   `json:"found"`
	Causes        []Found `json:"causes"`         // by kind of cause
	CleanSubjects int     `json:"clean_subjects"` // projects and employers without a cause: their own, of their general contractor or of their projects
	CleanWarned   int     `json:"clean_warned"`   // those of them that some warning was about
}

// Found counts the causes that became visible after the first as-of date, up to the last. One is found by the first
// warning about its subject that opened while the cause lasted.
type Found struct {
	Cause    string     `json:"cause,omitempty"`
	Causes   int        `json:"causes"`
	Found    int        `json:"found"`
	Share    *float64   `json:"share"`
	DaysTo   *Quartiles `json:"days_to"`   // from the day it became visible; below 0 where a warning came before that
	Earliest []string   `json:"detectors"` // that found one first, sorted
}

// Compare adds to the report what the hidden truth says.
func (r *Report) Compare(h History, causes []Cause) {
	t := &Truth{Causes: []Found{}}
	kinds := map[string][]Cause{}
	for _, c := range causes {
		kinds[c.Cause] = append(kinds[c.Cause], c)
	}
	t.Found = r.found("", causes)
	for kind, of := range kinds {
		t.Causes = append(t.Causes, r.found(kind, of))
	}
	slices.SortFunc(t.Causes, func(a, b Found) int { return cmp.Compare(a.Cause, b.Cause) })

	clean := cleanSubjects(h, causes)
	t.CleanSubjects = len(clean)
	warned := map[Subject]bool{}
	alarms := func(of row) *int {
		n := 0
		for _, one := range r.Judged {
			if clean[one.Subject] && of.holds(one.Episode) {
				n++
				warned[one.Subject] = true
			}
		}
		return &n
	}
	r.Overall.FalseAlarms, r.Ahead.FalseAlarms = alarms(all), alarms(ahead)
	for i := range r.Detectors {
		r.Detectors[i].FalseAlarms = alarms(row{detector: r.Detectors[i].Detector})
	}
	t.CleanWarned = len(warned)
	r.Truth = t
}

func (r *Report) found(kind string, causes []Cause) Found {
	f := Found{Cause: kind, Earliest: []string{}}
	var took []int
	for _, c := range causes {
		if c.VisibleOn == nil || *c.VisibleOn <= r.From || *c.VisibleOn > r.To {
			continue
		}
		f.Causes++
		var first *Episode
		for _, one := range r.Judged {
			if one.Subject != c.Subject || one.OpenedOn < c.From || c.EndedOn != nil && one.OpenedOn > *c.EndedOn {
				continue
			}
			if first == nil || one.OpenedOn < first.OpenedOn || one.OpenedOn == first.OpenedOn && strings.Compare(one.Detector, first.Detector) < 0 {
				first = &one.Episode
			}
		}
		if first != nil {
			f.Found++
			took = append(took, int(first.OpenedOn-*c.VisibleOn))
			if at, known := slices.BinarySearch(f.Earliest, first.Detector); !known {
				f.Earliest = slices.Insert(f.Earliest, at, first.Detector)
			}
		}
	}
	f.Share, f.DaysTo = share(float64(f.Found), float64(f.Causes)), quartiles(took)
	return f
}

// cleanSubjects are the projects and employers that no cause touches, by themselves or through their general contractor.
func cleanSubjects(h History, causes []Cause) map[Subject]bool {
	touched := map[Subject]bool{}
	for _, c := range causes {
		touched[c.Subject] = true
	}
	through := map[Subject]bool{}
	for _, p := range h.Parties {
		if contractor := (Subject{catalog.Employer, p.Contractor}); p.Contractor != "" {
			through[p.Subject] = through[p.Subject] || touched[contractor]
			through[contractor] = through[contractor] || touched[p.Subject]
		}
	}
	clean := map[Subject]bool{}
	for _, p := range h.Parties {
		if !touched[p.Subject] && !through[p.Subject] {
			clean[p.Subject] = true
		}
	}
	return clean
}
