package topics

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

const (
	visibleWithin = 20 * time.Second
	visiblePause  = 100 * time.Millisecond
)

// awaitVisible waits until the cluster shows every topic, each partition with a leader: brokers hear of a new topic some time
// after its creation was acknowledged, and a processor that is started in between does not find it.
func awaitVisible(ctx context.Context, client *kgo.Client, outcomes []Outcome) error {
	deadline := time.After(visibleWithin)
	for {
		hidden, err := hiddenOf(ctx, client, outcomes)
		if err != nil {
			return fmt.Errorf("look for the topics: %w", err)
		}
		if len(hidden) == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for the topics to be visible: %w", ctx.Err())
		case <-deadline:
			return fmt.Errorf("the topics were created, but after %v the cluster does not show %s; repeat the command until it does", visibleWithin, strings.Join(hidden, ", "))
		case <-time.After(visiblePause):
		}
	}
}

// hiddenOf are the topics of which a broker does not know every partition with a leader. It asks the broker itself: the
// client's own answers are up to five seconds old.
func hiddenOf(ctx context.Context, client *kgo.Client, outcomes []Outcome) (hidden []string, err error) {
	request := kmsg.NewPtrMetadataRequest()
	for _, outcome := range outcomes {
		topic := kmsg.NewMetadataRequestTopic()
		topic.Topic = kmsg.StringPtr(outcome.Topic.Name)
		request.Topics = append(request.Topics, topic)
	}
	response, err := request.RequestWith(ctx, client)
	if err != nil {
		return nil, err
	}
	led := map[string]int32{}
	for _, topic := range response.Topics {
		for _, partition := range topic.Partitions {
			if topic.Topic != nil && partition.ErrorCode == 0 && partition.Leader >= 0 {
				led[*topic.Topic]++
			}
		}
	}
	for _, outcome := range outcomes {
		if led[outcome.Topic.Name] != outcome.Partitions {
			hidden = append(hidden, outcome.Topic.Name)
		}
	}
	return hidden, nil
}
