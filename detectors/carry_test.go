package detectors_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/anxin-project/anxin/detectors/pass"
	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/platform/store"
	"github.com/anxin-project/anxin/internal/simulate"
)

// TestACarriedPassEqualsAFreshOne: days of a simulated world come in, with records held back, corrected, moved to other
// places, taken back and told by other sources; after each the pass that goes on from the one before gives, table by
// table and warning by warning, what one made afresh gives.
func TestACarriedPassEqualsAFreshOne(t *testing.T) {
	t.Parallel()
	for seed := range uint64(2) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			b := open(t, policy.National())
			from, scale := civil.NewDate(2026, 5, 1), simulate.Scale{Counties: []string{"331024"}, Projects: 12, Workers: 150, Employers: 6}
			if seed == 1 { // it began before the months whose days are kept
				from, scale.Projects, scale.Workers = civil.NewDate(2025, 11, 1), 6, 75
			}
			world, err := simulate.New(simulate.Options{Seed: seed, From: from, To: civil.NewDate(2026, 8, 31), Noise: true, Scale: scale})
			if err != nil {
				t.Fatal(err)
			}
			f := &feed{t: t, bench: b, world: world, dice: rand.New(rand.NewPCG(seed, 7)), values: map[record.Topic][][]byte{}, older: map[any]bool{}}
			f.until(civil.NewDate(2026, 7, 29), 0)
			if seed == 1 { // a third of the keys were rotated, so that all are looked up
				b.exec(t, "INSERT INTO key_aliases SELECT DISTINCT 'person', 'k1', worker_key, 'k2', reverse(worker_key) FROM workers WHERE cityHash64(worker_key) % 3 = 0")
			}
			b.pass(t, "2026-07-29")
			// over a month's end, where the months held move on; two dates are skipped and one is judged twice
			goesOn := 0
			for _, asOf := range []string{"2026-07-30", "2026-07-31", "2026-08-01", "2026-08-02", "2026-08-05", "2026-08-05", "2026-08-06"} {
				f.until(date(t, asOf), 0.1)
				f.correct(25)
				carried := b.pass(t, asOf)
				if carried.GoesOn {
					goesOn++
				}
				fresh, err := b.PassAfresh(t.Context(), date(t, asOf))
				if err != nil {
					t.Fatal(err)
				}
				b.sameSnapshots(t, asOf)
				sameResults(t, asOf, carried, fresh)
			}
			if goesOn < 4 { // a step that brings a quarter of all records starts afresh
				t.Errorf("%d passes went on from the one before, want most of those within a month", goesOn)
			}
		})
	}
}

// TestAPassGoesOnOnlyFromWhatItMay: another policy, another date order or new key aliases make a snapshot afresh.
func TestAPassGoesOnOnlyFromWhatItMay(t *testing.T) {
	b := open(t, policy.National())
	if r := b.pass(t, "2026-10-30"); r.GoesOn {
		t.Error("the first pass goes on from nothing")
	}
	if r := b.pass(t, "2026-10-31"); !r.GoesOn {
		t.Error("the next day's pass was made afresh")
	}
	if r := b.pass(t, "2026-10-29"); r.GoesOn {
		t.Error("a pass over an earlier date goes on from a later one, which knows too much")
	}
	b.exec(t, "INSERT INTO key_aliases VALUES ('person', 'k1', unhex('00112233445566778899aabbccddeeff'), 'k2', unhex('ffeeddccbbaa99887766554433221100'))")
	if r := b.pass(t, "2026-10-31"); r.GoesOn {
		t.Error("a worker is known by another key now, but the snapshot was carried on")
	}
}

func (b bench) exec(t *testing.T, query string) {
	t.Helper()
	if err := b.conn.Exec(t.Context(), query); err != nil {
		t.Fatal(err)
	}
}

// feed brings a world's records in, not all in their order.
type feed struct {
	t      *testing.T
	bench  bench
	world  *simulate.World
	dice   *rand.Rand
	values map[record.Topic][][]byte // sent so far
	late   []simulate.Record
	older  map[any]bool // records of which a version 0 was sent
	sent   int          // corrections; each has a version of its own, for equal versions are the same record
}

// until sends everything up to a date, but for a share that is held back until the next time.
func (f *feed) until(last civil.Date, held float64) {
	now, kept := f.late, []simulate.Record(nil)
	for f.world.Today() < last {
		err := f.world.Day(f.t.Context(), func(r simulate.Record) error {
			r.JSON = bytes.Clone(r.JSON)
			if f.dice.Float64() < held {
				kept = append(kept, r)
			} else {
				now = append(now, r)
			}
			return nil
		})
		if err != nil {
			f.t.Fatal(err)
		}
	}
	f.late = kept
	f.dice.Shuffle(len(now), func(i, j int) { now[i], now[j] = now[j], now[i] })
	batch := map[record.Topic][][]byte{}
	for _, r := range now {
		batch[record.Topic(r.Topic)] = append(batch[record.Topic(r.Topic)], r.JSON)
	}
	f.send(batch)
}

func (f *feed) send(batch map[record.Topic][][]byte) {
	for _, topic := range slices.Sorted(maps.Keys(batch)) {
		f.bench.put(topic, batch[topic])
		f.values[topic] = append(f.values[topic], batch[topic]...)
	}
}

// correct sends later versions, repeats and rivals of records sent before.
func (f *feed) correct(n int) {
	batch := map[record.Topic][][]byte{}
	for _, topic := range []record.Topic{record.TopicAttendance, record.TopicPayroll, record.TopicWorkers, record.TopicSignals} {
		for range n {
			var r, other map[string]any
			if !f.draw(topic, &r) || !f.draw(topic, &other) {
				continue
			}
			r["recorded_at"] = f.world.Today().AddDays(-f.dice.IntN(3)).String() + "T20:00:00+08:00"
			f.sent++
			r["version"] = 10 + f.sent
			switch f.dice.IntN(6) {
			case 0: // moves to where the other is
				for _, field := range []string{"project_id", "employer_uscc", "work_date", "wage_month", "indicator", "month"} {
					if other[field] != nil && r[field] != nil {
						r[field] = other[field]
					}
				}
			case 1: // is another person's
				if r["id_number"] != nil {
					r["id_type"], r["id_number"] = other["id_type"], other["id_number"]
				}
			case 2: // was not so
				switch topic {
				case record.TopicAttendance:
					r["hours"] = []any{0, nil}[f.dice.IntN(2)] // absent, or present and nobody knows how long
				case record.TopicPayroll:
					r["paid_yuan"], r["paid_on"] = 0, nil
				case record.TopicSignals:
					r["value"] = 0
				}
			case 3: // told by another source too
				r["source"] = "another"
			case 4: // an older version, late
				if !f.older[r["id"]] {
					r["version"], f.older[r["id"]] = 0, true
				}
			case 5: // of a day to come, by a clock that is ahead
				if topic == record.TopicAttendance {
					r["work_date"] = f.world.Today().AddDays(1 + f.dice.IntN(3)).String()
				}
			}
			line, err := json.Marshal(r)
			if err != nil {
				f.t.Fatal(err)
			}
			batch[topic] = append(batch[topic], line)
		}
	}
	f.send(batch)
}

// draw reads one of the records sent; false when it is no record.
func (f *feed) draw(topic record.Topic, into *map[string]any) bool {
	all := f.values[topic]
	return json.Unmarshal(all[f.dice.IntN(len(all))], into) == nil
}

// sameSnapshots compares the two snapshots there are, table by table.
func (b bench) sameSnapshots(t *testing.T, asOf string) {
	t.Helper()
	names := b.snapshots(t)
	if len(names) != 2 {
		t.Fatalf("%s: snapshots %v, want those of the two passes", asOf, names)
	}
	// tables that are carried by adding hold some rows more than once until the engine merges them: FINAL
	all := "SELECT concat(name, if(engine = 'MergeTree', '', ' FINAL')) FROM system.tables WHERE database = ? AND name NOT IN ('made') ORDER BY name"
	for _, table := range texts(t, b.conn, all, names[0]) {
		var sums [2]string
		for i, name := range names {
			sums[i] = texts(t, b.conn, "SELECT concat(toString(count()), ' rows, ', toString(sum(cityHash64(toString(tuple(*)))))) FROM "+store.Quote(name)+"."+table)[0]
		}
		if sums[0] != sums[1] {
			t.Errorf("%s: table %s: %s carried, %s afresh", asOf, table, sums[0], sums[1])
		}
	}
}

func sameResults(t *testing.T, asOf string, carried, fresh pass.Result) {
	t.Helper()
	a, b := carried.Active(), fresh.Active()
	if len(a) != len(b) {
		t.Errorf("%s: %d warnings carried, %d afresh", asOf, len(a), len(b))
		return
	}
	for i := range a {
		x, err := json.Marshal(a[i])
		if err != nil {
			t.Fatal(err)
		}
		y, err := json.Marshal(b[i])
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(x, y) {
			t.Errorf("%s: carried %s\nafresh %s", asOf, x, y)
		}
	}
	x, _ := json.Marshal(carried.Index)
	y, _ := json.Marshal(fresh.Index)
	if !bytes.Equal(x, y) {
		t.Errorf("%s: another index carried than afresh", asOf)
	}
}
