package rules

import (
	"context"
	"math"
	"slices"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/tsdb/chunks"
	"github.com/prometheus/prometheus/util/annotations"
)

// window holds the recent samples of the metrics that rules select. It is a storage.Queryable for the PromQL engine.
// It has no lock: the evaluator uses it from one goroutine at a time.
type window struct {
	keep   map[string]time.Duration // by metric; "" is for every other metric
	series map[string]map[string]*series
	count  int
	buffer []byte
}

// series is one time series; its samples ascend in time.
type series struct {
	labels  labels.Labels
	samples []sample
	scrape  int64 // time of the last scrape or rule that had it, in ms
}

// sample is one float value; it implements chunks.Sample.
type sample struct {
	t int64
	v float64
}

func newWindow(keep map[string]time.Duration) *window {
	return &window{keep: keep, series: map[string]map[string]*series{}}
}

func (w *window) kept(metric string) time.Duration { return max(w.keep[metric], w.keep[""]) }

// scrape adds the values of the families as at t and ends, with a stale marker as Prometheus does, every series that
// is not among them, so that a warning that is gone stops firing at once and not after the lookback.
func (w *window) scrape(families []*dto.MetricFamily, t int64) {
	for _, f := range families {
		w.family(f, t)
	}
}

// finish ends what was not seen at t, and forgets what no rule can reach any more.
func (w *window) finish(t int64) {
	w.count = 0
	for metric, all := range w.series {
		oldest := t - w.kept(metric).Milliseconds()
		for key, s := range all {
			last := len(s.samples) - 1
			if s.scrape != t && !value.IsStaleNaN(s.samples[last].v) {
				s.add(t, math.Float64frombits(value.StaleNaN))
			}
			if i := slices.IndexFunc(s.samples, func(p sample) bool { return p.t >= oldest }); i > 0 {
				s.samples = append(s.samples[:0], s.samples[i:]...)
			} else if i < 0 {
				delete(all, key)
				continue
			}
			if len(s.samples) == 1 && value.IsStaleNaN(s.samples[0].v) {
				delete(all, key)
			}
		}
		if len(all) == 0 {
			delete(w.series, metric)
		}
		w.count += len(all)
	}
}

// put adds one value as at t, when some rule selects the metric.
func (w *window) put(l labels.Labels, v float64, t int64) {
	metric := l.Get(model.MetricNameLabel)
	all := w.series[metric]
	if all == nil {
		if w.kept(metric) == 0 {
			return
		}
		all = map[string]*series{}
		w.series[metric] = all
	}
	w.buffer = l.Bytes(w.buffer)
	s := all[string(w.buffer)]
	if s == nil {
		s = &series{labels: l}
		all[string(w.buffer)] = s
	}
	s.scrape = t
	s.add(t, v)
}

func (s *series) add(t int64, v float64) {
	if n := len(s.samples); n > 0 && s.samples[n-1].t >= t {
		s.samples[n-1].v = v
		return
	}
	s.samples = append(s.samples, sample{t, v})
}

