package record

// Topic names a record kind as the contract does, without the configured prefix.
type Topic string

// The topics of the contract.
const (
	TopicProjects       Topic = "projects"
	TopicEmployers      Topic = "employers"
	TopicWorkers        Topic = "workers"
	TopicAttendance     Topic = "attendance"
	TopicPayroll        Topic = "payroll"
	TopicAccountEntries Topic = "account_entries"
	TopicComplaints     Topic = "complaints"
	TopicProceedings    Topic = "proceedings"
	TopicSignals        Topic = "signals"
	TopicPermits        Topic = "permits"
	TopicClosures       Topic = "closures"
)

// Topics returns all topics in the contract's order.
func Topics() []Topic {
	return []Topic{TopicProjects, TopicEmployers, TopicWorkers, TopicAttendance, TopicPayroll, TopicAccountEntries, TopicComplaints,
		TopicProceedings, TopicSignals, TopicPermits, TopicClosures}
}

// Valid says whether the contract knows the topic.
func (t Topic) Valid() bool {
	for _, k := range Topics() {
		if k == t {
			return true
		}
	}
	return false
}

// ParseTopic finds the topic in a Kafka topic name with the given prefix ("wage.").
func ParseTopic(prefix, name string) (Topic, bool) {
	if len(name) < len(prefix) || name[:len(prefix)] != prefix {
		return "", false
	}
	t := Topic(name[len(prefix):])
	return t, t.Valid()
}
