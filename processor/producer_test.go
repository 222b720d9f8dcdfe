package processor

import (
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"go.uber.org/zap"
)

// TestALeftoverTransactionIsAbortedAtOnce is rule 12, rows 16 and 21: a predecessor of the same id was killed between its
// offset commit and its end. The broker keeps that open for ten minutes; ProducerID at the start ends it.
func TestALeftoverTransactionIsAbortedAtOnce(t *testing.T) {
	wo := newWorld(t, 1, testBundle)
	co := toEnd(wo.config(), day0.AddDate(0, 0, 10))
	leftover := wo.leaveOpen(co, "holdfast-processor-p0-0")
	events := visits("acme", "ann", day0, quietAfter/2, 4)
	wo.publishEvents(events...)
	wo.start(co).finish()
	wo.wantKeys(expected(events, day0.AddDate(0, 0, 10)))
	wo.wantSequences()
	leftover.Close()
}

// TestASessionBeginsWithItsProducerID is rule 12: what a predecessor left open is over as soon as the session exists.
func TestASessionBeginsWithItsProducerID(t *testing.T) {
	wo := newWorld(t, 1, testBundle)
	co := wo.config()
	wo.leaveOpen(co, "holdfast-processor-p0-0")
	intents := func() *kfake.PartitionInfo { return wo.broker.Cluster().PartitionInfo(wo.topics.Intents, 0) }
	if open := intents(); open.LastStableOffset == open.HighWatermark {
		t.Fatal("there is nothing open to end")
	}
	pr, err := New(co, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	pr.instance, pr.admin, pr.partitions = "p0", wo.admin, 1
	pr.statuses.expect(1)
	se, err := (&lane{proc: pr}).openSession(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer se.CloseAllowingRebalance()
	if ended := intents(); ended.LastStableOffset != ended.HighWatermark {
		t.Errorf("a transaction of the predecessor is open still: stable up to %d of %d", ended.LastStableOffset, ended.HighWatermark)
	}
}

// TestAProducerIDThatIsRefusedOnceIsAskedForAgain: the client keeps the broker's refusal for ever, so that only another
// client can ask again.
func TestAProducerIDThatIsRefusedOnceIsAskedForAgain(t *testing.T) {
	wo := newWorld(t, 1, testBundle)
	refused := wo.broker.Cluster().Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.InitProducerID}, Err: kerr.UnknownServerError, TopLevel: true, Count: 2,
		When: func(req kmsg.Request) bool { return req.(*kmsg.InitProducerIDRequest).TransactionalID != nil }})
	events := visits("acme", "ann", day0, quietAfter/2, 4)
	wo.publishEvents(events...)
	until := day0.AddDate(0, 0, 10)
	wo.runToEnd(until)
	if refused.Hits() != 2 {
		t.Errorf("the producer id was refused %d times, want 2", refused.Hits())
	}
	wo.wantKeys(expected(events, until))
}

// leaveOpen leaves a transaction open that holds offsets of the group and a record in every output.
func (wo *world) leaveOpen(co Config, id string) *kgo.Client {
	wo.t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(wo.broker.KafkaAddr()), kgo.TransactionalID(id), kgo.TransactionTimeout(10*time.Minute), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		wo.t.Fatal(err)
	}
	wo.t.Cleanup(client.Close)
	if err := client.BeginTransaction(); err != nil {
		wo.t.Fatal(err)
	}
	for _, topic := range []string{wo.topics.Intents, wo.topics.Changelog, wo.topics.Manifest} {
		if err := client.ProduceSync(wo.ctx, &kgo.Record{Topic: topic, Value: []byte("never to be seen")}).FirstErr(); err != nil {
			wo.t.Fatal(err)
		}
	}
	producer, epoch, err := client.ProducerID(wo.ctx)
	if err != nil {
		wo.t.Fatal(err)
	}
	req := kmsg.NewPtrTxnOffsetCommitRequest()
	req.TransactionalID, req.Group, req.ProducerID, req.ProducerEpoch, req.Generation = id, co.group(), producer, epoch, -1
	topic := kmsg.NewTxnOffsetCommitRequestTopic()
	topic.Topic, topic.TopicID = wo.topics.UserActions, wo.broker.Cluster().TopicInfo(wo.topics.UserActions).TopicID
	partition := kmsg.NewTxnOffsetCommitRequestTopicPartition()
	partition.Offset, partition.Metadata = 2, kmsg.StringPtr(mark{sequence: 1, nonce: "dead", attempt: 1}.String())
	topic.Partitions = append(topic.Partitions, partition)
	req.Topics = append(req.Topics, topic)
	resp, err := req.RequestWith(wo.ctx, client)
	if err != nil {
		wo.t.Fatal(err)
	}
	if code := resp.Topics[0].Partitions[0].ErrorCode; code != 0 {
		wo.t.Fatalf("leave an offset commit open: %v", kerr.ErrorForCode(code))
	}
	return client
}
