package app

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/anxin-project/anxin/alerts/blacklist"
	"github.com/anxin-project/anxin/alerts/cases"
	"github.com/anxin-project/anxin/alerts/leads"
	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/verdict"
)

// terms are the terms of casework by policy: of any place on any day, so that a number in force from a later day, or in one
// province, is followed without a restart.
type terms struct{ policy *policy.Policy }

// length is one term. Every one has a value always and everywhere, for the national policy has, and checkTerms has seen
// to the values.
func (t terms) length(name, place string, on civil.Date) int {
	v, err := t.policy.Number("casework", name, place, on)
	if err != nil {
		panic(err)
	}
	return int(v)
}

// ofCases are the terms of cases at a place on a day.
func (t terms) ofCases(place string, on civil.Date) cases.Terms {
	return cases.Terms{
		AcceptRed: t.length("accept_red_workdays", place, on), AcceptYellow: t.length("accept_yellow_workdays", place, on),
		PassOn: t.length("pass_on_workdays", place, on), Lead: t.length("lead_workdays", place, on),
		Extension: t.length("extension_workdays", place, on), Decide: t.length("decision_workdays", place, on), Near: t.length("near_workdays", place, on),
		TopUp: t.length("topup_workdays", place, on), DemandDays: t.length("demand_days", place, on),
		CompensationLeast: t.length("compensation_least_percent", place, on), CompensationMost: t.length("compensation_most_percent", place, on),
	}
}

// ofLeads are the terms of leads at a place on a day: those by which the detector of late leads goes, and casework's own.
func (t terms) ofLeads(place string, on civil.Date) leads.Terms {
	late := func(name string) int {
		v, err := t.policy.Number("common", name, place, on)
		if err != nil {
			panic(err) // the national policy has each, and the catalogue has seen to the values
		}
		return int(v)
	}
	return leads.Terms{
		Accept: late("accept_workdays"), Investigate: late("resolve_workdays"), Extension: late("extension_workdays"), Mediate: late("mediation_days"),
		Confirm: t.length("confirm_workdays", place, on), Repeats: t.length("repeat_days", place, on), Near: t.length("near_workdays", place, on),
	}
}

// ofVerdicts are the numbers of verdicts on warnings at a place on a day.
func (t terms) ofVerdicts(place string, on civil.Date) verdict.Terms {
	return verdict.Terms{
		AnswerRed: t.length("verdict_red_workdays", place, on), AnswerYellow: t.length("verdict_yellow_workdays", place, on), Near: t.length("near_workdays", place, on),
		QuietDays: t.length("quiet_days", place, on), Growth: t.length("quiet_growth_percent", place, on), Window: t.length("verdict_window_days", place, on),
	}
}

// ofNumbers is the rule by which a paper is numbered at a place on a day.
func (t terms) ofNumbers(paper, place string, on civil.Date) string {
	s, ok := t.policy.Lookup("numbers", paper, place, on)
	if !ok {
		return ""
	}
	rule, err := s.As("String")
	if err != nil {
		panic(err) // checkTerms has seen to the values
	}
	return rule.(string)
}

// conditionTypes are the conditions of listing that casework goes by, as the detector of that name declares them.
var conditionTypes = map[string]string{
	"order_kinds": "Array(String)", "void_outcomes": "Array(String)", "many_workers": "UInt32", "many_workers_fen": "Int64",
	"one_worker_fen": "Int64", "one_worker_months": "Float64", "incident_days": "UInt16",
}

// ofConditions are the conditions of listing at a place on a day: those by which the detector of candidates finds an
// employer, for the orders that were issued here.
func (t terms) ofConditions(place string, on civil.Date) blacklist.Conditions {
	number := func(name string) float64 {
		v, err := t.policy.Number(blacklist.Detector, name, place, on)
		if err != nil {
			panic(err) // the national policy has each, and checkTerms has seen to the values
		}
		return v
	}
	texts := func(name string) []string {
		v, err := t.policy.Texts(blacklist.Detector, name, place, on)
		if err != nil {
			panic(err)
		}
		return v
	}
	return blacklist.Conditions{
		OrderKinds: texts("order_kinds"), VoidOutcomes: texts("void_outcomes"),
		ManyWorkers: uint32(number("many_workers")), ManyWorkersFen: int64(number("many_workers_fen")),
		OneWorkerFen: int64(number("one_worker_fen")), OneWorkerMonths: number("one_worker_months"), IncidentDays: int(number("incident_days")),
	}
}

