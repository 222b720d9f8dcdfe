package processor

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"

	"holdfast/schemas/avro"
)

// checkTopics waits for the brokers, then checks that every topic exists and that all have the same number of partitions:
// task p is partition p of all of them.
func (pr *Processor) checkTopics(ctx context.Context) error {
	topics := append(pr.inputTopics(), pr.outputTopics()...)
	var found kadm.TopicDetails
	err := pr.retry(ctx, "reach Kafka", func() (err error) {
		found, err = pr.admin.ListTopics(ctx, topics...)
		return err
	})
	if err != nil {
		return err
	}
	if err := sameLayout(found, topics); err != nil {
		return err
	}
	pr.partitions = int32(len(found[topics[0]].Partitions))
	pr.tombstonesKept = pr.readTombstonesKept(ctx)
	return nil
}

// sameLayout reports missing topics and unequal partition counts, all at once.
func sameLayout(found kadm.TopicDetails, topics []string) error {
	var missing, counts []string
	partitions := map[int]bool{}
	for _, topic := range topics {
		detail, ok := found[topic]
		if !ok || detail.Err != nil || len(detail.Partitions) == 0 {
			missing = append(missing, topic)
			continue
		}
		partitions[len(detail.Partitions)] = true
		counts = append(counts, fmt.Sprintf("%s %d", topic, len(detail.Partitions)))
	}
	if len(missing) > 0 {
		return fmt.Errorf("topics are missing: %s; create them with `holdfast topics create --brokers ...`", strings.Join(missing, ", "))
	}
	if len(partitions) > 1 {
		return fmt.Errorf("the topics have unequal partition counts (%s): an account must have one partition number everywhere; create them anew with equal counts", strings.Join(counts, ", "))
	}
	return nil
}

// readTombstonesKept is how long the changelog keeps tombstones; 0 if the broker does not say.
func (pr *Processor) readTombstonesKept(ctx context.Context) time.Duration {
	configs, err := pr.admin.DescribeTopicConfigs(ctx, pr.config.Topics.Changelog)
	if err != nil {
		return 0
	}
	config, err := configs.On(pr.config.Topics.Changelog, nil)
	if err != nil {
		return 0
	}
	for _, entry := range config.Configs {
		if entry.Key == "delete.retention.ms" && entry.Value != nil {
			millis, _ := strconv.ParseInt(*entry.Value, 10, 64)
			return time.Duration(millis) * time.Millisecond
		}
	}
	return 0
}

// retryRegistry repeats what needs the registry until it answers.
func (pr *Processor) retryRegistry(ctx context.Context, try func() error) error {
	for pause := 250 * time.Millisecond; ; pause = min(2*pause, 5*time.Second) {
		err := try()
		if err == nil || !errors.Is(err, avro.ErrRegistryUnavailable) {
			return err
		}
		pr.log.Warn("the schema registry does not answer; trying again", zapError(err))
		if !pr.wait(ctx, pause) {
			return errors.Join(ctx.Err(), err)
		}
	}
}
