package index

import (
	"cmp"
	"slices"

	"github.com/anxin-project/anxin/internal/domain/catalog"
)

// Unit is the kind of a row.
type Unit string

// The units.
const (
	Township   Unit = "township"
	County     Unit = "county"
	Prefecture Unit = "prefecture"
)

// Row is the index of one unit.
type Row struct {
	Unit       Unit
	Code       string
	County     string // of a township or county
	Prefecture string
	Tally      Tally
	Score      Score

	Unaccounted int
	OwedFen     int64 // past due beyond grace
	EstimateFen int64 // of it what no pay slip tells
	Closed      int   // what inspectors closed with a supervisor's approval
	Grey        bool  // too few workers
	Stale       bool

	Rank, RankedOf                     int // a township in its county, a county in its prefecture; 0 unranked
	RankPrefecture, RankedInPrefecture int // a township in its prefecture

	Lost  []Loss // every point lost, most first
	Gains []Gain // what putting one of these subjects right alone would give
}

// Compute returns the rows of every unit that has a subject, by unit and code.
func Compute(f Figures, k Constants) []Row {
	units := gather(f)
	var rows []Row
	for _, u := range units.sorted() {
		row := Row{
			Unit: u.kind, Code: u.code, Prefecture: u.code[:4], Tally: u.tally, Score: k.Of(u.tally),
			Unaccounted: u.unaccounted, OwedFen: u.owedFen, EstimateFen: u.estimateFen, Closed: u.closed,
			Grey: u.tally.Workers < k.LeastWorkers && u.tally.Owed < k.LeastOwed, Stale: f.Stale[u.code[:4]],
		}
		if u.kind != Prefecture {
			row.County = u.code[:6]
		}
		if row.Published() {
			row.Lost = u.lost(f, k, row.Score)
			row.Gains = u.gains(f, k, row.Score, row.Lost)
		} else {
			row.Score.Light = Grey
		}
		rows = append(rows, row)
	}
	rank(rows)
	return rows
}

// Published tells whether the row has an index that people may see.
func (r Row) Published() bool { return !r.Grey && !r.Stale }

// rank places townships within county and prefecture and counties within prefecture.
func rank(rows []Row) {
	groups := map[string][]*Row{}
	for i := range rows {
		r := &rows[i]
		if !r.Published() {
			continue
		}
		switch r.Unit {
		case Township:
			groups["in county "+r.County] = append(groups["in county "+r.County], r)
			groups["in prefecture "+r.Prefecture] = append(groups["in prefecture "+r.Prefecture], r)
		case County:
			groups["of prefecture "+r.Prefecture] = append(groups["of prefecture "+r.Prefecture], r)
		}
	}
	for name, group := range groups {
		slices.SortStableFunc(group, better)
		place := 0
		for i, r := range group {
			if i == 0 || better(group[i-1], r) != 0 {
				place = i + 1
			}
			if name[:3] == "in " && name[3] == 'p' {
				r.RankPrefecture, r.RankedInPrefecture = place, len(group)
			} else {
				r.Rank, r.RankedOf = place, len(group)
			}
		}
	}
}

// better orders by index, ties by the lower arrears rate; who is equal on both shares a rank.
func better(a, b *Row) int {
	return cmp.Or(
		-cmp.Compare(a.Score.Index, b.Score.Index),
		cmp.Compare(a.Score.Parts[0].Scored, b.Score.Parts[0].Scored),
	)
}

// Unplaced is a subject of which nobody knows in which township it is.
type Unplaced struct {
	Scope       catalog.Scope
	ID          string
	Name        string
	County      string // empty where not even that is known
	Workers     int    // monitored
	Owed        int
	OwedFen     int64
	EstimateFen int64
}

// FindUnplaced returns the subjects with monitored workers that no township answers for, those with most owed first: of a
// county they count in its totals, without one nowhere.
func FindUnplaced(f Figures) []Unplaced {
	type tally struct {
		Unplaced
		seen, owed map[[16]byte]bool
	}
	by := map[Subject]*tally{}
	for _, w := range f.Workers {
		place := f.at(w.Subject)
		if len(place) >= 9 {
			continue
		}
		one := by[w.Subject]
		if one == nil {
			one = &tally{Unplaced{Scope: w.Subject.Scope, ID: w.Subject.ID, Name: f.Names[w.Subject], County: place}, map[[16]byte]bool{}, map[[16]byte]bool{}}
			by[w.Subject] = one
		}
		one.seen[w.Key] = true
		if w.Owed != 0 {
			one.owed[w.Key] = true
		}
		one.OwedFen += w.OwedFen
		one.EstimateFen += w.EstimateFen
	}
	var all []Unplaced
	for _, one := range by {
		one.Workers, one.Owed = len(one.seen), len(one.owed)
		all = append(all, one.Unplaced)
	}
	slices.SortFunc(all, func(a, b Unplaced) int {
		return cmp.Or(-cmp.Compare(a.Owed, b.Owed), -cmp.Compare(a.OwedFen, b.OwedFen), cmp.Compare(a.Scope, b.Scope), cmp.Compare(a.ID, b.ID))
	})
	return all
}
