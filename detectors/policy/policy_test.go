package policy

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/internal/civil"
)

func load(t *testing.T, text string) (*Policy, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "policy.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return Load(path)
}

func date(t *testing.T, s string) civil.Date {
	t.Helper()
	d, err := civil.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestANarrowerRegionAndALaterDayPrevail(t *testing.T) {
	p, err := load(t, `
common:
  minimum_wage_fen:
    - {value: 226000, region: "33", from: 2024-01-01, source: "Zhejiang"}
    - {value: 201000, region: "331024", from: 2024-01-01, source: "Xianju"}
    - {value: 221000, region: "331024", from: 2026-07-01, source: "Xianju"}
`)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, region, on string
		want             float64
	}{
		{"outside the regions the national value holds", "110101001", "2026-10-31", 201000},
		{"in the province the province's", "330502001", "2026-10-31", 226000},
		{"in the county the county's", "331024001", "2026-06-30", 201000},
		{"from its first day on the newer", "331024001", "2026-07-01", 221000},
		{"before the province's began the national", "330502001", "2023-12-31", 201000},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := p.Number("below-minimum-wage", "minimum_wage_fen", c.region, date(t, c.on))
			if err != nil || got != c.want {
				t.Errorf("got %v, %v; want %v", got, err, c.want)
			}
		})
	}
	if p.Version() == National().Version() {
		t.Error("a changed policy has the national policy's version")
	}
}

func TestASlipInAPolicyFileIsAnErrorThatNamesIt(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"an unknown section", "wages-overdu: {yellow_days: [{value: 5, source: s}]}", "unknown section wages-overdu"},
		{"an unknown parameter", "wages-overdue: {yelow_days: [{value: 5, source: s}]}", "unknown parameter wages-overdue.yelow_days"},
		{"a missing source", "wages-overdue: {yellow_days: [{value: 5}]}", "source is missing"},
		{"a missing value", "wages-overdue: {yellow_days: [{source: s}]}", "value must be"},
		{"a text for a number", "wages-overdue: {yellow_days: [{value: five, source: s}]}", "want a number"},
		{"two settings of one day", "wages-overdue: {yellow_days: [{value: 5, source: s}, {value: 6, source: s}]}", "starts on the same day"},
		{"a region that is no code", "wages-overdue: {yellow_days: [{value: 5, region: Xianju, source: s}]}", "not a division code"},
		{"an unknown field", "wages-overdue: {yellow_days: [{valeu: 5, source: s}]}", "valeu"},
		{"no YAML at all", "\t{", "not a policy file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := load(t, c.text); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v does not say %q", err, c.want)
			}
		})
	}
}
