package detectors_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/detectors/index"
	"github.com/anxin-project/anxin/detectors/policy"
)

func TestALeadCountsUntilItIsHandledAndAsOneForItsSubjectAndMonth(t *testing.T) {
	everywhere, err := policy.National().With([]byte(`
index: {least_workers: [{value: 0, source: "a test"}]}
common: {accept_workdays: [{value: 10, region: "331022", source: "a test"}]}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	b := open(t, everywhere)
	cases := []struct {
		name   string
		fields []string // of the leads about an employer
		want   string   // leads in time of those that count, and what regains those that are late
	}{
		{"one that has just come does not count", []string{"received_on: 2026-09-18"}, "0/0"},
		{"six working days without being accepted", []string{"received_on: 2026-09-17"}, "0/1 accept_lead"},
		{"being looked into in time does not count", []string{"received_on: 2026-09-01, status: investigating, status_on: 2026-09-03"}, "0/0"},
		{"accepted and never resolved", []string{"received_on: 2026-06-01, status: investigating, status_on: 2026-06-02, accepted_on: 2026-06-02"}, "0/1 resolve_lead"},
		{"extended", []string{"received_on: 2026-06-01, status: investigating, status_on: 2026-06-02, accepted_on: 2026-06-02, extended_on: 2026-08-20"}, "0/0"},
		{"suspended meanwhile", []string{"received_on: 2026-06-01, status: investigating, status_on: 2026-06-02, accepted_on: 2026-06-02, suspended_from: 2026-06-10, suspended_to: 2026-08-10"}, "0/0"},
		{"resolved in time", []string{"received_on: 2026-08-01, status: resolved, status_on: 2026-09-10, resolved_on: 2026-09-10"}, "1/1"},
		{"resolved after its term", []string{"received_on: 2026-05-06, status: resolved, status_on: 2026-09-10, resolved_on: 2026-09-10, accepted_on: 2026-05-07, filed_on: 2026-05-07"}, "0/1 wait"},
		{"resolved before the window", []string{"received_on: 2026-05-06, status: resolved, status_on: 2026-06-01, resolved_on: 2026-06-01"}, "0/0"},
		{"withdrawn without a conclusion", []string{"received_on: 2026-05-06, status: withdrawn, status_on: 2026-05-07"}, "0/1 conclude_lead"},
		{"rejected as untrue", []string{"received_on: 2026-08-06, status: rejected, status_on: 2026-08-07, conclusion: untrue"}, "0/0"},
		{"withdrawn, and found settled", []string{"received_on: 2026-08-06, status: withdrawn, status_on: 2026-08-17, conclusion: settled"}, "1/1"},
		{"two about one firm in a month, one of them late", []string{
			"received_on: 2026-08-03, status: resolved, status_on: 2026-08-10, resolved_on: 2026-08-10, conclusion: true", "received_on: 2026-08-20"}, "0/1 accept_lead"},
		{"two about one firm in two months", []string{
			"received_on: 2026-07-30, status: resolved, status_on: 2026-08-10, resolved_on: 2026-08-10, conclusion: true", "received_on: 2026-08-20"}, "1/2 accept_lead"},
		{"six working days without being accepted, where ten are the term", []string{"received_on: 2026-09-17"}, "0/0"},
	}
	// the last lies in a county whose policy has a term of its own
	township := func(n int) string {
		if n == len(cases)-1 {
			return "331022001"
		}
		return fmt.Sprintf("331024%03d", n+1)
	}
	var text strings.Builder
	text.WriteString("complaints:\n")
	for n, c := range cases {
		for i, fields := range c.fields {
			fmt.Fprintf(&text, "  - {id: L%d-%d, employer: F%d, township: %s, %s}\n", n, i, n, township(n), strings.Replace(fields, "conclusion: true", `conclusion: "true"`, 1))
		}
	}
	text.WriteString("employers:\n")
	for n := range cases {
		fmt.Fprintf(&text, "  - {id: F%d, township: %s}\n", n, township(n))
	}
	b.tell(t, text.String())
	rows := indexOf(b.pass(t, "2026-09-25"))
	for n, c := range cases {
		row := rows[township(n)]
		got := "0/0"
		if row.Code != "" {
			p := row.Score.Parts[3]
			got = fmt.Sprintf("%v/%v", p.Numerator, p.Denominator)
			for _, l := range row.Lost {
				if l.Component == index.Resolution {
					got += " " + string(l.Act)
				}
			}
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
