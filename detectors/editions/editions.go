// Package editions publishes the monthly editions (月度通报，晾晒) of the wage-safety index: numbered snapshots of the run as of a day
// of the next month (policy, so that pay lists and banks have come), with the talks they propose, the employers' grades and
// visits (detectors/grades) and the reported rates (detectors/rates). What an edition is stands in internal/domain/edition,
// how it is written and read in internal/platform/editionstore. Estimates of wages are not part of an edition.
//
// Guarantees. An edition is published whole or not at all: its row in the table editions is written last. A month has one
// edition: publishing it again gives the one there is. Editions follow each other in the order of their months and are
// never changed: what comes to light later shows in later editions only.
package editions

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/detectors/grades"
	"github.com/anxin-project/anxin/detectors/index"
	"github.com/anxin-project/anxin/detectors/pass"
	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/detectors/rates"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/edition"
	"github.com/anxin-project/anxin/internal/platform/editionstore"
)

// Dependencies are what a Publisher works with.
type Dependencies struct {
	// Store is the main database.
	Store driver.Conn
	// Open connects to another database of the same store: the snapshot of a run.
	Open func(database string) (driver.Conn, error)
	// Pass makes a detector run as of a date.
	Pass func(context.Context, civil.Date) (pass.Result, error)
	// Policy is in force.
	Policy *policy.Policy
	// Now is the clock.
	Now func() time.Time
	Log *slog.Logger
}

// Publisher publishes editions. Calls of one process follow each other: it is not for several goroutines at once.
type Publisher struct{ deps Dependencies }

// New returns a publisher.
func New(d Dependencies) *Publisher { return &Publisher{d} }

// Refusal says why a month is not published and what to do. Nothing has been written.
type Refusal struct{ reason string }

func (r Refusal) Error() string { return r.reason }

func refuse(format string, values ...any) error { return Refusal{fmt.Sprintf(format, values...)} }

// Publish returns the edition of a month, publishing it if it is not there yet; published tells which. It takes the run
// as of the edition's day (detectors.EditionDay) that was begun after the end of that day, or makes that run.
func (p *Publisher) Publish(ctx context.Context, month civil.Month) (e edition.Edition, published bool, err error) {
	all, err := editionstore.List(ctx, p.deps.Store)
	if err != nil {
		return e, false, err
	}
	for _, one := range all {
		if one.Month == month {
			return one, false, nil
		}
	}
	e = edition.Edition{Number: 1, Month: month, Form: index.Form, Policy: p.deps.Policy.Version()}
	if e.AsOf, err = p.deps.Policy.EditionDay(month); err != nil {
		return e, false, err
	}
	before := ""
	if len(all) > 0 {
		latest := all[len(all)-1]
		if latest.Month > month {
			return e, false, refuse("edition %d is of %s: an edition of %s cannot come after it", latest.Number, latest.Month, month)
		}
		e.Number, before = latest.Number+1, latest.Digest
	}
	if now := p.deps.Now(); now.Before(e.AsOf.End()) {
		return e, false, refuse("the edition of %s has its data as of %s: it can be published from %s on", month, e.AsOf, e.AsOf+1)
	}
	facts, err := p.run(ctx, &e)
	if err != nil {
		return e, false, err
	}
	defer facts.Close()
	content, err := p.content(ctx, facts, e, all)
	if err != nil {
		return e, false, fmt.Errorf("edition of %s: %w", month, err)
	}
	if err := editionstore.Write(ctx, p.deps.Store, e, content); err != nil {
		return e, false, fmt.Errorf("edition of %s: %w", month, err)
	}
	// the digest is of what the store holds, so that verifying reads the very same
	if content, err = editionstore.Read(ctx, p.deps.Store, e); err != nil {
		return e, false, err
	}
	if e.Digest, err = edition.Digest(e, content, before); err != nil {
		return e, false, err
	}
	e.PublishedAt = p.deps.Now().UTC()
	if err := editionstore.Publish(ctx, p.deps.Store, e); err != nil {
		return e, false, fmt.Errorf("edition of %s: %w", month, err)
	}
	// another process may have been first: then its edition is the one
	if all, err = editionstore.List(ctx, p.deps.Store); err != nil {
		return e, false, err
	}
	at := slices.IndexFunc(all, func(one edition.Edition) bool { return one.Number == e.Number })
	if at < 0 || all[at].Month != month {
		return e, false, fmt.Errorf("edition %d was published by another process at the same time: try %s again", e.Number, month)
	}
	published = all[at].Run == e.Run
	if published {
		p.deps.Log.Info("edition published", "number", e.Number, "month", month.String(), "run", e.Run, "units", len(content.Units), "talks", len(content.Talks))
	}
	return all[at], published, nil
}

