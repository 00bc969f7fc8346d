package ingest

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"
)

// Headers of marks, which are messages of a dead-letter topic that hold no letter but say what became of one, and of what
// is replayed.
const (
	headerReplaying = "replaying" // a replay began; the ends of the topic's partitions before it: 1177,0,52
	headerReplayed  = "replayed"  // a replay came through; when, RFC 3339
	headerReplayOf  = "replay_of" // on a replayed message: the place of its letter
)

// Place is where the message of a dead letter was read.
type Place struct {
	Topic     string
	Partition int
	Offset    int64
}

// String is how people name the letter: TOPIC/PARTITION@OFFSET.
func (p Place) String() string { return fmt.Sprintf("%s/%d@%d", p.Topic, p.Partition, p.Offset) }

// ParsePlace reads what String writes.
func ParsePlace(text string) (Place, error) {
	topic, rest, slash := strings.Cut(text, "/")
	p, o, at := strings.Cut(rest, "@")
	partition, err1 := strconv.Atoi(p)
	offset, err2 := strconv.ParseInt(o, 10, 64)
	if topic == "" || !slash || !at || err1 != nil || err2 != nil || partition < 0 || offset < 0 {
		return Place{}, fmt.Errorf("%q names no dead letter: want TOPIC/PARTITION@OFFSET as in anxin deadletters list", text)
	}
	return Place{topic, partition, offset}, nil
}

// Place returns where the letter's message was read; it names the letter.
func (l DeadLetter) Place() Place { return Place{l.Topic, l.Partition, l.Offset} }

// Correction is what to put on a letter's topic: the message it holds, or a mended one.
type Correction struct {
	Letter     DeadLetter
	Key, Value []byte
}

// replayedAtOnce is how many letters are marked and sent together.
const replayedAtOnce = 500

// Replay puts messages of letters back on their topics and marks the letters as replayed. It returns how many it sent.
//
// A letter is sent once, wherever an earlier replay of it was stopped: before anything is sent, a mark says that it will
// be, and where the topic ended; what is sent names its letter. Whether a replay came through of which only the beginning
// is marked is seen behind that end. For the same reason nothing is tried again here: after an error, replay again. Two
// replays of the same letters at the same time are not kept apart; what both send is the same record and counts once.
func Replay(ctx context.Context, k Kafka, what []Correction, now func() time.Time) (sent int, err error) {
	r, err := newReplayer(k, now)
	if err != nil {
		return 0, err
	}
	defer r.close()
	for some := range slices.Chunk(what, replayedAtOnce) {
		n, err := r.replay(ctx, some)
		sent += n
		if err != nil {
			return sent, err
		}
	}
	return sent, nil
}

type replayer struct {
	in  *Ingest // to read with
	to  *kafka.Writer
	now func() time.Time
}

func newReplayer(k Kafka, now func() time.Time) (*replayer, error) {
	client, err := k.Client()
	if err != nil {
		return nil, err
	}
	w := k.Writer(client.Transport, replayedAtOnce)
	w.MaxAttempts = 1
	return &replayer{in: &Ingest{client: client, config: DefaultConfiguration()}, to: w, now: now}, nil
}

func (r *replayer) close() {
	r.to.Close() // always nil: what was written was waited for
	r.in.client.Transport.(*kafka.Transport).CloseIdleConnections()
}

