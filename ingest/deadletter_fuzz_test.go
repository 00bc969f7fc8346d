package ingest

import (
	"bytes"
	"testing"

	"github.com/segmentio/kafka-go"
)

// FuzzLetterHeaders holds that no message on a dead-letter topic, whoever wrote it, panics or takes memory out of
// proportion, and that what is read as a letter says what it is about.
func FuzzLetterHeaders(f *testing.F) {
	f.Add("wage.payroll", "bad_value", "3", "1177", "2026-10-31T08:00:00Z", "1/2", []byte("sealed"))
	f.Add("", "", "-1", "99999999999999999999", "now", "1/10001", []byte{})
	f.Add("wage.payroll", "x", "0x1", "1e9", "", "0/0", []byte{0xff})
	f.Add("wage.payroll", "not_json", "0", "0", "2026-10-31T08:00:00Z", "10000/10000", []byte("\x01"))
	f.Fuzz(func(t *testing.T, topic, reason, partition, offset, at, part string, value []byte) {
		m := kafka.Message{Value: value, Headers: []kafka.Header{
			{Key: headerTopic, Value: []byte(topic)}, {Key: headerReason, Value: []byte(reason)}, {Key: headerPartition, Value: []byte(partition)},
			{Key: headerOffset, Value: []byte(offset)}, {Key: headerAt, Value: []byte(at)}, {Key: headerPart, Value: []byte(part)},
		}}
		found := backlog{map[Place]map[int]DeadLetter{}, map[Place]outcome{}}
		if err := found.add(m); err == nil {
			for _, l := range found.letters() {
				if l.Topic != topic || string(l.Reason) != reason || l.part >= l.parts {
					t.Fatalf("read as %+v", l)
				}
			}
		}
		m.Headers = append(m.Headers, kafka.Header{Key: headerReplaying, Value: []byte(part)}, kafka.Header{Key: headerReplayed, Value: []byte(at)})
		if at, _, isMark, err := readMark(m); err == nil && (!isMark || at.Topic != topic) {
			t.Fatalf("a mark was read as %v", at)
		}
		if key, text, err := UnpackLetter(value); err == nil && !bytes.Equal(packLetter(key, text), value) && len(key) < 128 && value[0] < 128 {
			t.Fatalf("%q was unpacked into %q and %q", value, key, text)
		}
	})
}
