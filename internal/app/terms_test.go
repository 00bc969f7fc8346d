package app

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/alerts/blacklist"
	"github.com/anxin-project/anxin/alerts/cases"
	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

func dayOf(t *testing.T, text string) civil.Date {
	t.Helper()
	on, err := civil.ParseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return on
}

func TestTheTermsWithoutAPolicyAreTheNationalOnes(t *testing.T) {
	national, on := terms{policy.National()}, dayOf(t, "2026-03-09")
	if got := national.ofCases("331024001", on); got != cases.DefaultTerms("", on) {
		t.Errorf("of cases %+v", got)
	}
	if got := national.ofListing("331024001", on); got != blacklist.DefaultTerms("", on) {
		t.Errorf("of the list %+v", got)
	}
	if got := national.ofConditions("331024001", on); !reflect.DeepEqual(got, blacklist.DefaultConditions("", on)) {
		t.Errorf("of the conditions of listing %+v", got)
	}
}

func TestEveryPaperOfACaseHasARuleForItsNumber(t *testing.T) {
	national, on := terms{policy.National()}, dayOf(t, "2026-03-09")
	papers := []string{cases.FilingPaper, cases.OrderPaper}
	for _, r := range casefile.Remedies {
		if r.Known() && r != casefile.NonPayment { // of which there is no paper
			papers = append(papers, string(r))
		}
	}
	for _, paper := range papers {
		if rule := national.ofNumbers(paper, "331024001", on); !strings.Contains(rule, "{n}") {
			t.Errorf("%s is numbered by %q", paper, rule)
		}
	}
}

func TestTermsThatNothingCanBeCountedByAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		"casework: {lead_workdays: [{value: 0, region: \"33\", from: 2027-01-01, source: x}]}": "casework.lead_workdays is 0 in region 33 from 2027-01-01: want a whole number of at least 1",
		"numbers: {order: [{value: \"令〔{year}〕\", region: \"33\", source: x}]}":                "numbers.order is 令〔{year}〕 in region 33: want a text with {year}, one {n} and perhaps {county}",
		"numbers: {order: [{value: \"{office}令〔{year}〕{n}号\", source: x}]}":                    "numbers.order is {office}令〔{year}〕{n}号: want a text",
		"casework: {compensation_least_percent: [{value: 101, source: x}]}":                    "compensation_most_percent is 100: want at least the least, 101",
		"casework: {near_workdays: [{value: 2.5, source: x}]}":                                 "casework.near_workdays is 2.5",
		"casework: {accept_red_workdays: [{value: 4, region: \"3310\", source: x}]}":           "accept_yellow_workdays is 3 in region 3310: want at least those of red, 4",
	} {
		path := filepath.Join(t.TempDir(), "policy.yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := LoadRules("", path, dayOf(t, "2026-03-09")); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}
