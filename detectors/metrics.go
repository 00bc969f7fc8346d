package detectors

import "github.com/prometheus/client_golang/prometheus"

// metrics of the component; those of what it found are published by alerts, from the tables.
type metrics struct {
	passes      *prometheus.CounterVec
	passSeconds prometheus.Histogram
	seconds     *prometheus.GaugeVec
	rows        *prometheus.GaugeVec
	lastSuccess prometheus.Gauge
}

func newMetrics(r prometheus.Registerer) *metrics {
	m := &metrics{
		passes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "anxin_detector_passes_total", Help: "Passes of the detectors by outcome (done, failed).",
		}, []string{"outcome"}),
		passSeconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "anxin_detector_pass_duration_seconds", Help: "Time that a whole pass took.",
			Buckets: []float64{0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600},
		}),
		seconds: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "anxin_detector_duration_seconds", Help: "Time that a detector took in the last pass.",
		}, []string{"detector"}),
		rows: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "anxin_detector_warnings", Help: "Warnings that a detector found in the last pass.",
		}, []string{"detector"}),
		lastSuccess: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "anxin_detector_pass_last_success_timestamp_seconds", Help: "When this process last completed a pass.",
		}),
	}
	if r != nil {
		r.MustRegister(m.passes, m.passSeconds, m.seconds, m.rows, m.lastSuccess)
	}
	return m
}
