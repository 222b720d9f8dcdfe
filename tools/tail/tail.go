// Package tail reads along what the processor writes: intents, decisions, signals, dead letters, as committed.
package tail

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast/schemas/avro"
)

// follower reads one topic and prints it.
type follower struct {
	client   *kgo.Client
	reader   *avro.Reader
	stream   stream
	topic    string
	json     bool
	untilEnd bool
	out      io.Writer
	errs     io.Writer

	ends       map[int32]int64 // with untilEnd: where each unfinished partition ends
	unreadable int64
}

// clientOptions make the client of a follower. Control records are kept to be counted: the last offset of a partition
// is usually the marker of a transaction, and without it the end would never be reached.
func clientOptions(topic string, onlyNew bool) []kgo.Opt {
	begin := kgo.NewOffset().AtStart()
	if onlyNew {
		begin = kgo.NewOffset().AtEnd()
	}
	return []kgo.Opt{
		kgo.ConsumeTopics(topic),
		kgo.ConsumeResetOffset(begin),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.KeepControlRecords(),
	}
}

// run prints until the end is reached or ctx is done.
func (fo *follower) run(ctx context.Context) error {
	if err := fo.findEnds(ctx); err != nil {
		return err
	}
	for !fo.untilEnd || len(fo.ends) > 0 {
		fetches := fo.client.PollFetches(ctx)
		if ctx.Err() != nil {
			return fo.interrupted(ctx)
		}
		if err := fo.check(fetches); err != nil {
			return err
		}
		if err := fo.printAll(fetches); err != nil {
			return err
		}
	}
	return fo.verdict()
}

// findEnds sees that the topic is there and, with untilEnd, where it ends: at its last stable offset, since nothing
// behind it can be read as committed.
func (fo *follower) findEnds(ctx context.Context) error {
	admin := kadm.NewClient(fo.client)
	starts, err := admin.ListStartOffsets(ctx, fo.topic)
	if err != nil {
		return fmt.Errorf("find the beginning of %s: %w", fo.topic, err)
	}
	ends, err := admin.ListCommittedOffsets(ctx, fo.topic)
	if err == nil {
		err = ends.Error()
	}
	if errors.Is(err, kerr.UnknownTopicOrPartition) {
		return fmt.Errorf("topic %s is not there: make it with `holdfast topics create`", fo.topic)
	}
	if err != nil {
		return fmt.Errorf("find the end of %s: %w", fo.topic, err)
	}
	fo.ends = map[int32]int64{}
	ends.Each(func(end kadm.ListedOffset) {
		if start, ok := starts.Lookup(fo.topic, end.Partition); !ok || start.Offset < end.Offset {
			fo.ends[end.Partition] = end.Offset
		}
	})
	return nil
}

func (fo *follower) check(fetches kgo.Fetches) error {
	for _, failed := range fetches.Errors() {
		return fmt.Errorf("read partition %d of %s: %w", failed.Partition, fo.topic, failed.Err)
	}
	return nil
}

func (fo *follower) printAll(fetches kgo.Fetches) error {
	for records := fetches.RecordIter(); !records.Done(); {
		record := records.Next()
		if end, ok := fo.ends[record.Partition]; ok && fo.untilEnd && record.Offset >= end {
			continue // written after the end was looked up
		}
		if err := fo.print(record); err != nil {
			return err
		}
		if record.Offset+1 >= fo.ends[record.Partition] {
			delete(fo.ends, record.Partition)
		}
	}
	return nil
}

func (fo *follower) print(record *kgo.Record) error {
	if record.Attrs.IsControl() {
		return nil
	}
	line, err := fo.format(record)
	var wrong *avro.DecodeError
	switch {
	case errors.As(err, &wrong) && wrong.Code == avro.CodeNoRegistry:
		return fmt.Errorf("the values name schemas of a registry: add --registry, for example --registry http://127.0.0.1:8081")
	case errors.As(err, &wrong):
		fo.unreadable++
		_, err = fmt.Fprintf(fo.errs, "%s/%d@%d cannot be read: %s\n", record.Topic, record.Partition, record.Offset, wrong.Text)
	case err == nil:
		_, err = fmt.Fprintln(fo.out, line)
	}
	return err
}

func (fo *follower) format(record *kgo.Record) (string, error) {
	switch {
	case record.Value == nil && fo.json:
		return tombstoneJSON(string(record.Key)), nil
	case record.Value == nil:
		return columns(record.Timestamp.UnixMilli(), string(record.Key), "removed"), nil
	case fo.json:
		text, err := fo.reader.ToJSON(record.Value)
		return string(text), err
	}
	return fo.stream.line(fo.reader, record.Value)
}

// tombstoneJSON shows that a compacted topic has forgotten a key.
func tombstoneJSON(key string) string {
	quoted, _ := json.Marshal(key) // a string can always be written
	return `{"key":` + string(quoted) + `,"removed":true}`
}

// interrupted is how reading along ends; who asked for everything and did not get it is told so.
func (fo *follower) interrupted(ctx context.Context) error {
	if fo.untilEnd {
		return fmt.Errorf("interrupted before the end of %s: %w", fo.topic, ctx.Err())
	}
	return fo.verdict()
}

func (fo *follower) verdict() error {
	switch fo.unreadable {
	case 0:
		return nil
	case 1:
		return errors.New("1 record could not be read, named above")
	}
	return fmt.Errorf("%d records could not be read, named above", fo.unreadable)
}
