package leader

import (
	"testing"

	"github.com/segmentio/kafka-go"
)

func TestThePartitionGoesToTheMemberOfTheHighestRank(t *testing.T) {
	for name, tt := range map[string]struct {
		ranks map[string]string
		want  string
	}{
		"the one that leads keeps it":       {map[string]string{"a": "0", "b": "1"}, "b"},
		"an urgent one takes it":            {map[string]string{"a": "1", "b": "2", "c": "0"}, "b"},
		"among equals the first by name":    {map[string]string{"c": "0", "b": "0"}, "b"},
		"what cannot be read is a stand-by": {map[string]string{"a": "?", "b": "1"}, "b"},
	} {
		var members []kafka.GroupMember
		for id, rank := range tt.ranks {
			members = append(members, kafka.GroupMember{ID: id, UserData: []byte(rank)})
		}
		assigned := (&balancer{topic: "t"}).AssignGroups(members, nil)
		for id := range tt.ranks {
			if has := len(assigned[id]["t"]) == 1; has != (id == tt.want) {
				t.Errorf("%s: member %s is given %v", name, id, assigned[id])
			}
		}
	}
}
