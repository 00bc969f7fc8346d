package view

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// factQuery reads the facts of one subject. Each method fills its own fields, so they may run at the same time; what
// two of them share is guarded by mu.
type factQuery struct {
	conn  driver.Conn
	run   Run
	runs  []Run
	scope catalog.Scope
	id    string
	facts *Facts

	mu       sync.Mutex
	attended map[civil.Month]uint64
	wages    map[civil.Month]MonthFacts
}

// each runs a query whose %s is the snapshot's table and calls read for every row.
func (q *factQuery) each(ctx context.Context, table, query string, read func(driver.Rows) error) error {
	from, err := q.run.From(table)
	if err != nil {
		return err
	}
	rows, err := q.conn.Query(WithParameters(ctx, q.parameters()), fmt.Sprintf(query, from))
	if err != nil {
		return fmt.Errorf("reading %s of %s %s: %w", table, q.scope, q.id, err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := read(rows); err != nil {
			return fmt.Errorf("reading %s of %s %s: %w", table, q.scope, q.id, err)
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("reading %s of %s %s: %w", table, q.scope, q.id, err)
	}
	return nil
}

func (q *factQuery) subject(ctx context.Context) (known bool, err error) {
	err = q.each(ctx, "subjects", `
SELECT
    name,
    township,
    sector
FROM %s
WHERE scope = {scope:String} AND scope_id = {id:String}
LIMIT 1`, func(r driver.Rows) error {
		known = true
		return r.Scan(&q.facts.Name, &q.facts.Township, &q.facts.Sector)
	})
	return known, err
}

func (q *factQuery) project(ctx context.Context) error {
	err := q.each(ctx, "projects", `
SELECT
    investment,
    developer_uscc,
    contractor_uscc,
    contractor_name,
    status,
    contract_fen,
    contract_signed_on,
    permit_on,
    started_on,
    completed_on,
    pay_day,
    labor_cost_day,
    labor_cost_fen,
    account_opened_on,
    account_closed_on,
    deposit_form,
    deposit_fen,
    deposit_lodged_on,
    deposit_valid_until,
    payment_guarantee,
    notice_board,
    labor_officer
FROM %s
WHERE project_id = {id:String}
LIMIT 1`, func(r driver.Rows) error {
		p := new(ProjectFacts)
		var signed time.Time
		var permit, started, completed, opened, closed, lodged, valid *time.Time
		err := r.Scan(&p.Investment, &p.DeveloperID, &p.ContractorID, &p.ContractorName, &p.Status, &p.ContractFen,
			&signed, &permit, &started, &completed, &p.PayDay, &p.LaborCostDay, &p.LaborCostFen, &opened, &closed,
			&p.DepositForm, &p.DepositFen, &lodged, &valid, &p.PaymentGuarantee, &p.NoticeBoard, &p.LaborOfficer)
		p.SignedOn, p.PermitOn, p.StartedOn, p.CompletedOn = civil.OfColumn(signed), MaybeDate(permit), MaybeDate(started), MaybeDate(completed)
		p.AccountOpenedOn, p.AccountClosedOn = MaybeDate(opened), MaybeDate(closed)
		p.DepositLodgedOn, p.DepositValidUntil = MaybeDate(lodged), MaybeDate(valid)
		q.facts.Project = p
		return err
	})
	if err != nil || q.facts.Project == nil {
		return err
	}
	return q.developer(ctx, q.facts.Project)
}

// developer looks up what the developer of a project is called.
func (q *factQuery) developer(ctx context.Context, p *ProjectFacts) error {
	of := &factQuery{conn: q.conn, run: q.run, scope: catalog.Employer, id: p.DeveloperID}
	return of.each(ctx, "employers", `
SELECT name
FROM %s
WHERE employer_uscc = {id:String}
LIMIT 1`, func(r driver.Rows) error { return r.Scan(&p.DeveloperName) })
}

func (q *factQuery) employer(ctx context.Context) error {
	return q.each(ctx, "employers", `
SELECT
    industry,
    status,
    headcount
FROM %s
WHERE employer_uscc = {id:String}
LIMIT 1`, func(r driver.Rows) error {
		e := new(EmployerFacts)
		q.facts.Employer = e
		return r.Scan(&e.Industry, &e.Status, &e.Headcount)
	})
}

func (q *factQuery) projects(ctx context.Context) error {
	owed, err := q.run.From("owed")
	if err != nil {
		return err
	}
	return q.each(ctx, "projects", fmt.Sprintf(`
SELECT
    projects.project_id,
    projects.name,
    projects.township,
    projects.status,
    owed.fen,
    owed.workers
FROM %%s AS projects
LEFT JOIN
(
    SELECT
        home_id,
        sum(owed_fen) AS fen,
        uniqExact(worker_key) AS workers
    FROM %s
    WHERE home_scope = 'project'
    GROUP BY home_id
) AS owed ON owed.home_id = projects.project_id
WHERE projects.contractor_uscc = {id:String}
ORDER BY owed.fen DESC, projects.active DESC, projects.project_id
LIMIT %d`, owed, factRows), func(r driver.Rows) error {
		var p ProjectRef
		if err := r.Scan(&p.ID, &p.Name, &p.Township, &p.Status, &p.OwedFen, &p.OwedWorkers); err != nil {
			return err
		}
		q.facts.Projects = append(q.facts.Projects, p)
		return nil
	})
}

func (q *factQuery) registrations(ctx context.Context) error {
	return q.each(ctx, "registrations", `
SELECT
    uniqExact(worker_key) AS registered,
    uniqExactIf(worker_key, left_on IS NULL OR left_on > {as_of:Date}) AS present,
    uniqExactIf(worker_key, (left_on IS NULL OR left_on > {as_of:Date}) AND contract_signed_on IS NOT NULL) AS contracts
FROM %s
WHERE project_id = {id:String}`, func(r driver.Rows) error {
		return r.Scan(&q.facts.Registered, &q.facts.Present, &q.facts.Contracts)
	})
}

func (q *factQuery) days(ctx context.Context) error {
	return q.each(ctx, "attendance", `
SELECT
    work_date,
    count() AS workers
FROM %s
WHERE project_id = {id:String} AND work_date >= {first_day:Date} AND work_date <= {as_of:Date}
GROUP BY work_date
ORDER BY work_date`, func(r driver.Rows) error {
		var on time.Time
		var workers uint64
		if err := r.Scan(&on, &workers); err != nil {
			return err
		}
		q.facts.Days = append(q.facts.Days, DayFacts{civil.OfColumn(on), workers})
		return nil
	})
}

func (q *factQuery) attendedMonths(ctx context.Context) error {
	attended := map[civil.Month]uint64{}
	err := q.each(ctx, "worker_months", `
SELECT
    month,
    uniqExact(worker_key) AS workers
FROM %s
WHERE project_id = {id:String} AND month >= {first_month:Date}
GROUP BY month`, func(r driver.Rows) error {
		var month time.Time
		var workers uint64
		if err := r.Scan(&month, &workers); err != nil {
			return err
		}
		attended[civil.OfColumn(month).Month()] = workers
		return nil
	})
	q.mu.Lock()
	defer q.mu.Unlock()
	q.attended = attended
	return err
}

func (q *factQuery) slips(ctx context.Context) error {
	wages := map[civil.Month]MonthFacts{}
	err := q.each(ctx, "slips", `
SELECT
    wage_month,
    uniqExact(worker_key) AS workers,
    uniqExactIf(worker_key, unpaid_fen > 0) AS unpaid_workers,
    sum(payable_fen) AS payable,
    sum(paid_fen) AS paid,
    sum(unpaid_fen) AS unpaid,
    max(due_by) AS due
FROM %s
WHERE scope = {scope:String} AND scope_id = {id:String} AND wage_month >= {first_month:Date}
GROUP BY wage_month`, func(r driver.Rows) error {
		var m MonthFacts
		var month, due time.Time
		if err := r.Scan(&month, &m.Workers, &m.UnpaidWorkers, &m.PayableFen, &m.PaidFen, &m.OpenFen, &due); err != nil {
			return err
		}
		m.Month, m.DueBy = civil.OfColumn(month).Month(), MaybeDate(&due)
		wages[m.Month] = m
		return nil
	})
	q.mu.Lock()
	defer q.mu.Unlock()
	q.wages = wages
	return err
}

// joinMonths lays attendance and wages on one row of months, without gaps between the first and the last.
func (q *factQuery) joinMonths() {
	var first, last civil.Month
	seen := false
	widen := func(m civil.Month) {
		if !seen {
			first, last, seen = m, m, true
		}
		first, last = min(first, m), max(last, m)
	}
	for m := range q.attended {
		widen(m)
	}
	for m := range q.wages {
		widen(m)
	}
	if !seen {
		return
	}
	// A pay slip for a month far in the future is a mistake of its source; it must not make a chart of a thousand months.
	last = min(last, q.run.AsOf.Month()+1)
	for m := first; m <= last; m++ {
		row := q.wages[m]
		row.Month, row.Attended = m, q.attended[m]
		q.facts.Months = append(q.facts.Months, row)
	}
}

func (q *factQuery) account(ctx context.Context) error {
	return q.each(ctx, "account_entries", `
SELECT
    toStartOfMonth(booked_on) AS month,
    sumIf(amount_fen, kind = 'labor_cost_in') AS funded,
    sumIf(amount_fen, kind = 'wage_out') AS wages,
    sumIf(amount_fen, kind = 'other_out') AS other,
    argMax(balance_fen, (booked_at, id)) AS balance,
    argMaxIf(kind, booked_at, kind IN ('frozen', 'unfrozen')) = 'frozen' AS frozen
FROM %s
WHERE project_id = {id:String} AND booked_on >= {first_month:Date}
GROUP BY month
ORDER BY month`, func(r driver.Rows) error {
		var m AccountMonth
		var month time.Time
		var frozen uint8
		if err := r.Scan(&month, &m.FundedFen, &m.WagesFen, &m.OtherFen, &m.BalanceFen, &frozen); err != nil {
			return err
		}
		m.Month, m.Frozen = civil.OfColumn(month).Month(), frozen == 1
		// A month without entries keeps the balance before it.
		for n := len(q.facts.Account); n > 0 && q.facts.Account[n-1].Month+1 < m.Month; n = len(q.facts.Account) {
			before := q.facts.Account[n-1]
			q.facts.Account = append(q.facts.Account, AccountMonth{Month: before.Month + 1, BalanceFen: before.BalanceFen})
		}
		q.facts.Account = append(q.facts.Account, m)
		return nil
	})
}

func (q *factQuery) leads(ctx context.Context) error {
	return q.each(ctx, "leads", fmt.Sprintf(`
SELECT
    source,
    id,
    channel,
    status,
    incident,
    workers,
    amount_fen,
    received_on,
    status_on,
    resolved_on,
    open
FROM %%s
WHERE scope = {scope:String} AND scope_id = {id:String}
ORDER BY received_on DESC
LIMIT %d`, factRows), func(r driver.Rows) error {
		var l Lead
		var received, status time.Time
		var resolved *time.Time
		if err := r.Scan(&l.Source, &l.ID, &l.Channel, &l.Status, &l.Incident, &l.Workers, &l.AmountFen, &received, &status, &resolved, &l.Open); err != nil {
			return err
		}
		l.ReceivedOn, l.StatusOn, l.ResolvedOn = civil.OfColumn(received), civil.OfColumn(status), MaybeDate(resolved)
		q.facts.Leads = append(q.facts.Leads, l)
		return nil
	})
}

func (q *factQuery) proceedings(ctx context.Context) error {
	// An employer's page also lists orders about its projects: they are addressed to the employer.
	about := "scope = {scope:String} AND scope_id = {id:String}"
	if q.scope == catalog.Employer {
		about = "employer_uscc = {id:String}"
	}
	return q.each(ctx, "proceedings", fmt.Sprintf(`
SELECT
    source,
    id,
    kind,
    outcome,
    workers,
    amount_fen,
    opened_on,
    due_on,
    closed_on
FROM %%s
WHERE %s
ORDER BY opened_on DESC
LIMIT %d`, about, factRows), func(r driver.Rows) error {
		var p Proceeding
		var opened time.Time
		var due, closed *time.Time
		if err := r.Scan(&p.Source, &p.ID, &p.Kind, &p.Outcome, &p.Workers, &p.AmountFen, &opened, &due, &closed); err != nil {
			return err
		}
		p.OpenedOn, p.DueOn, p.ClosedOn = civil.OfColumn(opened), MaybeDate(due), MaybeDate(closed)
		q.facts.Proceedings = append(q.facts.Proceedings, p)
		return nil
	})
}

func (q *factQuery) signals(ctx context.Context) error {
	return q.each(ctx, "signals", `
SELECT
    indicator,
    month,
    value
FROM %s
WHERE employer_uscc = {id:String} AND month >= {first_month:Date}
ORDER BY indicator, month`, func(r driver.Rows) error {
		var indicator string
		var month time.Time
		var value float64
		if err := r.Scan(&indicator, &month, &value); err != nil {
			return err
		}
		n := len(q.facts.Signals)
		if n == 0 || q.facts.Signals[n-1].Indicator != indicator {
			q.facts.Signals = append(q.facts.Signals, Signal{Indicator: indicator})
			n++
		}
		s := &q.facts.Signals[n-1]
		s.Months, s.Values = append(s.Months, civil.OfColumn(month).Month()), append(s.Values, value)
		return nil
	})
}

// episodes reads the subject's warnings over past runs from the main database, one row an episode.
func (q *factQuery) episodes(ctx context.Context) error {
	rows, err := q.conn.Query(WithParameters(ctx, q.parameters()), fmt.Sprintf(`
SELECT
    detector,
    episode,
    min(opened_on) AS opened,
    max(closed_on) AS closed,
    if(countIf(level = 'red') > 0, 'red', 'yellow') AS worst,
    min(since) AS began,
    max(workers) AS people,
    max(amount_fen) AS fen
FROM warnings
WHERE scope = {scope:String} AND scope_id = {id:String} AND (as_of, run) IN (%s)
GROUP BY detector, episode
ORDER BY opened DESC, detector
LIMIT %d`, RunTuples(q.runs), factRows))
	if err != nil {
		return fmt.Errorf("reading past warnings of %s %s: %w", q.scope, q.id, err)
	}
	defer rows.Close()
	for rows.Next() {
		w := &Warning{Scope: string(q.scope), ScopeID: q.id}
		var opened, since time.Time
		var closed *time.Time
		var level string
		if err := rows.Scan(&w.Detector, &w.Episode, &opened, &closed, &level, &since, &w.Workers, &w.AmountFen); err != nil {
			return err
		}
		w.Opened, w.Closed, w.Since, w.Level = civil.OfColumn(opened), MaybeDate(closed), civil.OfColumn(since), catalog.Level(level)
		q.facts.Episodes = append(q.facts.Episodes, w)
	}
	return rows.Err()
}

// odds reads how likely arrears of the subject were, run by run.
func (q *factQuery) odds(ctx context.Context) error {
	rows, err := q.conn.Query(WithParameters(ctx, q.parameters()), fmt.Sprintf(`
SELECT
    as_of,
    max(risk_odds.odds) AS odds
FROM risk_odds
WHERE scope = {scope:String} AND scope_id = {id:String} AND (as_of, run) IN (%s)
GROUP BY as_of
ORDER BY as_of`, RunTuples(q.runs)))
	if err != nil {
		return fmt.Errorf("reading the odds of %s %s: %w", q.scope, q.id, err)
	}
	defer rows.Close()
	for rows.Next() {
		var asOf time.Time
		var p OddsPoint
		if err := rows.Scan(&asOf, &p.Odds); err != nil {
			return err
		}
		p.AsOf = civil.OfColumn(asOf)
		q.facts.Odds = append(q.facts.Odds, p)
	}
	return rows.Err()
}
