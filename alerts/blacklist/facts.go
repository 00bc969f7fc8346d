package blacklist

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/platform/store"
)

// Run is the completed run whose findings are published; its zero value is "none yet".
type Run struct {
	AsOf     civil.Date
	Number   uint64
	Snapshot string // database of the facts it judged
}

// Issued is an order to pay that a case here issued and whose date has passed unmet, with the employer it binds.
type Issued struct {
	casefile.OrderFact
	Employer string // credit code
	Name     string
	Township string // of the case's subject
}

// Detector finds the employers that meet the conditions of listing by the records of the sources; policy has the conditions in
// the section named after it.
const Detector = "blacklist-candidate"

// Candidates reads who can be proposed for the list, by credit code: whom a run has found under the detector
// blacklist-candidate, and whom orders issued here make meet the conditions. An employer other than "" narrows it to that
// one. issued are all such orders; of a run that is none yet they alone tell, as of today.
func Candidates(ctx context.Context, conn driver.Conn, run Run, conditions ConditionsOf, issued []Issued, employer string, today civil.Date) ([]*casefile.Facts, error) {
	by := map[string]*casefile.Facts{}
	found := map[string][]string{} // grounds, by the detector
	if run.Number != 0 {
		if err := readWarned(ctx, conn, run, employer, by, found); err != nil {
			return nil, err
		}
	}
	for _, o := range issued {
		if o.Employer == "" || employer != "" && o.Employer != employer {
			continue
		}
		f := by[o.Employer]
		if f == nil {
			f = &casefile.Facts{Employer: o.Employer, Name: cmp.Or(o.Name, o.Employer), Township: o.Township, County: o.Township[:min(6, len(o.Township))], AsOf: run.AsOf, Run: run.Number}
			if run.Number == 0 {
				f.AsOf = today
			}
			by[o.Employer] = f
		}
		f.Orders = append(f.Orders, o.OrderFact)
	}
	if run.Number != 0 && run.Snapshot != "" && len(by) > 0 {
		tells, err := columns(ctx, conn, run.Snapshot)
		if err != nil {
			return nil, err
		}
		if err := readOrders(ctx, conn, run, tells["proceedings.paid_fen"], conditions, by); err != nil {
			return nil, err
		}
		if tells["leads.conclusion"] {
			if err := readIncidents(ctx, conn, run, conditions, by); err != nil {
				return nil, err
			}
		}
	}
	var all []*casefile.Facts
	for _, code := range slices.Sorted(maps.Keys(by)) {
		f := by[code]
		slices.SortFunc(f.Orders, func(a, b casefile.OrderFact) int {
			return cmp.Or(cmp.Compare(a.DueOn, b.DueOn), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Source, b.Source))
		})
		f.Count()
		f.Grounds = conditions(f.Township, f.AsOf).grounds(f, found[code])
		if f.Warning != "" || len(f.Grounds) > 0 {
			all = append(all, f)
		}
	}
	return all, nil
}

// columns are those that a snapshot made by an earlier version may lack: an upgrade must not close the list until the next
// run.
func columns(ctx context.Context, conn driver.Conn, snapshot string) (map[string]bool, error) {
	var names []struct {
		Name string `ch:"column"`
	}
	if err := conn.Select(ctx, &names, `
		SELECT concat(table, '.', name) AS column
		FROM system.columns
		WHERE database = ?
			AND (table = 'proceedings' AND name = 'paid_fen' OR table = 'leads' AND name = 'conclusion')`, snapshot); err != nil {
		return nil, fmt.Errorf("looking at the snapshot of a run: %w", err)
	}
	tells := map[string]bool{}
	for _, one := range names {
		tells[one.Name] = true
	}
	return tells, nil
}

