package processor

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"go.uber.org/zap"

	"holdfast/schemas/avro"
)

// checkTopics waits for the brokers, then checks that every topic exists and that all have the same number of partitions:
// task p is partition p of all of them.
func (pr *Processor) checkTopics(ctx context.Context) error {
	topics := append(pr.inputTopics(), pr.outputTopics()...)
	var found kadm.TopicDetails
	err := pr.retry(ctx, "reach Kafka", func() (err error) {
		found, err = pr.admin.ListTopics(ctx, append(topics, pr.otherTopics()...)...)
		return err
	})
	if err != nil {
		return err
	}
	if err := pr.allThere(found, append(topics, pr.otherTopics()...)); err != nil {
		return err
	}
	if err := sameLayout(found, topics); err != nil {
		return err
	}
	pr.partitions = int32(len(found[topics[0]].Partitions))
	pr.readTopicConfigs(ctx, pr.outputTopics())
	return nil
}

// allThere reports the topics that are missing, all at once, and how to make them.
func (pr *Processor) allThere(found kadm.TopicDetails, topics []string) error {
	var missing []string
	for _, topic := range topics {
		if detail, ok := found[topic]; !ok || detail.Err != nil || len(detail.Partitions) == 0 {
			missing = append(missing, topic)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("%w: %s; create them with `holdfast topics create --brokers %s`", errTopicsMissing, strings.Join(missing, ", "), strings.Join(pr.config.Brokers, ","))
}

// sameLayout reports unequal partition counts.
func sameLayout(found kadm.TopicDetails, topics []string) error {
	var counts []string
	partitions := map[int]bool{}
	for _, topic := range topics {
		count := len(found[topic].Partitions)
		partitions[count] = true
		counts = append(counts, fmt.Sprintf("%s %d", topic, count))
	}
	if len(partitions) > 1 {
		return fmt.Errorf("the topics have unequal partition counts (%s): an account must have one partition number everywhere; create them anew with equal counts", strings.Join(counts, ", "))
	}
	return nil
}

// otherTopics are those whose partitions are no tasks.
func (pr *Processor) otherTopics() []string {
	return append(newSilence(&pr.config).topics(pr.inputTopics()), pr.config.Topics.Bundles)
}

// readTopicConfigs reads what the topics' settings mean for us: how long the changelog keeps tombstones, and how large a
// batch each topic takes. A broker that does not say leaves the defaults.
func (pr *Processor) readTopicConfigs(ctx context.Context, topics []string) {
	pr.batchBytes = map[string]int32{}
	configs, err := pr.admin.DescribeTopicConfigs(ctx, topics...)
	if err != nil {
		pr.log.Warn("cannot read the settings of the topics", zapError(err))
		return
	}
	for _, topic := range configs {
		for _, entry := range topic.Configs {
			value, err := strconv.ParseInt(entry.MaybeValue(), 10, 64)
			switch {
			case err != nil:
			case entry.Key == "delete.retention.ms" && topic.Name == pr.config.Topics.Changelog:
				pr.tombstonesKept = time.Duration(value) * time.Millisecond
			case entry.Key == "max.message.bytes":
				pr.batchBytes[topic.Name] = int32(min(value, maxBatchBytes)) - batchOverhead
			}
		}
	}
}

const (
	maxBatchBytes     = 8 << 20   // of one produced batch, whatever a topic would take
	defaultBatchBytes = 1_000_012 // what every topic takes: the default of Kafka's own producer
	batchOverhead     = 4 << 10
)

// topicBatchBytes is the largest batch that is produced to a topic. A subject of a large account may weigh more than the
// default; the changelog is created to take it.
func (pr *Processor) topicBatchBytes(topic string) int32 {
	return max(pr.batchBytes[topic], defaultBatchBytes)
}

// bounds are the first offset and the log end of a partition.
func (pr *Processor) bounds(ctx context.Context, topic string, partition int32) (start, end int64, err error) {
	err = pr.retry(ctx, "ask for the ends of "+topic, func() error {
		starts, err := pr.admin.ListStartOffsets(ctx, topic)
		if err != nil {
			return err
		}
		ends, err := pr.admin.ListEndOffsets(ctx, topic)
		if err != nil {
			return err
		}
		first, ok1 := starts.Lookup(topic, partition)
		last, ok2 := ends.Lookup(topic, partition)
		if err := errors.Join(first.Err, last.Err); err != nil {
			return err
		}
		if !ok1 || !ok2 {
			return fmt.Errorf("topic %s has no partition %d", topic, partition)
		}
		start, end = first.Offset, last.Offset
		return nil
	})
	return start, end, err
}

// retryRegistry repeats what needs the registry until it answers.
func (pr *Processor) retryRegistry(ctx context.Context, try func() error) error {
	for pause := 250 * time.Millisecond; ; pause = min(2*pause, 5*time.Second) {
		err := try()
		if err == nil || !errors.Is(err, avro.ErrRegistryUnavailable) {
			return err
		}
		pr.log.Warn("the schema registry does not answer; trying again", zap.Duration("in", pause), zapError(err))
		if !pr.wait(ctx, pause) {
			return errors.Join(ctx.Err(), err)
		}
	}
}
