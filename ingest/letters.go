package ingest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"
)

// DeadLetters reads all dead letters there are, each once, by topic, partition and offset of the message they hold.
func DeadLetters(ctx context.Context, k Kafka) ([]DeadLetter, error) {
	client, err := k.Client()
	if err != nil {
		return nil, err
	}
	defer client.Transport.(*kafka.Transport).CloseIdleConnections()
	meta, err := client.Metadata(ctx, &kafka.MetadataRequest{})
	if err != nil {
		return nil, fmt.Errorf("asking the broker for its topics: %w", err)
	}
	in := &Ingest{client: client, config: DefaultConfiguration()}
	found := backlog{map[Place]map[int]DeadLetter{}, map[Place]outcome{}}
	for _, topic := range meta.Topics {
		if !strings.HasPrefix(topic.Name, k.Prefix) || !strings.HasSuffix(topic.Name, DeadLetterTopic("")) {
			continue
		}
		for _, p := range topic.Partitions {
			if err := in.readToEnd(ctx, topic.Name, p.ID, 0, found.add); err != nil {
				return nil, err
			}
		}
	}
	return found.letters(), nil
}

// backlog gathers what the dead-letter topics hold: letters by the message they are about and, of those cut into parts, by
// part; and what marks say of them.
type backlog struct {
	parts    map[Place]map[int]DeadLetter
	outcomes map[Place]outcome
}

// outcome is what became of a letter.
type outcome struct {
	replayed time.Time // zero if it was not
	begun    []int64   // see DeadLetter
}

func (p backlog) add(m kafka.Message) error {
	at, became, isMark, err := readMark(m)
	if isMark && err == nil {
		if became.replayed.IsZero() {
			became.replayed = p.outcomes[at].replayed // of an earlier replay
		}
		p.outcomes[at] = became
		return nil
	}
	var l DeadLetter
	if !isMark {
		l, err = ParseDeadLetter(m)
	}
	if err != nil {
		return fmt.Errorf("topic %s: %w", m.Topic, err)
	}
	if at = l.Place(); p.parts[at] == nil {
		p.parts[at] = map[int]DeadLetter{}
	}
	if _, twice := p.parts[at][l.part]; !twice { // else the message was rejected twice
		p.parts[at][l.part] = l
	}
	return nil
}

// readMark reads a message that says what became of a letter; isMark is false for a letter.
func readMark(m kafka.Message) (at Place, became outcome, isMark bool, err error) {
	fail := func(key string, err error) error {
		return fmt.Errorf("the mark at offset %d: header %s: %w", m.Offset, key, err)
	}
	for _, h := range m.Headers {
		switch h.Key {
		case headerReplaying:
			isMark, became.begun = true, []int64{}
			for _, end := range strings.Split(string(h.Value), ",") {
				n, err := strconv.ParseInt(end, 10, 64)
				if err != nil {
					return at, became, true, fail(h.Key, err)
				}
				became.begun = append(became.begun, n)
			}
		case headerReplayed:
			isMark = true
			if became.replayed, err = time.Parse(time.RFC3339, string(h.Value)); err != nil {
				return at, became, true, fail(h.Key, err)
			}
		case headerTopic:
			at.Topic = string(h.Value)
		case headerPartition:
			at.Partition, err = strconv.Atoi(string(h.Value))
		case headerOffset:
			at.Offset, err = strconv.ParseInt(string(h.Value), 10, 64)
		}
		if err != nil {
			return at, became, isMark, fail(h.Key, err)
		}
	}
	return at, became, isMark, nil
}

// letters returns what is complete. A part is missing only for a moment: all are written before the message is committed.
func (p backlog) letters() []DeadLetter {
	var all []DeadLetter
	for at, parts := range p.parts {
		whole := parts[0]
		if len(parts) != whole.parts {
			continue
		}
		for part := 1; part < whole.parts; part++ {
			whole.Sealed = append(whole.Sealed[:len(whole.Sealed):len(whole.Sealed)], parts[part].Sealed...)
		}
		whole.part, whole.parts = 0, 1
		whole.ReplayedAt, whole.begun = p.outcomes[at].replayed, p.outcomes[at].begun
		all = append(all, whole)
	}
	slices.SortFunc(all, func(a, b DeadLetter) int {
		return cmp.Or(strings.Compare(a.Topic, b.Topic), cmp.Compare(a.Partition, b.Partition), cmp.Compare(a.Offset, b.Offset))
	})
	return all
}

// readToEnd hands every message of a partition from an offset on, up to its end at the time of asking, to each; the message
// is each's own.
func (in *Ingest) readToEnd(ctx context.Context, topic string, partition int, from int64, each func(kafka.Message) error) error {
	first, end, err := in.bounds(ctx, topic, partition)
	if err != nil {
		return err
	}
	for offset := max(from, first); offset < end; {
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
