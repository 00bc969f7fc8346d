package view

import (
	"context"
	"fmt"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/internal/domain/catalog"
)

// Site is what a project's or employer's public page says: what stands in registries and on the notice board anyway. It holds
// nothing about any person, and nothing that warnings, leads or cases tell.
type Site struct {
	Scope                            catalog.Scope
	ID, Name, Township, Sector       string
	Developer, Contractor            string // names; of an employer both are empty
	Subcontractors                   []string
	PayDay                           uint8 // 0: not known
	DeveloperUSCC, ContractorUSCC    string
	LaborOfficer, Registered, Active bool // whether there is one; whether a registry knows it; whether it is under way
}

// mostSubcontractors bounds what a notice board lists.
const mostSubcontractors = 40

// Site reads a project or employer for its public page; ErrUnknownSubject when the run's registries do not know it.
func (k *Keeper) Site(ctx context.Context, v *View, scope catalog.Scope, id string) (*Site, error) {
	s := &Site{Scope: scope, ID: id}
	q := &factQuery{conn: k.conn, run: v.Run, scope: scope, id: id}
	if scope == catalog.Employer {
		err := q.each(ctx, "employers", `
SELECT name, township, industry, status = 'active'
FROM %s
WHERE employer_uscc = {id:String}
LIMIT 1`, func(r driver.Rows) error {
			s.Registered = true
			return r.Scan(&s.Name, &s.Township, &s.Sector, &s.Active)
		})
		if err == nil && !s.Registered {
			err = ErrUnknownSubject
		}
		return s, err
	}
	err := q.each(ctx, "projects", `
SELECT name, township, sector, developer_uscc, contractor_uscc, contractor_name, pay_day, labor_officer, active
FROM %s
WHERE project_id = {id:String}
LIMIT 1`, func(r driver.Rows) error {
		s.Registered = true
		return r.Scan(&s.Name, &s.Township, &s.Sector, &s.DeveloperUSCC, &s.ContractorUSCC, &s.Contractor, &s.PayDay, &s.LaborOfficer, &s.Active)
	})
	if err != nil {
		return nil, err
	}
	if !s.Registered {
		return nil, ErrUnknownSubject
	}
	firms, err := v.Run.From("employers")
	if err != nil {
		return nil, err
	}
	of := &factQuery{conn: k.conn, run: v.Run, scope: catalog.Employer, id: s.DeveloperUSCC}
	if err := of.each(ctx, "employers", "SELECT name FROM %s WHERE employer_uscc = {id:String} LIMIT 1", func(r driver.Rows) error { return r.Scan(&s.Developer) }); err != nil {
		return nil, err
	}
	err = q.each(ctx, "registrations", `
SELECT DISTINCT if(firms.name = '', taken.employer_uscc, firms.name) AS name, taken.employer_uscc
FROM (SELECT DISTINCT employer_uscc FROM %s WHERE project_id = {id:String} AND left_on IS NULL) AS taken
LEFT JOIN `+firms+` AS firms ON firms.employer_uscc = taken.employer_uscc
ORDER BY name
LIMIT `+fmt.Sprint(mostSubcontractors), func(r driver.Rows) error {
		var name, code string
		if err := r.Scan(&name, &code); err != nil {
			return err
		}
		if code != s.ContractorUSCC {
			s.Subcontractors = append(s.Subcontractors, name)
		}
		return nil
	})
	return s, err
}

// Subjects passes every project and employer that the run's registries know.
func (k *Keeper) Subjects(ctx context.Context, v *View, each func(scope catalog.Scope, id string)) error {
	for _, t := range []struct {
		table, column string
		scope         catalog.Scope
	}{{"projects", "project_id", catalog.Project}, {"employers", "employer_uscc", catalog.Employer}} {
		q := &factQuery{conn: k.conn, run: v.Run, scope: t.scope}
		if err := q.each(ctx, t.table, "SELECT "+t.column+" FROM %s", func(r driver.Rows) error {
			var id string
			err := r.Scan(&id)
			each(t.scope, id)
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}