func (r *replayer) replay(ctx context.Context, what []Correction) (sent int, err error) {
	arrived, err := r.arrived(ctx, what)
	if err != nil {
		return 0, err
	}
	ends := map[string]string{}
	var begun, messages, done []kafka.Message
	at := []byte(r.now().UTC().Format(time.RFC3339))
	for _, c := range what {
		place := c.Letter.Place()
		done = append(done, mark(place, headerReplayed, at))
		if arrived[place] {
			continue
		}
		if _, asked := ends[place.Topic]; !asked {
			if ends[place.Topic], err = r.ends(ctx, place.Topic); err != nil {
				return 0, err
			}
		}
		begun = append(begun, mark(place, headerReplaying, []byte(ends[place.Topic])))
		messages = append(messages, kafka.Message{Topic: place.Topic, Key: c.Key, Value: c.Value,
			Headers: []kafka.Header{{Key: headerReplayOf, Value: []byte(place.String())}}})
	}
	for _, step := range []struct {
		what     string
		messages []kafka.Message
	}{{"marking the letters", begun}, {"sending the records", messages}, {"marking the letters as replayed", done}} {
		if len(step.messages) == 0 {
			continue
		}
		if err := r.to.WriteMessages(ctx, step.messages...); err != nil {
			return 0, fmt.Errorf("%s: %w; replay again, and what came through is not sent twice", step.what, err)
		}
	}
	return len(messages), nil
}

func mark(p Place, header string, value []byte) kafka.Message {
	return kafka.Message{
		Topic: DeadLetterTopic(p.Topic),
		Key:   []byte(p.String()), // marks of one letter stay in order
		Headers: []kafka.Header{
			{Key: header, Value: value},
			{Key: headerTopic, Value: []byte(p.Topic)},
			{Key: headerPartition, Value: []byte(strconv.Itoa(p.Partition))},
			{Key: headerOffset, Value: strconv.AppendInt(nil, p.Offset, 10)},
		},
	}
}

// ends returns where the partitions of a topic end.
func (r *replayer) ends(ctx context.Context, topic string) (string, error) {
	n, err := r.partitions(ctx, topic)
	if err != nil {
		return "", err
	}
	var ends []string
	for p := range n {
		_, end, err := r.in.bounds(ctx, topic, p)
		if err != nil {
			return "", err
		}
		ends = append(ends, strconv.FormatInt(end, 10))
	}
	return strings.Join(ends, ","), nil
}

func (r *replayer) partitions(ctx context.Context, topic string) (int, error) {
	meta, err := r.in.client.Metadata(ctx, &kafka.MetadataRequest{Topics: []string{topic}})
	if err != nil {
		return 0, fmt.Errorf("asking the broker for topic %s: %w", topic, err)
	}
	for _, t := range meta.Topics {
		if t.Name == topic && t.Error == nil {
			return len(t.Partitions), nil
		}
	}
	return 0, fmt.Errorf("the broker has no topic %s any more: create it, then replay again", topic)
}

// arrived finds the letters whose replay reached the broker although the process ended before it could mark them.
func (r *replayer) arrived(ctx context.Context, what []Correction) (map[Place]bool, error) {
	begun := map[Place][]int64{}
	from := map[string][]int64{} // per topic, the least of the ends noted
	for _, c := range what {
		begun[c.Letter.Place()] = c.Letter.begun
		for p, end := range c.Letter.begun {
			known := from[c.Letter.Topic]
			if p == len(known) {
				from[c.Letter.Topic] = append(known, end)
			} else {
				known[p] = min(known[p], end)
			}
		}
	}
	found := map[Place]bool{}
	for topic, ends := range from {
		n, err := r.partitions(ctx, topic)
		if err != nil {
			return nil, err
		}
		for p := range n {
			start := int64(0) // of a partition that was added since
			if p < len(ends) {
				start = ends[p]
			}
			err := r.in.readToEnd(ctx, topic, p, start, func(m kafka.Message) error {
				place, err := ParsePlace(string(header(m, headerReplayOf)))
				if ends := begun[place]; err == nil && ends != nil && (p >= len(ends) || m.Offset >= ends[p]) {
					found[place] = true
				}
				return nil
			})
			if err != nil {
				return nil, err
			}
		}
	}
	return found, nil
}

// header returns the value of a message's header, nil where it has none.
func header(m kafka.Message, key string) []byte {
	for _, h := range m.Headers {
		if h.Key == key {
			return append([]byte{}, h.Value...)
		}
	}
	return nil
}
