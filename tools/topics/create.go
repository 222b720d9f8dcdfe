// Package topics makes the topics that Holdfast reads and writes, with the policies of package schemas.
package topics

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast/schemas"
	"holdfast/tools/cli"
)

// DefaultPartitions is the partition count of a new cluster's topics.
const DefaultPartitions = 4

// Plan says what is to be there.
type Plan struct {
	Names      schemas.TopicNames
	Partitions int32
}

// Outcome is what became of one topic.
type Outcome struct {
	Topic      schemas.Topic
	Partitions int32
	Created    bool // false: it was there
}

// Create makes the topics that are missing. It may be repeated: what is there stays as it is, and a topic that is
// there with another partition count is an error before anything is made, because the processor reads and writes
// partition p of every topic together. It ends when the cluster shows them all.
func Create(ctx context.Context, client *kgo.Client, plan Plan) ([]Outcome, error) {
	admin := kadm.NewClient(client)
	found, err := admin.Metadata(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the cluster's topics: %w", err)
	}
	if err := checkCounts(plan, found.Topics); err != nil {
		return nil, err
	}
	replicas := int16(min(3, len(found.Brokers)))
	var outcomes []Outcome
	for _, topic := range plan.Names.Topics() {
		outcome := Outcome{Topic: topic, Partitions: plan.partitions(topic)}
		if there, ok := found.Topics[topic.Name]; ok && there.Err == nil {
			outcome.Partitions = int32(len(there.Partitions))
		} else if outcome.Created, err = createOne(ctx, admin, topic, outcome.Partitions, replicas); err != nil {
			return outcomes, err
		}
		outcomes = append(outcomes, outcome)
	}
	return outcomes, awaitVisible(ctx, client, outcomes)
}

func (pl Plan) partitions(topic schemas.Topic) int32 {
	if topic.OnePartition {
		return 1
	}
	return pl.Partitions
}

// checkCounts refuses existing topics with another partition count.
func checkCounts(plan Plan, there kadm.TopicDetails) error {
	var wrong []string
	count := 0
	for _, topic := range plan.Names.Topics() {
		found, ok := there[topic.Name]
		if !ok || found.Err != nil || topic.OnePartition || len(found.Partitions) == int(plan.Partitions) {
			continue
		}
		count = len(found.Partitions)
		wrong = append(wrong, fmt.Sprintf("%s has %d", topic.Name, count))
	}
	if wrong == nil {
		return nil
	}
	return fmt.Errorf("these topics exist with another partition count than %d, and all need the same: %s; use --partitions %d, or delete them first",
		plan.Partitions, strings.Join(wrong, ", "), count)
}

// createOne makes one topic; false means that somebody else has made it since the look at the cluster.
func createOne(ctx context.Context, admin *kadm.Client, topic schemas.Topic, partitions int32, replicas int16) (bool, error) {
	made, err := admin.CreateTopic(ctx, partitions, replicas, settings(topic, replicas), topic.Name)
	if errors.Is(err, kerr.TopicAlreadyExists) {
		return false, nil
	}
	if err != nil {
		if made.ErrMessage != "" {
			return false, fmt.Errorf("create topic %s: %w (%s)", topic.Name, err, made.ErrMessage)
		}
		return false, fmt.Errorf("create topic %s: %w", topic.Name, err)
	}
	return true, nil
}

// settings are a topic's own configs and, where three replicas allow it, the rule that a write needs two of them.
func settings(topic schemas.Topic, replicas int16) map[string]*string {
	configs := map[string]*string{}
	for _, setting := range topic.Config {
		configs[setting.Key] = kadm.StringPtr(setting.Value)
	}
	if replicas >= 3 {
		configs["min.insync.replicas"] = kadm.StringPtr("2")
	}
	return configs
}

// Summary is one line for people: what was made and what was there.
func Summary(outcomes []Outcome) string {
	created := 0
	for _, outcome := range outcomes {
		if outcome.Created {
			created++
		}
	}
	parts := []string{cli.Count(int64(created), "topic") + " created"}
	if existing := len(outcomes) - created; existing > 0 {
		parts = append(parts, fmt.Sprintf("%d were there already", existing))
	}
	return strings.Join(parts, ", ")
}
