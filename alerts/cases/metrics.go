package cases

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/anxin-project/anxin/internal/domain/casefile"
)

// metrics of casework. cases counts when it is scraped, from memory.
type metrics struct {
	conflicts prometheus.Counter
	forks     prometheus.Counter
	events    *prometheus.CounterVec
}

func newMetrics(r prometheus.Registerer, s *Store) *metrics {
	m := &metrics{
		conflicts: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "anxin_case_append_conflicts_total",
			Help: "Appends refused because the case had events the writer had not seen.",
		}),
		forks: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "anxin_case_log_forks_total",
			Help: "Sequence numbers of the case log found with events of two writers: two processes took themselves for the leader.",
		}),
		events: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "anxin_case_events_total",
			Help: "Events appended to the case log by kind.",
		}, []string{"kind"}),
	}
	if r != nil {
		r.MustRegister(m.conflicts, m.forks, m.events, counts{s})
	}
	return m
}

type counts struct{ store *Store }

var casesDesc = prometheus.NewDesc("anxin_cases",
	"Cases by stage, department and condition: active while an alert fires, cleared when none does.",
	[]string{"stage", "department", "condition"}, nil)

func (c counts) Describe(ch chan<- *prometheus.Desc) { ch <- casesDesc }

func (c counts) Collect(ch chan<- prometheus.Metric) {
	type key struct {
		stage      casefile.Stage
		department casefile.Department
		condition  string
	}
	by := map[key]int{}
	for _, d := range casefile.Departments {
		by[key{casefile.Open, d, "active"}], by[key{casefile.Open, d, "cleared"}] = 0, 0
	}
	for _, one := range c.store.sorted() {
		k := key{one.Stage, one.Department, "active"}
		if one.Cleared {
			k.condition = "cleared"
		}
		by[k]++
	}
	for k, n := range by {
		ch <- prometheus.MustNewConstMetric(casesDesc, prometheus.GaugeValue, float64(n), string(k.stage), string(k.department), k.condition)
	}
}
