package alerts

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/anxin-project/anxin/alerts/blacklist"
	"github.com/anxin-project/anxin/alerts/cases"
	"github.com/anxin-project/anxin/alerts/leads"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// deadlines counts, when it is scraped, what is about to be late or is late, over cases, leads and the joint-discipline
// list. Series are bounded by the counties with such deadlines, times the twelve kinds and two states.
type deadlines struct {
	cases     *cases.Store
	blacklist *blacklist.Store
	leads     *leads.Store
	clock     func() time.Time
}

var (
	deadlinesDesc = desc("anxin_deadlines",
		"Deadlines of cases, of leads taken in here and of the joint-discipline list that are near or have passed without the thing being done.", "kind", "county", "state")
	deadlineInfoDesc = desc("anxin_deadline_info",
		"1 for each kind of deadline, with its titles.", "kind", "title_zh", "title_en")
	unknownDesc = desc("anxin_case_deadlines_unknown",
		"Cases, leads and entries of the joint-discipline list with a deadline, perhaps within a month, that cannot be counted because the calendar lacks the year's holiday notice.")
)

// Describe implements prometheus.Collector.
func (d deadlines) Describe(ch chan<- *prometheus.Desc) {
	for _, one := range []*prometheus.Desc{deadlinesDesc, deadlineInfoDesc, unknownDesc} {
		ch <- one
	}
}

// Collect implements prometheus.Collector.
func (d deadlines) Collect(ch chan<- prometheus.Metric) {
	type key struct {
		kind   casefile.DeadlineKind
		county string
		state  casefile.DeadlineState
	}
	by := map[key]int{}
	unknown, today := 0, civil.DateOf(d.clock())
	count := func(all []casefile.Deadline, county string) {
		lacks := false
		for _, one := range all {
			switch {
			case one.State == casefile.Near || one.State == casefile.Passed:
				by[key{one.Kind, county, one.State}]++
			case one.Pressing(today):
				lacks = true
			}
		}
		if lacks {
			unknown++
		}
	}
	for _, c := range d.cases.Known() {
		if !c.Stage.Ended() {
			count(c.Deadlines, c.Territory[:min(6, len(c.Territory))])
		}
	}
	for _, l := range d.leads.Known() {
		if !l.Status.Ended() {
			count(l.Deadlines, l.Territory[:min(6, len(l.Territory))])
		}
	}
	for _, e := range d.blacklist.List(blacklist.Filter{}) {
		if !e.Stage.Ended() {
			count(e.Deadlines, e.County)
		}
	}
	for k, n := range by {
		ch <- prometheus.MustNewConstMetric(deadlinesDesc, prometheus.GaugeValue, float64(n), string(k.kind), k.county, string(k.state))
	}
	for _, kind := range casefile.DeadlineKinds {
		ch <- prometheus.MustNewConstMetric(deadlineInfoDesc, prometheus.GaugeValue, 1, string(kind), kind.Title().ZH, kind.Title().EN)
	}
	ch <- prometheus.MustNewConstMetric(unknownDesc, prometheus.GaugeValue, float64(unknown))
}
