package policy

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// own is a detector that the national policy knows nothing of.
var own = catalog.Header{ID: "idle-crane", Params: map[string]catalog.Param{
	"least_days": {Type: "UInt8"}, "most_share": {Type: "Float64"}, "kinds": {Type: "Array(String)"}, "lookback_days": {Type: "UInt16"},
}}

func load(t *testing.T, text string) (*Policy, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "policy.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return Load(path, []catalog.Header{own})
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
		{"what is common to all rules, for one of them", "attendance-silent:\n  festival_days: [{value: 3, source: s}]", "line 2, attendance-silent.festival_days is common to several rules: set it in section common"},
		{"another name of a parameter", "index: {account_days: [{value: 20, source: s}]}", "line 1, index.account_days is account-not-opened.red_days: set that"},
		{"which parameters are one", "same: {index.account_days: index.cap}", "same and shared: only the national policy says which parameters are one"},
		{"a name in one language", "sources: {town-bank: {zh: 城镇银行}}", "sources.town-bank needs zh and en"},
		{"an unknown section", "wages-overdu: {yellow_days: [{value: 5, source: s}]}", "unknown section wages-overdu"},
		{"bulletins that name what nobody knows", "bulletin: {names: [{value: [listed, rumours], source: s}]}", "rumours is not known: want a list of listed, ordered, red"},
		{"an unknown parameter", "wages-overdue: {yelow_days: [{value: 5, source: s}]}", "unknown parameter wages-overdue.yelow_days"},
		{"a missing source", "wages-overdue: {yellow_days: [{value: 5}]}", "source is missing"},
		{"a missing value", "wages-overdue: {yellow_days: [{source: s}]}", "value must be"},
		{"a text for a number", "wages-overdue: {yellow_days: [{value: five, source: s}]}", "want a number"},
		{"two settings of one day", "wages-overdue: {yellow_days: [{value: 5, source: s}, {value: 6, source: s}]}", "starts on the same day"},
		{"a region that is no code", "wages-overdue: {yellow_days: [{value: 5, region: Xianju, source: s}]}", "not a division code"},
		{"a region there is not", "wages-overdue: {yellow_days: [{value: 5, region: \"3399\", source: s}]}", "region \"3399\" is not a division code"},
		{"the line it stands on", "wages-overdue:\n  yellow_days:\n    - {value: 5, source: s}\n    - {value: 6, region: \"33\"}\n", "line 4, wages-overdue.yellow_days: source is missing"},
		{"a parameter that a detector of one's own lacks", "idle-crane: {least_day: [{value: 5, source: s}]}", "unknown parameter idle-crane.least_day (known: kinds, least_days, lookback_days, most_share)"},
		{"a share for days", "idle-crane: {least_days: [{value: 0.5, source: s}]}", "line 1, idle-crane.least_days: the value is 0.5: want a whole number from 0 to 255"},
		{"more days than there can be", "idle-crane: {least_days: [{value: 256, source: s}]}", "want a whole number from 0 to 255"},
		{"a text for a list", "idle-crane: {kinds: [{value: tower, source: s}]}", "want a list of texts"},
		{"a missing source of a detector of one's own", "idle-crane: {least_days: [{value: 5}]}", "idle-crane.least_days: source is missing"},
		{"a section of a detector that is not there", "idle-digger: {least_days: [{value: 5, source: s}]}", "unknown section idle-digger"},
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

func TestWhatTwoRulesMeanIsSetOnce(t *testing.T) {
	p, err := load(t, "account-not-opened: {red_days: [{value: 20, region: \"33\", source: s}]}")
	if err != nil {
		t.Fatal(err)
	}
	for region, want := range map[string]float64{"33": 20, "52": 30} {
		if got, err := p.Number("index", "account_days", region, date(t, "2026-10-31")); err != nil || got != want {
			t.Errorf("in %s the index counts %v days (%v), want those of the detector, %v", region, got, err, want)
		}
	}
}

func TestADetectorOfOnesOwnHasASectionOfItsOwn(t *testing.T) {
	p, err := load(t, `
common:
  lookback_days:
    - {value: 100, region: "33", source: "province"}
idle-crane:
  least_days:
    - {value: 5, source: "example"}
    - {value: 3, region: "331024", from: 2026-07-01, source: "county"}
  most_share: [{value: 1, source: "example"}]
  kinds: [{value: [tower, mobile], source: "example"}]
  lookback_days:
    - {value: 30, region: "331024", source: "county"}
`)
	if err != nil {
		t.Fatal(err)
	}
	on := date(t, "2026-10-31")
	for _, c := range []struct {
		name, parameter, region string
		want                    any
	}{
		{"the country's", "least_days", "", 5},
		{"the county's", "least_days", "331024001", 3},
		{"a whole number for a share", "most_share", "", 1},
		{"a list", "kinds", "", []any{"tower", "mobile"}},
		{"its own before that of all", "lookback_days", "331024001", 30},
		{"that of all where it has none", "lookback_days", "330502001", 100},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, ok := p.Lookup(own.ID, c.parameter, c.region, on)
			if got := s.Value; !ok || !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
	var regions []string
	for _, s := range p.InForce(own.ID, "lookback_days", []string{"331024001", "331024002", "330502001"}, on) {
		regions = append(regions, s.Region)
	}
	if want := []string{"", "33", "331024"}; !slices.Equal(regions, want) {
		t.Errorf("values are in force in %q, want %q", regions, want)
	}
}

func TestASendingSystemIsCalledAsPolicySays(t *testing.T) {
	p, err := load(t, "sources:\n  wage-bank: {zh: 城镇银行, en: town bank}\n  gate-7: {zh: 七号门禁, en: gate 7}\n")
	if err != nil {
		t.Fatal(err)
	}
	for code, want := range map[string]catalog.Text{
		"wage-bank": {ZH: "城镇银行", EN: "town bank"}, "gate-7": {ZH: "七号门禁", EN: "gate 7"}, "site-gate": {ZH: "工地门禁", EN: "site gate"},
	} {
		if got := p.Sources()[code]; got != want {
			t.Errorf("%s is called %+v, want %+v", code, got, want)
		}
	}
	if name, ok := p.Sources()["unheard-of"]; ok {
		t.Errorf("a source of which policy says nothing is called %+v", name)
	}
}
