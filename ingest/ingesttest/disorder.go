package ingesttest

import (
	"bytes"
	"fmt"
	"math/rand/v2"

	"github.com/anxin-project/anxin/ingest/record"
)

// Disorder is what may happen to records on their way without changing a fact: they arrive in another order, later versions
// before earlier ones; some are sent again, and now and then a source sends all of its latest once more; and a second source
// reports what the first one has reported.
type Disorder struct {
	random *rand.Rand
	near   crowd // thousands of records overtake each other here
	late   crowd // a few wait here until most of the others, later versions of theirs among them, have passed
	latest []Record
	taken  int
}

// Shares of records, in the order of Take.
const (
	late       = 0.01
	sentAgain  = 0.01
	secondSays = 0.03

	replayEvery, replayed = 40_000, 1_000
)

// SecondSource reports what others have reported. The national policy does not name it, and of sources that policy does
// not name the first in the alphabet counts, so that this one never does.
const SecondSource = "town-platform"

// NewDisorder returns a disorder of its own for every seed.
func NewDisorder(seed uint64) *Disorder {
	return &Disorder{random: rand.New(rand.NewPCG(seed, 1)), near: crowd{size: 2_000}, late: crowd{size: 300}}
}

// Take takes a record as its source sends it, and hands on those that arrive meanwhile. It returns what a second source
// makes of the record, which arrives too; its Value is nil where there is none.
func (d *Disorder) Take(r Record, arrive func(Record)) (second Record) {
	r = Record{r.Topic, bytes.Clone(r.Key), bytes.Clone(r.Value)}
	d.taken++
	if len(d.latest) < replayed {
		d.latest = append(d.latest, r)
	} else {
		d.latest[d.taken%replayed] = r
	}
	if d.random.Float64() < late {
		var passed bool
		if r, passed = d.late.push(d.random, r); !passed {
			return Record{}
		}
	}
	d.pass(r, arrive)
	if d.random.Float64() < sentAgain {
		d.pass(r, arrive)
	}
	if d.taken%replayEvery == 0 {
		for _, again := range d.latest {
			d.pass(again, arrive)
		}
	}
	if d.random.Float64() < secondSays {
		if second = secondReport(r); second.Value != nil {
			d.pass(second, arrive)
		}
	}
	return second
}

// End hands on all that has not arrived.
func (d *Disorder) End(arrive func(Record)) {
	for _, c := range []*crowd{&d.near, &d.late} {
		for _, r := range c.held {
			arrive(r)
		}
		c.held = nil
	}
}

func (d *Disorder) pass(r Record, arrive func(Record)) {
	if r, ok := d.near.push(d.random, r); ok {
		arrive(r)
	}
}

// crowd lets out a record of its own, whichever, for every one that comes, once it is full.
type crowd struct {
	size int
	held []Record
}

func (c *crowd) push(random *rand.Rand, r Record) (Record, bool) {
	if len(c.held) < c.size {
		c.held = append(c.held, r)
		return Record{}, false
	}
	i := random.IntN(c.size)
	r, c.held[i] = c.held[i], r
	return r, true
}

// secondReport returns the record as another source sends it, under its own id, for the topics on which the same fact of two
// sources counts once.
func secondReport(r Record) Record {
	switch r.Topic {
	case record.TopicWorkers, record.TopicAttendance, record.TopicPayroll:
	default:
		return Record{}
	}
	_, rest, ok := bytes.Cut(r.Value, []byte(`"source":"`))
	id, found := bytes.CutPrefix(r.Value, []byte(`{"id":"`))
	end, quoted := bytes.IndexByte(rest, '"'), bytes.IndexByte(id, '"')
	if !ok || !found || end < 0 || quoted < 0 {
		return Record{}
	}
	return Record{r.Topic, r.Key, fmt.Appendf(nil, `{"id":"2-%s","source":"%s%s`, id[:quoted], SecondSource, rest[end:])}
}