// ofListing are the terms of the joint-discipline list at a place on a day.
func (t terms) ofListing(place string, on civil.Date) casefile.ListingTerms {
	return casefile.ListingTerms{
		Object: t.length("objection_workdays", place, on), Verify: t.length("verification_workdays", place, on),
		Decide: t.length("decision_workdays", place, on), Extension: t.length("decision_extension_workdays", place, on),
		Years: t.length("listing_years", place, on), RemovalMonths: t.length("removal_months", place, on),
		DecideRemoval: t.length("removal_workdays", place, on), Near: t.length("near_workdays", place, on),
	}
}

// rulePlaces are what a rule of numbers may leave open.
var rulePlaces = regexp.MustCompile(`\{(county|year|n)\}`)

// checkTerms finds terms of casework that nothing can be counted by, in any region and from any day.
func checkTerms(p *policy.Policy) error {
	var problems []error
	t := terms{p}
	for _, name := range p.Names("casework") {
		for _, s := range p.Settings("casework", name) {
			v, err := s.As("UInt16")
			if n, _ := v.(int); err != nil || n < 1 {
				problems = append(problems, fmt.Errorf("policy: casework.%s is %v%s: want a whole number of at least 1", name, s.Value, whereInForce(s)))
			}
		}
	}
	for _, name := range p.Names("numbers") {
		for _, s := range p.Settings("numbers", name) {
			rule, _ := s.Value.(string)
			if strings.Count(rule, "{n}") != 1 || !strings.Contains(rule, "{year}") || strings.ContainsAny(rulePlaces.ReplaceAllString(rule, ""), "{}") {
				problems = append(problems, fmt.Errorf("policy: numbers.%s is %v%s: want a text with {year}, one {n} and perhaps {county}", name, s.Value, whereInForce(s)))
			}
		}
	}
	for name, kind := range conditionTypes {
		for _, s := range p.Settings(blacklist.Detector, name) {
			if _, err := s.As(kind); err != nil {
				problems = append(problems, fmt.Errorf("policy: %s.%s is %v%s: %w", blacklist.Detector, name, s.Value, whereInForce(s), err))
			}
		}
	}
	if len(problems) > 0 {
		return errors.Join(problems...)
	}
	for _, s := range slices.Concat(p.Settings("casework", "compensation_least_percent"), p.Settings("casework", "compensation_most_percent")) {
		var from civil.Date
		if s.From != nil {
			from = *s.From
		}
		if at := t.ofCases(s.Region, from); at.CompensationMost < at.CompensationLeast {
			problems = append(problems, fmt.Errorf("policy: casework.compensation_most_percent is %d%s: want at least the least, %d", at.CompensationMost, whereInForce(s), at.CompensationLeast))
		}
	}
	for _, s := range slices.Concat(p.Settings("casework", "accept_red_workdays"), p.Settings("casework", "accept_yellow_workdays")) {
		var from civil.Date
		if s.From != nil {
			from = *s.From
		}
		if at := t.ofCases(s.Region, from); at.AcceptYellow < at.AcceptRed {
			problems = append(problems, fmt.Errorf("policy: casework.accept_yellow_workdays is %d%s: want at least those of red, %d", at.AcceptYellow, whereInForce(s), at.AcceptRed))
		}
	}
	return errors.Join(problems...)
}

// whereInForce says of which region and from which day a setting is; nothing of one that is so always and everywhere.
func whereInForce(s policy.Setting) string {
	text := ""
	if s.Region != "" {
		text = " in region " + s.Region
	}
	if s.From != nil {
		text += " from " + s.From.String()
	}
	return text
}