// readWarned reads the detector's warnings.
func readWarned(ctx context.Context, conn driver.Conn, run Run, employer string, by map[string]*casefile.Facts, found map[string][]string) error {
	var warnings []struct {
		Employer string `ch:"scope_id"`
		Name     string `ch:"name"`
		Township string `ch:"township"`
		County   string `ch:"county"`
		Evidence string `ch:"evidence"`
	}
	err := conn.Select(ctx, &warnings, `
		SELECT scope_id, name, township, county, evidence
		FROM warnings
		WHERE as_of = toDate(?)
			AND run = ?
			AND detector = ?
			AND scope = 'employer'
			AND (? = '' OR scope_id = ?)
			AND closed_on IS NULL
		ORDER BY scope_id
		LIMIT 1 BY scope_id`, run.AsOf.String(), run.Number, Detector, employer, employer)
	if err != nil {
		return fmt.Errorf("reading the candidates' warnings: %w", err)
	}
	for _, w := range warnings {
		var evidence struct {
			Grounds       []string `json:"grounds"`
			MostOwedFen   int64    `json:"most_owed_fen"`
			MonthlyPayFen int64    `json:"monthly_pay_fen"`
			Incidents     uint32   `json:"incidents"`
		}
		if err := json.Unmarshal([]byte(w.Evidence), &evidence); err != nil {
			return fmt.Errorf("reading the evidence of a candidate: %w", err)
		}
		by[w.Employer] = &casefile.Facts{
			Employer: w.Employer, Name: w.Name, Township: w.Township, County: w.County, Warning: Detector, AsOf: run.AsOf, Run: run.Number,
			MostOwedFen: evidence.MostOwedFen, MonthlyPayFen: evidence.MonthlyPayFen, Incidents: evidence.Incidents,
		}
		found[w.Employer] = evidence.Grounds
	}
	return nil
}

// matter is a record of proceedings about an employer.
type matter struct {
	Source    string     `ch:"source"`
	ID        string     `ch:"id"`
	Kind      string     `ch:"kind"`
	Outcome   string     `ch:"outcome"`
	Employer  string     `ch:"employer_uscc"`
	Project   string     `ch:"project_id"`
	OpenedOn  time.Time  `ch:"opened_on"`
	DueOn     *time.Time `ch:"due_on"`
	From      *time.Time `ch:"wage_from"`
	To        *time.Time `ch:"wage_to"`
	Workers   uint32     `ch:"workers"`
	AmountFen int64      `ch:"amount_fen"`
	PaidFen   int64      `ch:"paid"`
}

func (m matter) fact() casefile.OrderFact {
	fact := casefile.OrderFact{
		ID: m.ID, Source: m.Source, Scope: catalog.Employer, ScopeID: m.Employer, OpenedOn: civil.OfColumn(m.OpenedOn),
		WageFrom: monthOf(m.From), WageTo: monthOf(m.To), Workers: m.Workers, AmountFen: m.AmountFen, PaidFen: m.PaidFen,
	}
	if m.Project != "" {
		fact.Scope, fact.ScopeID = catalog.Project, m.Project
	}
	if m.DueOn != nil {
		fact.DueOn = civil.OfColumn(*m.DueOn)
	}
	return fact
}

// readOrders adds the sources' orders whose date has passed unmet, all of them: the warning's evidence names only some.
// paid says whether the snapshot tells what was paid through a matter and for which months it is.
func readOrders(ctx context.Context, conn driver.Conn, run Run, paid bool, conditions ConditionsOf, by map[string]*casefile.Facts) error {
	more := "wage_from, wage_to, ifNull(paid_fen, 0) AS paid"
	if !paid {
		more = "CAST(NULL AS Nullable(Date)) AS wage_from, CAST(NULL AS Nullable(Date)) AS wage_to, toInt64(0) AS paid"
	}
	var matters []matter
	if err := conn.Select(ctx, &matters, `
		SELECT source, id, kind, outcome, employer_uscc, project_id, opened_on, due_on, workers, amount_fen, `+more+`
		FROM `+store.Quote(run.Snapshot)+`.proceedings
		WHERE employer_uscc IN (?)
			AND (due_on < toDate(?) AND outcome != 'fulfilled' OR paid > 0)
		ORDER BY due_on, id, source`, slices.Collect(maps.Keys(by)), run.AsOf.String()); err != nil {
		return fmt.Errorf("reading the orders of candidates: %w", err)
	}
	for _, m := range matters {
		f := by[m.Employer]
		c := conditions(f.Township, run.AsOf)
		if !slices.Contains(c.OrderKinds, m.Kind) || slices.Contains(c.VoidOutcomes, m.Outcome) || m.Outcome == "fulfilled" || m.DueOn == nil || civil.OfColumn(*m.DueOn) >= run.AsOf {
			continue
		}
		fact := m.fact()
		fact.PaidFen = max(fact.PaidFen, otherwise(fact, matters, c))
		f.Orders = append(f.Orders, fact)
	}
	return nil
}

