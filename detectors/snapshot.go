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
// reconciled, nothing recorded later. It is made anew for every pass, by the files of snapshot/, each after those whose tables it reads. Detectors
// query it and so need know nothing of versions; pages show subjects from the snapshot of the run whose warnings they show.

//go:embed snapshot/*.sql
var snapshotFiles embed.FS

// snapshotTable finds the tables of a snapshot that a file creates or reads.
var snapshotTable = regexp.MustCompile(`(CREATE TABLE )?\{\{snapshot\}\}\.(\w+)`)

const (
	// attendanceMonths is how many whole months of attendance before the as-of date a snapshot holds: a wage month due at
	// the far end of the lookback began some 150 days ago.
	attendanceMonths = 7
	// slipMonths is how many wage months a snapshot holds: pages show a year, arrears stay in sight.
	slipMonths = 18
	// calendarFile makes the one table that is filled from Go.
	calendarFile = "snapshot/01_calendar.sql"
	// calendarDays on either side of the as-of date are at hand to queries.
	calendarDaysBack, calendarDaysAhead = 550, 100
)

// buildSnapshot makes the database and fills it. On an error the half-made database is dropped.
func (d *Detectors) buildSnapshot(ctx context.Context, database string, asOf civil.Date) (err error) {
	defer func() {
		if err != nil { // of creating it too: the engine may have done what it could not report
			_ = d.dropSnapshot(context.WithoutCancel(ctx), database)
		}
	}()
	if err := d.conn.Exec(ctx, "CREATE DATABASE "+store.Quote(database)); err != nil {
		return fmt.Errorf("creating snapshot: %w", err)
	}
	precedence, err := d.policy.Texts("common", "source_precedence", "", asOf)
	if err != nil {
		return err
	}
	params := store.Params{
		"as_of":             asOf,
		"end":               asOf.End(),
		"first_day":         (asOf.Month() - attendanceMonths).First(),
		"first_month":       asOf.Month() - slipMonths,
		"source_precedence": precedence,
	}
	for _, name := range []string{"paid_days_a_month", "hours_a_day"} {
		if params[name], err = d.policy.Number("common", name, "", asOf); err != nil {
			return err
		}
	}
	sources, err := d.resolveKeys(ctx, database)
	if err != nil {
		return err
	}
	files, err := readSnapshotFiles(database, sources)
	if err != nil {
		return err
	}
	// a file runs as soon as the tables it reads are filled; a file stands behind those it needs, so waiting ends
	filled := map[string]chan struct{}{}
	for _, f := range files {
		filled[f.name] = make(chan struct{})
	}
	group, filling := errgroup.WithContext(ctx)
	group.SetLimit(d.config.Parallel)
	for _, f := range files {
		group.Go(func() error {
			for _, need := range f.needs {
				select {
				case <-filled[need]:
				case <-filling.Done():
					return filling.Err()
				}
			}
			began := time.Now()
			for _, statement := range f.statements {
				with, err := params.Context(filling, statement)
				if err == nil {
					err = d.conn.Exec(with, statement)
				}
				if err != nil {
					return fmt.Errorf("snapshot %s: %w", f.name, err)
				}
			}
			if f.name == calendarFile {
				if err := fillCalendar(filling, d.conn, database, d.calendar, asOf); err != nil {
					return err
				}
			}
			close(filled[f.name])
			d.log.Debug("snapshot", "file", f.name, "seconds", time.Since(began).Seconds())
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return sources.release(ctx, d.conn)
}

// snapshotFile is one file of snapshot/, rendered for a database.
type snapshotFile struct {
	name       string
	statements []string
	needs      []string // files whose tables it reads
}

// readSnapshotFiles returns the files in their order; each may read the tables of those before it.
func readSnapshotFiles(database string, sources keySources) ([]snapshotFile, error) {
	names, err := fs.Glob(snapshotFiles, "snapshot/*.sql")
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	madeBy := map[string]string{}
	var files []snapshotFile
	for _, name := range names {
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
		f.statements = store.Statements(strings.ReplaceAll(sources.render(string(text)), "{{snapshot}}", store.Quote(database)))
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
