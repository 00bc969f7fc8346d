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
	client, err := k.Client()
	if err != nil {
		return nil, err
	}
	meta, err := client.Metadata(ctx, &kafka.MetadataRequest{})
	if err != nil {
		return nil, fmt.Errorf("asking the broker for its topics: %w", err)
	}
	in := &Ingest{client: client, config: DefaultConfiguration()}
	type place struct {
		topic     string
		partition int
		offset    int64
	}
	seen := map[place]bool{}
	var all []DeadLetter
	for _, topic := range meta.Topics {
		if !strings.HasPrefix(topic.Name, k.Prefix) || !strings.HasSuffix(topic.Name, DeadLetterTopic("")) {
			continue
		}
		for _, p := range topic.Partitions {
			err := in.readToEnd(ctx, topic.Name, p.ID, func(m kafka.Message) error {
				l, err := ParseDeadLetter(m)
				if err != nil {
					return fmt.Errorf("topic %s: %w", topic.Name, err)
				}
				if at := (place{l.Topic, l.Partition, l.Offset}); !seen[at] {
					seen[at] = true
					all = append(all, l)
				}
				return nil
			})
			if err != nil {
				return nil, err
			}
		}
	}
	slices.SortFunc(all, func(a, b DeadLetter) int {
		return cmp.Or(strings.Compare(a.Topic, b.Topic), cmp.Compare(a.Partition, b.Partition), cmp.Compare(a.Offset, b.Offset))
	})
	return all, nil
}

// readToEnd hands every message of a partition, up to its end at the time of asking, to each.
func (in *Ingest) readToEnd(ctx context.Context, topic string, partition int, each func(kafka.Message) error) error {
	ends, err := in.client.ListOffsets(ctx, &kafka.ListOffsetsRequest{Topics: map[string][]kafka.OffsetRequest{
		topic: {kafka.FirstOffsetOf(partition), kafka.LastOffsetOf(partition)},
	}})
	if err != nil {
		return fmt.Errorf("asking for the end of %s: %w", topic, err)
	}
	for _, bounds := range ends.Topics[topic] {
		if bounds.Error != nil {
			return fmt.Errorf("asking for the end of %s: %w", topic, bounds.Error)
		}
		for offset := max(bounds.FirstOffset, 0); offset < bounds.LastOffset; {
			f, err := in.fetchOnce(ctx, topic, partition, offset)
			if err != nil {
				return fmt.Errorf("reading %s: %w", topic, err)
			}
			for _, m := range f.messages {
				if err := each(kafka.Message{Topic: topic, Partition: partition, Offset: m.offset, Key: m.key, Value: m.value, Headers: m.headers, Time: m.at}); err != nil {
					return err
				}
			}
			offset = f.next
		}
	}
	return nil
}
