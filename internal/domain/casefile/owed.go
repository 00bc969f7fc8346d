package casefile

import (
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Owed is what the records say is owed about the subject of a case, as of a run: each worker and each wage once, whatever
// was paid in money since deducted.
type Owed struct {
	AsOf civil.Date `json:"as_of"`
	Run  uint64     `json:"run"`
	// Listed is by the pay slips: the only part that a legal paper is filled in with.
	Listed *Claim `json:"listed,omitempty"`
	// BelowMinimum is what listed wages fall short of the minimum wage for the days worked, by attendance. Like Estimated it is
	// for people to look into.
	BelowMinimum *Claim `json:"below_minimum,omitempty"`
	// Estimated is work without a pay slip, by estimate. It stands in no legal paper and on no published page.
	Estimated *Claim   `json:"estimated,omitempty"`
	Warnings  []string `json:"warnings,omitempty"` // detectors about payment that warn of the subject
	// Employer is whom an order about the subject binds: the employer itself, of a project its general contractor, who pays
	// first (Reg. 30). Empty when no registry tells.
	Employer     string `json:"employer,omitempty"` // credit code
	EmployerName string `json:"employer_name,omitempty"`
}

// Claim is one part of what is owed.
type Claim struct {
	Workers   uint32      `json:"workers"`
	AmountFen int64       `json:"amount_fen"`
	From      civil.Month `json:"wage_from"` // first wage month
	To        civil.Month `json:"wage_to"`
	Records   []string    `json:"records,omitempty"` // ids at their sources, in order; not all where there are more
	Total     uint32      `json:"total_records"`
}

// ByRecords is what is owed as a paper may cite it: by the pay slips alone. nil stays nil.
func (o *Owed) ByRecords() *Owed {
	if o == nil {
		return nil
	}
	cited := *o
	cited.BelowMinimum, cited.Estimated = nil, nil
	return &cited
}

// Nothing reports whether nothing is owed.
func (o *Owed) Nothing() bool {
	return o == nil || o.Listed == nil && o.BelowMinimum == nil && o.Estimated == nil
}

// Binds is whom an order to pay in a case binds: the one named in it, else whom the records tell. Empty when nobody is known.
func (c Case) Binds(employer, name string) (code, called string) {
	switch {
	case employer != "":
		if name == "" && c.Owed != nil && c.Owed.Employer == employer {
			name = c.Owed.EmployerName
		}
		return employer, name
	case c.Scope == catalog.Employer:
		return c.ScopeID, c.Name
	case c.Owed != nil:
		return c.Owed.Employer, c.Owed.EmployerName
	}
	return "", ""
}
