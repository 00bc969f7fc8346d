package alerts

import (
	"context"
	"strconv"
	"sync/atomic"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/anxin-project/anxin/internal/platform/editionstore"
)

// editions publishes the townships' index in the last editions, so that a rule can see it fall from one to the next. They
// stay as they are until a newer edition: the series change with it as a whole.
type editions struct {
	conn    driver.Conn
	current atomic.Pointer[editionSeries]
}

type editionSeries struct {
	newest uint32 // number of the newest edition; 0 before the first
	series []prometheus.Metric
}

// editionsBack is how many editions the series reach back: two changes.
const editionsBack = 3

var (
	editionDesc = desc("anxin_edition_number",
		"Number of the newest published edition of the index; 0 before the first.")
	editionIndexDesc = desc("anxin_edition_index",
		"Index of a township in the last editions, 0 to 100; back is 0 for the newest edition, 1 for the one before, 2 for the one before that, as far as they follow the same form of the index.",
		"township", "county", "back")
)

func newEditions(conn driver.Conn) *editions {
	e := &editions{conn: conn}
	e.current.Store(&editionSeries{})
	return e
}

// Describe implements prometheus.Collector.
func (e *editions) Describe(ch chan<- *prometheus.Desc) {
	ch <- editionDesc
	ch <- editionIndexDesc
}

// Collect implements prometheus.Collector. It reads only memory.
func (e *editions) Collect(ch chan<- prometheus.Metric) {
	now := e.current.Load()
	ch <- prometheus.MustNewConstMetric(editionDesc, prometheus.GaugeValue, float64(now.newest))
	for _, m := range now.series {
		ch <- m
	}
}

// refresh looks for a newer edition. One at a time.
func (e *editions) refresh(ctx context.Context) error {
	all, err := editionstore.List(ctx, e.conn)
	if err != nil || len(all) == 0 || all[len(all)-1].Number == e.current.Load().newest {
		return err
	}
	newest := all[len(all)-1]
	next := &editionSeries{newest: newest.Number}
	for back := range min(editionsBack, len(all)) {
		if all[len(all)-1-back].Form != newest.Form { // another form measures differently: nothing has fallen
			break
		}
		units, err := editionstore.Units(ctx, e.conn, all[len(all)-1-back])
		if err != nil {
			return err
		}
		for _, u := range units {
			if u.Unit == "township" && u.Index != nil {
				next.series = append(next.series, prometheus.MustNewConstMetric(editionIndexDesc, prometheus.GaugeValue, *u.Index, u.Code, u.County, strconv.Itoa(back)))
			}
		}
	}
	e.current.Store(next)
	return nil
}
