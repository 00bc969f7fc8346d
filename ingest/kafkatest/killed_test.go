//go:build kafka

package kafkatest

import (
	"strings"
	"testing"
	"time"

	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/ingest/ingesttest"
	"github.com/anxin-project/anxin/ingest/record"
)

// The broker is killed while records flow in and out, and comes back with what it has: neither the members of the group nor
// the source need to be started again, nothing is lost, and what the source sent twice, because the answer to the first time
// was lost, counts once.
func TestABrokerThatIsKilledAndRestartedLosesAndRepeatsNothing(t *testing.T) {
	w, b := newWorld(t)
	w.Config.BatchRows = 200
	w.Config.Session = 30 * time.Second // as in production: how long the group would wait for a member that does not leave
	records := ingesttest.Records(t, "county", 14, 120_000)
	members := []*ingesttest.Member{w.Start(t), w.Start(t)}
	commits := watchCommits(t, w.Config.Kafka)
	client := newClient(t, w.Config.Kafka)
	sending := startFlow(t, w, records)
	stored := func() (n float64) {
		for _, m := range members {
			n += m.Value(t, "anxin_ingest_stored_records_total")
		}
		return n
	}
	for range 3 {
		before := stored()
		ingesttest.Eventually(t, patience, "both members store what comes in", func() bool {
			return shared(t, client, w.Config.Kafka, len(members)) && stored() > before+500
		})
		b.Kill()
		start := time.Now()
		b.Restart()
		back := time.Since(start)
		before = stored()
		ingesttest.Eventually(t, patience, "ingest goes on by itself", func() bool { return stored() > before })
		waited := time.Since(start) - back
		t.Logf("the broker was away for %v; ingest went on %v later", back.Round(time.Millisecond), waited.Round(time.Millisecond))
		if waited > w.Config.Session/2 {
			t.Error("the group waited for members that were lost with their connections")
		}
	}
	sent := sending.finish(t, records)
	w.AwaitCaughtUp(t, patience)
	commits.check(t)
	for _, r := range sent {
		w.Truth.Add(t, r)
	}
	w.Truth.Check(t, w.Conn)
	checkLetters(t, w, sent)
	for _, m := range members {
		m.Stop(t)
	}
}

// checkLetters compares the dead letters with the records that are to be rejected. A bad record that the source sent twice
// is two messages, and may have two letters.
func checkLetters(t *testing.T, w *ingesttest.World, sent []ingesttest.Record) {
	t.Helper()
	type bad struct {
		topic record.Topic
		value string
	}
	want, got := map[bad]bool{}, map[bad]bool{}
	decoder := record.NewDecoder(w.Protector, record.Rules{}, time.Now)
	batches := map[record.Topic]record.Batch{}
	for _, topic := range record.Topics() {
		batches[topic] = record.NewBatch(topic)
	}
	for _, r := range sent {
		if decoder.Add(batches[r.Topic], r.Value) != nil {
			want[bad{r.Topic, string(r.Value)}] = true
		}
	}
	letters, err := ingest.DeadLetters(t.Context(), w.Config.Kafka)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range letters {
		text, err := w.Protector.OpenLetter(l.Sealed)
		if err != nil {
			t.Fatal(err)
		}
		_, value, err := ingest.UnpackLetter(text)
		if err != nil {
			t.Fatal(err)
		}
		b := bad{record.Topic(strings.TrimPrefix(l.Topic, w.Config.Kafka.Prefix)), string(value)}
		got[b] = true
		if !want[b] {
			t.Errorf("a record of %s was rejected that is none to be: %s", l.Topic, l.Reason)
		}
	}
	for b := range want {
		if !got[b] {
			t.Errorf("a bad record of %s has no dead letter", b.topic)
		}
	}
	t.Logf("%d bad records, %d dead letters", len(want), len(letters))
	if len(want) == 0 {
		t.Error("the records have no bad ones")
	}
}