// run finds the run that the edition is made from, makes it if need be, and opens its facts.
func (p *Publisher) run(ctx context.Context, e *edition.Edition) (driver.Conn, error) {
	last, err := p.lastRun(ctx, e.AsOf)
	if err != nil {
		return nil, err
	}
	switch {
	case last.Snapshot == "", last.Begun.Before(e.AsOf.End()):
		made, err := p.deps.Pass(ctx, e.AsOf)
		if err != nil {
			return nil, err
		}
		if len(made.Index) == 0 {
			return nil, refuse("there is no index as of %s: there are no records yet", e.AsOf)
		}
		if last, err = p.lastRun(ctx, e.AsOf); err != nil {
			return nil, err
		}
		if last.Run != made.Run || last.Snapshot == "" {
			return nil, fmt.Errorf("run %d as of %s was replaced while its edition was made: try again", made.Run, e.AsOf)
		}
	case last.Policy != e.Policy:
		return nil, refuse("the run as of %s was made by policy %s, and %s is in force here: give the policy it was made by, or judge the day anew with `anxin detect --once --as-of %s`",
			e.AsOf, last.Policy, e.Policy, e.AsOf)
	}
	e.Run = last.Run
	facts, err := p.deps.Open(last.Snapshot)
	if err != nil {
		return nil, fmt.Errorf("connecting to the snapshot: %w", err)
	}
	return facts, nil
}

// runRow is a completed run; its snapshot is empty when the facts it judged are there no more.
type runRow struct {
	Run      uint64    `ch:"run"`
	Begun    time.Time `ch:"begun"`
	Policy   string    `ch:"policy"`
	Snapshot string    `ch:"facts"`
}

// lastRun returns the latest completed run as of a date that has an index; zero when there is none.
func (p *Publisher) lastRun(ctx context.Context, asOf civil.Date) (runRow, error) {
	var rows []runRow
	err := p.deps.Store.Select(ctx, &rows, `
SELECT
    run,
    started_at AS begun,
    policy_version AS policy,
    if(snapshot IN (SELECT name FROM system.databases), snapshot, '') AS facts
FROM runs
WHERE as_of = toDate(?)
    AND run IN (SELECT run FROM wage_safety_index WHERE as_of = toDate(?))
ORDER BY run DESC
LIMIT 1`, asOf.String(), asOf.String())
	if err != nil || len(rows) == 0 {
		return runRow{}, wrap(err, "reading runs")
	}
	return rows[0], nil
}

