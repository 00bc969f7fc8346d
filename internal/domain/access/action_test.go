package access

import (
	"fmt"
	"slices"
	"testing"
)

const (
	county    = "331024"
	township  = "331024001"
	sibling   = "331024002"
	elsewhere = "331002001"
)

// may is what rights and allow say once more, written down apart from them: what each role may do, and whether it is bound
// to the territory and to the department.
var may = map[Action]map[Role]string{
	Public:       {Clerk: "all", Inspector: "all", DepartmentOfficer: "all", Supervisor: "all", TownshipHead: "all", Operator: "all", Auditor: "all", Administrator: "all"},
	OwnAccount:   {Clerk: "all", Inspector: "all", DepartmentOfficer: "all", Supervisor: "all", TownshipHead: "all", Operator: "all", Auditor: "all", Administrator: "all"},
	Read:         {Inspector: "territory", DepartmentOfficer: "department", Supervisor: "territory", TownshipHead: "territory"},
	Work:         {Inspector: "territory", DepartmentOfficer: "department", Supervisor: "territory"},
	Decide:       {Supervisor: "territory"},
	Leads:        {Clerk: "territory", Inspector: "territory", DepartmentOfficer: "department", Supervisor: "territory"},
	LeadContact:  {Clerk: "territory", Inspector: "territory", DepartmentOfficer: "department", Supervisor: "territory"},
	Reveal:       {Inspector: "territory", Supervisor: "territory"},
	Discipline:   {Inspector: "territory", Supervisor: "territory"},
	ReadSystem:   {Operator: "all"},
	ReadAudit:    {Auditor: "all"},
	ManagePeople: {Administrator: "all"},
}

func TestEveryActionOfEveryRoleEverywhere(t *testing.T) {
	if len(may) != len(Actions) {
		t.Fatalf("the table has %d actions of %d", len(may), len(Actions))
	}
	objects := map[string]Object{
		"nothing in particular":                {},
		"in the territory":                     {Place: township},
		"in the territory, own department":     {Place: township, Department: "housing"},
		"in the territory, other department":   {Place: township, Department: "transport"},
		"outside":                              {Place: elsewhere},
		"outside, own department":              {Place: elsewhere, Department: "housing"},
		"the prefecture that it is part of":    {Place: "3310"},
		"a place that only begins alike":       {Place: "33102"},
		"unplaced":                             {Place: Unplaced},
		"unplaced, other department":           {Place: Unplaced, Department: "transport"},
		"a department and no place whatsoever": {Department: "housing"},
	}
	for _, a := range Actions {
		for _, r := range Roles {
			for _, territory := range []string{"", "33", county, township, "x"} {
				for name, o := range objects {
					p := &Person{ID: "p", Roles: []Role{r}, Territory: territory, Department: "housing"}
					covers := territory != "" && len(o.Place) >= len(territory) && o.Place[:len(territory)] == territory
					if o.Place == Unplaced {
						covers = territory == "33" || territory == county || territory == "x"
					}
					want := false
					switch may[a][r] {
					case "all":
						want = true
					case "territory":
						want = o == (Object{}) || covers
					case "department":
						want = o == (Object{}) || covers && (o.Department == "" || o.Department == "housing")
					}
					if got := Allow(p, a, o); got != want {
						t.Errorf("%s, %s of %q, %s: allowed %v, want %v", a, r, territory, name, got, want)
					}
				}
			}
		}
	}
}

func TestNobodyAndTheUnknownAreRefused(t *testing.T) {
	all := &Person{ID: "p", Roles: Roles, Territory: "33", Department: "housing"}
	for _, a := range Actions {
		if Allow(nil, a, Object{}) != (a == Public) {
			t.Errorf("nobody may %s", a)
		}
		if a != Public && a != OwnAccount && Allow(&Person{ID: "p"}, a, Object{}) {
			t.Errorf("a person without a role may %s", a)
		}
	}
	if Allow(all, "", Object{}) || Allow(all, "rule", Object{}) || Allow(&Person{Roles: []Role{"king"}, Territory: "33"}, Read, Object{}) {
		t.Error("an unknown action or role is allowed")
	}
}

func TestTwoRolesAddUpWithoutLendingEachOtherTheirReach(t *testing.T) {
	p := &Person{Roles: []Role{DepartmentOfficer, TownshipHead}, Territory: township, Department: "housing"}
	other := Object{Place: township, Department: "transport"}
	if !Allow(p, Read, other) { // as head of the township
		t.Error("may not read")
	}
	if Allow(p, Work, other) { // as an officer of another department
		t.Error("may work on it")
	}
}

func TestBesideOnesOwnPlaceOnlyRanksAreSeen(t *testing.T) {
	for _, tt := range []struct {
		territory string
		want      []string
	}{
		{township, []string{sibling}},
		{county, []string{"331002"}},
		{"3310", []string{"3301"}},
		{"", nil},
	} {
		p := &Person{Roles: []Role{TownshipHead}, Territory: tt.territory}
		var got []string
		for _, place := range []string{township, sibling, elsewhere, county, "331002", "3310", "3301", Unplaced, ""} {
			if RankOnly(p, place) {
				got = append(got, place)
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(tt.want) {
			t.Errorf("%s: ranks of %v, want %v", tt.territory, got, tt.want)
		}
	}
	if RankOnly(&Person{Roles: []Role{Auditor}, Territory: township}, sibling) || RankOnly(nil, sibling) {
		t.Error("ranks are shown to who reads no ranking")
	}
}

func TestListsKeepWhatMayBeRead(t *testing.T) {
	p := &Person{Roles: []Role{Inspector}, Territory: county}
	got := MayRead(p, []string{township, elsewhere, ""}, func(place string) Object { return At(place, "") })
	if !slices.Equal(got, []string{township, ""}) {
		t.Errorf("kept %q", got)
	}
}
