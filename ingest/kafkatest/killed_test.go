//go:build kafka

package kafkatest

import (
	"testing"
	"time"

	"github.com/anxin-project/anxin/ingest/ingesttest"
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
	w.SentAgain = true
	w.Check(t)
	for _, m := range members {
		m.Stop(t)
	}
}
