package view

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Owed is what a subject owes of wages past their day to pay, as of the run's date: of whatever age, and without the grace
// that warnings (3 days) and the index (7 days) give. Amounts are fen. Of people there are counts only.
type Owed struct {
	State     string      `json:"state"` // owed, none or unknown: nothing is known to be owed, but too little is known to say so
	Workers   uint64      `json:"workers"`
	Fen       int64       `json:"owed_fen"`
	Estimated int64       `json:"estimated_fen"` // of it
	Since     *civil.Date `json:"since"`         // the first day on which something was past its day to pay
	Kinds     []OwedKind  `json:"kinds"`
	Months    []OwedMonth `json:"months"` // oldest first
	Bands     []OwedBand  `json:"bands"`  // by how long it has been owed; somebody may be in several
	Unheard   []Unheard   `json:"unheard"`
	Closures  []Closure   `json:"closures"`
	LastList  *civil.Date `json:"last_list"` // first day of the latest wage month with a pay list
	Feeds     *FeedFacts  `json:"feeds"`     // of a project
	Missing   []string    `json:"missing"`   // lists, gate, ledger: what would have to be known to say more
}

// OwedKind is what is owed of one kind: listed, unbooked, underlisted or unlisted.
type OwedKind struct {
	Kind    string        `json:"kind"`
	Workers uint64        `json:"workers"`
	Fen     int64         `json:"owed_fen"`
	Days    uint64        `json:"days"` // worked, of the kinds that are estimated by them
	Months  []civil.Month `json:"months"`
}

// Estimated reports whether the amount is an estimate.
func (k OwedKind) Estimated() bool { return estimated(k.Kind) }

func estimated(kind string) bool { return kind == "underlisted" || kind == "unlisted" }

// Unlisted is what work without a pay slip comes to by estimate, by wage month; nil where there is none.
func (o Owed) Unlisted() map[civil.Month]int64 {
	var fen map[civil.Month]int64
	for _, m := range o.Months {
		if m.Kind == "unlisted" {
			if fen == nil {
				fen = map[civil.Month]int64{}
			}
			fen[m.Month] += m.Fen
		}
	}
	return fen
}

// FirstDue is the earliest day to pay of what is owed.
func (o Owed) FirstDue() civil.Date {
	if o.Since == nil {
		return 0
	}
	return *o.Since - 1
}

// Answer is what the API says of it: lists are never null.
func (o Owed) Answer() Owed {
	o.Kinds, o.Months, o.Bands, o.Unheard, o.Closures, o.Missing = List(o.Kinds), List(o.Months), List(o.Bands), List(o.Unheard), List(o.Closures), List(o.Missing)
	return o
}

// OwedMonth is what is owed of one kind for a wage month.
type OwedMonth struct {
	Month      civil.Month `json:"month"`
	Kind       string      `json:"kind"`
	Workers    uint64      `json:"workers"`
	PayableFen int64       `json:"payable_fen"`
	Fen        int64       `json:"owed_fen"`
	Days       uint64      `json:"days"`
	DueBy      civil.Date  `json:"due_by"`      // the earliest day to pay
	EstimateBy []string    `json:"estimate_by"` // how an estimate was made
}

// Estimated reports whether the amount is an estimate.
func (m OwedMonth) Estimated() bool { return estimated(m.Kind) }

// OwedBand is what has been owed for so long: 30, 90, 365 (days at most) or over.
type OwedBand struct {
	Band      string `json:"band"`
	Workers   uint64 `json:"workers"`
	Fen       int64  `json:"owed_fen"`
	Estimated int64  `json:"estimated_fen"`
}

// Unheard counts registered workers of whom nothing was heard for a wage month: silent, or unaccounted where others of the
// site were heard of.
type Unheard struct {
	Month   civil.Month `json:"month"`
	Kind    string      `json:"kind"`
	Workers uint64      `json:"workers"`
	DueBy   civil.Date  `json:"due_by"`
}

// Closure is what a named person closed and another approved, so that it does not count as owed.
type Closure struct {
	Month      *civil.Date `json:"wage_month"` // first day of the month; null: every month
	OneWorker  bool        `json:"one_worker"` // else every worker
	Reason     string      `json:"reason"`
	ClosedBy   string      `json:"closed_by"`
	ApprovedBy string      `json:"approved_by"`
	ClosedOn   civil.Date  `json:"closed_on"`
}

