package blacklist

import (
	"time"

	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// TermsOf tells the periods in force at a place, given by its division code, on a day.
type TermsOf func(place string, on civil.Date) casefile.ListingTerms

// DefaultTerms are those of the national policy (MOHRSS Order 45 of 2021), everywhere and always.
func DefaultTerms(string, civil.Date) casefile.ListingTerms {
	return casefile.ListingTerms{Object: 5, Verify: 5, Decide: 20, Extension: 20, Years: 3, RemovalMonths: 6, DecideRemoval: 15, Near: 3}
}

// proposedOn are the terms of a procedure that begins. The time to decide has run since the order's date.
func (terms TermsOf) proposedOn(today civil.Date, f *casefile.Facts, order casefile.OrderFact) casefile.ListingTerms {
	t := terms(f.Township, today)
	t.Decide = terms(f.Township, order.DueOn).Decide
	return t
}

// begin are an entry's terms after an event: the periods that it starts have the length now in force, the others keep theirs.
func begin(event string, bound, now casefile.ListingTerms) casefile.ListingTerms {
	switch event {
	case notified:
		bound.Object = now.Object
	case objected:
		bound.Verify = now.Verify
	case extended:
		bound.Extension = now.Extension
	case decided:
		bound.Years, bound.RemovalMonths = now.Years, now.RemovalMonths
	case corrected:
		bound.RemovalMonths = now.RemovalMonths
	case removalRequested:
		bound.DecideRemoval, bound.Near = now.DecideRemoval, now.Near
	}
	return bound
}

// after is the last day of a period of months or years that starts the day after d: the day of the same number, or the
// month's last where there is none (民法典 201, 202). A decision of 29 February ends on a 28 February three years on.
func after(d civil.Date, years, months int) civil.Date {
	t := d.Time()
	first := civil.NewDate(t.Year()+years, t.Month()+time.Month(months), 1)
	return first.Month().Day(t.Day())
}
