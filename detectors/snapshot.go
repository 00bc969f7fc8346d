package detectors

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"golang.org/x/sync/errgroup"

	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/platform/backoff"
	"github.com/anxin-project/anxin/internal/platform/store"
)

// A snapshot is a database that holds the facts known at the end of a date, each once: versions resolved, sources
// reconciled, nothing recorded later. Every pass makes one by the files of snapshot/, each after those whose tables it
// reads; the large tables go on from the snapshot before (carry.go). Detectors query it and so need know nothing of
// versions; pages show subjects from the snapshot of the run whose warnings they show.

//go:embed snapshot/*.sql
var snapshotFiles embed.FS

// snapshotTable finds the tables of a snapshot that a file creates or reads.
var snapshotTable = regexp.MustCompile(`(CREATE TABLE )?\{\{snapshot\}\}\.(\w+)`)

const (
	// attendanceMonths is how many whole months before the as-of date a snapshot holds day by day. What looks at single days
	// looks back 90 days at most; the sums of worker_months go back further.
	attendanceMonths = 4
	// calendarDaysAhead of the as-of date are at hand to queries.
	calendarDaysAhead = 100
)

// The tables that are filled from Go, by the files that make them.
const (
	calendarFile     = "snapshot/01_calendar.sql"
	minimumWagesFile = "snapshot/04_minimum_wages.sql"
)

// minimumWages are the parameters of policy that set them.
var minimumWages = []string{"minimum_wage_fen", "minimum_wage_hourly_fen"}

