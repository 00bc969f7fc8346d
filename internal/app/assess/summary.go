package assess

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/detectors/index"
	"github.com/anxin-project/anxin/detectors/pass"
	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Summary is what was read, stored and found, as assess and the demonstration tell it at the end.
type Summary struct {
	AsOf     civil.Date                     `json:"as_of"`
	Records  map[record.Topic]*TopicSummary `json:"records"`
	Warnings map[string]map[string]int      `json:"warnings"`  // by detector and level
	Lights   map[string]int                 `json:"townships"` // by light
	Rejected map[record.Reason]int64        `json:"rejected"`  // by reason
	Cases    *int                           `json:"cases,omitempty"`
	Seconds  map[string]float64             `json:"seconds"` // by stage
}

// TopicSummary counts the records of a topic: read = stored + duplicate + rejected. Stored counts distinct records; a
// replay or a further version of one is a duplicate.
type TopicSummary struct {
	Read      int64 `json:"read"`
	Stored    int64 `json:"stored"`
	Duplicate int64 `json:"duplicate"`
	Rejected  int64 `json:"rejected"`

	taken int64 // that ingest stored, the same one several times included
}

// whole is nil when every record that was read was stored or rejected. Ingest counts what it stores apart from what was sent to it, so
// that a record that got lost on the way is not taken for a duplicate.
func (s *TopicSummary) whole(t record.Topic) error {
	if missing := s.Read - s.taken - s.Rejected; missing > 0 {
		return fmt.Errorf("%d records of %s were read, %d of them stored and %d rejected, and %d are neither: please report this", s.Read, t, s.taken, s.Rejected, missing)
	}
	return nil
}

// NewSummary returns an empty summary.
func NewSummary(asOf civil.Date) *Summary {
	return &Summary{
		AsOf: asOf, Records: map[record.Topic]*TopicSummary{}, Warnings: map[string]map[string]int{}, Lights: map[string]int{},
		Rejected: map[record.Reason]int64{}, Seconds: map[string]float64{},
	}
}

// Topic is the part of a topic, which may be changed.
func (s *Summary) Topic(t record.Topic) *TopicSummary {
	if s.Records[t] == nil {
		s.Records[t] = &TopicSummary{}
	}
	return s.Records[t]
}

// Stage notes that a stage began at a time and ends now.
func (s *Summary) Stage(name string, since time.Time) { s.Seconds[name] = time.Since(since).Seconds() }

// Count reads how many distinct records are stored, and sets against them what was read and rejected.
func (s *Summary) Count(ctx context.Context, conn driver.Conn, letters []ingest.DeadLetter) error {
	for _, l := range letters {
		s.Rejected[l.Reason]++
		if topic, ok := record.ParseTopic(ingest.DefaultConfiguration().Kafka.Prefix, l.Topic); ok {
			s.Topic(topic).Rejected++
		}
	}
	for _, t := range record.Topics() {
		identity := "source, id"
		if t == record.TopicProjects || t == record.TopicEmployers {
			identity = "id"
		}
		var stored uint64
		if err := conn.QueryRow(ctx, "SELECT uniqExact("+identity+") FROM "+string(t)).Scan(&stored); err != nil {
			return fmt.Errorf("counting %s: %w", t, err)
		}
		one := s.Topic(t)
		one.Stored = int64(stored)
		one.Duplicate = one.Read - one.Rejected - one.Stored
	}
	return nil
}

// Found counts what a pass found.
func (s *Summary) Found(r pass.Result) {
	for _, w := range r.Active() {
		if s.Warnings[w.Detector] == nil {
			s.Warnings[w.Detector] = map[string]int{}
		}
		s.Warnings[w.Detector][string(w.Level)]++
	}
	for _, row := range r.Index {
		if row.Unit == index.Township {
			s.Lights[string(row.Score.Light)]++
		}
	}
	for stage, seconds := range r.Seconds {
		s.Seconds["detect: "+stage] = seconds
	}
}
