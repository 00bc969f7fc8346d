package blacklist

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/anxin-project/anxin/alerts/eventlog"
	"github.com/anxin-project/anxin/internal/domain/casefile"
)

func newCounters(r prometheus.Registerer, s *Store) eventlog.Counters {
	c := eventlog.Counters{
		Conflicts: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "anxin_blacklist_append_conflicts_total",
			Help: "Appends refused because the entry had events the writer had not seen.",
		}),
		Forks: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "anxin_blacklist_log_forks_total",
			Help: "Sequence numbers of the list's log found with events of two writers: two processes took themselves for the leader.",
		}),
		Events: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "anxin_blacklist_events_total",
			Help: "Events appended to the list's log by kind.",
		}, []string{"kind"}),
	}
	if r != nil {
		r.MustRegister(c.Conflicts, c.Forks, c.Events, counts{s})
	}
	return c
}

// counts are counted when they are scraped, from memory.
type counts struct{ store *Store }

var (
	entriesDesc = prometheus.NewDesc("anxin_blacklist_entries",
		"Entries of the joint-discipline list by stage.", []string{"stage"}, nil)
	sightingsDesc = prometheus.NewDesc("anxin_blacklist_new_projects",
		"Projects newer than the decision on which a listed employer appears as contractor or developer.", []string{"employer", "county"}, nil)
)

func (c counts) Describe(ch chan<- *prometheus.Desc) {
	ch <- entriesDesc
	ch <- sightingsDesc
}

// Collect implements prometheus.Collector. An employer is on the list once at most, so its label is unique.
func (c counts) Collect(ch chan<- prometheus.Metric) {
	by := map[casefile.EntryStage]int{}
	for _, e := range c.store.all(c.store.today()) {
		by[e.Stage]++
		if e.Stage.OnList() && len(e.NewProjects) > 0 {
			ch <- prometheus.MustNewConstMetric(sightingsDesc, prometheus.GaugeValue, float64(len(e.NewProjects)), e.Employer, e.County)
		}
	}
	for _, stage := range casefile.EntryStages {
		ch <- prometheus.MustNewConstMetric(entriesDesc, prometheus.GaugeValue, float64(by[stage]), string(stage))
	}
}
