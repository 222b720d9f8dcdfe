package processor

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
	"go.uber.org/zap"
)

// A broker that is killed right after it decided a transaction may come back and count it as complete without having
// written its markers (seen on one node of Apache Kafka 4.3.1: the restarted coordinator does not know the leaders yet and
// takes the partitions for deleted). Its offsets, changelog and outputs stay open: nobody will end them, because the task
// that would write there waits for its offsets or its changelog. Worse, the next transaction of the producer would end
// them its own way: what was aborted would appear, what was committed would go.
//
// What became of the transaction is not a guess. The coordinator wrote its decision before it acted, and that log is read
// (txnlog.go). Where it cannot be, one proof is left: a task record on the changelog with the mark that the group has
// committed. The missing markers are then written here, each with the ending that the transaction had.
//
// Requires: Read on __transaction_state and ClusterAction; without them the error says what to do.

// hangingAfter is how long something makes no progress before it looks for a transaction without a marker. The markers of
// a healthy commit take milliseconds.
const hangingAfter = 5 * time.Second

// cannotAsk says that asking for open transactions will fail for ever: without the right, or with brokers that are too old.
func cannotAsk(err error) bool {
	forbidden := (*kadm.AuthError)(nil)
	return errors.As(err, &forbidden) || errors.Is(err, kerr.UnsupportedVersion)
}

// errStillOpen is a transaction whose end nobody can tell yet.
var errStillOpen = errors.New("a transaction is still open")

// endOwn makes sure that the lane's own producer has nothing open, before its next transaction: after a transaction that
// did not report its commit, and after those of a predecessor of the same id.
func (la *lane) endOwn(ctx context.Context, se *session) error {
	producerID, _, err := se.Client().ProducerID(ctx)
	if err != nil {
		return fmt.Errorf("%w: ask for the producer id: %w", errSession, err)
	}
	set := la.proc.everyOutput()
	for began, pause := la.proc.now(), settlePause; ; pause = min(2*pause, time.Second) {
		open, err := la.proc.openProducers(ctx, set)
		if cannotAsk(err) {
			la.log.Warn("cannot ask for transactions that a killed broker left open", zapError(err))
			return nil
		}
		if err != nil {
			return fmt.Errorf("%w: %w", errSession, err)
		}
		if open = keep(open, func(op kadm.DescribedProducer) bool { return op.ProducerID == producerID }); len(open) == 0 {
			return nil
		}
		if _, err := la.proc.lookForHanging(ctx, set); err != nil {
			return err
		}
		if la.proc.now().Sub(began) > hangingAfter || !la.proc.wait(ctx, pause) {
			return fmt.Errorf("%w: %w: of %s in %s/%d", errSession, errStillOpen, la.transactionalID(), open[0].Topic, open[0].Partition)
		}
	}
}

// errMarkerRefused is a marker that must be written and that the account may not write.
var errMarkerRefused = errors.New("a marker was refused")

// lookForHanging is endHanging for those who will look again: its error is one that another look does not heal.
func (pr *Processor) lookForHanging(ctx context.Context, set kadm.TopicsSet) (ended int, err error) {
	ended, err = pr.endHanging(ctx, set)
	if err == nil || errors.Is(err, errMarkerRefused) {
		return ended, err
	}
	pr.log.Warn("cannot look for transactions that a killed broker left open", zapError(err))
	return ended, nil
}

// endHanging ends the open transactions of our transactional ids whose coordinator counts them as complete. It returns how
// many partitions it ended one in.
//
// Invariant: a partition is described once more after the log was read. What is then still open with the same epoch and
// start was open after the coordinator had done with it. The marker carries that epoch: a partition where a newer
// transaction began meanwhile refuses it.
func (pr *Processor) endHanging(ctx context.Context, set kadm.TopicsSet) (ended int, err error) {
	pr.marking.Lock()
	defer pr.marking.Unlock()
	before, err := pr.openProducers(ctx, set)
	if err != nil || len(before) == 0 {
		return 0, err
	}
	histories, err := pr.historiesOf(ctx, before)
	if err != nil || len(histories) == 0 {
		return 0, err
	}
	after, err := pr.openProducers(ctx, set)
	if err != nil {
		return 0, err
	}
	for _, op := range after {
		end := endingOf(histories[op.ProducerID], op.ProducerID, op.ProducerEpoch, op.Topic, op.Partition)
		if end == endingUnknown || !contains(before, op) {
			continue
		}
		if err := pr.writeMarker(ctx, op, end); err != nil {
			return ended, err
		}
		ended++
	}
	return ended, nil
}

