package ingest_test

import (
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/ingest/ingesttest"
	"github.com/anxin-project/anxin/ingest/record"
)

const patience = time.Minute

func TestRecordsOfAllTopicsArriveAsTheyWereSent(t *testing.T) {
	t.Parallel()
	w := ingesttest.NewWorld(t, ingesttest.Topics(), "")
	records := append(ingesttest.Records(t, "tiny", 1, 20_000), ingesttest.Beside()...)
	w.Produce(t, records...)
	for _, topic := range record.Topics() {
		if w.Truth.Rows(t, topic) == 0 {
			t.Errorf("there are no records of topic %s", topic)
		}
	}
	in := w.Start(t)
	w.AwaitCaughtUp(t, patience)
	w.Check(t)
	if got := in.Value(t, "anxin_ingest_read_records_total"); got != float64(len(records)) {
		t.Errorf("%v records read, want each once", got)
	}
}

func TestTheOrderAndTheNumberOfArrivalsChangeNothing(t *testing.T) {
	t.Parallel()
	w := ingesttest.NewWorld(t, ingesttest.Topics(), "")
	records := append(ingesttest.Records(t, "tiny", 2, 4_000), ingesttest.Beside()...)
	w.Config.BatchRows = 250 // so that copies of a record lie in different inserts
	w.Start(t)
	w.Produce(t, records...)
	// later versions before earlier ones, everything twice, some of it three times
	random := rand.New(rand.NewPCG(1, 2))
	slices.Reverse(records)
	good := slices.DeleteFunc(slices.Clone(records), func(r ingesttest.Record) bool { return !valid(t, w, r) })
	w.Send(t, good...)
	random.Shuffle(len(good), func(i, j int) { good[i], good[j] = good[j], good[i] })
	w.Send(t, good[:len(good)/2]...)
	w.AwaitCaughtUp(t, patience)
	w.Check(t)
}

func valid(t *testing.T, w *ingesttest.World, r ingesttest.Record) bool {
	t.Helper()
	return record.NewDecoder(w.Protector, record.Rules{}, time.Now).Add(record.NewBatch(r.Topic), r.Value) == nil
}

func TestAReplayFromTheBeginningRepairsWhatIsMissing(t *testing.T) {
	t.Parallel()
	w := ingesttest.NewWorld(t, ingesttest.Topics(), "")
	w.Produce(t, append(ingesttest.Records(t, "tiny", 3, 5_000), ingesttest.Beside()...)...)
	w.Start(t).Stop(t) // as far as it came
	first := w.Start(t)
	w.AwaitCaughtUp(t, patience)
	first.Stop(t)
	w.Check(t)
	if err := w.Conn.Exec(t.Context(), "ALTER TABLE attendance DELETE WHERE cityHash64(id) % 3 = 0 SETTINGS mutations_sync = 1"); err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"permits", "closures"} {
		if err := w.Conn.Exec(t.Context(), "ALTER TABLE "+table+" DELETE WHERE version = 2 SETTINGS mutations_sync = 1"); err != nil {
			t.Fatal(err)
		}
	}
	w.Config.Kafka.Group = "another"
	w.Start(t)
	w.AwaitCaughtUp(t, patience)
	w.Check(t) // dead letters, too, count once
}

func TestAClockThatIsSetBackRejectsNothing(t *testing.T) {
	t.Parallel()
	w := ingesttest.NewWorld(t, ingesttest.Topics(), "")
	jumps := []time.Duration{0, -48 * time.Hour, 0, -20 * 365 * 24 * time.Hour, 5 * time.Minute}
	var asked atomic.Int64
	w.Start(t, func(_ *ingest.Configuration, d *ingest.Dependencies) {
		d.Now = func() time.Time { return time.Now().Add(jumps[int(asked.Add(1))/100%len(jumps)]) }
	})
	w.Produce(t, ingesttest.Records(t, "tiny", 4, 5_000)...)
	w.AwaitCaughtUp(t, patience)
	w.Check(t)
}
