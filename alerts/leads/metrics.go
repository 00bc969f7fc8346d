package leads

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/anxin-project/anxin/alerts/eventlog"
	"github.com/anxin-project/anxin/internal/domain/leadfile"
)

// metrics of leads. What is counted by status and what waits for the broker is counted when it is scraped, from memory.
type metrics struct {
	log    eventlog.Counters
	failed prometheus.Counter
}

func newMetrics(r prometheus.Registerer, s *Store) *metrics {
	m := &metrics{
		log: eventlog.Counters{
			Conflicts: prometheus.NewCounter(prometheus.CounterOpts{
				Name: "anxin_lead_append_conflicts_total",
				Help: "Appends to the log of leads that another process was faster with; they were judged and tried again.",
			}),
			Forks: prometheus.NewCounter(prometheus.CounterOpts{
				Name: "anxin_lead_log_forks_total",
				Help: "Sequence numbers of the log of leads found with events of two writers.",
			}),
			Events: prometheus.NewCounterVec(prometheus.CounterOpts{
				Name: "anxin_lead_events_total",
				Help: "Events appended to the log of leads by kind.",
			}, []string{"kind"}),
		},
		failed: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "anxin_lead_send_failures_total",
			Help: "Records of leads that the broker did not confirm in time; they are sent again.",
		}),
	}
	if r != nil {
		r.MustRegister(m.log.Conflicts, m.log.Forks, m.log.Events, m.failed, counts{s})
	}
	return m
}

type counts struct{ store *Store }

var (
	leadsDesc  = prometheus.NewDesc("anxin_leads", "Leads taken in here, by status.", []string{"status"}, nil)
	unsentDesc = prometheus.NewDesc("anxin_leads_unsent", "Leads whose last record no broker has confirmed yet, as far as this process knows.", nil, nil)
)

func (c counts) Describe(ch chan<- *prometheus.Desc) { ch <- leadsDesc; ch <- unsentDesc }

func (c counts) Collect(ch chan<- prometheus.Metric) {
	by := map[leadfile.Status]int{}
	c.store.mu.RLock()
	for _, one := range c.store.states {
		by[one.lead.Status]++
	}
	c.store.mu.RUnlock()
	for _, status := range leadfile.Statuses {
		ch <- prometheus.MustNewConstMetric(leadsDesc, prometheus.GaugeValue, float64(by[status]), string(status))
	}
	ch <- prometheus.MustNewConstMetric(unsentDesc, prometheus.GaugeValue, float64(c.store.Unsent()))
}
