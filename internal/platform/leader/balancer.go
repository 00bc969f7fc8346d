package leader

import (
	"cmp"
	"slices"
	"strconv"
	"sync/atomic"

	"github.com/segmentio/kafka-go"
)

// The ranks by which members are chosen: urgent ones first, then the one that leads already, so that a process that
// starts takes the lead from nobody.
const (
	rankStandby = iota
	rankLeading
	rankUrgent
)

// balancer gives the one partition to the member of the highest rank, among equals to the first by name.
type balancer struct {
	topic string
	rank  atomic.Int32
}

// leads remembers whether this member was given the partition.
func (b *balancer) leads(yes bool) {
	if b.rank.Load() == rankUrgent {
		return
	}
	b.rank.Store(rankStandby)
	if yes {
		b.rank.Store(rankLeading)
	}
}

// ProtocolName implements kafka.GroupBalancer.
func (b *balancer) ProtocolName() string { return "anxin-leader" }

// UserData implements kafka.GroupBalancer: it tells the member's rank, asked for anew in every generation.
func (b *balancer) UserData() ([]byte, error) {
	return strconv.AppendInt(nil, int64(b.rank.Load()), 10), nil
}

// AssignGroups implements kafka.GroupBalancer.
func (b *balancer) AssignGroups(members []kafka.GroupMember, _ []kafka.Partition) kafka.GroupMemberAssignments {
	assigned := kafka.GroupMemberAssignments{}
	for _, m := range members {
		assigned[m.ID] = map[string][]int{}
	}
	first := slices.MinFunc(members, func(x, y kafka.GroupMember) int {
		return cmp.Or(cmp.Compare(rankOf(y), rankOf(x)), cmp.Compare(x.ID, y.ID))
	})
	assigned[first.ID][b.topic] = []int{0}
	return assigned
}

func rankOf(m kafka.GroupMember) int {
	rank, err := strconv.Atoi(string(m.UserData))
	if err != nil {
		return rankStandby
	}
	return rank
}
