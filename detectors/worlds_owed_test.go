package detectors_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/simulate"
)

// facts runs queries of one text column over what was known on a date.
func (b bench) facts(t *testing.T, on civil.Date, queries ...string) (lines []string) {
	t.Helper()
	err := b.Facts(t.Context(), on, partFor(t, queries...), func(facts driver.Conn) error {
		for _, q := range queries {
			lines = append(lines, texts(t, facts, q)...)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

// TestWhatTheRecordsOweIsWhatTheTruthSays: in a world in trouble, the subjects that owe wages by the records are those that owe
// them in truth, be the wages listed or not, claimed to be paid or put off.
func TestWhatTheRecordsOweIsWhatTheTruthSays(t *testing.T) {
	t.Parallel()
	rates := simulate.WorseRates()
	w, err := simulate.New(simulate.Options{
		Seed: 2, From: date(t, "2025-12-01"), To: date(t, "2026-10-31"), Noise: true, Rates: &rates,
		Scale: simulate.Scale{Counties: []string{"331024"}, Projects: 140, Workers: 1700, Employers: 20},
	})
	if err != nil {
		t.Fatal(err)
	}
	dates := []civil.Date{date(t, "2026-03-27"), date(t, "2026-07-04")}
	truth := map[civil.Date][]simulate.Truth{}
	values := map[record.Topic][][]byte{}
	for w.Today() < dates[len(dates)-1] {
		err := w.Day(t.Context(), func(r simulate.Record) error {
			values[record.Topic(r.Topic)] = append(values[record.Topic(r.Topic)], bytes.Clone(r.JSON))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if slices.Contains(dates, w.Today()) {
			truth[w.Today()] = w.Truth()
		}
	}
	b := open(t, policy.National())
	b.all(values)
	for _, on := range dates {
		owing, unsure := map[string]simulate.Truth{}, map[string]bool{}
		for _, one := range truth[on] {
			_, id, _ := strings.Cut(one.Subject, ":")
			switch {
			case one.Cause == simulate.CauseUnderstated:
				unsure[id] = true // what the list leaves out is owed where it is below the minimum wage
			case one.ArrearsFrom == nil:
			case one.RecoveredOn != nil && *one.RecoveredOn >= on-1:
				unsure[id] = true // paid today
			case one.ArrearsTo == nil && *one.ArrearsFrom < on-1:
				owing[id] = one
				// what the account does not show counts once a bank that books late would have told
				unsure[id] = unsure[id] || one.How == simulate.HowClaimed && *one.ArrearsFrom > on-40
			case one.ArrearsTo == nil || *one.ArrearsTo >= on-1:
				unsure[id] = true
			}
		}
		found := map[string]bool{}
		for _, line := range b.facts(t, on, "SELECT DISTINCT scope_id FROM owed ORDER BY scope_id") {
			found[line] = true
			if _, owes := owing[line]; !owes && !unsure[line] {
				t.Errorf("on %s %s owes wages by the records and not in truth: %s", on, line,
					b.facts(t, on, "SELECT concat(kind, ' ', toString(wage_month), ' ', toString(owed_fen), ' of ', toString(payable_fen), ' ', toString(due_by)) FROM owed WHERE scope_id = '"+line+"' LIMIT 3"))
			}
		}
		for id, one := range owing {
			if !found[id] && !unsure[id] {
				t.Errorf("on %s %s owes wages in truth and not by the records: %+v", on, id, one)
			}
		}
		causes := map[string]int{}
		for _, one := range owing {
			causes[strings.TrimSuffix(string(one.Cause)+" "+string(one.How), " ")]++
		}
		t.Logf("on %s: %d subjects owe wages: %v", on, len(owing), causes)
	}
}
