//go:build kafka

package kafkatest

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/ingest/ingesttest"
	"github.com/anxin-project/anxin/ingest/produce"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/testing/kafkatest"
)

// Whoever is not let in, or does not trust the broker, learns why, and neither sends nor stores anything. What keeps ingest
// out may be mended while it runs: it waits, and tells.
func TestAWrongPasswordOrAuthorityIsToldAndLetsNothingThrough(t *testing.T) {
	w, b := newWorld(t)
	w.Send(t, ingesttest.Records(t, "tiny", 12, 100)...)
	before := onBroker(t, w.Config.Kafka)
	if before != 100 {
		t.Fatalf("%d messages on the broker, want 100", before)
	}
	const wrong = "not-the-password-of-anybody"
	for name, c := range map[string]struct {
		change func(*ingest.Kafka)
		says   string
	}{
		"a wrong password":             {func(k *ingest.Kafka) { k.SASL.PasswordFile = secretFile(t, wrong) }, "SASL Authentication Failed"},
		"an unknown user":              {func(k *ingest.Kafka) { k.SASL.User = "nobody" }, "SASL Authentication Failed"},
		"a mechanism that is not on":   {func(k *ingest.Kafka) { k.SASL.Mechanism = "PLAIN" }, "Unsupported SASL Mechanism"},
		"an authority that is another": {func(k *ingest.Kafka) { k.TLS.CA = kafkatest.StrangeCA(t) }, "certificate signed by unknown authority"},
		"the system's authorities":     {func(k *ingest.Kafka) { k.TLS.CA = "" }, "certificate signed by unknown authority"},
	} {
		t.Run(name, func(t *testing.T) {
			refused := *w
			refused.Store, refused.Conn = ingesttest.Database(t)
			c.change(&refused.Config.Kafka)

			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			start := time.Now()
			p, err := produce.New(refused.Config.Kafka)
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			if err := p.Put(ctx, record.TopicPayroll, nil, []byte(`{}`)); err != nil {
				t.Fatal(err)
			}
			check(t, "producing", p.Flush(ctx), c.says)
			_, err = ingest.DeadLetters(ctx, refused.Config.Kafka)
			check(t, "reading dead letters", err, c.says)
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("it took %v to be told", took)
			}

			in := refused.Start(t)
			ingesttest.Eventually(t, patience, "ingest tells what is wrong", func() bool { return in.Log.Contains(c.says) })
			if in.Log.Contains(wrong) || in.Log.Contains(b.Password()) {
				t.Error("the log holds a password")
			}
			in.Stop(t)
			if n := in.Value(t, "anxin_ingest_read_records_total"); n != 0 {
				t.Errorf("%v records were read", n)
			}
			for _, topic := range record.Topics() {
				var rows uint64
				if err := refused.Conn.QueryRow(t.Context(), "SELECT count() FROM "+string(topic)).Scan(&rows); err != nil || rows != 0 {
					t.Errorf("%d rows in %s, error %v", rows, topic, err)
				}
			}
		})
	}
	if after := onBroker(t, w.Config.Kafka); after != before {
		t.Errorf("%d messages came to the broker from those it refuses", after-before)
	}
}

// onBroker counts the messages on the topics of records.
func onBroker(t *testing.T, k ingest.Kafka) (n int64) {
	t.Helper()
	ends := map[string][]kafka.OffsetRequest{}
	for name, partitions := range ingesttest.Topics() {
		for p := range int(partitions) {
			ends[name] = append(ends[name], kafka.LastOffsetOf(p))
		}
	}
	got, err := newClient(t, k).ListOffsets(t.Context(), &kafka.ListOffsetsRequest{Topics: ends})
	if err != nil {
		t.Fatal(err)
	}
	for topic, partitions := range got.Topics {
		for _, p := range partitions {
			if p.Error != nil {
				t.Fatalf("asking for the end of %s: %v", topic, p.Error)
			}
			n += p.LastOffset
		}
	}
	return n
}

func check(t *testing.T, what string, err error, says string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), says) {
		t.Errorf("%s: error %v does not say %q", what, err, says)
		return
	}
	t.Logf("%s: %v", what, err)
}
