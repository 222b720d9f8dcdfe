package processor

import (
	"testing"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// step is one record of the transaction log, over partition 1 of a topic unless others are named.
func step(state kmsg.TransactionState, producerID int64, epoch int16, partitions ...int32) kmsg.TxnMetadataValue {
	value := kmsg.NewTxnMetadataValue()
	value.ProducerID, value.ProducerEpoch, value.State = producerID, epoch, state
	if len(partitions) > 0 {
		topic := kmsg.NewTxnMetadataValueTopic()
		topic.Topic, topic.Partitions = "t", partitions
		value.Topics = append(value.Topics, topic)
	}
	return value
}

const (
	txnEmpty         = kmsg.TransactionStateEmpty
	txnOngoing       = kmsg.TransactionStateOngoing
	txnPrepareCommit = kmsg.TransactionStatePrepareCommit
	txnPrepareAbort  = kmsg.TransactionStatePrepareAbort
	txnCommitted     = kmsg.TransactionStateCompleteCommit
	txnAborted       = kmsg.TransactionStateCompleteAbort
)

// TestTheTransactionLogSaysHowATransactionEnded asks for epoch 7 of producer 1 in partition 1. The first two histories are
// what Apache Kafka 4.3.1 had written when it forgot the markers.
func TestTheTransactionLogSaysHowATransactionEnded(t *testing.T) {
	type history = []kmsg.TxnMetadataValue
	earlier := history{step(txnOngoing, 1, 6, 1), step(txnPrepareAbort, 1, 7, 1), step(txnAborted, 1, 7)}
	for _, tc := range []struct {
		name string
		log  history
		want ending
	}{
		{"committed, and a new session since", append(earlier, step(txnOngoing, 1, 7, 0), step(txnOngoing, 1, 7, 0, 1), step(txnPrepareCommit, 1, 8, 0, 1), step(txnCommitted, 1, 8), step(txnEmpty, 1, 9)), endingCommit},
		{"aborted by a new session", append(earlier, step(txnOngoing, 1, 7, 1), step(txnPrepareAbort, 1, 8, 1), step(txnAborted, 1, 8), step(txnEmpty, 1, 9)), endingAbort},
		{"under way", append(earlier, step(txnOngoing, 1, 7, 1)), endingUnknown},
		{"decided, its markers under way", append(earlier, step(txnOngoing, 1, 7, 1), step(txnPrepareCommit, 1, 8, 1)), endingUnknown},
		{"only the one before, whose decision has the epoch", earlier, endingUnknown},
		{"without the partition", append(earlier, step(txnOngoing, 1, 7, 0), step(txnPrepareCommit, 1, 8, 0), step(txnCommitted, 1, 8)), endingUnknown},
		{"its beginning is compacted away", history{step(txnPrepareCommit, 1, 8, 1), step(txnCommitted, 1, 8)}, endingUnknown},
		{"a later transaction is under way", history{step(txnOngoing, 1, 7, 1), step(txnPrepareCommit, 1, 8, 1), step(txnCommitted, 1, 8), step(txnOngoing, 1, 8, 1)}, endingCommit},
		{"the epochs were used up", history{step(txnOngoing, 1, 7, 1), step(txnPrepareCommit, 1, 8, 1), step(txnCommitted, 2, 0), step(txnOngoing, 2, 0, 1)}, endingCommit},
		{"another producer", history{step(txnOngoing, 2, 7, 1), step(txnPrepareCommit, 2, 8, 1), step(txnCommitted, 2, 8)}, endingUnknown},
		{"epochs that stay", history{step(txnOngoing, 1, 7, 1), step(txnPrepareCommit, 1, 7, 1), step(txnCommitted, 1, 7), step(txnOngoing, 1, 7, 0), step(txnPrepareAbort, 1, 7, 0), step(txnAborted, 1, 7)}, endingCommit},
		{"epochs that stay, the next one under way", history{step(txnOngoing, 1, 7, 1), step(txnPrepareCommit, 1, 7, 1), step(txnCommitted, 1, 7), step(txnOngoing, 1, 7, 1)}, endingUnknown},
		{"nothing", nil, endingUnknown},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := endingOf(tc.log, 1, 7, "t", 1); got != tc.want {
				t.Errorf("the transaction was %v, want %v", got, tc.want)
			}
		})
	}
}

// TestPartitionOfANameIsKafkas: the first three are what a broker with eight partitions does.
func TestPartitionOfANameIsKafkas(t *testing.T) {
	for _, tc := range []struct {
		name       string
		partitions int32
		want       int32
	}{
		{"e2e", 8, 0},
		{"holdfast-processor-p0-0", 8, 0},
		{"holdfast-processor-p0-1", 8, 1},
		{"hello", 50, 22},             // hashes to 99162322
		{"polygenelubricants", 50, 0}, // hashes to the least number of all
		{"", 50, 0},
	} {
		if got := partitionOf(tc.name, tc.partitions); got != tc.want {
			t.Errorf("partition of %q in %d: %d, want %d", tc.name, tc.partitions, got, tc.want)
		}
	}
}
