package edition

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/internal/domain/civil"
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
func List(ctx context.Context, conn driver.Conn) ([]Edition, error) {
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
	all := make([]Edition, len(rows))
	for i, r := range rows {
		all[i] = Edition{
			Number: r.Number, Form: r.Form, Month: civil.NewDate(r.Month.Date()).Month(), AsOf: civil.NewDate(r.AsOf.Date()), Run: r.Run,
			Policy: r.Policy, PublishedAt: r.PublishedAt.UTC(), Digest: r.Digest,
		}
	}
	return all, nil
}

// Read returns everything an edition says.
func Read(ctx context.Context, conn driver.Conn, e Edition) (Content, error) {
	var c Content
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
func Units(ctx context.Context, conn driver.Conn, e Edition) ([]Unit, error) {
	return read[Unit](ctx, conn, e, "edition_index", "unit, code", UnitColumns)
}

// Talks returns the talks that an edition proposes.
func Talks(ctx context.Context, conn driver.Conn, e Edition) ([]Talk, error) {
	return read[Talk](ctx, conn, e, "edition_talks", "township", talkColumns)
}

// Grades returns the employers' grades of an edition.
func Grades(ctx context.Context, conn driver.Conn, e Edition) ([]Grade, error) {
	return read[Grade](ctx, conn, e, "edition_grades", "employer_uscc", gradeColumns)
}

// Rates returns the reported rates of an edition.
func Rates(ctx context.Context, conn driver.Conn, e Edition) ([]Rate, error) {
	return read[Rate](ctx, conn, e, "edition_rates", "code, measure", rateColumns)
}

// read returns the rows of one table of an edition in the order of their key. The tables are replacing ones: until a
// merge they may hold a row twice.
func read[T any](ctx context.Context, conn driver.Conn, e Edition, table, key, columns string) ([]T, error) {
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
