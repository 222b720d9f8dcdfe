package processor

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// mark is what the committed offsets of a task carry as metadata: which transaction set them. It is unique per attempt:
// sequence alone would be taken for ours when another member committed the same number.
type mark struct {
	sequence int64
	nonce    string // of the process
	attempt  int64  // of the process
	finished bool   // an event clock has ended with this transaction
}

// markVersion begins every mark.
const markVersion = "v1"

// String is the metadata: ASCII, far below the limit of 4096 characters.
func (ma mark) String() string {
	flag := "-"
	if ma.finished {
		flag = "finished"
	}
	return fmt.Sprintf("%s;%d;%s;%d;%s", markVersion, ma.sequence, ma.nonce, ma.attempt, flag)
}

// parseMark reads metadata. Offsets that somebody else's client committed have other metadata: an error that says so.
func parseMark(metadata string) (mark, error) {
	parts := strings.Split(metadata, ";")
	if len(parts) != 5 || parts[0] != markVersion {
		return mark{}, fmt.Errorf("offset metadata %q is not ours: does another program commit in this group?", metadata)
	}
	sequence, err1 := strconv.ParseInt(parts[1], 10, 64)
	attempt, err2 := strconv.ParseInt(parts[3], 10, 64)
	if err1 != nil || err2 != nil || sequence < 1 {
		return mark{}, fmt.Errorf("offset metadata %q is damaged", metadata)
	}
	return mark{sequence: sequence, nonce: parts[2], attempt: attempt, finished: parts[4] == "finished"}, nil
}

// gate puts the positions and marks of the tasks of a transaction into its offset commit. Every input of every task gets
// an entry, also one that has not moved: the entry is what the coordinator checks our generation with, and without it a
// zombie that only fires a timer would commit its output. Positions are the tasks' own; the client's cache of committed
// offsets never learns gates.
func gate(req *kmsg.TxnOffsetCommitRequest, tasks []*task) {
	for _, ta := range tasks {
		for _, in := range ta.inputs {
			entry := gateEntry(req, in.topic, ta.partition)
			if entry.Offset < 0 || entry.Offset != in.next {
				entry.Offset, entry.LeaderEpoch = in.next, -1
			}
			entry.Metadata = kmsg.StringPtr(ta.attempt)
		}
	}
}

// gateEntry finds or adds the entry of one partition.
func gateEntry(req *kmsg.TxnOffsetCommitRequest, topic string, partition int32) *kmsg.TxnOffsetCommitRequestTopicPartition {
	at := -1
	for i := range req.Topics {
		if req.Topics[i].Topic == topic {
			at = i
		}
	}
	if at < 0 {
		added := kmsg.NewTxnOffsetCommitRequestTopic() // the client fills in the TopicID
		added.Topic = topic
		req.Topics = append(req.Topics, added)
		at = len(req.Topics) - 1
	}
	partitions := &req.Topics[at].Partitions
	for i := range *partitions {
		if (*partitions)[i].Partition == partition {
			return &(*partitions)[i]
		}
	}
	added := kmsg.NewTxnOffsetCommitRequestTopicPartition()
	added.Partition, added.Offset, added.LeaderEpoch = partition, -1, -1
	*partitions = append(*partitions, added)
	return &(*partitions)[len(*partitions)-1]
}
