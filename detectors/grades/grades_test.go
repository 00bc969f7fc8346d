package grades

import (
	"fmt"
	"slices"
	"testing"

	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/edition"
)

func TestAGradeFollowsFromWhatWasFound(t *testing.T) {
	r, err := rulesOf(policy.National(), civil.NewDate(2026, 10, 31))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name    string
		record  edition.Grade
		grade   string
		reasons []string
	}{
		{"nothing", edition.Grade{}, A, nil},
		{"red warnings only: a suspicion", edition.Grade{RedWarnings: 5}, A, nil},
		{"one violation", edition.Grade{Findings: 1}, B, []string{Violation}},
		{"two violations", edition.Grade{Findings: 2}, B, []string{Violation}},
		{"three violations", edition.Grade{Findings: 3}, C, []string{Repeated}},
		{"a group incident", edition.Grade{Incidents: 1}, C, []string{Incident}},
		{"an order that is not obeyed", edition.Grade{Findings: 1, Refused: 1}, C, []string{Refused}},
		{"a conviction", edition.Grade{Convictions: 1}, C, []string{Convicted}},
		{"everything", edition.Grade{Findings: 4, Incidents: 1, Refused: 2, Convictions: 1}, C, []string{Repeated, Incident, Refused, Convicted}},
	} {
		g := tt.record
		r.grade(&g)
		if g.Grade != tt.grade || !slices.Equal(g.Reasons, tt.reasons) {
			t.Errorf("%s: %s because of %v, want %s because of %v", tt.name, g.Grade, g.Reasons, tt.grade, tt.reasons)
		}
	}
}

func TestFourQuartersInARowHaveTheYearsVisits(t *testing.T) {
	p := policy.National()
	inQuarter := map[int]int{}
	for n := range 400 {
		for grade, year := range map[string]int{A: 0, B: 2, C: 4} {
			sum := 0
			for i, month := range []civil.Month{681, 684, 687, 690} { // October 2026 and on
				g := edition.Grade{Employer: fmt.Sprintf("91330000MA%08d", n), Grade: grade, County: "331024"}
				if err := plan(&g, p, month.First()); err != nil {
					t.Fatal(err)
				}
				if int(g.VisitsYear) != year || g.VisitsQuarter > 1 {
					t.Errorf("grade %s: %d visits a year, %d in a quarter", grade, g.VisitsYear, g.VisitsQuarter)
				}
				sum += int(g.VisitsQuarter)
				if grade == B {
					inQuarter[i] += int(g.VisitsQuarter)
				}
			}
			if sum != year {
				t.Errorf("grade %s is visited %d times in four quarters, want %d", grade, sum, year)
			}
		}
	}
	for i, n := range inQuarter {
		if n < 150 || n > 250 {
			t.Errorf("quarter %d has %d of 400 employers of grade B: they are not spread", i, n)
		}
	}
}
