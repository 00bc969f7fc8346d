package editionstore

import (
	"context"
	"fmt"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/internal/domain/edition"
)

// key is what every row of an edition's tables begins with.
type key struct {
	Edition uint32 `ch:"edition"`
	Run     uint64 `ch:"run"`
}

// Write writes the content of an edition that is not published yet: nobody reads it before Publish. Written again it is
// the same rows.
func Write(ctx context.Context, conn driver.Conn, e edition.Edition, c edition.Content) error {
	k := key{e.Number, e.Run}
	if err := insert(ctx, conn, "edition_index", UnitColumns, c.Units, func(u edition.Unit) any {
		return &struct {
			key
			edition.Unit
		}{k, u}
	}); err != nil {
		return err
	}
	if err := insert(ctx, conn, "edition_talks", talkColumns, c.Talks, func(t edition.Talk) any {
		return &struct {
			key
			edition.Talk
		}{k, t}
	}); err != nil {
		return err
	}
	if err := insert(ctx, conn, "edition_grades", gradeColumns, c.Grades, func(g edition.Grade) any {
		return &struct {
			key
			edition.Grade
		}{k, g}
	}); err != nil {
		return err
	}
	return insert(ctx, conn, "edition_rates", rateColumns, c.Rates, func(r edition.Rate) any {
		return &struct {
			key
			edition.Rate
		}{k, r}
	})
}

// Publish writes the row that makes an edition one; what Write wrote must be complete.
func Publish(ctx context.Context, conn driver.Conn, e edition.Edition) error {
	batch, err := conn.PrepareBatch(ctx, "INSERT INTO editions (number, form, month, as_of, run, policy_version, published_at, digest)")
	if err == nil {
		err = batch.Append(e.Number, e.Form, e.Month.First().Time(), e.AsOf.Time(), e.Run, e.Policy, e.PublishedAt, e.Digest)
	}
	if err == nil {
		err = batch.Send()
	}
	if err != nil {
		return fmt.Errorf("publishing edition %d: %w", e.Number, err)
	}
	return nil
}

func insert[T any](ctx context.Context, conn driver.Conn, table, columns string, all []T, row func(T) any) error {
	if len(all) == 0 {
		return nil
	}
	batch, err := conn.PrepareBatch(ctx, "INSERT INTO "+table+" (edition, run,"+columns+")")
	if err != nil {
		return fmt.Errorf("writing %s: %w", table, err)
	}
	for _, one := range all {
		if err := batch.AppendStruct(row(one)); err != nil {
			return fmt.Errorf("writing %s: %w", table, err)
		}
	}
	if err := batch.Send(); err != nil {
		return fmt.Errorf("writing %s: %w", table, err)
	}
	return nil
}
