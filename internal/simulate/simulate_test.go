package simulate

import (
	"encoding/json"
	"hash/fnv"
	"runtime"
	"testing"
	"time"

	"github.com/anxin-project/anxin/internal/domain/civil"
)

func options(t testing.TB, scale string, noise bool, rates *Rates) Options {
	t.Helper()
	sc, err := ScaleByName(scale)
	if err != nil {
		t.Fatal(err)
	}
	return Options{Seed: 7, To: civil.NewDate(2026, 10, 31), Scale: sc, Noise: noise, Rates: rates}
}

// run emits the whole span, and days more.
func run(t testing.TB, o Options, more int, sink Sink) *World {
	t.Helper()
	w, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	for w.Today() < w.opt.To+civil.Date(more) {
		if err := w.Day(t.Context(), sink); err != nil {
			t.Fatalf("%v: %v", w.Today(), err)
		}
	}
	return w
}

func digest(t testing.TB, o Options) uint64 {
	h := fnv.New64a()
	w := run(t, o, 0, func(r Record) error {
		h.Write([]byte(r.Topic))
		h.Write([]byte(r.Key))
		h.Write(r.JSON)
		return nil
	})
	truth, err := json.Marshal(w.Truth())
	if err != nil {
		t.Fatal(err)
	}
	h.Write(truth)
	return h.Sum64()
}

func TestTheSameSeedGivesTheSameBytes(t *testing.T) {
	o := options(t, "tiny", true, nil)
	first := digest(t, o)
	if digest(t, o) != first {
		t.Error("two runs of one seed differ")
	}
	o.Seed++
	if digest(t, o) == first {
		t.Error("another seed gives the same records")
	}
}

func TestDaysGoOnBeyondTheLast(t *testing.T) {
	n := 0
	w := run(t, options(t, "tiny", true, nil), 900, func(r Record) error {
		if r.Topic == "attendance" {
			n++
		}
		return nil
	})
	before := n
	for range 60 {
		if err := w.Day(t.Context(), func(r Record) error {
			if r.Topic == "attendance" {
				n++
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	if n-before < 500 {
		t.Errorf("after 900 more days only %d attendance records in 60 days: the works have died out", n-before)
	}
}

func TestWithoutNoiseRecordsComeInOrderOfTheirTime(t *testing.T) {
	var last time.Time
	w, err := New(options(t, "tiny", false, nil))
	if err != nil {
		t.Fatal(err)
	}
	for range 90 {
		err := w.Day(t.Context(), func(r Record) error {
			if r.At.Before(last) {
				t.Fatalf("%s after %s: %s", r.At, last, r.JSON)
			}
			if civil.DateOf(r.At) != w.Today() {
				t.Fatalf("a record of %s on %s", r.At, w.Today())
			}
			last = r.At
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestACountyIsOfTheSizeTheDemoNeeds(t *testing.T) {
	if testing.Short() {
		t.Skip("a million records")
	}
	w := run(t, options(t, "county", true, nil), 0, func(Record) error { return nil })
	s := w.Stats()
	if n := s.Records["attendance"]; n < 900_000 || n > 1_100_000 {
		t.Errorf("%d attendance records, want 0.9 to 1.1 million", n)
	}
	if n := w.projectNum; n < 95 || n > 125 {
		t.Errorf("%d projects, want about 110", n)
	}
	troubled := map[string]bool{}
	for _, x := range w.Truth() {
		if x.Scope == "project" && x.Cause != CauseLapse && x.Cause != CauseReturned {
			troubled[x.Subject] = true
		}
	}
	if share := float64(len(troubled)) / float64(w.projectNum); share < 0.1 || share > 0.3 {
		t.Errorf("%.0f%% of projects are in trouble, want about a fifth", 100*share)
	}
	t.Logf("%d projects, %d in trouble; %v; %d duplicates; bad %v", w.projectNum, len(troubled), s.Records, s.Duplicates, s.Bad)
}

func TestEveryCauseLeavesItsMark(t *testing.T) {
	rates := WorseRates()
	o := options(t, "county", false, &rates)
	o.Scale.Counties = []string{"331024", "330502"}
	o.Scale.Projects, o.Scale.Workers = 220, 2200
	w := run(t, o, 0, func(Record) error { return nil })
	began, visible, arrears := map[Cause]int{}, map[Cause]int{}, map[Cause]int{}
	for _, x := range w.Truth() {
		began[x.Cause]++
		if x.BecameVisibleOn != nil {
			visible[x.Cause]++
			if *x.BecameVisibleOn < x.From {
				t.Errorf("%s: %s visible on %v before it began on %v", x.Subject, x.Cause, x.BecameVisibleOn, x.From)
			}
		}
		if x.ArrearsFrom != nil {
			arrears[x.Cause]++
			if x.Workers == 0 || x.AmountFen == 0 {
				t.Errorf("%s: arrears of nobody", x.Subject)
			}
		}
	}
	t.Log("began", began, "visible", visible, "arrears", arrears)
	for _, c := range []Cause{
		CauseSqueeze, CauseFailing, CauseBadPayer, CauseUnsettled, CauseSloppy, CauseMisuse, CauseIllegal, CauseUnderstated, CauseUnconnected,
		CauseLapse, CauseClosing, CauseUnknown,
	} {
		if began[c] == 0 {
			t.Errorf("no %s", c)
		} else if visible[c] == 0 {
			t.Errorf("no %s became visible", c)
		}
	}
	for _, c := range []Cause{CauseSqueeze, CauseFailing, CauseBadPayer, CauseUnsettled, CauseLapse, CauseClosing} {
		if arrears[c] == 0 {
			t.Errorf("%s led to no arrears", c)
		}
	}
}

func TestNoArrearsWithoutACause(t *testing.T) {
	w := run(t, options(t, "county", true, &Rates{}), 40, func(Record) error { return nil })
	if n := len(w.Truth()); n != 0 {
		t.Errorf("%d truth entries in a world without causes", n)
	}
	for _, p := range w.projects {
		for _, s := range p.slips {
			if s.due < w.today {
				t.Errorf("%s owes %d fen since %v", p.id, s.owed(), s.due)
			}
		}
	}
}

// The state must not grow with the records: a second year of the same world may not take much more than the first.
func TestMemoryDoesNotGrowWithTheRecords(t *testing.T) {
	o := options(t, "tiny", true, nil)
	o.Scale.Workers, o.Scale.Projects = 600, 24
	w, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	size := func(days int) uint64 {
		for range days {
			if err := w.Day(t.Context(), func(Record) error { return nil }); err != nil {
				t.Fatal(err)
			}
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	first := size(300)
	if second := size(900); second > first+first/2+4<<20 {
		t.Errorf("%d KiB after 300 days, %d KiB after 1,200", first>>10, second>>10)
	}
}

func BenchmarkDay(b *testing.B) {
	n := 0
	for b.Loop() {
		run(b, options(b, "county", true, nil), 0, func(r Record) error { n++; return nil })
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "records/s")
}