// buildSnapshot makes the database and fills it; unless it is to be made afresh, its large tables go on from the latest
// published snapshot that allows it, and then it returns true. On an error the half-made database is dropped.
func (d *Detectors) buildSnapshot(ctx context.Context, database string, asOf civil.Date, fresh bool, steps *timings) (goesOn bool, err error) {
	defer func() {
		if err != nil { // of creating it too: the engine may have done what it could not report
			_ = d.dropSnapshot(context.WithoutCancel(ctx), database)
		}
	}()
	params, err := d.snapshotParams(ctx, asOf)
	if err != nil {
		return false, err
	}
	var previous *made
	if !fresh {
		if previous, err = d.before(ctx, asOf, params["basis"].(uint64)); err != nil {
			return false, fmt.Errorf("reading how the snapshot before was made: %w", err)
		}
	}
	if previous != nil {
		params = params.With(previous.params(d.config.Settling))
	}
	if err := d.conn.Exec(ctx, "CREATE DATABASE "+store.Quote(database)); err != nil {
		return false, fmt.Errorf("creating snapshot: %w", err)
	}
	sources, err := d.resolveKeys(ctx, database)
	if err != nil {
		return false, err
	}
	files, err := readSnapshotFiles(database, sources, previous)
	if err != nil {
		return false, err
	}
	// a file runs as soon as the tables it reads are filled; a file stands behind those it needs, so waiting ends
	filled := map[string]chan struct{}{}
	for _, f := range files {
		filled[f.name] = make(chan struct{})
	}
	group, filling := errgroup.WithContext(ctx)
	turns := make(chan struct{}, d.config.Parallel)
	for _, f := range files {
		group.Go(func() error {
			for _, need := range f.needs { // while it waits, a file holds up no other
				select {
				case <-filled[need]:
				case <-filling.Done():
					return filling.Err()
				}
			}
			select {
			case turns <- struct{}{}:
				defer func() { <-turns }()
			case <-filling.Done():
				return filling.Err()
			}
			began := time.Now()
			if err := d.runSnapshotFile(filling, f, params); err != nil {
				return fmt.Errorf("snapshot %s: %w", f.name, err)
			}
			switch f.name {
			case calendarFile:
				err = fillCalendar(filling, d.conn, database, d.calendar, params["first_month"].(civil.Month), asOf)
			case minimumWagesFile:
				err = d.fillMinimumWages(filling, database, params["first_month"].(civil.Month), asOf)
			}
			if err != nil {
				return err
			}
			close(filled[f.name])
			d.log.Debug("snapshot", "file", f.name, "seconds", steps.since(strings.TrimSuffix(f.name, ".sql"), began))
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return false, err
	}
	if err := d.dropTouched(ctx, database); err != nil {
		return false, err
	}
	return previous != nil, sources.release(ctx, d.conn)
}

// snapshotParams are what the files of snapshot/ take. first_month is the first of the wage months that are looked at whole, of
// which wage_months lists all; of older ones only pay slips that are still owed. window_days is the index's.
func (d *Detectors) snapshotParams(ctx context.Context, asOf civil.Date) (store.Params, error) {
	params := store.Params{
		"as_of":     asOf,
		"end":       asOf.End(),
		"first_day": (asOf.Month() - attendanceMonths).First(),
	}
	for name, section := range map[string]string{
		"paid_days_a_month": "common", "hours_a_day": "common", "window_days": "index", "unlisted_months": "owed",
		"evidence_days": "owed", "grace_detectors_days": "owed", "unbooked_days": "owed", "ledger_alive_days": "owed", "gate_alive_days": "owed",
		"seen_days": "owed", "unaccounted_share": "owed", "unaccounted_least": "owed", "management_share": "owed",
	} {
		value, err := d.policy.Number(section, name, "", asOf)
		if err != nil {
			return nil, err
		}
		params[name] = value
	}
	for name, section := range map[string]string{"source_precedence": "common", "management_jobs": "owed"} {
		value, err := d.policy.Texts(section, name, "", asOf)
		if err != nil {
			return nil, err
		}
		params[name] = value
	}
	var err error
	if params["full_month_days"], err = d.policy.Least("owed", "full_month_days"); err != nil {
		return nil, err
	}
	params["full_centihours"] = int(math.Round(params["hours_a_day"].(float64) * 100))
	first := asOf.Month() - civil.Month(math.Round(params["unlisted_months"].(float64)))
	params["first_month"] = first
	var months []string
	for m := first; m <= asOf.Month(); m++ {
		months = append(months, m.First().String())
	}
	params["wage_months"] = months
	if params["began"], err = d.clock(ctx); err != nil {
		return nil, err
	}
	params["basis"], err = d.basisOf(ctx, params)
	return params, err
}

// runSnapshotFile runs the statements of a file; those that would fill a carried table at touched places are left out
// where no place is touched.
func (d *Detectors) runSnapshotFile(ctx context.Context, f snapshotFile, params store.Params) error {
	untouched := map[string]bool{}
	for _, s := range f.statements {
		if s.places != "" {
			if _, known := untouched[s.places]; !known {
				var n uint64
				if err := d.conn.QueryRow(ctx, "SELECT count() FROM "+s.places).Scan(&n); err != nil {
					return err
				}
				untouched[s.places] = n == 0
			}
			if untouched[s.places] {
				continue
			}
		}
		with, err := params.Context(ctx, s.text)
		if err == nil {
			err = d.conn.Exec(with, s.text)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// snapshotFile is one file of snapshot/, rendered for a database.
type snapshotFile struct {
	name       string
	statements []snapshotStatement
	needs      []string // files whose tables it reads
}

// snapshotStatement is one statement; where no place is in the table places, it has nothing to do.
type snapshotStatement struct{ text, places string }

func snapshotNames() []string {
	names, err := fs.Glob(snapshotFiles, "snapshot/*.sql")
	if err != nil {
		panic(err) // of a pattern that is wrong
	}
	slices.Sort(names)
	return names
}

// readSnapshotFiles returns the files in their order; each may read the tables of those before it. They go on from a
// snapshot, or with nil make one afresh.
func readSnapshotFiles(database string, sources keySources, previous *made) ([]snapshotFile, error) {
	madeBy := map[string]string{}
	var files []snapshotFile
	for _, name := range snapshotNames() {
		text, err := snapshotFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		f := snapshotFile{name: name}
		for _, m := range snapshotTable.FindAllStringSubmatch(string(text), -1) {
			table := m[2]
			switch maker, made := madeBy[table]; {
			case m[1] != "" && made:
				return nil, fmt.Errorf("%s creates %s, which %s does", name, table, maker)
			case m[1] != "":
				madeBy[table] = name
			case !made:
				return nil, fmt.Errorf("%s reads %s, which no file before it creates", name, table)
			case maker != name && !slices.Contains(f.needs, maker):
				f.needs = append(f.needs, maker)
			}
		}
		render := func(text string) string {
			return sources.render(strings.ReplaceAll(text, "{{snapshot}}", store.Quote(database)))
		}
		if previous == nil {
			for _, s := range store.Statements(render(afresh(string(text)))) {
				f.statements = append(f.statements, snapshotStatement{text: s})
			}
		} else {
			f.statements = goingOn(string(text), previous.Snapshot, render)
		}
		files = append(files, f)
	}
	return files, nil
}

// fillCalendar writes the working-day calendar around a date. Days of a year whose notice is not known are left out: what
// depends on them is then not judged rather than guessed.
func fillCalendar(ctx context.Context, conn driver.Conn, database string, c *calendar.Calendar, first civil.Month, asOf civil.Date) error {
	batch, err := conn.PrepareBatch(ctx, "INSERT INTO "+store.Quote(database)+".calendar (day, workday, workday_number, pay_by)")
	if err != nil {
		return fmt.Errorf("filling calendar: %w", err)
	}
	number := uint32(0)
	for day, workday := range c.Days(first.First(), asOf.AddDays(calendarDaysAhead)) {
		if workday {
			number++
		}
		payBy, err := c.OnOrBefore(day)
		if err != nil {
			payBy = day
		}
		if err := batch.Append(day.Time(), workday, number, payBy.Time()); err != nil {
			return fmt.Errorf("filling calendar: %w", err)
		}
	}
	if err := batch.Send(); err != nil {
		return fmt.Errorf("filling calendar: %w", err)
	}
	return nil
}

// fillMinimumWages writes the minimum wages of every wage month, by the policy in force at its end, for the townships of
// projects and employers.
func (d *Detectors) fillMinimumWages(ctx context.Context, database string, first civil.Month, asOf civil.Date) error {
	quoted := store.Quote(database)
	var townships []struct {
		Code string `ch:"township"`
	}
	err := d.conn.Select(ctx, &townships, "SELECT DISTINCT toString(township) AS township FROM (SELECT township FROM "+quoted+".projects UNION ALL SELECT township FROM "+quoted+".employers) WHERE township != '' ORDER BY township")
	if err != nil {
		return fmt.Errorf("reading townships for their minimum wages: %w", err)
	}
	batch, err := d.conn.PrepareBatch(ctx, "INSERT INTO "+quoted+".minimum_wages (township, month, monthly_fen, hourly_fen, highest_monthly_fen, highest_hourly_fen)")
	if err != nil {
		return fmt.Errorf("filling minimum wages: %w", err)
	}
	regions := d.policy.Regions()
	for month := first; month <= asOf.Month(); month++ {
		in := func(region string) (fen [2]int64, err error) {
			for i, name := range minimumWages {
				value, err := d.policy.Number("common", name, region, month.Last())
				if err != nil {
					return fen, err
				}
				fen[i] = int64(math.Round(value))
			}
			return fen, nil
		}
		national, err := in("")
		if err != nil {
			return err
		}
		known, highest := map[string][2]int64{"": national}, national
		for _, region := range regions {
			if known[region], err = in(region); err != nil {
				return err
			}
			for i, fen := range known[region] {
				highest[i] = max(highest[i], fen)
			}
		}
		add := func(township string, fen [2]int64) error {
			return batch.Append(township, month.First().Time(), fen[0], fen[1], highest[0], highest[1])
		}
		err = add("", national)
		for _, township := range townships {
			err = errors.Join(err, add(township.Code, known[regionOf(township.Code, regions)]))
		}
		if err != nil {
			return fmt.Errorf("filling minimum wages: %w", err)
		}
	}
	if err := batch.Send(); err != nil {
		return fmt.Errorf("filling minimum wages: %w", err)
	}
	return nil
}

// dropSnapshot removes a snapshot. A statement that a cancelled pass left behind may still be creating a table in it, which
// makes the engine refuse to drop the database; it is asked again until the statement has ended.
func (d *Detectors) dropSnapshot(ctx context.Context, database string) error {
	var err error
	const tries = 8 // within seven seconds
	for failures := 0; ; failures++ {
		if err = d.conn.Exec(ctx, "DROP DATABASE IF EXISTS "+store.Quote(database)); err == nil {
			return nil
		}
		if failures == tries-1 {
			d.log.Error("a snapshot could not be dropped; drop the database by hand", "database", database, "error", err)
			return fmt.Errorf("dropping snapshot: %w", err)
		}
		if backoff.Sleep(ctx, backoff.Doubling{First: 50 * time.Millisecond, Most: 5 * time.Second}.After(failures)) != nil {
			return fmt.Errorf("dropping snapshot: %w", err)
		}
	}
}
