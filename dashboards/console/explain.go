package console

import (
	"strconv"
	"strings"
)

// IndexRules are the numbers of the index in force (policy section index), for the page that works it out. Shares are 0
// to 1; the lights' bounds are the configuration's.
type IndexRules struct {
	WindowDays, GraceDays, LateDays  int
	ResolutionWorkdays, LeastWorkers int
	StaleDays, CapIncidentPeople     int
	IncidenceHalf, PriorWorkers      float64
	TimelinessFloor, PriorLeads      float64
	HazardRed, HazardYellow          float64
	CapIncident, CapOrder            float64
	Weights                          map[string]float64 // by component, adding up to 100
}

// explainData works an index out, line by line, with the unit's own figures.
type explainData struct {
	Unit     *Unit
	Path     string
	Rules    IndexRules
	Lights   Lights
	Steps    []explainStep
	Rescaled bool // a component is left out and its weight shared
	Sum      string
}

// explainStep is one component: what it counts, how it is scored, and the calculation in figures.
type explainStep struct {
	Component
	Rule         string
	Full         float64 // weight before rescaling
	Calculations []string
	Left         bool
}

func (c *Console) explainPage(r *request) (answer, error) {
	d, err := c.explanation(r)
	if err != nil {
		return answer{}, err
	}
	return answer{template: "explain", title: fill(r.lang, "explain.title", d.Unit.Name), data: d}, nil
}

// explanation works out the index of the unit that the address names.
func (c *Console) explanation(r *request) (*explainData, error) {
	u := r.view.unit[r.http.PathValue("code")]
	if u == nil || u.RankOnly || len(u.Components) == 0 {
		return nil, errNotFound
	}
	d := &explainData{Unit: u, Path: c.regions.Path(u.Code), Rules: c.rules, Lights: c.config.Lights}
	base := u // what the unit is shrunk towards: a township's county, also where the person may not see that, else itself
	if county := r.all.unit[u.County]; u.Level == "township" && county != nil {
		base = county
	}
	var sum []string
	for _, part := range u.Components {
		step := explainStep{Component: part, Full: c.rules.Weights[part.ID], Left: part.Weight == 0}
		step.Rule = r.lang.rule(part.ID, c.rules)
		if step.Left {
			d.Rescaled = true
		} else {
			step.Calculations = []string{c.rules.scored(part, rate(base, part.ID)), c.rules.score(part), pointsOf(part)}
			sum = append(sum, fixed(part.Points, 1))
		}
		d.Steps = append(d.Steps, step)
	}
	if u.Uncapped != nil {
		d.Sum = strings.Join(sum, " + ") + " = " + fixed(*u.Uncapped, 1)
		if u.Capped() {
			d.Sum += " → " + fixed(*u.Index, 1)
		}
	}
	return d, nil
}

// rate is the raw rate of one of a unit's components.
func rate(u *Unit, id string) float64 {
	for _, c := range u.Components {
		if c.ID == id && c.Denominator > 0 {
			return c.Numerator / c.Denominator
		}
	}
	return 0
}

// rule says in words how a component is scored, with the numbers in force.
func (l locale) rule(id string, k IndexRules) string {
	switch id {
	case "incidence":
		return fill(l, "explain.incidence", strconv.Itoa(k.GraceDays), strconv.Itoa(k.LateDays), number(k.PriorWorkers), share(k.IncidenceHalf))
	case "timeliness":
		return fill(l, "explain.timeliness", strconv.Itoa(k.GraceDays), share(k.TimelinessFloor))
	case "safeguards":
		return message(l, "explain.safeguards")
	case "resolution":
		return fill(l, "explain.resolution", strconv.Itoa(k.ResolutionWorkdays), number(k.PriorLeads))
	case "hazard":
		return fill(l, "explain.hazard", number(k.HazardRed), number(k.HazardYellow))
	}
	return ""
}

// scored writes how the rate or share that is scored comes about; towards is the rate it is shrunk to.
func (k IndexRules) scored(c Component, towards float64) string {
	n, d := number(c.Numerator), number(c.Denominator)
	switch c.ID {
	case "incidence":
		p := number(k.PriorWorkers)
		return "(" + n + " + " + p + " × " + share(towards) + ") ÷ (" + d + " + " + p + ") = " + share(c.Shrunk)
	case "resolution":
		p := number(k.PriorLeads)
		return "(" + n + " + " + p + " × " + share(towards) + ") ÷ (" + d + " + " + p + ") = " + share(c.Shrunk)
	case "timeliness":
		return number(c.Numerator/100) + " ÷ " + number(c.Denominator/100) + " = " + share(c.Shrunk)
	}
	return n + " ÷ " + d + " = " + share(c.Shrunk)
}

// score writes how the score follows from the rate or share.
func (k IndexRules) score(c Component) string {
	score := fixed(c.Score, 3)
	switch c.ID {
	case "incidence":
		return "100 × 2^(−" + share(c.Shrunk) + " ÷ " + share(k.IncidenceHalf) + ") = " + score
	case "timeliness":
		return "100 × (" + share(c.Shrunk) + " − " + share(k.TimelinessFloor) + ") ÷ (100% − " + share(k.TimelinessFloor) + ") = " + score
	case "hazard":
		return "100 × (100% − " + share(c.Shrunk) + ") = " + score
	}
	return "100 × " + share(c.Shrunk) + " = " + score
}

// pointsOf writes the points that a score earns.
func pointsOf(c Component) string {
	return fixed(c.Weight, 4) + " × " + fixed(c.Score, 3) + " ÷ 100 = " + fixed(c.Points, 1)
}

// number writes a figure of a calculation, share a share as per cent: with so many digits that a reader who follows the
// calculation comes to the points shown.
func number(v float64) string { return fixed(v, decimals(v)) }

func share(v float64) string {
	text := strconv.FormatFloat(v*100, 'f', 4, 64)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".") + "%"
}