// purses pay workers in the employer's place, each its own part; other matters restate one another.
var purses = []string{"deposit_draw", "emergency_fund", "advance_payment"}

// otherwise is what was paid of an order's wages through matters that are no orders and were begun since, such as
// enforcement or the deposit: of matters that may be about the same payment the largest counts, what came out of different
// purses adds.
func otherwise(order casefile.OrderFact, matters []matter, c Conditions) int64 {
	var largest, together int64
	for _, m := range matters {
		fact := m.fact()
		if slices.Contains(c.OrderKinds, m.Kind) || m.Kind == "additional_compensation" || fact.OpenedOn < order.OpenedOn || !fact.Restates(order) {
			continue
		}
		if slices.Contains(purses, m.Kind) {
			together += m.PaidFen
		} else {
			largest = max(largest, m.PaidFen)
		}
	}
	return max(largest, together)
}

// readIncidents adds the group and extreme incidents over the employers and over the projects of their orders. How many
// there are of an employer that the detector found, the detector says.
func readIncidents(ctx context.Context, conn driver.Conn, run Run, conditions ConditionsOf, by map[string]*casefile.Facts) error {
	employers := map[string][]string{} // of a project with orders
	for code, f := range by {
		for _, o := range f.Orders {
			if o.Scope == catalog.Project && !slices.Contains(employers[o.ScopeID], code) {
				employers[o.ScopeID] = append(employers[o.ScopeID], code)
			}
		}
	}
	var leads []struct {
		ID         string    `ch:"id"`
		Employer   string    `ch:"employer_uscc"`
		Project    string    `ch:"project_id"`
		ReceivedOn time.Time `ch:"received_on"`
	}
	if err := conn.Select(ctx, &leads, `
		SELECT id, employer_uscc, project_id, received_on
		FROM `+store.Quote(run.Snapshot)+`.leads
		WHERE incident IN ('group', 'extreme')
			AND received_on <= toDate(?)
			AND status != 'rejected'
			AND conclusion NOT IN ('untrue', 'fabricated', 'duplicate', 'out_of_scope')
			AND (employer_uscc IN (?) OR project_id IN (?))
		ORDER BY received_on, source, id`, run.AsOf.String(), slices.Collect(maps.Keys(by)), append(slices.Collect(maps.Keys(employers)), "-")); err != nil {
		return fmt.Errorf("reading the incidents over candidates: %w", err)
	}
	for _, lead := range leads {
		about := slices.Clone(employers[lead.Project])
		if by[lead.Employer] != nil && !slices.Contains(about, lead.Employer) {
			about = append(about, lead.Employer)
		}
		for _, code := range about {
			f := by[code]
			if civil.OfColumn(lead.ReceivedOn) > run.AsOf.AddDays(-conditions(f.Township, run.AsOf).IncidentDays) {
				f.IncidentIDs = append(f.IncidentIDs, lead.ID)
			}
		}
	}
	for _, f := range by {
		if f.Warning == "" {
			f.Incidents = uint32(len(f.IncidentIDs))
		}
	}
	return nil
}

func monthOf(t *time.Time) *civil.Month {
	if t == nil {
		return nil
	}
	m := civil.OfColumn(*t).Month()
	return &m
}
