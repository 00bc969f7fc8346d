package leads

import "github.com/anxin-project/anxin/internal/domain/civil"

// Terms are the periods of a lead in force at a place on a day, from policy. The first four are those by which the detector of late
// leads and the index go.
type Terms struct {
	Accept      int // working days from receipt, or from being reopened
	Investigate int // working days from filing
	Extension   int // more, with approval
	Mediate     int // calendar days
	Confirm     int // working days to answer whether a settlement was paid
	Repeats     int // a lead of the same subject received so many days before or after may be the same
	Near        int // a deadline is near so many working days before
}

// TermsOf tells the terms in force at a place, given by its division code, on a day.
type TermsOf func(place string, on civil.Date) Terms

// DefaultTerms are those of the national policy, everywhere and always.
func DefaultTerms(string, civil.Date) Terms {
	return Terms{Accept: 5, Investigate: 60, Extension: 30, Mediate: 15, Confirm: 3, Repeats: 30, Near: 3}
}
