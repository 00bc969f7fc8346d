package view

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Places are what a run says of places beside their index. Whatever is counted by people is counted for each place of its own:
// somebody who is owed in two townships of a county is one person of the county.
type Places struct {
	// Yesterday is the run of the last date before this one, with Unit.Yesterday of it; nil where there is none.
	Yesterday *Comparison
	// Ended are the warnings that ended since that run.
	Ended []*Warning
	// Unread: the run's snapshot is no longer there, so that nobody can say what follows.
	Unread bool
	// Owed says since when wages are owed, beyond the index's grace, by the code of a township, county, prefecture or province.
	Owed map[string][]OwedBand
	// Tallies count what belongs to a township and a department.
	Tallies []Tally
}

// Tally counts of a township and a department: leads, and the projects whose sources are silent.
type Tally struct {
	Township, Department string
	LeadsOpen, LeadsLate uint64
	Projects             uint64 // under way
	NoLists, NoGate      uint64 // of them
	NoLedger             uint64
	Due                  []PayDay
}

// PayDay is a day on which projects have to pay, after the run's date.
type PayDay struct {
	On       civil.Date `json:"on"`
	Projects uint64     `json:"projects"`
	Workers  uint64     `json:"workers"`
}

// Add adds up what another tally counts; its place and department stay as they are.
func (t *Tally) Add(other Tally) {
	t.LeadsOpen, t.LeadsLate = t.LeadsOpen+other.LeadsOpen, t.LeadsLate+other.LeadsLate
	t.Projects, t.NoLists, t.NoGate, t.NoLedger = t.Projects+other.Projects, t.NoLists+other.NoLists, t.NoGate+other.NoGate, t.NoLedger+other.NoLedger
	for _, d := range other.Due {
		at, known := slices.BinarySearchFunc(t.Due, d.On, func(one PayDay, on civil.Date) int { return int(one.On - on) })
		if !known {
			t.Due = slices.Insert(t.Due, at, PayDay{On: d.On})
		}
		t.Due[at].Projects, t.Due[at].Workers = t.Due[at].Projects+d.Projects, t.Due[at].Workers+d.Workers
	}
}

// AheadDays is how far ahead pay days are counted.
const AheadDays = 14

// NewlyRed are the warnings in a place that came as red ones, or rose to red, since yesterday; the worst first.
func (v *View) NewlyRed(code string) []*Warning {
	var all []*Warning
	if v.Yesterday == nil {
		return nil
	}
	for _, w := range v.Warnings {
		if w.Level == catalog.Red && w.LevelOn > v.Yesterday.AsOf && w.In(code) {
			all = append(all, w)
		}
	}
	return all
}

// In reports whether a warning's subject lies in a place.
func (w *Warning) In(code string) bool { return strings.HasPrefix(cmp.Or(w.Township, w.County), code) }

// of is the part of it that a person may see.
func (all Places) of(p *access.Person) Places {
	part := Places{Yesterday: all.Yesterday, Unread: all.Unread, Owed: map[string][]OwedBand{}}
	part.Ended = access.MayRead(p, all.Ended, func(w *Warning) access.Object { return access.At(w.Township, w.Department) })
	part.Tallies = access.MayRead(p, all.Tallies, func(t Tally) access.Object { return access.At(t.Township, t.Department) })
	for code, bands := range all.Owed {
		if access.Allow(p, access.Read, access.Object{Place: code}) {
			part.Owed[code] = bands
		}
	}
	return part
}

