package ingest

import (
	"strconv"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/domain/quality"
)

type metrics struct {
	read          *prometheus.CounterVec
	stored        *prometheus.CounterVec
	rejects       *prometheus.CounterVec
	retries       *prometheus.CounterVec
	unknownFields *prometheus.CounterVec
	lagRecords    *prometheus.GaugeVec
	lastRecord    *prometheus.GaugeVec
	batchRows     *prometheus.HistogramVec
	insertSeconds *prometheus.HistogramVec
	generations   prometheus.Counter
	skipped       prometheus.Counter
	remade        prometheus.Counter
	lateness      *prometheus.HistogramVec

	mu      sync.Mutex
	sources map[string]bool // that have series of their own
}

// maxSourceLabels are the sources with series of their own in a process; who may send is not known beforehand.
const maxSourceLabels = 50

// source returns the label of a source: the first so many are told apart.
func (m *metrics) source(name string) string {
	if name == "" {
		return ""
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.sources[name] {
		if len(m.sources) >= maxSourceLabels {
			return quality.Other
		}
		m.sources[name] = true
	}
	return name
}

// latenessOf returns what observes the lateness of a topic's records, one after the other.
func (m *metrics) latenessOf(topic record.Topic) func(source string, seconds float64) {
	var last string
	var to prometheus.Observer
	return func(source string, seconds float64) {
		if to == nil || source != last {
			last, to = source, m.lateness.WithLabelValues(string(topic), m.source(source))
		}
		to.Observe(seconds)
	}
}

func newMetrics(r prometheus.Registerer) *metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	m := &metrics{
		read:          counter("anxin_ingest_read_records_total", "Records read from Kafka, those read again after a crash or rebalance included.", "topic"),
		stored:        counter("anxin_ingest_stored_records_total", "Records stored and committed.", "topic"),
		rejects:       counter("anxin_ingest_rejected_records_total", "Records sent to the dead-letter topic, by reason. The source is empty where it cannot be told, and (other) beyond the first 50 of a process.", "topic", "source", "reason"),
		retries:       counter("anxin_ingest_retries_total", "Steps (store, dead letters, commit) that failed; they are tried again, a failed commit by reading again.", "topic"),
		unknownFields: counter("anxin_ingest_unknown_fields_total", "Fields the contract does not know, which are left out.", "topic", "field"),
		lagRecords: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "anxin_ingest_lag_records", Help: "Records on the broker that are not stored and committed yet, of the partitions this process owns.",
		}, []string{"topic", "partition"}),
		lastRecord: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "anxin_ingest_last_record_timestamp_seconds", Help: "When this process last stored a valid record.",
		}, []string{"topic"}),
		batchRows: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "anxin_ingest_batch_rows", Help: "Rows of an insert.", Buckets: prometheus.ExponentialBuckets(1, 8, 7),
		}, []string{"topic"}),
		insertSeconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "anxin_ingest_insert_duration_seconds", Help: "Time of an insert.", Buckets: prometheus.ExponentialBuckets(0.005, 2, 12),
		}, []string{"topic"}),
		generations: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "anxin_ingest_generations_total", Help: "Generations of the consumer group this process took part in: it grows with every rebalance.",
		}),
		remade: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "anxin_ingest_topics_made_again_total", Help: "Partitions that were found to be of a topic that was deleted and made again; they are read from their beginning.",
		}),
		skipped: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "anxin_ingest_retention_gaps_total", Help: "Times that the broker had deleted records before they were read.",
		}),
		lateness: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "anxin_ingest_record_lateness_seconds",
			Help:    "How long after its recorded_at a record was stored, those stored again after a crash or rebalance included. Sources beyond the first 50 of a process are (other).",
			Buckets: latenessBuckets(),
		}, []string{"topic", "source"}),
		sources: map[string]bool{},
	}
	for _, t := range record.Topics() {
		m.read.WithLabelValues(string(t))
		m.stored.WithLabelValues(string(t))
		for _, reason := range record.Reasons() {
			m.rejects.WithLabelValues(string(t), "", string(reason))
		}
	}
	if r != nil {
		r.MustRegister(m.read, m.stored, m.rejects, m.retries, m.unknownFields, m.lagRecords, m.lastRecord, m.batchRows, m.insertSeconds, m.generations, m.skipped, m.remade, m.lateness)
	}
	return m
}

func latenessBuckets() []float64 {
	var seconds []float64
	for _, b := range quality.Bounds {
		seconds = append(seconds, float64(b))
	}
	return seconds
}

// lag tells how far the group is behind in a partition.
func (m *metrics) lag(topic string, partition int, behind int64) {
	m.lagRecords.WithLabelValues(topic, strconv.Itoa(partition)).Set(float64(behind))
}
