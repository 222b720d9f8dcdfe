package processor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/zap"

	"holdfast/state"
)

// A broker that is killed right after it accepted an EndTxn may come back and count the transaction as complete without
// having written its markers to every partition (seen on one node of Apache Kafka 4.3.1: the restarted coordinator does not
// know the leaders yet and takes the partitions for deleted). The offsets get their marker from the next transaction of
// the producer; the changelog and the outputs of the partition stay open, invisible, for ever: nothing will end them,
// because the task that would write there waits for its changelog.
//
// What became of the transaction is not a guess: the group's stable offset carries its mark, so it was committed. If the
// open transaction on the changelog holds the task record with that very mark, the missing markers are written here.
// Requires: the right to write them (ClusterAction); without it the error says what to do.

// hangingAfter is how long a replay makes no progress before it looks for a transaction without a marker. The markers of a
// healthy commit take milliseconds.
const hangingAfter = 5 * time.Second

// completeHanging ends the transaction that the group has committed and whose markers are missing in the partition.
// It returns false when there is none.
func (la *lane) completeHanging(ctx context.Context, partition int32, mark string) (bool, error) {
	changelog := la.proc.config.Topics.Changelog
	open, err := la.openProducers(ctx, []string{changelog}, partition)
	if err != nil || mark == "" {
		return false, err
	}
	for _, producer := range open {
		holds, err := la.holdsMark(ctx, partition, producer, mark)
		if err != nil {
			return false, err
		}
		if holds {
			return true, la.writeMarkers(ctx, partition, producer.ProducerID)
		}
	}
	return false, nil
}

// openProducers are the producers with an open transaction on a partition of some topics.
func (la *lane) openProducers(ctx context.Context, topics []string, partition int32) (open []kadm.DescribedProducer, err error) {
	set := kadm.TopicsSet{}
	for _, topic := range topics {
		set.Add(topic, partition)
	}
	described, err := la.proc.admin.DescribeProducers(ctx, set)
	if err != nil {
		return nil, fmt.Errorf("describe producers: %w", err)
	}
	described.EachProducer(func(producer kadm.DescribedProducer) {
		if producer.CurrentTxnStartOffset >= 0 {
			open = append(open, producer)
		}
	})
	return open, nil
}

// holdsMark says whether an open transaction on the changelog has the task record with the mark.
func (la *lane) holdsMark(ctx context.Context, partition int32, producer kadm.DescribedProducer, mark string) (bool, error) {
	changelog := la.proc.config.Topics.Changelog
	_, end, err := la.proc.changelogBounds(ctx, partition)
	if err != nil {
		return false, err
	}
	reader, err := kgo.NewClient(append(la.proc.clientOpts(), kgo.KeepControlRecords(), kgo.ConsumeResetOffset(kgo.NoResetOffset()),
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{changelog: {partition: kgo.NewOffset().At(producer.CurrentTxnStartOffset)}}))...)
	if err != nil {
		return false, fmt.Errorf("create changelog reader: %w", err)
	}
	defer reader.Close()
	for next := producer.CurrentTxnStartOffset; next < end; {
		fetches := reader.PollFetches(ctx)
		if err := errors.Join(ctx.Err(), fetches.Err()); err != nil {
			return false, fmt.Errorf("read changelog: %w", err)
		}
		for it := fetches.RecordIter(); !it.Done(); {
			rec := it.Next()
			next = rec.Offset + 1
			if rec.ProducerID == producer.ProducerID && !rec.Attrs.IsControl() && markOf(rec) == mark {
				return true, nil
			}
		}
	}
	return false, nil
}

// markOf is the mark of a task record; "" for other records.
func markOf(rec *kgo.Record) string {
	record, err := state.DecodeTaskRecord(rec.Value)
	if err != nil {
		return ""
	}
	or, _, err := splitMeta(record.Meta)
	if err != nil {
		return ""
	}
	return or.mark
}

// writeMarkers commits what a producer has open in the outputs of a task.
func (la *lane) writeMarkers(ctx context.Context, partition int32, producerID int64) error {
	open, err := la.openProducers(ctx, la.proc.outputTopics(), partition)
	if err != nil {
		return err
	}
	for _, producer := range open {
		if producer.ProducerID != producerID {
			continue
		}
		set := kadm.TopicsSet{}
		set.Add(producer.Topic, partition)
		responses, err := la.proc.admin.WriteTxnMarkers(ctx, kadm.TxnMarkers{ProducerID: producer.ProducerID, ProducerEpoch: producer.ProducerEpoch,
			CoordinatorEpoch: producer.CoordinatorEpoch, Commit: true, Topics: set})
		for _, topics := range responses {
			for _, partitions := range topics.Topics {
				for _, response := range partitions.Partitions {
					err = errors.Join(err, response.Err)
				}
			}
		}
		if err != nil {
			return fmt.Errorf("%s/%d: a committed transaction (producer %d) lacks its marker, because a broker was killed while it ended; readers of committed records stop there. "+
				"Write the commit marker with an account that has ClusterAction, or grant it to this one for a moment: %w", producer.Topic, partition, producer.ProducerID, err)
		}
		la.log.Warn("wrote the missing marker of a committed transaction", zap.String("topic", producer.Topic), zap.Int32("partition", partition), zap.Int64("producer", producer.ProducerID))
		la.proc.metrics.marked()
	}
	return nil
}
