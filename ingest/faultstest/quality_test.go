//go:build faults

package faultstest

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/ingest/ingesttest"
)

// checkQuality compares the sets of messages in feed_quality, the one aggregate that ingest keeps, with what is on the
// broker: every message is in one of them, as stored or as refused, and as refused for the reason of its dead letter.
func checkQuality(t *testing.T, w *ingesttest.World) {
	t.Helper()
	want := map[string]uint64{}
	for topic, partitions := range w.Broker.Cluster().GroupInfo(w.Config.Kafka.Group).Commits {
		for partition, at := range partitions {
			want[fmt.Sprintf("messages of %s/%d", strings.TrimPrefix(topic, w.Config.Kafka.Prefix), partition)] = uint64(at.Offset)
		}
	}
	letters, err := ingest.DeadLetters(t.Context(), w.Config.Kafka)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range letters {
		want[fmt.Sprintf("rejects of %s/%d: %s", strings.TrimPrefix(l.Topic, w.Config.Kafka.Prefix), l.Partition, l.Reason)]++
	}
	got := map[string]uint64{}
	read := func(query string) {
		var rows []struct {
			What   string `ch:"what"`
			N      uint64 `ch:"n"`
			Unlike uint64 `ch:"unlike"`
		}
		if err := w.Conn.Select(t.Context(), &rows, query); err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			got[row.What] = row.N
			if row.Unlike != row.N {
				t.Errorf("feed_quality has %d %s, of which some are in two sets: %d in all", row.N, row.What, row.Unlike)
			}
		}
	}
	read(`
		SELECT
			concat('messages of ', topic, '/', toString(partition)) AS what,
			groupBitmapMerge(messages) AS n,
			groupBitmapMergeIf(messages, mark = 'stored') + groupBitmapMergeIf(messages, mark = 'rejected') AS unlike
		FROM feed_quality
		WHERE mark IN ('stored', 'rejected')
		GROUP BY topic, partition`)
	read(`
		SELECT
			concat('rejects of ', topic, '/', toString(partition), ': ', detail) AS what,
			groupBitmapMerge(messages) AS n,
			n AS unlike
		FROM feed_quality
		WHERE mark = 'rejected'
		GROUP BY topic, partition, detail`)
	if !maps.Equal(got, want) {
		t.Errorf("feed_quality tells\n%v\nwant\n%v", got, want)
	}
}
