package alerts

import (
	"context"

	"github.com/anxin-project/anxin/alerts/blacklist"
	"github.com/anxin-project/anxin/internal/access"
	"github.com/anxin-project/anxin/internal/casefile"
)

// Desk is the joint-discipline list as pages use it: the same steps, facts and refusals as the API's.
type Desk struct{ a *Alerts }

// Desk returns the list for pages.
func (a *Alerts) Desk() Desk { return Desk{a} }

// Entries are all entries as they are today.
func (d Desk) Entries() []casefile.Entry { return d.a.blacklist.List(blacklist.Filter{}) }

// Entry returns an entry and its events in the order of the log.
func (d Desk) Entry(ctx context.Context, id string) (casefile.Entry, []casefile.Event, error) {
	return d.a.blacklist.Get(ctx, id)
}

// Choices are the actions open to a person on an entry as it is today.
func (d Desk) Choices(id string, by access.Person) []casefile.EntryChoice {
	return d.a.blacklist.Choices(id, by)
}

// Candidate is what the latest run found of an employer; nil when it is no candidate there.
func (d Desk) Candidate(ctx context.Context, employer string) (*casefile.Facts, error) {
	return blacklist.Candidate(ctx, d.a.findings.conn, d.a.findings.run(), employer)
}

// Propose makes an employer a candidate by what the latest run found.
func (d Desk) Propose(ctx context.Context, by access.Person, employer string, a casefile.EntryAction) (casefile.Entry, error) {
	facts, err := d.Candidate(ctx, employer)
	if err != nil {
		return casefile.Entry{}, err
	}
	done, err := d.a.blacklist.Propose(ctx, by, employer, facts, a)
	return done.Entry, err
}

// Act takes a step on an entry, by somebody who has seen its events up to seq.
func (d Desk) Act(ctx context.Context, by access.Person, id string, seq uint32, a casefile.EntryAction) (casefile.Entry, error) {
	done, err := d.a.blacklist.Act(ctx, by, id, seq, a)
	return done.Entry, err
}

// Published is the list as it is public today.
func (d Desk) Published() []casefile.Published { return d.a.blacklist.Publication().Employers }
