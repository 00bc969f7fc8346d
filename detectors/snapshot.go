package detectors

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"golang.org/x/sync/errgroup"

	"github.com/anxin-project/anxin/internal/calendar"
	"github.com/anxin-project/anxin/internal/civil"
	"github.com/anxin-project/anxin/internal/store"
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
	// attendanceMonths is how many whole months of attendance before the as-of date a snapshot holds: a wage month due at
	// the far end of the lookback began some 150 days ago.
	attendanceMonths = 7
	// SlipMonths is how many wage months before the as-of date's month a snapshot holds: pages show a year, arrears stay in sight.
	SlipMonths = 18
	// calendarFile makes the one table that is filled from Go.
	calendarFile = "snapshot/01_calendar.sql"
	// calendarDays on either side of the as-of date are at hand to queries.
	calendarDaysBack, calendarDaysAhead = 550, 100
)

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
			if f.name == calendarFile {
				if err := fillCalendar(filling, d.conn, database, d.calendar, asOf); err != nil {
					return err
				}
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

// snapshotParams are what the files of snapshot/ take.
func (d *Detectors) snapshotParams(ctx context.Context, asOf civil.Date) (store.Params, error) {
	precedence, err := d.policy.Texts("common", "source_precedence", "", asOf)
	if err != nil {
		return nil, err
	}
	params := store.Params{
		"as_of":             asOf,
		"end":               asOf.End(),
		"first_day":         (asOf.Month() - attendanceMonths).First(),
		"first_month":       asOf.Month() - SlipMonths,
		"source_precedence": precedence,
	}
	for _, name := range []string{"paid_days_a_month", "hours_a_day"} {
		if params[name], err = d.policy.Number("common", name, "", asOf); err != nil {
			return nil, err
		}
	}
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
func fillCalendar(ctx context.Context, conn driver.Conn, database string, c *calendar.Calendar, asOf civil.Date) error {
	batch, err := conn.PrepareBatch(ctx, "INSERT INTO "+store.Quote(database)+".calendar (day, workday, workday_number, pay_by)")
	if err != nil {
		return fmt.Errorf("filling calendar: %w", err)
	}
	number := uint32(0)
	for day, workday := range c.Days(asOf.AddDays(-calendarDaysBack), asOf.AddDays(calendarDaysAhead)) {
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

// dropSnapshot removes a snapshot. A statement that a cancelled pass left behind may still be creating a table in it, which
// makes the engine refuse to drop the database; it is asked again until the statement has ended.
func (d *Detectors) dropSnapshot(ctx context.Context, database string) error {
	var err error
	for wait := 50 * time.Millisecond; ; wait *= 2 {
		if err = d.conn.Exec(ctx, "DROP DATABASE IF EXISTS "+store.Quote(database)); err == nil {
			return nil
		}
		if wait > 5*time.Second {
			d.log.Error("a snapshot could not be dropped; drop the database by hand", "database", database, "error", err)
			return fmt.Errorf("dropping snapshot: %w", err)
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return fmt.Errorf("dropping snapshot: %w", err)
		}
	}
}
