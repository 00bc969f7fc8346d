package ingest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/anxin-project/anxin/ingest"
)

func TestAConfigurationSaysWhatItWouldAccept(t *testing.T) {
	if err := ingest.DefaultConfiguration().Validate(); err != nil {
		t.Error(err)
	}
	for want, change := range map[string]func(*ingest.Configuration){
		"ingest.kafka.brokers":        func(c *ingest.Configuration) { c.Kafka.Brokers = []string{"kafka.example"} },
		"ingest.kafka.group":          func(c *ingest.Configuration) { c.Kafka.Group = "" },
		"ingest.kafka.sasl.mechanism": func(c *ingest.Configuration) { c.Kafka.SASL.Mechanism = "GSSAPI" },
		"ingest.workers is 0":         func(c *ingest.Configuration) { c.Workers = 0 },
		"want at most 1073741824":     func(c *ingest.Configuration) { c.BatchBytes = 2 << 30 },
		"ingest.fetch_wait is 0s":     func(c *ingest.Configuration) { c.FetchWait = 0 },
		"ingest.heartbeat 20s":        func(c *ingest.Configuration) { c.Heartbeat = 20 * time.Second },
		"ingest.drain 30s":            func(c *ingest.Configuration) { c.Drain = 30 * time.Second },
	} {
		c := ingest.DefaultConfiguration()
		change(&c)
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error that says %q", err, want)
		}
	}
}
