package editions

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/edition"
)

// units reads "township light rank/of" items; the county is the township's first six digits. A text that begins with "form 1: "
// is of an edition of that form.
func units(text string) []edition.Unit {
	form := uint8(2)
	if rest, ok := strings.CutPrefix(text, "form 1: "); ok {
		form, text = 1, rest
	}
	var all []edition.Unit
	for item := range strings.SplitSeq(text, ",") {
		index := 50.0
		u := edition.Unit{Unit: "township", Form: form, Index: &index}
		if _, err := fmt.Sscanf(strings.TrimSpace(item), "%s %s %d/%d", &u.Code, &u.Light, &u.Rank, &u.RankedOf); err != nil {
			panic(err)
		}
		if u.Light == "grey" {
			u.Index = nil
		}
		u.County = u.Code[:6]
		all = append(all, u)
	}
	return all
}

func TestTalksAreProposed(t *testing.T) {
	local, err := policy.National().With([]byte(`editions: {red_in_a_row: [{value: 3, region: "331024", source: "县方案"}], last_of: [{value: 2, region: "331024", source: "县方案"}]}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	const middle, last = "331024001", "331024002"
	for _, tt := range []struct {
		name    string
		now     string
		earlier []string
		today   map[string]string
		policy  *policy.Policy
		want    string
	}{
		{"red once, not last", middle + " red 1/5, " + last + " red 5/5", nil, nil, nil, last + " red_and_last"},
		{"red twice in a row", middle + " red 1/5, " + last + " yellow 5/5", []string{middle + " red 2/5"}, nil, nil, middle + " red_in_a_row"},
		{"red twice and last", last + " red 5/5", []string{last + " red 1/5"}, nil, nil, last + " red_in_a_row red_and_last"},
		{"a grey edition between neither breaks nor counts", middle + " red 1/5, " + last + " green 5/5", []string{middle + " grey 0/0", middle + " red 1/5"}, nil, nil, middle + " red_in_a_row"},
		{"a grey edition before does not count", middle + " red 1/5, " + last + " green 5/5", []string{middle + " grey 0/0"}, nil, nil, ""},
		{"a green edition between breaks", middle + " red 1/5, " + last + " green 5/5", []string{middle + " green 1/5", middle + " red 1/5"}, nil, nil, ""},
		{"an edition that it is not in neither breaks nor counts", middle + " red 1/5, " + last + " green 5/5", []string{last + " green 1/5", middle + " red 1/5"}, nil, nil, middle + " red_in_a_row"},
		{"red by the first form of the index says nothing", middle + " red 1/5, " + last + " green 5/5", []string{"form 1: " + middle + " red 1/5"}, nil, nil, ""},
		{"last, but not red", last + " yellow 5/5", []string{last + " red 5/5"}, nil, nil, ""},
		{"last of four", last + " red 4/4", nil, nil, nil, ""},
		{"two that share the last rank", middle + " red 4/5, " + last + " red 4/5", nil, nil, nil, middle + " red_and_last, " + last + " red_and_last"},
		{"red no longer on the day of the proposal", middle + " red 1/5, " + last + " red 5/5", []string{middle + " red 2/5"}, map[string]string{middle: "yellow", last: "red"}, nil, last + " red_and_last"},
		{"a county that waits for three", middle + " red 1/2, " + last + " green 2/2", []string{middle + " red 1/2"}, nil, local, ""},
		{"a county that waits for three and has them", middle + " red 1/2, " + last + " green 2/2", []string{middle + " red 1/2", middle + " red 1/2"}, nil, local, middle + " red_in_a_row"},
		{"a county of two with a rule of its own", middle + " red 1/2, " + last + " red 2/2", nil, nil, local, last + " red_and_last"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rules := talks{policy: tt.policy, asOf: civil.NewDate(2026, 10, 10), units: units(tt.now), today: tt.today}
			for _, one := range tt.earlier {
				rules.earlier = append(rules.earlier, units(one))
			}
			if tt.policy == nil {
				rules.policy = policy.National()
			}
			proposed, err := rules.propose()
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, one := range proposed {
				got = append(got, one.Township+" "+strings.Join(one.Grounds, " "))
			}
			slices.Sort(got)
			if strings.Join(got, ", ") != tt.want {
				t.Errorf("proposed %q, want %q", got, tt.want)
			}
		})
	}
}

func TestAProposalNamesTheSubjectsBehindIt(t *testing.T) {
	unit := units("331024001 red 5/5")
	unit[0].Lost = `[{"component":"arrears","scope":"project","scope_id":"P1","name":"甲工程","points":20.2,"act":"pay","by":"contractor"},
{"component":"hazard","scope":"project","scope_id":"P2","name":"乙工程","points":15,"act":"end_warning","by":"contractor"},
{"component":"timeliness","scope":"project","scope_id":"P1","name":"甲工程","points":3.1,"act":"pay_in_time","by":"contractor"}]`
	proposed, err := talks{policy: policy.National(), asOf: civil.NewDate(2026, 10, 10), units: unit}.propose()
	if err != nil || len(proposed) != 1 {
		t.Fatalf("%v: %v", proposed, err)
	}
	want := []edition.Behind{{Scope: "project", ID: "P1", Name: "甲工程", Points: 23.3}, {Scope: "project", ID: "P2", Name: "乙工程", Points: 15}}
	if got := proposed[0].Behind(); !slices.Equal(got, want) {
		t.Errorf("behind it are %+v, want %+v", got, want)
	}
}
