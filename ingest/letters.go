package ingest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/segmentio/kafka-go"
)

// DeadLetters reads all dead letters there are, each once, by topic, partition and offset of the message they hold.
func DeadLetters(ctx context.Context, k Kafka) ([]DeadLetter, error) {
	found := pile{}
	err := eachLetterMessage(ctx, k, func(m kafka.Message) error {
		if isMark(m) {
			return nil
		}
		return found.add(m)
	})
	if err != nil {
		return nil, err
	}
	return found.letters(), nil
}

// pile gathers letters by the message they hold and, of those cut into parts, by part.
type pile map[Place][]DeadLetter

func (p pile) add(m kafka.Message) error {
	l, err := ParseDeadLetter(m)
	if err != nil {
		return fmt.Errorf("topic %s: %w", m.Topic, err)
	}
	at := l.Place()
	if p[at] == nil {
		p[at] = make([]DeadLetter, l.parts)
	}
	if l.part < len(p[at]) && p[at][l.part].Reason == "" {
		p[at][l.part] = l // else the message was rejected twice
	}
	return nil
}

// letters returns what is complete. A part is missing only for a moment: all are written before the message is committed.
func (p pile) letters() []DeadLetter {
	var all []DeadLetter
	for _, parts := range p {
		whole := parts[0]
		if slices.ContainsFunc(parts, func(l DeadLetter) bool { return l.Reason == "" }) {
			continue
		}
		for _, l := range parts[1:] {
			whole.Sealed = append(whole.Sealed[:len(whole.Sealed):len(whole.Sealed)], l.Sealed...)
		}
		whole.part, whole.parts = 0, 1
		all = append(all, whole)
	}
	slices.SortFunc(all, func(a, b DeadLetter) int {
		return cmp.Or(strings.Compare(a.Topic, b.Topic), cmp.Compare(a.Partition, b.Partition), cmp.Compare(a.Offset, b.Offset))
	})
	return all
}

// readToEnd hands every message of a partition, up to its end at the time of asking, to each; the message is each's own.
func (in *Ingest) readToEnd(ctx context.Context, topic string, partition int, each func(kafka.Message) error) error {
	offset, end, err := in.bounds(ctx, topic, partition)
	if err != nil {
		return err
	}
	for offset < end {
		f, err := in.fetchOnce(ctx, topic, partition, offset)
		if err != nil {
			return fmt.Errorf("reading %s: %w", topic, err)
		}
		for i := range f.messages {
			m := f.messages[i].clone()
			if err := each(kafka.Message{Topic: topic, Partition: partition, Offset: m.offset, Key: m.key, Value: m.value, Headers: m.headers}); err != nil {
				return err
			}
		}
		offset = f.next
		f.release()
	}
	return nil
}
