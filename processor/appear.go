package processor

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"
)

// topicsAppear is how long topics may be missing that somebody has created: a broker that has just started answers before
// it knows all of them, and on a loaded machine that takes seconds.
const topicsAppear = 20 * time.Second

// topicPause is between two looks.
const topicPause = 250 * time.Millisecond

// errTopicsMissing is what checkTopics says of topics that the brokers do not know.
var errTopicsMissing = errors.New("topics are missing")

// awaitTopics is checkTopics with a moment of patience for topics that do not appear at once.
func (pr *Processor) awaitTopics(ctx context.Context) error {
	began := pr.now()
	for said := false; ; said = true {
		err := pr.checkTopics(ctx)
		if !errors.Is(err, errTopicsMissing) || pr.now().Sub(began) >= pr.topicsAppear {
			return err
		}
		if !said {
			pr.log.Warn("waiting for topics", zap.Duration("at most", pr.topicsAppear), zapError(err))
		}
		if !pr.wait(ctx, topicPause) {
			return err
		}
	}
}
