// Package snapshot makes the facts that detectors judge. A snapshot is a database that holds what was known at the end of a date,
// each fact once: versions resolved, sources reconciled, nothing recorded later. Every pass makes one by the files of SQL in
// this folder, each after those whose tables it reads; the large tables go on from the snapshot before (header.go). Detectors
// query it and so need know nothing of versions; pages show subjects from the snapshot of the run whose warnings they show.
package snapshot

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"golang.org/x/sync/errgroup"

	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/platform/store"
)

//go:embed *.sql
var shipped embed.FS

// Builder makes snapshots beside the main database.
type Builder struct {
	Conn     driver.Conn // the main database
	Policy   *policy.Policy
	Calendar *calendar.Calendar
	Parallel int // how many files are filled at once
	// Settling is how long storing a batch may take: what was stored that long before the pass before is looked at again.
	Settling time.Duration
	Log      *slog.Logger
}

const (
	// attendanceMonths is how many whole months before the as-of date a snapshot holds day by day. What looks at single days
	// looks back 90 days at most; the sums of worker_months go back further.
	attendanceMonths = 4
	// calendarDaysAhead of the as-of date are at hand to queries.
	calendarDaysAhead = 100
)

// The tables that are filled from Go, by the files that make them.
const (
	calendarFile     = "01_calendar"
	minimumWagesFile = "04_minimum_wages"
	leadTermsFile    = "10_lead_terms"
	scorecardFile    = "18_scorecard"
)

// Part is what of a snapshot somebody asks for: the named tables and whatever these are made of; all where none is named.
type Part []string

// PartFor returns the part that holds the tables which queries name, and others besides.
func PartFor(queries []string, others ...string) (Part, error) {
	files, err := readFiles()
	if err != nil {
		return nil, err
	}
	part := Part(others)
	for _, f := range files {
		for _, table := range f.makes {
			named := regexp.MustCompile(`\b` + table + `\b`)
			if slices.ContainsFunc(queries, named.MatchString) {
				part = append(part, table)
			}
		}
	}
	return part, nil
}

// of leaves out the files that make nothing of the part.
func (p Part) of(files []file) []file {
	if len(p) == 0 {
		return files
	}
	needed := map[string]bool{}
	for _, f := range slices.Backward(files) { // files are topologically ordered
		if needed[f.name] || slices.ContainsFunc(f.makes, func(table string) bool { return slices.Contains(p, table) }) {
			needed[f.name] = true
			for _, need := range f.needs {
				needed[need] = true
			}
		}
	}
	return slices.DeleteFunc(files, func(f file) bool { return !needed[f.name] })
}

// BuildPart makes a part of a snapshot afresh. No snapshot goes on from it.
func (b Builder) BuildPart(ctx context.Context, database string, asOf civil.Date, part Part) error {
	_, err := b.build(ctx, database, asOf, true, part, func(string, time.Time) {})
	return err
}

// Build makes the database and fills it as of the end of a date; unless it is to be made afresh, its large tables go on from the
// latest published snapshot that allows it, and then it returns true. took is told of every file how long it took, as snapshot/FILE. On an
// error the half-made database is dropped.
func (b Builder) Build(ctx context.Context, database string, asOf civil.Date, afresh bool, took func(step string, began time.Time)) (goesOn bool, err error) {
	return b.build(ctx, database, asOf, afresh, nil, took)
}

func (b Builder) build(ctx context.Context, database string, asOf civil.Date, afresh bool, part Part, took func(step string, began time.Time)) (goesOn bool, err error) {
	defer func() {
		if err != nil { // of creating it too: the engine may have done what it could not report
			_ = b.Drop(context.WithoutCancel(ctx), database)
		}
	}()
	params, err := b.params(ctx, asOf)
	if err != nil {
		return false, err
	}
	r := renderer{database: database, lists: inMemory}
	if !afresh {
		previous, rows, err := b.before(ctx, asOf, params["basis"].(uint64))
		if err != nil {
			return false, fmt.Errorf("reading how the snapshot before was made: %w", err)
		}
		if previous != nil {
			params, r.previous = params.With(previous.params(b.Settling)), previous.Snapshot
			if rows > mostInMemory {
				b.Log.Info("much came since the snapshot before: what is listed of it is kept on disk", "database", database, "records", rows)
				r.lists = onDisk
			}
		}
	}
	if err := b.Conn.Exec(ctx, "CREATE DATABASE "+store.Quote(database)); err != nil {
		return false, fmt.Errorf("creating snapshot: %w", err)
	}
	if r.keys, err = b.resolveKeys(ctx, database); err != nil {
		return false, err
	}
	files, err := readFiles()
	if err != nil {
		return false, err
	}
	files = part.of(files)
	r.refresh = map[string]Refresh{}
	for _, f := range files {
		maps.Copy(r.refresh, f.header.Refresh)
	}
	// a file runs as soon as the tables it reads are filled; files are topologically ordered, so this cannot deadlock
	filled := map[string]chan struct{}{}
	for _, f := range files {
		filled[f.name] = make(chan struct{})
	}
	group, filling := errgroup.WithContext(ctx)
	turns := make(chan struct{}, b.Parallel)
	for _, f := range files {
		statements, err := r.render(f)
		if err != nil {
			return false, err
		}
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
			err := b.fill(filling, statements, params)
			switch {
			case err != nil:
			case f.name == calendarFile:
				err = b.fillCalendar(filling, database, params["first_month"].(civil.Month), asOf)
			case f.name == scorecardFile:
				err = b.fillScorecard(filling, database)
			case f.name == minimumWagesFile:
				err = b.fillMinimumWages(filling, database, params["first_month"].(civil.Month), asOf)
			case f.name == leadTermsFile:
				err = b.fillLeadTerms(filling, database, asOf)
			}
			if err != nil {
				return fmt.Errorf("snapshot/%s.sql: %w", f.name, err)
			}
			close(filled[f.name])
			took("snapshot/"+f.name, began)
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return false, err
	}
	if err := b.dropLists(ctx, database); err != nil {
		return false, err
	}
	return r.previous != "", r.keys.release(ctx, b.Conn)
}

