package pass

import "github.com/prometheus/client_golang/prometheus"

// metrics of passes; those of what they found are published by alerts, from the tables.
type metrics struct {
	seconds *prometheus.GaugeVec
	rows    *prometheus.GaugeVec
}

func newMetrics(r prometheus.Registerer) *metrics {
	m := &metrics{
		seconds: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "anxin_detector_duration_seconds", Help: "Time that a detector took in the last pass.",
		}, []string{"detector"}),
		rows: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "anxin_detector_warnings", Help: "Warnings that a detector found in the last pass.",
		}, []string{"detector"}),
	}
	if r != nil {
		r.MustRegister(m.seconds, m.rows)
	}
	return m
}
