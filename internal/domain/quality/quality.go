// Package quality says how good the data is that each source sends: what of it is stored and how late, what is refused
// and why, what it holds that the contract does not know, and when it was last heard. Ingest notes it in the table
// feed_quality; the console shows it and the alerts judge it.
package quality

import (
	"math"
	"slices"
	"time"
)

// Marks of feed_quality: what a row says of its messages.
const (
	Stored       = "stored"
	Rejected     = "rejected"
	UnknownField = "unknown_field"
)

// Other stands for the sources beyond those that are told apart. Who may send is not known beforehand, and a source that
// makes up a name for every record must not fill tables and metrics.
const Other = "(other)"

// Beyond is the bound of what is later than all Bounds.
const Beyond = math.MaxUint32

const day = 24 * 60 * 60

// Bounds are the upper bounds of lateness that are told apart, in seconds.
var Bounds = []uint32{60, 5 * 60, 15 * 60, 3600, 3 * 3600, 6 * 3600, 12 * 3600, day, 2 * day, 3 * day, 7 * day, 14 * day, 30 * day, Afterwards, 90 * day}

// Afterwards is the lateness beyond which a record was no knowledge of its time: what is said of a past date by record time then rests
// on what nobody could know, and a history that a scorecard learns from looks wiser than it was.
const Afterwards = 45 * day

// Bound returns the least bound that a lateness does not exceed.
func Bound(late time.Duration) uint32 {
	for _, b := range Bounds {
		if late <= time.Duration(b)*time.Second {
			return b
		}
	}
	return Beyond
}

// Window is how many days, today among them, a feed is judged by.
const Window = 7

// Feed is what one source sends on one topic. Numbers are of messages: one that is read again counts once, and a record
// that is sent twice counts twice.
type Feed struct {
	Topic  string
	Source string // empty: refused messages whose source cannot be told
	Total  uint64 // stored, ever
	Latest time.Time

	// Of the messages put on the broker within the window:
	Stored   uint64
	Rejects  []Count // by reason, most first
	Unknown  []Count // by field, most first
	Within   []Count // stored at most so late, cumulative over Bounds and Beyond; By is the bound in seconds
	Messages uint64  // that Rejected is a share of: the feed's, or the topic's where the source cannot be told
}

// Count is a number of messages.
type Count struct {
	Of string // reason or field
	By uint32 // seconds
	N  uint64
}

// Rejected returns the number of refused messages in the window.
func (f *Feed) Rejected() uint64 {
	n := uint64(0)
	for _, c := range f.Rejects {
		n += c.N
	}
	return n
}

// RejectedShare returns the share of messages in the window that were refused, 0 to 1.
func (f *Feed) RejectedShare() float64 {
	if f.Messages == 0 {
		return 0
	}
	return float64(f.Rejected()) / float64(f.Messages)
}

// Lateness returns the least bound that a share of the stored messages (0.5 for the median) does not exceed, in seconds;
// false where none was stored in the window.
func (f *Feed) Lateness(share float64) (uint32, bool) {
	if f.Stored == 0 {
		return 0, false
	}
	for _, c := range f.Within {
		if float64(c.N) >= share*float64(f.Stored) {
			return c.By, true
		}
	}
	return Beyond, true
}

// After returns how many of the messages stored in the window came later than Afterwards.
func (f *Feed) After() uint64 {
	inTime := uint64(0) // a bound that no message keeps to is not in the list
	for _, c := range f.Within {
		if c.By <= Afterwards {
			inTime = max(inTime, c.N)
		}
	}
	return f.Stored - inTime
}

// bounds are Bounds and what lies beyond.
func bounds() []uint32 { return append(slices.Clone(Bounds), Beyond) }
