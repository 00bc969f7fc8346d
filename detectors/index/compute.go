package index

import (
	"cmp"
	"slices"

	"github.com/anxin-project/anxin/internal/catalog"
)

// Subject is a project or employer.
type Subject struct {
	Scope catalog.Scope
	ID    string
}

// Monitored is one worker on one subject; a worker may be given several times, and all of it holds.
type Monitored struct {
	Subject    Subject // the project; the employer where a slip names none
	Township   string
	Employer   string // who employs the worker there, where a warning is about that employer
	Worker     [16]byte
	InArrears  bool // unpaid beyond grace, or paid late in the window
	Unpaid     bool // unpaid beyond grace
	ArrearsFen int64
}

// Money is what a subject had to pay in the window.
type Money struct {
	Subject           Subject
	DueFen, PromptFen int64
}

// Guarded is an active project with the safeguards asked of it.
type Guarded struct {
	Subject  Subject
	Township string
	Workers  int
	Asked    int
	Held     float64
	Lacking  []string
}

// Leads counts the leads of a subject that were to be resolved in the window.
type Leads struct {
	Subject  Subject // may be a township
	Township string
	Due      int
	InTime   int
}

// Warned is a subject with an active payment or foresight warning, or an unmet order.
type Warned struct {
	Subject    Subject
	Township   string
	Level      catalog.Level // the worst payment or foresight level; empty when there is none
	OrderUnmet bool
}

// Figures are the raw figures of a date.
type Figures struct {
	Names     map[Subject]string
	Townships map[Subject]string // where each subject is
	Monitored []Monitored
	Money     []Money
	Guarded   []Guarded
	Leads     []Leads
	Incidents []Subject // group incidents that cap; the township where no subject is named
	Warned    []Warned
	Stale     bool
}

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
	Unpaid     int   // workers with wages unpaid beyond grace
	UnpaidFen  int64 // and how much
	Grey       bool  // too few workers
	Stale      bool

	Rank, RankedOf                     int // a township in its county, a county in its prefecture; 0 unranked
	RankPrefecture, RankedInPrefecture int // a township in its prefecture

	Worst []Gain // subjects that cost most, most first
}

// Gain says what the index would be with one subject put right.
type Gain struct {
	Scope   catalog.Scope `json:"scope"`
	ID      string        `json:"scope_id"`
	Name    string        `json:"name"`
	Workers int           `json:"workers"`
	Index   float64       `json:"index_if_fixed"`
	Gain    float64       `json:"gain"`
}

// worstShown is how many subjects an explanation names.
const worstShown = 10

// Compute returns the rows of every unit with monitored workers, by unit and code.
func Compute(f Figures, k Constants) []Row {
	units := gather(f)
	var rows []Row
	for _, u := range units.sorted() {
		row := Row{
			Unit: u.kind, Code: u.code, Prefecture: u.code[:4], Tally: u.tally, Unpaid: u.unpaid, UnpaidFen: u.unpaidFen,
			Grey: u.tally.Workers < k.LeastWorkers, Stale: f.Stale,
		}
		if u.kind != Prefecture {
			row.County = u.code[:6]
		}
		base := units.base(u)
		row.Score = k.Of(u.tally, base.tally)
		if row.Grey || row.Stale {
			row.Score.Light = Grey
		} else {
			row.Worst = units.worst(u, base, f, k, row.Score)
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
		slices.SortFunc(group, better)
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

// better orders by index, ties by incidence, then by more monitored workers.
func better(a, b *Row) int {
	return cmp.Or(
		-cmp.Compare(a.Score.Index, b.Score.Index),
		cmp.Compare(a.Score.Parts[0].Shrunk, b.Score.Parts[0].Shrunk),
		-cmp.Compare(a.Tally.Workers, b.Tally.Workers),
	)
}
