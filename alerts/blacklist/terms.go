package blacklist

import (
	"time"

	"github.com/anxin-project/anxin/internal/civil"
)

// Terms are the periods of the procedure, from policy. Those in force when an employer is proposed bind its entry.
type Terms struct {
	Object        int `json:"object"`         // working days to object, after the notice
	Verify        int `json:"verify"`         // working days to verify an objection
	Decide        int `json:"decide"`         // working days to decide, after the order's date
	Extension     int `json:"extension"`      // more, with approval
	Years         int `json:"years"`          // on the list, from the decision
	RemovalMonths int `json:"removal_months"` // on the list since the correction, before an early removal
	DecideRemoval int `json:"decide_removal"` // working days, after the application
	Near          int `json:"near"`           // a deadline is near so many working days before
}

// DefaultTerms are those of MOHRSS Order 45 of 2021.
func DefaultTerms() Terms {
	return Terms{Object: 5, Verify: 5, Decide: 20, Extension: 20, Years: 3, RemovalMonths: 6, DecideRemoval: 15, Near: 3}
}

// after is the last day of a period of months or years that starts the day after d: the day of the same number, or the
// month's last where there is none (民法典 201, 202). A decision of 29 February ends on a 28 February three years on.
func after(d civil.Date, years, months int) civil.Date {
	t := d.Time()
	first := civil.NewDate(t.Year()+years, t.Month()+time.Month(months), 1)
	return first.Month().Day(t.Day())
}
