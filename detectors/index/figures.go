package index

import (
	"math"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Subject is a project or employer, or a township where a lead or incident names neither.
type Subject struct {
	Scope catalog.Scope
	ID    string
}

// Owing says of what kind wages owed are.
type Owing uint8

// The kinds of wages owed; a worker may be owed of several.
const (
	Listed      Owing = 1 << iota // a pay slip's
	Unbooked                      // said to be paid from the wage account, whose ledger does not show it
	Underlisted                   // what is missing to the local minimum wage
	Unlisted                      // of work without a pay slip: an estimate
)

// Worker is one monitored worker on one subject; a worker may be given several times, and all of it holds.
type Worker struct {
	Subject     Subject // the project; the employer where neither slip nor attendance tells one
	Employer    string  // who employs the worker there, where a warning is about that employer
	Key         [16]byte
	Owed        Owing // beyond grace; 0 when nothing is
	OwedFen     int64
	EstimateFen int64  // of OwedFen what no pay slip tells
	PaidLate    bool   // in the window
	Silent      uint32 // ended wage months of which nothing was heard: the latest in the lowest bit
	Unaccounted bool
}

// Due is what fell due on a subject in the window, in worker-months.
type Due struct {
	Subject Subject
	Months  int
	// What of them was not paid in money within grace, in millionths of a worker-month, by what became of it: still
	// unpaid or paid late, without a pay slip, or silent.
	Unpaid, Unlisted, Silent int64
	// Until is the last day on which one of the missing worker-months lies in the window.
	Until civil.Date
}

func (d Due) missing() int64 { return d.Unpaid + d.Unlisted + d.Silent }

// Safeguard is one that is asked of a project, with the share of it that is in force, 0 to 1.
type Safeguard struct {
	Name string
	Held float64
}

func (s Safeguard) millionths() int64 { return int64(math.Round(min(1, max(0, s.Held)) * million)) }

// Guarded is an active project with the safeguards asked of it.
type Guarded struct {
	Subject    Subject
	Workers    int
	Safeguards []Safeguard
}

// Lateness says why a lead does not count as handled in time.
type Lateness string

// The kinds of lateness.
const (
	NotAccepted  Lateness = "not_accepted"  // past the term to accept it
	PastTerm     Lateness = "past_term"     // past the term to resolve it
	Unverified   Lateness = "unverified"    // closed without a conclusion
	ResolvedLate Lateness = "resolved_late" // in the window, after its term
)

// Lead is what counts once: the leads about a subject in a month, under the id of the one that is late, else of the first.
type Lead struct {
	Subject Subject
	ID      string
	Late    Lateness // empty when handled in time
	Until   civil.Date
}

// Incident is a group or extreme incident over arrears that caps.
type Incident struct {
	Subject Subject
	ID      string
	Until   civil.Date // the last day on which it lies in the window
}

// Warned is a subject with an active warning of a detector that counts in hazard, or an unmet order.
type Warned struct {
	Subject    Subject
	Township   string
	Level      catalog.Level // the worst level of those detectors; empty when there is none
	Detectors  []string      // of that level
	OrderUnmet bool
}

// Warn takes in a warning of a detector that counts: of different levels the worst holds.
func (w *Warned) Warn(detector string, level catalog.Level) {
	switch {
	case w.Level == level:
		w.Detectors = append(w.Detectors, detector)
	case w.Level != catalog.Red:
		w.Level, w.Detectors = level, []string{detector}
	}
}

// Figures are the raw figures of a date. Townships holds where each subject is: a township, or the county alone where
// nobody knows more; what is in neither is in no unit and listed as unplaced.
type Figures struct {
	Names     map[Subject]string
	Townships map[Subject]string
	Workers   []Worker
	Due       []Due
	Guarded   []Guarded
	Leads     []Lead
	Incidents []Incident
	Warned    []Warned
	Closed    map[Subject]int // what inspectors closed, by subject
	Stale     map[string]bool // prefectures of which no attendance is heard any more
}

// at is where a subject counts.
func (f Figures) at(s Subject) string {
	if t := f.Townships[s]; t != "" {
		return t
	}
	if s.Scope == catalog.Township {
		return s.ID
	}
	return ""
}
