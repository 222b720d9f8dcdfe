package processor

import (
	"context"
	"errors"
	"time"
)

// A broker that has just started, or in whose cluster a topic was just created, may answer before it knows all topics.
const (
	topicLooks = 20
	topicPause = 250 * time.Millisecond
)

// errTopicsMissing is what checkTopics says of topics that the brokers do not know.
var errTopicsMissing = errors.New("topics are missing")

// awaitTopics is checkTopics with a moment of patience for topics that do not appear at once.
func (pr *Processor) awaitTopics(ctx context.Context) (err error) {
	for range topicLooks {
		if err = pr.checkTopics(ctx); !errors.Is(err, errTopicsMissing) || !pr.wait(ctx, topicPause) {
			break
		}
	}
	return err
}
