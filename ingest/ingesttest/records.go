// Package ingesttest holds what tests of ingest share: simulated records, the truth that tables are compared with, and a
// door to the store that can be shut.
package ingesttest

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/civil"
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
// duplicates, late and overtaken versions, bad records. The same seed gives the same records. It returns the last of the
// simulated days.
func Simulate(t testing.TB, scale string, seed uint64, n int, each func(Record)) civil.Date {
	t.Helper()
	size, err := simulate.ScaleByName(scale)
	if err != nil {
		t.Fatal(err)
	}
	world, err := simulate.New(simulate.Options{Seed: seed, From: civil.NewDate(2025, 1, 1), To: civil.NewDate(2025, 12, 31), Scale: size, Noise: true})
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
