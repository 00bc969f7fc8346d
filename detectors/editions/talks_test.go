package editions

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/internal/civil"
	"github.com/anxin-project/anxin/internal/edition"
)

// units reads "township light rank/of" items; the county is the township's first six digits.
func units(text string) []edition.Unit {
	var all []edition.Unit
	for item := range strings.SplitSeq(text, ",") {
		u := edition.Unit{Unit: "township"}
		if _, err := fmt.Sscanf(strings.TrimSpace(item), "%s %s %d/%d", &u.Code, &u.Light, &u.Rank, &u.RankedOf); err != nil {
			panic(err)
		}
		u.County = u.Code[:6]
		all = append(all, u)
	}
	return all
}

func TestTalksAreProposed(t *testing.T) {
	local, err := policy.National().With([]byte(`editions: {red_in_a_row: [{value: 3, region: "331024", source: "县方案"}]}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	const middle, last = "331024001", "331024002"
	for _, tt := range []struct {
		name    string
		now     string
		earlier []string
		policy  *policy.Policy
		want    string
	}{
		{"red once, not last", middle + " red 1/2, " + last + " red 2/2", nil, nil, last + " red_and_last"},
		{"red twice in a row", middle + " red 1/2, " + last + " yellow 2/2", []string{middle + " red 2/2"}, nil, middle + " red_in_a_row"},
		{"red twice and last", last + " red 2/2", []string{last + " red 1/2"}, nil, last + " red_in_a_row red_and_last"},
		{"red, then grey, then red", middle + " red 1/2, " + last + " green 2/2", []string{middle + " grey 0/0", middle + " red 1/2"}, nil, ""},
		{"last, but not red", last + " yellow 2/2", []string{last + " red 2/2"}, nil, ""},
		{"the only one of its county", middle + " red 1/1", nil, nil, ""},
		{"two that share the last rank", middle + " red 1/2, " + last + " red 1/2", nil, nil, middle + " red_and_last, " + last + " red_and_last"},
		{"a county that waits for three", middle + " red 1/2, " + last + " green 2/2", []string{middle + " red 1/2"}, local, ""},
		{"a county that waits for three and has them", middle + " red 1/2, " + last + " green 2/2", []string{middle + " red 1/2", middle + " red 1/2"}, local, middle + " red_in_a_row"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var earlier [][]edition.Unit
			for _, one := range tt.earlier {
				earlier = append(earlier, units(one))
			}
			p := tt.policy
			if p == nil {
				p = policy.National()
			}
			talks, err := propose(units(tt.now), earlier, p, civil.NewDate(2026, 10, 31))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, one := range talks {
				got = append(got, one.Township+" "+strings.Join(one.Grounds, " "))
			}
			slices.Sort(got)
			if strings.Join(got, ", ") != tt.want {
				t.Errorf("proposed %q, want %q", got, tt.want)
			}
		})
	}
}
