package ingest_test

import (
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/kversion"

	"github.com/anxin-project/anxin/ingest/ingesttest"
)

// send sends a request of Kafka's protocol as it is.
func send(t *testing.T, w *ingesttest.World, r kmsg.Request) {
	t.Helper()
	c, err := kgo.NewClient(kgo.SeedBrokers(w.Config.Kafka.Brokers...), kgo.MaxVersions(kversion.V3_0_0())) // later ones name topics by their ids
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Request(t.Context(), r); err != nil {
		t.Fatal(err)
	}
}

func TestAStoreThatIsAwayStopsReadingAndIsWaitedFor(t *testing.T) {
	t.Parallel()
	for name, away := range map[string]func(*ingesttest.Door){
		"refusing connections": func(d *ingesttest.Door) { d.Set(ingesttest.Shut) },
		"without an answer":    func(d *ingesttest.Door) { d.Set(ingesttest.Silent) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := ingesttest.NewWorld(t, ingesttest.Topics(), "")
			w.Config.BatchRows, w.Config.FetchBytes, w.Config.InsertTimeout = 1_000, 20_000, 500*time.Millisecond
			away(w.Door)
			in := w.Start(t)
			w.Produce(t, ingesttest.Records(t, "tiny", 31, 30_000)...)
			read := func() float64 { return in.Value(t, "anxin_ingest_read_records_total", "topic", "attendance") }
			retries := func() float64 { return in.Value(t, "anxin_ingest_retries_total", "topic", "attendance") }
			ingesttest.Eventually(t, patience, "storing is tried again", func() bool { return retries() >= 4 })
			before := read() // what is in hand bounds memory
			if before > 10_000 {
				t.Errorf("%v records were read ahead of a store that is away", before)
			}
			tries := retries()
			ingesttest.Eventually(t, patience, "storing is tried again", func() bool { return retries() >= tries+4 })
			if read() != before {
				t.Error("reading goes on while nothing can be stored")
			}
			w.Door.Set(ingesttest.Open)
			w.AwaitCaughtUp(t, patience)
			w.Check(t)
		})
	}
}

func TestPausesBetweenTriesGrowAndAreCapped(t *testing.T) {
	t.Parallel()
	w := ingesttest.NewWorld(t, ingesttest.Topics(), "")
	w.Door.Set(ingesttest.Shut)
	in := w.Start(t)
	start := time.Now()
	w.Produce(t, ingesttest.Records(t, "tiny", 32, 300)...)
	retries := func() float64 { return in.Value(t, "anxin_ingest_retries_total", "topic", "employers") }
	ingesttest.Eventually(t, patience, "there are ten tries", func() bool { return retries() >= 10 })
	// at least half of 100 + 200 + 400 and then 500 ms each
	if took := time.Since(start); took < 1500*time.Millisecond {
		t.Errorf("ten tries within %v", took)
	} else if took > 10*time.Second {
		t.Errorf("ten tries took %v", took)
	}
	w.Door.Set(ingesttest.Open)
	w.AwaitCaughtUp(t, patience)
	w.Check(t)
}

func TestAnInsertLongerThanTheSessionKeepsThePartitions(t *testing.T) {
	t.Parallel()
	w := ingesttest.NewWorld(t, ingesttest.Topics(), "")
	in := w.Start(t)
	ingesttest.Eventually(t, patience, "it has joined", func() bool { return in.Value(t, "anxin_ingest_generations_total") == 1 })
	w.Door.Set(ingesttest.Silent) // an insert hangs
	w.Produce(t, ingesttest.Records(t, "tiny", 33, 1_000)...)
	ingesttest.Eventually(t, patience, "something is read", func() bool { return in.Value(t, "anxin_ingest_read_records_total") > 0 })
	long := time.Now().Add(w.Config.Session + time.Second) // six seconds are the least that brokers allow
	ingesttest.Eventually(t, patience, "a session has passed", func() bool { return time.Now().After(long) })
	w.Door.Set(ingesttest.Open)
	w.AwaitCaughtUp(t, patience)
	if n := in.Value(t, "anxin_ingest_generations_total"); n != 1 {
		t.Errorf("%v generations: the member lost its partitions while it stored", n)
	}
	w.Check(t)
}
