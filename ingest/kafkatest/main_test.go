//go:build kafka

// Package kafkatest proves, against a real Apache Kafka broker, what the other tests of ingest show with the embedded one:
// that kafka-go and ingest lose nothing and count nothing twice over TLS and SASL, through rebalances, and when the broker
// is killed.
package kafkatest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/ingest/ingesttest"
	"github.com/anxin-project/anxin/internal/testing/embeddedtest"
	"github.com/anxin-project/anxin/internal/testing/kafkatest"
)

func TestMain(m *testing.M) { embeddedtest.Main(m) }

// newWorld is a world whose clients use a real broker's secure listener. The embedded broker of the world holds the same
// topics and is not used unless a test does.
func newWorld(t *testing.T) (*ingesttest.World, *kafkatest.Broker) {
	t.Helper()
	b := kafkatest.Start(t, kafkatest.Options{})
	topics := map[string]int{}
	for name, partitions := range ingesttest.Topics() {
		topics[name] = int(partitions)
	}
	b.CreateTopics(topics)
	w := ingesttest.NewWorld(t, ingesttest.Topics(), "")
	w.Config.Kafka = secure(t, b, w.Config.Kafka)
	return w, b
}

// secure returns a configuration for a broker's secure listener.
func secure(t *testing.T, b *kafkatest.Broker, k ingest.Kafka) ingest.Kafka {
	t.Helper()
	k.Brokers = []string{b.SecureAddr()}
	k.TLS.Enabled, k.TLS.CA = true, b.CAFile()
	k.SASL.Mechanism, k.SASL.User, k.SASL.PasswordFile = "SCRAM-SHA-512", kafkatest.User, secretFile(t, b.Password())
	return k
}

func secretFile(t *testing.T, secret string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(path, []byte(secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