// historiesOf are the histories of the producers that are ours and whose coordinator knows of nothing under way. A log that
// cannot be read is no evidence, which is not an error.
func (pr *Processor) historiesOf(ctx context.Context, open []kadm.DescribedProducer) (map[int64][]kmsg.TxnMetadataValue, error) {
	var producerIDs []int64
	for _, op := range open {
		producerIDs = append(producerIDs, op.ProducerID)
	}
	listed, err := pr.admin.ListTransactions(ctx, producerIDs, nil)
	if err != nil {
		return nil, fmt.Errorf("list transactions: %w", err)
	}
	histories := map[int64][]kmsg.TxnMetadataValue{}
	for _, txn := range listed.Sorted() {
		if !strings.HasPrefix(txn.TxnID, pr.config.App+"-") || underWay[txn.State] {
			continue
		}
		history, err := pr.transactionHistory(ctx, txn.TxnID)
		if errors.Is(err, errNoLog) {
			pr.log.Warn("a transaction is open that the brokers count as complete, and the log that says how it ended cannot be read: grant Read on "+transactionTopic,
				zap.String("transactional id", txn.TxnID), zapError(err))
			continue
		}
		if err != nil {
			return nil, err
		}
		histories[txn.ProducerID] = history
	}
	return histories, nil
}

// underWay are the states of a transactional id whose coordinator will end its transaction by itself.
var underWay = map[string]bool{"Ongoing": true, "PrepareCommit": true, "PrepareAbort": true, "PrepareEpochFence": true}

// openProducers are the producers with an open transaction on some partitions, and on the group's offsets if the account
// may ask for those.
func (pr *Processor) openProducers(ctx context.Context, set kadm.TopicsSet) ([]kadm.DescribedProducer, error) {
	described, err := pr.admin.DescribeProducers(ctx, set)
	described.EachPartition(func(part kadm.DescribedProducersPartition) {
		if part.Err != nil && !errors.Is(part.Err, kerr.UnknownTopicOrPartition) {
			err = errors.Join(err, fmt.Errorf("%s/%d: %w", part.Topic, part.Partition, part.Err))
		}
	})
	if err != nil {
		return nil, fmt.Errorf("describe producers: %w", err)
	}
	if partition, err := pr.internalPartition(ctx, offsetsTopic, pr.config.group()); err == nil {
		offsets := kadm.TopicsSet{}
		offsets.Add(offsetsTopic, partition)
		if found, err := pr.admin.DescribeProducers(ctx, offsets); err == nil {
			described[offsetsTopic] = found[offsetsTopic]
		}
	}
	return keep(described.SortedProducers(), func(op kadm.DescribedProducer) bool { return op.CurrentTxnStartOffset >= 0 }), nil
}

// contains says whether the same transaction was open in the same partition.
func contains(open []kadm.DescribedProducer, op kadm.DescribedProducer) bool {
	return len(keep(open, func(other kadm.DescribedProducer) bool {
		return other.Topic == op.Topic && other.Partition == op.Partition && other.ProducerID == op.ProducerID &&
			other.ProducerEpoch == op.ProducerEpoch && other.CurrentTxnStartOffset == op.CurrentTxnStartOffset
	})) > 0
}

func keep(open []kadm.DescribedProducer, want func(kadm.DescribedProducer) bool) (kept []kadm.DescribedProducer) {
	for _, op := range open {
		if want(op) {
			kept = append(kept, op)
		}
	}
	return kept
}

// writeMarker ends what a producer has open in a partition.
func (pr *Processor) writeMarker(ctx context.Context, op kadm.DescribedProducer, end ending) error {
	set := kadm.TopicsSet{}
	set.Add(op.Topic, op.Partition)
	responses, err := pr.admin.WriteTxnMarkers(ctx, kadm.TxnMarkers{ProducerID: op.ProducerID, ProducerEpoch: op.ProducerEpoch,
		CoordinatorEpoch: max(op.CoordinatorEpoch, 0), Commit: end == endingCommit, Topics: set}) // -1: no marker of the producer yet
	responses.EachPartition(func(response kadm.TxnMarkersPartitionResponse) { err = errors.Join(err, response.Err) })
	if errors.Is(err, kerr.InvalidProducerEpoch) {
		return nil // somebody else ended it, and the producer has gone on
	}
	if fatalKafka(err) {
		err = fmt.Errorf("%w: %w", errMarkerRefused, err)
	}
	if err != nil {
		return fmt.Errorf("%s/%d: a transaction that was %v (producer %d, epoch %d) lacks its marker, because a broker was killed while it ended; readers of committed records stop there. "+
			"Write the marker with an account that has ClusterAction, or grant it to this one for a moment: %w", op.Topic, op.Partition, end, op.ProducerID, op.ProducerEpoch, err)
	}
	pr.log.Warn("wrote the missing marker of a transaction", zap.Stringer("it was", end), zap.String("topic", op.Topic), zap.Int32("partition", op.Partition), zap.Int64("producer", op.ProducerID), zap.Int16("epoch", op.ProducerEpoch))
	pr.metrics.marked()
	return nil
}

// endChangelogHanging ends what holds back the changelog of a partition, by either proof.
func (pr *Processor) endChangelogHanging(ctx context.Context, partition int32, mark string) error {
	ended, err := pr.lookForHanging(ctx, pr.outputSet(partition))
	if err != nil || ended > 0 {
		return err
	}
	_, err = pr.completeHanging(ctx, partition, mark)
	return err
}
