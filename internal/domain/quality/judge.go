package quality

import "time"

// Fault is what is wrong with a feed, and whom to call about it.
type Fault string

const (
	Silent   Fault = "silent"   // nothing new for longer than the topic's habit
	Rejects  Fault = "rejects"  // too much of what it sends is refused
	Late     Fault = "late"     // what it sends is stored too long after it was recorded
	GoneAway Fault = "goneaway" // silent for so long that it has probably been switched off: a site that was completed, say
)

// Limits that feeds are judged by, on the page and in alerts/rules/pipeline.yml, which reads them as metrics. They are for
// calling a source in time, not of law.
const (
	MaxRejectedShare = 0.05
	MinRejected      = 10                 // fewer refused messages are no reason to call
	MaxLateness      = 3 * 24 * time.Hour // of 95 in 100 messages
	MinStored        = 20                 // fewer messages have no 95th hundredth
	GoneAfter        = 90 * 24 * time.Hour
)

// silence is how long a source may rest. Attendance speaks every day but for rest days; pay comes by the month; registries,
// leads, proceedings, signals, permits, closures and voices speak when there is something to say.
var silence = map[string]time.Duration{
	"attendance":      3 * 24 * time.Hour,
	"payroll":         40 * 24 * time.Hour,
	"account_entries": 40 * 24 * time.Hour,
}

// MaxSilence returns how long a source of a topic may rest; false where it may rest for any time.
func MaxSilence(topic string) (time.Duration, bool) {
	limit, ok := silence[topic]
	return limit, ok
}

// Judge returns what is wrong with a feed at a moment, the worst first.
func (f *Feed) Judge(now time.Time) []Fault {
	var faults []Fault
	if limit, ok := MaxSilence(f.Topic); ok && !f.Latest.IsZero() {
		switch age := now.Sub(f.Latest); {
		case age > GoneAfter:
			return []Fault{GoneAway}
		case age > limit:
			faults = append(faults, Silent)
		}
	}
	if f.Rejected() >= MinRejected && f.RejectedShare() > MaxRejectedShare {
		faults = append(faults, Rejects)
	}
	if p95, ok := f.Lateness(0.95); ok && f.Stored >= MinStored && time.Duration(p95)*time.Second > MaxLateness {
		faults = append(faults, Late)
	}
	return faults
}
