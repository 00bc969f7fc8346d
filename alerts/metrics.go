package alerts

import "github.com/prometheus/client_golang/prometheus"

// metrics are the component's own; the findings are a collector of their own (findings.go), the cases too (cases/).
type metrics struct {
	refreshFailures prometheus.Counter
	refreshDuration prometheus.Histogram
	requests        *prometheus.CounterVec
	alerts          *prometheus.CounterVec
}

// The outcomes of a request to the webhook.
const (
	stored       = "stored"       // taken into cases, or known already, or for nobody's case
	truncated    = "truncated"    // stored, but Alertmanager had left alerts out
	malformed    = "bad_request"  // 400
	unauthorized = "unauthorized" // 401
	wrongMethod  = "bad_method"   // 405
	tooLarge     = "too_large"    // 413
	unavailable  = "unavailable"  // 503: the log could not be written; Alertmanager tries again
)

func newMetrics(r prometheus.Registerer) *metrics {
	m := &metrics{
		refreshFailures: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "anxin_findings_refresh_failures_total",
			Help: "Refreshes of the findings that failed.",
		}),
		refreshDuration: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "anxin_findings_refresh_duration_seconds",
			Help:    "Time of one refresh of the findings that found a new run.",
			Buckets: prometheus.ExponentialBuckets(0.005, 4, 8),
		}),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "anxin_webhook_requests_total",
			Help: "Requests to the alert webhook by outcome.",
		}, []string{"outcome"}),
		alerts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "anxin_webhook_alerts_total",
			Help: "Alerts in stored notifications: new to their case, known to it, of no case (pipeline and township alerts), or refused because they could not be read.",
		}, []string{"outcome"}),
	}
	for _, outcome := range []string{stored, truncated, malformed, unauthorized, wrongMethod, tooLarge, unavailable} {
		m.requests.WithLabelValues(outcome)
	}
	for _, outcome := range []string{"new", "known", "no_case", "refused"} {
		m.alerts.WithLabelValues(outcome)
	}
	if r != nil {
		r.MustRegister(m.refreshFailures, m.refreshDuration, m.requests, m.alerts)
	}
	return m
}
