package cluster

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
)

// Committed is the sum of the offsets that the group has committed for a topic; 0 for a group that has none yet.
func (br *Broker) Committed(ctx context.Context, group, topic string) (int64, error) {
	offsets, err := br.client.FetchOffsets(ctx, group)
	if errors.Is(err, kerr.GroupIDNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("fetch offsets of %s: %w", group, err)
	}
	var sum int64
	for partition, offset := range offsets[topic] {
		if offset.Err != nil {
			return 0, fmt.Errorf("offset of %s/%d: %w", topic, partition, offset.Err)
		}
		sum += max(offset.At, 0)
	}
	return sum, nil
}

// Knows says whether the broker knows all of some topics: it learns of a new one a moment after its controller.
func (br *Broker) Knows(ctx context.Context, topics ...string) (bool, error) {
	listed, err := br.client.ListTopics(ctx, topics...)
	if err != nil {
		return false, fmt.Errorf("list topics: %w", err)
	}
	return len(listed.TopicsSet()) == len(topics), listed.Error()
}

// End is the sum of the ends of a topic's partitions for a read_committed reader.
func (br *Broker) End(ctx context.Context, topic string) (int64, error) {
	ends, err := br.client.ListCommittedOffsets(ctx, topic)
	if err == nil {
		err = ends.Error()
	}
	if err != nil {
		return 0, fmt.Errorf("list ends of %s: %w", topic, err)
	}
	var sum int64
	ends.Each(func(end kadm.ListedOffset) { sum += end.Offset })
	return sum, nil
}

// OpenTransactions counts the transactions that are open on a topic: the distance between its end and its last
// stable offset. Nothing can be compared before it is 0.
func (br *Broker) OpenTransactions(ctx context.Context, topic string) (int64, error) {
	stable, err := br.End(ctx, topic)
	if err != nil {
		return 0, err
	}
	ends, err := br.client.ListEndOffsets(ctx, topic)
	if err == nil {
		err = ends.Error()
	}
	if err != nil {
		return 0, fmt.Errorf("list ends of %s: %w", topic, err)
	}
	open := -stable
	ends.Each(func(end kadm.ListedOffset) { open += end.Offset })
	return open, nil
}

// AddPartitions raises the partition count of one topic, as an operator does by mistake.
func (br *Broker) AddPartitions(ctx context.Context, topic string, add int) error {
	answers, err := br.client.CreatePartitions(ctx, add, topic)
	if err == nil {
		err = answers.Error()
	}
	if err != nil {
		return fmt.Errorf("add partitions to %s: %w", topic, err)
	}
	return nil
}
