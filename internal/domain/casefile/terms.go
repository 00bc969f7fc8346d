package casefile

// ListingTerms are the periods of a procedure about the joint-discipline list, from policy. Each binds an entry at the
// length that was in force, where the employer is, when it began.
type ListingTerms struct {
	Object        int `json:"object"`         // working days to object, after the notice
	Verify        int `json:"verify"`         // working days to verify an objection
	Decide        int `json:"decide"`         // working days to decide, after the order's date
	Extension     int `json:"extension"`      // more, with approval
	Years         int `json:"years"`          // on the list, from the decision
	RemovalMonths int `json:"removal_months"` // on the list since the correction, before an early removal
	DecideRemoval int `json:"decide_removal"` // working days, after the application
	Near          int `json:"near"`           // a deadline is near so many working days before
}
