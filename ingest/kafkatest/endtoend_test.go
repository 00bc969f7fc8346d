//go:build kafka

package kafkatest

import (
	"testing"
	"time"

	"github.com/anxin-project/anxin/ingest/ingesttest"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/testing/kafkatest"
)

// The same records go through both brokers; the tables of both are the truth, and so are the dead letters, for which the
// real broker makes the topics itself when the first is written.
func TestTheRealBrokerAndTheEmbeddedOneGiveTheSameTables(t *testing.T) {
	b := kafkatest.Start(t, kafkatest.Options{})
	withEmbedded := ingesttest.NewWorld(t, ingesttest.Topics(), "")
	topics := map[string]int{}
	for _, topic := range record.Topics() {
		name := withEmbedded.Config.Kafka.Prefix + string(topic)
		topics[name] = int(ingesttest.Topics()[name])
	}
	b.CreateTopics(topics)

	withReal := *withEmbedded // keys and truth are the same
	withReal.Store, withReal.Conn = ingesttest.Database(t)
	withReal.Config.Kafka = secure(t, b, withEmbedded.Config.Kafka)

	all := append(ingesttest.Records(t, "tiny", 11, 20_000), ingesttest.Beside()...)
	records := float64(len(all))
	withEmbedded.Produce(t, all...)
	withReal.Send(t, all...)
	for _, topic := range record.Topics() {
		if withReal.Truth.Rows(t, topic) == 0 {
			t.Errorf("there are no records of topic %s", topic)
		}
	}
	for name, w := range map[string]*ingesttest.World{"embedded": withEmbedded, "real": &withReal} {
		start := time.Now()
		in := w.Start(t)
		w.AwaitCaughtUp(t, patience)
		t.Logf("%s: %v records in %v", name, records, time.Since(start))
		w.Check(t)
		if got := in.Value(t, "anxin_ingest_read_records_total"); got != records {
			t.Errorf("%s: %v records read, want each of %v once", name, got, records)
		}
		if in.Value(t, "anxin_ingest_rejected_records_total") == 0 {
			t.Errorf("%s: the simulated records have no bad ones", name)
		}
		if took := in.Stop(t); took > 10*time.Second {
			t.Errorf("%s: leaving the group took %v", name, took)
		}
	}
}

// patience is how long a test waits for ingest, on a machine that does other things too.
const patience = time.Minute
