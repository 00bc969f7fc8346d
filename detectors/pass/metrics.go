package pass

import "github.com/prometheus/client_golang/prometheus"

// metrics of passes; those of what they found are published by alerts, from the tables.
type metrics struct {
	seconds *prometheus.GaugeVec
	rows    *prometheus.GaugeVec
	// pruneFailures count passes that could not remove earlier runs
	pruneFailures prometheus.Counter
}

func newMetrics(r prometheus.Registerer) *metrics {
	m := &metrics{
		seconds: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "anxin_detector_duration_seconds", Help: "Time that a detector took in the last pass.",
		}, []string{"detector"}),
		rows: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "anxin_detector_warnings", Help: "Warnings that a detector found in the last pass.",
		}, []string{"detector"}),
		pruneFailures: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "anxin_detector_prune_failures_total", Help: "Passes after which runs that later ones have replaced, or old snapshots, could not be removed.",
		}),
	}
	if r != nil {
		r.MustRegister(m.seconds, m.rows, m.pruneFailures)
	}
	return m
}
