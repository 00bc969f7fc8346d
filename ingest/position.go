package ingest

import (
	"context"
	"errors"
	"fmt"

	"github.com/segmentio/kafka-go"

	"github.com/anxin-project/anxin/ingest/record"
)

// topics returns those topics of records that exist, with their number of partitions.
func (k Kafka) topics(ctx context.Context, client *kafka.Client) (map[string]int, error) {
	meta, err := client.Metadata(ctx, &kafka.MetadataRequest{})
	if err != nil {
		return nil, fmt.Errorf("asking the broker for its topics: %w", err)
	}
	found := map[string]int{}
	for _, topic := range meta.Topics {
		if _, ours := record.ParseTopic(k.Prefix, topic.Name); ours && topic.Error == nil {
			found[topic.Name] = len(topic.Partitions)
		}
	}
	return found, nil
}

func (in *Ingest) topics(ctx context.Context) (map[string]int, error) {
	return in.config.Kafka.topics(ctx, in.client)
}

// behind returns, per topic and partition, how many messages the broker holds after what the group has committed.
func (k Kafka) behind(ctx context.Context, client *kafka.Client) (map[string]map[int]int64, error) {
	topics, err := k.topics(ctx, client)
	if err != nil || len(topics) == 0 {
		return nil, err
	}
	bounds := map[string][]kafka.OffsetRequest{}
	partitions := map[string][]int{}
	for topic, n := range topics {
		for p := range n {
			bounds[topic] = append(bounds[topic], kafka.FirstOffsetOf(p), kafka.LastOffsetOf(p))
			partitions[topic] = append(partitions[topic], p)
		}
	}
	held, err := client.ListOffsets(ctx, &kafka.ListOffsetsRequest{Topics: bounds, IsolationLevel: kafka.ReadCommitted}) // what is not committed is not waited for
	if err != nil {
		return nil, fmt.Errorf("asking the broker for the topics' ends: %w", err)
	}
	done, err := client.OffsetFetch(ctx, &kafka.OffsetFetchRequest{GroupID: k.Group, Topics: partitions})
	if err != nil {
		return nil, fmt.Errorf("asking the broker for committed offsets: %w", err)
	}
	if done.Error != nil && !errors.Is(done.Error, kafka.GroupIdNotFound) { // a new group has committed nothing
		return nil, fmt.Errorf("asking the broker for committed offsets: %w", done.Error)
	}
	committed := map[string]map[int]int64{}
	for topic, partitions := range done.Topics {
		committed[topic] = map[int]int64{}
		for _, p := range partitions {
			if p.Error != nil {
				return nil, fmt.Errorf("asking for the committed offset of %s: %w", topic, p.Error)
			}
			committed[topic][p.Partition] = p.CommittedOffset
		}
	}
	behind := map[string]map[int]int64{}
	for topic, partitions := range held.Topics {
		behind[topic] = map[int]int64{}
		for _, p := range partitions {
			if p.Error != nil {
				return nil, fmt.Errorf("asking for the end of %s: %w", topic, p.Error)
			}
			// what the broker has deleted again need not be read
			behind[topic][p.Partition] = max(0, p.LastOffset-max(committed[topic][p.Partition], p.FirstOffset))
		}
	}
	return behind, nil
}

// CaughtUp tells whether the group has committed everything that the topics hold.
func (k Kafka) CaughtUp(ctx context.Context, client *kafka.Client) (bool, error) {
	behind, err := k.behind(ctx, client)
	if err != nil {
		return false, err
	}
	for _, partitions := range behind {
		for _, n := range partitions {
			if n > 0 {
				return false, nil
			}
		}
	}
	return true, nil
}