// family adds a metric family as Prometheus's text format would tell it.
func (w *window) family(f *dto.MetricFamily, t int64) {
	name := f.GetName()
	builder := labels.NewScratchBuilder(8)
	put := func(m *dto.Metric, suffix, extraName, extraValue string, v float64) {
		if w.kept(name+suffix) == 0 {
			return
		}
		builder.Reset()
		builder.Add(model.MetricNameLabel, name+suffix)
		for _, p := range m.GetLabel() {
			if p.GetValue() != "" { // an empty label is no label
				builder.Add(p.GetName(), p.GetValue())
			}
		}
		if extraName != "" {
			builder.Add(extraName, extraValue)
		}
		builder.Sort()
		w.put(builder.Labels(), v, t)
	}
	for _, m := range f.GetMetric() {
		switch {
		case m.Counter != nil:
			put(m, "", "", "", m.Counter.GetValue())
		case m.Gauge != nil:
			put(m, "", "", "", m.Gauge.GetValue())
		case m.Untyped != nil:
			put(m, "", "", "", m.Untyped.GetValue())
		case m.Summary != nil:
			put(m, "_sum", "", "", m.Summary.GetSampleSum())
			put(m, "_count", "", "", float64(m.Summary.GetSampleCount()))
			for _, q := range m.Summary.GetQuantile() {
				put(m, "", model.QuantileLabel, formatFloat(q.GetQuantile()), q.GetValue())
			}
		case m.Histogram != nil:
			put(m, "_sum", "", "", m.Histogram.GetSampleSum())
			put(m, "_count", "", "", float64(m.Histogram.GetSampleCount()))
			infinite := false
			for _, b := range m.Histogram.GetBucket() {
				put(m, "_bucket", model.BucketLabel, formatFloat(b.GetUpperBound()), float64(b.GetCumulativeCount()))
				infinite = infinite || math.IsInf(b.GetUpperBound(), 1)
			}
			if !infinite {
				put(m, "_bucket", model.BucketLabel, "+Inf", float64(m.Histogram.GetSampleCount()))
			}
		}
	}
}

func formatFloat(v float64) string { return model.SampleValue(v).String() }

// Querier implements storage.Queryable.
func (w *window) Querier(mint, maxt int64) (storage.Querier, error) { return querier{w}, nil }

type querier struct{ window *window }

func (q querier) Select(_ context.Context, _ bool, _ *storage.SelectHints, matchers ...*labels.Matcher) storage.SeriesSet {
	set := &seriesSet{}
	pick := func(all map[string]*series) {
	next:
		for _, s := range all {
			for _, m := range matchers {
				if !m.Matches(s.labels.Get(m.Name)) {
					continue next
				}
			}
			set.all = append(set.all, s)
		}
	}
	named := false
	for _, m := range matchers {
		if m.Name == model.MetricNameLabel && m.Type == labels.MatchEqual {
			named = true
			pick(q.window.series[m.Value])
			break
		}
	}
	if !named {
		for _, all := range q.window.series {
			pick(all)
		}
	}
	// Always in order: equal samples must give equal results, whatever the order of a map.
	slices.SortFunc(set.all, func(a, b *series) int { return labels.Compare(a.labels, b.labels) })
	return set
}

// LabelValues and LabelNames are not asked by the PromQL engine.
func (querier) LabelValues(context.Context, string, *storage.LabelHints, ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	return nil, nil, nil
}

func (querier) LabelNames(context.Context, *storage.LabelHints, ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	return nil, nil, nil
}

func (querier) Close() error { return nil }

type seriesSet struct {
	all []*series
	at  int
}

func (s *seriesSet) Next() bool                        { s.at++; return s.at <= len(s.all) }
func (s *seriesSet) At() storage.Series                { return s.all[s.at-1] }
func (s *seriesSet) Err() error                        { return nil }
func (s *seriesSet) Warnings() annotations.Annotations { return nil }

func (s *series) Labels() labels.Labels { return s.labels }

func (s *series) Iterator(chunkenc.Iterator) chunkenc.Iterator {
	return storage.NewListSeriesIterator(s)
}

// Get and Len implement storage.Samples.
func (s *series) Get(i int) chunks.Sample { return &s.samples[i] }
func (s *series) Len() int                { return len(s.samples) }

func (s *sample) T() int64                      { return s.t }
func (s *sample) ST() int64                     { return 0 }
func (s *sample) F() float64                    { return s.v }
func (s *sample) H() *histogram.Histogram       { return nil }
func (s *sample) FH() *histogram.FloatHistogram { return nil }
func (s *sample) Type() chunkenc.ValueType      { return chunkenc.ValFloat }
func (s *sample) Copy() chunks.Sample           { c := *s; return &c }
