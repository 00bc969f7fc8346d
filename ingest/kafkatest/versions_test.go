//go:build kafka

package kafkatest

import (
	"testing"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"

	"github.com/anxin-project/anxin/internal/testing/kafkatest"
)

// kafka-go's ConsumerGroup does not ask which versions of the protocol the broker speaks, but for most requests has one of
// its own (its conn.go). Apache Kafka drops old versions now and then, 4.0 many of them, so this is the list to look at when
// a newer broker refuses its groups. Where kafka-go may choose, the highest it knows must be one that the broker still takes.
func TestTheBrokerTakesTheVersionsThatKafkaGoSpeaks(t *testing.T) {
	b := kafkatest.Start(t, kafkatest.Options{})
	client := &kafka.Client{Addr: kafka.TCP(b.Addr())}
	got, err := client.ApiVersions(t.Context(), &kafka.ApiVersionsRequest{})
	if err != nil || got.Error != nil {
		t.Fatal(err, got)
	}
	type bounds struct{ low, high int }
	broker := map[protocol.ApiKey]bounds{}
	for _, api := range got.ApiKeys {
		broker[protocol.ApiKey(api.ApiKey)] = bounds{api.MinVersion, api.MaxVersion}
	}
	groups := map[protocol.ApiKey]int{
		protocol.FindCoordinator: 0, protocol.JoinGroup: 2, protocol.SyncGroup: 0, protocol.Heartbeat: 0, protocol.LeaveGroup: 0, protocol.OffsetFetch: 1,
		protocol.OffsetCommit: 2, protocol.Metadata: 6, protocol.SaslHandshake: 1, protocol.SaslAuthenticate: 0, protocol.ApiVersions: 0,
	}
	for key, v := range groups {
		if v < broker[key].low || v > broker[key].high {
			t.Errorf("%v: kafka-go's groups speak version %d, the broker %d to %d", key, v, broker[key].low, broker[key].high)
		}
		t.Logf("%v: groups speak %d, the broker %d to %d", key, v, broker[key].low, broker[key].high)
	}
	clients := []protocol.ApiKey{
		protocol.Produce, protocol.Fetch, protocol.ListOffsets, protocol.Metadata, protocol.OffsetFetch, protocol.FindCoordinator, protocol.LeaveGroup,
		protocol.DescribeGroups, protocol.CreateTopics, protocol.ApiVersions, protocol.SaslHandshake, protocol.SaslAuthenticate,
	}
	for _, key := range clients {
		low, high := int(key.MinVersion()), int(key.MaxVersion())
		if high < broker[key].low || low > broker[key].high {
			t.Errorf("%v: kafka-go speaks versions %d to %d, the broker %d to %d", key, low, high, broker[key].low, broker[key].high)
		}
		t.Logf("%v: kafka-go speaks %d to %d, the broker %d to %d", key, low, high, broker[key].low, broker[key].high)
	}
}
