package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/detectors/index"
	"github.com/anxin-project/anxin/detectors/pass"
	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// summary is what assess and demo tell at the end.
type summary struct {
	AsOf     civil.Date                     `json:"as_of"`
	Records  map[record.Topic]*topicSummary `json:"records"`
	Warnings map[string]map[string]int      `json:"warnings"`  // by detector and level
	Lights   map[string]int                 `json:"townships"` // by light
	Rejected map[record.Reason]int64        `json:"rejected"`  // by reason
	Cases    *int                           `json:"cases,omitempty"`
	Seconds  map[string]float64             `json:"seconds"` // by stage
}

// topicSummary counts the records of a topic: read = stored + duplicate + rejected. Stored counts distinct records; a
// replay or a further version of one is a duplicate.
type topicSummary struct {
	Read      int64 `json:"read"`
	Stored    int64 `json:"stored"`
	Duplicate int64 `json:"duplicate"`
	Rejected  int64 `json:"rejected"`
}

func newSummary(asOf civil.Date) *summary {
	return &summary{
		AsOf: asOf, Records: map[record.Topic]*topicSummary{}, Warnings: map[string]map[string]int{}, Lights: map[string]int{},
		Rejected: map[record.Reason]int64{}, Seconds: map[string]float64{},
	}
}

func (s *summary) topic(t record.Topic) *topicSummary {
	if s.Records[t] == nil {
		s.Records[t] = &topicSummary{}
	}
	return s.Records[t]
}

func (s *summary) stage(name string, since time.Time) { s.Seconds[name] = time.Since(since).Seconds() }

// count reads how many distinct records are stored, and sets against them what was read and rejected.
func (s *summary) count(ctx context.Context, conn driver.Conn, letters []ingest.DeadLetter) error {
	for _, l := range letters {
		s.Rejected[l.Reason]++
		if topic, ok := record.ParseTopic(ingest.DefaultConfiguration().Kafka.Prefix, l.Topic); ok {
			s.topic(topic).Rejected++
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
		one := s.topic(t)
		one.Stored = int64(stored)
		one.Duplicate = one.Read - one.Rejected - one.Stored
	}
	return nil
}

// found counts what a pass found.
func (s *summary) found(r pass.Result) {
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

func (s *summary) print(w io.Writer) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "As of %s\n\n", s.AsOf)
	fmt.Fprintln(t, "records\tread\tstored\tduplicate\trejected\t")
	for _, topic := range record.Topics() {
		if one := s.Records[topic]; one != nil {
			fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t\n", topic, one.Read, one.Stored, one.Duplicate, one.Rejected)
		}
	}
	t.Flush()
	if len(s.Rejected) > 0 {
		fmt.Fprintln(w)
		fmt.Fprintln(t, "rejected because\trecords\t")
		for _, reason := range record.Reasons() {
			if n := s.Rejected[reason]; n > 0 {
				fmt.Fprintf(t, "%s\t%d\t\n", reason, n)
			}
		}
		t.Flush()
	}
	fmt.Fprintln(w)
	s.printFound(w)
}

// printFound prints what the detectors found, without the records.
func (s *summary) printFound(w io.Writer) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "warnings\tred\tyellow\t")
	for _, detector := range slices.Sorted(maps.Keys(s.Warnings)) {
		fmt.Fprintf(t, "%s\t%d\t%d\t\n", detector, s.Warnings[detector]["red"], s.Warnings[detector]["yellow"])
	}
	t.Flush()
	fmt.Fprintln(w)
	fmt.Fprintln(t, "townships\tgreen\tyellow\tred\tgrey\t")
	fmt.Fprintf(t, "\t%d\t%d\t%d\t%d\t\n", s.Lights["green"], s.Lights["yellow"], s.Lights["red"], s.Lights["grey"])
	t.Flush()
	if s.Cases != nil {
		fmt.Fprintf(w, "\ncases  %d\n", *s.Cases)
	}
	fmt.Fprintln(w)
	fmt.Fprintln(t, "stage\tseconds\t")
	for _, stage := range slices.Sorted(maps.Keys(s.Seconds)) {
		fmt.Fprintf(t, "%s\t%.1f\t\n", stage, s.Seconds[stage])
	}
	t.Flush()
}
