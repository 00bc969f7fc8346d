package schedule

import "github.com/prometheus/client_golang/prometheus"

// metrics of the runs.
type metrics struct {
	passes      *prometheus.CounterVec
	passSeconds *prometheus.HistogramVec
	leading     *prometheus.GaugeVec // without labels; absent where nothing runs by the schedule
	complete    *prometheus.GaugeVec
	failing     *prometheus.GaugeVec
}

func newMetrics(r prometheus.Registerer) *metrics {
	m := &metrics{
		passes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "anxin_detector_passes_total", Help: "Attempts at runs of the detectors, by kind (fast, nightly, daily, monthly, manual) and outcome (done, failed, interrupted).",
		}, []string{"kind", "outcome"}),
		passSeconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "anxin_detector_pass_duration_seconds", Help: "Time that a whole run took, by kind.",
			Buckets: []float64{0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600},
		}, []string{"kind"}),
		leading: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "anxin_detector_leading", Help: "1 while this process makes the runs, 0 while it stands by.",
		}, nil),
		complete: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "anxin_detector_runs_complete_timestamp_seconds",
			Help: "When the leader last found every run of a kind made whose turn had come, or came to lead; absent where another process leads.",
		}, []string{"kind"}),
		failing: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "anxin_detector_failed_attempts", Help: "How often in a row runs of a kind have failed; absent where another process leads.",
		}, []string{"kind"}),
	}
	if r != nil {
		r.MustRegister(m.passes, m.passSeconds, m.leading, m.complete, m.failing)
	}
	return m
}

// forgetSchedule withdraws what only the leader tells.
func (m *metrics) forgetSchedule() {
	m.complete.Reset()
	m.failing.Reset()
}
