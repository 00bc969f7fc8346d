package ranking

import (
	"strconv"
	"strings"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
)

// IndexRules are the numbers of the index in force (policy sections index and owed), for the page that works it out. Shares are
// 0 to 1; the lights' bounds are the configuration's.
type IndexRules struct {
	Form                                    uint8 // that the numbers are of
	WindowDays, GraceDays, LateDays         int
	AcceptWorkdays, ResolveWorkdays         int
	LeastWorkers, LeastOwed, StaleDays      int
	CapIncidentPeople, SilentLeast          int
	Cushion, LateWeight, LeadsCushion       float64
	HazardRed, HazardYellow                 float64
	CapIncident, CapSilentMonths, CapSilent float64
	SilentShare, CapOrder                   float64
	ArrearsCurve, TimelinessCurve           []CurvePoint // ascending
	Weights                                 map[string]float64
}

// CurvePoint is one of the points between which a score runs in straight lines.
type CurvePoint struct{ At, Score float64 }

// explainData works an index out, line by line, with the unit's own figures.
type explainData struct {
	Unit   *view.Unit
	Path   string
	Rules  IndexRules
	Lights view.Lights
	Steps  []explainStep // none for an index of another form than the numbers in force
	Sum    string
}

// explainStep is one component: what it counts, how it is scored, and the calculation in figures.
type explainStep struct {
	Row          componentRow
	Rule         string
	Calculations []string // none where there is nothing to judge by
}

// ExplainPage is the page at /explain/{code}.
func (p *Pages) ExplainPage(r *web.Request) (web.Answer, error) {
	d, err := p.explanation(r)
	if err != nil {
		return web.Answer{}, err
	}
	return web.Answer{Template: "explain", Title: language.Fill(r.Lang, "explain.title", d.Unit.Name), Data: d}, nil
}

// explanation works out the index of the unit that the address names.
func (p *Pages) explanation(r *web.Request) (*explainData, error) {
	u := r.View.ByCode[r.HTTP.PathValue("code")]
	if u == nil || u.RankOnly || len(u.Components) == 0 {
		return nil, web.ErrNotFound
	}
	d := &explainData{Unit: u, Path: p.Regions.Path(u.Code), Rules: p.Rules, Lights: p.Lights}
	if u.Form != p.Rules.Form {
		return d, nil
	}
	var sum []string
	for _, part := range u.Components {
		step := explainStep{Row: rowOf(u, part), Rule: ruleOf(r.Lang, part.ID, p.Rules)}
		if part.Denominator > 0 {
			step.Calculations = []string{p.Rules.scored(u, part), p.Rules.score(part), PointsOf(part)}
		}
		sum = append(sum, language.Fixed(part.Points, 1))
		d.Steps = append(d.Steps, step)
	}
	if u.Uncapped != nil {
		d.Sum = strings.Join(sum, " + ") + " = " + language.Fixed(*u.Uncapped, 1)
		if u.Capped() {
			d.Sum += " → " + language.Fixed(*u.Index, 1)
		}
	}
	return d, nil
}

// ruleOf says in words how a component is scored, with the numbers in force.
func ruleOf(l language.Locale, id string, k IndexRules) string {
	switch id {
	case "arrears":
		return language.Fill(l, "explain.arrears", strconv.Itoa(k.GraceDays), strconv.Itoa(k.LateDays), language.Number(k.LateWeight), language.Number(k.Cushion))
	case "timeliness":
		return language.Fill(l, "explain.timeliness", strconv.Itoa(k.GraceDays))
	case "safeguards":
		return language.Message(l, "explain.safeguards")
	case "resolution":
		return language.Fill(l, "explain.resolution", strconv.Itoa(k.AcceptWorkdays), strconv.Itoa(k.ResolveWorkdays), language.Number(k.LeadsCushion))
	case "hazard":
		return language.Fill(l, "explain.hazard", language.Number(k.HazardRed), language.Number(k.HazardYellow))
	}
	return ""
}

// scored writes how the rate or share that is scored comes about.
func (k IndexRules) scored(u *view.Unit, c view.Component) string {
	n, d := language.Exactly(c.Numerator), language.Exactly(c.Denominator)
	switch c.ID {
	case "arrears":
		owed := language.Whole(u.ArrearsWorkers)
		if u.LateWorkers > 0 {
			owed = "(" + owed + " + " + language.Number(k.LateWeight) + " × " + language.Whole(u.LateWorkers) + ")"
		}
		return owed + " ÷ (" + d + " + " + language.Number(k.Cushion) + ") = " + language.Share(c.Scored)
	case "resolution":
		p := language.Number(k.LeadsCushion)
		return "(" + n + " + " + p + ") ÷ (" + d + " + " + p + ") = " + language.Share(c.Scored)
	}
	return n + " ÷ " + d + " = " + language.Share(c.Scored)
}

// score writes how the score follows from the rate or share.
func (k IndexRules) score(c view.Component) string {
	score := language.Fixed(c.Score, 3)
	switch c.ID {
	case "arrears":
		return line(k.ArrearsCurve, c.Scored) + " = " + score
	case "timeliness":
		return line(k.TimelinessCurve, c.Scored) + " = " + score
	case "hazard":
		return "100 × (100% − " + language.Share(c.Scored) + ") = " + score
	}
	return "100 × " + language.Share(c.Scored) + " = " + score
}

// line writes the straight line of a curve on which a value lies.
func line(curve []CurvePoint, v float64) string {
	for i, p := range curve {
		if v > p.At {
			continue
		}
		if i == 0 || v == p.At {
			return language.Number(p.Score)
		}
		from := curve[i-1]
		sign, slope := " + ", p.Score-from.Score
		if slope < 0 {
			sign, slope = " − ", -slope
		}
		return language.Number(from.Score) + sign + language.Number(slope) + " × (" + language.Share(v) + " − " + language.Share(from.At) + ") ÷ (" + language.Share(p.At) + " − " + language.Share(from.At) + ")"
	}
	if len(curve) == 0 {
		return "?"
	}
	return language.Number(curve[len(curve)-1].Score)
}

// PointsOf writes the points that a score earns, and those shown where adding up exactly took or gave a tenth.
func PointsOf(c view.Component) string {
	exact := language.Tenths(c.Weight * c.Score / 100)
	text := language.Number(c.Weight) + " × " + language.Fixed(c.Score, 3) + " ÷ 100 = " + language.Fixed(exact, 1)
	if c.Points != exact {
		text += " → " + language.Fixed(c.Points, 1)
	}
	return text
}
