package app

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/anxin-project/anxin/alerts"
	"github.com/anxin-project/anxin/dashboards/console"
	shipped "github.com/anxin-project/anxin/detectors/catalog"
	"github.com/anxin-project/anxin/detectors/index"
	"github.com/anxin-project/anxin/detectors/pass"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/platform/access/reveal"
	"github.com/anxin-project/anxin/internal/platform/access/signin"
)

// Console builds the pages. Without work, casework's part, nothing can be done on a case; without an opener no name is shown in
// clear; demo are people whom the sign-in page offers, and progress what it shows until there is something to see.
func (p *Parts) Console(work *alerts.Alerts, gate *signin.Gate, opener reveal.Opener, demo []console.DemoPerson, progress func() []console.Stage) (*console.Console, error) {
	c := p.Config.Console
	k, err := pass.Constants(p.Policy, civil.DateOf(p.Now()))
	if err != nil {
		return nil, err
	}
	c.Lights = console.Lights{Green: k.Green, Yellow: k.Yellow}
	d := console.Dependencies{
		Conn: p.Store, Catalog: shipped.Headers(p.Catalogue), Thresholds: p.thresholds, Laws: p.Laws, Calendar: p.Calendar, SiteTerms: p.siteTerms, Sources: p.Policy.Sources(), Index: indexRules(k), Naming: p.naming, Progress: progress, Logger: p.Log, Now: p.Now, Metrics: p.Registry,
		Gate: gate, Vault: reveal.NewVault(opener, gate.Audit(), p.Registry), Demo: demo,
	}
	if work != nil { // avoid a typed nil in a non-nil interface
		d.Cases, d.Blacklist, d.Verdicts, d.Desk, d.Closures = work.Cases(), work.Desk(), work.Verdicts(), work.Leads(), work.Closures()
	}
	return console.New(c, d)
}

// siteTerms are what policy says on the public page of a place.
func (p *Parts) siteTerms(place string, on civil.Date) console.SiteTerms {
	call := func(name string) string {
		n, err := p.Policy.Number("public", name, place, on)
		if err != nil {
			return ""
		}
		return strconv.Itoa(int(n))
	}
	t := console.SiteTerms{HumanResources: call("human_resources_hotline"), Government: call("government_hotline"), Legal: call("legal_hotline"), Phones: map[string]string{}}
	if monthly, err := p.Policy.Number("common", "minimum_wage_fen", place, on); err == nil {
		t.MonthlyFen = int64(monthly)
		if s, ok := p.Policy.Lookup("common", "minimum_wage_fen", place, on); ok {
			t.Unverified = s.Unverified
		}
	}
	if hourly, err := p.Policy.Number("common", "minimum_wage_hourly_fen", place, on); err == nil {
		t.HourlyFen = int64(hourly)
	}
	phones, _ := p.Policy.Texts("public", "phones", place, on)
	for _, entry := range phones {
		if office, number, ok := strings.Cut(entry, "="); ok {
			t.Phones[office] = number
		}
	}
	return t
}

// indexRules are the index's numbers as the pages explain them.
func indexRules(k index.Constants) console.IndexRules {
	rules := console.IndexRules{
		Form: index.Form, WindowDays: k.WindowDays, GraceDays: k.GraceDays, LateDays: k.LateDays, AcceptWorkdays: k.AcceptWorkdays, ResolveWorkdays: k.ResolveWorkdays,
		LeastWorkers: k.LeastWorkers, LeastOwed: k.LeastOwed, StaleDays: k.StaleDays, CapIncidentPeople: k.CapIncidentPeople, SilentLeast: k.SilentLeast,
		Cushion: k.ArrearsCushion, LateWeight: k.LateWeight, LeadsCushion: k.ResolutionCushion, HazardRed: k.HazardRed, HazardYellow: k.HazardYellow,
		CapIncident: k.CapIncident, CapSilentMonths: k.CapSilentMonths, CapSilent: k.CapSilent, SilentShare: k.SilentShare, CapOrder: k.CapOrder,
		Weights: map[string]float64{},
	}
	for component, weight := range k.Weight {
		rules.Weights[string(component)] = weight
	}
	for _, p := range k.ArrearsCurve {
		rules.ArrearsCurve = append(rules.ArrearsCurve, console.CurvePoint(p))
	}
	for _, p := range k.TimelinessCurve {
		rules.TimelinessCurve = append(rules.TimelinessCurve, console.CurvePoint(p))
	}
	return rules
}

// MountConsole has the console answer the pages and its paths of the API. Beside it alerts may answer /api/: the longer
// pattern wins.
func MountConsole(mux *http.ServeMux, c *console.Console) {
	handler := c.Handler()
	mux.Handle("/", handler)
	for _, path := range c.APIPaths() {
		mux.Handle(path, handler)
	}
}

// naming says which projects and employers the bulletins of a place may name.
func (p *Parts) naming(place string, on civil.Date) []string {
	names, err := p.Policy.Texts("bulletin", "names", place, on)
	if err != nil { // the national policy has a value: this cannot happen
		p.Log.Error("policy does not say whom bulletins may name", "error", err)
	}
	return names
}

// thresholds is what pages show of the policy in force for a detector.
func (p *Parts) thresholds(detector, parameter string, townships []string, on civil.Date) []console.Threshold {
	var all []console.Threshold
	for _, s := range p.Policy.InForce(detector, parameter, townships, on) {
		all = append(all, console.Threshold{Region: s.Region, Value: s.Value, Source: catalog.Text(s.Source), Unverified: s.Unverified})
	}
	return all
}
