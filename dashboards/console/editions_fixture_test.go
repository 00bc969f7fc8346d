package console

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/anxin-project/anxin/dashboards/console/pages/ranking"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/edition"
	"github.com/anxin-project/anxin/internal/platform/editionstore"
)

// rules are the numbers of the index as designed.
var rules = ranking.IndexRules{
	Form: 2, WindowDays: 90, GraceDays: 7, LateDays: 30, AcceptWorkdays: 5, ResolveWorkdays: 60, LeastWorkers: 30, LeastOwed: 3, StaleDays: 7,
	CapIncidentPeople: 50, SilentLeast: 10, Cushion: 100, LateWeight: .3, LeadsCushion: 5, HazardRed: 1, HazardYellow: .4,
	CapIncident: 69.9, CapSilentMonths: 69.9, CapSilent: 84.9, SilentShare: .1, CapOrder: 84.9,
	ArrearsCurve:    []ranking.CurvePoint{{At: 0, Score: 100}, {At: .002, Score: 90}, {At: .0084, Score: 60}, {At: .02, Score: 30}, {At: .05, Score: 12}, {At: .2, Score: 5}, {At: 1, Score: 0}},
	TimelinessCurve: []ranking.CurvePoint{{At: 0, Score: 0}, {At: .8, Score: 20}, {At: 1, Score: 100}},
	Weights:         map[string]float64{"arrears": 40, "timeliness": 20, "safeguards": 15, "resolution": 10, "hazard": 15},
}

// fillEditions publishes the month ends of the fixture: their index as the runs have it, and invented talks, grades and rates.
func (s *server) fillEditions(t testing.TB, dates []civil.Date) {
	t.Helper()
	ctx := context.Background()
	for i, date := range dates {
		e := edition.Edition{Number: uint32(i + 1), Form: 2, Month: date.Month(), AsOf: date, Run: runNumber(date), Policy: "2026.2", PublishedAt: date.End().Add(2 * time.Hour), Digest: strings.Repeat(fmt.Sprintf("%02x", i+161), 32)}
		var c edition.Content
		err := s.conn.Select(ctx, &c.Units, `SELECT`+editionstore.UnitColumns+` FROM wage_safety_index WHERE as_of = toDate(?) AND run = ?`, date.String(), e.Run)
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 { // one that was published before the index had its second form
			e.Form = 1
			for n := range c.Units {
				c.Units[n].Form, c.Units[n].Component, c.Units[n].Lost = 1, slices.Clone(c.Units[n].Component), ""
				if len(c.Units[n].Component) > 0 {
					c.Units[n].Component[0] = "incidence"
				}
			}
		}
		c.Talks = []edition.Talk{
			{Township: "331024002", County: "331024", Grounds: []string{edition.RedInARow}, Subjects: `[{"scope":"project","scope_id":"` + projectID + `","name":"滨河安置房二期工程","points":12.4}]`},
			{Township: "331024101", County: "331024", Grounds: []string{edition.RedInARow, edition.RedAndLast}},
		}
		c.Grades = []edition.Grade{
			{Employer: employerID, Name: "浙江恒远建设有限公司", Township: "331024001", County: "331024", Grade: "C", Reasons: []string{"repeated", "refused"}, Findings: 3, Refused: 1, Records: []string{"O-2026-031"}, Projects: 4, Workers: 318, RedWarnings: 2, VisitsYear: 4, VisitsQuarter: 1},
			{Employer: "XSS-2", Name: hostile, Township: "331024001", County: "331024", Grade: "B", Reasons: []string{"violation"}, Findings: 1, VisitsYear: 2, VisitsQuarter: 1},
		}
		for n := range 240 {
			g := edition.Grade{Employer: fmt.Sprintf("91331024MA%08d", n), Name: fmt.Sprintf("台州第%d建筑工程公司", n), Township: "331024003", County: "331024", Grade: "A", Workers: uint32(n * 3)}
			if n%9 == 0 {
				g.Grade, g.Reasons, g.Findings, g.VisitsYear, g.VisitsQuarter = "B", []string{"violation"}, 2, 2, uint8(n%2)
			}
			c.Grades = append(c.Grades, g)
		}
		for _, code := range []string{"3310", "331024", "331022"} {
			c.Rates = append(c.Rates,
				edition.Rate{Code: code, Measure: "arbitration_closing", Numerator: 91, Denominator: 100, Least: .9, Aim: .92},
				edition.Rate{Code: code, Measure: "lead_resolution", Numerator: 37, Denominator: 41},
				edition.Rate{Code: code, Measure: "mediation_success", Numerator: 17, Denominator: 31, Least: .6, Aim: .65})
		}
		if err := editionstore.Write(ctx, s.conn, e, c); err != nil {
			t.Fatal(err)
		}
		if err := editionstore.Publish(ctx, s.conn, e); err != nil {
			t.Fatal(err)
		}
	}
}
