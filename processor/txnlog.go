package processor

import (
	"context"
	"errors"
	"fmt"
	"time"
	"unicode/utf16"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// The coordinator of a transactional id writes every step of its transactions to a log of its own before it acts, and that
// log is what it believes after a restart. It is read here for one question: how did a transaction end.

// Topics of the brokers' own.
const (
	transactionTopic = "__transaction_state"
	offsetsTopic     = "__consumer_offsets"
)

// ending is how a transaction ended.
type ending uint8

const (
	endingUnknown ending = iota // the log does not say, or it is under way
	endingCommit
	endingAbort
)

// String names the ending in logs and errors.
func (en ending) String() string { return [...]string{"unknown", "committed", "aborted"}[en] }

// endingOf says how the transaction ended that a producer wrote with an epoch to a partition. It counts as ended when the
// coordinator has gone on after it: until then its markers may be under way. A coordinator of transaction.version 2 raises
// the epoch as it decides, so a decision belongs to the records of the epoch that began last before it.
func endingOf(history []kmsg.TxnMetadataValue, producerID int64, epoch int16, topic string, partition int32) ending {
	decided, ended, begun := endingUnknown, endingUnknown, false
	for _, step := range history {
		if decided != endingUnknown {
			ended, decided = decided, endingUnknown
		}
		if step.ProducerID != producerID {
			begun = false
			continue
		}
		switch step.State {
		case kmsg.TransactionStateOngoing:
			begun = step.ProducerEpoch == epoch
			if begun && takesPart(step, topic, partition) {
				ended = endingUnknown // a further one of the same epoch (transaction.version 1)
			}
		case kmsg.TransactionStatePrepareCommit, kmsg.TransactionStatePrepareAbort:
			if begun && takesPart(step, topic, partition) {
				decided = endingAbort
				if step.State == kmsg.TransactionStatePrepareCommit {
					decided = endingCommit
				}
			}
			begun = false
		}
	}
	return ended
}

// takesPart says whether a partition is part of a transaction.
func takesPart(step kmsg.TxnMetadataValue, topic string, partition int32) bool {
	for _, part := range step.Topics {
		for _, p := range part.Partitions {
			if part.Topic == topic && p == partition {
				return true
			}
		}
	}
	return false
}

// errNoLog is a transaction log that cannot be seen: there is none, or the account has no right to read it.
var errNoLog = errors.New("the transaction log cannot be read")

// historyLimit is how long one reading of the log may take.
const historyLimit = 30 * time.Second

// transactionHistory are the steps of a transactional id that the log still has, oldest first.
func (pr *Processor) transactionHistory(ctx context.Context, transactionalID string) ([]kmsg.TxnMetadataValue, error) {
	partition, err := pr.internalPartition(ctx, transactionTopic, transactionalID)
	if err != nil {
		return nil, err
	}
	ends, err := pr.admin.ListEndOffsets(ctx, transactionTopic)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoLog, err)
	}
	end, _ := ends.Lookup(transactionTopic, partition)
	if end.Err != nil {
		return nil, fmt.Errorf("%w: %w", errNoLog, end.Err)
	}
	var history []kmsg.TxnMetadataValue
	limited, cancel := context.WithTimeout(ctx, historyLimit)
	defer cancel()
	err = pr.readLog(limited, transactionTopic, partition, kgo.NewOffset().AtStart(), end.Offset, func(rec *kgo.Record) bool {
		key, value := kmsg.NewTxnMetadataKey(), kmsg.NewTxnMetadataValue()
		if key.ReadFrom(rec.Key) == nil && key.TransactionalID == transactionalID && value.ReadFrom(rec.Value) == nil {
			history = append(history, value)
		}
		return true
	})
	if err != nil && ctx.Err() == nil {
		err = fmt.Errorf("%w: %w", errNoLog, err)
	}
	return history, err
}

// readLog reads all that a partition has below end, also what is not committed, until see says false.
func (pr *Processor) readLog(ctx context.Context, topic string, partition int32, from kgo.Offset, end int64, see func(*kgo.Record) bool) error {
	if end == 0 {
		return nil
	}
	reader, err := kgo.NewClient(append(pr.clientOpts(), kgo.KeepControlRecords(), kgo.ConsumeResetOffset(kgo.NoResetOffset()),
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: {partition: from}}))...)
	if err != nil {
		return fmt.Errorf("create reader of %s: %w", topic, err)
	}
	defer reader.Close()
	for next := int64(0); next < end; {
		fetches := reader.PollFetches(ctx)
		if err := errors.Join(ctx.Err(), fetches.Err()); err != nil {
			return fmt.Errorf("read %s/%d: %w", topic, partition, err)
		}
		for it := fetches.RecordIter(); !it.Done(); {
			rec := it.Next()
			next = rec.Offset + 1
			if !rec.Attrs.IsControl() && !see(rec) {
				return nil
			}
		}
	}
	return nil
}

// internalPartition is where the brokers keep what belongs to a name: a group or a transactional id.
func (pr *Processor) internalPartition(ctx context.Context, topic, name string) (int32, error) {
	topics, err := pr.admin.ListTopicsWithInternal(ctx, topic)
	if err == nil {
		err = topics[topic].Err
	}
	if err != nil || len(topics[topic].Partitions) == 0 {
		return 0, fmt.Errorf("%w: describe %s: %w", errNoLog, topic, errors.Join(err, kerr.UnknownTopicOrPartition))
	}
	return partitionOf(name, int32(len(topics[topic].Partitions))), nil
}

// partitionOf is Java's hash of a string, made positive as Kafka does it, modulo the partitions.
func partitionOf(name string, partitions int32) int32 {
	var hash int32
	for _, unit := range utf16.Encode([]rune(name)) {
		hash = 31*hash + int32(unit)
	}
	if hash < 0 {
		hash = max(0, -hash) // the least of all has no opposite: 0
	}
	return hash % partitions
}

// everyOutput are all partitions that tasks write to.
func (pr *Processor) everyOutput() kadm.TopicsSet {
	partitions := make([]int32, pr.partitions)
	for i := range partitions {
		partitions[i] = int32(i)
	}
	return pr.outputSet(partitions...)
}

// outputSet are the partitions that the tasks of some partitions write to.
func (pr *Processor) outputSet(partitions ...int32) kadm.TopicsSet {
	set := kadm.TopicsSet{}
	for _, topic := range pr.outputTopics() {
		set.Add(topic, partitions...)
	}
	return set
}
