package rules

import "github.com/prometheus/client_golang/prometheus"

type metrics struct {
	duration prometheus.Histogram
	failures prometheus.Counter
	alerts   *prometheus.GaugeVec
	posts    *prometheus.CounterVec
	series   prometheus.Gauge
}

func newMetrics(r prometheus.Registerer) *metrics {
	m := &metrics{
		duration: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "anxin_rules_evaluation_duration_seconds",
			Help:    "Time of one evaluation of all rules by the embedded evaluator, scrape included.",
			Buckets: prometheus.ExponentialBuckets(0.001, 4, 8),
		}),
		failures: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "anxin_rules_evaluation_failures_total",
			Help: "Rules that could not be evaluated, and scrapes that failed.",
		}),
		alerts: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "anxin_rules_alerts",
			Help: "Alerts of the embedded evaluator by state: pending or firing.",
		}, []string{"state"}),
		posts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "anxin_rules_notifications_total",
			Help: "Posts to the webhook by outcome: sent, refused (400, 413 or 422: not tried again before the repeat interval) or failed (tried again).",
		}, []string{"outcome"}),
		series: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "anxin_rules_window_series",
			Help: "Series whose recent samples the embedded evaluator keeps.",
		}),
	}
	for _, outcome := range []string{"sent", "refused", "failed"} {
		m.posts.WithLabelValues(outcome)
	}
	if r != nil {
		r.MustRegister(m.duration, m.failures, m.alerts, m.posts, m.series)
	}
	return m
}
