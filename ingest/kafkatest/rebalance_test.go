//go:build kafka

package kafkatest

import (
	"fmt"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/ingest/ingesttest"
)

// One to three members share the topics, in every step another number of them, while records flow.
func TestMembersThatJoinAndLeaveLoseAndRepeatNothing(t *testing.T) {
	w, _ := newWorld(t)
	w.Config.BatchRows = 200 // many commits
	records := ingesttest.Records(t, "county", 13, 120_000)
	sending := startFlow(t, w, records)
	commits := watchCommits(t, w.Config.Kafka)
	client := newClient(t, w.Config.Kafka)

	var members []*ingesttest.Member
	join := func() { members = append(members, w.Start(t)) }
	leave := func() { // the oldest, which leads
		t.Logf("left in %v", members[0].Stop(t).Round(time.Millisecond))
		members = members[1:]
	}
	stable := func() {
		t.Helper()
		start := time.Now()
		ingesttest.Eventually(t, patience, fmt.Sprintf("%d members share the partitions", len(members)), func() bool {
			return shared(t, client, w.Config.Kafka, len(members))
		})
		t.Logf("%d members after %v", len(members), time.Since(start).Round(time.Millisecond))
	}
	start := time.Now()
	for _, change := range [][]func(){
		{join}, {join}, {join}, {leave}, {join}, {leave, leave}, {join, join}, {leave, join}, {leave}, {join, leave, join}, {leave, leave}, {join},
	} {
		for _, do := range change {
			do()
		}
		stable()
	}
	t.Logf("12 changes in %v", time.Since(start).Round(time.Millisecond))
	for _, r := range sending.finish(t, records) {
		w.Truth.Add(t, r)
	}
	w.AwaitCaughtUp(t, patience)
	commits.check(t)
	w.Check(t)
}

// shared tells whether the group is settled, with n members that have partitions, each partition in one hand.
func shared(t *testing.T, client *kafka.Client, k ingest.Kafka, n int) bool {
	t.Helper()
	got, err := client.DescribeGroups(t.Context(), &kafka.DescribeGroupsRequest{GroupIDs: []string{k.Group}})
	if err != nil || len(got.Groups) != 1 || got.Groups[0].Error != nil {
		return false
	}
	group := got.Groups[0]
	if group.GroupState != "Stable" || len(group.Members) != n {
		return false
	}
	owned := map[string]int{}
	for _, m := range group.Members {
		if len(m.MemberAssignments.Topics) == 0 {
			return false
		}
		for _, topic := range m.MemberAssignments.Topics {
			owned[topic.Topic] += len(topic.Partitions)
		}
	}
	for name, partitions := range ingesttest.Topics() {
		if got, ours := owned[name]; ours && got != int(partitions) {
			t.Errorf("%d partitions of %s have an owner, want %d", got, name, partitions)
		}
	}
	return true
}
