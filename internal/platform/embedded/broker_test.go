package embedded_test

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/anxin-project/anxin/internal/platform/embedded"
)

func startBroker(t *testing.T, options embedded.BrokerOptions) *embedded.Broker {
	t.Helper()
	broker, err := embedded.StartBroker(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	return broker
}

func produce(t *testing.T, broker *embedded.Broker, topic string, n int) {
	t.Helper()
	writer := &kafka.Writer{Addr: kafka.TCP(broker.Addrs()...), Topic: topic, Balancer: &kafka.Hash{}, BatchTimeout: time.Millisecond, RequiredAcks: kafka.RequireAll}
	defer writer.Close()
	messages := make([]kafka.Message, n)
	for i := range messages {
		messages[i] = kafka.Message{Key: []byte(strconv.Itoa(i)), Value: []byte("工资 " + strconv.Itoa(i))}
	}
	if err := writer.WriteMessages(t.Context(), messages...); err != nil {
		t.Fatal(err)
	}
}

func consume(t *testing.T, broker *embedded.Broker, topic string, n int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	reader := kafka.NewReader(kafka.ReaderConfig{Brokers: broker.Addrs(), Topic: topic, GroupID: "g", MaxWait: 50 * time.Millisecond})
	defer reader.Close()
	seen := map[string]bool{}
	for len(seen) < n {
		message, err := reader.ReadMessage(ctx)
		if err != nil {
			t.Fatalf("after %d messages: %v", len(seen), err)
		}
		seen[string(message.Key)] = true
	}
}

func TestBrokerServesKafkaGo(t *testing.T) {
	broker := startBroker(t, embedded.BrokerOptions{Topics: map[string]int32{"payroll": 4}})
	defer broker.Close()
	produce(t, broker, "payroll", 1000)
	consume(t, broker, "payroll", 1000)
}

func TestBrokerKeepsItsRecordsInItsFolder(t *testing.T) {
	options := embedded.BrokerOptions{DataDir: t.TempDir(), Topics: map[string]int32{"payroll": 2}}
	broker := startBroker(t, options)
	produce(t, broker, "payroll", 100)
	broker.Close()
	broker = startBroker(t, options)
	defer broker.Close()
	consume(t, broker, "payroll", 100)
}

func TestBrokerNamesABusyPort(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	port := busy.Addr().(*net.TCPAddr).Port
	_, err = embedded.StartBroker(t.Context(), embedded.BrokerOptions{Addr: busy.Addr().String()})
	if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("port %d is in use", port)) {
		t.Errorf("got %v", err)
	}
	if _, err := embedded.StartBroker(t.Context(), embedded.BrokerOptions{Addr: "nonsense"}); err == nil {
		t.Error("an address without a port was accepted")
	}
}
