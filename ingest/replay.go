package ingest

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"
)

// headerReplayed marks a message of a dead-letter topic that holds no letter but says that one was replayed.
const headerReplayed = "replayed"

// Place is where the message of a dead letter was read.
type Place struct {
	Topic     string
	Partition int
	Offset    int64
}

// Place returns where the letter's message was read; it names the letter.
func (l DeadLetter) Place() Place { return Place{l.Topic, l.Partition, l.Offset} }

// Replay puts the message of a letter back on its topic, with the key it had, and then marks the letter as replayed. A
// crash in between sends it twice at the next replay, which is the same record twice and changes nothing.
func Replay(ctx context.Context, k Kafka, l DeadLetter, key, value []byte) error {
	client, err := k.Client()
	if err != nil {
		return err
	}
	w := k.Writer(client.Transport, 1)
	defer w.Close()
	if err := w.WriteMessages(ctx, kafka.Message{Topic: l.Topic, Key: key, Value: value}); err != nil {
		return fmt.Errorf("replaying %s/%d@%d: %w", l.Topic, l.Partition, l.Offset, err)
	}
	err = w.WriteMessages(ctx, kafka.Message{
		Topic: DeadLetterTopic(l.Topic),
		Headers: []kafka.Header{
			{Key: headerReplayed, Value: []byte(time.Now().UTC().Format(time.RFC3339))},
			{Key: headerTopic, Value: []byte(l.Topic)},
			{Key: headerPartition, Value: []byte(strconv.Itoa(l.Partition))},
			{Key: headerOffset, Value: strconv.AppendInt(nil, l.Offset, 10)},
		},
	})
	if err != nil {
		return fmt.Errorf("marking %s/%d@%d as replayed: %w", l.Topic, l.Partition, l.Offset, err)
	}
	return nil
}

// Replayed returns the letters that were replayed.
func Replayed(ctx context.Context, k Kafka) (map[Place]bool, error) {
	done := map[Place]bool{}
	err := eachLetterMessage(ctx, k, func(m kafka.Message) error {
		if !isMark(m) {
			return nil
		}
		var p Place
		var err error
		for _, h := range m.Headers {
			switch h.Key {
			case headerTopic:
				p.Topic = string(h.Value)
			case headerPartition:
				p.Partition, err = strconv.Atoi(string(h.Value))
			case headerOffset:
				p.Offset, err = strconv.ParseInt(string(h.Value), 10, 64)
			}
			if err != nil {
				return fmt.Errorf("topic %s, offset %d: header %s: %w", m.Topic, m.Offset, h.Key, err)
			}
		}
		done[p] = true
		return nil
	})
	return done, err
}

// isMark tells a mark from a letter.
func isMark(m kafka.Message) bool {
	for _, h := range m.Headers {
		if h.Key == headerReplayed {
			return true
		}
	}
	return false
}

// eachLetterMessage hands every message of the dead-letter topics, letters and marks, to each.
func eachLetterMessage(ctx context.Context, k Kafka, each func(kafka.Message) error) error {
	client, err := k.Client()
	if err != nil {
		return err
	}
	defer client.Transport.(*kafka.Transport).CloseIdleConnections()
	meta, err := client.Metadata(ctx, &kafka.MetadataRequest{})
	if err != nil {
		return fmt.Errorf("asking the broker for its topics: %w", err)
	}
	in := &Ingest{client: client, config: DefaultConfiguration()}
	for _, topic := range meta.Topics {
		if !strings.HasPrefix(topic.Name, k.Prefix) || !strings.HasSuffix(topic.Name, DeadLetterTopic("")) {
			continue
		}
		for _, p := range topic.Partitions {
			if err := in.readToEnd(ctx, topic.Name, p.ID, each); err != nil {
				return err
			}
		}
	}
	return nil
}
