package produce

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/anxin-project/anxin/ingest/produce/reading"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Report is what ingest would say to a source.
type Report struct {
	Counts
	Unused   Unused   // columns of a table
	Absent   []string // ways that the mapping names and no object has
	Rejected int64
	Findings []Finding // the most frequent first
	// Repeated records have the id, source and version of an earlier one, so that they count once.
	Repeated      int64
	RepeatedLines []int64          // the first
	RepeatedUpTo  int64            // 0, or how many records were compared with each other
	Unknown       map[string]int64 // fields that the contract does not know, by "topic.field"
}

// Finding is one reason for which records would be rejected.
type Finding struct {
	Reason record.Reason
	Detail string // which field, and what is expected
	Count  int64
	Lines  []int64 // the first
}

const (
	maxFindings = 1000
	// Comparing all records with each other takes memory for each: so many are compared.
	maxCompared = 2_000_000
	// The rows that are decoded before they are let go.
	checkRows = 10_000
)

// Check decodes every record as ingest does, with keys that are thrown away, and sends nothing.
func (s Source) Check(ctx context.Context, rules record.Rules, now func() time.Time, progress func(Progress)) (Report, error) {
	report := Report{}
	decoder, batch, err := throwAwayDecoder(s.Topic, rules, now)
	if err != nil {
		return report, err
	}
	r, err := s.Open()
	if err != nil {
		return report, err
	}
	defer r.Close()
	type finding struct {
		reason record.Reason
		detail string
	}
	found := map[finding]*Finding{}
	seed, seen := maphash.MakeSeed(), map[uint64]struct{}{}
	for {
		one, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return report, err
		}
		report.Counts = r.Counts()
		if batch.Len() >= checkRows {
			batch.Reset()
		}
		bad := decoder.Add(batch, one.Value)
		if bad == nil && len(one.Problems) > 0 { // refuse writes what no field takes
			return report, errors.New("a cell that cannot be read was accepted: please report this mapping")
		}
		if bad != nil {
			report.Rejected++
			f := finding{bad.Reason, detail(bad, one.Problems)}
			if found[f] == nil && len(found) >= maxFindings {
				f.detail = "(others)"
			}
			if found[f] == nil {
				found[f] = &Finding{Reason: f.reason, Detail: f.detail}
			}
			found[f].Count++
			found[f].Lines = first(found[f].Lines, one.Line)
		} else if report.RepeatedUpTo == 0 {
			id := identity(seed, s.Topic, one.Value)
			if _, repeated := seen[id]; repeated {
				report.Repeated++
				report.RepeatedLines = first(report.RepeatedLines, one.Line)
			} else if seen[id] = struct{}{}; len(seen) >= maxCompared {
				report.RepeatedUpTo = report.Records
			}
		}
		if report.Records%1000 == 0 {
			if progress != nil {
				progress(Progress{Read: r.Done(), Size: r.Size(), Records: report.Records})
			}
			if err := ctx.Err(); err != nil {
				return report, err
			}
		}
	}
	report.Counts = r.Counts()
	if r.table != nil {
		report.Unused = r.table.unused
		if o, ok := r.table.source.(*reading.Objects); ok {
			report.Absent = o.Absent()
		}
	}
	if err := report.whole(s.Path); err != nil {
		return report, err
	}
	for _, f := range found {
		report.Findings = append(report.Findings, *f)
	}
	slices.SortFunc(report.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Lines[0], b.Lines[0]), cmp.Compare(a.Detail, b.Detail))
	})
	report.Unknown = decoder.Unknown()
	return report, nil
}

// throwAwayDecoder has keys that nobody keeps.
func throwAwayDecoder(topic record.Topic, rules record.Rules, now func() time.Time) (*record.Decoder, record.Batch, error) {
	keys, err := record.GenerateKeys(civil.DateOf(now()))
	if err != nil {
		return nil, nil, err
	}
	protector, err := record.NewProtector(keys)
	if err != nil {
		return nil, nil, err
	}
	return record.NewDecoder(protector, rules, now), record.NewBatch(topic), nil
}

// detail says what is wrong with a record: what the mapping could not read, else what the contract asks for.
func detail(bad *record.Reject, problems []*Problem) string {
	if len(problems) == 0 {
		if bad.Reason == record.NotJSON {
			text, _, _ := strings.Cut(bad.Detail, ";") // without the place in the record, so that equal faults are equal
			return text
		}
		return bad.Detail
	}
	p := problems[0]
	if p.Column == "" && p.Field == "" {
		return p.Want
	}
	return p.Cell() + ": " + p.Want
}

func first(lines []int64, line int64) []int64 {
	if len(lines) < shownProblems {
		lines = append(lines, line)
	}
	return lines
}

// identity is a hash of what makes a good record the same as another: id, source and version
// (docs/reference/record-contract.md, "Common fields").
func identity(seed maphash.Seed, topic record.Topic, value []byte) uint64 {
	var r struct {
		ID      string      `json:"id"`
		Source  string      `json:"source"`
		Version json.Number `json:"version"`
	}
	_ = json.Unmarshal(value, &r) // the decoder has read it
	if topic == record.TopicProjects || topic == record.TopicEmployers {
		r.Source = ""
	}
	return maphash.String(seed, fmt.Sprintf("%s\x00%s\x00%s", r.ID, r.Source, r.Version))
}
