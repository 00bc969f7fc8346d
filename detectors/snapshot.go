package detectors

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"text/template"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/internal/calendar"
	"github.com/anxin-project/anxin/internal/civil"
	"github.com/anxin-project/anxin/internal/store"
)

// A snapshot is a database that holds the facts known at the end of a date, each once: versions resolved, sources
// reconciled, nothing recorded later. It is made anew for every pass, by the files of snapshot/ in their order. Detectors
// query it and so need know nothing of versions; pages show subjects from the snapshot of the run whose warnings they show.

//go:embed snapshot/*.sql
var snapshotFiles embed.FS

const (
	// attendanceMonths is how many whole months of attendance before the as-of date a snapshot holds: a wage month due at
	// the far end of the lookback began some 150 days ago.
	attendanceMonths = 7
	// slipMonths is how many wage months a snapshot holds: pages show a year, arrears stay in sight.
	slipMonths = 18
	// calendarDays on either side of the as-of date are at hand to queries.
	calendarDaysBack, calendarDaysAhead = 550, 100
)

// buildSnapshot makes the database and fills it. On an error the half-made database is dropped.
func (d *Detectors) buildSnapshot(ctx context.Context, database string, asOf civil.Date) (err error) {
	if err := d.conn.Exec(ctx, "CREATE DATABASE "+store.Quote(database)); err != nil {
		return fmt.Errorf("creating snapshot: %w", err)
	}
	defer func() {
		if err != nil {
			_ = d.dropSnapshot(context.WithoutCancel(ctx), database)
		}
	}()
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
	names, err := fs.Glob(snapshotFiles, "snapshot/*.sql")
	if err != nil {
		return err
	}
	slices.Sort(names)
	for _, name := range names {
		text, err := snapshotFiles.ReadFile(name)
		if err != nil {
			return err
		}
		t, err := template.New(name).Funcs(template.FuncMap{"snapshot": func() string { return store.Quote(database) }}).Parse(string(text))
		if err != nil {
			return fmt.Errorf("reading %s: %w", name, err)
		}
		var rendered strings.Builder
		if err := t.Execute(&rendered, nil); err != nil {
			return fmt.Errorf("rendering %s: %w", name, err)
		}
		began := time.Now()
		for _, statement := range store.Statements(rendered.String()) {
			with, err := params.Context(ctx, statement)
			if err == nil {
				err = d.conn.Exec(with, statement)
			}
			if err != nil {
				return fmt.Errorf("snapshot %s: %w", name, err)
			}
		}
		d.log.Debug("snapshot", "file", name, "seconds", time.Since(began).Seconds())
		if name == "snapshot/01_calendar.sql" {
			if err := fillCalendar(ctx, d.conn, database, d.calendar, asOf); err != nil {
				return err
			}
		}
	}
	return nil
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

func (d *Detectors) dropSnapshot(ctx context.Context, database string) error {
	if err := d.conn.Exec(ctx, "DROP DATABASE IF EXISTS "+store.Quote(database)); err != nil {
		return fmt.Errorf("dropping snapshot: %w", err)
	}
	return nil
}
