package console

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
	requests        *prometheus.HistogramVec
	refreshSeconds  prometheus.Histogram
	refreshFailures prometheus.Counter
}

// newMetrics registers the console's metrics. Routes are patterns, not paths, so series stay bounded.
func newMetrics(r prometheus.Registerer, c *Console) (*metrics, error) {
	m := &metrics{
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "anxin_console_request_seconds",
			Help:    "Time to answer a request, by route pattern and status class.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 5},
		}, []string{"route", "status"}),
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
		v := c.view.Load()
		if v == nil {
			return 0
		}
		return max(0, c.now().Sub(v.Run.Finished).Seconds())
	})
	for _, collector := range []prometheus.Collector{m.requests, m.refreshSeconds, m.refreshFailures, age} {
		if err := r.Register(collector); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (m *metrics) observe(route string, status int, took time.Duration) {
	if route == "" {
		route = "none"
	}
	class := [...]string{"1xx", "2xx", "3xx", "4xx", "5xx"}[min(max(status/100, 1), 5)-1]
	m.requests.WithLabelValues(route, class).Observe(took.Seconds())
}
