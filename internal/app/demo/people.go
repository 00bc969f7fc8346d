package demo

import (
	"context"
	"errors"

	"github.com/anxin-project/anxin/dashboards/console"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/region"
	"github.com/anxin-project/anxin/internal/platform/access/people"
)

// Cost keeps signing in quick where passwords are shown on the page anyway.
var Cost = people.Cost{MemoryKiB: 1 << 10, Passes: 1, Lanes: 1}

// Password is everybody's in the demonstration.
const Password = "demo-only-password"

// invented are one invented person of each role, for a world whose townships are given.
func invented(townships []region.Township) []access.Person {
	first := townships[0].Code
	county, prefecture := region.County(first), region.Prefecture(first)
	whole := prefecture // the whole world of the demonstration: a prefecture, or else a province
	for _, t := range townships {
		if region.Prefecture(t.Code) != prefecture {
			whole = first[:2]
		}
	}
	return []access.Person{
		{ID: "inspector", Name: "陈安", Roles: []access.Role{access.Inspector}, Territory: county},
		{ID: "supervisor", Name: "周正", Roles: []access.Role{access.Supervisor}, Territory: whole},
		{ID: "housing", Name: "郑建", Roles: []access.Role{access.DepartmentOfficer}, Territory: whole, Department: "housing"},
		{ID: "township", Name: "何乡", Roles: []access.Role{access.TownshipHead}, Territory: first},
		{ID: "clerk", Name: "许窗", Roles: []access.Role{access.Clerk}, Territory: county},
		{ID: "operator", Name: "吴维", Roles: []access.Role{access.Operator}},
		{ID: "auditor", Name: "沈明", Roles: []access.Role{access.Auditor}},
		{ID: "administrator", Name: "管理员", Roles: []access.Role{access.Administrator}},
	}
}

// enterPeople registers the people of the demonstration; those of a kept store are there already.
func enterPeople(ctx context.Context, r *people.Register, townships []region.Township) ([]console.DemoPerson, error) {
	var all []console.DemoPerson
	for _, p := range invented(townships) {
		all = append(all, console.DemoPerson{Person: p, Password: Password})
		if _, err := r.Get(p.ID); !errors.Is(err, people.ErrUnknown) {
			continue
		}
		if err := r.Add(ctx, "command", p); err != nil {
			return nil, err
		}
		if err := r.SetPassword(ctx, "command", p.ID, Password, false); err != nil {
			return nil, err
		}
	}
	return all, nil
}
