package editions

import (
	"cmp"
	"encoding/json"
	"math"
	"slices"

	"github.com/anxin-project/anxin/detectors/index"
	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/edition"
)

// talks are what proposals of talks (约谈) go by.
type talks struct {
	policy  *policy.Policy
	asOf    civil.Date
	units   []edition.Unit    // of this edition
	earlier [][]edition.Unit  // of the editions before, newest first
	today   map[string]string // lights on the day of the proposal, by township; nil where no later day is known than the edition's
}

// subjectsNamed is how many subjects a proposal names at most.
const subjectsNamed = 5

// propose returns the talks that an edition proposes, by township: red in as many editions in a row as policy says, this one
// included, or red and last in its county, and still red on the day of the proposal. Last is nobody in a county where fewer
// townships are ranked than policy says; of townships that share the last rank all are. Each names the subjects behind it.
func (t talks) propose() ([]edition.Talk, error) {
	last := map[string]uint32{} // the last rank there is in a county
	for _, u := range t.units {
		if isTownship(u) {
			last[u.County] = max(last[u.County], u.Rank)
		}
	}
	var all []edition.Talk
	for _, u := range t.units {
		if !isTownship(u) || !isRed(u) || t.today != nil && t.today[u.Code] != string(index.Red) {
			continue
		}
		times, err := t.policy.Number("editions", "red_in_a_row", u.Code, t.asOf)
		if err != nil {
			return nil, err
		}
		least, err := t.policy.Number("editions", "last_of", u.Code, t.asOf)
		if err != nil {
			return nil, err
		}
		one := edition.Talk{Township: u.Code, County: u.County}
		if t.inARow(u) >= int(times) {
			one.Grounds = append(one.Grounds, edition.RedInARow)
		}
		if u.Rank == last[u.County] && u.RankedOf >= uint32(least) {
			one.Grounds = append(one.Grounds, edition.RedAndLast)
		}
		if len(one.Grounds) == 0 {
			continue
		}
		if one.Subjects, err = behind(u); err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

// inARow counts the editions up to this one in which a township is red: one without its index neither breaks the row nor
// counts, and one of another form of the index ends it, since that measured something else.
func (t talks) inARow(u edition.Unit) int {
	row := 1
	for _, units := range t.earlier {
		at := slices.IndexFunc(units, func(other edition.Unit) bool { return other.Code == u.Code })
		switch {
		case at < 0 && (len(units) == 0 || units[0].Form == u.Form), at >= 0 && units[at].Form == u.Form && units[at].Index == nil:
			continue
		case at < 0, units[at].Form != u.Form, !isRed(units[at]):
			return row
		}
		row++
	}
	return row
}

// behind names the subjects that cost a unit most, as JSON.
func behind(u edition.Unit) (string, error) {
	var lost []index.Loss
	if u.Lost != "" {
		if err := json.Unmarshal([]byte(u.Lost), &lost); err != nil {
			return "", err
		}
	}
	at := map[string]int{}
	subjects := []edition.Behind{}
	for _, l := range lost {
		key := string(l.Scope) + ":" + l.ID
		i, known := at[key]
		if !known {
			i = len(subjects)
			at[key] = i
			subjects = append(subjects, edition.Behind{Scope: string(l.Scope), ID: l.ID, Name: l.Name})
		}
		subjects[i].Points = math.Round((subjects[i].Points+l.Points)*10) / 10
	}
	slices.SortStableFunc(subjects, func(a, b edition.Behind) int { return -cmp.Compare(a.Points, b.Points) })
	text, err := json.Marshal(subjects[:min(len(subjects), subjectsNamed)])
	return string(text), err
}

func isTownship(u edition.Unit) bool { return u.Unit == string(index.Township) }

func isRed(u edition.Unit) bool { return u.Light == string(index.Red) }
