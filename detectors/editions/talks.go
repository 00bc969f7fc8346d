package editions

import (
	"github.com/anxin-project/anxin/detectors/index"
	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/internal/civil"
	"github.com/anxin-project/anxin/internal/edition"
)

// propose returns the talks (约谈) that an edition proposes, by township: red in as many editions in a row as policy says,
// this one included, or red and last in its county. earlier are the units of the editions before, newest first. Last is
// nobody in a county where fewer townships are ranked than policy says; of townships that share the last rank all are.
func propose(units []edition.Unit, earlier [][]edition.Unit, p *policy.Policy, asOf civil.Date) ([]edition.Talk, error) {
	reds := make([]map[string]bool, len(earlier))
	for i, units := range earlier {
		reds[i] = map[string]bool{}
		for _, u := range units {
			reds[i][u.Code] = isRed(u)
		}
	}
	last := map[string]uint32{} // the last rank there is in a county
	for _, u := range units {
		if isTownship(u) {
			last[u.County] = max(last[u.County], u.Rank)
		}
	}
	var talks []edition.Talk
	for _, u := range units {
		if !isTownship(u) || !isRed(u) {
			continue
		}
		times, err := p.Number("editions", "red_in_a_row", u.Code, asOf)
		if err != nil {
			return nil, err
		}
		least, err := p.Number("editions", "last_of", u.Code, asOf)
		if err != nil {
			return nil, err
		}
		row := 1
		for row <= len(reds) && reds[row-1][u.Code] {
			row++
		}
		t := edition.Talk{Township: u.Code, County: u.County}
		if row >= int(times) {
			t.Grounds = append(t.Grounds, edition.RedInARow)
		}
		if u.Rank == last[u.County] && u.RankedOf >= uint32(least) {
			t.Grounds = append(t.Grounds, edition.RedAndLast)
		}
		if len(t.Grounds) > 0 {
			talks = append(talks, t)
		}
	}
	return talks, nil
}

func isTownship(u edition.Unit) bool { return u.Unit == string(index.Township) }

func isRed(u edition.Unit) bool { return u.Light == string(index.Red) }
