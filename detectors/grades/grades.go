// Package grades gives employers their compliance grade (企业劳动保障守法诚信等级, MOHRSS 2016 No. 1) and the routine visits
// it implies.
//
// A: no violation found. B: violations found, none of what makes C. C: three or more violations in a year, a group or
// extreme incident, an order that is not obeyed, or a conviction for refusing to pay.
//
// A violation is found when labour inspection has dealt with it (查处): by an order or an administrative decision that was
// not taken back. A warning is a suspicion and grades nobody; nor do arbitration and suits, which decide between two
// parties. An order and the decision that follows it in the same lead are one violation. Findings are those of who is
// addressed; an incident on a site is also the general contractor's, who answers for all wages of the project (Reg. 30).
package grades

import (
	"fmt"
	"hash/fnv"

	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/edition"
)

// The grades.
const (
	A = "A"
	B = "B"
	C = "C"
)

// Reasons of a grade other than A.
const (
	Violation = "violation" // B: violations found
	Repeated  = "repeated"  // C: as many as policy says
	Incident  = "incident"  // C
	Refused   = "refused"   // C
	Convicted = "convicted" // C
)

// rules are the numbers of policy section grades on a day.
type rules struct {
	windowDays       int
	findingKinds     []string
	voidOutcomes     []string
	repeatedFindings uint32
}

func rulesOf(p *policy.Policy, on civil.Date) (rules, error) {
	var r rules
	window, err := p.Number("grades", "window_days", "", on)
	if err != nil {
		return r, err
	}
	repeated, err := p.Number("grades", "repeated_findings", "", on)
	if err != nil {
		return r, err
	}
	if r.findingKinds, err = p.Texts("grades", "finding_kinds", "", on); err != nil {
		return r, err
	}
	r.voidOutcomes, err = p.Texts("grades", "void_outcomes", "", on)
	r.windowDays, r.repeatedFindings = int(window), uint32(repeated)
	return r, err
}

// grade sets grade and reasons from the counts.
func (r rules) grade(g *edition.Grade) {
	for _, c := range []struct {
		reason string
		holds  bool
	}{
		{Repeated, g.Findings >= r.repeatedFindings},
		{Incident, g.Incidents > 0},
		{Refused, g.Refused > 0},
		{Convicted, g.Convictions > 0},
	} {
		if c.holds {
			g.Reasons = append(g.Reasons, c.reason)
		}
	}
	switch {
	case len(g.Reasons) > 0:
		g.Grade = C
	case g.Findings > 0:
		g.Grade, g.Reasons = B, []string{Violation}
	default:
		g.Grade = A
	}
}

// plan sets the routine visits of a year and of the quarter of a day. Employers with the same number of visits a year are
// spread over the quarters by their credit code, each at even distances, so that no quarter has all of them and four
// quarters in a row always add up to the year's number.
func plan(g *edition.Grade, p *policy.Policy, on civil.Date) error {
	visits, err := p.Number("grades", map[string]string{A: "visits_a", B: "visits_b", C: "visits_c"}[g.Grade], g.County, on)
	if err != nil {
		return err
	}
	if visits < 0 || visits > 52 {
		return fmt.Errorf("policy asks for %v routine visits a year of grade %s: want 0 to 52", visits, g.Grade)
	}
	first := on.Time()
	quarter := first.Year()*4 + (int(first.Month())-1)/3
	sum := fnv.New32a()
	sum.Write([]byte(g.Employer))
	turn := quarter + int(sum.Sum32()%4)
	year := int(visits)
	g.VisitsYear, g.VisitsQuarter = uint8(year), uint8((turn+1)*year/4-turn*year/4)
	return nil
}
