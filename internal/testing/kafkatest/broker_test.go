//go:build kafka

package kafkatest

import (
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
)

// What is on the broker when it is killed is there when it comes back, under the same addresses.
func TestAKilledBrokerComesBackWithItsRecords(t *testing.T) {
	begin := time.Now()
	b := Start(t, Options{})
	t.Logf("started in %v", time.Since(begin))
	b.CreateTopics(map[string]int{"kept": 1})
	write := func() {
		t.Helper()
		_, secure, err := b.transports() // a new one: connections to the broker before it was killed are of no use
		if err != nil {
			t.Fatal(err)
		}
		defer secure.CloseIdleConnections()
		w := &kafka.Writer{
			Addr: kafka.TCP(b.SecureAddr()), Transport: secure, Topic: "kept", RequiredAcks: kafka.RequireAll, BatchTimeout: time.Millisecond,
			ReadTimeout: startTime, WriteTimeout: startTime, // a broker that has just come back on a busy machine takes its time
		}
		defer w.Close()
		if err := w.WriteMessages(t.Context(), kafka.Message{Value: []byte("工资")}); err != nil {
			t.Fatal(err)
		}
	}
	for _, end := range []func(){b.Kill, b.Stop, b.Kill} {
		write()
		end()
		begin = time.Now()
		b.Restart()
		t.Logf("restarted in %v", time.Since(begin))
	}
	write()
	open, _, err := b.transports()
	if err != nil {
		t.Fatal(err)
	}
	defer open.CloseIdleConnections()
	client := &kafka.Client{Addr: kafka.TCP(b.Addr()), Transport: open}
	ends, err := client.ListOffsets(t.Context(), &kafka.ListOffsetsRequest{Topics: map[string][]kafka.OffsetRequest{"kept": {kafka.LastOffsetOf(0)}}})
	if err != nil {
		t.Fatal(err)
	}
	if p := ends.Topics["kept"][0]; p.Error != nil || p.LastOffset != 4 {
		t.Errorf("the topic ends at %d, error %v; want 4", p.LastOffset, p.Error)
	}
}
