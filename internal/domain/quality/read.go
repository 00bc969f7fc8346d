package quality

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/internal/domain/civil"
)

type name struct{ topic, source string }

// Read returns every feed there ever was, by topic and source, with the window that ends on today.
func Read(ctx context.Context, conn driver.Conn, today civil.Date) ([]*Feed, error) {
	r := reader{
		conn:  conn,
		feeds: map[name]*Feed{},
		ctx: clickhouse.Context(ctx, clickhouse.WithParameters(clickhouse.Parameters{
			"from": today.AddDays(1 - Window).String(),
			"to":   today.String(),
		})),
	}
	for _, read := range []func() error{r.stored, r.lateness, r.marks} {
		if err := read(); err != nil {
			return nil, fmt.Errorf("reading the quality of the data: %w", err)
		}
	}
	return r.done(), nil
}

type reader struct {
	conn  driver.Conn
	ctx   context.Context
	feeds map[name]*Feed
}

func (r *reader) feed(n name) *Feed {
	f := r.feeds[n]
	if f == nil {
		f = &Feed{Topic: n.topic, Source: n.source}
		r.feeds[n] = f
	}
	return f
}

func (r *reader) stored() error {
	var rows []struct {
		Topic  string    `ch:"topic"`
		Source string    `ch:"source"`
		Total  uint64    `ch:"total"`
		Recent uint64    `ch:"recent"`
		Latest time.Time `ch:"latest"`
	}
	if err := r.conn.Select(r.ctx, &rows, `
WITH sets AS
(
    SELECT
        topic,
        source,
        day,
        groupBitmapMerge(messages) AS n,
        max(latest_record) AS latest_of_set
    FROM feed_quality
    WHERE mark = 'stored'
    GROUP BY topic, source, day, partition
)
SELECT
    topic,
    source,
    sum(n) AS total,
    sumIf(n, day BETWEEN {from:Date} AND {to:Date}) AS recent,
    max(latest_of_set) AS latest
FROM sets
GROUP BY topic, source`); err != nil {
		return err
	}
	for _, row := range rows {
		f := r.feed(name{row.Topic, row.Source})
		f.Total, f.Stored, f.Latest = row.Total, row.Recent, row.Latest.UTC()
	}
	return nil
}

// lateness reads how many messages were stored at most so late, for every bound: the union of all sets up to it.
func (r *reader) lateness() error {
	var rows []struct {
		Topic  string `ch:"topic"`
		Source string `ch:"source"`
		Bound  uint32 `ch:"bound"`
		N      uint64 `ch:"within"`
	}
	list := strings.Trim(strings.ReplaceAll(fmt.Sprint(bounds()), " ", ", "), "[]")
	if err := r.conn.Select(r.ctx, &rows, `
WITH sets AS
(
    SELECT
        topic,
        source,
        bound,
        groupBitmapMerge(messages) AS n
    FROM feed_quality
    ARRAY JOIN CAST([`+list+`], 'Array(UInt32)') AS bound
    WHERE mark = 'stored'
        AND day BETWEEN {from:Date} AND {to:Date}
        AND late_s <= bound
    GROUP BY topic, source, day, partition, bound
)
SELECT
    topic,
    source,
    bound,
    sum(n) AS within
FROM sets
GROUP BY topic, source, bound
ORDER BY bound`); err != nil {
		return err
	}
	for _, row := range rows {
		f := r.feed(name{row.Topic, row.Source})
		f.Within = append(f.Within, Count{By: row.Bound, N: row.N})
	}
	return nil
}

// marks reads the rejects and the unknown fields.
func (r *reader) marks() error {
	var rows []struct {
		Topic  string `ch:"topic"`
		Source string `ch:"source"`
		Mark   string `ch:"mark"`
		Detail string `ch:"detail"`
		N      uint64 `ch:"total"`
	}
	if err := r.conn.Select(r.ctx, &rows, `
WITH sets AS
(
    SELECT
        mark,
        topic,
        source,
        detail,
        groupBitmapMerge(messages) AS n
    FROM feed_quality
    WHERE mark IN ('rejected', 'unknown_field')
        AND day BETWEEN {from:Date} AND {to:Date}
    GROUP BY mark, topic, source, day, detail, partition
)
SELECT
    mark,
    topic,
    source,
    detail,
    sum(n) AS total
FROM sets
GROUP BY mark, topic, source, detail
ORDER BY total DESC, detail`); err != nil {
		return err
	}
	for _, row := range rows {
		f := r.feed(name{row.Topic, row.Source})
		if row.Mark == Rejected {
			f.Rejects = append(f.Rejects, Count{Of: row.Detail, N: row.N})
		} else {
			f.Unknown = append(f.Unknown, Count{Of: row.Detail, N: row.N})
		}
	}
	return nil
}

// done adds what follows from all feeds together, and sorts them.
func (r *reader) done() []*Feed {
	topics := map[string]uint64{}
	var all []*Feed
	for _, f := range r.feeds {
		f.Messages = f.Stored + f.Rejected()
		topics[f.Topic] += f.Messages
		all = append(all, f)
	}
	for _, f := range all {
		if f.Source == "" {
			f.Messages = topics[f.Topic]
		}
	}
	slices.SortFunc(all, func(a, b *Feed) int {
		return cmp.Or(strings.Compare(a.Topic, b.Topic), strings.Compare(a.Source, b.Source))
	})
	return all
}
