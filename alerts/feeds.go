package alerts

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/quality"
)

// feeds publishes how good the data is that each source sends. It is read from the store: a restart of ingest forgets
// nothing, and a feed that fell silent before it is still silent after it.
type feeds struct {
	conn    driver.Conn
	clock   func() time.Time
	current atomic.Pointer[publishedFeeds]
}

type publishedFeeds struct {
	at      time.Time
	series  []prometheus.Metric
	dropped int
}

const (
	feedsInterval = time.Minute // between readings: feeds are judged by days
	maxFeeds      = 500         // published, those with faults and those heard last: who may send is not known beforehand
)

var (
	feedLatestDesc = desc("anxin_feed_latest_record_timestamp_seconds",
		"Highest recorded_at of the valid records that a source has sent on a topic.", "topic", "source")
	feedRejectedDesc = desc("anxin_feed_rejected_ratio",
		"Share of a source's messages of the last 7 days that were refused, 0 to 1. Where the source cannot be told it is empty, and the share is of the whole topic.", "topic", "source")
	feedLatenessDesc = desc("anxin_feed_lateness_seconds",
		"How late a source's records of the last 7 days were stored: the bound that so many do not exceed, +Inf beyond 90 days.", "topic", "source", "quantile")
	feedFaultDesc = desc("anxin_feed_fault",
		"1 for each fault of a source on a topic: silent, rejects or late, as the data-quality page judges them.", "topic", "source", "fault")
	feedDroppedDesc = desc("anxin_feeds_dropped",
		"Sources on topics that are left out of the anxin_feed metrics because there are too many.")
)

func newFeeds(d Dependencies) *feeds {
	f := &feeds{conn: d.Conn, clock: d.Clock}
	f.current.Store(&publishedFeeds{})
	return f
}

// Describe implements prometheus.Collector.
func (f *feeds) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{feedLatestDesc, feedRejectedDesc, feedLatenessDesc, feedFaultDesc, feedDroppedDesc} {
		ch <- d
	}
}

// Collect implements prometheus.Collector; it reads only memory.
func (f *feeds) Collect(ch chan<- prometheus.Metric) {
	now := f.current.Load()
	for _, m := range now.series {
		ch <- m
	}
	ch <- prometheus.MustNewConstMetric(feedDroppedDesc, prometheus.GaugeValue, float64(now.dropped))
}

// refresh reads the feeds again if that was not done just now. One at a time.
func (f *feeds) refresh(ctx context.Context) error {
	now := f.clock()
	if age := now.Sub(f.current.Load().at); age >= 0 && age < feedsInterval {
		return nil
	}
	all, err := quality.Read(ctx, f.conn, civil.DateOf(now))
	if err != nil {
		return err
	}
	f.current.Store(publishFeeds(all, now))
	return nil
}

func publishFeeds(all []*quality.Feed, now time.Time) *publishedFeeds {
	p := &publishedFeeds{at: now}
	if len(all) > maxFeeds {
		slices.SortStableFunc(all, func(a, b *quality.Feed) int {
			return cmp.Or(cmp.Compare(len(b.Judge(now)), len(a.Judge(now))), b.Latest.Compare(a.Latest))
		})
		p.dropped = len(all) - maxFeeds
		all = all[:maxFeeds]
	}
	for _, f := range all {
		source := strings.ToValidUTF8(f.Source, "�") // a label must be UTF-8, or the whole scrape fails
		add := func(d *prometheus.Desc, v float64, labels ...string) {
			p.series = append(p.series, prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, append([]string{f.Topic, source}, labels...)...))
		}
		if !f.Latest.IsZero() {
			add(feedLatestDesc, seconds(f.Latest))
		}
		if f.Messages > 0 {
			add(feedRejectedDesc, f.RejectedShare())
		}
		for _, q := range []struct {
			share float64
			label string
		}{{0.5, "0.5"}, {0.95, "0.95"}} {
			switch bound, ok := f.Lateness(q.share); {
			case ok && bound == quality.Beyond:
				add(feedLatenessDesc, math.Inf(1), q.label)
			case ok:
				add(feedLatenessDesc, float64(bound), q.label)
			}
		}
		for _, fault := range f.Judge(now) {
			if fault != quality.GoneAway {
				add(feedFaultDesc, 1, string(fault))
			}
		}
	}
	return p
}
