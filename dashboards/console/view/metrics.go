package view

import "github.com/prometheus/client_golang/prometheus"

type viewMetrics struct {
	refreshSeconds  prometheus.Histogram
	refreshFailures prometheus.Counter
}

// newViewMetrics registers the metrics of the run in memory.
func newViewMetrics(r prometheus.Registerer, k *Keeper) (*viewMetrics, error) {
	m := &viewMetrics{
		refreshSeconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "anxin_console_refresh_seconds",
			Help:    "Time to read a newer run into memory.",
			Buckets: []float64{.05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}),
		refreshFailures: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "anxin_console_refresh_failures_total",
			Help: "Polls for a newer run that failed; the pages go on showing the run they have.",
		}),
	}
	age := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "anxin_console_view_age_seconds",
		Help: "Seconds since the run that the pages show was finished; 0 before the first run.",
	}, func() float64 {
		v := k.latest.Load()
		if v == nil {
			return 0
		}
		return max(0, k.now().Sub(v.Run.Finished).Seconds())
	})
	for _, collector := range []prometheus.Collector{m.refreshSeconds, m.refreshFailures, age} {
		if err := r.Register(collector); err != nil {
			return nil, err
		}
	}
	return m, nil
}
