package record

// Topic names a record kind as the contract does, without the configured prefix.
type Topic string

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
