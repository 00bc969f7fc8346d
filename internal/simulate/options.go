package simulate

import (
	"errors"
	"fmt"
	"time"

	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/region"
)

// Options say which world is simulated. The same options give the same bytes.
type Options struct {
	Seed uint64
	// From is the first simulated day: the day the area's systems are connected. When 0, the first day of the month
	// that makes the scale's number of months up to To.
	From civil.Date
	// To ends a folder of records (folder.Write), and is the horizon over which causes are spread. Day may be called beyond it.
	To    civil.Date
	Scale Scale
	// Rates say how much goes wrong; nil means UsualRates, &Rates{} a world where everybody pays.
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
		return Scale{Counties: []string{"330502", "330503", "330521", "330522", "330523"}, Projects: 1450, Workers: 85000, Employers: 1400, Months: 12}, nil
	}
	return Scale{}, fmt.Errorf("scale %q: want tiny, county or city", name)
}

// Rates say how often each cause arises. What follows from a cause is not drawn.
type Rates struct {
	// Arrears is the share of an ordinary county's workers whom causes of arrears reach at a time; where one ends,
	// another begins after a while. BadCounty is the same for the one county in four that is badly off.
	Arrears, BadCounty float64

	// Shares of the projects over their lives.
	Strained    float64 // the developer is short of money, and a sound contractor makes up for it
	Sloppy      float64 // no registration, no contracts, cash
	Misuse      float64 // the wage account is used for something else, or frozen, and put right
	Illegal     float64 // subcontracting to a labour boss: ghosts on the list, one account for many
	Understated float64 // the list says less than was worked
	Unconnected float64 // the bank or the gate is not connected for months, or the gate stays broken for weeks

	Lapse     float64 // pay days missed by carelessness, for each payer and year
	Returned  float64 // payments that the bank returns, for a wrong account or name, of all slips; they are made a week or two later
	Unknown   float64 // permits of projects that the platform does not know, for each project
	Unhandled float64 // leads that are accepted late or closed unverified, of all
}

// UsualRates are those of a county as it is: a few wages in a thousand are owed, on few sites, and most townships are well.
func UsualRates() Rates {
	return Rates{
		Arrears: 0.0055, BadCounty: 0.022,
		Strained: 0.03, Sloppy: 0.05, Misuse: 0.02, Illegal: 0.012, Understated: 0.01, Unconnected: 0.025,
		Lapse: 0.8, Returned: 0.002, Unknown: 0.015, Unhandled: 0.07,
	}
}

// WorseRates are those of a place in trouble: about a quarter of the projects are.
func WorseRates() Rates {
	return Rates{
		Arrears: 0.04, BadCounty: 0.09,
		Strained: 0.05, Sloppy: 0.05, Misuse: 0.04, Illegal: 0.03, Understated: 0.02, Unconnected: 0.05,
		Lapse: 0.18, Returned: 0.003, Unknown: 0.04, Unhandled: 0.15,
	}
}

// RatesByName returns the rates of a kind of world: "usual", "worse", or "sound", where everybody pays.
func RatesByName(name string) (Rates, error) {
	switch name {
	case "usual":
		return UsualRates(), nil
	case "worse":
		return WorseRates(), nil
	case "sound":
		return Rates{}, nil
	}
	return Rates{}, fmt.Errorf("world %q: want usual, worse or sound", name)
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
		r := UsualRates()
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

// Topics in the order of the contract, but for closures, of which there are none; their index is used inside.
var Topics = []string{"projects", "employers", "workers", "attendance", "payroll", "account_entries", "complaints", "proceedings", "signals", "permits", "voices"}

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
	topicPermits
	topicVoices
	topicCount
)

// Stats count what was emitted.
type Stats struct {
	Records    map[string]int64 // by topic, everything on the wire
	Duplicates int64            // resent versions among them
	Bad        map[string]int64 // records that must be rejected, by the contract's reason code
}
