package access

import (
	"slices"
	"strings"
)

// Action is what somebody wants to do. Every page and every address of the API names exactly one.
type Action string

// The actions. A new one is refused to everybody until rights lists it.
const (
	Public       Action = "public"        // what anybody may see: the sign-in page, what the law publishes
	OwnAccount   Action = "own_account"   // what everybody signed in may: their password, the explanations
	Read         Action = "read"          // places, warnings, projects, employers and cases
	Work         Action = "work"          // act in a case: accept, pass on, investigate, order
	Decide       Action = "decide"        // approve, extend, decide on the blacklist
	Leads        Action = "leads"         // take leads in, and see those there are
	LeadContact  Action = "lead_contact"  // see how a complainant is reached, and what he said
	Reveal       Action = "reveal"        // see a worker's name and phone
	Discipline   Action = "discipline"    // the procedures of the joint-discipline list, which name persons
	ReadSystem   Action = "read_system"   // runs, data quality
	ReadAudit    Action = "read_audit"    // the audit log
	ManagePeople Action = "manage_people" // people, their roles and territory
)

// Actions are all of them.
var Actions = []Action{Public, OwnAccount, Read, Work, Decide, Leads, LeadContact, Reveal, Discipline, ReadSystem, ReadAudit, ManagePeople}

// rights says which roles may do what (docs/explanation/access.md). Public and OwnAccount are nobody's in particular.
var rights = map[Action][]Role{
	Read:         {Inspector, DepartmentOfficer, Supervisor, TownshipHead},
	Work:         {Inspector, DepartmentOfficer, Supervisor},
	Decide:       {Supervisor},
	Leads:        {Clerk, Inspector, DepartmentOfficer, Supervisor},
	LeadContact:  {Clerk, Inspector, DepartmentOfficer, Supervisor},
	Reveal:       {Inspector, Supervisor},
	Discipline:   {Inspector, Supervisor},
	ReadSystem:   {Operator},
	ReadAudit:    {Auditor},
	ManagePeople: {Administrator},
}

// Object is what an action touches. The zero Object is nothing in particular, such as a list that shows each his own.
type Object struct {
	Place      string // division code
	Department string // in charge of it; empty when no department is, as of a township's index
}

// Unplaced is the Place of something that no record places. Somebody must find out where it belongs: it is shown to
// whoever answers for a county or more.
const Unplaced = "unplaced"

// At is the object in a township, or Unplaced where that is empty, with the department in charge.
func At(township, department string) Object {
	if township == "" {
		township = Unplaced
	}
	return Object{Place: township, Department: department}
}

// Allow decides, for pages and for the API, whether a person may do something to an object. nil is nobody: someone who has
// not signed in. It knows every action and every role; what it does not know it refuses.
func Allow(p *Person, a Action, o Object) bool {
	if a == Public {
		return true
	}
	if p == nil {
		return false
	}
	if a == OwnAccount {
		return true
	}
	return slices.ContainsFunc(rights[a], func(r Role) bool { return p.Is(r) && p.answersFor(r, o) })
}

// answersFor reports whether an object lies within what a role of the person is about. The roles that have no casework
// are about the whole system.
func (p *Person) answersFor(r Role, o Object) bool {
	switch {
	case !r.HasTerritory(), o == (Object{}):
		return true
	case r == DepartmentOfficer && o.Department != "" && o.Department != p.Department:
		return false
	case o.Place == Unplaced:
		return p.Territory != "" && len(p.Territory) <= countyDigits
	}
	return p.Covers(o.Place)
}

const countyDigits = 6

// HasTerritory reports whether a role is held for a territory.
func (r Role) HasTerritory() bool {
	return r == Clerk || r == Inspector || r == DepartmentOfficer || r == Supervisor || r == TownshipHead
}

// RankOnly reports whether a person may know the rank of a place but nothing else of it: the places beside their own. The
// head of a township sees the ranks of the other townships of the county.
func RankOnly(p *Person, place string) bool {
	return Allow(p, Read, Object{}) && !Allow(p, Read, Object{Place: place}) &&
		len(place) == len(p.Territory) && above(place) == above(p.Territory)
}

// above is the division that a division is part of: a township's county, a county's prefecture.
func above(code string) string {
	for _, digits := range []int{countyDigits, 4, 2} {
		if len(code) > digits {
			return code[:digits]
		}
	}
	return ""
}

// MayRead returns, of rows that each touch an object, those that a person may read.
func MayRead[T any](p *Person, rows []T, object func(T) Object) []T {
	kept := []T{}
	for _, row := range rows {
		if Allow(p, Read, object(row)) {
			kept = append(kept, row)
		}
	}
	return kept
}

// Valid reports whether a role is one of Roles.
func (r Role) Valid() bool { return slices.Contains(Roles, r) }

// ValidTerritory reports whether a text can be a territory: 2 digits for a province, 4 for a prefecture, 6 for a county, 9
// for a township.
func ValidTerritory(code string) bool {
	return slices.Contains([]int{2, 4, countyDigits, 9}, len(code)) && strings.Trim(code, "0123456789") == ""
}
