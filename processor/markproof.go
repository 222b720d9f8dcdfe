package processor

import (
	"context"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast/state"
)

// completeHanging ends the transaction that the group has committed and whose markers are missing in the partition, where
// the transaction log does not say. It returns false when there is none.
func (pr *Processor) completeHanging(ctx context.Context, partition int32, mark string) (bool, error) {
	open, err := pr.openProducers(ctx, pr.outputSet(partition))
	if err != nil || mark == "" {
		return false, err
	}
	for _, changelog := range keep(open, func(op kadm.DescribedProducer) bool { return op.Topic == pr.config.Topics.Changelog }) {
		holds, err := pr.holdsMark(ctx, partition, changelog, mark)
		if err != nil {
			return false, err
		}
		if !holds {
			continue
		}
		for _, op := range open {
			if op.ProducerID == changelog.ProducerID && op.Partition == partition && op.Topic != offsetsTopic {
				if err := pr.writeMarker(ctx, op, endingCommit); err != nil {
					return false, err
				}
			}
		}
		return true, nil
	}
	return false, nil
}

// holdsMark says whether an open transaction on the changelog has the task record with the mark.
func (pr *Processor) holdsMark(ctx context.Context, partition int32, producer kadm.DescribedProducer, mark string) (holds bool, err error) {
	changelog := pr.config.Topics.Changelog
	_, end, err := pr.bounds(ctx, pr.config.Topics.Changelog, partition)
	if err != nil {
		return false, err
	}
	err = pr.readLog(ctx, changelog, partition, kgo.NewOffset().At(producer.CurrentTxnStartOffset), end, func(rec *kgo.Record) bool {
		holds = rec.ProducerID == producer.ProducerID && markOf(rec) == mark
		return !holds
	})
	return holds, err
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