// content gathers what the edition says.
func (p *Publisher) content(ctx context.Context, facts driver.Conn, e edition.Edition, before []edition.Edition) (edition.Content, error) {
	var c edition.Content
	var stale bool
	var err error
	if c.Units, stale, err = readIndex(ctx, p.deps.Store, e); err != nil {
		return c, err
	}
	if stale {
		return c, refuse("the index as of %s is stale, because all attendance had gone silent: when its records have come in, judge the day anew with `anxin detect --once --as-of %s`", e.AsOf, e.AsOf)
	}
	t := talks{policy: p.deps.Policy, asOf: e.AsOf, units: c.Units}
	for _, one := range slices.Backward(before) {
		units, err := editionstore.Units(ctx, p.deps.Store, one)
		if err != nil {
			return c, err
		}
		t.earlier = append(t.earlier, units)
	}
	if t.today, err = lightsToday(ctx, p.deps.Store, e); err != nil {
		return c, err
	}
	if c.Talks, err = t.propose(); err != nil {
		return c, err
	}
	red, err := redWarnings(ctx, p.deps.Store, e)
	if err != nil {
		return c, err
	}
	if c.Grades, err = grades.Of(ctx, facts, p.deps.Policy, e.AsOf, red); err != nil {
		return c, err
	}
	c.Rates, err = rates.Of(ctx, facts, p.deps.Policy, e.AsOf)
	return c, err
}

// readIndex reads the index of a run as an edition tells it: without what is estimated. stale: nothing of it may be published,
// because every prefecture is.
func readIndex(ctx context.Context, conn driver.Conn, e edition.Edition) (units []edition.Unit, stale bool, err error) {
	var rows []struct {
		edition.Unit
		Stale        bool  `ch:"stale"`
		EstimatedFen int64 `ch:"estimated_fen"`
	}
	err = conn.Select(ctx, &rows, `
SELECT`+editionstore.UnitColumns+`,
    stale,
    estimated_fen
FROM wage_safety_index
WHERE as_of = toDate(?) AND run = ?
ORDER BY unit, code
LIMIT 1 BY unit, code`, e.AsOf.String(), e.Run)
	stale = len(rows) > 0
	for _, row := range rows {
		row.Unit.ArrearsFen -= row.EstimatedFen
		units = append(units, row.Unit)
		stale = stale && row.Stale
	}
	return units, stale, wrap(err, "reading the index of run %d", e.Run)
}

// lightsToday reads the lights by the latest run there is, when that is of a later day than the edition; nil when it is not.
func lightsToday(ctx context.Context, conn driver.Conn, e edition.Edition) (map[string]string, error) {
	var rows []struct {
		Code  string `ch:"code"`
		Light string `ch:"light"`
	}
	err := conn.Select(ctx, &rows, `
SELECT
    code,
    light
FROM wage_safety_index
WHERE unit = 'township' AND form = ? AND as_of > toDate(?)
    AND (as_of, run) IN (SELECT as_of, run FROM runs WHERE run IN (SELECT run FROM wage_safety_index) ORDER BY as_of DESC, run DESC LIMIT 1)`, e.Form, e.AsOf.String())
	if err != nil || len(rows) == 0 {
		return nil, wrap(err, "reading the lights of today")
	}
	lights := map[string]string{}
	for _, row := range rows {
		lights[row.Code] = row.Light
	}
	return lights, nil
}

// redWarnings counts the active red warnings of a run by subject.
func redWarnings(ctx context.Context, conn driver.Conn, e edition.Edition) (map[grades.Subject]int, error) {
	var rows []struct {
		Scope   string `ch:"scope"`
		ScopeID string `ch:"scope_id"`
		Count   uint64 `ch:"warnings_red"`
	}
	err := conn.Select(ctx, &rows, `
SELECT
    scope,
    scope_id,
    uniqExact(detector) AS warnings_red
FROM warnings
WHERE as_of = toDate(?) AND run = ? AND level = 'red' AND closed_on IS NULL
GROUP BY scope, scope_id`, e.AsOf.String(), e.Run)
	red := map[grades.Subject]int{}
	for _, row := range rows {
		red[grades.Subject{Scope: catalog.Scope(row.Scope), ID: row.ScopeID}] = int(row.Count)
	}
	return red, wrap(err, "reading the warnings of run %d", e.Run)
}

func wrap(err error, format string, values ...any) error {
	if err == nil {
		return nil
	}
	return errors.Join(fmt.Errorf(format, values...), err)
}
