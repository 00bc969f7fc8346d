// Package editionstore keeps the published editions (internal/domain/edition) in the store: it writes and publishes one, reads
// all, and tells which are no longer as they were published.
package editionstore

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/edition"
	"github.com/anxin-project/anxin/internal/platform/store"
)

// The columns of the tables, as Unit, Talk, Grade and Rate name them. Those of Unit are columns of wage_safety_index too.
const (
	UnitColumns = `
    unit,
    code,
    name,
    county,
    prefecture,
    index,
    uncapped,
    light,
    cap,
    cap_reason,
    rank,
    ranked_of,
    rank_prefecture,
    ranked_prefecture,
    monitored_workers,
    arrears_workers,
    arrears_fen,
    component,
    weight,
    score,
    points,
    numerator,
    denominator,
    shrunk,
    worst,
    lost,
    late_workers,
    silent_workers,
    unaccounted_workers,
    closed,
    form`
	talkColumns = `
    township,
    county,
    grounds,
    subjects`
	gradeColumns = `
    employer_uscc,
    name,
    township,
    county,
    grade,
    reasons,
    findings,
    incidents,
    refused,
    convictions,
    records,
    projects,
    workers,
    red_warnings,
    visits_year,
    visits_quarter`
	rateColumns = `
    code,
    measure,
    numerator,
    denominator,
    least,
    aim`
)

// List returns the published editions, oldest first.
func List(ctx context.Context, conn driver.Conn) ([]edition.Edition, error) {
	var rows []struct {
		Number      uint32    `ch:"number"`
		Form        uint8     `ch:"form"`
		Month       time.Time `ch:"month"`
		AsOf        time.Time `ch:"as_of"`
		Run         uint64    `ch:"run"`
		Policy      string    `ch:"policy_version"`
		PublishedAt time.Time `ch:"published_at"`
		Digest      string    `ch:"digest"`
	}
	err := conn.Select(ctx, &rows, `
SELECT
    number,
    form,
    month,
    as_of,
    run,
    policy_version,
    published_at,
    digest
FROM editions
ORDER BY number, published_at, run
LIMIT 1 BY number`)
	if err != nil {
		return nil, fmt.Errorf("reading the editions: %w", err)
	}
	all := make([]edition.Edition, len(rows))
	for i, r := range rows {
		all[i] = edition.Edition{
			Number: r.Number, Form: r.Form, Month: civil.OfColumn(r.Month).Month(), AsOf: civil.OfColumn(r.AsOf), Run: r.Run,
			Policy: r.Policy, PublishedAt: r.PublishedAt.UTC(), Digest: r.Digest,
		}
	}
	return all, nil
}

// Read returns everything an edition says.
func Read(ctx context.Context, conn driver.Conn, e edition.Edition) (edition.Content, error) {
	var c edition.Content
	var err error
	if c.Units, err = Units(ctx, conn, e); err != nil {
		return c, err
	}
	if c.Talks, err = Talks(ctx, conn, e); err != nil {
		return c, err
	}
	if c.Grades, err = Grades(ctx, conn, e); err != nil {
		return c, err
	}
	c.Rates, err = Rates(ctx, conn, e)
	return c, err
}

// Units returns the index of an edition: townships, counties and prefectures.
func Units(ctx context.Context, conn driver.Conn, e edition.Edition) ([]edition.Unit, error) {
	return read[edition.Unit](ctx, conn, e, "edition_index", "unit, code", UnitColumns)
}

// Talks returns the talks that an edition proposes.
func Talks(ctx context.Context, conn driver.Conn, e edition.Edition) ([]edition.Talk, error) {
	return read[edition.Talk](ctx, conn, e, "edition_talks", "township", talkColumns)
}

// Grades returns the employers' grades of an edition.
func Grades(ctx context.Context, conn driver.Conn, e edition.Edition) ([]edition.Grade, error) {
	return read[edition.Grade](ctx, conn, e, "edition_grades", "employer_uscc", gradeColumns)
}

// Rates returns the reported rates of an edition.
func Rates(ctx context.Context, conn driver.Conn, e edition.Edition) ([]edition.Rate, error) {
	return read[edition.Rate](ctx, conn, e, "edition_rates", "code, measure", rateColumns)
}

// Altered reads every edition again and returns the numbers of those that are no longer as they were published; all is
// what List returned. An edition stands against the recorded digest of the one before it, so one altered edition does
// not make the later ones look altered.
func Altered(ctx context.Context, conn driver.Conn, all []edition.Edition) ([]uint32, error) {
	var altered []uint32
	before := ""
	for _, e := range all {
		c, err := Read(ctx, conn, e)
		if err != nil {
			return nil, err
		}
		digest, err := edition.Digest(e, c, before)
		if err != nil {
			return nil, err
		}
		if digest != e.Digest {
			altered = append(altered, e.Number)
		}
		before = e.Digest
	}
	return altered, nil
}

// read returns the rows of one table of an edition in the order of their key. The tables are replacing ones: until a
// merge they may hold a row twice.
func read[T any](ctx context.Context, conn driver.Conn, e edition.Edition, table, key, columns string) ([]T, error) {
	query := `
SELECT` + columns + `
FROM ` + table + `
WHERE edition = {edition:UInt32} AND run = {run:UInt64}
ORDER BY ` + key + `
LIMIT 1 BY ` + key
	ctx, err := store.Params{"edition": int(e.Number), "run": e.Run}.Context(ctx, query)
	if err != nil {
		return nil, err
	}
	var rows []T
	if err := conn.Select(ctx, &rows, query); err != nil {
		return nil, fmt.Errorf("reading %s of edition %d: %w", table, e.Number, err)
	}
	return rows, nil
}
