package simulate

import (
	"errors"
	"fmt"
	"time"

	"github.com/anxin-project/anxin/internal/civil"
	"github.com/anxin-project/anxin/internal/region"
)

// Options say which world is simulated. The same options give the same bytes.
type Options struct {
	Seed uint64
	// From is the first simulated day: the day the area's systems are connected. When 0, the first day of the month
	// that makes the scale's number of months up to To.
	From civil.Date
	// To ends WriteDir, and is the horizon over which causes are spread. Day may be called beyond it.
	To    civil.Date
	Scale Scale
	// Rates are the shares of subjects in trouble; nil means DefaultRates, &Rates{} a world where everybody pays.
	Rates *Rates
	// Noise adds what transport does to records: duplicates, late and reordered arrivals, corrections, bad records.
	Noise bool
}

// Scale is the size of a world.
type Scale struct {
	Counties  []string // 6-digit codes; every township of them gets projects
	Projects  int      // construction projects over a year, those that follow completed ones included
	Workers   int      // workers on site at a time
	Employers int      // employers without projects: factories and services
	Months    int      // length when Options.From is not given
}

// ScaleByName returns a preset: "tiny" for tests, "county" for the demo, "city" for benchmarks.
func ScaleByName(name string) (Scale, error) {
	switch name {
	case "tiny":
		return Scale{Counties: []string{"331024"}, Projects: 6, Workers: 60, Employers: 3, Months: 3}, nil
	case "county": // Wuxing, Xianju, Deqing (Guangdong) and Kaili: 72 townships
		return Scale{Counties: []string{"330502", "331024", "441226", "522601"}, Projects: 110, Workers: 3500, Employers: 60, Months: 12}, nil
	case "city": // Huzhou: 72 townships; with turnover and the employers' staff, well over 120,000 workers in a year
		return Scale{Counties: []string{"330502", "330503", "330521", "330522", "330523"}, Projects: 1450, Workers: 87000, Employers: 1400, Months: 12}, nil
	}
	return Scale{}, fmt.Errorf("scale %q: want tiny, county or city", name)
}

// Rates are shares: of projects, except Closing, a share of the employers without projects, and FailingContractor, a
// share of the general contractors (a failing one takes several projects with it).
type Rates struct {
	Squeeze           float64 // the developer runs out of money
	FailingContractor float64
	BadPayer          float64 // a subcontractor omits or underpays part of its crew
	Sloppy            float64 // no registration, no contracts, cash
	Misuse            float64 // the wage account is used for something else, or frozen
	Illegal           float64 // subcontracting to a labour boss: ghosts on the list, one account for many
	Lapse             float64 // one pay day missed by carelessness
	Closing           float64
}

// DefaultRates leave about four fifths of the projects clean.
func DefaultRates() Rates {
	return Rates{Squeeze: 0.06, FailingContractor: 0.08, BadPayer: 0.035, Sloppy: 0.035, Misuse: 0.025, Illegal: 0.025, Lapse: 0.035, Closing: 0.06}
}

func (o *Options) complete() error {
	if o.To == 0 && o.From == 0 {
		return errors.New("simulate: want a first or a last day")
	}
	if o.Scale.Months <= 0 {
		o.Scale.Months = 12
	}
	if o.From == 0 {
		o.From = (o.To.Month() - civil.Month(o.Scale.Months) + 1).First()
	}
	if o.To == 0 {
		o.To = (o.From.Month() + civil.Month(o.Scale.Months)).First() - 1
	}
	if o.To < o.From {
		return fmt.Errorf("simulate: the last day %v is before the first, %v", o.To, o.From)
	}
	if o.Scale.Projects < 1 || o.Scale.Workers < 1 || o.Scale.Employers < 0 || len(o.Scale.Counties) == 0 {
		return errors.New("simulate: the scale wants counties, projects and workers")
	}
	for _, c := range o.Scale.Counties {
		if len(region.Townships(c)) == 0 {
			return fmt.Errorf("simulate: county %q has no known townships; want a 6-digit code such as 331024", c)
		}
	}
	if o.Rates == nil {
		r := DefaultRates()
		o.Rates = &r
	}
	return nil
}

// Record is one message of a topic.
type Record struct {
	Topic string    // without prefix: "attendance" …
	Key   string    // the message key: project, else employer, else township
	At    time.Time // recorded_at
	JSON  []byte    // a reused buffer: valid until the sink returns
}

// Sink takes one record; an error ends the day.
type Sink func(Record) error

// Topics in the order of the contract; their index is used inside.
var Topics = []string{"projects", "employers", "workers", "attendance", "payroll", "account_entries", "complaints", "proceedings", "signals"}

const (
	topicProjects = iota
	topicEmployers
	topicWorkers
	topicAttendance
	topicPayroll
	topicEntries
	topicComplaints
	topicProceedings
	topicSignals
	topicCount
)

// Stats count what was emitted.
type Stats struct {
	Records    map[string]int64 // by topic, everything on the wire
	Duplicates int64            // resent versions among them
	Bad        map[string]int64 // records that must be rejected, by the contract's reason code
}

// Times returns the rates with every share multiplied.
func (r Rates) Times(f float64) Rates {
	return Rates{
		Squeeze: r.Squeeze * f, FailingContractor: r.FailingContractor * f, BadPayer: r.BadPayer * f, Sloppy: r.Sloppy * f,
		Misuse: r.Misuse * f, Illegal: r.Illegal * f, Lapse: r.Lapse * f, Closing: r.Closing * f,
	}
}
