//go:build kafka

package kafkatest

import (
	"testing"

	"github.com/anxin-project/anxin/ingest/ingesttest"
	"github.com/anxin-project/anxin/internal/testing/kafkatest"
)

func TestOnlyWhatWasCommittedIsStored(t *testing.T) {
	w := ingesttest.NewWorld(t, ingesttest.Topics(), "")
	b := kafkatest.Start(t, kafkatest.Options{})
	topics := map[string]int{}
	for name, n := range ingesttest.Topics() {
		topics[name] = int(n)
	}
	b.CreateTopics(topics)
	w.Config.Kafka.Brokers = []string{b.Addr()}
	w.Start(t)
	w.Transactions(t)
	w.AwaitCommitted(t, patience)
}
