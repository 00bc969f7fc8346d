package ingest

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/anxin-project/anxin/ingest/record"
)

// Headers of a dead letter.
const (
	headerReason    = "reason"    // stable code (record.Reason)
	headerDetail    = "detail"    // field and what was expected; never the value
	headerTopic     = "topic"     // where the message was read
	headerPartition = "partition" //
	headerOffset    = "offset"    //
	headerAt        = "at"        // when it was rejected, RFC 3339
	headerPart      = "part"      // N/M, of a message too long for one letter: the letter's value is the Nth of M pieces
)

// maxLetter is how much of a sealed message one letter holds: a message may be as long as the broker takes any, and a
// letter is longer than what it holds.
const maxLetter = 512 << 10

// maxParts is far above what any broker lets pass as one message.
const maxParts = 10_000

// DeadLetterTopic returns the topic that takes the bad records of a topic.
func DeadLetterTopic(topic string) string { return topic + ".dlq" }

// DeadLetter is a rejected message. It is known by topic, partition and offset: the same message may be rejected twice
// after a crash.
type DeadLetter struct {
	Topic     string        `json:"topic"`
	Reason    record.Reason `json:"reason"`
	Detail    string        `json:"detail"`
	Partition int           `json:"partition"`
	Offset    int64         `json:"offset"`
	At        time.Time     `json:"-"`
	// Sealed holds the original key and value, encrypted (record.Protector.SealLetter): a message that is no record may
	// hold an identity number anywhere.
	Sealed []byte `json:"-"`
	// ReplayedAt is when the message was last put back on its topic; zero if it was not.
	ReplayedAt time.Time `json:"replayed_at,omitzero"`

	// begun is set where a replay began of which nobody marked that it came through: where the topic's partitions ended
	// before it.
	begun []int64

	part, parts int // of how many letters, from 0
}

// writeLetters puts rejected messages on the dead-letter topic; it returns after the broker has them all.
func (in *Ingest) writeLetters(ctx context.Context, topic string, letters []letter) error {
	at := in.deps.Now().UTC().Format(time.RFC3339Nano)
	messages := make([]kafka.Message, 0, len(letters))
	for _, l := range letters {
		headers := []kafka.Header{
			{Key: headerReason, Value: []byte(l.reject.Reason)},
			{Key: headerDetail, Value: []byte(l.reject.Detail)},
			{Key: headerTopic, Value: []byte(topic)},
			{Key: headerPartition, Value: []byte(strconv.Itoa(l.message.partition))},
			{Key: headerOffset, Value: strconv.AppendInt(nil, l.message.offset, 10)},
			{Key: headerAt, Value: []byte(at)},
		}
		sealed := in.deps.Protector.SealLetter(packLetter(l.message.key, l.message.value))
		parts := (len(sealed) + maxLetter - 1) / maxLetter
		for i, part := range slices.Collect(slices.Chunk(sealed, maxLetter)) {
			m := kafka.Message{Topic: DeadLetterTopic(topic), Value: part, Headers: headers}
			if parts > 1 {
				m.Headers = append(slices.Clip(headers), kafka.Header{Key: headerPart, Value: fmt.Appendf(nil, "%d/%d", i+1, parts)})
			}
			messages = append(messages, m)
		}
	}
	err := in.letters.WriteMessages(ctx, messages...)
	var refused kafka.WriteErrors
	if errors.As(err, &refused) { // which says the same for every letter
		first := slices.IndexFunc(refused, func(err error) bool { return err != nil })
		err = fmt.Errorf("the broker took %d of %d letters for %s: see its log and its disk: %w",
			len(refused)-refused.Count(), len(refused), DeadLetterTopic(topic), refused[first])
	}
	return err
}

// ParseDeadLetter reads a message of a dead-letter topic.
func ParseDeadLetter(m kafka.Message) (DeadLetter, error) {
	l := DeadLetter{Sealed: m.Value, parts: 1}
	var err error
	for _, h := range m.Headers {
		switch h.Key {
		case headerReason:
			l.Reason = record.Reason(h.Value)
		case headerDetail:
			l.Detail = string(h.Value)
		case headerTopic:
			l.Topic = string(h.Value)
		case headerPartition:
			l.Partition, err = strconv.Atoi(string(h.Value))
		case headerOffset:
			l.Offset, err = strconv.ParseInt(string(h.Value), 10, 64)
		case headerAt:
			l.At, err = time.Parse(time.RFC3339Nano, string(h.Value))
		case headerPart:
			_, err = fmt.Sscanf(string(h.Value), "%d/%d", &l.part, &l.parts)
			l.part--
			if err == nil && (l.part < 0 || l.part >= l.parts || l.parts > maxParts) {
				err = fmt.Errorf("%q is no part of a letter", h.Value)
			}
		}
		if err != nil {
			return l, fmt.Errorf("dead letter at offset %d: header %s: %w", m.Offset, h.Key, err)
		}
	}
	if l.Topic == "" || l.Reason == "" {
		return l, fmt.Errorf("dead letter at offset %d has no topic or reason header", m.Offset)
	}
	return l, nil
}

// packLetter puts key and value into one text: the key's length, the key, the value.
func packLetter(key, value []byte) []byte {
	out := binary.AppendUvarint(make([]byte, 0, len(key)+len(value)+binary.MaxVarintLen32), uint64(len(key)))
	return append(append(out, key...), value...)
}

// UnpackLetter returns the original key and value of an opened dead letter.
func UnpackLetter(text []byte) (key, value []byte, err error) {
	n, read := binary.Uvarint(text)
	if read <= 0 || n > uint64(len(text)-read) {
		return nil, nil, fmt.Errorf("the dead letter's content is not what anxin wrote")
	}
	return text[read : read+int(n)], text[read+int(n):], nil
}
