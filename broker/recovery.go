package broker

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Recovery makes kfake's transactions whole after a kill. kfake alone has two gaps, both seen in kill_test.go:
//
//   - A commit that was under way is there in some partitions only. It is taken back before kfake starts: the markers
//     and group offsets of the noted commit (journal.go) are the last writes of their files, so the files are cut.
//   - A transaction that was open is taken as aborted in memory but gets no marker in the log. Readers that go by
//     markers then hide the producer's later records too, and after the next kill a later commit of the same producer
//     covers the old records. So each gets an abort marker before any client is let in.
//
// Both are skipped after a clean stop, where kfake saves what is open and takes it up again.

// transaction names an open transaction in a partition.
type transaction struct {
	topic    string
	number   int32
	producer int64
	epoch    int16
}

func cleanPath(dir string) string { return filepath.Join(dir, "clean") }

// recoverFiles takes back a torn commit and gives the transactions that are open afterwards.
// Requires: the lock, and no kfake on the directory.
func recoverFiles(dir string) ([]transaction, error) {
	clean, err := takeClean(dir)
	if err != nil || clean {
		return nil, err
	}
	kafkaDir := filepath.Join(dir, "kafka")
	partitions, err := listPartitions(kafkaDir)
	if err != nil {
		return nil, err
	}
	if err := undoTornCommit(dir, kafkaDir, partitions); err != nil {
		return nil, fmt.Errorf("take back a torn commit: %w", err)
	}
	return findOpen(partitions)
}

// takeClean says whether the last broker stopped cleanly, and forgets it: from here on a kill may come.
func takeClean(dir string) (bool, error) {
	err := os.Remove(cleanPath(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("forget the clean stop: %w", err)
	}
	return true, nil
}

func markClean(dir string) error {
	if err := os.WriteFile(cleanPath(dir), nil, 0o600); err != nil {
		return fmt.Errorf("remember the clean stop: %w", err)
	}
	return nil
}

func undoTornCommit(dir, kafkaDir string, partitions []partition) error {
	note, ok, err := readEnding(dir)
	if err != nil || !ok {
		return err
	}
	if done, err := note.complete(kafkaDir); err != nil || done {
		return err
	}
	for _, pa := range partitions {
		if err := pa.cutMarker(note); err != nil {
			return err
		}
	}
	// Crash: here or above, the next start finds the same note and cuts what is left.
	groups := filepath.Join(kafkaDir, "groups.log")
	if size, err := sizeOf(groups); err != nil || size <= note.groupsBytes {
		return err
	}
	return os.Truncate(groups, note.groupsBytes)
}

// cutMarker removes the commit marker of the noted transaction if the partition ends with it. A marker from before the
// note is that of an earlier transaction: a client that asks again for a commit that was complete is noted too.
func (pa partition) cutMarker(note ending) error {
	var last batch
	if err := pa.each(func(ba batch) { last = ba }); err != nil {
		return err
	}
	if !last.control || !last.commit || last.producer != note.producer || last.epoch != note.epoch || last.stampMillis < note.atMillis {
		return nil
	}
	return os.Truncate(last.segment, last.at)
}

// findOpen lists the transactions that have records and no marker after them.
func findOpen(partitions []partition) ([]transaction, error) {
	var all []transaction
	for _, pa := range partitions {
		open := map[int64]int16{} // producer -> epoch
		err := pa.each(func(ba batch) {
			switch {
			case ba.control:
				delete(open, ba.producer)
			case ba.transactional:
				open[ba.producer] = ba.epoch
			}
		})
		if err != nil {
			return nil, err
		}
		for _, producer := range slices.Sorted(maps.Keys(open)) {
			all = append(all, transaction{topic: pa.topic, number: pa.number, producer: producer, epoch: open[producer]})
		}
	}
	return all, nil
}

// abort writes the missing abort markers through a connection that only the gate lets in.
func abort(ctx context.Context, gt *gate, open []transaction) error {
	if len(open) == 0 {
		return nil
	}
	client, err := kgo.NewClient(kgo.SeedBrokers(gt.Addr().String()), kgo.Dialer(gt.dial))
	if err != nil {
		return fmt.Errorf("set up the client: %w", err)
	}
	defer client.Close()
	request := kmsg.NewPtrWriteTxnMarkersRequest()
	for _, tx := range open {
		request.Markers = append(request.Markers, abortMarker(tx))
	}
	response, err := client.SeedBrokers()[0].Request(ctx, request)
	if err != nil {
		return fmt.Errorf("write abort markers: %w", err)
	}
	return markerFault(response.(*kmsg.WriteTxnMarkersResponse))
}

func abortMarker(tx transaction) kmsg.WriteTxnMarkersRequestMarker {
	topic := kmsg.NewWriteTxnMarkersRequestMarkerTopic()
	topic.Topic, topic.Partitions = tx.topic, []int32{tx.number}
	marker := kmsg.NewWriteTxnMarkersRequestMarker()
	marker.ProducerID, marker.ProducerEpoch, marker.Committed = tx.producer, tx.epoch, false
	marker.Topics = append(marker.Topics, topic)
	return marker
}

// markerFault gives the first error of the answer. A topic that is deleted has files for a moment, and needs no marker.
func markerFault(response *kmsg.WriteTxnMarkersResponse) error {
	for _, marker := range response.Markers {
		for _, topic := range marker.Topics {
			for _, part := range topic.Partitions {
				if err := kerr.ErrorForCode(part.ErrorCode); err != nil && !errors.Is(err, kerr.UnknownTopicOrPartition) {
					return fmt.Errorf("write the abort marker of %s/%d: %w", topic.Topic, part.Partition, err)
				}
			}
		}
	}
	return nil
}