// FeedFacts says what a project's sources send, and whether each is alive.
type FeedFacts struct {
	GateLast    *civil.Date `json:"gate_last"`
	GateAlive   bool        `json:"gate_alive"`
	LedgerLast  *civil.Date `json:"ledger_last"`
	LedgerAlive bool        `json:"ledger_alive"`
	ListsAlive  bool        `json:"lists_alive"`
}

// ofSubject are the rows of owed that stand on the subject's list or gate, or count there.
const ofSubject = `(scope = {scope:String} AND scope_id = {id:String} OR home_scope = {scope:String} AND home_id = {id:String})`

func (q *factQuery) owedTotal(ctx context.Context) error {
	return q.each(ctx, "owed", `
SELECT
    uniqExact(worker_key) AS workers,
    sum(owed_fen) AS fen,
    sumIf(owed_fen, kind IN ('underlisted', 'unlisted')) AS estimated,
    min(due_by) AS due
FROM %s
WHERE `+ofSubject+`
HAVING fen > 0`, func(r driver.Rows) error {
		o := &q.facts.Owed
		var due time.Time
		if err := r.Scan(&o.Workers, &o.Fen, &o.Estimated, &due); err != nil {
			return err
		}
		since := civil.OfColumn(due) + 1
		o.Since = &since
		return nil
	})
}

func (q *factQuery) owedKinds(ctx context.Context) error {
	return q.each(ctx, "owed", `
SELECT
    kind,
    uniqExact(worker_key) AS workers,
    sum(owed_fen) AS fen,
    sum(days) AS worked,
    arraySort(groupUniqArray(wage_month)) AS months
FROM %s
WHERE `+ofSubject+`
GROUP BY kind
ORDER BY indexOf(['listed', 'unbooked', 'underlisted', 'unlisted'], kind)`, func(r driver.Rows) error {
		var k OwedKind
		var months []time.Time
		if err := r.Scan(&k.Kind, &k.Workers, &k.Fen, &k.Days, &months); err != nil {
			return err
		}
		k.Months = Each(months, func(t time.Time) civil.Month { return civil.OfColumn(t).Month() })
		q.facts.Owed.Kinds = append(q.facts.Owed.Kinds, k)
		return nil
	})
}

func (q *factQuery) owedMonths(ctx context.Context) error {
	return q.each(ctx, "owed", `
SELECT
    wage_month,
    kind,
    uniqExact(worker_key) AS workers,
    sum(payable_fen) AS payable,
    sum(owed_fen) AS fen,
    sum(days) AS worked,
    min(due_by) AS due,
    arraySort(arrayFilter(name -> name != '', groupUniqArray(toString(estimate)))) AS estimate_by
FROM %s
WHERE `+ofSubject+`
GROUP BY wage_month, kind
ORDER BY wage_month, indexOf(['listed', 'unbooked', 'underlisted', 'unlisted'], kind)`, func(r driver.Rows) error {
		var m OwedMonth
		var month, due time.Time
		if err := r.Scan(&month, &m.Kind, &m.Workers, &m.PayableFen, &m.Fen, &m.Days, &due, &m.EstimateBy); err != nil {
			return err
		}
		m.Month, m.DueBy = civil.OfColumn(month).Month(), civil.OfColumn(due)
		q.facts.Owed.Months = append(q.facts.Owed.Months, m)
		return nil
	})
}

func (q *factQuery) owedBands(ctx context.Context) error {
	return q.each(ctx, "owed", `
SELECT
    `+BandOf+` AS band,
    uniqExact(worker_key) AS workers,
    sum(owed_fen) AS fen,
    sumIf(owed_fen, kind IN ('underlisted', 'unlisted')) AS estimated
FROM %s
WHERE `+ofSubject+`
GROUP BY band
ORDER BY indexOf(['30', '90', '365', 'over'], band)`, func(r driver.Rows) error {
		var b OwedBand
		if err := r.Scan(&b.Band, &b.Workers, &b.Fen, &b.Estimated); err != nil {
			return err
		}
		q.facts.Owed.Bands = append(q.facts.Owed.Bands, b)
		return nil
	})
}

func (q *factQuery) unheard(ctx context.Context) error {
	return q.each(ctx, "silent", `
SELECT
    month,
    kind,
    uniqExact(worker_key) AS workers,
    min(due_by) AS due
FROM %s
WHERE project_id = {id:String}
GROUP BY month, kind
ORDER BY month, kind`, func(r driver.Rows) error {
		var u Unheard
		var month, due time.Time
		if err := r.Scan(&month, &u.Kind, &u.Workers, &due); err != nil {
			return err
		}
		u.Month, u.DueBy = civil.OfColumn(month).Month(), civil.OfColumn(due)
		q.facts.Owed.Unheard = append(q.facts.Owed.Unheard, u)
		return nil
	})
}

func (q *factQuery) closures(ctx context.Context) error {
	column := map[catalog.Scope]string{catalog.Project: "project_id", catalog.Employer: "employer_uscc"}[q.scope]
	return q.each(ctx, "closures", fmt.Sprintf(`
SELECT
    wage_month,
    worker_key != toFixedString('', 16) AS one_worker,
    reason,
    closed_by,
    approved_by,
    closed_on
FROM %%s
WHERE %s = {id:String}
ORDER BY closed_on DESC, source, id
LIMIT %d`, column, factRows), func(r driver.Rows) error {
		var c Closure
		var month *time.Time
		var closed time.Time
		var one uint8
		if err := r.Scan(&month, &one, &c.Reason, &c.ClosedBy, &c.ApprovedBy, &closed); err != nil {
			return err
		}
		c.Month, c.OneWorker, c.ClosedOn = MaybeDate(month), one == 1, civil.OfColumn(closed)
		q.facts.Owed.Closures = append(q.facts.Owed.Closures, c)
		return nil
	})
}

func (q *factQuery) feeds(ctx context.Context) error {
	return q.each(ctx, "feeds", `
SELECT
    gate_last,
    gate_alive,
    ledger_last,
    ledger_alive,
    lists_alive
FROM %s
WHERE project_id = {id:String}
LIMIT 1`, func(r driver.Rows) error {
		f := new(FeedFacts)
		var gate, ledger *time.Time
		if err := r.Scan(&gate, &f.GateAlive, &ledger, &f.LedgerAlive, &f.ListsAlive); err != nil {
			return err
		}
		f.GateLast, f.LedgerLast = MaybeDate(gate), MaybeDate(ledger)
		q.facts.Owed.Feeds = f
		return nil
	})
}

func (q *factQuery) lastList(ctx context.Context) error {
	return q.each(ctx, "pay_lists", `
SELECT maxOrNull(wage_month) AS latest
FROM %s
WHERE scope = {scope:String} AND scope_id = {id:String}`, func(r driver.Rows) error {
		var latest *time.Time
		err := r.Scan(&latest)
		q.facts.Owed.LastList = MaybeDate(latest)
		return err
	})
}

// conclude says how it stands after everything was read: what is missing, and whether nothing found means nothing owed.
func (f *Facts) conclude(asOf civil.Date) {
	o := &f.Owed
	if !f.listsAlive(asOf) {
		o.Missing = append(o.Missing, "lists")
	}
	if building := f.Project != nil && f.Project.Status == "building"; building && o.Feeds != nil {
		if !o.Feeds.GateAlive {
			o.Missing = append(o.Missing, "gate")
		}
		if !o.Feeds.LedgerAlive && f.Project.AccountOpenedOn != nil {
			o.Missing = append(o.Missing, "ledger")
		}
	}
	switch {
	case o.Fen > 0:
		o.State = "owed"
	case slices.Contains(o.Missing, "lists") || len(o.Unheard) > 0:
		o.State = "unknown"
	default:
		o.State = "none"
	}
}

// listsAlive reports whether the latest wage month that must have been paid has a pay list: for what is no registered
// project, the month before the last that has ended, since wages are paid by the end of the next month at the latest.
func (f *Facts) listsAlive(asOf civil.Date) bool {
	if f.Owed.Feeds != nil {
		return f.Owed.Feeds.ListsAlive
	}
	return f.Owed.LastList != nil && f.Owed.LastList.Month() >= asOf.Month()-2
}