// readPlaces reads what there is to say of the places of the latest run.
func (k *Keeper) readPlaces(ctx context.Context, v *View) error {
	var err error
	if v.Ended, err = k.readEnded(ctx, v.Run); err != nil {
		return fmt.Errorf("reading the warnings that ended with run %d: %w", v.Run.Number, err)
	}
	if len(v.Runs) > 1 {
		before := v.Runs[len(v.Runs)-2]
		units, err := k.readIndex(ctx, before, false)
		if err != nil {
			return fmt.Errorf("reading the index of run %d: %w", before.Number, err)
		}
		v.Yesterday = &Comparison{AsOf: before.AsOf}
		earlier := make(map[string]*Unit, len(units))
		for _, u := range units {
			earlier[u.Code] = u
		}
		for _, u := range v.Units {
			u.Yesterday = earlier[u.Code]
		}
	}
	if v.Unread, err = k.lacks(ctx, v.Run); err != nil || v.Unread {
		return err
	}
	if v.Owed, err = k.readOwed(ctx, v.Run); err != nil {
		return fmt.Errorf("reading what run %d says is owed: %w", v.Run.Number, err)
	}
	if v.Tallies, err = k.readTallies(ctx, v.Run); err != nil {
		return fmt.Errorf("counting leads and feeds of run %d: %w", v.Run.Number, err)
	}
	return nil
}

