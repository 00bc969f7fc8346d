// Package access says who people are and what they may do: roles, territory, and the one place that decides.
package access

import (
	"slices"
	"strings"
)

// Role is what a person's office lets them do (docs/how-to/people.md).
type Role string

// The roles. A person may hold several.
const (
	Inspector         Role = "inspector"          // 劳动保障监察员: the cases of their own territory
	DepartmentOfficer Role = "department_officer" // 行业主管部门: the cases of their own department and territory
	Supervisor        Role = "supervisor"         // approves, extends, decides
	TownshipHead      Role = "township_head"      // their own township in detail, the others of the county as ranks
	Clerk             Role = "clerk"              // 受理员: takes leads in at a window or hotline of their own territory
	Operator          Role = "operator"           // the system, no personal data
	Auditor           Role = "auditor"            // reads the audit log
	Administrator     Role = "administrator"      // users
)

// Roles are all of them, in the order in which pages list them.
var Roles = []Role{Inspector, DepartmentOfficer, Supervisor, TownshipHead, Clerk, Operator, Auditor, Administrator}

// Person is somebody who has signed in, or for whom an administrator acts by command.
type Person struct {
	ID         string `json:"id"`   // stable, never reused: it stands in case events and in the audit log
	Name       string `json:"name"` // as shown and as printed on documents
	Roles      []Role `json:"roles"`
	Territory  string `json:"territory"`            // leading digits of division codes: a prefecture, county or township
	Department string `json:"department,omitempty"` // of a department officer: housing, transport, water, …
}

// Is reports whether the person holds any of the roles.
func (p Person) Is(roles ...Role) bool {
	return slices.ContainsFunc(roles, func(r Role) bool { return slices.Contains(p.Roles, r) })
}

// Covers reports whether a place, by its division code, lies within the person's territory.
func (p Person) Covers(code string) bool {
	return p.Territory != "" && strings.HasPrefix(code, p.Territory)
}
