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
// zombie that only fires a timer would commit its output.
//
// Positions are the tasks' own, never the client's: the client would commit all that was polled, held records too, and
// its cache of committed offsets does not learn gates. Entries of tasks that are not part of the transaction go.
func gate(req *kmsg.TxnOffsetCommitRequest, tasks []*task) {
	req.Topics = req.Topics[:0]
	for _, ta := range tasks {
		for _, in := range ta.inputs {
			entry := kmsg.NewTxnOffsetCommitRequestTopicPartition()
			entry.Partition, entry.Offset, entry.LeaderEpoch, entry.Metadata = ta.partition, in.next, -1, kmsg.StringPtr(ta.attempt)
			topic := gateTopic(req, in.topic)
			topic.Partitions = append(topic.Partitions, entry)
		}
	}
}

// gateTopic finds or adds the entry of a topic.
func gateTopic(req *kmsg.TxnOffsetCommitRequest, topic string) *kmsg.TxnOffsetCommitRequestTopic {
	for i := range req.Topics {
		if req.Topics[i].Topic == topic {
			return &req.Topics[i]
		}
	}
	added := kmsg.NewTxnOffsetCommitRequestTopic() // the client fills in the TopicID
	added.Topic = topic
	req.Topics = append(req.Topics, added)
	return &req.Topics[len(req.Topics)-1]
}