// readEnded reads the warnings that ended with a run: its pass writes each of them once.
func (k *Keeper) readEnded(ctx context.Context, run Run) ([]*Warning, error) {
	rows, err := k.conn.Query(withRun(ctx, run), `
SELECT`+warningColumns+`
FROM warnings
WHERE as_of = {as_of:Date} AND run = {run:UInt64} AND closed_on IS NOT NULL
ORDER BY detector, scope, scope_id, episode
LIMIT 1 BY detector, scope, scope_id, episode`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	return scanWarnings(rows)
}

// BandOf is since when wages are owed, by the day they were due.
const BandOf = `multiIf(due_by >= {as_of:Date} - 30, '30', due_by >= {as_of:Date} - 90, '90', due_by >= {as_of:Date} - 365, '365', 'over')`

// Bands are the ages of what is owed, the youngest first.
var Bands = []string{"30", "90", "365", "over"}

// placesFrom are the tables of a snapshot that places are counted from.
var placesFrom = []string{"owed", "subjects", "lead_clocks", "feeds", "projects", "pay_days", "on_site", "silent"}

// lacks reports whether a run's snapshot was removed, or was made by a version that knew fewer tables.
func (k *Keeper) lacks(ctx context.Context, run Run) (bool, error) {
	var found uint64
	err := k.conn.QueryRow(ctx, "SELECT uniqExact(name) FROM system.tables WHERE database = ? AND name IN ?", run.Snapshot, placesFrom).Scan(&found)
	return found < uint64(len(placesFrom)), err
}

// Placed runs a query over the run's snapshot, in which {{name}} stands for a table of it that places are counted from.
func (r Run) Placed(ctx context.Context, conn driver.Conn, query string, parameters clickhouse.Parameters, each func(driver.Rows) error) error {
	for _, table := range placesFrom {
		name, err := r.From(table)
		if err != nil {
			return err
		}
		query = strings.ReplaceAll(query, "{{"+table+"}}", name)
	}
	all := clickhouse.Parameters{"as_of": r.AsOf.String(), "ahead_days": strconv.Itoa(AheadDays)}
	maps.Copy(all, parameters)
	rows, err := conn.Query(WithParameters(ctx, all), query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// placed is Placed with what the index counts by.
func (k *Keeper) placed(ctx context.Context, run Run, query string, each func(driver.Rows) error) error {
	return run.Placed(ctx, k.conn, query, clickhouse.Parameters{"grace_days": strconv.Itoa(k.grace)}, each)
}

// readOwed counts what is owed beyond the index's grace by place and age, as the index does: where it counts.
func (k *Keeper) readOwed(ctx context.Context, run Run) (map[string][]OwedBand, error) {
	all := map[string][]OwedBand{}
	err := k.placed(ctx, run, `
SELECT
    arrayJoin(arrayFilter(place -> place != '', arrayDistinct([township, county, substring(county, 1, 4), substring(county, 1, 2)]))) AS code,
    `+BandOf+` AS band,
    uniqExact(worker_key) AS workers,
    sum(owed_fen) AS fen,
    sumIf(owed_fen, kind IN ('underlisted', 'unlisted')) AS estimated
FROM {{owed}} AS owed
INNER JOIN {{subjects}} AS subjects ON subjects.scope = owed.home_scope AND subjects.scope_id = owed.home_id
WHERE due_by + {grace_days:UInt16} <= {as_of:Date}
GROUP BY code, band
ORDER BY code, indexOf(['30', '90', '365', 'over'], band)`, func(r driver.Rows) error {
		var code string
		var b OwedBand
		if err := r.Scan(&code, &b.Band, &b.Workers, &b.Fen, &b.Estimated); err != nil {
			return err
		}
		all[code] = append(all[code], b)
		return nil
	})
	return all, err
}

// tallies are collected by township and department.
type tallies struct {
	at  map[[2]string]int
	all []Tally
}

// add counts something of a township that is the matter of a scope's and an industry's department.
func (t *tallies) add(scope, sector string, one Tally) {
	one.Department = string(casefile.Route(catalog.Scope(scope), sector))
	key := [2]string{one.Township, one.Department}
	i, known := t.at[key]
	if !known {
		i = len(t.all)
		t.at[key], t.all = i, append(t.all, Tally{Township: one.Township, Department: one.Department})
	}
	t.all[i].Add(one)
}

// readTallies counts leads, silent sources and pay days by township and department.
func (k *Keeper) readTallies(ctx context.Context, run Run) ([]Tally, error) {
	sums := tallies{at: map[[2]string]int{}}
	var scope, sector string
	if err := k.placed(ctx, run, `
SELECT
    toString(if(subjects.township != '', subjects.township, leads.township)) AS place,
    toString(leads.scope) AS scope,
    toString(subjects.sector) AS sector,
    countIf(open) AS counted,
    countIf(open AND late_in != '') AS late
FROM {{lead_clocks}} AS leads
LEFT JOIN {{subjects}} AS subjects ON subjects.scope = leads.scope AND subjects.scope_id = leads.scope_id
GROUP BY place, scope, sector
HAVING counted > 0`, func(r driver.Rows) error {
		var t Tally
		err := r.Scan(&t.Township, &scope, &sector, &t.LeadsOpen, &t.LeadsLate)
		sums.add(scope, sector, t)
		return err
	}); err != nil {
		return nil, err
	}
	if err := k.placed(ctx, run, `
SELECT
    toString(projects.township) AS place,
    toString(projects.sector) AS sector,
    count() AS counted,
    countIf(`+NoLists+`) AS lists,
    countIf(`+NoGate+`) AS gate,
    countIf(`+NoLedger+`) AS ledger
FROM {{feeds}} AS feeds
INNER JOIN {{projects}} AS projects ON projects.project_id = feeds.project_id
WHERE `+UnderWay+`
GROUP BY place, sector`, func(r driver.Rows) error {
		var t Tally
		err := r.Scan(&t.Township, &sector, &t.Projects, &t.NoLists, &t.NoGate, &t.NoLedger)
		sums.add(string(catalog.Project), sector, t)
		return err
	}); err != nil {
		return nil, err
	}
	err := k.placed(ctx, run, `
SELECT
    toString(projects.township) AS place,
    toString(projects.sector) AS sector,
    pay_by,
    count() AS counted,
    sum(on_site.workers) AS workers
FROM {{pay_days}} AS pay_days
INNER JOIN {{projects}} AS projects ON projects.project_id = pay_days.project_id
INNER JOIN {{on_site}} AS on_site ON on_site.project_id = pay_days.project_id
WHERE pay_by <= {as_of:Date} + {ahead_days:UInt16}
GROUP BY place, sector, pay_by`, func(r driver.Rows) error {
		var on time.Time
		var d PayDay
		var t Tally
		err := r.Scan(&t.Township, &sector, &on, &d.Projects, &d.Workers)
		d.On = civil.OfColumn(on)
		t.Due = []PayDay{d}
		sums.add(string(catalog.Project), sector, t)
		return err
	})
	return sums.all, err
}

// What is missing of a project under way, as its own page says it (Facts.conclude).
const (
	UnderWay = `projects.active AND ifNull(projects.started_on <= {as_of:Date}, true)`
	NoLists  = `NOT feeds.lists_alive`
	NoGate   = `NOT feeds.gate_alive AND projects.status = 'building'`
	NoLedger = `NOT feeds.ledger_alive AND projects.account_opened_on IS NOT NULL AND projects.status = 'building'`
)