// fill runs the statements of a file; those that would fill a carried table at touched places are left out where no place is
// touched.
func (b Builder) fill(ctx context.Context, statements []statement, params store.Params) error {
	untouched := map[string]bool{}
	for _, s := range statements {
		if s.places != "" {
			if _, known := untouched[s.places]; !known {
				var n uint64
				if err := b.Conn.QueryRow(ctx, "SELECT count() FROM "+s.places).Scan(&n); err != nil {
					return err
				}
				untouched[s.places] = n == 0
			}
			if untouched[s.places] {
				continue
			}
		}
		if s.partitions == "" {
			if err := b.exec(ctx, s.text, params); err != nil {
				return err
			}
			continue
		}
		var partitions []struct {
			ID string `ch:"_partition_id"`
		}
		if err := b.Conn.Select(ctx, &partitions, s.partitions); err != nil {
			return err
		}
		for _, p := range partitions {
			if err := b.exec(ctx, fmt.Sprintf(s.text, p.ID), params); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b Builder) exec(ctx context.Context, statement string, params store.Params) error {
	with, err := params.Context(ctx, statement)
	if err == nil {
		err = b.Conn.Exec(with, statement)
	}
	return err
}

// names are those of the files of SQL, in their order.
func names() []string {
	names, err := fs.Glob(shipped, "*.sql")
	if err != nil {
		panic(err) // of a pattern that is wrong
	}
	slices.Sort(names)
	return names
}

// readFiles returns the files in their order; each may read the tables of those before it.
func readFiles() ([]file, error) {
	var texts []named
	for _, name := range names() {
		text, err := shipped.ReadFile(name)
		if err != nil {
			return nil, err
		}
		texts = append(texts, named{name, string(text)})
	}
	return parseFiles(texts)
}

type named struct{ name, text string }

func parseFiles(texts []named) ([]file, error) {
	maker := map[string]string{}
	carried := map[string]bool{}
	var files []file
	for _, one := range texts {
		f := file{name: strings.TrimSuffix(one.name, ".sql")}
		var err error
		if f.header, f.body, err = readHeader(one.name, one.text); err != nil {
			return nil, err
		}
		for _, m := range tableOf.FindAllStringSubmatch(f.body, -1) {
			table := m[2]
			switch by, made := maker[table]; {
			case m[1] != "" && made:
				return nil, fmt.Errorf("%s creates %s, which %s.sql does", one.name, table, by)
			case m[1] != "":
				maker[table] = f.name
				f.makes = append(f.makes, table)
			case !made:
				return nil, fmt.Errorf("%s reads %s, which no file before it creates", one.name, table)
			case by != f.name && !slices.Contains(f.needs, by):
				f.needs = append(f.needs, by)
			}
		}
		for _, table := range sorted(f.header.Refresh) {
			r := f.header.Refresh[table]
			for _, s := range r.Sources {
				if _, made := maker[s.Changed]; s.Changed != "" && !made {
					return nil, fmt.Errorf("%s: %s: no file makes %s, whose changes it goes by", one.name, table, s.Changed)
				}
				if by := maker[s.Changed]; by != "" && by != f.name && !slices.Contains(f.needs, by) {
					f.needs = append(f.needs, by)
				}
				if by := maker[s.Touched]; by != "" && by != f.name && !slices.Contains(f.needs, by) {
					f.needs = append(f.needs, by)
				}
			}
			for _, in := range r.VersionsIn {
				if _, made := maker[in]; !made {
					return nil, fmt.Errorf("%s: %s: no file makes %s, in which versions are looked up", one.name, table, in)
				}
			}
			carried[table] = true
		}
		for _, table := range sorted(f.header.Refresh) {
			for _, s := range f.header.Refresh[table].Sources {
				if s.Touched != "" && !carried[s.Touched] {
					return nil, fmt.Errorf("%s: %s: %s is not refreshed, so no place of it is touched", one.name, table, s.Touched)
				}
			}
		}
		files = append(files, f)
	}
	return files, nil
}

// sorted returns the keys of a map in their order.
func sorted[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }
