// Package ingesttest holds what tests of ingest share: simulated records, the truth that tables are compared with, and a
// door to the store that can be shut.
package ingesttest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/simulate"
)

// Record is one message for a topic.
type Record struct {
	Topic record.Topic
	Key   []byte
	Value []byte
}

// errEnough ends a simulation.
var errEnough = errors.New("enough records")

// Simulate hands n records of a simulated world to each, in order of arrival, with all that transport does to them:
// duplicates, late and overtaken versions, bad records. The place is one in trouble, so that all topics come. The same seed gives the same records. It returns the last of the
// simulated days.
func Simulate(t testing.TB, scale string, seed uint64, n int, each func(Record)) civil.Date {
	t.Helper()
	size, err := simulate.ScaleByName(scale)
	if err != nil {
		t.Fatal(err)
	}
	world, err := simulate.New(simulate.Options{Seed: seed, From: civil.NewDate(2025, 1, 1), To: civil.NewDate(2025, 12, 31), Scale: size, Rates: new(simulate.WorseRates()), Noise: true})
	if err != nil {
		t.Fatal(err)
	}
	for err == nil {
		err = world.Day(context.Background(), func(r simulate.Record) error {
			each(Record{record.Topic(r.Topic), []byte(r.Key), r.JSON})
			if n--; n <= 0 {
				return errEnough
			}
			return nil
		})
	}
	if !errors.Is(err, errEnough) {
		t.Fatal(err)
	}
	return world.Today()
}

// Records returns n simulated records.
func Records(t testing.TB, scale string, seed uint64, n int) []Record {
	t.Helper()
	var all []Record
	Simulate(t, scale, seed, n, func(r Record) {
		all = append(all, Record{r.Topic, bytes.Clone(r.Key), bytes.Clone(r.Value)})
	})
	return all
}

// Beside returns records of the topics that simulated worlds have none of, permits and closures: later versions, a bad one, and
// personal data where sources write it.
func Beside() []Record {
	permit := func(id string, version int, more string) Record {
		return Record{record.TopicPermits, []byte(id), fmt.Appendf(nil, `{"id":"%s","source":"housing","version":%d,"recorded_at":"2025-02-0%dT20:00:00+08:00",
			"name":"某工程","township":"331024001","sector":"construction","developer_uscc":"913310240TEQY7L1WP","permit_on":"2025-01-31"%s}`, id, version, version, more)}
	}
	closure := func(id string, version int, more string) Record {
		return Record{record.TopicClosures, []byte("P-1"), fmt.Appendf(nil, `{"id":"%s","source":"anxin","version":%d,"recorded_at":"2025-02-0%dT20:00:00+08:00",
			"project_id":"P-1","reason":"paid_otherwise","by":"inspector","closed_on":"2025-02-01"%s}`, id, version, version, more)}
	}
	var all []Record
	for n := range 20 {
		id := fmt.Sprintf("PMT-%d", n)
		all = append(all, permit(id, 1, ""), permit(id, 2, `,"project_id":"P-1","contract_yuan":"12000000.50"`))
		id = fmt.Sprintf("CLS-%d", n)
		approved := fmt.Sprintf(`,"approved_by":"supervisor","wage_month":"2025-01","worker_key":"%032x","note":"核实 522601198305141201 已付, 电话13812345678"`, n+1)
		all = append(all, closure(id, 1, approved), closure(id, 2, approved+`,"reopened_on":"2025-02-02"`))
	}
	return append(all, permit("PMT-X", 1, `,"contractor_uscc":"913310240TEQY7L1W0"`), closure("CLS-X", 1, `,"approved_by":"inspector","note":"522601198305141201"`))
}
