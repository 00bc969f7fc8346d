package ingest

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/anxin-project/anxin/ingest/record"
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
}

func newMetrics(r prometheus.Registerer) *metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	m := &metrics{
		read:          counter("anxin_ingest_read_records_total", "Records read from Kafka, those read again after a crash or rebalance included.", "topic"),
		stored:        counter("anxin_ingest_stored_records_total", "Records stored and committed.", "topic"),
		rejects:       counter("anxin_ingest_rejected_records_total", "Records sent to the dead-letter topic, by reason.", "topic", "reason"),
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
		skipped: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "anxin_ingest_retention_gaps_total", Help: "Times that the broker had deleted records before they were read.",
		}),
	}
	for _, t := range record.Topics() {
		m.read.WithLabelValues(string(t))
		m.stored.WithLabelValues(string(t))
		for _, reason := range record.Reasons() {
			m.rejects.WithLabelValues(string(t), string(reason))
		}
	}
	if r != nil {
		r.MustRegister(m.read, m.stored, m.rejects, m.retries, m.unknownFields, m.lagRecords, m.lastRecord, m.batchRows, m.insertSeconds, m.generations, m.skipped)
	}
	return m
}

// lag tells how far the group is behind in a partition.
func (m *metrics) lag(topic string, partition int, behind int64) {
	m.lagRecords.WithLabelValues(topic, strconv.Itoa(partition)).Set(float64(behind))
}
